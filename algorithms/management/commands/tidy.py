from __future__ import annotations

from django.core.management.base import BaseCommand

from algorithms import care, drafts


class Command(BaseCommand):
    help = (
        "Gooit weg wat lang genoeg bewaard is: verlopen sessies, gesloten voorbeeldlinks en, als DRAFT_HISTORY_DAYS, "
        "STAFF_LOG_DAYS of DRAFT_DAYS dat zeggen, oude teksten van concepten, logregels van het beheer en vergeten "
        "concepten. Publicaties en het openbare logboek blijven altijd."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Tel alleen; gooi niets weg.")

    def handle(self, *args, **options):
        is_trial = options["dry_run"]
        for done in care.tidy(is_trial=is_trial):
            self.stdout.write(f"{done.count} {done.what}")
            for line in done.lines:
                self.stdout.write(f"  {line}")
        if not is_trial and (count := drafts.take_stock()):
            self.stdout.write(f"{count} concepten nagerekend (volledigheid)")
        self.stdout.write("Er is niets weggegooid (--dry-run)." if is_trial else "Weggegooid.")
