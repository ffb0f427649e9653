"""Full addresses in answers. Stored texts hold none, so that they are the same on every host."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


def site(request: HttpRequest) -> str:
    """Return the address of the register: SITE_URL, else the host that was asked."""
    return settings.SITE_URL or f"{request.scheme}://{request.get_host()}"


class Links:
    """The addresses around records, for one request: the parts that are the same are made once."""

    def __init__(self, request: HttpRequest):
        self.site = site(request)
        self.api = self.site + reverse("api:algorithm-list").removesuffix("/algoritmes")

    def record(self, lars: str) -> str:
        return f"{self.api}/algoritmes/{lars}"

    def versions(self, lars: str) -> str:
        return f"{self.api}/algoritmes/{lars}/versies"

    def version(self, lars: str, number: int) -> str:
        return f"{self.api}/algoritmes/{lars}/versies/{number}"

    def page(self, lars: str, slug: str, prefix: str = "") -> str:
        """The public page; `prefix` is "/en" for the English one (DESIGN §4)."""
        return f"{self.site}{prefix}/algoritmes/{lars}/{slug}/"
