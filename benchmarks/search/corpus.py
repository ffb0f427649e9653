"""The records that the set is judged on: fills an empty register with them, and asks it. Needs Django set up."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable

from django.core.management import call_command
from django.test import Client

from benchmarks.search.judged import FILES, PAGE, RECORDS, Answer, Query

NAMES = "Parkeercontrole;Aardgasvrij;SpotRotterdam;Heronderzoeken Uitkeringsgerechtigden"  # the print has no titles
LIST = "/api/v1/algoritmes"


class WrongCorpus(RuntimeError):
    """The register does not hold what the set was judged on."""


def load() -> None:
    """Import and publish the records in an empty register, which has the synonyms that every register begins with.

    Not by `load_demo`: its records are the seeds in plainer words, with search terms that were thought up for finding.
    """
    told, refused = io.StringIO(), io.StringIO()
    try:
        call_command("import_register", *map(str, FILES), "--publish", "--names", NAMES, stdout=told, stderr=refused)
    except SystemExit as ended:
        if ended.code:
            raise WrongCorpus(f"the import ended with {ended.code}:\n{refused.getvalue()}") from None


def names(client: Client) -> dict[str, str]:
    """Return what the set calls each record, by its LARS number: its name, and its organisation where names clash."""
    rows = client.get(LIST, {"paginaGrootte": 100}).json()["results"]
    if len(rows) != RECORDS:
        raise WrongCorpus(f"the register holds {len(rows)} records instead of {RECORDS}")
    times = Counter(row["name"] for row in rows)
    return {
        row["lars"]: row["name"] if times[row["name"]] == 1 else f"{row['name']}, {row['organization']['name']}"
        for row in rows
    }


def ask(queries: Iterable[Query], client: Client) -> list[Answer]:
    """Ask each query; raise WrongCorpus when one expects a record that is not there."""
    called, answers = names(client), []
    for query in queries:
        if unknown := set(query.expected) - set(called.values()):
            raise WrongCorpus(f"{query.half}.toml, {query.text}: no record is called {', '.join(sorted(unknown))}")
        answer = client.get(LIST, {"zoek": query.text, "paginaGrootte": str(PAGE)})
        rows = answer.json()["results"] if answer.status_code == 200 else []
        answers.append(Answer(query, tuple(called[row["lars"]] for row in rows), answer.status_code))
    return answers
