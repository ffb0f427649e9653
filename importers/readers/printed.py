"""Line tools shared by the readers of printed text: lines, blocks (paragraph, list, heading, table), HTML, sentences.

A print has no mark-up left, only lines. What is guessed here is guessed by form alone and by rules a reader can check:
- a blank line ends a paragraph; a line break inside one stays a line break;
- `•` and numbers that count up from 1 make lists; an indented line belongs to the item above it;
- a short line that stands alone above other text, without a full stop, is a sub-heading;
- lines that fall apart in the same number of cells are a table.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from typing import NamedTuple

from algorithms.standard import HARD_LIMIT
from importers.readers.base import Unreadable

BULLET = re.compile(r"\s*[•◦▪‣●∙*–-]\s+(?=\S)")
NUMBER = re.compile(r"\s*(\d{1,2})[.)]\s+(?=\S)")
CELL_MARK = re.compile(r"\t+| \| ")
# Longer than this is no heading, no sentence to weigh, no paragraph to search: it keeps hostile input linear.
LINE_LENGTH = 2 * HARD_LIMIT
HEADING_LENGTH, HEADING_WORDS = 70, 8
SENTENCE_LENGTH, PARAGRAPH_LENGTH = 2_000, 20_000


class Line(NamedTuple):
    """A line with its number; `raw` keeps the white space, `text` has it folded."""

    no: int
    raw: str
    text: str


@dataclass
class Item:
    """A list item: its own line and the indented lines below it."""

    lines: list[Line]

    @property
    def texts(self) -> list[str]:
        return [line.text for line in self.lines]


@dataclass
class Block:
    """A piece of text. `kind` is p, h4, ul, ol or table; lists have `items`, tables have `rows`."""

    kind: str
    lines: list[Line]
    items: list[Item] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    @property
    def no(self) -> int:
        return self.lines[0].no

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)


def fold(text: str) -> str:
    """Fold every run of white space, no-break spaces included, to one space."""
    return " ".join(text.split())


def split_lines(text: str) -> list[Line]:
    """Number the lines. Only `\\n` ends a line: `str.splitlines` would also break at U+2028 and shift the numbers."""
    lines = []
    for no, raw in enumerate(text.split("\n"), start=1):
        if len(raw) > LINE_LENGTH:
            raise Unreadable(
                f"Regel {no} is langer dan {LINE_LENGTH} tekens; zo lang is geen enkele tekst in het register. Haal "
                "de regel weg "
                "of zet er regeleinden in."
            )
        lines.append(Line(no, raw, fold(raw)))
    return lines


def slug(text: str) -> str:
    """Return a text as lower-case letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].strip("-")


def heading_like(text: str) -> bool:
    """Tell whether a line has the form of a heading: short, a capital first, no stop at the end but a question mark."""
    return (
        len(text) <= HEADING_LENGTH
        and len(text.split()) <= HEADING_WORDS
        and text[:1].isupper()
        and text[-1:] not in ".,;:!…"
        and "://" not in text
        and "@" not in text
    )


def _groups(lines: Iterable[Line]) -> Iterable[list[Line]]:
    group: list[Line] = []
    for line in lines:
        if line.text:
            group.append(line)
        elif group:
            yield group
            group = []
    if group:
        yield group


def blocks(lines: Iterable[Line]) -> list[Block]:
    """Cut lines into blocks, in order; every non-blank line is in exactly one of them."""
    found: list[Block] = []
    for group in _groups(lines):
        pieces: list[Block] = []
        for line in group:
            last = pieces[-1] if pieces else (found[-1] if found and found[-1].kind == "ol" else None)
            number = NUMBER.match(line.raw)
            expected = len(last.items) + 1 if last and last.kind == "ol" else 1
            if mark := BULLET.match(line.raw):
                item = Line(line.no, line.raw, fold(line.raw[mark.end() :]))
                if pieces and pieces[-1].kind == "ul":
                    pieces[-1].items.append(Item([item]))
                    pieces[-1].lines.append(item)
                else:
                    pieces.append(Block("ul", [item], [Item([item])]))
            elif number and int(number.group(1)) == expected:
                # Only numbers that count up: a paragraph that happens to begin with "3." keeps its number.
                item = Line(line.no, line.raw, fold(line.raw[number.end() :]))
                if last and last.kind == "ol" and expected > 1:
                    last.items.append(Item([item]))
                    last.lines.append(item)
                    if not pieces:
                        found.pop()
                        pieces.append(last)
                else:
                    pieces.append(Block("ol", [item], [Item([item])]))
            elif pieces and pieces[-1].items and line.raw[:2].isspace():
                pieces[-1].items[-1].lines.append(line)
                pieces[-1].lines.append(line)
            elif pieces and pieces[-1].kind == "p":
                pieces[-1].lines.append(line)
            else:
                pieces.append(Block("p", [line]))
        found += _with_headings(pieces)
    # A heading stands above something; a short line at the end is just a short paragraph.
    for block, after in pairwise(found):
        if block.kind == "p" and len(block.lines) == 1 and after.kind != "h4" and heading_like(block.text):
            block.kind = "h4"
    return found


def _with_headings(pieces: list[Block]) -> list[Block]:
    """Split off a heading that stands right above a list, and recognise tables."""
    result: list[Block] = []
    for block, after in zip(pieces, [*pieces[1:], None], strict=True):
        if block.kind == "p" and (rows := table_rows(block.lines)):
            result.append(Block("table", block.lines, rows=rows))
        elif block.kind == "p" and after and after.items and heading_like(block.lines[-1].text):
            if len(block.lines) > 1:
                result.append(Block("p", block.lines[:-1]))
            result.append(Block("h4", block.lines[-1:]))
        else:
            result.append(block)
    return result


def table_rows(lines: Sequence[Line]) -> list[list[str]]:
    """Return the rows (the first is the head) when lines are a table, else an empty list.

    With tabs or ` | ` in every line these part the cells. Without, a head parts at its capitals and a row where
    numbers and words change place ("1 100.000 niet mogelijk 30%"); that only counts when all lines give as many cells.
    """
    if len(lines) < 2 or len(lines) > 1_000 or any(len(line.raw) > SENTENCE_LENGTH for line in lines):
        return []
    if all(CELL_MARK.search(line.raw.strip()) for line in lines):
        rows = [[fold(cell) for cell in CELL_MARK.split(line.raw.strip())] for line in lines]
        return rows if len({len(row) for row in rows}) == 1 else []
    if lines[0].text[-1:] in ".,;:!?" or not all(re.match(r"\d", line.text) for line in lines[1:]):
        return []
    rows = [_cells_at_capitals(lines[0].text)] + [_cells_at_numbers(line.text) for line in lines[1:]]
    return rows if len(rows[0]) >= 3 and len({len(row) for row in rows}) == 1 else []


def table_is_marked(block: Block) -> bool:
    """Tell whether the cells of a table were parted by marks in the print rather than guessed."""
    return all(CELL_MARK.search(line.raw.strip()) for line in block.lines)


def _cells_at_capitals(text: str) -> list[str]:
    cells: list[str] = []
    for word in text.split():
        if not cells or word[:1].isupper():
            cells.append(word)
        else:
            cells[-1] += " " + word
    return cells


def _cells_at_numbers(text: str) -> list[str]:
    cells: list[str] = []
    was_number = True
    for word in text.split():
        is_number = bool(re.fullmatch(r"[€-]?\d[\d.,]*%?", word))
        if is_number or was_number or not cells:
            cells.append(word)
        else:
            cells[-1] += " " + word
        was_number = is_number
    return cells


def html(found: Iterable[Block]) -> str:
    """Write blocks in the small HTML subset; all text is escaped."""
    parts = []
    for block in found:
        if block.kind in ("ul", "ol"):
            items = "".join(f"<li>{_breaks(item.lines)}</li>" for item in block.items)
            parts.append(f"<{block.kind}>{items}</{block.kind}>")
        elif block.kind == "table":
            head = "".join(f"<th>{esc(cell)}</th>" for cell in block.rows[0])
            body = "".join(
                "<tr>" + "".join(f"<td>{esc(cell)}</td>" for cell in row) + "</tr>" for row in block.rows[1:]
            )
            parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
        else:
            parts.append(f"<{block.kind}>{_breaks(block.lines)}</{block.kind}>")
    return "".join(parts)


def esc(text: str) -> str:
    """Escape a text for HTML as the cleaner writes it: quotes stay."""
    return escape(text, quote=False)


def paragraphs(texts: Iterable[str]) -> str:
    """Write each text as a paragraph."""
    return "".join(f"<p>{esc(text)}</p>" for text in texts)


def _breaks(lines: Sequence[Line]) -> str:
    """Join lines with a line break, or with a space where a long line was plainly wrapped."""
    parts = [esc(lines[0].text)]
    for before, line in pairwise(lines):
        wrapped = len(before.text) >= 60 and before.text[-1] not in ".:;?!)" and line.text[:1].islower()
        parts.append((" " if wrapped else "<br>") + esc(line.text))
    return "".join(parts)


SENTENCE_END = re.compile(r"[.!?…]['’\")]*\s+(?=[A-ZÀ-Ý0-9'‘\"(])")
# "G. J.", "t.a.v." and "B.V." end in a full stop that ends no sentence.
ABBREVIATION = re.compile(r"(?:^|[\s(])(?:[A-Za-z]\.)+$|(?:^|\s)(?:bijv|nr|art|ca|evt|incl|excl|resp|mr|dr|ir|prof)\.$")


def sentences(text: str) -> list[str]:
    """Cut a paragraph into sentences; one that is too long to weigh comes back as it is."""
    if len(text) > PARAGRAPH_LENGTH:
        return [text]
    found, start = [], 0
    for end in SENTENCE_END.finditer(text):
        sentence = text[start : end.end()].rstrip()
        if not ABBREVIATION.search(sentence[-12:]):
            found.append(sentence)
            start = end.end()
    if rest := text[start:].strip():
        found.append(rest)
    return found
