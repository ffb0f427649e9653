"""The one check: form, importer, delivery API and publishing all ask `problems` what is wrong with a record."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext as _

from algorithms import richtext, standard
from algorithms.document.form import GIVEN, MAX_ROWS, Document
from algorithms.standard import FIELDS, ROW_KEYS, TRANSLATED, TRANSLATIONS, Field, Kind

# Texts whose column in the database is no longer than the standard's limit: longer ones cannot be stored at all.
SHORT = ("source_id", "parties.name", "withheld.field", "legacy.standard")
_REQUIRED_KEYS = tuple(key for key, field in FIELDS.items() if field.required)
NAMES = {"name": 250, "path": 250, "tooi": 200, "slug": 100}  # of organisations and departments

_is_web_address = URLValidator(schemes=["http", "https"])
# What most addresses look like, and nothing the validator refuses: it takes ten times as long.
_ORDINARY = re.compile(r"https?://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}(?:/[!-~]*)?")
_ORDINARY_LENGTH = 250
_MONTH = re.compile(r"(\d{4})-(\d{2})")

ERROR, REQUIRED, WARNING = "error", "required", "warning"


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field, in the active language.

    `error`: cannot be stored. `required`: a person cannot publish; an import of what was public elsewhere can.
    `warning`: worth a look, blocks nothing.
    """

    level: str
    key: str  # "name", "name.eng", or for a cell "data_sources.2.url" (rows count from 1)
    why: str
    cure: str
    rule: str = "value"  # which rule was broken: value, length, type, character, empty

    @property
    def label(self) -> str:
        head, _dot, rest = self.key.partition(".")
        return f"{FIELDS[head].label}{' ' + rest if rest else ''}" if head in FIELDS else self.key

    def __str__(self) -> str:
        return f"{self.label}: {self.why} {self.cure}".strip()


def problems(data: Document) -> list[Problem]:
    """Return everything that is wrong with a cleaned document (or the part of one that came in), worst first.

    Required fields are only missed when `data` is whole, that is when it has a key for each of them or is meant to:
    pass `build(draft) | data` to check a change in its place.
    """
    found: list[Problem] = []
    for key, field in FIELDS.items():
        if key in data:
            found += _check(field, data[key])
    found += _check_lars(data.get("lars", ""))
    found += _check_months(data)
    found += _check_translations(data)
    for key in data:
        if key not in FIELDS and key not in ("lars", "translations", *GIVEN):
            found.append(Problem(WARNING, key, _("Dit register kent dit veld niet."), _("Het is niet overgenomen.")))
    for key in _REQUIRED_KEYS:
        if not data.get(key):
            found.append(Problem(REQUIRED, key, _("Dit verplichte veld is leeg."), _("Vul het in."), "empty"))
    order = [ERROR, REQUIRED, WARNING]
    return sorted(found, key=lambda problem: order.index(problem.level))


def blocking(found: Iterable[Problem]) -> list[Problem]:
    """The problems for which nothing can be stored."""
    return [problem for problem in found if problem.level == ERROR]


def blocking_publication(found: Iterable[Problem]) -> list[Problem]:
    """The problems for which a person cannot publish: every required field must be filled."""
    return [problem for problem in found if problem.level in (ERROR, REQUIRED)]


def blocking_republication(found: Iterable[Problem]) -> list[Problem]:
    """The problems for which an import cannot publish again what was public elsewhere.

    Name and organisation suffice, and a text an older standard allowed to be longer stays whole (DESIGN §10).
    """
    return [
        problem
        for problem in found
        if (problem.level == REQUIRED and problem.key in ("name", "organization"))
        or (problem.level == ERROR and not is_too_long_only(problem))
    ]


def is_too_long_only(problem: Problem) -> bool:
    """Whether a text is over the limit of the standard, but within what the register stores at all."""
    return problem.rule == "length"


def _check(field: Field, value: Any) -> list[Problem]:
    key = field.key
    if field.kind is Kind.ROWS:
        return _check_rows(field, value)
    if field.kind is Kind.CHOICES:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            return [
                Problem(
                    ERROR, key, _("Dit is geen lijst van teksten."), _("Geef een lijst van toegestane waarden."), "type"
                )
            ]
        if len(value) > MAX_ROWS:
            return [_too_many(key, value)]
        return [problem for item in value for problem in _check_text(key, Kind.CHOICE, item, 0, None, field.choices)]
    if field.kind in (Kind.ORGANIZATION, Kind.DEPARTMENT):
        return _check_names(key, value)
    if not isinstance(value, str):
        return [Problem(ERROR, key, _("Dit is geen tekst."), _("Zet de waarde tussen aanhalingstekens."), "type")]
    return _check_text(key, field.kind, value, field.max_length, field.advised_length, field.choices)


def _check_names(key: str, value: Any) -> list[Problem]:
    """Check what an organisation or department is called; one of the names must be there."""
    if value is None:
        return []
    if not (isinstance(value, dict) and all(isinstance(part, str) for part in value.values())):
        return [Problem(ERROR, key, _("Dit is geen naam."), _("Geef een object met een naam."), "type")]
    found: list[Problem] = []
    if not any(value.get(name) for name in ("name", "slug" if key == "organization" else "path")):
        found.append(Problem(ERROR, key, _("De naam ontbreekt."), _("Geef een object met een naam."), "type"))
    for name, limit in NAMES.items():
        text = value.get(name, "")
        if bad := richtext.forbidden_character(text):
            found.append(_bad_character(key, bad))
        elif len(text) > limit:
            why = _("De tekst heeft %(length)s tekens; het maximum is %(limit)s.")
            why %= {"length": len(text), "limit": limit}
            found.append(Problem(ERROR, key, why, _("Maak de tekst korter."), "type"))
    return found


def _bad_character(key: str, bad: str) -> Problem:
    why = _("De tekst bevat een onzichtbaar teken (%s).") % bad
    return Problem(ERROR, key, why, _("Haal dat teken weg."), "character")


def _too_many(key: str, rows: list) -> Problem:
    why = _("Er zijn %(count)s rijen; het maximum is %(limit)s.") % {"count": len(rows), "limit": MAX_ROWS}
    return Problem(ERROR, key, why, _("Voeg rijen samen."), "type")


def _check_text(
    key: str, kind: Kind, value: str, max_length: int, advised: int | None = None, options: tuple = ()
) -> list[Problem]:
    if bad := richtext.forbidden_character(value):
        return [_bad_character(key, bad)]
    if not value:
        return []
    if kind is Kind.CHOICE:
        return _check_choice(key, options, value)
    if kind is Kind.MONTH:
        return _check_month(key, value)
    if kind is Kind.RICH and richtext.is_excessive(value):
        why = _("De tekst met haar opmaak is te lang, of de opmaak is te diep genest.")
        return [Problem(ERROR, key, why, _("Maak de tekst korter of eenvoudiger."), "type")]
    length = len(value)
    if kind is Kind.RICH and length > (advised or max_length):  # markup only makes longer
        length = richtext.visible_length(value)
    if length > standard.HARD_LIMIT:
        why = _("De tekst heeft %(length)s tekens; meer dan %(limit)s kan het register niet bewaren.")
        return [Problem(ERROR, key, why % {"length": length, "limit": standard.HARD_LIMIT}, _("Maak de tekst korter."))]
    if length > max_length:
        why = _("De tekst heeft %(length)s tekens; het maximum is %(limit)s.")
        why %= {"length": length, "limit": max_length}
        rule = "value" if re.sub(r"\.\d+\.", ".", key) in SHORT else "length"
        return [Problem(ERROR, key, why, _("Maak de tekst korter."), rule)]
    if kind is Kind.URL and not is_web_address(value):
        why, cure = _("Dit is geen webadres: %s.") % _excerpt(value), _("Begin met https:// of http://.")
        return [Problem(ERROR, key, why, cure)]
    if kind is Kind.CONTACT and not (is_web_address(value) or is_mail_address(value)):
        why = _("Dit is geen mailadres of webadres: %s.") % _excerpt(value)
        return [Problem(ERROR, key, why, _("Een telefoonnummer hoort bij de andere contactgegevens."))]
    if advised and length > advised:
        why = _("De tekst heeft %(length)s tekens; de standaard raadt hooguit %(limit)s aan.")
        return [Problem(WARNING, key, why % {"length": length, "limit": advised}, _("Korter leest beter."))]
    return []


def _check_choice(key: str, options: tuple, value: str) -> list[Problem]:
    values = [option.value for option in options]
    if value in values:
        return []
    why = _("'%s' is geen toegestane waarde.") % _excerpt(value)
    return [Problem(ERROR, key, why, _("Kies uit: %s.") % ", ".join(values))]


def _check_month(key: str, value: str) -> list[Problem]:
    match = _MONTH.fullmatch(value)
    if match and 1 <= int(match.group(2)) <= 12 and 1900 <= int(match.group(1)) <= 2199:
        return []
    why = _("'%s' is geen maand van een jaar.") % _excerpt(value)
    return [Problem(ERROR, key, why, _("Schrijf jjjj-mm, bijvoorbeeld 2024-03."))]


def _check_months(data: Document) -> list[Problem]:
    begin, end = data.get("begin_date"), data.get("end_date")
    if not (isinstance(begin, str) and isinstance(end, str) and _MONTH.fullmatch(begin) and _MONTH.fullmatch(end)):
        return []
    if end >= begin:
        return []
    why = _("De einddatum %(end)s ligt voor de begindatum %(begin)s.") % {"end": end, "begin": begin}
    return [Problem(ERROR, "end_date", why, _("Verbeter een van beide."))]


def _check_lars(lars: Any) -> list[Problem]:
    if not lars:
        return []
    if not (isinstance(lars, str) and len(lars) == 8 and lars.isascii() and lars.isdigit()):
        why = _("'%s' is geen Algoritme-ID.") % (_excerpt(str(lars)) if isinstance(lars, str | int) else "…")
        return [
            Problem(ERROR, "lars", why, _("Een Algoritme-ID heeft acht cijfers. Laat het leeg voor een nieuw nummer."))
        ]
    if not standard.is_lars(lars):
        return [Problem(WARNING, "lars", _("Het controlecijfer van %s klopt niet.") % lars, _("Kijk het nummer na."))]
    return []


def _check_rows(field: Field, value: Any) -> list[Problem]:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        return [Problem(ERROR, field.key, _("Dit is geen lijst van rijen."), _("Geef een lijst van objecten."), "type")]
    if len(value) > MAX_ROWS:
        return [_too_many(field.key, value)]
    found: list[Problem] = []
    known = {column.key for column in field.columns}
    for number, row in enumerate(value, 1):
        for name in row:
            if name not in known:
                why = _("Rij %(number)s: de kolom '%(name)s' bestaat niet.") % {"number": number, "name": name}
                found.append(Problem(WARNING, field.key, why, _("De waarde is niet overgenomen.")))
        for column in field.columns:
            cell = row.get(column.key, "")
            place = f"{field.key}.{number}.{column.key}"
            if not isinstance(cell, str):
                found.append(
                    Problem(ERROR, place, _("Dit is geen tekst."), _("Zet de waarde tussen aanhalingstekens."), "type")
                )
                continue
            found += _check_text(place, column.kind, cell, column.max_length, options=column.choices)
            if column.required and not cell:
                is_link = column.kind is Kind.URL  # the national register wants it; a title alone is worth keeping
                cure = _("Zonder link neemt het landelijk register de rij niet over.") if is_link else _("Vul het in.")
                why = _("Rij %(number)s: '%(column)s' is leeg.") % {"number": number, "column": column.label}
                found.append(Problem(WARNING if is_link else ERROR, place, why, cure, "empty"))
        if (
            field.key == "withheld"
            and isinstance(row.get("field"), str)
            and row["field"]
            and row["field"] not in FIELDS
        ):
            why = _("Rij %(number)s: '%(field)s' is geen veld van de standaard.")
            why %= {"number": number, "field": _excerpt(row["field"])}
            found.append(Problem(ERROR, f"withheld.{number}.field", why, _("Kies een veld.")))
    return found


def _check_translations(data: Document) -> list[Problem]:
    translations = data.get("translations") or {}
    if not isinstance(translations, dict):
        return [Problem(ERROR, "translations", _("Dit is geen object."), _("Geef per taal een object."), "type")]
    found: list[Problem] = []
    for lang, texts in translations.items():
        if lang not in TRANSLATIONS:
            why = _("Dit register kent de taal '%s' niet.") % _excerpt(str(lang))
            found.append(Problem(WARNING, "translations", why, _("De vertaling is niet overgenomen.")))
            continue
        if not isinstance(texts, dict):
            found.append(
                Problem(ERROR, "translations", _("Dit is geen object."), _("Geef per taal een object."), "type")
            )
            continue
        for key, value in texts.items():
            if key in TRANSLATED:
                field = FIELDS[key]
                if isinstance(value, str):
                    found += _check_text(f"{key}.{lang}", field.kind, value, field.max_length)
                else:
                    found.append(Problem(ERROR, f"{key}.{lang}", _("Dit is geen tekst."), _("Geef een tekst."), "type"))
            elif key in ROW_KEYS:
                found += _check_translated_rows(key, value, data.get(key), lang)
            else:
                found.append(Problem(WARNING, key, _("Dit veld heeft geen vertaling."), _("Het is niet overgenomen.")))
    return found


def _check_translated_rows(key: str, value: Any, rows: Any, lang: str) -> list[Problem]:
    if not isinstance(value, list) or not all(
        isinstance(row, dict) and all(isinstance(cell, str) for cell in row.values()) for row in value
    ):
        return [
            Problem(
                ERROR, f"{key}.{lang}", _("Dit is geen lijst van rijen."), _("Geef een lijst van objecten."), "type"
            )
        ]
    if rows is None and not any(any(row.values()) for row in value):
        return []
    if rows is None or (isinstance(rows, list) and len(value) != len(rows)):
        why = _("De vertaling heeft %(translated)s rijen, het Nederlands %(rows)s.")
        why %= {"translated": len(value), "rows": len(rows or [])}
        return [Problem(ERROR, f"{key}.{lang}", why, _("Geef voor elke rij een vertaling of een leeg object."), "type")]
    columns = {column.key: column for column in standard.translated_columns(key)}
    found: list[Problem] = []
    for number, row in enumerate(value, 1):
        for name, cell in row.items():
            if column := columns.get(name):
                found += _check_text(f"{key}.{number}.{name}.{lang}", column.kind, cell, column.max_length)
            elif cell:
                why = _("Rij %(number)s: de kolom '%(name)s' heeft geen vertaling.")
                why %= {"number": number, "name": _excerpt(name)}
                found.append(Problem(WARNING, f"{key}.{lang}", why, _("De waarde is niet overgenomen.")))
    return found


@lru_cache(maxsize=10_000)  # an import asks for each address when it comes in and again when it is published
def is_web_address(value: str) -> bool:
    if len(value) <= _ORDINARY_LENGTH and _ORDINARY.fullmatch(value):
        return True
    try:
        _is_web_address(value)
    except ValidationError:
        return False
    return True


def is_mail_address(value: str) -> bool:
    try:
        validate_email(value)
    except ValidationError:
        return False
    return True


def _excerpt(value: str) -> str:
    return value if len(value) <= 60 else f"{value[:57]}…"
