"""One import of several files, as the command and the page of the admin both do it: first look at all, then load."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from importers import loader
from importers.readers import Reading, Unreadable
from importers.report import Report


@dataclass
class Source:
    """A file: the name it is told by, and how to read it. Reading raises Unreadable."""

    name: str
    read: Callable[[], Reading]
    reading: Reading | None = None  # kept from the first look, when it is the only one

    def take(self) -> Reading:
        """Return what is in the file, for one use."""
        reading, self.reading = self.reading, None
        return reading or self.read()


@dataclass(frozen=True)
class Look:
    """What is in the files together."""

    records: int
    untitled: int


def look(sources: list[Source]) -> Look:
    """Read all files; raise Unreadable when one of them cannot be read. All at once need not fit in memory."""
    records = untitled = 0
    for source in sources:
        with loader.collecting_by_hand():
            reading = source.read()
        records += len(reading.records)
        untitled += sum(record.name_is_proposed for record in reading.records)
        if len(sources) == 1:
            source.reading = reading
    return Look(records, untitled)


def load(sources: list[Source], report: Report, names: list[str], **terms: Any) -> None:
    """Load all files with the terms of `loader.load`; `names` go to records without a title, "" leaves one as it is."""
    left = list(names)
    for source in sources:
        try:
            reading = source.take()
        except Unreadable as error:
            report.refuse(source.name, f"Het bestand is intussen veranderd. {error}", "Lees het opnieuw in.")
            continue
        for record in reading.records:
            if record.name_is_proposed and left and (name := left.pop(0)):
                record.give_name(name)
        report.begin(source.name, reading)
        loader.load(reading, report, **terms)
