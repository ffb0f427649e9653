"""Where in a text the words stand that were asked for: for phrases, closeness, and the marks a reader sees."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from algorithms.search import analyser, texts
from algorithms.search.texts import Place

FAR = 1_000_000  # letters apart: not in one text
MOST_ALTERNATIVES = 150  # words in one regular expression; more are looked up one by one
SNIPPET = 200  # characters
MOST_BETWEEN = 4  # small words between two of a phrase
_BETWEEN = r"[^a-z0-9]+"
_SMALL = "|".join(sorted(analyser.SMALL))


@dataclass(frozen=True)
class Pattern:
    """How a text shows that it answers: a whole word, the beginning of one, or a regular expression of a phrase."""

    words: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()
    phrases: tuple[re.Pattern[str], ...] = ()
    sure: frozenset[str] = frozenset()  # of the words, those that were asked, in any form

    def __or__(self, other: Pattern) -> Pattern:
        return Pattern(
            self.words | other.words,
            tuple(dict.fromkeys(self.beginnings + other.beginnings)),
            tuple(dict.fromkeys(self.phrases + other.phrases)),
            self.sure | other.sure,
        )

    def __bool__(self) -> bool:
        return bool(self.words or self.beginnings or self.phrases)

    @classmethod
    def of_phrase(cls, forms: list[set[str]], small: bool) -> Pattern:
        """The pattern of words that follow each other, each in any of its forms."""
        if not all(forms):
            return cls()
        between = rf"{_BETWEEN}(?:(?:{_SMALL}){_BETWEEN}){{0,{MOST_BETWEEN}}}" if small else _BETWEEN
        each = ["(?:" + "|".join(map(_spelled, sorted(some, key=len, reverse=True))) + ")" for some in forms]
        return cls(phrases=(re.compile(rf"(?<![a-z0-9]){between.join(each)}(?![a-z0-9])"),))

    def may_hold(self, folded: str) -> bool:
        """Whether a folded text can hold any of it: a look at letters, a hundred times cheaper than at words."""
        if self.phrases:
            return True
        plain = folded.replace("'", "")
        return any(word in plain for word in self.words) or any(word in plain for word in self.beginnings)

    def holds(self, word: str) -> bool:
        return word in self.words or (bool(self.beginnings) and word.startswith(self.beginnings))

    def spots(self, folded: str) -> Iterator[tuple[int, int]]:
        """Yield the places in a folded text; words that hyphens or spaces part are not seen (`marks` does)."""
        if len(self.words) > MOST_ALTERNATIVES:
            yield from ((start, end) for word, start, end in analyser.spans(folded) if self.holds(word))
        elif self.words or self.beginnings:
            yield from (match.span() for match in _expression(self).finditer(folded))
        for phrase in self.phrases:
            yield from (match.span() for match in phrase.finditer(folded))

    def is_told(self, folded: str) -> bool:
        """Whether a folded text holds a word that was asked, in any form, and not only a part or a synonym."""
        asked = Pattern(self.sure)
        return asked.may_hold(folded) and any(True for _spot in asked.spots(folded))

    def marks(self, text: str, *, parted: bool = True) -> list[tuple[int, int]]:
        """Return the places in a text, in order, without overlap."""
        found = [*self.spots(analyser.fold(text))]
        if parted:
            found += [(start, end) for word, start, end in analyser.wholes(text) if word in self.words]
        return merged(found)


@lru_cache(1_000)
def _expression(pattern: Pattern) -> re.Pattern[str]:
    words = [_spelled(word) for word in sorted(pattern.words, key=lambda word: (-len(word), word))]
    starts = [f"{start}[a-z0-9']*" for start in pattern.beginnings]
    return re.compile(f"(?<![a-z0-9])(?<![a-z0-9]')(?:{'|'.join([*starts, *words])})(?!'*[a-z0-9])")


def _spelled(word: str) -> str:
    """A folded word as it may stand in a folded text: "risicos" also as "risico's"."""
    return f"{word[:-1]}'?s" if word.endswith("s") and len(word) > 2 else word


def merged(marks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return places in order, those that overlap as one."""
    made: list[tuple[int, int]] = []
    for start, end in sorted(marks):
        if made and start < made[-1][1]:
            made[-1] = (made[-1][0], max(end, made[-1][1]))
        else:
            made.append((start, end))
    return made


def phrase_place(places: list[Place], pattern: Pattern) -> int | None:
    """Return the weight of the weightiest text that holds a phrase; None when none does."""
    held = [
        texts.weight(place.letter)
        for place in places
        if any(phrase.search(analyser.fold(place.text)) for phrase in pattern.phrases)
    ]
    return min(held, default=None)


def closeness(places: list[Place], patterns: list[Pattern]) -> int:
    """Return over how many letters the nearest matches of all patterns in one text are spread; the fewer the better."""
    return min((_spread(analyser.fold(place.text), patterns) for place in places), default=FAR)


def _spread(folded: str, patterns: list[Pattern]) -> int:
    if not all(pattern.may_hold(folded) for pattern in patterns):
        return FAR
    spots = sorted(
        (start, end, which) for which, pattern in enumerate(patterns) for start, end in pattern.spots(folded)
    )
    last, best = [-FAR] * len(patterns), FAR
    for start, end, which in spots:
        last[which] = start
        best = min(best, end - min(last))
    return best


# -- what a reader sees ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Snippet:
    """A piece of a text with what was found in it. `marks` are places in `text`."""

    key: str
    lang: str
    text: str
    marks: tuple[tuple[int, int], ...]

    def parts(self) -> Iterator[tuple[str, bool]]:
        """Yield (text, whether it is marked)."""
        yield from cut(self.text, self.marks)


def cut(text: str, marks: tuple[tuple[int, int], ...] | list[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a text: (text, whether it is marked)."""
    at = 0
    for start, end in marks:
        if start > at:
            yield text[at:start], False
        yield text[start:end], True
        at = end
    if at < len(text):
        yield text[at:], False


def snippet(places: list[Place], patterns: list[Pattern], lang: str) -> Snippet | None:
    """Return a piece of the text that shows best why a record was found; None when no text shows it.

    Best is where most of the words stand, themselves before parts and synonyms; then the page's own language, then the
    weightiest.
    """
    own = texts.DUTCH if lang == "nl" else texts.ENGLISH
    ordered = [place for place in places if place.letter in own and place.key != "lars"]
    ordered += [place for place in places if place.letter not in own]
    # What hyphens and spaces part is found by looking at words only, so where no text seems to hold any, look at all.
    return _best(ordered, patterns, quick=True) or _best(ordered, patterns, quick=False)


def _best(places: list[Place], patterns: list[Pattern], *, quick: bool) -> Snippet | None:
    most: tuple[int, int] = (0, 0)
    best: Place | None = None
    for place in places:
        folded = analyser.fold(place.text)
        likely = [pattern for pattern in patterns if not quick or pattern.may_hold(folded)]
        if not likely or len(likely) < most[0]:
            continue
        held = [pattern for pattern in likely if pattern.marks(place.text, parted=not quick)]
        score = (len(held), sum(pattern.is_told(folded) for pattern in likely))
        if score > most:
            most, best = score, place
            if most == (len(patterns), len(patterns)):
                break
    if best is None:
        return None
    return _cut_out(best, merged([mark for pattern in patterns for mark in pattern.marks(best.text)]))


def _cut_out(place: Place, marks: list[tuple[int, int]]) -> Snippet:
    start, end = _window(place.text, marks)
    before, after = "… " if start else "", " …" if end < len(place.text) else ""
    shown = tuple((s - start + len(before), e - start + len(before)) for s, e in marks if start <= s and e <= end)
    return Snippet(place.key, texts.language(place.letter), before + place.text[start:end] + after, shown)


def _window(text: str, marks: list[tuple[int, int]]) -> tuple[int, int]:
    """Return the piece of some `SNIPPET` characters that holds most marks, cut between words."""
    if len(text) <= SNIPPET * 3 // 2:
        return 0, len(text)
    starts = [start for start, _end in marks]
    counts = [bisect_left(starts, start + SNIPPET * 3 // 4) - place for place, start in enumerate(starts)]
    first = starts[counts.index(max(counts))]
    start = max(first - SNIPPET // 4, 0)
    line = text.rfind("\n", start, first)
    if line >= 0:
        start = line + 1
    elif start:
        space = text.find(" ", start, first)
        start = space + 1 if space >= 0 else first
    end = min(start + SNIPPET, len(text))
    if end < len(text):
        space = text.rfind(" ", first, end)
        last = max((stop for begin, stop in marks if begin < end), default=end)
        end = max(space if space > first else end, min(last, end + 64))
    return start, end
