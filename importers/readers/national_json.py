"""Reads records as the national register's database has them, in the standards 0.1, 0.2.3, 0.3.1, 0.4 and 1.0.

A file is a list of flat records, one record, a list under `results`, or the national download (`algoritme_versions` and
`organisation_details`). Each record is recognised by its keys, never by the version it says it has: other standards
bear the same numbers. Records of this register between them are read as its own documents.

A value goes to the field it now belongs to (`national_fields`). What has none, and what says something else than its
field asked for, is kept in `legacy` under its old key and title, with the standard it came from. Bookkeeping of the
database is no content. A record in English is the translation of the Dutch one with the same Algoritme-ID.
"""

from __future__ import annotations

import re
from typing import Any

from algorithms.standard import FIELDS, TRANSLATED, translated_columns
from importers.readers import documents, national_fields
from importers.readers import national_values as values
from importers.readers.base import Reading, Record, Refusal, Unreadable
from importers.readers.national_titles import NATIONAL_KEYS, OLD_KEYS

FORMAT = "national-json"
VERSIONS, DETAILS = "algoritme_versions", "organisation_details"
# Of the database: rows, states, moments, people. A change in it is no change of the record.
BOOKKEEPING = {
    "id", "algoritme_id", "algorithm_id", "leverancier_id", "organisation_id", "org_id", "user_id", "owner", "code",
    "released", "published", "state", "preview_active", "operation", "language", "create_dt", "publication_dt",
    "archive_dt", "last_update_dt", "last_update_by", "current_version_released", "current_version_published",
}  # fmt: skip
# The first records were written with capitals, and with other names for two keys.
OTHER_NAMES = {"MPRD": "mprd", "IAMA": "iama", "DPIA": "dpia"} | {
    "IAMA_description": "iama_description",
    "DPIA_description": "dpia_description",
    "schema": "standard_version",
}
# Keys that no document of this register has, at any depth; beside a name of the organisation some weaker ones do.
CERTAIN = (OLD_KEYS | OTHER_NAMES.keys() | BOOKKEEPING) - {
    "id", "owner", "code", "state", "language", "type", "area",
}  # fmt: skip
LIKELY = CERTAIN | {"owner", "lars", "standard_version"}
DOCUMENT_ONLY = {"translations", "legacy", "salt"}
OURS = FIELDS.keys() - NATIONAL_KEYS
IN_TEXT = re.compile(rf'"(?:{"|".join(sorted(CERTAIN | {VERSIONS}))})"\s*:')
LIKELY_IN_TEXT = re.compile(rf'"(?:{"|".join(sorted(LIKELY))})"\s*:')
NAMED_IN_TEXT = re.compile(r'"organization"\s*:\s*"')
LANGUAGES = {"ENG": ("eng", "Engels"), "FRY": ("fry", "Fries")}
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def is_likely(text: str) -> bool:
    """Whether a text of JSON has keys of national records; what each record is, is looked at when it is read.

    A quote inside a text of JSON is written with a backslash, so only keys are found.
    """
    return bool(IN_TEXT.search(text) or (NAMED_IN_TEXT.search(text) and LIKELY_IN_TEXT.search(text)))


def is_national(row: dict[str, Any]) -> bool:
    """Whether a record is one of the national register, by its keys and by how it names its organisation."""
    if isinstance(row.get("organization"), dict) or isinstance(row.get("department"), dict):
        return False
    if row.keys() & DOCUMENT_ONLY:
        return False
    if row.keys() & CERTAIN:
        return True
    return isinstance(row.get("organization"), str) and bool(row.keys() & LIKELY) and not row.keys() & OURS


def read(text: str, filename: str) -> Reading:
    """Read the file; a bad record is refused by itself, a file of a wrong shape raises `Unreadable`."""
    content = documents.parse(text, filename)
    details: list[Any] = []
    if isinstance(content, dict) and VERSIONS in content:
        details = [] if content.get(DETAILS) is None else content[DETAILS]
        content = {"records": content[VERSIONS], **{k: v for k, v in content.items() if k not in (VERSIONS, DETAILS)}}
        if not isinstance(content["records"], list) or not isinstance(details, list):
            raise Unreadable(f"In {filename} is '{VERSIONS}' of '{DETAILS}' geen lijst. Zet er een lijst [ … ] neer.")
        documents.within(filename, DETAILS, details, documents.MOST_RECORDS)
    found: list[Record] = []
    other: dict[int, str] = {}  # id of a record → the language it is in, when that is not Dutch

    def record(where: str, row: dict[str, Any]) -> Record:
        if not is_national(row):
            return documents.document(where, row)
        made = national_record(where, row)
        found.append(made)
        if (language := values.as_text(row.get("language")).upper()) in LANGUAGES:
            other[id(made)] = language
        return made

    reading = documents.gather(content, filename, record)
    reading.format = FORMAT if found else documents.FORMAT
    _join_languages(reading, other)
    _organizations(reading, details)
    return reading


def national_record(where: str, row: dict[str, Any]) -> Record:
    """Make a record of a row of the national database."""
    row = _with_known_names(row)
    record = national_fields.read(where, row, {key: row[key] for key in row if key not in BOOKKEEPING})
    if row.get("published") is False or values.as_text(row.get("state")).upper() not in ("", "PUBLISHED"):
        record.was_public = False
        record.warn("", "In de bron was deze versie niet gepubliceerd. Kijk of zij openbaar mag worden.")
    return record


def _with_known_names(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with the names that later standards gave its keys; where both are there, both stay."""
    is_first = bool(row.keys() & (OTHER_NAMES.keys() - {"schema"}))
    names = OTHER_NAMES | ({"id": "uuid"} if is_first else {})
    return {names.get(key, key) if names.get(key) not in row else key: value for key, value in row.items()}


# -- languages ---------------------------------------------------------------------------------------------------------


def _join_languages(reading: Reading, other: dict[int, str]) -> None:
    """Make the English of a record its translation; what English has no place for, and Frisian, is kept aside."""
    if not other:
        return
    dutch = {
        record.values["lars"]: record
        for record in reversed(reading.records)
        if id(record) not in other and isinstance(record.values.get("lars"), str)
    }
    for record in [record for record in reading.records if id(record) in other]:
        lang, name = LANGUAGES[other[id(record)]]
        target = dutch.get(record.values.get("lars", ""))
        if target and lang in target.values.get("translations", {}):
            why = f"De tekst in het {name} van Algoritme-ID {target.values['lars']} staat twee keer in dit bestand."
            reading.refused.append(Refusal(record.where, why, "Haal de dubbele weg."))
        elif target is None:
            why = f"Dit is de tekst in het {name}; de Nederlandse met hetzelfde Algoritme-ID staat niet in dit bestand."
            reading.refused.append(Refusal(record.where, why, "Zet de Nederlandse versie er ook in."))
        else:
            _translate(target, record, lang, name)
    reading.records = [record for record in reading.records if id(record) not in other]


def _translate(target: Record, record: Record, lang: str, name: str) -> None:
    texts: dict[str, Any] = {}
    for key, value in record.values.items():
        own = target.values.get(key)
        if value == own or key == "lars":
            continue
        if lang == "eng" and key in TRANSLATED:
            texts[key] = value
        elif lang == "eng" and isinstance(own, list) and key != "legacy" and _is_beside(value, own):
            columns = {column.key for column in translated_columns(key)}
            texts[key] = [{k: v for k, v in row.items() if k in columns} for row in value]
        elif key == "legacy":
            for row in value:
                if row not in (own or []):
                    target.keep(row["key"], f"{row['title']} ({name})"[:200], row["text"], row["standard"])
        else:
            words = value if isinstance(value, str) else values.as_text(value)
            target.keep(key, f"{FIELDS[key].label.nl} ({name})", values.plain(words), "")
    if texts:
        target.values["translations"] = {lang: texts}
    target.warn("", f"De tekst in het {name} is bij dit record gezet.")


def _is_beside(value: Any, own: list[Any]) -> bool:
    """Whether rows are the same but for their words."""
    if not isinstance(value, list) or len(value) != len(own):
        return False
    pairs = zip(value, own, strict=True)
    return all(isinstance(row, dict) and row.get("link") == mine.get("link") for row, mine in pairs)


# -- organisations -----------------------------------------------------------------------------------------------------


def _organizations(reading: Reading, details: list[Any]) -> None:
    """Take along what the download tells of the organisations that have a record in it."""
    named = {_name(record.values.get("organization")) for record in reading.records}
    rows: dict[str, dict[str, Any]] = {}
    passed: list[str] = []
    for number, row in enumerate(details, start=1):
        where, name = f"{DETAILS}, nummer {number}", _name(row)
        try:
            documents.check_safe(row)
            if not name:
                raise documents.Refused("De organisatie heeft geen naam.", "Geef haar een naam.")
        except documents.Refused as refused:
            reading.refused.append(Refusal(where, refused.why, refused.cure))
            continue
        code, language = values.as_text(row.get("code")), values.as_text(row.get("language")).upper()
        about = "\n\n".join(values.as_text(row[key]) for key in ("about", "contact_info") if row.get(key))
        is_wanted = name in rows or (name in named and len(rows) < documents.MOST_REGISTER_ROWS)
        kept = rows.setdefault(name, {"name": row["name"], "aliases": [], "where": where}) if is_wanted else {}
        key = "about_en" if language == "ENG" else "about"
        if not kept or kept.get(key, about) != about:
            passed.append(row["name"])
            continue
        kept |= {key: about} | ({"slug": code} if SLUG.fullmatch(code) and len(code) <= 100 else {})
    reading.organizations += rows.values()
    if passed:
        why = "niet overgenomen: van deze organisaties staat er geen algoritme in dit bestand, of de tekst stond er al"
        reading.kept_aside.append((0, ", ".join(dict.fromkeys(passed)), why))


def _name(value: Any) -> str:
    name = value.get("name") if isinstance(value, dict) else value
    return " ".join(name.split()).casefold() if isinstance(name, str) else ""
