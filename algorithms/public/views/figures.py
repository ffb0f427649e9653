"""The figures of the register."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    raise Http404
