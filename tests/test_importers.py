"""An import takes all it can, keeps what does not fit, refuses with a cure, and does nothing by halves."""

from __future__ import annotations

import errno
import json
import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from algorithms import document, drafts, publishing
from algorithms.models import Algorithm, Department, Listing, Organization, Page, Publication, Stage
from algorithms.verifying import verify
from importers import loader, readers
from importers.report import MOST_HINTS, Report, at_most


class Run:
    """One run of the command: its exit code, report and words."""

    def __init__(self, tmp_path, *arguments: str):
        report = tmp_path / "report.json"
        report.unlink(missing_ok=True)
        self.out, self.err = StringIO(), StringIO()
        with pytest.raises(SystemExit) as ended:
            call_command("import_register", *arguments, "--report", str(report), stdout=self.out, stderr=self.err)
        self.code = ended.value.code
        self.report = json.loads(report.read_text(encoding="utf-8")) if report.exists() else None


@pytest.fixture
def load(db, tmp_path):
    """Import documents as a file of our own form."""

    def run(*documents, options=(), **more) -> Run:
        path = tmp_path / "records.json"
        path.write_text(json.dumps({"records": list(documents)} | more, ensure_ascii=False), encoding="utf-8")
        return Run(tmp_path, str(path), *options)

    return run


def warnings_of(run: Run, number: int = 0) -> str:
    return "\n".join(run.report["records"][number]["warnings"])


def test_a_record_comes_in_as_a_draft_until_publishing_is_asked(load, complete):
    run = load(complete)
    assert (run.code, run.report["counts"]) == (0, {"created": 1, "changed": 0, "unchanged": 0, "refused": 0})
    assert not Publication.objects.exists()
    again = load(complete, options=["--publish"])
    assert again.report["counts"]["unchanged"] == 1
    assert again.report["records"][0]["version"] == 1
    assert Listing.objects.get().name == complete["name"]


def test_an_unknown_organisation_is_made_with_a_warning_and_a_known_alias_is_not(load, complete):
    run = load(complete)
    assert "Gemeente Voorbeeldstad" in warnings_of(run)
    organization = Organization.objects.get()
    organization.aliases = ["Voorbeeldstad (gemeente)"]
    organization.save()
    run = load(complete | {"name": "Tweede", "organization": {"name": "VOORBEELDSTAD, gemeente"}})
    assert "was hier onbekend" not in warnings_of(run)
    assert Organization.objects.get() == organization
    run = load(complete | {"name": "Derde", "organization": {"name": "Gemeente Elders"}})
    assert "Gemeente Elders" in warnings_of(run)
    assert Organization.objects.count() == 2


def test_organization_fills_a_missing_one_and_replaces_none(load, complete):
    Organization.objects.create(name="Gemeente Elders")
    without = {key: value for key, value in complete.items() if key != "organization"}
    run = load(without)
    assert run.code == 1
    assert "--organization" in run.report["refused"][0]["cure"]
    run = load(without, complete | {"name": "Ander"}, options=["--organization", "gemeente-elders"])
    assert run.code == 0
    assert dict(Algorithm.objects.values_list("name", "organization__slug")) == {
        "Strooiroutes": "gemeente-elders",
        "Ander": "gemeente-voorbeeldstad",
    }
    run = load(complete, options=["--organization", "bestaat-niet"])
    assert run.code == 2
    assert "gemeente-elders" in run.err.getvalue()


def test_records_match_by_lars_by_source_id_and_by_folded_name(load, complete):
    load(complete | {"source_id": "A-1"})
    lars = Algorithm.objects.get().lars
    for change in ({"lars": lars, "name": "Nieuwe naam"}, {"source_id": "A-1", "name": "Derde naam"}):
        run = load(complete | {"source_id": "A-1"} | change)
        assert run.report["counts"]["changed"] == 1
        assert run.report["records"][0]["fields"] == ["name"]
    run = load(complete | {"name": "DERDE  naam!", "goal": "<p>Anders</p>"})
    assert run.report["counts"]["changed"] == 1
    assert Algorithm.objects.get().lars == lars
    assert Algorithm.objects.get().source_id == "A-1"  # what a file does not speak of stays


def test_an_imported_number_is_kept_and_one_of_another_organisation_refused(load, complete):
    run = load(complete | {"lars": "33947772"})
    assert run.report["records"][0]["lars"] == "33947772"
    run = load(complete | {"lars": "33947772", "organization": {"name": "Gemeente Elders"}})
    assert run.code == 1
    assert "33947772" in run.report["refused"][0]["why"]
    run = load(complete | {"name": "Fout cijfer", "lars": "11111111"})
    assert "controlecijfer" in warnings_of(run)
    assert Algorithm.objects.filter(lars="11111111").exists()


def test_impossible_values_are_kept_with_a_warning(load, complete):
    strange = {
        "lars": "12",
        "begin_date": "2023-13",
        "status": "Waarschijnlijk",
        "category": ["Verkeer", "Dienstverlening"],
        "website": "geen adres",
        "contact_email": "14 010",
        "data_sources": [
            {"name": "Wegen", "url": "zonder adres"},
            {"name": "", "contents": "zonder naam"},
            {"name": "Bruggen", "personal_data": "misschien"},
        ],
        "steps": [{"kind": "robot", "actor": "Robot", "action": "rijdt"}],
    }
    run = load({key: value for key, value in complete.items() if key != "translations"} | strange)
    assert run.code == 0, run.report["refused"]
    algorithm = Algorithm.objects.get()
    assert (algorithm.begin_date, algorithm.status, algorithm.category) == ("", "", ["Verkeer"])
    assert [source.name for source in algorithm.data_sources.all()] == ["Wegen", "Bruggen"]
    kept = " ".join(algorithm.legacy.values_list("text", flat=True))
    for text in ("12", "2023-13", "Waarschijnlijk", "Dienstverlening", "geen adres", "14 010", "zonder adres",
                 "zonder naam", "misschien", "rijdt"):  # fmt: skip
        assert text in kept
    assert warnings_of(run).count("Overige gegevens") == 10


def test_an_end_before_the_begin_is_kept_aside(load, complete):
    load(complete | {"begin_date": "2024-05", "end_date": "2024-01"}, options=["--publish"])
    algorithm = Algorithm.objects.get()
    assert (algorithm.begin_date, algorithm.end_date) == ("2024-05", "")
    assert algorithm.legacy.get().text == "2024-01"
    run = load({"name": "Strooiroutes", "organization": complete["organization"], "end_date": "2023-01"})
    assert run.code == 1
    assert "2023-01" in run.report["refused"][0]["why"]


def test_a_text_longer_than_the_standard_comes_in_whole_and_is_published_again(load, complete):
    long = "Dit is een zin van een ouder register. " * 80
    run = load(complete | {"source_data": f"<p>{long}</p>"}, options=["--publish"])
    assert run.code == 0
    assert "2500" in warnings_of(run)
    document = json.loads(Publication.objects.get().document)
    assert document["source_data"] == f"<p>{long.strip()}</p>"
    run = load(complete | {"name": "Te lang", "source_data": "<p>" + "x" * 100_001 + "</p>"})
    assert run.code == 1
    assert not Algorithm.objects.filter(name="Te lang").exists()


def test_one_bad_record_does_not_stop_the_others(load, complete):
    run = load(complete, {"name": "", "organization": {"name": "X"}}, complete | {"name": "Goed"}, complete)
    assert run.code == 1
    assert run.report["counts"] == {"created": 2, "changed": 0, "unchanged": 0, "refused": 2}
    for refusal in run.report["refused"]:
        assert refusal["where"]
        assert refusal["why"]
        assert refusal["cure"]
    assert "twee keer" in run.report["refused"][0]["why"] + run.report["refused"][1]["why"]


def test_a_dry_run_tells_the_same_and_saves_nothing(load, complete):
    dry = load(complete, options=["--publish", "--dry-run"])
    assert (dry.code, dry.report["counts"]["created"]) == (0, 1)
    assert not Algorithm.objects.exists()
    assert not Publication.objects.exists()
    assert not Organization.objects.exists()
    real = load(complete, options=["--publish"])
    assert real.report["records"][0]["warnings"] == dry.report["records"][0]["warnings"]


def test_an_unreadable_file_among_good_ones_saves_nothing(tmp_path, db, complete):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(complete), encoding="utf-8")
    for content in (b"{", b"\xff\xfe\x00", b"", b"%PDF-1.7", b"zomaar een tekst"):
        bad.write_bytes(content)
        run = Run(tmp_path, str(good), str(bad))
        assert run.code == 2
        assert "bad.json" in run.err.getvalue()
    assert Run(tmp_path, str(tmp_path / "weg.json")).code == 2
    assert not Algorithm.objects.exists()


def test_names_go_to_records_without_a_title_only(tmp_path, db):
    print_of_ours = "tests/data/registerprint.txt"
    untitled = Run(tmp_path, print_of_ours, "--dry-run").report["records"]
    many = ";".join(f"Naam {number}" for number in range(len(untitled) + 1))
    run = Run(tmp_path, print_of_ours, "--names", many)
    assert run.code == 2
    assert str(len(untitled) + 1) in run.err.getvalue()
    assert not Algorithm.objects.exists()
    Run(tmp_path, print_of_ours)
    proposed = dict(Algorithm.objects.values_list("lars", "name"))
    run = Run(tmp_path, print_of_ours, "--names", "Eigen naam")
    assert run.report["counts"]["created"] == 0  # found by the name that was proposed before
    assert "Eigen naam" in set(Algorithm.objects.values_list("name", flat=True))
    assert set(Algorithm.objects.values_list("lars", flat=True)) == set(proposed)


def test_a_withdrawn_record_is_not_published_again_by_an_import(load, complete):
    load(complete, options=["--publish"])
    publishing.withdraw(Algorithm.objects.get().lars, reason="Niet meer in gebruik.")
    run = load(complete | {"goal": "<p>Anders</p>"}, options=["--publish"])
    assert "ingetrokken" in warnings_of(run)
    assert not Listing.objects.exists()
    assert verify().faults == []


def test_english_of_rows_stays_with_equal_dutch_and_its_loss_is_told(load, complete):
    load(complete)
    rows = [{"name": "Wegenbestand", "contents": "Nieuwe inhoud"}, {"name": "Nieuwe bron"}]
    plain = {key: value for key, value in complete.items() if key != "translations"}
    run = load(plain | {"data_sources": rows})
    algorithm = Algorithm.objects.get()
    assert [source.name_en for source in algorithm.data_sources.all()] == ["Road map", ""]
    assert "vervallen" not in warnings_of(run)
    run = load(plain | {"data_sources": rows[1:]})
    assert "1 Engelse" in warnings_of(run)


def test_departments_and_pages_come_along(load, complete):
    page = {"slug": "uitleg", "title": "Uitleg", "title_en": "Explanation", "body": "<p>Zo werkt het.</p>"}
    department = {"organization": "Gemeente Voorbeeldstad", "path": "Stadsbeheer / Wegen", "phone": "14 099"}
    organization = {"name": "Gemeente Voorbeeldstad", "slug": "voorbeeldstad", "aliases": ["Voorbeeldstad"]}
    more = {"organizations": [organization], "departments": [department], "pages": [page]}
    run = load(complete, **more)
    assert run.report["pages"][0]["action"] == "created"
    assert not Page.objects.get(slug="uitleg").is_public
    load(complete, **more, options=["--publish"])
    assert Page.objects.get(slug="uitleg").is_public
    assert Page.objects.get(slug="uitleg").title_en == "Explanation"
    assert Department.objects.get().phone == "14 099"
    assert Algorithm.objects.get().department == Department.objects.get()
    run = load(complete, **more, options=["--publish"])
    assert run.report["pages"][0]["action"] == "unchanged"


def test_what_is_exported_comes_in_again_unchanged(client, publish_algorithm, tmp_path):
    publish_algorithm()
    publish_algorithm(name="Tweede", organization={"name": "Gemeente Elders"})
    answer = client.get("/open-data/algoritmes.json")
    exported = tmp_path / "export.json"
    exported.write_bytes(b"".join(answer.streaming_content if answer.streaming else [answer.content]))
    run = Run(tmp_path, str(exported), "--publish")
    assert run.report["counts"] == {"created": 0, "changed": 0, "unchanged": 2, "refused": 0}
    assert Publication.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": None}, "verplichte veld"),
        ({"goal": 5}, "geen tekst"),
        ({"category": [["Verkeer"]]}, "lijst van teksten"),
        ({"data_sources": ["x"]}, "lijst van rijen"),
        ({"legacy": "x", "kleur": "groen"}, "lijst van rijen"),
        ({"organization": 5}, "geen naam"),
        ({"organization": {"slug": "nergens"}}, "nergens"),
        ({"organization": {"name": "Gemeente X", "tooi": "geen adres"}}, "TOOI"),
        ({"organization": {"name": "Gemeente X", "tooi": []}}, "geen naam"),
        ({"department": ["x"]}, "geen naam"),
        ({"translations": ["x"]}, "geen object"),
        ({"translations": {"eng": "x"}, "data_sources": [{"contents": "zonder naam"}]}, "geen object"),
        ({"translations": {"eng": {"data_sources": [5]}}}, "lijst van rijen"),
        ({"lars": 33947772}, "geen Algoritme-ID"),
        ({"risk_register": [{"risk": "x"}] * 1001}, "1001"),
    ],
)
def test_a_record_of_any_shape_is_refused_by_itself(load, complete, change, words):
    run = load(complete, complete | {"name": "Ander"} | change)
    assert run.code == 1
    (refusal,) = run.report["refused"]
    assert refusal["where"].startswith("records, nummer 2")
    assert words in refusal["why"]
    assert refusal["cure"]
    assert Algorithm.objects.get().name == "Strooiroutes"
    assert Organization.objects.count() == 1


def test_an_organisation_may_be_a_name_and_null_is_nothing(load, complete):
    run = load(
        complete | {"organization": "Gemeente Voorbeeldstad", "department": None, "translations": None, "lars": None}
    )
    assert run.code == 0
    assert Organization.objects.get().name == "Gemeente Voorbeeldstad"


def test_a_source_id_belongs_to_one_record(load, complete):
    load(complete | {"lars": "33947772", "source_id": "A-1"}, complete | {"name": "Tweede", "source_id": "A-2"})
    run = load(complete | {"lars": "33947772", "source_id": "A-2"})
    assert "A-2" in run.report["refused"][0]["why"]
    run = load(
        complete | {"name": "P", "source_id": "B"}, complete | {"name": "Q", "lars": "11111111", "source_id": "B"}
    )
    assert (run.report["counts"]["created"], run.report["counts"]["refused"]) == (1, 1)
    long = load(complete | {"name": "Lang", "source_id": "x" * 150})
    assert long.code == 0
    assert "x" * 150 in Algorithm.objects.get(name="Lang").legacy.get().text


def test_names_without_latin_letters_are_told_apart(load, complete):
    run = load(complete | {"name": "日本"}, complete | {"name": "中国"})
    assert run.report["counts"]["created"] == 2


def test_register_data_that_cannot_be_stored_is_refused_by_itself(load, complete):
    run = load(
        complete,
        organizations=[{"name": ""}, {"name": "x" * 251}, {"name": "Gemeente Y", "website": "geen adres"}],
        departments=[{"path": "A"}, {"organization": "Gemeente Nergens", "path": "A"}],
        pages=[{"slug": "Over Ons", "title": "Over"}, {"slug": "leeg", "title": ""},
               {"slug": "lang", "title": "x" * 201}, {"slug": "x", "title": "x", "order": -1},
               {"slug": "diep", "title": "Diep", "body": "<div>" * 300}],
    )  # fmt: skip
    assert (run.code, run.report["counts"]["refused"], run.report["counts"]["created"]) == (1, 10, 1)
    assert not Page.objects.exclude(slug__in=Page.FIXED).exists()
    assert Organization.objects.count() == 1


def test_departments_are_the_same_however_they_are_spaced(load, complete):
    organization = [{"name": "Gemeente Voorbeeldstad"}]
    spaced = [{"organization": "Gemeente Voorbeeldstad", "path": "Stadsbeheer /  Wegen "}]
    load(complete, organizations=organization, departments=spaced)
    load(complete | {"department": "Stadsbeheer  / Wegen"}, organizations=organization, departments=spaced)
    assert Department.objects.get().path == "Stadsbeheer / Wegen"


def test_several_files_come_in_one_after_the_other_with_their_names(tmp_path, db, complete):
    record = tmp_path / "record.json"
    record.write_text(json.dumps(complete), encoding="utf-8")
    run = Run(tmp_path, str(record), "tests/data/registerprint.txt", "--names", "Eigen naam")
    assert run.code == 0
    assert {"Strooiroutes", "Eigen naam"} <= set(Algorithm.objects.values_list("name", flat=True))


def test_many_parties_are_published(load, complete):
    parties = [{"role": "supplier", "name": f"Bedrijf {number}"} for number in range(1000)]
    run = load(*(complete | {"name": f"R{n}", "parties": parties} for n in range(3)), options=["--publish"])
    assert (run.code, run.report["counts"]["created"]) == (0, 3)


def test_an_import_never_publishes_an_authors_own_work(load, complete):
    load(complete, options=["--publish"])
    algorithm = Algorithm.objects.get()
    algorithm.impact = "<p>Nog niet goedgekeurd</p>"
    algorithm.save()
    run = load(complete, options=["--publish"])
    assert run.report["records"][0]["version"] is None
    assert "Impact" in warnings_of(run)
    assert Publication.objects.count() == 1
    run = load(complete | {"goal": "<p>Anders</p>"}, options=["--publish"])
    assert run.report["counts"]["changed"] == 1  # the draft takes it, the public does not see it
    assert Publication.objects.count() == 1
    run = load(complete | {"impact": "<p>Uit het bestand</p>"}, options=["--publish"])
    assert run.report["records"][0]["version"] == 2


def test_an_import_never_publishes_a_draft_that_was_not_public(load, complete, make_algorithm):
    make_algorithm(name="Nieuw plan", goal="<p>Geheim</p>")
    run = load({"name": "Nieuw plan", "organization": complete["organization"]}, options=["--publish"])
    assert run.report["records"][0]["action"] == "unchanged"
    assert "Niet gepubliceerd" in warnings_of(run)
    assert not Publication.objects.exists()


def test_a_proposed_name_never_replaces_a_given_one(tmp_path, db):
    print_of_ours = "tests/data/registerprint.txt"
    untitled = [r for r in readers.read(Path(print_of_ours).read_bytes(), "x").records if r.name_is_proposed]
    run = Run(tmp_path, print_of_ours, "--names", ";" * (len(untitled) - 1) + "Eigen naam")  # the last one only
    assert run.code == 0
    names = sorted(Algorithm.objects.values_list("name", flat=True))
    assert "Eigen naam" in names
    run = Run(tmp_path, print_of_ours)
    assert run.report["counts"]["changed"] == run.report["counts"]["created"] == 0
    assert sorted(Algorithm.objects.values_list("name", flat=True)) == names


def test_english_beside_dutch_that_changed_is_told(load, complete):
    load(complete)
    plain = {key: value for key, value in complete.items() if key != "translations"}
    run = load(plain | {"description_short": "Een andere korte tekst."})
    [told] = [warning for warning in run.report["records"][0]["warnings"] if "Engels" in warning]
    assert "Korte omschrijving" in told


def test_an_import_is_a_line_in_the_history_of_each_draft_it_changes(load, complete):
    load(complete)
    load(complete)  # unchanged
    load(complete | {"goal": "<p>Anders</p>"})
    algorithm = Algorithm.objects.get()
    events = list(algorithm.events.order_by("pk"))
    assert [(event.verb, event.revision, event.by) for event in events] == [("import", 1, None), ("import", 2, None)]
    assert "records.json" in events[0].note
    assert (algorithm.revision, algorithm.completeness > 0) == (2, True)
    assert [drafts.earlier(algorithm, revision=revision)["goal"] for revision in (1, 2)] == [
        complete["goal"],
        "<p>Anders</p>",
    ]


def test_what_is_published_at_once_is_kept_once_and_can_be_read_back(load, complete):
    load(complete, options=["--publish"])
    load(complete | {"goal": "<p>Anders</p>"}, options=["--publish"])
    algorithm = Algorithm.objects.get()
    events = list(algorithm.events.order_by("pk"))
    assert [(event.verb, event.version, event.document) for event in events] == [("import", 1, ""), ("import", 2, "")]
    assert drafts.earlier(algorithm, revision=1)["goal"] == complete["goal"]


def test_the_publication_of_a_draft_that_was_here_is_in_its_history(load, complete):
    load(complete)
    load(complete, options=["--publish"])
    events = Algorithm.objects.get().events.order_by("pk")
    assert list(events.values_list("verb", "version")) == [("import", None), ("publish", 1)]


@pytest.mark.parametrize("stage", [Stage.SUBMITTED, Stage.PLANNED])
def test_a_draft_under_review_that_an_import_changes_is_a_concept_again(load, complete, stage):
    load(complete)
    moment = "2030-01-01T10:00:00Z" if stage == Stage.PLANNED else None
    Algorithm.objects.update(stage=stage, planned_at=moment)
    load(complete)
    assert Algorithm.objects.get().stage == stage  # nothing changed
    run = load(complete | {"goal": "<p>Anders</p>"})
    assert "weer concept" in warnings_of(run)
    algorithm = Algorithm.objects.get()
    assert (algorithm.stage, algorithm.planned_at) == (Stage.DRAFT, None)
    assert algorithm.events.first().verb == "recall"


def test_english_beside_dutch_that_changed_is_marked(load, complete):
    load(complete)
    assert Algorithm.objects.get().stale_english == []
    plain = {key: value for key, value in complete.items() if key != "translations"}
    load(plain | {"description_short": "Een andere korte tekst."})
    algorithm = Algorithm.objects.get()
    assert document.stale_places(drafts.content(algorithm), algorithm.stale_english) == {"description_short"}


def test_the_report_has_hints_for_the_author(load, complete):
    run = load(complete | {"goal": "<p>n.v.t.</p>", "status": ""})
    [record] = run.report["records"]
    assert any("n.v.t" in hint for hint in record["hints"])
    assert not set(record["warnings"]) & set(record["hints"])  # each is said once
    assert any("Status" in warning for warning in record["warnings"])
    assert len(at_most(["tip"] * 500, MOST_HINTS, "tips")) == 21


def test_a_dry_run_over_several_files_tells_a_record_as_new_once(tmp_path, db, complete):
    files = [tmp_path / "een.json", tmp_path / "twee.json"]
    for file in files:
        file.write_text(json.dumps(complete), encoding="utf-8")
    dry = Run(tmp_path, *map(str, files), "--dry-run")
    assert [record["action"] for record in dry.report["records"]] == ["created", "unchanged"]
    assert not Algorithm.objects.exists()
    assert not Organization.objects.exists()


def test_a_person_only_makes_drafts(db, staff):
    with pytest.raises(ValueError, match="review"):
        loader.load(readers.Reading("documents"), Report(), by=staff("author"), publish=True)


def test_a_report_that_fails_after_the_save_is_told(tmp_path, db, complete, monkeypatch):
    def full(self, target):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    file = tmp_path / "record.json"
    file.write_text(json.dumps(complete), encoding="utf-8")
    run = Run(tmp_path, str(file))
    assert (run.code, run.report) == (1, None)
    assert "De algoritmes zijn bewaard" in run.err.getvalue()
    assert Algorithm.objects.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["record.json"]  # nothing half is left


def test_a_report_without_room_is_refused_before_anything_is_saved(tmp_path, db, complete, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    file = tmp_path / "record.json"
    file.write_text(json.dumps(complete), encoding="utf-8")
    run = Run(tmp_path, str(file))
    assert (run.code, run.report) == (2, None)
    assert not Algorithm.objects.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["record.json"]
