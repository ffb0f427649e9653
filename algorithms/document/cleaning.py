"""What comes in → the shape of a document. Forms and importers both pass here: one cleaner at every door."""

from __future__ import annotations

from typing import Any

from algorithms import richtext
from algorithms.document.form import Document
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
            cleaned[key] = {lang: _clean_translation(texts) for lang, texts in value.items()}
        elif key == "lars" and isinstance(value, str):
            cleaned[key] = value.strip()
        else:
            cleaned[key] = value
    return cleaned


def clean_text(kind: Kind, text: str) -> str:
    """Return one text in the form its kind is stored in.

    One with a forbidden character stays as it is, for `problems` to name.
    """
    if richtext.forbidden_character(text):
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
        return clean_text(field.kind, value)
    if field.kind is Kind.CHOICES and isinstance(value, list):
        return list(dict.fromkeys(item.strip() if isinstance(item, str) else item for item in value if item != ""))
    if field.kind is Kind.ROWS and isinstance(value, list):
        rows = [_clean_row(field, row) for row in value]
        return [row for row in rows if not (isinstance(row, dict) and not any(row.values()))]
    if isinstance(value, dict):
        return {key: " ".join(part.split()) if isinstance(part, str) else part for key, part in value.items()}
    return value


def _clean_row(field: Field, row: Any) -> Any:
    if not isinstance(row, dict):
        return row
    whole = {column.key: row.get(column.key) for column in field.columns} | row
    kinds = {column.key: column.kind for column in field.columns}
    return {
        key: "" if value is None else clean_text(kinds.get(key, Kind.LINE), value) if isinstance(value, str) else value
        for key, value in whole.items()
    }


def _clean_translation(texts: Any) -> Any:
    if not isinstance(texts, dict):
        return texts
    cleaned: Document = {}
    for key, value in texts.items():
        if key in TRANSLATED and isinstance(value, str):
            value = clean_text(FIELDS[key].kind, value)
        elif key in ROW_KEYS and isinstance(value, list):
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
