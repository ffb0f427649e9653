"""The facets of the list, as one filter set that page and API share (DESIGN §4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import django_filters
from django import forms
from django.db.models import Count, Max
from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy as _

from algorithms import standard
from algorithms.models import Listing, ListingFacet, Organization
from algorithms.models.publication import ListingQuerySet
from algorithms.models.register import slug_of

# Query key of each facet and what readers see; in the order of the form.
FACETS = {
    "thema": _("Thema"),
    "status": _("Status"),
    "categorie": _("Publicatiecategorie"),
    "organisatie": _("Organisatie"),
    "afdeling": _("Afdeling"),
    "leverancier": _("Leverancier"),
    "gegevensbron": _("Gegevensbron"),
    "risicoklasse": _("Risicoklasse"),
    "persoonsgegevens": _("Persoonsgegevens"),
    "impacttoets": _("Impacttoets"),
}
OPEN_FACETS = ("thema", "status", "categorie", "organisatie")  # shown unfolded
MOST_VALUES = 40  # of one facet in the form; what is chosen is always among them

SORTS = {"nieuw": _("Laatst gewijzigd eerst"), "naam": _("Naam, A tot Z")}

# The standard's own values, in its order, so that they are told in both languages.
_KNOWN: dict[str, tuple[standard.Choice, ...]] = {
    "thema": standard.THEMES,
    "status": standard.STATUSES,
    "categorie": standard.PUBLICATION_CATEGORIES,
    "risicoklasse": standard.RISK_CLASSES,
    "persoonsgegevens": standard.PERSONAL_DATA,
}


class SlugsField(forms.MultipleChoiceField):
    """Any slugs: one that no record has simply matches nothing."""

    def to_python(self, value: Any) -> list[str]:
        return [slug.replace("\0", "") for slug in super().to_python(value)]  # PostgreSQL refuses NUL

    def valid_value(self, value: str) -> bool:
        return True


class FacetFilter(django_filters.Filter):
    """Records with any of the given values of a facet."""

    field_class = SlugsField

    def filter(self, qs: ListingQuerySet, value: list[str] | None) -> ListingQuerySet:
        return qs.with_facet(self.field_name, value or [])


class SortFilter(django_filters.ChoiceFilter):
    """The order; newest change first unless asked otherwise."""

    def filter(self, qs: ListingQuerySet, value: str) -> ListingQuerySet:
        return qs.by_name() if value == "naam" else qs.newest_first()


class ListingFilter(django_filters.FilterSet):
    """The questions of the list. An unknown `sorteer` makes it invalid: an error in the API, ignored on the page."""

    sorteer = SortFilter(choices=list(SORTS.items()))

    class Meta:
        model = Listing
        fields: list[str] = []


for _facet in FACETS:
    ListingFilter.base_filters[_facet] = FacetFilter(field_name=_facet)


@dataclass
class Value:
    """One value of a facet, as the form shows it."""

    slug: str
    label: str
    count: int
    chosen: bool
    without: str = ""  # the query without this value


@dataclass
class Facet:
    """One facet of the form with its values; `more` tells how many were left out."""

    key: str
    label: str
    values: list[Value]
    more: int
    is_open: bool

    @property
    def chosen(self) -> list[Value]:
        return [value for value in self.values if value.chosen]


def known_query(query: QueryDict) -> QueryDict:
    """Return what the list understands of a query, in a fixed order; pages ignore the rest."""
    known = QueryDict(mutable=True)
    for key in FACETS:
        if values := [value for value in dict.fromkeys(query.getlist(key)) if value]:
            known.setlist(key, values)
    if query.get("sorteer") in SORTS:
        known["sorteer"] = query["sorteer"]
    return known


def without(query: QueryDict, key: str, value: str) -> str:
    """Return the query, encoded, without one value of a key."""
    rest = query.copy()
    rest.setlist(key, [other for other in rest.getlist(key) if other != value])
    return rest.urlencode()


def facets(query: QueryDict) -> list[Facet]:
    """Return every facet with its values and how many public records have each. Two queries, whatever is asked."""
    rows: dict[str, dict[str, tuple[str, int]]] = {key: {} for key in FACETS}
    counted = ListingFacet.objects.values("facet", "slug").annotate(count=Count("pk"), name=Max("label"))
    for row in counted.order_by("facet", "-count", "slug"):
        if row["facet"] in rows:
            rows[row["facet"]][row["slug"]] = (row["name"], row["count"])
    names = dict(Organization.objects.values_list("slug", "name"))  # the current name, not that of an old document
    rows["organisatie"] = {slug: (names.get(slug, name), n) for slug, (name, n) in rows["organisatie"].items()}
    return [_facet_of(key, values, query) for key, values in rows.items()]


def label_of(facet: str, slug: str, label: str) -> str:
    """Return the label of a facet value in the active language."""
    return next(
        (str(choice.label) for choice in _KNOWN.get(facet, ()) if slug_of(choice.value) == slug), label
    )


def _facet_of(key: str, found: dict[str, tuple[str, int]], query: QueryDict) -> Facet:
    chosen = query.getlist(key)
    order = {slug_of(choice.value): place for place, choice in enumerate(_KNOWN.get(key, ()))}
    values = [
        Value(slug, label_of(key, slug, label), count, slug in chosen) for slug, (label, count) in found.items()
    ]
    values += [  # asked for, but no record has it: it must still be seen and removable
        Value(slug, label_of(key, slug, gettext("onbekende waarde")), 0, True) for slug in chosen if slug not in found
    ]
    shown = [value for place, value in enumerate(values) if place < MOST_VALUES or value.chosen]
    for value in shown:
        if value.chosen:
            value.without = without(query, key, value.slug)
    shown.sort(key=lambda value: (order.get(value.slug, len(order)), value.label.casefold()))
    return Facet(
        key=key,
        label=str(FACETS[key]),
        values=shown,
        more=len(values) - len(shown),
        is_open=key in OPEN_FACETS or bool(chosen),
    )
