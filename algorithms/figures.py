"""The figures of the register as data: what the page, its CSV files and the API tell, each from the same rows.

    figures.now(Head.now()).figure("thema").rows[0]     # Row("verkeer", Words("Verkeer", "Traffic"), {"count": 12})

Made once per state of the register and day, because how old something is depends on the day. It takes ten queries,
whatever the size of the register; each is answered from an index alone, never from documents or summaries.
"""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db.models import Count, F, Q, Sum, TextField
from django.db.models.functions import Cast, Substr
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from algorithms import bitset
from algorithms.bitset import Bitset
from algorithms.models import Action, Head, Listing, Organization, Publication
from algorithms.models.register import fold, slug_of
from algorithms.standard import PUBLICATION_CATEGORIES, RISK_CLASSES, STATUSES, THEMES, Choice, Words

NAMES = (
    "thema", "status", "categorie", "organisatie", "risicoklasse", "beginjaar", "maand", "volledigheid", "leeftijd",
    "versies",
)  # fmt: skip
# The standard's values, by the name of their facet.
VALUES: dict[str, tuple[Choice, ...]] = {
    "thema": THEMES,
    "status": STATUSES,
    "categorie": PUBLICATION_CATEGORIES,
    "risicoklasse": RISK_CLASSES,
}
NOT_FILLED_IN = Words("Niet ingevuld", "Not filled in")
IN_USE = slug_of(STATUSES[1].value)
# Ages in months: from, and up to; None is without end.
AGES: tuple[tuple[int, int | None, Words], ...] = (
    (0, 1, Words("Korter dan 1 maand", "Less than 1 month")),
    (1, 6, Words("1 tot 6 maanden", "1 to 6 months")),
    (6, 12, Words("6 tot 12 maanden", "6 to 12 months")),
    (12, 24, Words("1 tot 2 jaar", "1 to 2 years")),
    (24, None, Words("2 jaar of langer", "2 years or more")),
)
# Numbers of versions: from, and up to and including.
VERSIONS: tuple[tuple[int, int | None, Words], ...] = (
    (1, 1, Words("1 versie", "1 version")),
    (2, 2, Words("2 versies", "2 versions")),
    (3, 3, Words("3 versies", "3 versions")),
    (4, 9, Words("4 tot en met 9 versies", "4 to 9 versions")),
    (10, None, Words("10 versies of meer", "10 versions or more")),
)


@dataclass(frozen=True)
class Row:
    """One line of a figure. `slug` is "" for the records that have no value; `numbers` are those of its columns."""

    slug: str
    label: Words
    numbers: Mapping[str, int | None]

    @property
    def count(self) -> int:
        return self.numbers["count"] or 0


@dataclass(frozen=True)
class Figure:
    """One figure: `columns` are the keys of the numbers of each row, "count" first."""

    name: str
    rows: tuple[Row, ...]
    columns: tuple[str, ...] = ("count",)

    @property
    def filled(self) -> tuple[Row, ...]:
        """The rows of a value that some record has."""
        return tuple(row for row in self.rows if row.slug and row.count)

    @property
    def without(self) -> int:
        """How many records have no value."""
        return sum(row.count for row in self.rows if not row.slug)

    def total(self, column: str = "count") -> int:
        return sum(row.numbers[column] or 0 for row in self.rows)


@dataclass(frozen=True)
class Figures:
    """All figures of one state of the register on one day."""

    day: date
    sequence: int  # of the newest entry of the log
    records: int
    in_use: int
    organizations: int  # that have a record
    completeness: int | None  # the mean percentage
    figures: Mapping[str, Figure]

    def figure(self, name: str) -> Figure:
        return self.figures[name]


def now(head: Head) -> Figures:
    """Return the figures of a head, today. Kept as long as both stand."""
    index = bitset.now(head)
    today = timezone.localdate()
    kept = index.memory.get("figures")
    if not isinstance(kept, Figures) or kept.day != today:
        kept = index.memory["figures"] = _made(index, today)
    return kept


def _made(index: Bitset, today: date) -> Figures:
    names = dict(Organization.objects.values_list("slug", "name"))
    # Rows of after the head are not of this state. The sum keeps a database from walking the table by its key.
    public = Listing.objects.alias(at=F("publication_id") + 0).filter(at__lte=index.sequence)
    older = {
        low: index.all.bit_count() - _changed_after(index, months_before(today, low)) for low, _high, _label in AGES
    }
    sums = {
        slug: (count, total)
        for slug, count, total in public.values_list("organization_slug").annotate(
            Count("completeness"), Sum("completeness")
        )
    }
    by_status = index.counts("status", index.all)
    count, total = (sum(pair[part] or 0 for pair in sums.values()) for part in (0, 1))
    made = [
        *(_of_values(index, name, choices) for name, choices in VALUES.items()),
        _organizations(index, names),
        _begin_years(dict(public.values_list("begin_year").annotate(Count("pk")))),
        _months(index, today),
        _completeness(sums, names, index),
        _ages(older),
        _versions(dict(public.values_list("version").annotate(Count("pk")))),
    ]
    return Figures(
        day=today,
        sequence=index.sequence,
        records=index.all.bit_count(),
        in_use=by_status.get(IN_USE, 0),
        organizations=len(index.counts("organisatie", index.all)),
        completeness=round(total / count) if count else None,
        figures={figure.name: figure for figure in sorted(made, key=lambda figure: NAMES.index(figure.name))},
    )


# -- by value ----------------------------------------------------------------------------------------------------------


def _of_values(index: Bitset, name: str, choices: tuple[Choice, ...]) -> Figure:
    """Count the values of the standard, also those that no record has, then any other, then records without one.

    Themes come by size; the others have an order of their own, from development to out of use or from high to low.
    """
    counts = index.counts(name, index.all)
    labels = {slug_of(choice.value): choice.label for choice in choices}
    for slug in sorted(counts.keys() - labels.keys()):
        label = index.labels[name, slug]
        labels[slug] = Words(label, label)
    rows = [_row(slug, label, counts.get(slug, 0)) for slug, label in labels.items()]
    if name == "thema":
        rows.sort(key=lambda row: -row.count)
    return Figure(name, (*rows, *_without(index, name, counts)))


def _without(index: Bitset, facet: str, slugs: Iterable[str]) -> list[Row]:
    count = (index.all & ~index.having(facet, slugs)).bit_count()
    return [_row("", NOT_FILLED_IN, count)] if count else []


def _organizations(index: Bitset, names: Mapping[str, str]) -> Figure:
    """Count by organisation, the largest first; those that reported nothing are named too."""
    counts = index.counts("organisatie", index.all)
    labels = {slug: index.labels["organisatie", slug] for slug in counts} | dict(
        names
    )  # the current name, when there is one
    rows = [_row(slug, Words(label, label), counts.get(slug, 0)) for slug, label in labels.items()]
    return Figure("organisatie", tuple(sorted(rows, key=lambda row: (-row.count, *_by_name(row)))))


def _completeness(sums: Mapping[str, tuple[int, int]], names: Mapping[str, str], index: Bitset) -> Figure:
    """The mean of each organisation in whole percents, the most complete first."""
    labels = {slug: index.labels.get(("organisatie", slug), slug) for slug in sums} | dict(names)
    rows = []
    for slug, label in labels.items():
        count, total = sums.get(slug, (0, 0))
        rows.append(_row(slug, Words(label, label), count, mean=round(total / count) if count else None))
    rows.sort(key=lambda row: (-_mean(row), -row.count, *_by_name(row)))
    return Figure("volledigheid", tuple(rows), ("count", "mean"))


def _mean(row: Row) -> int:
    mean = row.numbers["mean"]
    return -1 if mean is None else mean


def _by_name(row: Row) -> tuple[str, str]:
    return fold(row.label.nl), row.slug


# -- over time ---------------------------------------------------------------------------------------------------------


def _begin_years(counts: Mapping[int | None, int]) -> Figure:
    """Count by the year of the begin date, the oldest first; years in which nothing began are left out."""
    years = sorted((year, count) for year, count in counts.items() if year is not None)
    rows = [_row(f"{year:04}", Words(str(year), str(year)), count) for year, count in years]
    if counts.get(None):
        rows.append(_row("", NOT_FILLED_IN, counts[None]))
    return Figure("beginjaar", tuple(rows))


def _months(index: Bitset, today: date) -> Figure:
    """Count what the log did in each month since the first publication, also in months without any.

    `new` is a first version, `changed` a later one, `count` both.
    """
    # Entries of one hour are of one month wherever the clock stands, and an hour is the beginning of what both
    # databases print of a moment: so they count, and only Python knows the months of Amsterdam.
    hour = Substr(Cast("published_at", TextField()), 1, 13)
    entries = Publication.objects.alias(at=F("sequence") + 0).filter(at__lte=index.sequence)
    groups = entries.exclude(action=Action.REDACT).annotate(hour=hour).values_list("hour", "action").order_by()
    counts: Counter[tuple[str, str]] = Counter()
    for text, action, first, every in groups.annotate(first=Count("pk", filter=Q(version=1)), every=Count("pk")):
        month = _month_of(text)
        if action == Action.WITHDRAW:
            counts[month, "withdrawn"] += every
        else:
            counts[month, "new"] += first
            counts[month, "changed"] += every - first
    rows = []
    for month in _months_from(min((month for month, _what in counts), default=""), today):
        numbers = {what: counts[month, what] for what in ("new", "changed", "withdrawn")}
        rows.append(_row(month, _month_label(month), numbers["new"] + numbers["changed"], **numbers))
    return Figure("maand", tuple(rows), ("count", "new", "changed", "withdrawn"))


def _month_of(hour: str) -> str:
    """Return the month "yyyy-mm", where the register is, of an hour "yyyy-mm-dd hh" of UTC."""
    if "02" <= hour[8:10] <= "27":
        return hour[:7]  # nowhere on earth is it another month
    return timezone.localdate(datetime.strptime(hour, "%Y-%m-%d %H").replace(tzinfo=UTC)).strftime("%Y-%m")


def _months_from(first: str, today: date) -> list[str]:
    """Return every month "yyyy-mm" from the first up to that of today."""
    if not first:
        return []
    at, last = int(first[:4]) * 12 + int(first[5:]) - 1, today.year * 12 + today.month - 1
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(at, max(at, last) + 1)]


def _month_label(month: str) -> Words:
    first = date(int(month[:4]), int(month[5:]), 1)
    told = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            told[code] = date_format(first, "F Y")
    return Words(told["nl"], told["en"])


def _ages(older: Mapping[int, int]) -> Figure:
    """Count by how many months ago a record last changed. `older` tells how many are at least so many months old."""
    rows = []
    for low, high, label in AGES:
        count = older[low] - (older[high] if high else 0)
        rows.append(_row(slug_of(label.nl), label, count, from_months=low, to_months=high))
    return Figure("leeftijd", tuple(rows), ("count", "from_months", "to_months"))


def _changed_after(index: Bitset, day: date) -> int:
    """Count the records whose current version was published after a day, where the register is."""
    after = day + timedelta(days=1)
    moment = datetime(after.year, after.month, after.day, tzinfo=timezone.get_default_timezone())
    later = Publication.objects.filter(published_at__gte=moment).order_by("published_at", "sequence")
    first = later.values_list("sequence", flat=True).first()  # moments never run back along the log
    return 0 if first is None else (index.all >> first).bit_count()


def months_before(day: date, months: int) -> date:
    """Return the same day so many months ago, or the last of that month when it is shorter."""
    month = day.year * 12 + day.month - 1 - months
    year, month = month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _versions(counts: Mapping[int, int]) -> Figure:
    """Count by how many versions a record has had."""
    rows = []
    for low, high, label in VERSIONS:
        within = sum(count for version, count in counts.items() if low <= version and (high is None or version <= high))
        rows.append(_row(slug_of(label.nl), label, within, from_versions=low, to_versions=high))
    return Figure("versies", tuple(rows), ("count", "from_versions", "to_versions"))


def _row(slug: str, label: Words, count: int, **numbers: int | None) -> Row:
    return Row(slug, label, {"count": count, **numbers})
