"""Register data: organisations, departments, pages, parties and synonyms. Saving it changes public pages at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.functional import lazy
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from algorithms import document, standard
from algorithms.admin import fields
from algorithms.admin.rights import LONGEST_SEARCH, ByPolicy
from algorithms.models import Department, Organization, Page, Party, Synonym
from algorithms.models.register import fold
from algorithms.public.views import pages
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


_page_help = lazy(
    lambda: format_html(
        "{} {}",
        _(
            "Begin met één korte alinea: die staat groot boven de tekst. "
            "Vanaf vier tussenkoppen komt er een inhoudsopgave."
        ),
        fields.rich_help,
    ),
    SafeString,
)()


class PageForm(RegisterForm):
    body = rich_text(gettext_lazy("Tekst"), _page_help)
    body_en = rich_text(
        gettext_lazy("Tekst (Engels)"),
        gettext_lazy("Leeg? Dan zien Engelse bezoekers de Nederlandse tekst."),
        lang="en",
    )

    class Meta:
        model = Page
        fields = ()  # the admin says which
        help_texts = {
            "slug": gettext_lazy(
                "Het adres van de pagina, na de laatste schuine streep. Later verandert het niet meer."
            ),
            "title": gettext_lazy("Staat boven de pagina. Liefst kort."),
            "title_en": gettext_lazy("Leeg? Dan zien Engelse bezoekers de Nederlandse titel."),
            "is_public": gettext_lazy(
                "Uit: alleen in het beheer te zien. Een vaste pagina blijft bestaan, maar zonder tekst."
            ),
            "in_footer": gettext_lazy("De vaste pagina’s staan daar altijd."),
            "order": gettext_lazy("Een lager getal staat eerder in de voet."),
        }


@admin.register(Page)
class PageAdmin(RegisterAdmin):
    form = PageForm
    fieldsets = [
        (None, {"fields": ["slug", ("title", "title_en"), ("body", "body_en"), "is_public", "in_footer", "order"]}),
    ]
    list_display = ["title", "slug", "is_public", "in_footer", "order"]
    list_filter = ["is_public", "in_footer"]
    search_fields = ["title", "body"]
    change_form_template = "admin/algorithms/page/change_form.html"

    def view_on_site(self, obj: Page) -> str | None:
        """What is not public has no page to look at; the preview shows it."""
        return obj.get_absolute_url() if obj.is_public else None

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """As ever, and with "_preview" the public page of what is in the form now; nothing is saved then.

        A form with mistakes comes back with them, as when it is saved.
        """
        if request.method == "POST" and "_preview" in request.POST:
            row = self.get_object(request, unquote(object_id)) if object_id else None
            allowed = self.has_change_permission(request, row) if row else self.has_add_permission(request)
            form = self.get_form(request, row, change=row is not None)(request.POST, instance=row)
            if allowed and form.is_valid():
                return _preview(request, form.save(commit=False), request.POST["_preview"])
        return super().changeform_view(request, object_id, *args, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Page | None = None) -> bool:
        """The pages with an address of their own stay; hide one by making it not public."""
        return super().has_delete_permission(request, obj) and not (obj is not None and obj.slug in Page.FIXED)


def _preview(request: HttpRequest, row: Page, asked: str) -> HttpResponse:
    code = "en" if asked == "en" else "nl"
    with translation.override(code):
        response = pages.show(request, row, template="public/page_preview.html", languages=[])
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Language"] = code
    return response


class SynonymWords(fields.Lines):
    """The words of a group as they were typed: a double is told to who typed it, where other lists drop it."""

    def clean(self, value: Any) -> Any:
        # Before the text is cut into lines, because cutting would lose some of these characters unseen.
        fields.refuse_forbidden_character(value or "")
        return super().clean(value)

    def to_python(self, value: Any) -> Any:
        lines = value if isinstance(value, list) else (value or "").splitlines()
        return [line for line in (" ".join(line.split()) for line in lines) if line]

    def validate(self, value: list[str]) -> None:
        if len(value) > Synonym.MOST_WORDS:
            why = _("Een groep heeft hooguit %(limit)s regels; dit zijn er %(count)s. Maak er twee groepen van.")
            raise ValidationError(why % {"limit": Synonym.MOST_WORDS, "count": len(value)})
        super().validate(value)
        if wrong := [*self._unfindable(value), *self._doubles(value)]:
            raise ValidationError(wrong)

    @staticmethod
    def _unfindable(words: list[str]) -> Iterator[str]:
        for word in words:
            count = len(fold(word).split())
            if not count:
                why = _("'%s' heeft geen letter (a-z) en geen cijfer. Zoeken vindt dat nooit: haal deze regel weg.")
                yield why % word
            elif count > Synonym.MOST_IN_PHRASE:
                why = _("'%(line)s' heeft %(count)s woorden; het maximum is %(limit)s. Maak deze regel korter.")
                yield why % {"line": word, "count": count, "limit": Synonym.MOST_IN_PHRASE}

    @staticmethod
    def _doubles(words: list[str]) -> Iterator[str]:
        known: dict[str, str] = {}
        for word in filter(fold, words):
            if fold(word) not in known:
                known[fold(word)] = word
                continue
            why = _(
                "'%(word)s' staat er al als '%(first)s'. Hoofdletters, accenten en leestekens maken voor het zoeken "
                "geen verschil: haal een van de twee weg."
            )
            yield why % {"word": word, "first": known[fold(word)]}


class SynonymForm(RegisterForm):
    words = SynonymWords(
        label=gettext_lazy("Woorden"),
        help_text=gettext_lazy(
            "Woorden of korte zinsdelen die hetzelfde betekenen voor wie zoekt, elk op een eigen regel. Wie er een "
            "zoekt, vindt ook de algoritmes waarin een ander ervan staat. Meervouden en vervoegingen zijn niet nodig. "
            "Een woord mag in meer groepen staan: dan vindt het de woorden van al die groepen."
        ),
        at_least=2,
        max_length=Synonym.LONGEST,
        widget=AdminTextareaWidget(attrs={"rows": 12}),
    )

    class Meta:
        model = Synonym
        fields = ()  # the admin says which


@admin.register(Synonym)
class SynonymAdmin(RegisterAdmin):
    form = SynonymForm
    list_display = ["group"]
    search_fields = ["words"]
    list_per_page = 500  # all of them, so that a new group is seen and the page can be searched
    search_help_text = gettext_lazy("Zoek een woord: u ziet elke groep waarin het staat.")
    readonly_fields = ["one_a_line", "elsewhere"]
    fixed_slug = False

    def get_fields(self, request: HttpRequest, obj: Synonym | None = None) -> list[Any]:
        if obj is None:
            return ["words"]
        return ["words" if self.has_change_permission(request, obj) else "one_a_line", "elsewhere"]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Compare as the public search does; the database would miss "café" for "cafe", and SQLite even for itself."""
        super().get_search_results(request, queryset, search_term)  # tells when the question is too long
        asked = fold(search_term[:LONGEST_SEARCH]).split()
        if not search_term.strip():
            return queryset, False
        texts = {row.pk: " ".join(map(fold, row.words)) for row in queryset}
        found = [pk for pk, text in texts.items() if asked and all(word in text for word in asked)]
        return queryset.filter(pk__in=found), False

    @admin.display(description=gettext_lazy("Woorden"))
    def group(self, synonym: Synonym) -> str:
        return ", ".join(synonym.words)

    @admin.display(description=gettext_lazy("Woorden"))
    def one_a_line(self, synonym: Synonym) -> str:
        return "\n".join(synonym.words)

    @admin.display(description=gettext_lazy("Ook in een andere groep"))
    def elsewhere(self, synonym: Synonym) -> str:
        """Return the other groups that share a word with this one."""
        own = {fold(word) for word in synonym.words}
        shared = [
            fields.link(reverse("admin:algorithms_synonym_change", args=[other.pk]), f"{word}: {self.group(other)}")
            for other in Synonym.objects.exclude(pk=synonym.pk)
            for word in other.words
            if fold(word) in own
        ]
        return format_html_join(mark_safe("<br>"), "{}", ((each,) for each in shared)) or "–"
