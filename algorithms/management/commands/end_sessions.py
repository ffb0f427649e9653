from __future__ import annotations

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from algorithms.accounts import sessions


class Command(BaseCommand):
    help = "Beëindigt alle aanmeldingen: iedereen meldt zich opnieuw aan. Na een lek, of na een teruggezette back-up."

    def add_arguments(self, parser):
        parser.add_argument("--user", metavar="NAAM", help="Alleen de aanmeldingen van deze persoon.")

    def handle(self, *args, **options):
        user = None
        if name := options["user"]:
            user = User.objects.filter(username=name).first()
            if user is None:
                raise CommandError(f"Er is geen account {name!r}.")
        self.stdout.write(f"{sessions.end(user)} aanmelding(en) beëindigd.")
