"""A misspelt word finds the word of the register that was meant, and a right word is left alone."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from algorithms.search.spelling import Speller
from benchmarks import spelling as benchmark

# Words of a small register, with how many records hold them.
COMMON = """
    aanvraag adres advies afval algoritme algoritmes beleid beslissing bestuur bezwaar boete bouwen burger camera
    centrum check college controle data dienst dossier gebouw gegevens gemeente handhaving inkomen inspectie inwoner
    kenmerk kwaliteit medewerker melding model onderzoek openbaar organisatie overheid parkeren persoon privacy
    provincie publicatie rechter register risico schuld sociaal straat systeem techniek toezicht uitkering vergunning
    verkeer vertrouwen verwerking voertuig voorbeeld voorspelling waarde water website wetgeving wijziging woning
"""
RARE = """
    basisregistratie belastingdienst bijstandsuitkering bodemverontreiniging dijkbewaking exclusief fysiek gezicht
    kadaster kentekenherkenning kinderopvang leeftijd naheffingsaanslag omgevingsvergunning pannenkoekenhuis
    parkeervergunning schuldhulpverlening theorie thuiswonend verkiezingen vreemdelingen waterschap wijkaanpak
    zaaksysteem zelflerend
"""
OTHER = {"bsn": 9, "avg": 30, "dpia": 12, "2023": 14, "ai": 50, "wet2": 3, "art22": 2}  # abbreviations, years, codes
WORDS = dict.fromkeys(COMMON.split(), 40) | dict.fromkeys(RARE.split(), 2) | OTHER


@pytest.fixture(scope="module")
def speller():
    return Speller(WORDS)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("vergunnign", "vergunning"),  # swapped
        ("gemeetne", "gemeente"),
        ("evrkeer", "verkeer"),
        ("aders", "adres"),
        ("gemente", "gemeente"),  # left out
        ("vergnning", "vergunning"),
        ("erkeer", "verkeer"),
        ("bezwar", "bezwaar"),
        ("algoritmme", "algoritme"),  # typed twice
        ("ccontrole", "controle"),
        ("registter", "register"),
        ("websitre", "website"),  # added
        ("xinspectie", "inspectie"),
        ("bekeid", "beleid"),  # the key beside it
        ("paekeren", "parkeren"),
        ("jandhaving", "handhaving"),
        ("tiezicht", "toezicht"),
        ("verker", "verkeer"),  # double vowels and consonants
        ("dosier", "dossier"),
        ("vooorbeeld", "voorbeeld"),
        ("voorspeling", "voorspelling"),
        ("adress", "adres"),
        ("leiftijd", "leeftijd"),
        ("beleit", "beleid"),  # d, t and dt
        ("overheit", "overheid"),
        ("openbaard", "openbaar"),
        ("inkoomen", "inkomen"),
        ("zelflerendt", "zelflerend"),
        ("toezigt", "toezicht"),  # g and ch
        ("onderzoeg", "onderzoek"),
        ("gesicht", "gezicht"),  # s and z
        ("sosiaal", "sociaal"),
        ("lijftijd", "leeftijd"),  # ij, ei and y
        ("wyziging", "wijziging"),
        ("weiziging", "wijziging"),
        ("bystandsuitkering", "bijstandsuitkering"),
        ("bestuir", "bestuur"),
        ("vertrauwen", "vertrouwen"),  # au and ou
        ("vertrouen", "vertrouwen"),
        ("gebauw", "gebouw"),
        ("kontrole", "controle"),  # c, k and ck
        ("kamera", "camera"),
        ("sentrum", "centrum"),
        ("inspeksie", "inspectie"),
        ("chek", "check"),
        ("tegniek", "techniek"),
        ("foorspelling", "voorspelling"),  # f and v
        ("faertuig", "voertuig"),
        ("fisiek", "fysiek"),
        ("sisteem", "systeem"),  # i, ie and y
        ("proffincie", "provincie"),
        ("provinsie", "provincie"),
        ("publikatie", "publicatie"),
        ("privasie", "privacy"),
        ("phisiek", "fysiek"),  # ph and f
        ("teorie", "theorie"),  # th and t
        ("thechniek", "techniek"),
        ("fysiekf", "fysiek"),
        ("eksklusief", "exclusief"),  # x and ks
        ("qualiteit", "kwaliteit"),  # qu and kw
        ("voertoeig", "voertuig"),  # oe and u
        ("schoeld", "schuld"),
        ("pannekoekenhuis", "pannenkoekenhuis"),  # a linking n
        ("kinderenopvang", "kinderopvang"),
        ("parkeerverguninng", "parkeervergunning"),  # two errors, in long words
        ("parkervergunnig", "parkeervergunning"),
        ("naheffingsanslach", "naheffingsaanslag"),
        ("kenteekenherkening", "kentekenherkenning"),
        ("bodemverontrijniging", "bodemverontreiniging"),
        ("omgefingsvergunnink", "omgevingsvergunning"),
        ("basisregistraties", "basisregistratie"),
        ("schuldhulpverleening", "schuldhulpverlening"),
        ("dpai", "dpia"),
    ],
)
def test_the_word_that_was_meant(speller, written, meant):
    assert speller.best(written) == meant
    if meant:
        assert speller.near(written)[0] == meant


@pytest.mark.parametrize("word", ["olifant", "fiets", "kalender", "trouwjurk", "winkelcentrum", "sneeuw", "koningin"])
def test_a_right_word_about_something_else_is_left_alone(speller, word):
    assert speller.best(word) is None


@pytest.mark.parametrize("word", ["xyzzy", "qqqqqq", "asdfghjkl", "zzzzzzzzzzzzzzzz", "a", "", "ikweethetniet"])
def test_nonsense_becomes_no_word(speller, word):
    assert speller.best(word) is None


@pytest.mark.parametrize("word", ["bns", "agv", "ia", "2032", "20223", "art23", "wet3", "12345679", "a1gemeente"])
def test_an_abbreviation_a_year_or_a_number_is_never_changed(speller, word):
    assert (speller.best(word), speller.near(word)) == (None, [])


@pytest.mark.parametrize("word", ["Gemente", "gemeentE", "geméénte", "ge mente", "gemente\n", "\nmente", "gem’te"])
def test_what_was_not_folded_is_no_word(speller, word):
    assert (speller.best(word), speller.near(word)) == (None, [])


def test_a_word_of_the_register_is_right_unless_it_is_rare_and_looks_like_a_common_one():
    def best(word, records, other, others):
        return Speller({word: records, other: others}).best(word)

    assert best("vergunnign", 1, "vergunning", 20) == "vergunning"
    assert best("vergunnign", 2, "vergunning", 40) == "vergunning"
    assert best("verguning", 1, "vergunning", 20) == "vergunning"
    assert best("vergunnign", 1, "vergunning", 19) is None
    assert best("vergunnign", 3, "vergunning", 900) is None
    assert best("vergunningen", 1, "vergunning", 900) is None  # two letters
    assert best("verguneing", 1, "vergunning", 900) is None  # one letter, but another sound
    assert best("besteed", 1, "besteedt", 900) is None  # both are right
    assert best("adder", 1, "dader", 900) is None  # so short a word may be anything


@pytest.mark.parametrize(
    ("written", "alike"),
    [
        ("weiziging", "wijziging"), ("wyziging", "wijziging"), ("vertrauwen", "vertrouwen"),
        ("vertrouen", "vertrouwen"), ("kontrole", "controle"), ("chek", "check"), ("sentrum", "centrum"),
        ("publiseren", "publiceren"), ("gesicht", "gezicht"), ("fergoed", "vergoed"), ("toezigt", "toezicht"),
        ("besteedt", "besteed"), ("beleit", "beleid"), ("begroodt", "begroot"), ("kritik", "kritiek"),
        ("schoeldig", "schuldig"), ("theksten", "teksten"), ("physiek", "fysiek"), ("eksamens", "examens"),
        ("qualiteit", "kwaliteit"), ("privasie", "privacy"), ("logies", "logisch"), ("verker", "verkeer"),
        ("dosier", "dossier"),
    ],
)  # fmt: skip
def test_what_sounds_the_same_comes_before_what_looks_alike(written, alike):
    looks_alike = f"{written[:-1]}j"
    assert Speller({alike: 1, looks_alike: 90}).near(written) == [alike, looks_alike]


def test_a_wrong_first_letter_is_less_likely_than_another():
    assert Speller({"xelding": 90, "meldinx": 1}).near("melding") == ["meldinx", "xelding"]


def test_of_equally_near_words_the_one_in_more_records_comes_first_and_then_the_alphabet():
    assert Speller({"melding": 3, "meldinf": 2, "meldinx": 2}).near("meldinq") == ["melding", "meldinf", "meldinx"]
    assert Speller({"melding": 1, "meldinf": 2, "meldinx": 2}).near("meldinq") == ["meldinf", "meldinx", "melding"]


def test_near_gives_as_many_words_as_were_asked():
    speller = Speller({f"meldin{letter}": 1 for letter in "abcdefhijklmnopqrstuvwxyz"})
    assert speller.near("melding", 3) == ["meldina", "meldinb", "meldinc"]
    assert len(speller.near("melding")) == 5
    assert len(speller.near("melding", 100)) == 20
    assert speller.near("melding", 0) == speller.near("melding", -1) == []


def test_a_register_without_words_has_no_answers():
    assert (Speller({}).best("gemente"), Speller({}).near("gemente")) == (None, [])


# Few letters, so that words are near each other; some that sound alike, and what is no word.
SOUNDING = st.text("aeijkcdtsz", min_size=1, max_size=9)
REGISTERS = st.dictionaries(SOUNDING | st.text(max_size=6), st.integers(0, 100), max_size=60)


@settings(max_examples=150, deadline=None)
@given(REGISTERS, st.lists(SOUNDING | st.text(max_size=60), max_size=8), st.randoms())
def test_any_text_is_answered_with_other_words_of_the_register(words, asked, chance):
    speller = Speller(words)
    shuffled = list(words.items())
    chance.shuffle(shuffled)
    other = Speller(dict(shuffled))
    for word in [*asked, *words]:
        near, best = speller.near(word), speller.best(word)
        assert set(near) <= words.keys() - {word}
        assert len(set(near)) == len(near) <= 5
        assert best is None or best == near[0]
        # the same again, from memory, and whatever the order in which the words came
        assert (speller.near(word), speller.best(word)) == (near, best) == (other.near(word), other.best(word))


def test_answers_do_not_change_after_many_questions(speller):
    before = {word: speller.best(word) for word in ("verker", "dosier", "olifant")}
    for number in range(5_000):
        speller.best("".join("abcdefghij"[int(digit)] for digit in f"{number:07}"))
    assert {word: speller.best(word) for word in before} == before


def test_a_hostile_word_costs_nothing():
    chance = random.Random(1)
    speller = Speller({"".join(chance.choices("aeinrst", k=9)): 1 for _ in range(20_000)})
    speller.best("aaaaaaaaa")
    for word in ("a" * 10_000, "ei" * 5_000, "é" * 10_000, "1" * 10_000, "\n" * 10_000):
        began = time.process_time()
        assert speller.best(word) is None
        assert time.process_time() - began < 0.01
    assert Speller({"ei" * 5_000: 1}).best("ei" * 5_000 + "n") is None
    began = time.process_time()
    for letter in "aeinrst":
        speller.best(letter * 45)
        speller.near(letter * 9)
    assert time.process_time() - began < 1


VOCABULARIES = [pytest.param(WORDS, id="own")]
if benchmark.VOCABULARY.is_file():
    VOCABULARIES.append(pytest.param(benchmark.vocabulary(), id="shared"))


def test_the_shared_vocabulary_is_there(capsys):
    if benchmark.VOCABULARY.is_file():
        assert len(benchmark.vocabulary()) > 5_000
        return
    with capsys.disabled():
        print("\nLET OP: ../shared/bench ontbreekt; de spellinghulp is alleen op eigen woorden getoetst.")


@pytest.mark.parametrize("words", VOCABULARIES)
def test_most_errors_are_mended(words):
    counts = benchmark.mended(words, each=60)
    assert counts["6+"]["best"] >= 0.93 * counts["6+"]["errors"] > 500
    assert counts["4-5"]["best"] >= 0.80 * counts["4-5"]["errors"] > 10
    assert counts["all"]["near"] >= 0.97 * counts["all"]["errors"]


@pytest.mark.parametrize("words", VOCABULARIES)
def test_few_right_words_are_changed(words):
    counts = benchmark.changed(words)["all"]
    assert counts["changed"] <= 0.06 * counts["words"]
