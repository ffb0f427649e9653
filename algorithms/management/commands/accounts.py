from __future__ import annotations

import secrets

from django.contrib.auth.models import Permission, User
from django.core.management.base import BaseCommand

# Names of roles, not of people. Roles proper come with authoring; until then a permission makes the difference.
DEMO = {
    "beheerder": "mag alles",
    "redacteur": "schrijft algoritmes, publiceert niet",
}
WRITES = ("algorithm", "algorithmtranslation", "contactpoint", "step", "risk", "datasource", "partyrole", "reference",
          "identifier", "withheld", "legacyfield", "party")  # fmt: skip


class Command(BaseCommand):
    help = "Maakt de proefaccounts, of geeft ze nieuwe wachtwoorden, en drukt die één keer af."

    def add_arguments(self, parser):
        parser.add_argument("--if-missing", action="store_true", help="Doe niets als er al een account is.")

    def handle(self, *args, **options):
        if options["if_missing"] and User.objects.exists():
            return
        self.stdout.write("Proefaccounts voor /beheer/ (nieuwe wachtwoorden: make accounts):")
        for name, may in DEMO.items():
            password = secrets.token_urlsafe(12)
            user, _made = User.objects.get_or_create(username=name)
            user.is_staff = user.is_active = True
            user.is_superuser = name == "beheerder"
            user.set_password(password)
            user.save()
            if not user.is_superuser:
                user.user_permissions.set(
                    Permission.objects.filter(content_type__app_label="algorithms", content_type__model__in=WRITES)
                    .exclude(codename="publish_algorithm")
                    .exclude(codename__startswith="delete_party")
                )
            self.stdout.write(f"    {name:<10} {password}   ({may})")
