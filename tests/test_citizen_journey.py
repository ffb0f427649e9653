"""The whole way of a citizen, in a real browser: find by an everyday word, choose, read, compare two versions, take the
PDF along. With the mouse, with the keyboard only, without JavaScript, and on a screen of 320 pixels."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import NARROW, demo, watched
from tests.test_journeys import follow, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.process]

# A second version of one record, and more records about parking than one: something to choose from.
MORE = """
from algorithms import document, publishing
from algorithms.models import Algorithm

parking = Algorithm.objects.get(name="Parkeercontrole")
document.apply(parking, {
    "affected": "Iedereen die in de stad parkeert, ook met een motor.",
    "risk_class": "high",
    "data_sources": [{"topic": "Vergunningen", "name": "Parksaver", "contents": "Wie waar mag staan"}],
})
publishing.publish(parking, note="Ook motoren worden nu gelezen.")
given = {
    "name": "Parkeerdrukmeting", "description_short": "Telt auto's. Hieruit komt nooit een parkeerboete.",
    "organization": {"name": "Gemeente Assen"}, "status": "In ontwikkeling", "category": ["Verkeer"],
}
publishing.publish(document.apply(Algorithm(), document.clean(given)), republish=True)
"""


@pytest.fixture(scope="module")
def register(migrated_site, tmp_path_factory):
    site = demo(
        tmp_path_factory.mktemp("citizen") / "data", migrated_site, more=MORE, mail="register@rotterdam.example"
    )
    with site as register:
        yield register


QUESTIONS = ["Wat doet het?", "Over wie gaat het?", "Wie beslist?", "Kan ik bezwaar maken?", "Wie kan ik vragen?"]
Go = Callable[[Page, Locator], None]


def by_mouse(page: Page, target: Locator) -> None:
    with page.expect_navigation():
        target.click()


def walk(page: Page, record: str, go: Go, press: Go) -> None:
    """Go the whole way. `go` leaves the page along a link or button; `press` opens what is folded."""
    page.goto("/")
    box = page.get_by_label("Zoek een algoritme")
    press(page, box)
    page.keyboard.type("parkeerboete")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    heading, main = page.get_by_role("heading", level=1), page.locator("main")
    expect(heading).to_contain_text("algoritmes met ‘parkeerboete’")

    fold = page.locator(".filters .fold > summary")
    if fold.is_visible():
        press(page, fold)
    go(page, page.locator(".filters").get_by_role("link", name=re.compile("^In gebruik")))
    expect(heading).to_have_text(re.compile(r"^\s*1 algoritme met ‘parkeerboete’"))
    expect(page.get_by_role("link", name="Haal weg: Status: In gebruik")).to_be_visible()
    go(page, main.get_by_role("link", name="Parkeercontrole", exact=True))

    assert urlsplit(page.url).path == record
    for question in (
        "Wat doet het?",
        "Over wie gaat het?",
        "Wie beslist?",
        "Kan ik bezwaar maken?",
        "Wie kan ik vragen?",
    ):
        expect(page.get_by_role("heading", name=question)).to_be_visible()
    expect(main).to_contain_text("Iedereen die in de stad parkeert, ook met een motor.")
    expect(main).to_contain_text("Gemeentelijke belastingdienst")
    assert page.get_by_role("img", name="Van gegevens naar besluit").locator("visible=true").count() == 1
    ask = page.get_by_role("link", name="Fout melden of vraag stellen")
    assert "Parkeercontrole" in str(ask.get_attribute("href"))

    pdf = page.get_by_role("link", name="Bewaren of printen als PDF")
    if go is follow:
        tab_to(page, pdf)
    answer = page.context.request.get(str(pdf.get_attribute("href")))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.body().startswith(b"%PDF-")

    go(page, page.get_by_role("link", name="alle versies"))
    expect(heading).to_contain_text("Versies van Parkeercontrole")
    go(page, page.get_by_role("button", name="Vergelijk"))
    expect(heading).to_contain_text("Wat veranderde er in versie 2?")
    expect(main).to_contain_text("Ook motoren worden nu gelezen.")
    added = main.locator("ins", has_text="ook met een motor")
    expect(added).to_be_visible()
    assert "underline" in added.evaluate("it => getComputedStyle(it).textDecorationLine")
    go(page, main.get_by_role("link", name="Parkeercontrole").first)
    assert urlsplit(page.url).path == record


def by_keyboard(page: Page, target: Locator) -> None:
    """Come to what opens, or where one types, and open it."""
    tab_to(page, target)
    if target.evaluate("it => it.tagName") == "SUMMARY":
        page.keyboard.press("Enter")


@pytest.mark.parametrize(
    ("go", "press", "window"),
    [
        (by_mouse, lambda _page, target: target.click(), {}),
        (follow, by_keyboard, {}),
        (by_mouse, lambda _page, target: target.click(), {"java_script_enabled": False}),
        (follow, by_keyboard, {"viewport": NARROW, "java_script_enabled": False}),
    ],
    ids=["mouse", "keyboard", "without-javascript", "keyboard-at-320-without-javascript"],
)
def test_a_citizen_finds_reads_compares_and_takes_along(browser, register, go, press, window):
    with watched(browser, register, **window) as watch:
        walk(watch.page, register.records["Parkeercontrole"], go, press)
        if "viewport" in window:
            assert watch.page.evaluate("document.scrollingElement.scrollWidth") <= NARROW["width"]


# -- what every page weighs --------------------------------------------------------------------------------------------

MOST_REQUESTS = 3  # the page, its style sheet, and on the two with the search box its script


def test_a_page_takes_three_requests_at_most(browser, register):
    with watched(browser, register) as watch:
        asked: list[str] = []
        watch.page.on("request", lambda request: None if request.url.startswith("data:") else asked.append(request.url))
        for path in (
            "/",
            "/algoritmes/",
            register.records["Parkeercontrole"],
            "/cijfers/",
            "/netwerk/",
            "/wijzigingen/",
        ):
            asked.clear()
            watch.context.clear_cookies()
            watch.page.goto(path, wait_until="networkidle")
            assert 2 <= len([url for url in asked if not url.startswith("data:")]) <= MOST_REQUESTS, asked
            assert watch.page.locator("link[rel=icon]").get_attribute("href").startswith("data:")


def test_the_style_sheet_is_small(register):
    folder = Path(register.site.env["STATIC_ROOT"], "design")
    [small] = folder.glob("register.*.css.br")
    assert small.stat().st_size <= 20_000
