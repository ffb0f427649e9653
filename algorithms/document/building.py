"""Draft → document."""

from __future__ import annotations

from django.db.models import Prefetch, prefetch_related_objects

from algorithms import standard
from algorithms.document.form import ENGLISH, FACTS, Document
from algorithms.models import ROW_MODELS, Algorithm, PartyRole, Reference, Row
from algorithms.standard import FIELDS, ROW_KEYS, TRANSLATED, TRANSLATIONS


def with_rows(algorithms: list[Algorithm]) -> list[Algorithm]:
    """Load everything `build` reads, in a fixed number of queries for any number of drafts."""
    names = {"reference_rows" if model is Reference else key for key, model in ROW_MODELS.items()} - {"parties"}
    parties = Prefetch("parties", PartyRole.objects.select_related("party"))
    prefetch_related_objects(algorithms, "organization", "department", "translations", parties, *sorted(names))
    return algorithms


def build(algorithm: Algorithm) -> Document:
    """Return the document of a draft, without what publishing gives it. Call `with_rows` first for many."""
    document: Document = {"lars": algorithm.lars}
    for key in TRANSLATED + FACTS:
        document[key] = getattr(algorithm, key)
    organization, department = algorithm.organization, algorithm.department
    document["organization"] = {"name": organization.name, "slug": organization.slug, "tooi": organization.tooi}
    document["department"] = (
        {"name": department.name, "slug": department.slug, "path": department.path} if department else None
    )
    rows = {key: rows_of(algorithm, key) for key in ROW_KEYS}
    for key in ROW_KEYS:
        document[key] = [{column.key: getattr(row, column.key) for column in FIELDS[key].columns} for row in rows[key]]
    document["translations"] = {}
    texts = {translation.lang: translation for translation in algorithm.translations.all()}
    for lang in TRANSLATIONS:
        translated = (
            {key: getattr(texts[lang], key) for key in TRANSLATED if getattr(texts[lang], key)} if lang in texts else {}
        )
        if lang == ENGLISH:
            for key in ROW_KEYS:
                english = [_english(row, key) for row in rows[key]]
                if any(english):
                    translated[key] = english
        if translated:
            document["translations"][lang] = translated
    return document


def rows_of(algorithm: Algorithm, key: str) -> list[Row]:
    """Return the rows of a repeating group, in order."""
    if ROW_MODELS[key] is Reference:
        return [row for row in algorithm.reference_rows.all() if row.group == key]
    return list(getattr(algorithm, key).all())


def _english(row: Row, key: str) -> dict[str, str]:
    texts = {column.key: getattr(row, f"{column.key}_en") for column in standard.translated_columns(key)}
    return {column: text for column, text in texts.items() if text}
