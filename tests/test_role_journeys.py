"""Each role walks its way in a real browser: write, submit, send back, publish, withdraw; keep the register; only read.

Every page on the way holds WCAG 2.2 AA as far as axe can tell, and scrolls nowhere sideways on a screen of 320 pixels.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser import NARROW, WIDE, Register, Watch, watched
from tests.site import Site
from tests.test_accessibility import LET_AXE_IN, faults, sideways
from tests.test_journeys import tab_to

pytestmark = [pytest.mark.browser, pytest.mark.process]

PASSWORD = "lange-zin-om-te-proberen"
LIST = "/beheer/algorithms/algorithm/"
FURNISH = f"""
from datetime import timedelta
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone
from algorithms import workflow
from tests.people import people
settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
world = people()
User.objects.update(password=make_password({PASSWORD!r}))
for name in ("strooien", "snoeien", "verlichten"):
    world.add_record(name)
    if name != "strooien":
        workflow.submit(world.record(name), world.person("author"))
workflow.plan(world.record("verlichten"), world.person("approver"), moment=timezone.now() + timedelta(days=9))
for name, record in world.records.items():
    print(name, record.pk, sep="\\t")
"""


@pytest.fixture(scope="module")
def register(migrated_site, tmp_path_factory) -> Iterator[Register]:
    """A register with everyone of tests.people, a concept, one under review and one that is planned."""
    site = Site.make(tmp_path_factory.mktemp("roles") / "data", like=migrated_site)
    site.env |= {"DEBUG": "False", "REQUIRE_MFA": "False"}
    site.use_collected_static()
    try:
        told = site.run(FURNISH)
        drafts = {name: f"{LIST}{pk}/" for name, pk in re.findall(r"^(\w+)\t(\d+)$", told, re.M)}
        with site.served() as base:
            yield Register(site, base, {}, {}, drafts)
    finally:
        site.remove()


@pytest.fixture
def enter(browser, register):
    """Open a window of somebody who logs in, with the keyboard, in whatever form there is."""

    @contextmanager
    def window(name: str) -> Iterator[Watch]:
        with watched(browser, register, storage_state=register.sessions.get(name), **LET_AXE_IN) as watch:
            if name not in register.sessions:
                log_in(watch.page, name)
                register.sessions[name] = watch.context.storage_state()
            else:
                watch.page.goto("/beheer/")
            yield watch

    return window


def log_in(page: Page, name: str) -> None:
    page.goto("/beheer/")
    boxes = page.locator("main, #content").locator("input:not([type=hidden]):not([type=submit]):visible")
    boxes.first.focus()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    expect(page.locator("input[type=password]:visible")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/beheer/")


def look(page: Page) -> None:
    """Hold the page that is open to axe, and to a screen of 320 pixels."""
    found = faults(page)
    page.set_viewport_size(NARROW)
    found += [f"wider than 320: {element}" for element in sideways(page)]
    page.set_viewport_size(WIDE)
    assert not found, f"{page.url}\n" + "\n".join(found)


def type_in(page: Page, box: str, text: str) -> None:
    """Go to a box with Tab, unless one is there already, and type."""
    there = page.locator(f"#id_{box}")
    if not there.evaluate("it => it === document.activeElement"):
        tab_to(page, there)
    page.keyboard.type(text)


def press(page: Page, name: str) -> None:
    """Go to a button and press it, with the keyboard."""
    button = page.get_by_role("button", name=name, exact=True)
    button.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def begin(page: Page, step: str) -> None:
    """Follow the link to a step from the page of a record."""
    page.get_by_role("link", name=f"{step}…").click()
    expect(page.locator("#content-main form")).to_be_visible()


def confirm(page: Page, **typed: str) -> None:
    """Fill in the page of a step and do it."""
    for box, text in typed.items():
        page.locator(f"#id_{box}").fill(text)
    with page.expect_navigation():
        page.locator("#content-main form input[type=submit]").click()


def state_of(page: Page, words: str) -> None:
    expect(page.locator("#standing")).to_have_text(re.compile(re.escape(words)))


@pytest.mark.long
def test_the_page_to_log_in_is_for_everyone(browser, register):
    with watched(browser, register, **LET_AXE_IN) as watch:
        watch.page.goto("/beheer/")
        look(watch.page)


def test_a_record_goes_from_concept_to_tombstone_by_two_people(browser, register, enter):
    with (
        enter("author") as author_watch,
        enter("approver") as approver_watch,
        watched(browser, register, **LET_AXE_IN) as visitor,
    ):
        author, approver, public = author_watch.page, approver_watch.page, visitor.page

        # The author writes with the keyboard. What is wrong is told at its box, and nothing typed is lost.
        author.goto(f"{LIST}add/")
        type_in(author, "name", "Lantaarnkeuze")
        type_in(author, "description_short", "Wijst aan welke lantaarn het eerst wordt vervangen.")
        expect(author.locator("#id_organization option:checked")).to_have_text("Gemeente Voorbeeldstad")
        expect(author.locator("#id_department option:checked")).to_contain_text("Wegen")
        tab_to(author, author.locator("#id_status"))
        author.keyboard.type("In gebr")
        type_in(author, "begin_date", "2024-13")
        press(author, "Opslaan en opnieuw bewerken")
        expect(author.locator("#id_begin_date_error")).to_contain_text("jjjj-mm")
        expect(author.locator("#id_begin_date")).to_have_value("2024-13")
        expect(author.locator("#id_name")).to_have_value("Lantaarnkeuze")
        expect(author.locator("#id_status")).to_have_value("In gebruik")
        look(author)
        author.locator("#id_begin_date").fill("2024-03")
        press(author, "Opslaan en opnieuw bewerken")
        state_of(author, "concept")
        record = urlsplit(author.url).path

        # Offering it tells what is missing, with a way to each box.
        author.get_by_role("link", name="Ter beoordeling aanbieden…").click()
        missing = author.locator("#content-main .missing")
        expect(missing).to_contain_text("Contactgegevens")
        expect(author.locator("#content-main form")).to_have_count(0)
        look(author)
        missing.get_by_role("link", name="Contactgegevens").press("Enter")
        author.wait_for_url("**/change/#id_contact_email")
        author.locator("#id_contact_email").fill("licht@voorbeeldstad.example")
        author.get_by_label("Publicatiecategorie:").select_option("Overige algoritmes")
        press(author, "Opslaan en opnieuw bewerken")
        begin(author, "Ter beoordeling aanbieden")
        look(author)
        confirm(author, note="Graag voor vrijdag.")
        state_of(author, "ter beoordeling")
        expect(author.get_by_role("button", name="Opslaan", exact=True)).to_have_count(0)
        look(author)

        # The approver finds it, and sends it back with a reason.
        approver.goto("/beheer/")
        look(approver)
        approver.locator(".waiting").get_by_role("link", name="Lantaarnkeuze").click()
        expect(approver.get_by_role("button", name="Opslaan", exact=True)).to_have_count(0)
        begin(approver, "Terugsturen")
        expect(approver.locator("#content-main")).to_contain_text("Graag voor vrijdag.")
        confirm(approver)
        expect(approver.locator("#id_reason_error")).to_contain_text("Geef een reden")
        look(approver)
        confirm(approver, reason="Voor wie is dit?")
        state_of(approver, "concept")

        # The author reads the reason, mends and offers it again.
        author.goto("/beheer/")
        expect(author.locator(".waiting")).to_contain_text("Teruggestuurd (1)")
        author.locator(".waiting").get_by_role("link", name="Lantaarnkeuze").click()
        expect(author.locator(".sent-back")).to_contain_text("Voor wie is dit?")
        author.locator("#id_affected").fill("Iedereen die hier woont.")
        press(author, "Opslaan en opnieuw bewerken")
        begin(author, "Ter beoordeling aanbieden")
        confirm(author)

        # It is published, and the public reads it.
        approver.goto(record)
        begin(approver, "Publiceren")
        look(approver)
        confirm(approver, note="Nieuw in het register")
        state_of(approver, "gepubliceerd (versie 1)")
        approver.get_by_role("link", name="Bekijk de openbare pagina van").click()
        address = urlsplit(approver.url).path
        public.goto(address)
        expect(public.get_by_role("heading", level=1)).to_have_text("Lantaarnkeuze")
        expect(public.locator("main")).to_contain_text("Iedereen die hier woont.")
        expect(public.locator("main")).to_contain_text("Nieuw in het register")
        look(public)

        # A change is not public before it is approved; a later version tells what changed.
        author.goto(record)
        author.locator("#id_affected").fill("Wie in een donkere straat woont.")
        press(author, "Opslaan en opnieuw bewerken")
        state_of(author, "gewijzigd sinds publicatie")
        look(author)
        begin(author, "Ter beoordeling aanbieden")
        confirm(author)
        public.goto(address)
        expect(public.locator("main")).not_to_contain_text("donkere straat")
        approver.goto(record)
        begin(approver, "Publiceren")
        confirm(approver)
        expect(approver.locator("#id_note_error")).to_contain_text("Vertel in een zin")
        confirm(approver, note="Voor wie is verduidelijkt", hour="09:30")
        expect(approver.locator("#id_day_error")).to_contain_text("datum")
        expect(approver.locator("#id_note")).to_have_value("Voor wie is verduidelijkt")
        look(approver)
        confirm(approver, hour="")
        state_of(approver, "gepubliceerd (versie 2)")
        public.goto(address)
        expect(public.locator("main")).to_contain_text("donkere straat")
        public.goto(f"{address.rsplit('/', 2)[0]}/versies/")
        expect(public.locator(".history__entry")).to_contain_text(
            ["Voor wie is verduidelijkt", "Nieuw in het register"]
        )

        # It is withdrawn; what stays is a page with the reason.
        begin(approver, "Intrekken")
        look(approver)
        confirm(approver, reason="De lantaarns zijn verkocht.")
        state_of(approver, "ingetrokken")
        visitor.expected = {410}
        answer = public.goto(address)
        assert answer
        assert answer.status == 410
        expect(public.locator("main")).to_contain_text("De lantaarns zijn verkocht.")
        look(public)

        # The history tells all of it, to who wrote it as well.
        author.goto(record.replace("/change/", "/history/"))
        told = author.locator("#content-main")
        for words in ("approver", "Voor wie is dit?", "Voor wie is verduidelijkt", "De lantaarns zijn verkocht."):
            expect(told).to_contain_text(words)
        look(author)


@pytest.mark.long
def test_what_is_offered_can_be_taken_back_and_a_plan_struck_out(register, enter):
    with enter("author") as watch:
        page = watch.page
        page.goto(f"{register.drafts['snoeien']}change/")
        begin(page, "Terugnemen")
        look(page)
        confirm(page, note="Nog een dag")
        state_of(page, "concept")
        page.goto(LIST)
        look(page)
        page.goto(f"{LIST}add/")
        look(page)
    with enter("approver") as watch:
        page = watch.page
        page.goto(f"{register.drafts['verlichten']}change/")
        begin(page, "Planning schrappen")
        look(page)
        confirm(page)
        state_of(page, "ter beoordeling")
        begin(page, "Publiceren")
        confirm(page, day="2020-01-01")
        expect(page.locator("#id_day_error")).to_contain_text("al voorbij")
        confirm(page, day="")
        state_of(page, "gepubliceerd (versie 1)")


@pytest.mark.long
def test_an_auditor_reads_everything_and_finds_nothing_to_change(register, enter):
    with enter("auditor") as watch:
        page, record = watch.page, register.drafts["strooien"]
        expect(page.locator(".waiting")).to_contain_text("Er wacht nu niets op u.")
        page.goto(LIST)
        page.get_by_role("link", name="Naam van strooien").click()
        content = page.locator("#content")
        expect(content).to_contain_text("Geheim van strooien")
        for what in (
            "input:not([type=hidden])",
            "textarea",
            "select",
            "button[type=submit]",
            ".addlink",
            ".deletelink",
        ):
            expect(content.locator(what).filter(visible=True)).to_have_count(0)
        expect(
            content.get_by_role("link", name=re.compile("aanbieden|Publiceren|Intrekken|Verwijderen"))
        ).to_have_count(0)
        look(page)
        page.goto(f"{record}history/")
        look(page)
        expect(page.get_by_role("link", name=re.compile("Terugzetten"))).to_have_count(0)
        for path in ("organization/", "synonym/", "page/", "publication/"):
            page.goto(f"/beheer/algorithms/{path}")
            expect(page.locator("#content .addlink")).to_have_count(0)
        watch.expected = {403}
        for path in ("publiceren", "intrekken", "aanbieden", "delete"):
            answer = page.goto(f"{record}{path}/")
            assert answer
            assert answer.status == 403


@pytest.mark.long
def test_a_manager_keeps_the_register_and_writes_no_record(register, enter):
    with enter("manager") as watch:
        page = watch.page
        page.goto("/beheer/algorithms/department/add/")
        page.get_by_label("Organisatie:").select_option("Gemeente Voorbeeldstad")
        page.get_by_label("Afdeling:").fill("Stadsbeheer / Groen")
        press(page, "Opslaan")
        expect(page.locator("#result_list")).to_contain_text("Stadsbeheer / Groen")
        look(page)

        page.goto("/beheer/algorithms/synonym/add/")
        page.locator("#id_words").fill("lantaarn")
        press(page, "Opslaan")
        expect(page.locator("#id_words_error")).to_be_visible()
        expect(page.locator("#id_words")).to_have_value("lantaarn")
        page.locator("#id_words").fill("lantaarn\nstraatlamp")
        press(page, "Opslaan")
        expect(page.locator("#result_list")).to_contain_text("lantaarn, straatlamp")

        page.goto("/beheer/auth/user/add/")
        look(page)
        page.get_by_label("Gebruikersnaam:").fill("nieuweling")
        page.get_by_label("E-mailadres:").fill("nieuweling@voorbeeldstad.example")
        page.locator("#id_register_roles-0-kind").select_option("author")
        page.locator("#id_register_roles-0-department").select_option(
            label="Gemeente Voorbeeldstad: Stadsbeheer / Groen"
        )
        press(page, "Opslaan")
        expect(page.locator("#result_list")).to_contain_text("nieuweling")
        look(page)

        page.goto(f"{register.drafts['strooien']}change/")
        expect(page.locator("#content")).to_contain_text("Geheim van strooien")
        expect(page.get_by_role("button", name="Opslaan", exact=True)).to_have_count(0)
        expect(page.locator(".verbs")).to_have_count(0)
        watch.expected = {403}
        answer = page.goto(f"{LIST}add/")
        assert answer
        assert answer.status == 403
