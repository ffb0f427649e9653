"""Feeds: whoever follows one hears of everything that changed, and keeps the chain."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from xml.etree import ElementTree

import pytest
from django.db import transaction

from algorithms import bitset, document, publishing
from algorithms.models import Algorithm, Organization, Publication
from algorithms.public import feeds

ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ALL = ["/wijzigingen.atom", "/organisaties/gemeente-voorbeeldstad/wijzigingen.atom", "/thema/verkeer/wijzigingen.atom"]


def record(name: str, organization: str, **texts) -> Algorithm:
    Organization.objects.get_or_create(name=organization)
    data = {
        "name": name, "organization": {"name": organization}, "description_short": "Rijdt & <b>strooit</b>.",
        "category": ["Verkeer"], "goal": "<p>Doel</p>",
    }  # fmt: skip
    return document.apply(Algorithm(), document.clean(data | texts))


def publish(algorithm: Algorithm, note: str = "", **texts) -> None:
    document.apply(algorithm, document.clean(texts))
    algorithm.save()
    publishing.publish(algorithm, note=note, republish=True)


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker) -> Iterator[dict[str, Algorithm]]:
    """A log with everything that can happen: versions, a withdrawal, a redaction of a text and of a reason."""
    with django_db_blocker.unblock(), transaction.atomic():
        english = {"eng": {"name": "Gritting", "description_short": "Drives."}}
        found = {
            "gritting": record("Strooien", "Gemeente Voorbeeldstad", translations=english),
            "parking": record("Parkeren", "Gemeente Voorbeeldstad"),
            "names": record("Namen", "Gemeente Anderstad", category=["Wonen"], goal="<p>Van Jan Geheim.</p>"),
            "moved": record("Verhuisd", "Gemeente Voorbeeldstad"),
        }
        publish(found["gritting"], note="Eerste <keer>")
        publish(found["parking"])
        publish(found["gritting"], note="Ander doel", goal="<p>Ander doel</p>")
        publish(found["names"])
        publish(found["names"], goal="<p>Van niemand.</p>")
        publishing.withdraw(found["parking"].lars, reason="Gestopt door Piet Geheim")
        publish(found["moved"])
        Organization.objects.get_or_create(name="Gemeente Anderstad")
        publish(found["moved"], organization={"name": "Gemeente Anderstad"}, category=["Wonen"])
        publishing.redact("Jan Geheim", reason="Een naam")
        publishing.redact("Piet Geheim", reason="Nog een naam")
        yield found
        transaction.set_rollback(True)
    bitset.forget()


@pytest.fixture
def feed(db, made, client):
    """Return a feed as XML: feed("/wijzigingen.atom")."""

    def get(path: str) -> ElementTree.Element:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
        return ElementTree.fromstring(answer.content)

    return get


def text(of: ElementTree.Element, tag: str) -> str:
    return of.findtext(ATOM + tag) or ""


def titles(of: ElementTree.Element) -> list[str]:
    return [text(entry, "title") for entry in of.findall(f"{ATOM}entry")]


def link(of: ElementTree.Element, rel: str) -> str:
    found = [one.attrib["href"] for one in of.findall(f"{ATOM}link") if one.attrib["rel"] == rel]
    assert len(found) <= 1, rel
    return found[0].removeprefix("http://testserver") if found else ""


def content(entry: ElementTree.Element) -> list[str]:
    return ["".join(paragraph.itertext()) for paragraph in entry.iter("{http://www.w3.org/1999/xhtml}p")]


def test_every_entry_of_the_log_is_told_newest_first_in_words(feed):
    assert titles(feed("/wijzigingen.atom")) == [
        "Parkeren: toelichting bij versie 1 onleesbaar gemaakt",
        "Namen: tekst van versie 1 onleesbaar gemaakt",
        "Verhuisd: versie 2 gepubliceerd",
        "Verhuisd: versie 1 gepubliceerd",
        "Parkeren: ingetrokken",
        "Namen: versie 2 gepubliceerd",
        "Namen: versie 1 gepubliceerd",
        "Strooien: versie 2 gepubliceerd",
        "Parkeren: versie 1 gepubliceerd",
        "Strooien: versie 1 gepubliceerd",
    ]
    assert "Gritting: version 2 published" in titles(feed("/en/wijzigingen.atom"))
    assert "Parkeren: withdrawn" in titles(feed("/en/wijzigingen.atom"))


@pytest.mark.parametrize("path", [*ALL, *(f"/en{path}" for path in ALL)])
def test_a_feed_has_what_the_standard_asks(feed, path):
    found = feed(path)
    entries = found.findall(f"{ATOM}entry")
    assert found.attrib[LANG] == ("en" if path.startswith("/en") else "nl")
    assert link(found, "self") == path
    assert text(found, "title")
    assert found.findtext(f"{ATOM}author/{ATOM}name")
    ids = [text(one, "id") for one in [found, *entries]]
    assert len(set(ids)) == len(ids) > 1
    assert all(one.startswith("urn:uuid:") for one in ids)
    for one in [found, *entries]:
        assert datetime.fromisoformat(text(one, "updated")).tzinfo
        assert link(one, "alternate").startswith("/en/" if path.startswith("/en") else "/")
    assert text(found, "updated") == max(text(entry, "updated") for entry in entries)


def test_who_keeps_a_feed_keeps_the_chain(feed):
    log = list(Publication.objects.order_by("-sequence").values_list("sequence", "hash"))
    found = feed("/wijzigingen.atom")
    assert f"Stand van het logboek: {log[0][0]}, controlegetal {log[0][1]}." in text(found, "subtitle")
    told = [content(entry)[-1] for entry in found.findall(f"{ATOM}entry")]
    assert told == [f"Logboek {sequence}, controlegetal {digest}" for sequence, digest in log]
    assert f"checksum {log[0][1]}" in text(feed("/en/thema/verkeer/wijzigingen.atom"), "subtitle")


def test_an_id_is_the_same_in_every_feed_and_on_every_host_but_not_in_another_language(feed, settings):
    def ids(path):
        return {text(entry, "id") for entry in feed(path).findall(f"{ATOM}entry")}

    whole, own = ids(ALL[0]), text(feed(ALL[0]), "id")
    assert ids(ALL[1]) < whole
    settings.SITE_URL = "https://elders.example"
    assert (ids(ALL[0]), text(feed(ALL[0]), "id")) == (whole, own)
    assert not ids(f"/en{ALL[0]}") & whole
    assert link(feed(ALL[0]), "self") == "https://elders.example/wijzigingen.atom"


def test_an_entry_tells_what_where_and_why(feed, made):
    found = feed("/wijzigingen.atom").findall(f"{ATOM}entry")
    second, first = found[7], found[9]
    number = made["gritting"].lars
    assert link(second, "alternate") == f"/algoritmes/{number}/versies/2/"
    assert link(second, "related") == f"/algoritmes/{number}/versies/2/verschil/"
    assert link(first, "related") == ""
    assert text(first, "summary") == "Eerste <keer>"
    assert content(first)[0] == "Rijdt & <b>strooit</b>."
    assert first.findtext(f"{ATOM}author/{ATOM}name") == "Gemeente Voorbeeldstad"
    assert [one.attrib["term"] for one in first.findall(f"{ATOM}category")] == ["verkeer"]
    english = feed("/en/wijzigingen.atom").findall(f"{ATOM}entry")
    assert content(english[9])[0] == "Drives."
    note = english[9].find(f"{ATOM}summary")
    assert note is not None
    assert note.attrib[LANG] == "nl"
    assert english[8].find(f".//*[@{LANG}='nl']") is not None  # a description that was not translated


def test_what_was_redacted_is_told_to_whoever_kept_it(feed, made):
    whole = ElementTree.tostring(feed("/wijzigingen.atom"), "unicode")
    assert "Geheim" not in whole
    found = feed("/wijzigingen.atom").findall(f"{ATOM}entry")
    of_note, of_text, withdrawal, version = found[0], found[1], found[4], found[6]
    for entry, redaction in ((version, of_text), (withdrawal, of_note)):
        assert "De tekst hiervan is onleesbaar gemaakt." in content(entry)
        assert text(entry, "updated") == text(redaction, "published") > text(entry, "published")
    assert text(of_text, "summary") == "Een naam"
    assert link(withdrawal, "alternate") == f"/algoritmes/{made['parking'].lars}/versies/"
    assert link(found[5], "related") == ""  # what it would be compared with cannot be read


def test_a_part_of_the_register_has_what_is_in_it_now_and_what_was_withdrawn_from_it(feed):
    own, other = feed(ALL[1]), feed("/organisaties/gemeente-anderstad/wijzigingen.atom")
    assert {one.split(":")[0] for one in titles(own)} == {"Strooien", "Parkeren"}
    assert len(titles(own)) == 5
    assert {one.split(":")[0] for one in titles(other)} == {"Namen", "Verhuisd"}
    assert titles(feed(ALL[2])) == titles(own)
    assert text(own, "title") == "Algoritmeregister: wijzigingen bij Gemeente Voorbeeldstad"
    assert text(feed(f"/en{ALL[2]}"), "title") == "Algorithm register: changes in the theme Traffic"
    assert link(own, "alternate") == "/organisaties/gemeente-voorbeeldstad/"


@pytest.mark.parametrize("path", ALL[:2])
def test_older_entries_stand_on_further_pages(feed, client, monkeypatch, path):
    whole = titles(feed(path))
    monkeypatch.setattr(feeds, "PAGE_SIZE", 2)
    found, at, numbers = [], path, 0
    while at:
        page = feed(at)
        found += titles(page)
        numbers += 1
        assert link(page, "self") == at
        assert link(page, "first") == path
        assert link(page, "last") == f"{path}?pagina={-(-len(whole) // 2)}"
        assert bool(link(page, "previous")) == (numbers > 1)
        assert text(page, "updated") == text(feed(path), "updated")
        assert text(page, "id") == text(feed(path), "id")
        at = link(page, "next")
    assert found == whole
    for wrong in (numbers + 1, "0", "-1", "x", "1e9"):
        assert client.get(path, {"pagina": wrong}).status_code == 404


@pytest.mark.parametrize("path", ALL)
def test_a_feed_asks_a_fixed_number_of_queries(made, db, client, path, django_assert_max_num_queries):
    client.get(path)  # reads what is public into memory
    with django_assert_max_num_queries(9):
        client.get(path)


@pytest.mark.parametrize("path", ALL)
def test_a_reader_that_knows_the_feed_hears_in_few_bytes_that_nothing_changed(made, db, client, path):
    first = client.get(path)
    assert "Last-Modified" not in first  # seconds cannot tell two publications apart
    again = client.get(path, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(path, headers={"if-modified-since": "Thu, 01 Jan 2099 00:00:00 GMT"}).status_code == 200
    assert client.head(path)["Content-Length"] == str(len(first.content))
    publish(record("Nieuw", "Gemeente Voorbeeldstad"))
    later = client.get(path, headers={"if-none-match": first["ETag"]})
    assert later.status_code == 200
    assert b"Nieuw: versie 1 gepubliceerd" in later.content


def test_a_feed_of_nothing_is_not_found(db, client):
    assert client.get("/organisaties/nergens/wijzigingen.atom").status_code == 404
    assert client.get("/thema/nergens/wijzigingen.atom").status_code == 404


def test_pages_lead_to_the_feed_in_their_language(made, db, client):
    for path, wanted in (("/", "/wijzigingen.atom"), ("/en/over/", "/en/wijzigingen.atom")):
        page = " ".join(client.get(path).content.decode().split())
        assert f'href="{wanted}"' in page[page.index('type="application/atom+xml"') : page.index("</head>")]
    assert json.dumps("application/atom+xml") in client.get("/open-data/").content.decode()
