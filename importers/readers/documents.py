"""Reads this register's own documents from JSON: one document, a list, the bulk export or the fixtures.

What is checked here is that the JSON is safe and which container it is; what a value may be is for
`document.problems()`, the one check. `version published_at note salt links` say when and how something was published,
not what it is, and are dropped. What the document has no key for is kept in `legacy`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from algorithms.standard import FIELDS, ROW_KEYS, TRANSLATED, TRANSLATIONS, translated_columns
from importers.readers.base import CONTROL, SURROGATE, Page, Reading, Record, Refusal, Unreadable

FORMAT = "documents"
DROPPED = {"version", "published_at", "note", "salt", "links"}
LISTS = ("organizations", "departments", "pages", "records", "results")
NAMES = {"organization": {"name", "slug", "tooi"}, "department": {"name", "slug", "path"}}
# Bounds on memory and time: an empty list costs sixty times the two characters that it is written with.
MOST_CONTAINERS, MOST_VALUES, MOST_TAGS = 150_000, 1_000_000, 500_000
MOST_RECORDS, MOST_REGISTER_ROWS = 20_000, 2_000
# A document is six levels deep, and no object in it has more than some eighty keys.
MOST_DEPTH, MOST_KEYS, KEY_LENGTH = 12, 1_000, 100
MOST_PAIRS = 200_000  # of one object; such a record is refused, with more the whole file


class Refused(Exception):
    """One record cannot be taken: why, and the cure."""

    def __init__(self, why: str, cure: str) -> None:
        super().__init__(why)
        self.why, self.cure = why, cure


def read(text: str, filename: str) -> Reading:
    """Read the file; an unsafe record is refused by itself, a file of a wrong shape raises `Unreadable`."""
    return gather(parse(text, filename), filename, document)


def gather(content: Any, filename: str, record: Callable[[str, dict[str, Any]], Record]) -> Reading:
    """Take the rows out of their container; `record` makes of each safe row a record, and may raise `Refused`."""
    reading = Reading(FORMAT)
    if isinstance(content, list):
        records, place = content, "record {}"
    elif isinstance(content, dict) and any(key in content for key in LISTS) and "name" not in content:
        for key in LISTS:
            rows = content.get(key, [])
            if not isinstance(rows, list):
                raise Unreadable(f"In {filename} is '{key}' geen lijst. Zet er een lijst [ … ] neer.")
            if key in LISTS[:3]:
                within(filename, key, rows, MOST_REGISTER_ROWS)
                _register_data(reading, key, rows)
        own = "records" if "records" in content else "results"
        records, place = content.get(own, []), f"{own}, nummer {{}}"
    elif isinstance(content, dict) and "name" in content:
        records, place = [content], "het document"
    else:
        raise Unreadable(
            f"{filename} bevat geen documenten van een register. Lever één document, een lijst van documenten, de "
            "bulkexport of een bestand met 'records' aan."
        )
    within(filename, "records", records, MOST_RECORDS)
    for number, row in enumerate(records, start=1):
        _take(reading, place.format(number), row, lambda where, row: reading.records.append(record(where, row)))
    names = {str(name) for found in reading.records if (name := _organization(found.values))}
    reading.organization = names.pop() if len(names) == 1 else None
    return reading


def within(filename: str, key: str, rows: list, most: int) -> None:
    """Raise `Unreadable` when there are too many rows."""
    if len(rows) > most:
        raise Unreadable(
            f"{filename} heeft {len(rows)} {key}; het mogen er hoogstens {most} zijn. Splits het bestand en lees de "
            "delen na elkaar in."
        )


def _organization(values: dict[str, Any]) -> Any:
    organization = values.get("organization")
    return organization.get("name") if isinstance(organization, dict) else organization


def parse(text: str, filename: str) -> Any:
    """Return what a file of JSON holds; raise `Unreadable` when it is no JSON, or too much of it to be safe."""
    bounds = (
        (text.count("{") + text.count("["), MOST_CONTAINERS, "lijsten en objecten"),
        (text.count(","), MOST_VALUES, "komma's"),
        (text.count("<"), MOST_TAGS, "tekens '<'"),
    )
    for count, most, what in bounds:
        if count > most:
            raise Unreadable(
                f"{filename} heeft te veel onderdelen: {count} {what}, hoogstens {most} kan. Splits het bestand en "
                "lees de delen na elkaar in."
            )
    try:
        return json.loads(text, object_pairs_hook=_once, parse_int=_integer, parse_constant=_no_constant)
    except RecursionError:
        raise Unreadable(f"{filename} is te diep genest. Lever documenten aan in de vorm van dit register.") from None
    except json.JSONDecodeError as error:
        raise Unreadable(
            f"{filename} is geen geldige JSON: op regel {error.lineno}, kolom {error.colno} klopt het niet. Herstel "
            "die plaats."
        ) from None
    except ValueError as error:
        raise Unreadable(f"{filename} is niet te lezen: {error}. Herstel het bestand.") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object; a key given twice would lose a value without a word."""
    if len(pairs) > MOST_PAIRS:
        raise ValueError(f"een object heeft {len(pairs)} sleutels")
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _value in pairs:
            if key in seen:
                shown = key[:100].encode("utf-8", "replace").decode()
                raise ValueError(f"de sleutel '{shown}' staat twee keer in één object")
            seen.add(key)
    return found


def _integer(digits: str) -> int:
    if len(digits) > 20:
        raise ValueError(f"er staat een getal van {len(digits)} cijfers in")
    return int(digits)


def _no_constant(name: str) -> Any:
    raise ValueError(f"'{name}' is geen getal")


# -- rows --------------------------------------------------------------------------------------------------------------


def _take(reading: Reading, where: str, row: Any, take: Any) -> None:
    """Hand a safe row over to `take`; another is refused by itself."""
    try:
        check_safe(row)
        name = row.get("name") or row.get("title") or row.get("path")
        take(f"{where} ({name[:100]})" if isinstance(name, str) else where, row)
    except Refused as refused:
        reading.refused.append(Refusal(where, refused.why, refused.cure))


def check_safe(row: Any) -> None:
    """Refuse what no document looks like, and characters that JSON can write with an escape past the door."""
    if not isinstance(row, dict):
        raise Refused(
            "Dit is geen object maar een losse waarde.", "Zet er een object { … } neer, zie docs/document.md."
        )
    inside: list[Iterator[Any]] = [iter((row,))]  # not recursive: what is deep is refused, not followed
    while inside:
        value = next(inside[-1], inside)
        if value is inside:
            inside.pop()
        elif isinstance(value, str):
            if found := CONTROL.search(value) or SURROGATE.search(value):
                raise Refused(f"Er staat een teken in dat niet mag: U+{ord(found.group()):04X}.", "Haal het teken weg.")
        elif isinstance(value, dict | list):
            if len(inside) > MOST_DEPTH:
                raise Refused("De waarden zijn te diep genest.", "Gebruik de vorm van docs/document.md.")
            if isinstance(value, dict) and (len(value) > MOST_KEYS or max(map(len, value), default=0) > KEY_LENGTH):
                why = (
                    f"Een object heeft meer dan {MOST_KEYS} sleutels, of een sleutel van meer dan {KEY_LENGTH} tekens."
                )
                raise Refused(why, "Gebruik de vorm van docs/document.md.")
            inside.append(chain(value.keys(), value.values()) if isinstance(value, dict) else iter(value))


def document(where: str, row: dict[str, Any]) -> Record:
    """Make a record of one of this register's own documents."""
    record = Record(where, {})
    kept: list[dict[str, str]] = []
    for key, value in row.items():
        if key in FIELDS or key in ("lars", "translations"):
            record.values[key] = _known(record, kept, key, value)
        elif key not in DROPPED:
            _keep(record, kept, key, value)
    if kept:
        own = record.values.get("legacy") or []
        record.values["legacy"] = [*own, *kept] if isinstance(own, list) else own  # another shape is refused later
    return record


def _known(record: Record, kept: list[dict[str, str]], key: str, value: Any) -> Any:
    """Return a value of the document; parts of it that a document does not have go to `kept`."""
    if key == "translations":
        return {
            lang: _translated(record, kept, f"translations.{lang}", texts)
            for lang, texts in _only(record, kept, key, value, set(TRANSLATIONS)).items()
        } if isinstance(value, dict) else value  # fmt: skip
    if key in NAMES:
        return _only(record, kept, key, value, NAMES[key])
    if key in ROW_KEYS and isinstance(value, list):
        columns = {column.key for column in FIELDS[key].columns}
        return [_only(record, kept, key, item, columns) for item in value]
    return value


def _translated(record: Record, kept: list[dict[str, str]], place: str, texts: Any) -> Any:
    if not isinstance(texts, dict):
        return texts
    columns = {key: {column.key for column in translated_columns(key)} for key in ROW_KEYS}
    texts = _only(record, kept, place, texts, {*TRANSLATED, *(key for key in columns if columns[key])})
    return {
        key: [_only(record, kept, f"{place}.{key}", item, columns[key]) for item in value]
        if key in columns and isinstance(value, list)
        else value
        for key, value in texts.items()
    }


def _only(record: Record, kept: list[dict[str, str]], place: str, value: Any, known: set[str]) -> Any:
    """Return an object with the keys it may have; the others are kept aside."""
    if not isinstance(value, dict) or value.keys() <= known:
        return value
    for key, part in value.items():
        if key not in known:
            _keep(record, kept, f"{place}.{key}"[:KEY_LENGTH], part)
    return {key: part for key, part in value.items() if key in known}


def _keep(record: Record, kept: list[dict[str, str]], key: str, value: Any) -> None:
    if value in ("", None, [], {}) and value is not False:
        return
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    kept.append({"key": key, "title": key, "text": text, "standard": ""})
    record.warn("legacy", f"De sleutel '{key}' is onbekend; de waarde is bewaard bij de overige gegevens.")


# -- register data -----------------------------------------------------------------------------------------------------


def _register_data(reading: Reading, key: str, rows: list) -> None:
    """Take rows of texts; whether they can be stored is for the models."""
    for number, row in enumerate(rows, start=1):
        where = f"{key}, nummer {number}"
        if key == "pages":
            _take(reading, where, row, lambda where, row: reading.pages.append(_page(where, row)))
        else:
            target = reading.organizations if key == "organizations" else reading.departments
            _take(reading, where, row, lambda where, row, target=target: target.append(_texts(row) | {"where": where}))


def _texts(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row whose values are texts, and `aliases` a list of texts."""
    texts = {key: _text(value, key) for key, value in row.items() if key != "aliases"}
    aliases = row.get("aliases") or []
    if not isinstance(aliases, list) or not all(isinstance(alias, str) for alias in aliases) or len(aliases) > 100:
        raise Refused("'aliases' is geen lijst van hoogstens 100 teksten.", "Maak er een lijst van teksten van.")
    return texts | {"aliases": aliases}


def _text(value: Any, key: str) -> str:
    if value is not None and not isinstance(value, str):
        raise Refused(f"'{key}' is geen tekst.", f"Zet de waarde van '{key}' tussen aanhalingstekens.")
    return value or ""


def _page(where: str, row: dict[str, Any]) -> Page:
    texts = {key: _text(row.get(key), key) for key in ("slug", "title", "body", "title_en", "body_en")}
    in_footer, order = row.get("in_footer", False), row.get("order", 100)
    if not isinstance(in_footer, bool) or not isinstance(order, int) or isinstance(order, bool):
        raise Refused("'in_footer' of 'order' heeft een verkeerde vorm.", "Gebruik true of false, en een heel getal.")
    english = {key: texts[f"{key}_en"] for key in ("title", "body") if texts[f"{key}_en"]}
    return Page(
        texts["slug"],
        texts["title"],
        texts["body"],
        where,
        {"eng": english} if english else {},
        in_footer,
        order,
    )
