"""Document → draft: the one inverse of `build`."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import QuerySet

from algorithms import standard
from algorithms.document.form import ENGLISH, FACTS, Document
from algorithms.models import (
    ROW_MODELS,
    Algorithm,
    AlgorithmTranslation,
    Department,
    Organization,
    Party,
    PartyRole,
    Reference,
    Row,
)
from algorithms.models.algorithm import insert_rows, new_lars
from algorithms.models.register import fold
from algorithms.standard import FIELDS, ROW_KEYS, TRANSLATED, TRANSLATIONS

Pair = tuple[Algorithm, Document]


def apply(algorithm: Algorithm, data: Document) -> Algorithm:
    """Write a cleaned document, or the part of one that came in, into a draft and save it."""
    return apply_many([(algorithm, data)])[0]


def apply_many(pairs: list[Pair]) -> list[Algorithm]:
    """`apply` for many drafts, in few queries; call it inside a transaction.

    Keys a document does not have are left as they are; with `translations`, what it does not hold is emptied. The
    organisation must exist (by slug, name or alias); a department and a party are made when new. Where rows come
    without English, the English of an equal Dutch cell is kept. Raises Organization.DoesNotExist.
    """
    register = _Register()
    register.make_parties([row for _algorithm, data in pairs for row in data.get("parties", [])])
    numbers = [algorithm.lars or data.get("lars") or "" for algorithm, data in pairs]
    free = iter(new_lars(numbers.count(""), numbers))
    for (algorithm, data), lars in zip(pairs, numbers, strict=True):
        if algorithm._state.adding:
            algorithm.loaded |= {key: [] for key in (*ROW_KEYS, "translations")}
        _write_facts(algorithm, data, register)
        algorithm.lars = lars or next(free)
    known = [algorithm for algorithm, _data in pairs if not algorithm._state.adding]
    Algorithm.objects.bulk_create([algorithm for algorithm, _data in pairs if algorithm._state.adding])
    for algorithm in known:
        algorithm.save()
    _write_rows(pairs, {algorithm.pk for algorithm in known}, register)
    _write_translations(pairs, {algorithm.pk for algorithm in known})
    return [algorithm for algorithm, _data in pairs]


class _Register:
    """Organisations, departments and parties by what a document calls them, each looked up once."""

    def __init__(self) -> None:
        self._organizations: dict[str, Organization] = {}
        self._departments: dict[tuple[int, str], Department] = {}
        self._parties: dict[str, Party] = {}

    def organization(self, value: Document) -> Organization:
        key = value.get("slug") or fold(value.get("name", ""))
        if key not in self._organizations:
            self._organizations[key] = find_organization(value)
        return self._organizations[key]

    def department(self, organization: Organization, value: Document) -> Department:
        path = value.get("path") or value.get("name", "")
        if (organization.pk, path) not in self._departments:
            found, _made = Department.objects.get_or_create(organization=organization, path=path)
            self._departments[organization.pk, path] = found
        return self._departments[organization.pk, path]

    def make_parties(self, rows: list[Document]) -> None:
        """Look up the parties that rows name, and make the new ones, in few queries."""
        urls: dict[str, str] = {}
        for row in rows:
            urls.setdefault(row["name"], row.get("url", ""))
        names = list(urls)
        for start in range(0, len(names), 500):
            chunk = names[start : start + 500]
            self._parties |= {party.name: party for party in Party.objects.filter(name__in=chunk)}
            new = [Party(name=name, url=urls[name][:200]) for name in chunk if name not in self._parties]
            self._parties |= {party.name: party for party in Party.objects.bulk_create(new)}

    def party(self, name: str) -> Party:
        return self._parties[name]


def find_organization(value: Document) -> Organization:
    """Return the organisation a document means: by slug, else by folded name or alias. Raises DoesNotExist."""
    slug, name = value.get("slug"), value.get("name", "")
    if slug and (found := Organization.objects.filter(slug=slug).first()):
        return found
    if name:
        for organization in Organization.objects.all():
            if fold(name) in organization.known_as():
                return organization
    raise Organization.DoesNotExist(name or slug)


def _write_facts(algorithm: Algorithm, data: Document, register: _Register) -> None:
    for key in (*FACTS, *TRANSLATED):
        if key in data:
            setattr(algorithm, key, data[key])
    algorithm.lang = algorithm.lang or standard.LANGUAGE
    algorithm.standard_version = algorithm.standard_version or standard.VERSION
    if data.get("organization"):
        algorithm.organization = register.organization(data["organization"])
    if "department" in data:
        department = data["department"]
        algorithm.department = register.department(algorithm.organization, department) if department else None


def _write_rows(pairs: list[Pair], known: set[int], register: _Register) -> None:
    for key in ROW_KEYS:
        model = ROW_MODELS[key]
        replaced = [(algorithm, data) for algorithm, data in pairs if key in data]
        if not replaced:
            continue
        old = model._default_manager.filter(
            algorithm__in=[algorithm.pk for algorithm, _ in replaced if algorithm.pk in known]
        )
        if model is Reference:
            old = old.filter(group=key)
        kept = _english_by_dutch(old, key, {algorithm.pk for algorithm, data in replaced if "translations" in data})
        old.delete()
        for algorithm, data in replaced:
            algorithm.loaded[key] = [
                _row(model, key, algorithm, order, values, english, kept.get(algorithm.pk, {}), register)
                for order, (values, english) in enumerate(zip(data[key], _english_rows(data, key), strict=True))
            ]
        names = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
        new = [row for algorithm, _data in replaced for row in algorithm.loaded[key]]
        insert_rows(model, names, [[getattr(row, name) for name in names] for row in new])


def _english_rows(data: Document, key: str) -> list[Document]:
    rows: list[Document] = data.get("translations", {}).get(ENGLISH, {}).get(key, [])
    return rows + [{}] * (len(data[key]) - len(rows))


def _english_by_dutch(rows: QuerySet, key: str, speak_english: set[int]) -> dict[int, dict[tuple[str, str], str]]:
    """Return per draft the English of each (column, Dutch text), so that it survives a replacement of rows.

    Not for drafts in `speak_english`: their new rows say themselves what is English.
    """
    kept: dict[int, dict[tuple[str, str], str]] = defaultdict(dict)
    for row in rows:
        if row.algorithm_id in speak_english:
            continue
        for column in standard.translated_columns(key):
            if english := getattr(row, f"{column.key}_en"):
                kept[row.algorithm_id][column.key, getattr(row, column.key)] = english
    return kept


def _row(
    model: Any,
    key: str,
    algorithm: Algorithm,
    order: int,
    values: Document,
    english: Document,
    kept: dict[tuple[str, str], str],
    register: _Register,
) -> Row:
    columns = {column.key: values.get(column.key, "") for column in FIELDS[key].columns}
    for column in standard.translated_columns(key):
        dutch = columns[column.key]
        columns[f"{column.key}_en"] = english.get(column.key) or kept.get((column.key, dutch), "")
    if model is PartyRole:
        columns["party"] = register.party(columns.pop("name"))
    if model is Reference:
        columns["group"] = key
    row: Row = model(algorithm=algorithm, order=order, **columns)
    return row


def _write_translations(pairs: list[Pair], known: set[int]) -> None:
    stored = {
        (translation.algorithm_id, translation.lang): translation
        for translation in AlgorithmTranslation.objects.filter(algorithm__in=known)
    }
    new = []
    for algorithm, data in pairs:
        if "translations" not in data:
            continue
        algorithm.loaded["translations"] = []
        for lang in TRANSLATIONS:
            given = data["translations"].get(lang, {})
            texts = {key: text for key, text in given.items() if key in TRANSLATED}
            translation = stored.get((algorithm.pk, lang))
            if translation is None:
                if not texts:
                    continue
                translation = AlgorithmTranslation(algorithm=algorithm, lang=lang, **texts)
                new.append(translation)
            else:
                for key in TRANSLATED:
                    setattr(translation, key, texts.get(key, ""))
                translation.save()
            algorithm.loaded["translations"].append(translation)
    AlgorithmTranslation.objects.bulk_create(new)
