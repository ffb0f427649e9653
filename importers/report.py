"""What became of an import, for people and for machines (`--report FILE.json`; its keys are fixed in DESIGN §10)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from importers.readers import Reading

CREATED, CHANGED, UNCHANGED, REFUSED = "created", "changed", "unchanged", "refused"
MOST_WARNINGS = 200  # of one record


def at_most(warnings: list[str]) -> list[str]:
    """Return the warnings of one record, so many that a person may still read them."""
    if len(warnings) <= MOST_WARNINGS:
        return warnings
    return [*warnings[: MOST_WARNINGS - 1], f"Er zijn nog {len(warnings) - MOST_WARNINGS + 1} opmerkingen."]


@dataclass
class Report:
    files: list[dict[str, Any]] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    pages: list[dict[str, str]] = field(default_factory=list)
    refused: list[dict[str, str]] = field(default_factory=list)
    kept_aside: list[dict[str, Any]] = field(default_factory=list)
    furniture: list[str] = field(default_factory=list)
    file: str = ""  # the file that is being loaded

    def begin(self, file: str, reading: Reading) -> None:
        """Note a file and what in it belongs to no record."""
        self.file = file
        self.files.append(
            {"file": file, "format": reading.format, "records": len(reading.records), "pages": len(reading.pages)}
        )
        self.furniture += [text for _line, text in reading.furniture]
        self.kept_aside += [
            {"file": file, "line": line, "text": text, "kept": kept} for line, text, kept in reading.kept_aside
        ]

    def record(self, *, warnings: list[str], **told: Any) -> None:
        self.records.append({"file": self.file, **told, "warnings": at_most(warnings)})

    def page(self, slug: str, title: str, action: str) -> None:
        self.pages.append({"file": self.file, "slug": slug, "title": title, "action": action})

    def refuse(self, where: str, why: str, cure: str) -> None:
        self.refused.append({"file": self.file, "where": where, "why": why, "cure": cure})

    @property
    def counts(self) -> dict[str, int]:
        counts = dict.fromkeys((CREATED, CHANGED, UNCHANGED), 0)
        for record in self.records:
            counts[record["action"]] += 1
        return counts | {REFUSED: len(self.refused)}

    def as_json(self) -> dict[str, Any]:
        return {
            "counts": self.counts,
            "files": self.files,
            "records": self.records,
            "pages": self.pages,
            "refused": self.refused,
            "kept_aside": self.kept_aside,
            "furniture": self.furniture,
        }
