from __future__ import annotations

import os
import stat
import sys
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError

from algorithms.models import Head, Organization
from importers import loader, readers, runs
from importers.readers import Reading, Unreadable
from importers.report import ALL, CHANGED, CREATED, UNCHANGED, Report, ReportFile
from importers.runs import Source

TAKEN, SOME_REFUSED, UNREADABLE = 0, 1, 2
ROOM = 2**20  # bytes of a report beside twice those of the files
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
        sources = [Source(Path(shown(file)).name, partial(self._read, file, options["format"])) for file in files]
        written = None
        try:
            organization = self._organization(options["organization"])
            names = self._names(options["names"], runs.look(sources).untitled)
            if options["report"]:
                written = self._report_file(Path(options["report"]), files)
        except Unreadable as error:
            self.stderr.write(f"Niets bewaard. {error}")
            sys.exit(UNREADABLE)
        report = Report(hinted=ALL if written else 0)
        try:
            with loader.dry_run() if options["dry_run"] else nullcontext():
                runs.load(
                    sources,
                    report,
                    names,
                    organization=organization,
                    publish=options["publish"],
                    note=options["note"],
                )
            self._tell(report, options["dry_run"])
            is_told = written is None or self._write(written, report, options["dry_run"])
        finally:
            if written:
                written.give_up()
        sys.exit(TAKEN if is_told and not report.refused else SOME_REFUSED)

    def _write(self, written: ReportFile, report: Report, dry_run: bool) -> bool:
        """Write the report; False when it could not be written after all."""
        try:
            written.write(report)
        except OSError as error:
            what = "Dit was een proef" if dry_run else "De algoritmes zijn bewaard"
            self.stderr.write(
                f"{what}, maar het verslag is niet te schrijven ({error.strerror}). Maak ruimte en lees het opnieuw "
                "in: wat al bewaard is, blijft zoals het is."
            )
            return False
        return True

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

    def _report_file(self, path: Path, files: list[str]) -> ReportFile:
        """See that the report can be written before anything is saved, and take the room for it."""
        try:
            if path.exists():
                if any(path.samefile(file) for file in files):
                    raise Unreadable("--report noemt een van de bestanden die worden ingelezen. Kies een andere naam.")
                if not path.is_file():
                    raise Unreadable("--report noemt geen gewoon bestand. Kies een andere naam.")
            return ReportFile(path, room=ROOM + 2 * sum(Path(file).stat().st_size for file in files))
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
