"""From a question to records in order: which hold the words (the database says), and in what order (said here).

    engine = engine_of(bitset.now(head))
    answer = engine.answer("parkeer vergunning", "nl")
    answer.count(among), answer.page(among, 0, 20)

An engine belongs to one state of the register and is kept with it. All it asks of the database is which records hold
which tokens (`fulltext.holders`), and, of a bounded number of candidates, their texts.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from django.db import connection

from algorithms.bitset import Bitset
from algorithms.models import SearchEntry, fulltext
from algorithms.search import analyser, levels, texts
from algorithms.search.levels import EXACT, PART, STEM, SYNONYM, Levels, rank
from algorithms.search.matching import Pattern, closeness, cut, merged, phrase_place
from algorithms.search.query import Kind, Query, Term, parse
from algorithms.search.spelling import Speller
from algorithms.search.synonyms import Phrase, Synonyms
from algorithms.search.texts import Place
from algorithms.search.vocabulary import Vocabulary

MOST_PHRASE_CANDIDATES = 500  # whose texts are read to see whether words follow each other
MOST_RANKED = 30  # best records that are put in order by how close the words stand
MOST_KEPT = 32 * 1024 * 1024  # bytes of answers about single words
FEW_WHOLE = 5  # records that hold every word of a sentence; with fewer others are shown too
SHORT = 3  # letters of a word that, when it is one by itself, is not also the beginning of others
FEW = 2  # records: a word that so few hold may be a typing error

_LETTERS = ["".join(pair) for pair in zip(texts.DUTCH, texts.ENGLISH, strict=True)]  # of each weight


@dataclass
class Told:
    """What one word of the question became: the records by rank, and the words by which they are recognised."""

    levels: Levels
    pattern: Pattern
    unsure: bool = False  # more candidates for a phrase than were looked at


@dataclass
class Answer:
    """`order` is (sum, records) from best to worst; `instead` the question that was answered when it is another."""

    engine: Engine
    query: Query
    order: list[tuple[int, int]]
    patterns: list[Pattern] = field(default_factory=list)
    instead: str = ""
    suggestion: str = ""
    partial: bool = False
    whole: int = 0  # with `partial`: the records (bits) that hold every word all the same; they come first
    unsure: bool = False  # more candidates for a phrase than were looked at

    @property
    def found(self) -> int:
        return levels.union(dict(self.order))

    def parts(self, text: str) -> list[tuple[str, bool]]:
        """Return the parts of a text that is shown: (text, whether it is what was asked for)."""
        return list(cut(text, merged([mark for pattern in self.patterns for mark in pattern.marks(text)])))

    def page(self, among: int, start: int, stop: int) -> list[int]:
        """Return the sequences of the records from `start` to `stop` that are among these, the best first."""
        ranked = self._ranked(among) if len(self.patterns) > 1 and start < MOST_RANKED else []
        if stop <= len(ranked):
            return ranked[start:stop]
        return ranked[start:] + self._plain(among, max(start, len(ranked)), stop)

    def _plain(self, among: int, start: int, stop: int) -> list[int]:
        bitset, page, passed = self.engine.bitset, [], 0
        for _total, bits in self.order:
            here = bits & among
            count = here.bit_count()
            if passed + count > start:
                page += bitset.newest(here, max(start - passed, 0), min(stop - passed, count))
            passed += count
            if passed >= stop:
                break
        return page

    def _ranked(self, among: int) -> list[int]:
        """The best records, those of one sum by how close the words stand in them, then the newest."""
        best = self._plain(among, 0, MOST_RANKED)
        if len(best) < 2:
            return best
        totals = {}
        for total, bits in self.order:
            for sequence in best:
                if bits >> sequence & 1:
                    totals[sequence] = total
        found = dict(self.engine.texts(best))
        apart = {sequence: closeness(found.get(sequence, []), self.patterns) for sequence in best}
        return sorted(best, key=lambda sequence: (totals[sequence], apart[sequence], -sequence))


class Engine:
    def __init__(self, bitset: Bitset) -> None:
        self.bitset = bitset
        self.vocabulary = Vocabulary.read()
        self.synonyms = Synonyms.read()
        self._kept: OrderedDict[tuple, Told] = OrderedDict()
        self._room = MOST_KEPT // max(bitset.sequence // 2, 1_000)  # answers that fit
        self._lock = threading.Lock()

    @cached_property
    def _speller_of_synonyms(self) -> Speller:
        """The words of the register, and those that mean the same as one of them."""
        counts = dict(self.vocabulary.counts)
        for group in self.synonyms.groups:
            words = [phrase.words[0] for phrase in group if len(phrase.words) == 1]
            if any(self.vocabulary.forms(word) & self.vocabulary.counts.keys() for word in words):
                counts |= {word: 1 for word in words if word not in counts}
        return Speller(counts)

    # -- one question --------------------------------------------------------------------------------------------------

    def answer(self, text: str, lang: str = "nl") -> Answer:
        """Answer what was typed on a page in `lang`; records that hold every word, else those of a corrected question,
        else those that hold most of it."""
        query = parse(text, lang)
        first = self._all(query)
        corrected = self._corrected(query)
        first.suggestion = corrected
        if first.order or not query.clauses:
            return self._filled_up(first)
        if corrected:
            second = self._all(parse(corrected, lang))
            if second.order:
                second.instead, second.query = corrected, query
                return second
        best = self._all(query, partial=True)
        other = self._all(parse(corrected, lang), partial=True) if corrected else best
        if other.order and (not best.order or other.order[0][0] // levels.MISSING < best.order[0][0] // levels.MISSING):
            other.instead, other.query = corrected, query
            return other
        best.suggestion = corrected
        return best

    def _filled_up(self, answer: Answer) -> Answer:
        """A sentence says more than what is looked for: when few records hold all of it, the best others follow."""
        if not answer.query.is_sentence or answer.found.bit_count() >= FEW_WHOLE:
            return answer
        more = self._all(answer.query, partial=True)
        more.suggestion, more.whole = answer.suggestion, answer.found
        return more

    def _all(self, query: Query, *, partial: bool = False) -> Answer:
        told = [self._clause(clause) for clause in query.clauses]
        clauses = self._spanned(query, told, partial=partial)
        among = self.bitset.all
        answer = Answer(self, query, [])
        for term in query.excluded:
            among &= ~levels.union(self._term(term, strict=True).levels)
        if partial:  # a word that no record holds says nothing about which is best, but its parts may
            told += [part for clause in query.clauses for part in self._loosened(clause)]
            clauses = [clause for clause in clauses if clause[0]]
            clauses += [(found.levels, 1) for found in told[len(query.clauses) :]]
        answer.patterns = [found.pattern for found in told if found.pattern]
        answer.unsure = any(found.unsure for found in told)
        if clauses or (query.excluded and not query.clauses):
            weighed = [(found, self._weight(found) * width) for found, width in clauses]
            answer.order = levels.ordered(weighed, among, partial=partial)
            answer.partial = partial
        if named := self.bitset.named(analyser.key(query.text)) & among:
            rest = [(total, kept) for total, bits in answer.order if (kept := bits & ~named)]
            answer.order = [(-1, named), *rest]
            answer.partial = False
        return answer

    def _weight(self, found: Levels) -> int:
        """How much a word says: 3 when few records hold it, 1 when many do."""
        held, all_records = levels.union(found).bit_count(), max(self.bitset.all.bit_count(), 1)
        return 3 if held * 50 <= all_records else 2 if held * 7 <= all_records else 1

    # -- words that belong together ------------------------------------------------------------------------------------

    def _spanned(self, query: Query, told: list[Told], *, partial: bool = False) -> list[tuple[Levels, int]]:
        """Return (levels, how many words) of each clause; several words that mean one thing count as one clause."""
        clauses = [(found.levels, 1) for found in told]
        plain = [
            clause[0] if len(clause) == 1 and clause[0].kind is Kind.WORD and not clause[0].whole else None
            for clause in query.clauses
        ]
        spans: list[tuple[int, int, Told]] = []
        for place, (term, following) in enumerate(pairwise(plain)):
            if term and following and (one := self._together(term.words[0], following.words[0])):
                spans.append((place, place + 2, one))
        words = list(analyser.spans(query.text))
        starts = {term.start: place for place, term in enumerate(plain) if term}
        for first, end, others in self.synonyms.matches([word for word, _start, _end in words]):
            covered = [starts[start] for _word, start, _end in words[first:end] if start in starts]
            if covered and len(covered) == covered[-1] - covered[0] + 1:
                spans.append((covered[0], covered[-1] + 1, self._synonym(others)))
        for first, end in sorted({(first, end) for first, end, _told in spans}, key=lambda span: span[0] - span[1]):
            if any(clauses[place][1] != 1 for place in range(first, end)):
                continue  # part of a longer one
            own = levels.all_of([clauses[place][0] for place in range(first, end)])
            meant = [found for begin, stop, found in spans if (begin, stop) == (first, end)]
            together = levels.any_of([own, *(found.levels for found in meant)])
            if partial and not together:
                continue  # nobody says it so: then the words by themselves
            told[first] = Told(told[first].levels, _any([told[first], *meant]).pattern)
            clauses[first] = (together, end - first)
            for place in range(first + 1, end):
                clauses[place] = ({}, 0)
        return [clause for clause in clauses if clause[1]]

    def _together(self, word: str, following: str) -> Told | None:
        """What two words are when written as one: "parkeer vergunning" as "parkeervergunning"."""
        joined = [f"{word}{link}{following}" for link in analyser.LINKS]
        known: set[str] = set().union(*(self.vocabulary.forms(whole) for whole in joined if whole.isalpha()))
        told = self._told(("together", word, following), {STEM: known}) if known else None
        return told if told and told.levels else None

    def _synonym(self, others: Iterable[Phrase]) -> Told:
        told = []
        for phrase in others:
            if len(phrase.words) == 1:
                word = phrase.words[0]
                forms = {form for form in self.vocabulary.forms(word) if _is_near(form, word)}
                told.append(self._told(("synonym", word), {SYNONYM: forms}))
            else:
                told.append(self._phrase(phrase.telling, small=True, form=SYNONYM))
        return _any(told)

    # -- terms ---------------------------------------------------------------------------------------------------------

    def _clause(self, clause: list[Term]) -> Told:
        if len(clause) == 1:  # its synonyms may cover its neighbours too
            return self._term(clause[0])
        told = []
        for term in clause:
            told.append(self._term(term))
            if term.kind is Kind.WORD:
                told += [self._synonym(others) for _first, _end, others in self.synonyms.matches(list(term.words))]
        return _any(told)

    def _term(self, term: Term, *, strict: bool = False) -> Told:
        """`strict`: the word and its forms only, as an exclusion means it."""
        if term.kind is Kind.FIELD:
            return Told(self._field(term), Pattern())
        if term.kind is Kind.PHRASE:
            return self._phrase(term.words)
        if not term.whole:
            return self._word(term.words[0], unfinished=term.unfinished, strict=strict)
        loose = _all([self._word(word, strict=strict) for word in term.words])
        return _any([self._word(term.whole, strict=strict), loose])

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
        if unfinished and len(word) > (SHORT if forms else 1) and vocabulary.is_beginning(word):
            begun = self._told(("beginning", word), {}, start=word)
            if forms:  # a word by itself: what begins with it comes last, however weighty
                begun = Told({levels.BEGINNING: levels.union(begun.levels)} if begun.levels else {}, begun.pattern)
            told = _any([told, begun])
        if split := vocabulary.parts(word):
            # The compound in loose words, "een vergunning om te parkeren", weighs as a part does.
            loose = _all([self._part(part) for part in split])
            if told.levels:  # who writes the word itself comes before who has its parts somewhere
                loose = Told({levels.BEGINNING: levels.union(loose.levels)} if loose.levels else {}, loose.pattern)
            told = _any([told, loose])
            if len(split) == 2 and not forms:  # with other letters between: "verkeerlicht", "schuldenregeling"
                for first in sorted(analyser.surfaces(split[0])):
                    if one := self._together(first, split[1]):
                        told = _any([told, one])
        self._keep(key, told)
        return told

    def _part(self, part: str) -> Told:
        """The records that hold a part of a compound as a word, or what means the same."""
        forms = self.vocabulary.forms(part) or set(self.vocabulary.beginning(part))
        others = [self._synonym(others) for _first, _end, others in self.synonyms.matches([part])]
        told = _any([self._told(("part", part), {PART: forms}), *others])
        return Told(levels.as_form(told.levels, PART), told.pattern)

    def _loosened(self, clause: list[Term]) -> list[Told]:
        """The parts of a compound that no record answers as a whole, as far as the register knows them."""
        term = clause[0]
        if len(clause) > 1 or term.kind is not Kind.WORD or term.whole or self._term(term).levels:
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

    # -- other questions -----------------------------------------------------------------------------------------------

    def _corrected(self, query: Query) -> str:
        """Return the question with words mended that the register hardly knows; "" when there is nothing to mend."""
        text, changed = query.text, False
        terms = [term for clause in query.clauses for term in clause if term.kind is Kind.WORD]
        unfinished = {term.start for term in terms if term.unfinished}
        for word, start, end in reversed(list(analyser.spans(text))):
            inside = next((term for term in terms if term.start <= start and end <= term.end), None)
            if inside is None or word in analyser.SMALL or (inside.whole and self.vocabulary.forms(inside.whole)):
                continue
            if self._is_known(word, unfinished=start in unfinished):
                continue
            if better := self.vocabulary.speller.best(word) or self._speller_of_synonyms.best(word):
                text, changed = text[:start] + better + text[end:], True
        return text if changed else ""

    def _is_known(self, word: str, *, unfinished: bool) -> bool:
        """Whether more than a few records hold a word, a form of it, or, unfinished, what begins with it."""
        vocabulary = self.vocabulary
        if not word.isalpha():
            return True
        known = vocabulary.forms(word) | (set(vocabulary.beginning(word)) if unfinished else set())
        if sum(vocabulary.counts[form] for form in known) > FEW:
            return True
        if known and word not in vocabulary.counts:
            return True
        return bool(not known and (self._is_synonym(word) or vocabulary.compounds(word) or vocabulary.parts(word)))

    def _is_synonym(self, word: str) -> bool:
        return any(self._synonym(others).levels for _first, _end, others in self.synonyms.matches([word]))

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


def _is_near(form: str, word: str) -> bool:
    """Whether a form of a synonym still says the same: "objectively" is not "objection", "parks" not "parking"."""
    shared = word[: len(word) - (3 if word.endswith("en") else 2)]
    return form.startswith(shared) or form.removeprefix("ge").startswith(shared)


def _any(told: list[Told]) -> Told:
    return Told(levels.any_of(found.levels for found in told), _pattern(told), any(found.unsure for found in told))


def _all(told: list[Told]) -> Told:
    return Told(levels.all_of([found.levels for found in told]), _pattern(told))


def _pattern(told: list[Told]) -> Pattern:
    pattern = Pattern()
    for found in told:
        pattern = pattern | found.pattern
    return pattern


_making = threading.Lock()


def engine_of(bitset: Bitset) -> Engine:
    """Return the engine of a state of the register; made on the first question."""
    with _making:
        found = bitset.memory.get("search")
        if not isinstance(found, Engine):
            found = bitset.memory["search"] = Engine(bitset)
        return found
