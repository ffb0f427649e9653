"""How the API answers: JSON, mostly text that was made at publication and is sent as it is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import JSONRenderer

__all__ = ["JSONRenderer", "OnlyJSON", "dumps", "json_list", "json_text", "with_links"]


class OnlyJSON(BaseContentNegotiation):
    """JSON, whatever order of preference a client has; 406 for one that says it takes no JSON at all."""

    def select_parser(self, request, parsers):
        return parsers[0]

    def select_renderer(self, request, renderers, format_suffix=None):
        accept = request.META.get("HTTP_ACCEPT", "*/*")
        takes_json = accept in ("", "*/*", "application/json") or "+json" in accept
        if not takes_json and not request._request.accepts("application/json"):
            raise NotAcceptable
        return renderers[0], renderers[0].media_type


def dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def json_text(text: str) -> HttpResponse:
    """Answer JSON text as it stands, byte for byte."""
    return HttpResponse(text, content_type="application/json")


def with_links(text: str, links: dict[str, str], **beside: Any) -> str:
    """Return the JSON text of a stored object with `links` and more beside its keys, without parsing it."""
    return f"{text[:-1]},{dumps(beside | {'links': links})[1:]}"


def json_list(
    count: int, next_page: str | None, previous_page: str | None, items: Iterable[str], beside: dict[str, Any]
) -> HttpResponse:
    """Answer `{count next previous results}`, other keys before the results; `items` are JSON texts."""
    head = dumps({"count": count, "next": next_page, "previous": previous_page} | beside)
    return json_text(f'{head[:-1]},"results":[{",".join(items)}]}}')
