"""What someone typed, read as a question. Nothing that can be typed is an error; what is too much is left out and told.

parkeren boete          both words
"druk in de stad"       these words in this order
fiets of auto           one of both ("or" in English)
parkeren -boete         without this word
leverancier:centric     a word in one field
38217418                the record with this number
parkeerverg             the last word may be unfinished
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import Enum

from algorithms.search import analyser

MOST_CHARACTERS = 200
MOST_TERMS = 12

# What experts write before a colon → the facet it asks, or "naam".
FIELDS = {
    "naam": "naam", "name": "naam",
    "thema": "thema", "theme": "thema",
    "status": "status",
    "categorie": "categorie", "publicatiecategorie": "categorie", "category": "categorie",
    "organisatie": "organisatie", "organisation": "organisatie", "organization": "organisatie",
    "gemeente": "organisatie",
    "afdeling": "afdeling", "department": "afdeling",
    "leverancier": "leverancier", "supplier": "leverancier", "provider": "leverancier",
    "gegevensbron": "gegevensbron", "bron": "gegevensbron", "source": "gegevensbron",
    "risicoklasse": "risicoklasse", "risico": "risicoklasse", "risk": "risicoklasse",
    "persoonsgegevens": "persoonsgegevens",
    "impacttoets": "impacttoets", "toets": "impacttoets", "assessment": "impacttoets",
}  # fmt: skip
_OR = {"nl": {"of", "or", "|"}, "en": {"or", "|"}}
_ARTICLES = {"een", "a", "an"}
_QUOTES = re.compile('[“”„‟«»"]')
_PIECE = re.compile(
    r"""(?P<minus>(?<!\S)[-−–](?=\S))?  (?:(?P<field>[A-Za-z]+):(?=["\w]))?
        (?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))""",
    re.VERBOSE,
)
_MIXED = re.compile(r"([a-z]{2,})([0-9]+)|([0-9]+)([a-z]+)")


class Kind(Enum):
    WORD = "word"
    PHRASE = "phrase"
    FIELD = "field"


@dataclass(frozen=True)
class Term:
    """One thing asked for. `words` are folded; `whole` is what a hyphen joins them to; the places are in the text."""

    kind: Kind
    words: tuple[str, ...]
    start: int
    end: int
    whole: str = ""
    facet: str = ""
    unfinished: bool = False

    @property
    def is_small(self) -> bool:
        return self.kind is Kind.WORD and all(word in analyser.SMALL for word in self.words)


@dataclass
class Query:
    """`clauses` are all asked for, of each any of its terms."""

    text: str
    clauses: list[list[Term]] = field(default_factory=list)
    excluded: list[Term] = field(default_factory=list)
    left_out: str = ""  # what was too much, as typed
    is_sentence: bool = False  # two words or more with small words between them

    @property
    def is_empty(self) -> bool:
        return not self.clauses and not self.excluded


def parse(text: str, lang: str = "nl") -> Query:
    """Read a question; `lang` is that of the page it was asked on."""
    text = " ".join(_QUOTES.sub('"', analyser.unjoined(text)).split())
    asked, left_out = text[:MOST_CHARACTERS], text[MOST_CHARACTERS:]
    if asked.count('"') % 2:
        cut = asked.rindex('"')
        asked = asked[:cut] + " " + asked[cut + 1 :]
    query = Query(asked, left_out=left_out)
    small: list[list[Term]] = []
    join, before = False, None  # whether "of" was said, and the clause it was said after
    terms = 0
    for piece in _PIECE.finditer(asked):
        if piece["word"] and piece["word"].casefold() in _OR[lang] and not piece["field"]:
            join = True
            continue
        for term in _terms(piece, asked):
            if terms == MOST_TERMS:
                query.left_out = f"{asked[term.start :]}{query.left_out}"
                return _finished(query, small)
            terms += 1
            if term.is_small and piece["minus"]:
                continue  # nearly everything has it
            if term.is_small:
                join = join and term.words[0] in _ARTICLES  # "of ik", "of mijn": whether, not or
                small.append([term])
                continue
            if piece["minus"]:
                query.excluded.append(term)
                before = None
            elif join and before is not None:
                before.append(term)
            else:
                before = [term]
                query.clauses.append(before)
            join = False
    return _finished(query, small)


def _terms(piece: re.Match[str], text: str) -> list[Term]:
    group = "phrase" if piece["phrase"] is not None else "word"
    value, start = piece[group], piece.start(group)
    facet = FIELDS.get((piece["field"] or "").casefold(), "")
    if piece["field"] and not facet:  # no field of ours: then it is a word with a colon behind it
        value, start = text[piece.start("field") : piece.end(group)], piece.start("field")
    found = list(analyser.spans(value))
    words = tuple(word for word, _start, _end in found)
    if not words:
        return []
    if facet:
        return [Term(Kind.FIELD, words, piece.start("field"), piece.end(), facet=facet)]
    if group == "phrase" and len(words) > 1:
        return [Term(Kind.PHRASE, words, piece.start(), piece.end())]
    wholes = [(whole, begin, end) for whole, begin, end in analyser.wholes(value)]
    terms = []
    for word, begin, end in found:
        around = next(((w, b, e) for w, b, e in wholes if b <= begin and end <= e), None)
        if around is None and (mixed := _MIXED.fullmatch(word)):  # "top400" is also "top 400"
            parts = tuple(filter(None, mixed.groups()))
            terms.append(Term(Kind.WORD, parts, start + begin, start + end, whole=word))
        elif around is None:
            terms.append(Term(Kind.WORD, (word,), start + begin, start + end))
        elif begin == around[1]:
            inside = tuple(w for w, b, e in found if around[1] <= b and e <= around[2])
            terms.append(Term(Kind.WORD, inside, start + around[1], start + around[2], whole=around[0]))
    return terms


def _finished(query: Query, small: list[list[Term]]) -> Query:
    """Small words count only when there are no others; the last word may be unfinished."""
    query.is_sentence = bool(small) and len(query.clauses) > 1
    query.clauses = query.clauses or small
    last = query.clauses[-1][-1] if query.clauses else None
    if last and last.kind is Kind.WORD and last.end == len(query.text):
        query.clauses[-1][-1] = replace(last, unfinished=True)
    return query
