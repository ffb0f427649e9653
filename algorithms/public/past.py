"""What the log keeps of a record that pages tell: its entries, its last text, and the page of one that is gone."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, Max, OuterRef
from django.db.models.functions import Length
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from algorithms import bitset, listing
from algorithms.document import Document, changed_keys
from algorithms.models import Action, Listing, Organization, Publication
from algorithms.models.publication import PublicationQuerySet
from algorithms.models.register import slug_of
from algorithms.public import context, record

COUNTED = 500_000  # characters of a document that is still read only to count what changed in it
SHOWN = 20  # entries that the page of a withdrawn record shows; all of them stand in the list of versions

Entry = Any  # a Publication with what `entries` tells beside it
Withdrawal = tuple[int, datetime]  # the sequence of the entry, and its moment


def entries() -> PublicationQuerySet:
    """Entries of the log as pages list them, without their documents.

    `emptied`: a version that was redacted. `comparable`: the version before can be read. `of_version`: what a redaction
    emptied is the version itself, and not the note of another entry.
    """
    version = Publication.objects.filter(lars=OuterRef("lars"), action=Action.PUBLISH)
    return Publication.objects.without_documents().annotate(
        comparable=Exists(version.filter(version=OuterRef("version") - 1).exclude(document="")),
        of_version=Exists(version.filter(version=OuterRef("version"), sha256=OuterRef("sha256"))),
    )


def history(lars: str) -> list[Entry]:
    """All entries of a record, newest first, without their documents."""
    return list(entries().filter(lars=lars).order_by("-sequence"))


def beside(lars: str, version: int) -> dict[str, Entry | None]:
    """Return the versions around one: `previous`, `this` and `next`, None where there is none."""
    around = {
        entry.version: entry for entry in entries().versions(lars).filter(version__range=(version - 1, version + 1))
    }
    return {"previous": around.get(version - 1), "this": around.get(version), "next": around.get(version + 1)}


def count_changes(lars: str, shown: list[Entry]) -> None:
    """Tell each of these versions of a record in how many fields it differs from the one before: `changed`.

    One query, of the documents of these versions and of those before them; very long ones are left out, and then
    `changed` is None, as it is of everything that has nothing to be compared with.
    """
    versions = [entry for entry in shown if entry.action == Action.PUBLISH and entry.comparable and not entry.emptied]
    numbers = {entry.version for entry in versions}
    found = Publication.objects.versions(lars).filter(version__in=numbers | {number - 1 for number in numbers})
    rows = found.annotate(size=Length("document")).filter(size__gt=0, size__lte=COUNTED).order_by("version")
    counts: dict[int, int] = {}
    number = 0
    before: Document = {}
    for version, text in rows.values_list("version", "document").iterator() if numbers else ():
        now = json.loads(text)
        if version in numbers and version == number + 1:
            counts[version] = len(changed_keys(before, now))
        number, before = version, now
    for entry in shown:
        entry.changed = counts.get(entry.version) if entry in versions else None


def last_names(lars: list[str]) -> dict[str, record.Value]:
    """Return the name of each record by its newest version that still has a document, in the page's language."""
    return {number: record.name(document) for number, document in last_documents(lars).items()}


def last_documents(lars: list[str]) -> dict[str, Document]:
    """Return the newest text of each record that can still be read."""
    whole = Publication.objects.filter(lars__in=lars, action=Action.PUBLISH).exclude(document="")
    last = whole.values("lars").annotate(last=Max("sequence")).values("last")
    rows = Publication.objects.filter(sequence__in=last).values_list("lars", "document")
    return {number: json.loads(document) for number, document in rows}


def gone(index: bitset.Bitset) -> dict[tuple[str, str], dict[str, Withdrawal]]:
    """Return the withdrawn records by each (facet, slug) of their last text. Read once a state of the register."""
    kept = index.memory.get(__name__)
    if isinstance(kept, dict):
        return kept
    # Numbers in the log that are not in the listing: two indexes tell, where `action` would mean reading all the log.
    withdrawn = (
        Publication.objects.exclude(lars__in=Listing.objects.values("lars")).order_by().values("lars").distinct()
    )
    entries = Publication.objects.filter(lars__in=withdrawn).order_by()
    ends = entries.filter(action=Action.WITHDRAW).values_list("lars").annotate(Max("sequence"), Max("published_at"))
    ended = {lars: (sequence, moment) for lars, sequence, moment in ends}
    whole = entries.filter(action=Action.PUBLISH).exclude(document="")
    last = whole.values("lars").annotate(last=Max("sequence")).values("last")
    found: dict[tuple[str, str], dict[str, Withdrawal]] = defaultdict(dict)
    rows = Publication.objects.filter(sequence__in=last).values_list("lars", "document")
    for lars, text in rows.iterator(chunk_size=100):
        for facet, slug, _label in listing.facets(json.loads(text)):
            if lars in ended:  # else a listing is missing, which `verify_register` tells
                found[facet, slug][lars] = ended[lars]
    index.memory[__name__] = made = dict(found)
    return made


def tombstone(request: HttpRequest, lars: str) -> HttpResponse:
    """The page of a withdrawn record: gone, when and why. A record that never was is a 404."""
    told = history(lars)
    withdrawal = next((entry for entry in told if entry.action == Action.WITHDRAW), None)
    if withdrawal is None:
        raise Http404
    document = last_documents([lars]).get(lars)
    last = record.read(document) if document else None
    shown = told[:SHOWN]
    count_changes(lars, shown)
    return render(
        request,
        "public/withdrawn.html",
        {
            "lars": lars,
            "withdrawal": withdrawal,
            "why_emptied": None if withdrawal.note else Publication.objects.redaction_of(withdrawal),
            "entries": shown,
            "more": len(told) - len(shown),
            "name": last.name if last else None,
            "last": last,
            "others": _others(request, document, last) if document and last else [],
        },
        status=410,
    )


def _others(request: HttpRequest, document: Document, last: record.Record) -> list[dict[str, Any]]:
    """Return the lists of themes and organisation of a record that is gone, where others stand now."""
    index = bitset.now(context.head(request))
    wanted = [("thema", slug_of(theme), label) for theme, label in zip(document["category"], last.themes, strict=True)]
    slug, then = document["organization"]["slug"], document["organization"]["name"]
    now = Organization.objects.filter(slug=slug).values_list("name", flat=True).first()
    wanted.append(("organisatie", slug, now or then))  # a list is called by the name that stands above it
    counted = [(facet, slug, label, index.having(facet, [slug]).bit_count()) for facet, slug, label in wanted]
    return [
        {"address": f"{reverse('algorithm-list')}?{urlencode({facet: slug})}", "label": label, "count": count}
        for facet, slug, label, count in counted
        if count
    ]
