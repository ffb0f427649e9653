"""What looks misplaced in a file is reported, never changed: sentences that stand twice, texts that have gone stale.

The check is on the lines of the source, so that what a reader copies itself is not reported.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from importers.readers.base import Record
from importers.readers.extract import Paragraph, weighable
from importers.readers.printed import SENTENCE_LENGTH, sentences

RUN = 8  # so many words in the same order make two sentences alike
MOST_WORDS = 200_000  # a bound on memory; no print of a register comes near it
WORD = re.compile(r"\w+")
STALE = re.compile(r"\b(?:op dit moment|naar verwachting|verwacht(?:en|ing)?)\b", re.I)
YEAR = re.compile(r"\b(20\d\d)\b")
FIRST_VERSION = re.compile(r"\beerste versie\b", re.I)
LATER_VERSION = re.compile(r"\b[A-Z][\w-]+ (?:[2-9]|[1-9]\d)\.\d{1,2}\b")


class Sentence(NamedTuple):
    record: int
    paragraph: Paragraph
    place: int
    text: str
    words: tuple[str, ...]


def report_repeats(records: Sequence[Record], texts: Sequence[Sequence[Paragraph]]) -> None:
    """Warn each record of sentences it shares, nearly or wholly, with another record or with itself.

    Two sentences are alike when eight words in a row are the same and most words are shared: six in ten between
    records, eight in ten within one, where a turn of phrase is no copy. A neighbour in the same paragraph counts too
    when three quarters of its words stand in the paragraph that was copied from. Linear in the text.
    """
    seen: dict[tuple[str, ...], list[Sentence]] = {}
    paragraphs: dict[tuple[int, int], list[Sentence]] = {}
    alike: dict[tuple[int, int], dict[tuple[int, int], tuple[Paragraph, set[int]]]] = {}
    budget = MOST_WORDS
    for number, found in enumerate(texts):
        for paragraph in found:
            parts = [
                Sentence(number, paragraph, i, text, tuple(WORD.findall(text.lower())))
                for i, text in enumerate(sentences(paragraph.text))
                if len(text) <= SENTENCE_LENGTH
            ]
            paragraphs[number, paragraph.no] = parts
            for sentence in parts:
                budget -= len(sentence.words)
                if budget < 0:
                    return
                for start in range(len(sentence.words) - RUN + 1):
                    others = seen.setdefault(sentence.words[start : start + RUN], [])
                    for other in others:
                        if (other.record, other.paragraph.no) != (number, paragraph.no) and _near(sentence, other):
                            _note(alike, sentence, other)
                            _note(alike, other, sentence)
                    if len(others) < 5 and sentence not in others:
                        others.append(sentence)
    for (number, no), matches in alike.items():
        own = paragraphs[number, no]
        elsewhere: dict[tuple[int, ...], list[Paragraph]] = {}
        for (other_number, other_no), (paragraph, hits) in matches.items():
            theirs = {word for sentence in paragraphs[other_number, other_no] for word in sentence.words}
            _grow(own, hits, theirs)
            if other_number != number:
                elsewhere.setdefault(tuple(sorted(hits)), []).append(paragraph)
            elif other_no < no:  # within a record once, at the later of the two
                _warn(records[number], own, tuple(sorted(hits)), f"ook bij '{paragraph.heading}'", [paragraph])
        for copied, places in elsewhere.items():
            what = "ook, bijna gelijk, bij een ander algoritme"
            if len(places) > 1:
                what = "ook, bijna gelijk, bij andere algoritmes, waarschijnlijk als vaste zin"
            _warn(records[number], own, copied, what, places)


def _near(one: Sentence, other: Sentence) -> bool:
    words, others = set(one.words), set(other.words)
    share = 0.8 if one.record == other.record else 0.6
    return len(words & others) >= share * min(len(words), len(others))


def _note(
    alike: dict[tuple[int, int], dict[tuple[int, int], tuple[Paragraph, set[int]]]], one: Sentence, other: Sentence
) -> None:
    others = alike.setdefault((one.record, one.paragraph.no), {})
    others.setdefault((other.record, other.paragraph.no), (other.paragraph, set()))[1].add(one.place)


def _grow(own: list[Sentence], hits: set[int], theirs: set[str]) -> None:
    """Let a run of copied sentences grow over neighbours that say nearly the same in other words."""
    by_index = {sentence.place: sentence for sentence in own}
    for step in (1, -1):
        for hit in sorted(hits):
            nearby = hit + step
            while nearby in by_index and nearby not in hits:
                words = set(by_index[nearby].words)
                if not words or len(words & theirs) * 4 < len(words) * 3:
                    break
                hits.add(nearby)
                nearby += step


def _warn(record: Record, own: list[Sentence], hits: Sequence[int], what: str, places: Sequence[Paragraph]) -> None:
    mine = [sentence for sentence in own if sentence.place in hits]
    first = mine[0]
    quote = first.text if len(first.text) <= 100 else first.text[:99] + "…"
    count = "de zin" if len(mine) == 1 else f"{len(mine)} zinnen, vanaf"
    numbers = sorted({paragraph.no for paragraph in places})
    lines = f"regel {numbers[0]}" if len(numbers) == 1 else "regels " + ", ".join(map(str, numbers))
    record.warn(
        first.paragraph.key,
        f"Bij '{first.paragraph.heading}' (regel {first.paragraph.no}): {count} '{quote}', "
        f"{'staat' if len(mine) == 1 else 'staan'} {what} ({lines}). De tekst is zo gelaten; kijk of hij hier hoort.",
        first.paragraph.no,
        *numbers,
    )


def report_stale(record: Record, found: Sequence[Paragraph], printed: int | None) -> None:
    """Warn of sentences that say "now" or "soon" of a year that had come at the print, and of versions at odds."""
    first_version = later_version = None
    for paragraph in weighable(found):
        for text in sentences(paragraph.text):
            if len(text) > SENTENCE_LENGTH:
                continue
            years = [int(year) for year in YEAR.findall(text)]
            if printed and years and max(years) <= printed and STALE.search(text):
                record.warn(
                    paragraph.key,
                    f"Bij '{paragraph.heading}' (regel {paragraph.no}) is de zin '{text[:150]}' waarschijnlijk "
                    "verouderd: de "
                    f"pagina is in {printed} geprint. De tekst is zo gelaten.",
                    paragraph.no,
                )
            if FIRST_VERSION.search(text):
                first_version = paragraph
            if match := LATER_VERSION.search(text):
                later_version = (paragraph, match.group())
    if first_version and later_version:
        record.warn(
            first_version.key,
            f"Op regel {first_version.no} heet dit een eerste versie, op regel {later_version[0].no} staat "
            f"'{later_version[1]}'. De tekst is zo gelaten.",
            first_version.no,
            later_version[0].no,
        )
