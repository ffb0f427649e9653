from __future__ import annotations

import secrets

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from django.db import transaction
from django.db.models import Count

from algorithms.accounts import sessions
from algorithms.models import Organization, Role

# Names of roles, not of people. Author and approver work for the organisation with the most records.
DEMO = {
    "beheerder": (None, "mag alles"),
    "auteur": (Role.Kind.AUTHOR, "schrijft"),
    "beoordelaar": (Role.Kind.APPROVER, "beoordeelt en publiceert"),
    "registerbeheerder": (Role.Kind.MANAGER, "beheert organisaties, pagina's en medewerkers"),
    "controleur": (Role.Kind.AUDITOR, "leest alles, wijzigt niets"),
}
LOCAL = (Role.Kind.AUTHOR, Role.Kind.APPROVER)


class Command(BaseCommand):
    help = "Maakt een proefaccount per rol, of geeft ze nieuwe wachtwoorden, en drukt die één keer af."

    def add_arguments(self, parser):
        parser.add_argument("--if-missing", action="store_true", help="Doe niets als er al een account is.")

    @transaction.atomic
    def handle(self, *args, **options):
        if options["if_missing"] and User.objects.exists():
            return
        organization = Organization.objects.annotate(count=Count("algorithms")).order_by("-count", "pk").first()
        self.stdout.write("Proefaccounts voor /beheer/ (nieuwe wachtwoorden: make accounts):")
        for name, (kind, may) in DEMO.items():
            password = secrets.token_urlsafe(12)
            user, _made = User.objects.get_or_create(
                username=name, defaults={"email": f"{name}@voorbeeldstad.example", "is_superuser": kind is None}
            )
            user.is_active = True
            user.set_password(password)
            user.save()
            sessions.end(user)
            if kind in LOCAL and organization is None:
                may = "nog geen rol: er is geen organisatie"
            elif kind is not None:
                place = organization if kind in LOCAL else None
                Role.objects.get_or_create(user=user, kind=kind, organization=place, department=None)
                may = f"{may}: {place}" if place else may
            self.stdout.write(f"    {name:<17} {password}   ({may})")
