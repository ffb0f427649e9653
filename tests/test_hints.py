"""Hints help an author and block nothing: each says what was seen, where, and what to do about it."""

from __future__ import annotations

import pytest
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from algorithms import standard
from algorithms.hints import Hint, completeness, hints, paragraphs, readability, readability_of
from algorithms.hints.completeness import WEIGHTS
from algorithms.hints.hint import RULES
from algorithms.hints.mentions import company_names, named_assessments
from algorithms.hints.texts import MOST

EASY = (
    "De gemeente strooit wegen als het glad is. Een computer kiest de beste weg. Een mens kijkt of dat klopt. "
    "Daarna rijdt de auto weg. Zo blijft het veilig op straat voor iedereen die er rijdt of loopt."
)
HARD = (
    "De verantwoordelijkheid voor de gegevensverwerking binnen de gemeentelijke uitvoeringsorganisatie is belegd bij "
    "de daartoe aangewezen functionaris gegevensbescherming, die periodiek de rechtmatigheidsbeoordeling van de "
    "geautomatiseerde besluitvormingsprocedures coördineert. Onregelmatigheden in de informatievoorziening worden "
    "overeenkomstig de vastgestelde escalatieprocedure gerapporteerd aan het verantwoordelijke directieteam."
)
ENGLISH = (
    "The city salts the roads when they are icy. The model is used by the planners to choose the route and an employee "
    "will check that the route is right for the roads. It has not been tested with other cities."
)
BOILERPLATE = "Een medewerker van de gemeente kijkt altijd zelf of de uitkomst van het algoritme klopt en beslist dan."


@pytest.fixture(autouse=True)
def dutch():
    with override("nl"):
        yield


def full(**changes) -> dict:
    """A document with nothing to hint at; change what matters to the test."""
    return {
        "name": "Strooiroutes",
        "description_short": "Plant welke wegen eerst gestrooid worden bij gladheid.",
        "organization": {"name": "Gemeente Voorbeeldstad", "slug": "gemeente-voorbeeldstad", "tooi": ""},
        "category": ["Verkeer"],
        "status": "In gebruik",
        "begin_date": "2021-01",
        "contact_email": "algoritmes@voorbeeldstad.example",
        "publication_category": "Overige algoritmes",
        "goal": f"<p>{EASY}</p>",
        "proportionality": "<p>Zonder model rijden auto's te ver.</p>",
        "human_intervention": "<p>Een medewerker keurt elke route goed.</p>",
        "risks": "<p>Een weg wordt vergeten.</p>",
        "lawful_basis_grouping": [{"title": "Wegenwet", "link": "https://wetten.example/wegenwet"}],
        "impacttoetsen_grouping": [{"title": "Data Protection Impact Assessment (DPIA)", "link": ""}],
        "source_data": "<p>Metingen van het weer.</p>",
        "methods_and_models": "<p>Een kortste pad.</p>",
        "provider": "Routemakers B.V.",
        "affected": "Iedereen op de weg.",
        "steps": [{"kind": "person", "actor": "Coördinator", "action": "keurt de route goed"}],
        "objection_procedure": "<p>Bel de gemeente.</p>",
        "data_sources": [{"name": "Wegenbestand", "contents": "Ligging van wegen", "personal_data": "none"}],
        "personal_data": "none",
        "self_learning": "no",
    } | changes


def rules(equal=None, **changes) -> list[tuple[str, str]]:
    return [(hint.rule, hint.key) for hint in hints(full(**changes), equal or {})]


def test_a_good_record_gets_no_hint():
    assert hints(full()) == []
    assert completeness(full()).percentage == 100


# -- each rule ---------------------------------------------------------------------------------------------------------


def source(level: str) -> list[dict]:
    return [{"name": "Wegenbestand"}, {"name": "BRP", "personal_data": level}]


@pytest.mark.parametrize(
    ("rule", "key", "given", "near_miss"),
    [
        ("empty", "contact_email", {"contact_email": ""}, {"contact_email": "https://voorbeeldstad.example"}),
        ("empty", "organization", {"organization": None}, {"organization": {"name": "Waterschap Voorbeeld"}}),
        ("empty", "status", {"status": "", "begin_date": "2999-01"}, {"status": "In ontwikkeling", "begin_date": ""}),
        ("placeholder", "name", {"name": "Test"}, {"name": "Testauto's plannen"}),
        ("placeholder", "risks", {"risks": "<p>N.v.t.</p>"}, {"risks": "<p>N.v.t. Er zijn geen mensen in beeld.</p>"}),
        ("placeholder", "description_short", {"description_short": "Meer informatie over dit algoritme volgt."},
         {"description_short": "De gemeente volgt informatie over gladheid."}),
        ("ended", "status", {"end_date": "2023-09"}, {"end_date": "2023-09", "status": "Buiten gebruik"}),
        ("ended", "end_date", {"end_date": "2999-01"}, {"end_date": ""}),
        ("ended", "end_date", {"status": "Buiten gebruik"},
         {"status": "Buiten gebruik", "withheld": [{"field": "end_date", "reason": "Niemand weet het nog."}]}),
        ("begin", "status", {"status": "In ontwikkeling"}, {"status": "In ontwikkeling", "begin_date": "2999-01"}),
        ("begin", "begin_date", {"begin_date": "2999-01"}, {"begin_date": "een keer"}),
        ("risk_class", "risk_class", {"publication_category": "Hoog-risico AI-systeem", "risk_class": "low"},
         {"publication_category": "Hoog-risico AI-systeem", "risk_class": "high"}),
        ("risk_class", "risk_class", {"risk_class": "high"},
         {"risk_class": "high", "risk_class_basis": "<p>Het eigen model van de stad.</p>"}),
        ("personal_data", "personal_data", {"data_sources": source("special")}, {"data_sources": source("unknown")}),
        ("personal_data", "personal_data", {"data_sources": source("identifiable"), "personal_data": ""},
         {"data_sources": source("identifiable"), "personal_data": "special"}),
        ("self_learning", "self_learning", {"self_learning": "unknown"}, {"self_learning": "yes"}),
        ("self_learning", "self_learning", {"self_learning": ""},
         {"self_learning": "", "withheld": [{"field": "self_learning", "reason": "De leverancier zegt het niet."}]}),
        ("assessment", "impacttoetsen_grouping", {"risks": "<p>Er is een IAMA gedaan.</p>"},
         {"risks": "<p>Er is een DPIA gedaan.</p>"}),
        ("assessment", "impacttoetsen_grouping", {"impacttoetsen": "De pre-scan DPIA is klaar."},
         {"impacttoetsen": "Er is geen IAMA uitgevoerd. Een pre-scan is niet nodig."}),
        ("supplier", "provider", {"goal": "<p>De software van Wegwijzer helpt.</p>"},
         {"goal": "<p>De software van Routemakers helpt.</p>"}),
        ("supplier", "provider", {"steps": [{"actor": "Delta Data B.V.", "action": "rekent"}]},
         {"steps": [{"actor": "Delta Data B.V."}], "parties": [{"role": "data_supplier", "name": "Delta Data"}]}),
        ("supplier", "provider", {"risks": "<p>Het is ontwikkeld door Wegwijzer.</p>"},
         {"risks": "<p>Het is ontwikkeld door de Gemeente Voorbeeldstad en door Voorbeeldstad.</p>"}),
        ("english", "goal", {"goal": f"<p>{ENGLISH}</p>"}, {"goal": f"<p>{EASY} This is not the end.</p>"}),
        ("language", "goal", {"goal": f"<p>{HARD}</p>"}, {"goal": f"<p>{EASY}</p>"}),
        ("language", "goal", {"goal": f"<p>{'een mens die op de weg loopt en ' * 5}dan stopt.</p>"},
         {"goal": f"<p>{'Een mens loopt op de weg en stopt. ' * 5}</p>"}),
        ("language", "goal", {"goal": f"<p>{HARD}</p>"}, {"goal": "<p>uitvoeringsinformatie Fries Grieks</p>" * 50}),
    ],
)  # fmt: skip
def test_a_rule_speaks_when_it_should_and_only_then(rule, key, given, near_miss):
    assert rules(**given) == [(rule, key)]
    assert rules(**near_miss) == []


def test_every_rule_is_tried_above():
    [mark] = [mark for mark in test_a_rule_speaks_when_it_should_and_only_then.pytestmark if mark.name == "parametrize"]
    assert {case[0] for case in mark.args[1]} | {"equal"} == set(RULES)


def test_each_required_field_that_is_empty_gets_its_own_hint():
    required = [key for key, field in standard.FIELDS.items() if field.required]
    assert [hint.key for hint in hints({}) if hint.rule == "empty"] == required


def test_a_paragraph_of_another_record_is_named():
    theirs = paragraphs({"risks": f"<ul><li><strong>{BOILERPLATE.upper()}</strong></li></ul>"})
    equal = dict.fromkeys(theirs, "Parkeren")
    [hint] = hints(full(human_intervention=f"<p>{BOILERPLATE}</p><p>Dat is alles.</p>"), equal)
    assert (hint.rule, hint.key) == ("equal", "human_intervention")
    assert "Parkeren" in hint.why
    assert hints(full(human_intervention=f"<p>{BOILERPLATE} Zo is het.</p>"), equal) == []
    assert hints(full(objection_procedure=f"<p>{BOILERPLATE}</p>"), equal) == []  # rightly the same everywhere


def test_several_paragraphs_of_one_record_are_one_hint():
    texts = [f"<p>{BOILERPLATE} Dat is reden nummer {number}.</p>" for number in range(3)]
    equal = dict.fromkeys(paragraphs({"goal": "".join(texts)}), "Parkeren")
    [hint] = hints(full(risks="".join(texts)), equal)
    assert "3 alinea's" in hint.why


def test_the_gravest_comes_first():
    found = hints(
        full(name="", goal=f"<p>{HARD}</p>", self_learning="", end_date="2020-01", description_short="nog invullen")
    )
    order = [(hint.rule, hint.key) for hint in found]
    assert order[:3] == [("empty", "name"), ("placeholder", "description_short"), ("ended", "status")]
    assert order[-1] == ("language", "goal")


def test_a_hint_says_what_was_seen_and_what_to_do_in_the_language_of_the_moment():
    [hint] = hints(full(end_date="2023-09"))
    assert str(hint) == (
        "Status: De einddatum 2023-09 is voorbij, maar de status is 'In gebruik'. "
        "Pas de status aan of haal de einddatum weg."
    )
    with override("en"):
        [hint] = hints(full(end_date="2023-09"))
        assert str(hint) == (
            "Status: The end date 2023-09 has passed, but the status is 'In use'. "
            "Change the status or remove the end date."
        )
    assert Hint("provider", "supplier", "a", "b").label == "Leverancier"


def test_hints_are_short_sentences():
    found = [hint for case in hint_cases() for hint in hints(full(**case))]
    for hint in found:
        words = [part.split() for part in f"{hint.why} {hint.cure}".split("'")[::2]]  # quotes are the author's own
        assert all(len(sentence.split()) <= 15 for part in words for sentence in " ".join(part).split(". ")), hint


def hint_cases():
    [mark] = [mark for mark in test_a_rule_speaks_when_it_should_and_only_then.pytestmark if mark.name == "parametrize"]
    return [case[2] for case in mark.args[1]]


# -- what texts name ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Leverancier: Wegwijzer", ["Wegwijzer"]),
        ("De leverancier heet Wegwijzer Data.", ["Wegwijzer Data"]),
        ("Het wordt gemaakt door het externe bedrijf Wegwijzer Data Lab.", ["Wegwijzer Data Lab"]),
        ("Een medewerker van Delta Parking Services B.V., die controleert.", ["Delta Parking Services B.V."]),
        ("Delta bv heeft dit gebouwd.", ["Delta bv"]),
        ("Het is software (ontwikkelaar is Delta-Mobility).", ["Delta-Mobility"]),
        ("Delta Ireland Ltd. in Dublin", ["Delta Ireland Ltd"]),
        ("Het is ontwikkeld door de gemeente.", []),
        ("Het is ontwikkeld door Gemeente Voorbeeldstad.", []),
        ("Het is ontwikkeld door Team Data.", []),
        ("De cijfers zijn geleverd door CBS.", []),
        ("Denk bv. aan een fiets. Een Fiets bv een bakfiets. Of bv Voorbeeldstad.", []),
        ("N.v.t. B.V. is een afkorting.", []),
        ("Er is een leverancier. De leverancier. Het bedrijf. Zo gaat het.", []),
    ],
)
def test_companies_in_a_text(text, names):
    assert list(company_names(text)) == names


def test_each_assessment_of_the_standard_is_known_by_its_title():
    unknown = [title for title in standard.IMPACT_ASSESSMENTS if not named_assessments(title)]
    assert unknown == ["Utrecht Uthiek Assessment"]  # nobody writes that name in a text
    assert all(len(set(named_assessments(title))) <= 1 for title in standard.IMPACT_ASSESSMENTS)


def test_a_supplier_that_is_withheld_and_yet_named():
    kept = [{"field": "provider", "reason": "De leverancier wil dit niet."}]
    [hint] = hints(full(provider="", withheld=kept, risks="<p>Het is ontwikkeld door Wegwijzer.</p>"))
    assert "Wegwijzer" in hint.why
    assert "Haal de naam weg" in hint.cure


# -- completeness ------------------------------------------------------------------------------------------------------


def test_an_empty_record_misses_everything_that_counts_most_important_first():
    empty = completeness({})
    assert empty.percentage == 0
    assert empty.missing == tuple(WEIGHTS)
    assert list(WEIGHTS.values()) == sorted(WEIGHTS.values(), reverse=True)
    assert empty.missing[0] == "name"
    assert "end_date" not in empty.missing
    assert {"affected", "steps", "objection_procedure", "data_sources"} < set(empty.missing)


@pytest.mark.parametrize(
    ("key", "missing", "told"),
    [
        ("provider", {"provider": "-"}, {"provider": "Intern ontwikkeld"}),
        ("provider", {"provider": ""}, {"provider": "", "parties": [{"role": "supplier", "name": "Delta"}]}),
        ("risks", {"risks": "<p>nog invullen</p>"}, {"risks": "", "risk_register": [{"risk": "Een weg ontbreekt."}]}),
        ("impacttoetsen_grouping", {"impacttoetsen_grouping": []},
         {"impacttoetsen_grouping": [], "impacttoetsen": "<p>Geen toets: er zijn geen mensen in beeld.</p>"}),
        ("lawful_basis_grouping", {"lawful_basis_grouping": [{"title": "n.v.t.", "link": ""}]},
         {"lawful_basis_grouping": [], "lawful_basis": "<p>Wegenwet, artikel 16.</p>"}),
        ("self_learning", {"self_learning": "unknown"}, {"self_learning": "yes"}),
        ("goal", {"goal": "", "withheld": [{"field": "goal", "reason": ""}]},
         {"goal": "", "withheld": [{"field": "goal", "reason": "Dat zou opsporing schaden."}]}),
    ],
)  # fmt: skip
def test_what_counts_as_told(key, missing, told):
    assert completeness(full(**missing)).missing == (key,)
    assert completeness(full(**told)).missing == ()


def test_a_required_field_weighs_more_than_a_long_text():
    assert completeness(full(status="")).percentage < completeness(full(goal="")).percentage < 100
    assert completeness(full(goal="<p>Kort.</p>")).percentage == 100


# -- plain language ----------------------------------------------------------------------------------------------------


def test_easy_text_scores_high_and_hard_text_low():
    assert readability(EASY).score > 80
    assert readability(HARD).score < 20
    assert readability(EASY).hardest == ()
    assert readability("Dit is te kort voor een score.") is None


def test_the_score_is_that_of_flesch_and_douma():
    # 36 words of one syllable in 6 sentences: 206.84 - 0.93 * 6 - 77 * 1
    measured = readability("De man loopt met zijn hond. " * 6)
    assert (measured.score, measured.words_per_sentence) == (124, 6.0)


def test_markup_addresses_and_abbreviations_are_no_words_and_end_no_sentence():
    plain = readability("De man loopt o.a. met zijn hond. " * 6)
    rich = readability(
        "<p>De <strong>man</strong> loopt o.a. met <a href='https://x.example/a.b'>zijn</a> hond.</p>" * 6
    )
    address = readability("De man loopt o.a. met zijn hond https://x.example/een-lang-adres . " * 6)
    assert plain == rich == address
    assert plain.words_per_sentence == 8.0


def test_the_hardest_sentences_are_quoted_and_cut():
    long = "Een zin die maar doorgaat " * 20
    measured = readability(f"<p>{EASY}</p><p>{long}.</p><p>{HARD}</p>")
    assert len(measured.hardest) == 3
    assert measured.hardest[0].startswith("Een zin die maar")
    assert all(len(sentence) <= 200 for sentence in measured.hardest)
    assert measured.hardest[0].endswith("…")


def test_a_record_has_one_score_over_the_texts_that_citizens_read():
    whole = readability_of({"name": HARD, "goal": f"<p>{EASY}</p>", "risks": f"<p>{EASY}</p>"})
    assert whole == readability(EASY)
    assert readability_of({"name": "Strooien", "provider": HARD}) is None


# -- any document ------------------------------------------------------------------------------------------------------

BITS = st.sampled_from(
    "<p>|</p>|<|&|&lt;|B.V.| BV|DPIA|geleverd door |Aap|volgt|tekst |. |n.v.t.|\n| ".split("|"),
)
TEXT = st.one_of(st.lists(BITS, max_size=12).map("".join), st.text(max_size=20), st.sampled_from([EASY, HARD, ENGLISH]))
VALUE = st.one_of(
    TEXT,
    st.none(),
    st.integers(),
    st.lists(st.one_of(TEXT, st.none()), max_size=2),
    st.lists(
        st.dictionaries(
            st.sampled_from(["name", "title", "field", "reason", "personal_data", "contents"]),
            TEXT | st.none(),
            max_size=3,
        ),
        max_size=3,
    ),
    st.dictionaries(st.sampled_from(["name", "slug", "eng"]), TEXT, max_size=2),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(st.dictionaries(st.sampled_from([*standard.FIELDS, "translations", "vreemd"]), VALUE, max_size=12))
def test_no_document_makes_a_hint_fail(document):
    equal = dict.fromkeys(paragraphs(document), "Andere")
    found = hints(document, equal)
    assert all(hint.why and hint.cure and hint.label for hint in found)
    order = [RULES.index(hint.rule) for hint in found if hint.rule != "placeholder"]
    assert order == sorted(order)
    share = completeness(document)
    assert 0 <= share.percentage <= 100
    readability_of(document)


@pytest.mark.parametrize(
    "text",
    ["A", "Aap BV ", "<", "<p ", "&lt;", ". ", "informatie ", "DPIA ", "a.", "a-", "\n", "geleverd door ", "://"],
)
def test_a_hostile_text_costs_little(text):
    """Linear in the text, and only the first part is looked at: a quadratic search would take minutes here."""
    long = text * (2_000_000 // len(text))
    document = {"goal": long, "description_short": long, "data_sources": [{"contents": long}]}
    hints(document)
    completeness(document)
    assert sum(len(paragraph) for _key, paragraph in paragraphs(document).values()) <= MOST
