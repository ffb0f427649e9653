"""A published document as its page shows it: every field in its place, in the language of the page.

A pure function of document and language; templates only write down what stands here. Nothing of a document is left
out: what the standard never shows stands at the end, so that every value can be found on the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import unescape
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from algorithms import richtext
from algorithms.listing import record_slug
from algorithms.models.register import slug_of
from algorithms.public.context import CODES, fixed_title, language
from algorithms.standard import FIELDS, SECTIONS, STEP_KINDS, Column, Field, Kind, Show, Words, label_of

Document = dict[str, Any]

# Row groups that read better as a list of links or lines than as a table.
AS_LIST = ("contact_points", "lawful_basis_grouping", "impacttoetsen_grouping", "source_data_grouping", "identifiers")
# Columns that are names: in these the row's link is put, so that the address needs no column of its own.
NAMING = ("title", "name")
ADDRESS = ("link", "url")
FIRST_SENTENCES = 240  # visible characters of a text that an answer shows; the rest is one click away
FEWER_SENTENCES = 160  # of a text that was written for another question
# What fits in the standard's own limit stands whole: cut sooner, it may end before it comes to the algorithm.
MOST_OF_SUMMARY = FIELDS["description_short"].max_length or FIRST_SENTENCES

_MAIL = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+\.[^\s@<>\".]+")
_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{3,}[0-9]")
_BARE_ADDRESS = re.compile(r"(<a [^>]*>.*?</a>|<[^>]*>)|(https?://\w(?:&amp;|[^\s<>\"'&])*)", re.DOTALL)
_FIRST_PARAGRAPH = re.compile(r"<p>.*?</p>", re.DOTALL)


@dataclass(frozen=True)
class Value:
    """One thing to read. `lang` is told when it is not the page's language; `lead` stands before it, `note` after.

    `note_href` is where a note leads, when it is an address.
    """

    text: str = ""
    href: str = ""
    lang: str = ""
    lead: str = ""
    lead_lang: str = ""
    note: str = ""
    note_lang: str = ""
    note_href: str = ""
    html: SafeString | str = ""  # cleaned rich text, instead of `text`

    @property
    def shown(self) -> str:
        """The text of a link; a telephone number is never broken off at the end of a line."""
        return self.text.replace(" ", "\u00a0").replace("-", "\u2011") if self.href.startswith("tel:") else self.text


@dataclass(frozen=True)
class Table:
    """Rows of (column label, value): on a narrow screen each cell tells its own label."""

    columns: list[str]
    rows: list[list[tuple[str, Value]]]


@dataclass
class Part:
    """One field on the page. `shape` says how it is written: rich, text, list, table, steps or empty."""

    key: str
    label: str
    shape: str
    values: list[Value] = field(default_factory=list)
    table: Table | None = None
    withheld: Value | None = None

    @property
    def is_short(self) -> bool:
        return self.shape in ("text", "list", "empty")


@dataclass
class Section:
    """A heading with the short facts it begins with; from the first text on, each field has a heading of its own."""

    slug: str
    title: str
    intro: str
    facts: list[Part]
    blocks: list[Part]


@dataclass
class Answer:
    """A citizen's question and what the record says to it. `more` is the field that tells the rest.

    `untold` is what is said when the record does not tell: the standard's own words for a field that it wants filled;
    `elsewhere` is then where the register tells it in general. `quoted` is the label of the field that is read, when it
    was written to answer another question ("Menselijke tussenkomst: ja" does not say who decides).
    """

    question: str
    values: list[Value] = field(default_factory=list)
    untold: str = ""
    more: str = ""
    more_label: str = ""
    withheld: Value | None = None
    quoted: str = ""
    elsewhere: Value | None = None


@dataclass
class Record:
    lars: str
    version: int
    slug: str
    published_at: datetime
    note: str
    name: Value
    summary: Value
    organization: dict[str, str]
    department: str
    department_slug: str
    status: str
    status_value: str
    themes: list[str]
    category: str
    answers: list[Answer]
    steps: list[Value]
    sections: list[Section]
    contact: str  # the mail address or page for questions, "" when none is told
    untranslated: bool  # some texts are shown in Dutch on a page that is not
    wholly_untranslated: bool


def read(document: Document, ways: bool = False) -> Record:
    """Return what the page of a document shows, in the active language.

    `ways`: names of themes, suppliers and data sources lead to all records that have them. Only for what is public
    now, because those pages tell of nothing else.
    """
    return _Reader(document, ways).record()


def reader(document: Document) -> _Reader:
    """Return what reads single fields of a document in the active language, for a picture of them."""
    return _Reader(document)


def name(document: Document) -> Value:
    """Return the name of a document in the active language."""
    return _Reader(document).text("name")


def moment(stamp: str) -> datetime:
    """Return a moment of the log ("…Z") as an aware datetime."""
    return datetime.fromisoformat(stamp)


def month(value: str) -> str:
    """Return "2024-01" as "januari 2024"; anything else as it is."""
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", value) or value < "0001":
        return value
    return date_format(datetime(int(value[:4]), int(value[5:]), 1), "F Y")  # noqa: DTZ001 a month has no zone


def web(address: str) -> str:
    """Return an address when it is safe to link to, else ""."""
    return address if address.lower().startswith(("https://", "http://")) and not set(address) & set(' <>"') else ""


def contact(value: str) -> str:
    """Return the link that a mail address, phone number or web address stands for; "" for anything else."""
    value = value.strip()
    if address := web(value):
        return address
    if _MAIL.fullmatch(value):
        return f"mailto:{quote(value, safe='@+')}"
    if _PHONE.fullmatch(value):
        return "tel:" + re.sub(r"(?!^\+)[^0-9]", "", value.replace("(0)", ""))
    return ""


def whole_sentences(text: str, most: int) -> str:
    """Return the whole sentences that a plain text begins with, at most `most` characters; "" when there are none."""
    ends = [*richtext.sentence_ends(text), len(text.rstrip())]
    return text[: max((end for end in ends if end <= most), default=0)]


def first_sentences(text: str, most: int) -> str:
    """Return the first whole sentences of a rich text, as plain text of at most `most` characters.

    "" when it does not begin with a paragraph, or with a sentence that is longer: then only a link leads there.
    """
    paragraph = _FIRST_PARAGRAPH.match(text)
    return whole_sentences(" ".join(richtext.plain(paragraph.group()).split()), most) if paragraph else ""


def _linked_address(match: re.Match) -> str:
    """An address that was typed as mere words, as a link: on a phone nobody copies it. Tags and links stay as is.

    Not Django's `urlize`: that makes a link of "ASP.NET", and loses a sign in "https://x.example/?a&amp;b).".
    """
    if match[1]:
        return match[1]
    typed = unescape(match[2])
    address = typed.rstrip(".,;:!?&")
    if ")" in address and "(" not in address:
        address = address[: address.index(")")]
    return f'<a href="{escape(address)}">{escape(address)}</a>{escape(typed[len(address) :])}'


def rich(text: str, label: str = "", heading: str = "") -> SafeString:
    """Return cleaned rich text as safe HTML: wide tables scroll on their own, links keep their opener to themselves.

    The text was cleaned at the door (`richtext.clean`), which writes tags in one form only. `heading` replaces the
    sub-heading (h4) where the text stands right below another level.
    """
    number = 0

    def wrapper(match: re.Match) -> str:
        nonlocal number
        number += 1
        name = escape(f"{label}: {_('tabel')} {number}" if label else f"{_('tabel')} {number}")
        return f'<div class="scroll" role="group" tabindex="0" aria-label="{name}">{match.group()}'

    text = _BARE_ADDRESS.sub(_linked_address, text)
    text = re.sub(r"<table>", wrapper, text).replace("</table>", "</table></div>")
    text = text.replace("<a href=", '<a rel="noopener" href=')
    if heading:
        opening = f'<{heading} class="utrecht-heading-{heading[1:]}">'
        text = text.replace("<h4>", opening).replace("</h4>", f"</{heading}>")
    return mark_safe(text)  # noqa: S308 cleaned at the door, see above


# A document never changes, the standard does: what a document of before does not have is empty.
_EMPTY: Document = {
    key: [] if field.kind in (Kind.ROWS, Kind.CHOICES) else None if field.kind is Kind.DEPARTMENT else ""
    for key, field in FIELDS.items()
}


class _Reader:
    def __init__(self, document: Document, ways: bool = False):
        self.document = _EMPTY | document
        self.ways = ways
        self.code = language()
        self.dutch = self.code == "nl"
        self.texts: Document = {} if self.dutch else document["translations"].get(CODES[self.code], {})
        self.fell_back = False
        self.withheld = self._withheld()

    def record(self) -> Record:
        document = self.document
        name, summary = self.text("name"), self.text("description_short")
        answers = self.answers(summary)
        steps = [
            Value(step["text"], lang=step["lang"], lead=step["lead"], lead_lang=step["lead_lang"], note=step["kind"])
            for step in self.steps()
        ]
        sections = [section for section in map(self.section, SECTIONS) if section.facts or section.blocks]
        return Record(
            lars=document["lars"],
            version=document["version"],
            slug=record_slug(document["name"]),
            published_at=moment(document["published_at"]),
            note=document["note"],
            name=name,
            summary=summary,
            organization=document["organization"],
            department=document["department"]["path"] if document["department"] else "",
            department_slug=document["department"]["slug"] if document["department"] else "",
            status=label_of(FIELDS["status"].choices, document["status"]),
            status_value=document["status"],
            themes=[label_of(FIELDS["category"].choices, theme) for theme in document["category"]],
            category=label_of(FIELDS["publication_category"].choices, document["publication_category"]),
            answers=answers,
            steps=steps,
            sections=sections,
            contact=contact(self.document["contact_email"]),
            untranslated=self.fell_back,
            wholly_untranslated=self.fell_back and not self.texts,
        )

    # -- values --------------------------------------------------------------------------------------------------------

    def text(self, key: str) -> Value:
        """Return a plain text in the page's language, else in Dutch and marked as such."""
        return Value(*self.pick(self.document[key], self.texts.get(key, "")))

    def pick(self, dutch: str, translated: str) -> tuple[str, str, str]:
        """Return (text, no href, lang) of a text that exists per language."""
        if self.dutch or translated:
            return (dutch if self.dutch else translated), "", ""
        self.fell_back = self.fell_back or bool(dutch)
        return dutch, "", "nl" if dutch else ""

    def rows(self, key: str) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
        """Yield each row with its translation ({} when there is none)."""
        translated = self.texts.get(key, [])
        for place, row in enumerate(self.document[key]):
            yield row, translated[place] if place < len(translated) else {}

    def cell(self, column: Column, row: dict[str, str], translated: dict[str, str]) -> Value:
        value = row.get(column.key, "")
        if column.translated:
            return Value(*self.pick(value, translated.get(column.key, "")))
        if column.kind is Kind.CHOICE:
            return Value(label_of(column.choices, value))
        if column.kind is Kind.URL:
            return Value(value, web(value))
        return Value(value, lang=self.dutch_fact(value))

    def dutch_fact(self, value: str) -> str:
        """The language of a fact in words on a page that is not Dutch; numbers and codes have none."""
        return "nl" if not self.dutch and re.search(r"[A-Za-z]{3}", value) else ""

    def _withheld(self) -> dict[str, Value]:
        reason = next(column for column in FIELDS["withheld"].columns if column.key == "reason")
        return {row["field"]: self.cell(reason, row, translated) for row, translated in self.rows("withheld")}

    def steps(self) -> Iterator[dict[str, str]]:
        for row, translated in self.rows("steps"):
            actor, _none, actor_lang = self.pick(row["actor"], translated.get("actor", ""))
            action, _none, action_lang = self.pick(row["action"], translated.get("action", ""))
            yield {
                "value": row["kind"],
                "kind": label_of(STEP_KINDS, row["kind"]),
                "lead": actor,
                "lead_lang": actor_lang,
                "text": action,
                "lang": action_lang,
            }

    def contacts(self) -> list[Value]:
        """The first contact and all others, each once."""
        first = self.document["contact_email"]
        values = [Value(first, contact(first))] if first else []
        return values + [value for value in self.part(FIELDS["contact_points"]).values if value.text != first]

    # -- the questions of a citizen ------------------------------------------------------------------------------------

    def answers(self, summary: Value) -> list[Answer]:
        return [
            self.what_it_does(summary),
            self.whom_it_concerns(),
            self.who_decides(),
            self.can_i_object(),
            self.answer(_("Wie kan ik vragen?"), ("contact_email", "contact_points"), self.contacts()),
        ]

    def answer(self, question: str, keys: tuple[str, ...], values: list[Value]) -> Answer:
        reason = next((self.withheld[key] for key in keys if key in self.withheld), None)
        wanted = any(FIELDS[key].show in (Show.REQUIRED, Show.ALWAYS) for key in keys)
        untold = _("Veld niet ingevuld") if wanted else _("Dat staat niet in deze beschrijving.")
        return Answer(question, values, untold=untold, withheld=reason)

    def what_it_does(self, summary: Value) -> Answer:
        """The short description, of a long one its first sentences: five answers have to fit on a screen."""
        answer = self.answer(_("Wat doet het?"), ("description_short",), [summary] if summary.text else [])
        begin = whole_sentences(summary.text, MOST_OF_SUMMARY)
        if begin and begin != summary.text.rstrip():
            answer.values = [replace(summary, text=begin)]
            answer.more, answer.more_label = "description_short", str(FIELDS["description_short"].label)
        return answer

    def answer_from_rich(self, question: str, key: str, most: int = FIRST_SENTENCES) -> Answer:
        """The whole text when it is short, else its first sentences and a link to the rest."""
        answer = self.answer(question, (key,), [])
        value = self.text(key)
        if not re.search(r"\w", richtext.plain(value.text)):  # people fill a field with "-" to leave it empty
            return answer
        if richtext.visible_length(value.text) <= most and "<h4>" not in value.text:
            answer.values = [Value(html=rich(value.text, question), lang=value.lang)]
            return answer
        if first := first_sentences(value.text, most) or first_sentences(value.text, FIRST_SENTENCES):
            answer.values = [Value(first, lang=value.lang)]
        answer.more, answer.more_label = key, str(FIELDS[key].label)
        return answer

    def quote(self, question: str, key: str) -> Answer:
        """A text that was not written as the answer to this question, under the name of its field."""
        answer = self.answer_from_rich(question, key, FEWER_SENTENCES)
        answer.quoted = str(FIELDS[key].label) if answer.values or answer.more else ""
        return answer

    def whom_it_concerns(self) -> Answer:
        """Who notices the outcome, else what is told about the impact: older standards ask no more."""
        question = _("Over wie gaat het?")
        answer = self.answer(question, ("affected",), self.part(FIELDS["affected"]).values)
        if answer.values or answer.withheld:
            return answer
        impact = self.quote(question, "impact")
        return impact if impact.quoted else answer

    def can_i_object(self) -> Answer:
        answer = self.answer_from_rich(_("Kan ik bezwaar maken?"), "objection_procedure")
        if not answer.values and not answer.more:
            answer.elsewhere = Value(fixed_title("bezwaar"), reverse("objection"))
        return answer

    def who_decides(self) -> Answer:
        """The steps in which the decision falls, else those of people, else what is told about human intervention."""
        question = _("Wie beslist?")
        steps = list(self.steps())
        found = [s for s in steps if s["value"] == "decision"] or [s for s in steps if s["value"] == "person"]
        if not found:
            answer = self.quote(question, "human_intervention")
            answer.withheld = self.withheld.get("steps", answer.withheld)
            return answer
        values = [Value(s["text"], lang=s["lang"], lead=s["lead"], lead_lang=s["lead_lang"]) for s in found]
        more = "human_intervention" if self.document["human_intervention"] else ""
        label = str(FIELDS["human_intervention"].label)
        return Answer(question, values, more=more, more_label=label, withheld=self.withheld.get("steps"))

    # -- the fields of the standard ------------------------------------------------------------------------------------

    def section(self, section: Any) -> Section:
        parts = [self.part(f) for f in section.fields]
        shown = [part for part in parts if self.is_shown(FIELDS[part.key], part)]
        short = next((place for place, part in enumerate(shown) if not part.is_short), len(shown))
        title = (
            Words("Metadata en overige gegevens", "Metadata and other data")
            if section.slug == "metadata"
            else section.title
        )
        return Section(section.slug, str(title), str(section.intro), shown[:short], shown[short:])

    def is_shown(self, field: Field, part: Part) -> bool:
        if part.shape != "empty" or part.withheld:
            return True
        return field.show in (Show.REQUIRED, Show.ALWAYS)

    def part(self, field: Field) -> Part:
        part = self._part(field)
        part.withheld = self.withheld.get(field.key)
        return part

    def _part(self, field: Field) -> Part:
        label = str(field.label)
        value = self.document[field.key]
        if not value:
            return Part(field.key, label, "empty")
        if field.key == "steps":
            return Part(field.key, label, "steps")  # shown above, as the way from data to decision
        if field.kind is Kind.ROWS:
            return self._rows(field, label)
        if field.kind is Kind.RICH:
            text, _none, lang = self.pick(value, self.texts.get(field.key, ""))
            return Part(field.key, label, "rich", [Value(html=rich(text, label), lang=lang)])
        return Part(field.key, label, "list" if field.kind is Kind.CHOICES else "text", self._facts(field, value))

    def _facts(self, field: Field, value: Any) -> list[Value]:
        if field.translated:
            return [self.text(field.key)]
        match field.kind:
            case Kind.CHOICES:
                return [Value(label_of(field.choices, one), self.way(field.key, one)) for one in value]
            case Kind.CHOICE:
                return [Value(label_of(field.choices, value))]
            case Kind.MONTH:
                return [Value(month(value), note=value if month(value) != value else "")]
            case Kind.URL:
                return [Value(value, web(value))]
            case Kind.CONTACT:
                return [Value(value, contact(value))]
            case Kind.ORGANIZATION:
                return [Value(value["name"], self.way(field.key, value["name"]), lang=self.dutch_fact(value["name"]))]
            case Kind.DEPARTMENT:
                return [Value(value["path"], self.way(field.key, value["path"]), lang=self.dutch_fact(value["path"]))]
            case _:
                return [Value(value, self.way(field.key, value), lang=self.dutch_fact(value))]

    def way(self, key: str, value: str, role: str = "") -> str:
        """Return the page of all records with this value of a field; "" when there is none."""
        if not self.ways:
            return ""
        match key:
            case "organization":
                return reverse("organization-detail", args=[self.document["organization"]["slug"]])
            case "department":
                return reverse(
                    "department-detail",
                    args=[self.document["organization"]["slug"], self.document["department"]["slug"]],
                )
            case "category":
                return reverse("theme-detail", args=[slug_of(value)])
            case "provider":
                return reverse("supplier-detail", args=[slug_of(value)])
            case "data_sources" | "source_data_grouping":
                return reverse("source-detail", args=[slug_of(value)])
            case "parties" if role == "supplier":
                return reverse("supplier-detail", args=[slug_of(value)])
            case _:
                return ""

    def _rows(self, field: Field, label: str) -> Part:
        if field.key == "contact_points":
            return Part(field.key, label, "list", [self._contact_point(*pair) for pair in self.rows(field.key)])
        if field.key in AS_LIST:
            return Part(field.key, label, "list", [self._line(field, *pair) for pair in self.rows(field.key)])
        columns = [
            c for c in field.columns if c.key not in ADDRESS and any(row.get(c.key) for row, _t in self.rows(field.key))
        ]
        rows = [
            [(str(column.label), self._cell_of(field, column, *pair)) for column in columns]
            for pair in self.rows(field.key)
        ]
        return Part(field.key, label, "table", table=Table([str(column.label) for column in columns], rows))

    def _contact_point(self, row: dict[str, str], translated: dict[str, str]) -> Value:
        label, _none, lang = self.pick(row["label"], translated.get("label", ""))
        kind = label_of(FIELDS["contact_points"].columns[0].choices, row["kind"])
        href = contact(row["value"]) if row["kind"] in ("email", "phone", "url") else ""
        return Value(row["value"], href, lead=kind, note=label, note_lang=lang)

    def _line(self, field: Field, row: dict[str, str], translated: dict[str, str]) -> Value:
        if field.key == "identifiers":
            return Value(row["value"], lead=row["kind"], lead_lang=self.dutch_fact(row["kind"]))
        title, _none, lang = self.pick(row["title"], translated.get("title", ""))
        return self._linked(Value(title, lang=lang), row["link"], self.way(field.key, row["title"]))

    def _linked(self, value: Value, address: str, way: str = "") -> Value:
        """The name as link, with the address beside it: on paper too, readers see where it leads.

        A name that leads to all records that have it keeps its own address as a second link.
        """
        if way and value.text:
            return replace(value, href=way, note=address, note_href=web(address))
        if not address:
            return value
        if value.text in ("", address):
            return Value(address, web(address))
        return replace(value, href=web(address), note=address)

    def _cell_of(self, field: Field, column: Column, row: dict[str, str], translated: dict[str, str]) -> Value:
        if field.key == "withheld" and column.key == "field" and row["field"] in FIELDS:
            return Value(str(FIELDS[row["field"]].label))
        value = self.cell(column, row, translated)
        if column.key in NAMING and field.key != "legacy":
            way = self.way(field.key, row[column.key], row.get("role", ""))
            return self._linked(value, row.get("link", "") or row.get("url", ""), way)
        return value
