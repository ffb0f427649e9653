"""The listing of a document: the columns, facets and summary that public lists read; a pure function of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from algorithms import hints
from algorithms.document import Document, canonical
from algorithms.models.register import fold, slug_of
from algorithms.standard import PERSONAL_DATA, RISK_CLASSES, Choice

RESERVED_SLUGS = {"versies", "algoritme"}
# What a list item tells; the rest is one click away.
SUMMARY_KEYS = (
    "lars",
    "version",
    "published_at",
    "name",
    "description_short",
    "organization",
    "department",
    "category",
    "status",
    "publication_category",
    "begin_date",
    "end_date",
    "risk_class",
    "personal_data",
    "provider",
)


def record_slug(name: str) -> str:
    """Return the readable part of a record's address; empty or reserved ones become "algoritme" (DESIGN §4)."""
    slug = slug_of(name, empty="algoritme")
    return "algoritme" if slug in RESERVED_SLUGS else slug


def summary(document: Document) -> Document:
    item = {key: document[key] for key in SUMMARY_KEYS}
    item["slug"] = record_slug(document["name"])
    translated = {
        lang: {key: texts[key] for key in ("name", "description_short") if key in texts}
        for lang, texts in document["translations"].items()
    }
    return item | {"translations": {lang: texts for lang, texts in translated.items() if texts}}


def begin_year(document: Document) -> int | None:
    """Return the year of the begin date ("yyyy-mm"); None when there is none."""
    year = document["begin_date"][:4]
    return int(year) if len(year) == 4 and year.isascii() and year.isdecimal() else None


def columns(document: Document, published_at: datetime) -> dict[str, object]:
    """Return the columns of `Listing`, without the entry it belongs to."""
    return {
        "lars": document["lars"],
        "version": document["version"],
        "published_at": published_at,
        "name": document["name"],
        "name_key": fold(document["name"]).replace(" ", ""),
        "slug": record_slug(document["name"]),
        "status": document["status"],
        "publication_category": document["publication_category"],
        "organization_slug": document["organization"]["slug"],
        "department_slug": document["department"]["slug"] if document["department"] else "",
        "begin_year": begin_year(document),
        "completeness": hints.completeness(document).percentage,
        "summary": canonical(summary(document)),
    }


def facets(document: Document) -> list[tuple[str, str, str]]:
    """Return (facet, slug, Dutch label) for each value, each once, in a fixed order."""
    found: dict[tuple[str, str], str] = {}
    for facet, slug, label in _facet_values(document):
        if label:
            found.setdefault((facet, slug), label)
    return [(facet, slug, label) for (facet, slug), label in found.items()]


def _facet_values(document: Document) -> Iterator[tuple[str, str, str]]:
    for theme in document["category"]:
        yield "thema", slug_of(theme), theme
    yield "status", slug_of(document["status"]), document["status"]
    yield "categorie", slug_of(document["publication_category"]), document["publication_category"]
    yield "organisatie", document["organization"]["slug"], document["organization"]["name"]
    if department := document["department"]:
        yield "afdeling", department["slug"], department["path"]
    suppliers = [party["name"] for party in document["parties"] if party["role"] == "supplier"]
    for supplier in [document["provider"], *suppliers]:
        yield "leverancier", slug_of(supplier), supplier
    sources = [source["name"] for source in document["data_sources"]]
    for source in [*sources, *(row["title"] for row in document["source_data_grouping"])]:
        yield "gegevensbron", slug_of(source), source
    yield "risicoklasse", slug_of(document["risk_class"]), _dutch(RISK_CLASSES, document["risk_class"])
    yield "persoonsgegevens", slug_of(document["personal_data"]), _dutch(PERSONAL_DATA, document["personal_data"])
    for row in document["impacttoetsen_grouping"]:
        yield "impacttoets", slug_of(row["title"]), row["title"]


def _dutch(options: tuple[Choice, ...], value: str) -> str:
    return next((option.label.nl for option in options if option.value == value), value)
