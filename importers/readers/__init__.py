"""Foreign formats become records in the document's shape; may import the standard, nothing else of the register.

`read(data, filename, format="auto")` is the one entry: it checks the file at the door, recognises its format and hands
over a `Reading`. Same bytes, same reading.
"""

from __future__ import annotations

from collections.abc import Callable

from importers.readers import documents, national_json, national_page, rotterdam_print
from importers.readers.base import (
    MAX_BYTES,
    MAX_PRINT_BYTES,
    Page,
    Reading,
    Record,
    Refusal,
    Unreadable,
    Warning,
    decode,
    is_json,
)

__all__ = [
    "MAX_BYTES", "MAX_PRINT_BYTES", "READERS", "Page", "Reading", "Record", "Refusal", "Unreadable", "Warning",
    "read", "sniff",
]  # fmt: skip

READERS: dict[str, Callable[[str, str], Reading]] = {
    "national-page": national_page.read,
    "rotterdam-print": rotterdam_print.read,
    "documents": documents.read,
    "national-json": national_json.read,
}


def sniff(data: bytes, filename: str) -> str:
    """Return the key of the reader that knows this form, by what is in the file; raise `Unreadable` when none does."""
    return _recognise(decode(data, filename), filename)


def read(data: bytes, filename: str, format: str = "auto") -> Reading:
    """Read a file; `filename` is only used in messages. Raise `Unreadable` when it cannot be read as a whole."""
    text = decode(data, filename)
    if format == "auto":
        format = _recognise(text, filename)
    if format not in READERS:
        raise Unreadable(f"De vorm '{format}' is onbekend. Kies uit: auto, {', '.join(READERS)}.")
    return READERS[format](text, filename)


def _recognise(text: str, filename: str) -> str:
    if is_json(text):
        return "national-json" if national_json.is_likely(text) else "documents"
    scores = {"national-page": national_page.likeness(text), "rotterdam-print": rotterdam_print.likeness(text)}
    best = max(scores, key=lambda key: scores[key])
    if scores[best] < 3:
        raise Unreadable(
            f"{filename} heeft geen vorm die hier bekend is: geen algoritmepagina van het landelijke register, geen "
            "print van een register met de koppen Overzicht, Data en Dataverwerking, en geen JSON. Rekenbladen en PDF "
            "kunnen hier nog niet worden gelezen. Lever het bestand aan in een van deze vormen."
        )
    return best
