"""Lists in pages of twenty: `?pagina=2`."""

from __future__ import annotations

import re
from typing import Any

from django.core.paginator import InvalidPage, Page, Paginator
from django.http import Http404, HttpRequest, QueryDict

PAGE_SIZE = 20
_NUMBER = re.compile("[1-9][0-9]{0,8}")  # no more: Python also reads "1_0" and the digits of other scripts


def paged(request: HttpRequest, items: Any, size: int = PAGE_SIZE) -> Page:
    """Return the page of `items` that was asked for; one that does not exist is a 404."""
    asked = request.GET.get("pagina") or "1"
    if not _NUMBER.fullmatch(asked):
        raise Http404
    try:
        return Paginator(items, size).page(asked)
    except InvalidPage:
        raise Http404 from None


def with_page(query: QueryDict, number: int) -> str:
    """Return a query with the number of its page, none for the first: the one address of that page."""
    whole = query.copy()
    if number > 1:
        whole["pagina"] = str(number)
    return whole.urlencode()


def shown(page: Page, query: QueryDict | None = None) -> dict[str, Any]:
    """Return what `_pagination.html` and the canonical address need of a page of a list."""
    query = query if query is not None else QueryDict()
    return {
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "query": query.urlencode(),
        "canonical_query": with_page(query, page.number),
    }
