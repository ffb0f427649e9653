"""Promise: of the national register's records, in whatever standard, each value is found again where one expects it.

The 36 real records stand beside the checkout; without them the same is asked of our own small files alone, which is
said out loud.
"""

from __future__ import annotations

import html
import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from algorithms.models import Algorithm, Listing, Organization, Publication
from algorithms.standard import FIELDS, Show, is_lars
from importers.readers import Reading, Record, Unreadable, read, sniff
from importers.readers.national_values import array, month, status
from importers.readers.printed import fold
from tests.conftest import SHARED
from tests.lines import parts_of

DATA = Path(__file__).parent / "data"
SAMPLE = SHARED / "data" / "national-register-sample-2023-06.json"
OLDEST, NEWEST = DATA / "national-0.2.3.json", DATA / "national-1.0.json"
MIX, DOWNLOAD = DATA / "national-mix.json", DATA / "national-download.json"
OWN = [OLDEST, NEWEST, MIX]
SOURCES = [*OWN, SAMPLE] if SAMPLE.is_file() else OWN
BOOKKEEPING = {"owner", "released", "published", "state", "language", "create_dt", "publication_dt"}
METADATA = {key for key, field in FIELDS.items() if field.show is Show.NEVER}  # never on the page, by the standard
MONTHS = {"begin_date", "end_date"}  # in words on the page alone
ADDRESSES = ("contact_email", "application_url")  # several in one text are apart here


def load(path: Path) -> Reading:
    return read(path.read_bytes(), path.name)


def record(**values) -> Record:
    """Read one national record."""
    row = {"name": "Proef", "organization": "Gemeente Voorbeeldstad", "owner": "gemeente-voorbeeldstad"} | values
    reading = read(json.dumps([row]).encode(), "proef.json")
    assert (reading.format, reading.refused) == ("national-json", [])
    return reading.records[0]


def legacy(found: Record) -> dict[str, tuple[str, str, str]]:
    return {row["key"]: (row["title"], row["text"], row["standard"]) for row in found.values.get("legacy", [])}


def told(found: Record) -> str:
    return "\n".join(warning.message for warning in found.warnings)


def imported(tmp_path, *paths: Path, options: tuple[str, ...] = ("--publish",)) -> dict:
    report = tmp_path / "report.json"
    with pytest.raises(SystemExit) as ended:
        call_command("import_register", *map(str, paths), *options, "--report", str(report), stdout=StringIO())
    return {"code": ended.value.code} | json.loads(report.read_text(encoding="utf-8"))


def words(markup: str) -> str:
    return squeezed(html.unescape(re.sub(r"<[^>]+>", " ", markup)))


def squeezed(text: str) -> str:
    """A text without white space, which tags and line breaks put elsewhere, and without regard to capitals."""
    return re.sub(r"\s+", "", text).casefold()


def strings(value) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in strings(part)]
    if isinstance(value, list):
        return [text for part in value for text in strings(part)]
    return [words(value)] if isinstance(value, str) else []


def rows_of(path: Path) -> list[dict]:
    content = json.loads(path.read_text(encoding="utf-8"))
    return content if isinstance(content, list) else [content]


def values_of(row: dict):
    """Yield (key, text) of all a row says; a list by its items, what is no text of its own left out."""
    for key, value in row.items():
        if key in BOOKKEEPING or value in (None, "") or (key == "lang" and value == "Nederlands"):
            continue
        if isinstance(value, dict | list):
            yield from ((key, text) for text in strings_as_they_are(value))
        elif items := array(value):
            yield from ((key, item) for item in items)
        elif key in ADDRESSES and re.search(r"[;,]\s+\S*[@/]", value):
            yield from ((key, part) for part in re.split(r"[;,]\s+|\sof\s", value))
        else:
            yield key, value


def strings_as_they_are(value) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in strings_as_they_are(part)]
    if isinstance(value, list):
        return [text for part in value for text in strings_as_they_are(part)]
    return [value] if isinstance(value, str) else []


def lost(row: dict, found: str, *, but: set[str]) -> list[str]:
    """Return the lines of a row's values that are not found; the marks of lists are no words."""
    missing = []
    for key, text in values_of(row):
        for line in re.sub(r"<[^>]+>", "\n", text).split("\n") if re.search(r"</\w", text) else text.split("\n"):
            ways = [[squeezed(part) for part in way] for way in parts_of(line)[:1]]
            if key not in but and line.strip() and not any(all(part in found for part in way) for way in ways):
                missing.append(f"{key}: {line}")
    return missing


# -- the acceptance ----------------------------------------------------------------------------------------------------


def test_the_real_records_are_read(capsys):
    if SAMPLE.is_file():
        reading = load(SAMPLE)
        assert (reading.format, len(reading.records), reading.refused) == ("national-json", 36, [])
        return
    with capsys.disabled():
        print("\nLET OP: de echte landelijke records ontbreken; de lezer is alleen op eigen voorbeelden getoetst.")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_value_is_on_the_page_and_in_the_api(client, db, tmp_path, path):
    report = imported(tmp_path, path)
    rows = rows_of(path)
    assert (report["code"], report["counts"]["created"], report["refused"]) == (0, len(rows), [])
    by_name = {listing.name: listing for listing in Listing.objects.all()}
    missing = {}
    for row in rows:
        listing = by_name[fold(row["name"])]
        page = words(client.get(f"/algoritmes/{listing.lars}/{listing.slug}/").content.decode())
        document = " ".join(strings(client.get(f"/api/v1/algoritmes/{listing.lars}").json()))
        absent = lost(row, document, but=MONTHS) + lost(row, page, but=METADATA)
        if absent:
            missing[row["name"]] = absent
    assert missing == {}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_same_file_again_changes_nothing(db, tmp_path, path):
    count = imported(tmp_path, path)["counts"]["created"]
    again = imported(tmp_path, path)
    assert again["counts"] == {"created": 0, "changed": 0, "unchanged": count, "refused": 0}
    assert Publication.objects.count() == count


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_value_that_is_gone_is_missed(path):
    """The acceptance would notice: of a page with only the name nearly everything is missing."""
    row = rows_of(path)[0]
    filled = {key for key, _text in values_of(row)} - {"name"}
    assert {line.split(":")[0] for line in lost(row, squeezed(row["name"]), but=set())} == filled


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_an_author_is_told_in_a_few_sentences(path):
    for found in load(path).records:
        assert len(found.warnings) <= 12
        assert all(len(warning.message) <= 500 and warning.message.endswith(".") for warning in found.warnings)


# -- recognition -------------------------------------------------------------------------------------------------------


def test_national_records_are_known_by_their_keys_and_documents_stay_documents():
    for path in (OLDEST, NEWEST, MIX, DOWNLOAD):
        assert sniff(path.read_bytes(), "x") == "national-json"
    for document in (
        [{"name": "A", "organization": "Gemeente X", "goal": "Iets."}],
        [{"name": "A", "organization": {"name": "Gemeente X"}, "standard_version": "1.0", "lars": "33947772"}],
        [{"name": "A", "organization": {"name": "Gemeente X"}, "data_sources": [{"name": "B", "owner": "C"}]}],
        {"records": [{"name": "A", "goal": 'Een sleutel "iama": in een tekst.', "standard_version": "0.1"}]},
    ):
        data = json.dumps(document).encode()
        assert (sniff(data, "x"), read(data, "x").format) == ("documents", "documents")


def test_a_document_that_names_its_organisation_by_a_text_stays_a_document():
    steps = [{"kind": "person", "actor": "Wij", "action": "kijken"}]
    row = {"name": "A", "organization": "Gemeente X", "lars": "33947772", "standard_version": "1.0", "steps": steps}
    reading = read(json.dumps([row]).encode(), "x")
    assert (reading.format, reading.records[0].values) == ("documents", row)
    english = {"eng": {"name": "B"}}  # beside a key that documents do not have
    reading = read(json.dumps([row | {"monitoring": "Elke week.", "translations": english}]).encode(), "x")
    assert (reading.format, reading.records[0].values["translations"]) == ("documents", english)
    named = {"name": "A", "organization": {"name": "Gemeente X"}, "monitoring": "Elke week."}
    assert read(json.dumps(named).encode(), "x").format == "documents"


@pytest.mark.parametrize("version", ["0.1", "0.1.0", "1.0.0", "9.9", 4, None, ["0.4"]])
def test_the_version_a_record_says_it_has_decides_nothing(version):
    found = record(standard_version=version, competent_authority="College", monitoring="Elke maand.")
    assert legacy(found)["competent_authority"][:2] == ("Bevoegde autoriteit", "College")
    assert found.values["oversight"] == "<p>Elke maand.</p>"


def test_each_record_of_a_mix_is_read_in_its_own_way():
    reading = load(MIX)
    parking, grass, trees, own = reading.records
    assert legacy(parking)["begin_date"] == ("Begindatum", "voorjaar 2020", "0.1")
    assert grass.values["parties"] == [{"role": "supplier", "name": "Maaiers", "url": "https://www.maaiers.example"}]
    assert legacy(grass)["nieuwe_sleutel"] == ("nieuwe_sleutel", "Iets nieuws.", "0.3.1")
    assert "'nieuwe_sleutel' is onbekend" in told(grass)
    assert trees.values["lars"] == "een"
    assert own.values == {
        "name": "Eigen document",
        "organization": {"name": "Gemeente Voorbeeldstad"},
        "goal": "<p>Van ons.</p>",
    }


def test_a_results_list_and_one_record_are_read_too():
    row = {"name": "A", "organization": "Gemeente X", "mprd": "Nee", "lars": "33947772"}
    for content in ({"results": [row], "total_count": 1}, row):
        reading = read(json.dumps(content).encode(), "x.json")
        assert (reading.format, [found.values["name"] for found in reading.records]) == ("national-json", ["A"])


# -- where values go ---------------------------------------------------------------------------------------------------


def test_the_oldest_record_is_spread_over_our_fields():
    found = load(OLDEST).records[0]
    values = found.values
    assert values["goal"] == (
        "<p>Minder wachten voor een open brug.</p><p>Het gaat om:</p><ul><li>fietsers</li><li>schippers</li></ul>"
    )
    assert (values["category"], values["tags"]) == (["Verkeer"], "Mobiliteit, Bruggen")
    assert (values["status"], values["self_learning"], values["lang"]) == ("In ontwikkeling", "no", "nld")
    assert values["impacttoetsen_grouping"] == [{"title": "Data Protection Impact Assessment (DPIA)", "link": ""}]
    assert "<strong>Impact Assessment Mensenrechten en Algoritmes (IAMA):</strong> Nee" in values["impacttoetsen"]
    assert values["contact_email"] == "bruggen@voorbeeldstad.example"
    assert [(row["kind"], row["value"]) for row in values["contact_points"]] == [
        ("email", "water@voorbeeldstad.example"),
        ("phone", "14 010"),
    ]
    assert values["references"] == [
        {"kind": "page", "title": "Projectpagina", "link": "https://www.voorbeeldstad.example/bereikbaar"},
        {"kind": "page", "title": "Pagina van de ontwikkelaar", "link": "https://www.brugmakers.example"},
    ]
    assert values["identifiers"] == [{"kind": "UUID", "value": "4f0c2f5a-0c44-4b7e-9a53-4c4f2d0b7d11"}]
    assert set(legacy(found)) == {
        "type", "category", "competent_authority", "mprd", "area", "revision_date", "standard_version",
    }  # fmt: skip


def test_a_record_of_today_comes_back_as_it_went_in(client, db, tmp_path):
    imported(tmp_path, NEWEST)
    row = rows_of(NEWEST)[0]
    document = client.get(f"/api/v1/algoritmes/{row['lars']}").json()
    row |= {"organization": document["organization"], "tags": "gladheid, sneeuw"}  # a name, and an API without markup
    row["impacttoetsen_grouping"][0]["link"] = ""
    assert document["organization"]["name"] == "Gemeente Voorbeeldstad"
    assert {key: document[key] for key in row if key not in BOOKKEEPING} == {
        key: value for key, value in row.items() if key not in BOOKKEEPING
    }
    assert document["legacy"] == []


def test_bookkeeping_makes_no_version(db, tmp_path):
    imported(tmp_path, NEWEST)
    row = rows_of(NEWEST)[0] | {"owner": "x", "create_dt": "2030-01-01", "id": 7, "published": True, "algorithm_id": 3}
    changed = tmp_path / "anders.json"
    changed.write_text(json.dumps([row]), encoding="utf-8")
    assert imported(tmp_path, changed)["counts"]["unchanged"] == 1
    assert Publication.objects.count() == 1


def test_the_download_brings_translations_and_what_it_tells_of_organisations(client, db, tmp_path):
    report = imported(tmp_path, DOWNLOAD)
    assert (report["code"], report["counts"]["created"]) == (1, 1)
    assert "in het Fries" in report["refused"][0]["why"]
    assert [line["text"] for line in report["kept_aside"]] == ["Gemeente Elders"]
    document = client.get("/api/v1/algoritmes/61965951").json()
    assert document["translations"]["eng"] == {
        "name": "Weighing waste",
        "description_short": "Weighs full bins.",
        "goal": "<p>Emptying bins in time.</p>",
    }
    assert {"key": "status", "title": "Status (Engels)", "text": "In use", "standard": "0.4"} in document["legacy"]
    assert (document["category"], document["tags"]) == (["Natuur en milieu", "Wonen"], "Landbouw")
    assert (document["begin_date"], document["end_date"]) == ("2021-03", "2023-01")
    assert document["impacttoetsen_grouping"] == [
        {"title": "Data Protection Impact Assessment (DPIA)", "link": "https://www.voorbeeldstad.example/dpia"},
        {"title": "Ethische toets", "link": "https://www.voorbeeldstad.example/ethiek"},
    ]
    assert document["lawful_basis_grouping"] == [
        {"title": "Wet milieubeheer", "link": "https://wetten.overheid.nl/BWBR0003245"},
        {"title": "Wettelijke basis (wetten.overheid.nl)", "link": "https://wetten.overheid.nl/BWBR0001948"},
    ]
    assert Organization.objects.get().about == "<p>Een stad aan het water.</p><p>Bel 14 010.</p>"


def test_what_the_download_says_twice_or_without_a_name_is_refused():
    dutch = {"name": "Naam", "organization": "Gemeente X", "lars": "33947772", "language": "NLD"}
    english = dutch | {"name": "Name", "language": "ENG"}
    details = [{"about": "Niets"}, {"name": "A\u0000"}, 7]
    content = {"algoritme_versions": [english, dutch, english | {"name": "Other"}], "organisation_details": details}
    reading = read(json.dumps(content).encode(), "x")
    assert [found.values["translations"] for found in reading.records] == [{"eng": {"name": "Name"}}]
    assert [refused.why for refused in reading.refused] == [
        "De tekst in het Engels van Algoritme-ID 33947772 staat twee keer in dit bestand.",
        "De organisatie heeft geen naam.",
        "Er staat een teken in dat niet mag: U+0000.",
        "Dit is geen object maar een losse waarde.",
    ]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2020-01", "2020-01"), ("2020-1", "2020-01"), ("01-2020", "2020-01"), ("1-1-2020", "2020-01"),
        ("31-12-2020", "2020-12"), ("2023-12-01 00:00:00", "2023-12"), ("2023-12-01T00:00:00", "2023-12"),
        ("Januari 2020", "2020-01"), ("1 mrt. 2021", "2021-03"), ("44927", "2023-01"), ("44927.0", "2023-01"),
        ("2020", ""), ("13-2020", ""), ("31-02-2020", ""), ("eind 2020", ""), ("tb_date", ""), ("0000-01", ""),
        ("١٢-2020", ""), ("1 foo 2020", ""), ("-", ""), ("9" * 5000, ""),
    ],
)  # fmt: skip
def test_a_month_is_read_when_it_is_certain(written, read_as):
    assert month(written) == read_as


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("in gebruik", "In gebruik"), ("Actief", "In gebruik"), ("Gestopt.", "Buiten gebruik"),
        ("Pilot", ""), ("Niet actief", ""), ("In gebruik sinds 2019", ""), ("-", ""),
    ],
)  # fmt: skip
def test_a_status_is_read_when_it_is_certain(written, read_as):
    assert status(written) == read_as
    kept = legacy(record(status=written)).get("status", ("", "", ""))[1]
    assert kept == ("" if written.casefold() == read_as.casefold() else written)


@pytest.mark.parametrize(
    ("standard", "written", "learns"),
    [
        ("0.3.1", "Zelflerend", "yes"), ("0.4", "Ja", "yes"), ("0.4", "Nee", "no"),
        ("0.1", "Op regels gebaseerd", ""), ("0.1", "Deels op regels gebaseerd, deels zelflerend", ""),
    ],
)  # fmt: skip
def test_learning_is_only_what_the_words_say(standard, written, learns):
    found = record(standard_version=standard, type=written)
    assert found.values.get("self_learning", "") == learns
    assert legacy(found)["type"] == ("(Zelf)lerend" if standard == "0.4" else "Type algoritme", written, standard)


@pytest.mark.parametrize(
    ("standard", "title"), [("0.1", "Link naar ontwikkelaar"), ("0.2.3", "Link naar ontwikkelaar"),
                            ("0.3.1", "Link naar leverancier")],
)  # fmt: skip
def test_a_kept_value_bears_the_title_of_its_own_standard(standard, title):
    assert legacy(record(standard_version=standard, application_url="op te vragen"))["application_url"] == (
        title, "op te vragen", standard,
    )  # fmt: skip


@pytest.mark.parametrize("written", ["-", "n.v.t.", "Volgt", "Nog niet beschikbaar ", "Niet bekend."])
def test_a_placeholder_is_no_address_number_or_department_but_is_kept(written):
    keys = ("website", "uuid", "source_id", "department", "contact_email", "begin_date")
    found = record(**dict.fromkeys(keys, written), goal=written)
    assert not found.values.keys() & {*keys, "identifiers", "contact_points"}
    assert {key: legacy(found)[key][1] for key in keys} == dict.fromkeys(keys, written.strip())
    assert found.values["goal"] == f"<p>{written.strip()}</p>"


@pytest.mark.parametrize(
    ("written", "main", "others", "is_kept"),
    [
        ("010 123 45 67", "", [("phone", "010 123 45 67")], False),
        ("a@x.nl, b@x.nl", "a@x.nl", [("email", "b@x.nl")], False),
        ("Mail a@x.nl.", "a@x.nl", [], False),
        ("Vraag het aan https://x.nl/contact.", "https://x.nl/contact", [], True),
        ("Postbus 10, Voorbeeldstad", "", [("other", "Postbus 10, Voorbeeldstad")], False),
    ],
)
def test_ways_to_get_in_touch_are_told_apart(written, main, others, is_kept):
    found = record(contact_email=written)
    assert found.values.get("contact_email", "") == main
    assert [(row["kind"], row["value"]) for row in found.values.get("contact_points", [])] == others
    assert ("contact_email" in legacy(found)) is is_kept


def test_more_web_addresses_than_a_field_holds_become_references():
    found = record(url="https://a.nl/x en https://b.nl/y.", source_data_link="https://c.nl, https://d.nl")
    assert found.values["url"] == "https://a.nl/x"
    assert found.values["references"] == [
        {"kind": "page", "title": "Link naar bronregistratie", "link": "https://b.nl/y"}
    ]
    assert [row["link"] for row in found.values["source_data_grouping"]] == ["https://c.nl", "https://d.nl"]
    assert legacy(found) == {}


def test_a_number_that_cannot_be_is_kept_and_the_record_gets_its_own(client, db, tmp_path):
    report = imported(tmp_path, MIX)
    trees = client.get(f"/api/v1/algoritmes/{Algorithm.objects.get(name='Bomen wegen').lars}").json()
    assert is_lars(trees["lars"])
    assert [(row["key"], row["text"]) for row in trees["legacy"]] == [("lars", "een")]
    warned = {record["name"]: "\n".join(record["warnings"]) for record in report["records"]}
    assert "Algoritme-ID" in warned["Bomen wegen"]
    assert "controlecijfer" in warned["Parkeren controleren"]
    assert Algorithm.objects.filter(lars="12345678").exists()


def test_a_version_that_was_not_public_is_told():
    for more in ({"published": False}, {"state": "STATE_1"}):
        assert "niet gepubliceerd" in told(record(**more))
    assert "niet gepubliceerd" not in told(record(published=True, state="PUBLISHED"))


def test_a_version_that_was_not_public_stays_a_draft(client, db, tmp_path):
    rows = json.loads(MIX.read_text(encoding="utf-8"))
    rows[0] |= {"published": False, "state": "STATE_2"}
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    report = imported(tmp_path, path)
    held = next(told for told in report["records"] if told["name"] == rows[0]["name"])
    assert "niet gepubliceerd" in "\n".join(held["warnings"])
    assert Algorithm.objects.filter(name=rows[0]["name"]).exists()
    assert not Publication.objects.filter(lars=held["lars"]).exists()
    assert Publication.objects.count() == len(rows) - 1


def test_a_line_break_of_an_author_stays_also_after_a_long_line():
    first = "persoonsgegevens uit de bevolkingsadministratie van de gemeenten en van de klant zelf"
    found = record(
        source_data=f"{first}\ninkomen van de klant", goal="<div>Eerst<br>dan</div>", risks="a &lt; b &amp; c"
    )
    assert found.values["source_data"] == f"<p>{first}<br>inkomen van de klant</p>"
    assert found.values["goal"] == "<div>Eerst<br>dan</div>"  # is HTML: for the one cleaner
    assert found.values["risks"] == "<p>a &lt; b &amp; c</p>"


# -- wrong shapes and hostile files ------------------------------------------------------------------------------------

ODD = [
    0, -1, 1.5, 1e300, True, False, [], {}, ["a", 1], [[["a"]]], {"a": {"b": None}}, [None], [{"title": 3}],
    "x" * 30_000, "<p>", "{", "{}", "<x " * 500, "https://", "@" * 3_000, "((((" * 500, " ", "\u2028", "1" * 400,
]  # fmt: skip
KEYS = sorted({key for path in [*OWN, DOWNLOAD] for row in rows_of(path) for key in row} - {"name", "organization"})


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_a_value_of_a_wrong_shape_is_kept_as_text_or_refused_with_its_cure(db, tmp_path, odd):
    path = tmp_path / "vreemd.json"
    rows = [{"name": f"Proef {key}", "organization": "Gemeente X", "owner": "x", key: odd} for key in KEYS]
    rows += [{"name": odd, "organization": "Gemeente X", "owner": "x"}, {"name": "P", "organization": odd, "lars": ""}]
    path.write_text(json.dumps(rows), encoding="utf-8")
    report = imported(tmp_path, path, options=())
    assert report["code"] in (0, 1)
    assert sum(report["counts"].values()) == len(rows)
    assert all(refused["why"] and refused["cure"] for refused in report["refused"])


def test_the_bounds_of_documents_hold_here_too():
    for data in (
        b'[{"iama": "Ja", "iama": "Nee"}]',
        b'[{"iama": "Ja"}' + b',{"iama":"x"}' * 20_000 + b"]",
        b'[{"iama": ' + b"9" * 5000 + b"}]",
        b'{"algoritme_versions": {}}',
        b'{"algoritme_versions": [], "organisation_details": {}}',
    ):
        assert sniff(data, "x") == "national-json"
        with pytest.raises(Unreadable, match=r"\.$"):
            read(data, "x.json")
    reading = read(b'[{"name": "A\\u0000", "organization": "X", "iama": "Ja"}, 3]', "x.json")
    assert [refused.why for refused in reading.refused] == [
        "Er staat een teken in dat niet mag: U+0000.", "Dit is geen object maar een losse waarde.",
    ]  # fmt: skip
