"""Ways to begin a record: as a copy of another, or with a template; and templates, kept from a record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from algorithms import drafts, policy
from algorithms.admin import pages
from algorithms.admin.register import RegisterForm
from algorithms.admin.rights import ByPolicy
from algorithms.document import Document
from algorithms.models import Algorithm, Department, Organization, Template
from algorithms.policy import Verb
from algorithms.standard import FIELDS, TRANSLATIONS, Kind

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Algorithm]
else:
    Base = object

NAME_LIMIT = 100  # characters of a template's name


def contents(document: Document) -> list[str]:
    """Return in words what a template fills in, in the order of the standard."""
    words = []
    for key, field in FIELDS.items():
        value = document.get(key)
        if not value or key in ("lang", "standard_version"):
            continue
        if field.kind is Kind.ROWS:
            rows = ngettext("%(label)s (%(count)s rij)", "%(label)s (%(count)s rijen)", len(value))
            words.append(rows % {"label": field.label, "count": len(value)})
        else:
            words.append(str(field.label))
    if any(document.get("translations", {}).get(lang) for lang in TRANSLATIONS):
        words.append(_("Engelse teksten"))
    return words


# -- forms -------------------------------------------------------------------------------------------------------------


class DepartmentChoice(forms.ModelChoiceField):
    def label_from_instance(self, department: Department) -> str:
        return f"{department.organization}: {department.path}"


class PlaceForm(forms.Form):
    """Where the new record belongs: only within this person's reach."""

    organization = forms.ModelChoiceField(Organization.objects.none(), label=gettext_lazy("Organisatie"))
    department = DepartmentChoice(Department.objects.none(), label=gettext_lazy("Afdeling"), required=False)

    use_required_attribute = False

    def __init__(self, *args: Any, user: Any, like: Algorithm | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.user = user
        offered: dict[str, Any] = {
            "organization": policy.organizations_to_write_in(user),
            "department": policy.departments_to_write_in(user),
        }
        for name, rows in offered.items():
            box: Any = self.fields[name]
            box.queryset = rows
            wanted = getattr(like, f"{name}_id", None)
            if wanted and rows.filter(pk=wanted).exists():
                self.initial.setdefault(name, wanted)
            elif len(only := list(rows[:2])) == 1 and (name == "organization" or not self._writes_everywhere()):
                self.initial.setdefault(name, only[0].pk)

    def _writes_everywhere(self) -> bool:
        """Whether this person may leave the department open."""
        who = policy.holder(self.user)
        return who.is_superuser or bool(who.writes_organizations)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        organization, department = given.get("organization"), given.get("department")
        if organization is None or "department" in self.errors:
            return given
        if department and department.organization_id != organization.pk:
            why = _("Deze afdeling hoort bij %(other)s, niet bij %(organization)s. Kies een andere afdeling.")
            why %= {"other": department.organization, "organization": organization}
            self.add_error("department", why)
        elif not policy.may_write_in(self.user, organization, department):
            self.add_error("department", _("U schrijft niet voor deze plek. Kies een afdeling waarvoor u schrijft."))
        return given


class TemplateChoice(forms.ModelChoiceField):
    def label_from_instance(self, template: Template) -> SafeString:
        about = format_html("<small>{}</small>", template.about) if template.about else ""
        return format_html("<span>{} {}</span>", template.name, about)


class BeginForm(PlaceForm):
    template = TemplateChoice(
        Template.objects.none(),
        label=gettext_lazy("Sjabloon"),
        empty_label=None,
        widget=forms.RadioSelect(attrs={"class": "choices"}),
        error_messages={"required": gettext_lazy("Kies een sjabloon.")},
    )
    field_order = ["template", "organization", "department"]

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        box: Any = self.fields["template"]
        box.queryset = policy.templates(user)


class TemplateForm(RegisterForm):
    class Meta:
        model = Template
        fields = ("name", "about", "organization")
        error_messages = {"name": {"unique": gettext_lazy("Er is al een sjabloon met deze naam.")}}


# -- pages of a record -------------------------------------------------------------------------------------------------


class BeginningMixin(Base):
    """Copying a record, starting from a template and keeping a record as template."""

    def get_urls(self) -> list:
        wrap = self.admin_site.admin_view
        own = [
            path("add/sjabloon/", wrap(self.begin_view), name="algorithms_algorithm_begin"),
            path("<path:object_id>/kopie/", wrap(self.copy_view), name="algorithms_algorithm_copy"),
            path("<path:object_id>/sjabloon/", wrap(self.keep_view), name="algorithms_algorithm_keep"),
        ]
        return own + super().get_urls()

    def copy_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        algorithm = pages.record(request, object_id, Verb.COPY)
        user: Any = request.user
        form = PlaceForm(request.POST if request.method == "POST" else None, user=user, like=algorithm)
        if form.is_valid():
            made = drafts.copy(algorithm, by=user, **form.cleaned_data)
            self.log_addition(request, made, _("Kopie van %s.") % algorithm.lars)
            messages.success(request, _("De kopie is gemaakt. Pas haar hieronder aan."))
            if made.name and made.name == algorithm.name:
                why = _(
                    "Met “(kopie)” erachter werd de naam te lang, dus hij is gelijk gebleven. Kies een andere naam."
                )
                messages.warning(request, why)
            return pages.back(made)
        given = pages.frame(self, request, _("Kopiëren"), algorithm) | {"form": form}
        return TemplateResponse(request, "admin/algorithms/algorithm/copy.html", given)

    def begin_view(self, request: HttpRequest) -> HttpResponse:
        if not policy.may_add(request.user):
            raise PermissionDenied
        user: Any = request.user
        form = BeginForm(request.POST if request.method == "POST" else None, user=user)
        if form.is_valid():
            template: Template = form.cleaned_data["template"]
            made = drafts.from_template(
                template,
                by=user,
                organization=form.cleaned_data["organization"],
                department=form.cleaned_data["department"],
            )
            self.log_addition(request, made, _("Sjabloon: %s.") % template.name)
            messages.success(request, _("Het concept is gemaakt. Kijk elke tekst na: klopt die bij u?"))
            return pages.back(made)
        given = pages.frame(self, request, _("Beginnen met een sjabloon")) | {
            "form": form,
            "any_template": policy.templates(user).exists(),
        }
        return TemplateResponse(request, "admin/algorithms/algorithm/begin.html", given)

    def keep_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        algorithm = pages.record(request, object_id)
        if not policy.may_keep(request.user, Template):
            raise PermissionDenied
        document = drafts.as_template(algorithm)
        name = algorithm.name if len(algorithm.name) <= NAME_LIMIT else ""
        start = {"name": name, "organization": algorithm.organization_id}
        given = request.POST if request.method == "POST" else None
        form = TemplateForm(given, initial=start, use_required_attribute=False)
        if form.is_valid() and (template := _kept(form, document)):
            self.log_addition(request, cast(Any, template), _("Gemaakt van %s.") % algorithm.lars)
            messages.success(request, _("Het sjabloon '%s' is bewaard.") % template.name)
            return redirect(reverse("admin:algorithms_template_change", args=[template.pk]))
        context = pages.frame(self, request, _("Bewaren als sjabloon"), algorithm) | {
            "form": form,
            "contents": contents(json.loads(document)),
        }
        return TemplateResponse(request, "admin/algorithms/algorithm/keep_as_template.html", context)


def _kept(form: TemplateForm, document: str) -> Template | None:
    """Store a template; None when someone else took its name since the form was checked."""
    template: Template = form.save(commit=False)
    template.document = document
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError:
        form.add_error("name", _("Er is al een sjabloon met deze naam."))
        return None
    return template


# -- templates themselves ----------------------------------------------------------------------------------------------


@admin.register(Template)
class TemplateAdmin(ByPolicy, admin.ModelAdmin):
    """A template's texts come from a record: to change them, keep that record anew."""

    form = TemplateForm
    fields = ["name", "about", "organization", "filled"]
    readonly_fields = ["filled"]
    list_display = ["name", "about", "for_whom"]
    list_select_related = ["organization"]
    search_fields = ["name", "about"]

    def has_add_permission(self, request: HttpRequest, *_parent: Any) -> bool:
        return False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Organisations have a page of their own to be added and changed."""
        box = super().formfield_for_dbfield(db_field, request, **kwargs)
        if box is not None and db_field.name == "organization":
            box.widget.can_add_related = box.widget.can_change_related = box.widget.can_view_related = False
        return box

    @admin.display(description=gettext_lazy("vult in"))
    def filled(self, template: Template) -> str:
        return ", ".join(contents(json.loads(template.document)))

    @admin.display(description=gettext_lazy("voor"), ordering="organization__name")
    def for_whom(self, template: Template) -> str:
        return str(template.organization or _("alle organisaties"))
