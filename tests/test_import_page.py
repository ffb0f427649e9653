"""The import page shows what would happen, does exactly that, and goes by the rights of who imports."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import expect

from algorithms import drafts
from algorithms.models import Algorithm, Department, Event, Organization, Page, Publication, Stage
from importers import admin as imports
from importers import uploads
from tests.browser import demo, logged_in
from tests.conftest import OWN
from tests.test_accessibility import LET_AXE_IN, check

ADDRESS = "/beheer/importeren/"
ROADS, PARKS = "Stadsbeheer / Wegen", "Stadsbeheer / Parken"


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def author(client, staff):
    """Someone who writes for the department of roads, and is logged in."""
    user = staff("author", department=ROADS)
    client.force_login(user)
    return user


class Answer:
    """One page: its text, and what its form carries to the next step."""

    def __init__(self, response):
        self.status = response.status_code
        html = response.content.decode()
        self.text = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))
        found = re.search(r'name="ticket" value="([^"]+)"', html)
        self.ticket = found[1] if found else ""
        counts = re.findall(r"<strong>(\d+)</strong>", html)
        self.counts = tuple(map(int, counts)) if len(counts) == 4 else None  # new, changed, unchanged, refused


@pytest.fixture
def look(client):
    """Take the first step with records, or with files of (name, bytes)."""

    def post(*records, files=(), more=None, **answers) -> Answer:
        chosen = [SimpleUploadedFile(name, data) for name, data in files]
        if records or more:
            content = json.dumps({"records": records} | (more or {})).encode()
            chosen.append(SimpleUploadedFile("records.json", content))
        return Answer(client.post(ADDRESS, {"documents": chosen} | answers))

    return post


@pytest.fixture
def save(client):
    def post(answer: Answer, **answers) -> Answer:
        return Answer(client.post(ADDRESS, {"ticket": answer.ticket, "save": "1"} | answers))

    return post


def waiting(directory: Path) -> int:
    return len(list((directory / "uploads").glob("*"))) if (directory / "uploads").exists() else 0


# -- who may -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "status"), [("author", 200), ("manager", 200), ("approver", 403), ("auditor", 403), ("", 403)]
)
def test_who_writes_or_keeps_the_register_may_import(client, staff, kind, status):
    client.force_login(staff(kind))
    assert client.get(ADDRESS).status_code == status
    assert client.post(ADDRESS, {}).status_code == status


def test_who_is_not_logged_in_is_sent_to_log_in(client, db):
    assert client.get(ADDRESS).status_code == client.post(ADDRESS, {}).status_code == 302


def test_a_form_of_another_site_is_refused(staff):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(staff("author"))
    assert strict.post(ADDRESS, {"documents": SimpleUploadedFile("x.json", b"[]")}).status_code == 403


# -- two steps ---------------------------------------------------------------------------------------------------------


def test_the_first_step_tells_and_stores_nothing(author, look, data_dir, complete):
    seen = look(complete)
    assert seen.counts == (1, 0, 0, 0)
    assert "er is nog niets opgeslagen" in seen.text
    assert not Algorithm.objects.exists()
    assert waiting(data_dir) == 1
    [place] = (data_dir / "uploads").iterdir()
    assert place.stat().st_mode & 0o077 == 0  # closed to other users of the machine


def test_the_second_step_stores_what_was_shown_as_a_draft(author, look, save, data_dir, complete):
    done = save(look(complete))
    assert done.counts == (1, 0, 0, 0)
    algorithm = Algorithm.objects.get()
    assert (algorithm.name, algorithm.stage, algorithm.owner) == (complete["name"], Stage.DRAFT, author)
    event = Event.objects.get()
    assert (event.verb, event.by, event.revision) == (Event.Verb.IMPORT, author, 1)
    assert "records.json" in event.note
    assert not Publication.objects.exists()
    assert waiting(data_dir) == 0


def test_saving_twice_saves_once(author, look, save, complete):
    seen = look(complete)
    save(seen)
    again = save(seen)
    assert "wacht hier niet meer" in again.text
    assert Algorithm.objects.count() == 1


def test_a_change_is_told_by_its_fields(author, look, save, complete):
    save(look(complete))
    seen = look(complete | {"goal": "<p>Iets anders</p>", "description_short": "Kort."})
    assert seen.counts == (0, 1, 0, 0)
    assert "Doel en impact" in seen.text
    assert "Andere inhoud" in seen.text
    save(seen)
    assert Algorithm.objects.get().goal == "<p>Iets anders</p>"
    assert look(complete | {"goal": "<p>Iets anders</p>", "description_short": "Kort."}).counts == (0, 0, 1, 0)


def test_what_changed_in_between_is_shown_again_and_not_saved(author, look, save, write, complete):
    save(look(complete))
    seen = look(complete | {"goal": "<p>Uit het bestand</p>"})
    write(Algorithm.objects.get(), by=author, goal="<p>Intussen geschreven</p>")
    refused = save(seen)
    assert "veranderd nadat u deze pagina zag" in refused.text
    assert Algorithm.objects.get().goal == "<p>Intussen geschreven</p>"
    assert save(refused).counts == (0, 1, 0, 0)  # seen as it is now, it may be saved
    assert Algorithm.objects.get().goal == "<p>Uit het bestand</p>"


def test_what_waits_is_only_for_who_brought_it(client, author, staff, look, save, complete):
    seen = look(complete)
    client.force_login(staff("author"))
    assert "wacht hier niet meer" in save(seen).text
    assert not Algorithm.objects.exists()
    client.force_login(author)
    assert save(seen).counts == (1, 0, 0, 0)


def test_a_ticket_or_file_that_was_tampered_with_is_refused(author, look, save, data_dir, complete):
    seen = look(complete)
    [file] = (data_dir / "uploads").glob("*/0")
    file.write_bytes(file.read_bytes().replace(b"Strooiroutes", b"Strooirouten"))
    assert "wacht hier niet meer" in save(seen).text
    seen.ticket = "x" + seen.ticket[1:]
    assert "wacht hier niet meer" in save(seen).text
    assert not Algorithm.objects.exists()


def test_what_waits_longer_than_a_day_is_removed(client, author, look, save, data_dir, complete, monkeypatch):
    seen = look(complete)
    monkeypatch.setattr(uploads, "SECONDS", -1)
    client.get(ADDRESS)
    assert waiting(data_dir) == 0
    assert "wacht hier niet meer" in save(seen).text


def test_one_person_keeps_a_few_files_waiting_at_most(author, look, data_dir, complete):
    for _ in range(8):
        look(complete)
    assert waiting(data_dir) == uploads.MOST_KEPT


# -- the rights of who imports -----------------------------------------------------------------------------------------


def test_a_record_of_another_department_is_refused(author, look, staff, complete):
    staff("author", department=PARKS)
    seen = look(complete | {"department": {"path": PARKS}}, complete | {"name": "Eigen"})
    assert seen.counts == (1, 0, 0, 1)
    assert f"U schrijft niet voor de afdeling {PARKS}" in seen.text


def test_nothing_is_told_of_drafts_one_may_not_read(author, look, save, make_algorithm, complete):
    hidden = make_algorithm(
        name="Geheim plan", goal="<p>Niet verder vertellen</p>", source_id="A-1", department={"path": PARKS}
    )
    for record in (
        complete | {"name": "Geraden", "lars": hidden.lars},
        complete | {"name": "Geraden", "source_id": "A-1"},
        complete | {"name": "Geraden", "lars": hidden.lars, "organization": {"name": "Gemeente Nergens"}},
    ):
        seen = look(record)
        assert seen.counts == (0, 0, 0, 1)
        assert "waar u geen rol bij hebt" in seen.text
        for secret in ("Geheim plan", "verder vertellen", PARKS, hidden.lars if "lars" not in record else "§"):
            assert secret not in seen.text
    # A name may be thought of twice: it is not matched, so that nobody learns that there is such a draft.
    done = save(look(complete | {"name": "Geheim plan"}))
    assert done.counts == (1, 0, 0, 0)
    assert Algorithm.objects.get(pk=hidden.pk).goal == "<p>Niet verder vertellen</p>"


def test_who_may_read_and_not_write_is_refused(client, staff, look, make_algorithm, complete):
    user = staff("author", department=PARKS)
    staff("auditor", user=user)
    client.force_login(user)
    make_algorithm(name="Van wegen")
    seen = look(complete | {"name": "Van wegen", "goal": "<p>Anders</p>"})
    assert seen.counts == (0, 0, 0, 1)
    assert "geen rol bij dit algoritme" in seen.text


@pytest.mark.parametrize("stage", [Stage.SUBMITTED, Stage.PLANNED])
def test_a_draft_under_review_is_left_as_it_is(author, look, make_algorithm, complete, stage):
    algorithm = make_algorithm(name="Ligt voor")
    moment = "2030-01-01T10:00:00Z" if stage == Stage.PLANNED else None
    Algorithm.objects.filter(pk=algorithm.pk).update(stage=stage, planned_at=moment)
    seen = look(complete | {"name": "Ligt voor", "goal": "<p>Anders</p>"})
    assert seen.counts == (0, 0, 0, 1)
    assert ("Neem het eerst terug" if stage == Stage.SUBMITTED else "planning schrappen") in seen.text


def test_a_record_does_not_move_out_of_ones_departments(author, staff, look, save, complete):
    staff("author", department=PARKS)
    save(look(complete))
    for department in ({"path": PARKS}, None):
        seen = look(complete | {"department": department, "lars": Algorithm.objects.get().lars})
        assert seen.counts == (0, 0, 0, 1)
        assert "schrijft niet voor" in seen.text
    staff("author", department=PARKS, user=author)
    assert look(complete | {"department": {"path": PARKS}}).counts == (0, 1, 0, 0)


def test_what_is_missing_is_filled_with_where_one_writes_and_nothing_is_replaced(author, staff, look, save, complete):
    bare = {key: value for key, value in complete.items() if key not in ("organization", "department")}
    refused = look(bare)
    assert refused.counts == (0, 0, 0, 1)
    assert "Kies waarvoor u schrijft" in refused.text
    place = f"d{Department.objects.get(path=ROADS).pk}"
    again = look(bare, complete | {"name": "Heeft al een plek"}, place=place)
    assert again.counts == (2, 0, 0, 0)
    save(again, place=place)
    assert set(Algorithm.objects.values_list("department__path", flat=True)) == {ROADS}
    staff("author", organization="Gemeente Elders", user=author)
    other = f"o{Organization.objects.get(name='Gemeente Elders').pk}"
    assert look(complete, place=other).counts == (0, 0, 1, 0)


def test_a_place_that_is_not_ones_own_cannot_be_chosen(author, staff, look, complete):
    staff("author", department=PARKS)
    seen = look(complete, place=f"d{Department.objects.get(path=PARKS).pk}")
    assert seen.counts is None
    assert not Algorithm.objects.exists()


def test_an_unknown_organisation_or_department_is_asked_and_never_made(client, author, look, save, complete):
    strange = complete | {"organization": {"name": "Gem. Voorbeeldstad"}, "department": {"path": "Wegen"}}
    asked = look(strange)
    assert asked.counts == (0, 0, 0, 1)
    assert "'Gem. Voorbeeldstad' is hier onbekend" in asked.text
    own = Organization.objects.get(name=OWN).pk
    roads = Department.objects.get(path=ROADS).pk
    half = Answer(client.post(ADDRESS, {"ticket": asked.ticket, "organization_0": own}))
    assert half.counts == (0, 0, 0, 1)
    assert "De afdeling 'Wegen' is hier onbekend" in half.text
    answers = {"organization_0": own, "department_0": roads}
    whole = Answer(client.post(ADDRESS, {"ticket": half.ticket} | answers))
    assert whole.counts == (1, 0, 0, 0)
    assert save(whole, **answers).counts == (1, 0, 0, 0)
    assert Algorithm.objects.get().department_id == roads
    assert (Organization.objects.count(), Department.objects.count()) == (1, 1)


def test_register_data_is_for_its_manager(client, author, staff, look, save, complete):
    more = {
        "organizations": [{"name": "Gemeente Nieuw"}],
        "departments": [{"organization": OWN, "path": "Nieuw"}],
        "pages": [{"slug": "uitleg", "title": "Uitleg", "body": "<p>Zo.</p>"}],
    }
    seen = look(complete, more=more)
    assert seen.counts == (1, 0, 0, 2)
    save(seen)
    assert (Organization.objects.count(), Page.objects.filter(slug="uitleg").count()) == (1, 0)
    client.force_login(staff("manager"))
    seen = look(complete | {"name": "Ander"}, more=more)
    assert seen.counts == (0, 0, 0, 1)  # a manager writes no records
    save(seen)
    assert Organization.objects.count() == 2
    assert not Page.objects.get(slug="uitleg").is_public


# -- files -------------------------------------------------------------------------------------------------------------


BAD = {
    "leeg": b"",
    "geen vorm die hier bekend is": b"zomaar een tekst",
    "geen geldige JSON": b"[{",
    "geen UTF-8": b"[\xff]",
    "een PDF": b"%PDF-1.7",
    "stuurteken": b"[\x00]",
    "te veel onderdelen": b"[" * 200_000,
    "hier kunnen er hoogstens": b"[" + b",".join([b'{"name":"x"}'] * 2001) + b"]",
    "een bestand mag hoogstens": b" " * (20 * 2**20 + 1),
}


@pytest.mark.parametrize("why", BAD)
def test_a_file_that_cannot_be_read_is_told_beside_its_field(author, look, data_dir, complete, why):
    good = json.dumps([complete]).encode()
    seen = look(files=[("goed.json", good), ("<b>fout.json", BAD[why])])
    assert seen.status == 200
    assert why in seen.text.replace("leeg bestand", "leeg").replace("is leeg", "leeg")
    assert seen.ticket == ""
    assert waiting(data_dir) == 0
    assert not Algorithm.objects.exists()


def test_no_file_or_too_many_are_told(author, look):
    assert "Kies een bestand." in look().text
    assert "hoogstens 5" in look(files=[(f"{number}.json", b"[]") for number in range(6)]).text


def test_a_body_that_is_too_large_is_refused_unread(client, author, monkeypatch):
    monkeypatch.setattr(imports, "MOST_BODY", 1000)
    answer = client.post(ADDRESS, {"documents": SimpleUploadedFile("x.json", b"[" * 2000)})
    assert answer.status_code == 413
    assert "Kies minder of kleinere bestanden" in unescape(answer.content.decode())


def test_what_a_file_says_is_shown_as_text(client, author, complete):
    nasty = complete | {"name": "<script>alert(1)</script>", "status": "<b>vet</b>"}
    file = SimpleUploadedFile("<img src=x>\n.json", json.dumps([nasty]).encode())
    html = client.post(ADDRESS, {"documents": file}).content.decode()
    assert "&lt;script&gt;" in html
    assert "<script>alert" not in html
    assert "<img src=x>" not in html
    assert "<b>vet" not in html


def test_names_go_to_records_without_a_title(author, look, save):
    printed = [("print.txt", Path("tests/data/registerprint.txt").read_bytes())]
    place = f"d{Department.objects.get(path=ROADS).pk}"
    assert "namen" in look(files=printed, names="\n".join("abcdefghijkl"), place=place).text
    seen = look(files=printed, names="Eigen naam", place=place)
    assert "Eigen naam" in seen.text


def test_several_files_are_one_import(author, look, save, complete):
    files = [(f"{name}.json", json.dumps([complete | {"name": name}]).encode()) for name in ("Een", "Twee")]
    done = save(look(files=files))
    assert done.counts == (2, 0, 0, 0)
    assert set(Algorithm.objects.values_list("name", flat=True)) == {"Een", "Twee"}


def test_warnings_and_hints_are_shown(author, look, complete):
    seen = look(complete | {"begin_date": "2024-13", "goal": "<p>n.v.t.</p>"})
    assert "Overige gegevens uit een eerdere standaard" in seen.text
    assert re.search(r"\d+ tips? bij Strooiroutes", seen.text)


def test_the_history_of_an_imported_draft_can_be_read_back(author, look, save, complete):
    save(look(complete))
    save(look(complete | {"goal": "<p>Anders</p>"}))
    algorithm = Algorithm.objects.get()
    assert algorithm.revision == 2
    assert drafts.earlier(algorithm, revision=1)["goal"] == complete["goal"]


# -- in a browser ------------------------------------------------------------------------------------------------------


LONG = "Meerpersoonshuishoudensinkomensafhankelijkheidstoetsingsberekening"


@pytest.fixture(scope="module")
def register(migrated_site, tmp_path_factory):
    with demo(tmp_path_factory.mktemp("imports") / "data", migrated_site) as register:
        yield register


@pytest.mark.browser
@pytest.mark.process
def test_the_steps_go_by_keyboard_and_are_accessible(browser, register, tmp_path, complete):
    rotterdam = complete | {"organization": {"name": "Gemeente Rotterdam"}, "department": None}
    records = [
        rotterdam | {"name": LONG, "begin_date": "2024-13", "goal": "<p>n.v.t.</p>"},
        rotterdam | {"name": "Ander", "organization": {"name": f"Gemeente {LONG}"}},
    ]
    path = tmp_path / f"{LONG}.json"
    path.write_text(json.dumps(records), encoding="utf-8")
    with logged_in(browser, register, "beheerder", **LET_AXE_IN) as watch:
        page = watch.page
        page.goto(ADDRESS)
        check(page)
        page.get_by_role("button", name="Bekijken wat er gebeurt").press("Enter")
        expect(page.locator("#id_documents_error")).to_be_visible()
        check(page)
        page.locator("#id_documents").set_input_files(path)
        page.get_by_role("button", name="Bekijken wat er gebeurt").press("Enter")
        expect(page.get_by_role("heading", name="Dit zou er gebeuren")).to_be_visible()
        for summary in page.locator("summary").all():
            summary.press("Enter")
        check(page)
        page.get_by_label("is hier onbekend").select_option(label="Gemeente Rotterdam")
        page.get_by_role("button", name="Opnieuw bekijken").press("Enter")
        page.get_by_role("button", name="Opslaan als concept").press("Enter")
        expect(page.get_by_role("heading", name="Dit is opgeslagen")).to_be_visible()
        check(page)
        page.get_by_role("link", name="Ander", exact=True).click()
        expect(page.locator("#id_name")).to_have_value("Ander")
