"""What is public now, in memory: for each facet value one integer with a bit for every record that has it.

A filter is then `&`, a choice of several values `|`, a count `int.bit_count()`, whatever the size of the register. Bit
n is the record whose current version is entry n of the log (its `sequence`), so the highest bit is the newest record,
and a publication sets a new bit and clears the record's old one. `now(head)` gives the index of a head; a process keeps
one, and brings it up to date by what changed since.

    index = bitset.now(Head.now())
    found = index.having("thema", ["verkeer", "wonen"]) & index.having("status", ["in-gebruik"])
    index.newest(found, 0, 20)                    # the sequences of the first twenty
    index.counts("organisatie", found)            # {"gemeente-utrecht": 12, …}
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from itertools import islice, repeat

from django.db import connection

from algorithms.models import Head, Listing, ListingFacet, Publication

FEW = 100  # records for which an integer of the size of the log need not be written out


class Bitset:
    """One state of the public register; never changed once made."""

    def __init__(self, key: tuple[str, int], sequence: int) -> None:
        self.key = key  # head hash and site revision
        self.sequence = sequence  # of the newest entry of the log
        self.all = 0  # a bit for every public record
        self.facets: dict[str, dict[str, int]] = {}  # facet → slug → bits
        self.labels: dict[tuple[str, str], str] = {}
        self.names: list[tuple[str, str, int]] = []  # (name key, number, sequence), in that order
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
        return self.all >> first[0] << first[0] if first else 0

    def counts(self, facet: str, among: int) -> dict[str, int]:
        """Return how many of `among` have each value of a facet; values that none has are left out."""
        among &= self.all
        found = {slug: (bits & among).bit_count() for slug, bits in self.facets.get(facet, {}).items()}
        return {slug: count for slug, count in found.items() if count}

    def bits(self, sequences: Iterable[int]) -> int:
        """Return records by their sequences; those that are not public in this state are left out."""
        return _bits(sequences, self.sequence) & self.all

    def named(self, key: str) -> int:
        """Return the records whose whole name has this key (`Listing.name_key`)."""
        found = 0
        for at in range(bisect_left(self.names, (key,)), len(self.names)):
            name_key, _lars, sequence = self.names[at]
            if name_key != key:
                break
            found |= 1 << sequence
        return found

    # -- in order ------------------------------------------------------------------------------------------------------

    def newest(self, found: int, start: int, stop: int) -> list[int]:
        """Return the sequences of the records from `start` to `stop`, the newest first."""
        high, low = _above(found, start), _above(found, stop)
        rest, sequences = (found & ((1 << high) - 1)) >> low, []
        while rest:
            place = rest.bit_length() - 1
            rest ^= 1 << place
            sequences.append(place + low)
        return sequences

    def by_name(self, found: int, start: int, stop: int) -> list[int]:
        """Return the sequences of the records from `start` to `stop`, by name."""
        chosen = f"{found:b}"[::-1].ljust(self.sequence + 1, "0")
        return list(islice((at for _key, _lars, at in self.names if chosen[at] == "1"), start, stop))


def _bits(sequences: Iterable[int], most: int) -> int:
    """Return an integer with these bits set; those above `most` are left out."""
    within = [sequence for sequence in sequences if sequence <= most]
    if len(within) < FEW:
        return reduce(lambda found, sequence: found | 1 << sequence, within, 0)
    digits = bytearray(b"0") * (most + 1)
    # Setting each digit by a loop inside Python itself takes a third of one that is written out.
    deque(map(digits.__setitem__, within, repeat(ord("1"))), maxlen=0)
    digits.reverse()  # an integer is written with its highest digit first
    return int(digits, 2)


def _above(found: int, count: int) -> int:
    """Return the lowest place from which upward no more than `count` bits are set."""
    low, high = 0, found.bit_length()
    while low < high:
        middle = (low + high) // 2
        if (found >> middle).bit_count() <= count:
            high = middle
        else:
            low = middle + 1
    return low


# -- making ------------------------------------------------------------------------------------------------------------

# One row a value, not one a record: a large register has more than a million of those. Of one value records have many
# spellings, "BAG", "Bag" and "bag": its label is the lowest as `_as_called` sorts them, here written before it.
_VALUES = {
    "sqlite": "SELECT facet, slug, MIN(CASE WHEN label >= 'A' AND label < '[' THEN '0' ELSE '1' END || label),"
    " group_concat(listing_id) FROM algorithms_listingfacet"
    " WHERE listing_id > %s AND listing_id <= %s GROUP BY facet, slug",
    "postgresql": "SELECT facet, slug, MIN((CASE WHEN label COLLATE \"C\" >= 'A' AND label COLLATE \"C\" < '['"
    " THEN '0' ELSE '1' END || label) COLLATE \"C\"), string_agg(listing_id::text, ',')"
    " FROM algorithms_listingfacet WHERE listing_id > %s AND listing_id <= %s GROUP BY facet, slug",
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
    made = Bitset(key, head.sequence)
    made.all = before.all
    made.facets = {facet: {**values} for facet, values in before.facets.items()}
    made.labels = {**before.labels}
    gone = 0
    for row in before.names:
        if row[1] in changed:
            gone |= 1 << row[2]
        else:
            made.names.append(row)
    made.all &= ~gone
    touched = {(facet, slug) for facet, values in made.facets.items() for slug, bits in values.items() if bits & gone}
    for facet, slug in touched:
        if left := made.facets[facet][slug] & ~gone:
            made.facets[facet][slug] = left
        else:
            del made.facets[facet][slug]
    _append(made, before.sequence)
    # A label may have been that of what is gone only; that of a value which nothing has any more is forgotten, because
    # a redacted name would else stay in memory, and be told to whoever asks for it.
    left_labels: dict[tuple[str, str], str] = {}
    rows = ListingFacet.objects.filter(slug__in={slug for _facet, slug in touched}, listing_id__lte=made.sequence)
    for facet, slug, label in rows.values_list("facet", "slug", "label").distinct():
        left_labels[facet, slug] = min(label, left_labels.get((facet, slug), label), key=_as_called)
    made.labels |= {value: label for value, label in left_labels.items() if value in touched}
    for facet, slug in touched:
        if slug not in made.facets[facet]:
            made.labels.pop((facet, slug), None)
    return made


def _as_called(label: str) -> tuple[bool, str]:
    """Sort spellings of one name: first what begins with a capital, and "BAG" before "Bag"; as `_VALUES` does."""
    return not "A" <= label[:1] <= "Z", label


def _append(made: Bitset, since: int) -> None:
    """Add the listings with a sequence above `since`, up to that of the index."""
    rows = Listing.objects.filter(pk__gt=since, pk__lte=made.sequence)
    added = list(rows.values_list("name_key", "lars", "pk").iterator(chunk_size=5_000))
    made.names = sorted([*made.names, *added])
    made.all |= _bits((sequence for _key, _lars, sequence in added), made.sequence)
    with connection.cursor() as cursor:
        cursor.execute(_VALUES[connection.vendor], [since, made.sequence])
        for facet, slug, marked, sequences in cursor.fetchall():
            label = marked[1:]
            values = made.facets.setdefault(facet, {})
            values[slug] = values.get(slug, 0) | _bits(map(int, sequences.split(",")), made.sequence)
            made.labels[facet, slug] = min(label, made.labels.get((facet, slug), label), key=_as_called)
