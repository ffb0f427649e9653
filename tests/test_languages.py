"""Dutch and English: the same pages, every word translated, and Dutch marked where it stands in for English."""

import ast
import re
from html import unescape
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils.translation import override
from django.utils.translation.template import templatize

from algorithms import publishing
from algorithms.models import Listing, Organization, Page

ROOT = Path(__file__).resolve().parent.parent
CATALOG = ROOT / "locale/en/LC_MESSAGES/django.po"
CODE = ("algorithms", "importers", "register")
# Which arguments of a call are texts to translate.
CALLS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2, "ngettext_lazy": 2}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def texts_of_code() -> dict[str | tuple[str, str], str]:
    """Return every text that Python code has translated, with its place."""
    found = {}
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            found |= texts_in(ast.parse(path.read_text(encoding="utf-8")), str(path.relative_to(ROOT)))
    return found


def texts_of_templates() -> dict[str | tuple[str, str], str]:
    """Return every text that templates have translated; Django turns their tags into calls in Python."""
    found = {}
    for path in sorted((ROOT / "templates").rglob("*.html")):
        written = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        for call in re.findall(
            r"(?<!\w)(n?gettext|_)(\((?:u?'(?:[^'\\]|\\.)*'|u?\"(?:[^\"\\]|\\.)*\"|[\s,]|\w+)*\))", written
        ):
            found |= texts_in(ast.parse("".join(call)), str(path.relative_to(ROOT)))
    return found


def texts_in(tree: ast.AST, place: str) -> dict[str | tuple[str, str], str]:
    found = {}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS):
            continue
        wanted = node.args[: CALLS[node.func.id]]
        words = [arg.value for arg in wanted if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if words and len(words) == CALLS[node.func.id]:
            found[words[0] if len(words) == 1 else tuple(words)] = f"{place}:{node.lineno}"
    return found


def catalog() -> dict[str | tuple[str, str], str | tuple[str, str]]:
    with CATALOG.open("rb") as file:
        entries = read_po(file, locale="en")
    return {
        tuple(entry.id) if isinstance(entry.id, list | tuple) else entry.id: entry.string
        for entry in entries
        if entry.id and not entry.fuzzy
    }


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(page)).split())


def address(algorithm) -> str:
    return f"/algoritmes/{algorithm.lars}/{Listing.objects.get(lars=algorithm.lars).slug}/"


# -- the catalogue -----------------------------------------------------------------------------------------------------


def test_every_text_of_the_interface_has_an_english_translation():
    translated = catalog()
    asked = texts_of_code() | texts_of_templates()
    assert len(asked) > 100
    missing = {
        f"{place}: {text}"
        for text, place in asked.items()
        if not (all(translated[text]) if text in translated else False)
    }
    assert sorted(missing) == []


def test_the_catalogue_holds_nothing_that_is_no_longer_asked():
    assert sorted(map(str, catalog().keys() - (texts_of_code() | texts_of_templates()).keys())) == []


def test_a_translation_keeps_the_places_to_fill_in():
    wrong = []
    for text, english in catalog().items():
        before, after = ("".join(text), "".join(english)) if isinstance(text, tuple) else (text, english)
        if set(PLACEHOLDER.findall(before)) != set(PLACEHOLDER.findall(after)):
            wrong.append(text)
    assert wrong == []


# -- the pages ---------------------------------------------------------------------------------------------------------

PAGES = ["/", "/algoritmes/", "/wijzigingen/", "/organisaties/", "/over/", "/privacy/", "/open-data/"]


@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_in_the_language_of_its_address(read, publish_algorithm, path):
    publish_algorithm()
    dutch, english = read(path), read(f"/en{path}")
    assert '<html lang="nl"' in dutch
    assert '<html lang="en"' in english
    assert "Naar de inhoud" in dutch
    assert "Skip to content" in english
    assert "Naar de inhoud" not in english


def test_the_language_follows_the_address_and_nothing_else(client, db):
    answer = client.get("/algoritmes/", headers={"accept-language": "en"})
    assert '<html lang="nl"' in answer.content.decode()
    assert answer["Content-Language"] == "nl"
    assert "Accept-Language" not in answer.get("Vary", "")


@pytest.mark.parametrize(
    "path", ["/", "/algoritmes/?thema=verkeer&pagina=1", "/over/", "/wijzigingen/", "/nergens/?a=b"]
)
def test_the_other_language_is_one_click_away_on_the_same_page(client, publish_algorithm, path):
    publish_algorithm()
    assert f'href="/en{path}"' in unescape(client.get(path).content.decode())
    assert f'href="{path}"' in unescape(client.get(f"/en{path}").content.decode())


@pytest.mark.parametrize(
    ("asked", "dutch"), [("/en//elders.example/", "/%2Felders.example/"), ("/en/een%3Ftwee/", "/een%3Ftwee/")]
)
def test_the_other_language_is_on_this_site_whatever_was_asked(client, db, asked, dutch):
    page = client.get(asked).content.decode()
    assert re.findall(r'href="([^"]+)"\s+lang="nl"', page) == [dutch]


def test_a_record_links_to_itself_in_the_other_language(read, publish_algorithm):
    path = address(publish_algorithm())
    for page in (read(path), read(f"/en{path}")):
        flat = " ".join(page.split())
        assert f'hreflang="nl" href="http://testserver{path}"' in flat
        assert f'hreflang="en" href="http://testserver/en{path}"' in flat
    assert f'<link rel="canonical" href="http://testserver/en{path}">' in " ".join(read(f"/en{path}").split())


def test_addresses_of_a_city_are_its_own_and_not_those_of_the_request(read, publish_algorithm, settings):
    settings.SITE_URL = "https://algoritmes.voorbeeldstad.example"
    path = address(publish_algorithm())
    assert f'href="https://algoritmes.voorbeeldstad.example{path}"' in read(path)
    assert "http://testserver" not in read(path)


# -- records -----------------------------------------------------------------------------------------------------------


def test_an_english_page_shows_the_translation_and_marks_what_is_still_dutch(read, publish_algorithm):
    algorithm = publish_algorithm()
    page = read(f"/en{address(algorithm)}")
    assert "Gritting routes" in page
    assert "Plans which roads are gritted first." in page
    assert "Parts of this description have not been translated yet" in page
    assert "In use" in page
    assert re.search(r'lang="nl">\s*<p>Wegen op tijd', page)
    row = page[page.index('id="veld-data_sources"') :]
    assert "Road map" in row  # the column that was translated
    assert re.search(r'<span lang="nl">Ligging van wegen</span>', row)  # the one that was not


def test_a_record_without_translation_says_so_once(read, publish_algorithm):
    page = read(f"/en{address(publish_algorithm(translations={}))}")
    assert page.count("This description has not been translated yet. You are reading the Dutch text.") == 1
    assert re.search(r'<h1[^>]*lang="nl">', page)


def test_a_dutch_page_marks_nothing_and_shows_no_english(read, publish_algorithm):
    page = read(address(publish_algorithm()))
    assert "Gritting routes" not in page
    assert 'id="vertaling"' not in page


def test_a_wholly_translated_record_has_no_notice(read, publish_algorithm):
    algorithm = publish_algorithm(
        goal="",
        human_intervention="",
        risks="",
        methods_and_models="",
        data_sources=[],
        steps=[],
        translations={"eng": {"name": "Gritting", "description_short": "Grits."}},
    )
    page = read(f"/en{address(algorithm)}")
    assert 'id="vertaling"' not in page


def test_lists_show_english_names_and_mark_dutch_ones(read, publish_algorithm):
    publish_algorithm()
    publish_algorithm(name="Alleen Nederlands", translations={})
    page = " ".join(read("/en/algoritmes/").split())
    assert ">Gritting routes</a>" in page
    assert 'lang="nl">Alleen Nederlands</a>' in page
    assert "Traffic (2)" in words(page)


def test_tombstone_and_old_versions_speak_english_too(read, publish_algorithm):
    algorithm = publish_algorithm()
    assert "This is version 1, the current version." in words(read(f"/en/algoritmes/{algorithm.lars}/versies/1/"))
    publishing.withdraw(algorithm.lars, reason="Klaar")
    page = words(read(f"/en/a/{algorithm.lars}", 410))
    assert "Gritting routes" in page
    assert "was withdrawn on" in page


def test_organisations_and_pages_fall_back_to_dutch_and_say_so(read):
    Organization.objects.create(name="Gemeente", about="<p>Tekst</p>", about_en="<p>Text</p>")
    hello = {"body": "<p>Hallo</p>", "body_en": "<p>Hello</p>"}
    Page.objects.update_or_create(slug="over", defaults=hello)
    Page.objects.update_or_create(
        slug="privacy", defaults=hello | {"title": "Privacyverklaring", "title_en": "", "body_en": ""}
    )
    assert "Text" in words(read("/en/organisaties/gemeente/"))
    assert re.search(r"<p[^>]*>\s*Hello\s*</p>", read("/en/over/"))
    privacy = read("/en/privacy/")
    assert "This page has not been translated yet." in privacy
    assert re.search(r'<h1[^>]*lang="nl">Privacyverklaring</h1>', privacy)
    assert re.search(r'<p[^>]*lang="nl">\s*Hallo\s*</p>', privacy)


def test_months_and_days_are_told_in_words_of_the_language():
    from algorithms.public.record import month

    assert month("2024-03") == "maart 2024"
    with override("en"):
        assert month("2024-03") == "March 2024"
    assert month("2024-13") == "2024-13"
