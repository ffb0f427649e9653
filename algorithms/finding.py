"""What is public and answers a question: facets, a moment, words, and the order. The one way lists are made.

    found = find(Head.now(), chosen={"thema": ["verkeer"]}, text="parkeren", lang="nl")
    found.count, found.listings(0, 20), found.counts("status"), found.snippets(listings)

Which records it are comes from memory (`bitset`) and the search index; the rows of one page are all that is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from algorithms import bitset
from algorithms.models import Head, Listing
from algorithms.search.engine import Answer, engine_of
from algorithms.search.matching import Snippet, snippet

RELEVANCE, NEWEST, NAME = "relevantie", "nieuw", "naam"


@dataclass
class Found:
    """The answer: `answer` tells how words were understood, None when none were asked."""

    index: bitset.Bitset
    chosen: Mapping[str, list[str]]
    within: int  # what all but the facets leaves
    answer: Answer | None
    sort: str
    lang: str

    def __post_init__(self) -> None:
        self.records = self._among(self.chosen)
        self.count = self.records.bit_count()

    def sequences(self, start: int, stop: int) -> list[int]:
        """Return the sequences of the records from `start` to `stop`, in order."""
        if self.sort == NAME:
            return self.index.by_name(self.records, start, stop)
        if self.sort == RELEVANCE and self.answer:
            return self.answer.page(self.records, start, stop)
        return self.index.newest(self.records, start, stop)

    def listings(self, start: int, stop: int) -> list[Listing]:
        """Return the rows from `start` to `stop`, in order. One query.

        A record that was published again since the head was read has another row by now; it is left out.
        """
        return Listing.objects.in_order(self.sequences(start, stop))

    def counts(self, facet: str) -> dict[str, int]:
        """Return for each value of a facet how many records there would be with it, other facets kept as chosen."""
        others = {key: slugs for key, slugs in self.chosen.items() if key != facet}
        return self.index.counts(facet, self._among(others))

    def snippets(self, listings: Iterable[Listing]) -> dict[int, Snippet]:
        """Return why each record was found, by sequence. One query, none when no words were asked."""
        if not self.answer or not self.answer.patterns:
            return {}
        texts = self.answer.terms.texts([listing.pk for listing in listings])
        made = {sequence: snippet(places, self.answer.patterns, self.lang) for sequence, places in texts}
        return {sequence: found for sequence, found in made.items() if found}

    def _among(self, chosen: Mapping[str, list[str]]) -> int:
        records = self.within
        for facet, slugs in chosen.items():
            records &= self.index.having(facet, slugs)
        return records


def find(
    head: Head,
    *,
    chosen: Mapping[str, list[str]] | None = None,
    since: datetime | None = None,
    text: str = "",
    sort: str = "",
    lang: str = "nl",
) -> Found:
    """Find what is public: with any of the values `chosen` of each facet, published after `since`, and holding `text`.

    The order is `sort`; without one by relevance when words are asked, else the newest first.
    """
    index = bitset.now(head)
    within = index.all if since is None else index.since(since)
    answer = engine_of(index).answer(text, lang) if text.strip() else None
    if answer and answer.query.is_empty:
        answer = None
    if answer:
        within &= answer.found
    if answer is None and sort in ("", RELEVANCE):
        sort = NEWEST
    return Found(index, chosen or {}, within, answer, sort or RELEVANCE, lang)
