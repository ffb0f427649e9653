"""One algorithm: its page, and the short addresses that lead there."""

from __future__ import annotations

import json
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from algorithms import similar
from algorithms.models import Listing, Publication
from algorithms.public import context, record, structured, way
from algorithms.public.cards import Card, card
from algorithms.public.past import tombstone

HTML, JSON = "text/html", "application/json"


@require_safe
def algorithm_short(request: HttpRequest, lars: str) -> HttpResponse:
    """The short address, for letters: on to the record itself."""
    slug = Listing.objects.filter(lars=lars).values_list("slug", flat=True).first()
    return _onward(request, lars, slug) if slug else tombstone(request, lars)


@require_safe
def algorithm_detail(request: HttpRequest, lars: str, slug: str) -> HttpResponse:
    listing = Listing.objects.filter(lars=lars).select_related("publication").first()
    if listing is None:
        return tombstone(request, lars)
    if listing.slug != slug:
        return _onward(request, lars, listing.slug)
    return page_of(request, listing.publication, current=listing)


def _onward(request: HttpRequest, lars: str, slug: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("algorithm-detail", args=[lars, slug]))


def page_of(
    request: HttpRequest,
    publication: Publication,
    current: Listing | None,
    beside: dict[str, Publication | None] | None = None,
) -> HttpResponse:
    """The page of one version: the record itself when it is the version of now.

    `beside`: the versions around it, on the page of a version (`past.beside`).
    """
    address = reverse("algorithm-detail", args=[current.lars, current.slug]) if current else ""
    is_current = current is not None and current.version == publication.version
    document = json.loads(publication.document)
    read = record.read(document, ways=is_current)
    return render(
        request,
        "public/algorithm_detail.html",
        {
            "record": read,
            "way": way.of(document),
            "question_href": question(request, read),
            "publication": publication,
            "current_address": address,
            "is_version_page": beside is not None,
            "beside": beside,
            "is_current": is_current,
            "canonical_path": address if is_current else "",
            "similar": alike(request, current) if current and is_current and beside is None else [],
            "structured": ""
            if beside is not None
            else structured.script(structured.of_record(read, context.base_url(request))),
        },
    )


def alike(request: HttpRequest, listing: Listing) -> list[tuple[Card, list[similar.Reason]]]:
    """Return what is like a record, as a list shows it, with the reasons."""
    found = similar.to(context.head(request), listing, context.language())
    return [(card(one.listing), one.reasons) for one in found]


def question(request: HttpRequest, read: record.Record) -> str:
    """Return the link of "report a mistake or ask a question": a mail that names the record.

    A record that gives no mail address gets the register's own; where that is not set, the page that the record gives,
    and at last the page of how to reach us.
    """
    if read.contact.startswith("mailto:") or settings.SITE_EMAIL:
        href = read.contact if read.contact.startswith("mailto:") else f"mailto:{settings.SITE_EMAIL}"
        subject = _("Vraag over algoritme %(lars)s: %(name)s") % {"lars": read.lars, "name": read.name.text}
        address = context.base_url(request) + reverse("algorithm-letter", args=[read.lars])
        body = f"\r\n\r\n--\r\n{subject}\r\n{address}"
        return f"{href}?subject={quote(subject)}&body={quote(body)}"
    return read.contact or reverse("contact")


@require_safe
def identity(request: HttpRequest, lars: str) -> HttpResponse:
    """What an algorithm is called in linked data: "see other" than the thing itself, its page or its JSON.

    Also of one that was withdrawn: the page then says so.
    """
    slug = Listing.objects.filter(lars=lars).values_list("slug", flat=True).first()
    if slug is None and not Publication.objects.of(lars).exists():
        raise Http404
    if request.get_preferred_type([HTML, JSON]) == JSON:
        address = reverse("api:algorithm-detail", args=[lars])
    elif slug:
        address = reverse("algorithm-detail", args=[lars, slug])
    else:
        address = reverse("algorithm-short", args=[lars])
    return HttpResponse(status=303, headers={"Location": address, "Vary": "Accept"})
