"""Every line of a printed register is found again: on the public pages, in the API and in the CSV."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from pathlib import Path

import pytest
from django.core.management import call_command

from algorithms.models import Algorithm, Department, Listing, Page
from algorithms.verifying import verify
from importers.readers.printed import fold
from tests.conftest import SEEDS
from tests.lines import parts_of

DATA = Path(__file__).parent / "data"
OWN = [DATA / "landelijke-pagina.txt", DATA / "registerprint.txt"]
SOURCES = [OWN, sorted(SEEDS.glob("*.txt"))] if SEEDS.is_dir() else [OWN]
NAMES = "Parkeercontrole;Aardgasvrij;SpotRotterdam;Heronderzoeken Uitkeringsgerechtigden"


def imported(paths, *arguments: str, report: Path) -> dict:
    with pytest.raises(SystemExit) as ended:
        call_command("import_register", *map(str, paths), *arguments, "--report", str(report))
    assert ended.value.code == 0
    return json.loads(report.read_text(encoding="utf-8"))


def words(markup: str) -> str:
    return fold(html.unescape(re.sub(r"<[^>]+>", " ", markup)))


def texts(value) -> list[str]:
    if isinstance(value, dict):
        if {"topic", "name", "contents"} <= value.keys():  # a row of a printed table: its cells in their order
            return [" ".join(texts([value["topic"], value["name"], value["contents"]])), *texts([value["used_for"]])]
        return [text for part in value.values() for text in texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in texts(part)]
    return [words(value)] if isinstance(value, str) else []


def column(text: str, key: str) -> list[str]:
    return [row[key] for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))]


def missing(paths, found: str, report: dict) -> list[str]:
    """The lines that are neither found nor named as furniture; bookkeeping of the source is named beside it."""
    named = {fold(line) for line in report["furniture"]} | {fold(line["text"]) for line in report["kept_aside"]}
    squeezed = found.replace(" ", "")
    lost = []
    for path in paths:
        for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not fold(raw) or fold(raw) in named:
                continue
            ways = parts_of(raw)
            # tags stand between words and full stops, so white space is no part of the comparison
            if not any(all(part.replace(" ", "") in squeezed or part in named for part in way) for way in ways):
                lost.append(f"{path.name}:{number}: {raw}")
    return lost


@pytest.fixture(params=SOURCES, ids=lambda paths: paths[0].parent.name)
def source(request, db, tmp_path):
    report = imported(request.param, "--publish", report=tmp_path / "report.json")
    return request.param, report


def test_every_line_is_on_the_pages(client, source):
    paths, report = source
    listings = Listing.objects.all()
    pages = [f"/algoritmes/{row.lars}/{row.slug}/" for row in listings]
    pages += [page.get_absolute_url() for page in Page.objects.filter(is_public=True)]
    found = ""
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        found += " " + words(answer.content.decode())
    assert missing(paths, found, report) == []


def test_every_line_is_in_the_api(client, source):
    paths, report = source
    found = []
    for row in Listing.objects.all():
        found += texts(client.get(f"/api/v1/algoritmes/{row.lars}").json())
    for page in client.get("/api/v1/paginas").json()["results"]:
        found += texts(client.get(f"/api/v1/paginas/{page['slug']}").json())
    assert missing(paths, " ".join(found), report) == []


def test_every_line_of_a_record_is_in_the_csv(client, source):
    paths, report = source
    answer = client.get("/open-data/algoritmes.csv")
    found = b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode()
    # a cell of rows is JSON, a quote in a cell is doubled
    rows = [texts(json.loads(cells)) for cells in column(found, "data_sources")]
    found = fold(found.replace('""', '"').replace('\\"', '"').replace("\\n", " ").replace(" | ", " ") + str(rows))
    pages = " ".join(words(page.title + " " + page.body) for page in Page.objects.all())
    assert missing(paths, f"{found} {pages}", report) == []


def test_a_line_that_is_gone_is_missed(source):
    """The checks above would notice: with only one record's name on the pages nearly every line is missing."""
    paths, report = source
    assert len(missing(paths, "Parkeercontrole", report)) > 20


def test_the_same_file_twice_changes_nothing(source, tmp_path):
    paths, _report = source
    before = list(Algorithm.objects.values_list("lars", "updated_at"))
    again = imported(paths, "--publish", report=tmp_path / "again.json")
    assert again["counts"] == {"created": 0, "changed": 0, "unchanged": len(before), "refused": 0}
    assert {page["action"] for page in again["pages"]} <= {"unchanged"}
    assert list(Algorithm.objects.values_list("lars", "updated_at")) == before
    assert verify().faults == []


@pytest.mark.skipif(not SEEDS.is_dir(), reason="no seeds beside the checkout; told in the header")
def test_the_five_records_of_the_seeds_stand_in_the_demo_register(client, db, tmp_path):
    call_command("load_demo")
    before = dict(Algorithm.objects.values_list("name", "lars"))
    departments = set(Department.objects.values_list("organization__slug", "path"))
    paths = sorted(SEEDS.glob("*.txt"))
    report = imported(paths, "--publish", "--names", NAMES, report=tmp_path / "report.json")
    assert report["counts"] == {"created": 0, "changed": 5, "unchanged": 0, "refused": 0}
    assert dict(Algorithm.objects.values_list("name", "lars")) == before
    assert set(Department.objects.values_list("organization__slug", "path")) == departments
    listed = client.get("/api/v1/algoritmes").json()
    assert listed["count"] == 5
    assert {row["version"] for row in listed["results"]} == {2}
    gas = client.get(f"/api/v1/algoritmes/{before['Aardgasvrij']}").json()
    assert len(gas["data_sources"]) == 27
    assert {row["topic"] for row in gas["data_sources"]} == {
        "Gebouweigenschappen",
        "Woningeigenschappen",
        "Bestaande aansluitingen",
        "Potentieel warmtenet",
    }
    assert "<table>" in gas["methods_and_models"]
    page = client.get("/algoritmes/", follow=True).content.decode()
    assert all(name in page for name in before)
    assert verify().faults == []
