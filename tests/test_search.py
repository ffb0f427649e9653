"""Who types words finds the records that hold them, in a sensible order, and is told how the words were read.

Everything is asked as the public asks it: through the API and the page.
"""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from algorithms import bitset, log, publishing
from algorithms.filters import FACETS
from algorithms.models import Algorithm, Publication, SearchToken, Synonym

API, PAGE, SUGGESTIONS = "/api/v1/algoritmes", "/algoritmes/", "/algoritmes/suggesties/"

# Little to be found by accident: what a test puts in a record is what it is found by.
BARE = {
    "department": None, "category": [], "begin_date": "", "goal": "", "human_intervention": "", "risks": "",
    "methods_and_models": "", "provider": "", "data_sources": [], "parties": [], "steps": [], "translations": {},
    "description_short": "Dit doet iets.",
}  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_in_memory():
    """An empty register is one state to a process, whatever its synonyms; a test leaves its own behind."""
    bitset.forget()


@pytest.fixture
def put(publish_algorithm):
    """Publish a record that holds little more than what the test says."""
    return lambda name, **texts: publish_algorithm(**(BARE | {"name": name} | texts))


@pytest.fixture
def ask(client, db):
    """Return the answer of the API to a question."""

    def answer(text: str, **more: str) -> dict:
        got = client.get(API, {"zoek": text, **more})
        assert got.status_code == 200, got.content
        return got.json()

    return answer


@pytest.fixture
def found(ask):
    """Return the names of what is found, in order, whatever had to be done to the question."""
    return lambda text, **more: [row["name"] for row in ask(text, **more)["results"]]


@pytest.fixture
def plainly(ask):
    """Return the names of what a question finds as it stands: nothing corrected, no word missing."""

    def names(text: str, **more: str) -> list[str]:
        answer = ask(text, **more)
        told = answer["search"]
        return [] if told["instead"] or told["partial"] else [row["name"] for row in answer["results"]]

    return names


@pytest.fixture
def town(put):
    """A few records of a town."""
    put(
        "Parkeerboete",
        description_short="Bepaalt de hoogte van een boete.",
        goal="<p>Wie te lang staat, krijgt een naheffingsaanslag.</p>",
        category=["Verkeer"],
    )
    put(
        "Strooiroutes",
        description_short="Plant welke wegen eerst gestrooid worden.",
        goal="<p>Een gladde weg is gevaarlijk. De risico's zijn klein.</p>",
        category=["Verkeer"],
        parties=[{"role": "supplier", "name": "Routemakers B.V."}],
        tags="gladheid; sneeuw",
    )
    put(
        "Heronderzoek uitkering",
        description_short="Kiest wie een brief krijgt over de bijstand.",
        category=["Werk"],
        status="Buiten gebruik",
        department={"path": "Werk en inkomen / Toetsing"},
        risk_class="high",
        personal_data="special",
        impacttoetsen_grouping=[{"title": "Pre-scan DPIA", "link": ""}],
    )
    put(
        "Vergunning om te parkeren",
        description_short="Een bewoner vraagt een vergunning aan.",
        data_sources=[{"name": "BRP", "topic": "Personen", "contents": "Adressen van inwoners"}],
    )
    put("Drukte", description_short="Telt bezoekers.", goal="<p>Het is soms druk in de stad. Dan is er hinder.</p>")
    return put


# -- which records -----------------------------------------------------------------------------------------------------


ALL_WORDS = {
    "parkeren": {"Parkeerboete", "Vergunning om te parkeren"},
    "parkeren bewoner": {"Vergunning om te parkeren"},
    "bewoner parkeren": {"Vergunning om te parkeren"},
    "gladde wegen sneeuw": {"Strooiroutes"},  # in three texts of one record
    "WEGEN": {"Strooiroutes"},
    "gladheid": {"Strooiroutes"},
    "wegenplanner": set(),
    "kwantum": set(),
}


def test_a_record_holds_every_word_that_is_asked(town, plainly):
    assert {asked: set(plainly(asked)) for asked in ALL_WORDS} == ALL_WORDS


def test_what_holds_most_of_the_words_is_shown_when_nothing_holds_all(put, ask):
    put("Twee", goal="<p>kwantum koelkast</p>")
    put("Een", goal="<p>kwantum</p>")
    put("Twee andere", goal="<p>lantaarn fiets</p>")

    def told(text: str) -> tuple[list[str], bool]:
        answer = ask(text)
        return [row["name"] for row in answer["results"]], answer["search"]["partial"]

    assert told("kwantum koelkast") == (["Twee"], False)
    names, is_partial = told("kwantum koelkast fiets")
    assert (names[0], is_partial) == ("Twee", True)
    names, is_partial = told("kwantum fiets")
    assert (set(names), is_partial) == ({"Twee andere", "Een", "Twee"}, True)
    assert told("ruimteschip koelkast") == (["Twee"], True)
    assert told("ruimteschip")[0] == []


def test_the_page_says_that_no_record_has_all_words(town, read):
    said = "Geen algoritme heeft al deze woorden"
    assert said in read(f"{PAGE}?zoek=bewoner+ruimteschip")
    assert said not in read(f"{PAGE}?zoek=bewoner+vergunning")


def test_of_a_sentence_that_a_record_holds_whole_nobody_says_that_none_does(town, read, ask):
    """When few records hold all of a sentence others follow, but the first does have all its words."""
    answer = ask("wie krijgt er een brief over bijstand")
    assert answer["results"][0]["name"] == "Heronderzoek uitkering"
    assert not answer["search"]["partial"] or answer["search"].get("whole") == 1
    assert "Geen algoritme heeft al deze woorden" not in read(f"{PAGE}?zoek=wie+krijgt+er+een+brief+over+bijstand")


def test_the_last_word_may_be_unfinished_and_no_other(town, plainly):
    assert plainly("plant stro") == ["Strooiroutes"]
    assert plainly("stro plant") == []
    assert plainly("bewon") == ["Vergunning om te parkeren"]
    assert plainly("sneeu") == ["Strooiroutes"]
    assert plainly("sneeu.") == []


def test_what_is_a_word_by_itself_comes_before_what_begins_with_it(put, plainly):
    put("Kast", goal="<p>iets van hout</p>")
    put("Houtvester")
    assert plainly("hout") == ["Kast", "Houtvester"]


QUOTED = {
    '"druk in de stad"': ["Drukte"],
    "“Druk in de STAD”": ["Drukte"],
    '"druk in stad"': [],
    '"stad druk"': [],
    '"stad dan"': ["Drukte"],  # a full stop does not part words
    '"drukke stad"': [],
    '"drukte telt"': [],  # of two texts
    '"de risico\'s"': ["Strooiroutes"],
    '"de risico’s"': ["Strooiroutes"],
    '"de risico"': [],
    '"vergunning om te parkeren" bewoner': ["Vergunning om te parkeren"],
    '"routemakers b.v."': ["Strooiroutes"],
}


def test_words_between_quotes_follow_each_other(town, plainly):
    assert {asked: plainly(asked) for asked in QUOTED} == QUOTED


WITHOUT = {
    "parkeren -boete": {"Vergunning om te parkeren"},
    "parkeren -boetes": {"Vergunning om te parkeren"},
    "parkeren -vergunningen": {"Parkeerboete"},
    'parkeren -"hoogte van een boete"': {"Vergunning om te parkeren"},
    "verkeer -leverancier:routemakers": {"Parkeerboete"},
    "-parkeren -parkeerboete": {"Strooiroutes", "Heronderzoek uitkering", "Drukte"},
    "parkeren -kwantum": {"Parkeerboete", "Vergunning om te parkeren"},
}


def test_a_minus_leaves_out(town, plainly):
    assert {asked: set(plainly(asked)) for asked in WITHOUT} == WITHOUT


EITHER = {
    "sneeuw of bewoner": {"Strooiroutes", "Vergunning om te parkeren"},
    "sneeuw or bewoner": {"Strooiroutes", "Vergunning om te parkeren"},
    "sneeuw of kwantum": {"Strooiroutes"},
    "parkeren sneeuw of bewoner": {"Vergunning om te parkeren"},
    '"druk in de stad" of sneeuw': {"Drukte", "Strooiroutes"},
    "thema:werk of sneeuw": {"Heronderzoek uitkering", "Strooiroutes"},
}


def test_of_gives_either(town, plainly):
    assert {asked: set(plainly(asked)) for asked in EITHER} == EITHER


def test_or_gives_either_on_the_english_page(put, read):
    put("Fiets", translations={"eng": {"name": "Bicycle"}})
    put("Bus", translations={"eng": {"name": "Coach"}})
    put("Auto", translations={"eng": {"name": "Car"}})
    page = read("/en/algoritmes/?zoek=bicycle+or+coach")
    assert ("Bicycle" in page, "Coach" in page, ">Car<" in page) == (True, True, False)


IN_A_FIELD = {
    "naam:parkeren": {"Vergunning om te parkeren", "Parkeerboete"},
    "naam:bewoner": set(),
    "naam:drukt": {"Drukte"},
    "thema:werk": {"Heronderzoek uitkering"},
    "theme:verkeer sneeuw": {"Strooiroutes"},
    "status:buiten": {"Heronderzoek uitkering"},
    'status:"buiten gebruik"': {"Heronderzoek uitkering"},
    "organisatie:voorbeeldstad bewoner": {"Vergunning om te parkeren"},
    "gemeente:elders": set(),
    "afdeling:toetsing": {"Heronderzoek uitkering"},
    "leverancier:routemakers": {"Strooiroutes"},
    "supplier:route": {"Strooiroutes"},
    'leverancier:"routemakers bv"': {"Strooiroutes"},
    "leverancier:anders": set(),
    "bron:brp": {"Vergunning om te parkeren"},
    "risico:hoog": {"Heronderzoek uitkering"},
    "toets:dpia": {"Heronderzoek uitkering"},
    "leverancier:routemakers thema:werk": set(),
    "telt:bezoekers": {"Drukte"},  # no field of ours: words with a colon
}


def test_a_field_is_asked_by_its_name(town, plainly):
    assert {asked: set(plainly(asked)) for asked in IN_A_FIELD} == IN_A_FIELD


def test_a_number_finds_its_record_and_no_other(town, plainly):
    algorithm = town("Met nummer")
    town("Zonder", goal="<p>Iets.</p>")
    assert plainly(algorithm.lars) == ["Met nummer"]
    assert plainly(f"  {algorithm.lars} ") == ["Met nummer"]
    assert plainly(algorithm.lars[:6])[0] == "Met nummer"
    other = str(int(algorithm.lars[:-1]) + 1) + algorithm.lars[-1]
    assert "Met nummer" not in plainly(other)


def test_the_number_of_a_withdrawn_record_tells_that_it_is_withdrawn(town, read):
    algorithm = town("Weggehaald")
    publishing.withdraw(algorithm.lars, reason="Gestopt.")
    assert "ingetrokken" in read(f"{PAGE}?zoek={algorithm.lars}")


# -- forms of a word ---------------------------------------------------------------------------------------------------


FORMS = [
    ("vergunning", "vergunningen"), ("vergunningen", "vergunning"), ("risico's", "risico"), ("risico", "risico’s"),
    ("huizen", "huis"), ("huis", "huizen"), ("kinderen", "kind"), ("steden", "stad"), ("geparkeerd", "parkeren"),
    ("parkeert", "geparkeerd"), ("gecontroleerd", "controleren"), ("brieven", "brief"), ("digitale", "digitaal"),
    ("DPIA's", "dpia"), ("inwoner", "inwoners"), ("boa's", "boa"), ("de school’s beleid", "schools"),
    ("Coördinatie", "coordinatie"), ("cafe", "café"), ("e-mail", "email"), ("email", "e-mail"), ("e‑mail", "e-mail"),
    ("AI-systemen", "ai systeem"), ("B.V.", "bv"), ("b.v.", "BV"), ("W&I", "w&i"), ("14 010", "14010"),
    ("14010", "14 010"), ("0800-1351", "08001351"), ("artikel 64", "artikel 64"), ("2024/1689", "2024/1689"),
    ("BWBR0005537", "bwbr0005537"), ("top 400", "top400"), ("naheffings\u00adaanslag", "naheffingsaanslag"),
    ("naheffingsaanslag", "naheffings\u00adaanslag"), ("'s-Gravenhage", "gravenhage"),
    ("’s-Hertogenbosch", "s-hertogenbosch"), ("een ﬁets", "fiets"), ("fiets", "ﬁets"),
]  # fmt: skip


@pytest.fixture
def texts(make_algorithm, put):
    """Publish a record for each text, named by its number, and one that is about something else."""

    def publish(written: list[str]) -> None:
        goals = [f"<p>Het betreft {text} en meer.</p>" for text in written]
        publishing.publish_many(
            [make_algorithm(**BARE | {"goal": goal}, name=f"Nummer {number}") for number, goal in enumerate(goals)]
        )
        put("Ander", goal="<p>Het betreft heel iets anders.</p>")

    return publish


def test_a_word_is_found_in_any_of_its_forms(texts, plainly):
    texts([written for written, _asked in FORMS])
    missed = []
    for number, (written, asked) in enumerate(FORMS):
        names = plainly(asked)
        if f"Nummer {number}" not in names or "Ander" in names:
            missed.append((asked, written, names))
    assert missed == []


@pytest.mark.parametrize("asked", ["'s-Gravenhage", "’s-gravenhage", "in 's-Gravenhage"])
def test_a_town_whose_name_begins_with_an_apostrophe_is_found_as_it_is_written(texts, plainly, asked):
    texts(["'s-Gravenhage"])
    assert plainly(asked) == ["Nummer 0"]


COMPOUNDS = [
    ("parkeerboete", "boete"), ("parkeerboete", "boetes"), ("parkeerboetes", "boete"), ("parkeerboete", "parkeren"),
    ("huisvestingswet", "wet"), ("bijstandsuitkering", "uitkering"), ("stadsbestuur", "bestuur"),
    ("parkeerboete", "parkeer boete"), ("stadsbestuur", "stad bestuur"), ("kinderopvang", "kinder opvang"),
    ("een vergunning om te parkeren", "parkeervergunning"), ("vergunning voor bewoners", "bewonersvergunning"),
    ("het bestuur van de stad", "stadsbestuur"), ("de parkeer-boete", "parkeerboete"),
    ("parkeerboete", "parkeer-boete"),
]  # fmt: skip


def test_a_compound_is_found_by_its_parts_and_the_parts_by_the_compound(texts, plainly):
    texts([written for written, _asked in COMPOUNDS] + ["huisvesting"])  # what a word is made of, the register tells
    missed = []
    for number, (written, asked) in enumerate(COMPOUNDS):
        names = plainly(asked)
        if f"Nummer {number}" not in names or "Ander" in names:
            missed.append((asked, written, names))
    assert missed == []


INSIDE = {
    "ijs": "prijs", "raad": "draad", "gas": "gast", "over": "overheid", "wicht": "gewicht", "lan": "plant",
    "eente": "eenden", "kat": "advocaat", "rok": "protocol",
}  # fmt: skip


def test_letters_inside_a_word_are_no_part_of_it(texts, plainly):
    texts(list(INSIDE.values()))
    found = {asked: plainly(f"{asked}.") for asked in INSIDE}
    assert {asked: names for asked, names in found.items() if names} == {}


# -- words that mean the same ------------------------------------------------------------------------------------------


SAME = [
    ("AVG", "Algemene verordening gegevensbescherming"), ("DPIA", "gegevensbeschermingseffectbeoordeling"),
    ("IAMA", "Impact Assessment Mensenrechten en Algoritmes"), ("BRP", "Basisregistratie Personen"),
    ("BAG", "Basisregistratie Adressen en Gebouwen"), ("WOZ", "waardering onroerende zaken"),
    ("bijstand", "uitkering"), ("parkeerboete", "naheffingsaanslag"),
]  # fmt: skip


def test_a_fresh_register_knows_words_that_mean_the_same_both_ways(texts, found):
    texts([word for pair in SAME for word in pair])
    for number, (one, other) in enumerate(SAME):
        first, second = f"Nummer {2 * number}", f"Nummer {2 * number + 1}"
        assert {first, second} <= set(found(one)), one
        assert {first, second} <= set(found(other)), other
        assert found(one).index(first) < found(one).index(second), one  # the word itself comes first
        assert found(other).index(second) < found(other).index(first), other
        assert "Ander" not in found(one) + found(other)


LIST = "/beheer/algorithms/synonym/"


@pytest.fixture
def manager(staff):
    """The browser of who keeps the words; the public has another."""
    browser = Client()
    browser.force_login(staff("manager"))
    return browser


def test_a_group_of_the_manager_works_from_the_moment_it_is_saved(client, manager, put, plainly):
    put("Fietsen", goal="<p>Over een rijwiel.</p>")
    put("Lopen")
    asked = f"{API}?zoek=velocipede"
    before = client.get(asked).headers["ETag"]
    assert plainly("velocipede") == []

    known = set(Synonym.objects.values_list("pk", flat=True))
    assert manager.post(f"{LIST}add/", {"words": "velocipede\nrijwiel"}).status_code == 302
    assert plainly("velocipede") == ["Fietsen"]
    assert client.get(asked).headers["ETag"] != before
    assert client.get(asked, headers={"If-None-Match": before}).status_code == 200

    group = Synonym.objects.exclude(pk__in=known).get()
    assert manager.post(f"{LIST}{group.pk}/change/", {"words": "velocipede\nlopen"}).status_code == 302
    assert plainly("velocipede") == ["Lopen"]
    assert manager.post(f"{LIST}{group.pk}/delete/", {"post": "yes"}).status_code == 302
    assert plainly("velocipede") == []


def test_phrases_of_a_group_are_found_in_other_forms_and_with_small_words_between(put, plainly):
    Synonym.objects.create(words=["gasloos", "van gas af"])
    Synonym.objects.create(words=["zwerfvuil", "grof vuil"])
    put("Energie", goal="<p>Deze wijk gaat van het gas af.</p>")
    put("Ketel", goal="<p>Een gasloos huis.</p>")
    put("Gas", goal="<p>Er is gas. Af en toe.</p>")
    assert set(plainly("gasloos")) >= {"Energie", "Ketel"}
    assert "Ketel" in plainly("van gas af")
    assert plainly("zwerfvuil") == []


def test_groups_that_share_a_word_are_not_joined(put, plainly):
    Synonym.objects.create(words=["aapje", "beertje"])
    Synonym.objects.create(words=["beertje", "cavia"])
    put("Aapje")
    put("Beertje")
    put("Cavia")
    assert set(plainly("aapje")) == {"Aapje", "Beertje"}
    assert set(plainly("beertje")) == {"Aapje", "Beertje", "Cavia"}


# -- misspelt words ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "instead", "names"),
    [
        ("stroiroutes", "strooiroutes", ["Strooiroutes"]),
        ("Vergunnign", "vergunning", ["Vergunning om te parkeren"]),
        ("bewonner vergunnign", "bewoner vergunning", ["Vergunning om te parkeren"]),
        ("sneuw stroiroutes", "sneeuw strooiroutes", ["Strooiroutes"]),
        ("stroiroutes -bewoner", "strooiroutes -bewoner", ["Strooiroutes"]),
    ],
)
def test_a_misspelt_question_gets_the_results_of_what_was_meant(town, ask, asked, instead, names):
    answer = ask(asked)
    assert answer["search"]["instead"] == instead
    assert answer["search"]["asked"] == asked
    assert [row["name"] for row in answer["results"]][:1] == names
    assert answer["results"][0]["match"]["marks"]


def test_the_page_says_what_was_searched_instead(town, read):
    page = read(f"{PAGE}?zoek=stroiroutes")
    assert "Dit zijn de resultaten voor" in page
    assert ">strooiroutes<" in page
    assert ">Strooiroutes<" in re.sub(r"</?mark[^>]*>", "", page)


def test_a_suggestion_stands_beside_results(town, ask, read):
    answer = ask("sneeuw of vergunnign")
    assert [row["name"] for row in answer["results"]] == ["Strooiroutes"]
    assert (answer["search"]["instead"], answer["search"]["suggestion"]) == (None, "sneeuw of vergunning")
    assert "Bedoelde u" in read(f"{PAGE}?zoek=sneeuw+of+vergunnign")


def test_a_rare_word_that_looks_like_a_common_one_is_asked_and_the_other_suggested(make_algorithm, put, ask):
    publishing.publish_many([make_algorithm(**BARE, name=f"Vergunning {number}") for number in range(40)])
    put("Een vergunnign met een tikfout")
    answer = ask("vergunnign")
    assert "Een vergunnign met een tikfout" in [row["name"] for row in answer["results"]]
    assert (answer["search"]["instead"], answer["search"]["suggestion"]) == (None, "vergunning")


@pytest.mark.parametrize("asked", ["kwantumkoelkast", "xqzw", "12345670", "vergunning", "strooi", "bewon", "boetes"])
def test_what_is_right_or_means_nothing_is_not_corrected(town, ask, asked):
    told = ask(asked)["search"]
    assert (told["instead"], told["suggestion"]) == (None, None)


def test_a_correction_comes_from_what_is_public_only(make_algorithm, put, ask):
    put("Openbaar")
    make_algorithm(**BARE, name="Geheimzinnigheid")
    assert ask("geheimzinigheid")["search"]["instead"] is None


# -- in what order -----------------------------------------------------------------------------------------------------
# The best is put first, so it is the oldest: newest first would turn each of these around.


def test_a_name_weighs_more_than_a_summary_a_text_and_what_an_older_standard_knew(put, plainly):
    put("Kwantum")
    put("Tweede", description_short="Over kwantum.")
    put("Derde", goal="<p>Over kwantum.</p>")
    put("Vierde", legacy=[{"key": "oud", "standard": "0.1", "title": "Oud", "text": "kwantum"}])
    assert plainly("kwantum") == ["Kwantum", "Tweede", "Derde", "Vierde"]


def test_search_terms_parties_and_sources_weigh_as_a_summary_does(put, plainly):
    texts = {
        "Samenvatting": {"description_short": "Over kwantum."},
        "Zoekterm": {"tags": "kwantum"},
        "Partij": {"parties": [{"role": "supplier", "name": "Kwantum"}]},
        "Bron": {"data_sources": [{"name": "Kwantum"}]},
        "Organisatie": {"organization": {"name": "Kwantum"}},
        "Afdeling": {"department": {"path": "Kwantum"}},
        "Leverancier": {"provider": "Kwantum"},
    }
    for name, text in texts.items():
        put(name, **text)
    put("Tekst", goal="<p>Over kwantum.</p>")
    put("Stap", steps=[{"kind": "data", "actor": "Kwantum", "action": "meet"}])
    assert plainly("kwantum") == [*reversed(texts), "Stap", "Tekst"]


def test_the_word_itself_comes_before_its_forms_its_compounds_and_what_means_the_same(put, plainly):
    Synonym.objects.create(words=["schroef", "bevestiging"])
    for name, word in {
        "Woord": "schroef",
        "Vorm": "schroeven",
        "Deel": "ankerschroef",
        "Anders": "bevestiging",
    }.items():
        put(name, goal=f"<p>Een {word} erbij.</p>")
    put("Anker")
    assert plainly("schroef") == ["Woord", "Vorm", "Deel", "Anders"]


def test_where_a_word_stands_weighs_more_than_its_form(put, plainly):
    Synonym.objects.create(words=["schroef", "bevestiging"])
    put("Bevestiging")
    put("Ander", description_short="Een schroef.")
    assert plainly("schroef") == ["Bevestiging", "Ander"]


def test_a_name_that_is_just_what_was_asked_comes_first(put, plainly):
    put("Wijk in beeld")
    put("Wijk in beeld, de wijk in en weer uit", description_short="De wijk in beeld.")
    put("In beeld: de wijk")
    assert plainly("wijk in beeld")[0] == "Wijk in beeld"
    assert plainly("WIJK, in-beeld!")[0] == "Wijk in beeld"


def test_words_that_stand_together_come_before_words_that_stand_apart(put, plainly):
    put("Samen", goal="<p>De blauwe lantaarn brandt, en daarna volgt een heel verhaal over iets anders.</p>")
    put("Apart", goal="<p>De blauwe kast, en daarna volgt een heel verhaal over iets anders: een lantaarn.</p>")
    put("Verspreid", goal="<p>Een lantaarn.</p>", human_intervention="<p>Blauwe kast.</p>")
    assert plainly("blauwe lantaarn") == ["Samen", "Apart", "Verspreid"]


def test_of_equals_the_newest_comes_first(put, plainly):
    old, _middle = put("Oud", goal="<p>kwantum</p>"), put("Midden", goal="<p>kwantum</p>")
    put("Nieuw", goal="<p>kwantum</p>")
    assert plainly("kwantum") == ["Nieuw", "Midden", "Oud"]
    republish(old, goal="<p>kwantum, nog steeds</p>")
    assert plainly("kwantum") == ["Oud", "Nieuw", "Midden"]


def republish(algorithm: Algorithm, **texts: str) -> None:
    draft = Algorithm.objects.get(pk=algorithm.pk)
    for key, text in texts.items():
        setattr(draft, key, text)
    draft.save()
    publishing.publish(draft)


# -- English -----------------------------------------------------------------------------------------------------------

CHECKS = {"eng": {"name": "Checking benefits", "goal": "<p>Permits are decided by people.</p>"}}


@pytest.mark.parametrize(
    "asked", ["benefit", "benefits", "checked", "permit", "permits", "deciding", "checking benefits"]
)
def test_english_texts_are_found_in_any_form_of_an_english_word(put, plainly, asked):
    put("Heronderzoek", translations=CHECKS)
    put("Strooien", translations={"eng": {"name": "Gritting"}})
    assert plainly(asked) == ["Heronderzoek"]


def test_an_english_text_that_was_found_says_so(put, ask):
    put("Heronderzoek", translations=CHECKS)
    match = ask("permit")["results"][0]["match"]
    assert (match["key"], match["lang"], match["text"]) == ("goal", "eng", "Permits are decided by people.")
    assert [match["text"][start:end] for start, end in match["marks"]] == ["Permits"]


def test_a_dutch_word_is_found_by_its_english_synonym(put, plainly):
    put("Parkeren", goal="<p>Wie een naheffingsaanslag krijgt.</p>")
    put("Lopen")
    assert plainly("parking fine") == ["Parkeren"]


def lars_on(page: str) -> list[str]:
    """Return the numbers of the records on a page, in order."""
    return list(dict.fromkeys(re.findall(r"/algoritmes/(\d{8})/[a-z0-9-]+/\"", page)))


@pytest.mark.parametrize("asked", ["parkeren", "sneeuw of bewoner", "vergunnign", "wegen plannen sneeuw", "permit", ""])
def test_api_dutch_page_and_english_page_give_the_same_records_in_the_same_order(town, ask, read, asked):
    town("Toestemming", translations=CHECKS)
    query = f"?zoek={asked.replace(' ', '+')}" if asked else ""
    wanted = [row["lars"] for row in (ask(asked) if asked else ask("-kwantum"))["results"]]
    assert wanted
    assert lars_on(read(f"{PAGE}{query}")) == wanted
    assert lars_on(read(f"/en{PAGE}{query}")) == wanted


# -- why a record was found --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "key", "marked"),
    [
        ("risico", "goal", ["risico's"]),
        ("risico’s", "goal", ["risico's"]),
        ("boetes", "goal", ["boete", "boete"]),
        ("parkeren", "goal", ["Parkeerboete"]),
        ("bijstand", "human_intervention", ["uitkering"]),
        ("bijstand risico", "goal", ["risico's"]),
        ('"de boete is hoog"', "goal", ["de boete is hoog"]),
        ("cafe", "goal", ["Café’s"]),
        ("email", "human_intervention", ["e-mail"]),
        ("bv", "parties", ["B.V"]),
        ("routemakers bv", "parties", ["Routemakers", "B.V"]),
        ("brief email", "human_intervention", ["brief", "e-mail"]),
        ("14010", "human_intervention", ["14 010"]),
        ("bezw", "human_intervention", ["bezwaar"]),
        ("risicos boete -kwantum", "goal", ["boete", "risico's", "boete"]),
    ],
)  # fmt: skip
def test_a_match_marks_every_form_of_the_words_in_the_best_text(put, ask, asked, key, marked):
    put(
        "Iets",
        goal="<p>Een boete heeft risico's: de boete is hoog. Café’s betalen mee. Parkeerboete &amp; meer.</p>",
        human_intervention="<p>Een uitkering stopt na een brief of e-mail; bezwaar? Bel 14 010.</p>",
        parties=[{"role": "supplier", "name": "Routemakers B.V."}],
    )
    match = ask(asked)["results"][0]["match"]
    assert match["key"] == key
    found = [match["text"][start:end] for start, end in match["marks"]]
    assert [word for word in found if word != "Parkeerboete"] == [word for word in marked if word != "Parkeerboete"]
    assert ("Parkeerboete" in found) >= ("Parkeerboete" in marked)


def test_a_long_text_is_shown_where_the_words_stand_and_cut_between_words(put, ask):
    filler = "woorden die niemand zoekt en die er toch staan; " * 20
    put("Lang", goal=f"<p>{filler}Hier staat een lantaarn naast een lantaarnpaal. {filler}</p>")
    match = ask("lantaarn")["results"][0]["match"]
    assert len(match["text"]) <= 320
    assert match["text"].startswith("… ")
    assert match["text"].endswith(" …")
    assert [match["text"][start:end] for start, end in match["marks"]][:1] == ["lantaarn"]
    whole = f"{filler}Hier staat een lantaarn naast een lantaarnpaal. {filler}".split()
    assert set(match["text"].strip("… ").split()) <= set(whole)  # no half words


def test_the_text_that_holds_most_of_the_words_is_shown_and_of_those_the_weightiest(put, ask):
    put("Lantaarn", description_short="Een blauwe kast.", goal="<p>Een blauwe lantaarn.</p>")
    assert ask("lantaarn")["results"][0]["match"]["key"] == "name"
    assert ask("blauwe")["results"][0]["match"]["key"] == "description_short"
    assert ask("blauwe lantaarn")["results"][0]["match"]["key"] == "goal"


def test_markup_and_entities_are_no_words(put, ask, plainly):
    put("Iets", goal="<p>Regels &amp; <strong>grenzen</strong></p><ul><li>punt</li></ul>")
    match = ask("grenzen")["results"][0]["match"]
    assert match["text"] == "Regels & grenzen\npunt"
    assert plainly("strong") == plainly("amp.") == plainly("li.") == []


def test_what_was_found_by_a_field_only_has_no_match(town, ask):
    assert ask("leverancier:routemakers")["results"][0]["match"] is None
    assert "match" not in town_without_words(town)["results"][0]


def town_without_words(_town) -> dict:
    return Client().get(API).json()


# -- with other questions ----------------------------------------------------------------------------------------------


def test_facets_narrow_down_what_words_find(town, plainly):
    assert plainly("parkeren", thema="verkeer") == ["Parkeerboete"]
    assert plainly("parkeren", thema="werk") == []
    assert plainly("uitkering", status="buiten-gebruik") == ["Heronderzoek uitkering"]


@pytest.mark.parametrize("chosen", [{}, {"thema": "verkeer"}, {"thema": "verkeer", "status": "in-gebruik"}])
def test_a_facet_tells_what_each_of_its_values_would_leave(town, ask, chosen):
    for asked in ("parkeren of sneeuw", "-parkeren", "organisatie:voorbeeldstad"):
        counts = ask(asked, facetten="true", **chosen)["facets"]
        assert set(counts) == set(FACETS)
        for facet, values in counts.items():
            others = {key: slug for key, slug in chosen.items() if key != facet}
            for value in values:
                assert value["count"] == ask(asked, **others, **{facet: value["slug"]})["count"] > 0, (asked, value)


def test_an_order_is_chosen_beside_the_words(put, found):
    put("B: kwantum")
    put("C", goal="<p>kwantum</p>")
    put("A", goal="<p>kwantum</p>")
    assert found("kwantum", sorteer="relevantie") == ["B: kwantum", "A", "C"]
    assert found("kwantum", sorteer="nieuw") == ["A", "C", "B: kwantum"]
    assert found("kwantum", sorteer="naam") == ["A", "B: kwantum", "C"]
    assert found("kwantum") == found("kwantum", sorteer="relevantie")


@pytest.mark.parametrize("sort", ["relevantie", "nieuw", "naam"])
def test_pages_do_not_overlap_and_together_are_everything(texts, ask, sort):
    written = ["kwantum koelkast", "kwantum en een koelkast", "koelkast van kwantum", "koelkasten", "kwantum"]
    texts(written * 9)
    for asked in ("kwantum", "kwantum koelkast", "kwantum of lantaarn", "-lantaarn", "koelk"):
        wanted = [row["lars"] for row in ask(asked, paginaGrootte="100", sorteer=sort)["results"]]
        numbers = range(1, -(-len(wanted) // 7) + 1)
        pages = [ask(asked, paginaGrootte="7", pagina=str(number), sorteer=sort) for number in numbers]
        assert [row["lars"] for page in pages for row in page["results"]] == wanted, asked
        assert {page["count"] for page in pages} == {len(wanted)} == {len(set(wanted))}
        assert len(wanted) > 20
        assert (pages[0]["previous"], pages[-1]["next"]) == (None, None)


def test_words_and_a_moment_narrow_each_other_down(put, found):
    put("Oud", goal="<p>kwantum</p>")
    moment = Publication.objects.latest("sequence").published_at
    put("Nieuw", goal="<p>kwantum</p>")
    put("Ander")
    assert found("kwantum", gewijzigdSinds=log.stamp(moment)) == ["Nieuw"]
    assert found("kwantum", gewijzigdSinds=log.stamp(moment + timedelta(days=1))) == []


# -- what is no longer public, or never was ----------------------------------------------------------------------------


@pytest.fixture
def is_nowhere(client, ask, read):
    """Whether a word is nowhere: not found, not offered, not in the vocabulary."""

    def check(word: str) -> bool:
        answer, offered = ask(word), client.get(SUGGESTIONS, {"zoek": word[:-1]}).json()
        misspelt = ask(word[:4] + word[5:])["search"]
        asked = f'value="{word}"'
        shown = read(f"{PAGE}?zoek={word}").replace(asked, "").replace(f"‘<bdi>{word}</bdi>’", "")
        return (
            answer["count"] == 0
            and offered == {"words": [], "records": []}
            and misspelt["instead"] is misspelt["suggestion"] is None
            and not SearchToken.objects.filter(token__contains=word).exists()
            and f"<mark>{word}" not in shown
        )

    return check


def test_a_draft_is_never_found_nor_suggested(make_algorithm, put, is_nowhere):
    put("Openbaar")
    make_algorithm(**BARE | {"goal": "<p>kwantumkoelkast</p>"}, name="Kwantumkoelkast")
    assert is_nowhere("kwantumkoelkast")


def test_what_is_withdrawn_is_not_found_nor_suggested(put, plainly, is_nowhere):
    put("Openbaar")
    gone = put("Kwantumkoelkast")
    assert plainly("kwantumkoelkast") == ["Kwantumkoelkast"]
    publishing.withdraw(gone.lars, reason="Gestopt.")
    assert is_nowhere("kwantumkoelkast")


def test_a_record_is_found_by_its_new_words_only(put, plainly, is_nowhere):
    algorithm = put("Iets", goal="<p>kwantumkoelkast</p>")
    republish(algorithm, goal="<p>lantaarnpaal</p>")
    assert plainly("lantaarnpaal") == ["Iets"]
    assert is_nowhere("kwantumkoelkast")


def test_what_is_redacted_is_not_found_nor_suggested(put, plainly, is_nowhere):
    algorithm = put("Iets", goal="<p>Vraag het aan Kwantumkoelkast.</p>")
    assert plainly("kwantumkoelkast") == ["Iets"]
    republish(algorithm, goal="<p>Vraag het aan de balie.</p>")
    publishing.redact("Kwantumkoelkast", reason="Persoonsgegeven.")
    assert is_nowhere("kwantumkoelkast")


def test_a_change_that_was_not_published_is_not_found(put, plainly, is_nowhere):
    draft = Algorithm.objects.get(pk=put("Iets", goal="<p>lantaarnpaal</p>").pk)
    draft.goal = "<p>kwantumkoelkast</p>"
    draft.save()
    assert plainly("lantaarnpaal") == ["Iets"]
    assert is_nowhere("kwantumkoelkast")


def test_what_is_typed_is_finished_and_named(town, client):
    def offered(typed: str) -> dict:
        return client.get(SUGGESTIONS, {"zoek": typed}).json()

    assert offered("strooir")["words"] == ["strooiroutes"]
    assert [record["name"] for record in offered("strooir")["records"]] == ["Strooiroutes"]
    assert offered("een bewon")["words"] == ["een bewoner"]
    assert [record["name"] for record in offered("parkeren verg")["records"]] == ["Vergunning om te parkeren"]
    assert offered("x") == offered("") == {"words": [], "records": []}


# -- whatever is typed -------------------------------------------------------------------------------------------------

NASTY = [
    "'", "'; DROP TABLE algorithms_searchentry; --", "x' UNION SELECT 1,2 --", "%", "_%_", "%s %(a)s {} {0}", "\\",
    "NEAR(parkeren boete, 5)", "parkeren AND boete", "parkeren OR boete NOT fiets", "park*", "^parkeren",
    "tokens: parkeren", '"parkeren" * "boete"', "tokens", "rank",  # FTS5
    "parkeren & !boete | (fiets <-> auto):*", "& & &", ":*", "((((", "!", "|",  # tsquery
    "a\x00b", "\x01\x1f\x7f\x85", "parkeren\nboete\r\n\tfiets", "😀 👩\u200d👩\u200d👧", "\u202eparkeren עברית",
    "\u200b\u00ad\u200d", "e" + "\u0301" * 190, "x" * 10_000, "parkeren " * 1_000, "1" * 200, "a-" * 100, "ge" * 100,
    "a.b.c.d.e.f.g.h.i.j", "(a+)+$ [a-z]{1000}", '"' * 6, '"', '"a', "-", "- -- –", "–", "de het een", "of", "of of |",
    "naam:", 'naam:"', "-naam:-", "?!", "自転車", "<script>alert(1)</script>", "parkeren -" + "-" * 150,
]  # fmt: skip


def assert_answered(client: Client, text: str) -> None:
    """Any text is answered; only the API may refuse it, and then says what is wrong with `zoek`."""
    answer = client.get(API, {"zoek": text})
    assert answer.status_code in (200, 400), text
    if answer.status_code == 400:
        assert [error["name"] for error in answer.json()["errors"]] == ["zoek"]
        assert len(text) > 200 or not text.strip() or "\x00" in text, text
    else:
        assert answer.json()["count"] >= len(answer.json()["results"])
        for row in answer.json()["results"]:
            marks = (row.get("match") or {"marks": []})["marks"]
            assert all(0 <= start < end <= len(row["match"]["text"]) for start, end in marks)
    for page in (PAGE, f"/en{PAGE}", SUGGESTIONS):
        assert client.get(page, {"zoek": text}).status_code == 200, (page, text)


def test_nothing_that_is_typed_breaks_the_search(town, client):
    for text in NASTY:
        assert_answered(client, text)
        assert client.get(API, {"zoek": "sneeuw"}).json()["count"] == 1, text


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</title><b>"])
def test_what_was_typed_is_shown_as_text(town, client, text):
    page = client.get(PAGE, {"zoek": text}).content.decode()
    assert text not in page
    assert text in unescape(page)


@pytest.mark.parametrize("query", ["zoek=%ff%fe", "zoek=%C3%28", "zoek=%ED%A0%80"])
def test_bytes_that_are_no_text_are_answered_too(town, client, query):
    assert client.get(f"{API}?{query}").status_code in (200, 400)
    assert client.get(f"{PAGE}?{query}").status_code == 200


PIECES = st.sampled_from(
    ["parkeren", "boete", "sneeuw", "stroiroutes", "de", "of", "or", "|", " -", '"', "”", "naam:", "thema:", "e-mail",
     "*", "B.V.", "14 010", "'s-", "é", "(", "&", "!", ":*", "<->", "NEAR", "\x00", "😀", "\u202e", " ", " ", " "]
)  # fmt: skip


def test_any_text_is_answered(town, client):
    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(st.lists(PIECES, max_size=20).map("".join) | st.text(max_size=220))
    def answered(text):
        assert_answered(client, text)

    answered()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (" ".join(["parkeren"] * 15), "parkeren parkeren parkeren"),
        ("parkeren " + " ".join(f"w{number}" for number in range(14)), "w11 w12 w13"),
    ],
)
def test_what_is_too_much_is_left_out_and_told(town, ask, read, text, told):
    assert ask(text)["search"]["left_out"] == told
    page = read(f"{PAGE}?zoek={text.replace(' ', '+')}")
    assert "Daarom is dit weggelaten" in page
    assert told in page


def test_a_text_that_is_too_long_is_refused_by_the_api_and_cut_by_the_page(town, client, read):
    text = "parkeren " * 30
    refused = client.get(API, {"zoek": text})
    assert refused.status_code == 400
    assert "200" in refused.json()["detail"]
    assert "Daarom is dit weggelaten" in read(f"{PAGE}?zoek={text.strip().replace(' ', '+')}")


@pytest.mark.parametrize("text", ["-", '""', "of", "?!", "自転車", "'"])
def test_what_holds_no_word_is_told_and_everything_shown(town, client, read, text):
    assert client.get(API, {"zoek": text}).json()["count"] == 5
    assert "geen woord waarop wij kunnen zoeken" in unescape(client.get(PAGE, {"zoek": text}).content.decode())


def test_nothing_is_found_in_an_empty_register(client, db):
    assert client.get(API, {"zoek": "parkeren"}).json()["count"] == 0
    assert client.get(PAGE, {"zoek": "parkeren"}).status_code == 200
    assert client.get(SUGGESTIONS, {"zoek": "parkeren"}).json() == {"words": [], "records": []}


def test_nothing_found_is_not_called_partial(client, publish_algorithm):
    publish_algorithm(name="Strooien met camera")
    told = client.get("/api/v1/algoritmes", {"zoek": "strooien -camera"}).json()
    assert (told["count"], told["search"]["partial"], told["search"]["whole"]) == (0, False, 0)
