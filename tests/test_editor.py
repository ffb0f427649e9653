"""The boxes of the admin: an editor for rich text that loses nothing, a live count, a warning for who leaves.

In a real browser, on pages that ship: no exception in the content policy, no fault in the console. And without
JavaScript a plain box that does the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.utils.formats import number_format
from django.utils.translation import override
from playwright.sync_api import Locator, Page, expect

from algorithms import richtext
from algorithms.admin import fields
from algorithms.standard import FIELDS, HARD_LIMIT
from tests.browser import NARROW, Register, Watch, watched
from tests.site import Site
from tests.test_accessibility import LET_AXE_IN, check, faults

ADD = "/beheer/algorithms/algorithm/add/"
DATA = Path(__file__).parent / "data"

# Texts as they are stored, with all that rich text may hold.
TABLE = (
    '<table><caption>Wat <em>wij</em> <a href="https://x.example/">meten</a></caption>'
    '<thead><tr><th scope="col">Bron</th><th scope="col">Wat</th></tr></thead>'
    '<tbody><tr><th scope="row">Lamp</th><td>Licht</td></tr><tr><td colspan="2">Een<ul><li>twee</li></ul></td></tr>'
    "<tr><td></td><td>Leeg</td></tr></tbody></table>"
)
STORED = {
    "goal": f"<h4>Kop</h4><p>Vooraf</p>{TABLE}<p>Achteraf</p>",
    "impact": "<p>Een <strong>vet <em>en schuin</em></strong> woord,<br>14\xa0010 en 5 &lt; 6 &amp; R&amp;D.</p>",
    "proportionality": (
        "<ol><li>Een<ul><li>diep<ol><li>dieper</li></ol></li><li>nog een</li></ul></li>"
        "<li><p>Twee</p><p>alinea's</p></li></ol>"
    ),
    "human_intervention": (
        '<p><a href="mailto:a@x.example">Mail</a>, <a href="/over/">hier</a> of <a href="tel:14010">bel</a>.</p>'
    ),
    "risks": f"{TABLE}{TABLE}",
    "methods_and_models": "<ul><li><ol><li>Meteen diep</li></ol></li></ul>",
    "source_data": "<table><caption>Zonder rijen</caption></table>",  # no editor shows this
}  # fmt: skip

FURNISH = """
import json
from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.test import RequestFactory
from algorithms import document
from algorithms.models import Algorithm, Organization

call_command("load_demo", verbosity=0)
record = {"lars": "11111115", "name": "Tekstproef", "organization": {"name": "Gemeente Rotterdam"}}
document.apply(Algorithm(), document.clean(record | json.loads(%r)))
user = get_user_model().objects.create_superuser("baas", "baas@x.example", "geen wachtwoord nodig")
request = RequestFactory().get("/beheer/")
request.session = session = SessionStore()
login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
session.save()
print(json.dumps({
    "session": session.session_key,
    "cookie": settings.SESSION_COOKIE_NAME,
    "drafts": {row.name: f"/beheer/algorithms/algorithm/{row.pk}/change/" for row in Algorithm.objects.all()},
    "organization": Organization.objects.first().pk,
}))
"""
DOCUMENTS = """
import json
from algorithms import document
from algorithms.models import Algorithm
print(json.dumps({row.name: document.build(row) for row in Algorithm.objects.all()}, default=str))
"""


# -- the browser -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def register(migrated_site, tmp_path_factory) -> Iterator[Register]:
    """The demo register with a record of all kinds of text, and a session of who may do everything."""
    site = Site.make(tmp_path_factory.mktemp("editor") / "data", like=migrated_site)
    site.env |= {"DEBUG": "False", "REQUIRE_MFA": "False"}
    site.use_collected_static()
    try:
        told = json.loads(site.run(FURNISH % json.dumps(STORED)).splitlines()[-1])
        with site.served() as base:
            register = Register(site, base, {}, {}, told["drafts"])
            register.sessions = told
            yield register
    finally:
        site.remove()


@contextmanager
def visit(browser: Any, register: Register, **options: Any) -> Iterator[Watch]:
    """A window of someone who is logged in, however logging in is done; it fails at the end on any fault."""
    with watched(browser, register, **options) as watch:
        key = {"name": register.sessions["cookie"], "value": register.sessions["session"]}
        watch.context.add_cookies([key | {"domain": "127.0.0.1", "path": "/beheer/"}])  # type: ignore[list-item]
        yield watch


@pytest.fixture
def page(browser, register) -> Iterator[Page]:
    with visit(browser, register) as watch:
        yield watch.page


def area(page: Page, name: str) -> Locator:
    """Return the text of an editor, once that has started."""
    found = page.locator(f"#id_{name}_editor")
    page.locator(f"#id_{name}").scroll_into_view_if_needed()
    expect(found).to_be_visible()
    return found


def start_all(page: Page) -> None:
    """Bring every box near the window, so that all editors start."""
    page.evaluate(
        """async () => {
            for (const box of document.querySelectorAll("textarea[data-editor]")) {
                box.scrollIntoView({block: "center"});
                await new Promise(requestAnimationFrame);
            }
        }"""
    )
    expect(page.locator("textarea[data-editor]:not([aria-hidden], .rich-note + *)")).to_have_count(0)


def press(page: Page, name: str, button: str) -> None:
    page.locator(".rich", has=page.locator(f"#id_{name}_editor")).get_by_role("button", name=button, exact=True).click()


def paste(target: Locator, html: str = "", text: str = "") -> None:
    target.click()
    target.evaluate(
        """(it, {html, text}) => {
            const clipboardData = new DataTransfer();
            if (html) clipboardData.setData("text/html", html);
            clipboardData.setData("text/plain", text);
            it.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
        }""",
        {"html": html, "text": text},
    )


def save(page: Page) -> None:
    with page.expect_navigation():
        page.locator("[name=_continue]").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def stored(page: Page, name: str) -> str:
    """Return a text as it is stored: what the page came with, without the line breaks between its blocks."""
    return page.locator(f"#id_{name}").evaluate("it => it.defaultValue").replace(">\n<", "><")


def new(page: Page) -> None:
    page.goto(ADD)
    page.locator("#id_name").fill("Proef")
    page.locator("#id_organization").select_option("Gemeente Rotterdam")


@pytest.mark.browser
@pytest.mark.process
class TestEditor:
    def test_what_is_typed_is_stored_clean_with_plain_spaces(self, page):
        new(page)
        area(page, "goal").click()
        page.keyboard.type("Een twee  drie ")
        page.keyboard.press("Control+b")
        page.keyboard.type("vet")
        page.keyboard.press("Control+b")
        page.keyboard.type(" en gewoon")
        page.keyboard.press("Enter")
        page.keyboard.type("Een kop")
        press(page, "goal", "Tussenkop")
        page.keyboard.press("Enter")
        page.keyboard.type("- een")
        page.keyboard.press("Enter")
        page.keyboard.type("diep")
        press(page, "goal", "Dieper in de lijst")
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        press(page, "goal", "Genummerde lijst")
        page.keyboard.type("tel")
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        page.keyboard.type("Zie ")
        page.keyboard.press("Control+k")
        page.get_by_label("Adres (webadres of e-mailadres)").fill("javascript:alert(1)")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_contain_text("geen bruikbaar adres")
        page.get_by_label("Adres (webadres of e-mailadres)").fill("www.x.example/a")
        page.keyboard.press("Enter")
        page.keyboard.type(".")
        save(page)
        assert stored(page, "goal") == (
            "<p>Een twee drie <strong>vet</strong> en gewoon</p><h4>Een kop</h4>"
            "<ul><li>een<ul><li>diep</li></ul></li></ul><ol><li>tel</li></ol>"
            '<p>Zie <a href="https://www.x.example/a">https://www.x.example/a</a>.</p>'
        )

    def test_a_table_is_made_with_the_toolbar(self, page):
        new(page)
        area(page, "goal").click()
        press(page, "goal", "Tabel invoegen")
        for button in ("Kolom weg", "Rij weg", "Kopregel", "Rij eronder"):
            press(page, "goal", button)
        for words in ("Bron", "Wat"):
            page.keyboard.type(words)
            page.keyboard.press("ArrowRight")
        press(page, "goal", "Bijschrift")
        page.get_by_label("Bijschrift van de tabel").fill("Wat wij <meten>")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_hidden()
        save(page)
        table = stored(page, "goal")
        assert "<caption>Wat wij &lt;meten&gt;</caption>" in table
        assert "<tr><th>Bron</th><th>Wat</th></tr>" in table
        assert table.count("<tr>") == 3
        assert richtext.clean(table) == table

    def test_an_edit_elsewhere_in_the_text_keeps_all_of_a_table(self, page, register):
        page.goto(register.drafts["Tekstproef"])
        for name in ("goal", "risks"):
            area(page, name)
        area(page, "goal").get_by_text("Vooraf").click()
        page.keyboard.press("End")
        page.keyboard.type(" en meer")
        area(page, "risks").get_by_text("Licht").first.click()
        page.keyboard.press("End")
        page.keyboard.type("jes")
        save(page)
        assert stored(page, "goal") == STORED["goal"].replace("Vooraf", "Vooraf en meer")
        assert stored(page, "risks") == STORED["risks"].replace("Licht", "Lichtjes", 1)
        area(page, "goal").get_by_text("Vooraf en meer").click()
        page.keyboard.press("End")
        for _letter in " en meer":
            page.keyboard.press("Backspace")
        area(page, "risks").get_by_text("Lichtjes").first.click()
        page.keyboard.press("End")
        for _letter in "jes":
            page.keyboard.press("Backspace")
        save(page)
        assert stored(page, "goal") == STORED["goal"]

    def test_a_key_counts_where_the_caret_is_though_the_browser_has_not_told_yet(self, page, register):
        page.goto(register.drafts["Tekstproef"])
        refused = area(page, "goal").evaluate(
            """it => {
                it.focus();
                const text = it.querySelector("p").firstChild;
                getSelection().collapse(text, text.length);
                const key = {key: "Backspace", keyCode: 8, bubbles: true, cancelable: true};
                return !it.dispatchEvent(new KeyboardEvent("keydown", key));
            }"""
        )
        assert not refused

    @pytest.mark.parametrize("which", ["richest", pytest.param("all", marks=pytest.mark.long)])
    def test_saving_untouched_pages_changes_nothing(self, page, register, which):
        before = register.site.run(DOCUMENTS)
        drafts = register.drafts
        for address in drafts.values() if which == "all" else [drafts["Tekstproef"]]:
            page.goto(address)
            start_all(page)
            for box in page.locator(".rich [role=textbox]").all()[:3]:
                box.click()
            changed = "boxes => boxes.filter(it => it.value !== it.defaultValue).map(it => it.id)"
            assert page.locator("textarea").evaluate_all(changed) == []
            save(page)
        after = register.site.run(DOCUMENTS)
        assert json.loads(after) == json.loads(before)

    def test_what_is_typed_and_taken_back_is_as_it_was(self, page, register):
        page.goto(register.drafts["Tekstproef"])
        before = page.locator("#id_impact").input_value()
        area(page, "impact").click()
        page.keyboard.type("weg")
        expect(page.locator("#id_impact")).not_to_have_value(before)
        page.keyboard.press("Control+z")
        expect(page.locator("#id_impact")).to_have_value(before)

    def test_a_text_the_editor_cannot_show_whole_stays_in_a_plain_box(self, page, register):
        page.goto(register.drafts["Tekstproef"])
        page.locator("#id_source_data").scroll_into_view_if_needed()
        expect(page.locator(".rich-note + #id_source_data")).to_be_visible()
        expect(page.locator(".rich-note")).to_contain_text("als HTML")
        assert stored(page, "source_data") == STORED["source_data"]
        expect(page.locator("#id_source_data_editor")).to_have_count(0)

    def test_a_refused_form_keeps_what_was_typed(self, page):
        page.goto(ADD)
        area(page, "goal").click()
        page.keyboard.type("Dit blijft staan")
        page.locator("[name=_continue]").first.click()
        expect(page.locator(".errornote")).to_be_visible()
        expect(area(page, "goal")).to_have_text("Dit blijft staan")

    def test_what_fills_the_box_itself_is_followed(self, page):
        new(page)
        area(page, "goal")
        page.locator("#id_goal").fill("Een\n\ntwee\ndrie en <TABEL> en 5 < 6")
        expect(area(page, "goal").locator("p")).to_have_count(2)
        page.locator("#id_impact").fill("<p>Een <b>vet</b> woord</p>")
        expect(area(page, "impact").locator("strong")).to_have_text("vet")
        save(page)
        assert stored(page, "goal") == "<p>Een</p><p>twee<br>drie en &lt;TABEL&gt; en 5 &lt; 6</p>"
        assert stored(page, "impact") == "<p>Een <strong>vet</strong> woord</p>"

    def test_the_keyboard_goes_in_through_and_out(self, page):
        page.goto(f"{ADD}#id_goal")
        editor = page.locator("#id_goal_editor")
        expect(editor).to_be_focused()
        page.keyboard.type("- een")
        page.keyboard.press("Alt+F10")
        expect(page.locator(".rich [aria-label=Vet]:focus")).to_have_count(1)
        page.keyboard.press("ArrowRight")
        expect(page.locator("[aria-label=Cursief]:focus")).to_have_count(1)
        page.keyboard.press("Escape")
        expect(editor).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.locator("#id_goal_en_editor, .rich button").and_(page.locator(":focus"))).to_have_count(1)
        page.keyboard.press("Tab")
        expect(page.locator("#id_goal_en_editor")).to_be_focused()
        assert page.locator("#id_goal_en_editor").get_attribute("lang") == "en"
        described = editor.get_attribute("aria-describedby").split()
        assert {"id_goal_helptext", "id_goal_counter"} <= set(described)
        page.get_by_text("Doel en impact:", exact=True).click()
        expect(page.get_by_role("textbox", name="Doel en impact:", exact=True)).to_be_focused()

    @pytest.mark.long
    def test_no_fault_at_both_widths_with_every_editor_started(self, browser, register):
        with visit(browser, register, **LET_AXE_IN) as watch:
            watch.page.goto(register.drafts["Tekstproef"])
            start_all(watch.page)
            area(watch.page, "goal").get_by_text("Lamp").click()
            check(watch.page)
            watch.page.set_viewport_size(NARROW)
            small = "all => all.filter(it => it.offsetWidth && (it.offsetWidth < 24 || it.offsetHeight < 24)).length"
            assert watch.page.locator(".rich button").evaluate_all(small) == 0

    @pytest.mark.long
    def test_the_dark_colours_are_readable_too(self, browser, register):
        with visit(browser, register, color_scheme="dark", **LET_AXE_IN) as watch:
            watch.page.goto(register.drafts["Tekstproef"])
            area(watch.page, "goal").get_by_text("Lamp").click()
            assert faults(watch.page) == []


WORD = (DATA / "plakken-word.html").read_text()
WORD_STORED = (
    "<h4>Werkwijze</h4><p>De <strong>wegen</strong> en <em>paden</em>.</p>"
    "<ul><li>Een punt<ul><li>dieper</li></ul></li><li>Nog <strong>een</strong></li></ul>"
    "<ol><li>Tel dit</li><li>En dit</li></ol>"
    "<table><thead><tr><td><strong>Kop</strong></td><td>Twee</td></tr></thead>"
    "<tbody><tr><td>a</td><td>b</td></tr></tbody></table>"
)
WORD_LOST = ["1 afbeelding", "1 link zonder bruikbaar adres", "kleuren en lettertypen"]

WEB = (DATA / "plakken-webpagina.html").read_text()

EXCEL = (DATA / "plakken-excel.html").read_text()


@pytest.mark.browser
@pytest.mark.process
class TestPasting:
    def test_word_becomes_clean_lists_and_a_table_and_what_is_left_out_is_told(self, page):
        new(page)
        paste(area(page, "goal"), WORD)
        told = page.locator(".rich", has=page.locator("#id_goal_editor")).get_by_role("status")
        expect(told).to_have_text(f"Bij het plakken is weggelaten: {', '.join(WORD_LOST)}.")
        save(page)
        assert stored(page, "goal") == WORD_STORED

    def test_a_web_page_and_a_sheet(self, page):
        new(page)
        paste(area(page, "goal"), WEB)
        told = page.locator(".rich", has=page.locator("#id_goal_editor")).get_by_role("status")
        for words in ("2 afbeeldingen", "1 script", "1 ingesloten video", "2 formuliervelden", "hoge of lage tekens"):
            expect(told).to_contain_text(words)
        paste(area(page, "impact"), EXCEL)
        paste(area(page, "risks"), text="<p>Bron van een <b>pagina</b></p>")
        paste(area(page, "proportionality"), text="Eerste regel\n\nTweede <TABEL>")
        save(page)
        assert stored(page, "goal") == (
            '<h4>Nieuws</h4><p>Een <strong>bericht</strong> met <a href="https://x.example/">link</a>.</p>'
            "<p>Nog een blok</p><p>Zoek</p><ul><li>een<ul><li>diep</li></ul></li></ul>"
        )
        assert stored(page, "impact") == (
            '<table><tbody><tr><td>Jaar</td><td>2024</td></tr><tr><td colspan="2">Samen</td></tr></tbody></table>'
        )
        assert stored(page, "risks") == "<p>Bron van een <strong>pagina</strong></p>"
        assert stored(page, "proportionality") == "<p>Eerste regel</p><p>Tweede &lt;TABEL&gt;</p>"


@pytest.mark.browser
@pytest.mark.process
class TestForm:
    def test_each_box_with_a_limit_counts(self, page):
        page.goto(ADD)
        counted = page.locator("[data-max-length]:not([id*=__prefix__])").count()
        assert page.locator(".counter").count() == counted > 50
        counter = page.locator("#id_name_counter")
        limit = number_format(FIELDS["name"].max_length, force_grouping=True)
        page.locator("#id_name").fill("Vijf!")
        expect(counter).to_have_text(f"5 van {limit} tekens")
        page.locator("#id_name").fill("x" * (FIELDS["name"].max_length + 3))
        expect(counter).to_contain_text("3 te veel")
        expect(page.locator(".only-heard")).to_contain_text("3 te veel")
        area(page, "goal").click()
        page.keyboard.type("é 🚗 ")
        page.keyboard.press("Control+b")
        page.keyboard.type("vet")
        expect(page.locator("#id_goal_counter")).to_contain_text(re.compile(r"^7 van 2\.500 tekens"))

    def test_a_row_added_later_counts_as_well(self, page):
        page.goto(ADD)
        page.locator("#steps-group").get_by_role("button", name="toevoegen").click()
        page.locator("#id_steps-1-action").fill("abc")
        expect(page.locator("#id_steps-1-action_counter")).to_contain_text("3 van")
        assert "id_steps-1-action_counter" in page.locator("#id_steps-1-action").get_attribute("aria-describedby")

    def test_who_leaves_a_changed_form_is_warned_and_who_saves_is_not(self, page, register):
        warned = []
        page.on("dialog", lambda dialog: (warned.append(dialog.type), dialog.accept()))
        page.goto(register.drafts["Tekstproef"])
        area(page, "goal").click()
        page.goto(ADD)
        assert warned == []
        new(page)
        area(page, "goal").click()
        page.keyboard.type("iets")
        page.goto("/beheer/")
        assert warned == ["beforeunload"]
        new(page)
        area(page, "goal").click()
        page.keyboard.type("iets")
        save(page)
        page.goto(ADD)
        assert warned == ["beforeunload"]

    def test_without_javascript_the_boxes_are_plain_and_do_the_same(self, browser, register):
        with visit(browser, register, java_script_enabled=False) as watch:
            page = watch.page
            new(page)
            assert not page.locator(".rich, .counter").count()
            assert "Maximaal 2.500" in page.locator("#id_goal_helptext").inner_text()
            assert "HTML met p, br" in page.locator("#id_goal_helptext").inner_text()
            page.locator("#id_goal").fill(WORD)
            page.locator("#id_impact").fill("Een\n\ntwee")
            page.locator("[name=_continue]").first.click()
            expect(page.locator(".messagelist .success")).to_be_visible()
            html = page.locator("#id_goal").input_value()
            assert html.startswith("<h4>Werkwijze</h4>\n<p>De")
            assert html.replace(">\n<", "><") == WORD_STORED
            assert page.locator("#id_impact").input_value() == "<p>Een</p>\n<p>twee</p>"

    def test_other_pages_with_texts_work_and_no_policy_knows_an_exception(self, page, register):
        for path in ("page/add/", f"organization/{register.sessions['organization']}/change/"):
            page.goto(f"/beheer/algorithms/{path}")
            start_all(page)
            assert page.locator(".rich").count() == 2
        for path in ("/", "/algoritmes/", "/en/over/"):
            page.goto(path)
            assert not page.locator("script:not([src*='/js/search']), .rich, .counter").count()
        policies = {page.request.get(path).headers["content-security-policy"] for path in ("/", ADD, "/beheer/")}
        assert len(policies) == 1
        assert "unsafe" not in policies.pop()


# -- the fields --------------------------------------------------------------------------------------------------------


def test_what_cleaning_took_out_is_kept_with_the_form():
    class Form(forms.Form):
        goal = fields.for_field(FIELDS["goal"])
        goal_en = fields.for_english(FIELDS["goal"])
        name = fields.for_field(FIELDS["name"])

    given = {"goal": "<p>Een <img src=x> en <img src=y></p>", "goal_en": "<p>One</p>", "name": "<img>"}
    form, other = Form(given), Form({"goal": "<p>Niets</p>"})
    assert form.is_valid()
    assert other.is_valid()
    assert fields.taken_out(form) == [("Doel en impact", ["2 afbeeldingen"])]
    assert fields.taken_out(other) == fields.taken_out(Form()) == []


@pytest.mark.parametrize("language", ["nl", "en"])
def test_each_limit_is_told_in_words_and_to_the_counter(language):
    boxes = 0
    for field in FIELDS.values():
        if field.kind not in fields.TYPED or field.max_length >= HARD_LIMIT:
            continue
        with override(language):
            made = [fields.for_field(field)] + ([fields.for_english(field)] if field.translated else [])
            limit = number_format(field.max_length, force_grouping=True)
            for box in made:
                assert {limit, str(field.max_length)} & set(re.findall(r"[\d.,]*\d", str(box.help_text))), field.key
                assert box.widget.attrs["data-max-length"] == field.max_length
                boxes += 1
    assert boxes > 30
