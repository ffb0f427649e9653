from __future__ import annotations

from django.core.management.base import BaseCommand

from algorithms import publishing


class Command(BaseCommand):
    help = (
        "Maakt de zoekindex opnieuw uit de openbare documenten: na een nieuwe versie van de software, of als "
        "`verify_register` zegt dat hij afwijkt. Wie intussen zoekt, zoekt in de oude."
    )

    def handle(self, *args, **options):
        done = 0
        for done, total in publishing.rebuild_index():
            self.stdout.write(f"{done} van {total} algoritmes")
            self.stdout.flush()
        self.stdout.write(f"De zoekindex is opnieuw gemaakt: {done} algoritmes.")
