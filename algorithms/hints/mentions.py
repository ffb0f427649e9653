"""What the texts name and the facts do not: suppliers and impact assessments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from django.utils.translation import gettext as _

from algorithms.hints.hint import Hint
from algorithms.hints.language import sentences
from algorithms.hints.texts import Blocks, Document, excerpt, folded, has_any, rows_of, text_of, withheld

MOST_NAMES = 3  # names in one hint
MOST_FOUND = 500  # names that are weighed
QUOTE = 80  # characters of a name

_PART = r"[A-Z0-9][\w&+'’-]*(?:\.[a-z]+\b)?"
_NAME = rf"{_PART}(?: (?:& )?{_PART}){{0,3}}"
_IS_PART = re.compile(rf"{_PART}|&")
# "bv" in small letters is usually short for "bijvoorbeeld": only what can follow a company makes it one.
_FORM = re.compile(
    r"(?:B\.V\.|BV|N\.V\.|NV|GmbH|Inc|Ltd|LLC|Group|Holding|Solutions|Technologies|Consultancy|Consulting)(?![\w-])"
    r"|bv(?=[,;:)]|\.?$|\. [A-Z]| (?:heeft|levert|is|uit|te|dat|die) )"
)
_COMPANY = r"((?:(?:het|de|een) )?(?:externe )?(?:bedrijf|firma|leverancier|softwareleverancier|marktpartij) )?"
_PHRASE = re.compile(
    rf"(:| door| van| is| heet| bedrijf| firma| leverancier| softwareleverancier| marktpartij) {_COMPANY}({_NAME})"
)
# Which word before the phrase makes it name a maker. Without an entry, and before "het bedrijf", any word does.
_MAKER = {"leverancier", "softwareleverancier", "ontwikkelaar", "maker"}
_WORD_BEFORE = {
    " door": set("geleverd aangeleverd ontwikkeld gebouwd gemaakt ontworpen geprogrammeerd aangeboden".split()),
    " van": set("software softwarepakket applicatie pakket product tool".split()),
    " is": _MAKER,
    " heet": _MAKER,
    ":": _MAKER,
}
# Words that begin a sentence or stand before a name, and are no part of it.
_NO_NAME = set("De Het Een Deze Dit Die Dat Door Van Bij Met In Via Voor Leverancier Bedrijf Firma Software En".split())
# Parts of government, and parts of an organisation: when they make or give something they are no supplier of software.
_PUBLIC = re.compile(
    r"(?:Gemeenten?|Rijk|Rijks\w+|Ministeries?|Provincies?|Waterschap|Politie|Belastingdienst|Nederlandse?|Nationaal|"
    r"Landelijke?|Europese|EU|VNG|UWV|SVB|RDW|CBS|CJIB|CIBG|DUO|IND|BKR|RVO|RIVM|KNMI|RvIG|ICTU|Logius|Kadaster|BZK|"
    r"Team|Afdeling|Dienst|Directie|Cluster|Bureau|BAG|BRP|BRK|WOZ|AI|ICT|IT|GIS)\b"
)

_ASSESSMENTS = {
    "Pre-scan DPIA": r"pre-?scan(?: van de)?(?: DPIA| gegevensbescherming\w{0,30})?|DPIA[ -]pre-?scan",
    "DPIA": r"DPIA|gegevensbeschermings ?effectbeoordeling|data (?:protection|privacy) impact assessment",
    "IAMA": r"IAMA|impact assessment (?:voor )?mensenrechten(?: (?:en|bij) (?:de inzet van )?algoritmes?n?)?",
    "FRAIA": r"FRAIA|fundament(?:al|ele) (?:rights|rechten) (?:and|en) algori(?:thms?|tmes?) impact assessment",
    "AIIA": r"AIIA|AI[ -]impact ?assessment",
    "DEDA": r"DEDA|de ethische data[ -]assisten[td]|data ethics decision aid",
    "Ethische Bijsluiter": r"ethische bijsluiter",
    "Privacy Quickscan": r"privacy[ -]?quick ?scan",
    "Toetsingskader Algemene Rekenkamer": r"toetsingskader (?:van de )?algemene rekenkamer",
    "Z-Inspection": r"z-inspection",
}
# A hyphen or a letter after it makes another word ("DPIA-plicht"), but not the plural.
_NAMED = "|".join(rf"(?P<a{number}>{pattern})" for number, pattern in enumerate(_ASSESSMENTS.values()))
_ASSESSMENT = re.compile(rf"\b(?:{_NAMED})(?:['’]?s)?(?![\w-])", re.I)
# One of these is in every mention: looking for them first is ten times as fast.
_IN_ASSESSMENTS = (
    "dpia", "iama", "fraia", "aiia", "deda", "prescan", "pre-scan", "effectbeoordeling", "assessment", "bijsluiter",
    "ethische data", "data ethics", "quick", "toetsingskader", "z-inspection",
)  # fmt: skip
# Nothing to list: it was not done, need not be done, or is still to come.
_NOT_DONE = re.compile(
    r"\b(?:geen|niet|nooit|zonder|nog|overbodig|moet(?:en)?|zal|zullen|gaat|gaan|gepland|binnenkort|voornemens|eventuele?"
    r"|indien|als er|zodra|of er|voordat|wanneer)\b",
    re.I,
)


def suppliers(document: Document, found: Blocks) -> Iterator[Hint]:
    """Companies that a text names and neither supplier, parties, sources nor the organisation itself is called."""
    known = f" {folded(' '.join(_known_names(document)))} "
    names: dict[str, str] = {}
    every = (name for blocks in found.values() for block in blocks for name in company_names(block))
    for name in islice(every, MOST_FOUND):
        words = folded(name)
        telling = next((word for word in words.split() if len(word) > 2), words)
        if len(words) > 1 and f" {words} " not in known and f" {telling} " not in known:
            names.setdefault(telling, name)
    if not names:
        return
    first = list(names.values())[:MOST_NAMES]
    why = _("De tekst noemt %s. Dat staat niet hier en niet bij de betrokken partijen.")
    why %= ", ".join(f"'{excerpt(name, QUOTE)}'" for name in first)
    if "provider" in withheld(document):
        cure = _("De leverancier wordt met een reden niet verteld. Haal de naam weg, of vertel hem hier.")
    else:
        cure = _("Is dit de leverancier? Vul de naam in. Zet anderen bij de betrokken partijen.")
    yield Hint("provider", "supplier", why, cure)


def company_names(text: str) -> Iterator[str]:
    """Yield what look like names of companies in one paragraph."""
    for form in _FORM.finditer(text):
        words = _words_of_name(text[max(0, form.start() - QUOTE) : form.start()])
        if words:
            yield f"{' '.join(words)} {form[0]}"
    for phrase in _PHRASE.finditer(text):
        opening, company, name = phrase.groups()
        before = text[max(0, phrase.start() - 20) : phrase.start()].rsplit(" ", 1)[-1].lower().lstrip("(")
        words = _without_opening(name.split())
        if (company or before in _WORD_BEFORE.get(opening, (before,))) and words and _is_company(words[0]):
            yield " ".join(words)


def assessments(document: Document, found: Blocks) -> Iterator[Hint]:
    """Assessments that a text speaks of as done and the list does not hold."""
    if "impacttoetsen_grouping" in withheld(document):
        return
    rows = (text_of(row, "title") for row in rows_of(document, "impacttoetsen_grouping"))
    listed = {name for title in rows for name in named_assessments(title[:500])}
    named: list[str] = []
    for blocks in found.values():
        for block in blocks:
            if has_any(block, _IN_ASSESSMENTS):
                done = [sentence for sentence in sentences(block) if not _NOT_DONE.search(sentence)]
                named += [name for sentence in done for name in named_assessments(sentence)]
    missing = [name for name in dict.fromkeys(named) if name not in listed]
    if missing:
        why = _("De tekst noemt %s. Dat staat nog niet in deze lijst.") % ", ".join(missing)
        yield Hint(
            "impacttoetsen_grouping", "assessment", why, _("Is de toets gedaan? Voeg hem toe, liefst met een link.")
        )


def named_assessments(text: str) -> list[str]:
    """Return the short names of the assessments in a text, in its order."""
    names = list(_ASSESSMENTS)
    return [names[int(str(match.lastgroup)[1:])] for match in _ASSESSMENT.finditer(text)]


def _known_names(document: Document) -> Iterator[str]:
    yield text_of(document, "provider")
    yield text_of(document, "name")
    for row in rows_of(document, "parties"):
        yield text_of(row, "name")
    for row in rows_of(document, "data_sources"):
        yield text_of(row, "owner")
        yield text_of(row, "name")
    for key in ("organization", "department"):
        value = document.get(key)
        if isinstance(value, dict):
            yield from (part for name in ("name", "path") if isinstance(part := value.get(name), str))


def _words_of_name(before: str) -> list[str]:
    """Return the up to four words with a capital that end a text, before the space at its end."""
    words: list[str] = []
    for word in reversed(before[:-1].split(" ")[-4:] if before.endswith(" ") else []):
        if not _IS_PART.fullmatch(word):
            break
        words.insert(0, word)
    return _without_opening(words)


def _without_opening(words: list[str]) -> list[str]:
    while words and (words[0] in _NO_NAME or words[0] == "&"):
        words = words[1:]
    return words


def _is_company(first: str) -> bool:
    return not first.isdigit() and not _PUBLIC.match(first)
