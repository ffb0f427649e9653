"""Ask the judged set on a register of its own and print how well it was answered.

On SQLite, or on PostgreSQL when DATABASE_URL names a server: then in a new database there, dropped afterwards.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import django

from benchmarks.search import judged
from benchmarks.search.judged import Answer, Figures
from tests.site import Site


@contextmanager
def empty_register() -> Iterator[None]:
    """Set Django up on a migrated register in a temporary folder, thrown away after."""
    with tempfile.TemporaryDirectory(prefix="search-") as folder:
        site = Site.make(Path(folder) / "data")
        try:
            with mock.patch.dict(os.environ, site.env, clear=True):
                django.setup()
            yield
        finally:
            from django.db import connections

            connections.close_all()
            site.remove()


def table(answers: list[Answer]) -> str:
    lines = [f"{'kind':<14}{'queries':>9}{'recall@10':>11}{'MRR':>8}{'success@3':>11}"]
    for kind in [*judged.kinds(answer.query for answer in answers), "all"]:
        row = Figures.of(answer for answer in answers if kind in (answer.query.kind, "all"))
        lines.append(f"{kind:<14}{row.queries:>9}{row.recall:>11.3f}{row.mrr:>8.3f}{row.success:>11.3f}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("--set", choices=[*judged.HALVES, "all"], default="all")
    parser.add_argument("--misses", action="store_true", help="tell what was not found, and what came first instead")
    options = parser.parse_args()
    if not judged.is_there():
        print("NOTHING TO JUDGE: the records are not beside the checkout (../shared).", file=sys.stderr)
        return 2
    halves = judged.HALVES if options.set == "all" else (options.set,)
    with empty_register():
        # only now: models need Django set up
        from django.db import connection
        from django.test import Client

        from benchmarks.search import corpus

        try:
            corpus.load()
            answers = corpus.ask(judged.read(halves), Client(SERVER_NAME="localhost"))
        except corpus.WrongCorpus as problem:
            print(problem, file=sys.stderr)
            return 1
        print(f"{connection.vendor}: {judged.RECORDS} records, {' and '.join(halves)}\n")
        print(table(answers))
        print(f"\nsha256 of all result lists: {judged.digest(answers)}")
        if refused := [answer for answer in answers if answer.status != 200]:
            print(f"REFUSED: {len(refused)} queries, the first with {refused[0].status}: {refused[0].query.text}")
        if options.misses:
            print("", *judged.misses(answers), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
