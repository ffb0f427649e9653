"""Whole ways through the register in a real browser: an author, an approver, a citizen with only a keyboard.

Every window is watched: a page that asks another host, breaks its content policy or has an error fails the test.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from tests.browser import NARROW, demo, log_in, logged_in, watched

pytestmark = [pytest.mark.browser, pytest.mark.process]

ADD = "/beheer/algorithms/algorithm/add/"
ADMIN = ["/beheer/", "/beheer/algorithms/algorithm/", ADD, "/beheer/algorithms/page/", "/beheer/password_change/"]
PUBLIC = [
    "/", "/algoritmes/", "/algoritmes/?thema=wonen", "/organisaties/", "/organisaties/gemeente-rotterdam/",
    "/wijzigingen/", "/open-data/", "/over/", "/toegankelijkheid/", "/privacy/", "/contact/",
]  # fmt: skip

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def register(migrated_site, tmp_path_factory):
    with demo(tmp_path_factory.mktemp("journeys") / "data", migrated_site) as register:
        yield register


@pytest.fixture
def visitor(browser, register):
    with watched(browser, register) as watch:
        yield watch


@pytest.fixture
def author(browser, register):
    with logged_in(browser, register, "auteur") as watch:
        yield watch


@pytest.fixture
def approver(browser, register):
    with logged_in(browser, register, "beoordelaar") as watch:
        yield watch


@pytest.fixture
def keeper(browser, register):
    with logged_in(browser, register, "beheerder") as watch:
        yield watch


# -- what people do on the pages ---------------------------------------------------------------------------------------


@dataclass
class Written:
    """A record as an author typed it, and where it is edited."""

    name: str
    lars: str
    edit: str


def fill(page: Page, name: str, /, **more: str) -> None:
    """Fill in what a person must give to publish, English beside it, and a data source in a row added for it."""
    page.goto(ADD)
    page.get_by_label("Naam:", exact=True).first.fill(name)
    page.get_by_label("Naam (Engels):").first.fill(f"{name} in English")
    page.get_by_label("Korte omschrijving:").fill("Wijst aan welke lantaarn het eerst wordt vervangen.")
    page.get_by_label("Korte omschrijving (Engels):").fill("Says which street light is replaced first.")
    page.get_by_label("Organisatie:").select_option("Gemeente Rotterdam")
    page.get_by_label("Verkeer", exact=True).check()
    page.get_by_label("Status:").select_option("In gebruik")
    page.get_by_label("Contactgegevens:").fill("licht@rotterdam.example")
    page.get_by_label("Publicatiecategorie:").select_option("Overige algoritmes")
    page.locator("#id_goal").fill("<p>Straten die <strong>nooit</strong> donker zijn.</p>")
    page.locator("#id_goal_en").fill("<p>Streets that are never dark.</p>")
    page.locator("#data_sources-group").get_by_role("button", name="toevoegen").click()
    page.locator("#id_data_sources-1-name").fill("Lampenlijst")
    page.locator("#id_data_sources-1-name_en").fill("List of lamps")
    for box, text in more.items():
        page.locator(f"#id_{box}").fill(text)


def save(page: Page) -> None:
    page.get_by_role("button", name="Opslaan en opnieuw bewerken").click()


def write(page: Page) -> Written:
    """Write a new record and save it."""
    name = f"Lantaarnkeuze {next(_numbers)}"
    fill(page, name)
    save(page)
    expect(page.get_by_role("heading", name="Stand: concept")).to_be_visible()
    number = re.search(r"Algoritme-ID (\d{8})", page.locator(".standing").inner_text())
    assert number
    return Written(name, number[1], urlsplit(page.url).path)


def offer(page: Page, written: Written) -> None:
    page.goto(written.edit)
    page.get_by_role("link", name="Ter beoordeling aanbieden…").click()
    page.get_by_role("button", name="Ter beoordeling aanbieden").click()
    expect(page.locator("#standing")).to_contain_text("Stand: ter beoordeling")


def publish(page: Page, written: Written, note: str) -> None:
    page.goto(written.edit)
    page.get_by_role("link", name="Publiceren…").click()
    page.locator("#id_note").fill(note)
    page.get_by_role("button", name="publiceren").click()
    expect(page.locator(".messagelist")).to_contain_text("gepubliceerd")


def text_of(page: Page, path: str) -> str:
    page.goto(path)
    return page.locator("body").inner_text()


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until `target` has the focus; each stop on the way must be in sight and seen to have the focus."""
    expect(target).to_have_count(1)
    for _step in range(150):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
                const it = document.activeElement, box = it.getBoundingClientRect(), style = getComputedStyle(it);
                return {
                    what: it.outerHTML.slice(0, 120),
                    seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0,
                    marked: style.outlineStyle !== "none" || style.boxShadow !== "none",
                };
            }"""
        )
        assert stop["seen"], f"the focus is out of sight: {stop['what']}"
        assert stop["marked"], f"nothing shows the focus: {stop['what']}"
        if target.evaluate("it => it === document.activeElement"):
            return
    pytest.fail(f"Tab never comes to {target}")


def follow(page: Page, target: Locator) -> None:
    """Go to a link and along it, with the keyboard only."""
    tab_to(page, target)
    with page.expect_navigation():
        page.keyboard.press("Enter")


# -- the author and the approver ---------------------------------------------------------------------------------------


def test_what_an_author_writes_is_seen_by_nobody_and_only_an_approver_may_publish_it(browser, register, visitor):
    with watched(browser, register) as watch:
        page = watch.page
        page.goto(ADD)
        expect(page.locator("input[type=password]")).to_be_visible()
        log_in(page, "auteur", register.passwords["auteur"])
        written = write(page)
        expect(page.locator("#id_name_en")).to_have_value(f"{written.name} in English")
        expect(page.locator("#id_data_sources-0-name")).to_have_value("Lampenlijst")
        expect(page.locator("#id_data_sources-0-name_en")).to_have_value("List of lamps")
        offer(page, written)
        assert not page.get_by_role("link", name="Publiceren…").count()
        watch.expected = {403}
        assert page.goto(written.edit.replace("/change/", "/publiceren/")).status == 403

    for path in [*PUBLIC, "/en/algoritmes/", "/api/v1/algoritmes", "/open-data/logboek.jsonl"]:
        text = visitor.context.request.get(path).text()
        assert written.lars not in text, path
        assert written.name not in text, path
    visitor.expected = {404}
    for path in (f"/algoritmes/{written.lars}/", f"/a/{written.lars}", f"/api/v1/algoritmes/{written.lars}"):
        assert visitor.page.goto(path).status == 404


def test_what_an_approver_publishes_is_everywhere_with_its_note(author, approver, visitor):
    written = write(author.page)
    offer(author.page, written)
    note = f"Nieuw sinds de proef van nummer {written.lars}"
    publish(approver.page, written, note)
    approver.page.get_by_role("link", name="Bekijk de openbare pagina van").click()
    expect(approver.page.get_by_role("heading", level=1, name=written.name)).to_be_visible()

    page = visitor.page
    text = text_of(page, f"/a/{written.lars}")
    assert page.title().startswith(written.name)
    for told in (written.name, note, "Straten die nooit donker zijn.", "Lampenlijst", "licht@rotterdam.example"):
        assert told in text
    assert page.locator("main strong", has_text="nooit").count() == 1

    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1, name=f"{written.name} in English")).to_be_visible()
    text = page.locator("body").inner_text()
    for told in ("Streets that are never dark.", "List of lamps", note):
        assert told in text
    assert f"{written.name} in English" in text_of(page, "/en/algoritmes/?thema=verkeer")
    assert written.name in text_of(page, "/algoritmes/?thema=verkeer")
    log = text_of(page, "/wijzigingen/")
    assert written.name in log
    assert note in log
    api = visitor.context.request.get(f"/api/v1/algoritmes/{written.lars}").json()
    assert (api["name"], api["version"], api["note"]) == (written.name, 1, note)
    assert api["translations"]["eng"]["data_sources"] == [{"name": "List of lamps"}]


@pytest.mark.long  # tests/test_role_journeys.py goes from concept to tombstone
def test_a_change_is_public_once_published_and_the_old_version_stays(author, approver, visitor):
    written = write(author.page)
    offer(author.page, written)
    publish(approver.page, written, "Eerste")
    author.page.goto(written.edit)
    author.page.locator("#id_goal").fill("<p>Ook de stegen krijgen licht.</p>")
    save(author.page)
    expect(author.page.locator("#standing")).to_have_text("Stand: gewijzigd sinds publicatie (versie 1)")
    for path in (f"/a/{written.lars}", f"/api/v1/algoritmes/{written.lars}", f"/algoritmes/{written.lars}/versies/"):
        text = text_of(visitor.page, path)
        assert "stegen" not in text
        assert "versies/2" not in text

    offer(author.page, written)
    publish(approver.page, written, "Stegen erbij")
    assert "Ook de stegen krijgen licht." in text_of(visitor.page, f"/a/{written.lars}")
    text_of(visitor.page, f"/algoritmes/{written.lars}/versies/")
    expect(visitor.page.locator(".history__entry")).to_contain_text(["Stegen erbij", "Eerste"])
    visitor.page.get_by_role("link", name="Versie 1").click()
    old = visitor.page.locator("main")
    expect(old).to_contain_text("Dit is een oude versie: versie 1")
    expect(old).to_contain_text("Straten die nooit donker zijn.")
    expect(old).not_to_contain_text("stegen")
    visitor.page.get_by_role("link", name="Naar de huidige versie").click()
    expect(visitor.page.locator("main")).to_contain_text("Ook de stegen krijgen licht.")


@pytest.mark.long  # tests/test_role_journeys.py goes from concept to tombstone
def test_a_withdrawn_record_leaves_its_reason_and_its_versions(author, approver, visitor):
    written = write(author.page)
    offer(author.page, written)
    publish(approver.page, written, "")
    approver.page.goto(written.edit)
    approver.page.get_by_role("link", name="Intrekken…").click()
    approver.page.get_by_role("button", name="Intrekken").click()
    expect(approver.page.locator(".verb form")).to_contain_text("Geef een reden")
    assert written.name in text_of(visitor.page, "/algoritmes/")

    approver.page.get_by_label("Reden").fill("De lantaarns zijn verkocht.")
    approver.page.get_by_role("button", name="Intrekken").click()
    expect(approver.page.locator("#standing")).to_contain_text("ingetrokken")
    visitor.expected = {410}
    for path in (f"/a/{written.lars}", f"/en/algoritmes/{written.lars}/wat-dan-ook/"):
        answer = visitor.page.goto(path)
        assert answer.status == 410
        expect(visitor.page.locator(".utrecht-alert")).to_contain_text("De lantaarns zijn verkocht.")
    assert visitor.page.goto(f"/api/v1/algoritmes/{written.lars}").status == 410
    assert written.name not in text_of(visitor.page, "/algoritmes/")
    assert "Straten die nooit donker zijn." in text_of(visitor.page, f"/algoritmes/{written.lars}/versies/1/")


def test_a_refused_save_keeps_what_was_typed_and_tells_at_each_field_what_to_do(author, register):
    page, before = (
        author.page,
        register.site.run("from algorithms.models import Algorithm as A; print(A.objects.count())"),
    )
    typed = {
        "name": "x" * 251,
        "begin_date": "2024-13",
        "affected": "Iedereen\x07 hier",
        "goal_en": "<p>Blijft staan</p>",
    }
    fill(page, "Lantaarnkeuze", **typed)
    save(page)
    expect(page).to_have_title(re.compile("^Fout:"))
    for box, told in {
        "name": ["251 tekens", "het maximum is", "Maak de tekst korter"],
        "begin_date": ["2024-13", "jjjj-mm"],
        "affected": ["U+0007", "Haal dat teken weg"],
    }.items():
        errors = page.locator(f"#id_{box}_error")
        for words in told:
            expect(errors).to_contain_text(words)
        expect(page.locator(f"#id_{box}")).to_have_attribute("aria-invalid", "true")
        assert f"id_{box}_error" in page.locator(f"#id_{box}").get_attribute("aria-describedby")
    for box, text in typed.items():
        expect(page.locator(f"#id_{box}")).to_have_value(text)
    expect(page.locator("#id_data_sources-1-name")).to_have_value("Lampenlijst")
    expect(page.get_by_label("Verkeer", exact=True)).to_be_checked()
    assert register.site.run("from algorithms.models import Algorithm as A; print(A.objects.count())") == before


# -- the citizen -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "script", [True, pytest.param(False, marks=pytest.mark.long)], ids=["with-javascript", "without-javascript"]
)
def test_a_citizen_finds_and_reads_a_record_by_keyboard_only(browser, register, script):
    with watched(browser, register, java_script_enabled=script) as watch:
        page = watch.page
        page.goto("/")
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Naar de inhoud")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        follow(page, page.get_by_role("link", name=re.compile(r"^Ruimte en infrastructuur \(\d")))
        assert urlsplit(page.url).path == "/thema/ruimte-en-infrastructuur/"
        follow(page, page.locator("main").get_by_role("link", name="Wijkaanpak"))
        address = register.records["Wijkaanpak"]
        assert urlsplit(page.url).path == address
        follow(page, page.get_by_role("link", name="English"))
        assert urlsplit(page.url).path == f"/en{address}"
        assert page.locator("html").get_attribute("lang") == "en"
        follow(page, page.get_by_role("link", name="all versions"))
        assert urlsplit(page.url).path == f"/en{address.rsplit('/', 2)[0]}/versies/"
        follow(page, page.get_by_role("link", name="Version 1"))
        expect(page.locator("main")).to_contain_text("This is version 1")


@pytest.mark.long  # tests/test_citizen_journey.py chooses too
def test_choices_narrow_the_list_without_javascript(browser, register):
    with watched(browser, register, java_script_enabled=False) as watch:
        page = watch.page
        page.goto("/algoritmes/")
        follow(page, page.get_by_role("link", name=re.compile(r"^Gemeente Assen \(")))
        expect(page.get_by_role("heading", level=1)).to_have_text("1 algoritme")
        follow(page, page.get_by_role("link", name="Haal weg:"))
        expect(page.get_by_role("heading", level=1)).to_contain_text("algoritmes")
        # On a small screen the choices are folded, and everywhere the keyboard can go past them.
        page.set_viewport_size(NARROW)
        page.goto("/algoritmes/")
        tab_to(page, page.get_by_role("link", name="Naar de resultaten"))
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Nieuwste eerst")).to_be_focused()
        choice = page.get_by_role("link", name=re.compile(r"^Gemeente Assen \("))
        expect(choice).to_have_count(0)
        page.locator(".filters summary").first.click()
        expect(choice).to_be_visible()


# -- who searches ------------------------------------------------------------------------------------------------------


def type_in(page: Page, text: str) -> None:
    """Type in the box without a mouse."""
    page.locator("#zoek").focus()
    page.keyboard.type(text)


def test_a_record_is_opened_from_the_list_with_the_keyboard(visitor, register):
    page = visitor.page
    asked: list[str] = []

    def note(request: Request) -> None:
        if "suggesties" in request.url:
            asked.append(request.url)

    page.on("request", note)
    page.goto("/")
    box = page.get_by_role("combobox", name="Zoek een algoritme")
    type_in(page, "parkeerc")
    options = page.locator("#suggesties [role=option]")
    expect(options).to_have_text([re.compile("^parkeercontrole", re.I), re.compile("^Parkeercontrole Gemeente")])
    assert len(asked) < len("parkeerc")  # not at each key
    expect(page.get_by_role("status")).to_have_text("2 suggesties. Kies met de pijltjes.")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", options.last.get_attribute("id"))
    expect(options.last).to_have_attribute("aria-selected", "true")
    expect(box).to_be_focused()
    expect(box).to_have_value("parkeerc")  # what stands there is not chosen before Enter
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{register.records['Parkeercontrole']}")


def test_words_from_the_list_are_searched_and_the_choices_stay(visitor):
    page = visitor.page
    page.goto("/en/algoritmes/")
    follow(page, page.get_by_role("link", name=re.compile(r"^In use \(")))
    type_in(page, "neighb")
    expect(page.locator("#suggesties [role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    chosen = page.locator("#suggesties [aria-selected=true]").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("**zoek=*")
    asked = parse_qs(urlsplit(page.url).query)
    assert (asked["zoek"], asked["status"]) == ([chosen], ["in-gebruik"])
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"with ‘{chosen}’")


def test_escape_closes_the_list_and_enter_searches_what_was_typed(visitor):
    page = visitor.page
    page.goto("/")
    box, options = page.locator("#zoek"), page.locator("#suggesties [role=option]")
    type_in(page, "park")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(options.first).to_be_hidden()
    expect(box).to_have_value("park")
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowUp")  # opens it again, at its end
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")  # past the end is the box itself
    expect(page.locator("#suggesties [aria-selected=true]")).to_have_count(0)
    page.keyboard.press("Tab")
    expect(options.first).to_be_hidden()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**zoek=park**")


def test_the_answer_to_an_older_question_is_not_shown(visitor):
    page = visitor.page
    page.goto("/")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/suggesties/?zoek=aa", hold)
    with page.expect_request("**/suggesties/?zoek=aa"):
        type_in(page, "aa")
    type_in(page, "rdgas")
    expect(page.locator("#suggesties [role=option]").first).to_contain_text("aardgas")
    before = page.locator("#suggesties [role=option]").all_inner_texts()
    held[0].fulfill(json={"words": ["te laat"], "records": []})
    page.wait_for_timeout(100)
    assert page.locator("#suggesties [role=option]").all_inner_texts() == before


def test_without_javascript_it_is_a_plain_search_box(browser, register):
    with watched(browser, register, java_script_enabled=False) as watch:
        watch.page.goto("/")
        box = watch.page.get_by_role("searchbox", name="Zoek een algoritme")
        box.fill("parkeren")
        box.press("Enter")
        watch.page.wait_for_url("**zoek=parkeren**")
        expect(watch.page.get_by_role("heading", level=1)).to_contain_text("met ‘parkeren’")
        watch.page.get_by_role("link", name=re.compile(r"^In gebruik \(")).click()
        watch.page.wait_for_url("**status=in-gebruik**")
        assert parse_qs(urlsplit(watch.page.url).query)["zoek"] == ["parkeren"]
        box.fill("auto")
        box.press("Enter")
        watch.page.wait_for_url("**zoek=auto**")
        assert parse_qs(urlsplit(watch.page.url).query)["status"] == ["in-gebruik"]


# -- what no page may do -----------------------------------------------------------------------------------------------


def test_no_public_page_sets_a_cookie_asks_another_host_or_breaks_its_policy(visitor, register):
    record = register.records["Parkeercontrole"]
    versions = f"{record.rsplit('/', 2)[0]}/versies/"
    for path in [*PUBLIC, record, versions, f"{versions}1/"]:
        for prefix in ("", "/en"):
            assert visitor.page.goto(prefix + path).status == 200
            with_box = path == "/" or path.startswith("/algoritmes/?") or path == "/algoritmes/"
            assert visitor.page.locator("#zoeken").count() == with_box
            runs = visitor.page.locator("script:not([type='application/ld+json'])")
            assert runs.count() == visitor.page.locator("script[src]").count() == with_box
            assert visitor.page.locator("link[rel=icon]").get_attribute("href").startswith("data:image/svg+xml,")
    assert visitor.page.evaluate("document.cookie") == ""
    assert visitor.context.cookies() == []


def test_no_page_of_the_admin_asks_another_host_or_breaks_its_policy(keeper):
    for path in ADMIN:
        assert keeper.page.goto(path).status == 200
        icon = keeper.page.locator("link[rel=icon]").get_attribute("href")
        assert keeper.context.request.get(icon).ok
    cookies = keeper.context.cookies()
    assert {cookie["path"] for cookie in cookies} == {"/beheer/"}
    assert keeper.page.goto("/").status == 200
    assert "beheer" not in keeper.page.evaluate("document.cookie")


def test_the_watch_sees_what_it_is_there_for(browser, register):
    """The other tests trust the watch; here it is shown a page that does all that no page may."""
    with watched(browser, register) as watch:
        watch.page.goto("/")
        watch.page.evaluate(
            """() => {
                const add = (tag, more) => document.body.append(Object.assign(document.createElement(tag), more));
                add("style", {textContent: "body { color: red }"});
                add("img", {src: "http://127.0.0.2:9/x.png"});
                add("img", {src: "/static/nergens.png"});
                console.error("uit de pagina");
            }"""
        )
        watch.page.wait_for_timeout(200)
        told = "\n".join(watch.faults)
        watch.faults.clear()
    for fault in ("Content Security Policy", "http://127.0.0.2:9/x.png", "nergens.png answered 404", "uit de pagina"):
        assert fault in told


def test_a_missing_browser_is_a_failure_that_tells_what_to_do(monkeypatch, tmp_path):
    from tests import browser

    monkeypatch.setenv("CHROMIUM", str(tmp_path / "geen"))
    with pytest.raises(pytest.fail.Exception, match="CHROMIUM is"):
        browser.find_chromium("/usr/bin/env")
    monkeypatch.delenv("CHROMIUM")
    monkeypatch.setattr(browser, "DEBIAN", tmp_path / "geen")
    assert browser.find_chromium("/usr/bin/env") == "/usr/bin/env"
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium"):
        browser.find_chromium(str(tmp_path / "ook-niet"))
