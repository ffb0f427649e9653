"""Ways across: by organisation and department, theme, supplier and data source, and the drawing of data."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from algorithms import bitset, publishing
from algorithms.bitset import Bitset
from algorithms.models import Algorithm, Department, Head, Organization
from algorithms.public import across, network
from algorithms.public.cards import Card
from algorithms.public.network import NARROW, WIDE
from tests.conftest import complete_draft

TOWN, OTHER = "Gemeente Voorbeeldstad", "Gemeente Anders"
LISTS = ["/organisaties/", "/thema/", "/leveranciers/", "/gegevensbronnen/", "/netwerk/"]


@pytest.fixture(autouse=True)
def nothing_in_memory():
    bitset.forget()
    yield
    bitset.forget()


def published(**changes) -> Algorithm:
    english = {"name": f"{changes['name']} (EN)"}
    algorithm = complete_draft(**changes, translations={"eng": english})
    publishing.publish(algorithm)
    return algorithm


def sources(*names: str) -> list[dict]:
    return [{"topic": "Onderwerp", "name": name, "contents": "Inhoud"} for name in names]


@pytest.mark.django_db
def test_an_empty_register_says_so(read):
    """First of all: the register below is made once and stays for the rest of this module."""
    assert "Er staan nog geen organisaties" in read("/organisaties/")
    assert "Er zijn nog geen leveranciers gemeld." in read("/leveranciers/")
    assert "Er zijn nog geen gegevensbronnen gemeld." in read("/gegevensbronnen/")
    empty = read("/netwerk/")
    assert "Er zijn nog geen gegevensbronnen gemeld." in empty
    assert 'class="network' not in empty
    assert "<table" not in empty


@pytest.fixture(scope="module")
def made_once(django_db_setup, django_db_blocker):
    """Four algorithms: three of one town (two with the BAG, two of Routemakers), one of another.

    What a test does to it is undone after that test.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        published(name="Zand", data_sources=sources("BAG", "Wegenbestand"), risk_class="low")
        published(
            name="Asfalt",
            data_sources=sources("BAG"),
            category=["Wonen", "Verkeer"],
            status="In ontwikkeling",
            department={"path": "Stadsbeheer"},
            parties=[],
        )
        published(name="Gras", data_sources=[], department={"path": "Stadsbeheer / Wegen / Bermen"})
        yield published(
            name="Elders",
            organization={"name": OTHER},
            department=None,
            data_sources=sources("Zeldzame bron"),
            provider="Eenling B.V.",
            parties=[],
            category=["Wonen"],
        )
        transaction.set_rollback(True)


@pytest.fixture
def register(db, made_once):
    """The register; returns the algorithm of the other town."""
    return made_once


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def first(pattern: str, page: str) -> str:
    """Return what a pattern matches first; it must."""
    return re.findall(pattern, page)[0]


def names(page: str) -> list[str]:
    """Return the names of the algorithms that a page lists, in its order."""
    cards = re.findall(r'<article class="card.*?</h3>', page, re.DOTALL)
    return [words(card) for card in cards]


# -- each way ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "told", "english", "listed"),
    [
        (
            "/organisaties/gemeente-voorbeeldstad/",
            "Deze organisatie heeft 3 algoritmes in dit register. Daarvan zijn er 2 in gebruik.",
            "This organisation has 3 algorithms in this register. Of these, 2 are in use.",
            ["Asfalt", "Gras", "Zand"],
        ),
        (
            "/organisaties/gemeente-voorbeeldstad/stadsbeheer-wegen/",
            "Deze afdeling gaat over 2 algoritmes. Daarvan zijn er 2 in gebruik.",
            "This department is in charge of 2 algorithms.",
            ["Gras", "Zand"],
        ),
        (
            "/thema/wonen/",
            "2 algoritmes horen bij dit thema. Daarvan is er 1 in gebruik.",
            "2 algorithms belong to this theme. Of these, 1 is in use.",
            ["Asfalt", "Elders"],
        ),
        (
            "/leveranciers/routemakers-bv/",
            "Deze leverancier wordt genoemd bij 2 algoritmes.",
            "This supplier is named with 2 algorithms.",
            ["Gras", "Zand"],
        ),
        (
            "/gegevensbronnen/bag/",
            "2 algoritmes gebruiken deze gegevens. Daarvan is er 1 in gebruik.",
            "2 algorithms use this data. Of these, 1 is in use.",
            ["Asfalt", "Zand"],
        ),
    ],
)
def test_each_way_has_a_page_with_its_algorithms_by_name(read, register, path, told, english, listed):
    dutch = read(path)
    assert told in words(dutch)
    assert told in first(r'name="description"\s+content="[^"]*"', dutch)
    assert names(dutch) == listed
    page = read(f"/en{path}")
    assert english in words(page)
    assert len(names(page)) == len(listed)
    assert page.count("<h1") == 1


def test_what_goes_together_is_counted_and_leads_to_the_list_that_it_counts(read, register):
    page = read("/gegevensbronnen/bag/")
    told = words(page[page.index('id="samen"') : page.index('id="algoritmes"')])
    assert "Status In gebruik (1) In ontwikkeling (1)" in told
    assert "Risicoklasse Laag of minimaal (1)" in told
    assert "Thema’s Verkeer (2) Wonen (1)" in told
    assert "Gegevensbronnen" not in told  # a second value of one facet widens a list
    links = re.findall(r'href="(/algoritmes/\?gegevensbron=bag&[^"]+)"><span\s*>([^<]+)</span> \((\d+)\)', page)
    assert ("/algoritmes/?gegevensbron=bag&thema=verkeer", "Verkeer", "2") in links
    assert len(links) > 6
    for address, _label, count in links:
        assert re.search(rf"<h1[^>]*>\s*{count} algoritme", read(address)), address


def test_names_are_marked_as_dutch_on_an_english_page_and_the_standard_is_translated(read, register):
    page = " ".join(read("/en/leveranciers/routemakers-bv/").split())
    assert re.search(r'<h1[^>]* lang="nl"\s*>Routemakers B\.V\.</h1>', page)
    assert '<span lang="nl" >Wegenbestand</span> (1)' in page or '<span lang="nl">Wegenbestand</span> (1)' in page
    assert "Traffic</span> (2)" in page
    assert "lang=" not in first(r"<h1[^>]*>", read("/leveranciers/routemakers-bv/"))
    assert "lang=" not in first(r"<h1[^>]*>\s*Housing", read("/en/thema/wonen/"))


@pytest.mark.parametrize(
    "path",
    [
        "/organisaties/nergens/", "/organisaties/nergens/stadsbeheer/", "/organisaties/gemeente-anders/stadsbeheer/",
        "/organisaties/gemeente-voorbeeldstad/nergens/", "/thema/nergens/", "/thema/Wonen/", "/leveranciers/nergens/",
        "/gegevensbronnen/nergens/", "/gegevensbronnen/bag/?pagina=2", "/leveranciers/?pagina=0", "/netwerk/?pagina=x",
        "/leveranciers/?pagina=0_1", f"/gegevensbronnen/{'x' * 300}/",
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_404(read, register, path):
    read(path, 404)


def test_every_theme_of_the_standard_has_a_page_that_says_what_it_is_about(read, register):
    page = read("/en/thema/")
    assert len(across.THEMES_BY_SLUG) == 16
    assert across.ABOUT.keys() == across.THEMES_BY_SLUG.keys()
    for slug, theme in across.THEMES_BY_SLUG.items():
        assert f'href="/en/thema/{slug}/">{theme.label.en}</a>' in " ".join(page.split())
        assert across.ABOUT[slug].en in page
    told = words(read("/thema/recht/"))
    assert across.ABOUT["recht"].nl in told
    assert "Bij dit thema staan nu geen algoritmes." in told
    assert "In cijfers" not in told


def test_feeds_are_named_where_they_are(read, register):
    for path in ("/organisaties/gemeente-voorbeeldstad/", "/thema/wonen/"):
        page = read(path)
        head, body = page.split("</head>")
        assert re.search(rf'type="application/atom\+xml"[^>]*href="{path}wijzigingen.atom"', head)
        assert f'href="{path}wijzigingen.atom"' in body
    assert "atom" not in read("/gegevensbronnen/bag/")


# -- departments -------------------------------------------------------------------------------------------------------


def test_departments_stand_as_a_tree_and_count_what_is_below_them(read, register):
    page = read("/organisaties/gemeente-voorbeeldstad/")
    told = words(page)
    assert "Stadsbeheer : 3 algoritmes Wegen : 2 algoritmes Bermen : 1 algoritme" in told
    assert 'href="/organisaties/gemeente-voorbeeldstad/stadsbeheer-wegen-bermen/"' in page
    below = read("/organisaties/gemeente-voorbeeldstad/stadsbeheer-wegen/")
    assert "Hieronder vallen Bermen : 1 algoritme" in words(below)
    assert 'href="/algoritmes/?afdeling=stadsbeheer-wegen&afdeling=stadsbeheer-wegen-bermen"' in below


def test_a_department_that_reported_nothing_has_a_page_with_how_to_reach_it(read, register):
    town = Organization.objects.get(name=TOWN)
    Department.objects.create(
        organization=town, path="Zorg / Jeugd", phone="14 0592", email="jeugd@voorbeeldstad.example"
    )
    assert "Zorg : nu geen algoritmes Jeugd : nu geen algoritmes" in words(
        read("/organisaties/gemeente-voorbeeldstad/")
    )
    page = read("/organisaties/gemeente-voorbeeldstad/zorg-jeugd/")
    told = words(page)
    assert "Deze afdeling heeft nu geen algoritmes in dit register." in told
    assert f"Organisatie {TOWN} Telefoon 14 0592 E-mail jeugd@voorbeeldstad.example" in told
    assert 'href="mailto:jeugd@voorbeeldstad.example"' in page
    assert names(page) == []


def test_a_deep_tree_keeps_its_last_levels_in_one_name():
    index = Bitset(("", 0), 0)
    rows = [Department(path="A / B / C / D", slug="diep"), Department(path="A / B", slug="b")]
    (top,) = across.tree(index, rows)
    assert (top.name, top.slug, top.slugs) == ("A", "", ["b", "diep"])
    (middle,) = top.below
    assert (middle.slug, [branch.name for branch in middle.below]) == ("b", ["C / D"])
    assert [branch.name for branch in across.tree(index, rows, above="A / B")] == ["C"]


# -- lists -------------------------------------------------------------------------------------------------------------


def test_lists_tell_how_many_algorithms_each_has_and_how_many_are_in_use(read, register):
    Organization.objects.create(name="Gemeente Leeg")
    told = words(read("/organisaties/"))
    assert f"{OTHER} 1 1 Gemeente Leeg nu geen algoritmes 0 0 {TOWN} 3 2" in told
    assert "BAG 2 1 Wegenbestand 1 1 Zeldzame bron 1 1" in words(read("/gegevensbronnen/"))
    assert "Eenling B.V. 1 1 Intern ontwikkeld 3 2 Routemakers B.V. 2 2" in words(read("/leveranciers/?sorteer=naam"))
    english = read("/en/leveranciers/")
    assert "3 suppliers" in words(english)
    assert re.search(r'lang="nl"\s*>Routemakers B\.V\.</a>', english)


def test_the_renamed_organisation_has_its_current_name_everywhere(read, register):
    town = Organization.objects.get(name=TOWN)
    town.name = "Gemeente Nieuwstad"
    town.save()
    for path in ("/organisaties/", "/organisaties/gemeente-voorbeeldstad/", "/netwerk/", "/en/netwerk/"):
        assert "Gemeente Nieuwstad" in read(path), path
    for path in ("/gegevensbronnen/bag/", "/leveranciers/routemakers-bv/", "/thema/verkeer/"):
        page = read(path)
        assert "Gemeente Nieuwstad" in page[page.index('id="samen"') : page.index('id="algoritmes"')], path
    assert "Gemeente Nieuwstad" in read("/organisaties/gemeente-voorbeeldstad/stadsbeheer/")


def test_a_withdrawn_record_is_gone_from_every_way(read, register):
    paths = [*LISTS, "/thema/wonen/", "/organisaties/gemeente-anders/"]
    assert any("Elders" in read(path) for path in paths)
    publishing.withdraw(register.lars, reason="Klaar")
    for path in paths:
        page = read(path)
        assert not re.search(r"Elders|Eenling|Zeldzame", page), path
    assert f"{OTHER} nu geen algoritmes 0 0" in words(read("/organisaties/"))
    assert "nog geen" not in words(read("/organisaties/gemeente-anders/"))  # it had reported one
    for path in ("/leveranciers/eenling-bv/", "/gegevensbronnen/zeldzame-bron/"):
        read(path, 404)


@pytest.fixture
def thousands(register):
    """3,000 more data sources in memory, as a large register has them: bron 0007 is in one record, and so on."""
    index = bitset.now(Head.now())
    record = index.named("zand")
    for number in range(3000):
        slug = f"bron-{number:04}"
        index.facets["gegevensbron"][slug] = record
        index.labels["gegevensbron", slug] = f"Brón {number:04} (uit Ålst)"
    return index


def test_thousands_of_data_sources_are_paged_searched_and_sorted(read, thousands):
    first = read("/gegevensbronnen/")
    assert "3003 gegevensbronnen" in words(first)
    assert first.count('<th scope="row"') == 100
    assert first.index(">BAG</a>") < first.index(">Brón 0000")  # most algorithms first
    assert 'href="?pagina=31"' in first
    by_name = read("/gegevensbronnen/?sorteer=naam&pagina=31")
    assert by_name.count('<th scope="row"') == 3
    assert "Zeldzame bron" in by_name
    found = read("/gegevensbronnen/?zoek=%20alst%20%20BRON%20002&sorteer=naam")
    assert "13 gegevensbronnen" in words(found)
    assert 'value="alst BRON 002"' in found
    assert '<meta name="robots" content="noindex, follow">' in found
    assert "noindex" not in by_name
    assert 'href="?zoek=uit+alst&amp;pagina=2"' in read("/gegevensbronnen/?zoek=uit+alst").replace("&p", "&amp;p")
    read("/gegevensbronnen/?sorteer=naam&pagina=32", 404)


@pytest.mark.parametrize("typed", ["bestaatniet", "%3Cscript%3E", "niets%00hier%1f", "%E4%B8%AD", "x" * 3000, "%ff"])
def test_whatever_is_looked_for_in_a_list_is_answered(client, register, typed):
    page = client.get(f"/leveranciers/?zoek={typed}&sorteer=onzin").content.decode()
    assert "Wij vonden niets met" in words(page)
    assert "<script>" not in page
    assert not re.search("[\x00-\x08\x0b-\x1f]", page)  # no page may hold those
    assert 'href="?"' in page


# -- what it costs -----------------------------------------------------------------------------------------------------


def test_each_page_asks_a_small_fixed_number_of_queries(client, register, django_assert_num_queries):
    # State of the log, pages of the foot; then what is named.
    asked = {
        "/organisaties/": 3,  # names
        "/organisaties/gemeente-voorbeeldstad/": 5,  # itself, departments, records
        "/organisaties/gemeente-voorbeeldstad/stadsbeheer/": 5,  # itself, departments, records
        "/thema/": 2,
        "/thema/verkeer/": 4,  # names of organisations, records
        "/leveranciers/": 2,
        "/leveranciers/routemakers-bv/": 4,
        "/gegevensbronnen/": 2,
        "/gegevensbronnen/bag/": 4,
        "/netwerk/": 4,
    }
    for _time in range(2):
        client.get("/thema/")  # makes what is kept in memory
        for path, queries in asked.items():
            with django_assert_num_queries(queries):
                assert client.get(path).status_code == 200, path
        for number in range(3):
            published(name=f"Nieuw {number}", data_sources=sources(f"Nieuw {number}", "BAG"))


# -- the drawing -------------------------------------------------------------------------------------------------------


def made(records: dict[str, list[int]], most: int) -> Bitset:
    """Return an index of data sources with the sequences of their records."""
    index = Bitset(("", 0), most)
    for name, sequences in records.items():
        bits = sum(1 << sequence for sequence in set(sequences))
        index.all |= bits
        if bits:
            index.facets.setdefault("gegevensbron", {})[name] = bits
            index.labels["gegevensbron", name] = name
    return index


REGISTERS = st.lists(st.lists(st.integers(1, 150), min_size=1, max_size=90), min_size=1, max_size=45)
NAMES = st.text("abcdefgWM .-é", min_size=1, max_size=70).filter(str.strip)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(REGISTERS)
def test_what_is_drawn_is_bounded_true_and_in_the_table(used):
    index = made({f"bron-{number}": sequences for number, sequences in enumerate(used)}, 150)
    every = network.sources(index)
    drawn = network.chosen(index, every)
    pairs = {(drawn.sources[a].entry.slug, drawn.records[b]) for a, b in drawn.pairs}
    true = {(f"bron-{number}", at) for number, sequences in enumerate(used) for at in sequences}
    table = network.Pairs(every, index)
    lines = [
        (group.source.entry.slug, at)
        for start in range(0, len(table), 100)
        for group in table[start : start + 100]
        for at in group.records
    ]
    assert len(lines) == len(table) == len(true)
    assert pairs <= true == set(lines)
    assert len(drawn.sources) <= network.MOST_SOURCES
    assert len(drawn.records) <= network.MOST_RECORDS
    # Of what is drawn every line is drawn, and nothing stands there without one.
    assert pairs == {(slug, at) for slug, at in true if at in drawn.records and slug in {a for a, _b in pairs}}
    assert {a for a, _b in drawn.pairs} == set(range(len(drawn.sources)))
    assert {b for _a, b in drawn.pairs} == set(range(len(drawn.records)))
    counts = [source.entry.count for source in every]
    assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize("measures", [WIDE, NARROW])
@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(NAMES, min_size=1, max_size=12), st.lists(NAMES, min_size=1, max_size=20), st.randoms())
def test_a_drawing_overlaps_nothing_and_stays_inside(measures, left, right, chance):
    pairs = {(number % len(left), number % len(right)) for number in range(max(len(left), len(right)))}
    pairs |= {(chance.randrange(len(left)), chance.randrange(len(right))) for _ in range(20)}
    drawing = network.draw(left, right, sorted(pairs), measures)
    assert drawing.widths[0] <= measures.left
    assert drawing.widths[1] <= measures.right
    assert drawing.labels[0] < drawing.bars[0] < drawing.bars[1] < drawing.labels[1] < drawing.width
    if measures is NARROW:
        assert drawing.width <= 320  # a small telephone
    for nodes, width in zip((drawing.left, drawing.right), drawing.widths, strict=True):
        in_order = sorted(nodes, key=lambda node: node.top)
        assert in_order[0].top >= 0
        assert in_order[-1].top + in_order[-1].height <= drawing.height
        for above, below in pairwise(in_order):
            assert above.top + above.height <= below.top
        for node in nodes:
            assert node.height >= network.LEAST
            assert node.top <= node.bar_top
            assert node.bar_top + node.bar_height <= node.top + node.height
            assert 1 <= len(node.label) <= 2 * measures.lines
            for text, y, _space in node.label:
                assert network.width_of(text, measures.text) <= width
                assert node.top < y <= node.top + node.height
    assert {(curve.left, curve.right) for curve in drawing.curves} == pairs
    for curve in drawing.curves:
        start, *_bend, end = [int(y) for y in re.findall(r"\d+ (\d+)", curve.path)]
        for y, node in ((start, drawing.left[curve.left]), (end, drawing.right[curve.right])):
            assert node.bar_top <= y <= node.bar_top + node.bar_height


@pytest.mark.parametrize(
    "name", ["Basisregistratie Adressen en Gebouwen", "Wijkonderzoeksgegevensverzameling 2022", "BAG"]
)
def test_a_label_tells_the_whole_name_when_it_fits(name):
    for measures in (WIDE, NARROW):
        label = network.draw([name], ["Strooiroutes"], [(0, 0)], measures).left[0].label
        assert "".join(space + text for text, _y, space in label).strip() == name


@pytest.mark.parametrize("measures", [WIDE, NARROW])
@pytest.mark.parametrize(
    "name", ["woord " * 90, "Wijk " * 8 + "onderzoeksgegevensverzameling" * 4, "Een twee " + "x" * 999]
)
def test_a_label_that_is_cut_ends_after_a_whole_word(measures, name):
    """Who speaks to the screen says what is seen (WCAG 2.5.3)."""
    label = network.draw([name], ["Strooiroutes"], [(0, 0)], measures).left[0].label
    told = "".join(space + text for text, _y, space in label).strip()
    assert told.endswith("…")
    assert f"{name} ".startswith(f"{told[:-1]} ")
    assert len(label) <= measures.lines


def test_a_first_word_that_is_too_long_gets_more_lines_and_is_then_cut():
    long = "Meerpersoonshuishoudensinkomensafhankelijkheidstoetsingsberekening"
    for name, told in ((long, long), (f"{long} en meer", f"{long}…")):
        label = network.draw([name], ["Strooiroutes"], [(0, 0)], NARROW).left[0].label
        assert "".join(space + text for text, _y, space in label).strip() == told
        assert NARROW.lines < len(label) <= 2 * NARROW.lines
    label = network.draw(["x" * 9999], ["Strooiroutes"], [(0, 0)], NARROW).left[0].label
    assert len(label) == 2 * NARROW.lines
    assert label[-1][0].endswith("x…")


def test_few_lines_cross():
    """Names that were given in the opposite order are put beside what they are joined to."""
    drawing = network.draw(list("abcdef"), list("uvwxyz"), [(n, 5 - n) for n in range(6)], WIDE)
    left = sorted(range(6), key=lambda n: drawing.left[n].top)
    assert [5 - n for n in left] == sorted(range(6), key=lambda n: drawing.right[n].top)


def test_the_network_shows_names_as_links_in_drawing_and_table(read, register):
    page = " ".join(read("/en/netwerk/").split())
    table = page[page.index('id="tabel"') :]
    drawings = re.findall(r'<svg class="network.*?</svg>', page)
    assert len(drawings) == 2
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for drawing in drawings:
        assert re.search(r'<a href="/en/gegevensbronnen/bag/" aria-label="BAG" lang="nl" ?>', drawing)
        assert re.search(r'<a href="/en/algoritmes/\d{8}/zand/" aria-label="Zand \(EN\)" ?>', drawing)
        titles = re.findall(r"<title>([^<]*)</title>", drawing)
        assert sorted(titles)[0].startswith("BAG → Asfalt (EN)")
        assert len(titles) == 4
        # Each line is drawn once more at its algorithm, each label where its link is.
        assert set(re.findall(r'href="#([^"]+)"', drawing)) == set(re.findall(r'<(?:path|g) id="([^"]+)"', drawing))
        for address in re.findall(r'<a href="([^"]+)"', drawing):
            assert f'href="{address}"' in table
    told = words(page)
    assert "This register names 3 data sources. 3 algorithms tell which data they use." in told
    assert "Not all names fit in it" not in told
    assert words(table).count("(EN) Gemeente") == 4


def test_what_does_not_fit_in_the_drawing_is_told_and_stands_in_the_table(read, thousands):
    page = read("/netwerk/")
    assert "U ziet de 40 gegevensbronnen die het meest worden gebruikt, van de 3003." in words(page)
    assert page.count('<svg class="network') == 2
    assert 'href="?pagina=31"' in page
    later = read("/netwerk/?pagina=31")
    assert later.count('<svg class="network') == 0
    assert later.count('scope="rowgroup"') == 4


def test_pictures_need_something_to_draw():
    card = Card("1", "/", "Naam", "", "", "", "", "", "", [], "", datetime(2026, 1, 1, tzinfo=UTC), 1)
    assert network.pictures(network.Chosen([], [], []), {1: card}) == []
