"""Rows of a record: one inline per repeating group of the standard, below the fields of its section."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from algorithms import policy, standard
from algorithms.admin import fields
from algorithms.admin.forms import SUGGESTED, RowFormSet, english, row_form, suggestions_id
from algorithms.models import ROW_MODELS, Algorithm, Reference
from algorithms.policy import Verb
from algorithms.standard import FIELDS, SECTIONS, Field


def section_class(slug: str) -> str:
    """Return the class of a section's fieldset, by which the page puts its rows below it."""
    return f"section-{slug}"


def refused(request: HttpRequest) -> str:
    """Return why the draft is not to be written in at the moment of this save; "" when it is."""
    return getattr(request, "refused", "")


class RowInline(admin.StackedInline):
    """One repeating group of the standard. Rows are part of their record: who may change it may change them."""

    key: str
    section: str  # the slug of the section it stands below
    formset: Any = RowFormSet
    template = "admin/algorithms/edit_inline/rows.html"
    extra = 1  # so that a row can be added without JavaScript

    @property
    def section_class(self) -> str:
        return section_class(self.section)

    def help(self) -> SafeString:
        return fields.rows_help(FIELDS[self.key])

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        self.user = request.user  # an inline is made anew for each request
        return super().get_formset(request, obj, **kwargs)

    def suggestions(self) -> dict[str, Any] | None:
        """Return id and values of the list that the boxes of this group offer, if any."""
        if not any(key == self.key for key, _column in SUGGESTED):
            return None
        known = policy.parties(self.user) if self.key == "parties" else standard.IMPACT_ASSESSMENTS
        return {"id": suggestions_id(self.key), "values": list(known)}

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        if self.model is Reference:
            return rows.filter(group=self.key)
        return rows.select_related("party") if self.key == "parties" else rows

    def _may_change(self, request: HttpRequest, obj: Algorithm | None) -> bool:
        if obj and refused(request):
            return policy.has_role(request.user, Verb.EDIT, obj)
        return policy.may(request.user, Verb.EDIT, obj) if obj else policy.may_add(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Algorithm | None = None) -> bool:
        return obj is None or policy.has_role(request.user, Verb.VIEW, obj)

    def has_add_permission(self, request: HttpRequest, obj: Algorithm | None = None) -> bool:
        return self._may_change(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Algorithm | None = None) -> bool:
        return self._may_change(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Algorithm | None = None) -> bool:
        return self._may_change(request, obj)


class LegacyInline(RowInline):
    """What an import kept aside: to be read, and to be removed once it has found its place."""

    extra = 0
    formset = forms.models.BaseInlineFormSet

    def has_add_permission(self, request: HttpRequest, obj: Algorithm | None = None) -> bool:
        return False


def _lines(field: Field) -> list[tuple[str, ...] | str]:
    """Return the lines of one row: a Dutch cell with its English beside it; neighbouring facts share a line."""
    lines: list[tuple[str, ...]] = []
    facts: tuple[str, ...] = ()
    for column in field.columns:
        if not column.translated:
            facts += (column.key,)
            continue
        lines += [facts] if facts else []
        facts = ()
        lines.append((column.key, english(column.key)))
    lines += [facts] if facts else []
    return [line[0] if len(line) == 1 else line for line in [*lines, ("order",)]]


def _inline(key: str, section: str) -> type[RowInline]:
    field, model = FIELDS[key], ROW_MODELS[key]
    attrs: dict[str, Any] = {
        "key": key,
        "section": section,
        "model": model,
        "verbose_name": model._meta.verbose_name,
        "verbose_name_plural": standard.in_active_language(field.label),
    }
    name = f"{key.title().replace('_', '')}Inline"
    if key == "legacy":
        columns = [column.key for column in field.columns]
        return type(name, (LegacyInline,), attrs | {"fields": columns, "readonly_fields": columns})
    formset = type(f"{name}FormSet", (RowFormSet,), {"key": key})
    return type(
        name,
        (RowInline,),
        attrs | {"form": row_form(key), "formset": formset, "fieldsets": [(None, {"fields": _lines(field)})]},
    )


INLINES = [_inline(field.key, section.slug) for section in SECTIONS for field in section.fields if field.columns]
