"""Ways across: who uses, who supplies, which data feeds what, and about which theme."""

from __future__ import annotations

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from algorithms.models import Listing, Organization
from algorithms.public import context, paging, record
from algorithms.public.cards import cards


@require_safe
def organization_list(request: HttpRequest) -> HttpResponse:
    counts = dict(Listing.objects.values_list("organization_slug").annotate(Count("pk")).order_by("organization_slug"))
    rows = [{"row": row, "count": counts.get(row.slug, 0)} for row in Organization.objects.defer("about", "about_en")]
    return render(request, "public/organization_list.html", {"organizations": rows})


@require_safe
def organization_detail(request: HttpRequest, slug: str) -> HttpResponse:
    organization = get_object_or_404(Organization, slug=slug)
    found = Listing.objects.filter(organization_slug=slug)
    counts = dict(found.values_list("department_slug").annotate(Count("pk")).order_by("department_slug"))
    page = paging.paged(request, found.by_name())
    about, lang = context.in_page_language(organization.about, organization.about_en)
    return render(
        request,
        "public/organization_detail.html",
        {
            "organization": organization,
            "about": record.rich(about, organization.name, heading="h3"),
            "about_lang": lang,
            "departments": [{"row": d, "count": counts.get(d.slug, 0)} for d in organization.departments.all()],
            "cards": cards(page.object_list),
            **paging.shown(page),
        },
    )


@require_safe
def department_detail(request: HttpRequest, slug: str, department: str) -> HttpResponse:
    raise Http404


@require_safe
def theme_list(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_safe
def theme_detail(request: HttpRequest, slug: str) -> HttpResponse:
    raise Http404


@require_safe
def supplier_list(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_safe
def supplier_detail(request: HttpRequest, slug: str) -> HttpResponse:
    raise Http404


@require_safe
def source_list(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_safe
def source_detail(request: HttpRequest, slug: str) -> HttpResponse:
    raise Http404


@require_safe
def network(request: HttpRequest) -> HttpResponse:
    raise Http404
