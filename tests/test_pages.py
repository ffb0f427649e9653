"""Pages of text: a new register has the ones it needs, in plain Dutch and in English, and a manager changes them."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.utils.html import strip_tags

from algorithms import richtext
from algorithms.hints import language
from algorithms.hints.texts import blocks_of
from algorithms.models import Page
from algorithms.public import record
from algorithms.public.views import pages

ROOT = Path(__file__).resolve().parent.parent
FIRST = json.loads((ROOT / "fixtures" / "pages.json").read_text(encoding="utf-8"))["pages"]
TEXTS = [(page["slug"], body) for page in FIRST for body in (page["body"], page["body_en"])]
ADDRESSES = [f"{prefix}/{slug}/" for slug in Page.FIXED for prefix in ("", "/en")]
# What a visitor needs to find on each, in both languages; most of it a law asks for.
PARTS = {
    "over": ("algoritme|algorithm", "landelijke|national", "Medewerkers|Employees", "compleet|complete", "open-data"),
    "bezwaar": (
        "6 weken|6 weeks", "gratis|free", "handtekening|signature", "of een algoritme is gebruikt en hoe|and how",
        "juridischloket.nl", "sociaal raadslieden", "nationaleombudsman.nl", "autoriteitpersoonsgegevens.nl",
        "AVG", "een mens|a person", "rechter|court",
    ),
    "contact": ("acht cijfers|eight digits", "zwakke plek|weak spot", "bezwaar/"),
    "privacy": ("cookies", "IP-adres|IP address", "AVG", "autoriteitpersoonsgegevens.nl"),
    "toegankelijkheid": (
        "Status C", "onafhankelijke partij|independent party", "WCAG 2.1", "WCAG 2.2", "EN 301 549",
        "22 november 2026|22 November 2026", "nationaleombudsman.nl", "nog niet goed|not right yet",
    ),
}  # fmt: skip


def migration():
    return importlib.import_module("algorithms.migrations.0007_first_pages")


def section(text: str, name: str) -> str:
    """Return the part of a page between the heading with an id and the end."""
    return text[text.index(f'id="{name}"') :]


# -- the first texts ---------------------------------------------------------------------------------------------------


def test_a_new_register_has_every_fixed_page_in_both_languages(db):
    rows = {page.slug: page for page in Page.objects.all()}
    assert set(rows) == set(Page.FIXED)
    for page in rows.values():
        assert page.is_public
        assert all((page.title, page.title_en, page.body, page.body_en)), page.slug


def test_what_a_city_wrote_is_kept_and_what_it_does_not_have_is_added(db):
    Page.objects.filter(slug="over").update(title="Ons register", body="<p>Zelf geschreven.</p>", body_en="")
    Page.objects.filter(slug="bezwaar").delete()
    migration().seed(apps, None)
    own, new = Page.objects.get(slug="over"), Page.objects.get(slug="bezwaar")
    assert (own.title, own.body, own.body_en) == ("Ons register", "<p>Zelf geschreven.</p>", "")
    assert new.body == next(page["body"] for page in FIRST if page["slug"] == "bezwaar")
    assert Page.objects.count() == len(FIRST)


@pytest.mark.parametrize(("slug", "body"), TEXTS)
def test_a_first_text_is_clean_and_leaves_nothing_to_fill_in(slug, body):
    assert richtext.clean(body) == body
    assert re.findall(r"\[|\]|…|vult hier|fills in here|voorbeeldregister|example\.", body) == []


@pytest.mark.parametrize("page", FIRST, ids=lambda page: page["slug"])
def test_a_first_text_is_plain_dutch(page):
    measured = language.measure(blocks_of(page["body"]))
    assert measured.score >= 70
    assert measured.words_per_sentence <= 12


@pytest.mark.parametrize("page", FIRST, ids=lambda page: page["slug"])
def test_both_languages_tell_the_same(page):
    dutch, english = page["body"], page["body_en"]
    assert re.findall(r"</?(\w+)", dutch) == re.findall(r"</?(\w+)", english)
    addresses = re.findall(r'href="([^"]+)"', dutch)
    there = [f"/en{address}" if address.startswith("/") else address for address in addresses]
    assert re.findall(r'href="([^"]+)"', english) == there
    for part in PARTS[page["slug"]]:
        assert re.search(part, dutch), part
        assert re.search(part, english), part


def test_links_of_the_first_texts_lead_somewhere(client, db):
    inside = {address for _slug, body in TEXTS for address in re.findall(r'href="(/[^"]*)"', body)}
    assert len(inside) >= 10
    assert {address: client.get(address).status_code for address in inside} == dict.fromkeys(inside, 200)


# -- how a page is shown -----------------------------------------------------------------------------------------------


def test_each_page_describes_itself(read):
    told = [re.search(r'<meta name="description"\s+content="([^"]+)"', read(address))[1] for address in ADDRESSES]
    assert len(set(told)) == len(ADDRESSES)
    assert all(40 < len(words) <= pages.DESCRIPTION for words in told)


def test_a_long_page_begins_with_its_headings_and_each_leads_to_its_text(read):
    text = read("/bezwaar/")
    contents = re.search(r'<nav class="utrecht-table-of-contents.*?</nav>', text, re.DOTALL)[0]
    links = re.findall(r'href="#([^"]+)"', contents)
    assert len(links) >= pages.MANY_HEADINGS
    assert all(text.count(f'id="{name}"') == 1 for name in links)
    assert links == re.findall(r'<h2 class="utrecht-heading-3" id="([^"]+)">', text)[1:]  # without its own
    Page.objects.filter(slug="bezwaar").update(body="<p>Kort.</p>" + "<h4>Kop</h4><p>Tekst.</p>" * 3)
    assert 'id="op-deze-pagina"' not in read("/bezwaar/")


def test_headings_get_names_of_their_own():
    text = "<p>Eerst.</p><h4>Kop</h4><p>a</p><h4>Kop</h4><h4>Inhoud</h4><h4>日本</h4>"
    text += "<h4>Een <strong>A &amp; B</strong></h4>"
    intro, rest, headings = pages.parts(record.rich(text, heading="h2"))
    assert intro == "Eerst."
    assert [heading["name"] for heading in headings] == ["kop", "kop-2", "inhoud-2", "kop-3", "een-a-b"]
    assert headings[-1]["words"] == "Een A & B"
    assert strip_tags(rest) == "KopaKopInhoud日本Een A &amp; B"


@pytest.mark.parametrize("body", ["<p>Een.</p><p>Twee.</p><h4>Kop</h4>", "<ul><li>Een</li></ul>", "Kaal", ""])
def test_no_word_of_a_text_is_lost_in_cutting_it(body):
    intro, rest, _headings = pages.parts(record.rich(body, heading="h2"))
    assert strip_tags(intro + rest) == strip_tags(body)


def test_a_page_without_text_says_so(read):
    Page.objects.filter(slug="contact").update(is_public=False)
    Page.objects.filter(slug="privacy").delete()
    assert "Deze tekst is nog niet geschreven." in read("/contact/")
    privacy = read("/en/privacy/")
    assert "This text has not been written yet." in privacy
    assert "translated" not in privacy
    Page.objects.create(slug="binnenkort", title="Binnenkort", is_public=False)
    read("/over/binnenkort/", 404)


def test_the_address_of_the_register_stands_where_people_look_for_it(read, settings):
    settings.SITE_EMAIL, settings.SITE_OWNER = "register@voorbeeldstad.example", "Gemeente Voorbeeldstad"
    for slug in Page.FIXED:
        assert ("mailto:register@voorbeeldstad.example" in read(f"/{slug}/")) == (slug in pages.WITH_ADDRESS)
    settings.SITE_EMAIL = ""
    contact = section(read("/contact/"), "zo-bereikt-u-ons")
    assert "Gemeente Voorbeeldstad" in contact
    assert "mailto:" not in contact


def test_a_label_that_was_not_translated_is_marked_wherever_it_leads_from(read):
    Page.objects.create(slug="uitleg", title="Uitleg", in_footer=True)
    english = re.findall(r'<a[^>]*href="/en/over/uitleg/"[^>]*>', read("/en/over/"))
    assert len(english) == 2  # in the list of pages and in the foot
    assert all('lang="nl"' in link for link in english)
    dutch = re.findall(r'<a[^>]*href="/over/uitleg/"[^>]*>', read("/over/"))
    assert len(dutch) == 2
    assert not any("lang=" in link for link in dutch)


# -- in the admin ------------------------------------------------------------------------------------------------------


@pytest.fixture
def manager(client, staff):
    client.force_login(staff("manager"))


def typed(page: Page, **changes: str) -> dict[str, str]:
    given = {"title": page.title, "title_en": page.title_en, "body": page.body, "body_en": page.body_en}
    return given | {"is_public": "on", "order": str(page.order)} | changes


def test_a_preview_shows_what_is_typed_and_keeps_nothing(client, manager):
    page = Page.objects.get(slug="over")
    address = f"/beheer/algorithms/page/{page.pk}/change/"
    new = typed(page, title="Ons register", body="<p>Nieuw.</p><script>x</script>", body_en="<p>New.</p>")
    dutch = client.post(address, new | {"_preview": "nl"})
    assert "Deze tekst is niet opgeslagen." in dutch.content.decode()
    assert re.search(r"<h1[^>]*>Ons register</h1>", dutch.content.decode())
    assert "Nieuw." in dutch.content.decode()
    assert "<script>x" not in dutch.content.decode()
    assert "no-store" in dutch["Cache-Control"]
    english = client.post(address, new | {"_preview": "en"})
    assert english["Content-Language"] == "en"
    assert "New." in english.content.decode()
    added = client.post("/beheer/algorithms/page/add/", new | {"slug": "nieuw", "_preview": "en", "title_en": ""})
    assert re.search(r'<h1[^>]*lang="nl">Ons register</h1>', added.content.decode())
    page.refresh_from_db()
    assert page.title == "Over dit register"
    assert Page.objects.count() == len(FIRST)


def test_a_preview_of_a_form_with_mistakes_gives_the_form_back(client, manager):
    page = Page.objects.get(slug="over")
    answer = client.post(
        f"/beheer/algorithms/page/{page.pk}/change/", typed(page, title="", body="<p>Getypt.</p>", _preview="nl")
    )
    assert "title" in answer.context["adminform"].form.errors
    assert "Getypt." in answer.content.decode()
    assert client.post("/beheer/algorithms/page/999999/change/", typed(page, _preview="nl")).status_code == 302


def test_only_who_may_write_pages_previews_them(client, staff):
    page = Page.objects.get(slug="over")
    for kind in ("author", "auditor"):
        client.force_login(staff(kind))
        answer = client.post(f"/beheer/algorithms/page/{page.pk}/change/", typed(page, _preview="nl"))
        assert answer.status_code == 403, kind


def test_the_fixed_pages_keep_their_address_and_cannot_go(client, manager):
    page, own = Page.objects.get(slug="privacy"), Page.objects.create(slug="meer", title="Meer")
    client.post(f"/beheer/algorithms/page/{page.pk}/change/", typed(page, slug="anders", title="Uw gegevens"))
    page.refresh_from_db()
    assert (page.slug, page.title) == ("privacy", "Uw gegevens")
    chosen = {"action": "delete_selected", "post": "yes", "_selected_action": [str(page.pk), str(own.pk)]}
    assert client.post("/beheer/algorithms/page/", chosen).status_code == 403
    assert Page.objects.count() == len(FIRST) + 1


def test_the_form_of_a_page_helps_at_each_field(client, manager):
    form = client.get("/beheer/algorithms/page/add/").context["adminform"].form
    assert {name for name, one in form.fields.items() if not one.help_text} == set()
    hidden = Page.objects.create(slug="meer", title="Meer", is_public=False)
    for page, shown in ((Page.objects.get(slug="over"), True), (hidden, False)):
        text = client.get(f"/beheer/algorithms/page/{page.pk}/change/").content.decode()
        assert (f'href="{page.get_absolute_url()}"' in text) == shown
        assert text.count('name="_preview"') == 2
