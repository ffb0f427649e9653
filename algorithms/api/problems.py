"""Every refusal of the API, as problem details (RFC 9457): status, title, detail and what helps the client further.

raise Problem(404, "Er is geen algoritme met dit nummer.")
"""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework.exceptions import APIException

MEDIA_TYPE = "application/problem+json"
# What a status is called, and what it says when the one who raised it says nothing more.
WORDS = {
    400: ("Onjuiste vraag", "De vraag klopt niet. Kijk het adres en de vraagtekens na."),
    403: ("Geen toegang", "Dit mag niet."),
    404: ("Niet gevonden", "Dit adres bestaat niet. Alle adressen staan in /api/v1/openapi.json."),
    405: ("Methode niet toegestaan", "Dit adres kan alleen gelezen worden: gebruik GET of HEAD."),
    406: ("Geen passende vorm", "De API antwoordt in JSON. Vraag om application/json of laat de kop Accept weg."),
    410: ("Niet meer beschikbaar", "Dit is niet meer beschikbaar."),
    416: ("Bereik bestaat niet", "Het gevraagde bereik valt buiten het bestand."),
    500: ("Fout in de server", "Er ging bij ons iets mis. Probeer het later nog eens."),
    503: ("Tijdelijk niet beschikbaar", "Het register kan nu geen antwoord geven. Probeer het later nog eens."),
}

logger = logging.getLogger("django.request")


class Problem(Exception):
    """A refusal. `members` stand beside status, title and detail; `headers` go with the answer."""

    def __init__(self, status: int, detail: str = "", *, title: str = "", headers: dict | None = None, **members: Any):
        super().__init__(detail)
        self.status, self.detail, self.title, self.headers, self.members = status, detail, title, headers, members

    def response(self, request: HttpRequest) -> HttpResponse:
        title, detail = WORDS.get(self.status) or (_phrase(self.status), _phrase(self.status))
        content = {
            "status": self.status,
            "title": self.title or title,
            "detail": self.detail or detail,
            "instance": request.get_full_path() if len(request.get_full_path()) < 2000 else request.path,
            **self.members,
        }
        return HttpResponse(
            json.dumps(content, ensure_ascii=False),
            status=self.status,
            content_type=MEDIA_TYPE,
            headers=self.headers,
        )


def handle(error: Exception, context: dict[str, Any]) -> HttpResponse:
    """DRF's EXCEPTION_HANDLER: turn anything that a view raised into a problem, with DEBUG on too."""
    request = context["request"]
    if isinstance(error, Problem):
        return error.response(request)
    if isinstance(error, Http404):
        return Problem(404).response(request)
    if isinstance(error, PermissionDenied):
        return Problem(403).response(request)
    if isinstance(error, BadRequest):
        return Problem(400).response(request)
    if isinstance(error, APIException):
        return Problem(error.status_code, headers=_headers(error)).response(request)
    got_request_exception.send(sender=None, request=request)
    logger.error("Internal Server Error: %s", request.path, exc_info=error)
    return Problem(500).response(request)


def _headers(error: APIException) -> dict[str, str]:
    wait = getattr(error, "wait", None)
    return {"Retry-After": f"{wait:.0f}"} if wait else {}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return str(status)
