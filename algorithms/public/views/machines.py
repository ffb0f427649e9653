"""What only programs read: robots.txt, sitemap.xml, security.txt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from algorithms.public import context, sitemap

VALID_MONTHS = 6  # of security.txt: under a year, as RFC 9116 advises, and long enough for whoever keeps a copy
XML = "application/xml; charset=utf-8"
AT_ONCE = 500  # pages of the sitemap in one piece of the answer


def _text(lines: Iterable[str]) -> HttpResponse:
    return HttpResponse("".join(f"{line}\n" for line in lines), content_type="text/plain; charset=utf-8")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Everything may be read, except the staff's own part. What should not be found says so itself (`noindex`)."""
    address = context.base_url(request) + reverse("sitemap")
    return _text(["User-agent: *", "Disallow: /beheer/", "", f"Sitemap: {address}"])


@require_safe
def site_map(request: HttpRequest) -> HttpResponseBase:
    """The whole sitemap, or the index of its parts when one file cannot hold it."""
    head = context.head(request)
    others = sitemap.places(head)
    count = sitemap.parts(head, others)
    if count > 1:
        return HttpResponse(sitemap.index_xml(context.base_url(request), count), content_type=XML)
    return _part(request, others, 1)


@require_safe
def site_map_part(request: HttpRequest, part: int) -> HttpResponseBase:
    head = context.head(request)
    others = sitemap.places(head)
    if not 1 <= part <= sitemap.parts(head, others):
        raise Http404
    return _part(request, others, part)


def _part(request: HttpRequest, others: list[sitemap.Place], part: int) -> HttpResponseBase:
    if request.method == "HEAD":  # a server drops what is streamed to it, and complains
        return HttpResponse(content_type=XML)
    # Read now and written while it is sent: a slow reader holds rows in memory, never the database.
    pages = list(sitemap.addresses(context.head(request), others, part))
    pieces = sitemap.part_xml(context.base_url(request), iter(pages))
    return StreamingHttpResponse(_together(pieces), content_type=XML)


def _together(pieces: Iterator[str]) -> Iterator[str]:
    while piece := "".join(islice(pieces, AT_ONCE)):
        yield piece


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Whom to tell about a weak spot (RFC 9116). `Expires` is made anew each month, so nobody has to remember it."""
    address = context.base_url(request) + reverse("security")
    lines = [f"Contact: {contact}" for contact in settings.SECURITY_CONTACT]
    lines += [f"Expires: {_expires(timezone.localdate()):%Y-%m-%dT00:00:00Z}", "Preferred-Languages: nl, en"]
    if address.startswith("https://"):  # the only kind that may be named
        lines.append(f"Canonical: {address}")
    lines += [f"Policy: {policy}" for policy in settings.SECURITY_POLICY]
    return _text(lines)


def _expires(today: date) -> date:
    """Return the first day of a month, between five and six months ahead."""
    months = today.year * 12 + today.month - 1 + VALID_MONTHS
    return date(months // 12, months % 12 + 1, 1)
