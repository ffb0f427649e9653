"""Words that mean the same: the list a register begins with is sound, and the admin keeps it so."""

from __future__ import annotations

import json
import re
from collections import Counter
from html import unescape
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from algorithms.admin.register import SynonymForm
from algorithms.models import Synonym
from algorithms.models.register import fold

LIST = "/beheer/algorithms/synonym/"
FILE = Path(__file__).resolve().parent.parent / "fixtures" / "synonyms.json"
GROUPS = json.loads(FILE.read_text(encoding="utf-8"))["synonyms"]

# What people type, and what records say: each of a pair finds the other. The first eight are those of the design.
PAIRS = """
AVG = Algemene verordening gegevensbescherming
DPIA = gegevensbeschermingseffectbeoordeling
IAMA = Impact Assessment Mensenrechten en Algoritmes
BRP = Basisregistratie Personen
BAG = Basisregistratie Adressen en Gebouwen
WOZ = Waardering onroerende zaken
bijstand = uitkering
parkeerboete = naheffingsaanslag
Awb = Algemene wet bestuursrecht
Wmo = Wet maatschappelijke ondersteuning
Woo = Wet open overheid
Wpg = Wet politiegegevens
KvK = handelsregister
RDW = Rijksdienst voor het Wegverkeer
CJIB = Centraal Justitieel Incassobureau
UWV = Uitvoeringsinstituut Werknemersverzekeringen
AP = Autoriteit Persoonsgegevens
ANPR = kentekenherkenning
LLM = taalmodel
boa = handhaver
apv = algemene plaatselijke verordening
OZB = onroerendezaakbelasting
sofinummer = bsn
GBA = BRP
WWB = Participatiewet
bon = boete
spijbelen = leerplicht
stoplicht = VRI
vuilnis = afval
parking fine = naheffingsaanslag
welfare = bijstand
debt = schulden
"""
# Near each other, and yet not the same to who searches.
APART = """
boete = handhaving
kind = school
uitkering = fraude
privacy = datalek
ongedocumenteerd = verblijfsvergunning
uitkering = bijzondere bijstand
"""


def pairs(text: str) -> list[tuple[str, str]]:
    return [(left.strip(), right.strip()) for left, right in (line.split("=") for line in text.strip().splitlines())]


def reached(word: str) -> set[str]:
    """Return the words of every group of the file that holds a word, folded."""
    groups = [{fold(each) for each in group["words"]} for group in GROUPS]
    return {each for group in groups if fold(word) in group for each in group}


# -- the list a register begins with -----------------------------------------------------------------------------------


def test_the_form_would_take_every_group_of_the_file_as_it_stands():
    """So each has 2 to 20 words, none empty, none twice, none too long: whoever opens a group can also save it."""
    form, refused = SynonymForm(), {}
    for group in GROUPS:
        try:
            taken = form.fields["words"].clean("\n".join(group["words"]))
        except ValidationError as why:
            taken = why.messages
        if taken != group["words"]:
            refused[", ".join(group["words"])] = taken
    assert refused == {}
    assert len(GROUPS) >= 180


def test_no_group_stands_in_the_file_twice_or_inside_another():
    groups = [frozenset(map(fold, group["words"])) for group in GROUPS]
    assert [sorted(one) for number, one in enumerate(groups) for other in groups[number + 1 :] if one <= other] == []
    assert [sorted(other) for number, one in enumerate(groups) for other in groups[number + 1 :] if other < one] == []


def test_groups_of_one_domain_stand_together():
    domains = [group["domain"] for group in GROUPS]
    begins = [domain for number, domain in enumerate(domains) if number == 0 or domains[number - 1] != domain]
    assert [domain for domain, count in Counter(begins).items() if count > 1 or not fold(domain)] == []


@pytest.mark.parametrize(("typed", "written"), pairs(PAIRS))
def test_what_people_type_reaches_what_records_say_and_back(typed, written):
    assert fold(written) in reached(typed)
    assert fold(typed) in reached(written)


@pytest.mark.parametrize(("one", "other"), pairs(APART))
def test_what_only_resembles_is_kept_apart(one, other):
    assert fold(other) not in reached(one)


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


# -- the admin ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def manager(client, staff):
    client.force_login(staff("manager"))


def test_a_group_of_the_register_manager_is_stored_as_typed(client, manager):
    known = set(Synonym.objects.values_list("pk", flat=True))
    typed = "  Xyz  \r\n\r\nCafé-terras\r\nstoelen  op de 'stoep'\r\n"
    assert client.post(f"{LIST}add/", {"words": typed}).status_code == 302
    group = Synonym.objects.exclude(pk__in=known).get()
    assert group.words == ["Xyz", "Café-terras", "stoelen op de 'stoep'"]

    page = client.get(f"{LIST}{group.pk}/change/")
    assert page.context["adminform"].form["words"].value() == "Xyz\nCafé-terras\nstoelen op de 'stoep'"
    assert client.post(f"{LIST}{group.pk}/change/", {"words": "Xyz\nterras"}).status_code == 302
    group.refresh_from_db()
    assert group.words == ["Xyz", "terras"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "vereist"),
        (" \r\n\t\r\n", "vereist"),
        ("fietspad", "minstens 2"),
        ("fietspad\nfietspad", "'fietspad' staat er al als 'fietspad'"),
        ("a\na", "'a' staat er al als 'a'"),
        ("Café\nkroeg\ncafe", "'cafe' staat er al als 'Café'"),
        ("e-mail\nE mail", "'E mail' staat er al als 'e-mail'"),
        ("fietspad\n???", "'???' heeft geen letter (a-z) en geen cijfer"),
        ("fietspad\n—", "haal deze regel weg"),
        ("fietspad\n自転車", "'自転車' heeft geen letter"),
        ("\n".join(f"woord {number}" for number in range(21)), "hooguit 20 regels; dit zijn er 21"),
        ("fietspad\n" + "x" * 101, "heeft 101 tekens; het maximum is 100"),
        ("fietspad\neen twee drie vier vijf zes zeven acht negen", "heeft 9 woorden; het maximum is 8"),
        ("fiets\x0bpad\nrijwielpad", "U+000B"),
        ("fietspad\x1c\nrijwielpad", "U+001C"),
        ("fietspad\x00\nrijwielpad", "U+0000"),
    ],
)
def test_a_group_that_search_cannot_use_is_refused_with_the_cure(client, manager, typed, told):
    before = list(Synonym.objects.values_list("pk", "words"))
    answer = client.post(f"{LIST}add/", {"words": typed})
    assert answer.status_code == 200
    form = answer.context["adminform"].form
    assert list(form.errors) == ["words"]
    assert told in " ".join(form.errors["words"])
    assert form["words"].value() == typed  # nothing typed is lost
    assert list(Synonym.objects.values_list("pk", "words")) == before


def test_everything_wrong_is_told_at_once(client, manager):
    answer = client.post(f"{LIST}add/", {"words": "pad\nPad\n!\nweg\nweg."})
    assert len(answer.context["adminform"].form.errors["words"]) == 3


def test_a_group_at_every_limit_is_taken(client, manager):
    long = "x" * 100
    words = [long, "een twee drie vier vijf zes zeven acht", *(f"woord {number}" for number in range(18))]
    assert client.post(f"{LIST}add/", {"words": "\n".join(words)}).status_code == 302
    assert words in list(Synonym.objects.values_list("words", flat=True))


def listed(client, asked: str) -> list[str]:
    """Return what the list in the admin shows for a question."""
    page = client.get(LIST, {"q": asked}).content.decode()
    return [unescape(row) for row in re.findall(r'class="field-group"><a [^>]*>(.*?)</a>', page)]


def test_one_word_finds_its_groups_in_the_list(client, manager):
    Synonym.objects.create(words=["Xénon", "edelgas"])
    Synonym.objects.create(words=["xenonlamp", "koplamp van een auto"])
    Synonym.objects.create(words=["neonbuis", "reclamelicht"])
    assert listed(client, "xenon") == ["Xénon, edelgas", "xenonlamp, koplamp van een auto"]
    assert listed(client, "XÉNON edel") == ["Xénon, edelgas"]
    assert listed(client, "auto koplamp") == ["xenonlamp, koplamp van een auto"]
    assert listed(client, "bestaatnergens") == []
    assert listed(client, "???") == []
    everything = client.get(LIST, {"q": " "}).context["cl"]
    assert everything.result_count == Synonym.objects.count()


def test_a_question_that_is_too_long_is_told_and_answered(client, manager):
    answer = client.get(LIST, {"q": "xenon " * 100})
    assert answer.status_code == 200
    assert "hooguit 200 tekens" in answer.content.decode()


def test_the_page_of_a_group_names_the_others_that_share_a_word(client, manager):
    group = Synonym.objects.create(words=["Xénon", "edelgas"])
    other = Synonym.objects.create(words=["xenon", "koplamp <b>"])
    page = client.get(f"{LIST}{group.pk}/change/").content.decode()
    assert f'<a href="{LIST}{other.pk}/change/">xenon: xenon, koplamp &lt;b&gt;</a>' in page
    alone = Synonym.objects.create(words=["krypton-84", "zwaar edelgasje"])
    page = client.get(f"{LIST}{alone.pk}/change/").content.decode()
    assert "–" in words(page).partition("Ook in een andere groep:")[2].split()[:1]


def test_who_may_not_keep_the_list_reads_it_and_changes_nothing(client, staff):
    client.force_login(staff("auditor"))
    group = Synonym.objects.create(words=["Xénon", "edelgas"])
    page = client.get(f"{LIST}{group.pk}/change/").content.decode()
    assert "Xénon<br>edelgas" in page
    assert 'name="words"' not in page
    assert client.post(f"{LIST}{group.pk}/change/", {"words": "weg\nlaan"}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403
    group.refresh_from_db()
    assert group.words == ["Xénon", "edelgas"]
