"""People: who works here, the roles they hold, and what happens when they forget, lose or leave.

An account is made by inviting somebody, and never removed: the log and the history of drafts name it. Managers do not
see Django's own permissions and never touch an account of the system's own keepers (superusers).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from algorithms import drafts, mail, policy
from algorithms.accounts import gate, handover, invitations, names, sessions
from algorithms.admin.fields import refuse_forbidden_character
from algorithms.admin.register import RegisterForm
from algorithms.admin.rights import ByPolicy
from algorithms.models import Algorithm, Department, Organization, Role

PLACES = (Role.Kind.AUTHOR, Role.Kind.APPROVER)  # roles that are held somewhere


class PersonForm(RegisterForm):
    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email")
        labels = {
            "username": gettext_lazy("Gebruikersnaam"),
            "first_name": gettext_lazy("Voornaam"),
            "last_name": gettext_lazy("Achternaam"),
            "email": gettext_lazy("E-mailadres"),
        }
        help_texts = {
            "username": gettext_lazy("Hiermee, of met het e-mailadres, meldt deze persoon zich aan."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "email" in self.fields:  # not for who only reads
            self.fields["email"].required = True

    def _others(self, **same: str) -> bool:
        return User.objects.filter(**same).exclude(pk=self.instance.pk).exists()

    def _name(self, field: str) -> str:
        refuse_forbidden_character(self.cleaned_data[field])
        return names.tidy(self.cleaned_data[field])

    def clean_first_name(self) -> str:
        return self._name("first_name")

    def clean_last_name(self) -> str:
        return self._name("last_name")

    def clean_username(self) -> str:
        name = self.cleaned_data["username"]
        if self._others(username__iexact=name) or self._others(email__iexact=name):  # one logs in with either
            raise ValidationError(_("Deze gebruikersnaam is al van een ander account."))
        return name

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()  # as the log-in looks it up
        if self._others(email__iexact=email) or self._others(username__iexact=email):
            raise ValidationError(
                _("Dit e-mailadres is al van een ander account. Ieder account heeft een eigen adres.")
            )
        return email


class RoleForm(forms.ModelForm):
    class Meta:
        model = Role
        fields = ("kind", "organization", "department")

    def clean(self) -> dict:
        given = super().clean() or self.cleaned_data
        kind, organization, department = (given.get(name) for name in ("kind", "organization", "department"))
        if kind in PLACES and not (organization or department) and "organization" not in self.errors:
            self.add_error("organization", _("Kies de organisatie waarvoor deze rol geldt."))
        if kind != Role.Kind.AUTHOR and department:
            self.add_error("department", _("Alleen een auteur hoort bij een afdeling. Laat dit leeg."))
        if kind and kind not in PLACES and organization:
            self.add_error("organization", _("Deze rol geldt voor het hele register. Laat dit leeg."))
        return given


class Roles(BaseInlineFormSet):
    """The roles a manager gave. `by` is the manager."""

    by: User

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        kept: set[tuple] = set()
        for form in self.forms:
            given = form.cleaned_data
            if not given or given.get("DELETE"):
                continue
            department = given["department"]
            organization = department.organization if department else given["organization"]
            role = (given["kind"], organization, department)
            if role in kept:
                form.add_error("kind", _("Deze rol staat er al."))
            kept.add(role)
        if self.instance.pk != self.by.pk or self.by.is_superuser:
            return
        claimed = Role.objects.filter(user=self.instance, source=Role.Source.CLAIM, kind=Role.Kind.MANAGER)
        if Role.Kind.MANAGER not in {kind for kind, *_place in kept} and not claimed.exists():
            raise ValidationError(_("U kunt uw eigen rol van registerbeheerder niet weghalen. Vraag een collega."))


class DepartmentChoice(forms.ModelChoiceField):
    def label_from_instance(self, department: Any) -> str:
        return f"{department.organization}: {department}"


class RoleInline(ByPolicy, admin.StackedInline):
    model = Role
    form = RoleForm
    formset = Roles
    extra = 0
    verbose_name_plural = gettext_lazy("Rollen")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Role]:
        roles = super().get_queryset(request).filter(source=Role.Source.HAND)
        return roles.select_related("organization", "department__organization")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return type("Roles", (super().get_formset(request, obj, **kwargs),), {"by": request.user})

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 0 if obj else 1

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "department":
            kwargs["form_class"] = DepartmentChoice
            kwargs["queryset"] = Department.objects.select_related("organization").order_by(
                "organization__name", "path"
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """A plain list, without buttons to add or change an organisation from here."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def _may(self, request: HttpRequest, account: Any) -> bool:
        return account is None or policy.may_keep_account(request.user, account)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request) and self._may(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request) and self._may(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request) and self._may(request, obj)


class HasRole(admin.SimpleListFilter):
    title = gettext_lazy("rol")
    parameter_name = "rol"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*Role.Kind.choices, ("geen", _("geen rol"))]

    def queryset(self, request: HttpRequest, people: QuerySet[User]) -> QuerySet[User]:
        roles = Role.objects.filter(user=OuterRef("pk"))
        if self.value() == "geen":
            return people.filter(~Exists(roles))
        return people.filter(Exists(roles.filter(kind=self.value()))) if self.value() else people


class AtOrganization(admin.SimpleListFilter):
    title = gettext_lazy("organisatie")
    parameter_name = "organisatie"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(Organization.objects.filter(roles__isnull=False).distinct().values_list("slug", "name"))

    def queryset(self, request: HttpRequest, people: QuerySet[User]) -> QuerySet[User]:
        roles = Role.objects.filter(user=OuterRef("pk"), organization__slug=self.value())
        return people.filter(Exists(roles)) if self.value() else people


class Reason(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reden"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=gettext_lazy("Komt in de geschiedenis van dit account."),
    )


class HandOver(Reason):
    """One choice for all records, and one for each that goes to somebody else."""

    NOBODY = "0"

    def __init__(self, records: list[Algorithm], candidates: dict[int, list[User]], *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.records, self.candidates = records, candidates
        everyone = {person.pk: person for people in candidates.values() for person in people}
        names = sorted(everyone.values(), key=lambda person: self._name(person).casefold())
        if records:
            self.fields["everything"] = forms.ChoiceField(
                label=_("Alles naar"),
                required=False,
                choices=[("", _("kies per algoritme")), *((str(p.pk), self._name(p)) for p in names)],
                help_text=_(
                    "Geldt voor elk algoritme dat deze persoon mag schrijven en waarbij u hieronder niets kiest."
                ),
            )
        for record in records:
            people = [(str(person.pk), self._name(person)) for person in candidates[record.pk]]
            self.fields[f"record_{record.pk}"] = forms.ChoiceField(
                label=str(record),
                required=False,
                choices=[("", _("zoals hierboven")), *people, (self.NOBODY, _("niemand: zonder eigenaar"))],
                help_text=str(record.department or record.organization),
            )
        self.order_fields(["everything", *(f"record_{record.pk}" for record in records), "reason"])

    @staticmethod
    def _name(person: User) -> str:
        return (
            f"{drafts.name_of(person)} ({person.get_username()})" if person.get_full_name() else person.get_username()
        )

    def clean(self) -> dict:
        given = super().clean() or self.cleaned_data
        self.to: dict[int, User | None] = {}
        for record in self.records:
            name = f"record_{record.pk}"
            wanted = given.get(name) or given.get("everything") or ""
            people = {str(person.pk): person for person in self.candidates[record.pk]}
            if wanted in people or wanted == self.NOBODY:
                self.to[record.pk] = people.get(wanted)
            elif name not in self.errors:
                self.add_error(name, _("Kies wie dit algoritme overneemt, of 'niemand'."))
        return given


@dataclass(frozen=True)
class Step:
    """Something a manager does to an account on a page of its own, with a reason."""

    title: Any
    what: Any
    button: Any
    possible: Callable[[HttpRequest, User], bool]
    do: Callable[[HttpRequest, User, str], str]  # returns what to tell


def _by(request: HttpRequest) -> User:
    """Return who asks; the site let nobody in who is not known."""
    assert isinstance(request.user, User)  # noqa: S101 for the type checker
    return request.user


def _is_other(request: HttpRequest, person: User) -> bool:
    return person.pk != request.user.pk


def _take_second_factor(request: HttpRequest, person: User, reason: str) -> str:
    Authenticator.objects.filter(user=person).delete()
    sessions.end(person)
    mail.send([person], "account_second_factor_removed", {"user": person, "by": request.user, "reason": reason})
    return _("De tweede stap is weggehaald. Bij de volgende keer aanmelden wordt een nieuwe ingesteld.")


def _activate(request: HttpRequest, person: User, reason: str) -> str:
    person.is_active = True
    person.save(update_fields=["is_active"])
    return _("Het account is weer actief. Geef het hieronder een rol.")


def _invite(request: HttpRequest, person: User, reason: str) -> str:
    invitations.send(request, person)
    return _("De uitnodiging is opnieuw verstuurd aan %s.") % person.email


STEPS = {
    "uitnodigen": Step(
        gettext_lazy("Opnieuw uitnodigen"),
        gettext_lazy("Deze persoon krijgt een nieuwe mail met een link om een wachtwoord te kiezen."),
        gettext_lazy("Opnieuw uitnodigen"),
        lambda request, person: invitations.is_open(person) and bool(person.email),
        _invite,
    ),
    "tweede-stap-weghalen": Step(
        gettext_lazy("Tweede stap weghalen"),
        gettext_lazy(
            "Voor wie zijn telefoon of sleutel kwijt is. Ga na dat u met deze persoon zelf spreekt. De persoon wordt "
            "overal afgemeld, krijgt er een mail over en stelt bij het aanmelden een nieuwe tweede stap in."
        ),
        gettext_lazy("Tweede stap weghalen"),
        lambda request, person: _is_other(request, person) and Authenticator.objects.filter(user=person).exists(),
        _take_second_factor,
    ),
    "activeren": Step(
        gettext_lazy("Weer activeren"),
        gettext_lazy("Deze persoon kan zich daarna weer aanmelden. Rollen geeft u daarna opnieuw."),
        gettext_lazy("Weer activeren"),
        lambda request, person: not person.is_active,
        _activate,
    ),
}


@admin.register(User)
class PersonAdmin(ByPolicy, admin.ModelAdmin):
    form = PersonForm
    inlines = [RoleInline]
    list_display = ["username", "whole_name", "email", "roles", "last_login", "is_active", "second_factor"]
    list_filter = ["is_active", HasRole, AtOrganization]
    search_fields = ["username", "first_name", "last_name", "email"]
    search_help_text = gettext_lazy("Zoek op naam, gebruikersnaam of e-mailadres.")
    ordering = ["username"]
    actions = None

    # -- who may -------------------------------------------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = super().has_change_permission(request, obj)
        return may and (obj is None or (policy.may_keep_account(request.user, obj) and obj.is_active))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody is removed: the history names them. An account is deactivated, with its records handed over."""
        return False

    def _may_step(self, request: HttpRequest, person: User) -> bool:
        return policy.may_keep(request.user, User) and policy.may_keep_account(request.user, person)

    def _may_deactivate(self, request: HttpRequest, person: User) -> bool:
        return self._may_step(request, person) and person.is_active and _is_other(request, person)

    # -- what is shown -------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        roles = Role.objects.select_related("organization", "department")
        factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=gate.SECOND)
        people = super().get_queryset(request).prefetch_related(Prefetch("register_roles", roles))
        return people.annotate(has_factor=Exists(factors))

    @admin.display(description=gettext_lazy("naam"), ordering="last_name")
    def whole_name(self, person: User) -> str:
        return person.get_full_name()

    @admin.display(description=gettext_lazy("rollen"))
    def roles(self, person: User) -> str:
        told = [str(role) for role in person.register_roles.all()]
        return "; ".join([_("mag alles"), *told] if person.is_superuser else told)

    @admin.display(description=gettext_lazy("tweede stap"), boolean=True)
    def second_factor(self, person: User) -> bool:
        return person.has_factor  # type: ignore[attr-defined]

    @admin.display(description=gettext_lazy("rollen van de aanmelddienst"))
    def claimed_roles(self, person: User) -> str:
        rows = [str(role) for role in person.register_roles.all() if role.source == Role.Source.CLAIM]
        return format_html_join("; ", "{}", ((row,) for row in rows)) or "–"

    @admin.display(description=gettext_lazy("aanmelden"))
    def way_in(self, person: User) -> str:
        if not person.is_active:
            return _("gedeactiveerd")
        if SocialAccount.objects.filter(user=person).exists():
            return _("met het account van de organisatie")
        if invitations.is_open(person):
            return _("uitgenodigd, koos nog geen wachtwoord")
        return _("met een wachtwoord")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets: list = [(None, {"fields": ["username", "first_name", "last_name", "email"]})]
        if obj:
            seen = ["way_in", "second_factor", "last_login", "claimed_roles"]
            fieldsets.append((_("Account"), {"fields": seen}))
        return fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["way_in", "second_factor", "last_login", "claimed_roles"] if obj else []

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        context = {
            "title": _("Iemand uitnodigen"),
            "subtitle": _("Deze persoon krijgt een mail met een link om een wachtwoord te kiezen."),
        }
        return super().add_view(request, form_url, context | (extra_context or {}))

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        person = self.get_object(request, object_id)
        context: dict[str, Any] = {}
        if person and self._may_step(request, person):
            steps = [
                {"title": step.title, "url": reverse(f"admin:auth_user_{name}", args=[person.pk])}
                for name, step in STEPS.items()
                if step.possible(request, person)
            ]
            if self._may_deactivate(request, person):
                steps.append(
                    {
                        "title": _("Overdragen en deactiveren"),
                        "url": reverse("admin:auth_user_overdragen", args=[person.pk]),
                    }
                )
            context["steps"] = steps
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    # -- saving --------------------------------------------------------------------------------------------------------

    def save_model(self, request: HttpRequest, person: User, form: Any, change: bool) -> None:
        if not change:
            person.set_unusable_password()
        elif "email" in form.changed_data:
            before = User(pk=person.pk, is_active=True, email=form.initial["email"])
            mail.send([before], "account_email", {"user": person, "by": request.user})
        super().save_model(request, person, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        before = self._roles_now(form.instance)
        super().save_related(request, form, formsets, change)
        after = self._roles_now(form.instance)
        request._roles_changed = [  # type: ignore[attr-defined]
            *(f"+ {role}" for role in sorted(after - before)),
            *(f"− {role}" for role in sorted(before - after)),
        ]
        if not change:
            invitations.send(request, form.instance)

    @staticmethod
    def _roles_now(person: User) -> set[str]:
        return {str(role) for role in Role.objects.filter(user=person).select_related("organization", "department")}

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """Say in words what changed: the fields, and each role given or taken."""
        told = [_("Uitgenodigd.")] if add else []
        if form.changed_data and not add:
            fields = (str(form.fields[name].label) for name in form.changed_data)
            told.append(_("Gewijzigd: %s.") % ", ".join(fields))
        if changed := getattr(request, "_roles_changed", []):
            told.append(_("Rollen: %s.") % "; ".join(changed))
        return " ".join(told) or _("Niets gewijzigd.")

    # -- pages of their own --------------------------------------------------------------------------------------------

    def get_urls(self) -> list:
        def wrapped(view: Callable, **fixed: Any) -> Callable:
            return self.admin_site.admin_view(lambda request, pk: view(request, pk, **fixed))

        steps = [
            path(f"<int:pk>/{name}/", wrapped(self.step_view, name=name), name=f"auth_user_{name}") for name in STEPS
        ]
        hand_over = path("<int:pk>/overdragen/", wrapped(self.hand_over_view), name="auth_user_overdragen")
        return [*steps, hand_over, *super().get_urls()]

    def _page(self, request: HttpRequest, person: User, template: str, **context: Any) -> HttpResponse:
        common = {"opts": self.opts, "original": person, "person": person, "media": self.media}
        return TemplateResponse(
            request, f"admin/auth/user/{template}.html", self.admin_site.each_context(request) | common | context
        )

    def _back(self, person: User) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:auth_user_change", args=[person.pk]))

    def step_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        person, step = get_object_or_404(User, pk=pk), STEPS[name]
        if not self._may_step(request, person):
            raise PermissionDenied
        if not step.possible(request, person):
            messages.warning(request, _("Dat kan nu niet bij dit account."))
            return self._back(person)
        form = Reason(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            with transaction.atomic():
                told = step.do(request, person, reason)
                note = _("%(step)s. Reden: %(reason)s") % {"step": step.title, "reason": reason}
                LogEntry.objects.log_actions(_by(request).pk, [person], CHANGE, note, single_object=True)
            messages.success(request, told)
            return self._back(person)
        return self._page(request, person, "step", form=form, step=step, title=step.title, button=step.button)

    def hand_over_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = get_object_or_404(User, pk=pk)
        if not self._may_deactivate(request, person):
            raise PermissionDenied
        records = list(handover.records_of(person))
        form = HandOver(
            records, handover.successors(records, person), request.POST if request.method == "POST" else None
        )
        if request.method == "POST" and form.is_valid():
            try:
                handover.hand_over(person, form.to, by=_by(request), reason=form.cleaned_data["reason"])
            except handover.Changed:
                messages.error(request, _("De algoritmes van deze persoon zijn intussen gewijzigd. Kijk opnieuw."))
                return HttpResponseRedirect(request.path)
            messages.success(request, _("Overgedragen. Het account van %s is gedeactiveerd.") % drafts.name_of(person))
            return self._back(person)
        return self._page(
            request, person, "hand_over", form=form, title=_("Overdragen en deactiveren"), records=records,
            button=_("Overdragen en deactiveren"),
            open_work=list(handover.open_work_of(person)),
        )  # fmt: skip
