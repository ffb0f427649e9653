"""What a list may be asked: the one filter set that page, API and feeds share.

    asked = ListingFilter(request.GET)
    asked.is_valid(), asked.errors      # the API refuses a bad value, the page ignores it
    asked.chosen                        # {"thema": ["verkeer"], …}: the facet values asked for
    asked.found(head, lang)             # the answer (`finding.Found`)

Each facet may repeat (any of its values counts); different facets narrow each other down.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from algorithms import finding, standard
from algorithms.models import Head, Listing
from algorithms.models.register import SLUG_LENGTH, slug_of
from algorithms.search.query import MOST_CHARACTERS
from algorithms.standard import FIELDS, Choice, Words

SLUG_PATTERN = rf"[a-z0-9_-]{{1,{SLUG_LENGTH}}}"
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True)
class Facet:
    """A query key that names values of records by their slug. `choices` is empty when anything may be published."""

    key: str
    label: Words
    choices: tuple[Choice, ...] = ()

    @property
    def slugs(self) -> tuple[str, ...]:
        return tuple(slug_of(choice.value) for choice in self.choices)


FACETS: dict[str, Facet] = {
    facet.key: facet
    for facet in (
        Facet("thema", FIELDS["category"].label, standard.THEMES),
        Facet("status", FIELDS["status"].label, standard.STATUSES),
        Facet("categorie", FIELDS["publication_category"].label, standard.PUBLICATION_CATEGORIES),
        Facet("organisatie", FIELDS["organization"].label),
        Facet("afdeling", FIELDS["department"].label),
        Facet("leverancier", FIELDS["provider"].label),
        Facet("gegevensbron", Words("Gegevensbron", "Data source")),
        Facet("risicoklasse", FIELDS["risk_class"].label, standard.RISK_CLASSES),
        Facet("persoonsgegevens", FIELDS["personal_data"].label, standard.PERSONAL_DATA),
        Facet("impacttoets", Words("Impacttoets", "Impact assessment")),
    )
}
# Value → what it means. Relevance is the order when words are asked, the newest first when none are.
SORTINGS: dict[str, Words] = {
    finding.RELEVANCE: Words("Past het best", "Best match"),
    finding.NEWEST: Words("Nieuwste eerst", "Newest first"),
    finding.NAME: Words("Op naam", "By name"),
}


class SlugsField(forms.Field):
    """Any number of slugs, each once; empty values, as forms send them, do not count."""

    widget = forms.SelectMultiple

    def __init__(self, *, facet: Facet, **kwargs):
        self.facet = facet
        super().__init__(**kwargs)

    def to_python(self, value) -> list[str]:
        return list(dict.fromkeys(slug for slug in value or [] if slug))

    def validate(self, value: list[str]) -> None:
        for slug in value:
            if self.facet.choices and slug not in self.facet.slugs:
                raise forms.ValidationError(
                    _("'%(value)s' bestaat niet. Kies uit: %(permitted)s.")
                    % {"value": slug[:SLUG_LENGTH], "permitted": ", ".join(self.facet.slugs)}
                )
            if not re.fullmatch(SLUG_PATTERN, slug):
                raise forms.ValidationError(
                    _("'%(value)s' is geen slug. Schrijf kleine letters, cijfers en streepjes, zoals '%(example)s'.")
                    % {"value": slug[:SLUG_LENGTH], "example": slug_of(slug, empty="voorbeeld")}
                )


class MomentField(forms.CharField):
    """A date (its first moment in Amsterdam) or a date-time with its zone, as an aware moment in UTC."""

    default_error_messages = {
        "invalid": _(
            "Geef een datum (2026-11-22) of een tijdstip met tijdzone (2026-11-22T08:15:30Z; schrijf een + als %2B)."
        )
    }

    def to_python(self, value):
        value = super().to_python(value)
        if not value:
            return None
        try:
            if _DATE.fullmatch(value):
                return timezone.make_aware(datetime.combine(date.fromisoformat(value), time())).astimezone(UTC)
            if _DATE_TIME.fullmatch(value):
                return datetime.fromisoformat(value).astimezone(UTC)
            raise ValueError(value)
        except (ValueError, OverflowError):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None


class WordsField(forms.CharField):
    """The words someone looks for. Longer than the search reads is refused here; the page cuts it and says so."""

    default_error_messages = {
        "max_length": _(
            "U zoekt met %(show_value)s tekens; hoogstens %(limit_value)s kan. Gebruik minder of kortere woorden."
        )
    }

    def __init__(self, **kwargs):
        super().__init__(max_length=MOST_CHARACTERS, **kwargs)


class FacetFilter(django_filters.Filter):
    field_class = SlugsField


class MomentFilter(django_filters.Filter):
    field_class = MomentField


class WordsFilter(django_filters.Filter):
    field_class = WordsField


class ListingFilter(django_filters.FilterSet):
    """The facets of DESIGN §4, `zoek`, `gewijzigdSinds` (strictly after) and `sorteer`.

    It reads and checks a question; which records answer it comes from memory and not from a queryset.
    """

    zoek = WordsFilter(label=_("Zoeken"))
    gewijzigdSinds = MomentFilter(label=_("Gewijzigd sinds"))
    sorteer = django_filters.ChoiceFilter(
        label=_("Volgorde"),
        choices=[(value, standard.in_active_language(words)) for value, words in SORTINGS.items()],
        error_messages={"invalid_choice": _("'%(value)s' bestaat niet. Kies uit: relevantie, nieuw, naam.")},
    )

    class Meta:
        model = Listing
        fields: list[str] = []

    base_filters: dict[str, django_filters.Filter]

    @classmethod
    def get_filters(cls):
        facets = {
            key: FacetFilter(field_name=key, label=standard.in_active_language(facet.label), facet=facet)
            for key, facet in FACETS.items()
        }
        return facets | super().get_filters()

    def __init__(self, data):
        """Only the filters that `data` names.

        The library's own would copy every filter for every question, which costs more than answering it; ours hold
        nothing of a question.
        """
        self.is_bound, self.data, self.queryset = True, data, Listing.objects.none()
        self.request = self.form_prefix = None
        self.filters = {key: found for key, found in self.base_filters.items() if key in data}

    @property
    def chosen(self) -> dict[str, list[str]]:
        """The facet values asked for, bad ones left out."""
        self.is_valid()
        return {key: values for key in FACETS if (values := self.form.cleaned_data.get(key))}

    def found(self, head: Head, lang: str = "nl") -> finding.Found:
        """Return what answers in the state of the register that `head` tells; bad values are left out."""
        chosen = self.chosen
        told = self.form.cleaned_data
        return finding.find(
            head,
            chosen=chosen,
            since=told.get("gewijzigdSinds"),
            text=told.get("zoek") or "",
            sort=told.get("sorteer") or "",
            lang=lang,
        )


# The query keys, in the order in which the documentation names them.
KEYS: tuple[str, ...] = ("zoek", *FACETS, "gewijzigdSinds", "sorteer")
