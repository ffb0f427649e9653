"""The log as people read it: what changed, newest first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from algorithms.models import Listing
from algorithms.public import paging
from algorithms.public.cards import cards
from algorithms.public.past import entries, last_names


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    page = paging.paged(request, entries().order_by("-sequence"))
    shown = list(page.object_list)
    numbers = list({entry.lars for entry in shown})
    listed = {card.lars: card for card in cards(Listing.objects.filter(lars__in=numbers))}
    gone = last_names([number for number in numbers if number not in listed])
    for entry in shown:
        entry.card, entry.gone_name = listed.get(entry.lars), gone.get(entry.lars)
        entry.day = timezone.localdate(entry.published_at)
    return render(
        request,
        "public/changes.html",
        {
            "entries": shown,
            **paging.shown(page),
        },
    )
