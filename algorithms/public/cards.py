"""List items: what a list tells of a record, made from `Listing.summary` alone, so that no list asks more queries."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from algorithms.finding import Found
from algorithms.models import Listing
from algorithms.public.context import CODES, language
from algorithms.public.record import whole_sentences
from algorithms.search.engine import Answer
from algorithms.search.matching import Snippet
from algorithms.standard import FIELDS, label_of

LONGEST = 300  # characters of a description on a card; in lists one compares, the record tells all


@dataclass(frozen=True)
class Piece:
    """Why a record was found, when its name and short description do not tell: a piece of another text."""

    label: str
    text: SafeString
    lang: str  # when it is not the page's


@dataclass(frozen=True)
class Card:
    """`name` and `description` have marks in them when words were asked. A long description is cut, with "…"."""

    lars: str
    address: str
    name: str
    name_lang: str
    description: str
    description_lang: str
    organization: str
    status: str
    status_value: str
    themes: list[str]
    category: str
    published_at: datetime
    version: int
    piece: Piece | None = None


def cards(listings: Iterable[Listing], found: Found | None = None) -> list[Card]:
    """Return what a list shows; of what was found by words also where they stand. At most one query."""
    rows = list(listings)
    answer = found.answer if found else None
    snippets = found.snippets(rows) if found else {}
    return [card(row, answer, snippets.get(row.pk)) for row in rows]


def card(listing: Listing, answer: Answer | None = None, snippet: Snippet | None = None) -> Card:
    item = json.loads(listing.summary)
    code = language()
    texts = item if code == "nl" else item["translations"].get(CODES[code], {})

    def told(key: str) -> tuple[str, str]:
        return (texts[key], "") if texts.get(key) else (item[key], "nl" if code != "nl" and item[key] else "")

    name, description = told("name"), told("description_short")
    shown = {"name": _marked(name[0], answer), "description_short": _marked(_short(description[0]), answer)}
    return Card(
        lars=listing.lars,
        address=reverse("algorithm-detail", args=[listing.lars, listing.slug]),
        name=shown["name"],
        name_lang=name[1],
        description=shown["description_short"],
        description_lang=description[1],
        organization=item["organization"]["name"],
        status=label_of(FIELDS["status"].choices, item["status"]),
        status_value=item["status"],
        themes=[label_of(FIELDS["category"].choices, theme) for theme in item["category"]],
        category=label_of(FIELDS["publication_category"].choices, item["publication_category"]),
        published_at=listing.published_at,
        version=listing.version,
        piece=_piece(snippet, shown) if snippet else None,
    )


def _short(text: str) -> str:
    """A long text up to the end of a sentence, or of a word when its first sentence is long too."""
    if len(text) <= LONGEST:
        return text
    begin = whole_sentences(text, LONGEST)
    if len(begin) >= LONGEST // 3:
        return f"{begin} …"
    return f"{text[:LONGEST].rsplit(None, 1)[0].rstrip('.,;:')}…"


def _marked(text: str, answer: Answer | None) -> str:
    return marks(answer.parts(text)) if answer else text


def marks(parts: Iterable[tuple[str, bool]]) -> SafeString:
    """Return (text, whether it is marked) as HTML."""
    made = (
        (format_html('<mark class="utrecht-mark">{}</mark>', text) if is_marked else text,) for text, is_marked in parts
    )
    return format_html_join("", "{}", made)


def _piece(snippet: Snippet, shown: dict[str, str]) -> Piece | None:
    """Return the piece to show below; None when the text it is of already stands there with its marks."""
    if "<mark" in shown.get(snippet.key, "") or snippet.key not in FIELDS:
        return None
    lang = "" if snippet.lang == language() else snippet.lang
    return Piece(str(FIELDS[snippet.key].label), marks(snippet.parts()), lang)
