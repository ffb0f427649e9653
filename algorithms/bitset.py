"""What is public now, in memory: for each facet value one integer with a bit for every record that has it.

A filter is then `&`, a choice of several values `|`, a count `int.bit_count()`, whatever the size of the register. Bits
stand in the order of publication, so the highest bit is the newest record and a publication adds one at the end.
`now(head)` gives the index of a head; a process keeps one, and brings it up to date by what changed since.

    index = bitset.now(Head.now())
    found = index.having("thema", ["verkeer", "wonen"]) & index.having("status", ["in-gebruik"])
    index.newest(found, 0, 20)                    # the sequences of the first twenty
    index.counts("organisatie", found)            # {"gemeente-utrecht": 12, …}
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from algorithms.models import Head, Listing, Publication

# Records that are gone leave a hole; with more holes than this the index is made anew.
MOST_HOLES = 1_000


class Bitset:
    """One state of the public register; never changed once made."""

    def __init__(self, key: tuple[str, int], sequence: int) -> None:
        self.key = key  # head hash and site revision
        self.sequence = sequence
        self.sequences: list[int] = []  # place → sequence, ascending
        self.lars: list[str] = []  # place → number
        self.places: dict[int, int] = {}  # sequence → place
        self.all = 0  # a bit for every public record
        self.facets: dict[str, dict[str, int]] = {}  # facet → slug → bits
        self.labels: dict[tuple[str, str], str] = {}
        self.names: list[tuple[str, str, int]] = []  # (name key, number, place), in that order
        self.memory: dict[str, object] = {}  # what others derive from this state and keep as long as it stands

    # -- asking --------------------------------------------------------------------------------------------------------

    def having(self, facet: str, slugs: Iterable[str]) -> int:
        """Return the records that have any of these values of a facet."""
        values, found = self.facets.get(facet, {}), 0
        for slug in slugs:
            found |= values.get(slug, 0)
        return found & self.all

    def since(self, moment: datetime) -> int:
        """Return the records published after a moment; `published_at` never runs back along the log."""
        first = Publication.objects.filter(published_at__gt=moment).order_by("sequence").values_list("pk").first()
        if first is None:
            return 0
        place = bisect_left(self.sequences, first[0])
        return self.all >> place << place

    def counts(self, facet: str, among: int) -> dict[str, int]:
        """Return how many of `among` have each value of a facet; values that none has are left out."""
        found = {slug: (bits & among).bit_count() for slug, bits in self.facets.get(facet, {}).items()}
        return {slug: count for slug, count in found.items() if count}

    def bits(self, sequences: Iterable[int]) -> int:
        """Return records by their sequences; those that are not public in this state are left out."""
        made = bytearray(len(self.sequences) // 8 + 1)
        places = self.places
        for sequence in sequences:
            place = places.get(sequence, -1)
            if place >= 0:
                made[place >> 3] |= 1 << (place & 7)
        return int.from_bytes(made, "little") & self.all

    def named(self, key: str) -> int:
        """Return the records whose whole name has this key (`Listing.name_key`)."""
        first, found = bisect_left(self.names, (key,)), 0
        for name_key, _lars, place in self.names[first:]:
            if name_key != key:
                break
            found |= 1 << place
        return found & self.all

    # -- in order ------------------------------------------------------------------------------------------------------

    def newest(self, found: int, start: int, stop: int) -> list[int]:
        """Return the sequences of the records from `start` to `stop`, the newest first."""
        return [self.sequences[place] for place in _from_the_top(found, start, stop)]

    def by_name(self, found: int, start: int, stop: int) -> list[int]:
        """Return the sequences of the records from `start` to `stop`, by name."""
        chosen = f"{found:b}"[::-1].ljust(len(self.sequences), "0")
        picked = [place for _key, _lars, place in self.names if chosen[place] == "1"]
        return [self.sequences[place] for place in picked[start:stop]]


def _from_the_top(found: int, start: int, stop: int) -> list[int]:
    """Return the places of the set bits number `start` to `stop`, counted from the highest."""
    low, high = 0, found.bit_length()
    while low < high:  # the most bits that can go from below while `stop` of them remain
        middle = (low + high + 1) // 2
        if (found >> middle).bit_count() >= stop:
            low = middle
        else:
            high = middle - 1
    rest = found >> low
    places = []
    for _number in range(min(stop, rest.bit_count())):
        place = rest.bit_length() - 1
        rest ^= 1 << place
        places.append(place + low)
    return places[start:]


# -- making ------------------------------------------------------------------------------------------------------------

# One row a value, not one a record: a large register has more than a million of those.
_VALUES = {
    "sqlite": "SELECT facet, slug, MAX(label), group_concat(listing_id) FROM algorithms_listingfacet"
    " WHERE listing_id > %s AND listing_id <= %s GROUP BY facet, slug",
    "postgresql": "SELECT facet, slug, MAX(label), string_agg(listing_id::text, ',') FROM algorithms_listingfacet"
    " WHERE listing_id > %s AND listing_id <= %s GROUP BY facet, slug",
}
_lock = threading.Lock()
_kept: Bitset | None = None


def now(head: Head) -> Bitset:
    """Return the index of a head. Made once per process and state; other threads wait for it."""
    global _kept
    key = (head.hash, head.site_revision)
    kept = _kept
    if kept is not None and kept.key == key:
        return kept
    with _lock:
        kept = _kept
        if kept is None or kept.key != key:
            kept = (_patched(kept, head, key) if kept else None) or _made(head, key)
            _kept = kept
    return kept


def forget() -> None:
    """Make the next index anew: for tests, whose database goes back to states that no log leaves behind."""
    global _kept
    with _lock:
        _kept = None


def _made(head: Head, key: tuple[str, int]) -> Bitset:
    """Read the whole listing."""
    made = Bitset(key, head.sequence)
    _append(made, 0)
    return made


def _patched(before: Bitset, head: Head, key: tuple[str, int]) -> Bitset | None:
    """Return `before` with what was published since; None when it must be read anew."""
    if before.key[1] != head.site_revision or before.sequence > head.sequence:
        return None
    here = Publication.objects.filter(pk=before.sequence).values_list("hash", flat=True).first()
    if before.sequence and here != before.key[0]:
        return None  # another log: a restored backup
    entries = Publication.objects.filter(pk__gt=before.sequence, pk__lte=head.sequence)
    changed = set(entries.values_list("lars", flat=True))
    gone = {place for place, lars in enumerate(before.lars) if lars in changed}
    made = Bitset(key, head.sequence)
    made.all = before.all
    for place in gone:
        made.all &= ~(1 << place)
    if len(before.sequences) - made.all.bit_count() > max(MOST_HOLES, len(before.sequences) // 10):
        return None
    made.sequences, made.lars, made.places = [*before.sequences], [*before.lars], {**before.places}
    made.facets = {facet: {**values} for facet, values in before.facets.items()}
    made.labels = {**before.labels}
    made.names = [row for row in before.names if row[2] not in gone]
    _append(made, before.sequence)
    return made


def _append(made: Bitset, since: int) -> None:
    """Add the listings with a sequence above `since`, up to that of the index."""
    rows = Listing.objects.filter(pk__gt=since, pk__lte=made.sequence).order_by("pk")
    first = len(made.sequences)
    for sequence, lars, name_key in rows.values_list("pk", "lars", "name_key").iterator(chunk_size=5_000):
        made.places[sequence] = len(made.sequences)
        made.names.append((name_key, lars, len(made.sequences)))
        made.sequences.append(sequence)
        made.lars.append(lars)
    made.names.sort()
    made.all |= (1 << len(made.sequences)) - (1 << first)
    with connection.cursor() as cursor:
        cursor.execute(_VALUES[connection.vendor], [since, made.sequence])
        for facet, slug, label, sequences in cursor.fetchall():
            values = made.facets.setdefault(facet, {})
            values[slug] = values.get(slug, 0) | made.bits(map(int, sequences.split(",")))
            made.labels[facet, slug] = max(label, made.labels.get((facet, slug), ""))
