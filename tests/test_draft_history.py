"""Each step of a draft is kept: who, when, what and why; and any earlier text can be put back into the draft."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from algorithms import drafts, publishing, workflow
from algorithms.models import Algorithm, Event, Publication, Stage
from tests.people import World, people

FIRST = "<p>Het eerste doel.</p>"


@pytest.fixture
def world(db) -> World:
    """A record with three texts: made, changed, published, changed since."""
    world = people()
    world.add_record("strooien", goal=FIRST, steps=[{"kind": "person", "actor": "Coördinator", "action": "kiest"}])
    world.change("strooien", goal="<p>Het tweede doel.</p>")
    publishing.publish(world.record("strooien"), note="Eerste versie")
    world.change("strooien", goal="<p>Het laatste doel.</p>", steps=[])
    return world


@pytest.fixture
def draft(world) -> Algorithm:
    return world.record("strooien")


@pytest.fixture
def author(client, world) -> Client:
    client.force_login(world.person("author"))
    return client


def page_of(draft: Algorithm, rest: str = "") -> str:
    return f"/beheer/algorithms/algorithm/{draft.pk}/history/{rest}"


def events_of(draft: Algorithm) -> list[Event]:
    """The events with a text, oldest first."""
    return list(draft.events.exclude(document="").order_by("pk"))


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def restore(client: Client, draft: Algorithm, which: str, revision: int | None = None, **more: str):
    given = {"revision": str(Algorithm.objects.get(pk=draft.pk).revision if revision is None else revision)}
    return client.post(page_of(draft, f"{which}/terugzetten/"), given | more)


def told(answer) -> str:
    """Return what a person is told after a step."""
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


# -- the list ----------------------------------------------------------------------------------------------------------


def test_the_history_tells_who_did_what_when_and_why_newest_first(author, read, world, draft):
    workflow.submit(draft, world.person("author"), note="Graag voor vrijdag.")
    workflow.send_back(draft, world.person("approver"), reason="Het doel is vaag.")
    page = words(read(page_of(draft)))
    assert page.index("Teruggestuurd") < page.index("Ter beoordeling aangeboden") < page.index("Gewijzigd")
    assert "Graag voor vrijdag." in page
    assert "Het doel is vaag." in page
    assert "approver" in page


def test_a_publication_leads_to_its_version_and_tells_when_it_was_approved_alone(author, read, world, draft, settings):
    settings.FOUR_EYES = False
    workflow.submit(draft, world.person("author_approver"))
    workflow.publish(draft, world.person("approver"), note="Beter doel")
    assert "zonder tweede persoon" not in read(page_of(draft))
    world.change("strooien", by="author_approver", goal="<p>Vier.</p>")
    workflow.submit(world.record("strooien"), world.person("author_approver"))
    workflow.publish(world.record("strooien"), world.person("author_approver"))
    page = read(page_of(draft))
    assert page.count("zonder tweede persoon") == 1
    assert f'href="/algoritmes/{draft.lars}/versies/2/"' in page
    assert author.get(f"/algoritmes/{draft.lars}/versies/2/").status_code == 200


def test_what_was_typed_is_never_markup(author, read, draft, world):
    drafts.event(draft, Event.Verb.SUBMIT, world.person("author"), "<script>alert(1)</script>")
    assert "<script>alert" not in author.get(page_of(draft)).content.decode()


def test_it_is_paged(author, read, draft):
    for number in range(60):
        drafts.event(draft, Event.Verb.REMIND, None, f"Herinnering {number}.")
    first, last = words(read(page_of(draft))), words(read(page_of(draft, "?pagina=3")))
    assert "Herinnering 59." in first
    assert "Herinnering 35." in first
    assert "Herinnering 34." not in first
    assert "Herinnering 0." in last
    assert "Gewijzigd" in last
    assert "het register zelf" in first
    for wrong in ("0", "x", "99", "-1", "9" * 30, "%00"):
        assert author.get(page_of(draft, f"?pagina={wrong}")).status_code == 200


def test_it_costs_the_same_whatever_it_shows(author, draft, django_assert_max_num_queries, world):
    for number in range(24):
        world.change("strooien", goal=f"<p>Doel {number}.</p>")
    with django_assert_max_num_queries(16):
        author.get(page_of(draft))


def test_what_djangos_log_knows_of_the_time_before_stands_below(author, read, draft, world):
    kind = ContentType.objects.get_for_model(Algorithm)
    first = draft.events.order_by("pk").first().at
    for moment, said in ((first - timedelta(days=9), "Oude regel."), (timezone.now(), "Dubbele regel.")):
        line = LogEntry.objects.create(
            user=world.person("manager"), content_type=kind, object_id=str(draft.pk), object_repr="x",
            action_flag=CHANGE, change_message=said,
        )  # fmt: skip
        LogEntry.objects.filter(pk=line.pk).update(action_time=moment)
    page = words(read(page_of(draft)))
    assert "Oude regel." in page
    assert "Dubbele regel." not in page


def test_a_record_of_before_there_was_a_history_has_a_page(author, read, draft):
    draft.events.all().delete()
    page = words(read(page_of(draft)))
    assert "Er is nog niets opgeschreven." in page
    assert "versie 1" in page


# -- what changed ------------------------------------------------------------------------------------------------------


def test_each_event_tells_what_changed_then(author, read, draft):
    made, second, third = events_of(draft)
    assert "Dit is de eerste tekst." in read(page_of(draft, f"{made.pk}/"))
    page = words(read(page_of(draft, f"{second.pk}/")))
    assert "eerste" in page
    assert "tweede" in page
    assert "laatste" not in page
    page = words(read(page_of(draft, f"{third.pk}/")))
    assert "laatste" in page
    assert "Rij 1 verwijderd" in page


def test_each_event_is_compared_with_the_draft_of_now(author, read, draft):
    made, second, third = events_of(draft)
    assert "laatste" in words(read(page_of(draft, f"{made.pk}/?met=nu")))
    assert "laatste" in words(read(page_of(draft, f"{second.pk}/?met=nu")))
    assert "Er is geen verschil." in words(read(page_of(draft, f"{third.pk}/?met=nu")))
    assert "laatste" not in words(read(page_of(draft, f"{second.pk}/?met=onzin")))


def test_a_text_whose_predecessor_was_not_kept_says_so(author, read, draft):
    made, second, _third = events_of(draft)
    made.delete()
    page = words(read(page_of(draft, f"{second.pk}/")))
    assert "is niet bewaard" in page
    assert "Er is geen verschil" not in page


def test_a_text_is_not_compared_with_a_much_older_one(author, read, draft):
    _made, second, third = events_of(draft)
    Event.objects.filter(pk=second.pk).update(document="")  # tidied away
    assert "is niet bewaard" in words(read(page_of(draft, f"{third.pk}/")))


def test_a_version_is_compared_with_the_one_before_it(author, read, draft):
    publishing.publish(draft)
    page = words(read(page_of(draft, "versie/2/")))
    assert "tweede" in page
    assert "laatste" in page
    assert "Dit is de eerste tekst." in words(read(page_of(draft, "versie/1/")))


def test_an_import_that_published_keeps_its_text_in_the_version(author, read, draft, world):
    before = drafts.content(draft)
    world.change("strooien", goal="<p>Uit een bestand.</p>")
    entry = publishing.publish(world.record("strooien")).entry
    event = draft.events.first()
    Event.objects.filter(pk=event.pk).update(verb=Event.Verb.IMPORT, version=entry.version, document="")
    assert "Uit een bestand" in words(read(page_of(draft, f"{event.pk}/")))
    assert before["goal"] not in read(page_of(draft, f"{event.pk}/?met=nu"))
    assert f'href="{page_of(draft, f"{event.pk}/")}"' in read(page_of(draft))
    # once that version was emptied there is nothing to see or to put back
    world.change("strooien", goal="<p>Schoon.</p>")
    publishing.publish(world.record("strooien"))
    publishing.redact("Uit een bestand.", reason="Er stond een naam in.")
    assert f'href="{page_of(draft, f"{event.pk}/")}"' not in read(page_of(draft))
    assert author.get(page_of(draft, f"{event.pk}/")).status_code == 404
    assert author.get(page_of(draft, f"{event.pk}/terugzetten/")).status_code == 404


# -- and back ----------------------------------------------------------------------------------------------------------


def test_an_earlier_text_is_put_back_into_the_draft(author, read, draft):
    made = events_of(draft)[0]
    page = words(read(page_of(draft, f"{made.pk}/terugzetten/")))
    assert "Dit verandert er in het concept" in page
    assert "eerste" in page
    answer = restore(author, draft, str(made.pk), note="Het was beter.")
    assert "Teruggezet in het concept" in told(answer)
    now = Algorithm.objects.get(pk=draft.pk)
    assert now.goal == FIRST
    assert [row.actor for row in now.steps.all()] == ["Coördinator"]
    event = draft.events.first()
    assert (event.verb, event.by_name, event.revision) == (Event.Verb.RESTORE, "author", now.revision)
    assert event.note.startswith("De tekst van ")
    assert event.note.endswith("Het was beter.")
    assert drafts.earlier(now, revision=event.revision) == drafts.earlier(now, revision=made.revision)
    # nothing was lost on the way, and nothing of it is public
    assert "laatste" in drafts.earlier(now, revision=event.revision - 1)["goal"]
    assert Publication.objects.count() == 1


def test_a_published_version_is_put_back_into_the_draft(author, draft):
    restore(author, draft, "versie/1")
    assert Algorithm.objects.get(pk=draft.pk).goal == "<p>Het tweede doel.</p>"
    assert draft.events.first().note == "Versie 1."


def test_organisation_and_department_stay_as_they_are(author, draft, world):
    other = world.departments["Belastingen"]
    made = events_of(draft)[0]
    Algorithm.objects.filter(pk=draft.pk).update(department=other)
    author.force_login(world.person("organization_author"))
    page = words(author.get(page_of(draft, f"{made.pk}/terugzetten/")).content.decode())
    assert "Belastingen" not in page
    restore(author, draft, str(made.pk))
    assert Algorithm.objects.get(pk=draft.pk).department == other


def test_putting_back_what_is_there_changes_nothing(author, draft):
    third = events_of(draft)[2]
    page = author.get(page_of(draft, f"{third.pk}/terugzetten/")).content.decode()
    assert "Er valt niets terug te zetten." in page
    before = draft.events.count()
    answer = restore(author, draft, str(third.pk))
    assert "het concept was al zo" in told(answer)
    assert draft.events.count() == before
    assert Algorithm.objects.get(pk=draft.pk).revision == draft.revision


def test_of_two_who_put_back_at_once_the_second_is_told(author, draft, world):
    made, second, _third = events_of(draft)
    seen = draft.revision
    restore(author, draft, str(made.pk), revision=seen)
    answer = restore(author, draft, str(second.pk), revision=seen, note="Toch deze.")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Het concept is gewijzigd nadat u deze pagina opende." in page
    assert "Toch deze." in page
    assert Algorithm.objects.get(pk=draft.pk).goal == FIRST
    # the page now shows the draft of now, and asking again is a choice made with open eyes
    given = re.search(r'name="revision" value="(\d+)"', page).group(1)
    assert int(given) == Algorithm.objects.get(pk=draft.pk).revision
    restore(author, draft, str(second.pk), revision=int(given))
    assert "tweede" in Algorithm.objects.get(pk=draft.pk).goal


@pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 30])
def test_a_form_without_the_right_revision_puts_nothing_back(author, draft, revision):
    made = events_of(draft)[0]
    answer = author.post(page_of(draft, f"{made.pk}/terugzetten/"), {"revision": revision})
    assert answer.status_code == 200
    assert 'class="errornote"' in answer.content.decode()
    assert "laatste" in Algorithm.objects.get(pk=draft.pk).goal


@pytest.mark.parametrize("note", ["een\x00nul", "een\x07bel", "x" * 2001])
def test_a_reason_that_cannot_be_kept_is_told_next_to_it(author, draft, note):
    made = events_of(draft)[0]
    page = restore(author, draft, str(made.pk), note=note).content.decode()
    assert 'id="id_note_error"' in page
    assert "laatste" in Algorithm.objects.get(pk=draft.pk).goal


@pytest.mark.parametrize("stage", [Stage.SUBMITTED, Stage.PLANNED])
def test_nothing_is_put_back_into_what_is_being_reviewed(author, draft, stage):
    made = events_of(draft)[0]
    Algorithm.objects.filter(pk=draft.pk).update(stage=stage, planned_at=timezone.now() + timedelta(days=3))
    page = author.get(page_of(draft, f"{made.pk}/terugzetten/")).content.decode()
    assert "terugzetten/" not in author.get(page_of(draft)).content.decode()
    assert 'name="revision"' not in page
    restore(author, draft, str(made.pk))
    assert "laatste" in Algorithm.objects.get(pk=draft.pk).goal


def test_an_emptied_version_cannot_be_put_back(author, read, draft):
    publishing.publish(draft)
    publishing.redact("Het tweede doel.", reason="Er stond een naam in.")
    assert "Onleesbaar gemaakt" in read(page_of(draft))
    for path in ("versie/1/", "versie/1/terugzetten/"):
        assert author.get(page_of(draft, path)).status_code == 404
    assert restore(author, draft, "versie/1").status_code == 404
    page = words(read(page_of(draft, "versie/2/")))  # what stood before it is gone
    assert "is niet bewaard" in page


def test_a_number_that_another_record_took_meanwhile_is_told(author, draft, world):
    world.change("strooien", source_id="Z-1")
    taken = draft.events.first()
    world.change("strooien", source_id="Z-2")
    world.add_record("ander", source_id="Z-1")
    answer = restore(author, draft, str(taken.pk))
    assert "heeft nu het Bron-ID &#x27;Z-1&#x27;" in answer.content.decode()
    assert Algorithm.objects.get(pk=draft.pk).source_id == "Z-2"


def test_a_text_that_the_register_no_longer_holds_is_told(author, draft):
    """As when the standard drops a value: the database refuses it, the person is told."""
    made = events_of(draft)[0]
    Event.objects.filter(pk=made.pk).update(document=made.document.replace('"In gebruik"', '"Vervallen"'))
    answer = restore(author, draft, str(made.pk))
    assert answer.status_code == 200
    assert "past niet meer in het register" in answer.content.decode()
    assert "laatste" in Algorithm.objects.get(pk=draft.pk).goal
    assert Algorithm.objects.get(pk=draft.pk).steps.count() == 0


def test_a_text_of_an_older_standard_leaves_newer_fields_as_they_are(author, draft, world):
    import json

    world.change("strooien", affected="Weggebruikers")
    made = events_of(draft)[0]
    older = {key: value for key, value in json.loads(made.document).items() if key not in ("affected", "translations")}
    Event.objects.filter(pk=made.pk).update(document=json.dumps(older))
    assert author.get(page_of(draft, f"{made.pk}/")).status_code == 200
    restore(author, draft, str(made.pk))
    now = Algorithm.objects.get(pk=draft.pk)
    assert (now.goal, now.affected) == (FIRST, "Weggebruikers")


# -- who may -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "reads", "restores"),
    [
        ("author", 200, True),
        ("superuser", 200, True),
        ("approver", 200, False),
        ("manager", 200, False),
        ("auditor", 200, False),
        ("other_author", 403, False),
        ("no_role", 403, False),
    ],
)
def test_who_reads_a_record_reads_its_history_and_who_writes_it_goes_back(client, world, draft, role, reads, restores):
    client.force_login(world.person(role))
    made = events_of(draft)[0]
    for path in ("", f"{made.pk}/", f"{made.pk}/?met=nu", "versie/1/"):
        assert client.get(page_of(draft, path)).status_code == reads, path
    for path in (f"{made.pk}/terugzetten/", "versie/1/terugzetten/"):
        assert client.get(page_of(draft, path)).status_code == (200 if restores else 403)
    if reads == 200:
        assert ("terugzetten/" in client.get(page_of(draft)).content.decode()) == restores
    asked = client.post(page_of(draft, f"{made.pk}/terugzetten/"), {"revision": str(draft.revision)})
    assert asked.status_code == (302 if restores else 403)
    assert (Algorithm.objects.get(pk=draft.pk).goal == FIRST) == restores


def test_nobody_without_an_account_comes_in(client, draft):
    for path in ("", f"{events_of(draft)[0].pk}/", "versie/1/", "versie/1/terugzetten/"):
        assert client.get(page_of(draft, path)).status_code == 302


def test_what_does_not_exist_is_not_found(author, draft, world):
    other = world.add_record("ander")
    foreign = other.events.exclude(document="").first()
    without_text = drafts.event(draft, Event.Verb.REMIND, None)
    for which in ("0", "999999", "9" * 30, str(foreign.pk), str(without_text.pk), "versie/0", "versie/9", "versie/x"):
        for rest in ("/", "/?met=nu", "/terugzetten/"):
            assert author.get(page_of(draft, f"{which}{rest}")).status_code in (404, 302), which
            if which != "versie/x":
                assert author.get(page_of(draft, f"{which}{rest}")).status_code == 404, which
    for pk in ("0", "999999", "x", "9" * 30):
        assert author.get(f"/beheer/algorithms/algorithm/{pk}/history/").status_code == 404
    assert restore(author, draft, str(foreign.pk)).status_code == 404


def test_times_are_those_of_amsterdam(author, read, draft, world):
    with time_machine.travel("2026-07-01 12:00Z"):
        world.change("strooien", goal="<p>Zomer.</p>")
    assert "1 juli 2026, 14:00" in words(read(page_of(draft)))
    restore(author, draft, str(draft.events.exclude(document="").order_by("at").first().pk))
