"""Whatever someone types is a question: what is understood of it, what is too much, and what it is never."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from algorithms.search import analyser
from algorithms.search.query import FIELDS, MOST_CHARACTERS, MOST_TERMS, Kind, Query, Term, parse


def told(term: Term) -> str:
    """Return a term as a test writes it: parkeren, "druk stad", e+mail=email, leverancier:centric, parkeerv…"""
    words = " ".join(term.words)
    if term.kind is Kind.PHRASE:
        return f'"{words}"'
    if term.kind is Kind.FIELD:
        return f"{term.facet}:{words}"
    return "+".join(term.words) + (f"={term.whole}" if term.whole else "") + ("…" if term.unfinished else "")


def read(text: str, lang: str = "nl") -> str:
    """Return a question as it was understood: clauses with "&" between, their terms with "|", then what is excluded."""
    query = parse(text, lang)
    clauses = [" | ".join(map(told, clause)) for clause in query.clauses]
    return " & ".join(clauses + [f"-{told(term)}" for term in query.excluded])


# -- words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("parkeren", "parkeren…"),
        ("Parkeren Boete", "parkeren & boete…"),
        ("parkeren,boete;fiets", "parkeren & boete & fiets…"),
        ("parkeren.", "parkeren"),  # a full stop ends the last word
        ("  parkeren \t boete\n", "parkeren & boete…"),
        ("Coördinatie", "coordinatie…"),
        ("risico's", "risicos…"),
        ("'risico'", "risico"),
        ("38217418", "38217418…"),
        ("BWBR0005537", "bwbr+0005537=bwbr0005537…"),
        ("top400", "top+400=top400…"),
        ("400m", "400+m=400m…"),
        ("14 010", "14 & 010…"),
        ("", ""),
        ("   ", ""),
        ("?!", ""),
        ("自転車", ""),
    ],
)
def test_words_are_all_asked_for_and_the_last_may_be_unfinished(typed, understood):
    assert read(typed) == understood


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("e-mail", "e+mail=email…"),
        ("e‑mail adres", "e+mail=email & adres…"),
        ("parkeer-boete", "parkeer+boete=parkeerboete…"),
        ("privacy-by-design", "privacy+by+design=privacybydesign…"),
        ("B.V.", "b+v=bv"),
        ("W&I", "w+i=wi…"),
        ("W & B", "w & b…"),
        ("010-2671625", "010+2671625=0102671625…"),
        ("'s-Hertogenbosch", "s+hertogenbosch=shertogenbosch…"),
        ("zee- en luchthaven", "zee & luchthaven…"),
    ],
)
def test_what_a_hyphen_holds_together_is_one_thing_in_parts_or_whole(typed, understood):
    assert read(typed) == understood


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("wie beslist over de uitkering", "beslist & uitkering…"),
        ("de fiets", "fiets…"),
        ("fiets de", "fiets"),
        ("de", "de…"),
        ("wie is het", "wie & is & het…"),
        ("how is the fine decided", "fine & decided…"),
    ],
)
def test_small_words_count_only_when_there_is_no_other(typed, understood):
    assert read(typed) == understood


@pytest.mark.parametrize(
    ("typed", "is_sentence"),
    [("wie beslist over de uitkering", True), ("parkeren in de stad", True), ("parkeren stad", False),
     ("de fiets", False), ("wie is het", False)],
)  # fmt: skip
def test_two_words_with_a_small_one_between_are_a_sentence(typed, is_sentence):
    assert parse(typed).is_sentence is is_sentence


# -- quotes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ['"druk in de stad"', "“druk in de stad”", "„druk in de stad”", "«druk in de stad»",
                                   '"Druk  in de\tstad"', '"druk in, de stad!"', "“druk in de stad\""])  # fmt: skip
def test_words_between_quotes_stay_together_whatever_the_quotes(typed):
    assert read(typed) == '"druk in de stad"'


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ('"druk in de stad" parkeren', '"druk in de stad" & parkeren…'),
        ('parkeren "in de stad"', 'parkeren & "in de stad"'),
        ('"een twee""drie vier"', '"een twee" & "drie vier"'),
        ('"parkeren"', "parkeren"),
        ('"parkeren boete', "parkeren & boete…"),
        ('fiets "parkeren boete', "fiets & parkeren & boete…"),
        ('"een twee" "drie', '"een twee" & drie…'),
        ('parkeren"', "parkeren"),
        ('""', ""),
        ('"', ""),
        ('"" "', ""),
        ('"?" fiets', "fiets…"),
        ("'druk stad'", "druk & stad"),  # an apostrophe is part of a word, no quote
    ],
)
def test_a_quote_that_is_not_closed_is_no_quote(typed, understood):
    assert read(typed) == understood


# -- without, and either -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("parkeren -boete", "parkeren & -boete"),
        ("-boete parkeren", "parkeren… & -boete"),
        ("parkeren –boete", "parkeren & -boete"),  # as a phone makes of it
        ("parkeren −boete", "parkeren & -boete"),  # the sign of arithmetic
        ("parkeren --boete", "parkeren & -boete"),
        ("-boete", "-boete"),
        ('parkeren -"druk in de stad"', 'parkeren & -"druk in de stad"'),
        ("parkeren -thema:verkeer", "parkeren & -thema:verkeer"),
        ("parkeren -e-mail", "parkeren & -e+mail=email"),
        ("parkeren - boete", "parkeren & boete…"),
        ("parkeren-boete", "parkeren+boete=parkerenboete…"),
        ("parkeren -", "parkeren"),
        ("- – --", ""),
    ],
)
def test_a_minus_before_a_word_means_without(typed, understood):
    assert read(typed) == understood


def test_a_small_word_that_is_not_wanted_is_not_asked_for():
    assert read("-de") in ("", "-de")


@pytest.mark.parametrize(
    ("typed", "lang", "understood"),
    [
        ("fiets of auto", "nl", "fiets | auto…"),
        ("fiets OF auto", "nl", "fiets | auto…"),
        ("fiets or auto", "nl", "fiets | auto…"),
        ("fiets or auto", "en", "fiets | auto…"),
        ("fiets of auto", "en", "fiets & auto…"),  # "of" is a small word in English
        ("fiets | auto", "en", "fiets | auto…"),
        ("fiets of auto of bus", "nl", "fiets | auto | bus…"),
        ("fiets of een auto", "nl", "fiets | auto…"),
        ("boete fiets of auto straat", "nl", "boete & fiets | auto & straat…"),
        ('"rode fiets" of "gele bus"', "nl", '"rode fiets" | "gele bus"'),
        ("thema:verkeer of fiets", "nl", "thema:verkeer | fiets…"),
        ("of fiets", "nl", "fiets…"),
        ("fiets of", "nl", "fiets"),
        ("fiets of of auto", "nl", "fiets | auto…"),
        ("of of of", "nl", ""),
        ("fiets of -auto", "nl", "fiets & -auto"),
        ("-auto of fiets", "nl", "fiets… & -auto"),
        ('"of" fiets', "nl", "fiets…"),
    ],
)
def test_of_means_either(typed, lang, understood):
    assert read(typed, lang) == understood


# -- fields ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("leverancier:centric", "leverancier:centric"),
        ("Leverancier:Centric", "leverancier:centric"),
        ('leverancier:"Total Design"', "leverancier:total design"),
        ("leverancier:“Total Design”", "leverancier:total design"),
        ("naam:parkeren boete", "naam:parkeren & boete…"),
        ("gemeente:utrecht", "organisatie:utrecht"),
        ("supplier:centric theme:traffic", "leverancier:centric & thema:traffic"),
        ("risico:hoog toets:dpia", "risicoklasse:hoog & impacttoets:dpia"),
        ("status:in-gebruik", "status:in gebruik"),
        ("leverancier: centric", "leverancier & centric…"),
        ("leverancier:", "leverancier"),
        ('leverancier:"', "leverancier"),
        ("leverancier:-", "leverancier"),
        (":centric", "centric…"),
        ("kleur:rood", "kleur & rood…"),
        ("om 10:30", "10 & 30…"),
        ("artikel 6: grondslag", "artikel & 6 & grondslag…"),
        ("https://voorbeeld.example/a-b", "https & voorbeeld & example & a+b=ab…"),
        ("mailto:balie@voorbeeld.example", "mailto & balie+voorbeeld+example=balievoorbeeldexample…"),
    ],
)
def test_a_field_of_ours_before_a_colon_is_asked_there_and_any_other_colon_is_nothing(typed, understood):
    assert read(typed) == understood


@pytest.mark.parametrize("name", FIELDS)
def test_each_field_has_its_names(name):
    assert read(f"{name}:iets") == f"{FIELDS[name]}:iets"


# -- limits ------------------------------------------------------------------------------------------------------------


def test_twelve_words_are_asked_and_the_rest_is_told():
    query = parse(" ".join(f"woord{chr(97 + number)}" for number in range(15)))
    assert [term.words[0] for (term,) in query.clauses] == [f"woord{chr(97 + number)}" for number in range(12)]
    assert query.left_out == "woordm woordn woordo"
    assert parse(" ".join(f"woord{number}" for number in range(12))).left_out == ""


def test_what_comes_after_two_hundred_characters_is_told():
    text = "a" * 150 + " " + "b" * 49 + " " + "c" * 20
    query = parse(text)
    assert query.text == text[:MOST_CHARACTERS]
    assert query.left_out == text[MOST_CHARACTERS:]
    assert [term.words[0][0] for (term,) in query.clauses] == ["a", "b"]


def test_both_limits_at_once_leave_out_everything_that_follows():
    text = " ".join(["vergunningen"] * 30)
    query = parse(text)
    assert len(query.clauses) == MOST_TERMS
    assert f"{query.text[: query.clauses[-1][-1].end]} {query.left_out}" == text


def test_either_without_and_small_words_count_for_the_limit_too():
    query = parse("a1 of b2 -c3 de d4 e5 f6 g7 h8 i9 j10 k11 l12 m13 n14")
    asked = [term for clause in query.clauses for term in clause] + query.excluded
    assert len(asked) <= MOST_TERMS
    assert query.left_out.endswith("m13 n14")


def test_a_quote_that_is_cut_off_is_read_as_words():
    query = parse('fiets "' + "parkeren " * 30 + '"')
    assert query.left_out
    assert [told(term) for clause in query.clauses for term in clause][:2] == ["fiets", "parkeren"]


# -- anything at all ---------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    ["parkeren", "de", "of", "or", "|", "-", "–", '"', "”", "«", "leverancier:", "naam:", "kleur:", "10:30", "e-mail",
     "B.V.", "W&I", "'s", "'s-Gravenhage", "top400", "é", "\x00", "😀", "(", "*", " ", " ", " "]
)  # fmt: skip
TYPED = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=300)


def all_terms(query: Query) -> list[Term]:
    return [term for clause in query.clauses for term in clause] + query.excluded


@settings(max_examples=300, deadline=None, derandomize=True)
@given(TYPED, st.sampled_from(["nl", "en"]))
def test_anything_is_a_question_within_its_limits(text, lang):
    query = parse(text, lang)
    assert len(query.text) <= MOST_CHARACTERS
    assert all(query.clauses)
    assert len(all_terms(query)) <= MOST_TERMS
    assert query.is_empty == (not all_terms(query))
    for term in all_terms(query):
        assert 0 <= term.start < term.end <= len(query.text)
        inside = [word for word, _start, _end in analyser.spans(query.text[term.start : term.end])]
        # "top400" is asked as "top" and "400" too
        assert set(term.words) <= set(inside) or (inside == [term.whole] and "".join(term.words) == term.whole)
        assert all(word and word.isascii() and word.isalnum() for word in term.words)
    assert parse(text, lang) == query


@settings(max_examples=150, deadline=None, derandomize=True)
@given(TYPED)
def test_nothing_typed_is_lost_without_being_told(text):
    """Each word is asked for, is small, is one that says how to ask, or is told as left out."""
    query = parse(text)
    asked = {word for term in all_terms(query) for word in (*term.words, term.whole)}
    for word, start, end in analyser.spans(query.text):
        field = query.text[end : end + 1] == ":" and word in FIELDS
        told = any(term.start <= start and end <= term.end for term in all_terms(query))
        assert told or field or word in asked | analyser.SMALL | {"of", "or"} or word in analyser.words(query.left_out)


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, '"' * 1_000_000, "-" * 1_000_000, "a:" * 500_000, "a " * 500_000, "of " * 300_000]
)
def test_a_megabyte_is_read_as_quickly_as_a_word(text):
    query = parse(text)
    assert len(query.text) <= MOST_CHARACTERS
    assert len(all_terms(query)) <= MOST_TERMS
    assert len(query.text) + len(query.left_out) >= len(text.strip())
