"""A city's own house style comes in by settings only: colours, letters, logo, icon, name and foot, with no line of
code; and the pages stay as accessible as they were."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest
from django.core.exceptions import ImproperlyConfigured
from playwright.sync_api import expect

from register import settings
from register.environment import env_links
from tests.browser import NARROW, WIDE, demo, watched
from tests.test_accessibility import LET_AXE_IN, faults, sideways

HERE = Path(__file__).resolve().parent / "data" / "stad"
LOOK = {
    "THEME_DIR": str(HERE),
    "THEME_CSS": "stad.css",
    "THEME_CLASS": "voorbeeld-theme stad-theme",
    "SITE_LOGO": "wapen.svg",
    "SITE_ICON": "wapen.svg",
    "SITE_NAME": "Algoritmes van Voorbeeldstad",
    "SITE_NAME_EN": "Algorithms of Exampleton",
    "SITE_OWNER": "Gemeente Voorbeeldstad",
    "SITE_FOOTER": "Stadhuis, Markt 1",
    "SITE_FOOTER_EN": "Town hall, Market 1",
    "SITE_FOOTER_LINKS": "Onze website=https://voorbeeldstad.example; Bel 14 000=tel:14000",
}
STYLE = """selector => {
    const style = getComputedStyle(document.querySelector(selector));
    return [style.color, style.backgroundColor, style.fontFamily.split(",")[0]];
}"""


@pytest.mark.browser
@pytest.mark.process
def test_a_second_theme_changes_the_look_by_settings_only(browser, migrated_site, tmp_path):
    site = demo(tmp_path / "data", migrated_site, look=LOOK)
    with site as register, watched(browser, register, **LET_AXE_IN) as watch:
        page = watch.page
        page.goto("/")
        assert page.evaluate(STYLE, ".utrecht-page-header")[1] == "rgb(230, 242, 236)"
        assert page.evaluate(STYLE, ".utrecht-page-footer")[1] == "rgb(11, 61, 39)"
        assert page.evaluate(STYLE, "h1")[0::2] == ["rgb(11, 61, 39)", "Georgia"]
        assert page.evaluate(STYLE, "main a.utrecht-link")[0] == "rgb(11, 93, 59)"
        logo = page.locator(".masthead__logo")
        assert logo.evaluate("it => it.complete && it.naturalWidth > 0")
        assert unquote(str(logo.get_attribute("src"))).startswith("data:image/svg+xml,<svg")
        assert page.locator("link[rel=icon]").get_attribute("href") == logo.get_attribute("src")
        expect(page.locator(".masthead")).to_contain_text("Gemeente Voorbeeldstad")
        assert page.title().endswith("Algoritmes van Voorbeeldstad")
        foot = page.locator("footer")
        expect(foot).to_contain_text("Stadhuis, Markt 1")
        assert foot.get_by_role("link", name="Bel 14 000").get_attribute("href") == "tel:14000"
        for path in ("/en/", register.find(register.records, "Parkeercontrole")):
            page.goto(path)
            for size in (WIDE, NARROW):
                page.set_viewport_size(size)
                assert faults(page) == []
            assert sideways(page) == []
        page.goto("/en/")
        expect(page.locator("footer")).to_contain_text("Town hall, Market 1")
        assert page.title().endswith("Algorithms of Exampleton")


def test_a_house_style_that_changes_is_seen_at_once(monkeypatch, tmp_path):
    """What a browser kept of a page names the sheet by its hash, and holds the logo itself."""
    monkeypatch.setattr(settings, "THEME_DIR", str(tmp_path))
    sheet = tmp_path / "letters" / "stad.css"
    sheet.parent.mkdir()
    sheet.write_text("old")
    before = settings._release()
    assert settings._release() == before
    sheet.write_text("new")
    assert settings._release() != before


@pytest.mark.parametrize("wrong", ["Onze website", "=https://x.example", "x=javascript:alert(1)", "x=//x.example/ ; y"])
def test_a_link_of_the_foot_that_is_none_stops_the_start(monkeypatch, wrong):
    monkeypatch.setenv("SITE_FOOTER_LINKS", wrong)
    with pytest.raises(ImproperlyConfigured, match="SITE_FOOTER_LINKS"):
        env_links("SITE_FOOTER_LINKS")
