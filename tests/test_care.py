"""What is public is cared for: plans are kept, people reminded once, dead links told once, and old work thrown away."""

from __future__ import annotations

import json
import re
import socket
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.mail.backends import locmem
from django.core.management import CommandError, call_command
from django.utils import timezone, translation

from algorithms import care, links, publishing
from algorithms.links import Finding, Verdict
from algorithms.models import Algorithm, Event, Head, LinkCheck, Listing, PreviewLink, Publication, Stage
from tests.people import DIKES, ELSEWHERE, people

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
ALIVE, DEAD, SKIPPED = LinkCheck.Outcome.ALIVE, LinkCheck.Outcome.DEAD, LinkCheck.Outcome.SKIPPED


def run(command, *args, **options):
    """Return what a command says; raises CommandError."""
    output = StringIO()
    call_command(command, *args, stdout=output, stderr=output, **options)
    return output.getvalue()


def days(number):
    return NOW + timedelta(days=number)


@pytest.fixture
def world(db):
    """The people, and no records yet."""
    return people()


@pytest.fixture
def public(world):
    """Make a record that became public so many days ago; its columns are set afterwards."""

    def make(name, days_ago=0, place=None, texts=None, **columns):
        world.add_record(name, **(place or {}), **(texts or {}))
        with time_machine.travel(days(-days_ago), tick=False):
            publishing.publish(world.record(name))
        world.put(name, **({"owner": world.people["author"]} | columns))
        return world.record(name)

    return make


@pytest.fixture
def broken_mail(monkeypatch):
    """Let the mail server refuse these people."""
    refused = set()
    original = locmem.EmailBackend.send_messages

    def send(self, messages):
        if refused & set(messages[0].to):
            raise ConnectionRefusedError("de mailserver antwoordt niet")
        return original(self, messages)

    monkeypatch.setattr(locmem.EmailBackend, "send_messages", send)
    return refused


def address(name):
    return f"{name}@voorbeeldstad.example"


# -- planned publications ----------------------------------------------------------------------------------------------


def test_what_is_due_is_published_and_told(world):
    for name, days in (("one", -1), ("later", 1), ("incomplete", -2)):
        world.add_record(name)
        world.put(name, stage=Stage.PLANNED, planned_at=timezone.now() + timedelta(days=days))
    world.put("incomplete", description_short="")
    with pytest.raises(CommandError, match=r"^1 ingeplande"):
        run("publish_scheduled")
    assert list(Listing.objects.values_list("name", flat=True)) == ["Naam van one"]
    stages = {name: world.record(name).stage for name in world.records}
    assert stages == {"one": "draft", "later": "planned", "incomplete": "draft"}
    assert run("publish_scheduled") == ""

    world.put("later", planned_at=timezone.now())
    lars = world.record("later").lars
    assert run("publish_scheduled") == f"{lars} Naam van later: versie 1 gepubliceerd\n"


def test_why_something_was_sent_back_is_printed(world):
    row = world.add_record("same")
    publishing.publish(row)
    world.put("same", stage=Stage.PLANNED, planned_at=timezone.now())
    output = StringIO()
    with pytest.raises(CommandError):
        call_command("publish_scheduled", stdout=output)
    assert output.getvalue().startswith(f"{row.lars} Naam van same: teruggestuurd. De geplande publicatie lukte niet: ")


PLANNED = """
import json
from datetime import timedelta
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone
from algorithms import document, drafts, publishing
from algorithms.models import Algorithm, Organization
organization = Organization.objects.create(name="Gemeente Voorbeeldstad")
User.objects.create_user("eigenaar", "eigenaar@voorbeeldstad.example")
given = json.loads(GIVEN)
for number in range(6):
    row = Algorithm(organization=organization)
    document.apply(row, document.clean(given | {"name": f"Proef {number}"}))
    drafts.saved(row, None, by=None)
"""
DUE = "Algorithm.objects.update(stage='planned', planned_at=timezone.now())\n"
OVERDUE = """
from datetime import date
from django.contrib.auth.models import User
from django.core.management import call_command
Algorithm.objects.update(review_date=date(2020, 1, 1), owner=User.objects.get())
call_command("verify_register")
"""
# The process is killed when the log has its entry and the listing does not.
KILLED = """
import os, signal
from django.core.management import call_command
from algorithms import publishing
publishing._refresh_listings = lambda rows: os.kill(os.getpid(), signal.SIGKILL)
call_command("publish_scheduled")
"""
COUNT = """
from algorithms.models import Algorithm, Event, Listing, Publication
print(Publication.objects.count(), Listing.objects.count(), Algorithm.objects.filter(stage="planned").count(),
      Event.objects.filter(verb="publish").count(), Event.objects.filter(verb="remind").count())
"""


def given(complete):
    return f"GIVEN = {json.dumps(complete | {'organization': None, 'department': None})!r}\n" + PLANNED


def at_once(site, command, count=2):
    """Run a command in processes at once; return what they print, together."""
    code = f"from django.core.management import call_command\ncall_command({command!r})"
    running = [site.start(code) for _number in range(count)]
    told = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0] * count, told
    return "".join(output for output, _errors in told)


@pytest.mark.process
def test_runs_at_once_publish_and_remind_once_and_a_kill_leaves_before_or_after(site, complete):
    site.run(given(complete) + DUE)
    killed = site.start(KILLED)
    killed.communicate(timeout=120)
    assert killed.returncode == -9
    assert site.run(COUNT) == "0 0 6 0 0"
    printed = at_once(site, "publish_scheduled")
    assert len(re.findall("versie 1 gepubliceerd", printed)) == 6
    assert site.run(COUNT + OVERDUE).startswith("6 6 0 6 0\nsequence=6 ")
    printed = at_once(site, "remind_reviews")  # without a mail server mails are printed
    assert printed.count("\nTo: eigenaar@voorbeeldstad.example") == 1
    told = sorted(re.findall(r"\d bericht\(en\) verstuurd over \d", printed))
    assert told == ["0 bericht(en) verstuurd over 0", "1 bericht(en) verstuurd over 6"]
    assert site.run(COUNT) == "6 6 0 6 6"


# -- review ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("published", "review", "reminded", "expected"),
    [
        (10, -1, None, True),
        (10, 0, None, True),  # today
        (10, 1, None, False),
        (364, None, None, False),  # a year after publication, without a day of its own
        (365, None, None, True),
        (400, 1, None, False),  # its own day goes before
        (400, None, -5, False),  # told five days ago
        (400, None, -36, True),  # told before the day came: of another day
        (500, None, -29, False),
        (500, None, -30, True),  # again
        (500, -10, -11, True),  # moved, and due anew
        (500, -10, -10, False),
        (500, -10, -9, False),
    ],
)
def test_who_is_reminded_when(public, mailoutbox, published, review, reminded, expected):
    row = public(
        "one",
        published,
        review_date=days(review).date() if review is not None else None,
        reminded_at=days(reminded) if reminded is not None else None,
    )
    told = care.remind(NOW)
    assert told.records == ({row.lars} if expected else set())
    assert len(mailoutbox) == expected
    assert row.events.filter(verb=Event.Verb.REMIND).count() == expected
    row.refresh_from_db()
    assert (row.reminded_at == NOW) is expected
    assert not care.remind(NOW).records
    assert not care.remind(NOW + timedelta(hours=9)).records


def test_an_overdue_record_is_told_again_after_the_days_of_the_setting(public, mailoutbox, settings):
    public("one", 400)
    settings.REMIND_AGAIN_DAYS = 7
    told = [bool(care.remind(days(day)).records) for day in range(16)]
    assert [day for day, was_told in enumerate(told) if was_told] == [0, 7, 14]


def test_what_is_not_public_is_nobodys_to_review(world, public, mailoutbox):
    world.add_record("draft")
    world.put("draft", review_date=days(-5).date())
    row = public("gone", 400)
    publishing.withdraw(row.lars, reason="Gestopt.")
    assert care.remind(NOW).records == set()
    assert not care.care_of(world.record("draft")).is_overdue
    assert not care.care_of(row).is_overdue


def test_each_person_gets_one_mail_about_all_their_records(world, public, mailoutbox, settings):
    settings.SITE_URL = "https://register.example"
    owner = world.people["author"]
    for number in range(3):
        public(f"r{number}", 400, owner=owner, review_date=days(-number).date())
    public("other", 400, owner=world.people["approver"])
    told = care.remind(NOW)
    assert (told.people, len(told.records)) == (2, 4)
    first, second = sorted(mailoutbox, key=lambda mail: mail.to)
    assert (first.to, second.to) == ([address("approver")], [address("author")])
    assert first.subject == "Tijd om na te kijken: Naam van other"
    assert second.subject == "Tijd om na te kijken: 3 algoritmes"
    assert re.findall(r"Naam van r\d", second.body) == ["Naam van r2", "Naam van r1", "Naam van r0"]
    assert "Opnieuw te bekijken vanaf 13 juni 2026\nhttps://register.example/beheer/algorithms/alg" in second.body
    assert "{" not in second.body


@pytest.mark.parametrize(
    ("place", "columns", "expected"),
    [
        ({}, {"owner": "manager"}, ["manager"]),
        ({}, {"owner": "inactive"}, ["author", "author_approver", "double_author", "organization_author"]),
        ({}, {"owner": None}, ["author", "author_approver", "double_author", "organization_author"]),
        ({"department": DIKES, "organization": ELSEWHERE}, {"owner": None}, ["double_author"]),
        ({"department": "", "organization": ELSEWHERE}, {"owner": None}, ["manager"]),
    ],
    ids=["owner", "owner left", "authors of the department", "authors elsewhere", "managers"],
)
def test_without_an_owner_the_authors_are_told_and_without_authors_the_managers(
    world, public, mailoutbox, place, columns, expected
):
    row = public("one", 400, place, **{key: world.people.get(value) for key, value in columns.items()})
    told = care.remind(NOW)
    assert sorted(mail.to[0] for mail in mailoutbox) == [address(name) for name in expected]
    assert told.people == len(expected)
    assert row.events.filter(verb=Event.Verb.REMIND).count() == 1


def test_a_record_nobody_can_be_told_of_is_named(world, public):
    public("one", 400, {"department": "", "organization": ELSEWHERE}, owner=None)
    world.people["manager"].delete()
    assert "Naam van one: niemand met een mailadres zorgt hiervoor." in run("remind_reviews")
    assert world.record("one").reminded_at is None


def test_what_the_mail_server_refused_is_told_by_the_next_run(world, public, mailoutbox, broken_mail):
    for name, owner in (("one", "author"), ("two", "approver")):
        public(name, 400, owner=world.people[owner])
    broken_mail.add(address("author"))
    with pytest.raises(CommandError, match=r"1 bericht\(en\) konden niet"):
        run("remind_reviews")
    assert world.record("one").reminded_at is None
    assert Event.objects.filter(verb=Event.Verb.REMIND).count() == 1
    broken_mail.clear()
    assert "1 bericht(en) verstuurd over 1 algoritme(s)." in run("remind_reviews")
    assert run("remind_reviews").startswith("0 bericht(en)")
    assert sorted(mail.to[0] for mail in mailoutbox) == [address("approver"), address("author")]


def test_care_of_tells_the_day_and_the_dead_links(public):
    row = public("one", 400)
    LinkCheck.objects.create(lars=row.lars, url="https://a.example", outcome=DEAD, dead_since=NOW)
    LinkCheck.objects.create(lars=row.lars, url="https://b.example", outcome=ALIVE)
    found = care.care_of(row)
    assert (found.review_day, found.is_overdue) == (days(-400).date() + timedelta(days=365), True)
    assert [check.url for check in found.dead_links] == ["https://a.example"]


# -- links -------------------------------------------------------------------------------------------------------------

LINKED = {
    "website": "https://site.example/pagina",
    "url": "http://aanvraag.example",
    "process_index_url": "https://site.example/pagina",
    "publiccode": "https://code.example/?a=b&c=d",
    "contact_email": "https://contact.example/",
    "goal": '<p><a href="https://doel.example/?a=1&amp;b=2">a</a> http://geen.nl <a href="mailto:a@b.nl">m</a></p>',
    "contact_points": [
        {"kind": "url", "value": "https://vraag.example"},
        {"kind": "other", "value": "https://geen-vraag.example"},
    ],
    "lawful_basis_grouping": [{"title": "Wet", "link": "https://wet.example"}],
    "impacttoetsen_grouping": [{"title": "DPIA", "link": "https://dpia.example"}],
    "source_data_grouping": [{"title": "BRP", "link": "https://brp.example"}],
    "references": [{"kind": "page", "title": "Meer", "link": "HTTPS://Meer.example"}],
    "data_sources": [{"name": "Wegen", "url": "https://wegen.example"}],
    "parties": [{"role": "supplier", "name": "R", "url": "https://partij.example"}],
    "translations": {"eng": {"name": "Name", "goal": '<p><a href="https://goal.example">goal</a></p>'}},
}


def test_every_link_of_the_public_page_is_found(public):
    row = public("one", texts=LINKED)
    found = care.addresses(json.loads(Listing.objects.get(lars=row.lars).publication.document))
    assert found == {
        "https://site.example/pagina": ["process_index_url", "website"],
        "http://aanvraag.example": ["url"],
        "https://code.example/?a=b&c=d": ["publiccode"],
        "https://contact.example/": ["contact_email"],
        "https://doel.example/?a=1&b=2": ["goal"],
        "https://vraag.example": ["contact_points.value"],
        "https://wet.example": ["lawful_basis_grouping.link"],
        "https://dpia.example": ["impacttoetsen_grouping.link"],
        "https://brp.example": ["source_data_grouping.link"],
        "HTTPS://Meer.example": ["references.link"],
        "https://wegen.example": ["data_sources.url"],
        "https://partij.example": ["parties.url"],
        "https://goal.example": ["goal.eng"],
    }


class Web:
    """A visitor of websites that say what they are told to; it makes no request."""

    def __init__(self, *args, **options):
        self.says, self.asked, self.has_answer = {}, [], True

    def visit_all(self, targets, seconds):
        for target in targets:
            self.asked.append(target.url)
            yield target, self.says.get(target.url, Verdict(Finding.ALIVE))


PAGE = "https://pagina.example/"
VERDICTS = {
    "alive": Verdict(Finding.ALIVE),
    "gone": Verdict(Finding.GONE, f"{links.GONE} (404)"),
    "fails": Verdict(Finding.FAILED, links.SLOW),
    "skipped": Verdict(Finding.SKIPPED, links.ROBOTS_BROKEN),
}


@pytest.mark.parametrize(
    ("visits", "outcome", "told_at"),
    [
        ("0 alive", ALIVE, []),
        ("0 skipped", SKIPPED, []),
        ("0 gone", DEAD, [0]),  # the website says so itself: at once
        ("0 gone, 24 gone, 48 gone", DEAD, [0]),  # once per death
        ("0 gone, 24 alive", ALIVE, [0]),
        ("0 gone, 24 alive, 48 gone", DEAD, [0, 48]),  # it died again
        ("0 fails", SKIPPED, []),
        ("0 fails, 1 fails, 19 fails", SKIPPED, []),
        ("0 fails, 20 fails", DEAD, [20]),
        ("0 fails, 24 fails, 48 fails, 72 fails", DEAD, [24]),
        ("0 fails, 12 alive, 24 fails", SKIPPED, []),
        ("0 fails, 12 skipped, 24 fails", SKIPPED, []),  # not two failures after each other
        ("0 fails, 12 gone, 24 fails", DEAD, [12]),
        ("0 gone, 24 skipped", SKIPPED, [0]),
        ("0 gone, 24 skipped, 48 gone, 72 fails", DEAD, [0]),  # nobody saw it alive
        ("0 fails, 168 fails", DEAD, [168]),
    ],
)
def test_a_dead_link_is_told_once_and_only_when_it_is_sure(public, mailoutbox, visits, outcome, told_at):
    row = public("one", texts={"website": PAGE})
    mailed = []
    for visit in visits.split(", "):
        hours, verdict = visit.split()
        moment = NOW + timedelta(hours=int(hours))
        web = Web()
        web.says[PAGE] = VERDICTS[verdict]
        care.check_links(web, now=moment)
        care.tell_of_dead_links(moment)
        care.tell_of_dead_links(moment)
        if mailoutbox:
            mailed.append(int(hours))
            mailoutbox.clear()
    found = LinkCheck.objects.get(lars=row.lars)
    assert (found.outcome, mailed) == (outcome, told_at)
    assert (found.url, found.fields, found.why) == (PAGE, "website", VERDICTS[verdict].why)
    assert [check.url for check in care.care_of(row).dead_links] == ([PAGE] if outcome == DEAD else [])


def test_an_address_of_many_records_is_visited_once_and_each_owner_told_once(world, public, mailoutbox):
    for number, owner in enumerate(["author", "author", "approver"]):
        public(f"r{number}", texts={"website": f"{PAGE}#deel{number}", "url": PAGE}, owner=world.people[owner])
    web = Web()
    web.says[PAGE] = VERDICTS["gone"]
    checked = care.check_links(web, now=NOW)
    assert web.asked == [PAGE]
    assert checked.seen[Finding.GONE] == 1
    assert LinkCheck.objects.filter(outcome=DEAD).count() == 6
    told = care.tell_of_dead_links(NOW)
    assert (told.people, len(told.records)) == (2, 3)
    bodies = {mail.to[0]: mail.body for mail in mailoutbox}
    assert bodies[address("author")].count(f"- {PAGE}") == 4
    assert bodies[address("approver")].count(f"- {PAGE}") == 2
    assert "  de pagina bestaat niet meer (404), sinds 15 juni 2026" in bodies[address("approver")]
    assert sorted(mail.subject for mail in mailoutbox) == ["Dode link: Naam van r2", "Dode links in 2 algoritmes"]


def test_what_is_no_longer_public_is_forgotten(world, public):
    for name in ("one", "two"):
        public(name, texts={"website": f"https://{name}.example", "url": PAGE})
    care.check_links(Web(), now=NOW)
    assert LinkCheck.objects.count() == 4
    publishing.withdraw(world.record("one").lars, reason="Gestopt.")
    world.change("two", url="")
    assert care.check_links(Web(), now=NOW).removed == 2  # of the one withdrawn; a draft is not public
    publishing.publish(world.record("two"))
    assert care.check_links(Web(), now=NOW).removed == 1
    assert list(LinkCheck.objects.values_list("url", flat=True)) == ["https://two.example"]


def test_one_record_or_so_many_addresses_longest_ago_first(public):
    rows = [public(f"r{number}", texts={"website": f"https://{number}.example/"}) for number in range(4)]
    web = Web()
    assert care.check_links(web, lars=rows[2].lars, now=NOW).waiting == 0
    assert care.check_links(web, most=2, now=days(1)).waiting == 2
    assert care.check_links(web, most=1, now=days(2)).waiting == 3
    assert care.check_links(web, most=1, now=days(3)).waiting == 3
    asked = [re.sub(r"\D", "", url) for url in web.asked]
    assert asked[0] == "2"
    assert sorted(asked[1:4]) == ["0", "1", "3"]
    assert asked[4] == "2"


def test_a_network_of_our_own_that_fails_marks_no_link(public):
    for number in range(3):
        public(f"r{number}", texts={"website": f"https://{number}.example/"})
    web = Web()
    web.says = {f"https://{number}.example/": VERDICTS["fails"] for number in range(3)}
    web.has_answer = False
    checked = care.check_links(web, now=NOW)
    assert checked.is_cut_off
    assert LinkCheck.objects.count() == 0
    web.has_answer = True
    assert not care.check_links(web, now=NOW).is_cut_off
    assert LinkCheck.objects.exclude(dead_since=None).count() == 3


HOSTILE = [
    "http://127.0.0.1/", "http://2130706433/", "http://[::1]/", "http://169.254.169.254/latest", "http://0x7f.1/",
    "https://u:p@10.0.0.1/", "http://10.0.0.1:22/", "http://[", "http://[::1", "http://%zz/", "http://a:b:c/",
    "http://10.0.0.1:99999/", "https://", "http://?", "http://é\u202e.1/", "http://" + "x" * 300, "http://.../",
    "http://10.0.0.1/" + "a" * 10_000, "http://10.0.0.1/" + "€" * 1_500, "http://10.0.0.1/%00%0d%0a", "http:/",
    "http://xn--/", "http://xn--a-€.1/", "http://10.0.0.1/\u2028x",
]  # fmt: skip


def test_nothing_a_record_holds_makes_the_command_fail(public, monkeypatch, mailoutbox, settings):
    """As in production, on addresses that no door would let in: what was published cannot be changed any more."""

    def numbers_only(host, *args, **options):
        if not re.fullmatch(r"[0-9a-fx.:]+", host):
            raise socket.gaierror(socket.EAI_NONAME, "no outside network here")
        return original(host, *args, **options)

    def refuse(*args):
        raise AssertionError(f"connected to {args}")

    original = socket.getaddrinfo
    monkeypatch.setattr(links.socket, "getaddrinfo", numbers_only)
    monkeypatch.setattr(links.Visitor, "_open_one", staticmethod(refuse))
    settings.LINK_CHECK_PAUSE = 0
    row = public("one")
    found = {url: ["goal", *(f"key{number}" for number in range(100))] for url in HOSTILE}
    monkeypatch.setattr(care, "addresses", lambda document: found)
    for _run in range(2):
        assert "0 werken" in run("check_links")
        assert LinkCheck.objects.filter(lars=row.lars).count() == len(HOSTILE)
    assert not LinkCheck.objects.filter(outcome=DEAD).exists()
    assert not LinkCheck.objects.filter(why="").exists()
    assert not mailoutbox


def test_the_command_says_what_it_did_and_mails_the_owner(
    world, public, monkeypatch, mailoutbox, broken_mail, settings
):
    made = []

    def visitor(agent, **options):
        made.append((agent, options))
        return web

    web = Web()
    web.says[PAGE] = VERDICTS["gone"]
    monkeypatch.setattr("algorithms.management.commands.check_links.Visitor", visitor)
    settings.SITE_NAME, settings.SITE_URL = "Régister (proef)\r\n", "https://register.example"
    row = public("one", texts={"website": PAGE, "url": "https://goed.example"}, owner=world.people["author"])
    broken_mail.add(address("author"))
    with pytest.raises(CommandError, match="konden niet"):
        run("check_links")
    assert LinkCheck.objects.get(url=PAGE).told_at is None
    broken_mail.clear()
    told = run("check_links", "--record", row.lars, "--limit", "5")
    assert "2 adres(sen) bekeken: 1 werken, 1 bestaan niet meer" in told
    assert "1 bericht(en) verstuurd over 1 algoritme(s)" in told
    assert "0 bericht(en)" in run("check_links")
    assert len(mailoutbox) == 1
    agent = "AlgoritmeregisterLinkcheck/1.0 (Rgister proef; +https://register.example)"
    assert made[0] == (agent, {"pause": settings.LINK_CHECK_PAUSE})


@pytest.mark.parametrize("arguments", [["--record", "12345678"], ["--limit", "0"], ["--limit", "-1"], ["--limit", "a"]])
def test_a_wrong_argument_is_told(db, arguments):
    with pytest.raises(CommandError):
        run("check_links", *arguments)


def test_an_empty_register_needs_nothing(db):
    for command in ("publish_scheduled", "remind_reviews", "check_links", "tidy"):
        run(command)


# -- what is kept ------------------------------------------------------------------------------------------------------


def kept(model):
    return model.objects.count()


@pytest.fixture
def old_things(world, public):
    """A public record, a fresh draft and an old one, each with a history; sessions, links and a staff log."""
    for name in ("fresh", "old", "asleep"):
        world.add_record(name)
        for number in range(3):
            world.change(name, goal=f"<p>Tekst {number}</p>")
    public("open", 400)
    world.change("open", goal="<p>Anders</p>")
    Event.objects.update(at=days(-100))
    Event.objects.create(algorithm=world.record("fresh"), verb=Event.Verb.SHARE, at=days(-1))
    Algorithm.objects.update(updated_at=days(-100))
    world.put("asleep", stage=Stage.SUBMITTED)
    bare = Algorithm.objects.create(organization=world.organizations[ELSEWHERE], name="Kaal")  # made without events
    Event.objects.create(algorithm=bare, verb=Event.Verb.HAND_OVER, at=days(-100))
    Algorithm.objects.filter(pk=bare.pk).update(updated_at=days(-1))
    for day in (-1, 1):
        Session.objects.create(session_key=f"s{day}", session_data="x", expire_date=days(day))
    for expires, revoked in ((-31, None), (-29, None), (1, None), (1, -31), (1, -29)):
        PreviewLink.objects.create(
            algorithm=world.record("fresh"),
            expires_at=days(expires),
            revoked_at=days(revoked) if revoked is not None else None,
        )
    content = ContentType.objects.get_for_model(Algorithm)
    for day in (-100, -1):
        entry = LogEntry.objects.create(user=world.people["author"], content_type=content, action_flag=CHANGE)
        LogEntry.objects.filter(pk=entry.pk).update(action_time=days(day))
    return world


def texts_of(name, world):
    return world.record(name).events.exclude(document="").count()


def test_by_default_nothing_of_the_work_is_thrown_away(old_things):
    before = [kept(model) for model in (Algorithm, Event, LogEntry, Publication, Listing)]
    done = {row.what: row.count for row in care.tidy(now=NOW)}
    assert done == {"verlopen sessies": 1, "gesloten voorbeeldlinks": 2}
    assert [kept(model) for model in (Algorithm, Event, LogEntry, Publication, Listing)] == before
    assert (kept(Session), kept(PreviewLink)) == (1, 3)
    assert {row.count for row in care.tidy(now=NOW)} == {0}


KEPT = {
    "DRAFT_HISTORY_DAYS": {"teksten van eerdere concepten": 10},  # of four records, each keeps its newest
    "STAFF_LOG_DAYS": {"regels in het logboek van het beheer": 1, "gebeurtenissen bij concepten": 11},
    "DRAFT_DAYS": {"concepten die nooit openbaar werden": 1},
}


@pytest.mark.parametrize("setting", KEPT)
def test_what_a_setting_says_is_kept_no_longer(old_things, settings, setting):
    setattr(settings, setting, 90)
    always = {"verlopen sessies": 1, "gesloten voorbeeldlinks": 2}
    log, head = list(Publication.objects.values()), Head.now()
    trial = care.tidy(is_trial=True, now=NOW)
    assert {row.what: row.count for row in trial} == always | KEPT[setting]
    assert kept(Session) == 2
    assert care.tidy(now=NOW) == trial
    assert {row.count for row in care.tidy(now=NOW)} == {0}
    assert list(Publication.objects.values()) == log
    assert str(Head.now()) == str(head)
    if setting == "DRAFT_DAYS":
        assert [line.partition(" ")[2] for row in trial for line in row.lines] == [
            "Naam van old (Gemeente Voorbeeldstad), bewerkt 2026-03-07"
        ]
        assert not Algorithm.objects.filter(name="Naam van old").exists()
    else:
        assert [texts_of(name, old_things) for name in ("fresh", "old", "asleep", "open")] == [1, 1, 1, 1]
        assert Algorithm.objects.count() == 5


@pytest.mark.parametrize("wrong", [0, -5])
def test_a_setting_of_nothing_or_less_keeps_everything(old_things, settings, wrong):
    settings.DRAFT_HISTORY_DAYS = settings.STAFF_LOG_DAYS = settings.DRAFT_DAYS = wrong
    assert len(care.tidy(now=NOW)) == 2


def test_tidy_says_what_it_does(old_things, settings):
    settings.DRAFT_DAYS = 1
    told = run("tidy", "--dry-run")
    assert "concepten die nooit openbaar werden" in told
    assert "Naam van old (Gemeente Voorbeeldstad)" in told
    assert told.endswith("Er is niets weggegooid (--dry-run).\n")
    assert run("tidy").endswith("Weggegooid.\n")
    assert not Algorithm.objects.filter(name="Naam van old").exists()


# -- in the admin ------------------------------------------------------------------------------------------------------

CHANGELIST = "/beheer/algorithms/linkcheck/"


@pytest.fixture
def checks(world, public):
    here = public("here", texts={"website": PAGE})
    there = public("there", place={"department": DIKES, "organization": ELSEWHERE}, texts={"website": PAGE})
    web = Web()
    web.says[PAGE] = VERDICTS["gone"]
    care.check_links(web, now=NOW)
    failed = {"outcome": SKIPPED, "why": links.SLOW, "dead_since": NOW}
    LinkCheck.objects.create(lars=here.lars, url="https://even.example", **failed)
    return {"here": here, "there": there}


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("author", {"here"}), ("approver", {"here"}), ("double_author", {"here", "there"}), ("other_author", set()),
        ("other_approver", {"there"}), ("manager", {"here", "there"}), ("auditor", {"here", "there"}),
        ("superuser", {"here", "there"}),
    ],
)  # fmt: skip
def test_everyone_sees_the_links_of_their_own_records(world, checks, client, role, seen):
    client.force_login(world.person(role))
    page = client.get(CHANGELIST)
    assert page.status_code == 200
    text = page.content.decode()
    assert {name for name in checks if f"Naam van {name}" in text} == seen
    for name, row in checks.items():
        check = LinkCheck.objects.get(lars=row.lars, url=PAGE)
        assert (client.get(f"{CHANGELIST}{check.pk}/change/").status_code == 200) is (name in seen)
        assert client.post(f"{CHANGELIST}{check.pk}/delete/").status_code in (302, 403)
    assert client.get(f"{CHANGELIST}add/").status_code == 403
    assert LinkCheck.objects.count() == 3


def test_the_list_tells_what_happened_in_the_language_of_the_reader(
    world, checks, client, django_assert_max_num_queries
):
    client.force_login(world.person("manager"))
    with django_assert_max_num_queries(20):
        text = client.get(CHANGELIST).content.decode()
    assert f'<a href="{PAGE}" rel="noopener noreferrer nofollow">{PAGE}</a>' in text
    assert "de pagina bestaat niet meer (404)" in text
    assert "lukte niet, wordt opnieuw geprobeerd" in text
    assert f"/beheer/algorithms/algorithm/{checks['here'].pk}/change/" in text
    dead = client.get(f"{CHANGELIST}?outcome__exact=dead").content.decode()
    assert "even.example" not in dead
    with translation.override("en"):
        said = [links.in_words(why) for why in WHYS]
        assert links.in_words(f"{links.GONE} (404)") == "the page no longer exists (404)"
    assert not set(said) & set(WHYS)


WHYS = [value for name, value in vars(links).items() if name.isupper() and isinstance(value, str) and " " in value]


def test_no_two_reasons_are_the_same():
    assert len(WHYS) == 21
    assert len(set(WHYS)) == len(WHYS)
