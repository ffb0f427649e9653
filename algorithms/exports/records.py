"""One record as a file: its PDF, in both languages, beside the page it is of."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_safe

from algorithms.public import converters


@require_safe
def pdf(request: HttpRequest, lars: str, slug: str) -> HttpResponseBase:
    raise Http404


converters.register()

urlpatterns = [path("algoritmes/<lars:lars>/<str:slug>.pdf", pdf, name="algorithm-pdf")]
