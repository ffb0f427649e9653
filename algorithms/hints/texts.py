"""What a document says, read with care: any shape may come in, whatever is no text counts as empty."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterable, Mapping
from typing import Any

from algorithms import richtext, standard
from algorithms.standard import FIELDS, ROW_KEYS, TRANSLATED, Kind

Document = Mapping[str, Any]
Blocks = dict[str, list[str]]  # key → its paragraphs, list items, cells and lines, each on one line without markup

MOST = 150_000  # characters of a document that are looked at: a bound on time that no real record comes near
MOST_BLOCKS = 5_000
LONG_WORDS, LONG_TEXT = 12, 80  # words and characters from which on two equal paragraphs are no coincidence

# The columns of rows that hold words, and all keys that do, in the form's order.
_COLUMNS = {key: [column.key for column in standard.translated_columns(key)] for key in ROW_KEYS}
_READABLE = [key for key in FIELDS if key in TRANSLATED or _COLUMNS.get(key)]

_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)[^<>]*>")
_ON_THE_LINE = {*richtext.INLINE, "b", "i", "span"} - {"br"}
_NO_WORD = re.compile(r"[\W_]+")
_NO_ASCII_WORD = {code: " " for code in range(128) if not chr(code).isalnum()}
# As `squeezed` writes them: "N.v.t.", "n v t" and "nvt" are one.
_PLACEHOLDERS = {
    "nvt", "nietvantoepassing", "x", "xx", "xxx", "volgt", "volgtnog", "volgtlater", "komtnog", "komtlater",
    "onbekend", "nogonbekend", "nognietbekend", "ntb", "nogtebepalen", "naderbepalen", "nadertebepalen",
    "nogintevullen", "noginvullen", "naderintevullen", "intevullen", "invullen", "pm", "tbd", "tba", "todo", "test",
    "leeg", "loremipsum", "nietingevuld", "nognietingevuld", "veldnietingevuld", "none", "null",
}  # fmt: skip
_LONGEST = max(map(len, _PLACEHOLDERS))
_BEGINS = re.compile(r"(?:<p>)?([^<&]{60})")  # words of which no tag or entity takes anything away


def text_of(document: Document, key: str) -> str:
    """Return the text under a key; "" when there is none or it is no text."""
    value = document.get(key)
    return value if isinstance(value, str) else ""


def rows_of(document: Document, key: str) -> list[Mapping[str, Any]]:
    """Return the rows of a repeating group that are rows."""
    value = document.get(key)
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def blocks_of(text: str) -> list[str]:
    """Return the words of rich or plain text, a line for each paragraph, list item, cell and line; without markup.

    Unlike `richtext.plain` it puts no bullets, bars and addresses between the words. Linear in the text.
    """
    bare = html.unescape(_TAG.sub(_without_tag, text[:MOST])) if "<" in text or "&" in text else text[:MOST]
    return [" ".join(words) for line in bare.split("\n") if (words := line.split())]


def read(document: Document) -> Blocks:
    """Return what readers read of a document in Dutch: its texts and the words in its rows, in the form's order.

    What an older standard left behind (`legacy`) is left out: nobody edits it. After `MOST` characters it stops.
    """
    found: Blocks = {}
    budget, lines = MOST, MOST_BLOCKS
    for key in _READABLE:
        blocks: list[str] = []
        for text in _texts(document, key):
            if budget <= 0 or lines <= 0:
                return found
            new = blocks_of(text[:budget]) if FIELDS[key].kind is Kind.RICH else _lines(text[:budget])
            budget -= len(text)
            blocks += new[:lines]
            lines -= len(new)
            found[key] = blocks
    return found


def says_something(text: str) -> bool:
    """Whether a text, rich or plain, holds words that are no placeholder ("n.v.t.", "-", "nog invullen")."""
    if (begin := _BEGINS.match(text)) and len(squeezed(begin[1])) > _LONGEST:
        return True  # most texts say so at once
    return is_told(" ".join(blocks_of(text.strip()[:2000])))


def is_told(words: str) -> bool:
    """Whether plain words are no placeholder."""
    short = squeezed(words[:100])
    return bool(short) and short not in _PLACEHOLDERS


def withheld(document: Document) -> set[str]:
    """Return the keys that are not told, for a reason that is told."""
    rows = ((row.get("field"), row.get("reason")) for row in rows_of(document, "withheld"))
    return {key for key, why in rows if isinstance(key, str) and isinstance(why, str) and says_something(why)}


def has_any(text: str, parts: tuple[str, ...]) -> bool:
    """Whether one of the parts, in small letters, is anywhere in a text; much faster than a regular expression."""
    lowered = text.lower()
    return any(part in lowered for part in parts)


def squeezed(text: str) -> str:
    """Return letters and digits only, in lower case."""
    return _NO_WORD.sub("", text.casefold())


def folded(text: str) -> str:
    """Return the words in lower case with single spaces between them, without punctuation."""
    text = text.casefold()
    if text.isascii():  # most paragraphs; twice as fast
        return " ".join(text.translate(_NO_ASCII_WORD).split())
    return _NO_WORD.sub(" ", text).strip()


def quoted(text: str, length: int) -> str:
    """Return an excerpt to stand between quotes within a sentence: without the full stop at its end."""
    return excerpt(text.strip(), length).removesuffix(".")


def excerpt(text: str, length: int) -> str:
    """Return a text of at most so many characters, cut at a word with "…" when it was longer."""
    return text if len(text) <= length else f"{text[: length - 1].rsplit(' ', 1)[0]}…"


def paragraphs(document: Document) -> dict[str, tuple[str, str]]:
    """Return digest → (key, paragraph) of each long paragraph, list item or line of the Dutch texts, rows included.

    The digest is the first 16 hex digits of the SHA-256 of the folded paragraph (lower case, no punctuation, single
    spaces), so that a caller can find equal paragraphs of other records. Long is at least 12 words and 80 characters.
    """
    return long_paragraphs(read(document))


def long_paragraphs(found: Blocks) -> dict[str, tuple[str, str]]:
    """`paragraphs` of what was read before; the first place of a paragraph counts."""
    digests: dict[str, tuple[str, str]] = {}
    for key, blocks in found.items():
        for block in blocks:
            if len(block) >= LONG_TEXT and (words := folded(block)).count(" ") + 1 >= LONG_WORDS:
                digest = hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:16]
                digests.setdefault(digest, (key, block))
    return digests


def _texts(document: Document, key: str) -> Iterable[str]:
    if key not in _COLUMNS:
        yield text_of(document, key)
        return
    for row in rows_of(document, key):
        yield from (cell for column in _COLUMNS[key] if isinstance(cell := row.get(column), str))


def _lines(text: str) -> list[str]:
    return [" ".join(words) for line in text.split("\n") if (words := line.split())]


def _without_tag(tag: re.Match[str]) -> str:
    return "" if tag[1].lower() in _ON_THE_LINE else "\n"
