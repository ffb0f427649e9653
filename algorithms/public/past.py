"""What the log keeps of a record that pages tell: its entries, its last name, and the page of one that is gone."""

from __future__ import annotations

import json

from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from algorithms.models import Action, Publication
from algorithms.public import record


def history(lars: str) -> list[Publication]:
    """All entries of a record, newest first, without their documents; versions know whether they were emptied."""
    return list(Publication.objects.of(lars).without_documents().reverse())


def last_names(lars: list[str]) -> dict[str, record.Value]:
    """Return the name of each record by its newest version that still has a document, in the page's language."""
    whole = Publication.objects.filter(lars__in=lars, action=Action.PUBLISH).exclude(document="")
    last = whole.values("lars").annotate(last=Max("sequence")).values("last")
    rows = Publication.objects.filter(sequence__in=last).values_list("lars", "document")
    return {number: record.name(json.loads(document)) for number, document in rows}


def tombstone(request: HttpRequest, lars: str) -> HttpResponse:
    """The page of a withdrawn record: gone, when and why. A record that never was is a 404."""
    entries = history(lars)
    withdrawal = next((entry for entry in entries if entry.action == Action.WITHDRAW), None)
    if withdrawal is None:
        raise Http404
    return render(
        request,
        "public/withdrawn.html",
        {"lars": lars, "withdrawal": withdrawal, "entries": entries, "name": last_names([lars]).get(lars)},
        status=410,
    )
