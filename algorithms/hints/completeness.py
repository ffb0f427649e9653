"""How complete a record is, weighed by what matters to readers and not by length."""

from __future__ import annotations

from dataclasses import dataclass

from algorithms.hints.texts import Document, rows_of, says_something, text_of, withheld
from algorithms.standard import FIELDS, Kind, Show

# What citizens ask first and the standard leaves open: whom it concerns, who decides, which data, where to object.
ASKED_FIRST = ("affected", "steps", "objection_procedure", "data_sources", "personal_data", "self_learning")
REQUIRED, SHOWN, ASKED = 5, 3, 2
WEIGHTS: dict[str, int] = dict(
    sorted(
        {
            key: REQUIRED if field.required else SHOWN if field.show is Show.ALWAYS else ASKED
            for key, field in FIELDS.items()
            if field.required or field.show is Show.ALWAYS or key in ASKED_FIRST
        }.items(),
        key=lambda item: -item[1],
    )
)
# Where else the same can be told: in rows, or in words.
ALSO = {
    "risks": ("risk_register",),
    "lawful_basis_grouping": ("lawful_basis",),
    "impacttoetsen_grouping": ("impacttoetsen",),
    "source_data": ("data_sources", "source_data_grouping"),
    "data_sources": ("source_data_grouping",),
    "provider": ("parties",),
}


@dataclass(frozen=True)
class Completeness:
    """How much of what matters is told: 0 to 100, and the keys that are not, most important first."""

    percentage: int
    missing: tuple[str, ...]


def completeness(document: Document) -> Completeness:
    """Weigh what is told: required fields 5, fields that are always shown 3, what citizens ask first 2, the rest 0.

    A field that is withheld with a reason is told. A text counts when it says something: "n.v.t." and "volgt" do not,
    nor does the choice "unknown". Only a record with all of it reaches 100.
    """
    kept = withheld(document)
    missing = tuple(
        key
        for key in WEIGHTS
        if key not in kept and not any(says(document, each) for each in (key, *ALSO.get(key, ())))
    )
    total = sum(WEIGHTS.values())
    return Completeness(100 * (total - sum(WEIGHTS[key] for key in missing)) // total, missing)


def says(document: Document, key: str) -> bool:
    """Whether a field of a document holds an answer."""
    field, value = FIELDS[key], document.get(key)
    if field.kind is Kind.ROWS:
        return any(says_something(cell) for row in rows_of(document, key) for cell in row.values() if _is_text(cell))
    if field.kind is Kind.CHOICES:
        return isinstance(value, list) and any(_is_text(item) and item for item in value)
    if field.kind in (Kind.ORGANIZATION, Kind.DEPARTMENT):
        return isinstance(value, dict) and any(_is_text(part) and part for part in value.values())
    if field.kind is Kind.CHOICE:
        return text_of(document, key) not in ("", "unknown")
    return says_something(text_of(document, key))


def _is_text(value: object) -> bool:
    return isinstance(value, str)
