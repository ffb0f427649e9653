"""Words are cut, folded and stemmed in one way, for what is stored and for what is asked."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from algorithms.search import analyser
from algorithms.search.analyser import fold, key, spans, stems, surfaces, wholes, words

SOFT, ZERO = "\u00ad", "\u200b"  # the soft hyphen and the space of no width, as pages and Word leave them behind
ACUTE, DIAERESIS = "\u0301", "\u0308"  # accents that are characters of their own

# What people write, and characters that have to do with cutting words more often than chance would bring.
TEXTS = st.text(st.sampled_from("aBé1 09.-&'’/,@x\n" + SOFT + ACUTE + "Ĳß"), max_size=40) | st.text(max_size=60)
examples = settings(max_examples=150, deadline=None, derandomize=True)

TOKEN = re.compile(r"[a-z0-9]+")


# -- folding -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Coördinatie", "coordinatie"),
        ("ÉÉN reünie, naïef", "een reunie, naief"),
        ("Curaçao señor Łódź Ærø", "curacao senor lodz aro"),
        ("foto’s foto´s foto`s foto‘s", "foto's foto's foto's foto's"),
        ("e‑mail e‐mail", "e-mail e-mail"),
        ("İSTANBUL straße", "istanbul strase"),
        ("¹²③ １２ H₂O", "123 12 h2o"),
        ("5 € – “ja”, 自転車 😀", "5      ja ,      "),
    ],
)
def test_folding_takes_away_case_accents_and_kinds_of_marks(text, folded):
    assert fold(text) == folded


@examples
@given(TEXTS)
def test_a_folded_text_is_ascii_and_as_long_as_the_text(text):
    """So a place in one is a place in the other: marks stand where the words are."""
    folded = fold(text)
    assert len(folded) == len(text)
    assert folded.isascii()
    assert folded == folded.lower()
    assert fold(folded) == folded


def test_a_text_of_many_scripts_is_folded_as_its_parts_are():
    """Few and many different characters go different ways."""
    scripts = "".join(map(chr, range(0x20, 0x2FFF)))
    assert fold(scripts) == "".join(map(fold, scripts))


# -- words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("De DPIA's van Utrecht", "de dpias van utrecht"),
        ("risico’s, foto's en cafe's", "risicos fotos en cafes"),
        ("het 'gewone' woord", "het gewone woord"),
        ("artikel 64", "artikel 64"),
        ("art. 6, eerste lid, sub e", "art 6 eerste lid sub e"),
        ("(EU) 2024/1689", "eu 2024 1689 20241689"),
        ("AI-systemen", "ai systemen aisystemen"),
        ("e-mail en e‑mail", "e mail email en"),
        ("privacy-by-design", "privacy by design privacybydesign"),
        ("zee- en luchthaven", "zee en luchthaven"),
        ("parkeren – betaald", "parkeren betaald"),
        ("Total Design B.V.", "total design b v bv"),
        ("i.v.m. A.I.", "i v m ivm a ai"),
        ("W&I en P&O", "w i wi en p o po"),
        ("bel 14 010", "bel 14 010 14010"),
        ("0800-1351", "0800 1351 08001351"),
        ("010 - 267 16 25", "010 267 16 25 2671625"),
        ("24/7 of 1.234,56", "24 7 247 of 1 234 56 1234"),
        ("'s-Hertogenbosch en 's-Gravenhage", "s hertogenbosch shertogenbosch en gravenhage sgravenhage"),
        ("’s-Hertogenbosch", "s hertogenbosch shertogenbosch"),
        ("Coördinator, één, Curaçao", "coordinator een curacao"),
        (f"co{'o' + DIAERESIS}rdinator, e{ACUTE}e{ACUTE}n", "coordinator een"),
        (f"naheffings{SOFT}aanslag gegevens{ZERO}bron", "naheffingsaanslag gegevensbron"),
        ("Top400 BWBR0005537 v2", "top400 bwbr0005537 v2"),
        ("naam_van_kolom", "naam van kolom"),
        ("mail info@rotterdam.nl", "mail inforotterdamnl"),  # nobody looks for its parts
        ("H₂O ① １２", "h2o 1 12 112"),
        ("IJsland ijs", "ijsland ijs"),
        ("'", ""),
        ("- – — … ?! 自転車 😀", ""),
        ("", ""),
    ],
)
def test_a_text_is_cut_into_words(text, found):
    assert words(text) == set(found.split())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Coördinatie", "coordinatie"), ("DPIA’s", "dpia's"), ("e-mail", "e‑mail"), ("b.v.", "B.V."),
        (f"ge{SOFT}meente", "gemeente"), (f"ee{ACUTE}{ACUTE}n", "een"), ("één", f"e{ACUTE}e{ACUTE}n"),
        ("W&I", "w&i"), ("14 010", "14.010"), ("Ĳsland", "IJsland"),
    ],
)  # fmt: skip
def test_two_ways_to_write_a_word_give_the_same_words(one, other):
    assert words(one) == words(other)


@pytest.mark.parametrize(("typeset", "typed"), [("ﬁets", "fiets"), ("beleidseﬀect", "beleidseffect")])
def test_letters_that_a_printer_joined_are_read_as_two(typeset, typed):
    """Text copied from a PDF is full of them."""
    assert typed in words(typeset)


@examples
@given(TEXTS)
def test_words_are_letters_and_digits_only_whatever_the_text(text):
    found = words(text)
    assert all(TOKEN.fullmatch(word) and len(word) <= analyser.MOST_LETTERS for word in found)
    for word in found:
        assert words(word) == {word}
        for lang in ("nl", "en"):
            assert stems(word, lang)
            assert all(TOKEN.fullmatch(stem) for stem in stems(word, lang))
        assert all(TOKEN.fullmatch(surface) for surface in surfaces(word))


@examples
@given(TEXTS)
def test_every_word_that_is_stored_has_a_place_in_its_text(text):
    """What is found can be marked: `spans` and `wholes` together say of each word where it stands."""
    text = analyser.unjoined(text)  # as texts are kept
    placed = [*spans(text), *wholes(text)]
    known = {word for word, _start, _end in placed} - {""}
    assert words(text) <= known
    assert words(text) == known or "@" in text  # of an address the whole is stored and not its parts
    for word, start, end in placed:
        assert 0 <= start < end <= len(text)
        assert re.sub(r"[^a-z0-9]", "", fold(text[start:end]))[: analyser.MOST_LETTERS] == word


@examples
@given(TEXTS)
def test_words_come_in_the_order_of_the_text_and_do_not_overlap(text):
    places = [(start, end) for _word, start, end in spans(text)]
    assert all(end <= following for (_start, end), (following, _end) in pairwise(places))


@examples
@given(st.text(max_size=30))
def test_the_key_of_a_name_is_its_letters_and_digits(name):
    assert re.fullmatch(r"[a-z0-9]*", key(name))
    assert key(name) == key(f"  {name.upper().lower()} -") or not name.isascii()


def test_the_key_of_a_name_knows_neither_accents_nor_spaces():
    assert key("Coördinatie: AI-systemen (2024)") == "coordinatieaisystemen2024"


# -- stems -------------------------------------------------------------------------------------------------------------

# Each line is one family: every two of them are forms of one word.
FAMILIES = """
risico risicos
dpia dpias
boa boas
foto fotos
huis huizen huisje
kind kinderen
schoolkind schoolkinderen
stad steden
binnenstad binnensteden
lid leden
wethouder wethouders
museum musea
criterium criteria
uitkering uitkeringen
bijstandsuitkering bijstandsuitkeringen
vergunning vergunningen
woning woningen
gemeente gemeenten gemeentes
gemeentelijk gemeentelijke
bezwaar bezwaren
besluit besluiten
aanvraag aanvragen
school scholen
brief brieven
wijk wijken
boom bomen
bus bussen
weg wegen
straat straten
boete boetes boeten
bewoner bewoners
medewerker medewerkers
kenteken kentekens
gegeven gegevens
persoon personen
bedrijf bedrijven
raad raden
prijs prijzen
algoritme algoritmes algoritmen
systeem systemen
model modellen
parkeren parkeert geparkeerd parkeerde
controleren controleert gecontroleerd
beheren beheer beheert
handhaven handhaaft
betalen betaalt betaald
beoordelen beoordeelt beoordeeld
voorspellen voorspelt voorspelde
verlenen verleent verleend
behandelen behandelt behandeld
digitaal digitale
openbaar openbare
veilig veilige veiligheid
melden gemeld
melden meldt
controle controles
controle controleert
sociaal sociale
"""
# Pairs that look alike and are about something else.
APART = """
overheid over
gemeente mens
gemeente gemeen
veiligheid veiling
gezin zin
gezicht zicht
gebied bied
gebruik bruik
gebouw bouw
geluid luid
gewicht wicht
kamer kam
school schoon
straf straat
markt merk
regen regel
register regel
belasting last
boete boot
model modern
advies avond
beleid leiden
aanslag slag
besluit sluiten
onderwijs wijs
toeslag slag
bezwaar zwaar
schuld schild
politie politiek
station staat
organisatie orgaan
inwoner winning
rapport rap
"""


@pytest.mark.parametrize("family", FAMILIES.strip().splitlines())
def test_forms_of_one_word_share_a_stem(family):
    forms = family.split()
    strangers = [(one, other) for one in forms for other in forms if not stems(one, "nl") & stems(other, "nl")]
    assert strangers == []


@pytest.mark.parametrize("pair", APART.strip().splitlines())
def test_words_that_look_alike_share_none(pair):
    one, other = pair.split()
    assert stems(one, "nl") & stems(other, "nl") == set()


@pytest.mark.parametrize(
    "family",
    [
        "permit permits permitted", "fine fines fined", "benefit benefits", "city cities", "apply applies applied",
        "decide decides decided", "decision decisions", "policy policies", "assess assesses assessed assessing",
        "predict predicts predicting", "vehicle vehicles", "municipality municipalities", "risk risks",
    ],
)  # fmt: skip
def test_english_words_have_english_stems(family):
    assert frozenset.intersection(*(stems(word, "en") for word in family.split()))


def test_each_language_has_rules_of_its_own():
    assert stems("permits", "en") == {"permit"}
    assert not stems("city", "nl") & stems("cities", "nl")
    assert not stems("huis", "en") & stems("huizen", "en")


@pytest.mark.parametrize("word", ["a", "ai", "bsn", "woz", "64", "2024", "art22", "bwbr0005537", "12345679s"])
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_codes_and_abbreviations_are_their_own_stem(word, lang):
    assert stems(word, lang) == {word}


def test_no_word_has_a_small_word_for_its_stem():
    """Else a question about one would find half of the register."""
    found = {word for word in (FAMILIES + APART).split() if word not in analyser.SMALL}
    assert len(found) > 150
    assert {word: stems(word, "nl") for word in found if stems(word, "nl") & analyser.SMALL} == {}


@pytest.mark.parametrize(
    ("word", "inside"),
    [
        ("parkeren", "parkeervergunning"), ("vergunningen", "vergunninghouder"), ("huizen", "huisvesting"),
        ("brieven", "briefadres"), ("boete", "parkeerboete"), ("wegen", "wegbeheer"), ("bomen", "boomkap"),
        ("bussen", "buslijn"), ("scholen", "schoolkeuze"), ("kinderen", "kindregeling"), ("wijken", "wijkteam"),
        ("handhaven", "handhaafbaar"), ("straten", "straatlantaarn"), ("controleren", "controleerbaar"),
    ],
)  # fmt: skip
def test_a_word_is_known_as_it_stands_in_a_longer_one(word, inside):
    assert any(inside.find(surface) >= 0 for surface in surfaces(word) if len(surface) > 2)
    assert word in surfaces(word)


# -- pure and bounded --------------------------------------------------------------------------------------------------


def test_the_same_goes_in_and_the_same_comes_out_whatever_came_before():
    text = f"Coördinator: 's-Hertogenbosch, 14 010, e-mail, B.V., naheffings{SOFT}aanslag, AI-systemen"
    asked = sorted(words(text))
    before = fold(text), words(text), [stems(word, "nl") for word in asked], [surfaces(word) for word in asked]
    for number in range(0x100, 0x2000):
        fold(chr(number) * 2)
        words(f"{chr(number)}{number}a-b")
    stems.cache_clear()
    surfaces.cache_clear()
    for word in reversed(asked):
        surfaces(word)
        stems(word, "en")
    assert before == (
        fold(text), words(text), [stems(word, "nl") for word in asked], [surfaces(word) for word in asked],
    )  # fmt: skip


MEGABYTE = 1_000_000


REPEATED = [
    "a", "é", "'", "-", ".", "@", " ", "a-", "1 ", "1.", "a.", "a&", "a'", "a@", "a@a.", "1234567 ", f"a{ACUTE}", "-a'",
]  # fmt: skip


def seconds_to_cut(text: str) -> float:
    began = time.process_time()
    assert max(map(len, words(text)), default=0) <= analyser.MOST_LETTERS
    for _place in (*spans(text), *wholes(text)):
        pass
    return time.process_time() - began


@pytest.mark.parametrize("end", ["", "@", "'"], ids=ascii)
def test_a_long_text_of_anything_is_cut_in_a_moment(end):
    """A way that grows with the square of the text takes seconds for this, and half an hour for a megabyte."""
    for part in REPEATED:
        assert seconds_to_cut(part * (40_000 // len(part)) + end) < 0.5, part


def test_a_megabyte_is_cut_in_seconds():
    assert seconds_to_cut("Coördinatie van risico's, e-mail en B.V. 14 010; " * 20_000) < 8


def test_a_megabyte_of_different_words_gives_each_of_them():
    text = " ".join(f"woord{number}" for number in range(100_000))
    assert len(text) > MEGABYTE
    assert len(words(text)) == 100_000


def test_a_long_word_is_known_by_its_beginning_everywhere():
    long = "a" + "b" * MEGABYTE
    beginning = long[: analyser.MOST_LETTERS]
    assert words(long) == {beginning}
    assert list(spans(long)) == [(beginning, 0, len(long))]
    began = time.process_time()
    assert stems(beginning, "nl")
    assert surfaces(beginning)
    assert time.process_time() - began < 1
