"""Hints for authors: how complete a record is, how it reads, and where it contradicts itself. They block nothing.

Everything is a pure function of a document (docs/document.md) and asks no database: form, import report and delivery
API call the same. A document of any shape may come in. Imports the standard and the cleaner only.

What is looked at is bounded: the first 150,000 characters of a document and the first 5,000 paragraphs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from django.utils.translation import gettext as _

from algorithms.hints import contradictions, mentions
from algorithms.hints.completeness import Completeness, completeness
from algorithms.hints.hint import Hint, by_importance
from algorithms.hints.language import (
    HARD,
    LONG,
    QUOTE,
    READ,
    Readability,
    is_dutch,
    is_english,
    measure,
    readability,
    readability_of,
)
from algorithms.hints.texts import Blocks, Document, long_paragraphs, paragraphs, quoted, read

__all__ = [
    "Completeness", "Hint", "Readability", "completeness", "hints", "paragraphs", "readability", "readability_of",
]  # fmt: skip

MOST_HARD = 3  # texts that are called hard at once, hardest first
# The way to object is rightly the same for many records.
RIGHTLY_EQUAL = {"objection_procedure", "contact_points", "withheld"}
NONE: Mapping[str, str] = MappingProxyType({})


def hints(document: Document, equal: Mapping[str, str] = NONE) -> list[Hint]:
    """Return what may help the author of a document, most important first, in the active language.

    `equal` maps digests of `paragraphs` to the name of another record with the same paragraph; the caller looks them
    up and decides what may be told.
    """
    found = read(document)
    return sorted(_all(document, found, equal), key=by_importance)


def _all(document: Document, found: Blocks, equal: Mapping[str, str]) -> Iterator[Hint]:
    yield from contradictions.empty(document)
    yield from contradictions.placeholders(document, found)
    yield from contradictions.dates(document)
    yield from contradictions.risk(document)
    yield from contradictions.personal_data(document)
    yield from contradictions.self_learning(document)
    yield from mentions.assessments(document, found)
    yield from mentions.suppliers(document, found)
    if equal:
        yield from _equal(found, equal)
    yield from _language(found)


def _equal(found: Blocks, equal: Mapping[str, str]) -> Iterator[Hint]:
    same = [
        (key, equal[digest], text)
        for digest, (key, text) in long_paragraphs(found).items()
        if digest in equal and key not in RIGHTLY_EQUAL
    ]
    counts = Counter((key, name) for key, name, _text in same)
    for key, name, text in same:
        if not (count := counts.pop((key, name), 0)):
            continue
        said = {"name": name, "text": quoted(text, 80), "count": count}
        if count == 1:
            why = _("Dezelfde alinea staat ook bij '%(name)s': '%(text)s'.") % said
        else:
            why = _("%(count)s alinea's staan ook bij '%(name)s'. De eerste is: '%(text)s'.") % said
        yield Hint(key, "equal", why, _("Kijk of de tekst over dit algoritme gaat."))


def _language(found: Blocks) -> Iterator[Hint]:
    hard: list[tuple[str, Readability]] = []
    for key in READ:
        blocks = found.get(key, [])
        if is_english(blocks):
            why = _("Deze tekst lijkt Engels.")
            yield Hint(key, "english", why, _("Schrijf hier Nederlands. Zet het Engels bij de vertaling."))
        elif is_dutch(blocks) and (measured := measure(blocks)) and _is_hard(measured):
            hard.append((key, measured))
    for key, measured in sorted(hard, key=lambda entry: entry[1].score)[:MOST_HARD]:
        said = {
            "score": measured.score,
            "words": round(measured.words_per_sentence),
            "sentence": quoted(measured.hardest[0], QUOTE),
        }
        if measured.score < HARD:
            why = _("Dit leest moeilijk: de score is %(score)s, en 60 is goed. Kijk naar: '%(sentence)s'.") % said
        else:
            why = _("De zinnen zijn lang: gemiddeld %(words)s woorden. Kijk naar: '%(sentence)s'.") % said
        yield Hint(key, "language", why, _("Maak zinnen korter en kies gewone woorden."))


def _is_hard(measured: Readability) -> bool:
    """Whether a text is worth a hint: hard or long, and with a sentence to show for it (a list of names has none)."""
    return bool(measured.hardest) and (measured.score < HARD or measured.words_per_sentence > LONG)
