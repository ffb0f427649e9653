"""What differs between two documents is told once: field by field, row by row, word by word."""

from __future__ import annotations

import copy
import itertools
import random
import re
import time
from html import unescape

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from algorithms import document, richtext, standard
from algorithms.document import Change, Document, changed_keys, difference, spans
from algorithms.document.difference import CONTEXT, NAMING
from importers.readers import read
from tests.conftest import SEEDS


def only(before: Document | None, after: Document) -> Change:
    [change] = difference(before, after)
    return change


def told(change: Change) -> str:
    """A change in one line: "-removed-" and "+added+" in the words that stayed."""
    mark = {"same": "", "removed": "-", "added": "+"}
    return "".join(f"{mark[span.op]}{span.text}{mark[span.op]}" for span in change.spans)


def rows_told(change: Change) -> list[str]:
    return [f"{row.op} {row.number}{f' was {row.was}' if row.was else ''} {row.title}" for row in change.rows]


def shown(changes: list[Change]) -> str:
    return " ".join(render_to_string("difference/_difference.html", {"changes": changes}).split())


def without_tags(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", markup)).split())


# -- fields ------------------------------------------------------------------------------------------------------------

ROTTERDAM = {"name": "Gemeente Voorbeeldstad", "slug": "gemeente-voorbeeldstad", "tooi": ""}
DEPARTMENT = {"name": "Wegen", "slug": "wegen", "path": "Stadsbeheer / Wegen"}


@pytest.mark.parametrize(
    ("key", "before", "after", "words"),
    [
        ("name", "Strooiroutes plannen", "Strooiroutes snel plannen", "Strooiroutes +snel +plannen"),
        ("name", "", "Strooiroutes", "+Strooiroutes+"),
        ("name", "Strooiroutes", "", "-Strooiroutes-"),
        ("affected", "Fietsers\nAutomobilisten", "Fietsers\nWandelaars", "Fietsers\n-Automobilisten-+Wandelaars+"),
        ("goal", "<p>Op tijd <strong>klaar</strong>.</p>", "<p>Op tijd <em>begonnen</em>.</p>",
         "Op tijd -klaar-+begonnen+."),
        ("goal", "<p>Een.</p><p>Drie.</p>", "<p>Een.</p><p>Twee.</p><p>Drie.</p>", "Een.\n+Twee.\n+Drie."),
        ("goal", "<p>a</p><p>b</p>", "<ul><li>a</li><li>b</li></ul>", "+• +a\n+• +b"),
        ("goal", '<p><a href="https://a.nl/">Wet</a></p>', '<p><a href="https://b.nl/">Wet</a></p>',
         "Wet (https://-a-+b+.nl/)"),
        ("status", "In gebruik", "Buiten gebruik", "-In gebruik-+Buiten gebruik+"),
        ("risk_class", "", "limited", "+Beperkt+"),
        ("category", ["Verkeer", "Wonen"], ["Verkeer", "Werk", "Wonen"], "Verkeer, +Werk, +Wonen"),
        ("begin_date", "2023-11", "2024-01", "-2023-11-+2024-01+"),
        ("website", "https://a.nl/x", "https://a.nl/y", "-https://a.nl/x-+https://a.nl/y+"),
        ("organization", ROTTERDAM, ROTTERDAM | {"name": "Gemeente Elders"},
         "-Gemeente Voorbeeldstad-+Gemeente Elders+"),
        ("department", None, DEPARTMENT, "+Stadsbeheer / Wegen+"),
        ("department", DEPARTMENT, DEPARTMENT | {"path": "Beheer / Wegen"}, "-Stadsbeheer / Wegen-+Beheer / Wegen+"),
        ("onbekend", "", "iets nieuws", "+iets nieuws+"),
    ],
)  # fmt: skip
def test_a_field_tells_its_words(key, before, after, words):
    change = only({key: before}, {key: after})
    assert (change.key, told(change), change.note) == (key, words, "")
    if key in standard.FIELDS:
        assert change.label == standard.FIELDS[key].label.nl


@pytest.mark.parametrize(
    ("key", "before", "after", "note", "words"),
    [
        ("goal", "<p>Altijd <strong>op tijd</strong></p>", "<p>Altijd op tijd</p>", "alleen de opmaak",
         "Altijd -[vet]-op tijd-[/vet]-"),
        ("goal", "<p>Doel</p>", "<h4>Doel</h4>", "alleen de opmaak", "+[tussenkop]+Doel+[/tussenkop]+"),
        ("goal", '<p><a href="https://a.nl">https://a.nl</a></p>', "<p>https://a.nl</p>", "alleen de opmaak",
         "-[link]-https://a.nl-[/link]-"),
        ("goal", "<p>a</p><p>b</p>", "<p>a<br>b</p>", "alleen de opmaak", "a\nb"),
        ("affected", "Fietsers en  lopers", "Fietsers en lopers", "alleen spaties of regeleinden",
         "Fietsers en-  -+ +lopers"),
        ("organization", ROTTERDAM, ROTTERDAM | {"tooi": "gm1"}, "alleen de kenmerken, niet de naam", None),
    ],
)  # fmt: skip
def test_what_words_do_not_show_is_told_in_a_note(key, before, after, note, words):
    change = only({key: before}, {key: after})
    assert change.note == note
    assert words is None or told(change) == words
    assert note in shown([change])


def test_a_choice_that_reads_as_another_is_told_by_its_value():
    assert told(only({"risk_class": "unknown"}, {"risk_class": "Onbekend"})) == '-"unknown"-+"Onbekend"+'


def test_english_follows_its_dutch_text_in_the_order_of_the_standard(complete):
    after = copy.deepcopy(complete)
    after["goal"] = "<p>Anders.</p>"
    after["translations"]["eng"] |= {"name": "Gritting lorries", "goal": "<p>Different.</p>"}
    after["name"] = "Strooiwagens"
    changes = difference(complete, after)
    assert [change.key for change in changes] == ["name", "name.eng", "goal", "goal.eng"]
    assert [change.label for change in changes][:2] == ["Naam", "Naam (Engels)"]
    assert [change.lang for change in changes] == ["nl", "en", "nl", "en"]
    with override("en"):
        assert [change.label for change in changes][:2] == ["Name", "Name (English)"]


def test_nothing_before_means_everything_is_added(complete):
    changes = difference(None, complete)
    assert {change.key for change in changes} >= {"name", "name.eng", "organization", "steps"}
    assert all(change.before == "" for change in changes)
    assert {span.op for change in changes for span in change.spans} == {"added"}
    assert {row.op for change in changes for row in change.rows} == {"added"}


def test_what_publishing_gives_is_no_difference(complete):
    given = {"version": 2, "published_at": "2026-11-22T08:15:30Z", "note": "Nieuw", "salt": "00", "lars": "12345672"}
    assert difference(complete, complete | given) == []
    assert difference(complete, complete | {"risks": "", "parties": complete["parties"], "website": ""}) != []
    assert difference(complete, complete | {"website": "", "references": [], "risk_register": None}) == []


def test_labels_and_values_are_in_the_active_language():
    with override("en"):
        change = only({"status": "In gebruik"}, {"status": "Buiten gebruik"})
        assert (change.label, told(change), change.lang) == ("Status", "-In use-+Out of use+", "")


# -- rows --------------------------------------------------------------------------------------------------------------


def sources(*names: str) -> Document:
    return {"data_sources": [{"topic": "", "name": name, "contents": f"Inhoud van {name}"} for name in names]}


NAMES = [f"Bron {word}" for word in "aap noot mies wim zus jet teun vuur gijs lam kees bok weide does".split()]


@pytest.mark.parametrize(
    ("before", "after", "rows"),
    [
        (["BAG"], ["BAG", "BRP"], ["added 2 BRP"]),
        (["BAG", "BRP"], ["BRP"], ["removed 1 BAG"]),
        (NAMES, ["Heel anders", *NAMES], ["added 1 Heel anders"]),
        (NAMES, [NAMES[-1], *NAMES[:-1]], [f"moved 1 was {len(NAMES)} {NAMES[-1]}"]),
        (["BAG", "BAG"], ["BAG"], ["removed 2 BAG"]),
        (["Wegenbestand"], ["Wegenbestanden"], ["changed 1 Wegenbestanden"]),
        (["BAG"], ["Kentekens"], ["removed 1 BAG", "added 1 Kentekens"]),
        (["BAG", "BRP", "Wegen"], ["Kentekens", "BAG", "Wegennet"],
         ["added 1 Kentekens", "removed 2 BRP", "changed 3 Wegennet"]),
    ],
)  # fmt: skip
def test_rows_are_told_as_added_removed_changed_or_moved(before, after, rows):
    assert rows_told(only(sources(*before), sources(*after))) == rows


def test_a_changed_row_tells_only_its_changed_cells_with_english_among_them():
    before = {
        "data_sources": [{"name": "BAG", "contents": "Adressen", "personal_data": "none"}],
        "translations": {"eng": {"data_sources": [{"contents": "Addresses"}]}},
    }
    after = {
        "data_sources": [
            {"name": "BRP"},
            {"name": "BAG", "contents": "Adressen en panden", "personal_data": "unknown"},
        ],
        "translations": {"eng": {"data_sources": [{}, {"contents": "Addresses and buildings"}]}},
    }
    change = only(before, after)
    assert rows_told(change) == ["added 1 BRP", "changed 2 BAG"]
    cells = change.rows[1].cells
    assert [(cell.label, told(cell), cell.lang) for cell in cells] == [
        ("Inhoud", "Adressen+ en panden+", "nl"),
        ("Inhoud (Engels)", "Addresses+ and buildings+", "en"),
        ("Persoonsgegevens", "-Geen persoonsgegevens-+Onbekend+", ""),
    ]
    assert change.key == "data_sources"
    assert change.before == "BAG | Adressen | Addresses | Geen persoonsgegevens"


def test_english_alone_changes_its_row(complete):
    after = copy.deepcopy(complete)
    del after["translations"]["eng"]["data_sources"]
    change = only(complete, after)
    assert (change.key, rows_told(change)) == ("data_sources", ["changed 1 Wegenbestand"])
    assert [(cell.key, told(cell)) for cell in change.rows[0].cells] == [("data_sources.name.eng", "-Road map-")]


def test_a_row_that_changed_and_moved_tells_both():
    before, after = sources("aap", "noot", "mies", "wim"), sources("wim", "aap", "noot", "mies")
    after["data_sources"][0]["owner"] = "Gemeente"
    assert rows_told(only(before, after)) == ["changed 1 was 4 wim"]


def test_a_renamed_row_is_known_by_its_address():
    row = {"title": "Wet A", "link": "https://wetten.example/1"}
    change = only({"references": [row]}, {"references": [row | {"title": "Geheel iets anders"}]})
    assert rows_told(change) == ["changed 1 Geheel iets anders"]


def test_a_withheld_field_is_called_by_its_label():
    change = only({}, {"withheld": [{"field": "methods_and_models", "reason": "Fraude"}]})
    assert change.rows[0].title == standard.FIELDS["methods_and_models"].label.nl


def test_every_group_has_a_naming_cell():
    for key in standard.ROW_KEYS:
        assert {column.key for column in standard.FIELDS[key].columns} & set(NAMING), key


# -- words -------------------------------------------------------------------------------------------------------------

texts = st.lists(st.sampled_from(["de", "auto", "rijdt", " ", " ", "\n", ".", "é", "1", "\u00a0"]), max_size=60).map(
    "".join
)


@settings(max_examples=150, deadline=None)
@given(texts, texts)
def test_the_spans_make_both_texts(before, after):
    found = spans(before, after)
    assert "".join(span.text for span in found if span.op != "added") == before
    assert "".join(span.text for span in found if span.op != "removed") == after
    assert all(span.text for span in found)
    assert all(one.op != other.op for one, other in itertools.pairwise(found))
    assert {span.op for span in found} <= {"same"} or before != after


def test_a_few_words_that_stayed_by_chance_are_not_told_apart():
    found = spans("Een computer leest elk formulier van de inwoner.", "Mensen beoordelen de aanvraag nu zelf.")
    assert [span.op for span in found] == ["removed", "added", "same"]


def test_one_word_in_a_text_without_line_breaks():
    words = [f"woord{number % 700}" for number in range(5000)]
    before = " ".join(words)
    words[2500] = "anders"
    [_head, removed, added, _tail] = spans(before, " ".join(words))
    assert (removed.text, added.text) == ("woord400", "anders")


def test_long_stretches_that_stayed_are_shortened():
    stretch = " ".join(f"w{number}" for number in range(100))
    change = only({"goal": f"<p>een {stretch} twee</p>"}, {"goal": f"<p>1 {stretch} 2</p>"})
    [middle] = [span.text for span in change.excerpt if span.op == "same"]
    assert len(middle.split()) == 2 * CONTEXT + 1
    assert middle.startswith(" w0 w1 ")
    assert middle.endswith(" w98 w99 ")
    assert " … " in middle
    first = only({"goal": f"<p>{stretch} een</p>"}, {"goal": f"<p>{stretch} twee</p>"}).excerpt[0]
    assert first.text.startswith(" … w80") or first.text.startswith("… w80")


def test_a_line_break_that_changed_is_made_visible():
    change = only({"goal": "<p>Een. Twee.</p>"}, {"goal": "<p>Een.</p><p>Twee.</p>"})
    assert change.note == "alleen spaties of regeleinden"
    assert "¶\n" in [span.text for span in change.excerpt if span.op == "added"]


def test_large_texts_and_many_rows_are_told_in_a_moment():
    choose = random.Random(1)  # the same words each run
    words = [f"{choose.choice('abcdefgh')}{int(choose.paretovariate(0.7)) % 4000}" for _ in range(20_000)]
    other = [choose.choice(words) if choose.random() < 0.2 else word for word in words]
    before, after = (" ".join(each)[: standard.HARD_LIMIT] for each in (words, other))
    many = [{"name": f"Bron {number} {words[number]}", "contents": words[number]} for number in range(1000)]
    changed = [{"name": row["name"] + "x", "contents": "y"} for row in many]
    started = time.perf_counter()
    difference({"goal": richtext.from_plain(before)}, {"goal": richtext.from_plain(after)})
    difference({"goal": "<p>" + "a b " * 25_000 + "</p>"}, {"goal": "<p>" + "b a a " * 16_000 + "</p>"})
    assert {row.op for row in only({"data_sources": many}, {"data_sources": changed}).rows} == {"changed"}
    assert time.perf_counter() - started < 5  # measured 0.8; a slow machine may be busy


# -- whole documents ---------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(["", "a", "b", "a b", "a\nb"])
RICH = st.sampled_from(["", "<p>a</p>", "<p><strong>a</strong></p>", "<p>a b</p>", "<ul><li>a</li></ul>", "<p>• a</p>"])
CELLS = st.fixed_dictionaries({"name": WORDS, "contents": WORDS, "url": WORDS, "personal_data": WORDS})


@st.composite
def documents(draw):
    rows = draw(st.lists(CELLS, max_size=4))
    english = {"goal": draw(RICH), "data_sources": [{"name": draw(WORDS)} for _row in rows]}
    english["data_sources"] = [{key: text for key, text in row.items() if text} for row in english["data_sources"]]
    english = {key: value for key, value in english.items() if (any(value) if isinstance(value, list) else value)}
    return {
        "name": draw(WORDS),
        "goal": draw(RICH),
        "status": draw(WORDS),
        "category": draw(st.lists(st.sampled_from(["Wonen", "Werk"]), unique=True)),
        "organization": draw(st.sampled_from([None, ROTTERDAM, ROTTERDAM | {"tooi": "gm1"}])),
        "data_sources": rows,
        "translations": {"eng": english} if english else {},
        "salt": draw(WORDS),
    }


@settings(max_examples=200, deadline=None)
@given(documents(), documents())
def test_documents_differ_exactly_when_their_contents_do(before, after):
    changes = difference(before, after)
    assert (changes == []) == (document.content(before) == document.content(after))
    assert [change.key for change in changes] == list(dict.fromkeys(change.key for change in changes))
    assert {change.key for change in changes} == changed_keys(before, after)
    assert all(change.note or change.rows or change.before != change.after for change in changes)
    assert difference(before, before) == []


def records() -> list[Document]:
    files = sorted(SEEDS.glob("*.txt"))
    return [document.clean(record.values) for path in files for record in read(path.read_bytes(), path.name).records]


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seeds stand beside the checkout")
def test_each_real_record_tells_three_edits_and_no_more():
    found = records()
    assert found
    for before in found:
        after = copy.deepcopy(before)
        filled = [key for key in standard.TRANSLATED if after.get(key) and key != "name"]
        for key in filled[:1]:
            after[key] += (
                "<p>Een zin erbij.</p>" if standard.FIELDS[key].kind is standard.Kind.RICH else " Een zin erbij."
            )
        after["status"] = "Buiten gebruik"
        after["data_sources"] = [{"name": "Geheel nieuwe bron"}, *(after.get("data_sources") or [])]
        changes = {change.key: change for change in difference(before, after)}
        assert changes.keys() == {*filled[:1], "status", "data_sources"}
        assert rows_told(changes["data_sources"]) == ["added 1 Geheel nieuwe bron"]
        for key in filled[:1]:
            assert [span.op for span in changes[key].spans] == ["same", "added"]
        assert "Geheel nieuwe bron" in shown(list(changes.values()))


# -- as shown ----------------------------------------------------------------------------------------------------------


def test_words_are_marked_for_eyes_and_ears_alike():
    page = shown([only({"goal": "<p>Met de auto & zo.</p>"}, {"goal": "<p>Met de fiets & zo.</p>"})])
    assert without_tags(page) == "Doel en impact Met de verwijderd: auto einde toegevoegd: fiets einde & zo."
    assert re.search(r'<del><span class="only-heard" lang="nl">verwijderd: </span>auto<', page)
    assert re.search(r'<p class="change-text" lang="nl">Met de <del>', page)
    assert "&amp; zo." in page
    assert "style=" not in page


def test_markup_in_a_value_is_shown_as_text():
    page = shown([only({"name": "<b>x</b>"}, {"name": "<script>x</script>"})])
    assert "<script>" not in page
    assert "&lt;" in page


def test_rows_are_shown_as_sentences():
    page = shown([only(sources("BAG", "BRP"), sources("BRP", "Kentekens"))])
    assert "Rij 1 verwijderd: BAG" in without_tags(page)
    assert "Rij 2 toegevoegd: Kentekens" in without_tags(page)
    moved = [only(sources("aap", "noot", "mies"), sources("mies", "aap", "noot"))]
    assert "Rij 1 verplaatst, was rij 3: mies" in without_tags(shown(moved))
    with override("en"):
        assert "Data sources Row 1 moved, was row 3: mies" in without_tags(shown(moved))


def test_no_difference_is_said():
    assert "Er is geen verschil." in shown([])
