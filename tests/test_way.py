"""The picture of the way from data to decision shows what the record tells, fits, and is told in words as well."""

import re
from html import unescape
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from algorithms.models import Listing
from algorithms.public import drawing, way

KINDS = ("data", "algorithm", "person", "decision")


def told(**texts) -> dict:
    """A document of which only the way matters."""
    return {"name": "Strooiroutes", "translations": {}} | texts


def step(kind: str, actor: str = "Iemand", action: str = "doet iets") -> dict:
    return {"kind": kind, "actor": actor, "action": action}


def source(name: str, topic: str = "") -> dict:
    return {"name": name, "topic": topic}


def drawings(found: way.Way) -> list[drawing.Drawing]:
    has_steps = len(found.items) > 2 or not found.items[0].is_sources or found.items[1].text.text != ""
    return [drawing.draw_wide(found.items, has_steps), drawing.draw_narrow(found.items)]


def words(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def as_list(found: way.Way) -> str:
    page = render_to_string("public/_way.html", {"way": found})
    return words(page[page.index("<ol") :])


def points(arrow: str) -> list[tuple[float, float]]:
    """The corners of the lines of arrows, and points between them; heads left out."""
    found = []
    for line in re.findall(r"M[^m]+", arrow):
        x, y = map(float, re.findall(r"[\d.]+", line)[:2])
        for direction, number in re.findall(r"([HV])(-?[\d.]+)", line):
            there = (float(number), y) if direction == "H" else (x, float(number))
            found += [(x + (there[0] - x) * part / 8, y + (there[1] - y) * part / 8) for part in range(9)]
            x, y = there
    return found


# -- whatever a record holds -------------------------------------------------------------------------------------------

LETTERS = st.characters(exclude_categories=("Cc", "Cs", "Cn"))
NAMES = st.one_of(
    st.text(LETTERS, min_size=1, max_size=60),
    st.sampled_from(
        ["BAG", "W" * 200, "漢" * 80, "Gemeente Voorbeeldstad", "a-" * 100, "é" * 90, "<&\">'", "👩‍👧‍👦" * 20]
    ),
)
ACTIONS = st.one_of(st.just(""), NAMES, st.lists(NAMES, max_size=12).map(" ".join), st.just("Woord voor woord. " * 400))
STEPS = st.lists(st.builds(step, st.sampled_from(KINDS), NAMES, ACTIONS), max_size=40)
SOURCES = st.lists(
    st.builds(source, NAMES, st.one_of(st.just(""), st.sampled_from(["Wegen", "Weer", "M" * 200]))), max_size=27
)
PARTIES = st.lists(
    st.builds(
        lambda role, name: {"role": role, "name": name, "url": ""},
        st.sampled_from(["supplier", "developer", "data_supplier", "auditor"]),
        NAMES,
    ),
    max_size=4,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(STEPS, SOURCES, PARTIES, NAMES)
def test_nothing_overlaps_sticks_out_or_is_lost(steps, sources, parties, provider):
    found = way.of(told(steps=steps, data_sources=sources, parties=parties, provider=provider))
    if not steps and not any(row["name"].strip() for row in sources):
        assert found is None
        return
    for picture in drawings(found):
        for box in picture.boxes:
            assert box.x >= 0
            assert box.y >= 0
            assert box.x + box.w <= picture.w + 0.01
            assert box.y + box.h <= picture.h
            for line in box.lines:
                assert line.x >= drawing.PAD
                assert line.end <= box.w - drawing.PAD + 0.01, line.text
                assert drawing.PITCH <= line.y <= box.h - drawing.BOTTOM
            for one, other in combinations(box.lines, 2):
                assert abs(one.y - other.y) >= drawing.PITCH - 0.01 or one.end <= other.x or other.end <= one.x
        for one, other in combinations(picture.boxes, 2):
            beside = one.x + one.w < other.x or other.x + other.w < one.x
            assert beside or one.y + one.h < other.y or other.y + other.h < one.y
        for x, y in points("".join(picture.arrows)):
            assert not any(box.x < x < box.x + box.w and box.y < y < box.y + box.h for box in picture.boxes)
    for svg in (found.wide, found.narrow):
        ElementTree.fromstring(svg)
    spoken = as_list(found)
    for name in [row["name"] for row in sources] + [text for row in steps for text in (row["actor"], row["action"])]:
        assert " ".join(name.split()).casefold() in spoken.casefold()


@given(st.text(LETTERS, max_size=300), st.integers(60, 600), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_text_is_wrapped_without_losing_a_letter(text, room, bold):
    lines = drawing.wrap(text, room, bold)
    assert all(drawing.width(line, bold) <= room for line in lines)
    assert re.sub(r"[\s-]", "", "".join(lines)) == re.sub(r"[\s-]", "", text)


@pytest.mark.parametrize(
    ("word", "lines"),
    [
        ("Risico-inschattingsmodel", ["Risico-", "inschattingsmodel"]),  # after a sign
        ("Parkeerregistratiesysteem", ["Parkeerregistra-", "tiesysteem"]),  # before a syllable
        ("Gebouweigenschappen", ["Gebouweigen-", "schappen"]),  # never between c and h
        ("x" * 22, ["x" * 13 + "-", "x" * 9]),
    ],
)
def test_a_word_that_must_be_broken_is_broken_where_it_reads_best(word, lines):
    rooms = [room for room in range(60, 300) if drawing.wrap(word, room) == lines]
    assert rooms


# -- what is drawn -----------------------------------------------------------------------------------------------------


def test_without_sources_and_steps_there_is_no_picture():
    assert way.of(told(provider="Routemakers B.V.")) is None
    assert way.of(told(steps=[], data_sources=[], source_data_grouping=[])) is None


def test_without_steps_only_the_sources_and_the_algorithm_by_its_name_are_drawn():
    found = way.of(told(data_sources=[source("BAG")], provider="Routemakers B.V."))
    assert [item.kind for item in found.items] == ["data", "algorithm"]
    assert found.heading == "Van gegevens naar algoritme"
    assert words(found.narrow).endswith(
        "1. Gegevens Bronnen BAG 2. Algoritme Strooiroutes Leverancier: Routemakers B.V."
    )
    assert "besluit" not in found.wide.lower()


def test_steps_stand_in_their_own_order_and_each_kind_has_a_shape_and_a_word():
    kinds = ["data", "algorithm", "person", "algorithm", "decision"]
    found = way.of(told(steps=[step(kind) for kind in kinds]))
    assert re.findall(r'class="way__(data|algorithm|person|decision)"', found.narrow) == kinds
    assert [line.split()[0] for line in words(found.narrow).split(". ")[1:]] == [
        "Gegevens", "Algoritme", "Mens", "Algoritme", "Besluit",
    ]  # fmt: skip
    shapes = dict(zip(kinds, re.findall(r'class="way__shape">(.*?)</g>', found.narrow), strict=True))
    assert len(set(shapes.values())) == len(set(kinds))
    assert [len(picture.arrows) for picture in drawings(found)] == [4, 4]


def test_a_name_stands_once_in_its_topic_and_many_sources_stand_below_their_topics():
    rows = [source(f"Bron {n % 9}", f"Onderwerp {n % 3}") for n in range(27)]
    found = way.of(told(data_sources=rows, source_data_grouping=[{"title": "bron  4"}, {"title": "Kaart"}]))
    groups = [(group.topic.text, [name.text for name in group.names]) for group in found.items[0].groups]
    assert groups == [
        ("Onderwerp 0", ["Bron 0", "Bron 3", "Bron 6"]),
        ("Onderwerp 1", ["Bron 1", "Bron 4", "Bron 7"]),
        ("Onderwerp 2", ["Bron 2", "Bron 5", "Bron 8"]),
        ("", ["Kaart"]),
    ]
    few = way.of(told(data_sources=[source("BAG", "Wonen"), source("BRP", "Mensen"), source("bag", "Gas")]))
    assert [[name.text for name in group.names] for group in few.items[0].groups] == [["BAG", "BRP"]]


def test_many_sources_stand_above_the_steps_in_columns_few_of_them_before():
    steps = [step(kind) for kind in KINDS]
    many = drawing.draw_wide(way.of(told(steps=steps, data_sources=[source(f"Bron {n}") for n in range(27)])).items)
    assert many.boxes[0].w == drawing.WIDE
    assert len({line.x for line in many.boxes[0].lines if line.text.startswith("Bron ")}) > 2
    few = drawing.draw_wide(way.of(told(steps=steps, data_sources=[source("BAG")])).items)
    assert len({box.y for box in few.boxes}) == 1


def test_no_arrow_leads_from_the_sources_to_a_person():
    rows = [source("BRP")]
    person = way.of(told(data_sources=rows, steps=[step("person"), step("algorithm"), step("decision")]))
    assert [len(picture.arrows) for picture in drawings(person)] == [2, 2]
    data = way.of(told(data_sources=rows, steps=[step("data"), step("algorithm"), step("decision")]))
    assert [len(picture.arrows) for picture in drawings(data)] == [3, 3]


def test_makers_stand_at_the_algorithm_and_suppliers_of_data_at_the_sources():
    parties = [
        {"role": "supplier", "name": "routemakers  b.v."},
        {"role": "developer", "name": "Codeerders"},
        {"role": "data_supplier", "name": "KNMI"},
        {"role": "auditor", "name": "Rekenkamer"},
    ]
    document = told(provider="Routemakers B.V.", parties=parties, data_sources=[source("Weer")])
    one = way.of(document | {"steps": [step("data"), step("algorithm"), step("decision")]})
    notes = [[f"{note.lead}: {note.text}" for note in item.notes] for item in one.items]
    assert notes == [["Dataleverancier: KNMI"], [], ["Leverancier: routemakers  b.v.", "Ontwikkelaar: Codeerders"], []]
    # A supplier made the algorithm, not the first of its steps.
    two = way.of(document | {"steps": [step("algorithm"), step("algorithm")]})
    assert two.items[1].notes[1].lead == "Ontwikkelaar van het hele algoritme"
    assert two.items[2].notes == []


def test_a_very_long_action_ends_in_the_picture_and_is_whole_in_the_list():
    action = "Controleert alle gegevens van de aanvraag nog een keer. " * 40
    found = way.of(told(steps=[step("person", action=action + "Klaar")]))
    assert not found.whole
    assert "…" in found.wide
    assert "…" in found.narrow
    assert "Klaar" not in found.wide + found.narrow
    assert as_list(found).endswith("Klaar")
    assert "<details open>" in render_to_string("public/_way.html", {"way": found})
    short = way.of(told(steps=[step("person")]))
    assert short.whole
    assert "<details >" in render_to_string("public/_way.html", {"way": short})


def test_more_steps_than_a_picture_can_tell_are_a_list_only_and_more_sources_are_counted():
    found = way.of(told(steps=[step("data", f"Stap {n}") for n in range(100)]))
    assert found.wide == found.narrow == ""
    assert "Stap 99" in as_list(found)
    assert "<svg" not in render_to_string("public/_way.html", {"way": found})
    full = way.of(told(data_sources=[source(f"Bron {n}") for n in range(130)]))
    assert not full.whole
    assert "en nog 10 bronnen" in full.wide
    assert "Bron 129" in as_list(full)


def test_a_usual_picture_weighs_a_few_kilobytes():
    found = way.of(told(steps=[step(kind, "Afdeling Parkeren", "Bekijkt de foto's.") for kind in KINDS]))
    assert len(found.wide.encode()) < 3_500
    assert len(found.narrow.encode()) < 3_500


# -- on the page -------------------------------------------------------------------------------------------------------


def section(page: str) -> str:
    return page[page.index('<section class="flow way"') :].split("</section>")[0]


def test_the_page_of_a_record_shows_picture_and_list_in_both_languages(client, publish_algorithm, complete):
    english = complete["translations"]["eng"] | {
        "steps": [{"actor": "Weather stations", "action": "measure the temperature"}]
    }
    algorithm = publish_algorithm(translations={"eng": english})
    address = f"/algoritmes/{algorithm.lars}/{Listing.objects.get(lars=algorithm.lars).slug}/"
    dutch = section(client.get(address).content.decode())
    told_in_english = section(client.get("/en" + address).content.decode())
    for part, heading, actor, source_name in (
        (dutch, "Van gegevens naar besluit", "Weerstations", "Wegenbestand"),
        (told_in_english, "From data to decision", "Weather stations", "Road map"),
    ):
        assert re.search(rf'<h2 class="utrecht-heading-2" id="stappen">{heading}</h2>', part)
        ids = re.findall(r' id="([^"]+)"', part)
        assert len(ids) == len(set(ids))
        drawn = re.findall(r"<svg.*?</svg>", part, re.DOTALL)
        assert len(drawn) == 2
        for svg in drawn:
            root = ElementTree.fromstring(svg)
            assert root.get("role") == "img"
            assert {root.get("aria-labelledby"), root.get("aria-describedby")} <= set(ids)
        for text in (*drawn, part[part.index("<ol") :]):
            assert actor in words(text)
            assert source_name in words(text)
        places = [part.index(f'class="way__{kind}"') for kind in KINDS]
        assert all(before < after for before, after in pairwise(places))
        assert "style=" not in part
    # What has no English yet is told in Dutch, and marked so.
    assert '<strong lang="nl">Coördinator</strong>' in told_in_english
    assert re.search(r'<tspan [^>]*lang="nl">Coördinator</tspan>', told_in_english)


def test_a_record_without_sources_and_steps_has_no_such_section(client, publish_algorithm):
    algorithm = publish_algorithm(steps=[], data_sources=[], translations={})
    address = f"/algoritmes/{algorithm.lars}/{Listing.objects.get(lars=algorithm.lars).slug}/"
    assert 'id="stappen"' not in client.get(address).content.decode()


def test_the_title_of_a_picture_is_in_the_language_of_the_page():
    with translation.override("en"):
        found = way.of(told(data_sources=[source("BAG")]))
    assert '<title id="weg-breed">Picture: from data to algorithm</title>' in found.wide
