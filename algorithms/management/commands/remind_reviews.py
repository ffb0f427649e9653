from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from algorithms import care


class Command(BaseCommand):
    help = (
        "Mailt wie voor een openbaar algoritme zorgt als het tijd is om het weer te bekijken, elk met één bericht. "
        "Voor cron: wie al bericht kreeg, krijgt het niet nog eens, behalve na REMIND_AGAIN_DAYS dagen. "
        "Eindigt met 1 als een bericht niet verstuurd kon worden; de volgende keer wordt dat opnieuw geprobeerd."
    )

    def handle(self, *args, **options):
        told = care.remind()
        self.stdout.write(f"{told.people} bericht(en) verstuurd over {len(told.records)} algoritme(s).")
        for algorithm in told.unreachable:
            self.stdout.write(f"{algorithm.lars} {algorithm}: niemand met een mailadres zorgt hiervoor.")
        for failed in told.failed:
            self.stderr.write(failed)
        if told.failed:
            raise CommandError(f"{len(told.failed)} bericht(en) konden niet worden verstuurd.")
