"""What a visitor gets when something is wrong: a page, and for machines a problem in JSON (RFC 9457)."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.views import defaults

from algorithms.api.problems import Problem
from algorithms.public import errors as pages
from register.middleware import is_for_machines


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    # BadRequest is ours and says what to do; other exceptions may tell of the inside.
    detail = str(exception) if isinstance(exception, BadRequest) else ""
    return _problem(400, request, detail) or defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _problem(403, request) or pages.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _problem(404, request) or pages.not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    return _problem(500, request) or pages.server_error(request)


def _problem(status: int, request: HttpRequest, detail: str = "") -> HttpResponse | None:
    return Problem(status, detail).response(request) if is_for_machines(request) else None
