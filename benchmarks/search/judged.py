"""The judged set (`tuning.toml`, `held-out.toml`) and the figures of what a search answers to it."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
HALVES = ("tuning", "held-out")
SHARED = Path(__file__).resolve().parents[3] / "shared"
# In this order, which decides what is newest among equals.
FILES = (
    SHARED / "seeds" / "national-register-wijkaanpak-assen.txt",
    SHARED / "seeds" / "rotterdam-register-print-2021.txt",
    SHARED / "data" / "national-register-sample-2023-06.json",
)
RECORDS = 41  # in those files
PAGE = 10  # a reader looks at one page
TOP = 3  # who knows the name looks at the first few


@dataclass(frozen=True)
class Query:
    half: str
    kind: str
    text: str
    expected: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """What one query brought, best first, at most a page of it; `status` is that of HTTP."""

    query: Query
    found: tuple[str, ...]
    status: int = 200

    @property
    def missed(self) -> list[str]:
        return [name for name in self.query.expected if name not in self.found[:PAGE]]

    @property
    def recall(self) -> float:
        """The part of what a page could hold of the expected records that is there."""
        expected = len(self.query.expected)
        return (expected - len(self.missed)) / min(PAGE, expected)

    @property
    def reciprocal_rank(self) -> float:
        """One divided by the place of the first expected record, 0 when there is none on the page."""
        places = (place for place, name in enumerate(self.found[:PAGE], 1) if name in self.query.expected)
        return 1 / next(places, float("inf"))

    @property
    def success(self) -> bool:
        """Whether an expected record is among the first three."""
        return self.reciprocal_rank >= 1 / TOP

    def __str__(self) -> str:
        """Tell what is wrong with the answer: what is missing, or stands too low, and what came first instead."""
        lines = [f"{self.query.kind}, {self.query.half}: {self.query.text}"]
        if self.status != 200:
            lines.append(f"    refused with {self.status}")
        if self.missed:
            lines.append(f"    missing: {' | '.join(self.missed)}")
        elif not self.success:
            lines.append(f"    first expected at {round(1 / self.reciprocal_rank)}: {' | '.join(self.query.expected)}")
        lines.append(f"    first came: {' | '.join(self.found[:TOP]) or 'nothing'}")
        return "\n".join(lines)


@dataclass(frozen=True)
class Figures:
    queries: int
    recall: float
    mrr: float
    success: float

    @classmethod
    def of(cls, answers: Iterable[Answer]) -> Figures:
        rows = list(answers)
        count = len(rows)
        return cls(
            count,
            sum(row.recall for row in rows) / count,
            sum(row.reciprocal_rank for row in rows) / count,
            sum(row.success for row in rows) / count,
        )


def is_there() -> bool:
    """Whether there are records to judge on."""
    return all(path.is_file() for path in FILES)


def read(halves: Iterable[str] = HALVES) -> list[Query]:
    """Read the set; TOML itself refuses a query that stands twice in one kind."""
    return [
        Query(half, kind, text, tuple(expected))
        for half in halves
        for kind, rows in tomllib.loads((FOLDER / f"{half}.toml").read_text(encoding="utf-8")).items()
        for text, expected in rows.items()
    ]


def kinds(queries: Iterable[Query]) -> list[str]:
    """Return the kinds there are, in the order of the files."""
    return list(dict.fromkeys(query.kind for query in queries))


def misses(answers: Iterable[Answer]) -> list[Answer]:
    return [answer for answer in answers if answer.missed or not answer.success]


def digest(answers: Iterable[Answer]) -> str:
    """Return one SHA-256 of all result lists, order and all: equal on two databases when they answer the same.

    Of names, because the seeds bring no LARS numbers and get new ones in each register.
    """
    lists = [[answer.query.text, *answer.found] for answer in answers]
    return hashlib.sha256(json.dumps(lists, ensure_ascii=False).encode()).hexdigest()
