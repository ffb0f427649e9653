"""Form fields made from the standard: label, help, example, limit and a box of a sensible size."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.forms.widgets import Script
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.functional import lazy
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from algorithms import document, richtext, standard
from algorithms.standard import HARD_LIMIT, Column, Field, Kind, Words

TYPED = (Kind.LINE, Kind.TEXT, Kind.RICH, Kind.URL, Kind.CONTACT)  # kinds with a limit in characters
LONG = 5000  # a rich text that may be this long gets a higher box

# After these tags a line break means nothing to the cleaner, and much to who reads the source.
_BLOCK_ENDS = re.compile(r"(</(?:p|h4|li|tr|caption|thead|tbody|ul|ol|table)>|<(?:ul|ol|table|thead|tbody|tr)>)(?=<)")


def _rich_help() -> SafeString:
    """Return how to write rich text as HTML; the editor hides it where it has taken over."""
    return _help([("html", _html_words())])


def _html_words() -> str:
    return _("Schrijf gewone tekst met witregels, of HTML met p, br, strong, em, a, h4, ul, ol, li en table.")


rich_help = lazy(_rich_help, SafeString)()


def refuse_forbidden_character(text: str) -> None:
    """Raise ValidationError for a character that no text of the register may hold.

    Asked before cleaning: the HTML parser drops such characters from markup, and we would rather tell.
    """
    if bad := richtext.forbidden_character(text):
        raise ValidationError(
            _("De tekst bevat een onzichtbaar teken (%(character)s). Haal dat teken weg."),
            code="character",
            params={"character": bad},
        )


# Counts characters below each box with a limit, and warns who leaves a changed form.
FORM_SCRIPT = Script("admin-register/form.js", type="module")


class Line(AdminTextInputWidget):
    class Media:
        js = [FORM_SCRIPT]


class Textarea(AdminTextareaWidget):
    class Media:
        js = [FORM_SCRIPT]


class RichTextarea(Textarea):
    """Shows stored rich text with each block on a line of its own; with JavaScript it becomes an editor.

    The editor (static/admin-register/editor.js) writes in the box only what was really edited.
    """

    class Media:
        js = [Script("admin-register/editor.js", type="module")]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["data-editor"] = static("django_prose_editor/editor.js")
        return context

    def format_value(self, value: Any) -> Any:
        value = super().format_value(value)
        return value if not value or "\n" in value else _BLOCK_ENDS.sub(r"\1\n", value)


class StandardText(forms.CharField):
    """A text of the standard, in the form `document.clean_text` gives it. `document.problems` checks its length.

    `removed` tells what cleaning took out of what was given, for `taken_out`; each form has fields of its own.
    """

    def __init__(self, *, kind: Kind, **kwargs: Any):
        self.text_kind = kind
        self.removed: list[str] = []
        super().__init__(required=False, strip=False, **kwargs)
        self.validators = []  # the null character is refused below, in the words of all other doors

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        refuse_forbidden_character(text)
        self.removed = richtext.removed(text) if self.text_kind is Kind.RICH else []
        return document.clean_text(self.text_kind, text)


def taken_out(form: forms.BaseForm) -> list[tuple[str, list[str]]]:
    """Return label and, in words, what cleaning took out of each text of a form that was checked."""
    texts = [(str(field.label), field.removed) for field in form.fields.values() if isinstance(field, StandardText)]
    return [(label, removed) for label, removed in texts if removed]


def _limit(key_help: Words, kind: Kind, max_length: int, advised: int | None) -> str:
    """Return the limit in words, unless the standard's own help names it."""
    if kind not in TYPED or max_length >= HARD_LIMIT:
        return ""
    limit = number_format(max_length, force_grouping=True)
    if advised and advised + 1 < max_length:
        wanted = number_format(advised + 1, force_grouping=True)
        if limit in str(key_help) and (wanted in str(key_help) or str(advised) in str(key_help)):
            return ""
        return _("Maximaal %(limit)s tekens, liefst korter dan %(wanted)s.") % {"limit": limit, "wanted": wanted}
    return "" if limit in str(key_help) else _("Maximaal %s tekens.") % limit


def _help(parts: list[tuple[str, str]]) -> SafeString:
    return format_html_join("", '<span class="help-{}">{}</span>', [(name, text) for name, text in parts if text])


def _field_help(field: Field) -> SafeString:
    return _help(
        [
            ("text", str(field.help)),
            ("needed", _("Nodig om te publiceren.") if field.required else ""),
            ("example", _("Voorbeeld: %s") % field.example if field.example else ""),
            ("limit", _limit(field.help, field.kind, field.max_length, field.advised_length)),
            ("html", _html_words() if field.kind is Kind.RICH else ""),
        ]
    )


def _english_help(field: Field) -> SafeString:
    return _help(
        [
            ("text", _("Leeg? Dan zien Engelse bezoekers de Nederlandse tekst.")),
            ("example", _("Voorbeeld: %s") % field.example.en if field.example else ""),
            ("limit", _limit(Words("", ""), field.kind, field.max_length, None)),
        ]
    )


def _column_help(column: Column) -> SafeString:
    return _help([("text", str(column.help)), ("limit", _limit(column.help, column.kind, column.max_length, None))])


field_help = lazy(_field_help, SafeString)
english_help = lazy(_english_help, SafeString)
column_help = lazy(_column_help, SafeString)


def rows_help(field: Field) -> SafeString:
    """Return the help of a repeating group, for above its rows."""
    return _field_help(field)


def english_label(label: Words) -> Words:
    return Words(f"{label.nl} (Engels)", f"{label.en} (English)")


def _box(kind: Kind, max_length: int, advised: int | None = None, **attrs: Any) -> forms.Widget:
    if kind in TYPED and max_length < HARD_LIMIT:
        attrs["data-max-length"] = max_length
        if advised and advised + 1 < max_length:  # as told in `_limit`
            attrs["data-advised-length"] = advised
    if kind is Kind.RICH:
        return RichTextarea(attrs={"rows": 10 if max_length >= LONG else 6} | attrs)
    if kind is Kind.TEXT:
        return Textarea(attrs={"rows": 3} | attrs)
    widget = Line(attrs=attrs)
    if kind is Kind.URL:
        widget.input_type = "url"
    return widget


def _text(
    label: Words, kind: Kind, max_length: int, help_text: Any, advised: int | None = None, **attrs: Any
) -> StandardText:
    return StandardText(
        kind=kind,
        label=standard.in_active_language(label),
        help_text=help_text,
        widget=_box(kind, max_length, advised, **attrs),
    )


def for_field(field: Field) -> forms.Field:
    """Return the form field of one fact or Dutch text."""
    if field.kind not in (Kind.CHOICE, Kind.CHOICES):
        attrs: dict[str, Any] = {"class": "month", "autocomplete": "off"} if field.kind is Kind.MONTH else {}
        return _text(field.label, field.kind, field.max_length, field_help(field), field.advised_length, **attrs)
    words: dict[str, Any] = {
        "label": standard.in_active_language(field.label),
        "help_text": field_help(field),
        "required": False,
    }
    options = standard.choices(field.choices)
    if field.kind is Kind.CHOICES:
        return forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple, **words)
    if len(options) == 1:  # the language and the version of the standard: nothing to leave open
        return forms.ChoiceField(choices=options, initial=options[0][0], **words)
    return forms.ChoiceField(choices=[("", "---------"), *options], **words)


def for_english(field: Field) -> forms.Field:
    """Return the form field of the English twin of a Dutch text."""
    return _text(english_label(field.label), field.kind, field.max_length, english_help(field), lang="en")


def for_column(column: Column, options: list[tuple[str, Any]], suggestions: str = "") -> forms.Field:
    """Return the form field of one cell; `options` are its permitted values, `suggestions` the id of a datalist."""
    if options:
        return forms.ChoiceField(
            choices=[("", "---------"), *options],
            label=standard.in_active_language(column.label),
            help_text=column_help(column),
            required=False,
        )
    attrs: dict[str, Any] = {"list": suggestions} if suggestions else {}
    return _text(column.label, column.kind, column.max_length, column_help(column), **attrs)


def for_english_column(column: Column) -> forms.Field:
    help_text = column_help(Column(column.key, column.label, column.kind, column.max_length))
    return _text(english_label(column.label), column.kind, column.max_length, help_text, lang="en")


class Lines(forms.CharField):
    """A list of texts, one a line; empty lines and doubles fall away."""

    def __init__(self, *, at_least: int = 0, max_length: int = 250, **kwargs: Any):
        self.at_least, self.line_length = at_least, max_length
        kwargs.setdefault("widget", AdminTextareaWidget(attrs={"rows": 5}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        lines = [" ".join(line.split()) for line in (value or "").splitlines()]
        return list(dict.fromkeys(line for line in lines if line))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and len(value) < self.at_least:
            raise ValidationError(_("Geef er minstens %s, elk op een eigen regel.") % self.at_least)
        for line in value:
            if len(line) > self.line_length:
                why = _("De regel '%(line)s…' heeft %(length)s tekens; het maximum is %(limit)s. Maak hem korter.")
                raise ValidationError(why % {"line": line[:40], "length": len(line), "limit": self.line_length})

    def run_validators(self, value: Any) -> None:
        for line in value:
            refuse_forbidden_character(line)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(initial or []) != self.to_python(data)


def link(href: str, words: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', href, words)
