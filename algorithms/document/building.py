"""Draft → document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet, prefetch_related_objects

from algorithms import standard
from algorithms.document.form import ENGLISH, FACTS, Document
from algorithms.models import ROW_MODELS, Algorithm, AlgorithmTranslation, PartyRole, Reference, Row
from algorithms.standard import FIELDS, ROW_KEYS, TRANSLATED, TRANSLATIONS


def with_rows(algorithms: list[Algorithm]) -> list[Algorithm]:
    """Load everything `build` reads and is not loaded yet, in a fixed number of queries for any number of drafts.

    They stand in `Algorithm.loaded`: ten related managers with rows of their own take longer to make than the rows.
    """
    prefetch_related_objects(algorithms, "organization", "department")
    for keys, table in _tables():
        unread = [algorithm for algorithm in algorithms if not keys <= algorithm.loaded.keys()]
        if not unread:
            continue
        found: dict[int, list[Any]] = defaultdict(list)
        for row in table.filter(algorithm__in=unread):
            found[row.algorithm_id].append(row)
        for algorithm in unread:
            for key in keys:
                algorithm.loaded[key] = _of_group(found[algorithm.pk], key)
    return algorithms


def _tables() -> Iterator[tuple[set[str], QuerySet[Any]]]:
    """Yield each table that a document is made of, with the keys of `Algorithm.loaded` that its rows stand under."""
    yield {"translations"}, AlgorithmTranslation.objects.all()
    yield set(Reference.GROUPS), Reference.objects.all()
    yield {"parties"}, PartyRole.objects.select_related("party")
    for key, model in ROW_MODELS.items():
        if model not in (Reference, PartyRole):
            yield {key}, model._default_manager.all()


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
    texts = {translation.lang: translation for translation in _translations(algorithm)}
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


def rows_of(algorithm: Algorithm, key: str) -> list[Any]:
    """Return the rows of a repeating group, in order."""
    if key in algorithm.loaded:
        return algorithm.loaded[key]
    return _of_group(list(ROW_MODELS[key]._default_manager.filter(algorithm=algorithm)), key)


def _translations(algorithm: Algorithm) -> list[AlgorithmTranslation]:
    if "translations" in algorithm.loaded:
        return algorithm.loaded["translations"]
    return list(algorithm.translations.all())


def _of_group(rows: list[Any], key: str) -> list[Any]:
    return [row for row in rows if row.group == key] if key in Reference.GROUPS else rows


def _english(row: Row, key: str) -> dict[str, str]:
    texts = {column.key: getattr(row, f"{column.key}_en") for column in standard.translated_columns(key)}
    return {column: text for column, text in texts.items() if text}
