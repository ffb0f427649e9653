"""Records: one page per record in the order of the standard, English beside Dutch, rows below their section."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from algorithms import policy, standard
from algorithms.admin import fields
from algorithms.admin.forms import SUGGESTED, AlgorithmForm, RowFormSet, english, row_form, suggestions_id
from algorithms.admin.verbs import PublishingMixin
from algorithms.document.form import ENGLISH
from algorithms.models import ROW_MODELS, Algorithm, AlgorithmTranslation, Department, Party, Reference
from algorithms.standard import FIELDS, SECTIONS, TRANSLATED, Field, Kind
from algorithms.standing import Standing, State, with_state, words_of

MOST_WARNINGS = 8  # messages after one save; the rest is counted


def section_class(slug: str) -> str:
    """Return the class of a section's fieldset, by which the page puts its rows below it."""
    return f"section-{slug}"


# -- rows --------------------------------------------------------------------------------------------------------------


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

    def suggestions(self) -> dict[str, Any] | None:
        """Return id and values of the list that the boxes of this group offer, if any."""
        if not any(key == self.key for key, _column in SUGGESTED):
            return None
        known = Party.objects.values_list("name", flat=True) if self.key == "parties" else standard.IMPACT_ASSESSMENTS
        return {"id": suggestions_id(self.key), "values": list(known)}

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        if self.model is Reference:
            return rows.filter(group=self.key)
        return rows.select_related("party") if self.key == "parties" else rows

    def _may_change(self, request: HttpRequest, obj: Algorithm | None) -> bool:
        return request.user.has_perm("algorithms.change_algorithm" if obj else "algorithms.add_algorithm")

    def has_view_permission(self, request: HttpRequest, obj: Algorithm | None = None) -> bool:
        return self._may_change(request, obj) or request.user.has_perm("algorithms.view_algorithm")

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


# -- the list ----------------------------------------------------------------------------------------------------------


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("stand")
    parameter_name = "stand"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return State.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(state=self.value()) if self.value() in State.values else queryset


class ThemeFilter(admin.SimpleListFilter):
    title = gettext_lazy("thema")
    parameter_name = "thema"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return standard.choices(standard.THEMES)

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Compared in Python: searching inside JSON differs between the databases."""
        if not self.value():
            return queryset
        themes = Algorithm.objects.values_list("pk", "category")
        return queryset.filter(pk__in=[pk for pk, chosen in themes if self.value() in chosen])


class DepartmentChoice(forms.ModelChoiceField):
    def label_from_instance(self, department: Department) -> str:
        return f"{department.organization}: {department.path}"


# -- the record --------------------------------------------------------------------------------------------------------


def _fieldsets() -> list:
    """Return the standard's sections in order; a text that exists per language has its English beside it."""
    return [
        (
            standard.in_active_language(section.title),
            {
                "fields": [
                    (field.key, english(field.key)) if field.translated else field.key
                    for field in section.fields
                    if field.kind is not Kind.ROWS
                ],
                "description": standard.in_active_language(section.intro),
                "classes": [section_class(section.slug)],
            },
        )
        for section in SECTIONS
    ]


@admin.register(Algorithm)
class AlgorithmAdmin(PublishingMixin, admin.ModelAdmin):
    form = AlgorithmForm
    fieldsets = _fieldsets()
    inlines = INLINES  # type: ignore[assignment]
    list_display = ["name_or_none", "state", "organization", "department", "status", "updated_at", "lars"]
    list_filter = [StateFilter, "status", ThemeFilter, "organization", "department"]
    list_select_related = ["organization", "department"]
    search_fields = ["name", "lars", "organization__name", "source_id"]
    search_help_text = gettext_lazy("Zoek op naam, Algoritme-ID, organisatie of Bron-ID.")
    list_per_page = 50
    save_on_top = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Algorithm]:
        return with_state(super().get_queryset(request))

    @admin.display(description=standard.in_active_language(FIELDS["name"].label), ordering="name")
    def name_or_none(self, algorithm: Algorithm) -> str:
        return str(algorithm)

    @admin.display(description=gettext_lazy("stand"), ordering="state")
    def state(self, algorithm: Any) -> str:
        return words_of(algorithm.state, algorithm.public_version)

    def get_actions(self, request: HttpRequest) -> dict:
        """Leave out deletion of a selection: a published record may never go with the rest."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def has_delete_permission(self, request: HttpRequest, obj: Algorithm | None = None) -> bool:
        """A record that was ever public can only be withdrawn: its versions stay."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and not (obj is not None and obj.pk and policy.was_ever_public(obj))

    def get_inlines(self, request: HttpRequest, obj: Algorithm | None) -> list:
        """Show what an import kept aside only where there is any."""
        has_legacy = obj is not None and obj.legacy.exists()
        return [inline for inline in self.inlines if inline.key != "legacy" or has_legacy]

    def formfield_for_foreignkey(self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["help_text"] = fields.field_help(FIELDS[db_field.name])
        if db_field.name == "department":
            kwargs["form_class"] = DepartmentChoice
            kwargs["queryset"] = Department.objects.select_related("organization")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer to add an organisation or department here; changing and deleting one is for its own page."""
        box = super().formfield_for_dbfield(db_field, request, **kwargs)
        if box is not None and isinstance(db_field, models.ForeignKey):
            box.widget.can_change_related = box.widget.can_delete_related = box.widget.can_view_related = False
        return box

    def save_model(self, request: HttpRequest, obj: Algorithm, form: Any, change: bool) -> None:
        if not change or form.changed_data:  # saving nothing is no edit, and leaves "bewerkt" as it was
            obj.save()
        form.save_translation()

    def save_related(self, request: HttpRequest, form: Any, formsets: list, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        algorithm = form.instance
        if change and not form.changed_data and any(formset.has_changed() for formset in formsets):
            algorithm.save(update_fields=["updated_at"])
        self._warn(request, Algorithm.objects.get(pk=algorithm.pk))

    def _warn(self, request: HttpRequest, algorithm: Algorithm) -> None:
        warnings = Standing.of(algorithm).warnings
        for problem in warnings[:MOST_WARNINGS]:
            messages.warning(request, str(problem))
        if len(warnings) > MOST_WARNINGS:
            messages.warning(request, _("En nog %s opmerkingen.") % (len(warnings) - MOST_WARNINGS))

    def render_change_form(self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any) -> HttpResponse:
        algorithm = kwargs.get("obj")
        if algorithm is not None:
            # As stored: `algorithm` may hold what was typed and refused.
            context["standing"] = Standing.of(Algorithm.objects.get(pk=algorithm.pk))
            context["has_publish_permission"] = self.has_publish_permission(request, algorithm)
        return super().render_change_form(request, context, *args, **kwargs)


def _shown_english(key: str) -> Any:
    """Return the column that shows an English text to someone who may only read."""

    @admin.display(description=standard.in_active_language(fields.english_label(FIELDS[key].label)))
    def shown(self: AlgorithmAdmin, algorithm: Algorithm) -> str:
        stored = AlgorithmTranslation.objects.filter(algorithm=algorithm.pk, lang=ENGLISH).values_list(key, flat=True)
        return next(iter(stored), "")

    return shown


for _key in TRANSLATED:
    setattr(AlgorithmAdmin, english(_key), _shown_english(_key))
