"""Pages of text: about, how to object, contact and what a manager adds; and the page about open data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.views.decorators.http import require_safe

from algorithms import richtext
from algorithms.models import Page, Publication
from algorithms.models.register import slug_of
from algorithms.public import context, record, structured

# Below these stands how to reach the register: on the others people would send it their objections and questions.
WITH_ADDRESS = ("contact", "privacy", "toegankelijkheid")
MANY_HEADINGS = 4  # from here on a page begins with its headings
DESCRIPTION = 160  # characters; search engines show no more

_FIRST_HEADING = re.compile(r"(?=<h2 )")
_HEADING = re.compile(r'<h2 class="utrecht-heading-2">(.*?)</h2>')
_ONE_PARAGRAPH = re.compile(r"<p>((?:(?!</p>).)*)</p>")


@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    first = Publication.objects.filter(sequence=1).values_list("published_at", flat=True).first()
    told = structured.of_register(context.base_url(request), context.head(request), first)
    return render(request, "public/open_data.html", {"structured": structured.script(told)})


@require_safe
def fixed_page(request: HttpRequest, slug: str) -> HttpResponse:
    """A page that always exists; a manager writes its text. /over/ also leads to all other pages."""
    row = Page.objects.filter(slug=slug, is_public=True).first()
    name = context.fixed_title(slug)  # in the page's language
    others: Iterable[Page] = ()
    if slug == "over":
        others = Page.objects.filter(is_public=True).exclude(slug__in=Page.FIXED).defer("body", "body_en")
    return show(request, row or Page(slug=slug, title=name, title_en=name), others)


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    if slug in Page.FIXED:
        return HttpResponseRedirect(reverse(context.FIXED_PAGES[slug]))
    return show(request, get_object_or_404(Page, slug=slug, is_public=True))


def show(
    request: HttpRequest, row: Page, others: Iterable[Page] = (), template: str = "public/page.html", **more: object
) -> HttpResponse:
    """Answer with a page in the active language. Its row need not be stored: the admin shows what is being written."""
    body, body_lang = context.in_page_language(row.body, row.body_en)
    title, title_lang = context.in_page_language(row.title, row.title_en)
    intro, text, headings = parts(record.rich(body, title, heading="h2"))
    given = {
        "row": row,
        "title": title,
        "title_lang": title_lang,
        "description": Truncator(richtext.plain(body).replace("\n", " ")).chars(DESCRIPTION, truncate="…"),
        "intro": intro,
        "body": text,
        "body_lang": body_lang,
        "headings": headings if len(headings) >= MANY_HEADINGS else [],
        "with_address": row.slug in WITH_ADDRESS,
        "others": [context.link(other) for other in others],
    }
    return render(request, template, given | more)


def parts(text: str) -> tuple[SafeString, SafeString, list[dict[str, str]]]:
    """Return what stands above the first heading, the rest with an id at each heading, and those headings.

    `text` is what `record.rich` made. What is above the headings opens the page when it is one paragraph; else it is
    part of the rest.
    """
    taken = {"inhoud", "op-deze-pagina", "zo-bereikt-u-ons", "meer-paginas"}  # ids of the page itself
    headings: list[dict[str, str]] = []

    def named(match: re.Match) -> str:
        words = " ".join(unescape(strip_tags(match[1].replace("<br>", " "))).split())
        name = slug = slug_of(words, empty="kop")
        number = 2
        while name in taken:
            name, number = f"{slug}-{number}", number + 1
        taken.add(name)
        headings.append({"name": name, "words": words})
        return f'<h2 class="utrecht-heading-3" id="{name}">{match[1]}</h2>'  # as large as suits a few lines of text

    above, *rest = _FIRST_HEADING.split(text, maxsplit=1)
    intro = _ONE_PARAGRAPH.fullmatch(above)
    below = _HEADING.sub(named, "".join(rest) if intro else text)
    return mark_safe(intro[1] if intro else ""), mark_safe(below), headings  # noqa: S308 cleaned, as `record.rich` says
