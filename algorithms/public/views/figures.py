"""The figures of the register: each as a sentence, a chart and a table with the same numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from algorithms import figures as numbers
from algorithms.figures import Figure, Figures, Row
from algorithms.public import charts, context
from algorithms.standard import FIELDS, STATUSES, label_of

MOST_BARS = 20  # the largest organisations; all are in the table
MOST_MONTHS = 60  # the last ones
YEARS_BEFORE, YEARS_AFTER = 29, 5  # around this year; a year outside is more often a slip than a fact
FEW_MONTHS = 24  # below this, a chart names its first and last month; above, the years
MOST_NAMES = 3  # in one sentence


@dataclass(frozen=True)
class Line:
    """One row of a table. `address` is that of the records it counts, "" when there are none or no such list."""

    label: str
    cells: list[str]
    address: str = ""


@dataclass
class Shown:
    """One figure as the page shows it: sentences, bars or columns, and the table."""

    name: str
    title: str
    told: list[str]
    first: str  # heading of the table's first column
    heads: list[str]
    lines: list[Line]
    bars: charts.Bars | None = None
    columns: charts.Columns | None = None
    notes: list[str] = field(default_factory=list)  # what one has to know to read the chart rightly


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    made = numbers.now(context.head(request))
    shown = [_shown(made, made.figure(name)) for name in numbers.NAMES] if made.records else []
    return render(request, "public/figures.html", {"made": made, "main": _main(made), "figures": shown})


def _main(made: Figures) -> list[tuple[str, str]]:
    """Return (number, what it counts) of what everybody asks first."""
    told = [
        (_number(made.records), _("Algoritmes")),
        (_number(made.in_use), label_of(STATUSES, STATUSES[1].value)),
        (_number(made.organizations), _("Organisaties")),
    ]
    return told if made.completeness is None else [*told, (_percent(made.completeness), _("Gemiddeld ingevuld"))]


def _shown(made: Figures, figure: Figure) -> Shown:
    makers: dict[str, Callable[[Figures, Figure], Shown]] = {
        "thema": _themes,
        "organisatie": _organizations,
        "beginjaar": _begin_years,
        "maand": _months,
        "volledigheid": _completeness,
        "leeftijd": _ages,
        "versies": _versions,
    }
    return makers.get(figure.name, _values)(made, figure)


# -- by value ----------------------------------------------------------------------------------------------------------


def _values(made: Figures, figure: Figure) -> Shown:
    """Status, category or risk class: few values, all of them drawn, in the order of the standard."""
    title, key = {
        "status": (_("Algoritmes per status"), "status"),
        "categorie": (_("Algoritmes per publicatiecategorie"), "publication_category"),
        "risicoklasse": (_("Algoritmes per risicoklasse"), "risk_class"),
    }[figure.name]
    shown = _counted(made, figure, title, str(FIELDS[key].label), list(figure.rows))
    if figure.name == "status" and figure.filled:
        shown.told[0] = ngettext(
            "%(count)s van de %(total)s algoritmes is nu in gebruik.",
            "%(count)s van de %(total)s algoritmes zijn nu in gebruik.",
            made.in_use,
        ) % {"count": _number(made.in_use), "total": _number(made.records)}
    return shown


def _themes(made: Figures, figure: Figure) -> Shown:
    drawn = [row for row in figure.rows if row.count]
    shown = _counted(made, figure, _("Algoritmes per thema"), str(FIELDS["category"].label), drawn)
    if figure.total() > made.records:
        shown.notes.append(
            _("Een algoritme kan bij meer thema’s horen. Samen zijn de aantallen dus hoger dan %(total)s.")
            % {"total": _number(made.records)}
        )
    if empty := sum(1 for row in figure.rows if not row.count):
        shown.notes.append(
            ngettext("Bij %(count)s thema staat nog niets.", "Bij %(count)s thema’s staat nog niets.", empty)
            % {"count": _number(empty)}
        )
    return shown


def _organizations(made: Figures, figure: Figure) -> Shown:
    drawn = [row for row in figure.rows if row.count][:MOST_BARS]
    shown = _counted(made, figure, _("Algoritmes per organisatie"), str(FIELDS["organization"].label), drawn)
    shown.notes += _largest(made.organizations)
    if silent := sum(1 for row in figure.rows if not row.count):
        shown.notes.append(
            ngettext(
                "%(count)s organisatie heeft nu geen algoritmes. De naam staat in de tabel.",
                "%(count)s organisaties hebben nu geen algoritmes. De namen staan in de tabel.",
                silent,
            )
            % {"count": _number(silent)}
        )
    return shown


def _counted(made: Figures, figure: Figure, title: str, first: str, drawn: Sequence[Row]) -> Shown:
    """A figure that counts records by a facet."""
    listed = reverse("algorithm-list")
    lines = [
        Line(
            str(row.label),
            [_number(row.count)],
            f"{listed}?{figure.name}={row.slug}" if row.slug and row.count else "",
        )
        for row in figure.rows
    ]
    rows = [(str(row.label), row.count, _number(row.count)) for row in drawn]
    laid_out = charts.bars(rows, apart=str(numbers.NOT_FILLED_IN) if figure.without else "")
    told = [_most(figure, made.records), *_without(figure)]
    return Shown(figure.name, title, told, first, [_("Algoritmes")], lines, laid_out)


def _most(figure: Figure, total: int) -> str:
    """Say in words which value occurs most, or which few do; nothing when many do."""
    names, count = _most_frequent(figure)
    told = {"names": _together(names), "count": _number(count), "total": _number(total)}
    if not count:
        return _("Dit is nog bij geen enkel algoritme ingevuld.")
    if len(names) > MOST_NAMES:
        return ""
    if figure.name == "organisatie":
        return (
            ngettext(
                "%(names)s heeft de meeste algoritmes: %(count)s van de %(total)s.",
                "%(names)s hebben de meeste algoritmes: elk %(count)s van de %(total)s.",
                len(names),
            )
            % told
        )
    told["names"] = _together([f"‘{name}’" for name in names])
    return (
        ngettext(
            "%(names)s komt het vaakst voor: bij %(count)s van de %(total)s algoritmes.",
            "%(names)s komen het vaakst voor: elk bij %(count)s van de %(total)s algoritmes.",
            len(names),
        )
        % told
    )


def _most_frequent(figure: Figure) -> tuple[list[str], int]:
    """Return the labels of the values that occur most, and how often each does; ([], 0) when none is filled in."""
    count = max((row.count for row in figure.filled), default=0)
    return [str(row.label) for row in figure.filled if row.count == count], count


def _without(figure: Figure) -> list[str]:
    """Say how many records have no value, when it is not all of them."""
    if not figure.without or not figure.filled:
        return []
    told = ngettext(
        "Bij %(count)s algoritme is dit niet ingevuld.",
        "Bij %(count)s algoritmes is dit niet ingevuld.",
        figure.without,
    )
    return [told % {"count": _number(figure.without)}]


def _largest(organizations: int) -> list[str]:
    """Say that only the largest are drawn, when there are more."""
    if organizations <= MOST_BARS:
        return []
    told = _("De grafiek toont de %(most)s organisaties met de meeste algoritmes. De tabel noemt ze alle %(all)s.")
    return [told % {"most": MOST_BARS, "all": _number(organizations)}]


# -- how good ----------------------------------------------------------------------------------------------------------


def _completeness(made: Figures, figure: Figure) -> Shown:
    told = [
        _("Gemiddeld is %(mean)s%% ingevuld van wat belangrijk is om te weten.") % {"mean": made.completeness},
        _(
            "Wat verplicht is, telt het zwaarst. Daarna komt wat altijd op de pagina staat. "
            "Wat mensen als eerste vragen, telt ook mee. Zoals: over wie gaat het, en waar kan ik bezwaar maken?"
        ),
    ]
    largest = sorted((row for row in figure.rows if row.count), key=lambda row: -row.count)[:MOST_BARS]
    drawn = [row for row in figure.rows if row in largest]
    rows = [(str(row.label), row.numbers["mean"] or 0, _percent(row.numbers["mean"])) for row in drawn]
    lines = [
        Line(str(row.label), [_percent(row.numbers["mean"]) or _("nu geen algoritmes"), _number(row.count)])
        for row in figure.rows
    ]
    return Shown(
        figure.name,
        _("Hoe volledig zijn de beschrijvingen?"),
        told,
        str(FIELDS["organization"].label),
        [_("Ingevuld"), _("Algoritmes")],
        lines,
        charts.bars(rows, whole=100),
        notes=_largest(made.organizations),
    )


def _ages(made: Figures, figure: Figure) -> Shown:
    recent = sum(row.count for row in figure.rows if (row.numbers["to_months"] or 13) <= 12)
    told = ngettext(
        "%(count)s van de %(total)s algoritmes is in het afgelopen jaar nieuw of gewijzigd.",
        "%(count)s van de %(total)s algoritmes zijn in het afgelopen jaar nieuw of gewijzigd.",
        recent,
    ) % {"count": _number(recent), "total": _number(made.records)}
    return _simple(figure, _("Hoe lang geleden is de laatste wijziging?"), [told], _("Laatste wijziging"))


def _versions(made: Figures, figure: Figure) -> Shown:
    later = sum(row.count for row in figure.rows if (row.numbers["from_versions"] or 0) > 1)
    told = ngettext(
        "%(count)s van de %(total)s algoritmes is na de eerste keer nog gewijzigd.",
        "%(count)s van de %(total)s algoritmes zijn na de eerste keer nog gewijzigd.",
        later,
    ) % {"count": _number(later), "total": _number(made.records)}
    kept = _("Elke wijziging is een nieuwe versie. Oude versies blijven te lezen.")
    return _simple(figure, _("Hoeveel versies zijn er?"), [told, kept], _("Aantal versies"))


def _simple(figure: Figure, title: str, told: list[str], first: str) -> Shown:
    lines = [Line(str(row.label), [_number(row.count)]) for row in figure.rows]
    rows = [(str(row.label), row.count, _number(row.count)) for row in figure.rows]
    return Shown(figure.name, title, told, first, [_("Algoritmes")], lines, charts.bars(rows))


# -- over time ---------------------------------------------------------------------------------------------------------


def _begin_years(made: Figures, figure: Figure) -> Shown:
    by_year = {int(row.slug): row.count for row in figure.filled}
    drawn = [year for year in by_year if -YEARS_BEFORE <= year - made.day.year <= YEARS_AFTER]
    years = range(min(drawn), max(drawn) + 1) if drawn else range(0)
    columns = charts.columns(
        [("", [by_year.get(year, 0) for year in years])],
        [(at, str(year)) for at, year in enumerate(years)],
        written=_number,
    )
    lines = [Line(str(row.label), [_number(row.count)]) for row in figure.rows]
    notes = []
    if outside := sum(count for year, count in by_year.items() if year not in years):
        notes.append(
            ngettext(
                "%(count)s algoritme begon in een jaar buiten deze grafiek. Dat jaar staat in de tabel.",
                "%(count)s algoritmes begonnen in een jaar buiten deze grafiek. Die jaren staan in de tabel.",
                outside,
            )
            % {"count": _number(outside)}
        )
    return Shown(
        figure.name,
        _("In welk jaar begonnen de algoritmes?"),
        [_most(figure, made.records), *_without(figure)],
        _("Jaar"),
        [_("Algoritmes")],
        lines,
        columns=columns if drawn else None,
        notes=notes,
    )


def _months(made: Figures, figure: Figure) -> Shown:
    first = str(figure.rows[0].label)
    new, changed, withdrawn = (figure.total(what) for what in ("new", "changed", "withdrawn"))
    told = [
        ngettext(
            "Sinds %(month)s is er %(count)s nieuw algoritme gepubliceerd.",
            "Sinds %(month)s zijn er %(count)s nieuwe algoritmes gepubliceerd.",
            new,
        )
        % {"month": first, "count": _number(new)},
        _("Er is %(changed)s keer een algoritme gewijzigd, en %(withdrawn)s keer een algoritme ingetrokken.")
        % {"changed": _number(changed), "withdrawn": _number(withdrawn)},
    ]
    rows = figure.rows[-MOST_MONTHS:]
    series = [
        (title, [row.numbers[key] or 0 for row in rows])
        for key, title in (("new", _("Nieuw")), ("changed", _("Gewijzigd")), ("withdrawn", _("Ingetrokken")))
    ]
    lines = [
        Line(str(row.label), [_number(row.numbers[key] or 0) for key in ("new", "changed", "withdrawn")])
        for row in reversed(figure.rows)
    ]
    notes = [_("De drie rijen hebben dezelfde maat.")]
    if len(figure.rows) > MOST_MONTHS:
        notes.append(
            _("De grafiek toont de laatste %(count)s maanden. De tabel noemt ze alle.") % {"count": MOST_MONTHS}
        )
    return Shown(
        figure.name,
        _("Wat is er per maand gepubliceerd?"),
        told,
        _("Maand"),
        [_("Nieuw"), _("Gewijzigd"), _("Ingetrokken")],
        lines,
        columns=charts.columns(series, _dates([row.slug for row in rows]), _("geen"), _number),
        notes=notes,
    )


def _dates(months: Sequence[str]) -> list[tuple[int, str]]:
    """Return what is written below months "yyyy-mm": the first and the last, or the years when there are many."""
    if len(months) <= FEW_MONTHS:
        ends = sorted({0, len(months) - 1})
        return [(at, date_format(date.fromisoformat(f"{months[at]}-01"), "M Y")) for at in ends]
    return [(at, month[:4]) for at, month in enumerate(months) if month.endswith("-01")]


# -- words -------------------------------------------------------------------------------------------------------------


def _together(names: Sequence[str]) -> str:
    """Return "A", "A en B" or "A, B en C"."""
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s en %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def _number(number: int) -> str:
    return number_format(number, force_grouping=True)


def _percent(number: int | None) -> str:
    return "" if number is None else f"{number}%"
