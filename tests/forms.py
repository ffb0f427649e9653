"""What a browser sends from the page of a record: every box as it stands, and rows typed anew."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.forms import CheckboxInput
from django.test import RequestFactory

from algorithms.models import Algorithm

LIST = "/beheer/algorithms/algorithm/"
ADD = f"{LIST}add/"


def page_of(algorithm: Algorithm, verb: str = "change") -> str:
    return f"{LIST}{algorithm.pk}/{verb}/"


def opened(person: Any, algorithm: Algorithm) -> dict[str, Any]:
    """Return what the page of a record holds when this person opens it, without drawing the page."""
    request = RequestFactory().get(page_of(algorithm))
    request.user = person
    response: Any = admin.site.get_model_admin(Algorithm).change_view(request, str(algorithm.pk))
    response.context = response.context_data
    return shown_values(response)


def forms_in(response: Any) -> dict[str, Any]:
    """Return the forms on a page: "" is the record's, the others are the groups of rows by their key."""
    groups = {group.formset.prefix: group.formset for group in response.context["inline_admin_formsets"]}
    return {"": response.context["adminform"].form, **groups}


def shown_values(response: Any) -> dict[str, Any]:
    """Return what a browser would send when the page is saved as it stands."""
    found = forms_in(response)
    forms = [found.pop("")]
    for formset in found.values():
        forms += [formset.management_form, *formset.forms]
    values = {}
    for form in forms:
        for box in form:
            values[box.html_name] = _shown(box.field.widget, box.value())
            if box.field.show_hidden_initial:
                hidden = form.data.get(box.html_initial_name) if form.is_bound else box.initial
                values[box.html_initial_name] = _shown(box.field.widget, hidden)
    return {name: value for name, value in values.items() if value is not False}


def _shown(widget: Any, value: Any) -> Any:
    """Return what a browser sends of a box; False when that is nothing (a box that is not ticked)."""
    if isinstance(widget, CheckboxInput):
        return "on" if value else False
    value = widget.format_value(value)
    if isinstance(value, list) and not getattr(widget, "allow_multiple_selected", False):
        return value[0] if value else ""
    return "" if value is None else value


def rows_typed(key: str, rows: list[dict]) -> dict[str, str]:
    """Return what a browser sends for new rows of a group; `_en` columns and `order` as they are."""
    typed = {f"{key}-{number}-{column}": value for number, row in enumerate(rows) for column, value in row.items()}
    return typed | {f"{key}-TOTAL_FORMS": str(len(rows)), f"{key}-INITIAL_FORMS": "0"}
