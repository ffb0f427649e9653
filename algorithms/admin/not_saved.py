"""A save that has nowhere to go any more: the page says so, and gives back what was typed, to copy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from algorithms import richtext
from algorithms.admin import pages
from algorithms.admin.conflict import posted_rows
from algorithms.admin.forms import english
from algorithms.document import english_label
from algorithms.standard import FIELDS, ROW_KEYS, TRANSLATED, Field, Kind

TYPED = (Kind.LINE, Kind.TEXT, Kind.RICH, Kind.URL, Kind.CONTACT, Kind.MONTH)


@dataclass(frozen=True)
class Typed:
    label: str
    text: str
    lang: str = "nl"


def not_saved(model_admin: Any, request: HttpRequest, why: str, status: int) -> HttpResponse:
    given = pages.frame(model_admin, request, _("Niet opgeslagen")) | {"why": why, "typed": typed(request.POST)}
    return TemplateResponse(request, "admin/algorithms/algorithm/not_saved.html", given, status=status)


def typed(post: QueryDict) -> list[Typed]:
    """Return the texts of a form in the order of the standard, in plain words."""
    found = []
    for key, field in FIELDS.items():
        if field.kind in TYPED:
            found.append(Typed(str(field.label), _plain(field, post.get(key, ""))))
        if key in TRANSLATED:
            found.append(Typed(str(english_label(field.label)), _plain(field, post.get(english(key), "")), "en"))
    for key in ROW_KEYS:
        found += [Typed(str(FIELDS[key].label), " | ".join(cells)) for cells in posted_rows(post, key)]
    return [each for each in found if each.text]


def anything_typed(post: QueryDict) -> list[Typed]:
    """Return the texts of any form: those of a record by their labels, else the boxes of one of its steps."""
    boxes = ("note", "reason", "about", "body", "name", "title")
    return typed(post) or [Typed(box, str(post[box])) for box in boxes if post.get(box)]


def _plain(field: Field, text: str) -> str:
    text = text.strip()
    return richtext.plain(richtext.clean(text)) if field.kind is Kind.RICH and _may_clean(text) else text


def _may_clean(text: str) -> bool:
    return not richtext.forbidden_character(text) and not richtext.is_excessive(text)
