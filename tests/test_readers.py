"""Promise: what a file says arrives whole, in the right field, and what is guessed or odd is told.

The samples in `tests/data/` are our own words in the forms the readers know. The two seed documents stand beside the
checkout and are read too; without them their tests have nothing to run on, which is said out loud.
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest

from importers.readers import MAX_BYTES, MAX_PRINT_BYTES, READERS, Reading, Record, Unreadable, read, sniff
from importers.readers.printed import blocks, fold, sentences, split_lines
from importers.readers.printed import html as as_html
from importers.readers.rotterdam_print import row_cells
from tests.lines import NBSP, parts_of

DATA = Path(__file__).parent / "data"
SEEDS = Path(__file__).parents[2] / "shared" / "seeds"
NATIONAL, PRINT, DOCUMENTS = DATA / "landelijke-pagina.txt", DATA / "registerprint.txt", DATA / "documenten.json"
PRINTS = [NATIONAL, PRINT, *sorted(SEEDS.glob("*.txt"))]
ALLOWED = set("p br strong em a ul ol li h4 table caption thead tbody tr th td".split())


def load(path: Path) -> Reading:
    return read(path.read_bytes(), path.name)


def seed(beginning: str) -> Reading:
    """Read a seed document; an absent one is told by `test_the_seeds_are_read`, and its tests pass on nothing."""
    found = sorted(SEEDS.glob(f"{beginning}*.txt"))
    return load(found[0]) if found else Reading("")


def strings(value) -> list[str]:
    if isinstance(value, str):
        return [html.unescape(re.sub(r"<[^>]+>", " ", value)) if "</" in value else value]
    if isinstance(value, dict):
        return [" ".join(text for part in value.values() for text in strings(part))]
    return [text for part in value or [] for text in strings(part)]


def haystack(reading: Reading) -> str:
    """Return all that can be read back: every value of every record and every page, white space folded."""
    texts = [text for record in reading.records for value in record.values.values() for text in strings(value)]
    texts += [text for page in reading.pages for text in strings([page.title, page.body])]
    return fold(" \n ".join(texts))


def missing_lines(reading: Reading, text: str) -> list[str]:
    """Return the lines found neither in the values, nor as furniture or bookkeeping by number and text."""
    found = haystack(reading)
    named: dict[int, list[str]] = {}
    for no, words in [*reading.furniture, *((no, words) for no, words, _ in reading.kept_aside)]:
        named.setdefault(no, []).append(fold(words))
    missing = []
    for no, raw in enumerate(text.split("\n"), start=1):
        if not fold(raw) or fold(raw) in named.get(no, []):
            continue
        ways = parts_of(raw)
        if not any(all(part in found or part in named.get(no, []) for part in way) for way in ways):
            missing.append(f"{no}: {raw}")
    return missing


def warned(record: Record, key: str) -> str:
    return " ".join(warning.message for warning in record.warnings if warning.key == key)


# -- nothing is lost ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PRINTS, ids=lambda path: path.name)
def test_every_line_is_found_again_or_named(path):
    assert missing_lines(load(path), path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", PRINTS, ids=lambda path: path.name)
def test_a_line_that_is_taken_out_of_the_reading_is_missed(path):
    """The check above would notice: without the records' texts nearly every long line is gone."""
    reading = load(path)
    for record in reading.records:
        record.values = {}
    assert len(missing_lines(reading, path.read_text(encoding="utf-8"))) > 10


def test_the_seeds_are_read(capsys):
    if len(PRINTS) == 4:
        assert [load(path).format for path in PRINTS[2:]] == ["national-page", "rotterdam-print"]
        return
    with capsys.disabled():
        print("\nLET OP: ../shared/seeds ontbreekt; de lezers zijn alleen op eigen voorbeelden getoetst.")


@pytest.mark.parametrize("path", [*PRINTS, DOCUMENTS], ids=lambda path: path.name)
def test_the_same_bytes_give_the_same_reading(path):
    assert load(path) == load(path)


@pytest.mark.parametrize("path", PRINTS, ids=lambda path: path.name)
def test_texts_use_only_the_small_html_subset_and_fold_white_space(path):
    reading = load(path)
    texts = [value for record in reading.records for value in record.values.values() if isinstance(value, str)]
    for text in [*texts, *(page.body for page in reading.pages)]:
        assert set(re.findall(r"</?([a-z0-9]+)", text)) <= ALLOWED
        assert NBSP not in text
        assert "  " not in text


@pytest.mark.parametrize("path", PRINTS, ids=lambda path: path.name)
def test_furniture_holds_no_content(path):
    """Lines of furniture are labels, printed questions and what the page says twice: short ones."""
    assert all(len(text) < 110 for _, text in load(path).furniture)


# -- the door ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "leeg"),
        (b" \n\n ", "leeg"),
        (b"x" * (MAX_BYTES + 1), "hoogstens 20 MB"),
        (b"x\n" * 1_000_000, "200000 regels"),
        (b"x" * (MAX_PRINT_BYTES + 1), "hoogstens 5 MB"),
        (b"Naam\n\n" + b"x " * 200_000, "Regel 3"),
        (b"Naam\n\nG\xe9\n", "regel 3"),
        (b"Naam\n\ned\xed\xa0\x80\n", "regel 3"),
        (b"Naam\n\n\x00\n", "U+0000"),
        ("Naam\nx\u0085y".encode(), "regel 2"),
        ("Naam\nx\uffffy".encode(), "regel 2"),
        ("Naam".encode("utf-16"), "UTF-16"),
        (b"\x1f\x8b\x08", "ingepakt"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04...", "kantoorbestand"),
        (b"Zomaar een tekst.", "geen vorm"),
        (b"{", "regel 1"),
        (b'{"a": 1, "a": 2}', "twee keer"),
        (b'{"a": NaN}', "geen getal"),
        (b'[{"name": ' + b"9" * 5000 + b"}]", "5000 cijfers"),
        (b"[" * 100_000, "diep"),
        (b"[" * 600_000, "onderdelen"),
        (b'["' + b"<b>" * 600_000 + b'"]', "onderdelen"),
        (b"[" + b"1," * 3_000_000 + b"1]", "onderdelen"),
        (b'[{"name":"x"}' + b',{"name":"x"}' * 20_000 + b"]", "20001 records"),
        (b'{"records": {}}', "geen lijst"),
        (b'{"naam": "x"}', "geen documenten"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_cure(data, words):
    with pytest.raises(Unreadable, match=re.escape(words)) as refusal:
        read(data, "bestand.txt")
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize("format", READERS)
def test_the_wrong_reader_says_so(format):
    with pytest.raises(Unreadable):
        read(b"Zomaar een tekst.", "bestand.txt", format)


def test_an_unknown_format_names_the_known_ones():
    with pytest.raises(Unreadable, match="national-page"):
        read(NATIONAL.read_bytes(), "x.txt", "word")


@pytest.mark.parametrize("path", PRINTS, ids=lambda path: path.name)
def test_windows_line_ends_and_a_byte_order_mark_change_nothing(path):
    data = path.read_bytes()
    assert read(b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"), path.name) == read(data, path.name)


def test_formats_are_recognised_by_content():
    assert [sniff(path.read_bytes(), "x") for path in (NATIONAL, PRINT, DOCUMENTS)] == [
        "national-page",
        "rotterdam-print",
        "documents",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Overzicht\n\n" + ("medewerker " * 1_500 + "\n\n") * 200,
        "Overzicht\n\n" + ("medewerker naar. Een " * 900 + "\n\n") * 200,
        "Overzicht\n\n" + ("(Aa, B." * 20_000 + "\n\n") * 35,
        "Overzicht\n\nx\n\nData\n\nOnderwerp Dataset Inhoud\n" + "Aa Bb Cc\n" * 50_000,
        "Overzicht\n" * 50_000,
        "Naam\n\nx\n\nGegevens\n\n" + ("a (b, " * 20_000 + "\n") * 20,
        "Naam\n\nx\n\nDoel en impact\n\n" + "• x\n" * 100_000,
        "Naam\n\nx\n\nDoel en impact\n\n" + "Kop\n\n" * 50_000,
    ],
    ids=range(8),
)
def test_hostile_text_ends_in_a_reading_and_soon(text):
    format = "national-page" if text.startswith("Naam") else "rotterdam-print"
    assert read(text.encode(), "x.txt", format).format == format


# -- the national register's page --------------------------------------------------------------------------------------


def test_a_national_page_fills_the_fields_of_the_standard():
    reading = load(NATIONAL)
    (record,) = reading.records
    assert reading.organization == "Gemeente Voorbeeldstad"
    values = record.values
    assert values["name"] == "Voorrang bij strooien"
    assert values["category"] == ["Verkeer", "Ruimte en infrastructuur"]
    assert values["contact_email"] == "wegen@voorbeeldstad.example"
    assert values["contact_points"] == [{"kind": "phone", "value": "14 099", "label": ""}]
    assert values["goal"].startswith(
        "<p>Minder valpartijen van fietsers &amp; voetgangers bij temperaturen &lt; 0 graden."
    )
    assert "<h4>Aanpak</h4><ul><li>Eerst" in values["goal"]
    assert "proportionality" not in values
    assert values["lawful_basis_grouping"] == [
        {"title": "Wegenwet", "link": "https://wetten.example/wegenwet"},
        {"title": "besluiten.example", "link": "https://www.besluiten.example/2021/7"},
    ]
    assert [row["title"] for row in values["impacttoetsen_grouping"]] == [
        "Privacy Quickscan",
        "Data Protection Impact Assessment (DPIA)",
    ]
    assert [(row["topic"], row["name"]) for row in values["data_sources"]] == [
        ("Weer en wegdek", "meetpalen"),
        ("Weer en wegdek", "weerdienst"),
        ("Weer en wegdek", "strooiroutes"),
        ("", "Fietstellingen van gemeente Voorbeeldstad"),
    ]
    assert values["provider"] == "Gladweg B.V."
    assert values["parties"] == [{"role": "supplier", "name": "Gladweg B.V.", "url": ""}]
    assert values["self_learning"] == "no"


def test_an_impossible_value_and_an_unknown_label_are_kept_with_a_warning():
    (record,) = load(NATIONAL).records
    assert "begin_date" not in record.values
    assert [(row["key"], row["title"], row["text"]) for row in record.values["legacy"]] == [
        ("begin_date", "Begindatum", "2021-13"),
        ("herzieningsdatum", "Herzieningsdatum", "2025-01-31"),
    ]
    assert "2021-13" in warned(record, "begin_date")
    assert "Herzieningsdatum" in warned(record, "legacy")
    assert "einddatum 2022-04" in warned(record, "status")
    assert record.values["end_date"] == "2022-04"


@pytest.mark.parametrize(
    ("old", "new", "values", "legacy"),
    [
        ("2021-13", "2023-05", {"begin_date": "2023-05", "end_date": None}, "2022-04"),
        ("2021-13", "mei 2021", {"begin_date": "2021-05", "end_date": "2022-04"}, "mei 2021"),
        ("2021-13", "05-2021", {"begin_date": "2021-05"}, "05-2021"),
        ("Overige algoritmes", "Onbekend soort", {"publication_category": None}, "Onbekend soort"),
        (
            "Overige algoritmes",
            "Hoog-risico AI-systemen (Categorie A)",
            {"publication_category": "Hoog-risico AI-systeem"},
            None,
        ),
        ("www.voorbeeldstad.example/gladheid", "geen url", {"website": None}, "geen url"),
        ("www.voorbeeldstad.example/gladheid", "javascript:alert(1)", {"website": None}, "javascript:alert(1)"),
    ],
)
def test_values_that_do_not_fit_are_mended_or_kept(old, new, values, legacy):
    text = NATIONAL.read_text(encoding="utf-8").replace(old, new)
    (record,) = read(text.encode(), "x.txt").records
    assert {key: record.values.get(key) for key in values} == values
    assert legacy is None or legacy in [row["text"] for row in record.values["legacy"]]


def test_a_card_that_disagrees_is_kept_beside_the_page():
    text = NATIONAL.read_text(encoding="utf-8").replace("Status\nIn gebruik", "Status\nBuiten gebruik", 1)
    (record,) = read(text.encode(), "x.txt").records
    assert record.values["status"] == "In gebruik"
    assert {"key": "status", "title": "Kop van de pagina: Status", "text": "Buiten gebruik", "standard": "1.0"} in (
        record.values["legacy"]
    )


def test_pages_printed_after_each_other_are_records_each_and_one_without_a_name_is_refused():
    text = NATIONAL.read_text(encoding="utf-8")
    nameless = "Terug naar alle algoritmes\n\nStatus\n\nIn gebruik\n\nDoel en impact\n\nIets.\n\n"
    reading = read((text + nameless).encode(), "x.txt")
    assert [record.values["name"] for record in reading.records] == ["Voorrang bij strooien"]
    (refusal,) = reading.refused
    assert refusal.where == f"regel {text.count(chr(10)) + 3}"
    assert refusal.cure


# -- a register's print ------------------------------------------------------------------------------------------------


def test_a_print_gives_records_and_pages():
    reading = load(PRINT)
    assert reading.organization == "Gemeente Voorbeeldstad"
    assert [(page.slug, page.title) for page in reading.pages] == [
        ("algoritmes-in-onze-stad-gemeente-voorbeeldstad", "Algoritmes in onze stad"),
        ("meer-informatie-gemeente-voorbeeldstad", "Meer informatie"),
    ]
    assert "<h4>Wat is een algoritme?</h4><p>Een reeks" in reading.pages[0].body
    first, second = reading.records
    assert (first.values["name"], first.name_is_proposed) == ("Vuilwijzer", True)
    assert "voorstel" in warned(first, "name")
    assert (second.values["name"], second.name_is_proposed) == ("Leidingkaart", False)
    assert {record.values["url"] for record in reading.records} == {"https://www.voorbeeldstad.example/register/"}


def test_contacts_sources_and_parties_find_their_fields():
    first, second = load(PRINT).records
    assert first.values["department"] == {"path": "Buitenruimte / Reiniging / Team Noord"}
    assert second.values["department"] == {"path": "Water & Riool"}
    assert first.values["contact_email"] == "schoon@voorbeeldstad.example"
    assert [(row["kind"], row["value"]) for row in first.values["contact_points"]] == [
        ("phone", "14 099"),
        ("other", "Stadsplein 1"),
    ]
    assert [(row["role"], row["name"]) for row in first.values["parties"]] == [
        ("supplier", "Schoonzicht B.V."),
        ("data_supplier", "Camrol"),
    ]
    assert [row["name"] for row in first.values["data_sources"]] == ["Bakkenkaart", "Beelden"]
    assert [row["kind"] for row in first.values["references"]] == ["policy", "page", "literature"]


def test_sentences_are_copied_by_rule_and_every_copy_is_reported():
    first, _ = load(PRINT).records
    assert first.values["objection_procedure"] == "<p>Wie het oneens is met een boete, kan bezwaar maken.</p>"
    assert "kan bezwaar maken." in first.values["description"]
    assert (first.values["risk_class"], first.values["personal_data"]) == ("low", "none")
    for key in ("objection_procedure", "risk_class", "personal_data", "goal", "human_intervention", "performance"):
        assert "Kijk of dit klopt" in warned(first, key)


def test_repeats_and_stale_sentences_are_reported_and_left():
    first, second = load(PRINT).records
    assert "regel 104" in warned(first, "non_discrimination")
    assert "regel 61" in warned(second, "non_discrimination")
    assert "verouderd" in warned(first, "risks")


@pytest.mark.parametrize(
    ("raw", "cells", "guessed"),
    [
        (f"{NBSP} {NBSP} Aantal lagen", ["", "", "Aantal lagen"], False),
        (f"{NBSP} Onderzoek veld{NBSP} Soort{NBSP}", ["", "Onderzoek veld", "Soort"], False),
        (f"Buizen{NBSP} RIS{NBSP}(Riool Informatie) Leeftijd", ["Buizen", "RIS (Riool Informatie)", "Leeftijd"], True),
        (f"{NBSP} Lijn op Zuid Kosten per dag", ["", "Lijn op Zuid", "Kosten per dag"], True),
        (f"{NBSP} Gas, kolen of stoom Type en naam", ["", "Gas, kolen of stoom", "Type en naam"], True),
        ("Buizen\tRIS\tLeeftijd van Buizen", ["Buizen", "RIS", "Leeftijd van Buizen"], False),
    ],
)
def test_table_rows_part_at_their_marks_and_else_by_a_guess_that_is_told(raw, cells, guessed):
    assert row_cells(raw, 3) == (cells, guessed)


# -- line tools --------------------------------------------------------------------------------------------------------


def test_lists_headings_and_tables_are_read_by_form():
    text = "Kop\n\n2. geen lijst\n\n1. een\n   uitleg\n2. twee\n\nHuis Per jaar Kans\n1 200 3%\n\nA | B\n1 | 2"
    assert as_html(blocks(split_lines(text))) == (
        "<h4>Kop</h4><p>2. geen lijst</p><ol><li>een<br>uitleg</li><li>twee</li></ol>"
        "<table><thead><tr><th>Huis</th><th>Per jaar</th><th>Kans</th></tr></thead>"
        "<tbody><tr><td>1</td><td>200</td><td>3%</td></tr></tbody></table>"
        "<table><thead><tr><th>A</th><th>B</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
    )


def test_sentences_do_not_end_at_initials():
    assert sentences("Zie Vons, G. J. en T. B.V. Noord. Daarna: klaar? Ja.") == [
        "Zie Vons, G. J. en T. B.V. Noord.",
        "Daarna: klaar?",
        "Ja.",
    ]


# -- our own documents -------------------------------------------------------------------------------------------------


def test_documents_come_in_as_they_are_without_what_publishing_added():
    reading = load(DOCUMENTS)
    assert (len(reading.organizations), len(reading.departments)) == (1, 1)
    assert [page.slug for page in reading.pages] == ["over"]
    record, nameless = reading.records
    document = json.loads(DOCUMENTS.read_bytes())["records"][0]
    added = {"version", "published_at", "note", "salt", "links"}
    assert record.values == {key: value for key, value in document.items() if key not in added}
    assert record.values["translations"] == {"eng": {"name": "Tree watch", "data_sources": [{"name": "Tree map"}]}}
    assert (record.where, nameless.where) == ("records, nummer 1 (Boomwacht)", "records, nummer 2")
    assert reading.refused == []  # a record without a name is for the one check


def test_one_document_a_list_and_the_bulk_export_are_read_alike():
    document = json.loads(DOCUMENTS.read_bytes())["records"][0]
    forms = [document, [document], {"sequence": 7, "results": [document]}]
    values = [read(json.dumps(form).encode(), "x.json").records[0].values for form in forms]
    assert values[0] == values[1] == values[2]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (5, "losse waarde"),
        (None, "losse waarde"),
        ([{"name": "x"}], "losse waarde"),
        ({"name": "x", "goal": "a\u0000b"}, "U+0000"),
        ({"name": "\ud800"}, "U+D800"),
        ({"name": "x", "a\u001bb": "x"}, "U+001B"),
        ({"name": "x", "goal": [[[[[[[[[[[[[[]]]]]]]]]]]]]]}, "diep genest"),
        ({"name": "x", "k" * 101: 1}, "100 tekens"),
        ({"name": "x"} | {f"k{number}": 1 for number in range(1000)}, "1000 sleutels"),
    ],
)
def test_an_unsafe_record_is_refused_by_itself(row, words):
    reading = read(json.dumps([{"name": "Boomwacht"}, row]).encode(), "x.json")
    assert [record.values["name"] for record in reading.records] == ["Boomwacht"]
    (refusal,) = reading.refused
    assert refusal.where.startswith("record 2")
    assert words in refusal.why
    assert refusal.cure.endswith(".")


@pytest.mark.parametrize(
    ("key", "row"),
    [
        ("organizations", {"name": 5}),
        ("organizations", {"name": "Gemeente X", "aliases": "X"}),
        ("departments", "Groen"),
        ("pages", {"slug": "over", "title": "Over", "body_en": 3}),
        ("pages", {"slug": "over", "title": "Over", "order": "eerst"}),
    ],
)
def test_register_data_of_a_wrong_shape_is_refused_by_itself(key, row):
    reading = read(json.dumps({key: [row], "records": [{"name": "Boomwacht"}]}).encode(), "x.json")
    assert (len(reading.refused), len(reading.records)) == (1, 1)
    assert [*reading.organizations, *reading.departments, *reading.pages] == []


def test_unknown_parts_of_rows_and_translations_are_kept():
    document = {
        "name": "Boomwacht",
        "organization": {"name": "Gemeente X", "kvk": "123"},
        "steps": [{"kind": "person", "actor": "Kweker", "uren": 3}],
        "translations": {
            "eng": {"name": "Tree watch", "status": "In use", "steps": [{"kind": "x"}]},
            "deu": {"name": "B"},
        },
    }
    (record,) = read(json.dumps(document).encode(), "x.json").records
    assert record.values["organization"] == {"name": "Gemeente X"}
    assert record.values["steps"] == [{"kind": "person", "actor": "Kweker"}]
    assert record.values["translations"] == {"eng": {"name": "Tree watch", "steps": [{}]}}
    assert {row["key"]: row["text"] for row in record.values["legacy"]} == {
        "organization.kvk": "123",
        "steps.uren": "3",
        "translations.deu": '{"name": "B"}',
        "translations.eng.status": "In use",
        "translations.eng.steps.kind": "x",
    }


def test_an_unknown_key_is_kept():
    (record,) = read(b'{"name": "Boomwacht", "kleur": "groen"}', "x.json").records
    assert record.values["legacy"] == [{"key": "kleur", "title": "kleur", "text": "groen", "standard": ""}]
    assert "kleur" in warned(record, "legacy")


# -- the seeds ---------------------------------------------------------------------------------------------------------


def test_the_assen_page_comes_in_as_mapped():
    for record in seed("national").records:
        values = record.values
        assert (values["begin_date"], values["end_date"]) == ("2023-08", "2023-09")
        assert "einddatum" in warned(record, "status")
        assert "<h4>Subdoelen</h4><ul>" in values["goal"]
        assert values["goal"].count("<li>") == 4
        assert [row["name"] for row in values["data_sources"]][1:] == (
            "CBS,politie,RIVM,kadaster,dego,VNG realisatie,belastingdienst,lisa,aedes".split(",")
        )
        assert values["impacttoetsen_grouping"] == [{"title": "Data Protection Impact Assessment (DPIA)", "link": ""}]
        assert values["methods_and_models"].count("<br>") == 1
        assert values["parties"] == [{"role": "supplier", "name": "Clappform", "url": ""}]
        assert "Korte omschrijving" in warned(record, "goal")


def test_the_rotterdam_print_comes_in_as_mapped():
    reading = seed("rotterdam")
    if not reading.records:
        return
    parking, heating, spot, review = (record.values for record in reading.records)
    assert [record.name_is_proposed for record in reading.records] == [True] * 4
    assert len({values["name"] for values in (parking, heating, spot, review)}) == 4
    assert {values["organization"]["name"] for values in (parking, heating, spot, review)} == {"Gemeente Rotterdam"}
    assert [values["department"]["path"] for values in (parking, heating, spot, review)] == [
        "Stadsbeheer / Parkeervoorzieningen",
        "Stadsontwikkeling / Duurzaamheid",
        "Stadsontwikkeling / Economie / Team Economische Ontwikkeling Stad",
        "Werk & Inkomen",
    ]
    assert [len(values["data_sources"]) for values in (parking, heating, spot, review)] == [5, 27, 3, 2]
    sources = [(row["topic"], row["name"]) for row in heating["data_sources"]]
    counts = [sources.count(pair) for pair in dict.fromkeys(sources)]
    assert counts == [4, 5, 4, 3, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1]
    assert len({topic for topic, _ in sources}) == 4
    assert (
        "<tr><th>Huis</th><th>All-electric 15 jaar</th><th>MT/HT 15 jaar</th><th>LT-collectief 15 jaar</th>"
        "<th>Zekerheid</th></tr></thead><tbody><tr><td>1</td><td>100.000</td><td>70.000</td><td>niet mogelijk</td>"
        "<td>30%</td></tr>"
    ) in heating["methods_and_models"]
    assert re.findall(r"<h4>(.*?)</h4>", heating["methods_and_models"]) == ["Rekenregels Nieman", "Rekenregels COMSOF"]
    assert [row["kind"] for row in heating["references"]] == ["policy", "policy", "literature"]
    assert "30%" in heating["performance"]
    assert (parking["risk_class"], review["risk_class"]) == ("low", "high")
    assert "6 weken" in parking["objection_procedure"]
    assert "gestolen voertuigen" in parking["future_use"]
    assert "toezichtscommissie" in review["oversight"]
    assert "2022" in review["oversight"]
    assert "Participatiewet" in review["lawful_basis"]
    assert (heating["personal_data"], spot["personal_data"]) == ("none", "none")
    assert (spot["provider"], spot["contact_email"]) == ("Total Design B.V.", "info@spotrotterdam.nl")
    assert {"role": "data_supplier", "name": "Resono", "url": ""} in spot["parties"]
    assert all(len(values["description_short"]) <= 400 for values in (parking, heating, spot, review))
    assert "4 zinnen" in warned(reading.records[0], "human_intervention")
    assert "regel 252" in warned(reading.records[3], "methods_and_models")
    assert "data_sources" in {warning.key for warning in reading.records[1].warnings}
