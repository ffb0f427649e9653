from __future__ import annotations

import argparse
import re

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from algorithms.verifying import verify


def kept_head(value: str) -> tuple[int, str]:
    """Parse "N:HASH"."""
    match = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", value.strip().lower())
    if not match:
        raise argparse.ArgumentTypeError(f"'{value}' is geen N:HASH (volgnummer, dubbele punt, 64 tekens).")
    return int(match.group(1)), match.group(2)


class Command(BaseCommand):
    help = (
        "Rekent het hele logboek na en vergelijkt de openbare lijst ermee. Drukt `sequence=N head=<sha256>` af; "
        "eindigt met 1 en noemt de eerste foute regel als er iets niet klopt."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--expect",
            action="append",
            type=kept_head,
            default=[],
            metavar="N:HASH",
            help="Een stand die u elders bewaarde; mag vaker.",
        )

    def handle(self, *args, **options):
        try:
            result = verify(options["expect"])
        except DatabaseError as error:
            raise CommandError(f"Het logboek is niet te lezen ({error}). Is `migrate` gedaan?") from None
        self.stdout.write(f"sequence={result.sequence} head={result.head}")
        if result.faults:
            for fault in result.faults[:20]:
                self.stderr.write(fault)
            raise CommandError(f"{len(result.faults)} afwijking(en). De eerste: {result.faults[0]}")
