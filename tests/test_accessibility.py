"""Every kind of page, public in both languages and the admin, holds WCAG 2.2 AA as far as axe can tell, on a wide
window and on one of 320 pixels, where nothing scrolls sideways; and every public page prints whole."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser import NARROW, WIDE, demo, log_in, logged_in, type_log_in, watched

pytestmark = [pytest.mark.browser, pytest.mark.process]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"], "preload": False}
# Axe writes styles into the page while it looks; the journeys hold each page to the policy itself.
LET_AXE_IN = {"bypass_csp": True}
PAPER = {"width": 680, "height": 960}  # A4 within its margins, in CSS pixels

# Beside the demo register: a record with a table, one with words too long for any screen and two versions, one
# withdrawn, one made unreadable, one whose publication misses much, and enough for a second page of everything.
MORE = """
from django.core.management import call_command
from django.utils import timezone
from algorithms import document, drafts, publishing
from algorithms.models import Algorithm, Page

try:
    call_command("import_register", "tests/data/registerprint.txt", "tests/data/landelijke-pagina.txt", "--publish")
except SystemExit as done:
    assert not done.code
long = "Meerpersoonshuishoudensinkomensafhankelijkheidstoetsingsberekening"

def record(lars, name, **more):
    given = {
        "lars": lars, "name": name, "description_short": "Kort.", "organization": {"name": "Gemeente Rotterdam"},
        "status": "In gebruik", "contact_email": "a@rotterdam.example", "publication_category": "Overige algoritmes",
    }
    return document.apply(Algorithm(), document.clean(given | more))

table = "<table>" + "".join("<tr>" + f"<td>{long}</td>" * 4 + "</tr>" for _ in range(3)) + "</table>"
wide = record(
    "11111115", long, goal=f"<h4>{long}</h4><ul><li>{long}</li></ul>" + table, website=f"https://{long[:60]}.example/{long}",
    steps=[{"kind": "data", "actor": long, "action": long}],
    data_sources=[{"topic": long, "name": long, "contents": long, "url": f"https://{long[:60]}.example/{long}"}],
    contact_email=f"{long[:40]}@{long[:40]}.example", withheld=[{"field": "risks", "reason": long}],
)
publishing.publish(wide, note=long)
document.apply(wide, {"goal": table})
publishing.publish(wide, note="Korter")
document.apply(wide, {"status": "Buiten gebruik"})
gone = record("22222220", "Verdwenen")
publishing.publish(gone)
publishing.withdraw(gone.lars, reason="De proef is gestopt.")
unreadable = record("33333335", "Onleesbaar", goal="<p>Jan Jansen</p>")
publishing.publish(unreadable)
document.apply(unreadable, {"goal": "<p>Schoon</p>"})
publishing.publish(unreadable)
publishing.redact("Jan Jansen", reason="Er stond een naam in.")
record("44444440", "Half af", status="")
for name, stage in (("Aangeboden", "submitted"), ("Ingepland", "planned"), ("Twee vensters", "draft")):
    draft = record("", name)
    drafts.saved(draft, None, by=None)
    moment = timezone.now() + timezone.timedelta(days=9) if stage == "planned" else None
    Algorithm.objects.filter(pk=draft.pk).update(stage=stage, planned_at=moment)
publishing.publish_many([record("", f"Proef {number}") for number in range(20)])
Page.objects.create(slug="uitleg", title="Uitleg", body="<p>Tekst</p><h4>Kop</h4>" + table, in_footer=True)
"""

WITHDRAWN = "/algoritmes/22222220/verdwenen/"
LONG = "/algoritmes/11111115/versies/"
UNREADABLE = "/algoritmes/33333335/versies/1/"
# Each template; what is no path is the name of a record.
PUBLIC = [
    "/", "/algoritmes/", "/algoritmes/?zoek=parkeervergining", "Aardgasvrij", "Leidingkaart", LONG,
    f"{LONG}2/verschil/", WITHDRAWN, UNREADABLE, "/organisaties/", "/organisaties/gemeente-rotterdam/", "/thema/",
    "/gegevensbronnen/", "/netwerk/", "/cijfers/", "/wijzigingen/", "/open-data/", "/bezwaar/", "/nergens/",
]  # fmt: skip
# The same with something else in them; what those have in English was seen above.
ALIKE = [
    "/algoritmes/?thema=verkeer&status=in-gebruik&pagina=1", "/algoritmes/?zoek=xqzwv",
    f"/algoritmes/?zoek={'woord+' * 40}", "/algoritmes/?pagina=2", "Heronderzoeken Uitkeringsgerechtigden",
    "Meerpersoons", f"{LONG}1/", "/organisaties/gemeente-voorbeeldstad/water-riool/", "/leveranciers/",
    "/gegevensbronnen/cbs/", "/over/uitleg/", "/contact/",
]  # fmt: skip
SELDOM = [
    "/algoritmes/?thema=recht", "/algoritmes/?zoek=parkeren", "/algoritmes/?zoek=22222220", "Vuilwijzer",
    f"{LONG}1/verschil/", f"{LONG}2/verschil/?met=2", f"{LONG}?van=x&tot=1", "/organisaties/gemeente-assen/",
    "/thema/verkeer/", "/thema/migratie-en-integratie/", "/leveranciers/clappform/", "/gegevensbronnen/?zoek=gem",
    "/gegevensbronnen/?zoek=xqzwv", "/wijzigingen/?pagina=2", "/over/", "/toegankelijkheid/", "/privacy/",
]  # fmt: skip
STATUS = {
    WITHDRAWN: 410, UNREADABLE: 410, "/nergens/": 404, f"{LONG}2/verschil/?met=2": 400, f"{LONG}?van=x&tot=1": 400,
}  # fmt: skip
# Every template in both languages, the others in Dutch; all in both with `make test-long`.
LANGUAGES = [
    pytest.param(kind, language, id=f"{language or 'nl'}-{kind}", marks=[pytest.mark.long] if seldom else [])
    for language in ("", "/en")
    for kind in (*PUBLIC, *ALIKE, *SELDOM)
    for seldom in [kind in SELDOM or (language and kind in ALIKE)]
]


@pytest.fixture(scope="module")
def register(migrated_site, tmp_path_factory):
    with demo(tmp_path_factory.mktemp("accessibility") / "data", migrated_site, more=MORE) as register:
        yield register


@pytest.fixture(scope="module")
def visitor(browser, register):
    with watched(browser, register, **LET_AXE_IN) as watch:
        watch.expected = {400, 404, 410}
        yield watch.page


@pytest.fixture(scope="module")
def manager(browser, register):
    with logged_in(browser, register, "beheerder", **LET_AXE_IN) as watch:
        watch.expected = {404}  # of the page that gives back what cannot be saved any more
        yield watch.page


@pytest.fixture
def address(register):
    """Return the address of a kind of page."""

    def of(kind: str) -> str:
        return kind if kind.startswith("/") else register.find(register.records, kind)

    return of


def faults(page: Page) -> list[str]:
    """Return what axe finds on the page as it stands, each with its places."""
    found = Axe().run(page, options=AXE).response["violations"]
    return [
        f"{fault['id']}: {node['html'][:200]}\n    {node.get('failureSummary', '')}"
        for fault in found
        for node in fault["nodes"]
    ]


def sideways(page: Page) -> list[str]:
    """Return the elements that make the page scroll sideways; none when it does not."""
    return page.evaluate(
        """() => document.scrollingElement.scrollWidth <= innerWidth ? [] : [
            `${document.scrollingElement.scrollWidth} > ${innerWidth}`,
            ...[...document.body.querySelectorAll("*")]
                .filter(it => it.getBoundingClientRect().right > innerWidth + 1)
                .map(it => it.outerHTML.slice(0, 150)).slice(0, 8),
        ]"""
    )


def check(page: Page) -> None:
    """Hold the page that is open to axe at both widths and to reflow at the narrow one."""
    found = []
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        found += [f"at {size['width']}: {fault}" for fault in faults(page)]
    found += [f"wider than 320: {element}" for element in sideways(page)]
    page.set_viewport_size(WIDE)
    assert not found, f"{page.url}\n" + "\n".join(found)


# -- public pages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "language"), LANGUAGES)
def test_a_public_page_is_accessible_and_fits_a_small_screen(visitor, address, kind, language):
    assert visitor.goto(language + address(kind)).status == STATUS.get(kind, 200)
    check(visitor)


@pytest.mark.parametrize("language", ["", "/en"], ids=["nl", "en"])
def test_the_search_box_is_accessible_with_its_list_and_its_help_open(visitor, language):
    visitor.goto(f"{language}/algoritmes/")
    visitor.locator(".search__help summary").click()
    visitor.locator("#zoek").press_sequentially("pa")
    options = visitor.locator("#suggesties [role=option]")
    expect(options.first).to_be_visible()
    visitor.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    check(visitor)


# What a screen can do and paper cannot, and the twin of a drawing for a small screen; all else in the page's main
# part must be on paper.
SCREEN_ONLY = (
    ".contents, .filters, .search, .search__line, .answers__tools, .compare, .pages, .sorts, .only-heard, summary,"
    "svg title, svg defs, .way__smal, .network--narrow"
)
TEXTS = """(left_out) => [...document.querySelectorAll("main *")]
    .filter(it => [...it.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()))
    .filter(it => !it.closest(left_out))
    .map(it => ({text: it.textContent.trim().slice(0, 80), seen: it.checkVisibility() && it.getClientRects().length > 0,
                 right: it.getBoundingClientRect().right}))"""


@pytest.mark.parametrize("kind", [*PUBLIC, *ALIKE, *(pytest.param(it, marks=pytest.mark.long) for it in SELDOM)])
def test_a_public_page_prints_whole(visitor, address, kind):
    visitor.goto(address(kind))
    visitor.set_viewport_size(PAPER)
    visitor.emulate_media(media="print")
    try:
        texts = visitor.evaluate(TEXTS, SCREEN_ONLY)
        assert texts
        assert [found["text"] for found in texts if not found["seen"]] == []
        assert [found["text"] for found in texts if found["right"] > PAPER["width"]] == []
        assert sideways(visitor) == []
        cut = "it => it.scrollWidth > it.clientWidth + 1 && getComputedStyle(it).overflowX !== 'visible'"
        cut_off = f"[...document.querySelectorAll('main *:not(.only-heard)')].filter({cut}).map(it => it.outerHTML)"
        assert visitor.evaluate(cut_off) == []
        for choice in visitor.locator("nav.utrecht-nav-bar, .masthead__languages, .filters, .search").all():
            expect(choice).to_be_hidden()
    finally:
        visitor.emulate_media(media="screen")
        visitor.set_viewport_size(WIDE)


# -- the admin ---------------------------------------------------------------------------------------------------------


def test_logging_in_and_out_is_accessible(browser, register):
    with watched(browser, register, **LET_AXE_IN) as watch:
        watch.page.goto("/beheer/login/")
        check(watch.page)
        type_log_in(watch.page, "auteur", "verkeerd")
        expect(watch.page.locator(".errornote")).to_be_visible()
        check(watch.page)
        log_in(watch.page, "auteur", register.passwords["auteur"])
        check(watch.page)
        watch.page.get_by_role("button", name="Afmelden").click()
        check(watch.page)


@pytest.mark.parametrize(
    "path",
    [
        "", "algorithms/algorithm/", "algorithms/algorithm/?q=aardgas", "algorithms/algorithm/?q=nergens",
        "algorithms/algorithm/?stand=ter-beoordeling&volledig=50-79", "algorithms/algorithm/volledigheid/",
        "algorithms/algorithm/add/", "algorithms/organization/", "algorithms/organization/1/change/",
        "algorithms/page/add/", "algorithms/publication/", "algorithms/publication/1/change/",
        "password_change/", "account/tweede-stap/", "account/tweede-stap/totp/activate/", "auth/user/",
        "auth/user/add/", "auth/user/2/change/", "auth/user/2/overdragen/",
    ],
)  # fmt: skip
def test_a_page_of_the_admin_is_accessible_and_fits_a_small_screen(manager, path):
    assert manager.goto(f"/beheer/{path}").status == 200
    check(manager)


@pytest.mark.parametrize(
    ("name", "verb"),
    [
        ("Parkeercontrole", "change"),  # rows of every kind
        pytest.param("Vuilwijzer", "change", marks=pytest.mark.long),
        ("Aardgasvrij", "history"),
        ("Aardgasvrij", "aanbieden"),  # unchanged
        ("Half af", "aanbieden"),  # incomplete
        pytest.param("Meerpersoons", "aanbieden", marks=pytest.mark.long),
        ("Aangeboden", "change"),  # to be read only
        ("Aangeboden", "publiceren"),
        ("Aangeboden", "terugsturen"),
        pytest.param("Aangeboden", "terugnemen", marks=pytest.mark.long),
        pytest.param("Ingepland", "planning-schrappen", marks=pytest.mark.long),
        ("Half af", "delete"),
        pytest.param("Meerpersoons", "change", marks=pytest.mark.long),
        pytest.param("Meerpersoons", "publiceren", marks=pytest.mark.long),
        ("Meerpersoons", "intrekken"),
    ],
)
def test_a_page_of_one_record_is_accessible_and_fits_a_small_screen(manager, register, name, verb):
    assert manager.goto(f"{register.find(register.drafts, name)}{verb}/").status == 200
    check(manager)


def test_a_refused_form_and_an_added_row_are_accessible(manager):
    manager.goto("/beheer/algorithms/algorithm/add/")
    manager.locator("#id_begin_date").fill("2024-13")
    manager.locator("#steps-group").get_by_role("button", name="toevoegen").click()
    manager.locator("#id_steps-1-action").fill("Doet iets\x07")
    manager.get_by_role("button", name="Opslaan", exact=True).click()
    expect(manager.locator(".errornote")).to_be_visible()
    expect(manager.locator("#id_begin_date_error, #id_steps-1-action_error, #id_organization_error")).to_have_count(3)
    check(manager)


@pytest.mark.long
def test_a_conflict_and_a_save_that_came_too_late_are_accessible(manager, register):
    address = register.find(register.drafts, "Twee vensters")
    first, second = manager.context.new_page(), manager.context.new_page()
    for page in (first, second):
        page.goto(f"{address}change/")
        page.locator("#id_name").fill(f"Twee vensters {page is first}")
    second.locator("#id_goal").fill("Wat hier al stond\n\nen meer")
    for page in (first, second):
        page.locator("[name=_continue]").first.click()
    expect(second.locator("#conflict")).to_be_visible()
    check(second)
    first.goto(f"{address}delete/")
    first.locator("[type=submit]").last.click()
    expect(first.locator(".messagelist")).to_be_visible()
    second.locator("[name=_continue]").first.click()
    expect(second.locator(".typed")).to_contain_text("Wat hier al stond")
    check(second)
    first.close()
    second.close()


def test_a_refused_publication_is_accessible(manager, register):
    manager.goto(f"{register.find(register.drafts, 'Meerpersoons')}intrekken/")
    manager.get_by_role("button", name="Intrekken").click()
    expect(manager.get_by_role("alert")).to_be_visible()
    check(manager)


# -- the checks themselves ---------------------------------------------------------------------------------------------


def test_the_checks_see_what_they_are_there_for(visitor):
    visitor.goto("/")
    visitor.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=/static/favicon.svg>')")
    assert any(fault.startswith("image-alt") for fault in faults(visitor))
    assert sideways(visitor) == []
    visitor.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<pre>' + 'x'.repeat(900))")
    visitor.evaluate("document.querySelector('pre').style.whiteSpace = 'pre'")
    visitor.evaluate("document.querySelector('pre').style.overflowWrap = 'normal'")
    assert sideways(visitor)
