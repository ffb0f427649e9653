"""From a question to records in order: which hold the words (the database says), and in what order (said here).

    answer = engine_of(bitset.now(head)).answer("parkeer vergunning", "nl")
    answer.found                                  # the records, as bits
    answer.page(among, 0, 20)                     # the sequences of the best twenty among these

An engine belongs to one state of the register and is kept with it.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from algorithms.bitset import Bitset
from algorithms.search import analyser, levels
from algorithms.search.levels import Levels
from algorithms.search.matching import Pattern, closeness, cut, merged
from algorithms.search.query import Kind, Query, parse
from algorithms.search.spelling import Speller
from algorithms.search.terms import Terms, Told, any_of

MOST_RANKED = 30  # best records that are put in order by how close the words stand
FEW_WHOLE = 5  # records that hold every word of a sentence; with fewer others are shown too
FEW = 2  # records: a word that so few hold may be a typing error


@dataclass
class Answer:
    """`order` is (sum, records) from best to worst; `instead` the question that was answered when it is another."""

    terms: Terms
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
        bitset, page, passed = self.terms.bitset, [], 0
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
        found = dict(self.terms.texts(best))
        apart = {sequence: closeness(found.get(sequence, []), self.patterns) for sequence in best}
        return sorted(best, key=lambda sequence: (totals[sequence], apart[sequence], -sequence))


class Engine:
    """Answers the questions that are asked in one state of the register."""

    def __init__(self, bitset: Bitset) -> None:
        self.bitset = bitset
        self.terms = Terms(bitset)

    @cached_property
    def _speller_of_synonyms(self) -> Speller:
        """The words of the register, and those that mean the same as one of them."""
        counts = dict(self.terms.vocabulary.counts)
        for group in self.terms.synonyms.groups:
            words = [phrase.words[0] for phrase in group if len(phrase.words) == 1]
            if any(self.terms.vocabulary.forms(word) & self.terms.vocabulary.counts.keys() for word in words):
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
        """Answer with the records that hold everything asked, or with `partial` most of it."""
        told = [self.terms.clause(clause) for clause in query.clauses]
        clauses = self._spanned(query, told, partial=partial)
        among = self.bitset.all
        answer = Answer(self.terms, query, [])
        for term in query.excluded:
            among &= ~levels.union(self.terms.term(term, strict=True).levels)
        if partial:  # a word that no record holds says nothing about which is best, but its parts may
            told += [part for clause in query.clauses for part in self.terms.loosened(clause)]
            clauses = [clause for clause in clauses if clause[0]]
            clauses += [(found.levels, 1) for found in told[len(query.clauses) :]]
        answer.patterns = [found.pattern for found in told if found.pattern]
        answer.unsure = any(found.unsure for found in told)
        if clauses or (query.excluded and not query.clauses):
            weighed = [(found, self._weight(found) * width) for found, width in clauses]
            answer.order = levels.ordered(weighed, among, partial=partial)
            answer.partial = partial and bool(answer.order)
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
        words = list(analyser.spans(query.text))
        single = [clause[0] if len(clause) == 1 and clause[0].kind is Kind.WORD else None for clause in query.clauses]
        spans: list[tuple[int, int, Told]] = []
        for place, (term, following) in enumerate(pairwise(single)):
            if not term or not following or term.whole or following.whole:
                continue
            if one := self.terms.together(term.words[0], following.words[0]):
                spans.append((place, place + 2, one))
        owners = {  # where a word stands → the clause it belongs to; with hyphens a clause has several
            start: place
            for place, term in enumerate(single)
            if term
            for _word, start, _end in words
            if term.start <= start < term.end
        }
        for first, end, others in self.terms.synonyms.matches([word for word, _start, _end in words]):
            covered = Counter(owners[start] for _word, start, _end in words[first:end] if start in owners)
            whole = all(count == list(owners.values()).count(place) for place, count in covered.items())
            if covered and whole and max(covered) - min(covered) + 1 == len(covered):
                spans.append((min(covered), max(covered) + 1, self.terms.synonym(others)))
        for first, end in sorted({(first, end) for first, end, _told in spans}, key=lambda span: span[0] - span[1]):
            if any(clauses[place][1] != 1 for place in range(first, end)):
                continue  # part of a longer one
            own = levels.all_of([clauses[place][0] for place in range(first, end)])
            meant = [found for begin, stop, found in spans if (begin, stop) == (first, end)]
            together = levels.any_of([own, *(found.levels for found in meant)])
            if partial and not together:
                continue  # nobody says it so: then the words by themselves
            told[first] = Told(told[first].levels, any_of([told[first], *meant]).pattern)
            clauses[first] = (together, end - first)
            for place in range(first + 1, end):
                clauses[place] = ({}, 0)
        return [clause for clause in clauses if clause[1]]

    # -- terms ---------------------------------------------------------------------------------------------------------

    # -- other questions -----------------------------------------------------------------------------------------------

    def _corrected(self, query: Query) -> str:
        """Return the question with words mended that the register hardly knows; "" when there is nothing to mend."""
        text, changed = query.text, False
        terms = [term for clause in query.clauses for term in clause if term.kind is Kind.WORD]
        unfinished = {term.start for term in terms if term.unfinished}
        for word, start, end in reversed(list(analyser.spans(text))):
            inside = next((term for term in terms if term.start <= start and end <= term.end), None)
            if inside is None or word in analyser.SMALL or (inside.whole and self.terms.vocabulary.forms(inside.whole)):
                continue
            if self._is_known(word, unfinished=start in unfinished):
                continue
            if better := self.terms.vocabulary.speller.best(word) or self._speller_of_synonyms.best(word):
                text, changed = text[:start] + better + text[end:], True
        return text if changed else ""

    def _is_known(self, word: str, *, unfinished: bool) -> bool:
        """Whether more than a few records hold a word, a form of it, or, unfinished, what begins with it."""
        vocabulary = self.terms.vocabulary
        if not word.isalpha():
            return True
        known = vocabulary.forms(word) | (set(vocabulary.beginning(word)) if unfinished else set())
        if sum(vocabulary.counts[form] for form in known) > FEW:
            return True
        if known and word not in vocabulary.counts:
            return True
        if unfinished and not known and self.terms.begun(word).levels:
            return True
        return bool(not known and (self._is_synonym(word) or vocabulary.compounds(word) or vocabulary.parts(word)))

    def _is_synonym(self, word: str) -> bool:
        return any(self.terms.synonym(others).levels for _first, _end, others in self.terms.synonyms.matches([word]))


_making = threading.Lock()


def engine_of(bitset: Bitset) -> Engine:
    """Return the engine of a state of the register; made on the first question."""
    with _making:
        found = bitset.memory.get("search")
        if not isinstance(found, Engine):
            found = bitset.memory["search"] = Engine(bitset)
        return found
