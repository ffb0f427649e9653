"""Pages for what went wrong. `register/urls.py` names them as handlers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from algorithms.public.context import house, languages


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "public/404.html", status=404)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "public/403.html", status=403)


_BARE = "<!doctype html><html lang=nl><title>Storing</title><h1>Er ging iets mis. / Something went wrong.</h1>"


def server_error(request: HttpRequest) -> HttpResponse:
    """Something broke, perhaps the database or a template: ask for neither, and fall back on bare words."""
    try:
        return HttpResponse(
            render_to_string("public/500.html", house() | {"languages": languages(request)}), status=500
        )
    except Exception:
        return HttpResponse(_BARE, status=500)
