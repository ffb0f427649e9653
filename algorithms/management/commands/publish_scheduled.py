from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from algorithms import workflow
from algorithms.models import Publication


class Command(BaseCommand):
    help = (
        "Maakt openbaar wat voor nu of eerder is ingepland. Voor cron, bijvoorbeeld elke tien minuten. "
        "Wat niet gepubliceerd kan worden, gaat met de reden terug naar de auteur; dan eindigt het met 1."
    )

    def handle(self, *args, **options):
        sent_back = 0
        for algorithm, why in workflow.publish_due():
            if why:
                sent_back += 1
                self.stdout.write(f"{algorithm.lars} {algorithm}: teruggestuurd. {why}")
            else:
                version = Publication.objects.versions(algorithm.lars).values_list("version", flat=True).first()
                self.stdout.write(f"{algorithm.lars} {algorithm}: versie {version} gepubliceerd")
        if sent_back:
            raise CommandError(f"{sent_back} ingeplande publicatie(s) lukten niet en gingen terug naar de auteur.")
