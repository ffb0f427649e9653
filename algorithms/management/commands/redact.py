from __future__ import annotations

import sys

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from algorithms import drafts, publishing
from algorithms.models import fulltext

PLACES = {"document": "in het document", "note": "in de toelichting"}


class Command(BaseCommand):
    help = (
        "Maakt elke versie en toelichting leeg die een tekst bevat die niet openbaar had mogen worden, zoals een naam. "
        "Laat zonder --reason alleen zien waar de tekst staat. Het logboek blijft kloppen."
    )

    def add_arguments(self, parser):
        parser.add_argument("text", metavar="TEKST", help="De tekst, of - om hem van de standaardinvoer te lezen.")
        parser.add_argument("--reason", default="", help="De reden, die in het openbare logboek komt.")

    def handle(self, *args, **options):
        text = sys.stdin.read() if options["text"] == "-" else options["text"]
        try:
            found = publishing.find(text)
            for place in found:
                current = ", nu openbaar" if place.is_current else ""
                where = PLACES[place.place]
                self.stdout.write(f"regel {place.sequence}: {place.lars} versie {place.version}, {where}{current}")
            if not options["reason"]:
                self.stdout.write(f"{len(found)} plaats(en). Er is niets veranderd: geef --reason om ze leeg te maken.")
                return
            publishing.redact(text, reason=options["reason"])
        except publishing.Refused as refused:
            raise CommandError(str(refused)) from None
        fulltext.wipe(connection)
        self.stdout.write(f"{len(found)} plaats(en) leeggemaakt.")
        emptied, still = drafts.forget(text)
        if emptied:
            self.stdout.write(f"Ook {emptied} stap(pen) in de geschiedenis van concepten leeggemaakt.")
        if still:
            self.stdout.write(f"Let op: deze concepten en sjablonen bevatten de tekst nog: {', '.join(still)}.")
