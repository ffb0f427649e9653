"""Ways across: who uses, who supplies, which data feeds what, and about which theme."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from algorithms import bitset, finding
from algorithms.models import Department, Listing, Organization
from algorithms.public import across, context, paging, record
from algorithms.public import network as net
from algorithms.public.across import DEPARTMENTS, ORGANIZATIONS, SOURCES, SUPPLIERS, THEME, Way
from algorithms.public.cards import cards


@require_safe
def organization_list(request: HttpRequest) -> HttpResponse:
    index = bitset.now(context.head(request))
    names = Organization.objects.order_by().values_list("slug", "name")
    return _list(request, ORGANIZATIONS, across.named(index, ORGANIZATIONS.facet, names))


@require_safe
def organization_detail(request: HttpRequest, slug: str) -> HttpResponse:
    organization = get_object_or_404(Organization, slug=slug)
    about, lang = context.in_page_language(organization.about, organization.about_en)
    index = bitset.now(context.head(request))
    return _detail(
        request,
        ORGANIZATIONS,
        [slug],
        organization.name,
        website=organization.website,
        about=record.rich(about, organization.name, heading="h3"),
        about_lang=lang,
        organization_slug=slug,
        tree=across.tree(index, organization.departments.all()),
        tree_title=DEPARTMENTS.title,
        feed=reverse("organization-feed", args=[slug]),
    )


@require_safe
def department_detail(request: HttpRequest, slug: str, department: str) -> HttpResponse:
    row = get_object_or_404(Department.objects.select_related("organization"), slug=department, organization__slug=slug)
    all_of_it = list(row.organization.departments.all())
    index = bitset.now(context.head(request))
    return _detail(
        request,
        DEPARTMENTS,
        across.within(row, all_of_it),
        row.path,
        up=reverse("organization-list"),
        up_label=ORGANIZATIONS.title,
        parent=reverse("organization-detail", args=[slug]),
        parent_label=row.organization.name,
        parent_lang=across.data_lang(),
        department=row,
        organization_slug=slug,
        tree=across.tree(index, all_of_it, above=row.path),
    )


@require_safe
def theme_list(request: HttpRequest) -> HttpResponse:
    index = bitset.now(context.head(request))
    counts = index.counts(THEME.facet, index.all)
    themes = [
        {"label": theme.label, "about": across.ABOUT[slug], "slug": slug, "count": counts.get(slug, 0)}
        for slug, theme in across.THEMES_BY_SLUG.items()
    ]
    return render(request, "public/across_themes.html", {"way": THEME, "themes": themes})


@require_safe
def theme_detail(request: HttpRequest, slug: str) -> HttpResponse:
    theme = across.THEMES_BY_SLUG.get(slug)
    if theme is None:
        raise Http404
    feed = reverse("theme-feed", args=[slug])
    return _detail(request, THEME, [slug], str(theme.label), lang="", intro=across.ABOUT[slug], feed=feed)


@require_safe
def supplier_list(request: HttpRequest) -> HttpResponse:
    return _list(request, SUPPLIERS, across.entries(bitset.now(context.head(request)), SUPPLIERS.facet))


@require_safe
def supplier_detail(request: HttpRequest, slug: str) -> HttpResponse:
    return _published(request, SUPPLIERS, slug)


@require_safe
def source_list(request: HttpRequest) -> HttpResponse:
    return _list(request, SOURCES, across.entries(bitset.now(context.head(request)), SOURCES.facet))


@require_safe
def source_detail(request: HttpRequest, slug: str) -> HttpResponse:
    return _published(request, SOURCES, slug)


@require_safe
def network(request: HttpRequest) -> HttpResponse:
    index = bitset.now(context.head(request))
    every = net.sources(index)
    page = paging.paged(request, net.Pairs(every, index), across.PAGE_SIZE)
    drawn = net.chosen(index, every) if page.number == 1 else None
    groups = page.object_list
    wanted = {sequence for group in groups for sequence in group.records}
    named = Listing.objects.in_bulk(wanted | set(drawn.records if drawn else ()))
    if drawn:  # what was published again since the head was read is no longer there
        drawn = net.joined(drawn.sources, [sequence for sequence in drawn.records if sequence in named])
    slugs = {row.organization_slug for row in named.values()}
    names = dict(Organization.objects.filter(slug__in=slugs).values_list("slug", "name"))
    shown = dict(zip(named, cards(named.values()), strict=True))
    return render(
        request,
        "public/network.html",
        {
            "drawn": drawn,
            "pictures": net.pictures(drawn, shown) if drawn else [],
            "all_sources": len(every),
            "all_records": net.fed(index).bit_count(),
            "groups": [
                {
                    "source": group.source,
                    "rows": [
                        (shown[sequence], names.get(named[sequence].organization_slug, shown[sequence].organization))
                        for sequence in group.records
                        if sequence in shown
                    ],
                }
                for group in groups
            ],
            "data_lang": across.data_lang(),
            **paging.shown(page),
        },
    )


# -- what they share ---------------------------------------------------------------------------------------------------


def _list(request: HttpRequest, way: Way, every: list[across.Entry]) -> HttpResponse:
    query = across.asked(way, request.GET)
    page = paging.paged(request, across.listed(way, every, query), across.PAGE_SIZE)
    typed = query.get("zoek", "")
    return render(
        request,
        "public/across_list.html",
        {
            "way": way,
            "rows": across.rows(way, page.object_list, max((entry.count for entry in every), default=0)),
            "all_of_them": len(every),
            "total": across.told(way.total, page.paginator.count),
            "orders": across.orders(way, query),
            "typed": typed,
            "typed_shown": across.shortened(typed),
            "data_lang": across.data_lang(),
            **paging.shown(page, query),
        },
    )


def _published(request: HttpRequest, way: Way, slug: str) -> HttpResponse:
    """The page of a value that stands in documents only; it is there as long as one public record has it."""
    label = bitset.now(context.head(request)).labels.get((way.facet, slug))
    if label is None:  # it goes with the last record that has it
        raise Http404
    return _detail(request, way, [slug], label)


def _detail(
    request: HttpRequest, way: Way, slugs: list[str], label: str, lang: str | None = None, **more: Any
) -> HttpResponse:
    """The page of one value; `lang` is that of its label when it is not the page's, by default that of data."""
    found = finding.find(context.head(request), chosen={way.facet: slugs}, sort=finding.NAME, lang=context.language())
    page = paging.paged(request, range(found.count))
    listings = found.listings(page.start_index() - 1, page.end_index()) if found.count else []
    used = (found.records & found.index.having("status", [across.IN_USE])).bit_count()
    return render(
        request,
        "public/across_detail.html",
        {
            "way": way,
            "label": label,
            "short_label": across.shortened(label),
            "label_lang": across.data_lang() if lang is None else lang,
            "told": across.told(way.told, found.count) if found.count else way.none,
            # Where a record does not say, "none" would be a claim.
            "used": across.told(across.USED, used) if used else "",
            "besides": across.beside(found, way.facet),
            "cards": cards(listings),
            "list_address": across.address_of(way.facet, slugs),
            "up": reverse(f"{way.address}-list") if "up" not in more else "",
            "up_label": way.title,
            "data_lang": across.data_lang(),
            **more,
            **paging.shown(page),
        },
    )
