"""The front page: search first, themes, what is new."""

from __future__ import annotations

from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from algorithms.models import Listing, ListingFacet
from algorithms.models.register import slug_of
from algorithms.public.cards import cards
from algorithms.standard import STATUSES, THEMES

NEWEST = 6
IN_USE = STATUSES[1].value


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    figures = Listing.objects.aggregate(
        records=Count("pk"),
        in_use=Count("pk", filter=Q(status=IN_USE)),
        organizations=Count("organization_slug", distinct=True),
        changed_at=Max("published_at"),
    )
    themes = ListingFacet.objects.filter(facet="thema").values_list("slug").annotate(Count("pk"))
    counts = dict(themes.order_by("slug"))
    return render(
        request,
        "public/front.html",
        {
            "figures": figures,
            "themes": [
                {"label": str(theme.label), "slug": slug, "count": counts[slug]}
                for theme in THEMES
                if (slug := slug_of(theme.value)) in counts
            ],
            "newest": cards(Listing.objects.newest_first()[:NEWEST]),
        },
    )
