"""Atom feeds (RFC 4287) of what changed, in pages (RFC 5005): everything, of an organisation, of a theme.

Who follows a feed keeps the chain: each entry tells its own hash, the feed that of the newest entry (DESIGN §2). Ids
are made of those hashes, so they stay when a register moves to another address.

A feed of an organisation or theme tells all entries of the records that are in it now, and of those withdrawn whose
last text was. What a record belonged to before is not looked up: it would mean reading every version there is.

Feeds have an ETag and no Last-Modified: that counts in seconds, in which two publications fit, and knows nothing of a
changed name of an organisation. A reader that asks by date only gets the whole page, which is always right.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from algorithms import bitset, log
from algorithms.document import Document
from algorithms.models import Action, Head, Listing, Organization, Publication
from algorithms.models.publication import GENESIS, PublicationQuerySet
from algorithms.models.register import slug_of
from algorithms.public import context, paging, past
from algorithms.public.across import THEMES_BY_SLUG
from algorithms.standard import FIELDS, label_of

PAGE_SIZE = 50
TYPE = "application/atom+xml; charset=utf-8"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # a feed must tell when it changed, also when nothing was published yet

Told = Any  # a Publication with what `past.entries` adds to it


@dataclass
class Entry:
    """One entry of the log, as a feed tells it; `updated` is later than `published` when its text was emptied."""

    id: str
    title: str
    published: str
    updated: str
    note: str
    summary: tuple[str, str]  # the short description, and its language when it is not the feed's
    emptied: str  # what to say when a text of it was made unreadable
    line: str
    author: str
    themes: list[tuple[str, str]]
    address: str
    difference: str


@require_safe
def everything(request: HttpRequest) -> HttpResponse:
    return _feed(request, _("%(site_name)s: wijzigingen") % _names(), reverse("changes"), past.entries())


@require_safe
def of_organization(request: HttpRequest, slug: str) -> HttpResponse:
    organization = get_object_or_404(Organization.objects.only("name", "slug"), slug=slug)
    title = _("%(site_name)s: wijzigingen bij %(name)s") % _names(organization.name)
    about = reverse("organization-detail", args=[slug])
    return _feed(request, title, about, _entries_of(request, "organisatie", slug))


@require_safe
def of_theme(request: HttpRequest, slug: str) -> HttpResponse:
    theme = THEMES_BY_SLUG.get(slug)
    if theme is None:
        raise Http404
    title = _("%(site_name)s: wijzigingen in het thema %(name)s") % _names(str(theme.label))
    return _feed(request, title, reverse("theme-detail", args=[slug]), _entries_of(request, "thema", slug))


def _names(name: str = "") -> dict[str, str]:
    return {"site_name": context.house()["site_name"], "name": name}


# -- which entries -----------------------------------------------------------------------------------------------------


def _entries_of(request: HttpRequest, facet: str, slug: str) -> PublicationQuerySet:
    public = Listing.objects.filter(facets__facet=facet, facets__slug=slug).values("lars")
    gone = list(past.gone(bitset.now(context.head(request))).get((facet, slug), ()))
    return past.entries().filter(Q(lars__in=public) | Q(lars__in=gone))


# -- the feed ----------------------------------------------------------------------------------------------------------


def _feed(request: HttpRequest, title: str, about: str, entries: PublicationQuerySet) -> HttpResponse:
    """Write a feed. `about`: the path of the page that tells the same to people."""
    head, base = context.head(request), context.base_url(request)
    found = entries.filter(sequence__lte=head.sequence).order_by("-sequence")
    page = paging.paged(request, found, PAGE_SIZE)
    shown = list(page.object_list)
    address = base + request.path
    first = Publication.objects.filter(sequence=1).values_list("hash", flat=True).first()
    newest = shown[0] if shown and page.number == 1 else found.first()

    def numbered(number: int) -> str:
        return f"{address}?pagina={number}" if number > 1 else address

    links = [("self", numbered(page.number)), ("first", address), ("last", numbered(page.paginator.num_pages))]
    if page.has_previous():
        links.append(("previous", numbered(page.previous_page_number())))
    if page.has_next():
        links.append(("next", numbered(page.next_page_number())))
    return render(
        request,
        "public/feed.xml",
        {
            "id": _urn(first or GENESIS, request.path),
            "title": title,
            "told": _told(head),
            "updated": log.stamp(newest.published_at if newest else NEVER),
            "links": links,
            "about": base + about,
            "entries": _entries(shown, base),
            "difference": _("Wat er veranderde"),
            "scheme": base + context.in_language(reverse("theme-list"), "nl"),
        },
        content_type=TYPE,
    )


def _told(head: Head) -> str:
    return _(
        "Stand van het logboek: %(sequence)s, controlegetal %(hash)s. Wie dit getal bewaart, kan later nagaan dat er"
        " niets ongemerkt is veranderd."
    ) % {"sequence": head.sequence, "hash": head.hash}


def _entries(shown: list[Told], base: str) -> list[Entry]:
    """Return entries with the texts they need. Three queries."""
    own = {entry.pk for entry in shown if entry.action == Action.PUBLISH}
    texts = Publication.objects.filter(pk__in=own).exclude(document="").values_list("pk", "document")
    documents = {sequence: json.loads(text) for sequence, text in texts}
    last = past.last_documents(list({entry.lars for entry in shown if entry.pk not in documents}))
    emptied = {entry.lars for entry in shown if _is_emptied(entry)}
    rows = Publication.objects.filter(lars__in=emptied, action=Action.REDACT).order_by("sequence")
    redacted = {(lars, digest): moment for lars, digest, moment in rows.values_list("lars", "sha256", "published_at")}
    return [
        _entry(
            entry,
            documents.get(entry.pk),
            last.get(entry.lars),
            redacted.get((entry.lars, entry.redactable_sha256), entry.published_at),
            base,
        )
        for entry in shown
    ]


def _is_emptied(entry: Told) -> bool:
    """Whether its text, or the reason of a withdrawal, was made unreadable since."""
    return bool(entry.emptied) or (not entry.note and entry.note_sha256 != log.sha256(""))


def _entry(entry: Told, document: Document | None, last: Document | None, updated: datetime, base: str) -> Entry:
    """`document`: the text that this entry published; `last`: the newest text of its record, for other entries."""
    known: dict[str, Any] = document or last or {}
    version = entry.action == Action.PUBLISH
    # The list of versions is always there; the page of the record may be gone, or back.
    address = (
        reverse("version-detail", args=[entry.lars, entry.version])
        if version
        else reverse("version-list", args=[entry.lars])
    )
    compared = version and entry.comparable and not entry.emptied
    difference = reverse("version-difference", args=[entry.lars, entry.version]) if compared else ""
    name, _lang = _text(known, "name")
    return Entry(
        id=_urn(entry.hash, context.language()),
        title=_happened(entry, name or _("Algoritme %(lars)s") % {"lars": entry.lars}),
        published=log.stamp(entry.published_at),
        updated=log.stamp(updated),
        note=entry.note,
        summary=_text(document or {}, "description_short"),
        emptied=_("De tekst hiervan is onleesbaar gemaakt.") if _is_emptied(entry) else "",
        line=_("Logboek %(sequence)s, controlegetal %(hash)s") % {"sequence": entry.sequence, "hash": entry.hash},
        author=known["organization"]["name"] if known else "",
        themes=[(slug_of(one), label_of(FIELDS["category"].choices, one)) for one in known.get("category", ())],
        address=base + address,
        difference=base + difference if difference else "",
    )


def _happened(entry: Told, name: str) -> str:
    told = {"name": name, "version": entry.version}
    match entry.action:
        case Action.PUBLISH:
            return _("%(name)s: versie %(version)s gepubliceerd") % told
        case Action.WITHDRAW:
            return _("%(name)s: ingetrokken") % told
        case _ if entry.of_version:
            return _("%(name)s: tekst van versie %(version)s onleesbaar gemaakt") % told
        case _:
            return _("%(name)s: toelichting bij versie %(version)s onleesbaar gemaakt") % told


def _text(document: Document, key: str) -> tuple[str, str]:
    """Return a text in the language of the feed, else in Dutch, and its language when it is another."""
    translated = document.get("translations", {}).get(context.CODES[context.language()], {})
    return context.in_page_language(document.get(key, ""), translated.get(key, ""))


def _urn(digest: str, what: str) -> str:
    """Return an id made of the hash of an entry: the same wherever the register stands."""
    return uuid.uuid5(uuid.UUID(digest[:32]), what).urn
