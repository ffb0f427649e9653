"""Which word of the register someone meant: "verkeer" by "verker", "parkeervergunning" by "parkeerverguninng".

Pure and bounded: no Django, no database. Words and questions come in folded (a-z0-9); what is anything else has no
correction. Letters and sounds both count, because people write what they hear. Answers are words of the register, so a
misspelt compound that no record holds stays as it is: mending its parts was measured, and broke as many as it mended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from string import ascii_lowercase
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from algorithms.search.analyser import SMALL

SHORTEST = 4  # letters; what is shorter is a code or an abbreviation, and one letter makes it another
LONGEST = 45  # letters; even compounds of the law stay below it
MEDIUM, CLEAR, LONG = 6, 8, 11  # letters from which more errors are believed; two are looked for at 6, three at 11
RARE, MUCH_MORE = 2, 20  # a word that so few records hold is doubted when another has so many times more
MOST_NEAR = 20  # words in an answer
KEPT = 2_000  # answers that are remembered

# How letters sound to a Dutch speaker, in the order in which they are read. "O" is a sound that no letter writes.
_SOUNDS = [
    *(("isch", "is"), ("ch", "g"), ("gh", "g"), ("ph", "f"), ("th", "t"), ("ck", "k")),
    *(("ij", "y"), ("ei", "y"), ("ey", "y"), ("ouw", "O"), ("auw", "O"), ("ou", "O"), ("au", "O")),
    *(("qu", "kw"), ("q", "k"), ("x", "ks"), ("oe", "u"), ("ie", "i"), ("ce", "se"), ("ci", "si"), ("cy", "si")),
    *(("c", "k"), ("v", "f"), ("z", "s"), ("dt", "t"), ("d\n", "t\n")),
    *((letter * 2, letter) for letter in ascii_lowercase),
]

# A word that the register does not know is often right, but about something else. The fewest letters in a row that no
# word of the register has tell the two apart: a right word is made of familiar pieces, an error soon makes three or
# four letters that stand nowhere, in a register of 8,000 words as in one of 300,000. The further the nearest word and
# the shorter the word, the fewer they must be: at most so many, where 6 stands for any. By what differs, for words of
# 4-5, 6-7, 8-10, and 11 letters or more; measured (`python -m benchmarks.spelling`).
_MOST_NEW = {
    "alike": (5, 6, 6, 6),  # the sound is the same, or two neighbours are swapped
    "one": (3, 4, 5, 5),  # one letter
    "two": (0, 3, 4, 5),  # two letters that sound like one
    "more": (0, 3, 3, 4),
}


def heard(words: Iterable[str]) -> list[str]:
    """Return how each word sounds. All at once: that reads a register of 60,000 words in some 50 ms."""
    text = "".join(f"{word}\n" for word in words)
    for written, sound in _SOUNDS:
        text = text.replace(written, sound)
    return text.split("\n")[:-1]


def is_correctable(word: str) -> bool:
    """Whether a word is long enough and letters only: a code, a year or a number is never changed."""
    is_word = word.isascii() and word.isalpha() and word.islower()
    return is_word and SHORTEST <= len(word) <= LONGEST and word not in SMALL


class Candidate(NamedTuple):
    """A word of the register, beside the word that was asked."""

    word: str
    letters: int  # that differ, where a swap of neighbours is one ("optimal string alignment")
    sounds: int  # that differ, counted the same way
    begins: bool  # with the same sound, which people seldom get wrong

    @property
    def distance(self) -> tuple[bool, int]:
        """Nearest first: what sounds the same, then what differs least in letters and sounds together."""
        return self.sounds > 0, self.letters + self.sounds + (not self.begins)

    def kind(self, asked: str) -> str:
        """How it differs from the word that was asked: a key of `_MOST_NEW`."""
        if not self.sounds or (self.letters == 1 and sorted(asked) == sorted(self.word)):
            return "alike"
        if self.letters == 1:
            return "one"
        return "two" if self.letters == 2 and self.sounds == 1 else "more"


class _Words(NamedTuple):
    """The words of a register that can be an answer, laid out for questions."""

    text: str  # all of them, each between line ends
    by_begin: dict[tuple[str, int], tuple[list[str], list[str]]]  # first sound and length: words, how they sound

    @classmethod
    def of(cls, words: Iterable[str]) -> _Words:
        fit = sorted(sorted(word for word in words if is_correctable(word)), key=len)
        text = "\n".join(["", *fit, ""])
        by_begin: defaultdict[tuple[str, int], tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
        # Fresh copies of the words: what is searched together then lies together, which makes it four times as fast.
        for word, sound in zip(text.split("\n")[1:-1], heard(fit), strict=True):
            same, their_sounds = by_begin[sound[0], len(word)]
            same.append(word)
            their_sounds.append(sound)
        return cls(text, dict(by_begin))


class Speller:
    """Which word of the register someone meant. `words`: folded word (a-z0-9 only) -> how many records hold it."""

    def __init__(self, words: Mapping[str, int]) -> None:
        self._records = dict(words)
        self._answers: dict[str, tuple[list[str], bool]] = {}

    def best(self, word: str) -> str | None:
        """Return the most plausible other word; None when there is none good enough."""
        near, is_sure = self._answer(word)
        return near[0] if is_sure else None

    def near(self, word: str, most: int = 5) -> list[str]:
        """Return the plausible other words, best first; at most 20."""
        return self._answer(word)[0][: max(most, 0)]

    @cached_property
    def _words(self) -> _Words:
        # At the first question: a process that nobody asks for a misspelt word never pays for it.
        return _Words.of(self._records)

    def _answer(self, word: str) -> tuple[list[str], bool]:
        """Return the other words, and whether the first is good enough to be proposed."""
        if not is_correctable(word):
            return [], False
        answer = self._answers.get(word)
        if answer is None:
            if len(self._answers) >= KEPT:
                self._answers.clear()
            answer = self._answers[word] = self._ask(word)
        return answer

    def _ask(self, word: str) -> tuple[list[str], bool]:
        is_known = word in self._records
        candidates = [other for other in self._candidates(word) if not is_known or self._is_rather(other, word)]
        candidates.sort(key=lambda other: (other.distance, -self._records[other.word], other.word))
        is_sure = bool(candidates) and (is_known or self._is_plausible(candidates[0], word))
        return [other.word for other in candidates[:MOST_NEAR]], is_sure

    def _candidates(self, word: str) -> Iterator[Candidate]:
        """Yield every other word within reach, once each."""
        (sound,) = heard([word])
        reach = 1 if len(word) < MEDIUM else 2 if len(word) < LONG else 3
        seen = {word}
        # one letter further than the reach, for what sounds the same or, in a longer word, nearly so
        for length in range(len(word) - reach - 1, len(word) + reach + 2):
            words, sounds = self._words.by_begin.get((sound[0], length), ((), ()))
            for place in _within(reach, word, words) | _within(0 if reach == 1 else 1, sound, sounds):
                other, letters = words[place], OSA.distance(word, words[place])
                if letters <= reach + 1 and other not in seen:
                    seen.add(other)
                    yield Candidate(other, letters, OSA.distance(sound, sounds[place]), True)
        for other in _other_begins(word):
            if other not in seen and other in self._records and is_correctable(other):
                seen.add(other)
                yield Candidate(other, 1, OSA.distance(sound, *heard([other])), False)

    def _is_rather(self, other: Candidate, word: str) -> bool:
        """Whether a word that the register knows is itself an error: rare, and one slip away from a common word."""
        records = self._records[word]
        if len(word) < MEDIUM or records > RARE or self._records[other.word] < MUCH_MORE * records:
            return False
        if word.rstrip("dt") == other.word.rstrip("dt"):  # "besteed" and "besteedt" are both right
            return False
        return other.letters == 1 and other.kind(word) == "alike"

    def _is_plausible(self, other: Candidate, word: str) -> bool:
        """Whether the nearest word is near enough for a word that the register does not know."""
        is_replaced = len(word) == len(other.word) and sorted(word) != sorted(other.word)
        if is_replaced and not other.begins and len(word) < MEDIUM:
            return False  # another first letter makes another short word: "muur" is not "huur"
        by_length = _MOST_NEW[other.kind(word)]
        most = by_length[sum(len(word) >= length for length in (MEDIUM, CLEAR, LONG))]
        return most == 6 or any(self._has_new(word, size) for size in range(3, most + 1))

    def _has_new(self, word: str, size: int) -> bool:
        """Whether so many letters in a row, its begin and end included, are in no word of the register."""
        line = f"\n{word}\n"
        return any(line[place : place + size] not in self._words.text for place in range(len(line) - size + 1))


def _within(most: int, word: str, others: Sequence[str]) -> set[int]:
    """Return the places of the words that differ in at most so many letters."""
    found = process.extract(word, others, scorer=OSA.distance, score_cutoff=most, limit=None)
    return {place for _word, _letters, place in found}


def _other_begins(word: str) -> Iterator[str]:
    """Yield what a word is when its first letter was added, swapped with the second, wrong, or left out."""
    yield word[1:]
    yield word[1] + word[0] + word[2:]
    for letter in ascii_lowercase:
        yield letter + word[1:]
        yield letter + word
