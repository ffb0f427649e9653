"""What the facts of a record leave out, or say in two ways."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from algorithms import standard
from algorithms.hints.completeness import says
from algorithms.hints.hint import Hint
from algorithms.hints.texts import (
    Blocks,
    Document,
    has_any,
    is_told,
    quoted,
    rows_of,
    text_of,
    withheld,
)
from algorithms.standard import FIELDS, TRANSLATED

DEVELOPING, IN_USE, OUT_OF_USE = (choice.value for choice in standard.STATUSES)
HIGH_RISK = standard.PUBLICATION_CATEGORIES[0].value
# From the least to the most that can be told about people.
SENSITIVE = ("none", "pseudonymised", "identifiable", "special")
QUOTE = 80  # characters

_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")
# A sentence that promises a text instead of being one. Every repeat has a limit, so that the search is linear.
_PROMISE = re.compile(
    r"\b(?:lorem ipsum|TODO|XXX|nog (?:invullen|aanvullen|uitwerken)|(?:nog|nader) (?:in|aan) te vullen"
    r"|(?:informatie|toelichting|(?:be|om)schrijving|uitleg|tekst)\b[^.!?]{0,60} volgt(?: nog| later)?(?=[.!]|$))",
    re.IGNORECASE,
)
_PROMISES = ("volgt", "vullen", "uitwerken", "lorem", "todo", "xxx")  # one of these is in every promise


def empty(document: Document) -> Iterator[Hint]:
    """Required fields without a value; a reason for withholding one does not make the record ready to publish."""
    for key, field in FIELDS.items():
        value = document.get(key)
        filled = value.strip() if isinstance(value, str) else says(document, key)
        if field.required and not filled:
            yield Hint(key, "empty", _("Dit verplichte veld is leeg."), _("Vul het in."))


def placeholders(document: Document, found: Blocks) -> Iterator[Hint]:
    """Texts that only hold a place, or promise what is to come."""
    for key in (*TRANSLATED, "provider"):
        blocks = found.get(key, ()) if key in TRANSLATED else [text_of(document, key)[:QUOTE]]
        promises = (_PROMISE.search(block) for block in blocks if has_any(block, _PROMISES))
        words = " ".join(blocks[:2])
        if words and not is_told(words):
            why = _("Hier staat alleen '%s'.") % quoted(words, QUOTE)
            required = FIELDS[key].required
            cure = _("Schrijf wat bekend is.") if required else _("Schrijf wat bekend is, of laat het veld leeg.")
            yield Hint(key, "placeholder", why, cure)
        elif promise := next(filter(None, promises), None):
            why = _("Hier wordt nog tekst beloofd: '%s'.") % promise[0]
            yield Hint(key, "placeholder", why, _("Schrijf die tekst, of haal de belofte weg."))


def dates(document: Document) -> Iterator[Hint]:
    """A status that the months do not agree with."""
    status, now = text_of(document, "status"), f"{timezone.localdate():%Y-%m}"
    begin, end = _month(document, "begin_date"), _month(document, "end_date")
    said = {"status": standard.label_of(standard.STATUSES, status), "begin": begin, "end": end}
    if status in (IN_USE, DEVELOPING) and end and end < now:
        why = _("De einddatum %(end)s is voorbij, maar de status is '%(status)s'.") % said
        yield Hint("status", "ended", why, _("Pas de status aan of haal de einddatum weg."))
    elif status == IN_USE and end:
        why = _("De status is '%(status)s', maar er is een einddatum: %(end)s.") % said
        yield Hint("end_date", "ended", why, _("Laat de einddatum leeg tot het gebruik stopt."))
    elif status == OUT_OF_USE and not end and "end_date" not in withheld(document):
        why = _("Het algoritme is buiten gebruik, maar er is geen einddatum.")
        yield Hint("end_date", "ended", why, _("Vul de maand in waarin het gebruik stopte."))
    if status == DEVELOPING and begin and begin < now and not (end and end < now):
        why = _("De begindatum %(begin)s is voorbij, maar de status is '%(status)s'.") % said
        yield Hint("status", "begin", why, _("Pas de status aan, of vul de nieuwe begindatum in."))
    elif status == IN_USE and begin > now:
        why = _("De status is '%(status)s', maar het gebruik begint pas in %(begin)s.") % said
        yield Hint("begin_date", "begin", why, _("Kijk welke van de twee klopt."))


def risk(document: Document) -> Iterator[Hint]:
    """A category of publication and a class of risk that do not go together.

    A class may come from a model of the organisation's own: a high class in a lower category is no contradiction when
    its basis says so.
    """
    category, level = text_of(document, "publication_category"), text_of(document, "risk_class")
    too_low = category == HIGH_RISK and level in ("low", "limited")
    too_high = category not in ("", HIGH_RISK) and level in ("high", "unacceptable")
    if too_low or (too_high and not says(document, "risk_class_basis")):
        why = _("De publicatiecategorie is '%(category)s', maar de risicoklasse is '%(level)s'.") % {
            "category": standard.label_of(standard.PUBLICATION_CATEGORIES, category),
            "level": standard.label_of(standard.RISK_CLASSES, level),
        }
        yield Hint("risk_class", "risk_class", why, _("Kijk welke van de twee klopt."))


def personal_data(document: Document) -> Iterator[Hint]:
    """A source with more about people than the record as a whole tells."""
    rows = [(text_of(row, "personal_data"), text_of(row, "name")) for row in rows_of(document, "data_sources")]
    known = [(SENSITIVE.index(level), level, name) for level, name in rows if level in SENSITIVE[1:]]
    if not known or "personal_data" in withheld(document):
        return
    rank, level, name = max(known, key=lambda row: row[0])
    whole = text_of(document, "personal_data")
    if whole in SENSITIVE and SENSITIVE.index(whole) >= rank:
        return
    said = {
        "source": quoted(name, QUOTE),
        "level": standard.label_of(standard.PERSONAL_DATA, level),
        "whole": standard.label_of(standard.PERSONAL_DATA, whole),
    }
    if whole:
        why = _("Bij de bron '%(source)s' staat '%(level)s', maar hier staat '%(whole)s'.") % said
    else:
        why = _("Bij de bron '%(source)s' staat '%(level)s', maar hier staat niets.") % said
    yield Hint("personal_data", "personal_data", why, _("Kies hier wat voor het hele algoritme geldt."))


def self_learning(document: Document) -> Iterator[Hint]:
    """Whether the algorithm learns by itself is what readers ask and suppliers know."""
    if text_of(document, "self_learning") in ("", "unknown") and "self_learning" not in withheld(document):
        why = _("Er staat nog niet of het algoritme zelflerend is.")
        yield Hint("self_learning", "self_learning", why, _("Kies ja of nee. Vraag het zo nodig aan de leverancier."))


def _month(document: Document, key: str) -> str:
    value = text_of(document, key)
    return value if _MONTH.fullmatch(value) else ""
