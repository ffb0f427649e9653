"""Small rules that copy a sentence to a second field, because one paragraph of a print answers several questions.

The paragraph stays whole in its own place; the sentence is copied and every copy is reported, so that the author can
check it. A rule is a pattern on one sentence, the sections it looks in and how much it takes along. Nothing is weighed
or understood: a print that says the same in other words gives no copy, and no warning either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from algorithms.standard import HARD_LIMIT
from importers.readers.base import Record
from importers.readers.printed import PARAGRAPH_LENGTH, SENTENCE_LENGTH, paragraphs, sentences


class Paragraph(NamedTuple):
    """A paragraph of the source: its line, the document key of its section, the heading above it and its text."""

    no: int
    key: str
    heading: str
    text: str


class Rule(NamedTuple):
    """`take` is what comes along: the sentence, it and those that lean on it, it and the rest, or the paragraph."""

    key: str
    about: str  # what the sentence tells, for the warning
    pattern: re.Pattern[str]
    sections: frozenset[str]
    take: str = "sentence"  # "sentence", "chain", "rest" or "paragraph"


OVERVIEW = frozenset({"description"})
WORKING = frozenset({"description", "methods_and_models"})
ANYWHERE = frozenset(
    {"description", "source_data", "methods_and_models", "non_discrimination", "human_intervention", "risks"}
)
PEOPLE = r"\b(?:medewerkers?|\w*handhavers?|\w*consulent(?:en)?|ambtena(?:ar|ren)|inspecteurs?|behandela(?:ar|ars))\b"
ACT = r"\b(?:controle(?:ert|ren)|beoorde(?:elt|len)|bekijk(?:t|en)|bepa(?:alt|len)|onderzoek(?:t|en))\b"
PEOPLE_ACT = re.compile(
    rf"{PEOPLE}.*{ACT}|{ACT} (?:een|de) (?:\w+ )?{PEOPLE}|\bnaar een {PEOPLE}|^Deze {ACT}",
    re.I,
)

RULES = (
    Rule(
        "goal",
        "het doel",
        re.compile(
            r"\bgemeente\b.*\bwil\b|\bzorgen we ervoor dat\b|\bzet\b.*\bin om\b|\bhelp(?:t|en)\b|\bhulpmiddel\b"
            r"|\bvormt de basis om\b|^Door het gebruik van\b|\b(?:met als|het) doel\b|\bbedoeld om\b",
            re.I,
        ),
        OVERVIEW,
    ),
    Rule(
        "impact",
        "de gevolgen voor mensen",
        re.compile(r"\bgebaat\b|\bgevolgen voor\b|\bimpact\b.*\bop\b", re.I),
        OVERVIEW | {"non_discrimination"},
    ),
    Rule("proportionality", "voordelen", re.compile(r"\bvoordelen\b", re.I), OVERVIEW, "rest"),
    Rule(
        "proportionality",
        "keuzes die zijn afgevallen",
        re.compile(
            r"\bniet (?:zullen )?worden ingezet\b|\bniet meegenomen\b|\balternatieven (?:zijn )?overwogen\b", re.I
        ),
        OVERVIEW,
    ),
    Rule("human_intervention", "wat mensen doen", PEOPLE_ACT, WORKING),
    Rule("decision_process", "de weg naar het besluit", PEOPLE_ACT, WORKING, "paragraph"),
    Rule(
        "future_use",
        "toekomstig gebruik",
        re.compile(r"\bbeoogde (?:functies|toepassing|gebruik)|\btoekomstig gebruik\b|\bin de toekomst ook\b", re.I),
        WORKING,
        "rest",
    ),
    Rule("objection_procedure", "bezwaar", re.compile(r"\bbezwaar", re.I), ANYWHERE),
    Rule(
        "oversight",
        "toezicht van buiten",
        re.compile(r"\btoezichtscommissie\b|\brekenkamer\b|\bonafhankelijk toezicht\b|\bexterne (?:audit|toets)", re.I),
        ANYWHERE,
        "chain",
    ),
    Rule(
        "performance",
        "zekerheid en fouten",
        re.compile(r"\bonzekerheid\b|\bzekerheidsscore\b|\bfoutmarge\b|\bnauwkeurigheid\b", re.I),
        ANYWHERE - {"risks"},
        "chain",
    ),
    Rule(
        "lawful_basis",
        "een wet",
        re.compile(r"\b(?:in het kader van|op grond van|op basis van)\b[^.]*\b[A-Z]\w*wet\b"),
        ANYWHERE,
    ),
    Rule(
        "source_data",
        "de gebruikte gegevens",
        re.compile(r"\bgebruikt (?:alleen |uitsluitend )?gegevens\b|\bgaat om gegevens\b", re.I),
        OVERVIEW,
    ),
    Rule(
        "methods_and_models",
        "de werking",
        re.compile(r"\bgebruik(?:t|en)? (?:van )?een \w*\s?\w*algoritme\b|\bopnieuw ontwikkeld\b", re.I),
        OVERVIEW,
    ),
)

# What a sentence says outright about the class of risk; "geen laag risico" says nothing.
RISK_CLASSES = (
    ("low", re.compile(r"(?<!geen )\blaag risico\b", re.I)),
    ("limited", re.compile(r"(?<!geen )\bbeperkt risico\b", re.I)),
    (
        "high",
        re.compile(
            r"\b(?:aangemerkt|geclassificeerd|ingedeeld) als (?:een )?hoog[- ]risico|(?<!geen )\been hoog risico\b",
            re.I,
        ),
    ),
)
RISK_BASIS = re.compile(r"\bvastgesteld model\b|\bbepalen van het risico\b", re.I)
PERSONAL_DATA = (
    ("identifiable", re.compile(r"\b(?:ge)?koppel(?:en|d|t)\b.*\baan de persoonsgegevens\b", re.I)),
    ("pseudonymised", re.compile(r"\bgepseudonimiseerd", re.I)),
    ("none", re.compile(r"\bverwerkt geen persoonsgegevens\b|\bop geen enkele wijze herleidbaar\b", re.I)),
)
SELF_LEARNING = (
    ("no", re.compile(r"\b(?:niet|geen) zelf-?lerend", re.I)),
    ("yes", re.compile(r"(?<!niet )(?<!geen )\bzelf-?lerend", re.I)),
)
CHOICE_RULES: tuple[tuple[str, tuple[tuple[str, re.Pattern[str]], ...], frozenset[str]], ...] = (
    ("risk_class", RISK_CLASSES, frozenset({"risks", "description"})),
    ("personal_data", PERSONAL_DATA, ANYWHERE),
    ("self_learning", SELF_LEARNING, ANYWHERE),
)
# What the values mean, for the warning.
MEANING = {
    "low": "laag", "limited": "beperkt", "high": "hoog", "none": "geen", "pseudonymised": "gepseudonimiseerd",
    "identifiable": "herleidbaar", "yes": "ja", "no": "nee",
}  # fmt: skip

PUBLICATION = re.compile(r": ([A-Z][^:]{4,150}?, (?:19|20)\d\d(?: \(pdf\))?)\.?$")
LITERATURE = re.compile(r"\(([A-Z][\w'’-]+, [A-Z]\.[^()]{0,200}?(?:19|20)\d\d)\)")
WEBSITE = re.compile(r"\bop de ((?:website|pagina) van (?:het |de )?[A-Z][\w-]{1,60})")
POLICY = re.compile(r"strategie|visie|beleid|nota|agenda|plan\b", re.I)
# Who else has a part in it: the role a sentence gives a body, and how it says so.
PARTIES = (
    (
        "data_supplier",
        "dataleverancier",
        re.compile(r"\bhet bedrijf ([A-Z][\w&.-]*(?: [A-Z][\w&.-]*){0,3}) ingeschakeld\b"),
    ),
    ("data_supplier", "dataleverancier", re.compile(r"\bde database van (?:de |het )?([A-Z]{2,}[\w-]*)")),
    ("operator", "uitvoerder", re.compile(r"\bgegevens overgedragen aan de (gemeentelijke [a-z]+dienst)\b")),
)
ASSESSMENTS = {
    "DPIA": "Data Protection Impact Assessment (DPIA)",
    "IAMA": "Impact Assessment Mensenrechten en Algoritmes (IAMA)",
}
ASSESSED = re.compile(r"\b(DPIA|IAMA)\b(?: is| zijn)? (?:uitgevoerd|gedaan|afgerond)\b")
LEANS_BACK = re.compile(r"(?:Deze|Dit|Dat|Die)\b")


def copy_sentences(record: Record, found: Iterable[Paragraph]) -> None:
    """Copy what the rules find in the paragraphs into the record's values, and report each copy."""
    source = weighable(found)
    parted = [(paragraph, sentences(paragraph.text)) for paragraph in source]
    for rule in RULES:
        for paragraph, parts in parted:
            if paragraph.key in rule.sections and paragraph.key != rule.key:
                _copy(record, rule.key, rule.about, paragraph, _taken(rule, parts))
    for key, options, sections in CHOICE_RULES:
        _choose(record, key, options, [(p, parts) for p, parts in parted if p.key in sections])
    for paragraph in source:
        _references(record, paragraph)
        for role, word, pattern in PARTIES:
            if named := pattern.search(paragraph.text):
                name = named.group(1)[0].upper() + named.group(1)[1:]
                add_party(record, role, name)
                why = f"'{name}' is als {word} opgenomen (regel {paragraph.no}). Kijk of dit klopt."
                record.warn("parties", why, paragraph.no)


def weighable(found: Iterable[Paragraph]) -> list[Paragraph]:
    """Return the paragraphs that rules look at: not the endless ones, nor what comes after more than fields hold."""
    budget = 3 * HARD_LIMIT
    result = []
    for paragraph in found:
        budget -= len(paragraph.text)
        if budget < 0:
            break
        if len(paragraph.text) <= PARAGRAPH_LENGTH:
            result.append(paragraph)
    return result


def suggest_assessments(record: Record, found: Iterable[Paragraph]) -> None:
    """Put an assessment that the text calls done in the list of assessments, without a link."""
    for paragraph in weighable(found):
        for match in ASSESSED.finditer(paragraph.text):
            short, title = match.group(1), ASSESSMENTS[match.group(1)]
            rows = record.values.setdefault("impacttoetsen_grouping", [])
            if not any(short in row["title"] for row in rows):
                rows.append({"title": title, "link": ""})
                record.warn(
                    "impacttoetsen_grouping",
                    f"Bij '{paragraph.heading}' (regel {paragraph.no}) staat dat een {short} is uitgevoerd; die is "
                    "bij de "
                    "impacttoetsen gezet, zonder link. Kijk of dit klopt.",
                    paragraph.no,
                )


def add_party(record: Record, role: str, name: str) -> None:
    """Add a party once."""
    rows = record.values.setdefault("parties", [])
    if {"role": role, "name": name, "url": ""} not in rows:
        rows.append({"role": role, "name": name, "url": ""})


def short_description(record: Record, first: Paragraph, advised: int = 350, limit: int = 400) -> None:
    """Set `description_short` from the first paragraph: whole when it fits the limit, else its first sentences."""
    if len(first.text) <= limit:
        record.values["description_short"] = first.text
        return
    text = ""
    for sentence in sentences(first.text[:SENTENCE_LENGTH]):
        longer = f"{text} {sentence}".strip()
        if len(longer) > (advised if text else limit):
            break
        text = longer
    if not text:
        text = first.text[: advised - 1].rsplit(" ", 1)[0] + "…"
    record.values["description_short"] = text
    record.warn(
        "description_short",
        f"De korte omschrijving is ingekort van {len(first.text)} tot {len(text)} tekens: het zijn de eerste zinnen "
        "van de "
        f"alinea op regel {first.no}. De hele tekst staat in de omschrijving.",
        first.no,
    )


def _taken(rule: Rule, parts: list[str]) -> list[str]:
    hits = [i for i, text in enumerate(parts) if len(text) <= SENTENCE_LENGTH and rule.pattern.search(text)]
    if not hits:
        return []
    if rule.take == "paragraph":
        return [" ".join(parts)]
    wanted = set(hits)
    if rule.take == "rest":
        wanted = set(range(hits[0], len(parts)))
    if rule.take == "chain":
        for hit in hits:
            before = hit
            while before > max(0, hit - 3) and LEANS_BACK.match(parts[before]):
                before -= 1
            after = hit
            while after + 1 < min(len(parts), hit + 3) and LEANS_BACK.match(parts[after + 1]):
                after += 1
            wanted |= set(range(before, after + 1))
    return [" ".join(parts[i] for i in sorted(wanted))]


def _copy(record: Record, key: str, about: str, paragraph: Paragraph, texts: list[str]) -> None:
    extra = paragraphs(texts)
    present = record.values.get(key, "")
    # Not twice: a sentence that already stands in the field needs no copy.
    if not extra or extra.removeprefix("<p>").removesuffix("</p>") in present:
        return
    record.values[key] = present + extra
    record.warn(
        key,
        f"Overgenomen uit '{paragraph.heading}' (regel {paragraph.no}), omdat het daar gaat over {about}. "
        "Kijk of dit klopt.",
        paragraph.no,
    )


def _choose(
    record: Record,
    key: str,
    options: tuple[tuple[str, re.Pattern[str]], ...],
    parted: list[tuple[Paragraph, list[str]]],
) -> None:
    if record.values.get(key):
        return
    said: dict[str, tuple[Paragraph, list[str], int]] = {}
    for paragraph, parts in parted:
        for index, text in enumerate(parts):
            for value, pattern in options:
                if len(text) <= SENTENCE_LENGTH and pattern.search(text):
                    said.setdefault(value, (paragraph, parts, index))
    if len(said) > 1:
        record.warn(
            key,
            "De tekst zegt hierover meer dan één ding ("
            + ", ".join(f"'{MEANING[value]}' op regel {where[0].no}" for value, where in said.items())
            + "); er is niets gekozen.",
            *sorted({where[0].no for where in said.values()}),
        )
    for value, (paragraph, parts, index) in said.items() if len(said) == 1 else ():
        record.values[key] = value
        record.warn(
            key,
            f"Gekozen is '{MEANING[value]}', omdat op regel {paragraph.no} staat: '{parts[index][:200]}' "
            "Kijk of dit klopt.",
            paragraph.no,
        )
        if key == "risk_class":
            basis = [text for i, text in enumerate(parts) if i == index or RISK_BASIS.search(text[:SENTENCE_LENGTH])]
            _copy(record, "risk_class_basis", "de klasse van het risico", paragraph, [" ".join(basis)])


def _references(record: Record, paragraph: Paragraph) -> None:
    found: list[tuple[str, str]] = []
    if match := PUBLICATION.search(paragraph.text):
        found.append(("policy" if POLICY.search(match.group(1)) else "page", match.group(1)))
    found += [("literature", match.group(1)) for match in LITERATURE.finditer(paragraph.text)]
    found += [("page", m.group(1)[0].upper() + m.group(1)[1:]) for m in WEBSITE.finditer(paragraph.text)]
    rows = record.values.setdefault("references", []) if found else []
    for kind, title in found:
        row = {"kind": kind, "title": title, "link": ""}
        if row not in rows:
            rows.append(row)
            record.warn(
                "references",
                f"'{title}' (regel {paragraph.no}) was in het origineel een verwijzing; het adres is in de print "
                "verloren. Vul de link in.",
                paragraph.no,
            )
