"""What a PDF is made of: blocks and the words in them, as plain values that templates/pdf/record.typ sets.

A block is a dict that tells what it "is": "text", "heading", "list", "facts", "table", "steps" or "panel". Each of its
words is a string, or a dict with a "mark": "br", "strong", "em", "note", "code", "a" (`to` an address), "field" (`to`
its key), "lang" (`to` its code) around other words, or "cut", the pieces of a word that fits on no line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from django.utils.encoding import iri_to_uri

Inline = str | dict[str, Any]
Block = dict[str, Any]

LINE = 78  # letters of a usual width on a line of text
CELLS = 100, 150  # letters on a line of a table, on an upright page and on a wide one
UPRIGHT = 6  # columns; a table with more gets a page on its side
LONGEST_ADDRESS = 2_000  # of a link; a longer one is text only, because readers of PDF refuse it
DEEPEST_LIST, DEEPEST_MARK = 5, 4  # typesetting has an end to its depth; deeper ones lose the level, not the words
BREAKS = 100  # line breaks that one paragraph may have: more take quadratic time
MOST_SPANNED = 100


# -- blocks ------------------------------------------------------------------------------------------------------------


def heading(level: int, words: str | list[Inline], key: str = "") -> Block:
    """`key` is that of the field it stands above, for links that lead there."""
    return {"is": "heading", "level": level, "words": [words] if isinstance(words, str) else words, "key": key}


def text(words: list[Inline], manner: str = "") -> Block:
    """`manner`: "small", "untold" (nothing was told), "strong" (a caption) or "on" (goes on with the block above)."""
    return {"is": "text", "words": words, "manner": manner}


def paragraphs(words: list[Inline]) -> Iterator[Block]:
    """Return a text in one block, or in several when it has very many line breaks."""
    begin, count = 0, 0
    for place, word in enumerate(words):
        count += word == BREAK
        if count == BREAKS:
            yield text(words[begin:place], "on" if begin else "")
            begin, count = place + 1, 0
    yield text(words[begin:], "on" if begin else "")


def facts(rows: Iterable[tuple[str, str, list[Block]]]) -> Block:
    return {"is": "facts", "items": [{"label": label, "key": key, "blocks": blocks} for label, key, blocks in rows]}


Cell = tuple[int, int, list[Block]]  # columns and rows it spans, and what it holds


def table(head: list[Cell], body: list[list[Cell]], heads: int = 0) -> Block:
    """Return a table whose first `heads` rows (or `head` alone) are its header, each cell at its place.

    Cells that would leave the table or cover another are made smaller: a page forgives those, a typesetter does not.
    """
    rows = [head, *body] if head else body
    heads = 1 if head else heads
    taken: set[tuple[int, int]] = set()
    cells: list[dict[str, Any]] = []
    for y, row in enumerate(rows):
        x = 0
        end = heads if y < heads else len(rows)
        for across, down, blocks in row:
            while (x, y) in taken:
                x += 1
            wide = next(
                (w for w in range(1, min(across, MOST_SPANNED)) if (x + w, y) in taken), min(across, MOST_SPANNED)
            )
            high = min(down, end - y)
            taken |= {(x + w, y + h) for w in range(wide) for h in range(high)}
            cells.append({"x": x, "y": y, "across": wide, "down": high, "blocks": blocks})
            x += wide
    columns = 1 + max((x for x, _y in taken), default=0)
    widths = _widths(cells, columns)
    line = CELLS[columns > UPRIGHT]
    for cell in cells:
        room = line * sum(widths[cell["x"] : cell["x"] + cell["across"]]) / sum(widths)
        cell["blocks"] = recut(cell["blocks"], max(int(room) - 4, 3))
        told = list(letters(cell["blocks"]))
        # a few lines stay together on one page
        cell["whole"] = sum(map(len, told)) < 10 * room and told.count(" ") + len(cell["blocks"]) < 6
    return {"is": "table", "widths": widths, "heads": heads, "on_its_side": columns > UPRIGHT, "cells": cells}


def _widths(cells: list[dict[str, Any]], columns: int) -> list[int]:
    """Return how wide each column is compared with the others: long words and long texts get more room.

    A column of short texts still has room for a usual word.
    """
    longest, lengths = [4] * columns, [[0] for _column in range(columns)]
    for cell in cells:
        if cell["across"] == 1:
            told = "".join(letters(cell["blocks"]))
            longest[cell["x"]] = max([longest[cell["x"]], *(min(len(word), 24) for word in told.split())])
            lengths[cell["x"]].append(min(len(told), 400))
    wanted = [word + max((sum(n) / len(n)) ** 0.75, 1) for word, n in zip(longest, lengths, strict=True)]
    scale = CELLS[columns > UPRIGHT] / sum(wanted)
    return [max(round(room * scale), min(word, 12) + 5) for room, word in zip(wanted, longest, strict=True)]


def letters(tree: Any) -> Iterator[str]:
    """Yield the words of blocks or inlines."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, list):
        yield from (piece for part in tree for piece in letters(part))
    elif tree == BREAK:
        yield " "
    else:
        yield from (piece for key in ("words", "items", "cells", "blocks") for piece in letters(tree.get(key, [])))


# -- inlines -----------------------------------------------------------------------------------------------------------

BREAK: Inline = {"mark": "br"}


def mark(kind: str, words: list[Inline], to: str = "") -> Inline:
    return {"mark": kind, "words": words, "to": to}


def words(told: str, longest: int = LINE - 10) -> list[Inline]:
    """Return a plain text, its line breaks kept, words that fit on no line cut."""
    line: list[Inline] = []
    for number, part in enumerate(re.split("\r\n|[\n\r]", told)):
        line += [BREAK] if number else []
        line += cut(part, longest)
    return line


def cut(told: str, longest: int) -> list[Inline]:
    """Return a text in which words of more than `longest` letters are pieces, between which a line may end."""
    line: list[Inline] = []
    for number, part in enumerate(re.split(rf"([^ \t]{{{longest + 1},}})", told)):
        if number % 2:  # each second part is such a word
            line.append(mark("cut", list(_pieces(part, longest))))
        elif part:
            line.append(part)
    return line


def _pieces(word: str, longest: int) -> Iterator[str]:
    """Cut a word, preferably after a sign that addresses have, never between a letter and a mark upon it."""
    most, begin = max(longest // 2, 2), 0
    while len(word) - begin > most:
        at = max(word.rfind(sign, begin + most // 2, begin + most) for sign in "/?&=.-_") + 1 or begin + most
        while at < len(word) and (unicodedata.category(word[at])[0] == "M" or "\u200d" in word[at - 1 : at + 1]):
            at += 1
        yield word[begin:at]
        begin = at
    if begin < len(word):
        yield word[begin:]


def recut(tree: list[Any], longest: int) -> list[Any]:
    """Return blocks or inlines with their words cut for a smaller room."""
    made: list[Any] = []
    for part in tree:
        if isinstance(part, str):
            made += cut(part, longest)
        elif isinstance(part, list):
            made.append(recut(part, longest))
        elif part.get("mark") == "cut":
            made += cut("".join(part["words"]), longest)
        else:
            made.append(
                {key: recut(value, longest) if isinstance(value, list) else value for key, value in part.items()}
            )
    return made


def in_language(lang: str, line: list[Inline]) -> list[Inline]:
    return [mark("lang", line, lang)] if lang and line else line


def link(href: str, line: list[Inline], page: str) -> list[Inline]:
    """Return a line that leads somewhere; without a usable address, the line alone."""
    try:
        address = iri_to_uri(urljoin(page, href.strip())) if href.strip() else ""
    except ValueError:  # "http://[": no address
        address = ""
    return [mark("a", line, address)] if line and 0 < len(address) <= LONGEST_ADDRESS and address.isascii() else line


# -- rich text ---------------------------------------------------------------------------------------------------------


class _Tree(HTMLParser):
    """Reads cleaned rich text (algorithms/richtext.py) as [tag, attributes, children]."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root: list[Any] = ["", {}, []]
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node: list[Any] = [tag, dict(attrs), []]
        self.open[-1][2].append(node)
        if tag != "br":
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if len(self.open) > 1 and self.open[-1][0] == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1][2].append(data)


def rich(html: str, page: str) -> list[Block]:
    """Return rich text as blocks; `page` is what its links start from."""
    tree = _Tree()
    tree.feed(html)
    tree.close()
    return list(_flow(tree.root[2], page, 1))


def _flow(nodes: list[Any], page: str, level: int) -> Iterator[Block]:
    """Yield the blocks of a container; words between them become blocks of their own."""
    loose: list[Any] = []
    for node in [*nodes, ["end", {}, []]]:
        if isinstance(node, str) or node[0] in ("strong", "em", "a", "br"):
            loose.append(node)
            continue
        line = _inline(loose, page, 1)
        if any(piece.strip() for piece in letters(line)):
            yield from paragraphs(line)
        loose = []
        tag, _attributes, children = node
        if tag == "h4":
            yield heading(4, _inline(children, page, 1))
        elif tag == "p":
            yield from paragraphs(_inline(children, page, 1))
        elif tag in ("ul", "ol"):
            yield {"is": "list", "ordered": tag == "ol", "items": list(_items(children, page, level))}
        elif tag == "table":
            yield from _table(children, page)
        elif tag != "end":
            yield from _flow(children, page, level)  # the box around a wide table


def _items(nodes: list[Any], page: str, level: int) -> Iterator[list[Block]]:
    for node in nodes:
        if isinstance(node, str):
            continue
        if level < DEEPEST_LIST:
            yield list(_flow(node[2], page, level + 1))
            continue
        inner = [child for child in node[2] if not isinstance(child, str) and child[0] in ("ul", "ol")]
        own = [child for child in node[2] if isinstance(child, str) or child[0] not in ("ul", "ol")]
        yield list(_flow(own, page, level + 1))
        for nested in inner:
            yield from _items(nested[2], page, level)


def _table(nodes: list[Any], page: str) -> Iterator[Block]:
    rows: list[list[Cell]] = []
    heads = 0
    for part in nodes:
        if isinstance(part, str):
            continue
        if part[0] == "caption":
            yield text(_inline(_flat(part[2]), page, 1), "strong")
            continue
        for row in [part] if part[0] == "tr" else [row for row in part[2] if not isinstance(row, str)]:
            cells = [cell for cell in row[2] if not isinstance(cell, str)]
            if heads == len(rows) and cells and (part[0] == "thead" or all(cell[0] == "th" for cell in cells)):
                heads += 1
            rows.append([_cell(cell, page, is_head=heads > len(rows)) for cell in cells])
    if any(rows):
        yield table([], rows, heads if heads < len(rows) else 0)


def _cell(cell: list[Any], page: str, is_head: bool) -> Cell:
    tag, attributes, children = cell
    spans = [int(found) if (found := attributes.get(name) or "").isdecimal() else 1 for name in ("colspan", "rowspan")]
    blocks = list(_flow(children, page, DEEPEST_LIST))
    if tag == "th" and not is_head:
        blocks = [block | {"manner": "strong"} if block["is"] == "text" else block for block in blocks]
    return max(spans[0], 1), max(spans[1], 1), blocks


def _flat(nodes: list[Any]) -> list[Any]:
    """Return the inline nodes in blocks: a caption is one line."""
    inline = ("strong", "em", "a", "br")
    return [n for node in nodes for n in ([node] if isinstance(node, str) or node[0] in inline else _flat(node[2]))]


def _inline(nodes: list[Any], page: str, level: int) -> list[Inline]:
    line: list[Inline] = []
    for node in nodes:
        if isinstance(node, str):
            line += words(node)
            continue
        tag, attributes, children = node
        inner = _inline(children, page, level + 1)
        if tag == "br":
            line.append(BREAK)
        elif not inner:
            continue
        elif tag == "a":
            href = attributes.get("href") or ""
            line += link(href, inner, page)
            if not _is_told(href, "".join(letters(inner))):
                line += [" ", mark("note", words(f"({href})"))]
        elif tag in ("strong", "em") and level <= DEEPEST_MARK:
            line.append(mark(tag, inner))
        else:
            line += inner
    return line


def _is_told(href: str, words: str) -> bool:
    """Whether the words of a link already are its address, but for the parts that nobody types."""
    bare = re.sub(r"^(?:https?://|mailto:|tel:)", "", href.strip()).rstrip("/")
    return bare.casefold() in words.casefold()
