"""How a line of a printed source is found again: whole, or by its parts."""

from __future__ import annotations

import re

from importers.readers.printed import fold

NBSP = "\u00a0"


def parts_of(raw: str) -> list[list[str]]:
    """Return the ways in which a line may be found again, each a list of texts that must all be there.

    Whole; without its closing full stop (the name of a source); split at a label's colon and `|`; as the cells of a
    row, which a print sets apart by a no-break space.
    """
    text = fold(re.sub(r"^\s*(?:[•*-]|\d{1,2}[.)])\s+", "", raw))
    cells = [fold(cell) for cell in re.split(f"{NBSP} |\t|: | \\| ", raw) if fold(cell)]
    cells = [re.sub(r"^[•*-] ", "", cell) for cell in cells]
    return [[text], [text.removesuffix(".")], [part for part in re.split(r": | \| ", text) if part], cells]
