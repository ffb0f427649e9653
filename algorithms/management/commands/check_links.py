from __future__ import annotations

import argparse

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from algorithms import care
from algorithms.links import Finding, Visitor
from algorithms.models import Listing


def count(value: str) -> int:
    """Parse a whole number above 0."""
    if not (value.isascii() and value.isdigit() and int(value)):
        raise argparse.ArgumentTypeError(f"'{value}' is geen heel getal boven 0.")
    return int(value)


class Command(BaseCommand):
    help = (
        "Bezoekt de links in openbare algoritmes en mailt wie ervoor zorgt over dode. Alleen openbare webadressen, "
        "met rust tussen twee bezoeken aan dezelfde website, en niet waar robots.txt het verbiedt. Voor cron: wat het "
        "langst geleden is bezocht, komt het eerst, en een dode link wordt eenmaal gemeld. "
        "Eindigt met 1 als geen enkele website antwoordt of een bericht niet verstuurd kon worden."
    )

    def add_arguments(self, parser):
        parser.add_argument("--record", default="", metavar="LARS", help="Alleen dit algoritme (acht cijfers).")
        parser.add_argument("--limit", type=count, default=0, metavar="N", help="Bezoek hooguit N adressen.")

    def handle(self, *args, **options):
        lars = options["record"]
        if lars and not Listing.objects.filter(lars=lars).exists():
            raise CommandError(f"Algoritme {lars} is niet openbaar.")
        visitor = Visitor(care.agent(), pause=max(settings.LINK_CHECK_PAUSE, 0))
        checked = care.check_links(
            visitor, lars=lars, most=options["limit"], seconds=60 * max(settings.LINK_CHECK_MINUTES, 0)
        )
        seen = checked.seen
        self.stdout.write(
            f"{sum(seen.values())} adres(sen) bekeken: {seen[Finding.ALIVE]} werken, {seen[Finding.GONE]} bestaan niet "
            f"meer, {seen[Finding.FAILED]} antwoorden niet goed, {seen[Finding.SKIPPED]} niet bezocht. "
            f"{checked.waiting} wachten op een volgende keer."
        )
        if checked.is_cut_off:
            raise CommandError("Geen enkele website antwoordde: ligt het aan het eigen netwerk? Er is niets gemeld.")
        told = care.tell_of_dead_links()
        self.stdout.write(f"{told.people} bericht(en) verstuurd over {len(told.records)} algoritme(s) met dode links.")
        for algorithm in told.unreachable:
            self.stdout.write(f"{algorithm.lars} {algorithm}: niemand met een mailadres zorgt hiervoor.")
        for failed in told.failed:
            self.stderr.write(failed)
        if told.failed:
            raise CommandError(f"{len(told.failed)} bericht(en) konden niet worden verstuurd.")
