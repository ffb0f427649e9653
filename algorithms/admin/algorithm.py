"""Records: one page per record in the order of the standard, English beside Dutch, rows below their section."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from algorithms import care, drafts, hints, policy, standard
from algorithms import document as documents
from algorithms.admin import conflict, fields, tools
from algorithms.admin.beginning import BeginningMixin
from algorithms.admin.conflict import Conflict
from algorithms.admin.forms import AlgorithmForm, RowFormSet, english
from algorithms.admin.history import HistoryMixin
from algorithms.admin.list_filters import CompletenessFilter, ReviewFilter, StateFilter, ThemeFilter, WaitingFilter
from algorithms.admin.listing import ListActions
from algorithms.admin.marks import mark
from algorithms.admin.not_saved import not_saved
from algorithms.admin.preview import PreviewMixin
from algorithms.admin.rows import INLINES, refused, section_class
from algorithms.admin.verbs import WorkflowMixin
from algorithms.document import difference
from algorithms.document.form import ENGLISH
from algorithms.models import Algorithm, AlgorithmTranslation, Department, Event
from algorithms.policy import Verb
from algorithms.standard import FIELDS, SECTIONS, TRANSLATED, Kind
from algorithms.standing import Standing, with_state, words_of

MOST_WARNINGS = 8  # messages after one save; the rest is counted


class PersonChoice(forms.ModelChoiceField):
    def label_from_instance(self, user: Any) -> str:
        return drafts.name_of(user)


class DepartmentChoice(forms.ModelChoiceField):
    def label_from_instance(self, department: Department) -> str:
        return f"{department.organization}: {department.path}"


# -- the record --------------------------------------------------------------------------------------------------------

READABLE = [key for key, field in FIELDS.items() if field.kind in (Kind.RICH, Kind.CHOICES)]


def readable(key: str) -> str:
    """Return the name of the column that shows a field to who may only read."""
    return f"{key}_to_read" if key in READABLE else key


KEEPING = "beheer"  # the section that is no part of the standard and never published


def _fieldsets() -> list:
    """Return the standard's sections in order; a text that exists per language has its English beside it."""
    sections = [
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
    own = {
        "fields": ["owner", "review_date"],
        "description": gettext_lazy("Afspraken over dit algoritme. Ze worden niet openbaar."),
        "classes": [section_class(KEEPING)],
    }
    return [*sections, (gettext_lazy("Zorg na publicatie"), own)]


@admin.register(Algorithm)
class AlgorithmAdmin(PreviewMixin, HistoryMixin, BeginningMixin, WorkflowMixin, ListActions, admin.ModelAdmin):
    form = AlgorithmForm
    fieldsets = _fieldsets()
    inlines = INLINES  # type: ignore[assignment]
    list_display = ["name_or_none", "state", "place", "completeness_shown", "review_date", "edited", "lars"]
    list_filter = [
        StateFilter,
        WaitingFilter,
        ReviewFilter,
        CompletenessFilter,
        ("department", admin.RelatedOnlyFieldListFilter),
        ("organization", admin.RelatedOnlyFieldListFilter),
        "status",
        ThemeFilter,
    ]
    list_select_related = ["organization", "department"]
    search_fields = ["name", "description_short", "lars", "organization__name", "department__path", "source_id", "tags"]
    search_help_text = gettext_lazy("Zoek op naam, omschrijving, Algoritme-ID, organisatie, afdeling of Bron-ID.")
    list_per_page = 50
    save_on_top = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Algorithm]:
        return with_state(policy.visible(request.user, super().get_queryset(request)))

    @admin.display(description=standard.in_active_language(FIELDS["name"].label), ordering="name")
    def name_or_none(self, algorithm: Algorithm) -> str:
        return str(algorithm)

    @admin.display(description=gettext_lazy("stand"), ordering="state")
    def state(self, algorithm: Any) -> str:
        return words_of(algorithm.state, algorithm.public_version)

    @admin.display(description=gettext_lazy("afdeling"), ordering="department__path")
    def place(self, algorithm: Algorithm) -> str:
        return (
            f"{algorithm.organization}: {algorithm.department}" if algorithm.department else f"{algorithm.organization}"
        )

    @admin.display(description=gettext_lazy("bewerkt"), ordering="updated_at")
    def edited(self, algorithm: Algorithm) -> str:
        return date_format(timezone.localtime(algorithm.updated_at))

    @admin.display(description=gettext_lazy("volledig"), ordering="completeness")
    def completeness_shown(self, algorithm: Algorithm) -> str:
        return f"{algorithm.completeness} %"

    def get_actions(self, request: HttpRequest) -> dict:
        """Leave out deletion of a selection: a published record may never go with the rest."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    # -- rights: all from policy ---------------------------------------------------------------------------------------

    def has_module_permission(self, request: HttpRequest) -> bool:
        return policy.may_enter(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Algorithm | None = None) -> bool:
        return policy.has_role(request.user, Verb.VIEW, obj) if obj else policy.may_enter(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return policy.may_add(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Algorithm | None = None) -> bool:
        if obj and refused(request):  # the form comes back with what was typed, and saves nothing
            return policy.has_role(request.user, Verb.EDIT, obj)
        return policy.may(request.user, Verb.EDIT, obj) if obj else policy.may_add(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Algorithm | None = None) -> bool:
        """A record that was ever public can only be withdrawn: its versions stay."""
        return obj is not None and policy.may(request.user, Verb.DELETE, obj)

    # -- the form ------------------------------------------------------------------------------------------------------

    def get_inlines(self, request: HttpRequest, obj: Algorithm | None) -> list:
        """Show what an import kept aside only where there is any."""
        has_legacy = obj is not None and obj.legacy.exists()
        return [inline for inline in self.inlines if inline.key != "legacy" or has_legacy]

    def get_form(self, request: HttpRequest, obj: Algorithm | None = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.user = request.user
        form.conflict, form.refused = _conflict_of(request), refused(request)
        return form

    def formfield_for_foreignkey(self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in FIELDS:
            kwargs["help_text"] = fields.field_help(FIELDS[db_field.name])
        if db_field.name == "department":
            kwargs["form_class"] = DepartmentChoice
            kwargs["queryset"] = Department.objects.select_related("organization")
        if db_field.name == "owner":
            kwargs["form_class"] = PersonChoice
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer to add an organisation or department here; changing and deleting one is for its own page."""
        box = super().formfield_for_dbfield(db_field, request, **kwargs)
        if box is not None and isinstance(db_field, models.ForeignKey):
            box.widget.can_change_related = box.widget.can_delete_related = box.widget.can_view_related = False
            if db_field.name == "owner":
                box.widget.can_add_related = False
        return box

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        try:
            return self._posted(request, object_id, form_url, extra_context)
        except IntegrityError:
            # Someone else took the same Bron-ID between our check and our save: now the check sees it and says so.
            return self._posted(request, object_id, form_url, extra_context)

    @transaction.atomic
    def _posted(self, request: HttpRequest, object_id: str | None, form_url: str, extra_context: Any) -> Any:
        if object_id and (lost := self._take_in(request, object_id)):
            return lost
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _take_in(self, request: Any, object_id: str) -> HttpResponse | None:
        """Lock the draft that is about to be saved, and merge what was posted with what others did meanwhile.

        Returns the page that gives back what was typed when there is no draft to save, or none for this person. Who may
        write but not at this moment (it was offered since the form was opened) gets the form itself, with `refused`.
        """
        algorithm = self.get_object(request, unquote(object_id))
        try:
            draft = drafts.lock(algorithm.pk) if algorithm else None
        except Algorithm.DoesNotExist:  # deleted while we waited for it
            draft = None
        if draft is None:
            why = _("Dit algoritme is er niet meer, of u hebt er geen rol meer bij.")
            return not_saved(self, request, why, status=404)
        if not policy.has_role(request.user, Verb.EDIT, draft):
            return not_saved(self, request, policy.why_not(request.user, Verb.EDIT, draft), status=403)
        request.refused = policy.not_now(Verb.EDIT, draft)
        request.POST, request.conflict = conflict.merge(request.POST, draft, request.user)
        request.draft_before = documents.build(draft)
        request.edited_before = draft.updated_at
        return None

    def save_model(self, request: HttpRequest, obj: Algorithm, form: Any, change: bool) -> None:
        if not change:
            obj.owner = obj.owner or request.user  # type: ignore[assignment]
        if not change or form.changed_data:
            obj.save()
        form.save_translation()

    def save_related(self, request: HttpRequest, form: Any, formsets: list, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        algorithm = form.instance
        before = getattr(request, "draft_before", None) if change else None
        event = drafts.saved(
            algorithm,
            before,
            by=request.user,  # type: ignore[arg-type]
            verb=Event.Verb.EDIT if change else Event.Verb.CREATE,
            confirmed=_confirmed(request, formsets),
        )
        if event is None and change:  # saving nothing is no edit, and leaves "bewerkt" as it was
            Algorithm.objects.filter(pk=algorithm.pk).update(updated_at=request.edited_before)  # type: ignore[attr-defined]
        if change and "owner" in form.changed_data:
            note = _("Nieuwe eigenaar: %s.") % (drafts.name_of(algorithm.owner) or _("niemand"))
            drafts.event(algorithm, Event.Verb.HAND_OVER, request.user, note)  # type: ignore[arg-type]
        for label, taken in fields.taken_out(form):
            messages.warning(
                request, _("%(label)s: weggehaald is %(what)s.") % {"label": label, "what": ", ".join(taken)}
            )
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
            stored = Algorithm.objects.select_related("edited_by", "owner", "planned_by").get(pk=algorithm.pk)
            standing = Standing.of(stored)
            equal = drafts.equal_paragraphs(stored, standing.draft, policy.visible(request.user))
            found = hints.hints(standing.draft, equal)
            changes = difference(standing.public, standing.draft) if standing.public else []
            clash = _conflict_of(request)
            mark(
                context["adminform"].form,
                context["inline_admin_formsets"],
                changes=changes,
                version=standing.version,
                stale=documents.stale_places(standing.draft, stored.stale_english),
                hints=found,
                conflict=clash,
                confirmed=set(request.POST.getlist("english_holds")),
            )
            context |= {
                "standing": standing,
                "stored": stored,
                "steps": self.steps_for(request, stored, standing),
                "hints": [hint for hint in found if hint.rule != "empty"],  # those stand in "nog nodig" already
                "completeness": hints.completeness(standing.draft),
                "readability": hints.readability_of(standing.draft),
                "changes": changes,
                "conflict": clash,
                "sent_back": _sent_back(stored),
                "care": care.care_of(stored),
                "tools": tools.of_record(request.user, stored),
                "why_not_edit": policy.not_now(Verb.EDIT, stored),
            }
        else:
            context["tools"] = tools.of_list(request.user)[:1]  # to begin with a template instead
        response = super().render_change_form(request, context, *args, **kwargs)
        # A browser that goes back would put old texts in boxes beside a new revision, and so save over a colleague's.
        response.add_post_render_callback(_without_memory)  # type: ignore[attr-defined]
        return response

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"tools": tools.of_list(request.user), **(extra_context or {})})


def _sent_back(algorithm: Algorithm) -> Event | None:
    """Return why a concept came back, until it is offered again."""
    steps = (Event.Verb.SUBMIT, Event.Verb.RECALL, Event.Verb.SEND_BACK, Event.Verb.PUBLISH, Event.Verb.PLAN)
    last = algorithm.events.filter(verb__in=steps).first()
    return last if last and last.verb == Event.Verb.SEND_BACK else None


def _confirmed(request: HttpRequest, formsets: list) -> set[str]:
    """Return the places whose English still holds, as they are numbered after this save."""
    moved = {
        f"{formset.prefix}.{row.initial['order']}": f"{formset.prefix}.{row.instance.order + 1}"
        for formset in formsets
        for row in formset.initial_forms
        if isinstance(formset, RowFormSet) and row.initial.get("order")
    }
    confirmed = set()
    for place in request.POST.getlist("english_holds"):
        row, dot, column = place.rpartition(".")
        confirmed.add(f"{moved.get(row, row)}{dot}{column}")
    return confirmed


def _without_memory(response: Any) -> None:
    tag = b'id="algorithm_form"'
    response.content = response.content.replace(tag, tag + b' autocomplete="off"', 1)


def _to_read(line: Any) -> Any:
    return tuple(readable(name) for name in line) if isinstance(line, tuple) else readable(line)


def _conflict_of(request: HttpRequest) -> Conflict | None:
    return getattr(request, "conflict", None)


# -- for who may only read ---------------------------------------------------------------------------------------------


def _shown(key: str, label: Any, lang: str = "") -> Any:
    """Return the column that shows a text or the themes as one reads them, instead of their markup."""

    @admin.display(description=label)
    def shown(self: AlgorithmAdmin, algorithm: Algorithm) -> SafeString | str:
        if lang:
            stored = AlgorithmTranslation.objects.filter(algorithm=algorithm.pk, lang=ENGLISH)
            value: Any = next(iter(stored.values_list(key, flat=True)), "")
        else:
            value = getattr(algorithm, key)
        if isinstance(value, list):
            return ", ".join(standard.label_of(FIELDS[key].choices, item) for item in value)
        if FIELDS[key].kind is not Kind.RICH:
            return value
        # Cleaned before it was stored (algorithms.richtext).
        return format_html('<div class="reading" lang="{}">{}</div>', lang or "nl", mark_safe(value))  # noqa: S308

    return shown


for _key in TRANSLATED:
    _label = standard.in_active_language(fields.english_label(FIELDS[_key].label))
    setattr(AlgorithmAdmin, english(_key), _shown(_key, _label, "en"))
for _key in READABLE:
    setattr(AlgorithmAdmin, readable(_key), _shown(_key, standard.in_active_language(FIELDS[_key].label)))
