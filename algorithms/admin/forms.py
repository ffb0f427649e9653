"""The form of a record and of its rows: document-shaped data, checked by the one check."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Q
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from algorithms import document, policy, standard
from algorithms.admin import fields
from algorithms.document import FACTS, Problem
from algorithms.document.form import ENGLISH
from algorithms.models import ROW_MODELS, Algorithm, AlgorithmTranslation, Party, PartyRole, Reference
from algorithms.policy import Verb
from algorithms.standard import FIELDS, TRANSLATED, Column, Kind

# Columns in which an earlier or usual value is offered, but any other may be typed.
SUGGESTED = (("parties", "name"), ("impacttoetsen_grouping", "title"))


def english(key: str) -> str:
    """Return the name of the form field with the English of a Dutch text."""
    return f"{key}_en"


def message(problem: Problem) -> str:
    return f"{problem.why} {problem.cure}".strip()


class _RecordForm(forms.ModelForm):
    """Facts and Dutch texts of a record, and beside each Dutch text its English.

    The admin sets `user`, who writes: only their organisations and departments can be chosen; `conflict`, what others
    did since the form was opened; and `refused`, why the draft is not to be written in now. With one of these two
    nothing is saved.
    """

    user: Any
    conflict: Any = None
    refused = ""

    revision = forms.CharField(required=False, widget=forms.HiddenInput)  # `conflict.merge` reads it

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.initial["revision"] = str(self.instance.revision)
        self._offer_places()
        stored = self.translation()
        for key in TRANSLATED:
            self.initial.setdefault(english(key), getattr(stored, key))

    def _offer_places(self) -> None:
        """Offer the organisations, departments and owners within this person's reach, and what is chosen already."""
        here = self.instance
        for name, offered, chosen in (
            ("organization", policy.organizations_to_write_in(self.user), here.organization_id),
            ("department", policy.departments_to_write_in(self.user), here.department_id),
        ):
            if name not in self.fields:  # someone who may only read
                continue
            box: Any = self.fields[name]
            box.queryset = rows = box.queryset.filter(Q(pk__in=offered.values("pk")) | Q(pk=chosen))
            if not here.pk and len(only := list(rows[:2])) == 1:
                self.initial.setdefault(name, only[0].pk)
        if "owner" in self.fields:
            self.fields["owner"].show_hidden_initial = True  # for `conflict.merge`, as with review_date
            owner: Any = self.fields["owner"]
            owner.queryset = policy.possible_owners(here if here.pk else None, self.user)

    def translation(self) -> AlgorithmTranslation:
        """Return the English texts as stored, or new ones."""
        stored = self.instance.translations.filter(lang=ENGLISH).first() if self.instance.pk else None
        return stored or AlgorithmTranslation(lang=ENGLISH)

    def clean(self) -> dict:
        given = super().clean() or self.cleaned_data
        self._check_department(given)
        self._check_place(given)
        self._check_source_id(given)
        self._check_owner(given)
        if self.refused:
            told = _("Er is niets opgeslagen, en u bent niets kwijt: wat u typte staat nog in het formulier.")
            self.add_error(None, f"{self.refused} {told}")
        if self.conflict:
            self.add_error(None, _moved_on(self.conflict.is_own))
        data = {key: given[key] for key in (*FACTS, *TRANSLATED) if key in given}
        data["translations"] = {ENGLISH: {key: given[english(key)] for key in TRANSLATED if english(key) in given}}
        data = document.clean(data)
        translated = data.pop("translations")
        given |= data
        if "category" in given:
            given["category"] = _in_stored_order(given["category"], self.instance.category)
        for problem in document.blocking(document.problems(data | {"translations": translated})):
            key, _dot, lang = problem.key.partition(".")
            name = english(key) if lang == ENGLISH else key
            self.add_error(name if name in self.fields else None, message(problem))
        return given

    def _check_department(self, given: dict) -> None:
        organization, department = given.get("organization"), given.get("department")
        if organization and department and department.organization_id != organization.pk:
            why = _("Deze afdeling hoort bij %(other)s, niet bij %(organization)s. Kies een andere afdeling.")
            self.add_error("department", why % {"other": department.organization, "organization": organization})

    def _check_place(self, given: dict) -> None:
        organization, department = given.get("organization"), given.get("department")
        if organization and not policy.may_write_in(self.user, organization, department):
            name = "department" if not department else "organization"
            self.add_error(name, _("U schrijft niet voor deze plek. Kies een afdeling waarvoor u schrijft."))

    def _check_source_id(self, given: dict) -> None:
        organization, source_id = given.get("organization"), given.get("source_id")
        if not (organization and source_id):
            return
        same = Algorithm.objects.filter(organization=organization, source_id=source_id).exclude(pk=self.instance.pk)
        if (other := same.first()) is None:
            return
        if policy.has_role(self.user, Verb.VIEW, other):
            why = _("'%(other)s' van deze organisatie heeft dit Bron-ID al. Geef een ander Bron-ID of laat het leeg.")
            self.add_error("source_id", why % {"other": other})
        else:
            why = _("Een ander algoritme van deze organisatie heeft dit Bron-ID al. Geef een ander of laat het leeg.")
            self.add_error("source_id", why)

    def _check_owner(self, given: dict) -> None:
        owner, organization = given.get("owner"), given.get("organization")
        if not owner or not organization or owner.pk == self.instance.owner_id:
            return
        place = Algorithm(organization=organization, department=given.get("department"))
        if not policy.has_role(owner, Verb.VIEW, place):
            self.add_error("owner", _("Deze collega kan dit algoritme niet lezen. Kies iemand van deze afdeling."))

    def save_translation(self) -> None:
        """Store the English texts; to be called once the record itself is stored."""
        translation = self.translation()
        translation.algorithm = self.instance
        for key in TRANSLATED:
            if english(key) in self.cleaned_data:
                setattr(translation, key, self.cleaned_data[english(key)])
        if translation.pk or any(getattr(translation, key) for key in TRANSLATED):
            translation.save()


def _moved_on(is_own: bool) -> str:
    if is_own:
        who = _("U hebt dit algoritme intussen zelf opgeslagen, in een ander venster.")
    else:
        who = _("Iemand anders heeft dit algoritme opgeslagen terwijl u schreef.")
    cure = _(
        "Wat hier staat is nog niet opgeslagen, en u bent niets kwijt. "
        "Kijk hieronder wat er is veranderd en sla daarna opnieuw op."
    )
    return f"{who} {cure}"


def _in_stored_order(chosen: list[str], stored: list[str]) -> list[str]:
    """Return the choices in the order they were stored in, new ones last: unchanged must stay unchanged."""
    return sorted(chosen, key=lambda value: stored.index(value) if value in stored else len(stored))


class _FormMeta:
    model = Algorithm
    fields = ("organization", "department", *FACTS, *TRANSLATED, "owner", "review_date")


AlgorithmForm = type(
    "AlgorithmForm",
    (_RecordForm,),
    {key: fields.for_field(FIELDS[key]) for key in (*FACTS, *TRANSLATED)}
    | {english(key): fields.for_english(FIELDS[key]) for key in TRANSLATED}
    | {
        "review_date": forms.DateField(
            label=gettext_lazy("Opnieuw bekijken op"),
            help_text=gettext_lazy("Wanneer iemand nagaat of alles nog klopt. Leeg: een jaar na de publicatie."),
            required=False,
            show_hidden_initial=True,
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            error_messages={"invalid": gettext_lazy("Dit is geen datum. Schrijf jjjj-mm-dd, bijvoorbeeld 2027-03-01.")},
        )
    }
    | {"Meta": _FormMeta, "__module__": __name__},
)


# -- rows --------------------------------------------------------------------------------------------------------------


class _RowForm(forms.ModelForm):
    """One row; `order` is its place as people count, from 1."""

    order = forms.IntegerField(
        label=gettext_lazy("Plaats"),
        help_text=gettext_lazy("Leeg: aan het eind."),
        required=False,
        min_value=1,
        max_value=9999,
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.initial["order"] = self.instance.order + 1 if self.instance.pk else None
        if isinstance(self.instance, PartyRole) and self.instance.pk:
            self.initial["name"] = self.instance.name

    def has_changed(self) -> bool:
        if self.instance.pk:
            return super().has_changed()
        return bool(set(self.changed_data) - {"order"})  # a place alone is no row


def row_form(key: str) -> type[forms.ModelForm]:
    """Return the form class of one row of a repeating group, with the columns the standard gives it."""
    model, columns = ROW_MODELS[key], FIELDS[key].columns
    attrs: dict[str, Any] = {
        "Meta": type("Meta", (), {"model": model, "fields": []}),
        "__module__": __name__,
    }
    for column in columns:
        suggestions = suggestions_id(key) if (key, column.key) in SUGGESTED else ""
        attrs[column.key] = fields.for_column(column, _options(key, column), suggestions)
        if column.translated:
            attrs[english(column.key)] = fields.for_english_column(column)
    return type(f"{key.title().replace('_', '')}Form", (_RowForm,), attrs)


def _options(key: str, column: Column) -> list[tuple[str, Any]]:
    """Return the permitted values of a column; the model knows those that the standard does not list."""
    if column.kind is Kind.CHOICE:
        return standard.choices(column.choices)
    try:
        return list(getattr(ROW_MODELS[key]._meta.get_field(column.key), "choices", None) or [])
    except FieldDoesNotExist:  # the name of a party
        return []


def suggestions_id(key: str) -> str:
    return f"{key}-suggestions"


class RowFormSet(BaseInlineFormSet):
    """All rows of one group (`key`): checked together, numbered from 0 in the order their places say."""

    key: str

    @classmethod
    def get_default_prefix(cls) -> str:
        return cls.key

    def deleted(self) -> list[forms.ModelForm]:
        return [form for form in self.forms if self.can_delete and form.cleaned_data.get("DELETE")]

    def kept(self) -> list[forms.ModelForm]:
        """The forms that stand for a row after saving, in the order of the page."""
        return [form for form in self.forms if form not in self.deleted() and (form.instance.pk or form.has_changed())]

    def clean(self) -> None:
        super().clean()
        kept = self.kept()
        rows, translated = [], []
        for form in kept:
            given = form.cleaned_data
            rows.append({column.key: given.get(column.key, "") for column in FIELDS[self.key].columns})
            texts = {column.key: given.get(english(column.key), "") for column in standard.translated_columns(self.key)}
            translated.append({name: text for name, text in texts.items() if text})
        data = {self.key: rows, "translations": {ENGLISH: {self.key: translated}}}
        for problem in document.blocking(document.problems(data)):
            self._show(problem, kept)

    def _show(self, problem: Problem, kept: list[forms.ModelForm]) -> None:
        """Put an error on the cell it is about: `key.2.title`, `key.2.title.eng`, or (raise) the group as a whole."""
        _key, number, column, lang = [*problem.key.split("."), "", "", ""][:4]
        if not (number.isdecimal() and column):
            raise ValidationError(message(problem))
        form = kept[int(number) - 1]
        name = english(column) if lang == ENGLISH else column
        if name not in form.errors:
            form.add_error(name, message(problem))

    def save(self, commit: bool = True) -> list:
        moved = []
        for place, form in enumerate(self._in_order()):
            row = form.instance
            if row.pk and form.initial["order"] != place + 1:
                moved.append(row)
            row.order = place
            if isinstance(row, Reference):
                row.group = self.key
            if isinstance(row, PartyRole):
                row.party = _party(form.cleaned_data["name"], form.cleaned_data["url"])
        saved = super().save(commit)
        if commit and moved:
            ROW_MODELS[self.key]._default_manager.bulk_update(moved, ["order"])
        return saved

    def _in_order(self) -> list[forms.ModelForm]:
        """Sort by the places given; a row that was moved goes before (or, moved down, after) the one standing there."""

        def place(pair: tuple[int, forms.ModelForm]) -> tuple[bool, int, int, int]:
            position, form = pair
            wanted, had = form.cleaned_data.get("order"), form.initial.get("order")
            if wanted is None:
                return (True, 0, 0, position)
            moved = -1 if had is None or wanted < had else int(wanted > had)
            return (False, wanted, moved, position)

        return [form for _position, form in sorted(enumerate(self.kept()), key=place)]


def _party(name: str, url: str) -> Party:
    """Return the party of exactly this name, a new one when there is none, as `document.apply` does."""
    party, _made = Party.objects.get_or_create(name=name, defaults={"url": url[:200]})
    return party
