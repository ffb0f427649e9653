"""What is like a public record, and why: it uses the same data, comes from the same supplier, tells of the same things.

    for found in similar.to(Head.now(), listing, "nl"):
        found.listing, [(reason.kind, reason.labels) for reason in found.reasons]

Points are whole numbers and come from bits, so both databases give the same records in the same order. What few records
share counts more; what half of the register has says nothing. A status or an organisation alone is no likeness. The
cost is bounded whatever a record tells: a few queries, and words only as long as few records hold them.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from django.db import connection

from algorithms import bitset
from algorithms.bitset import Bitset
from algorithms.models import Head, Listing, fulltext
from algorithms.models.register import fold, slug_of
from algorithms.search import analyser
from algorithms.search.engine import engine_of
from algorithms.search.vocabulary import Vocabulary
from algorithms.standard import THEMES

MOST = 5
MOST_VALUES = 12  # of one record that count, the rarest
MOST_WORDS = 24  # of one record that are looked up: those of its name, then the rarest
MOST_HELD = 5_000  # records that hold them, all words together: what is read of the index
SHORTEST, SHORTEST_PART = 4, 5  # letters
MOST_TOLD = 3  # values of one reason
LETTERS = "ab"  # the name; what else tells in a few words what a record is about (`search.texts`)
FEWEST_POINTS = 5  # less is chance

# What is written where there is no supplier, and no data source, to name.
_NOBODY = re.compile(
    r"-$|(nee|none|geen|onbekend|unknown|intern|eigen|zelf|in house|in eigen|inhouse|nvt|n v t|niet van toepassing"
    r"|not applicable|diverse|divers|verschillende|meerdere|overig|overige|several|various)\b"
)
# What descriptions of any algorithm say, whatever it is about; one form of each. In a small register they are rare.
_PLAIN = """
    aangeven aanpassen aansluiten aantal aanvraag aanvrager aanwijzen aanzien actueel advies afdeling algemeen
    algorithm algoritme alleen ambtenaar analyse analyseren ander antwoord applicatie automatisch basis beeld beginnen
    beheer behulp bekend bekijken belang belangrijk beoordelen beoordeling bepaald bepalen beperken beperking
    berekenen beschikbaar beslissing besluit bestaan bestaand bestand betalen beter betreffen betreffende betrekken
    betrokken bevatten bevinden bewoner bieden bijvoorbeeld bijzonder binnen blijken blijven bovendien breed brengen
    bron burger categorie cluster combinatie combineren controle controleren creeren daadwerkelijk daardoor daarom
    daarvoor dag dagelijks data deel detecteren detectie dienen dienst digitaal direct directie diverse document doel
    dragen echter eerder eerste effect effectief efficient efficienter eigen eindigen enkele eveneens extern extra
    fase functie gebeuren gebeurt gebied gebruiken gebruiker gedaan gegeven gegevensbron gelden gemeente gericht
    gerichter geschikt gevolg goed groep groot halen hand handmatig helpen herkennen hierdoor hiermee hoeveelheid hoog
    hoogte horen houden huidig huis identificeren indien indirect informatie inschatten inschatting instrument intern
    invloed inwoner inzet inzetten inzicht inzichtelijk jaar jaarlijks juist kans kenmerk kijken klant klein koppelen
    kort laag land landelijk lang langs laten later leiden leveren lezen liggen lijst locatie lokaal maand maandelijks
    maken manier mede medewerker meerdere melding mens meten methode meting minder ministerie model mogelijk
    mogelijkheid moment momenteel naast nederland nederlands nemen nieuw nodig omgeving omzetten onderdeel onderscheid
    ondersteunen onderzoek onderzoeken online ontstaan ontvangen ontwikkelen ontwikkeling oorzaak openbaar oplossing
    opnemen opnieuw opslaan opstellen opzichte organisatie overheid overig overzicht passen passend periode persoon
    pilot plaats plaatsen plaatsvinden plannen planning probleem proces proef prognose prognosemodel programma project
    provincie publiceren raming rapport reden reeds regel regio regionaal rekening resultaat richten risico samen
    schatten score selecteren selectie signaal signaleren situatie snel software soort sorteren specificatie specifiek
    sprake stad stap starten stedelijk steeds stellen stoppen sturen systeem taak techniek technisch technologie
    telkens tevens tijd tijdelijk toekomst toekomstig toepassen tonen tool totaal twijfel type uiteindelijk uitrusten
    uitvoeren uitvoering uniek uur vaker vast vastgelegd vaststellen veilig veiligheid verantwoordelijk verbeteren
    vergelijken vergroten verhogen verkleinen verlagen verminderen verschil verschillend vertrouwen vervolgens
    verwacht verwachten verwerken verwerking verzamelen verzenden vinden voldoen voldoende volgen voorbeeld voorkomen
    voorspellen vorm vraag waarbij waarde waarna week weergeven wekelijks welke werk werken wet wijk wijze wijzen zaak
    zelf zien zoals zodat zodra zorgen
""".split()
_SHORT_NAME = re.compile(r"([A-Z][A-Z0-9]{1,5})(?![A-Za-z0-9])")


class Kind(StrEnum):
    """Why one record is like another; in the order in which reasons are told."""

    SOURCES = "gegevensbron"
    SUPPLIER = "leverancier"
    WORDS = "woorden"
    THEMES = "thema"


# Points for each step of rarity (`_rarity`).
POINTS: dict[str, int] = {Kind.SOURCES: 4, Kind.SUPPLIER: 4, Kind.THEMES: 1}
WORD = 1  # three times as much in both names
SAME_ORGANIZATION = 1


@dataclass(frozen=True)
class Reason:
    """What two records share. `lang` is "nl" when the labels are Dutch on a page that is not; names have none."""

    kind: Kind
    labels: tuple[str, ...]
    lang: str = ""


@dataclass(frozen=True)
class Similar:
    listing: Listing
    reasons: list[Reason]


@dataclass(frozen=True)
class _Shared:
    """Something the record has: who else has it (bits), how many points that is."""

    kind: Kind
    label: str
    bits: int
    points: int


def to(head: Head, listing: Listing, lang: str, most: int = MOST) -> list[Similar]:
    """Return up to `most` records that are like a public one, the most alike first, then the newest. Three queries.

    Fewer, or none, when little is shared. `lang` ("nl" or "en") is that of the labels; which records is the same.
    """
    index = bitset.now(head)
    own = 1 << listing.sequence
    has = [one for one in (*_values(index, listing), *_words(index, listing)) if one.bits & ~own]
    same_organization = index.having("organisatie", [listing.organization_slug])
    best: list[int] = []
    for records in _ranked(has, same_organization, index.all & ~own).values():
        best += index.newest(records, 0, most - len(best))
        if len(best) == most:
            break
    return [Similar(row, _reasons(row.sequence, has, lang)) for row in Listing.objects.in_order(best)]


# -- what is shared ----------------------------------------------------------------------------------------------------


def _rarity(index: Bitset, bits: int) -> int:
    """How much it says that two records share something: 3 when few have it, 0 when more than half have."""
    held, everything = bits.bit_count(), index.all.bit_count()
    if everything <= 3:
        return 1
    return 3 if held * 50 <= everything else 2 if held * 7 <= everything else 1 if held * 2 <= everything else 0


def _values(index: Bitset, listing: Listing) -> list[_Shared]:
    """The data sources, suppliers and themes of a record that say something, the rarest. One query."""
    made: dict[tuple[str, str], _Shared] = {}
    rows = listing.facets.filter(facet__in=POINTS)
    for facet, slug, label in sorted(rows.values_list("facet", "slug", "label")):
        if _NOBODY.match(_plainly(label)) or slug == listing.organization_slug:
            continue
        name, bits = label, index.facets.get(facet, {}).get(slug, 0)
        if facet == Kind.SOURCES:
            name = _source_name(label)
            bits = _sources(index).get(slug_of(name), 0)
        if points := POINTS[facet] * _rarity(index, bits):
            made[facet, name] = _Shared(Kind(facet), name, bits, points)
    return sorted(made.values(), key=lambda one: (-one.points, one.kind, one.label))[:MOST_VALUES]


def _plainly(label: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9-]+", " ", fold(label)).split()) or "-"


def _source_name(label: str) -> str:
    """Return a source by its short name: "BAG-data" and "BAG (adressen en gebouwen)" are both "BAG"."""
    short = _SHORT_NAME.match(label)
    return short[1] if short else label


def _sources(index: Bitset) -> dict[str, int]:
    """Return slug of a source's name → who uses it; made once for a state of the register."""
    made = index.memory.get("similar sources")
    if not isinstance(made, dict):
        found: dict[str, int] = {}
        for slug, bits in index.facets.get("gegevensbron", {}).items():
            name = slug_of(_source_name(index.labels["gegevensbron", slug]))
            found[name] = found.get(name, 0) | bits
        made = index.memory["similar sources"] = found
    return made


def _words(index: Bitset, listing: Listing) -> list[_Shared]:
    """The words of a record's Dutch name and short description that others have in theirs. One query.

    A word of a name says what a record is about; it counts more, and its parts count too: "Parkeercontrole" is about
    what parking permits are about.
    """
    vocabulary = engine_of(index).terms.vocabulary
    asked: list[tuple[str, bool, list[str]]] = []
    room = MOST_HELD
    for forms, (held, written, is_named) in _topics(vocabulary, listing).items():
        if held <= room and len(asked) < MOST_WORDS:
            room -= held
            asked.append((written, is_named, sorted(forms)))
    tokens = [vocabulary.tokens(forms, letter) for _written, _named, forms in asked for letter in LETTERS]
    found = [index.bits(sequences) for sequences in fulltext.holders(connection, [(some, []) for some in tokens])]
    shared = []
    for place, (written, is_named, _forms) in enumerate(asked):
        in_name, elsewhere = found[2 * place], found[2 * place + 1]
        rarity = _rarity(index, in_name | elsewhere)
        for bits, named in ((in_name, 1 + is_named), (elsewhere & ~in_name, is_named)):
            if bits and rarity:
                shared.append(_Shared(Kind.WORDS, written, bits, WORD * rarity * (1 + named)))
    return shared


def _topics(vocabulary: Vocabulary, listing: Listing) -> dict[frozenset[str], tuple[int, str, bool]]:
    """Return words that say what a record is about: its forms → (records that hold one, as it is written, in the name).

    Those of the name come first, then what few records hold. Left out are small and plain words, the name of the
    organisation, and what no other record holds.
    """
    item = json.loads(listing.summary)
    seen = analyser.words(item["organization"]["name"])
    topics: dict[frozenset[str], tuple[int, str, bool]] = {}

    def add(word: str, written: str, longer: list[str], *, is_named: bool) -> None:
        forms = vocabulary.forms(word)
        held = sum(vocabulary.counts[form] for form in {*forms, *longer})
        if held > 1 and seen.isdisjoint(forms) and not _is_plain(word):
            topics[frozenset({*forms, *longer})] = (held, written, is_named)
            seen.update(forms)

    for text, is_named in ((item["name"], True), (item["description_short"], False)):
        for word, start, end in analyser.spans(text):
            if len(word) < SHORTEST or word in analyser.SMALL or not word.isalpha():
                continue
            add(word, _written(text[start:end]), [], is_named=is_named)
            for part in _parts(vocabulary, word) if is_named else ():
                if usual := _usual(vocabulary, part):
                    add(part, usual, vocabulary.compounds(part), is_named=True)
    return dict(sorted(topics.items(), key=lambda pair: (not pair[1][2], pair[1][0], pair[1][1])))


def _parts(vocabulary: Vocabulary, word: str) -> Iterator[str]:
    """The parts of a compound, and theirs."""
    for part in vocabulary.parts(word):
        yield from (one for one in (part, *vocabulary.parts(part)) if len(one) >= SHORTEST_PART)


def _usual(vocabulary: Vocabulary, part: str) -> str:
    """Return a part of a compound as a word by itself: "parkeren" for "parkeer"; "" when the register has none."""
    forms = sorted(form for form in vocabulary.forms(part) if form[:3] == part[:3] and len(form) >= len(part))
    return max(forms, key=lambda form: vocabulary.counts[form], default="")


@cache
def _plain_stems() -> frozenset[str]:
    return frozenset().union(*(analyser.stems(analyser.fold(word), "nl") for word in _PLAIN))


def _is_plain(word: str) -> bool:
    return not _plain_stems().isdisjoint(analyser.stems(word, "nl"))


def _written(word: str) -> str:
    """A word as it stands in a sentence; one with more capitals keeps them."""
    return word if word[1:] != word[1:].lower() else word.lower()


# -- in order ----------------------------------------------------------------------------------------------------------


def _ranked(shared: list[_Shared], same_organization: int, among: int) -> dict[int, int]:
    """Return points → records, most points first; records with too few are left out."""
    sums = {0: among}
    for one in shared:
        following: defaultdict[int, int] = defaultdict(int)
        for points, records in sums.items():
            following[points + one.points] |= records & one.bits
            following[points] |= records & ~one.bits
        sums = {points: records for points, records in following.items() if records}
    ranked: defaultdict[int, int] = defaultdict(int)
    for points, records in sums.items():
        if points >= FEWEST_POINTS:
            ranked[points + SAME_ORGANIZATION] |= records & same_organization
            ranked[points] |= records & ~same_organization
    return dict(sorted(ranked.items(), reverse=True))


def _reasons(sequence: int, has: list[_Shared], lang: str) -> list[Reason]:
    """What a record shares, what says most first; few enough to read."""
    themes = {theme.value: theme.label.en if lang == "en" else theme.label.nl for theme in THEMES}
    told = []
    for kind in Kind:
        shared = [one for one in has if one.kind is kind and one.bits >> sequence & 1]
        shared.sort(key=lambda one: (-one.points, one.bits.bit_count(), one.label))
        labels = list(dict.fromkeys(one.label for one in shared))
        if kind is Kind.WORDS:  # "verkeer" says nothing more beside "verkeerslichten"
            labels = [label for label in labels if not any(label in other for other in labels if other != label)]
        is_dutch = lang != "nl" and kind is not Kind.SUPPLIER and not themes.keys() >= {*labels}
        if labels:
            shown = tuple(themes.get(label, label) if kind is Kind.THEMES else label for label in labels[:MOST_TOLD])
            told.append(Reason(kind, shown, "nl" if is_dutch else ""))
    return told
