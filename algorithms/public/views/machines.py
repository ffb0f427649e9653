"""What only programs read: robots.txt, sitemap.xml, security.txt."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    raise Http404
