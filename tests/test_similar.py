"""What is like a record, and the reason: shared data, supplier or words; never only an organisation or a status."""

from __future__ import annotations

import re

import pytest
from django.db import transaction

from algorithms import bitset, publishing, similar
from algorithms.models import Algorithm, Head, Listing
from algorithms.similar import Kind
from tests.conftest import complete_draft

# Records that have nothing to do with each other, so that what two others share is rare.
APART = ["Zwemles", "Egels", "Lantaarns", "Trouwzaal", "Markthal", "Sneeuwruimer", "Fietsenstalling", "Bibliotheek"]
EVERYBODY = "Basisregistratie Personen"  # a data source that most have


@pytest.fixture(autouse=True)
def nothing_in_memory():
    bitset.forget()
    yield
    bitset.forget()


def published(name: str, *sources: str, **changes) -> Algorithm:
    plain = {
        "description_short": "Kort.",
        "department": None,
        "parties": [],
        "provider": "",
        "category": [],
        "steps": [],
    }
    named = {"data_sources": [{"name": source} for source in sources], "translations": {}}
    algorithm = complete_draft(**(plain | named | {"name": name} | changes))
    publishing.publish(algorithm)
    return algorithm


@pytest.fixture(scope="module")
def made_once(django_db_setup, django_db_blocker):
    """Algorithms about parking, one of waste, and others that are apart. What a test does to them is undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        for number, name in enumerate(APART):
            published(
                name,
                EVERYBODY,
                organization={"name": f"Gemeente {number}"},
                provider="Intern ontwikkeld" if number % 2 else "Onbekend",
                category=["Werk"],
            )
        published(
            "Parkeercontrole",
            "BAG-data",
            EVERYBODY,
            "Kadaster",
            description_short="Een scanauto controleert of iemand betaalde. Leest kentekens.",
            provider="Centric",
            category=["Verkeer"],
            organization={"name": "Gemeente Scanstad"},
        )
        published(
            "Bewoners laten parkeren",
            "BAG (Basisregistratie adressen en gebouwen)",
            "kadaster",
            EVERYBODY,
            description_short="Wie in de straat woont, krijgt een <vergunning>.",
            provider="Centric B.V.",
            category=["Verkeer"],
            translations={"eng": {"name": "Residents & parking"}},
        )
        published(
            "Kenteken van de scanauto",
            EVERYBODY,
            organization={"name": "Gemeente Elders"},
            provider="Gemeente Elders",
            category=["Economie"],
        )
        published("Vuilnis", provider="Centric", description_short="Plaatst bakken.")
        published("Bomen", provider="Gemeente Voorbeeldstad", description_short="Bekijkt takken.")
        published("Groot onderhoud", "CBS", description_short="Vernieuwt rioolbuizen.", category=["Wonen"])
        published("Klein onderhoud", "CBS Statline", description_short="Vernieuwt kozijnen.", category=["Wonen"])
        yield
        transaction.set_rollback(True)


@pytest.fixture
def like(db, made_once):
    """Return what is like the record with a name: {name: {kind: labels}}, in order."""

    def found(name: str, lang: str = "nl", most: int = similar.MOST) -> dict[str, dict[str, tuple[str, ...]]]:
        told = similar.to(Head.now(), Listing.objects.get(name=name), lang, most)
        return {one.listing.name: {reason.kind: reason.labels for reason in one.reasons} for one in told}

    return found


# -- which, and why ----------------------------------------------------------------------------------------------------


def test_shared_data_counts_most_however_it_is_written(like):
    found = like("Parkeercontrole")
    assert list(found) == ["Bewoners laten parkeren", "Vuilnis", "Kenteken van de scanauto"]
    assert found["Bewoners laten parkeren"][Kind.SOURCES] == ("BAG", "Kadaster")
    assert like("Groot onderhoud") == {
        "Klein onderhoud": {Kind.SOURCES: ("CBS",), Kind.WORDS: ("onderhoud", "vernieuwt"), Kind.THEMES: ("Wonen",)}
    }


def test_the_same_supplier_is_a_reason_and_own_making_is_not(like):
    assert like("Vuilnis") == {"Parkeercontrole": {Kind.SUPPLIER: ("Centric",)}}
    for name in ("Zwemles", "Egels", "Bomen"):  # unknown, own making, and the organisation itself
        assert like(name) == {}


def test_words_of_names_and_short_descriptions_are_a_reason_in_any_form(like):
    assert like("Kenteken van de scanauto") == {"Parkeercontrole": {Kind.WORDS: ("kenteken", "scanauto")}}
    assert like("Parkeercontrole")["Kenteken van de scanauto"] == {Kind.WORDS: ("kentekens", "scanauto")}
    # A part of a compound is told as the word it is.
    assert like("Parkeercontrole")["Bewoners laten parkeren"][Kind.WORDS] == ("parkeren",)


def test_what_everybody_shares_says_nothing(like):
    assert like("Lantaarns") == {}  # eight records have this theme and this data source
    assert all(EVERYBODY not in labels for told in like("Parkeercontrole").values() for labels in told.values())


def test_the_name_of_an_organisation_is_no_word_they_share(like):
    published("Scanstad in cijfers", organization={"name": "Gemeente Nieuw"})
    assert "Scanstad in cijfers" not in like("Parkeercontrole")


def test_the_order_is_most_shared_first_then_newest_and_no_more_than_asked(like):
    names = [f"Riool {letter}" for letter in "abcdefg"]
    for name in names:
        published(name, "Putdeksels")
    assert list(like("Riool c")) == ["Riool g", "Riool f", "Riool e", "Riool d", "Riool b"]
    assert list(like("Riool c", most=2)) == ["Riool g", "Riool f"]
    published("Riool h", "Putdeksels", organization={"name": "Gemeente Nieuw"})
    assert list(like("Riool c", most=7))[-1] == "Riool h"  # the newest, but of another organisation


def test_what_is_withdrawn_is_like_nothing_any_more(like):
    gone = Listing.objects.get(name="Klein onderhoud")
    publishing.withdraw(gone.lars, reason="Klaar.")
    assert like("Groot onderhoud") == {}


def test_labels_are_in_the_language_of_the_page_or_say_that_they_are_dutch(like):
    assert like("Groot onderhoud", "en")["Klein onderhoud"][Kind.THEMES] == ("Housing",)
    told = similar.to(Head.now(), Listing.objects.get(name="Parkeercontrole"), "en")
    langs = {(reason.kind, reason.lang) for one in told for reason in one.reasons}
    assert langs == {(Kind.SOURCES, "nl"), (Kind.WORDS, "nl"), (Kind.THEMES, ""), (Kind.SUPPLIER, "")}
    dutch = similar.to(Head.now(), Listing.objects.get(name="Parkeercontrole"), "nl")
    assert {reason.lang for one in dutch for reason in one.reasons} == {""}
    assert [one.listing.pk for one in told] == [one.listing.pk for one in dutch]


def test_the_cost_is_bounded_however_much_a_record_tells(like, django_assert_max_num_queries):
    words = " ".join(f"zi{first}{second}ol" for first in "bdfgkmp" for second in "abdefgh")
    for number in range(2):
        published(f"Veel {number}", *(f"Bron nummer {n}" for n in range(60)), description_short=words)
    like("Vuilnis")  # makes what is kept with this state of the register
    head, listing = Head.now(), Listing.objects.get(name="Veel 0")
    with django_assert_max_num_queries(3):
        found = similar.to(head, listing, "nl")[0]
    told = {reason.kind: reason.labels for reason in found.reasons}
    assert found.listing.name == "Veel 1"
    assert [len(told[kind]) for kind in (Kind.SOURCES, Kind.WORDS)] == [similar.MOST_TOLD] * 2


# -- the page ----------------------------------------------------------------------------------------------------------


def section(page: str) -> str:
    """Return the part of a page about what is like it; "" when there is none."""
    found = re.search(r'<section[^>]*aria-labelledby="lijkt-hierop".*?</section>', page, re.DOTALL)
    return found[0] if found else ""


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_page_of_a_record_tells_what_is_like_it_and_why(like, read):
    listing = Listing.objects.get(name="Parkeercontrole")
    other = Listing.objects.get(name="Bewoners laten parkeren")
    address = f"/algoritmes/{listing.lars}/{listing.slug}/"
    page = read(address)
    part = section(page)
    assert f'href="/algoritmes/{other.lars}/{other.slug}/"' in part
    assert "Lijkt hierop Bewoners laten parkeren Gemeente Voorbeeldstad Gebruikt ook: BAG, Kadaster" in words(part)
    for reason in ("Gaat ook over: parkeren", "Zelfde thema: Verkeer", "Zelfde leverancier: Centric"):
        assert reason in words(part)
    assert page.index('id="lijkt-hierop"') < page.index('id="versie"')
    english = section(read(f"/en{address}"))
    assert "Similar algorithms Residents & parking" in words(english)
    for reason in (
        "Also uses: BAG, Kadaster",
        "Is also about: parkeren",
        "Same theme: Traffic",
        "Same supplier: Centric",
    ):
        assert reason in words(english)
    assert '<span lang="nl">BAG, Kadaster</span>' in english
    assert re.search(r'lang="nl">\s*Kenteken van de scanauto</a>', english)
    assert "lang=" not in part


def test_there_is_no_section_when_nothing_is_like_it_nor_on_a_version(like, read):
    alone, listing = (Listing.objects.get(name=name) for name in ("Bomen", "Parkeercontrole"))
    assert section(read(f"/algoritmes/{alone.lars}/{alone.slug}/")) == ""
    assert section(read(f"/algoritmes/{listing.lars}/versies/1/")) == ""
