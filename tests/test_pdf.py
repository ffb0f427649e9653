"""The PDF of a record: all that its page says, tagged, the same for the same head, whatever a text holds."""

from __future__ import annotations

import io
import json
import re
import time
from itertools import pairwise
from pathlib import Path

import pytest
import segno
from django.core.management import call_command
from django.utils import translation
from pypdf import PdfReader

from algorithms import publishing
from algorithms.exports import blocks, pdf
from algorithms.models import Head, Listing, Publication
from algorithms.public import record
from algorithms.public.record import Record, Value
from register import settings

BASE = "https://algoritmes.voorbeeldstad.example"
RICH = (
    '<p>Eerst <strong>vet</strong> en <em>schuin</em>.<br>Dan <a href="/over/">een uitleg</a> en '
    '<a href="https://elders.example/pad">https://elders.example/pad</a>.</p><h4>Een kopje</h4>'
    "<ol><li>stap een</li><li>stap twee<ul><li>dieper</li></ul></li></ol>"
    "<table><caption>Kosten</caption><tr><th>Jaar</th><th>Bedrag</th></tr>"
    '<tr><td rowspan="9">2024</td><td>10</td></tr><tr><td colspan="2">20</td></tr></table>'
)
FULL = {
    "goal": RICH,
    "affected": "Iedereen die fietst of loopt.",
    "objection_procedure": "<p>Bezwaar kan binnen zes weken.</p>",
    "lawful_basis_grouping": [{"title": "Wegenwet", "link": "https://wetten.example/wegenwet"}],
    "contact_points": [{"kind": "phone", "label": "Balie", "value": "14 010"}],
    "withheld": [{"field": "performance", "reason": "Dat weten wij nog niet."}],
    "tags": "gladheid, zout",
}


def words(text: str) -> str:
    """The letters of a text: where lines end and what joins cells is no part of the comparison."""
    return re.sub(r"\s", "", text)


def text_of(body: bytes) -> str:
    """The letters of a document, without the head and the foot that each page repeats."""
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(body)).pages]
    texts = [re.sub(r"(?s)Register (?:bij regel|at entry) \d+ .*", "", page) for page in pages]
    return words(" ".join(text if not number else text.partition("\n")[2] for number, text in enumerate(texts)))


def tags_of(body: bytes) -> list[str]:
    """The tags of the structure tree in reading order."""
    found: list[str] = []

    def walk(node):
        node = node.get_object()
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            found.extend([str(node["/S"])] if "/S" in node else [])
            if "/K" in node:
                walk(node["/K"])

    walk(PdfReader(io.BytesIO(body)).trailer["/Root"]["/StructTreeRoot"])
    return found


def links_of(body: bytes) -> set[str]:
    notes = [note.get_object() for page in PdfReader(io.BytesIO(body)).pages for note in page.get("/Annots") or []]
    return {str(note["/A"]["/URI"]) for note in notes if "/URI" in note.get("/A", {})}


def languages_of(body: bytes) -> set[str]:
    """The languages of texts that are not in the language most of the document is in."""
    pages = [page.get_contents().get_data() for page in PdfReader(io.BytesIO(body)).pages]
    return {code.decode() for page in pages for code in re.findall(rb"/Lang ?\((\w+)\)", page)}


def values_of(read: Record):
    """Every text that the page of a record shows."""
    parts = [part for section in read.sections for part in [*section.facts, *section.blocks]]
    values: list[Value] = [read.name, read.summary, *read.steps]
    values += [value for answer in read.answers for value in answer.values]
    values += [value for part in parts for value in part.values]
    values += [value for part in parts if part.table for row in part.table.rows for _column, value in row]
    values += [told.withheld for told in [*parts, *read.answers] if told.withheld]
    for value in values:
        yield from (value.text, value.lead, value.note)
        yield from re.split(r"<[^>]+>", str(value.html).replace("&amp;", "&"))
    yield from [read.organization["name"], read.department, read.status, read.category, *read.themes]
    yield from (label for part in parts for label in [part.label, *(part.table.columns if part.table else [])])
    yield from (told for section in read.sections for told in (section.title, section.intro))
    yield from (answer.question for answer in read.answers)


@pytest.fixture
def published(publish_algorithm, settings):
    """One full record: its listing, with English for a part of it."""
    settings.SITE_URL = BASE
    publish_algorithm(name="Strooiroutes", note="Eerste versie.", **FULL)
    return Listing.objects.select_related("publication").get()


@pytest.fixture
def get(client, published):
    def answer(prefix: str = "", **headers):
        return client.get(f"{prefix}/algoritmes/{published.lars}/strooiroutes.pdf", headers=headers)

    return answer


def made(changes: dict) -> bytes:
    """The PDF of the published record with other texts: what stands in a log of years is not what is let in today."""
    listing = Listing.objects.select_related("publication").get()
    document = json.loads(listing.publication.document) | changes
    return pdf.made(document, listing.publication, Head.now(), BASE)


def document_of(listing: Listing) -> dict:
    return json.loads(listing.publication.document)


def test_the_pdf_says_all_that_the_page_says_in_both_languages(get, published):
    for prefix, code in (("", "nl"), ("/en", "en")):
        answer = get(prefix)
        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"] == f'inline; filename="strooiroutes-{published.lars}-1.pdf"'
        assert answer["Link"] == f'<{BASE}{prefix}/algoritmes/{published.lars}/strooiroutes/>; rel="canonical"'
        found = text_of(answer.content)
        with translation.override(code):
            told = [text for text in values_of(record.read(document_of(published))) if text.strip()]
            assert len(told) > 100
            assert [text for text in told if words(text) not in found] == []
        entry = Publication.objects.get()
        assert entry.sha256 in found
        assert words("Eerste versie.") in found
        assert words("Veld niet ingevuld" if code == "nl" else "Field not filled in") in found

        # what it is: tagged for people who cannot see it, in the language of its address, by and of whom
        root = PdfReader(io.BytesIO(answer.content)).trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert {root["/Lang"], *languages_of(answer.content)} == {"nl", code}  # what falls back to Dutch says so
        about = root["/Metadata"].get_object().get_data().decode()
        assert "<pdfuaid:part>1</pdfuaid:part>" in about
        assert ("Gritting routes" if code == "en" else "Strooiroutes") in about
        assert "Gemeente Voorbeeldstad" in about
        assert entry.published_at.strftime("%Y-%m-%dT%H:%M:%S+00:00") in about

        # headings step down one level at a time, from the one of the name
        tags = tags_of(answer.content)
        levels = [int(tag[2:]) for tag in tags if re.fullmatch("/H[1-6]", tag)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        assert 4 in levels
        assert tags.count("/TH") >= tags.count("/THead") * 2 > 0
        assert tags.count("/THead") == tags.count("/Table")
        assert {"/Table", "/TD", "/L", "/LI", "/Lbl", "/LBody", "/Link", "/Figure"} <= set(tags)

        # where it leads: addresses on the page work, those of the site are whole
        links = links_of(answer.content)
        assert {
            f"{BASE}/over/", "https://elders.example/pad", "https://wetten.example/wegenwet", "tel:14010",
            "mailto:algoritmes@voorbeeldstad.example", f"{BASE}{prefix}/a/{published.lars}",
        } <= links  # fmt: skip
        assert words("https://wetten.example/wegenwet") in found


def test_the_pdf_of_an_imported_print_says_all_that_its_page_says(db, tmp_path):
    prints = Path(__file__).parent / "data" / "registerprint.txt"
    with pytest.raises(SystemExit):
        call_command("import_register", str(prints), "--publish", "--report", str(tmp_path / "report.json"))
    listings = list(Listing.objects.select_related("publication"))
    assert listings
    for listing in listings:
        told = [text for text in values_of(record.read(document_of(listing))) if text.strip()]
        found = text_of(pdf.made(document_of(listing), listing.publication, Head.now(), BASE))
        assert [text for text in told if words(text) not in found] == []


def test_each_page_tells_where_the_register_stood_and_the_first_leads_back(get, published):
    pages = PdfReader(io.BytesIO(get().content)).pages
    entry = Publication.objects.get()
    for number, page in enumerate(pages, 1):
        found = words(page.extract_text())
        assert entry.hash in found
        assert words(f"Register bij regel {entry.sequence} van het logboek") in found
        assert words(f"pagina {number} van {len(pages)}") in found
    assert words(f"{BASE}/a/{published.lars}") in words(pages[0].extract_text())
    told = pdf.data(record.read(document_of(published)), entry, Head.now(), BASE)
    drawn = io.BytesIO()
    segno.make(f"{BASE}/a/{published.lars}", micro=False, error="m").save(drawn, "svg", border=0, xmldecl=False)
    assert told["code"] == drawn.getvalue().decode()


def test_the_same_head_gives_the_same_bytes_and_is_not_sent_twice(get, client, published):
    first, again = get(), get()
    assert first.content == again.content
    assert get(**{"If-None-Match": first["ETag"]}).status_code == 304
    told = client.head(f"/algoritmes/{published.lars}/strooiroutes.pdf")
    assert (told.status_code, told.content) == (200, b"")


def test_another_name_leads_on_a_withdrawn_record_is_gone_and_one_that_never_was_is_nowhere(client, publish_algorithm):
    algorithm = publish_algorithm(name="Strooiroutes")
    for prefix in ("", "/en"):
        moved = client.get(f"{prefix}/algoritmes/{algorithm.lars}/oude-naam.pdf")
        assert (moved.status_code, moved["Location"]) == (302, f"{prefix}/algoritmes/{algorithm.lars}/strooiroutes.pdf")
    publishing.withdraw(algorithm.lars, reason="Wij gebruiken dit niet meer.")
    gone = client.get(f"/algoritmes/{algorithm.lars}/strooiroutes.pdf")
    assert gone.status_code == 410
    assert "Wij gebruiken dit niet meer." in gone.content.decode()
    assert client.get("/algoritmes/99999999/strooiroutes.pdf").status_code == 404
    assert client.post(f"/algoritmes/{algorithm.lars}/strooiroutes.pdf").status_code == 405


def test_a_pdf_that_cannot_be_made_now_points_to_the_page(get, published, monkeypatch, caplog):
    monkeypatch.setattr(pdf, "SECONDS", 0.001)
    answer = get()
    assert answer.status_code == 503
    assert f"{BASE}/algoritmes/{published.lars}/strooiroutes/" in answer.content.decode()
    assert answer["Retry-After"]
    assert published.lars in caplog.text
    monkeypatch.setattr(pdf, "WAIT", 0.001)
    with pdf._one_at_a_time:
        assert get().status_code == 503


def test_slow_pdfs_leave_half_of_the_threads_to_readers(get, monkeypatch):
    """One is made, one waits; who comes after them is told at once, and the wait of neither is forgotten."""
    monkeypatch.setattr(pdf, "WAIT", 9)
    with pdf._seats, pdf._one_at_a_time, pdf._seats:
        began = time.monotonic()
        answer = get()
        assert (answer.status_code, answer["Retry-After"]) == (503, "60")
        assert time.monotonic() - began < 5
    assert get().status_code == 200


def test_nothing_a_text_holds_is_read_as_markup_is_lost_or_fails(published):
    hostile = '#let x = 1 = $a$ *b* _c_ @d <e> `f` // g \\u{1} {number} "h" [[i]]'
    wide = "".join(f"<td>kolom{n}</td>" for n in range(30))
    deep = "<ul><li>diep" * 30 + "</li></ul>" * 30
    found = text_of(
        made(
            {
                "name": "n" * 600,
                "description_short": hostile,
                "goal": "<p>teken \U000f0123 en \u6f22 \U0001f600 \u0639 e\u0301\u0348 \u202eom</p>",
                "impact": f"<table>{f'<tr>{wide}</tr>' * 3}</table><table><tr><th>alleen</th></tr></table>",
                "proportionality": f"<p>{'<em>schuin <strong>' * 15}vet{'</strong></em>' * 15}</p>{deep}",
                "risks": f"<p>{'lang' * 1250} https://x.example/{'pad/' * 300}</p>",
                "oversight": f'<p><a href="http://[">stuk</a> <a href="https://x.example/{"z" * 2500}">ver</a></p>',
                "future_use": "<p>" + "regel<br>" * 300 + "einde</p>",
                "data_sources": [{"topic": "T", "name": f"Bron{n}", "contents": ""} for n in range(200)],
                "website": "javascript:alert(1)",
            }
        )
    )
    assert words(hostile) in found
    assert "n" * 600 in found
    assert "[U+F0123]" in found  # a sign that no font has
    assert "kolom29" in found
    assert found.count("diep") == 30
    assert found.count("lang") > 1240  # a page may end in it
    assert "stuk" in found
    assert found.count("regel") > 300
    assert "einde" in found
    assert "Bron199" in found
    assert "javascript:alert(1)" in found


def test_an_empty_record_and_one_of_an_older_standard_have_a_pdf_too(published):
    document = document_of(published)
    kept = ("lars", "version", "published_at", "note", "name", "organization", "department", "category", "translations")
    bare = {key: document[key] for key in (*kept, "status", "publication_category")} | {"name": "", "category": []}
    body = pdf.made(bare, published.publication, Head.now(), BASE)
    assert published.lars in text_of(body)
    assert words("Veld niet ingevuld") in text_of(body)


# -- pure functions ----------------------------------------------------------------------------------------------------


def test_words_are_cut_where_addresses_have_a_sign_and_never_before_a_mark():
    assert blocks.cut("kort woord", 20) == ["kort woord"]
    before, long = blocks.cut("zie https://voorbeeld.example/een/lang/pad", 20)
    assert before == "zie "
    assert long["words"][0] == "https://"
    assert "".join(long["words"]) == "https://voorbeeld.example/een/lang/pad"
    (marked,) = blocks.cut("e\u0301" * 30, 9)
    assert all(piece[0] == "e" for piece in marked["words"])


def test_a_word_of_a_title_is_cut_only_when_it_is_wider_than_the_line(published):
    def title(name: str) -> list:
        read = record.read(document_of(published) | {"name": name})
        return pdf.data(read, published.publication, Head.now(), BASE)["name"]

    assert title("Heronderzoeken Uitkeringsgerechtigden") == ["Heronderzoeken Uitkeringsgerechtigden"]
    assert any(isinstance(part, dict) for part in title("Arbeidsongeschiktheidsverzekering"))


def test_the_answers_of_a_pdf_name_the_field_they_are_read_from_as_the_page_does(published):
    read = record.read(document_of(published) | {"steps": [], "objection_procedure": ""})
    (panel, *_rest) = pdf.data(read, published.publication, Head.now(), BASE)["blocks"]
    told = words("".join(blocks.letters([panel])))
    assert words("Wie beslist? Menselijke tussenkomst: Een medewerker") in told
    assert words("Dat staat niet in deze beschrijving. Niet eens met een besluit?") in told


def test_cells_of_a_table_stay_within_it_and_beside_each_other():
    cell = [blocks.text(["x"])]
    made = blocks.table([], [[(1, 9, cell), (1, 1, cell)], [(3, 1, cell)], [], [(1, 1, cell)]], heads=1)
    places = [(c["x"], c["y"], c["across"], c["down"]) for c in made["cells"]]
    assert places == [(0, 0, 1, 1), (1, 0, 1, 1), (0, 1, 3, 1), (0, 3, 1, 1)]
    assert len(made["widths"]) == 3


def test_the_template_counts_for_the_release(monkeypatch):
    before = settings._release()
    whole = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: whole(path) + b" " * (path == pdf.TEMPLATE))
    assert settings._release() != before
