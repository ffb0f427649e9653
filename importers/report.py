"""What became of an import, for people and for machines (`--report FILE.json`; its keys are fixed in DESIGN §10)."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from algorithms import hints
from algorithms.document import Document
from importers.readers import Reading

CREATED, CHANGED, UNCHANGED, REFUSED = "created", "changed", "unchanged", "refused"
MOST_WARNINGS, MOST_HINTS = 200, 21  # of one record, the line that counts the rest included
MOST_UNKNOWN = 20  # organisations, and departments, that someone is asked about
ALL = 1_000_000


def at_most(told: list[str], most: int = MOST_WARNINGS, what: str = "opmerkingen") -> list[str]:
    """Return what is told of one record, so much that a person may still read it."""
    if len(told) <= most:
        return told
    return [*told[: most - 1], f"Er zijn nog {len(told) - most + 1} {what}."]


@dataclass
class Report:
    """`hinted` is how many records still get hints: reading a text well takes as long as storing it."""

    files: list[dict[str, Any]] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    pages: list[dict[str, str]] = field(default_factory=list)
    refused: list[dict[str, str]] = field(default_factory=list)
    kept_aside: list[dict[str, Any]] = field(default_factory=list)
    furniture: list[str] = field(default_factory=list)
    hinted: int = 0
    file: str = ""  # the file that is being loaded
    # What the file names and is not here, for whoever may choose what is meant; not part of what machines read.
    unknown_organizations: list[str] = field(default_factory=list)
    unknown_departments: list[tuple[int, str]] = field(default_factory=list)  # organisation and path

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

    def record(self, document: Document, *, warnings: list[str], **told: Any) -> None:
        """Note what became of a record; `document` is what its draft holds now."""
        found: list[str] = []
        if self.hinted > 0:
            self.hinted -= 1
            helpful = [str(hint) for hint in hints.hints(document)]
            found = at_most([hint for hint in helpful if hint not in warnings], MOST_HINTS, "tips")
        self.records.append({"file": self.file, **told, "warnings": at_most(warnings), "hints": found})

    def page(self, slug: str, title: str, action: str) -> None:
        self.pages.append({"file": self.file, "slug": slug, "title": title, "action": action})

    def refuse(self, where: str, why: str, cure: str) -> None:
        self.refused.append({"file": self.file, "where": where, "why": why, "cure": cure})

    def miss_organization(self, name: str) -> None:
        """Note an organisation that is unknown here."""
        if name not in self.unknown_organizations and len(self.unknown_organizations) < MOST_UNKNOWN:
            self.unknown_organizations.append(name)

    def miss_department(self, organization: int, path: str) -> None:
        """Note a department that is unknown here."""
        place = (organization, path)
        if place not in self.unknown_departments and len(self.unknown_departments) < MOST_UNKNOWN:
            self.unknown_departments.append(place)

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


class ReportFile:
    """The file of a report, whose room is taken before an import saves anything. Its methods raise OSError.

    The report is written to a file beside it, which takes its place when it is whole.
    """

    def __init__(self, path: Path, room: int) -> None:
        """Take room for a report of so many bytes."""
        self._path = path.resolve()
        if self._path.exists():
            with self._path.open("ab"):
                pass  # one that is closed to us is not replaced either
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".report-", suffix=".tmp")
        self._beside = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                for _ in range(0, room, 2**16):
                    stream.write(b" " * 2**16)
                stream.flush()
                os.fsync(handle)
        except OSError:
            self.give_up()
            raise

    def write(self, report: Report) -> None:
        text = json.dumps(report.as_json(), ensure_ascii=False, indent=2) + "\n"
        try:
            with self._beside.open("r+b") as stream:
                stream.write(text.encode())
                stream.truncate()
                stream.flush()
                os.fsync(stream.fileno())
            if self._path.exists():
                shutil.copymode(self._path, self._beside)
            else:
                umask = os.umask(0)
                os.umask(umask)
                self._beside.chmod(0o666 & ~umask)
            self._beside.replace(self._path)
        finally:
            self.give_up()

    def give_up(self) -> None:
        """Leave no half report behind."""
        with contextlib.suppress(OSError):
            self._beside.unlink(missing_ok=True)
