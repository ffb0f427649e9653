"""One check for every door: each refusal names field, limit and cure."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from algorithms import document, standard
from algorithms.document import ERROR, REQUIRED, WARNING
from algorithms.document.problems import SHORT
from algorithms.models import ROW_MODELS, Algorithm, Party


def found(**data):
    return [problem for problem in document.problems(document.clean(data)) if problem.level != REQUIRED]


@pytest.mark.parametrize(
    ("data", "key", "words"),
    [
        ({"name": "x" * 101}, "name", ["101", "100", "korter"]),
        ({"goal": f"<p>{'x' * 2501}</p>"}, "goal", ["2501", "2500"]),
        ({"status": "Misschien"}, "status", ["Misschien", "In gebruik"]),
        ({"category": ["Verkeer", "Toverij"]}, "category", ["Toverij", "Wonen"]),
        ({"begin_date": "2023-13"}, "begin_date", ["2023-13", "jjjj-mm"]),
        ({"begin_date": "08-2023"}, "begin_date", ["jjjj-mm"]),
        ({"begin_date": "2023-08", "end_date": "2023-07"}, "end_date", ["2023-07", "2023-08"]),
        ({"website": "www.voorbeeld.nl"}, "website", ["https://"]),
        ({"website": "javascript:alert(1)"}, "website", ["https://"]),
        ({"contact_email": "14 010"}, "contact_email", ["telefoonnummer"]),
        ({"name": "a\x00b"}, "name", ["U+0000"]),
        ({"goal": "<p>a\x00b</p>"}, "goal", ["U+0000"]),
        ({"goal": "<p>a\ud800b</p>"}, "goal", ["U+D800"]),
        ({"name": 5}, "name", ["tekst"]),
        ({"lars": "123"}, "lars", ["acht cijfers"]),
        ({"data_sources": "BAG"}, "data_sources", ["lijst"]),
        ({"data_sources": [{"contents": "x"}]}, "data_sources.1.name", ["Rij 1", "Bron"]),
        ({"data_sources": [{"name": "x"}, {"name": "y", "url": "z"}]}, "data_sources.2.url", ["https://"]),
        ({"steps": [{"kind": "robot", "actor": "x"}]}, "steps.1.kind", ["robot", "person"]),
        ({"risk_register": [{"risk": "x"}] * 1001}, "risk_register", ["1001", "1000"]),
        ({"withheld": [{"field": "geheim", "reason": "x"}]}, "withheld.1.field", ["geheim"]),
        ({"translations": {"eng": {"name": "x" * 101}}}, "name.eng", ["101", "100"]),
        ({"steps": [], "translations": {"eng": {"steps": [{"actor": "x"}]}}}, "steps.eng", ["1", "0"]),
        ({"translations": {"eng": {"steps": [{"actor": "x"}]}}}, "steps.eng", ["1", "0"]),  # and no Dutch at all
    ],
)  # fmt: skip
def test_an_error_names_the_field_the_limit_and_the_cure(data, key, words):
    [problem] = [problem for problem in found(**data) if problem.level == ERROR]
    assert problem.key == key
    for word in words:
        assert word in str(problem)
    assert problem.cure


def test_a_column_without_translation_is_told_and_not_dropped_in_silence():
    english = {"eng": {"data_sources": [{"name": "Roads", "url": "https://x.example/", "owner": ""}]}}
    [problem] = found(data_sources=[{"name": "Wegen"}], translations=english)
    assert (problem.level, problem.key) == (WARNING, "data_sources.eng")
    assert "Rij 1" in str(problem)
    assert "'url'" in str(problem)


ODD = [
    5, 2.5, True, None, "x", "\ud800", "a\x00b", [], [[]], [None], ["x", 5], [["x"]], [{}], [{"x": []}],
    [{"name": {"a": 1}}], {}, {"x": {"y": 1}}, {"eng": 5}, {"eng": {"name": 5}}, {"eng": {"steps": 5}},
    {"eng": {"steps": [5]}},
]  # fmt: skip


@pytest.mark.parametrize("key", [*standard.FIELDS, "lars", "translations", "onbekend"])
def test_any_shape_is_cleaned_and_named_without_a_crash(key):
    for value in ODD:
        data = document.clean({"name": "Een", key: value})
        assert all(str(problem) and problem.cure for problem in document.problems(data)), value
        assert document.clean(data) == data


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"category": [["Verkeer"]]}, "lijst van teksten"),
        ({"category": ["a\x00b"]}, "U+0000"),
        ({"organization": {"slug": "", "name": "", "tooi": "x"}}, "naam ontbreekt"),
        ({"organization": "x" * 251}, "251"),
        ({"department": "a\x00b"}, "U+0000"),
        ({"department": {"slug": "x"}}, "naam ontbreekt"),
        ({"goal": "<div>" * 300 + "x"}, "diep genest"),
        ({"goal": "x" * 300_001}, "te lang"),
        ({"category": [str(number) for number in range(1001)]}, "1001"),
    ],
)
def test_what_no_column_can_hold_is_an_error_that_is_not_about_length(data, words):
    [problem] = document.blocking(found(**data))
    assert words in str(problem)
    assert not document.is_too_long_only(problem)


def test_texts_of_short_columns_are_never_too_long_only():
    for key, model in ROW_MODELS.items():
        for column in standard.FIELDS[key].columns:
            if (key, column.key) == ("parties", "name"):
                field = Party._meta.get_field("name")
            elif column.choices or column.key not in {each.name for each in model._meta.fields}:
                continue
            else:
                field = model._meta.get_field(column.key)
            assert (field.max_length is None) == (f"{key}.{column.key}" not in SHORT), (key, column.key)
    assert found(source_id="x" * 101)[0].rule == "value"


def test_a_name_as_text_and_nothing_as_null():
    cleaned = document.clean(
        {"organization": " Gemeente  X ", "department": "A / B", "lars": None, "translations": None}
    )
    assert cleaned == {
        "organization": {"name": "Gemeente X"},
        "department": {"path": "A / B"},
        "lars": "",
        "translations": {},
    }
    assert document.clean({"organization": {"name": None}, "department": {}}) == {
        "organization": None,
        "department": None,
    }


def test_the_stricter_reading_of_the_standard_is_a_warning():
    [problem] = found(description_short="x" * 380)
    assert (problem.level, problem.key) == (WARNING, "description_short")
    assert "349" in str(problem)
    assert found(description_short="x" * 349) == []


def test_what_is_required_and_empty_is_named_apart():
    required = {problem.key for problem in document.problems({}) if problem.level == REQUIRED}
    assert required == {
        "name", "description_short", "organization", "status", "contact_email", "publication_category",
    }  # fmt: skip


def test_an_empty_row_goes_in_every_language_and_takes_no_others_english(make_algorithm):
    """Also in a copy, which nobody checks before it is made: a draft may hold English without its Dutch."""
    empty, english = {"name": ""}, {"eng": {"data_sources": [{"name": "Roads"}, {}, {"name": "Trees"}]}}
    cleaned = document.clean({"data_sources": [{"name": "Wegen"}, empty, {"name": "Bomen"}], "translations": english})
    assert [row["name"] for row in cleaned["data_sources"]] == ["Wegen", "Bomen"]
    assert cleaned["translations"]["eng"]["data_sources"] == [{"name": "Roads"}, {"name": "Trees"}]

    english = {"eng": {"data_sources": [{"name": "Roads"}, {}]}}
    draft = make_algorithm(data_sources=[empty, {"name": "Bomen"}], translations=english)
    before = document.build(draft)
    assert [row["name"] for row in before["data_sources"]] == ["", "Bomen"]
    copy = document.clean(before | {"lars": ""})
    again = document.build(document.apply(Algorithm(organization=draft.organization), copy))
    assert again["data_sources"] == before["data_sources"]
    assert again["translations"] == before["translations"]


def test_errors_speak_english_in_english():
    with override("en"):
        [problem] = found(website="x")
        assert "https://" in str(problem)
        assert "geen webadres" not in str(problem)


def test_cleaning_folds_lines_and_drops_empty_rows():
    cleaned = document.clean(
        {
            "name": "  Een\n naam ",
            "affected": "regel een \r\nregel twee ",
            "data_sources": [{"name": " BAG ", "contents": None}, {"name": "", "contents": ""}],
            "category": ["Wonen", "Wonen", ""],
            "begin_date": None,
        }
    )
    assert cleaned["name"] == "Een naam"
    assert cleaned["affected"] == "regel een\nregel twee"
    assert cleaned["data_sources"] == [
        {"topic": "", "name": "BAG", "contents": "", "owner": "", "url": "", "personal_data": "", "used_for": ""}
    ]
    assert cleaned["category"] == ["Wonen"]
    assert cleaned["begin_date"] == ""


@pytest.mark.parametrize(
    ("rows", "column"),
    [
        (None, "status"),
        (None, "publication_category"),
        (None, "risk_class"),
        (None, "personal_data"),
        (None, "self_learning"),
        (None, "lang"),
        (None, "standard_version"),
        ("contact_points", "kind"),
        ("steps", "kind"),
        ("data_sources", "personal_data"),
        ("parties", "role"),
        ("reference_rows", "kind"),
        ("reference_rows", "group"),
    ],
)
def test_the_database_itself_knows_the_permitted_values(make_algorithm, rows, column):
    algorithm = make_algorithm(
        contact_points=[{"kind": "phone", "value": "14 099"}],
        lawful_basis_grouping=[{"title": "Gemeentewet", "link": "https://wetten.overheid.nl/BWBR0005416"}],
    )
    table = getattr(algorithm, rows).all() if rows else Algorithm.objects.filter(pk=algorithm.pk)
    assert table.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        table.update(**{column: "x"})


def test_the_database_itself_keeps_numbers_whole_and_apart(make_algorithm):
    algorithm, other = make_algorithm(source_id="A-1"), make_algorithm()
    for change in ({"lars": "123"}, {"lars": other.lars}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Algorithm.objects.filter(pk=algorithm.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Algorithm.objects.filter(pk=other.pk).update(source_id="A-1")
