"""The way to the public: each step with who, when, what and why; its mails, its refusals, and what waits for whom."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from algorithms import desk, drafts, policy, publishing, workflow
from algorithms.models import Algorithm, Event, LinkCheck, Listing, Publication, Role, Stage
from algorithms.publishing import Refused
from tests.people import HERE, ROADS, TAXES, World, people

LIST = "/beheer/algorithms/algorithm/"
SITE = "https://algoritmes.voorbeeldstad.example"
NOTE, REASON = "Stegen <erbij> & meer", "Het doel ontbreekt: wie “beslist”?"
LIMIT = workflow.NOTE_LIMIT


@pytest.fixture(scope="module")
def place(django_db_setup, django_db_blocker) -> Iterator[World]:
    """Everyone, and one complete concept that its author wrote; made once."""
    with django_db_blocker.unblock(), transaction.atomic():
        world = people()
        world.add_record("route")
        yield world
        transaction.set_rollback(True)


@pytest.fixture
def world(db, place) -> World:
    return place


def at(world: World, stage: str, name: str = "route") -> Algorithm:
    """Bring a record where a test begins; "offered" and "planned again" are changes of what is public."""
    author, approver = world.person("author"), world.person("approver")
    record = world.record(name)
    if stage in ("public", "changed", "offered", "withdrawn", "planned again"):
        workflow.submit(record, author)
        workflow.publish(record, approver)
    if stage in ("changed", "offered", "planned again"):
        world.change(name, goal="<p>Ook de stegen.</p>")
    if stage in ("submitted", "planned", "offered", "planned again"):
        workflow.submit(record, author)
    if stage in ("planned", "planned again"):
        workflow.plan(record, approver, moment=timezone.now() + timedelta(days=3), note=NOTE)
    if stage == "withdrawn":
        workflow.withdraw(record, approver, reason="Gestopt.")
    return world.record(name)


def due(world: World, name: str = "route") -> None:
    """Let the moment of a plan come."""
    world.put(name, planned_at=timezone.now() - timedelta(minutes=1))


def steps_of(record: Algorithm) -> list[tuple]:
    """Return the steps since the record was made, oldest first: what, who, why, version."""
    rows = Event.objects.filter(algorithm=record.pk).exclude(verb__in=("create", "edit")).order_by("pk")
    return [(row.verb, row.by_name, row.note, row.version) for row in rows]


def unchanged(record: Algorithm) -> tuple:
    """What must be the same after a refusal."""
    stored = Algorithm.objects.filter(pk=record.pk).values().get()
    return stored, Event.objects.count(), Publication.objects.count(), Listing.objects.count()


# -- each step, written down -------------------------------------------------------------------------------------------


def test_each_step_is_written_down_with_who_when_what_and_why(world):
    author, approver = world.person("author"), world.person("approver")
    User.objects.filter(pk=approver.pk).update(first_name="Anne", last_name="Beoordelaar")
    approver = world.person("approver")
    record, begun = world.record("route"), timezone.now()
    workflow.submit(record, author, note=NOTE)
    workflow.recall(record, author, note="Nog even")
    workflow.submit(record, author)
    workflow.send_back(record, approver, reason=REASON)
    workflow.submit(record, author)
    workflow.plan(record, approver, moment=timezone.now() + timedelta(days=3), note="Straks")
    workflow.unplan(record, approver, note="Toch niet")
    workflow.publish(record, approver, note="Eerste")
    workflow.withdraw(record, approver, reason="Gestopt.")
    planned = Event.objects.get(algorithm=record.pk, verb="plan").note
    assert re.fullmatch(r"Publicatie op \d+ \w+ \d{4}, \d\d:\d\d\. Straks", planned)
    assert steps_of(record) == [
        ("submit", "author", NOTE, None),
        ("recall", "author", "Nog even", None),
        ("submit", "author", "", None),
        ("send_back", "Anne Beoordelaar", REASON, None),
        ("submit", "author", "", None),
        ("plan", "Anne Beoordelaar", planned, None),
        ("unplan", "Anne Beoordelaar", "Toch niet", None),
        ("publish", "Anne Beoordelaar", "Eerste", 1),
        ("withdraw", "Anne Beoordelaar", "Gestopt.", 1),
    ]
    moments = list(Event.objects.filter(algorithm=record.pk, at__gte=begun).order_by("pk").values_list("at", flat=True))
    assert len(moments) == 9
    assert moments == sorted(moments)
    approver.delete()
    assert steps_of(record)[-1] == ("withdraw", "Anne Beoordelaar", "Gestopt.", 1)  # the name outlives the account


STAGES = {
    "submit": ("draft", Stage.SUBMITTED), "recall": ("submitted", Stage.DRAFT), "send_back": ("submitted", Stage.DRAFT),
    "plan": ("submitted", Stage.PLANNED), "unplan": ("planned", Stage.SUBMITTED), "publish": ("offered", Stage.DRAFT),
    "withdraw": ("public", Stage.DRAFT), "publish due": ("planned", Stage.DRAFT),
    "send back what was planned": ("planned", Stage.DRAFT),
}  # fmt: skip


def take(world: World, step: str) -> None:
    """Take a step as whoever has the right to it."""
    record, author, approver = world.record("route"), world.person("author"), world.person("approver")
    if step == "publish due":
        due(world)
        workflow.publish_due()
    elif step == "plan":
        workflow.plan(record, approver, moment=timezone.now() + timedelta(days=3), note=NOTE)
    elif step in ("send_back", "send back what was planned"):
        workflow.send_back(record, approver, reason=REASON)
    elif step == "withdraw":
        workflow.withdraw(record, approver, reason=REASON)
    else:
        by = author if step in ("submit", "recall") else approver
        getattr(workflow, step)(record, by, note=NOTE)


@pytest.mark.parametrize("step", STAGES)
def test_a_step_moves_the_record_and_leaves_its_texts_alone(world, step):
    before, stage = STAGES[step]
    record = at(world, before)
    take(world, step)
    after = world.record("route")
    assert after.stage == stage
    assert (after.updated_at, after.revision, after.edited_by) == (
        record.updated_at, record.revision, record.edited_by,
    )  # fmt: skip
    if stage != Stage.PLANNED:
        assert (after.planned_at, after.planned_by, after.planned_note) == (None, None, "")


def test_publishing_sets_a_day_to_look_again_and_an_owner(world):
    record = at(world, "public")
    assert record.review_date == timezone.localdate() + publishing.REVIEW_AFTER
    assert record.owner == world.person("author")
    chosen = timezone.localdate() + timedelta(days=30)
    world.change("route", goal="<p>Anders.</p>")
    world.put("route", review_date=chosen, owner=world.people["organization_author"])
    workflow.submit(record, world.person("author"))
    workflow.publish(record, world.person("approver"), note=NOTE)
    after = world.record("route")
    assert (after.review_date, after.owner) == (chosen, world.person("organization_author"))


# -- mails -------------------------------------------------------------------------------------------------------------

# Who is told of a step: those concerned, but not who did it.
TOLD = {
    "submit": ({"approver", "author_approver"}, "Ter beoordeling: Naam van route", NOTE),
    "recall": ({"approver", "author_approver"}, "Teruggenomen: Naam van route", NOTE),
    "send_back": ({"author"}, "Teruggestuurd: Naam van route", REASON),
    "plan": ({"author"}, "Goedgekeurd: Naam van route", NOTE),
    "unplan": ({"author", "author_approver"}, "Niet meer ingepland: Naam van route", NOTE),
    "publish": ({"author"}, "Gepubliceerd: Naam van route, versie 2", NOTE),
    "withdraw": ({"author", "author_approver"}, "Ingetrokken: Naam van route", REASON),
    "publish due": ({"author", "approver"}, "Gepubliceerd: Naam van route, versie 1", NOTE),
    "send back what was planned": ({"author"}, "Teruggestuurd: Naam van route", REASON),
}


@pytest.fixture
def mails(django_capture_on_commit_callbacks, mailoutbox) -> Callable:
    """Return the mails of what is done: it is as if the transaction were stored."""

    def of(doing: Callable[[], Any]) -> list:
        mailoutbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            doing()
        return list(mailoutbox)

    return of


def addresses(sent: list) -> list[str]:
    return sorted(address.partition("@")[0] for mail in sent for address in mail.recipients())


@pytest.mark.parametrize("step", TOLD)
def test_a_step_is_told_to_those_concerned_one_by_one(world, mails, settings, step):
    settings.SITE_URL = SITE
    record = at(world, STAGES[step][0])
    sent = mails(lambda: take(world, step))
    who, subject, why = TOLD[step]
    assert addresses(sent) == sorted(who)
    for mail in sent:
        assert len(mail.recipients()) == 1  # nobody sees another's address
        assert mail.subject == subject
        assert "Naam van route" in mail.body
        assert why in mail.body  # as typed: no &lt; in a mail
        assert f"{SITE}/beheer/algorithms/algorithm/{record.pk}/change/" in mail.body
        assert settings.SITE_NAME in mail.body
        assert "{{" not in mail.body
        doer = "author" if step in ("submit", "recall") else "approver"
        assert (f"{doer} " in mail.body) != (step == "publish due")
        if "publish" in step:
            assert f"{SITE}/a/{record.lars}" in mail.body
        if step == "plan":
            assert re.search(r"openbaar op \d+ \w+ \d{4} om \d\d:\d\d uur", mail.body)
        if step == "publish due":
            assert "zoals gepland" in mail.body


def test_who_planned_what_then_fails_is_told_as_well(world, mails):
    at(world, "planned")
    world.put("route", status="")
    due(world)
    sent = mails(workflow.publish_due)
    assert addresses(sent) == ["approver", "author"]
    assert all("De geplande publicatie lukte niet" in mail.body and "Status" in mail.body for mail in sent)


def test_who_left_has_no_address_or_may_read_it_no_more_is_not_told(world, mails):
    here = ("approver", HERE)
    world.add_person("left", here, is_active=False)
    world.add_person("no_address", here)
    User.objects.filter(username="no_address").update(email="")
    world.add_person("twice", here, ("author", HERE, ROADS))
    sent = mails(lambda: take(world, "submit"))
    assert addresses(sent) == ["approver", "author_approver", "twice"]
    # The author went to another department: the reason is not theirs to read, and who writes here now is told.
    Role.objects.filter(user=world.people["author"]).update(department=world.departments[TAXES])
    sent = mails(lambda: take(world, "send_back"))
    assert addresses(sent) == ["author_approver", "double_author", "organization_author", "twice"]


def test_nothing_is_told_of_a_step_that_was_rolled_back(world, django_capture_on_commit_callbacks, mailoutbox):
    with django_capture_on_commit_callbacks(execute=True):
        with transaction.atomic():
            take(world, "submit")
            transaction.set_rollback(True)
        with pytest.raises(Refused):
            workflow.publish(world.record("route"), world.person("approver"))
    assert mailoutbox == []
    assert world.record("route").stage == Stage.DRAFT


class BrokenServer(BaseEmailBackend):
    def send_messages(self, messages):
        raise ConnectionRefusedError("no mail today")


def test_a_mail_server_that_fails_undoes_no_step(world, settings, django_capture_on_commit_callbacks, caplog):
    settings.EMAIL_BACKEND = "tests.test_workflow.BrokenServer"
    with django_capture_on_commit_callbacks(execute=True):
        take(world, "submit")
    assert world.record("route").stage == Stage.SUBMITTED
    assert "Er kon geen mail worden verstuurd" in caplog.text


def test_a_name_of_many_lines_or_with_markup_makes_no_other_mail(world, mails):
    world.put("route", name="Weg & <b>water</b>\nBcc: iedereen@voorbeeldstad.example")
    for mail in mails(lambda: take(world, "submit")):
        assert "\n" not in mail.subject
        assert mail.subject.startswith("Ter beoordeling: Weg & <b>water</b>")
        assert len(mail.recipients()) == 1


# -- the pages of the steps --------------------------------------------------------------------------------------------


@pytest.fixture
def step(client, world) -> Callable:
    """Send what someone typed on the page of a step; `seen` as the page gives it."""

    def send(role: str, slug: str, name: str = "route", **typed: str) -> Any:
        client.force_login(world.person(role))
        page = f"{LIST}{world.records[name].pk}/{slug}/"
        if slug == "publiceren" and "seen" not in typed:
            seen = client.get(page).context["form"].initial["seen"]
            typed = {"seen": seen} | typed
        return client.post(page, typed)

    return send


PAGES = {  # step → who, the page, what is typed
    "submit": ("author", "aanbieden", {"note": NOTE}),
    "recall": ("author", "terugnemen", {"note": NOTE}),
    "send_back": ("approver", "terugsturen", {"reason": REASON}),
    "plan": ("approver", "publiceren", {"note": NOTE, "day": "+3", "hour": "09:30"}),
    "unplan": ("approver", "planning-schrappen", {"note": NOTE}),
    "publish": ("approver", "publiceren", {"note": NOTE}),
    "withdraw": ("approver", "intrekken", {"reason": REASON}),
}


def days_on(text: str) -> str:
    """Return "+3" as a date three days from now; anything else as it is."""
    return str(timezone.localdate() + timedelta(days=int(text))) if re.fullmatch(r"[+-]\d+", text) else text


@pytest.mark.parametrize("verb", PAGES)
def test_the_page_of_a_step_says_what_will_happen_and_does_it(client, world, step, mails, verb):
    role, slug, typed = PAGES[verb]
    before, stage = STAGES[verb]
    record = at(world, before)
    client.force_login(world.person(role))
    asked = client.get(f"{LIST}{record.pk}/{slug}/")
    assert 'method="post"' in asked.content.decode()
    done = []
    told = mails(lambda: done.append(step(role, slug, **{name: days_on(text) for name, text in typed.items()})))
    assert done[0].status_code == 302
    assert done[0].headers["Location"] == f"{LIST}{record.pk}/change/"
    assert world.record("route").stage == stage
    last = steps_of(record)[-1]
    assert last[:2] == (verb, role)
    assert (NOTE if "note" in typed else REASON) in last[2]
    assert addresses(told) == sorted(TOLD[verb][0])
    if verb == "plan":
        moment = timezone.localtime(world.record("route").planned_at)
        assert (str(moment.date()), moment.hour, moment.minute) == (days_on("+3"), 9, 30)
    shown = client.get(f"{LIST}{record.pk}/history/").content.decode()
    assert role in shown
    assert (NOTE if "note" in typed else REASON) in unescape(shown)


TOO_LONG = "x" * (LIMIT + 1)
LENGTH = [str(LIMIT + 1), str(LIMIT), "Maak de tekst korter"]
BELL = ["U+0007", "Haal dat teken weg"]
REFUSED = {  # where it stands, who, the page, what is typed, the box, what is told there
    "no reason to send back": ("submitted", "terugsturen", {"reason": ""}, "reason", ["Geef een reden", "auteur"]),
    "spaces for a reason": ("submitted", "terugsturen", {"reason": " \n\t "}, "reason", ["Geef een reden"]),
    "a reason too long": ("submitted", "terugsturen", {"reason": TOO_LONG}, "reason", ["Reden", *LENGTH]),
    "a bell in the reason": ("submitted", "terugsturen", {"reason": "Doel\x07 weg"}, "reason", ["Reden", *BELL]),
    "a NUL in the reason": ("submitted", "terugsturen", {"reason": "Doel\x00 weg"}, "reason", ["U+0000", "Haal"]),
    "no reason to withdraw": ("public", "intrekken", {"reason": ""}, "reason", ["Geef een reden", "publiek"]),
    "a public reason too long": ("public", "intrekken", {"reason": TOO_LONG}, "reason", ["Reden", *LENGTH]),
    "a bell in a public reason": ("public", "intrekken", {"reason": "Weg\x07"}, "reason", ["Reden", *BELL]),
    "a note too long": ("draft", "aanbieden", {"note": TOO_LONG}, "note", ["Toelichting", *LENGTH]),
    "a bell in the note": ("draft", "aanbieden", {"note": "Doel\x07"}, "note", BELL),
    "a public note too long": ("submitted", "publiceren", {"note": TOO_LONG}, "note", ["Toelichting", *LENGTH]),
    "a bell in a public note": ("submitted", "publiceren", {"note": "Doel\x07"}, "note", BELL),
    "a later version without note": ("offered", "publiceren", {"note": " "}, "note", ["Vertel in een zin"]),
    "a day that was": ("submitted", "publiceren", {"note": NOTE, "day": "-1"}, "day", ["al voorbij", "later"]),
    "a day too far": ("submitted", "publiceren", {"note": NOTE, "day": "+900"}, "day", ["twee jaar", "eerder"]),
    "the year one": ("submitted", "publiceren", {"note": NOTE, "day": "0001-01-01"}, "day", ["al voorbij"]),
    "the year 9999": ("submitted", "publiceren", {"note": NOTE, "day": "9999-12-31"}, "day", ["twee jaar"]),
    "no day": ("submitted", "publiceren", {"note": NOTE, "day": "2027-13-41"}, "day", ["geen datum", "jjjj-mm-dd"]),
    "no time": ("submitted", "publiceren", {"day": "+2", "hour": "25:99"}, "hour", ["geen tijd", "uu:mm"]),
    "a time without a day": ("submitted", "publiceren", {"hour": "09:00"}, "day", ["datum", "haal de tijd"]),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_is_told_at_its_box_with_limit_and_cure_and_changes_nothing(world, step, mails, case):
    stage, slug, typed, box, words = REFUSED[case]
    record = at(world, stage)
    before = unchanged(record)
    typed = {name: days_on(text) for name, text in typed.items()}
    given: list[Any] = []
    assert mails(lambda: given.append(step("author" if slug == "aanbieden" else "approver", slug, **typed))) == []
    answer = given[0]
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {box}
    page = unescape(answer.content.decode())
    assert re.search(r"<title>\s*Fout:", page)
    told = re.search(rf'<ul class="errorlist" id="id_{box}_error">(.*?)</ul>', page, re.S)
    assert told, "next to the box"
    for word in words:
        assert word in told[1]
    for name, text in typed.items():
        widget = answer.context["form"][name]
        assert widget.value() == text
        assert f'aria-describedby="id_{box}' in page
    assert unchanged(record) == before


MISSING = {"status": "Status", "description_short": "Korte omschrijving", "contact_email": "Contactgegevens"}


def test_what_is_missing_is_told_with_the_labels_of_the_form_and_a_way_to_each(client, world, step):
    world.put("route", **dict.fromkeys(MISSING, ""))
    record = world.record("route")
    before = unchanged(record)
    client.force_login(world.person("author"))
    page = f"{LIST}{record.pk}/"
    asked = client.get(f"{page}aanbieden/").content.decode()
    answer = step("author", "aanbieden", note=NOTE)
    told = " ".join(answer.context["form"].non_field_errors())
    for name, label in MISSING.items():
        assert f'<a href="{page}change/#id_{name}">{label}</a>' in asked
        assert label in told
    assert "<form method=" not in asked.split('id="content-main"')[1]
    assert unchanged(record) == before
    with pytest.raises(Refused) as refused:
        workflow.submit(record, world.person("author"))
    assert {problem.key for problem in refused.value.problems} == set(MISSING)


def test_a_step_whose_moment_has_passed_keeps_what_was_typed(world, step):
    """Two people, one record: the second is told, and can still copy the reason."""
    record = at(world, "submitted")
    workflow.recall(record, world.person("author"))
    before = unchanged(record)
    answer = step("approver", "terugsturen", reason=REASON)
    assert answer.status_code == 200
    assert "niet ter beoordeling" in " ".join(answer.context["form"].non_field_errors())
    assert REASON in unescape(answer.content.decode())
    assert unchanged(record) == before


def test_who_wrote_last_is_told_who_can_and_the_note_stays(world, step):
    at(world, "draft")
    world.change("route", by="author_approver", goal="<p>Van de beoordelaar zelf.</p>")
    workflow.submit(world.record("route"), world.person("author"))
    record = world.record("route")
    before = unchanged(record)
    for more in ({}, {"day": days_on("+3")}):
        answer = step("author_approver", "publiceren", note=NOTE, **more)
        assert "zelf als laatste" in " ".join(answer.context["form"].non_field_errors())
        assert "andere beoordelaar" in " ".join(answer.context["form"].non_field_errors())
        assert answer.context["form"]["note"].value() == NOTE
    assert unchanged(record) == before
    assert step("author_approver", "terugsturen", reason=REASON).status_code == 302


def test_a_small_town_may_switch_four_eyes_off_and_the_history_then_says_so(client, world, step, settings):
    settings.FOUR_EYES = False
    world.change("route", by="author_approver", goal="<p>Alleen geschreven.</p>")
    step("author_approver", "aanbieden", note="")
    pk = world.records["route"].pk
    asked = client.get(f"{LIST}{pk}/publiceren/").content.decode()
    assert "zonder tweede persoon" in asked
    assert step("author_approver", "publiceren", note="").status_code == 302
    assert Event.objects.get(algorithm=pk, verb="publish").alone
    assert "zonder tweede persoon" in client.get(f"{LIST}{pk}/history/").content.decode()
    world.change("route", by="author_approver", goal="<p>Nog eens.</p>")
    step("author_approver", "aanbieden", note="")
    step("author_approver", "publiceren", note=NOTE, day=days_on("+2"))
    due(world)
    workflow.publish_due()
    alone = Event.objects.filter(algorithm=pk, verb__in=("plan", "publish")).values_list("verb", "alone")
    assert list(alone.order_by("-pk"))[:2] == [("publish", True), ("plan", True)]


def test_with_two_people_the_history_says_nothing_of_one(client, world):
    record = at(world, "public")
    assert not Event.objects.filter(algorithm=record.pk, alone=True).exists()
    client.force_login(world.person("auditor"))
    assert "zonder tweede persoon" not in client.get(f"{LIST}{record.pk}/history/").content.decode()


@pytest.mark.parametrize("more", [{}, {"day": "+3"}], ids=["publish", "plan"])
def test_what_was_read_is_what_is_published(client, world, step, more):
    record = at(world, "submitted")
    client.force_login(world.person("approver"))
    seen = client.get(f"{LIST}{record.pk}/publiceren/").context["form"].initial["seen"]
    workflow.recall(record, world.person("author"))
    world.change("route", goal="<p>Snel nog iets anders.</p>")
    workflow.submit(record, world.person("author"))
    before = unchanged(record)
    typed = {"note": NOTE} | {name: days_on(text) for name, text in more.items()}
    answer = step("approver", "publiceren", seen=seen, **typed)
    assert "gewijzigd nadat u deze pagina opende" in " ".join(answer.context["form"].non_field_errors())
    assert answer.context["form"]["note"].value() == NOTE
    assert unchanged(record) == before
    # The page that comes back shows the text as it is now; saying yes to that one counts.
    assert step("approver", "publiceren", seen=answer.context["form"]["seen"].value(), **typed).status_code == 302


# -- what the public reads ---------------------------------------------------------------------------------------------


def test_the_public_note_may_be_empty_at_first_and_is_shown_with_each_later_version(client, world, step):
    record = at(world, "submitted")
    asked = client.get(f"{LIST}{record.pk}/publiceren/", follow=True)
    assert step("approver", "publiceren", note="").status_code == 302
    world.change("route", goal="<p>Ook de stegen.</p>")
    workflow.submit(record, world.person("author"))
    asked = client.get(f"{LIST}{record.pk}/publiceren/").content.decode()
    assert "Wat is er veranderd?" in asked
    assert "Iedereen leest deze toelichting" in asked
    assert step("approver", "publiceren", note=f"  {NOTE}\r\n").status_code == 302
    versions = unescape(client.get(f"/algoritmes/{record.lars}/versies/").content.decode())
    assert NOTE in versions
    assert NOTE in unescape(client.get("/wijzigingen/").content.decode())
    notes = {
        number: client.get(f"/api/v1/algoritmes/{record.lars}/versies/{number}").json()["note"] for number in (1, 2)
    }
    assert notes == {1: "", 2: NOTE}
    # The reasons of colleagues are not public.
    assert REASON not in versions


def test_a_withdrawn_record_leaves_its_reason_and_can_be_published_again_by_a_person(client, world, step):
    record = at(world, "public")
    address = client.get(f"/a/{record.lars}", follow=True).redirect_chain[-1][0]
    step("approver", "intrekken", reason=REASON)
    for path in (address, f"/a/{record.lars}"):
        gone = client.get(path, follow=True)
        assert gone.status_code == 410
        assert REASON in unescape(gone.content.decode())
    assert client.get(f"/api/v1/algoritmes/{record.lars}").status_code == 410
    assert step("author", "aanbieden", note="").status_code == 302
    assert step("approver", "publiceren", note="").status_code == 200  # readers are told why it is back
    assert step("approver", "publiceren", note="Weer in gebruik").status_code == 302
    assert client.get(address).status_code == 200
    assert client.get(f"/api/v1/algoritmes/{record.lars}").json()["version"] == 2


def test_what_is_not_public_or_not_changed_cannot_go_on(world):
    record, author, approver = at(world, "public"), world.person("author"), world.person("approver")
    before = unchanged(record)
    with pytest.raises(Refused, match="niets gewijzigd"):
        workflow.submit(record, author)
    with pytest.raises(Refused, match="niet ter beoordeling"):
        workflow.publish(record, approver)
    assert unchanged(record) == before


def test_an_import_that_changes_what_is_reviewed_makes_it_a_concept_again(world):
    record = at(world, "planned")
    drafts.reopen(record, by=None, note="Uit een import.")
    assert world.record("route").stage == Stage.DRAFT
    assert steps_of(record)[-1] == ("recall", "", "Uit een import.", None)
    assert workflow.publish_due(timezone.now() + timedelta(days=9)) == []


# -- planned -----------------------------------------------------------------------------------------------------------


def test_a_plan_comes_out_at_its_moment_and_once(client, world):
    record = at(world, "planned")
    assert workflow.publish_due() == []
    assert client.get(f"/a/{record.lars}").status_code == 404
    said = StringIO()
    due(world)
    call_command("publish_scheduled", stdout=said)
    assert said.getvalue() == f"{record.lars} Naam van route: versie 1 gepubliceerd\n"
    assert client.get(f"/a/{record.lars}", follow=True).status_code == 200
    assert client.get(f"/api/v1/algoritmes/{record.lars}").json()["note"] == NOTE
    assert steps_of(record)[-1] == ("publish", "approver", NOTE, 1)
    said = StringIO()
    call_command("publish_scheduled", stdout=said)
    assert said.getvalue() == ""
    assert Publication.objects.count() == 1


def test_a_plan_that_cannot_come_out_goes_back_with_the_reason_and_stops_no_other(world):
    world.add_record("other")
    for name in ("route", "other"):
        at(world, "planned", name)
        due(world, name)
    world.put("route", status="", planned_at=timezone.now() - timedelta(hours=1))
    said = StringIO()
    with pytest.raises(CommandError, match="1 ingeplande"):
        call_command("publish_scheduled", stdout=said)
    assert "teruggestuurd" in said.getvalue()
    record = world.record("route")
    assert (record.stage, record.planned_at, record.planned_by, record.planned_note) == (Stage.DRAFT, None, None, "")
    verb, who, why, _version = steps_of(record)[-1]
    assert (verb, who) == ("send_back", "")
    assert "De geplande publicatie lukte niet" in why
    assert "Status" in why
    assert [row.lars for row in Listing.objects.all()] == [world.records["other"].lars]
    assert [row.pk for row in desk.sent_back(world.person("author"))] == [record.pk]
    assert workflow.publish_due() == []


def test_a_plan_of_somebody_who_left_still_comes_out(world):
    record = at(world, "planned")
    world.person("approver").delete()
    due(world)
    assert [why for _record, why in workflow.publish_due()] == [""]
    assert steps_of(record)[-1] == ("publish", "", NOTE, 1)


def test_a_plan_struck_out_or_sent_back_or_withdrawn_never_comes_out(client, world):
    approver = world.person("approver")
    record = at(world, "planned again")
    workflow.withdraw(record, approver, reason=REASON)
    after = world.record("route")
    assert (after.stage, after.planned_at) == (Stage.DRAFT, None)
    assert [step[0] for step in steps_of(record)[-2:]] == ["unplan", "withdraw"]
    assert workflow.publish_due(timezone.now() + timedelta(days=9)) == []
    assert client.get(f"/api/v1/algoritmes/{record.lars}").status_code == 410
    for name, strike in (
        ("unplanned", lambda row: workflow.unplan(row, approver)),
        ("returned", lambda row: workflow.send_back(row, approver, reason=REASON)),
    ):
        world.add_record(name)
        strike(at(world, "planned", name))
        assert workflow.publish_due(timezone.now() + timedelta(days=9)) == []


def test_a_planned_day_without_time_is_nine_in_the_morning_here(world, step):
    at(world, "submitted")
    assert step("approver", "publiceren", note="", day=days_on("+200")).status_code == 302
    planned = timezone.localtime(world.record("route").planned_at)
    assert (planned.hour, planned.minute, str(planned.tzinfo)) == (9, 0, "Europe/Amsterdam")


# -- waiting for me ----------------------------------------------------------------------------------------------------


@pytest.fixture
def work(world) -> World:
    """Records in every state in which something waits for somebody; each an hour after the one before."""
    names = ["offered_late", "offered_first", "offered_own", "returned", "returned_late", "begun", "again", "broken"]
    for name in names:
        by = "author_approver" if name == "offered_own" else "author"
        world.add_record(name, by=by)
    world.add_record("of_taxes", TAXES, by="other_author")
    approver, author = world.person("approver"), world.person("author")
    for name in ("offered_first", "offered_late", "offered_own", "returned", "returned_late", "again", "broken"):
        workflow.submit(world.record(name), author)
    for name in ("returned", "returned_late"):
        workflow.send_back(world.record(name), approver, reason=REASON)
    for name in ("again", "broken"):
        workflow.publish(world.record(name), approver)
    world.put("again", review_date=timezone.localdate())
    LinkCheck.objects.create(
        lars=world.record("broken").lars, url="https://weg.example/", outcome="dead", dead_since=timezone.now()
    )
    hour = timezone.now() - timedelta(days=1)
    for number, name in enumerate(["offered_first", "offered_late", "offered_own", "returned", "returned_late"]):
        moment = hour + timedelta(hours=number)
        world.put(name, submitted_at=moment, updated_at=moment)
    world.put("route", updated_at=hour - timedelta(days=9))
    return world


REVIEW, BACK, WRITE, AGAIN, LINKS = (
    "Te beoordelen", "Teruggestuurd", "Verder schrijven", "Opnieuw bekijken", "Dode links"
)  # fmt: skip
DESKS = {
    "author": [
        (BACK, ["returned", "returned_late"]), (WRITE, ["begun", "route"]), (AGAIN, ["again"]), (LINKS, ["broken"]),
    ],
    "other_author": [(WRITE, ["of_taxes"])],
    "organization_author": [(BACK, ["returned", "returned_late"]), (AGAIN, ["again"]), (LINKS, ["broken"])],
    "approver": [(REVIEW, ["offered_first", "offered_late", "offered_own"])],
    "author_approver": [  # not what four eyes forbids
        (REVIEW, ["offered_first", "offered_late"]), (BACK, ["returned", "returned_late"]), (AGAIN, ["again"]),
        (LINKS, ["broken"]),
    ],
    "other_approver": [],
    "manager": [],
    "auditor": [],
    "superuser": [
        (REVIEW, ["offered_first", "offered_late", "offered_own"]), (BACK, ["returned", "returned_late"]),
        (AGAIN, ["again"]), (LINKS, ["broken"]),
    ],
}  # fmt: skip


@pytest.mark.parametrize("role", DESKS)
def test_what_waits_for_whom_most_urgent_first(client, work, role):
    user = work.person(role)
    names = {record.pk: name for name, record in work.records.items()}
    found = [(group.title, [names[row.pk] for row in group.algorithms]) for group in desk.waiting_for(user)]
    assert found == DESKS[role]
    client.force_login(user)
    page = unescape(client.get("/beheer/").content.decode())
    waiting = page.split('class="waiting')[1].split("</section>")[0]
    assert re.findall(r"<h3>(.*?) \((\d+)\)</h3>", waiting) == [(title, str(len(rows))) for title, rows in found]
    assert re.findall(r"algorithm/(\d+)/change/", waiting) == [
        str(work.records[name].pk) for _title, rows in found for name in rows
    ]
    assert ("Er wacht nu niets op u" in waiting) == (not found)


@pytest.mark.parametrize("role", ["author", "author_approver", "approver"])
def test_the_link_below_a_kind_shows_the_same_records_in_the_list(client, work, role):
    client.force_login(work.person(role))
    for group in desk.waiting_for(work.person(role)):
        listed = client.get(f"{LIST}?{group.query}").context["cl"]
        assert listed.result_count == group.count, group.title
        assert {row.pk for row in listed.result_list} == {row.pk for row in group.algorithms}, group.title


def test_more_than_fit_are_counted_and_linked(client, work, monkeypatch):
    monkeypatch.setattr(desk, "MOST", 1)
    client.force_login(work.person("approver"))
    page = client.get("/beheer/").content.decode()
    assert "Te beoordelen (3)" in page
    assert "Alle 3 bekijken" in page
    assert "?wacht=beoordeling" in page


def test_work_leaves_the_desk_when_it_is_done(work):
    author, approver = work.person("author"), work.person("approver")
    assert not policy.may(author, policy.Verb.EDIT, work.record("offered_first"))
    workflow.send_back(work.record("offered_first"), approver, reason=REASON)
    assert work.record("offered_first") in desk.sent_back(author)
    assert work.record("offered_first") not in desk.to_review(approver)
    workflow.submit(work.record("offered_first"), author)
    assert work.record("offered_first") not in desk.sent_back(author)
    assert work.record("offered_first") in desk.to_review(approver)


# -- two at the same instant -------------------------------------------------------------------------------------------

ROUNDS = 5
FURNISH = f"""
from datetime import timedelta
from django.utils import timezone
from algorithms import workflow
from tests.people import people
world = people()
approver = world.person("approver")
for number in range({ROUNDS}):
    for name in ("beslis" + str(number), "plan" + str(number)):
        world.add_record(name)
        workflow.submit(world.record(name), world.person("author"))
    workflow.plan(world.record(name), approver, moment=timezone.now() + timedelta(days=1))
    world.put(name, planned_at=timezone.now())
"""
# Both wait for each other before each round: the file of the one is the sign for the other.
TOGETHER = """
import time
from pathlib import Path
from django.conf import settings
from django.contrib.auth.models import User
from algorithms import workflow
from algorithms.models import Algorithm
from algorithms.publishing import Refused
settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
def meet(number):
    Path(f"FOLDER/WHO-{number}").touch()
    until = time.monotonic() + 60
    while not all(Path(f"FOLDER/{who}-{number}").exists() for who in ("een", "twee")):
        assert time.monotonic() < until
me = User.objects.get(username="approver" if "WHO" == "een" else "author_approver")
for number, record in enumerate(Algorithm.objects.filter(name__contains="beslis").order_by("pk")):
    meet(number)
    try:
        if "WHO" == "een":
            workflow.publish(record, me, note="eerste")
        else:
            workflow.send_back(record, me, reason="beter")
        print("gedaan")
    except Refused as refused:
        print(refused)
meet("plan")
print(len([why for _record, why in workflow.publish_due() if not why]))
"""
AFTER = """
import json
from django.core.management import call_command
from algorithms.models import Algorithm, Event, Publication
def told(part):
    rows = Algorithm.objects.filter(name__contains=part).order_by("pk")
    return {
        "stages": [row.stage for row in rows],
        "public": [Publication.objects.filter(lars=row.lars).count() for row in rows],
        "last": [row.events.first().verb for row in rows],
        "decided": Event.objects.filter(algorithm__in=rows, verb__in=["publish", "send_back"]).count(),
    }
print(json.dumps([told("beslis"), told("plan")]))
call_command("verify_register")
"""


@pytest.mark.process
def test_of_two_at_the_same_instant_one_wins_the_other_is_told_and_a_plan_comes_out_once(site, tmp_path):
    """One approver publishes while another sends back; then both run `publish_scheduled`."""
    site.run(FURNISH)
    code, answers = TOGETHER.replace("FOLDER", str(tmp_path)), []
    running = [site.start(code.replace("WHO", who)) for who in ("een", "twee")]
    for process in running:
        output, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        answers.append(output.splitlines())
    printed = site.run(AFTER).splitlines()
    decided, planned = json.loads(printed[0])
    for number, both in enumerate(list(zip(*answers, strict=True))[:ROUNDS]):
        assert both.count("gedaan") == 1, both
        assert "niet ter beoordeling" in next(answer for answer in both if answer != "gedaan")
        won = "publish" if both[0] == "gedaan" else "send_back"
        assert (decided["last"][number], decided["public"][number]) == (won, won == "publish")
    assert sum(int(answer[-1]) for answer in answers) == ROUNDS
    assert planned["public"] == [1] * ROUNDS
    assert planned["stages"] == decided["stages"] == ["draft"] * ROUNDS
    assert planned["decided"] == decided["decided"] == ROUNDS
    assert printed[1].startswith(f"sequence={ROUNDS + sum(decided['public'])} ")
