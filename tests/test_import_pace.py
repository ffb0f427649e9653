"""Many records come in with few queries, and what is decided quickly is decided as the long way would."""

from __future__ import annotations

import gc
import json
import random

import pytest
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import connection
from django.test.utils import CaptureQueriesContext

from algorithms import document, publishing, richtext
from algorithms.hints.texts import blocks_of, folded, is_told, says_something
from algorithms.models import Algorithm, Event, Paragraph, Publication
from importers import loader, readers
from importers.report import CREATED, Report

LONG = "Deze alinea is lang genoeg om te vergelijken met die van andere algoritmes in het register, woord voor woord."


def texts(number: int, **more) -> dict:
    return {
        "name": f"Algoritme {number}",
        "organization": {"name": "Gemeente Voorbeeldstad"},
        "goal": f"<p>{LONG} Nummer {number}.</p>",
        "steps": [{"kind": "person", "actor": "Medewerker", "action": "beslist"}],
        "references": [{"kind": "page", "title": "Meer", "link": f"https://voorbeeldstad.nl/{number}"}],
        "translations": {"eng": {"name": f"Algorithm {number}", "steps": [{"actor": "Employee"}]}},
    } | more


def load(records: list[dict], **terms) -> Report:
    report = Report()
    reading = readers.read(json.dumps({"records": records}).encode(), "records.json", "auto")
    report.begin("records.json", reading)
    loader.load(reading, report, **terms)
    return report


def queries_of(records: list[dict]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert load(records, publish=True).counts[CREATED] == len(records)
    return len(captured)


def test_a_hundred_records_take_hardly_more_queries_than_ten(db):
    load([texts(0)])  # makes the organisation
    ten = queries_of([texts(number) for number in range(1, 11)])
    hundred = queries_of([texts(number) for number in range(101, 201)])
    assert hundred < ten + 20  # a table takes more rows in a statement than these have, but for the widest


def test_what_an_import_remembers_of_a_draft_is_what_the_database_holds(db):
    load([texts(1), texts(2, lars="10000001")], publish=True)
    load([texts(1, goal="<p>Anders.</p>", steps=[{"kind": "data", "actor": "Systeem"}])], publish=True)
    for draft in Algorithm.objects.all():
        stored = document.build(Algorithm.objects.get(pk=draft.pk))
        assert stored == document.build(document.with_rows([draft])[0])
        assert publishing.current_contents([draft.lars])[draft.lars] == stored
        assert draft.public_digest == draft.digest == document.digest(stored)
    assert Publication.objects.count() == Event.objects.count() == 3
    assert Paragraph.objects.count() == 1  # of the second record; the first lost its long paragraph


def test_a_draft_that_was_read_again_forgets_its_rows(make_algorithm):
    draft = make_algorithm(steps=[{"kind": "person", "actor": "Medewerker", "action": ""}])
    assert document.build(document.with_rows([draft])[0])["steps"]
    draft.steps.all().delete()
    draft.refresh_from_db()
    assert document.build(document.with_rows([draft])[0])["steps"] == []


def test_a_record_without_a_source_id_is_not_one_whose_source_id_is_a_dash(db):
    load([texts(1, source_id="-")])
    assert load([texts(2)]).counts[CREATED] == 1


@pytest.mark.parametrize("enabled", [True, False])
def test_python_collects_its_garbage_again_after_an_import_that_failed(db, monkeypatch, enabled):
    def fail(*arguments) -> None:
        assert not gc.isenabled()
        raise OSError("disk full")

    monkeypatch.setattr(loader, "_save", fail)
    was_enabled = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        with pytest.raises(OSError, match="disk full"):
            load([texts(1)])
        assert gc.isenabled() == enabled
    finally:
        (gc.enable if was_enabled else gc.disable)()


def random_texts(seed: int, count: int, parts: list[str]) -> list[str]:
    chance = random.Random(seed)
    return ["".join(chance.choices(parts, k=chance.randint(1, 8))) for _ in range(count)]


def test_text_that_is_taken_for_clean_at_once_is_clean():
    parts = [
        "a",
        "woord",
        " ",
        "  ",
        "<br>",
        "&amp;",
        "&lt;",
        "&amp;nbsp;",
        "\xa0",
        "é",
        "'",
        '"',
        ";",
        "<b>",
        "&eacute;",
    ]
    kept = 0
    for words in random_texts(1, 4000, parts):
        for text in (f"<p>{words}</p>", f"<h4>{words}</h4><p>x</p>", f"<ul><li>{words}</li></ul><ol><li>1</li></ol>"):
            # Within an element that only ends a paragraph, nothing is taken for clean at once.
            if richtext.clean(text) == text:
                kept += 1
                assert richtext.clean(f"<div>{text}</div>") == text
    assert kept > 500


def test_an_address_that_is_taken_at_once_is_one_for_the_validator_too():
    validate = URLValidator(schemes=["http", "https"])
    parts = ["a", "nl", ".nl", "com", ".", "-", "/", "?", "[", "@", ":", "8", "xn--", "é", " ", "localhost", "x" * 64]
    taken = 0
    for rest in random_texts(2, 20_000, parts):
        address = f"https://{rest}"
        try:
            validate(address)
        except ValidationError:
            assert not document.is_web_address(address)
        else:
            taken += 1
            assert document.is_web_address(address)
    assert taken > 100


def test_a_text_that_says_something_at_once_says_it_in_full_too():
    parts = ["nog nader in te vullen", "n.v.t.", "woorden genoeg ", "<p>", "</p>", "&nbsp;", " ", "\n", "-", "é", "<b>"]
    found = set()
    for text in random_texts(3, 5000, parts):
        found.add(says_something(text))
        assert says_something(text) == is_told(" ".join(blocks_of(text.strip())))
    assert found == {True, False}
    assert folded("Wie -- wat, WAAR\x1f?") == folded("wie wat\twaar") == "wie wat waar"
    assert folded("Één_twee – drie") == "één twee drie"
