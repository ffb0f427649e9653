"""What stood there before: versions, one version, and what differs between two."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from algorithms.models import Action, Listing, Publication
from algorithms.public import past
from algorithms.public.cards import cards
from algorithms.public.views.records import page_of


@require_safe
def version_list(request: HttpRequest, lars: str) -> HttpResponse:
    entries = past.history(lars)
    if not entries:
        raise Http404
    current = Listing.objects.filter(lars=lars).first()
    shown = cards([current])[0] if current else None
    return render(
        request,
        "public/version_list.html",
        {
            "lars": lars,
            "record": shown,
            "name": past.last_names([lars]).get(lars),
            "entries": entries,
            "current": current,
        },
    )


@require_safe
def version_detail(request: HttpRequest, lars: str, version: int) -> HttpResponse:
    publication = get_object_or_404(Publication, lars=lars, version=version, action=Action.PUBLISH)
    current = Listing.objects.filter(lars=lars).first()
    if publication.is_redacted:
        reason = Publication.objects.redaction_of(publication)
        return render(
            request,
            "public/redacted.html",
            {"publication": publication, "reason": reason, "current": current},
            status=410,
        )
    return page_of(request, publication, current=current, is_version_page=True)


@require_safe
def difference(request: HttpRequest, lars: str, version: int) -> HttpResponse:
    raise Http404
