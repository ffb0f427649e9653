"""The form of the list: every facet with its values, how often each occurs, and which were chosen."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.http import QueryDict

from algorithms.filters import FACETS, SORTINGS, SlugsField
from algorithms.finding import RELEVANCE, Found
from algorithms.models import Organization
from algorithms.models.register import slug_of
from algorithms.public.search import words_of

OPEN = ("thema", "status", "categorie", "organisatie")  # shown unfolded
MOST_VALUES = 40  # of one facet in the form; what is chosen is always among them


@dataclass
class Value:
    """One value of a facet, as the form shows it."""

    slug: str
    label: str
    count: int
    chosen: bool
    without: str = ""  # the query without this value


@dataclass
class FormFacet:
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
    words, _left_out = words_of(query)
    if words:
        known["zoek"] = words
    for key in FACETS:
        if values := [value for value in dict.fromkeys(query.getlist(key)) if value and _is_permitted(key, value)]:
            known.setlist(key, values)
    if query.get("sorteer") in SORTINGS and (words or query["sorteer"] != RELEVANCE):
        known["sorteer"] = str(query["sorteer"])
    return known


def _is_permitted(key: str, value: str) -> bool:
    try:
        SlugsField(facet=FACETS[key], required=False).validate([value])
    except ValidationError:
        return False
    return True


def facets(query: QueryDict, found: Found) -> list[FormFacet]:
    """Return every facet with its values and how many records there would be with each. One query."""
    names = dict(Organization.objects.values_list("slug", "name"))  # the current name, not that of an old document
    made = []
    for key in FACETS:
        counts = sorted(found.counts(key).items(), key=lambda pair: (-pair[1], pair[0]))
        labels = found.index.labels
        values = {slug: (labels[key, slug], count) for slug, count in counts}
        if key == "organisatie":
            values = {slug: (names.get(slug, name), count) for slug, (name, count) in values.items()}
        made.append(_facet(key, values, query))
    return made


def _facet(key: str, found: dict[str, tuple[str, int]], query: QueryDict) -> FormFacet:
    chosen = query.getlist(key)
    # The standard's own values are told in both languages and stand in its order.
    labels = {slug_of(choice.value): str(choice.label) for choice in FACETS[key].choices}
    order = {slug: place for place, slug in enumerate(labels)}
    values = [Value(slug, labels.get(slug, name), count, slug in chosen) for slug, (name, count) in found.items()]
    # Asked for, but no record has it: it must still be seen and removable.
    values += [Value(slug, labels.get(slug, slug), 0, True) for slug in chosen if slug not in found]
    shown = [value for place, value in enumerate(values) if place < MOST_VALUES or value.chosen]
    for value in shown:
        if value.chosen:
            value.without = _without(query, key, value.slug)
    shown.sort(key=lambda value: (order.get(value.slug, len(order)), value.label.casefold()))
    return FormFacet(key, str(FACETS[key].label), shown, len(values) - len(shown), key in OPEN or bool(chosen))


def _without(query: QueryDict, key: str, value: str) -> str:
    rest = query.copy()
    rest.setlist(key, [other for other in rest.getlist(key) if other != value])
    return rest.urlencode()
