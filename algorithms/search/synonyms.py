"""Words that mean the same to someone who searches, as the admin keeps them (`Synonym`), found in a question.

A group works both ways and reaches no further than itself. Words are compared by their stems; a phrase matches words
that follow each other, between which small words may stand: "van het gas af".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from algorithms.models import Synonym
from algorithms.search import analyser


@dataclass(frozen=True)
class Phrase:
    """One word or phrase of a group. `telling` are its words without the small ones; of only small words, all."""

    group: int
    words: tuple[str, ...]
    telling: tuple[str, ...]


class Synonyms:
    """`groups` are lists of words and phrases."""

    def __init__(self, groups: Iterable[Iterable[str]]) -> None:
        self.groups: list[list[Phrase]] = []
        self._by_stem: defaultdict[str, list[Phrase]] = defaultdict(list)
        for number, group in enumerate(groups):
            phrases = []
            for text in group:
                words = tuple(word for word, _start, _end in analyser.spans(text))
                if words:
                    telling = tuple(word for word in words if word not in analyser.SMALL) or words
                    phrases.append(Phrase(number, words, telling))
            self.groups.append(phrases)
            for phrase in phrases:
                for stem in _stems(phrase.words[0]):
                    self._by_stem[stem].append(phrase)

    @classmethod
    def read(cls) -> Synonyms:
        return cls(Synonym.objects.order_by("pk").values_list("words", flat=True))

    def matches(self, words: list[str]) -> Iterator[tuple[int, int, list[Phrase]]]:
        """Yield (first, after the last, the other phrases of the group) for each phrase found in the words asked."""
        for first, word in enumerate(words):
            candidates = {phrase for stem in _stems(word) for phrase in self._by_stem.get(stem, ())}
            for phrase in sorted(candidates, key=lambda phrase: (phrase.group, phrase.words)):
                if end := _match(phrase.words, words, first):
                    others = [other for other in self.groups[phrase.group] if other != phrase]
                    yield first, end, others


def _stems(word: str) -> frozenset[str]:
    return analyser.stems(word, "nl") | analyser.stems(word, "en")


def _match(wanted: tuple[str, ...], words: list[str], first: int) -> int:
    """Return where a phrase that begins at `first` ends; 0 when it is not there."""
    place = first
    for number, word in enumerate(wanted):
        if number:  # small words between may be there or not, those of the phrase itself must
            while place < len(words) and words[place] in analyser.SMALL and words[place] != word:
                place += 1
        if place >= len(words) or not (words[place] == word or _stems(words[place]) & _stems(word)):
            return 0
        place += 1
    return place
