"""In what order records answer, as arithmetic on bits.

`Levels` tells for each rank which records stand on it, each record on its best one only. The rank of one word is its
weight (name 0, … legacy 3), then its form (exact 0, stem 1, part 2, synonym 3); the lowest comes first. What several
words ask together is the sum of their ranks, rare words counting more. Same bits in, same order out: no database has a
say in it.
"""

from __future__ import annotations

from collections.abc import Iterable

Levels = dict[int, int]

EXACT, STEM, PART, SYNONYM = range(4)
FORMS = 4
BEGINNING = 4 * FORMS  # the rank of what only begins with a word that is also a word by itself
MISSING = 10_000  # more than any sum of ranks: whoever misses less comes first, whatever else it holds


def rank(weight: int, form: int) -> int:
    return weight * FORMS + form


def as_form(levels: Levels, form: int) -> Levels:
    """Return the same records on the rank that their weight has for this form, or lower."""
    made: Levels = {}
    for at, bits in levels.items():
        to = rank(at // FORMS, max(form, at % FORMS))
        made[to] = made.get(to, 0) | bits
    return made


def union(levels: Levels) -> int:
    found = 0
    for bits in levels.values():
        found |= bits
    return found


def any_of(many: Iterable[Levels]) -> Levels:
    """Return the records on any of these, each on its best rank."""
    together: Levels = {}
    for levels in many:
        for at, bits in levels.items():
            together[at] = together.get(at, 0) | bits
    made: Levels = {}
    seen = 0
    for at in sorted(together):
        if fresh := together[at] & ~seen:
            made[at] = fresh
            seen |= fresh
    return made


def all_of(many: list[Levels]) -> Levels:
    """Return the records on all of these, each on its worst rank."""
    if not many:
        return {}
    made: Levels = {}
    below = 0
    for at in sorted({at for levels in many for at in levels}):
        here = -1
        for levels in many:
            reached = 0
            for other, bits in levels.items():
                if other <= at:
                    reached |= bits
            here &= reached
        if fresh := here & ~below:
            made[at] = fresh
            below |= fresh
    return made


def only(levels: Levels, bits: int) -> Levels:
    return {at: found for at, here in levels.items() if (found := here & bits)}


def ordered(clauses: list[tuple[Levels, int]], among: int, *, partial: bool = False) -> list[tuple[int, int]]:
    """Return (sum, records) from best to worst for what all clauses (levels, weight) ask.

    With `partial` a record need not hold every word: those that miss the least come first, and those that miss more
    than half of what was asked, by weight, are left out.
    """
    sums: Levels = {0: among}
    for levels, weight in clauses:
        following: Levels = {}
        for total, bits in sums.items():
            for at, here in levels.items():
                if both := bits & here:
                    place = total + at * weight
                    following[place] = following.get(place, 0) | both
            if partial and (missed := bits & ~union(levels)):
                place = total + MISSING * weight
                following[place] = following.get(place, 0) | missed
        sums = following
    if partial and sums:
        asked = sum(weight for _levels, weight in clauses)
        most = max(min(sums) // MISSING, (asked + 1) // 2)
        sums = {total: bits for total, bits in sums.items() if total // MISSING <= most and total // MISSING < asked}
    return sorted(sums.items())
