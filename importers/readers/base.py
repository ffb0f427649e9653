"""What every reader hands over, and the door every file comes through: size, encoding and characters.

A reader is a pure function of the file's text: no database, no clock in its values, no network. It returns a `Reading`;
only a file that cannot be read as a whole raises `Unreadable`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

MAX_BYTES = 20 * 1024 * 1024
MAX_PRINT_BYTES = 5 * 1024 * 1024  # of printed text: 150 times the longest print known
MAX_LINES = 200_000
# Control characters have no place in a text; tab, line feed and carriage return are the three that do.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
SURROGATE = re.compile("[\ud800-\udfff]")
MARKS = {
    b"%PDF": "een PDF",
    b"PK\x03\x04": "een zip- of kantoorbestand",
    b"\x1f\x8b": "een ingepakt bestand",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}


class Unreadable(Exception):
    """The file as a whole cannot be read; `str()` is a plain Dutch sentence with the cure (exit code 2)."""


class Warning(NamedTuple):
    """Something the author should look at: the document key, a plain Dutch sentence and the lines it is about."""

    key: str
    message: str
    lines: tuple[int, ...] = ()


@dataclass
class Record:
    """One algorithm. `values` has the keys and shapes of docs/document.md, only those the source speaks of."""

    where: str
    values: dict[str, Any]
    warnings: list[Warning] = field(default_factory=list)
    name_is_proposed: bool = False
    proposed_name: str = ""  # what the reader proposed, also after a name was given
    was_public: bool = True  # an import publishes again what was public elsewhere, and nothing else
    _warned: set[Warning] = field(default_factory=set, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.name_is_proposed:
            self.proposed_name = self.values.get("name", "")

    def give_name(self, name: str) -> None:
        """Name a record without a title; its proposal is forgotten, the remark about it too."""
        self.values["name"] = name
        self.name_is_proposed = False
        self.warnings = [warning for warning in self.warnings if warning.key != "name"]

    def warn(self, key: str, message: str, *lines: int) -> None:
        """Note a warning once."""
        warning = Warning(key, message, lines)
        if warning not in self._warned:
            self._warned.add(warning)
            self.warnings.append(warning)

    def keep(self, key: str, title: str, text: str, standard: str) -> None:
        """Keep a value that has no field here under its own title."""
        self.values.setdefault("legacy", []).append({"key": key, "title": title, "text": text, "standard": standard})


@dataclass
class Page:
    """A text of the register as a whole; `body` is simple HTML, `translations` as in the document."""

    slug: str
    title: str
    body: str
    where: str
    translations: dict[str, Any] = field(default_factory=dict)
    in_footer: bool = False
    order: int = 100


@dataclass
class Refusal:
    """A record that is not taken: where it stands, why not, and how to mend it."""

    where: str
    why: str
    cure: str


@dataclass
class Reading:
    """All that a file says. `furniture` is (line, text), `kept_aside` is (line, text, where it went).

    Rows of `organizations` and `departments` carry the place they stand at under the key "where".
    """

    format: str
    organization: str | None = None
    records: list[Record] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    furniture: list[tuple[int, str]] = field(default_factory=list)
    kept_aside: list[tuple[int, str, str]] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    organizations: list[dict[str, Any]] = field(default_factory=list)
    departments: list[dict[str, Any]] = field(default_factory=list)


def decode(data: bytes, filename: str) -> str:
    """Return the file's text with `\\n` line ends; raise `Unreadable` when it is too large, not UTF-8 or not text.

    Only JSON, which begins with a bracket, may be longer than a print.
    """
    if len(data) > MAX_BYTES:
        size = len(data) / 1024 / 1024
        raise Unreadable(
            f"{filename} is {size:.1f} MB; een bestand mag hoogstens {MAX_BYTES // 1024 // 1024} MB zijn. "
            "Splits het bestand en lees de delen na elkaar in."
        )
    for mark, kind in MARKS.items():
        if data.startswith(mark):
            raise Unreadable(
                f"{filename} is {kind}, geen tekst. Sla het op als platte tekst in UTF-8 en probeer het opnieuw."
            )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            f"{filename} is geen UTF-8: op regel {line} staat een teken dat niet gelezen kan worden. "
            "Sla het bestand op als UTF-8 en probeer het opnieuw."
        ) from None
    if found := CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise Unreadable(
            f"{filename} bevat op regel {line} een stuurteken (U+{ord(found.group()):04X}); alleen tab en regeleinde "
            "mogen. "
            "Haal het teken weg en probeer het opnieuw."
        )
    if not text.strip():
        raise Unreadable(f"{filename} is leeg. Kies een bestand met tekst.")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if is_json(text):
        return text
    if len(data) > MAX_PRINT_BYTES or text.count("\n") >= MAX_LINES:
        raise Unreadable(
            f"{filename} is {len(data) / 1024 / 1024:.1f} MB met {text.count(chr(10)) + 1} regels; geprinte tekst mag "
            f"hoogstens {MAX_PRINT_BYTES // 1024 // 1024} MB en {MAX_LINES} regels zijn. Splits het bestand en lees "
            "de delen na elkaar in."
        )
    return text


def is_json(text: str) -> bool:
    """Whether a text begins as an object or a list of JSON."""
    return text[:1000].lstrip()[:1] in ("{", "[")
