"""What to offer while someone types: the last word finished, and records whose name fits. Cheap and never an error.

words(engine, "gemeente parkeerv", "nl")    ["gemeente parkeervergunning", …], most used first
named(engine, "parkeerv", "nl")             the sequences of records, best first
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from django.db import connection

from algorithms.models import fulltext
from algorithms.search import analyser, texts
from algorithms.search.engine import Engine
from algorithms.search.query import Kind, Term, parse
from algorithms.search.texts import Place

FEWEST_CHARACTERS = 2
MOST_CHARACTERS = 100  # a longer question is no longer looked up while typing
MOST = 5  # of each kind
_CANDIDATES = 15  # completions that are weighed beside the other words of the question
_KEPT = 500  # words of which is remembered who holds them


def words(engine: Engine, typed: str, lang: str) -> list[str]:
    """Return up to five ways to finish the last word of a question, each as the whole question.

    Of the forms of one word only the most used; beside other words only what some record holds together with them.
    """
    if not _is_worth_it(typed) or typed[-1].isspace():
        return []
    query = parse(typed, lang)
    term = query.clauses[-1][-1] if query.clauses else None
    if term is None or not term.unfinished or query.left_out:
        return []
    letters = texts.DUTCH if lang == "nl" else texts.ENGLISH
    found = _completions(engine, term, letters, lang)
    before = query.text[: term.start]
    rest = [clause for clause in query.clauses if clause[-1] is not term]
    holders = _Holders.of(engine, letters)
    if rest:
        # Terms know their places, so what stands before is the question without its last word.
        among = engine.answer(before, lang).found
        together = {word: (bits & among).bit_count() for word, bits in holders.ask(found).items()}
        found = sorted((word for word in found if together[word]), key=lambda word: -together[word])
    written = holders.written(found[:MOST])
    return [before + written[word] for word in found[:MOST]]


def named(engine: Engine, typed: str, lang: str) -> list[int]:
    """Return the sequences of up to five records of which the name, or the number, holds all that was typed so far."""
    if not _is_worth_it(typed):
        return []
    query = parse(typed, lang)
    terms = [term for clause in query.clauses for term in clause]
    if query.left_out or query.excluded or any(term.kind is Kind.FIELD for term in terms):
        return []
    asked = " ".join(word for term in terms for word in term.words)
    if not asked:
        return []
    answer = engine.answer(f'naam:"{asked}"', lang)
    return answer.page(answer.found, 0, MOST)


def _is_worth_it(typed: str) -> bool:
    return len(typed.strip()) >= FEWEST_CHARACTERS and len(typed) <= MOST_CHARACTERS


def _completions(engine: Engine, term: Term, letters: str, lang: str) -> list[str]:
    """Return the words of the register in one language that begin as the term does, most used first."""
    start, vocabulary = term.whole or term.words[0], engine.terms.vocabulary
    if len(start) < FEWEST_CHARACTERS:
        return []
    known = [
        word
        for word in vocabulary.beginning(start)
        if word != start and word not in analyser.SMALL and not set(letters).isdisjoint(vocabulary.letters[word])
    ]
    known.sort(key=lambda word: (-vocabulary.counts[word], len(word), word))
    chosen: list[str] = []
    seen: set[str] = set()
    for word in known:
        stems = analyser.stems(word, lang)
        if seen.isdisjoint(stems):
            chosen.append(word)
        seen |= stems
        if len(chosen) == _CANDIDATES:
            break
    return chosen


class _Holders:
    """Which records hold a word, and how it is written there: the vocabulary knows words without accents and marks.

    Kept with the state of the register; what is asked again while someone types costs nothing.
    """

    def __init__(self, engine: Engine, letters: str) -> None:
        self.engine, self.letters = engine, letters
        self._bits: OrderedDict[str, int] = OrderedDict()
        self._written: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    @classmethod
    def of(cls, engine: Engine, letters: str) -> _Holders:
        found = engine.bitset.memory.get(f"suggest {letters}")
        if not isinstance(found, cls) or found.engine is not engine:
            found = engine.bitset.memory[f"suggest {letters}"] = cls(engine, letters)
        return found

    def ask(self, words: list[str]) -> dict[str, int]:
        """Return the records that hold each word. At most one query."""
        with self._lock:
            known = {word: self._bits[word] for word in words if word in self._bits}
        new = [word for word in words if word not in known]
        tokens = [(self.engine.terms.vocabulary.tokens([word], self.letters), list[str]()) for word in new]
        for word, sequences in zip(new, fulltext.holders(connection, tokens), strict=True):
            known[word] = self.engine.bitset.bits(sequences)
        self._keep(self._bits, known)
        return known

    def written(self, words: list[str]) -> dict[str, str]:
        """Return each word as a record writes it, "coördinatie" for "coordinatie". At most two queries."""
        with self._lock:
            known = {word: self._written[word] for word in words if word in self._written}
        new = [word for word in words if word not in known]
        newest = {
            word: sequences[0]
            for word, bits in self.ask(new).items()
            if (sequences := self.engine.bitset.newest(bits, 0, 1))
        }
        places = dict(self.engine.terms.texts(list(newest.values()))) if newest else {}
        for word in new:
            known[word] = _as_written(word, places.get(newest.get(word, 0), []), self.letters)
        self._keep(self._written, known)
        return known

    def _keep(self, kept: OrderedDict, found: dict) -> None:
        with self._lock:
            kept.update(found)
            for word in found:
                kept.move_to_end(word)
            while len(kept) > _KEPT:
                kept.popitem(last=False)


def _as_written(word: str, places: list[Place], letters: str) -> str:
    """Return a word as it stands in these texts, in small letters unless it is an abbreviation; else as it is."""
    for place in places:
        if place.letter not in letters:
            continue
        for spans in (analyser.spans, analyser.wholes):
            for found, start, end in spans(place.text):
                if found == word:
                    shown = place.text[start:end]
                    return shown if any(letter.isupper() for letter in shown[1:]) else shown.lower()
    return word
