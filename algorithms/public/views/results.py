"""The list: what was searched and chosen, with its facets; and suggestions while someone types."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from algorithms import bitset
from algorithms.filters import FACETS, ListingFilter
from algorithms.models import Listing
from algorithms.public import context, paging, search
from algorithms.public.cards import cards
from algorithms.public.facets import facets, known_query
from algorithms.public.past import last_names
from algorithms.search import suggest
from algorithms.search.engine import engine_of


@require_safe
def algorithm_list(request: HttpRequest) -> HttpResponse:
    query = known_query(request.GET)
    found = ListingFilter(query).found(context.head(request), context.language())
    page = paging.paged(request, range(found.count))
    rows = found.listings(page.start_index() - 1, page.end_index()) if found.count else []
    shown = facets(query, found)
    chosen = [(facet, value) for facet in shown for value in facet.chosen]
    _words, left_out = search.words_of(request.GET)
    asked = search.told(query, found, left_out)
    gone = asked and asked.withdrawn
    return render(
        request,
        "public/algorithm_list.html",
        {
            "cards": cards(rows, found),
            "facets": shown,
            "chosen": chosen,
            "choices": search.short_list([value.label for _facet, value in chosen]),
            "kept": [(key, query.getlist(key)) for key in (*FACETS, "sorteer") if key in query],
            "asked": asked,
            "gone": gone,
            "gone_name": last_names([gone.lars]).get(gone.lars) if gone else None,
            "sorts": search.sorts(query, found),
            **paging.shown(page, query),
        },
    )


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """What to offer while someone types: questions, and records by name. Whatever is asked, the answer is a list."""
    typed, lang = request.GET.get("zoek", ""), context.language()
    engine = engine_of(bitset.now(context.head(request)))
    named = cards(Listing.objects.in_order(suggest.named(engine, typed, lang)))
    return JsonResponse(
        {
            "words": suggest.words(engine, typed, lang),
            "records": [
                {
                    "name": card.name,
                    "organization": card.organization,  # two records may have one name
                    "address": card.address,
                    "lang": card.name_lang or lang,
                }
                for card in named
            ],
        }
    )
