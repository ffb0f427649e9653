"""Reads a record page of the national algorithm register (algoritmes.overheid.nl) as printed text.

The page is a head card (title, short description, organisation, themes, status) followed by sections in which each
label of the publication standard stands alone above its value. The card repeats what the sections say, so its lines are
kept aside where they agree. A label that the standard does not know is kept in `legacy` under its own title.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from algorithms.standard import FIELDS, SECTIONS, Field, Kind, is_lars
from importers.readers.base import Reading, Record, Refusal, Unreadable
from importers.readers.extract import Paragraph, add_party, copy_sentences, suggest_assessments
from importers.readers.oddities import report_repeats
from importers.readers.printed import BULLET, Line, blocks, fold, heading_like, html, slug, split_lines

FORMAT = "national-page"
SAID_TWICE = "staat ook in de secties van de pagina; één keer overgenomen"
STANDARD = "1.0"
BACK_LINK = re.compile(r"(?:←\s*)?Terug naar (?:alle algoritmes|het overzicht|zoekresultaten)\.?", re.I)
FURNITURE = re.compile(r"Ga naar de hoofdinhoud|Geprint op:? .*|Deel deze pagina|Uitleg over .{1,60}|Metadata", re.I)
EMPTY = re.compile(r"Veld niet ingevuld\.?|-", re.I)
TITLES = {section.title.nl for section in SECTIONS if section.slug != "overzicht"}
FIRST_SECTION = "Algemene informatie"
READABLE = {
    Kind.LINE, Kind.TEXT, Kind.RICH, Kind.CHOICE, Kind.CHOICES, Kind.MONTH, Kind.URL, Kind.CONTACT, Kind.ORGANIZATION,
    Kind.DEPARTMENT,
}  # fmt: skip
PAIRS = {"lawful_basis_grouping", "impacttoetsen_grouping", "source_data_grouping"}
# The label as printed → key. Other spellings that the guide, older pages or the plural bring along are in ALIASES.
ALIASES = {
    "Organisatienaam": "organization", "Thema's": "category", "Beleidsterrein": "category",
    "Link naar website": "website",
    "Impacttoets": "impacttoetsen_grouping", "Schema": "standard_version", "Bezwaarprocedure": "objection_procedure",
    "Doel": "goal", "Proces": "decision_process", "Prestatienormen": "performance", "Algoritme-ID": "lars",
}  # fmt: skip
LABELS = {
    item.label.nl: key for key, item in FIELDS.items() if item.kind in READABLE or key in PAIRS
} | ALIASES  # fmt: skip
BOOKKEEPING = {"Publicatiedatum", "Laatst gewijzigd op", "Laatst gewijzigd"}
THEMES_OF_04 = {"financiën": "Overheidsfinanciën", "huisvesting": "Wonen"}
MONTHS = (
    "januari februari maart april mei juni juli augustus september oktober november december"
).split()  # fmt: skip
ADDRESS = re.compile(r"https?://\S+")
WEB_ADDRESS = re.compile(r"https?://[^\s./]+(?:\.[^\s./]+)+(?:[/?#]\S*)?")
MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PHONE = re.compile(r"\+?[\d\s()-]{5,20}")
ENUMERATION = re.compile(r"^(.{2,100}?)\s*\(([^()]+)\)\.?$")
OWNER = re.compile(r"\bvan (?:de )?((?:gemeente|provincie|waterschap) [A-Z][\w-]+(?: [A-Z][\w-]+)?)", re.I)


@dataclass
class Part:
    """A label and the lines below it; `key` is empty for a label that is not known."""

    label: Line
    key: str
    lines: list[Line] = field(default_factory=list)

    @property
    def values(self) -> list[str]:
        """The lines without list mark, empty ones and "Veld niet ingevuld" left out."""
        found = [BULLET.sub("", line.raw, count=1) if BULLET.match(line.raw) else line.raw for line in self.lines]
        return [fold(text) for text in found if fold(text) and not EMPTY.fullmatch(fold(text))]


def likeness(text: str) -> int:
    """Count the different labels and section titles of the standard among the lines."""
    return len({line.text for line in split_lines(text)} & (set(LABELS) | TITLES))


def read(text: str, filename: str) -> Reading:
    """Read one page, or several after each other; a back link begins the next. Raise `Unreadable` without any label."""
    lines = split_lines(text)
    if not any(line.text in LABELS for line in lines):
        raise Unreadable(
            f"In {filename} staat geen enkel veld van de publicatiestandaard. Kies een andere vorm met --format of "
            "lever de "
            "hele pagina aan."
        )
    reading = Reading(FORMAT)
    starts = [i for i, line in enumerate(lines) if BACK_LINK.fullmatch(line.text)]
    if not starts or any(line.text for line in lines[: starts[0]]):
        starts.insert(0, 0)
    texts = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        if any(line.text and not _is_furniture(line) for line in lines[start:end]):
            texts += _record(reading, lines[start:end])
        else:
            reading.furniture += [(line.no, line.text) for line in lines[start:end] if line.text]
    report_repeats(reading.records, texts)
    reading.furniture.sort(key=lambda entry: entry[0])
    names = {record.values.get("organization", {}).get("name") for record in reading.records}
    reading.organization = names.pop() if len(names) == 1 else None
    return reading


def _is_furniture(line: Line) -> bool:
    return bool(BACK_LINK.fullmatch(line.text) or FURNITURE.fullmatch(line.text))


def _record(reading: Reading, lines: Sequence[Line]) -> list[list[Paragraph]]:
    reading.furniture += [(line.no, line.text) for line in lines if _is_furniture(line)]
    lines = [Line(line.no, "", "") if _is_furniture(line) else line for line in lines]
    split = next((i for i, line in enumerate(lines) if line.text == FIRST_SECTION), None)
    if split is None:
        split = next((i for i, line in enumerate(lines) if line.text in LABELS), len(lines))
    head, card = _card(lines[:split])
    parts = _parts(reading, lines[split:])
    first = next((line for line in lines if line.text), lines[0])
    record = Record(f"regel {first.no}", {})
    paragraphs: list[Paragraph] = []
    for part in parts:
        if not _is_empty(part, reading):
            paragraphs += _take(record, reading, part)
    _head(record, reading, head)
    for part in card:
        _compare(record, reading, part, parts)
    if not record.values.get("name"):
        reading.refused.append(
            Refusal(record.where, "De naam ontbreekt.", "Zet onder het label 'Naam' de naam van het algoritme.")
        )
        return []
    _dates(record, parts)
    copy_sentences(record, paragraphs)
    suggest_assessments(record, paragraphs)
    reading.records.append(record)
    return [paragraphs]


# -- cutting the page --------------------------------------------------------------------------------------------------


def _card(lines: Sequence[Line]) -> tuple[list[Line], list[Part]]:
    """Part the card in its head (title and short description) and its labels, which have no blank lines around them."""
    head: list[Line] = []
    parts: list[Part] = []
    for line in lines:
        if line.text in LABELS and all(part.label.text != line.text for part in parts) and head:
            parts.append(Part(line, LABELS[line.text]))
        elif line.text:
            (parts[-1].lines if parts else head).append(line)
    return head, parts


def _parts(reading: Reading, lines: Sequence[Line]) -> list[Part]:
    """Cut the sections at their labels. A label stands beside a blank line and occurs once; titles are furniture."""
    parts: list[Part] = []
    seen: set[str] = set()
    titles: set[str] = set()
    below = [""] * len(lines)  # the next line that holds something, counted from the end: looking ahead would be slow
    for i in range(len(lines) - 2, -1, -1):
        below[i] = lines[i + 1].text or below[i + 1]
    for i, line in enumerate(lines):
        before = lines[i - 1].text if i else ""
        after = lines[i + 1].text if i + 1 < len(lines) else ""
        alone = not before or not after or before in TITLES
        if line.text in TITLES and alone and line.text not in titles and line.text not in LABELS:
            titles.add(line.text)
            reading.furniture.append((line.no, line.text))
        elif alone and (line.text in LABELS or line.text in BOOKKEEPING) and line.text not in seen:
            seen.add(line.text)
            reading.furniture.append((line.no, line.text))
            parts.append(Part(line, LABELS.get(line.text, "")))
        elif parts and not before and not after and _unknown_label(parts[-1], line, below[i]):
            parts.append(Part(line, ""))
        elif parts and (line.text or parts[-1].lines):
            parts[-1].lines.append(line)
        elif line.text:
            reading.kept_aside.append((line.no, line.text, "in 'legacy', onder 'Tekst zonder label'"))
            parts.append(Part(Line(line.no, "", "Tekst zonder label"), "", [line]))
    return parts


def _unknown_label(current: Part, line: Line, below: str) -> bool:
    """Tell whether a line is a label we do not know: alone, short, and after a value, with a value of its own below."""
    if not current.lines or not below or below in LABELS or below in TITLES or below in BOOKKEEPING:
        return False
    if current.key in PAIRS and ADDRESS.match(below):
        return False
    return bool(heading_like(line.text) and not BULLET.match(line.raw) and not line.text.endswith("?"))


def _is_empty(part: Part, reading: Reading) -> bool:
    reading.furniture += [(line.no, line.text) for line in part.lines if EMPTY.fullmatch(line.text)]
    part.lines = [line for line in part.lines if not EMPTY.fullmatch(line.text)]
    return not any(line.text for line in part.lines)


# -- the head card -----------------------------------------------------------------------------------------------------


def _head(record: Record, reading: Reading, head: Sequence[Line]) -> None:
    """Title and short description of the card: aside when the sections say the same, else the value or legacy."""
    for key, lines in (("name", head[:1]), ("description_short", head[1:])):
        text = "\n".join(line.text for line in lines)
        if not text:
            continue
        if not record.values.get(key):
            record.values[key] = text
        elif fold(str(record.values[key])) == fold(text):
            reading.kept_aside += [(line.no, line.text, SAID_TWICE) for line in lines]
        else:
            _aside(record, reading, key, f"Kop van de pagina: {FIELDS[key].label.nl}", lines)


def _compare(record: Record, reading: Reading, part: Part, parts: Sequence[Part]) -> None:
    """A label of the card is furniture; its value is taken once when the section gives the same."""
    own = next((other for other in parts if other.key == part.key), None)
    reading.furniture.append((part.label.no, part.label.text))
    if own is None or not own.values:
        if not _is_empty(part, reading):
            _take(record, reading, part)
    elif own.values == part.values or not part.values:
        reading.kept_aside += [(line.no, line.text, SAID_TWICE) for line in part.lines]
    else:
        _aside(record, reading, part.key, f"Kop van de pagina: {part.label.text}", part.lines)


def _aside(record: Record, reading: Reading, key: str, title: str, lines: Sequence[Line]) -> None:
    """Keep in `legacy` what disagrees with the sections of the same page."""
    text = "\n".join(line.text for line in lines if line.text)
    record.keep(key, title, text, STANDARD)
    reading.kept_aside += [(line.no, line.text, f"in 'legacy', onder '{title}'") for line in lines if line.text]
    record.warn(
        key,
        f"De kop van de pagina (regel {lines[0].no}) zegt '{fold(text)[:150]}', de pagina zelf iets anders. De "
        "waarde van de "
        "pagina is genomen, die van de kop is bewaard bij de overige gegevens.",
        *(line.no for line in lines),
    )


# -- values ------------------------------------------------------------------------------------------------------------


def _take(record: Record, reading: Reading, part: Part) -> list[Paragraph]:
    """Put the value below a label in its field; return its paragraphs when it is a text."""
    text = "\n".join(part.values)
    known = FIELDS.get(part.key)
    if part.label.text in BOOKKEEPING:
        reading.kept_aside += [
            (line.no, line.text, "niet in het register: boekhouding van de bron") for line in part.lines if line.text
        ]
    elif part.key == "lars":
        _lars(record, part, text)
    elif known is None:
        key = slug(part.label.text) or "onbekend"
        record.keep(key, part.label.text, text, STANDARD)
        reading.kept_aside.append((part.label.no, part.label.text, "in 'legacy', met de tekst eronder"))
        record.warn(
            "legacy",
            f"Het label '{part.label.text}' (regel {part.label.no}) is onbekend; de tekst is bewaard bij de overige "
            "gegevens.",
            part.label.no,
        )
    elif part.key in PAIRS:
        record.values[part.key] = _pairs(part)
    elif known.kind is Kind.RICH:
        record.values[part.key] = html(blocks(part.lines))
        if part.key == "source_data":
            _sources(record, part)
        return [
            Paragraph(line.no, part.key, part.label.text, fold(BULLET.sub("", line.raw, count=1)))
            for line in part.lines
            if line.text
        ]
    elif known.kind is Kind.ORGANIZATION:
        record.values["organization"] = {"name": fold(text)}
    elif known.kind is Kind.DEPARTMENT:
        record.values["department"] = {"path": " / ".join(fold(p) for p in re.split(r"[|/]", text) if p.strip())}
    elif known.kind in (Kind.CHOICE, Kind.CHOICES):
        _choices(record, part, known)
    elif known.kind is Kind.MONTH:
        _month(record, part, text)
    elif known.kind is Kind.URL:
        _url(record, part, known)
    elif known.kind is Kind.CONTACT:
        _contact(record, part)
    else:
        record.values[part.key] = text
        if part.key == "provider" and not re.match(r"intern\b|eigen\b", text, re.I):
            for name in part.values:
                add_party(record, "supplier", name)
        if part.key == "description_short":
            first = next(line for line in part.lines if line.text)
            return [Paragraph(first.no, part.key, part.label.text, fold(text))]
    return []


def _impossible(record: Record, part: Part, text: str, why: str) -> None:
    """Keep a value that cannot be what its label says."""
    record.keep(part.key, part.label.text, text, STANDARD)
    record.warn(
        part.key,
        f"'{text[:150]}' (regel {part.label.no}) {why}. Het veld is leeg gelaten en de waarde is bewaard bij de "
        "overige "
        "gegevens.",
        part.label.no,
    )


def _lars(record: Record, part: Part, text: str) -> None:
    number = re.sub(r"\s", "", text)
    if is_lars(number):
        record.values["lars"] = number
    else:
        _impossible(record, part, text, "is geen geldig nummer van acht cijfers")


def _choices(record: Record, part: Part, known: Field) -> None:
    permitted = {choice.value.casefold(): choice.value for choice in known.choices}
    permitted |= {choice.label.nl.casefold(): choice.value for choice in known.choices}
    if part.key == "lang":
        permitted |= {"nederlands": "nld"}
    if part.key == "standard_version":
        permitted |= {"1.0.0": "1.0"}
    if part.key == "publication_category":
        permitted |= {"hoog-risico ai-systemen": "Hoog-risico AI-systeem"}
    chosen: list[str] = []
    for text in part.values:
        bare = re.sub(r"\s*\(categorie [abc]\)$", "", text, flags=re.I).casefold()
        value = permitted.get(bare)
        if part.key == "category" and value is None and bare in THEMES_OF_04:
            value = THEMES_OF_04[bare]
            record.keep(part.key, part.label.text, text, "0.4")
            record.warn(part.key, f"'{text}' heet nu '{value}' en is zo overgenomen.", part.label.no)
        if value is None:
            _impossible(record, part, text, "is geen waarde uit de lijst van de standaard")
        elif value not in chosen:
            chosen.append(value)
    if known.kind is Kind.CHOICES:
        record.values[part.key] = chosen
    elif chosen:
        record.values[part.key] = chosen[0]
        for extra in chosen[1:]:
            _impossible(record, part, extra, "staat naast een andere waarde, terwijl er één mag staan")


def _month(record: Record, part: Part, text: str) -> None:
    """Take "yyyy-mm"; other ways to write a month are rewritten and the original is kept."""
    found = re.fullmatch(r"(\d{4})-(\d{2})(?:-\d{2})?", text)
    year_month = (found.group(1), int(found.group(2))) if found else None
    if not found and (found := re.fullmatch(r"(?:\d{1,2}-)?(\d{1,2})-(\d{4})", text)):
        year_month = (found.group(2), int(found.group(1)))
    if (
        not found
        and (found := re.fullmatch(r"(?:\d{1,2} )?([a-z]+) (\d{4})", text.lower()))
        and found.group(1) in MONTHS
    ):
        year_month = (found.group(2), MONTHS.index(found.group(1)) + 1)
    if year_month is None or not 1 <= year_month[1] <= 12 or not "1900" <= year_month[0] <= "2200":
        _impossible(record, part, text, "is geen maand (jjjj-mm)")
        return
    value = f"{year_month[0]}-{year_month[1]:02}"
    record.values[part.key] = value
    if value != text:
        record.keep(part.key, part.label.text, text, STANDARD)
        record.warn(part.key, f"'{text}' (regel {part.label.no}) is gelezen als {value}.", part.label.no)


def _dates(record: Record, parts: Sequence[Part]) -> None:
    """An end before the begin is impossible; in use with an end date in the past is odd: reported, not changed."""
    begin, end = record.values.get("begin_date", ""), record.values.get("end_date", "")
    part = next((part for part in parts if part.key == "end_date"), None)
    if not end or part is None:
        return
    if begin and end < begin:
        del record.values["end_date"]
        _impossible(record, part, end, f"ligt voor de begindatum {begin}")
    elif record.values.get("status") == "In gebruik" and end < f"{datetime.now(UTC):%Y-%m}":
        record.warn(
            "status",
            f"De status is 'In gebruik', maar de einddatum {end} (regel {part.label.no}) is voorbij. Beide zijn zo "
            "gelaten.",
            part.label.no,
        )


def _url(record: Record, part: Part, known: Field) -> None:
    for number, text in enumerate(part.values):
        address = text if ADDRESS.fullmatch(text) else f"https://{text}"
        usable = len(address) <= known.max_length and WEB_ADDRESS.fullmatch(address)
        if not usable:
            _impossible(record, part, text, "is geen webadres")
        elif number:
            _impossible(record, part, text, "staat naast een ander webadres, terwijl er één mag staan")
        else:
            record.values[part.key] = address
            if address != text:
                record.warn(part.key, f"'{text}' (regel {part.label.no}) is gelezen als {address}.", part.label.no)


def _contact(record: Record, part: Part) -> None:
    """The first mail or web address is the contact; what else is given goes to the other contact points."""
    for text in part.values:
        kind = "email" if MAIL.fullmatch(text) else "url" if ADDRESS.fullmatch(text) else ""
        if kind and not record.values.get("contact_email"):
            record.values["contact_email"] = text
            continue
        kind = kind or ("phone" if PHONE.fullmatch(text) else "other")
        record.values.setdefault("contact_points", []).append({"kind": kind, "value": text, "label": ""})
        if kind in ("phone", "other"):
            record.warn(
                "contact_email",
                f"'{text}' (regel {part.label.no}) is geen e-mailadres of webadres en staat nu bij de andere "
                "contactgegevens.",
                part.label.no,
            )


def _pairs(part: Part) -> list[dict[str, str]]:
    """Read titles and links: on one line, or a link on the line below its title; a bare link is titled by its host."""
    rows: list[dict[str, str]] = []
    for text in part.values:
        found = ADDRESS.search(text)
        link = found.group() if found else ""
        title = fold(text.replace(link, "", 1)).rstrip(":-– ").strip("() ") if link else text
        if link and not title and rows and not rows[-1]["link"]:
            rows[-1]["link"] = link
        else:
            rows.append({"title": title or re.sub(r"^https?://(?:www\.)?|/.*$", "", link), "link": link})
    return rows


def _sources(record: Record, part: Part) -> None:
    """Make data sources of lines that only name them: "Open data (CBS, RIVM, …)" or a short line, no full stop."""
    before = len(record.values.get("data_sources", []))
    for text in part.values:
        enumeration = ENUMERATION.match(text) if len(text) <= 1_000 else None
        named = [fold(name) for name in enumeration.group(2).split(",")] if enumeration else []
        if enumeration and len(named) >= 3 and all(0 < len(name) <= 100 for name in named):
            for name in named:
                _add_source(record, topic=enumeration.group(1), name=name)
        elif len(text) <= 100 and text[-1] not in ".:;?!,":
            owner = OWNER.search(text)
            _add_source(record, name=text, owner=owner.group(1)[0].upper() + owner.group(1)[1:] if owner else "")
    if added := len(record.values.get("data_sources", [])) - before:
        record.warn(
            "data_sources",
            f"Uit '{part.label.text}' (regel {part.label.no}) zijn {added} gegevensbronnen gehaald; de tekst zelf is "
            "gebleven. "
            "Kijk of dit klopt.",
            part.label.no,
        )


def _add_source(record: Record, **cells: str) -> None:
    row = dict.fromkeys(("topic", "name", "contents", "owner", "url", "personal_data", "used_for"), "") | cells
    record.values.setdefault("data_sources", []).append(row)
