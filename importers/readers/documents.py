"""Reads this register's own documents from JSON: one document, a list, the bulk export or the fixtures.

Every shape is checked here, so that whoever takes the records over can rely on it; what a value may *be* is for
`document.problems()`. `version published_at note salt links` say when and how something was published, not what it is,
and are dropped.
"""

from __future__ import annotations

import json
import re
from typing import Any

from algorithms.standard import DOCUMENT_KEYS, FIELDS, TRANSLATED, TRANSLATIONS, Kind, translated_columns
from importers.readers.base import CONTROL, SURROGATE, Page, Reading, Record, Refusal, Unreadable

FORMAT = "documents"
DROPPED = {"version", "published_at", "note", "salt", "links"}
LISTS = ("organizations", "departments", "pages", "records", "results")
# Bounds on memory: an empty list costs sixty times the two characters that it is written with.
MOST_CONTAINERS, MOST_VALUES, MOST_RECORDS = 400_000, 2_000_000, 50_000


class Refused(Exception):
    """One record cannot be taken: why, and the cure."""

    def __init__(self, why: str, cure: str) -> None:
        super().__init__(why)
        self.why, self.cure = why, cure


def read(text: str, filename: str) -> Reading:
    """Read the file; a record of a wrong shape is refused by itself, a file of a wrong shape raises `Unreadable`."""
    content = _parse(text, filename)
    reading = Reading(FORMAT)
    records: list[Any]
    if isinstance(content, list):
        records, place = content, "record {}"
    elif isinstance(content, dict) and any(key in content for key in LISTS) and "name" not in content:
        for key in LISTS:
            if not isinstance(content.get(key, []), list):
                raise Unreadable(f"In {filename} is '{key}' geen lijst. Zet er een lijst [ … ] neer.")
        own = "records" if "records" in content else "results"
        records, place = content.get(own, []), f"{own}, nummer {{}}"
        register_data = (
            ("organizations", reading.organizations, "name"),
            ("departments", reading.departments, "path"),
        )
        for key, target, required in register_data:
            for number, row in enumerate(content.get(key, []), start=1):
                where = f"{key}, nummer {number}"
                _guarded(
                    reading,
                    where,
                    lambda row=row, target=target, required=required: target.append(_register_row(row, required)),
                )
        for number, row in enumerate(content.get("pages", []), start=1):
            where = f"pages, nummer {number}"
            _guarded(reading, where, lambda row=row, where=where: reading.pages.append(_page(row, where)))
    elif isinstance(content, dict) and "name" in content:
        records, place = [content], "het document"
    else:
        raise Unreadable(
            f"{filename} bevat geen documenten van een register. Lever één document, een lijst van documenten, de "
            "bulkexport of "
            "een bestand met 'records' aan."
        )
    if len(records) > MOST_RECORDS:
        raise Unreadable(
            f"{filename} heeft {len(records)} records; het mogen er hoogstens {MOST_RECORDS} zijn. Splits het "
            "bestand en lees de "
            "delen na elkaar in."
        )
    for number, row in enumerate(records, start=1):
        where = place.format(number)
        _guarded(reading, where, lambda row=row, where=where: reading.records.append(_record(row, where)))
    names = {record.values.get("organization", {}).get("name") for record in reading.records}
    reading.organization = names.pop() if len(names) == 1 else None
    return reading


def _parse(text: str, filename: str) -> Any:
    if text.count("{") + text.count("[") > MOST_CONTAINERS or text.count(",") > MOST_VALUES:
        raise Unreadable(
            f"{filename} heeft te veel onderdelen (hoogstens {MOST_CONTAINERS} lijsten en objecten en {MOST_VALUES} "
            "komma's). "
            "Splits het bestand en lees de delen na elkaar in."
        )
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
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
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(
            f"de sleutel '{next(key for key in keys if keys.count(key) > 1)[:100]}' staat twee keer in één object"
        )
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"'{name}' is geen getal")


def _guarded(reading: Reading, where: str, take: Any) -> None:
    try:
        take()
    except Refused as refused:
        reading.refused.append(Refusal(where, refused.why, refused.cure))


# -- shapes ------------------------------------------------------------------------------------------------------------


def _record(row: Any, where: str) -> Record:
    if not isinstance(row, dict):
        raise Refused(
            "Dit is geen document maar een losse waarde.", "Zet er een object { … } neer, zie docs/document.md."
        )
    name = row.get("name")
    record = Record(f"{where} ({name[:100]})" if isinstance(name, str) and name else where, {})
    for key, value in row.items():
        if key in DROPPED:
            continue
        if key == "lars":
            record.values["lars"] = _text(value, key)
        elif key == "translations":
            record.values["translations"] = _translations(value)
        elif key in DOCUMENT_KEYS:
            record.values[key] = _value(value, key)
        elif value not in ("", None, [], {}):
            _check_characters(key, "de sleutel")
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
            record.keep(key[:100], key[:200], _text(text, key), "")
            record.warn(
                "legacy", f"De sleutel '{key[:100]}' is onbekend; de waarde is bewaard bij de overige gegevens."
            )
    if not record.values.get("name"):
        raise Refused("De naam ontbreekt.", "Vul bij 'name' de naam van het algoritme in.")
    return record


def _value(value: Any, key: str) -> Any:
    kind = FIELDS[key].kind
    if kind is Kind.CHOICES:
        if not isinstance(value or [], list):
            raise Refused(f"'{key}' is geen lijst.", f"Maak van '{key}' een lijst van teksten.")
        return [_text(item, key) for item in value or []]
    if kind is Kind.ROWS:
        columns = tuple(column.key for column in FIELDS[key].columns)
        return [dict.fromkeys(columns, "") | row for row in _rows(value, key, columns)]
    if kind is Kind.ORGANIZATION:
        organization = _row(value, key, ("name", "slug", "tooi"))
        if not organization.get("name"):
            raise Refused("De organisatie heeft geen naam.", "Vul bij 'organization' de sleutel 'name' in.")
        return organization
    if kind is Kind.DEPARTMENT:
        return None if value in (None, {}, "") else _row(value, key, ("name", "slug", "path"))
    return _text(value, key)


def _text(value: Any, key: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refused(f"'{key}' is geen tekst.", f"Zet de waarde van '{key}' tussen aanhalingstekens.")
    _check_characters(value, f"'{key}'")
    return value


def _check_characters(value: str, where: str) -> None:
    """JSON can write with an escape what the door refuses in the file itself."""
    if found := CONTROL.search(value) or SURROGATE.search(value):
        raise Refused(
            f"In {where[:120]} staat een teken dat niet mag: U+{ord(found.group()):04X}.", "Haal het teken weg."
        )


def _row(value: Any, key: str, columns: tuple[str, ...]) -> dict[str, str]:
    if not isinstance(value, dict):
        raise Refused(f"'{key}' is geen object.", f"Zet bij '{key}' een object met {', '.join(columns)}.")
    if unknown := sorted(set(value) - set(columns)):
        raise Refused(
            f"'{key}' heeft een onbekende sleutel '{unknown[0][:100]}'.", f"Toegestaan zijn {', '.join(columns)}."
        )
    return {column: _text(item, f"{key}.{column}") for column, item in value.items()}


def _rows(value: Any, key: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    if not isinstance(value or [], list):
        raise Refused(f"'{key}' is geen lijst.", f"Maak van '{key}' een lijst van objecten.")
    return [_row(item, key, columns) for item in value or []]


def _translations(value: Any) -> dict[str, Any]:
    if not isinstance(value or {}, dict):
        raise Refused("'translations' is geen object.", 'Gebruik de vorm {"eng": { … }}.')
    result: dict[str, Any] = {}
    for language, texts in (value or {}).items():
        if language not in TRANSLATIONS or not isinstance(texts, dict):
            raise Refused(
                f"De vertaling '{language[:20]}' is onbekend of geen object.",
                f"Mogelijk is: {', '.join(TRANSLATIONS)}.",
            )
        result[language] = {}
        for key, text in texts.items():
            columns = tuple(column.key for column in translated_columns(key)) if key in FIELDS else ()
            if key in TRANSLATED:
                result[language][key] = _text(text, f"translations.{language}.{key}")
            elif columns:
                result[language][key] = _rows(text, key, columns)
            else:
                raise Refused(f"'{key[:100]}' wordt niet vertaald.", "Haal de sleutel uit 'translations' weg.")
    return result


def _register_row(row: Any, required: str) -> dict[str, Any]:
    """Check an organisation or department: texts, and `aliases` a list of texts; `required` must be filled."""
    if not isinstance(row, dict):
        raise Refused("Dit is geen object.", "Zet er een object { … } neer.")
    if not isinstance(row.get("aliases", []), list):
        raise Refused("'aliases' is geen lijst.", "Maak van 'aliases' een lijst van teksten.")
    checked: dict[str, Any] = {key: _text(value, key) for key, value in row.items() if key != "aliases"}
    if "aliases" in row:
        checked["aliases"] = [_text(alias, "aliases") for alias in row["aliases"]]
    if not checked.get(required, "").strip():
        raise Refused(f"'{required}' is leeg of ontbreekt.", f"Vul '{required}' in.")
    return checked


def _page(row: Any, where: str) -> Page:
    if not isinstance(row, dict):
        raise Refused("Dit is geen object.", "Zet er een object { … } neer.")
    slug, title = row.get("slug"), _text(row.get("title"), "title")
    if not isinstance(slug, str) or not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", slug):
        raise Refused("De pagina heeft geen goede 'slug'.", "Gebruik kleine letters, cijfers en koppeltekens.")
    if not title.strip():
        raise Refused("De pagina heeft geen titel.", "Vul 'title' in.")
    if not isinstance(row.get("in_footer", False), bool) or not isinstance(row.get("order", 100), int):
        raise Refused("'in_footer' of 'order' heeft een verkeerde vorm.", "Gebruik true of false, en een heel getal.")
    english = {key: _text(row[f"{key}_en"], f"{key}_en") for key in ("title", "body") if row.get(f"{key}_en")}
    return Page(
        slug,
        title,
        _text(row.get("body"), "body"),
        f"{where} ({title[:100]})",
        {"eng": english} if english else {},
        bool(row.get("in_footer")),
        row.get("order", 100),
    )
