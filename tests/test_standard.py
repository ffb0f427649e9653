"""The standard is written down once, and everything else reads it there."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.utils.translation import override

from algorithms import document, publishing, standard
from algorithms.models import ROW_MODELS, Algorithm, AlgorithmTranslation, Listing, Reference
from algorithms.standard import FIELDS, ROW_KEYS, SECTIONS, STANDARD_KEYS, TRANSLATED, Kind, Show

# Publicatiestandaard 1.0, in the order of its layout: key, section, most characters the national register takes,
# required by it, and whether its page shows the field when empty.
PUBLISHED = """
name                    algemene-informatie  100   required  shown
description_short       algemene-informatie  400   required  shown
organization            algemene-informatie  -     required  shown
category                algemene-informatie  -     -         shown
status                  algemene-informatie  -     required  shown
begin_date              algemene-informatie  -     -         shown
end_date                algemene-informatie  -     -         -
contact_email           algemene-informatie  500   required  shown
website                 algemene-informatie  500   -         -
publication_category    algemene-informatie  -     required  shown
url                     algemene-informatie  500   -         -
goal                    verantwoord-gebruik  2500  -         shown
proportionality         verantwoord-gebruik  2500  -         shown
human_intervention      verantwoord-gebruik  2500  -         shown
risks                   verantwoord-gebruik  2500  -         shown
lawful_basis            verantwoord-gebruik  2500  -         -
lawful_basis_grouping   verantwoord-gebruik  -     -         shown
process_index_url       verantwoord-gebruik  500   -         -
impacttoetsen           verantwoord-gebruik  2500  -         -
impacttoetsen_grouping  verantwoord-gebruik  -     -         shown
source_data             werking              2500  -         shown
source_data_grouping    werking              -     -         -
methods_and_models      werking              5000  -         shown
provider                werking              200   -         shown
publiccode              werking              500   -         -
lang                    metadata             -     -         never
standard_version        metadata             -     -         never
source_id               metadata             100   -         never
tags                    metadata             2500  -         never
"""
ROWS = [line.split() for line in PUBLISHED.split("\n") if line]


def test_all_29_keys_stand_in_the_order_of_the_standard():
    assert list(STANDARD_KEYS) == [key for key, *_rest in ROWS]
    sections = {field.key: section.slug for section in SECTIONS for field in section.fields}
    assert [sections[key] for key in STANDARD_KEYS] == [section for _key, section, *_rest in ROWS]


@pytest.mark.parametrize(("key", "section", "length", "required", "shown"), ROWS, ids=[row[0] for row in ROWS])
def test_limits_and_what_is_required_are_the_standards(key, section, length, required, shown):
    field = FIELDS[key]
    if length != "-":
        assert field.max_length == int(length)
        assert field.advised_length is None or field.advised_length < field.max_length
    assert field.required == (required == "required")
    assert (field.show is Show.NEVER) == (shown == "never")
    assert (field.show in (Show.REQUIRED, Show.ALWAYS)) == (shown == "shown")


def test_permitted_values_are_the_standards():
    assert [option.value for option in standard.STATUSES] == ["In ontwikkeling", "In gebruik", "Buiten gebruik"]
    assert len(standard.THEMES) == 16
    assert [option.value for option in standard.PUBLICATION_CATEGORIES] == [
        "Hoog-risico AI-systeem",
        "Impactvolle algoritmes",
        "Overige algoritmes",
    ]
    assert len(standard.IMPACT_ASSESSMENTS) == 11


@pytest.mark.parametrize("key", FIELDS)
def test_every_field_has_words_in_both_languages(key):
    field = FIELDS[key]
    for words in (field.label, field.help, field.example, *(column.label for column in field.columns)):
        assert words.nl.strip()
        assert words.en.strip()
    for option in (*field.choices, *(option for column in field.columns for option in column.choices)):
        assert option.label.nl
        assert option.label.en


def test_words_follow_the_language_of_the_moment():
    with override("en"):
        assert str(FIELDS["risks"].label) == "Risk management"
    with override("nl"):
        assert str(FIELDS["risks"].label) == "Risicobeheer"


def test_the_superset_has_what_the_design_asks():
    wanted = """description impact affected steps non_discrimination oversight objection_procedure performance
    decision_process future_use risk_class risk_class_basis self_learning personal_data department contact_points
    parties data_sources risk_register references identifiers withheld legacy""".split()
    assert set(FIELDS) - set(STANDARD_KEYS) == set(wanted)


@pytest.mark.parametrize(
    ("seven", "digit"), [("3394777", 2), ("8126714", 1), ("2273427", 7), ("3658563", 8), ("4855334", 4)]
)
def test_the_check_digit_of_a_number_is_the_national_registers(seven, digit):
    assert standard.lars_check_digit(seven) == digit
    assert standard.is_lars(f"{seven}{digit}")
    assert not standard.is_lars(f"{seven}{(digit + 1) % 10}")


@pytest.mark.django_db
def test_a_new_number_has_digits_1_to_9_and_a_right_check_digit(make_algorithm):
    for _ in range(20):
        lars = make_algorithm().lars
        assert standard.is_lars(lars)
        assert "0" not in lars[:7]


def test_every_field_is_in_the_model_with_the_standards_words():
    columns = {column.name: column for column in Algorithm._meta.get_fields()}
    for key, field in FIELDS.items():
        if field.kind is not Kind.ROWS:
            assert str(columns[key].verbose_name) == field.label.nl
            assert str(columns[key].help_text) == field.help.nl
            continue
        names = {column.name for column in ROW_MODELS[key]._meta.get_fields()}
        wanted = {column.key for column in field.columns} | {
            f"{column.key}_en" for column in standard.translated_columns(key)
        }
        if key == "parties":
            wanted = wanted - {"name"} | {"party"}
        assert wanted <= names
    texts = {column.name for column in AlgorithmTranslation._meta.get_fields()}
    assert set(TRANSLATED) <= texts


def marked(key: str, kind: Kind, choices, name: str) -> str:
    """A value for a field that can be told from all others."""
    word = f"merk-{name}".replace("_", "-").replace(".", "-")
    return {
        Kind.RICH: f"<p>{word}</p>",
        Kind.URL: f"https://{word}.example/",
        Kind.CONTACT: f"{word}@voorbeeld.example",
        Kind.MONTH: {"begin_date": "2021-03", "end_date": "2022-04"}.get(key, ""),
        Kind.CHOICE: choices[0].value if choices else "",
    }.get(kind, word)


@pytest.fixture
def full(make_algorithm):
    """A draft with every field, column and translation filled, each with a word of its own."""
    data = {"translations": {"eng": {}}}
    for key, field in FIELDS.items():
        if field.kind is Kind.ROWS:
            row = {c.key: marked(key, c.kind, c.choices, f"{key}.{c.key}") for c in field.columns}
            if key == "withheld":
                row["field"] = "publiccode"
            data[key] = [row]
            english = {
                c.key: marked(key, c.kind, c.choices, f"{key}.{c.key}.eng") for c in standard.translated_columns(key)
            }
            if english:
                data["translations"]["eng"][key] = [english]
        elif field.kind is Kind.CHOICES:
            data[key] = [field.choices[0].value]
        elif field.kind not in (Kind.ORGANIZATION, Kind.DEPARTMENT):
            data[key] = marked(key, field.kind, field.choices, key)
            if key in TRANSLATED:
                data["translations"]["eng"][key] = marked(key, field.kind, field.choices, f"{key}.eng")
    algorithm = make_algorithm(**data)
    publishing.publish(algorithm)
    return algorithm, document.build(algorithm)


def words_of(value) -> set[str]:
    """The marked words in a value."""
    if isinstance(value, dict):
        return {word for part in value.values() for word in words_of(part)}
    if isinstance(value, list):
        return {word for part in value for word in words_of(part)}
    if not isinstance(value, str) or "merk-" not in value:
        return set()
    start = value.index("merk-")
    end = next((i for i in range(start, len(value)) if value[i] in "<.@/ "), len(value))
    return {value[start:end]}


def test_every_field_is_in_the_document_and_the_api(client, full):
    algorithm, built = full
    assert set(built) | set(standard.GIVEN_KEYS) | {"salt"} == set(standard.DOCUMENT_KEYS)
    for key, value in built.items():
        assert value or key == "department", key
    told = client.get(f"/api/v1/algoritmes/{algorithm.lars}").json()
    assert document.content({key: told[key] for key in standard.DOCUMENT_KEYS}) == built


def test_every_field_is_on_the_page_in_both_languages(client, full):
    algorithm, built = full
    slug = Listing.objects.get().slug
    dutch = client.get(f"/algoritmes/{algorithm.lars}/{slug}/").content.decode()
    english = client.get(f"/en/algoritmes/{algorithm.lars}/{slug}/").content.decode()
    texts = {key: value for key, value in built.items() if key != "translations"}
    missing = {word for word in words_of(texts) if word not in dutch}
    assert missing == set()
    for key in ("status", "publication_category", "category"):
        for value in built[key] if isinstance(built[key], list) else [built[key]]:
            assert value in dutch
    missing = {word for word in words_of(built["translations"]) if word not in english}
    assert missing == set()
    for month in ("2021-03", "2022-04"):
        assert month in dutch
    for key in ("risk_class", "personal_data", "self_learning"):
        assert standard.label_of(FIELDS[key].choices, built[key]) in dutch


def test_every_field_is_in_the_csv(client, full):
    _algorithm, built = full
    answer = client.get("/open-data/algoritmes.csv")
    text = b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode()
    [row] = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert {*FIELDS, "lars", "version", "published_at", "note"} <= set(row)
    assert {word for word in words_of(built) if word not in text} == set()
    for key in ROW_KEYS:
        assert json.loads(row[key]) == built[key]


def test_references_know_their_group():
    assert {key for key, model in ROW_MODELS.items() if model is Reference} == set(Reference.GROUPS)
