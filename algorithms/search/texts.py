"""What of a document can be found, and how much it weighs there. A pure function of the document and the release.

Four weights, each with a letter for the Dutch texts and one for the English ones:

    a e   the name and the number
    b f   the short description, search terms, theme, who it is for, names of organisation, parties and data sources
    c g   everything else
    d h   what an older standard knew (`legacy`)
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from algorithms.document import Document
from algorithms.search import analyser
from algorithms.standard import FIELDS, Kind

DUTCH, ENGLISH = "abcd", "efgh"
LETTERS = DUTCH + ENGLISH
MOST_BYTES = 900_000  # of the tokens of one record; PostgreSQL takes no vector of more than a megabyte

_WEIGHTS = dict.fromkeys(("name", "lars"), 0) | dict.fromkeys(
    ("description_short", "tags", "category", "affected", "organization", "department", "provider", "parties",
     "data_sources", "source_data_grouping"), 1,
) | {"legacy": 3}  # fmt: skip
_BODY = 2
# Nobody looks for these, or everything has them.
_LEFT_OUT = {"lang", "standard_version", "status", "personal_data", "self_learning", "withheld"}
_ROWS_WITHOUT = {("data_sources", "personal_data"), ("legacy", "key"), ("legacy", "standard")}
_CODE = re.compile(r"(?<![a-z0-9])(?=[a-z]*[0-9])[a-z0-9]{5,}(?![a-z0-9])", re.IGNORECASE)
_TAG = re.compile(r"</?([a-z0-9]+)[^>]*>")
_INLINE = {"strong", "em", "b", "i", "a"}
_ORDER = {key: place for place, key in enumerate(("lars", *FIELDS))}


class Place(NamedTuple):
    """A text where words are found: the letter of its weight and language, the document's key, the plain text."""

    letter: str
    key: str
    text: str


def places(document: Document) -> list[Place]:
    """Return the texts of a document, the weightiest first, Dutch before English."""
    found = [Place(DUTCH[0], "lars", document["lars"])]
    for key, field in FIELDS.items():
        if text := _text(key, document.get(key), "nl"):
            found.append(Place(DUTCH[_weight(key)], key, text))
        if field.kind in (Kind.CHOICES, Kind.CHOICE) and (text := _text(key, document.get(key), "en")):
            found.append(Place(ENGLISH[_weight(key)], key, text))
    for key, value in document["translations"].get("eng", {}).items():
        if text := _text(key, value, "en"):
            found.append(Place(ENGLISH[_weight(key)], key, text))
    found = [Place(letter, key, analyser.unjoined(text)) for letter, key, text in found]
    return sorted(found, key=lambda place: (weight(place.letter), place.letter, _ORDER.get(place.key, 99)))


def tokens(found: list[Place]) -> list[str]:
    """Return the distinct words of texts, each behind the letter of the weightiest place, in alphabetical order."""
    texts: dict[str, list[str]] = {}
    for place in found:
        texts.setdefault(place.letter, []).append(place.text)
    seen: set[str] = set()
    made: list[str] = []
    room = MOST_BYTES
    for letter in sorted(texts, key=lambda letter: (weight(letter), letter)):
        words = analyser.words("\n".join(texts[letter])) - seen
        seen |= words
        size = sum(map(len, words)) + 2 * len(words)
        if size > room:  # as many as there is room for
            words = set(_first(sorted(words), room))
        room -= size
        made += [letter + word for word in words]
    return sorted(made)


def _first(words: list[str], room: int) -> Iterator[str]:
    """Yield words as long as there is room for their tokens, in bytes."""
    for word in words:
        room -= len(word) + 2
        if room < 0:
            return
        yield word


def weight(letter: str) -> int:
    """Return how heavy a letter is: 0 for the name to 3 for what an older standard knew."""
    return LETTERS.index(letter) % len(DUTCH)


def language(letter: str) -> str:
    """Return "nl" or "en"."""
    return "nl" if letter in DUTCH else "en"


def plain(rich: str) -> str:
    """Return the words of rich text of a document, each block on a line of its own.

    `richtext.plain` parses, which an index of many records cannot afford; what a document holds is already small and
    well formed.
    """
    if "<" in rich:
        rich = _TAG.sub(lambda tag: "" if tag[1] in _INLINE else "\n", rich)
        rich = "\n".join(line for line in map(str.strip, rich.split("\n")) if line)
    return html.unescape(rich) if "&" in rich else rich


def _weight(key: str) -> int:
    return _WEIGHTS.get(key, _BODY)


def _text(key: str, value: Any, lang: str) -> str:
    """Return a value of the document as words; "" when there is nothing to find."""
    field = FIELDS.get(key)
    if not value or field is None or key in _LEFT_OUT:
        return ""
    if isinstance(value, str):
        if field.kind is Kind.URL:
            return _codes(value)
        if field.kind is Kind.RICH:
            return plain(value)
        return _choice(key, value, lang) if field.kind is Kind.CHOICE else value
    if isinstance(value, dict):
        parts = [value.get("name", ""), value.get("path", "")]
        return parts[1] or parts[0]
    if field.kind is Kind.CHOICES:
        return ", ".join(_choice(key, item, lang) for item in value)
    return "\n".join(filter(None, (_row(key, row) for row in value)))


def _choice(key: str, value: str, lang: str) -> str:
    label = next((choice.label for choice in FIELDS[key].choices if choice.value == value), None)
    if label is None:
        return value
    return label.nl if lang == "nl" else label.en


def _row(key: str, row: Document) -> str:
    return " – ".join(_cells(key, row))


def _cells(key: str, row: Document) -> Iterator[str]:
    for column in FIELDS[key].columns:
        text = row.get(column.key)
        if not text or column.kind is Kind.CHOICE or (key, column.key) in _ROWS_WITHOUT:
            continue
        if column.kind is not Kind.URL:
            yield text
        elif codes := _codes(text):
            yield codes


def _codes(address: str) -> str:
    """Return what in a web address is a code, such as that of a law (BWBR0005537); its other words say nothing."""
    return " ".join(_CODE.findall(address))
