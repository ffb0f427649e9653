"""The words of the register, in memory: what they are forms of, what they are made of, and which look alike.

Words are of letters only; codes and numbers are not kept here.

Made from `SearchToken` for one state of the register. It acts when something is asked, so the index itself stays a pure
function of each document.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from algorithms.models import SearchToken
from algorithms.search import analyser
from algorithms.search.spelling import Speller

MOST_COMPOUNDS = 400  # of one word, those that most records hold
MOST_PARTS = 4
SHORTEST_PART = 3
SHORTEST_COMPOUND = 8  # letters; what is shorter falls apart into anything
# What can stand behind a word without making it another one.
_INFLECTIONS = {"s", "e", "n", "en", "t", "d", "de", "je", "jes", "tje", "tjes", "er", "ers", "ing", "ingen"}
_SUFFIXES = {"heid", "baar", "loos", "lijk", "schap"}  # no parts, though "heide", "baren" and "schapen" look so inside


class Vocabulary:
    """`rows` are (token, number of records, stems)."""

    def __init__(self, rows: Iterable[tuple[str, int, str]]) -> None:
        self.counts: dict[str, int] = {}  # word → number of records
        self.letters: dict[str, str] = {}  # word → the letters it stands behind
        by_stem: defaultdict[str, set[str]] = defaultdict(set)
        for token, count, stems in rows:
            letter, word = token[0], token[1:]
            self.counts[word] = self.counts.get(word, 0) + count
            self.letters[word] = self.letters.get(word, "") + letter
            for stem in stems.split(" "):
                by_stem[stem].add(word)
        self.by_stem = by_stem
        self.sorted = sorted(self.counts)
        # How the words can stand inside longer ones: by their stems, so that no piece of a word need be stemmed.
        self._inside = {surface for stem in by_stem for surface in (stem, analyser.closed(stem))}
        self._joined = "\n" + "\n".join(self.sorted) + "\n"
        self._parts: dict[str, tuple[str, ...]] = {}

    @classmethod
    def read(cls) -> Vocabulary:
        return cls(SearchToken.objects.values_list("token", "count", "stems").iterator(chunk_size=5_000))

    @cached_property
    def speller(self) -> Speller:
        return Speller(self.counts)

    def tokens(self, words: Iterable[str], letters: str) -> list[str]:
        """Return the tokens of words behind any of these letters that some record can hold."""
        known = self.letters
        return [
            letter + word
            for word in words
            for letter in (known.get(word, "") if word.isalpha() else letters)
            if letter in letters
        ]

    # -- forms ---------------------------------------------------------------------------------------------------------

    def forms(self, word: str) -> set[str]:
        """Return the words that are forms of this one, itself included when the register has it.

        What has digits is its own only form; whether the register has it, only the index knows.
        """
        if not word.isalpha():
            return {word}
        found = {word} if word in self.counts else set()
        for stem in analyser.stems(word, "nl") | analyser.stems(word, "en"):
            found |= self.by_stem.get(stem, set())
        return found if word in analyser.SMALL else found - analyser.SMALL

    def beginning(self, start: str) -> list[str]:
        """Return the words that begin with `start`, in alphabetical order."""
        low = bisect_left(self.sorted, start)
        high = bisect_left(self.sorted, start + "\x7f")
        return self.sorted[low:high]

    # -- compounds -----------------------------------------------------------------------------------------------------

    def compounds(self, word: str) -> list[str]:
        """Return the longer words that have this one as a part: "boete" gives "parkeerboete", not "boeteling"."""
        found: set[str] = set()
        for surface in analyser.surfaces(word):
            if surface != word and (surface in _SUFFIXES or len(surface) < 4 or len(surface) * 2 <= len(word)):
                continue
            at = self._joined.find(surface)
            while at >= 0:
                after = at + len(surface)
                start = self._joined.rindex("\n", 0, at + 1) + 1
                end = self._joined.index("\n", after)
                whole = self._joined[start:end]
                if whole not in found and self._is_part(surface, whole[: at - start], whole[after - start :]):
                    found.add(whole)
                at = self._joined.find(surface, after)
        found -= {word, *analyser.SMALL}
        return sorted(found, key=lambda whole: (-self.counts[whole], whole))[:MOST_COMPOUNDS]

    def _is_part(self, surface: str, left: str, right: str) -> bool:
        """Whether `left` and `right` are what can stand beside a part: other parts, linking letters, an ending."""
        if not (left or right):
            return True
        if len(surface) >= 6:  # so long a word is hardly ever there by chance
            return len(left) != 1 and (len(right) != 1 or right in _INFLECTIONS)
        shortest = SHORTEST_PART if len(surface) > 3 else 4
        if left and not any(
            left.endswith(link) and self._is_known(left[: len(left) - len(link)], shortest) for link in analyser.LINKS
        ):
            return False
        if not right or (right in _INFLECTIONS and len(surface) > 3):
            return True
        return any(right.startswith(link) and self._is_known(right[len(link) :], shortest) for link in analyser.LINKS)

    def parts(self, word: str) -> tuple[str, ...]:
        """Return the parts of a compound: "parkeervergunninghouder" is ("parkeer", "vergunning", "houder").

        Empty when it is no compound of what the register knows.
        """
        if word not in self._parts:
            if len(self._parts) > 10_000:
                self._parts.clear()
            made = [split for split in self._splits(word, MOST_PARTS) if _is_likely(split)]
            self._parts[word] = min(made, key=self._unlikeliness, default=())
        return self._parts[word]

    def _unlikeliness(self, split: tuple[str, ...]) -> tuple[int, int, int, tuple[str, ...]]:
        """Few parts go before many, words before beginnings of words, long before short."""
        return len(split), sum(part not in self.counts for part in split), -min(map(len, split)), split

    def parts_known(self, word: str) -> tuple[str, ...]:
        """Return the parts of the longest beginning or end of a word that the register knows; the rest is unknown."""
        if len(word) < SHORTEST_COMPOUND:
            return ()
        for length in range(min(len(word), analyser.MOST_LETTERS // 2) - SHORTEST_PART, 4, -1):
            for some in (word[:length], word[-length:]):
                if some in self.counts and some not in analyser.SMALL:
                    return (some,)
                if split := self.parts(some):
                    return split
        return ()

    def _splits(self, word: str, most: int) -> Iterator[tuple[str, ...]]:
        if len(word) > analyser.MOST_LETTERS // 2 or not word.isalpha():
            return
        if self._is_known(word, SHORTEST_PART):
            yield (word,)
            if most < MOST_PARTS:
                return  # a part that is known needs no further cutting
        if most == 1:
            return
        for cut in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
            if not self._is_known(word[:cut], SHORTEST_PART):
                continue
            for link in analyser.LINKS:
                if word.startswith(link, cut):
                    for rest in self._splits(word[cut + len(link) :], most - 1):
                        yield (word[:cut], *rest)

    def _is_known(self, part: str, shortest: int) -> bool:
        """Whether a part is a word of the register, a form of one, or what words of many kinds begin with."""
        if len(part) < shortest or part in analyser.SMALL:
            return False
        if part in self.counts or part in self._inside:
            return True
        return len(part) > 3 and len({whole[len(part)] for whole in self.beginning(part)}) > 2


def _is_likely(split: tuple[str, ...]) -> bool:
    """Whether parts are those of a compound and not letters that happen to be words: "int", "lig" and "ent"."""
    letters = sum(map(len, split))
    return len(split) > 1 and letters >= max(SHORTEST_COMPOUND, 9 * len(split) // 2) and max(map(len, split)) > 4
