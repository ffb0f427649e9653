"""A record as a PDF: all that its page says, tagged so that a screen reader knows headings, lists and tables.

`record.read` tells what there is to say, `data` makes a tree of plain values of it (`blocks.py`), and the template
templates/pdf/record.typ gives that its looks. The template gets the tree as JSON and no more, so nothing that a record
holds is ever read as markup.
"""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from algorithms.exports.blocks import (
    LINE,
    Block,
    Inline,
    cut,
    facts,
    heading,
    in_language,
    link,
    mark,
    paragraphs,
    recut,
    rich,
    table,
    text,
    words,
)
from algorithms.models import Head, Publication
from algorithms.public import lettering, record
from algorithms.public.context import house, language
from algorithms.public.record import Answer, Part, Record, Section, Value

TEMPLATE = settings.BASE_DIR / "templates" / "pdf" / "record.typ"
PROGRAM = Path(__file__).with_name("typeset.py")
TITLE = 17  # em, as `lettering` guesses them, on a line of the title beside the QR code
SECONDS = 50  # for one PDF; a thousand rows of thirty columns take 13, a usual record 0.15
WAIT = 15  # seconds that a request waits for the one before it
MOST_HERE = 2  # in one worker, made or waiting: half of its threads, so that slow ones never keep pages from readers

_one_at_a_time = threading.Lock()
_seats = threading.BoundedSemaphore(MOST_HERE)

logger = logging.getLogger(__name__)


class NotMade(Exception):
    """Others are made or waited for, or this one took more time or memory than it may."""


def made(document: dict[str, Any], publication: Publication, head: Head, base: str) -> bytes:
    """Return the PDF of a document in the active language: the same bytes for the same head. Raises NotMade."""
    with _turn():
        read = record.read(document)
        asked = {
            "data": json.dumps(data(read, publication, head, base), ensure_ascii=False),
            "moment": int(read.published_at.timestamp()),
        }
        try:
            done = subprocess.run(
                [sys.executable, "-I", str(PROGRAM), str(TEMPLATE)],
                input=json.dumps(asked).encode(),
                capture_output=True,
                timeout=SECONDS,
                check=True,
            )
        except subprocess.SubprocessError as error:
            told = (getattr(error, "stderr", None) or b"").decode(errors="replace")[-2000:]
            logger.warning("No PDF of %s: %s %s", read.lars, error.__class__.__name__, told)
            raise NotMade from error
    return done.stdout


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for the PDF before this one; when another waits already, raise NotMade at once."""
    if not _seats.acquire(blocking=False):
        raise NotMade
    try:
        if not _one_at_a_time.acquire(timeout=WAIT):
            raise NotMade
        try:
            yield
        finally:
            _one_at_a_time.release()
    finally:
        _seats.release()


def data(read: Record, publication: Publication, head: Head, base: str) -> dict[str, Any]:
    """Return what the template needs. `base` is the address of the site, without a slash at its end."""
    page = base + reverse("algorithm-detail", args=[read.lars, read.slug])
    letter = base + reverse("algorithm-letter", args=[read.lars])
    writer = _Writer(read, page)
    return {
        "lang": language(),
        "title": read.name.text or read.lars,
        "author": read.organization["name"],
        "site": house()["site_name"],
        "short": _short(read.name.text),
        "name": _title(writer.told(read.name), read.name.text) or [read.lars],
        "organization": [*words(read.organization["name"]), *writer.department()],
        "badges": [badge for badge in (read.status, read.category, *read.themes) if badge],
        "notice": writer.notice(),
        "code": _qr_code(letter),
        "code_says": _("QR-code: leidt naar deze beschrijving op internet"),
        "letter": mark("a", cut(letter, 22), letter),
        "letter_says": _("Lees dit op internet:"),
        "blocks": [*writer.blocks(), *writer.proof(publication, base)],
        "foot": _("Register bij regel %(sequence)s van het logboek, controlegetal:") % {"sequence": head.sequence},
        "hash": head.hash,
        "number": _("pagina %(number)s van %(count)s") % {"number": "{number}", "count": "{count}"},
    }


def _title(line: list[Inline], name: str) -> list[Inline]:
    """The name for the title; its long words are cut only when one of them is wider than the line."""
    return recut(line, 18) if any(lettering.width(word) > TITLE for word in name.split()) else line


def _short(name: str) -> str:
    """The name for the head of each page, where there is one line for it; whole it stands on the first."""
    return name if len(name) <= LINE - 20 else f"{name[: LINE - 21].rstrip()}…"


def _qr_code(address: str) -> str:
    svg = io.BytesIO()
    segno.make(address, micro=False, error="m").save(svg, kind="svg", border=0, xmldecl=False)
    return svg.getvalue().decode()


# -- what stands where -------------------------------------------------------------------------------------------------


class _Writer:
    """The blocks of one record, in the order of its page."""

    def __init__(self, read: Record, page: str):
        self.read = read
        self.page = page
        self.targets = {part.key for section in read.sections for part in [*section.facts, *section.blocks]}

    def notice(self) -> str:
        if not self.read.untranslated:
            return ""
        if self.read.wholly_untranslated:
            return _("Deze beschrijving is nog niet vertaald. U leest de Nederlandse tekst.")
        return _("Delen van deze beschrijving zijn nog niet vertaald. Die leest u in het Nederlands.")

    def department(self) -> list[Inline]:
        if not self.read.department:
            return []
        return [" · ", *in_language("" if language() == "nl" else "nl", words(self.read.department))]

    def blocks(self) -> Iterator[Block]:
        answers = [block for answer in self.read.answers for block in self.answer(answer)]
        yield {"is": "panel", "blocks": [heading(2, _("In het kort")), *answers]}
        if self.read.steps:
            yield heading(2, _("Van gegevens naar besluit"))
            yield {"is": "steps", "items": [self.step(step) for step in self.read.steps]}
        for section in self.read.sections:
            yield from self.section(section)

    def answer(self, answer: Answer) -> Iterator[Block]:
        yield heading(3, answer.question)
        if answer.quoted:
            yield text([f"{answer.quoted}:"], "small")
        yield from self.values(answer.values)
        if not answer.values and not answer.more and not answer.withheld:
            yield text([answer.untold], "untold")
        yield from self.withheld(answer.withheld, partly=bool(answer.values))
        if answer.more:
            more: Inline = _("Lees meer bij “%(label)s”") % {"label": answer.more_label}
            yield text([mark("field", [more], answer.more) if answer.more in self.targets else more])
        if answer.elsewhere:
            yield from self.value(answer.elsewhere)

    def step(self, step: Value) -> dict[str, Any]:
        actor = in_language(step.lead_lang, words(step.lead))
        return {"kind": step.note, "actor": actor, "action": in_language(step.lang, words(step.text))}

    def section(self, section: Section) -> Iterator[Block]:
        yield heading(2, section.title)
        if section.intro:
            yield text([section.intro], "small")
        if section.facts:
            yield facts((part.label, part.key, list(self.part(part))) for part in section.facts)
        for part in section.blocks:
            yield heading(3, part.label, key=part.key)
            yield from self.part(part)

    def part(self, part: Part) -> Iterator[Block]:
        if part.shape == "empty":
            if not part.withheld:
                yield text([_("Veld niet ingevuld")], "untold")
        elif part.shape == "steps":
            yield text([_("De stappen staan bij “Van gegevens naar besluit”.")])
        elif part.table:
            head = [[text([column])] for column in part.table.columns]
            body = [[[text(self.told(value))] for _column, value in row] for row in part.table.rows]
            yield table([(1, 1, cell) for cell in head], [[(1, 1, cell) for cell in row] for row in body])
        else:
            yield from self.values(part.values)
        yield from self.withheld(part.withheld, partly=part.shape != "empty")

    def values(self, values: list[Value]) -> Iterator[Block]:
        if len(values) == 1:
            yield from self.value(values[0])
        elif values:
            yield {"is": "list", "ordered": False, "items": [list(self.value(value)) for value in values]}

    def value(self, value: Value) -> Iterator[Block]:
        if not value.html:
            yield from paragraphs(self.told(value))
            return
        for block in rich(str(value.html), self.page):
            yield block | {"lang": value.lang} if value.lang else block

    def told(self, value: Value) -> list[Inline]:
        """Return a value in a line; the address of a link stands in it too, so that it can be read on paper."""
        line: list[Inline] = []
        if value.lead:
            line += in_language(value.lead_lang, [mark("strong", words(value.lead + (":" if value.text else "")))])
            line.append(" ")
        line += in_language(value.lang, link(value.href, words(value.text), self.page))
        if value.note:
            note = link(value.note_href, words(f"({value.note})"), self.page)
            line += [" ", *in_language(value.note_lang, [mark("note", note)])]
        return line

    def withheld(self, reason: Value | None, partly: bool) -> Iterator[Block]:
        if reason:
            told = _("Niet alles is verteld. De reden:") if partly else _("Dit is niet verteld. De reden:")
            yield text([f"{told} ", *in_language(reason.lang, words(reason.text))], "untold")

    def proof(self, publication: Publication, base: str) -> Iterator[Block]:
        """How anyone can tell that this is what was published."""
        read = self.read
        version = reverse("api:version-detail", args=[read.lars, read.version])
        moment = date_format(timezone.localtime(read.published_at), "j F Y, H:i")
        entry = _("Regel %(sequence)s van het logboek, sha256:") % {"sequence": publication.sequence}
        check = f"curl -s {base}/api/v1/algoritmes/{read.lars}/versies/{read.version} | sha256sum"
        note = in_language("" if language() == "nl" else "nl", words(read.note))
        rows: list[tuple[str, str, list[Block]]] = [
            (_("Algoritme-ID"), "", [text([read.lars])]),
            (_("Versie"), "", [text([f"{read.version}, {moment}"])]),
            (_("Wat er veranderde"), "", list(paragraphs(note)) if read.note else []),
            (_("Op internet"), "", [text(link(self.page, words(self.page), self.page))]),
            (_("Als gegevens"), "", [text(link(base + version, words(base + version), self.page))]),
            (
                _("Logboek"),
                "",
                [
                    text([f"{entry} ", mark("code", cut(publication.sha256, 32))]),
                    text([f"{_('Zelf controleren? Dit geeft hetzelfde getal:')} ", mark("code", cut(check, 40))]),
                ],
            ),
        ]
        yield heading(2, _("Versie en controle"))
        yield facts(row for row in rows if row[2])
