"""The links to the pages around a record and around the list: only those this person may use."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from algorithms import policy
from algorithms.models import Algorithm, Template
from algorithms.policy import Verb

Tool = dict[str, str]


def of_record(user: Any, algorithm: Algorithm) -> list[Tool]:
    """Return title and address of each page about one record; its history has a link of its own in the admin."""
    pk = algorithm.pk
    found = [
        _tool(_("Voorbeeld"), "algorithms_algorithm_preview_page", pk, "nl"),
        _tool(_("Voorbeeld in het Engels"), "algorithms_algorithm_preview_page", pk, "en"),
    ]
    if policy.may(user, Verb.SHARE, algorithm):
        found.append(_tool(_("Voorbeeld delen"), "algorithms_algorithm_preview", pk))
    if policy.may(user, Verb.COPY, algorithm):
        found.append(_tool(_("Kopiëren"), "algorithms_algorithm_copy", pk))
    if policy.may_keep(user, Template):
        found.append(_tool(_("Als sjabloon bewaren"), "algorithms_algorithm_keep", pk))
    return found


def of_list(user: Any) -> list[Tool]:
    """Return title and address of each page beside the list."""
    found = []
    if policy.may_add(user):
        found.append(_tool(_("Beginnen met een sjabloon"), "algorithms_algorithm_begin"))
    if policy.may_import(user):
        found.append({"title": _("Importeren"), "address": reverse("import")})
    found.append(_tool(_("Volledigheid per afdeling"), "algorithms_algorithm_completeness"))
    return found


def _tool(title: str, name: str, *args: Any) -> Tool:
    return {"title": title, "address": reverse(f"admin:{name}", args=args)}
