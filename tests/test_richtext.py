"""One cleaner: what comes in keeps its words, loses what is unsafe, and has one form."""

from __future__ import annotations

import html
import re
import time
from pathlib import Path

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from algorithms import richtext

DATA = Path(__file__).parent / "data"
ALLOWED = set("p br strong em a ul ol li h4 table caption thead tbody tr th td".split())


@pytest.mark.parametrize(
    ("given_text", "cleaned"),
    [
        ("", ""),
        ("  \n ", ""),
        ("een regel", "<p>een regel</p>"),
        ("een\n\ntwee\ndrie", "<p>een</p><p>twee<br>drie</p>"),
        ("<div>een</div><div>twee</div>", "<p>een</p><p>twee</p>"),
        ("<h2>Kop</h2>tekst", "<h4>Kop</h4><p>tekst</p>"),
        ("<p><b>vet</b> <i>schuin</i></p>", "<p><strong>vet</strong> <em>schuin</em></p>"),
        ("<ul><li><p>een</p></li><li></li></ul>", "<ul><li>een</li></ul>"),
        ("<ul><li>een</li><ul><li>diep</li></ul></ul>", "<ul><li>een<ul><li>diep</li></ul></li></ul>"),
        ("<p>zie <https://x.example> en <TABEL></p>", "<p>zie &lt;https://x.example&gt; en &lt;TABEL&gt;</p>"),
        ("<p>x < 5 & y > 3</p>", "<p>x &lt; 5 &amp; y &gt; 3</p>"),
        ("<p onclick='x()' style='color:red' class='y'>tekst</p>", "<p>tekst</p>"),
        ("<p>a<script>alert(1)</script>b</p>", "<p>ab</p>"),
        ("<a href='javascript:alert(1)'>klik</a>", "<p>klik</p>"),
        ('<a href="https://x.example/?a=1&amp;b=2" target="_blank">x</a>', '<p><a href="https://x.example/?a=1&amp;b=2">x</a></p>'),
        ("<p>&lt;img src=x onerror=y&gt;</p>", "<p>&lt;img src=x onerror=y&gt;</p>"),
        ("&lt;img src=x onerror=y&gt;", "<p>&lt;img src=x onerror=y&gt;</p>"),
        ("<p>14&nbsp;010</p>", "<p>14\xa0010</p>"),
        ("<p>&nbsp;</p><p>tekst</p>", "<p>tekst</p>"),
        ("<table><tr><th>a<td>b</table>", "<table><tbody><tr><th>a</th><td>b</td></tr></tbody></table>"),
        ("<td>los</td>", "<p>los</p>"),
        ("R&D en Q&amp;A", "<p>R&amp;D en Q&amp;A</p>"),
    ],
)  # fmt: skip
def test_one_form_for_every_source(given_text, cleaned):
    assert richtext.clean(given_text) == cleaned
    assert richtext.clean(cleaned) == cleaned


PIECES = st.sampled_from(
    ["<p>", "</p>", "<b>", "</b>", "<ul>", "<li>", "</ul>", "<table>", "<tr>", "<td>", "</table>", "<h1>", "</h1>",
     "<a href='https://x.example'>", "</a>", "<br>", "<div>", "</div>", "<script>", "</script>", "<em>", "</em>",
     "&amp;", "&lt;", "&nbsp;", " ", "\n", "\n\n", "<", ">",
     "woord", "<TABEL>", "<!--", "-->", "<svg onload=x>", "<caption>", "<blockquote>", "<dt>", "<ol>"],
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES | st.text(max_size=8), max_size=25))
def test_cleaning_twice_changes_nothing_and_leaves_only_the_subset(pieces):
    text = "".join(pieces)
    if richtext.forbidden_character(text):
        return  # refused at the door, before the cleaner
    cleaned = richtext.clean(text)
    assert richtext.clean(cleaned) == cleaned
    assert set(re.findall(r"</?([a-z0-9]+)", cleaned)) <= ALLOWED
    assert "javascript:" not in re.sub(r">[^<]*<", "><", cleaned)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(alphabet="abcdefg é’5", min_size=1, max_size=12), min_size=1, max_size=8))
def test_no_word_is_lost(texts):
    tags = zip(["div", "p", "li", "td"] * 2, texts, strict=False)
    marked = "".join(f"<{tag}>{html.escape(text)}</{tag}>" for tag, text in tags)
    told = "".join(richtext.plain(richtext.clean(marked)).split())
    assert all("".join(text.split()) in told for text in texts)


def test_the_plain_rendering_reads_as_text():
    rich = (
        "<h4>Kop</h4><p>een <strong>twee</strong><br>drie</p><ul><li>a<ul><li>b</li></ul></li></ul><ol><li>c</li></ol>"
        '<table><tbody><tr><th>k</th><td>v</td></tr></tbody></table><p><a href="https://x.example">hier</a></p>'
    )
    assert richtext.plain(rich) == ("Kop\neen twee\ndrie\n• a\n• b\n1. c\nk | v\nhier (https://x.example)")
    assert richtext.visible_length("<p>een &amp; <strong>twee</strong></p>") == len("een & twee")


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x85", "\ud800", "\ufffe"])
def test_characters_that_no_text_holds_are_named(character):
    assert richtext.forbidden_character(f"a{character}b") == f"U+{ord(character):04X}"
    with pytest.raises(ValueError, match=r"U\+"):
        richtext.clean(f"<p>a{character}b</p>")
    assert richtext.forbidden_character("gewone tekst\tmet\nregels é ’ 🚗") is None


def test_a_deep_nest_costs_no_stack():
    assert richtext.plain(richtext.clean("<div>" * 20_000 + "diep" + "</div>" * 20_000)) == "diep"
    assert "diep" in richtext.plain(richtext.clean("<ul><li>" * 3_000 + "diep"))


def test_plain_paragraphs_are_known_to_be_canonical_without_parsing():
    for text in ("<p>Een zin.</p>", "<p>Een 'zin', \"twee\" é €.</p><p>Drie</p>", "<p>a\u200bb \u2028c</p>"):
        assert richtext.clean(text) == richtext._shape(richtext.nh3.clean(text, tags=richtext.KEPT_BY_NH3))
    assert richtext.clean("<p>a  b </p><p>\xa0</p>") == "<p>a b</p>"


def test_what_takes_a_parser_too_long_is_excessive():
    assert richtext.is_excessive("x" * 300_001)
    assert richtext.is_excessive("<div>" * 300)
    assert richtext.is_excessive("<div></b>" * 300)
    assert not richtext.is_excessive("<ul><li>x<li>y</ul><p><b>x</b>" * 1000)
    assert not richtext.is_markup("<x " * 90_000)


# -- pasted from elsewhere ---------------------------------------------------------------------------------------------


def test_what_word_writes_becomes_lists_and_tables():
    cleaned = richtext.clean((DATA / "plakken-word.html").read_text())
    assert cleaned == (
        "<h4>Werkwijze</h4><p>De <strong>wegen</strong> en <em>paden</em>.</p>"
        "<ul><li>Een punt<ul><li>dieper</li></ul></li><li>Nog <strong>een</strong></li></ul>"
        "<ol><li>Tel dit</li><li>En dit</li></ol>"
        "<table><thead><tr><td><strong>Kop</strong></td><td>Twee</td></tr></thead>"
        "<tbody><tr><td>a</td><td>b</td></tr></tbody></table>"
    )
    assert richtext.clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("given_text", "cleaned"),
    [
        # filtered HTML: no "Ignore", the mark is part of the words
        ("<p class=MsoListParagraph><span>·<span>&nbsp; </span></span>Een</p><p class=MsoListParagraph>· Twee</p>",
         "<ul><li>Een</li><li>Twee</li></ul>"),
        ("<p class='MsoListNumber'>1)&nbsp;Een</p><p class=MsoListNumber>2)&nbsp;<b>Twee</b></p><p>Uit</p>",
         "<ol><li>Een</li><li><strong>Twee</strong></li></ol><p>Uit</p>"),
        # a paragraph in the style of lists, but without a mark, is a paragraph
        ("<p class=MsoListParagraph>Gewoon</p>", "<p>Gewoon</p>"),
        ("<p style='mso-list:none'>- Gewoon</p>", "<p>- Gewoon</p>"),
        ("<p>· Gewoon</p>", "<p>· Gewoon</p>"),
        # bullets after numbers at the same level; deeper than one level at once; in a cell
        ("<p style='mso-list:l0 level1'><span style='mso-list:Ignore'>1. </span>a</p>"
         "<p style='mso-list:l1 level1'><span style='mso-list:Ignore'>· </span>b</p>",
         "<ol><li>a</li></ol><ul><li>b</li></ul>"),
        ("<p style='mso-list:l0 level3'><span style='mso-list:Ignore'>· </span>a</p>"
         "<p style='mso-list:l0 level1'><span style='mso-list:Ignore'>· </span>b</p>",
         "<ul><li>a</li></ul><ul><li>b</li></ul>"),
        ("<table><tr><td><p style='mso-list:l0 level1'><span style='mso-list:Ignore'>· </span>a</p></td></tr></table>",
         "<table><tbody><tr><td><ul><li>a</li></ul></td></tr></tbody></table>"),
        ("<p style='mso-list:l0 level1' class=x onclick=y><span style='mso-list:Ignore'>·</span></p>", ""),
        ("<p>a<o:p></o:p> <w:sdt>b</w:sdt> <https://x.example> <zaak:nummer></p>",
         "<p>a b &lt;https://x.example&gt; &lt;zaak:nummer&gt;</p>"),
        ("<html><head><title>Brief</title></head><body>Tekst</body></html>", "<p>Tekst</p>"),
    ],
)  # fmt: skip
def test_lists_that_only_look_like_lists(given_text, cleaned):
    assert richtext.clean(given_text) == cleaned
    assert richtext.clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ("", []),
        ("gewone tekst met 5 < 6 en <TABEL>", []),
        ("<div><h2>Kop</h2><b>vet</b> <i>schuin</i><ul><li>x</ul><table><tr><td colspan=2>y</table></div>", []),
        ('<p><a href="https://x.example">x</a> <a href="/over/">y</a> <a href="tel:14010">z</a> <a name=w>w</a>', []),
        ("<p>a<img src=x alt='een > twee'>", ["1 afbeelding"]),
        ("<img><IMG/><svg></svg>", ["3 afbeeldingen"]),
        ("<form><input type=hidden><input><textarea></textarea></form>", ["2 formuliervelden"]),
        ("<script>alert(1)</script>", ["1 script"]),
        ("<iframe src='https://www.youtube.com/x'></iframe><iframe src='https://kaart.example'></iframe>",
         ["1 ingesloten video", "1 ingesloten onderdeel"]),
        ("<font>a</font><span style='COLOR : red'>b</span>", ["kleuren en lettertypen"]),
        ("<p style='margin:0;font-weight:bold'>a</p>", []),
        ("m<sup>2</sup> <u>b</u>", ["hoge of lage tekens (zoals in m²)", "onderstreping of doorhaling"]),
        ("<a href='java&#10;script:x'>a</a><a href=\"file:///C:/x\">b</a><a href=''>c</a><a href=data:x>d</a>",
         ["4 links zonder bruikbaar adres"]),
        ("<!-- <img> --><p>a</p><!-- <script>", []),
    ],
)  # fmt: skip
def test_what_the_cleaner_takes_out_is_told(before, told):
    assert richtext.removed(before) == told
    assert richtext.removed(richtext.clean(before)) == []


def test_what_the_cleaner_takes_out_is_told_in_english():
    with override("en"):
        assert richtext.removed("<img><script></script><script></script>") == ["1 image", "2 scripts"]


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES | st.text(max_size=8), max_size=25))
def test_telling_never_fails(pieces):
    assert isinstance(richtext.removed("".join(pieces)), list)


@pytest.mark.parametrize("piece", ["<!--", "<img ", "<a href='", "<p style=", "< ", "<a href=x ", "<img>", '<a href="'])
def test_telling_takes_no_longer_than_the_text_is_long(piece):
    begin = time.monotonic()
    richtext.removed(piece * (1_000_000 // len(piece)))
    assert time.monotonic() - begin < 5


WORDS = st.text("abc é", max_size=5)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from("· 1. a) o -".split()), WORDS), max_size=9))
def test_no_word_of_a_word_list_is_lost(items):
    marked = "".join(
        f"<p style='mso-list:l0 level{level}'><span style='mso-list:Ignore'>{mark}</span>{text}</p>"
        for level, mark, text in items
    )
    cleaned = richtext.clean(marked)
    told = "".join(richtext.plain(cleaned).split())
    assert richtext.clean(cleaned) == cleaned
    assert all("".join(text.split()) in told for _level, _mark, text in items)
