"""The demo register is complete, in both languages, and in words of our own."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from algorithms import document, standard
from algorithms.models import Algorithm, Department, Listing, Organization, Page, Publication, Synonym
from algorithms.verifying import verify
from importers.readers.printed import fold
from tests.conftest import SEEDS

ROOT = Path(__file__).resolve().parent.parent
RECORDS = sorted((ROOT / "fixtures" / "records").glob("*.json"))
NAMES = {
    "Wijkaanpak": "Gemeente Assen",
    "Parkeercontrole": "Gemeente Rotterdam",
    "Aardgasvrij": "Gemeente Rotterdam",
    "SpotRotterdam": "Gemeente Rotterdam",
    "Heronderzoeken Uitkeringsgerechtigden": "Gemeente Rotterdam",
}
# What the two source documents tell of each, whatever the words around it.
FACTS = {
    "Wijkaanpak": "2019 2022 CBS RIVM Kadaster DEGO LISA Aedes gradient Clappform 2023-08 DPIA Stigma",
    "Parkeercontrole": "ISA NPR Parksaver GDP HAS RDW P+R gps 5|vijf zes|6 14|010 naheffingsaanslag Informatiecentrum",
    "Aardgasvrij": "BAG SHAERE Nieman Stedin CBS EAN COMSOF Greenvis DWA RAM QGis 2050 16 15 30% 70% 100.000 70.000",
    "SpotRotterdam": "500 15 vijf|5 Resono OpenStreetMap Kadaster BAG Total|Design info@spotrotterdam.nl",
    "Heronderzoeken Uitkeringsgerechtigden": "Socrates RWM Raak Participatiewet 0 1 2022 inkomensconsulent",
}


@pytest.fixture
def demo(db):
    call_command("load_demo", stdout=StringIO())


def test_the_demo_register_is_published_whole(demo):
    assert dict(Listing.objects.values_list("name", "publication__listing__organization_slug")) == {
        name: Organization.objects.get(name=organization).slug for name, organization in NAMES.items()
    }
    assert Department.objects.count() == 4
    assert all(organization.tooi for organization in Organization.objects.all())
    assert {*Page.FIXED} <= set(Page.objects.filter(is_public=True).values_list("slug", flat=True))
    assert Synonym.objects.count() >= 25
    assert verify().faults == []


def test_it_goes_only_into_an_empty_register(demo):
    out = StringIO()
    call_command("load_demo", stdout=out)
    assert "al inhoud" in out.getvalue()
    assert Publication.objects.count() == len(NAMES)


def test_a_person_could_publish_each_record(demo):
    for algorithm in document.with_rows(list(Algorithm.objects.all())):
        found = document.problems(document.build(algorithm))
        assert [str(problem) for problem in found if problem.level != document.WARNING] == []


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_every_dutch_text_has_english_beside_it(path):
    record = json.loads(path.read_text(encoding="utf-8"))
    english = record["translations"]["eng"]
    assert {key for key in standard.TRANSLATED if record.get(key)} == {k for k in english if k in standard.TRANSLATED}
    for key in standard.ROW_KEYS:
        columns = [column.key for column in standard.translated_columns(key)]
        if not columns:
            continue
        rows = english.get(key, [{}] * len(record[key]))
        assert len(rows) == len(record[key])
        for dutch, translated in zip(record[key], rows, strict=True):
            assert {c for c in columns if dutch.get(c)} == set(translated), (key, dutch)


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_every_fact_of_the_sources_is_told(path):
    record = json.loads(path.read_text(encoding="utf-8"))
    text = json.dumps({key: value for key, value in record.items() if key != "translations"}, ensure_ascii=False)
    missing = [
        fact
        for fact in FACTS[record["name"]].split()
        if not any(re.search(rf"(?<!\w){re.escape(way)}", text, re.IGNORECASE) for way in fact.split("|"))
    ]
    assert missing == []


def test_aardgasvrij_tells_its_27_sources_and_the_worked_example():
    record = json.loads((ROOT / "fixtures" / "records" / "aardgasvrij.json").read_text(encoding="utf-8"))
    assert len(record["data_sources"]) == 27
    assert len({row["topic"] for row in record["data_sources"]}) == 4
    assert "<table>" in record["methods_and_models"]


def runs(text: str, length: int = 9) -> set[str]:
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[i : i + length]) for i in range(len(words) - length + 1)}


def test_no_sentence_is_copied_from_the_source_documents():
    """Facts carry over, sentences do not. The figures of a table are facts.

    Without the sources beside the checkout, which the header tells, there is nothing to compare with.
    """
    theirs = {run for path in SEEDS.glob("*.txt") for run in runs(fold(path.read_text(encoding="utf-8")))}
    for path in RECORDS:
        ours = re.sub(r"<table>.*?</table>|<[^>]+>", " . ", path.read_text(encoding="utf-8"))
        copied = {run for part in re.split(r'[."]', ours) for run in runs(part)} & theirs
        assert sorted(copied) == []
