"""How wide a text will be, and where it goes on on the next line: for drawings, which are made without a font.

Widths are in em, an estimate on the safe side: those of the widest fonts that a page may get (DejaVu Sans, Verdana), so
that with no other font a text grows out of its place.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_AFTER_THESE = "-/_.@:,;&)+=\u00ad"
_VOWELS = frozenset("aeiouy")
# What stands in no row is as wide as a capital; a sign of Chinese or an emoji is wider than high.
_WIDTHS = {
    sign: width
    for signs, width in (
        (" ", 0.36),
        ("ijl.,:;'|!I’‘·", 0.4),
        ('frt()[]{}/\\-"`°*', 0.5),
        ("abcdeghknopqsuvxyzßJ0123456789_?$€“”„•–", 0.66),
        ("ABCEFKLPRSTVXYZ", 0.75),
        ("DGHNOQUw&+=<>#~^", 0.87),
        ("mMW@%…—", 1.05),
    )
    for sign in signs
}
BOLD = 1.12  # how much wider bold letters are


@lru_cache(maxsize=2048)
def _width(sign: str) -> float:
    if sign in _WIDTHS:
        return _WIDTHS[sign]
    if unicodedata.combining(sign) or unicodedata.category(sign) in ("Mn", "Me", "Cf"):
        return 0
    base = unicodedata.normalize("NFD", sign)[0]
    if base in _WIDTHS:
        return _WIDTHS[base]
    return 1.4 if unicodedata.east_asian_width(sign) in "WF" or unicodedata.category(sign)[0] == "S" else 1.05


def width(text: str, bold: bool = False) -> float:
    """Return the width of a text."""
    return sum(map(_width, text)) * (BOLD if bold else 1)


def wrap(text: str, room: float, bold: bool = False, hyphens: bool = True) -> list[str]:
    """Return the text in lines of at most `room`; a word that is wider is broken, with a hyphen where one belongs.

    Without `hyphens` it only goes on on the next line: the lines together are then the text, to the letter.
    """
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if width(longer, bold) <= room:
            line = longer
            continue
        if line:
            lines.append(line)
        while len(word) > 1 and width(word, bold) > room:
            head, word = _broken(word, room, bold) if hyphens else _split(word, room, bold)
            lines.append(head)
        line = word
    return [*lines, line] if line else lines


def _fitting(word: str, room: float, bold: bool) -> int:
    """Return how many signs of a word fit: at least one, never all."""
    most, total = 0, 0.0
    while most < len(word) and (total := total + width(word[most], bold)) <= room:
        most += 1
    return min(max(most, 1), len(word) - 1)


def _split(word: str, room: float, bold: bool) -> tuple[str, str]:
    most = _fitting(word, room, bold)
    return word[:most], word[most:]


def _broken(word: str, room: float, bold: bool) -> tuple[str, str]:
    """Return what fits of a word and the rest: after a sign, else before a syllable, else wherever it must."""
    most = _fitting(word, room - width("-", bold), bold)
    least = max(2, most // 4)
    for place in range(most, least, -1):
        if word[place - 1] in _AFTER_THESE:
            return word[:place], word[place:]
    plain = unicodedata.normalize("NFKD", word.casefold())
    if len(plain) == len(word):  # places in both are the same
        for place in range(min(most, len(word) - 3), least, -1):
            before, first, second = plain[place - 1], plain[place], plain[place + 1]
            begins = plain.startswith("sch", place) or (first not in _VOWELS and second in _VOWELS)
            if begins and before.isalpha() and first.isalpha() and before + first != "ch":
                return word[:place] + "-", word[place:]
    while most > 1 and not _width(word[most]):
        most -= 1  # an accent stays with its letter
    hyphen = "-" if word[most - 1].isalpha() and word[most].isalpha() else ""
    return word[:most] + hyphen, word[most:]
