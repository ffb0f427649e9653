"""The front page: search first, themes, what is new."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from algorithms import bitset
from algorithms.models import Listing
from algorithms.public import context
from algorithms.public.across import IN_USE, THEMES_BY_SLUG
from algorithms.public.cards import cards

NEWEST = 6


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    head = context.head(request)
    index = bitset.now(head)
    counts = index.counts("thema", index.all)
    return render(
        request,
        "public/front.html",
        {
            "figures": {
                "records": index.all.bit_count(),
                "in_use": index.having("status", [IN_USE]).bit_count(),
                "organizations": len(index.facets.get("organisatie", {})),
                "changed_at": head.published_at,
            },
            "themes": [
                {"label": str(theme.label), "slug": slug, "count": counts[slug]}
                for slug, theme in THEMES_BY_SLUG.items()
                if slug in counts
            ],
            "newest": cards(Listing.objects.in_order(index.newest(index.all, 0, NEWEST))),
        },
    )
