"""A new record begins empty, as a copy of another, or with a template that a manager kept; never with its identity."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from algorithms import document, drafts, hints
from algorithms.models import Algorithm, Event, Organization, Template
from algorithms.standard import FIELDS
from tests.people import DIKES, ELSEWHERE, HERE, ROADS, TAXES, World, people

FIXTURE = Path(__file__).resolve().parent.parent / "fixtures" / "templates.json"
GIVEN = json.loads(FIXTURE.read_text(encoding="utf-8"))["templates"]
ADD = "/beheer/algorithms/algorithm/add/sjabloon/"
TEMPLATES = "/beheer/algorithms/template/"
ENGLISH = {"eng": {"name": "Gritting routes", "contact_points": [{"label": "Desk"}], "steps": [{"actor": "Planner"}]}}
OWN = {
    "source_id": "Z-1",
    "identifiers": [{"kind": "SAP", "value": "42"}],
    "legacy": [{"key": "oud", "text": "Wat er vroeger stond"}],
    "contact_points": [{"kind": "phone", "value": "14 010", "label": "Balie"}],
    "begin_date": "2024-01",
    "url": "https://bron.example/1",
}


@pytest.fixture
def world(db) -> World:
    world = people()
    world.add_record(
        "strooien", goal="<p>Wegen begaanbaar.</p>", steps=[{"kind": "person", "actor": "Planner"}],
        translations=ENGLISH, **OWN,
    )  # fmt: skip
    return world


@pytest.fixture
def draft(world) -> Algorithm:
    return world.record("strooien")


@pytest.fixture
def as_role(client, world):
    def log_in(role: str) -> Client:
        client.force_login(world.person(role))
        return client

    return log_in


@pytest.fixture
def template(draft) -> Template:
    return Template.objects.create(name="Strooien", about="Voor gladheid.", document=drafts.as_template(draft))


def page_of(draft: Algorithm, rest: str) -> str:
    return f"/beheer/algorithms/algorithm/{draft.pk}/{rest}/"


def place(world: World, organization: str = HERE, department: str = ROADS) -> dict[str, str]:
    return {
        "organization": str(world.organizations[organization].pk),
        "department": str(world.departments[department].pk) if department else "",
    }


def newest() -> Algorithm:
    return Algorithm.objects.latest("pk")


def told(answer) -> str:
    """Return what a person is told after a step."""
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def errors(answer, field: str) -> str:
    """Return what is told next to a field."""
    found = re.search(rf'<ul[^>]*id="id_{field}_error".*?</ul>', answer.content.decode(), re.DOTALL)
    return found.group() if found else ""


# -- a copy ------------------------------------------------------------------------------------------------------------


def test_a_copy_has_the_texts_and_an_identity_of_its_own(as_role, world, draft):
    author = as_role("author")
    answer = author.post(page_of(draft, "kopie"), place(world))
    made = newest()
    assert answer.url == f"/beheer/algorithms/algorithm/{made.pk}/change/"
    assert author.get(answer.url).status_code == 200
    assert "De kopie is gemaakt." in told(answer)
    assert made.pk != draft.pk
    assert made.lars != draft.lars
    assert made.name == f"{draft.name} (kopie)"
    before, after = drafts.content(draft), drafts.content(made)
    differs = {key for key in before if before[key] != after[key]}
    assert differs == {"lars", "name", "source_id", "identifiers", "legacy"}
    assert not any(after[key] for key in ("source_id", "identifiers", "legacy"))
    assert (made.owner, made.edited_by) == (world.person("author"), world.person("author"))
    event = made.events.get()
    assert (event.verb, event.by_name, event.note) == (Event.Verb.COPY, "author", f"Kopie van {draft.lars}.")
    assert drafts.content(draft) == before


def test_a_copy_goes_where_its_maker_writes(as_role, world, draft):
    author = as_role("double_author")
    author.post(page_of(draft, "kopie"), place(world, ELSEWHERE, DIKES))
    made = newest()
    assert (str(made.organization), str(made.department)) == (ELSEWHERE, DIKES)
    assert (str(draft.organization), str(draft.department)) == (HERE, ROADS)


def test_the_place_of_the_original_is_offered_first(as_role, world, draft):
    page = as_role("author").get(page_of(draft, "kopie")).content.decode()
    for pk in place(world).values():
        assert re.search(rf'<option value="{pk}" selected>', page)
    assert TAXES not in page
    assert ELSEWHERE not in page


@pytest.mark.parametrize(
    ("role", "organization", "department", "field", "told"),
    [
        ("superuser", HERE, DIKES, "department", "hoort bij Waterschap Overdijk"),
        ("author", HERE, "", "department", "Kies een afdeling waarvoor u schrijft"),
        ("author", HERE, TAXES, "department", "keuze"),
        ("author", ELSEWHERE, DIKES, "organization", "keuze"),
        ("double_author", ELSEWHERE, ROADS, "department", "hoort bij Gemeente Voorbeeldstad"),
    ],
)
def test_a_place_that_cannot_be_is_told_next_to_it(as_role, world, draft, role, organization, department, field, told):
    answer = as_role(role).post(page_of(draft, "kopie"), place(world, organization, department))
    assert answer.status_code == 200
    assert told in errors(answer, field)
    assert Algorithm.objects.count() == 1


@pytest.mark.parametrize("wrong", ["", "x", "999999", "9" * 30, "\x00"])
def test_a_place_that_does_not_exist_is_told_next_to_it(as_role, world, draft, wrong):
    answer = as_role("author").post(page_of(draft, "kopie"), place(world) | {"organization": wrong})
    assert errors(answer, "organization")
    assert Algorithm.objects.count() == 1
    if wrong:
        answer = as_role("author").post(page_of(draft, "kopie"), place(world) | {"department": wrong})
        assert errors(answer, "department")
        assert Algorithm.objects.count() == 1


def test_who_writes_for_all_departments_may_leave_it_open(as_role, world, draft):
    as_role("organization_author").post(page_of(draft, "kopie"), place(world, HERE, ""))
    assert newest().department is None


@pytest.mark.parametrize("length", [92, 93, 100, 300])
def test_the_name_of_a_copy_is_never_too_long_and_never_cut(as_role, world, draft, length):
    name = "x" * length
    world.change("strooien", name=name)
    answer = as_role("author").post(page_of(draft, "kopie"), place(world))
    stayed = "gelijk gebleven" in told(answer)
    assert (newest().name, stayed) == ((f"{name} (kopie)", False) if length == 92 else (name, True))
    assert len(f"{'x' * 92} (kopie)") == FIELDS["name"].max_length


def test_a_record_without_a_name_can_be_copied(as_role, world, draft):
    world.change("strooien", name="")
    answer = as_role("author").post(page_of(draft, "kopie"), place(world))
    assert newest().name == ""
    assert "gelijk gebleven" not in told(answer)


def test_english_that_is_older_than_its_dutch_is_so_in_the_copy(as_role, world, draft):
    world.change("strooien", translations={"eng": {"name": "Gritting", "goal": "<p>Passable roads.</p>"}})
    world.change("strooien", goal="<p>Iets heel anders.</p>")
    draft.refresh_from_db()
    assert document.stale_places(drafts.content(draft), draft.stale_english) == {"goal"}
    as_role("author").post(page_of(draft, "kopie"), place(world))
    made = newest()
    assert document.stale_places(drafts.content(made), made.stale_english) == {"goal"}


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("author", 200),
        ("organization_author", 200),
        ("author_approver", 200),
        ("superuser", 200),
        ("approver", 403),  # writes nowhere
        ("manager", 403),
        ("auditor", 403),
        ("other_author", 403),  # does not see it
        ("no_role", 403),
    ],
)
def test_who_may_copy(as_role, world, draft, role, status):
    client = as_role(role)
    assert client.get(page_of(draft, "kopie")).status_code == status
    assert client.post(page_of(draft, "kopie"), place(world)).status_code == (302 if status == 200 else 403)
    assert Algorithm.objects.count() == (2 if status == 200 else 1)


def test_what_does_not_exist_cannot_be_copied_or_kept(as_role, world):
    for pk in ("0", "999999", "x", "9" * 30):
        for rest in ("kopie", "sjabloon"):
            assert as_role("superuser").get(f"/beheer/algorithms/algorithm/{pk}/{rest}/").status_code == 404


# -- with a template ---------------------------------------------------------------------------------------------------


def test_a_record_begins_with_a_template(as_role, world, draft, template):
    author = as_role("author")
    page = author.get(ADD).content.decode()
    assert "Strooien" in page
    assert "Voor gladheid." in page
    answer = author.post(ADD, place(world) | {"template": str(template.pk)})
    assert "Het concept is gemaakt." in told(answer)
    made = newest()
    assert made.goal == draft.goal
    assert [row.actor_en for row in made.steps.all()] == ["Planner"]
    assert made.contact_points.count() == made.identifiers.count() == 0
    assert (made.source_id, made.begin_date, made.contact_email, made.url) == ("", "", "", "")
    event = made.events.get()
    assert (event.verb, event.note) == (Event.Verb.TEMPLATE, "Sjabloon: Strooien.")
    assert str(made.department) == ROADS


def test_a_template_of_another_organisation_is_not_offered(as_role, world, template):
    template.organization = world.organizations[ELSEWHERE]
    template.save()
    author = as_role("author")
    assert "Er zijn nog geen sjablonen." in author.get(ADD).content.decode()
    Template.objects.create(name="Voor iedereen", document=template.document)
    assert "Voor gladheid." not in author.get(ADD).content.decode()
    answer = author.post(ADD, place(world) | {"template": str(template.pk)})
    assert errors(answer, "template")
    assert Algorithm.objects.count() == 1
    assert "Voor gladheid." in as_role("double_author").get(ADD).content.decode()


@pytest.mark.parametrize("wrong", ["", "x", "999999"])
def test_no_template_is_told_next_to_it_and_the_place_is_kept(as_role, world, template, wrong):
    answer = as_role("double_author").post(ADD, place(world, ELSEWHERE, DIKES) | {"template": wrong})
    assert errors(answer, "template")
    page = answer.content.decode()
    for pk in place(world, ELSEWHERE, DIKES).values():
        assert re.search(rf'<option value="{pk}" selected>', page)
    assert Algorithm.objects.count() == 1


def test_who_has_one_place_need_not_choose_it(as_role, world, template):
    page = as_role("author").get(ADD).content.decode()
    for pk in place(world).values():
        assert f'<option value="{pk}" selected>' in page


def test_without_templates_the_page_says_so(as_role, world):
    assert "Er zijn nog geen sjablonen." in as_role("author").get(ADD).content.decode()


@pytest.mark.parametrize(
    ("role", "status"), [("author", 200), ("superuser", 200), ("approver", 403), ("manager", 403), ("auditor", 403)]
)
def test_who_may_begin(as_role, world, template, role, status):
    assert as_role(role).get(ADD).status_code == status


# -- templates ---------------------------------------------------------------------------------------------------------


def test_a_template_keeps_nothing_that_belongs_to_one_record(draft):
    kept = json.loads(drafts.as_template(draft))
    assert kept["goal"] == draft.goal
    assert not kept.keys() & {"lars", "organization", "department", "contact_email", *OWN}
    assert kept["translations"]["eng"].keys() == {"name", "steps"}


def test_a_manager_keeps_a_record_as_template(as_role, world, draft):
    manager = as_role("manager")
    page = manager.get(page_of(draft, "sjabloon")).content.decode()
    assert f'value="{draft.name}"' in page
    assert "Doel en impact" in page
    given = {"name": "Gladheid", "about": "Voor wie strooit", "organization": ""}
    answer = manager.post(page_of(draft, "sjabloon"), given, follow=True)
    template = Template.objects.get()
    assert answer.redirect_chain == [(f"{TEMPLATES}{template.pk}/change/", 302)]
    assert (template.name, template.about, template.organization) == ("Gladheid", "Voor wie strooit", None)
    assert json.loads(template.document) == json.loads(drafts.as_template(draft))
    shown = answer.content.decode()
    assert "Stappen" in shown or "rij)" in shown
    assert "Engelse teksten" in shown


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "Strooien"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "een\x07bel"}, "name"),
        ({"about": "x" * 251}, "about"),
        ({"organization": "999999"}, "organization"),
        ({"organization": "x"}, "organization"),
    ],
)
def test_a_template_that_cannot_be_kept_is_told_next_to_its_field(as_role, draft, template, given, field):
    whole = {"name": "Gladheid", "about": "Voor wie strooit", "organization": ""} | given
    answer = as_role("manager").post(page_of(draft, "sjabloon"), whole)
    assert errors(answer, field)
    if field != "about":
        assert "Voor wie strooit" in answer.content.decode()
    assert Template.objects.count() == 1


def test_two_managers_who_keep_the_same_name_at_once(as_role, draft, template, monkeypatch):
    """The form of the second was checked before the first was stored."""
    from algorithms.admin import beginning

    monkeypatch.setattr(beginning.TemplateForm, "validate_unique", lambda self: None)
    answer = as_role("manager").post(page_of(draft, "sjabloon"), {"name": template.name})
    assert "Er is al een sjabloon met deze naam." in errors(answer, "name")
    assert Template.objects.count() == 1


@pytest.mark.parametrize(
    ("role", "reads", "keeps"),
    [("manager", True, True), ("superuser", True, True), ("auditor", True, False), ("author", False, False)],
)
def test_who_may_see_and_keep_templates(as_role, draft, template, role, reads, keeps):
    client = as_role(role)
    change = f"{TEMPLATES}{template.pk}/change/"
    assert client.get(TEMPLATES).status_code == (200 if reads else 403)
    assert client.get(change).status_code == (200 if reads else 403)
    assert client.get(page_of(draft, "sjabloon")).status_code == (200 if keeps else 403)
    given = {"name": "Anders", "about": "", "organization": ""}
    assert client.post(change, given).status_code == (302 if keeps else 403)
    template.refresh_from_db()
    assert template.name == ("Anders" if keeps else "Strooien")
    assert client.get(f"{TEMPLATES}add/").status_code == 403
    asked = client.post(f"{TEMPLATES}{template.pk}/delete/", {"post": "yes"})
    assert asked.status_code == (302 if keeps else 403)
    assert Template.objects.exists() != keeps


def test_saving_a_template_leaves_its_texts_as_they_are(as_role, template):
    manager = as_role("manager")
    before = template.document
    manager.post(f"{TEMPLATES}{template.pk}/change/", {"name": "A", "about": "", "document": "{}", "filled": "x"})
    template.refresh_from_db()
    assert (template.name, template.document) == ("A", before)
    assert "document" not in re.findall(
        r'name="(\w+)"', manager.get(f"{TEMPLATES}{template.pk}/change/").content.decode()
    )


# -- the templates that come along -------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", GIVEN, ids=[given["name"] for given in GIVEN])
def test_a_template_that_comes_along_is_whole(given):
    cleaned = document.clean(given["document"])
    wrong = [problem for problem in document.problems(cleaned) if problem.rule != "empty"]
    assert wrong == []
    assert len(given["name"]) <= 100
    assert len(given["about"]) <= 250
    for key, value in given["document"].items():
        if isinstance(value, str):
            assert cleaned[key] == value, f"{key} is stored otherwise than it is written"
    english = cleaned["translations"]["eng"]
    for key, value in english.items():
        assert not isinstance(value, list) or len(value) == len(cleaned[key]), key
    assert {key for key in cleaned if FIELDS.get(key) and FIELDS[key].translated} <= english.keys()


@pytest.mark.parametrize("given", GIVEN, ids=[given["name"] for given in GIVEN])
def test_a_template_that_comes_along_cannot_be_published_unread(given):
    """What only a city knows is empty, and no text holds its place: required fields stop the publication."""
    cleaned = document.clean(given["document"])
    missing = {problem.key for problem in document.blocking_publication(document.problems(cleaned))}
    assert missing >= {"organization", "status", "contact_email", "publication_category"}
    assert [hint for hint in hints.hints(cleaned) if hint.rule in ("placeholder", "language", "english")] == []
    assert [
        text for text in texts_of(given) if re.search(r"[\[\]…]|\b(in)?vul(len)?\b|fill in|\.\.\.", text, re.I)
    ] == []


def texts_of(value) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value
    return [text for part in parts for text in texts_of(part)]


def test_the_templates_that_come_along_make_drafts(as_role, world):
    for given in GIVEN:
        Template.objects.create(
            name=given["name"], about=given["about"], document=document.canonical(document.clean(given["document"]))
        )
    client = as_role("author")
    for template in Template.objects.all():
        client.post(ADD, place(world) | {"template": str(template.pk)})
        assert drafts.content(newest())["goal"] == json.loads(template.document)["goal"]
    assert Organization.objects.count() == 2
