"""One algorithm: its page, and the short addresses that lead there."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from algorithms.models import Listing, Publication
from algorithms.public import record
from algorithms.public.past import tombstone


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
    request: HttpRequest, publication: Publication, current: Listing | None, is_version_page: bool = False
) -> HttpResponse:
    """The page of one version: the record itself when it is the version of now."""
    read = record.read(json.loads(publication.document))
    address = reverse("algorithm-detail", args=[current.lars, current.slug]) if current else ""
    is_current = current is not None and current.version == publication.version
    return render(
        request,
        "public/algorithm_detail.html",
        {
            "record": read,
            "publication": publication,
            "current_address": address,
            "is_version_page": is_version_page,
            "is_current": is_current,
            "canonical_path": address if is_current else "",
        },
    )


@require_safe
def identity(request: HttpRequest, lars: str) -> HttpResponse:
    raise Http404
