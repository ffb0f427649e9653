"""Whole addresses for mails: the register's own, else the host of the request, which Django held to ALLOWED_HOSTS."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def whole(request: HttpRequest, path: str) -> str:
    return f"{settings.SITE_URL or f'{request.scheme}://{request.get_host()}'}{path}"
