"""The form of a document: its keys, and the one JSON text that is hashed and published."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from algorithms.standard import FIELDS, TRANSLATED, Kind

Document = dict[str, Any]

# What publishing adds. Two documents are the same record when they are equal without these (DESIGN §10).
GIVEN = ("version", "published_at", "note", "salt")
# Facts that are one column of the draft under the same key.
FACTS = tuple(
    key
    for key, field in FIELDS.items()
    if field.kind not in (Kind.ROWS, Kind.ORGANIZATION, Kind.DEPARTMENT) and key not in TRANSLATED
)
ENGLISH = "eng"  # the language that rows have columns for
MAX_ROWS = 1000  # of one repeating group


def canonical(value: Any) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, no escapes beyond JSON's own (DESIGN §10).

    Raises ValueError for a float, because floats have no one form.
    """
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise ValueError("a document holds integers only")
    if isinstance(value, dict):
        for part in value.values():
            _refuse_floats(part)
    elif isinstance(value, list):
        for part in value:
            _refuse_floats(part)


def content(document: Document) -> Document:
    """Return a document without what publishing gives it, for comparing."""
    return {key: value for key, value in document.items() if key not in GIVEN}


def digest(document: Document) -> str:
    """Return the hash of a document's content: equal digests are equal texts."""
    return hashlib.sha256(canonical(content(document)).encode()).hexdigest()
