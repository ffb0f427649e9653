from __future__ import annotations

from django.core.management.base import BaseCommand

from algorithms import publishing


class Command(BaseCommand):
    help = (
        "Maakt de openbare lijst en de zoekindex opnieuw uit het logboek, als `verify_register` zegt dat de lijst "
        "ervan afwijkt."
    )

    def handle(self, *args, **options):
        self.stdout.write(f"{publishing.rebuild_listings()} algoritmes zijn openbaar.")
