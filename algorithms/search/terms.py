"""What one word, phrase or field of a question becomes: which records hold it, on which rank, and how it is recognised.

All it asks of the database is which records hold which tokens (`fulltext.holders`), and, of a bounded number of
candidates for a phrase, their texts. Answers are kept as long as the state of the register stands, within a bound.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from algorithms.bitset import Bitset
from algorithms.models import SearchEntry, fulltext
from algorithms.search import analyser, levels, texts
from algorithms.search.levels import EXACT, PART, STEM, SYNONYM, Levels, rank
from algorithms.search.matching import Pattern, phrase_place
from algorithms.search.query import Kind, Term
from algorithms.search.synonyms import Phrase, Synonyms
from algorithms.search.texts import Place
from algorithms.search.vocabulary import Vocabulary

MOST_PHRASE_CANDIDATES = 500  # whose texts are read to see whether words follow each other
MOST_KEPT = 32 * 1024 * 1024  # bytes of answers about single words
SHORT = 3  # letters of a word that, when it is one by itself, is not also the beginning of others

_LETTERS = ["".join(pair) for pair in zip(texts.DUTCH, texts.ENGLISH, strict=True)]  # of each weight


@dataclass
class Told:
    """What one word of the question became: the records by rank, and the words by which they are recognised."""

    levels: Levels
    pattern: Pattern
    unsure: bool = False  # more candidates for a phrase than were looked at


class Terms:
    """The words of questions in one state of the register."""

    def __init__(self, bitset: Bitset) -> None:
        self.bitset = bitset
        self.vocabulary = Vocabulary.read()
        self.synonyms = Synonyms.read()
        self._kept: OrderedDict[tuple, Told] = OrderedDict()
        self._room = MOST_KEPT // max(bitset.sequence // 2, 1_000)  # answers that fit
        self._lock = threading.Lock()

    def clause(self, clause: list[Term]) -> Told:
        """The records that hold any of these terms."""
        if len(clause) == 1:  # its synonyms may cover its neighbours too
            return self.term(clause[0])
        told = []
        for term in clause:
            told.append(self.term(term))
            if term.kind is Kind.WORD:
                told += [self.synonym(others) for _first, _end, others in self.synonyms.matches(list(term.words))]
        return any_of(told)

    def term(self, term: Term, *, strict: bool = False) -> Told:
        """`strict`: the word and its forms only, as an exclusion means it."""
        if term.kind is Kind.FIELD:
            return Told(self._field(term), Pattern())
        if term.kind is Kind.PHRASE:
            return self._phrase(term.words)
        if not term.whole:
            return self._word(term.words[0], unfinished=term.unfinished, strict=strict)
        loose = all_of([self._word(word, strict=strict) for word in term.words])
        return any_of([self._word(term.whole, unfinished=term.unfinished, strict=strict), loose])

    def _word(self, word: str, *, unfinished: bool = False, strict: bool = False) -> Told:
        vocabulary = self.vocabulary
        forms = vocabulary.forms(word)
        groups = {EXACT: {word} & forms, STEM: forms - {word}}
        if strict:
            return self._told(("strict", word), groups)
        key = ("word", word, unfinished)
        if kept := self._kept_of(key):
            return kept
        groups[PART] = set(vocabulary.compounds(word)) - forms
        told = self._told(("word", word), groups)
        # "woo" is the law and not the beginning of "woonfraude".
        if unfinished and len(word) > (SHORT if forms else 1):
            begun = self.begun(word)
            if forms:  # a word by itself: what begins with it comes last, however weighty
                begun = _last(begun)
            told = any_of([told, begun])
        if split := vocabulary.parts(word):
            # The compound in loose words, "een vergunning om te parkeren", weighs as a part does.
            loose = all_of([self._part(part) for part in split])
            if told.levels:  # who writes the word itself comes before who has its parts somewhere
                loose = _last(loose)
            told = any_of([told, loose])
            if len(split) == 2 and not forms:  # with other letters between: "verkeerlicht", "schuldenregeling"
                for first in sorted(analyser.surfaces(split[0])):
                    if one := self.together(first, split[1]):
                        told = any_of([told, one])
        self._keep(key, told)
        return told

    def begun(self, word: str) -> Told:
        """The records that hold words, codes among them, that begin with this one."""
        return self._told(("beginning", word), {}, start=word)

    def _part(self, part: str) -> Told:
        """The records that hold a part of a compound as a word, or what means the same."""
        forms = self.vocabulary.forms(part) or set(self.vocabulary.beginning(part))
        others = [self.synonym(others) for _first, _end, others in self.synonyms.matches([part])]
        told = any_of([self._told(("part", part), {PART: forms}), *others])
        return Told(levels.as_form(told.levels, PART), told.pattern)

    def loosened(self, clause: list[Term]) -> list[Told]:
        """The parts of a compound that no record answers as a whole, as far as the register knows them."""
        term = clause[0]
        if len(clause) > 1 or term.kind is not Kind.WORD or term.whole or self.term(term).levels:
            return []
        word = term.words[0]
        parts = self.vocabulary.parts(word) or self.vocabulary.parts_known(word)
        return [found for part in parts if (found := self._part(part)).levels]

    def _field(self, term: Term) -> Levels:
        """The records of which a value of the facet, or the name, holds all these words or what begins with them."""
        if term.facet == "naam":
            found = levels.all_of([self._word(word, unfinished=True).levels for word in term.words])
            return {at: bits for at, bits in found.items() if at < rank(1, EXACT)}
        bits = 0
        for slug, held in self.bitset.facets.get(term.facet, {}).items():
            label = analyser.words(self.bitset.labels[term.facet, slug]) | set(slug.split("-"))
            if all(any(self._is_form(word, of) for of in label) for word in term.words):
                bits |= held
        return {0: bits & self.bitset.all} if bits else {}

    @staticmethod
    def _is_form(word: str, of: str) -> bool:
        return of.startswith(word) or bool(analyser.stems(word, "nl") & analyser.stems(of, "nl"))

    def _phrase(self, words: tuple[str, ...], *, small: bool = False, form: int = EXACT) -> Told:
        """The records in which words follow each other; with `small` in any form and with small words between."""
        key = ("phrase", words, small, form)
        if kept := self._kept_of(key):
            return kept
        forms = [self.vocabulary.forms(word) if small else {word} for word in words]
        each = [self._told(("forms", *sorted(some)), {EXACT: some}).levels for some in forms]
        candidates = levels.union(levels.all_of(each)) if all(each) else 0
        pattern = Pattern.of_phrase(forms, small)
        newest = self.bitset.newest(candidates, 0, MOST_PHRASE_CANDIDATES)
        found: dict[int, list[int]] = {}
        for sequence, places in self.texts(newest):
            if (weight := phrase_place(places, pattern)) is not None:
                found.setdefault(rank(weight, form), []).append(sequence)
        more = not small and candidates.bit_count() > MOST_PHRASE_CANDIDATES
        told = Told({at: self.bitset.bits(held) for at, held in found.items()}, pattern, more)
        self._keep(key, told)
        return told

    def _told(self, key: tuple, groups: dict[int, set[str]], start: str = "") -> Told:
        """Ask the database which records hold these words, by form; `start` is what others begin with."""
        if kept := self._kept_of(key):
            return kept
        asked: list[tuple[int, tuple[list[str], list[str]]]] = []
        for weight, letters in enumerate(_LETTERS):
            for form, words in groups.items():
                if tokens := self.vocabulary.tokens(sorted(words), letters):
                    asked.append((rank(weight, form), (tokens, [])))
            if start:
                asked.append((rank(weight, PART), ([], [letter + start for letter in letters])))
        found = fulltext.holders(connection, [tokens for _rank, tokens in asked])
        held: list[Levels] = [
            {at: bits} for (at, _asked), some in zip(asked, found, strict=True) if (bits := self.bitset.bits(some))
        ]
        sure = frozenset(groups.get(EXACT, set()) | groups.get(STEM, set()))
        pattern = Pattern(frozenset().union(*groups.values()), (start,) if start else (), sure=sure)
        told = Told(levels.any_of(held), pattern)
        self._keep(key, told)
        return told

    # -- words that belong together ------------------------------------------------------------------------------------

    def together(self, word: str, following: str) -> Told | None:
        """What two words are when written as one: "parkeer vergunning" as "parkeervergunning"."""
        joined = [f"{word}{link}{following}" for link in analyser.LINKS]
        known: set[str] = set().union(*(self.vocabulary.forms(whole) for whole in joined if whole.isalpha()))
        if word.isdigit() and following.isdigit():  # "14 010" as "14010"
            known = {word + following}
        told = self._told(("together", word, following), {STEM: known}) if known else None
        return told if told and told.levels else None

    def synonym(self, others: Iterable[Phrase]) -> Told:
        """The records that hold any of these words or phrases, ranked as what means the same."""
        others = tuple(others)
        key = ("others", *others)
        if kept := self._kept_of(key):
            return kept
        told = []
        for phrase in others:
            if len(phrase.words) == 1:
                word = phrase.words[0]
                forms = {form for form in self.vocabulary.forms(word) if _is_near(form, word)}
                told.append(self._told(("synonym", word), {SYNONYM: forms}))
            else:
                told.append(self._phrase(phrase.telling, small=True, form=SYNONYM))
        found = any_of(told)
        self._keep(key, found)
        return found

    # -- texts ---------------------------------------------------------------------------------------------------------

    def texts(self, sequences: list[int]) -> Iterable[tuple[int, list[Place]]]:
        """Yield (sequence, places) of records."""
        rows = SearchEntry.objects.filter(pk__in=sequences).values_list("pk", "texts")
        for sequence, stored in rows:
            yield sequence, [Place(*place) for place in json.loads(stored)]

    # -- what is kept --------------------------------------------------------------------------------------------------

    def _kept_of(self, key: tuple) -> Told | None:
        with self._lock:
            if told := self._kept.get(key):
                self._kept.move_to_end(key)
            return told

    def _keep(self, key: tuple, told: Told) -> None:
        with self._lock:
            self._kept[key] = told
            while len(self._kept) > self._room:
                self._kept.popitem(last=False)


def _last(told: Told) -> Told:
    """The same records behind all others, however weighty their place."""
    return Told({levels.BEGINNING: levels.union(told.levels)} if told.levels else {}, told.pattern)


def _is_near(form: str, word: str) -> bool:
    """Whether a form of a synonym still says the same: "objectively" is not "objection", "parks" not "parking"."""
    shared = word[: len(word) - (3 if word.endswith("en") else 2)]
    return form.startswith(shared) or form.removeprefix("ge").startswith(shared)


def any_of(told: list[Told]) -> Told:
    return Told(levels.any_of(found.levels for found in told), _pattern(told), any(found.unsure for found in told))


def all_of(told: list[Told]) -> Told:
    return Told(levels.all_of([found.levels for found in told]), _pattern(told))


def _pattern(told: list[Told]) -> Pattern:
    pattern = Pattern()
    for found in told:
        pattern = pattern | found.pattern
    return pattern
