from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError

from algorithms.models import Head, Organization
from importers import loader, readers
from importers.readers import Reading, Unreadable
from importers.report import CHANGED, CREATED, UNCHANGED, Report

TAKEN, SOME_REFUSED, UNREADABLE = 0, 1, 2
ACTIONS = {CREATED: "nieuw", CHANGED: "gewijzigd", UNCHANGED: "ongewijzigd"}


def shown(file: str) -> str:
    """Return a file's name as it can be printed, whatever bytes it is made of."""
    return os.fsencode(file).decode("utf-8", "replace")


class Command(BaseCommand):
    help = (
        "Leest algoritmes in uit bestanden. Eindigt met 0 als alles is overgenomen, met 1 als er iets is geweigerd (de "
        "rest is bewaard) en met 2 als een bestand niet te lezen is (dan is er niets bewaard)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="BESTAND")
        parser.add_argument("--format", default="auto", choices=["auto", *readers.READERS])
        parser.add_argument(
            "--organization", metavar="SLUG", help="De organisatie van records die er zelf geen noemen."
        )
        parser.add_argument(
            "--names", default="", metavar="'A;B'", help="Namen voor algoritmes zonder titel, in hun volgorde."
        )
        parser.add_argument("--dry-run", action="store_true", help="Doe alles, bewaar niets.")
        parser.add_argument("--publish", action="store_true", help="Publiceer wat elders al openbaar was.")
        parser.add_argument(
            "--note",
            default="Overgenomen van de plek waar dit al openbaar was.",
            help="De openbare toelichting bij deze versies.",
        )
        parser.add_argument("--report", metavar="BESTAND.json", help="Schrijf het verslag ook als JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        files = options["files"]
        try:
            organization = self._organization(options["organization"])
            untitled = 0
            for file in files:
                reading = self._read(file, options["format"])
                untitled += sum(record.name_is_proposed for record in reading.records)
            names = self._names(options["names"], untitled)
            if options["report"]:
                self._check_report(Path(options["report"]), files)
        except Unreadable as error:
            self.stderr.write(f"Niets bewaard. {error}")
            sys.exit(UNREADABLE)
        report = Report()
        for file in files:
            if len(files) > 1:  # read again: all of them at once need not fit in memory
                try:
                    reading = self._read(file, options["format"])
                except Unreadable as error:
                    report.refuse(shown(file), f"Het bestand is intussen veranderd. {error}", "Lees het opnieuw in.")
                    continue
            for record in reading.records:
                if record.name_is_proposed and names and (name := names.pop(0)):
                    record.give_name(name)
            report.begin(Path(shown(file)).name, reading)
            loader.load(
                reading,
                report,
                organization=organization,
                publish=options["publish"],
                dry_run=options["dry_run"],
                note=options["note"],
            )
        if options["report"]:
            text = json.dumps(report.as_json(), ensure_ascii=False, indent=2)
            Path(options["report"]).write_text(text + "\n", encoding="utf-8")
        self._tell(report, options["dry_run"])
        sys.exit(SOME_REFUSED if report.refused else TAKEN)

    def _organization(self, slug: str | None) -> Organization | None:
        try:
            Head.now()
        except DatabaseError as error:
            raise Unreadable(f"Het register zelf is niet te lezen ({error}). Voer `manage.py migrate` uit.") from None
        if not slug:
            return None
        if found := Organization.objects.filter(slug=slug).first():
            return found
        known = ", ".join(Organization.objects.values_list("slug", flat=True)[:20]) or "nog geen"
        raise Unreadable(f"Er is geen organisatie met de slug '{slug}'. Bekend zijn: {known}.")

    def _read(self, file: str, format: str) -> Reading:
        path = Path(file)
        try:
            if not stat.S_ISREG(path.stat().st_mode):  # a pipe or a device would never end
                raise Unreadable(f"{shown(file)} is geen gewoon bestand. Geef een bestand met tekst.")
            with path.open("rb") as stream:
                data = stream.read(readers.MAX_BYTES + 1)
        except OSError as error:
            raise Unreadable(
                f"{shown(file)} is niet te openen ({error.strerror}). Kijk de naam en de rechten na."
            ) from None
        return readers.read(data, Path(shown(file)).name, format)

    def _check_report(self, path: Path, files: list[str]) -> None:
        """See that the report can be written before anything is saved."""
        try:
            if path.exists():
                if any(path.samefile(file) for file in files):
                    raise Unreadable("--report noemt een van de bestanden die worden ingelezen. Kies een andere naam.")
                if not path.is_file():
                    raise Unreadable("--report noemt geen gewoon bestand. Kies een andere naam.")
            with path.open("a"):
                pass
        except OSError as error:
            raise Unreadable(f"--report is niet te schrijven ({error.strerror}). Kies een andere plek.") from None

    def _names(self, names: str, untitled: int) -> list[str]:
        """Return the names for the untitled records, in order, over all files; "" leaves one its proposal."""
        wanted = [name.strip() for name in names.rstrip("; ").split(";")] if names.strip("; ") else []
        if len(wanted) > untitled:
            raise Unreadable(
                f"--names geeft {len(wanted)} namen, maar er zijn {untitled} algoritmes zonder titel. "
                "Geef er niet meer dan dat."
            )
        return wanted

    def _tell(self, report: Report, dry_run: bool) -> None:
        for record in report.records:
            version = f", gepubliceerd als versie {record['version']}" if record["version"] else ""
            self.stdout.write(f"{ACTIONS[record['action']]}: {record['lars']} {record['name']}{version}")
            for warning in record["warnings"]:
                self.stdout.write(f"    let op: {warning}")
        for page in report.pages:
            self.stdout.write(f"{ACTIONS[page['action']]}: pagina {page['title']}")
        for refusal in report.refused:
            self.stderr.write(f"geweigerd: {refusal['where']}: {refusal['why']} {refusal['cure']}")
        counts = report.counts
        self.stdout.write(
            f"{counts['created']} nieuw, {counts['changed']} gewijzigd, {counts['unchanged']} ongewijzigd, "
            f"{counts['refused']} geweigerd" + (" (proef: niets bewaard)" if dry_run else "")
        )
