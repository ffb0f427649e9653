"""Atom feeds of what changed: everything, of one organisation, of one theme."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def everything(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_safe
def of_organization(request: HttpRequest, slug: str) -> HttpResponse:
    raise Http404


@require_safe
def of_theme(request: HttpRequest, slug: str) -> HttpResponse:
    raise Http404
