"""What a client asks: every wrong query key and value is gathered first and told at once (400)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from algorithms.api.links import site
from algorithms.api.problems import Problem
from algorithms.api.responses import json_list

PAGE_KEYS = ("pagina", "paginaGrootte")
PAGE_SIZE, MAX_PAGE_SIZE = 20, 100
# Promised by the design and not built yet: the refusal says so.
COMING = ("op",)

_WHOLE = re.compile(r"[0-9]{1,19}")


class Query:
    """The query of one request. `check()` raises Problem 400 with everything that is wrong with it."""

    def __init__(self, request: HttpRequest, keys: Iterable[str] = (), repeatable: Iterable[str] = ()):
        self.request, self.values = request, request.GET
        self.errors: list[dict[str, str]] = []
        if not self.values:
            return
        permitted = (*repeatable, *keys)
        for key in self.values:
            if key not in permitted:
                self.refuse(key, _unknown(key, permitted))
            elif key not in repeatable and len(self.values.getlist(key)) > 1:
                self.refuse(key, "Deze sleutel mag één keer voorkomen.")
            elif "" in self.values.getlist(key):
                self.refuse(key, "Deze sleutel heeft geen waarde. Geef er een, of laat de sleutel weg.")

    def refuse(self, key: str, detail: str) -> None:
        self.errors.append({"in": "query", "name": key, "detail": detail})

    def check(self) -> None:
        if self.errors:
            detail = " ".join(f"{error['name'][:100]}: {error['detail']}" for error in self.errors[:10])
            raise Problem(400, detail, errors=self.errors)

    def whole(self, key: str, default: int, lowest: int, highest: int) -> int:
        """Return a whole number, `default` when it is not asked for."""
        value = self.values.get(key)
        if not value:  # without a value it is refused already
            return default
        if _WHOLE.fullmatch(value) and lowest <= int(value) <= highest:
            return int(value)
        self.refuse(key, f"Geef een heel getal van {lowest} tot en met {highest}.")
        return default

    def yes(self, key: str) -> bool:
        """Return whether a key is "true"; without it, or with "false", no."""
        value = self.values.get(key)
        if value not in (None, "", "true", "false"):
            self.refuse(key, "Geef true of false.")
        return value == "true"

    def page(self) -> Page:
        return Page(self, self.whole("pagina", 1, 1, 10**9), self.whole("paginaGrootte", PAGE_SIZE, 1, MAX_PAGE_SIZE))


class Page:
    """One page of a list."""

    def __init__(self, query: Query, number: int, size: int):
        self.query, self.number, self.size = query, number, size
        self.start, self.stop = (number - 1) * size, number * size

    def of(self, rows: QuerySet, count: int | None = None) -> tuple[int, list[Any]]:
        """Return how many rows there are, and those on this page. Raises Problem 400 when there is no such page."""
        self.query.check()
        count = rows.count() if count is None else count
        self.check(count)
        return count, list(rows[self.start : self.stop])

    def check(self, count: int) -> None:
        """Raise Problem 400 when a list of `count` has no such page."""
        if self.number > max(self.last(count), 1):
            self.query.refuse("pagina", f"De laatste pagina is {max(self.last(count), 1)}.")
        self.query.check()

    def answer(self, count: int, items: Iterable[str], **beside: Any) -> HttpResponse:
        """Answer this page; `beside` are further keys of the answer."""
        following = self.address(self.number + 1) if self.number < self.last(count) else None
        previous = self.address(self.number - 1) if self.number > 1 else None
        return json_list(count, following, previous, items, beside)

    def last(self, count: int) -> int:
        return -(-count // self.size)

    def address(self, number: int) -> str:
        values = self.query.values.copy()
        values["pagina"] = str(number)
        return f"{site(self.query.request)}{self.query.request.path}?{values.urlencode()}"


def _unknown(key: str, permitted: tuple[str, ...]) -> str:
    if key in COMING:
        return f"'{key}' kan in deze versie van de API nog niet; het komt later."
    if not permitted:
        return "Dit adres kent geen vraagsleutels."
    return f"Deze sleutel bestaat niet. Kies uit: {', '.join(permitted)}."
