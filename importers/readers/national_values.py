"""How one value of the national register's database is read: as text, rich text, list, month, status or links.

Old standards let authors write anything in a field. What is certain is read; what is not comes back empty, and the
reader keeps the words. Nothing here is slower than the text is long.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from datetime import date, timedelta
from html import unescape
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from algorithms.standard import HARD_LIMIT, STATUSES
from importers.readers import printed

LONGEST_WEIGHED = 2_000  # a longer answer is a text, whatever the field asked for; links had 1,024 at most
# The tags that the national register lets through, and those that people paste.
TAG = re.compile(
    r"</?(?:div|br|p|ul|ol|li|h[1-6]|strong|em|b|i|u|a|span|table|caption|thead|tbody|tr|td|th)\b[^<>]*>", re.I
)
BLOCK_END = re.compile(r"</(?:div|p|ul|ol|li|h[1-6]|tr)>|<br\b[^<>]*>", re.I)
# Answers that say that there is none.
PLACEHOLDER = re.compile(
    r"[\s,.?/–-]*|x+|n\.?\s?v\.?\s?t\.?|geen|nee|volgt|onbekend|wordt vervolgd|komt (?:er )?nog"
    r"|(?:nog )?niet (?:beschikbaar|bekend|aanwezig|van toepassing|ingevuld)|n\.?\s?n\.?\s?b\.?",
    re.I,
)

LINK = re.compile(r"https?://[^\s<>\"\\^`{|}]+", re.I)
MAIL = re.compile(r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
PHONE = re.compile(
    r"(?<![\w+])(?:\+31|0)(?:[ ()-]{0,3}\d){9}(?!\d)|(?<!\w)14[ -]?0\d{2,3}(?!\d)|(?<!\w)0[89]00[ -]?\d{4,7}"
)
# What may stand between addresses without saying anything.
BETWEEN = re.compile(r"(?:\s|[.,;:/|()<>&•*-]|\b(?:en|of|via|tel|telefoon|mail|e-mail|email|link|website)\b)*", re.I)

MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
    "december",
)  # fmt: skip
YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2})(?:[ T]\d\d:\d\d(?::\d\d)?(?:\.\d+)?)?)?", re.A)
YEAR_LAST = re.compile(r"(?:(\d{1,2})[-/. ])?(\d{1,2})[-/. ](\d{4})", re.A)
IN_WORDS = re.compile(r"(?:(\d{1,2}) )?([a-z]{3,9})\.?,? (\d{4})", re.I | re.A)
# A day as spreadsheets count them, from 1954 to 2064; a year looks different.
SERIAL = re.compile(r"([2-5]\d{4})(?:\.0+)?", re.A)
FIRST_DAY = date(1899, 12, 30)

IN_DEVELOPMENT, IN_USE, OUT_OF_USE = (status.value for status in STATUSES)
STATUS_WORDS = {
    "actief": IN_USE, "in werking": IN_USE, "in productie": IN_USE, "operationeel": IN_USE, "live": IN_USE,
    "wordt gebruikt": IN_USE, "in actief gebruik": IN_USE,
    "gestopt": OUT_OF_USE, "beëindigd": OUT_OF_USE, "stopgezet": OUT_OF_USE, "inactief": OUT_OF_USE,
    "niet meer in gebruik": OUT_OF_USE, "niet langer in gebruik": OUT_OF_USE, "buiten werking": OUT_OF_USE,
    "uit gebruik": OUT_OF_USE, "uitgefaseerd": OUT_OF_USE,
    "wordt ontwikkeld": IN_DEVELOPMENT, "ontwikkelfase": IN_DEVELOPMENT,
}  # fmt: skip


class Found(NamedTuple):
    """An address in a text: its kind (url, email, phone), the address and the words right before it."""

    kind: str
    value: str
    label: str


def is_empty(value: Any) -> bool:
    """Whether a value of the database says nothing; false and 0 do."""
    return value is None or value in ("", [], {}) or (isinstance(value, str) and not value.strip())


def as_text(value: Any) -> str:
    """Return a value of any shape as text, whole; "" for one that says nothing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if isinstance(value, bool):
        return "Ja" if value else "Nee"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return ", ".join(as_text(item) for item in value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def plain(text: str) -> str:
    """Return a text for a place without markup: blocks on lines of their own, the words of links and bold alone."""
    if not TAG.search(text):
        return text
    lines = TAG.sub("", BLOCK_END.sub("\n", text)).split("\n")
    return unescape("\n".join(line.strip() for line in lines if line.strip()))


def rich(text: str) -> str:
    """Return a text as simple HTML: as it is when it was written so, else its paragraphs and lists."""
    if TAG.search(text):
        return text
    if len(text) > HARD_LIMIT:  # is refused by its length; it need not be read first
        return f"<p>{printed.esc(text)}</p>"
    words = unescape(text) if "<" not in text else text  # the national cleaner writes "&" as "&amp;"
    found = printed.blocks(printed.split_lines(words))
    return "".join(_block(block) for block in found)


def _block(block: printed.Block) -> str:
    """Write a block; unlike in a print, where lines are wrapped, an author meant each line break."""
    if block.kind == "table":
        return printed.html([block])
    if block.items:
        items = "".join(f"<li>{_lines(item.lines)}</li>" for item in block.items)
        return f"<{block.kind}>{items}</{block.kind}>"
    return f"<{block.kind}>{_lines(block.lines)}</{block.kind}>"


def _lines(lines: Iterable[printed.Line]) -> str:
    return "<br>".join(printed.esc(line.text) for line in lines)


def array(text: str) -> list[str] | None:
    """Return the items of a list as PostgreSQL writes it, `{Werk,"Zorg en gezondheid"}`; None when it is no list."""
    if not (text.startswith("{") and text.endswith("}")) or len(text) > HARD_LIMIT or "\n" in text:
        return None
    rows = list(csv.reader([text[1:-1]], escapechar="\\", doublequote=False))
    return [item.strip() for item in rows[0] if item.strip()] if rows else []


def is_placeholder(text: str) -> bool:
    """Whether a text only says that there is nothing ("-", "n.v.t.", "volgt")."""
    return len(text) <= 40 and PLACEHOLDER.fullmatch(text.strip().rstrip(".")) is not None


def is_link(text: str) -> bool:
    """Whether a text is one web address and nothing else."""
    return LINK.fullmatch(text) is not None


def links(text: str) -> list[Found]:
    """Return the web addresses in a text, each once, with the words before them."""
    return _addresses(text, [("url", LINK)])


def contacts(text: str) -> list[Found]:
    """Return web addresses, mail addresses and phone numbers in a short text, in their order."""
    return _addresses(text, [("url", LINK), ("email", MAIL), ("phone", PHONE)])


def _addresses(text: str, kinds: list[tuple[str, re.Pattern[str]]]) -> list[Found]:
    if len(text) > LONGEST_WEIGHED:
        return []
    spots: list[tuple[int, int, str, str]] = []
    for kind, pattern in kinds:
        for match in pattern.finditer(text):
            value = _trimmed(match.group()) if kind != "phone" else match.group()
            start, end = match.start(), match.start() + len(value)
            if not any(start < other_end and other_start < end for other_start, other_end, *_ in spots):
                spots.append((start, end, kind, value))
    found: dict[str, Found] = {}
    before = 0
    for start, end, kind, value in sorted(spots):
        found.setdefault(value, Found(kind, value, label(text[before:start])))
        before = end
    return list(found.values())


def _trimmed(address: str) -> str:
    """Return an address without the stops of the sentence it stood in."""
    while address and (address[-1] in ".,;:!?'*" or (address[-1] == ")" and address.count("(") < address.count(")"))):
        address = address[:-1]
    return address


def label(before: str) -> str:
    """Return what the words right before an address call it, "" when they say nothing."""
    words = re.split(r"[,;\n]", before.rstrip(" \t:("))[-1].strip(" \t-–•*.)(:<>")
    return "" if BETWEEN.fullmatch(words) else printed.fold(words)


def says_more(text: str, found: Iterable[Found], *, labels: bool = False) -> bool:
    """Whether a text says anything beside the addresses (and with `labels` beside the words before them)."""
    for address in found:
        if labels and address.label:
            text = text.replace(address.label, " ", 1)
        text = text.replace(address.value, " ")
    return BETWEEN.fullmatch(text) is None


def host(link: str) -> str:
    """Return the site of an address, or "" when it has none."""
    try:
        return (urlsplit(link).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def month(text: str) -> str:
    """Return the month a text names for certain, as "yyyy-mm"; "" when it does not."""
    text = printed.fold(text)
    if len(text) > 40:
        return ""
    if match := YEAR_FIRST.fullmatch(text):
        year, number, day = match.groups()
    elif match := YEAR_LAST.fullmatch(text):
        day, number, year = match.groups()
    elif match := IN_WORDS.fullmatch(text):
        day, word, year = match.groups()
        named = [n for n, name in enumerate(MONTHS, 1) if word.lower() in (name, name[:3], "mrt" if n == 3 else name)]
        number = str(named[0]) if named else "0"
    elif match := SERIAL.fullmatch(text):
        return (FIRST_DAY + timedelta(days=int(match.group(1)))).strftime("%Y-%m")
    else:
        return ""
    try:
        return date(int(year), int(number), int(day or 1)).strftime("%Y-%m") if int(year) >= 1900 else ""
    except ValueError:
        return ""


def is_said_by(text: str, value: str) -> bool:
    """Whether a text is nothing but this month, as the register itself shows it."""
    return text == value or text.lower() == f"{MONTHS[int(value[5:]) - 1]} {value[:4]}"


def status(text: str) -> str:
    """Return the permitted status that a text means for certain; "" when it does not."""
    words = printed.fold(text).strip(" .").casefold()
    permitted = {option.value.casefold(): option.value for option in STATUSES}
    return permitted.get(words) or STATUS_WORDS.get(words, "")


def self_learning(text: str) -> str:
    """Return what "Type algoritme" or "(Zelf)lerend" says outright about learning; "" when it says something else."""
    words = printed.fold(text).strip(" .").casefold().replace("-", "")
    if words in ("ja", "zelflerend", "ja, zelflerend"):
        return "yes"
    return "no" if words in ("nee", "niet zelflerend", "nee, niet zelflerend") else ""
