"""The index of what is public now: written with each publication, inside its transaction; made anew from the log.

Two tables (`models/search.py`): what each record holds, and how many records hold each token. The words of what is no
longer public leave both in the same transaction. `publishing` is the only caller that writes.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from django.db import connection, connections

from algorithms.document import Document
from algorithms.models import Head, Listing, SearchEntry, SearchToken, fulltext
from algorithms.search import analyser, texts

Item = TypeVar("Item")

ROWS = 2_000  # written or removed in one statement
SAMPLE, MOST_VALUES = (
    3,
    500,
)  # records, and tokens of each, that are looked at to see whether the index is of this release


def entry(sequence: int, document: Document) -> SearchEntry:
    """Return the entry of one published document, unsaved; a pure function of it and of the release."""
    found = texts.places(document)
    return SearchEntry(
        listing_id=sequence,
        tokens=" ".join(texts.tokens(found)),
        texts=json.dumps(found, ensure_ascii=False, separators=(",", ":")),
    )


@lru_cache(100_000)
def stems(token: str) -> str:
    """Return the stems of a token's word as the table keeps them."""
    return " ".join(sorted(analyser.stems(token[1:], texts.language(token[0]))))


def remove(gone: Sequence[int]) -> Counter[str]:
    """Take out the records with these sequences; return how the counts of their tokens change, for `add` to write."""
    changes: Counter[str] = Counter()
    for some in _slices(gone):
        entries = SearchEntry.objects.filter(pk__in=some)
        for tokens in entries.values_list("tokens", flat=True):
            changes.subtract(tokens.split(" "))
        entries.delete()
    return changes


def add(published: Iterable[tuple[int, Document]], changes: Counter[str]) -> None:
    """Put in what was published, (sequence, document), and write the counts with what `remove` changed."""
    added = [entry(sequence, document) for sequence, document in published]
    for made in added:
        changes.update(made.tokens.split(" "))
    SearchEntry.objects.bulk_create(added)
    _count(changes)


def clear() -> None:
    """Take everything out, also of a damaged index, and put back what of the database's own part is missing."""
    fulltext.take_down(connection)
    SearchEntry.objects.all().delete()
    SearchToken.objects.all().delete()
    fulltext.install(connection)


def sign() -> None:
    """Note that this release made the whole index."""
    Head.objects.update(index_maker=maker())


def forget() -> None:
    """Leave nothing of what was taken out, also not in pages that can no longer be asked."""
    fulltext.forget_removed(connection)


def _count(changes: Counter[str]) -> None:
    """Write down how many records hold each word, more or fewer than before; words of no record go.

    Codes and numbers are left out: they have no forms, are never misspelt words, and a large register has more of them
    than of words.
    """
    differing = sorted(token for token, more in changes.items() if more and token.isalpha())
    upsert = (
        "INSERT INTO algorithms_searchtoken (token, count, stems) VALUES {} "
        "ON CONFLICT (token) DO UPDATE SET count = algorithms_searchtoken.count + excluded.count"
    )
    with connection.cursor() as cursor:
        for some in _slices(differing):
            values = [value for token in some for value in (token, changes[token], stems(token))]
            cursor.execute(upsert.format(", ".join(["(%s, %s, %s)"] * len(some))), values)
    for some in _slices([token for token in differing if changes[token] < 0]):
        SearchToken.objects.filter(pk__in=some, count__lte=0).delete()


def _slices(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), ROWS):
        yield items[start : start + ROWS]


@cache
def maker() -> str:
    """Return what tells one way of making the index from another: a hash of the code that makes it."""
    told = hashlib.sha256(version("pystemmer").encode())
    for module in (analyser, texts, sys.modules[__name__]):
        told.update(Path(str(module.__file__)).read_bytes())
    return told.hexdigest()


def is_current() -> bool:
    """Whether this release made the index, and every public record is in it."""
    return Head.now().index_maker == maker() and not Listing.objects.filter(search__isnull=True).exists()


# -- the proof ---------------------------------------------------------------------------------------------------------


class Check:
    """Compares the index with the documents, one record at a time; memory is bounded by the distinct tokens."""

    def __init__(self, using: str) -> None:
        self.using = using
        self.counts: Counter[str] = Counter()
        self.records = 0

    def fault(self, sequence: int, document: Document, stored: SearchEntry | None) -> str:
        """Return what is wrong with the entry of a public record; "" when it is as it should be."""
        wanted = entry(sequence, document)
        self.counts.update(token for token in wanted.tokens.split(" ") if token.isalpha())
        self.records += 1
        if stored is None:
            return "ontbreekt"
        if (stored.tokens, stored.texts) != (wanted.tokens, wanted.texts):
            return "wijkt af van zijn document"
        return ""

    def faults(self) -> Iterator[str]:
        """Yield what is wrong with the index as a whole, once every record has been seen."""
        connection = connections[self.using]
        if missing := fulltext.faults(connection):
            yield f"onderdeel ontbreekt of is veranderd: {', '.join(missing)}"
        elif fulltext.differs(connections["default"]):
            yield "de index van de database wijkt af van de zoekregels"
        extra = SearchEntry.objects.using(self.using).count() - self.records
        if extra > 0:
            yield f"{extra} zoekregel(s) van wat niet openbaar is"
        rows = SearchToken.objects.using(self.using).values_list("token", "count", "stems")
        for token, count, kept in rows.iterator(chunk_size=5_000):
            if self.counts.pop(token, 0) != count or kept != stems(token):
                yield f"zoekwoord '{token[1:]}' klopt niet"
        for token in self.counts:
            yield f"zoekwoord '{token[1:]}' ontbreekt"
