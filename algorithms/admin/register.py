"""Register data: organisations, departments, pages, parties and synonyms. Saving it changes public pages at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from algorithms import document, standard
from algorithms.admin import fields
from algorithms.admin.rights import ByPolicy
from algorithms.models import Department, Organization, Page, Party, Synonym
from algorithms.standard import Kind

TEXT_LIMIT = standard.HARD_LIMIT


class RegisterForm(forms.ModelForm):
    """Refuses in every text what no text of the register may hold."""

    def clean(self) -> dict:
        given = super().clean() or self.cleaned_data
        for name, value in list(given.items()):
            if not isinstance(value, str):
                continue
            try:
                fields.refuse_forbidden_character(value)
                if isinstance(self.fields[name], forms.URLField):
                    self._refuse_other_address(value)
                elif len(value) > TEXT_LIMIT:
                    raise ValidationError(_("De tekst is te lang; het maximum is %s tekens.") % TEXT_LIMIT)
            except ValidationError as refused:
                self.add_error(name, refused)
        return given

    @staticmethod
    def _refuse_other_address(value: str) -> None:
        if value and not document.is_web_address(value):
            raise ValidationError(_("Dit is geen webadres. Begin met https:// of http://."))


class RegisterAdmin(ByPolicy, admin.ModelAdmin):
    """What the classes below share."""

    form = RegisterForm
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    fixed_slug = True  # published documents and links carry it

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = ["slug"] if obj is not None and self.fixed_slug else []
        return [*super().get_readonly_fields(request, obj), *fixed]


def rich_text(label: Any, help_text: Any = "", **attrs: Any) -> fields.StandardText:
    """Return the form field of a text of a page, which saving cleans."""
    return fields.StandardText(
        kind=Kind.RICH,
        label=label,
        help_text=help_text,
        widget=fields.RichTextarea(attrs={"rows": 14} | attrs),
    )


class OrganizationForm(RegisterForm):
    aliases = fields.Lines(
        label=gettext_lazy("Andere namen"),
        help_text=gettext_lazy(
            "Oude namen en afkortingen waaronder een import deze organisatie herkent, één per regel."
        ),
        required=False,
    )
    about = rich_text(gettext_lazy("Over de organisatie"), fields.rich_help)
    about_en = rich_text(gettext_lazy("Over de organisatie (Engels)"), lang="en")

    class Meta:
        model = Organization
        fields = ()  # the admin says which


class DepartmentForm(RegisterForm):
    class Meta:
        model = Department
        fields = ()  # the admin says which

    def clean_path(self) -> str:
        """Return the path as saving writes it, so that a double is seen before the database refuses it."""
        parts = [part.strip() for part in self.cleaned_data["path"].split(" / ")]
        return " / ".join(part for part in parts if part)


class DepartmentInline(ByPolicy, admin.StackedInline):
    model = Department
    form = DepartmentForm
    fields = ["path", ("phone", "email")]
    extra = 1

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("organization")


@admin.register(Organization)
class OrganizationAdmin(RegisterAdmin):
    form = OrganizationForm
    fieldsets = [
        (None, {"fields": ["name", "slug", "tooi", "aliases", "website", ("about", "about_en")]}),
    ]
    inlines = [DepartmentInline]
    list_display = ["name", "slug", "tooi"]
    search_fields = ["name"]


@admin.register(Department)
class DepartmentAdmin(RegisterAdmin):
    form = DepartmentForm
    fields = ["organization", "path", "slug", "phone", "email"]
    list_display = ["path", "organization", "phone", "email"]
    list_filter = ["organization"]
    list_select_related = ["organization"]
    search_fields = ["path", "organization__name"]


@admin.register(Party)
class PartyAdmin(RegisterAdmin):
    fields = ["name", "url"]
    list_display = ["name", "url"]
    search_fields = ["name"]
    fixed_slug = False


class PageForm(RegisterForm):
    body = rich_text(gettext_lazy("Tekst"), fields.rich_help)
    body_en = rich_text(
        gettext_lazy("Tekst (Engels)"),
        gettext_lazy("Leeg? Dan zien Engelse bezoekers de Nederlandse tekst."),
        lang="en",
    )

    class Meta:
        model = Page
        fields = ()  # the admin says which


@admin.register(Page)
class PageAdmin(RegisterAdmin):
    form = PageForm
    fieldsets = [
        (None, {"fields": ["slug", ("title", "title_en"), ("body", "body_en"), "is_public", "in_footer", "order"]}),
    ]
    list_display = ["title", "slug", "is_public", "in_footer", "order"]
    list_filter = ["is_public", "in_footer"]
    search_fields = ["title", "body"]

    def has_delete_permission(self, request: HttpRequest, obj: Page | None = None) -> bool:
        """The pages with an address of their own stay; hide one by making it not public."""
        return super().has_delete_permission(request, obj) and not (obj is not None and obj.slug in Page.FIXED)


class SynonymForm(RegisterForm):
    words = fields.Lines(
        label=gettext_lazy("Woorden"),
        help_text=gettext_lazy("Woorden die hetzelfde betekenen voor wie zoekt, elk op een eigen regel."),
        at_least=2,
        max_length=100,
        widget=AdminTextareaWidget(attrs={"rows": 6}),
    )

    class Meta:
        model = Synonym
        fields = ()  # the admin says which


@admin.register(Synonym)
class SynonymAdmin(RegisterAdmin):
    form = SynonymForm
    list_display = ["__str__"]
    search_fields = ["words"]
    fixed_slug = False
