"""Reads a city's own register as printed text, in the form Rotterdam used in 2021: one page, several algorithms.

Each algorithm begins at "Overzicht" and has seven more headings, four with a printed question under them. Titles were
collapsible headings on the site and are lost in print, so a name is proposed; a short line right above "Overzicht" is
taken as the title when there is one. What stands before the first record and after "Meer informatie" is the page's own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from importers.readers.base import Page, Reading, Record, Refusal, Unreadable
from importers.readers.extract import Paragraph, add_party, copy_sentences, short_description
from importers.readers.oddities import report_repeats, report_stale
from importers.readers.printed import (
    CELL_MARK,
    PARAGRAPH_LENGTH,
    Block,
    Line,
    blocks,
    fold,
    heading_like,
    html,
    paragraphs,
    slug,
    split_lines,
    table_is_marked,
)

FORMAT = "rotterdam-print"
STANDARD = "Registerprint"  # names the source in `legacy`
START, MORE = "overzicht", "meer informatie"
# Heading (folded, lower case, straight apostrophe) → document key; an empty key is a bare heading or not a text.
HEADINGS = {
    START: "description",
    "contactgegevens": "contact",
    "gedetailleerde informatie over het systeem": "",
    "data": "source_data",
    "dataverwerking": "methods_and_models",
    "tegengaan van ongelijke behandeling": "non_discrimination",
    "menselijk toezicht": "human_intervention",
    "risico's en waarborgen": "risks",
}
QUESTION = re.compile(
    r"(?:hoe gebruikt het systeem data|hoe bevordert het algoritme|in hoeverre houden mensen toezicht"
    r"|welke risico's heeft het gebruik)\b[^?]*\?$"
)
PRINTED = re.compile(r"Geprint op:? .*", re.I)
PUBLISHED = re.compile(r"Gepubliceerd op:? .*", re.I)
SKIP_LINK = re.compile(r"(?:Ga naar de hoofdinhoud|Naar de inhoud|Direct naar .{1,40}|Terug naar boven)\.?", re.I)
ADDRESS = re.compile(r"https?://\S+")
MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
BODY = re.compile(
    r"\b([Gg]emeente|[Pp]rovincie|[Ww]aterschap) "
    r"((?:['’]s-|Den |De |Het )?[A-ZÀ-Ý][\w-]+(?: (?:aan den|aan de|op) [A-ZÀ-Ý][\w-]+)?)"
)
COLUMNS = {
    "onderwerp": "topic", "thema": "topic", "dataset": "name", "databron": "name", "bron": "name",
    "inhoud": "contents", "omschrijving": "contents", "gegevens": "contents",
}  # fmt: skip
DEPARTMENT = ("beleidsafdeling/cluster", "beleidsafdeling", "afdeling", "cluster")
CONTACT_LABELS = {
    "telefoonnummer": "phone", "telefoon": "phone", "e-mail": "email", "e-mailadres": "email",
    "leverancier": "supplier", "website": "url", "postadres": "post", "adres": "post",
}  # fmt: skip
SUBJECT = re.compile(
    r"^(?:Het |De )?([\w-]+(?: [\w-]+){0,2}?) (?:maakt gebruik van|gebruikt) (?:\w+ ){0,2}(?:data|gegevens)bronnen\b"
)


def likeness(text: str) -> int:
    """Count the different headings of this form among the lines."""
    return len({_heading(line.text) for line in split_lines(text)} & set(HEADINGS))


def read(text: str, filename: str) -> Reading:
    """Read the print; raise `Unreadable` when no algorithm begins in it."""
    lines = split_lines(text)
    starts = [i for i, line in enumerate(lines) if _heading(line.text) == START]
    if not starts:
        raise Unreadable(
            f"In {filename} begint geen enkel algoritme: de kop 'Overzicht' komt er niet in voor. Kies een andere "
            "vorm met "
            "--format of lever de hele print aan."
        )
    reading = Reading(FORMAT, organization=_organization(text))
    ends = [i for i, line in enumerate(lines) if i > starts[-1] and _heading(line.text) == MORE]
    end = ends[0] if ends else len(lines)
    titles = [_title_above(lines, start) for start in starts]
    begins = [start if title is None else title for start, title in zip(starts, titles, strict=True)]

    address, printed = _page(reading, lines[: begins[0]])
    texts: list[list[Paragraph]] = []
    for begin, title, until in zip(starts, titles, [*begins[1:], end], strict=True):
        record, paragraphs = _record(reading, lines[begin:until], lines[title] if title is not None else None)
        if not record.values:
            reading.refused.append(
                Refusal(record.where, "Onder 'Overzicht' staat niets.", "Vul de tekst aan of haal de kop weg.")
            )
            continue
        if address:
            record.values["url"] = address
        if reading.organization:
            record.values["organization"] = {"name": reading.organization}
        else:
            record.warn(
                "organization", "De tekst noemt geen gemeente, provincie of waterschap. Kies zelf de organisatie."
            )
        if record.name_is_proposed:
            _propose_name(record, paragraphs, reading)
        report_stale(record, paragraphs, printed)
        reading.records.append(record)
        texts.append(paragraphs)
    report_repeats(reading.records, texts)
    if ends:
        _more(reading, lines[end], lines[end + 1 :])
    reading.furniture.sort(key=lambda entry: entry[0])
    return reading


def _heading(text: str) -> str:
    return text.replace("’", "'").rstrip(":").strip().lower() if len(text) < 60 else ""


def _title_above(lines: Sequence[Line], start: int) -> int | None:
    """Return the index of the short line that stands alone above "Overzicht" after a longer text, if there is one."""
    above = [i for i in range(max(0, start - 4), start) if lines[i].text]
    if not above or not heading_like(lines[above[-1]].text) or lines[above[-1]].text.endswith("?"):
        return None
    title = above[-1]
    alone = title == 0 or not lines[title - 1].text
    furniture = SKIP_LINK.fullmatch(lines[title].text) or PRINTED.fullmatch(lines[title].text)
    return title if alone and not furniture and _heading(lines[title].text) not in HEADINGS else None


def _organization(text: str) -> str | None:
    """Return the public body named most often ("Gemeente Rotterdam"); the first one named wins a tie."""
    named = Counter(f"{kind.capitalize()} {fold(name)}" for kind, name in BODY.findall(text))
    return named.most_common(1)[0][0] if named else None


# -- the page's own text -----------------------------------------------------------------------------------------------


def _page(reading: Reading, lines: Sequence[Line]) -> tuple[str, int | None]:
    """Make a page of what stands before the first record; return the page's address and the year of the print."""
    address, printed, title = "", None, None
    body: list[Line] = []
    dates: list[str] = []
    for line in lines:
        if ADDRESS.fullmatch(line.text) and not address and len(line.text) <= 500:
            address = line.text
            reading.kept_aside.append((line.no, line.text, "als 'Link naar bronregistratie' bij elk algoritme"))
        elif PRINTED.fullmatch(line.text) or SKIP_LINK.fullmatch(line.text):
            reading.furniture.append((line.no, line.text))
            if year := re.search(r"\b(20\d\d)\b", line.text):
                printed = int(year.group(1))
        elif title is None and line.text and heading_like(line.text):
            title = line
        else:
            if PUBLISHED.fullmatch(line.text):
                where = "op de pagina over het register; dit is boekhouding van de bron, geen datum van een algoritme"
                reading.kept_aside.append((line.no, line.text, where))
                dates.append(line.text)
            else:
                body.append(line)
    if title or dates or any(line.text for line in body):
        first = title or next((line for line in lines if line.text), lines[0])
        name = title.text if title else "Over dit register"
        text = paragraphs(dates) + html(blocks(body))
        reading.pages.append(Page(_page_slug(name, reading), name, text, f"regel {first.no}"))
    return address, printed


def _more(reading: Reading, heading: Line, lines: Sequence[Line]) -> None:
    body = html(blocks(lines))
    reading.pages.append(Page(_page_slug(heading.text, reading), heading.text, body, f"regel {heading.no}"))


def _page_slug(title: str, reading: Reading) -> str:
    wanted = slug(f"{title} {reading.organization or ''}") or "over-dit-register"
    return wanted if all(page.slug != wanted for page in reading.pages) else f"{wanted}-{len(reading.pages) + 1}"


# -- one algorithm -----------------------------------------------------------------------------------------------------


def _record(reading: Reading, lines: Sequence[Line], title: Line | None) -> tuple[Record, list[Paragraph]]:
    where = title or lines[0]
    record = Record(f"regel {where.no}", {}, name_is_proposed=title is None)
    if title:
        record.values["name"] = title.text
    paragraphs: list[Paragraph] = []
    for heading, body in _sections(reading, lines):
        key = HEADINGS[_heading(heading.text)]
        if key == "contact":
            _contacts(record, reading, body)
            continue
        if key == "source_data":
            body = _source_table(record, reading, body)
        found = blocks(body)
        if key == "source_data":
            found = _numbered_sources(record, found, paragraphs, heading.text)
        for block in found:
            if block.kind == "table" and not table_is_marked(block):
                record.warn(
                    key or "description",
                    f"De regels {block.no} tot en met {block.lines[-1].no} zijn als tabel gelezen; de kolommen zijn "
                    "in de "
                    "print verloren en geraden. Kijk of ze kloppen.",
                    *(line.no for line in block.lines),
                )
        if written := html(found):
            key = key or "description"
            record.values[key] = record.values.get(key, "") + written
            paragraphs += _paragraphs(found, key, heading.text)
    overview = [paragraph for paragraph in paragraphs if paragraph.key == "description"]
    if overview:
        short_description(record, overview[0])
    copy_sentences(record, paragraphs)
    if "description" in record.values and "goal" not in record.values:
        record.warn("goal", "In 'Overzicht' is geen zin over het doel herkend. Vul het doel zelf in.", lines[0].no)
    return record, sorted(paragraphs)


def _paragraphs(found: Iterable[Block], key: str, heading: str) -> list[Paragraph]:
    """List the texts of blocks as paragraphs: each paragraph and each list item is one."""
    result = []
    for block in found:
        if block.kind == "p":
            result.append(Paragraph(block.no, key, heading, block.text))
        result += [Paragraph(line.no, key, heading, line.text) for item in block.items for line in item.lines]
    return result


def _sections(reading: Reading, lines: Sequence[Line]) -> list[tuple[Line, list[Line]]]:
    """Cut a record at its headings; headings and the questions printed under them are furniture."""
    found: list[tuple[Line, list[Line]]] = []
    for line in lines:
        name = _heading(line.text)
        if name in HEADINGS:
            reading.furniture.append((line.no, line.text))
            found.append((line, []))
        elif (
            line.text and not any(x.text for x in found[-1][1]) and QUESTION.match(line.text.replace("’", "'").lower())
        ):
            reading.furniture.append((line.no, line.text))
        else:
            found[-1][1].append(line)
    return found


def _contacts(record: Record, reading: Reading, lines: Sequence[Line]) -> None:
    """Read the bullets "label: value"; the label may miss its colon when it is a known one."""
    for line in lines:
        text = re.sub(r"^[•◦▪‣●∙*–-]\s+", "", line.text)
        if not text:
            continue
        label, colon, value = (part.strip() for part in text.partition(":"))
        if not colon or len(label) > 60:
            known = sorted([*DEPARTMENT, *CONTACT_LABELS], key=len, reverse=True)
            length = next((len(name) for name in known if text.lower().startswith(name + " ")), 0)
            label, value = text[:length], text[length:].strip()
            colon = ""
        name = label.lower()
        if label:
            reading.furniture.append((line.no, label))
        if name in DEPARTMENT and value:
            path = " / ".join(fold(part) for part in re.split(r"[|,]", value) if part.strip())
            record.values["department"] = {"path": path}
            if not colon or "," in value:
                # The path is not the line: keep the line too, so that nobody has to take our word for it.
                record.keep("department", label, value if colon else text, STANDARD)
                record.warn(
                    "department", f"Regel {line.no} is gelezen als afdeling '{path}'. Kijk of dit klopt.", line.no
                )
            continue
        kind = CONTACT_LABELS.get(name) or ("email" if MAIL.fullmatch(value or text) else "other")
        if kind == "supplier":
            record.values["provider"] = value
            add_party(record, "supplier", value)
        elif kind == "email" and MAIL.fullmatch(value or text) and not record.values.get("contact_email"):
            record.values["contact_email"] = value or text
        else:
            points = record.values.setdefault("contact_points", [])
            points.append({"kind": kind, "value": value or text, "label": label if value else ""})
            if kind == "other":
                record.warn(
                    "contact_points", f"De soort contactgegeven op regel {line.no} is onbekend: '{text}'.", line.no
                )


def _numbered_sources(record: Record, found: list[Block], paragraphs: list[Paragraph], heading: str) -> list[Block]:
    """Take the numbered list of a data section as data sources: the first line is the name, the rest what it holds."""
    rest = []
    for block in found:
        if block.kind != "ol":
            rest.append(block)
            continue
        for item in block.items:
            name, *contents = item.texts
            short, colon, after = name.partition(": ")
            if colon and len(short) <= 60:
                name, contents = short, [after, *contents]
            if name.endswith(".") and not re.search(r"(?:\b[A-Za-z]\.)+$", name):
                name = name[:-1]
            _add_source(record, name=name, contents="\n".join(contents))
            paragraphs += [Paragraph(line.no, "source_data", heading, line.text) for line in item.lines]
    return rest


def _add_source(record: Record, **cells: str) -> None:
    row = dict.fromkeys(("topic", "name", "contents", "owner", "url", "personal_data", "used_for"), "") | cells
    record.values.setdefault("data_sources", []).append(row)


# -- the table of sources ----------------------------------------------------------------------------------------------


def _source_table(record: Record, reading: Reading, lines: Sequence[Line]) -> list[Line]:
    """Take the rows below a line of column heads ("Onderwerp Dataset Inhoud") as data sources; return the rest."""
    rest: list[Line] = []
    columns: list[str] = []
    above: dict[str, str] = {}
    for line in lines:
        words = [fold(word).lower() for word in CELL_MARK.sub(" ", line.raw).split()]
        if not columns and 2 <= len(words) <= 3 and all(word in COLUMNS for word in words):
            columns = [COLUMNS[word] for word in words]
            if "name" in columns and len(set(columns)) == len(columns):
                reading.furniture.append((line.no, line.text))
                continue
            columns = []
        if columns and line.text:
            above = _source_row(record, line, columns, above)
        else:
            columns, above = [] if not line.text else columns, {}
            rest.append(line)
    return rest


def _source_row(record: Record, line: Line, columns: list[str], above: dict[str, str]) -> dict[str, str]:
    cells, guessed = row_cells(line.raw, len(columns))
    row = dict(zip(columns, cells, strict=True))
    last = columns[-1]
    for number, key in enumerate(columns):
        # A blank cell says "as above", but not beside a new value to its left.
        if not row[key] and key != last and not any(cells[:number]):
            row[key] = above.get(key, "")
    if not row["name"]:
        row["name"] = row.get("topic") or row.get("contents", "")[:500] or "Bron zonder naam"
        guessed = True
    if guessed:
        record.warn(
            "data_sources",
            f"De cellen van regel {line.no} zijn in de print niet te onderscheiden en zijn geraden: "
            + " | ".join(cell or "(als hierboven)" for cell in cells)
            + ". Kijk of dit klopt.",
            line.no,
        )
    _add_source(record, **row)
    return row


def row_cells(raw: str, count: int) -> tuple[list[str], bool]:
    """Part a printed table row in `count` cells and tell whether that took guessing.

    Marks come first: tabs, ` | `, or what a no-break space followed by a space leaves of a cell (an empty cell prints
    as a lone no-break space, a cell with a trailing one ends in it). Where no mark is left, a cell begins at a capital.
    """
    raw = raw.rstrip()
    if len(raw) > PARAGRAPH_LENGTH:
        return ["", *[""] * (count - 2), fold(raw)], True
    if CELL_MARK.search(raw):
        cells = [fold(cell) for cell in CELL_MARK.split(raw)]
        if len(cells) <= count:
            return [*[""] * (count - len(cells)), *cells], len(cells) < count
    blank = 0
    while blank < count - 1 and raw.startswith("\u00a0 "):
        raw, blank = raw[2:], blank + 1
    parts = [fold(part) for part in re.split("\u00a0 ", raw)]
    if len(parts) > count - blank:
        parts = [fold(raw)]
    guessed = False
    if len(parts) < count - blank:
        parts, guessed = _guess(parts, count - blank)
    return [*[""] * (count - len(parts)), *parts], guessed


def _guess(parts: list[str], wanted: int) -> tuple[list[str], bool]:
    """Part the last piece at its last fit place, then the first piece at its first, until there are enough cells."""
    places = _boundaries(parts[-1])
    if places:
        parts = [*parts[:-1], parts[-1][: places[-1]].strip(), parts[-1][places[-1] :]]
    if len(parts) < wanted and (places := _boundaries(parts[0])):
        parts = [parts[0][: places[0]].strip(), parts[0][places[0] :], *parts[1:]]
    return parts[-wanted:] if len(parts) <= wanted else parts, True


def _boundaries(text: str) -> list[int]:
    """Return where a new cell may begin: at a capital outside brackets whose word before is no lower-case word.

    "Warmte op Zuid Kosten leidingwerk" parts before "Kosten", for "Zuid" belongs to "op". When no such place is
    there ("gas of stoom Type aansluiting"), every capital but the first is one.
    """
    strict, loose, depth, before = [], [], 0, ""
    for word in re.finditer(r"\S+", text):
        token = word.group()
        if depth == 0 and before and token[0].isupper():
            loose.append(word.start())
            if not before[0].islower() and before[-1] != ",":
                strict.append(word.start())
        depth = max(0, depth + token.count("(") - token.count(")"))
        before = token
    return strict or loose


# -- the name ----------------------------------------------------------------------------------------------------------


def _propose_name(record: Record, paragraphs: Sequence[Paragraph], reading: Reading) -> None:
    """Propose a name: the subject of "… gebruikt 5 databronnen", else the name used most, else the first words."""
    name = next((m.group(1) for p in paragraphs if p.key == "source_data" and (m := SUBJECT.match(p.text))), "")
    name = name or _proper_noun(paragraphs, reading) or " ".join(paragraphs[0].text.split()[:6]).strip(".,;:")[:80]
    name = name[:1].upper() + name[1:]
    taken = {str(other.values.get("name", "")).casefold() for other in reading.records}
    number, wanted = 2, name
    while wanted.casefold() in taken:
        wanted, number = f"{name} ({number})", number + 1
    record.values["name"] = record.proposed_name = wanted
    record.warn(
        "name",
        f"De naam '{wanted}' is een voorstel uit de tekst; de print heeft geen titels. Geef de namen met --names of "
        "in het "
        "beheer.",
    )


def _proper_noun(paragraphs: Sequence[Paragraph], reading: Reading) -> str:
    """Return the capitalised word used most (three times or more) inside sentences, not one of the organisation."""
    own = {word.casefold() for word in (reading.organization or "").split()} | {"gemeente"}
    found: Counter[str] = Counter()
    for paragraph in paragraphs:
        words = paragraph.text[:PARAGRAPH_LENGTH].split()
        for before, word in pairwise(words):
            bare = word.strip("().,;:?!'‘’\"")
            if bare[:1].isupper() and len(bare) > 3 and before[-1] not in ".?!:" and bare.casefold() not in own:
                found[bare] += 1
    best = found.most_common(1)
    return best[0][0] if best and best[0][1] >= 3 else ""
