"""The facets of the list: every value as a link that adds it or takes it away, how often it occurs, what was chosen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse

from algorithms.bitset import Bitset
from algorithms.filters import FACETS, SORTINGS, SlugsField
from algorithms.finding import RELEVANCE, Found
from algorithms.models import Department, Organization
from algorithms.models.register import SLUG_LENGTH, slug_of
from algorithms.public.context import language
from algorithms.public.search import words_of

OPEN = ("thema", "status", "organisatie")  # shown unfolded
FEW = 10  # values of a facet that stand there at once; the others are behind "show all"
MOST = 200  # values of a facet on the page; what is chosen is always among them
# Where all values stand, with what uses them, when a facet has more of them.
LISTS = {"leverancier": "supplier-list", "gegevensbron": "source-list", "organisatie": "organization-list"}
NAMES = ("organisatie", "leverancier")  # are the same in every language


@dataclass
class Value:
    """One value of a facet: `query` is the list with it, or without it when it was chosen."""

    slug: str
    label: str
    lang: str  # when it is not the page's
    count: int
    chosen: bool
    query: str = ""


@dataclass
class ShownFacet:
    """One facet with its values: `few` at once, `rest` on demand; `more` tells how many stand elsewhere only."""

    key: str
    label: str
    few: list[Value]
    rest: list[Value]
    more: int
    is_open: bool
    address: str = ""  # of the page with all values
    chosen: list[Value] = field(default_factory=list)

    @property
    def shown(self) -> int:
        return len(self.few) + len(self.rest)


def known_query(query: QueryDict) -> QueryDict:
    """Return what the list understands of a query, in a fixed order; pages ignore the rest."""
    known = QueryDict(mutable=True)
    words, _left_out = words_of(query)
    if words:
        known["zoek"] = words
    for key in FACETS:
        asked = dict.fromkeys(_as_slug(key, value) for value in query.getlist(key))
        if values := [slug for slug in asked if slug]:
            known.setlist(key, values)
    if query.get("sorteer") in SORTINGS and (words or query["sorteer"] != RELEVANCE):
        known["sorteer"] = str(query["sorteer"])
    return known


def _as_slug(key: str, value: str) -> str:
    """Return a value as it is, else the slug of a name that someone typed ("In gebruik", "BAG"); "" for nonsense."""
    slugs = (value, slug_of(value, empty="")) if len(value) <= SLUG_LENGTH else ()
    return next((slug for slug in slugs if _is_permitted(key, slug)), "")


def _is_permitted(key: str, value: str) -> bool:
    try:
        SlugsField(facet=FACETS[key], required=False).validate([value])
    except ValidationError:
        return False
    return True


def facets(query: QueryDict, found: Found) -> list[ShownFacet]:
    """Return every facet with its values and how many records there would be with each. One query, of names."""
    names = dict(Organization.objects.values_list("slug", "name"))  # the current name, not that of an old document
    made = []
    for key in FACETS:
        counts = found.counts(key)
        known = {slug: found.index.labels.get((key, slug), "") for slug in (*counts, *query.getlist(key))}
        labels = {slug: label for slug, label in known.items() if label}
        if key == "organisatie":
            labels |= {slug: names[slug] for slug in labels if slug in names}
        if key == "afdeling":
            apart = _told_apart(found.index)
            labels |= {slug: apart[slug] for slug in labels if slug in apart}
        made.append(_facet(key, counts, labels, query))
    return made


def _told_apart(index: Bitset) -> dict[str, str]:
    """Return departments whose name another organisation has too, with their organisation; made once a state."""
    kept = index.memory.get(__name__)
    if isinstance(kept, dict):
        return kept
    names = {slug: index.labels["afdeling", slug] for slug in index.facets.get("afdeling", {})}
    often = Counter(names.values())
    alike = {slug for slug, name in names.items() if often[name] > 1}
    rows = Department.objects.values_list("slug", "organization__name") if alike else ()
    made = {slug: f"{names[slug]} ({organization})" for slug, organization in rows if slug in alike}
    index.memory[__name__] = made
    return made


def _facet(key: str, counts: dict[str, int], labels: dict[str, str], query: QueryDict) -> ShownFacet:
    """The standard's own values are told in both languages and in its order; others by how often they occur."""
    own = {slug_of(choice.value): str(choice.label) for choice in FACETS[key].choices}
    dutch = "" if language() == "nl" or key in NAMES else "nl"
    chosen, (before, after) = query.getlist(key), _around(query, key)
    # What was asked for and no record has must still be seen and removable.
    values = [
        Value(
            slug,
            own.get(slug, labels.get(slug, slug)),
            dutch if slug in labels and slug not in own else "",
            counts.get(slug, 0),
            slug in chosen,
        )
        for slug in dict.fromkeys([*counts, *chosen])
    ]
    if len(values) <= FEW and own:
        order = {slug: place for place, slug in enumerate(own)}
        values.sort(key=lambda value: (order.get(value.slug, len(order)), value.label.casefold()))
    else:
        values.sort(key=lambda value: (not value.chosen, -value.count, value.label.casefold(), value.slug))
    first = max(FEW, len(chosen))
    rest = sorted(values[first:MOST], key=lambda value: (value.label.casefold(), value.slug))
    shown = ShownFacet(
        key,
        str(FACETS[key].label),
        values[:first],
        rest,
        more=max(len(values) - max(first, MOST), 0),
        is_open=key in OPEN or bool(chosen),
        address=reverse(LISTS[key]) if key in LISTS else "",
        chosen=[value for value in values if value.chosen],
    )
    for value in (*shown.few, *shown.rest):
        value.query = "&".join(filter(None, (before, *_toggled(key, chosen, value), after)))
    return shown


def _toggled(key: str, chosen: list[str], value: Value) -> list[str]:
    """Return what the query says of a facet with this value, or without it when it was chosen."""
    others = [slug for slug in chosen if slug != value.slug]
    return [f"{key}={slug}" for slug in (others if value.chosen else [*others, value.slug])]


def _around(query: QueryDict, key: str) -> tuple[str, str]:
    """Return a known query before and behind a facet, so that every choice has one address. No page: it is the first.

    Written out once a facet, because it stands in hundreds of links.
    """
    keys = ("zoek", *FACETS, "sorteer")
    place = keys.index(key)
    before, after = (
        urlencode([(one, value) for one in some for value in query.getlist(one)])
        for some in (keys[:place], keys[place + 1 :])
    )
    return before, after
