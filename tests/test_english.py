"""On English pages every word is English, or marked as Dutch: for who listens, Dutch read aloud as English is noise.

One register is made, with records that were translated, partly and not at all. All of its English pages are then read
by following their links; no page is listed here, so a new one is read too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.test import Client, override_settings
from django.urls import resolve

from algorithms import document, publishing, standard
from algorithms.models import Algorithm, Organization, Page
from algorithms.public import urls
from algorithms.standard import FIELDS, Words
from tests.test_languages import catalog

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
TOLD = ("aria-label", "alt", "placeholder", "title", "data-list", "data-words", "data-records", "data-none", "data-one")
PER_KIND = 4  # pages read of one kind; the first have most on them
# What is no page, and the pages that no page of this register leads to: those are asked by their address.
NO_PAGES = re.compile(r"feed|suggestions|pdf")
ASKED = [
    "/en/",
    "/en/nergens/",
    "/en/algoritmes/?zoek=xqzwv",
    "/en/algoritmes/?zoek=hollands&thema=werk",
    "/en/netwerk/",
]
pytestmark = pytest.mark.django_db
# Every Dutch fact and text of the register below holds this word, names of organisations and companies do not.
MARK = "hollands"
UNMARKED = ("title", "description", "bdi")


@dataclass
class Text:
    """A run of words on a page, or a word of its markup, that a screen reader says in the language of the page."""

    words: str
    place: str


@dataclass
class Reader(HTMLParser):
    """Collects the texts of a page that stand outside elements of another language than English."""

    found: list[Text] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    _open: list[tuple[str, str]] = field(default_factory=list)  # tag, language

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    @property
    def language(self) -> str:
        return self._open[-1][1] if self._open else ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        language = given.get("lang") or self.language
        if tag == "a":
            self.links.append(given.get("href") or "")
        if language == "en":
            self.found += [Text(given[name] or "", f"{tag}[{name}]") for name in TOLD if given.get(name)]
            if tag == "meta" and given.get("name") == "description":
                self.found.append(Text(given["content"] or "", "description"))
        if tag not in VOID:
            self._open.append((tag, language))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if words and self.language == "en" and self._open[-1][0] not in ("script", "style"):
            self.found.append(Text(words, self._open[-1][0]))


@pytest.fixture(scope="module")
def pages(django_db_setup, django_db_blocker) -> dict[str, Reader]:
    """Return what each English page says."""
    with django_db_blocker.unblock(), transaction.atomic():
        fill()
        with override_settings(SITE_FOOTER="Hollands stadhuis", SITE_FOOTER_EN="Hollands stadhuis"):
            yield crawled()
        transaction.set_rollback(True)


def fill() -> None:
    organization = Organization.objects.create(name="Gemeente Voorbeeldstad", about="<p>Hollands bestuur.</p>")
    Organization.objects.create(name="Gemeente Leeg")
    Page.objects.create(
        slug="uitleg", title="Hollandse uitleg", body="<p>Hollands.</p><h4>Hollandse kop</h4>" * 4, in_footer=True
    )
    whole = record("Hollandse strooiroutes", organization.name)
    english = {"name": "Gritting routes", "description_short": "Plans routes.", "data_sources": [{"name": "Road map"}]}
    second = record("Hollandse boetes", organization.name, translations={"eng": english})
    gone = record("Hollands verleden", organization.name)
    for algorithm in (whole, second, gone):
        publishing.publish(algorithm, note="Hollandse eerste keer")
    for algorithm in (whole, second):
        document.apply(algorithm, document.clean({"goal": "<p>Ander hollands doel.</p>", "status": "Buiten gebruik"}))
        publishing.publish(algorithm, note="Hollandse tweede keer")
    publishing.withdraw(gone.lars, reason="Hollandse reden")


def record(name: str, organization: str, **more) -> Algorithm:
    """Return a draft with a Dutch text in every field and column, whatever kind of words that takes."""
    given: dict = {
        "name": name,
        "organization": {"name": organization},
        "department": {"path": "Hollands beheer / Hollandse wegen"},
        "begin_date": "2024-01",
        "contact_email": "algoritmes@voorbeeldstad.example",
        "provider": "Routemakers B.V.",
        "source_id": name,
        "parties": [{"role": "supplier", "name": "Routemakers B.V."}],
        "withheld": [{"field": "risks", "reason": "Hollandse reden"}],
    }
    for key, one in FIELDS.items():
        if key in given or key in ("lang", "standard_version", "legacy"):
            continue
        match one.kind:
            case standard.Kind.RICH:
                given[key] = f"<p>Hollandse tekst van {key}.</p>"
            case standard.Kind.LINE | standard.Kind.TEXT:
                given[key] = f"Hollandse tekst van {key}"
            case standard.Kind.CHOICE:
                given[key] = one.choices[0].value
            case standard.Kind.CHOICES:
                given[key] = [one.choices[0].value]
            case standard.Kind.ROWS:
                given[key] = [row(one)]
    given["legacy"] = [{"key": "oud", "title": "Hollandse titel", "text": "Hollandse waarde", "standard": "0.1"}]
    return document.apply(Algorithm(), document.clean(given | more))


def row(of: standard.Field) -> dict[str, str]:
    cells = {}
    for column in of.columns:
        if column.choices:
            cells[column.key] = column.choices[0].value
        elif column.key == "value":
            cells[column.key] = "A-12"  # of an identifier or a desk: a code has no language
        elif column.kind in (standard.Kind.LINE, standard.Kind.TEXT, standard.Kind.RICH):
            cells[column.key] = f"Hollandse cel {column.key}"
    return cells


def crawled() -> dict[str, Reader]:
    client, read, count, waiting = Client(), {}, {}, [*ASKED]
    while waiting:
        address = waiting.pop(0)
        kind = kind_of(address)
        if address in read or count.get(kind, 0) >= PER_KIND or NO_PAGES.search(kind):
            continue
        answer = client.get(address, follow=True)
        if not answer["Content-Type"].startswith("text/html"):
            continue
        count[kind] = count.get(kind, 0) + 1
        reader = read[address] = Reader()
        reader.feed(answer.content.decode())
        waiting += [link.partition("#")[0] for link in reader.links if urlsplit(link).path.startswith("/en/")]
    return read


def kind_of(address: str) -> str:
    path = urlsplit(address).path
    try:
        found = resolve(path.removeprefix("/en"))
    except Exception:  # what resolves to nothing is the page that says so
        return "nothing"
    return (found.url_name or "") + (" asked" if "?" in address else "")


# -- the words of the interface ----------------------------------------------------------------------------------------


@cache
def words_of_the_interface() -> tuple[re.Pattern, re.Pattern]:
    """Return two patterns: what is written in Dutch, and what in English. The pieces between markup count each."""
    dutch, english = set(), set()
    for text, translated in catalog().items():
        for one, other in zip(*([t] if isinstance(t, str) else t for t in (text, translated)), strict=True):
            if one != other:
                dutch |= pieces(one)
                english |= pieces(other)
    for one in words_of_the_standard():
        dutch |= pieces(one.nl)
        english |= pieces(one.en)
    return re.compile("|".join(dutch - english)), re.compile("|".join(english))


def words_of_the_standard() -> list[Words]:
    found = []
    for section in standard.SECTIONS:
        found += [section.title, section.intro]
        for one in section.fields:
            found += [one.label, *(choice.label for choice in one.choices)]
            for column in one.columns:
                found += [column.label, *(choice.label for choice in column.choices)]
    return [words for words in found if words.nl != words.en]


def pieces(text: str) -> set[str]:
    """Return a text as patterns, one for each run between tags; a place to fill in takes any words."""
    found = set()
    for run in re.split(r"<[^>]+>", text):
        run = " ".join(run.split())
        if re.search(r"[^\W\d_]{3}", re.sub(r"%\(\w+\)[sd]|%[sd]", "", run)):
            found.add(re.sub(r"%\\\(\w+\\\)[sd]|%[sd]", ".+", re.escape(run).replace("%%", "%")))
    return found


# -- the promises ------------------------------------------------------------------------------------------------------


def test_every_kind_of_page_is_read(pages):
    kinds = {kind_of(address).removesuffix(" asked") for address in pages}
    redirects = {"algorithm-letter", "algorithm-short"}  # to the page of the record, or its tombstone
    wanted = {pattern.name for pattern in urls.urlpatterns} - redirects
    assert {name for name in wanted if not NO_PAGES.search(name)} - kinds == set()
    assert "nothing" in kinds


def test_the_pages_are_english(pages):
    for address, page in pages.items():
        assert "Skip to content" in [text.words for text in page.found], address


def test_no_dutch_word_of_the_interface_is_on_an_english_page(pages):
    dutch, english = words_of_the_interface()
    assert dutch.fullmatch("Naar de inhoud")
    wrong = {
        f"{text.words} ({text.place}) on {address}"
        for address, page in pages.items()
        for text in page.found
        if dutch.fullmatch(text.words) and not english.fullmatch(text.words)
    }
    assert sorted(wrong) == []


def test_no_dutch_text_of_a_record_is_read_as_english(pages):
    """In the head and in attributes a part cannot be marked, so only running text counts."""
    wrong = {
        f"{text.words} ({text.place}) on {address}"
        for address, page in pages.items()
        for text in page.found
        if MARK in text.words.lower() and text.place not in UNMARKED and "[" not in text.place
    }
    assert sorted(wrong) == []
