"""One cleaner: what comes in keeps its words, loses what is unsafe, and has one form."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from algorithms import richtext

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
