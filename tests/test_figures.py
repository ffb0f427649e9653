"""The figures say what is in the register: as data, as sentences, charts and tables, and as CSV, all the same."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from algorithms import bitset, figures, hints, log, publishing
from algorithms.models import Head, Listing, Organization, Publication
from algorithms.public import charts
from algorithms.verifying import verify
from tests.conftest import organization_named

PAGE, CSV = "/cijfers/", "/open-data/cijfers/{}.csv"
SILENT = "Waterschap Stilwater"


@pytest.fixture
def register(make_algorithm):
    """Five records of two organisations, a changed and a withdrawn one; a third organisation reported nothing."""
    organization_named(SILENT)
    changes = [
        {"category": ["Verkeer", "Wonen"], "begin_date": "2021-03"},
        {"category": ["Verkeer"], "status": "In ontwikkeling", "begin_date": "2023-01"},
        {"category": [], "begin_date": "", "risk_class": "high", "organization": {"name": "=Gemeente Uitroep"}},
        {"category": ["Werk"], "begin_date": "2023-11", "goal": ""},
        {"name": "Verdwenen"},
    ]
    drafts = [make_algorithm(**change) for change in changes]
    publishing.publish_many(drafts)
    drafts[0].goal = "<p>Iets anders.</p>"
    drafts[0].save()
    publishing.publish(drafts[0])
    publishing.withdraw(drafts[4].lars, reason="Gestopt.")
    return drafts


def now() -> figures.Figures:
    return figures.now(Head.now())


def counts(name: str, column: str = "count") -> dict[str, int | None]:
    return {row.slug: row.numbers[column] for row in now().figure(name).rows}


def rows_of(client, name: str) -> list[dict[str, str]]:
    answer = client.get(CSV.format(name))
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(page)).split())


# -- the numbers -------------------------------------------------------------------------------------------------------


def test_each_value_is_counted_and_what_is_not_filled_in_too(register):
    made = now()
    assert (made.records, made.in_use, made.organizations) == (4, 3, 2)
    assert {slug: count for slug, count in counts("thema").items() if count} == {
        "verkeer": 2, "wonen": 1, "werk": 1, "": 1,
    }  # fmt: skip
    assert counts("status") == {"in-ontwikkeling": 1, "in-gebruik": 3, "buiten-gebruik": 0}
    assert counts("risicoklasse")["high"] == 1
    assert counts("risicoklasse")[""] == 3
    assert counts("beginjaar") == {"2021": 1, "2023": 2, "": 1}
    assert sorted(counts("organisatie").values()) == [0, 1, 3]
    assert next(iter(counts("thema"))) == "verkeer"  # by size
    assert counts("versies") == {
        "1-versie": 3, "2-versies": 1, "3-versies": 0, "4-tot-en-met-9-versies": 0, "10-versies-of-meer": 0,
    }  # fmt: skip


def test_completeness_is_the_mean_of_what_the_hints_say(register):
    told: dict[str, list[int]] = {}
    for row in Listing.objects.select_related("publication"):
        content = publishing.current_contents([row.lars])[row.lars]
        assert row.completeness == hints.completeness(content).percentage
        told.setdefault(row.organization_slug, []).append(row.completeness)
    means = {slug: round(sum(each) / len(each)) for slug, each in told.items()}
    silent = Organization.objects.get(name=SILENT).slug
    assert counts("volledigheid", "mean") == means | {silent: None}
    assert len(means) == 2
    assert now().figure("volledigheid").rows[-1].slug == silent


def entries(*moments: tuple[str, str, int]) -> None:
    """Write log entries as they would have been at these (moment of UTC, action, version); listings are not made."""
    head = Head.now()
    for text, action, version in moments:
        entry = Publication(
            sequence=head.sequence + 1, lars="12345678", version=version, action=action,
            published_at=datetime.fromisoformat(text).replace(tzinfo=UTC), sha256=log.sha256(""),
            note_sha256=log.sha256(""), previous=head.hash,
        )  # fmt: skip
        entry.hash = log.entry_hash(entry)
        Publication.objects.bulk_create([entry])
        head.sequence, head.hash, head.published_at = entry.sequence, entry.hash, entry.published_at
    head.save()


def test_months_are_those_of_the_netherlands_and_none_is_left_out(db):
    entries(
        ("2025-11-30T22:59", "publish", 1),
        ("2025-11-30T23:00", "publish", 2),  # midnight in Amsterdam: December
        ("2026-02-03T12:00", "withdraw", 2),
        ("2026-03-31T21:59", "publish", 3),
        ("2026-03-31T22:00", "redact", 1),  # no publication
    )
    made = figures._made(bitset.now(Head.now()), date(2026, 5, 9))
    rows = made.figure("maand").rows
    assert [(row.slug, *row.numbers.values()) for row in rows] == [
        ("2025-11", 1, 1, 0, 0),
        ("2025-12", 1, 0, 1, 0),
        ("2026-01", 0, 0, 0, 0),
        ("2026-02", 0, 0, 0, 1),
        ("2026-03", 1, 0, 1, 0),
        ("2026-04", 0, 0, 0, 0),
        ("2026-05", 0, 0, 0, 0),
    ]
    assert (rows[0].label.nl, rows[0].label.en) == ("november 2025", "November 2025")


def test_age_is_counted_in_whole_months_of_the_calendar(publish_algorithm):
    publish_algorithm()
    index = bitset.now(Head.now())
    published = timezone.localdate(Listing.objects.get().published_at)

    def bucket(today: date) -> list[int]:
        return [row.count for row in figures._made(index, today).figure("leeftijd").rows]

    assert bucket(published) == [1, 0, 0, 0, 0]
    for place, months in enumerate((1, 6, 12, 24), start=1):
        first = figures.months_before(published, -months)
        if first.day != published.day:  # a shorter month: the first of the next
            first += timedelta(days=1)
        assert bucket(first - timedelta(days=1)) == [int(each == place - 1) for each in range(5)]
        assert bucket(first) == [int(each == place) for each in range(5)]


def test_a_month_ago_is_the_last_day_of_a_shorter_month():
    assert figures.months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert figures.months_before(date(2026, 1, 31), 2) == date(2025, 11, 30)
    assert figures.months_before(date(2028, 2, 29), 12) == date(2027, 2, 28)


def test_figures_are_made_once_for_a_state_and_a_day(register, monkeypatch):
    first = now()
    with CaptureQueriesContext(connection) as asked:
        assert now() is first
    assert len(asked) == 1  # the head
    monkeypatch.setattr(timezone, "localdate", lambda *args: date(2100, 1, 1))
    later = now()
    assert later is not first
    assert [row.count for row in later.figure("leeftijd").rows] == [0, 0, 0, 0, 4]


def test_they_cost_as_many_queries_for_many_records_as_for_few(register, make_algorithm, client):
    def asked() -> int:
        bitset.now(Head.now()).memory.clear()
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        return len(queries)

    few = asked()
    publishing.publish_many([make_algorithm(organization={"name": f"Gemeente {number}"}) for number in range(9)])
    client.get("/algoritmes/")  # the index is made
    assert asked() == few <= 14


# -- what lists keep for it --------------------------------------------------------------------------------------------


def test_a_register_from_before_gets_its_columns_with_migrate(register):
    before = dict(Listing.objects.values_list("lars", "completeness"))
    Listing.objects.update(completeness=None, begin_year=None)
    assert any("completeness" in fault for fault in verify().faults)
    call_command("migrate", verbosity=0)
    assert dict(Listing.objects.values_list("lars", "completeness")) == before
    assert verify().faults == []
    revision = Head.now().site_revision
    call_command("migrate", verbosity=0)  # nothing is missing: nothing is done
    assert Head.now().site_revision == revision


def test_a_release_that_weighs_otherwise_counts_anew(register):
    Listing.objects.update(completeness=1)
    call_command("migrate", verbosity=0)
    assert verify().faults == []


# -- CSV ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", figures.NAMES)
def test_each_figure_is_a_file_with_the_same_numbers(register, client, name):
    figure = now().figure(name)
    answer = client.get(CSV.format(name))
    assert answer["Register-Sequence"] == str(Head.now().sequence) == "7"
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="cijfers-{name}-7.csv"'
    assert answer["ETag"].endswith(f'.{timezone.localdate()}"')
    assert client.get(CSV.format(name), headers={"if-none-match": answer["ETag"]}).status_code == 304
    lines = rows_of(client, name)
    assert list(lines[0]) == ["slug", "label_nl", "label_en", *figure.columns]
    assert [line["slug"] for line in lines] == [row.slug for row in figure.rows]
    for line, row in zip(lines, figure.rows, strict=True):
        assert [line[column] for column in figure.columns] == [
            "" if number is None else str(number) for number in row.numbers.values()
        ]


def test_no_cell_is_a_formula(register, client):
    assert "'=Gemeente Uitroep" in {line["label_nl"] for line in rows_of(client, "organisatie")}


def test_a_file_answers_no_questions_and_has_no_other_names(register, client):
    assert client.get(CSV.format("thema"), {"jaar": "2024"}).status_code == 400
    assert client.post(CSV.format("thema")).status_code == 405
    assert client.options(CSV.format("thema"))["Allow"] == "GET, HEAD, OPTIONS"
    assert client.head(CSV.format("thema")).status_code == 200
    for name in ("geheim", "thema.csv", "THEMA"):
        assert client.get(CSV.format(name)).status_code == 404


# -- the page ----------------------------------------------------------------------------------------------------------


def test_the_page_says_what_one_sees_and_shows_each_number(register, read, client):
    for path, sentences in {
        PAGE: [
            "‘Verkeer’ komt het vaakst voor: bij 2 van de 4 algoritmes.",
            "Een algoritme kan bij meer thema’s horen. Samen zijn de aantallen dus hoger dan 4.",
            "3 van de 4 algoritmes zijn nu in gebruik.",
            "Gemeente Voorbeeldstad heeft de meeste algoritmes: 3 van de 4.",
            "1 organisatie heeft nu geen algoritmes. De naam staat in de tabel.",
            "‘2023’ komt het vaakst voor: bij 2 van de 4 algoritmes.",
            "Er is 1 keer een algoritme gewijzigd, en 1 keer een algoritme ingetrokken.",
            "4 van de 4 algoritmes zijn in het afgelopen jaar nieuw of gewijzigd.",
            "1 van de 4 algoritmes is na de eerste keer nog gewijzigd.",
        ],
        f"/en{PAGE}": [
            "‘Traffic’ occurs most often: for 2 of the 4 algorithms.",
            "3 of the 4 algorithms are in use now.",
            "Gemeente Voorbeeldstad has the most algorithms: 3 of the 4.",
        ],
    }.items():
        page = read(path)
        for sentence in sentences:
            assert sentence in words(page)
        parts = dict(re.findall(r'<article class="chart" aria-labelledby="(\w+)">(.*?)</article>', page, re.S))
        assert list(parts) == list(figures.NAMES)
        for name, part in parts.items():
            assert part.count('role="img"') == part.count("<caption") == part.count("<details") == 1
            assert f'href="/open-data/cijfers/{name}.csv"' in part
            lines = re.findall(r'<th scope="row".*?</tr>', part, re.S)
            assert len(lines) == len(now().figure(name).rows)
    assert SILENT in words(read(PAGE))
    # A value leads to the records it counts.
    listed = re.search(r'href="(/algoritmes/\?thema=verkeer)"', read(PAGE))
    assert listed
    assert "2 algoritmes" in words(read(listed[1]))


def test_an_empty_register_has_no_figures_yet(read, client):
    page = read(PAGE)
    assert "Er zijn nog geen cijfers." in page
    assert "<svg" not in page
    assert "There are no figures yet." in read(f"/en{PAGE}")
    assert rows_of(client, "maand") == []
    assert {line["count"] for line in rows_of(client, "status")} == {"0"}


def test_of_many_organisations_the_largest_are_drawn_and_all_are_in_the_table(make_algorithm, read):
    drafts = [make_algorithm(organization={"name": f"Gemeente Nummer {number:02}"}) for number in range(23)]
    publishing.publish_many([*drafts, make_algorithm(organization={"name": "Gemeente Nummer 22"})])
    part = read(PAGE).partition('aria-labelledby="organisatie"')[2].partition("</article>")[0]
    drawn, _details, table = part.partition("<details")
    assert drawn.count("<rect") == 20
    assert "De grafiek toont de 20 organisaties met de meeste algoritmes. De tabel noemt ze alle 23." in drawn
    assert "Gemeente Nummer 22</text>" in drawn
    assert table.count('<th scope="row"') == 23


def test_numbers_of_the_drawing_are_written_as_svg_reads_them(register, read):
    """Dutch writes a comma in 2,5; a drawing would fall apart."""
    for drawn in re.findall(r"<svg.*?</svg>", read(PAGE), re.S):
        measures = re.findall(r' (?:x|y|x1|x2|y1|y2|dx|width|height)="([^"]*)"', drawn)
        assert measures
        assert all(re.fullmatch(r"\d+(\.\d+)?(em|%)?", measure) for measure in measures)


# -- the layout --------------------------------------------------------------------------------------------------------

WIDTHS = (charts.NARROWEST, 25.0, 44.0)  # em
names = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=90)
sizes = st.integers(0, 10**6)


def within(text: charts.Text, height: float) -> None:
    for across in WIDTHS:
        left, right = text.reach(across)
        assert left >= 0
        assert right <= across + 0.01
    assert 0 < text.y <= height


def apart(texts: list[charts.Text]) -> None:
    """No two texts of one line meet."""
    for across in WIDTHS:
        for one, other in pairwise(texts):
            if abs(one.y - other.y) < 1:
                assert one.reach(across)[1] <= other.reach(across)[0] + 0.01


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(names, sizes), max_size=25), st.booleans())
def test_bars_stay_within_the_drawing_and_below_their_labels(rows, parts):
    whole = 10**6 if parts else None
    made = charts.bars([(name, size, f"{size}") for name, size in rows], whole=whole)
    below = 0.0
    for bar, (name, _size) in zip(made.bars, rows, strict=True):
        assert "".join(line.text for line in bar.label).replace(" ", "") == "".join(name.split())
        for line in bar.label:
            within(line, made.height)
            assert line.y - 0.8 >= below - 0.01
            below = line.y
        assert bar.box.y >= below
        below = bar.box.y + bar.box.height
        within(bar.number, made.height)
        assert below <= made.height
        assert bar.number.x >= bar.box.width
    largest = max((size for _name, size in rows), default=0)
    for bar, (_name, size) in zip(made.bars, rows, strict=True):  # they begin at zero and are to scale
        most = max(other.box.width for other in made.bars)
        assert bar.box.x == 0
        assert bar.box.width == pytest.approx(most * size / largest if largest else 0, abs=0.02)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 80), st.data())
def test_columns_stay_within_the_drawing_and_their_texts_do_not_meet(count, data):
    series = [
        (title, data.draw(st.lists(sizes, min_size=count, max_size=count))) for title in ("Nieuw", "Gewijzigd", "")
    ]
    made = charts.columns(series, [(at, str(1990 + at)) for at in range(count)], "geen")
    highest = max(number for _title, numbers in series for number in numbers)
    for panel, (_title, numbers) in zip(made.panels, series, strict=True):
        filled = [number for number in numbers if number]
        assert len(panel.columns) == len(filled)
        for box, number in zip(panel.columns, filled, strict=True):
            assert 0 <= box.x < box.x + box.width <= 100
            assert box.height == pytest.approx(charts.PLOT * number / highest, abs=0.02)  # one scale
            assert box.y + box.height == pytest.approx(panel.base, abs=0.03)
        for text in panel.numbers:
            within(text, made.height)
        apart(list(panel.numbers))
        assert bool(panel.numbers) == bool(filled)
    for tick in made.ticks:
        within(tick, made.height)
    apart(list(made.ticks))
    assert made.ticks


def test_a_chart_of_nothing_is_empty():
    assert charts.bars([]).bars == ()
    assert charts.columns([], []).panels == ()
