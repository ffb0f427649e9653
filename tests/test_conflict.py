"""Two people who save the same draft: the second is told, sees both texts and loses nothing.

Each `Window` is somebody with the page of a record open: what it saves is what the page held when it was opened, with
what was typed since.
"""

from __future__ import annotations

import json
import threading
from html import unescape
from typing import Any

import pytest
import requests
from django.test import Client
from django.utils import timezone

from algorithms import document, drafts, workflow
from algorithms.models import Algorithm, Department, Event, Publication, Role, Stage
from tests.conftest import organization_named
from tests.forms import forms_in, opened, page_of, shown_values

STEPS = [{"kind": "person", "actor": name, "action": f"doet {name}"} for name in ("een", "twee", "drie")]
NOT_SAVED = "Wat hier staat is nog niet opgeslagen"


class Window:
    """The page of a record, open for one person."""

    def __init__(self, person: Any, algorithm: Algorithm):
        self.client, self.address = Client(), page_of(algorithm)
        self.client.force_login(person)
        self.values = opened(person, algorithm)
        self.page = ""

    def save(self, typed: dict[str, Any] | None = None, /, **more: Any) -> int:
        """Save the page with what is typed; what comes back is open from then on."""
        answer = self.client.post(self.address, self.values | (typed or {}) | more)
        self.page = " ".join(unescape(answer.content.decode()).split())
        self.context = answer.context
        if answer.status_code == 200:
            self.values = shown_values(answer)
            self.errors = forms_in(answer)[""].errors
        return answer.status_code

    @property
    def both(self) -> set[str]:
        return set(self.context["conflict"].both)

    @property
    def taken_over(self) -> set[str]:
        return {change.key for change in self.context["conflict"].taken_over}


@pytest.fixture
def people(staff):
    """Two authors of the same organisation."""
    anna, bram = staff("author"), staff("author")
    for person, first, last in ((anna, "Anna", "Voorbeeld"), (bram, "Bram", "Voorbeeld")):
        person.first_name, person.last_name = first, last
        person.save()
    return anna, bram


@pytest.fixture
def record(make_algorithm, write):
    algorithm = make_algorithm(steps=STEPS)
    return write(algorithm, goal="<p>Wegen begaanbaar maken.</p>")  # so that it has a history


@pytest.fixture
def windows(people, record):
    return Window(people[0], record), Window(people[1], record)


def stored(algorithm: Algorithm) -> document.Document:
    return drafts.content(algorithm)


def actors(algorithm: Algorithm) -> list[str]:
    rows = list(algorithm.steps.order_by("order", "pk"))
    assert [row.order for row in rows] == list(range(len(rows)))
    return [row.actor for row in rows]


# -- texts -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("box", "theirs", "mine"),
    [
        ("goal", "<p>Gladheid voorkomen.</p>", "<p>Fietsers veilig thuisbrengen.</p>"),
        ("name", "Strooiplan", "Strooihulp"),
        ("description_short_en", "Gritting first.", "Says which road comes first."),
        ("begin_date", "2023-01", "2025-12"),
    ],
)
def test_who_saves_over_anothers_text_is_told_sees_both_and_decides(windows, record, box, theirs, mine):
    first, second = windows
    assert first.save({box: theirs}) == 302
    before = stored(record)

    assert second.save({box: mine}) == 200

    assert stored(record) == before
    assert second.both == {box}
    assert NOT_SAVED in second.page
    assert "Opgeslagen door Anna Voorbeeld" in second.page
    assert "Ook gewijzigd door Anna Voorbeeld. Dit is nu opgeslagen:" in second.page
    assert f'<a href="#id_{box}">' in second.page
    told = second.page.split("De hele opgeslagen tekst")[1].split("</details>")[0]
    assert theirs.removeprefix("<p>").removesuffix("</p>") in told
    assert second.values[box].replace("\n", "") == mine

    assert second.save() == 302
    now = stored(record)
    now = now["translations"]["eng"] if box.endswith("_en") else now
    assert now[box.removesuffix("_en")] == mine
    kept = record.events.order_by("-pk").exclude(document="").values_list("document", flat=True)
    assert theirs in kept[1], "what was saved over is in the history"


def test_categories_and_department_are_both_shown(windows, record):
    first, second = windows
    other = Department.objects.create(organization=record.organization, path="Belastingen")
    assert first.save(category=["Economie"], department=other.pk) == 302
    assert second.save(category=["Verkeer", "Natuur en milieu"], department="") == 200
    assert second.both == {"category", "department"}
    assert "Belastingen" in second.page
    assert second.save() == 302
    assert (stored(record)["category"], stored(record)["department"]) == (["Verkeer", "Natuur en milieu"], None)


def test_the_order_of_categories_is_no_change_of_mine(people, record, write):
    write(record, category=["Verkeer", "Economie"])  # as an import has them; a browser sends them sorted
    first, second = (Window(person, record) for person in people)
    second.values["category"] = ["Economie", "Verkeer"]
    assert first.save(category=["Verkeer"]) == 302
    assert second.save(risks="<p>Mijn risico.</p>") == 200
    assert (second.both, second.taken_over) == (set(), {"category"})
    assert second.values["category"] == ["Verkeer"]


def test_what_only_the_other_changed_is_taken_over_and_told_and_mine_stays(windows, record):
    first, second = windows
    other = Department.objects.create(organization=record.organization, path="Belastingen")
    theirs = {
        "goal": "<p>Gladheid voorkomen.</p>",
        "name_en": "Grit",
        "category": ["Economie"],
        "status": "In ontwikkeling",
    }
    assert first.save(theirs, department=other.pk, **{"steps-0-actor_en": "One"}) == 302

    assert second.save(risks="<p>Mijn risico.</p>", goal_en="<p>Mine.</p>") == 200

    assert second.both == set()
    assert second.taken_over == {"goal", "name.eng", "category", "status", "department", "steps"}
    told = second.page.split("Dit is overgenomen in uw formulier")[1]
    assert all(words in told for words in ("Gladheid voorkomen.", "Economie", "Belastingen", "One"))
    assert "Mijn risico." not in json.dumps(stored(record))
    assert second.save() == 302
    now = stored(record)
    english = now["translations"]["eng"]
    assert (now["goal"], now["category"], now["department"]["path"]) == (theirs["goal"], ["Economie"], "Belastingen")
    assert (english["name"], english["steps"][0]["actor"], actors(record)) == ("Grit", "One", ["een", "twee", "drie"])
    assert (now["risks"], english["goal"]) == ("<p>Mijn risico.</p>", "<p>Mine.</p>")


def test_when_both_typed_the_same_nobody_is_bothered(windows, record):
    for window in windows:
        assert window.save({"goal": "<p>Eens.</p>", "steps-3-kind": "person", "steps-3-actor": "vier"}) == 302
    assert actors(record) == ["een", "twee", "drie", "vier"]
    assert record.events.filter(verb=Event.Verb.EDIT, by__isnull=False).count() == 1


def test_in_a_second_window_of_ones_own_that_is_what_is_said(people, record):
    first, second = Window(people[0], record), Window(people[0], record)
    assert first.save(goal="<p>Links.</p>") == 302
    assert second.save(goal="<p>Rechts.</p>") == 200
    assert "U hebt dit algoritme intussen zelf opgeslagen, in een ander venster." in second.page
    assert "Iemand anders" not in second.page


def test_everyone_who_wrote_meanwhile_is_named_and_nobody_who_did_not(staff, people, record, write):
    window = Window(people[1], record)
    write(record, goal="<p>Een.</p>", by=people[0])
    write(record, goal="<p>Twee.</p>")
    third = staff("author")
    workflow.submit(record, third)
    workflow.recall(record, third)
    assert window.save(goal="<p>Drie.</p>") == 200
    assert "Opgeslagen door Anna Voorbeeld, het register, het laatst op" in window.page
    assert third.username not in window.page.split('class="conflict')[1].split("</section>")[0]


def test_a_third_save_in_between_is_told_again(windows, record, write):
    first, second = windows
    first.save(goal="<p>Een.</p>")
    assert second.save(goal="<p>Mijn.</p>") == 200
    write(record, goal="<p>Twee.</p>", steps=[*STEPS, {"kind": "person", "actor": "vier"}])
    assert second.save() == 200
    assert (second.both, second.taken_over) == ({"goal"}, {"steps"})
    assert second.save() == 302
    assert stored(record)["goal"] == "<p>Mijn.</p>"
    assert actors(record) == ["een", "twee", "drie", "vier"]


def test_an_error_and_a_conflict_are_told_together(windows, record):
    first, second = windows
    first.save(goal="<p>Een.</p>")
    before = stored(record)
    assert second.save(goal="<p>Twee.</p>", begin_date="vorig jaar") == 200
    assert {"goal", "begin_date", "__all__"} - set(second.errors) == {"goal"}
    assert second.both == {"goal"}
    assert second.save() == 200, "the error is still there, the conflict was told"
    assert set(second.errors) == {"begin_date"}
    assert stored(record) == before


# -- rows --------------------------------------------------------------------------------------------------------------

ADD_FOUR = {"steps-3-kind": "person", "steps-3-actor": "vier"}
ADD_FIVE = {"steps-3-kind": "person", "steps-3-actor": "vijf"}
CHANGE_ONE = {"steps-0-actor": "EEN"}
CHANGE_TWO = {"steps-1-actor": "TWEE"}
OTHER_TWO = {"steps-1-actor": "Tweede"}
REMOVE_TWO = {"steps-1-DELETE": "on"}
THREE_FIRST = {"steps-2-order": "1"}
ONE_LAST = {"steps-0-order": "3"}
TEXT = {"risks": "<p>Mijn risico.</p>"}


@pytest.mark.parametrize(
    ("theirs", "mine", "told", "result"),
    [
        (ADD_FOUR, TEXT, "taken over", ["een", "twee", "drie", "vier"]),
        (REMOVE_TWO, TEXT, "taken over", ["een", "drie"]),
        (THREE_FIRST, TEXT, "taken over", ["drie", "een", "twee"]),
        (ADD_FOUR, CHANGE_TWO, "taken over", ["een", "TWEE", "drie", "vier"]),
        (ADD_FOUR, ADD_FIVE, "taken over", ["een", "twee", "drie", "vier", "vijf"]),
        (REMOVE_TWO, CHANGE_ONE, "taken over", ["EEN", "drie"]),
        (CHANGE_TWO, CHANGE_ONE, "taken over", ["EEN", "TWEE", "drie"]),
        (CHANGE_TWO, REMOVE_TWO | CHANGE_ONE, "both", ["EEN", "drie"]),
        (CHANGE_TWO, {"steps-1-action": "iets anders"}, "taken over", ["een", "TWEE", "drie"]),
        (CHANGE_TWO, OTHER_TWO, "both", ["een", "Tweede", "drie"]),
        (REMOVE_TWO, CHANGE_TWO, "both", ["een", "TWEE", "drie"]),
        (THREE_FIRST, CHANGE_TWO, "taken over", ["drie", "een", "TWEE"]),
        (THREE_FIRST, ONE_LAST, "both", ["drie", "twee", "een"]),
        (REMOVE_TWO, REMOVE_TWO, "nothing", ["een", "drie"]),
    ],
)
def test_rows_are_merged_one_by_one(windows, record, theirs, mine, told, result):
    first, second = windows
    assert first.save(theirs) == 302
    if told != "nothing":
        assert second.save(mine) == 200
        assert (second.both, second.taken_over & {"steps"}) == (
            ({"steps"}, set()) if told == "both" else (set(), {"steps"})
        )
        for text in mine.values():
            assert text in second.values.values(), "what was typed is in the form"
        mine = {}
    assert second.save(mine) == 302
    assert actors(record) == result


def test_both_texts_of_one_row_are_on_the_page(windows):
    first, second = windows
    first.save({"steps-1-actor": "De coördinator", "steps-1-action_en": "decides"})
    second.save({"steps-1-actor": "De wegbeheerder"})
    assert second.values["steps-1-actor"] == "De wegbeheerder"
    assert second.values["steps-1-action_en"] == "decides"
    told = second.page.split('id="steps-group"')[1].split('id="steps-0"')[0]
    assert "Ook gewijzigd door Anna Voorbeeld" in told
    assert "De coördinator" in told


@pytest.mark.parametrize(
    ("changed", "mine", "result"),
    [
        ("the goal", CHANGE_TWO, ["een", "TWEE", "drie"]),
        ("the goal", TEXT, ["een", "twee", "drie"]),
        ("the goal", REMOVE_TWO, ["een", "drie"]),
        ("the goal", THREE_FIRST, ["drie", "een", "twee"]),
        ("the goal", ADD_FOUR, ["een", "twee", "drie", "vier"]),
        ("a row", CHANGE_TWO, ["een", "TWEE", "derde"]),
        ("a row", ADD_FOUR, ["een", "twee", "derde", "vier"]),
        ("nothing", CHANGE_TWO, ["een", "TWEE", "drie"]),
        ("nothing", REMOVE_TWO, ["een", "drie"]),
    ],
)
def test_rows_written_anew_by_an_import_are_still_known(people, record, write, changed, mine, result):
    """An import and a restore write every row anew: no number in the open form exists any more."""
    window, numbers = Window(people[1], record), set(record.steps.values_list("pk", flat=True))
    steps = [*STEPS[:2], {"kind": "person", "actor": "derde", "action": "doet drie"}] if changed == "a row" else STEPS
    write(record, steps=steps, **({"goal": "<p>Ingelezen.</p>"} if changed == "the goal" else {}))
    assert not numbers & set(record.steps.values_list("pk", flat=True))

    if changed != "nothing":
        assert window.save(mine) == 200
        assert window.both == set()
        mine = {}
    assert window.save(mine) == 302

    assert actors(record) == result


def test_a_restored_version_under_an_open_form_loses_nothing(people, record, write):
    write(record, steps=[*STEPS, {"kind": "person", "actor": "vier"}], goal="<p>Nieuw.</p>")
    window = Window(people[1], record)
    drafts.restore(record, drafts.earlier(record, revision=1), by=people[0])
    assert window.save({"steps-3-actor": "VIER", "risks": "<p>Mijn risico.</p>"}) == 200
    assert "VIER" in window.values.values()
    assert window.save() == 302
    assert actors(record) == ["een", "twee", "drie", "VIER"]
    assert stored(record)["goal"] == "<p>Wegen begaanbaar maken.</p>"


def test_what_an_import_kept_aside_meanwhile_appears(people, record, write):
    window = Window(people[1], record)
    write(record, legacy=[{"key": "oud", "title": "Oude vraag", "text": "Oud antwoord", "standard": "0.2"}])
    assert window.save(risks="<p>Mijn risico.</p>") == 200
    assert "Oud antwoord" in window.page
    assert window.save() == 302
    assert record.legacy.get().text == "Oud antwoord"
    window = Window(people[1], record)
    write(record, legacy=[])
    assert window.save(risks="<p>Ander risico.</p>") == 200
    assert window.save() == 302
    assert not record.legacy.exists()


# -- agreements, which are no content ----------------------------------------------------------------------------------


def test_owner_and_review_date_of_another_are_not_put_back(windows, record, people):
    first, second = windows
    assert first.save(owner=str(people[0].pk), review_date="2030-01-01") == 302
    assert second.save(risks="<p>Mijn risico.</p>") == 302
    record.refresh_from_db()
    assert (record.owner, str(record.review_date)) == (people[0], "2030-01-01")


def test_two_owners_are_both_shown(windows, record, people):
    first, second = windows
    assert first.save(owner=str(people[0].pk), review_date="2030-01-01") == 302
    assert second.save(owner=str(people[1].pk), review_date="2031-01-01") == 200
    assert second.both == {"owner", "review_date"}
    assert "1 januari 2030" in second.page
    assert NOT_SAVED in second.page
    assert second.save() == 302
    record.refresh_from_db()
    assert (record.owner, str(record.review_date)) == (people[1], "2031-01-01")


# -- when there is nothing to save to ----------------------------------------------------------------------------------

TYPED = {"risks": "<p>Uren <strong>werk</strong>.</p>", "goal_en": "<p>Hours.</p>", "steps-1-actor": "Getypte stap"}


def test_who_saves_a_draft_that_was_deleted_gets_back_what_was_typed(windows, record):
    first, second = windows
    first.client.post(page_of(record, "delete"), {"post": "yes"})
    assert not Algorithm.objects.exists()
    assert second.save(TYPED) == 404
    assert "Dit algoritme is er niet meer" in second.page
    for text in ("Uren werk.", "Hours.", "Getypte stap | doet twee"):
        assert text in second.page
    assert not Algorithm.objects.exists()


def test_who_lost_the_role_meanwhile_gets_back_what_was_typed(windows, record, people, make_algorithm):
    Role.objects.filter(user=people[1]).delete()
    Role.objects.create(user=people[1], kind="author", organization=organization_named("Gemeente Anderstad"))
    before = stored(record)
    assert windows[1].save(TYPED) == 404
    assert "Uren werk." in windows[1].page
    Role.objects.create(user=people[1], kind="auditor")
    assert windows[1].save(TYPED) == 403
    assert "Uren werk." in windows[1].page
    assert stored(record) == before


def test_who_saves_what_was_offered_meanwhile_is_refused_with_the_text_still_there(windows, record, people):
    workflow.submit(record, people[0])
    before = stored(record)
    assert windows[1].save(TYPED) == 200
    assert "Het algoritme ligt ter beoordeling. Neem het eerst terug. Er is niets opgeslagen" in windows[1].page
    assert all(text in windows[1].values.values() for text in list(TYPED.values())[1:])
    assert stored(record) == before
    assert windows[1].save(_continue="1") == 200
    workflow.recall(record, people[0])
    assert windows[1].save() == 302
    assert actors(record) == ["een", "Getypte stap", "drie"]


def test_who_saves_what_was_planned_meanwhile_is_refused_with_the_text_still_there(windows, record, people, staff):
    workflow.submit(record, people[0])
    workflow.plan(record, staff("approver"), moment=timezone.now() + timezone.timedelta(days=2))
    assert windows[1].save(TYPED) == 200
    assert "Het algoritme is ingepland." in windows[1].page
    assert "Getypte stap" in windows[1].values.values()
    assert Algorithm.objects.get().stage == Stage.PLANNED


def test_who_saves_what_was_published_meanwhile_writes_the_next_version(windows, record, people, staff):
    workflow.submit(record, people[0])
    workflow.publish(record, staff("approver"))
    public = Publication.objects.get().document
    assert windows[1].save(TYPED) == 302
    assert Publication.objects.get().document == public
    assert "Getypte stap" not in public
    assert actors(record) == ["een", "Getypte stap", "drie"]
    record.refresh_from_db()
    assert (record.owner, record.review_date) != (None, None), "what publishing set stays"


# -- what no page sends ------------------------------------------------------------------------------------------------


def test_a_revision_that_cannot_be_never_saves_over_another(windows, record):
    first, second = windows
    first.save(goal="<p>Van de ander.</p>")
    page = second.values
    del page["revision"]
    for revision in ("", "-1", "²", "99", "9" * 5000, None):
        second.values = page | ({} if revision is None else {"revision": revision})
        assert second.save(goal="<p>Van mij.</p>") == 200, revision
        assert second.both == {"goal"}
        assert "niet meer te zien is wie wat heeft gewijzigd" in second.page
        assert "Van de ander." in second.page
        assert stored(record)["goal"] == "<p>Van de ander.</p>"
    assert second.save() == 302
    assert stored(record)["goal"] == "<p>Van mij.</p>"


def test_a_form_older_than_the_history_shows_every_difference(windows, record):
    first, second = windows
    first.save({"goal": "<p>Van de ander.</p>", **CHANGE_ONE, **ADD_FOUR})
    Event.objects.update(document="")
    assert second.save({"risks": "<p>Mijn risico.</p>", **CHANGE_TWO}) == 200
    assert second.both == {"goal", "risks", "steps"}
    assert second.values["goal"] == "<p>Wegen begaanbaar maken.</p>", "nobody knows who changed it: both are shown"
    assert second.save() == 302
    assert actors(record) == ["een", "TWEE", "drie", "vier"]


FORGED = [
    {"steps-0-id": "999999"},
    {"steps-0-id": "x"},
    {"steps-1-id": "same"},
    {"steps-INITIAL_FORMS": "0"},
    {"steps-TOTAL_FORMS": "9" * 5000},
    {"steps-TOTAL_FORMS": "-1"},
    {"organization": "9" * 30, "department": "x", "legacy-TOTAL_FORMS": "2", "initial-owner": "999999",
     "owner": "999999", "initial-review_date": "gisteren", "review_date": "gisteren"},
]  # fmt: skip


def test_a_forged_form_is_an_answer_and_no_failure(windows, record):
    first, second = windows
    first.save({"goal": "<p>Van de ander.</p>", **ADD_FOUR})
    page = second.values
    for forged in FORGED:
        typed = {name: page["steps-0-id"] if text == "same" else text for name, text in forged.items()}
        second.values = page
        assert second.save(typed, risks="<p>Mijn.</p>") in (200, 302), forged
        assert stored(record)["goal"] == "<p>Van de ander.</p>"
        assert {"een", "twee", "drie", "vier"} <= set(actors(record))


# -- real processes ----------------------------------------------------------------------------------------------------

FURNISH = """
import json
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.test.utils import setup_test_environment
from algorithms import document, drafts
from algorithms.models import Algorithm, Organization, Role
from tests.forms import page_of, shown_values

setup_test_environment()
organization = Organization.objects.create(name="Gemeente Voorbeeldstad")
clients = []
for name in ("anna", "bram"):
    user = User.objects.create_user(name)
    Role.objects.create(user=user, kind="author", organization=organization)
    clients.append(Client())
    clients[-1].force_login(user)
records = []
for name in ("Strooien", "Vegen"):
    given = {"name": name, "organization": {"name": organization.name}, "steps": [{"kind": "person", "actor": "een"}]}
    algorithm = document.apply(Algorithm(), document.clean(given))
    drafts.saved(algorithm, None, by=None)
    records.append({"page": page_of(algorithm), "values": shown_values(clients[0].get(page_of(algorithm)))})
sessions = [client.cookies[settings.SESSION_COOKIE_NAME].value for client in clients]
print(json.dumps({"cookie": settings.SESSION_COOKIE_NAME, "sessions": sessions, "records": records}))
"""
TOLD = """
import json
from algorithms.models import Algorithm
print(json.dumps([[a.goal, a.source_id, a.revision, [s.actor for s in a.steps.all()], a.events.count()]
                  for a in Algorithm.objects.order_by("pk")]))
"""


class Person(requests.Session):
    """Somebody who is logged in, with a browser of their own."""

    def __init__(self, base: str, cookie: str, session: str):
        super().__init__()
        self.base = base
        self.cookies.set(cookie, session)

    def save(self, page: str, values: dict[str, Any]) -> requests.Response:
        token = self.get(self.base + page).text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        self.ready.wait()
        return self.post(self.base + page, values | {"csrfmiddlewaretoken": token}, allow_redirects=False)


def at_once(people: list[Person], saves: list[tuple[str, dict[str, Any]]]) -> list[requests.Response]:
    """Let each person save at the same instant."""
    ready = threading.Barrier(len(people), timeout=60)
    answers: dict[int, requests.Response] = {}

    def run(number: int, person: Person) -> None:
        person.ready = ready
        answers[number] = person.save(*saves[number])

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answers[number] for number in range(len(people))]


@pytest.mark.process
def test_of_two_saves_at_the_same_instant_one_wins_and_the_other_is_told(site):
    """And of two drafts that take one Bron-ID at once, one gets it."""
    site.env["REQUIRE_MFA"] = "False"
    made = json.loads(site.run(FURNISH))
    first, other = made["records"]
    with site.served() as base:
        people = [Person(base, made["cookie"], session) for session in made["sessions"]]
        values = first["values"]
        for number in range(2):
            goals = [f"<p>{name} {number}</p>" for name in ("Anna", "Bram")]
            typed = [values | {"goal": goal, "steps-0-actor": goal[3:-4]} for goal in goals]
            answers = at_once(people, [(first["page"], given) for given in typed])
            assert sorted(answer.status_code for answer in answers) == [200, 302]
            winner = [answer.status_code for answer in answers].index(302)
            told = unescape(answers[1 - winner].text)
            assert NOT_SAVED in told
            assert goals[winner][3:-4] in told
            assert goals[1 - winner] in told
            [goal, _id, revision, actors, events], _other = json.loads(site.run(TOLD))
            assert (goal, actors) == (goals[winner], [goals[winner][3:-4]])
            assert revision == events == number + 2
            values = values | {"revision": str(revision)}
        for number in range(2):
            typed = [
                (first["page"], values | {"goal": goal, "steps-0-actor": actors[0], "source_id": f"ID-{number}"}),
                (other["page"], other["values"] | {"source_id": f"ID-{number}"}),
            ]
            answers = at_once(people, typed)
            codes = [answer.status_code for answer in answers]
            assert sorted(codes) == [200, 302]
            page = answers[codes.index(200)].text
            # The check's sentence, or the database's: whichever comes first.
            assert "heeft dit Bron-ID al" in page or "heeft al een algoritme met dit Bron-ID" in page
            told = json.loads(site.run(TOLD))
            assert sorted(row[1] for row in told)[-1] == f"ID-{number}"
            assert told[0][1] != told[1][1]
            # The one that has it goes on from there, the other tries the next.
            values = values | {"revision": str(told[0][2])}
            other["values"] |= {"revision": str(told[1][2])}
