"""Pages of text: about, contact, privacy, and what a manager adds; and the page about open data."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from algorithms.models import Page
from algorithms.public import context, record


@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    return render(request, "public/open_data.html")


@require_safe
def fixed_page(request: HttpRequest, slug: str) -> HttpResponse:
    """A page that always exists; a manager writes its text. /over/ also leads to all other pages."""
    row = Page.objects.filter(slug=slug, is_public=True).first()
    others: Iterable[Page] = ()
    if slug == "over":
        others = Page.objects.filter(is_public=True).exclude(slug__in=Page.FIXED).defer("body", "body_en")
    return _page(request, row or Page(slug=slug, title=context.fixed_title(slug)), others)


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    if slug in Page.FIXED:
        return HttpResponseRedirect(reverse(context.FIXED_PAGES[slug]))
    return _page(request, get_object_or_404(Page, slug=slug, is_public=True))


def _page(request: HttpRequest, row: Page, others: Iterable[Page] = ()) -> HttpResponse:
    body, lang = context.in_page_language(row.body, row.body_en)
    title, title_lang = context.in_page_language(row.title, row.title_en) if row.pk else (row.title, "")
    return render(
        request,
        "public/page.html",
        {
            "row": row,
            "title": title,
            "title_lang": title_lang,
            "body": record.rich(body, title, heading="h2"),
            "body_lang": lang,
            "others": [{"address": reverse("page", args=[o.slug]), "label": context.title(o)} for o in others],
        },
    )
