"""What comes in → the shape of a document. Forms and importers both pass here: one cleaner at every door."""

from __future__ import annotations

from typing import Any

from algorithms import richtext
from algorithms.document.form import MAX_ROWS, Document
from algorithms.standard import FIELDS, ROW_KEYS, TRANSLATED, Field, Kind


def clean(data: Document) -> Document:
    """Return what came in with its texts cleaned and its rows whole; keys it does not speak of stay away.

    Values of a wrong type are left for `problems` to name. The one way in: forms and importers both pass here.
    """
    cleaned: Document = {}
    for key, value in data.items():
        if key in FIELDS:
            cleaned[key] = _clean_value(FIELDS[key], value)
        elif key == "translations" and isinstance(value, dict):
            cleaned[key] = {lang: _clean_translation(texts) for lang, texts in value.items() if texts is not None}
        elif key in ("lars", "translations") and _is_empty(value):
            cleaned[key] = "" if key == "lars" else {}
        elif key == "lars" and isinstance(value, str):
            cleaned[key] = value.strip()
        else:
            cleaned[key] = value
    for key in ROW_KEYS:
        if isinstance(cleaned.get(key), list) and len(cleaned[key]) <= MAX_ROWS:
            _drop_empty_rows(cleaned, key)
    return cleaned


def clean_text(kind: Kind, text: str) -> str:
    """Return one text in the form its kind is stored in.

    One with a forbidden character or too much of it to clean stays as it is, for `problems` to name.
    """
    if richtext.forbidden_character(text) or (kind is Kind.RICH and richtext.is_excessive(text)):
        return text
    if kind is Kind.RICH:
        return richtext.clean(text)
    if kind is Kind.TEXT:
        return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")).strip()
    return " ".join(text.split())


def _clean_value(field: Field, value: Any) -> Any:
    if value is None and field.kind is not Kind.DEPARTMENT:
        return [] if field.kind in (Kind.ROWS, Kind.CHOICES) else "" if field.kind is not Kind.ORGANIZATION else None
    if isinstance(value, str):
        text = clean_text(field.kind, value)
        if field.kind is Kind.ORGANIZATION:
            return {"name": text} if text else None
        if field.kind is Kind.DEPARTMENT:
            return {"path": text} if text else None
        return text
    if field.kind is Kind.CHOICES and isinstance(value, list):
        if not all(isinstance(item, str) for item in value):
            return value
        return list(dict.fromkeys(item.strip() for item in value if item.strip()))
    if field.kind is Kind.ROWS and isinstance(value, list):
        if len(value) > MAX_ROWS:
            return value
        return [_clean_row(field, row) for row in value]
    if isinstance(value, dict):
        names = {key: _clean_name(part) for key, part in value.items()}
        is_name = field.kind in (Kind.ORGANIZATION, Kind.DEPARTMENT)
        return None if is_name and all(map(_is_empty, names.values())) else names
    return value


def _clean_name(part: Any) -> Any:
    return " ".join(part.split()) if isinstance(part, str) else "" if part is None else part


def _is_empty(value: Any) -> bool:
    return value in ("", None, [], {}) and value is not False


def _clean_row(field: Field, row: Any) -> Any:
    if not isinstance(row, dict):
        return row
    whole = {column.key: row.get(column.key) for column in field.columns} | row
    kinds = {column.key: column.kind for column in field.columns}
    return {
        key: "" if value is None else clean_text(kinds.get(key, Kind.LINE), value) if isinstance(value, str) else value
        for key, value in whole.items()
    }


def _drop_empty_rows(cleaned: Document, key: str) -> None:
    """Take out the rows of a group that say nothing in any language, with their places in the translations.

    A row that is empty in Dutch only stays: its translation belongs to that place, and `problems` asks for the Dutch.
    """
    rows, translations = cleaned[key], cleaned.get("translations")
    texts = translations.values() if isinstance(translations, dict) else ()
    translated = [one for one in texts if isinstance(one, dict) and isinstance(one.get(key), list)]
    said = [rows, *(one[key] for one in translated)]
    kept = [
        place
        for place in range(len(rows))
        if any(not _says_nothing(row) for some in said for row in some[place : place + 1])
    ]
    if len(kept) == len(rows):
        return
    cleaned[key] = [rows[place] for place in kept]
    for one in translated:
        one[key] = [one[key][place] for place in kept if place < len(one[key])] + one[key][len(rows) :]


def _says_nothing(row: Any) -> bool:
    return isinstance(row, dict) and all(map(_is_empty, row.values()))


def _clean_translation(texts: Any) -> Any:
    if not isinstance(texts, dict):
        return texts
    cleaned: Document = {}
    for key, value in texts.items():
        if key in TRANSLATED and isinstance(value, str):
            value = clean_text(FIELDS[key].kind, value)
        elif key in ROW_KEYS and isinstance(value, list) and len(value) <= MAX_ROWS:
            kinds = {column.key: column.kind for column in FIELDS[key].columns}
            value = [
                {
                    column: clean_text(kinds.get(column, Kind.LINE), text) if isinstance(text, str) else text
                    for column, text in row.items()
                    if text
                }
                if isinstance(row, dict)
                else row
                for row in value
            ]
            value = value if any(value) else []
        if value:
            cleaned[key] = value
    return cleaned
