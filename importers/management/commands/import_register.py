from __future__ import annotations

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from algorithms.models import Organization
from importers import loader, readers
from importers.readers import Reading, Unreadable
from importers.report import CHANGED, CREATED, UNCHANGED, Report

TAKEN, SOME_REFUSED, UNREADABLE = 0, 1, 2
ACTIONS = {CREATED: "nieuw", CHANGED: "gewijzigd", UNCHANGED: "ongewijzigd"}


class Command(BaseCommand):
    help = (
        "Leest algoritmes in uit bestanden. Eindigt met 0 als alles is overgenomen, met 1 als er iets is geweigerd (de "
        "rest is bewaard) en met 2 als een bestand niet te lezen is (dan is er niets bewaard)."
    )

    def add_arguments(self, parser):
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

    def handle(self, *args, **options):
        try:
            organization = self._organization(options["organization"])
            readings = [(file, self._read(file, options["format"])) for file in options["files"]]
            self._name([reading for _file, reading in readings], options["names"])
        except Unreadable as error:
            self.stderr.write(f"Niets bewaard. {error}")
            sys.exit(UNREADABLE)
        report = Report()
        for file, reading in readings:
            report.begin(Path(file).name, reading)
            loader.load(
                reading,
                report,
                organization=organization,
                publish=options["publish"],
                dry_run=options["dry_run"],
                note=options["note"],
            )
        self._tell(report, options["dry_run"])
        if options["report"]:
            text = json.dumps(report.as_json(), ensure_ascii=False, indent=2)
            Path(options["report"]).write_text(text + "\n", encoding="utf-8")
        sys.exit(SOME_REFUSED if report.refused else TAKEN)

    def _organization(self, slug: str | None) -> Organization | None:
        if not slug:
            return None
        if found := Organization.objects.filter(slug=slug).first():
            return found
        known = ", ".join(Organization.objects.values_list("slug", flat=True)[:20]) or "nog geen"
        raise Unreadable(f"Er is geen organisatie met de slug '{slug}'. Bekend zijn: {known}.")

    def _read(self, file: str, format: str) -> Reading:
        try:
            path = Path(file)
            size = path.stat().st_size
            if size > readers.MAX_BYTES:
                limit = readers.MAX_BYTES // 1024 // 1024
                raise Unreadable(f"{file} is {size / 1024 / 1024:.0f} MB; hooguit {limit} MB kan. Splits het bestand.")
            data = path.read_bytes()
        except OSError as error:
            raise Unreadable(f"{file} is niet te openen ({error.strerror}). Kijk de naam en de rechten na.") from None
        return readers.read(data, path.name, format)

    def _name(self, readings: list[Reading], names: str) -> None:
        """Give the untitled records their names, in order, over all files."""
        wanted = [name.strip() for name in names.split(";") if name.strip()]
        untitled = [record for reading in readings for record in reading.records if record.name_is_proposed]
        if len(wanted) > len(untitled):
            raise Unreadable(
                f"--names geeft {len(wanted)} namen, maar er zijn {len(untitled)} algoritmes zonder titel. "
                "Geef er niet meer dan dat."
            )
        for record, name in zip(untitled, wanted, strict=False):
            record.give_name(name)

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
