"""The ways across the register: by organisation and department, theme, supplier and data source.

What each way is called and asks stands here as data; `views/across.py` only fetches. A way is a facet: how many records
there are, and what goes together, comes from memory (`bitset`); only names of organisations are read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

from django.http import QueryDict
from django.urls import reverse

from algorithms.bitset import Bitset
from algorithms.filters import FACETS
from algorithms.finding import Found
from algorithms.models import Department, Organization
from algorithms.models.register import fold, slug_of
from algorithms.public import search
from algorithms.public.context import language
from algorithms.standard import STATUSES, THEMES, Words

PAGE_SIZE = 100  # rows of a list
MOST_BESIDE = 6  # values of one facet that a page names; the list of algorithms has them all
MUCH = 5  # algorithms of the largest one in a list, from which it is worth seeing beside the others
MOST_LEVELS = 3  # of the tree of departments; a telephone has no room for more
MOST_CHARACTERS = 60  # of words that a heading or notice repeats
IN_USE = slug_of(STATUSES[1].value)

NAME, COUNT = "naam", "aantal"
ORDERS = {NAME: Words("Op naam", "By name"), COUNT: Words("Meeste algoritmes eerst", "Most algorithms first")}

Plural = tuple[Words, Words]  # of one, of more; "{count}" is the number


@dataclass(frozen=True)
class Way:
    """One way across. `address` begins the names of its addresses: "supplier" of supplier-list and supplier-detail."""

    facet: str
    address: str
    title: Words
    single: Words
    intro: Words
    search: Words  # what the box in its list asks
    total: Plural  # how many there are
    told: Plural  # what its algorithms have to do with it
    none: Words  # instead, when there are no algorithms
    order: str = NAME  # when none is asked


ORGANIZATIONS = Way(
    facet="organisatie",
    address="organization",
    title=Words("Organisaties", "Organisations"),
    single=Words("Organisatie", "Organisation"),
    intro=Words(
        "Deze organisaties vertellen hier welke algoritmes zij gebruiken. Kies een organisatie om te zien welke dat "
        "zijn, en welke afdeling erover gaat.",
        "These organisations tell here which algorithms they use. Choose an organisation to see which those are, and "
        "which department is in charge.",
    ),
    search=Words("Zoek een organisatie", "Find an organisation"),
    total=(
        Words("{count} organisatie", "{count} organisation"),
        Words("{count} organisaties", "{count} organisations"),
    ),
    told=(
        # Not what it "has reported": a part of that may be withdrawn.
        Words(
            "Deze organisatie heeft {count} algoritme in dit register.",
            "This organisation has {count} algorithm in this register.",
        ),
        Words(
            "Deze organisatie heeft {count} algoritmes in dit register.",
            "This organisation has {count} algorithms in this register.",
        ),
    ),
    none=Words(
        "Deze organisatie heeft nu geen algoritmes in dit register.",
        "This organisation has no algorithms in this register at the moment.",
    ),
)
DEPARTMENTS = Way(
    facet="afdeling",
    address="department",
    title=Words("Afdelingen", "Departments"),
    single=Words("Afdeling", "Department"),
    intro=Words("", ""),
    search=Words("", ""),
    total=(Words("{count} afdeling", "{count} department"), Words("{count} afdelingen", "{count} departments")),
    told=(
        Words("Deze afdeling gaat over {count} algoritme.", "This department is in charge of {count} algorithm."),
        Words("Deze afdeling gaat over {count} algoritmes.", "This department is in charge of {count} algorithms."),
    ),
    none=Words(
        "Deze afdeling heeft nu geen algoritmes in dit register.",
        "This department has no algorithms in this register at the moment.",
    ),
)
THEME = Way(
    facet="thema",
    address="theme",
    title=Words("Thema’s", "Themes"),
    single=Words("Thema", "Theme"),
    intro=Words(
        "Waar gaat een algoritme over? Kies het thema dat bij uw vraag past. Een algoritme kan bij meer thema’s horen.",
        "What is an algorithm about? Choose the theme that fits your question. An algorithm may belong to several.",
    ),
    search=Words("", ""),
    total=(Words("{count} thema", "{count} theme"), Words("{count} thema’s", "{count} themes")),
    told=(
        Words("{count} algoritme hoort bij dit thema.", "{count} algorithm belongs to this theme."),
        Words("{count} algoritmes horen bij dit thema.", "{count} algorithms belong to this theme."),
    ),
    none=Words("Bij dit thema staan nu geen algoritmes.", "There are no algorithms for this theme at the moment."),
)
SUPPLIERS = Way(
    facet="leverancier",
    address="supplier",
    title=Words("Leveranciers", "Suppliers"),
    single=Words("Leverancier", "Supplier"),
    intro=Words(
        "Wie maakt of levert de algoritmes? Kies een leverancier om te zien waar zijn algoritmes worden gebruikt.",
        "Who makes or supplies the algorithms? Choose a supplier to see where its algorithms are used.",
    ),
    search=Words("Zoek een leverancier", "Find a supplier"),
    total=(Words("{count} leverancier", "{count} supplier"), Words("{count} leveranciers", "{count} suppliers")),
    told=(
        Words(
            "Deze leverancier wordt genoemd bij {count} algoritme.", "This supplier is named with {count} algorithm."
        ),
        Words(
            "Deze leverancier wordt genoemd bij {count} algoritmes.", "This supplier is named with {count} algorithms."
        ),
    ),
    none=Words("Er zijn nog geen leveranciers gemeld.", "No suppliers have been reported yet."),
    order=COUNT,
)
SOURCES = Way(
    facet="gegevensbron",
    address="source",
    title=Words("Gegevens", "Data"),
    single=Words("Gegevensbron", "Data source"),
    intro=Words(
        "Een algoritme werkt met gegevens, bijvoorbeeld adressen of metingen. Kies een gegevensbron om te zien welke "
        "algoritmes die gebruiken.",
        "An algorithm works with data, such as addresses or measurements. Choose a data source to see which algorithms "
        "use it.",
    ),
    search=Words("Zoek een gegevensbron", "Find a data source"),
    total=(
        Words("{count} gegevensbron", "{count} data source"),
        Words("{count} gegevensbronnen", "{count} data sources"),
    ),
    told=(
        Words("{count} algoritme gebruikt deze gegevens.", "{count} algorithm uses this data."),
        Words("{count} algoritmes gebruiken deze gegevens.", "{count} algorithms use this data."),
    ),
    none=Words("Er zijn nog geen gegevensbronnen gemeld.", "No data sources have been reported yet."),
    order=COUNT,
)
USED: Plural = (
    Words("Daarvan is er {count} in gebruik.", "Of these, {count} is in use."),
    Words("Daarvan zijn er {count} in gebruik.", "Of these, {count} are in use."),
)

# What each theme of the standard is about, in our own words: the standard gives names only.
ABOUT = {
    "organisatie-en-bedrijfsvoering": Words(
        "Hoe de overheid haar eigen werk regelt. Denk aan personeel, post, archief en computers.",
        "How government organises its own work. Think of staff, mail, archives and computers.",
    ),
    "cultuur-en-recreatie": Words(
        "Kunst, musea, bibliotheken, sport en vrije tijd.", "Art, museums, libraries, sports and leisure."
    ),
    "economie": Words(
        "Winkels, bedrijven, markten en horeca. Ook vergunningen en hulp voor ondernemers horen erbij.",
        "Shops, businesses, markets, cafés and restaurants. Also permits and help for entrepreneurs.",
    ),
    "overheidsfinancien": Words(
        "Het geld van de overheid: belastingen, de waarde van uw huis (WOZ), subsidies en uitgaven.",
        "Public money: taxes, the official value of your home (WOZ), grants and spending.",
    ),
    "wonen": Words(
        "Huren, kopen en bouwen. Denk aan wachtlijsten, woonfraude en een huis zonder aardgas.",
        "Renting, buying and building. Think of waiting lists, housing fraud and homes without natural gas.",
    ),
    "internationaal": Words(
        "Samenwerking met andere landen en met de Europese Unie.",
        "Working together with other countries and with the European Union.",
    ),
    "migratie-en-integratie": Words(
        "Mensen die naar Nederland komen: asiel, inburgering en opvang.",
        "People who come to the Netherlands: asylum, civic integration and reception.",
    ),
    "natuur-en-milieu": Words(
        "Bomen, dieren, water, lucht, afval en energie.", "Trees, animals, water, air, waste and energy."
    ),
    "onderwijs-en-wetenschap": Words(
        "Scholen, leerplicht, vervoer van leerlingen en onderzoek.",
        "Schools, compulsory education, transport of pupils and research.",
    ),
    "openbare-orde-en-veiligheid": Words(
        "Veiligheid op straat en in huis. Denk aan politie, brandweer, toezicht en camera’s.",
        "Safety in the street and at home. Think of police, fire brigade, enforcement and cameras.",
    ),
    "recht": Words(
        "Wetten, regels en rechters. Ook bezwaar maken tegen een besluit hoort erbij.",
        "Laws, rules and judges. Objecting to a decision belongs here too.",
    ),
    "ruimte-en-infrastructuur": Words(
        "Wat waar mag staan of komt: gebouwen, straten, riolen, kabels en kaarten.",
        "What may stand or is built where: buildings, streets, sewers, cables and maps.",
    ),
    "sociale-zekerheid": Words(
        "Geld voor wie dat zelf niet genoeg heeft: bijstand, toeslagen en hulp bij schulden.",
        "Money for who does not have enough: social assistance, allowances and help with debts.",
    ),
    "verkeer": Words(
        "Auto, fiets, bus en trein. Denk aan parkeren, drukte en strooien bij gladheid.",
        "Cars, bicycles, buses and trains. Think of parking, busy roads and gritting.",
    ),
    "werk": Words(
        "Werk vinden, werk houden en eerlijke regels op het werk.",
        "Finding work, keeping work and fair rules at work.",
    ),
    "zorg-en-gezondheid": Words(
        "Hulp bij ziekte, ouderdom of een beperking. Ook jeugdhulp en vaccinaties horen erbij.",
        "Help with illness, old age or a disability. Youth care and vaccinations belong here too.",
    ),
}
THEMES_BY_SLUG = {slug_of(theme.value): theme for theme in THEMES}


def told(words: Plural, count: int) -> str:
    """Return the sentence for a number, in the page's language."""
    return str(words[count != 1]).format(count=count)


def data_lang() -> str:
    """The language of names that are data, when it is not the page's."""
    return "" if language() == "nl" else "nl"


# -- lists -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a way as its list shows it; `key` is its folded name."""

    slug: str
    label: str
    key: str
    count: int
    in_use: int


def entries(index: Bitset, facet: str) -> list[Entry]:
    """Return every value of a facet, by name; made once for each state of the register."""
    kept = index.memory.get(f"across {facet}")
    if kept is None:
        kept = index.memory[f"across {facet}"] = named(
            index, facet, ((slug, index.labels[facet, slug]) for slug in index.facets.get(facet, {}))
        )
    return cast(list[Entry], kept)


def named(index: Bitset, facet: str, names: Iterable[tuple[str, str]]) -> list[Entry]:
    """Return an entry for each (slug, name), by name, also for those that no record has."""
    used = index.having("status", [IN_USE])
    made = []
    for slug, name in names:
        records = index.having(facet, [slug])
        made.append(Entry(slug, name, fold(name), records.bit_count(), (records & used).bit_count()))
    return sorted(made, key=lambda entry: (entry.key, entry.slug))


def asked(way: Way, query: QueryDict) -> QueryDict:
    """Return what a list understands of a query; an unknown order is the usual one."""
    known = QueryDict(mutable=True)
    if words := search.typed(query):
        known["zoek"] = words
    if query.get("sorteer") in ORDERS and query["sorteer"] != way.order:
        known["sorteer"] = str(query["sorteer"])
    return known


def listed(way: Way, all_entries: list[Entry], query: QueryDict) -> list[Entry]:
    """Return the entries that a known query asks for, in its order. Each word must stand in the name."""
    found = all_entries
    if typed := query.get("zoek", ""):
        # What folds to nothing, as other scripts do, is compared as it stands.
        words, plain = fold(typed).split(), typed.casefold()
        found = [
            entry
            for entry in all_entries
            if (words and all(word in entry.key for word in words)) or plain in entry.label.casefold()
        ]
    if query.get("sorteer", way.order) == COUNT:
        return sorted(found, key=lambda entry: -entry.count)  # keeps the names in order
    return found


def orders(way: Way, query: QueryDict) -> list[tuple[str, Words, bool]]:
    """Return the orders to choose from: (value, label, whether it is this one)."""
    chosen = query.get("sorteer", way.order)
    return [(value, label, value == chosen) for value, label in ORDERS.items()]


def shortened(text: str, most: int = MOST_CHARACTERS) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


@dataclass(frozen=True)
class Row:
    """A line of a list; `share` is how much of the largest one, in hundredths; 0 when all are few."""

    entry: Entry
    address: str
    share: int


def rows(way: Way, shown: Iterable[Entry], largest: int) -> list[Row]:
    return [
        Row(
            entry,
            reverse(f"{way.address}-detail", args=[entry.slug]),
            max(1, entry.count * 100 // largest) if entry.count and largest >= MUCH else 0,
        )
        for entry in shown
    ]


# -- what goes together ------------------------------------------------------------------------------------------------

# In this order, without what a page is itself about: a second value of one facet widens a list, it never narrows it.
BESIDE = {
    "status": FACETS["status"].label,
    "categorie": FACETS["categorie"].label,
    "risicoklasse": FACETS["risicoklasse"].label,
    "thema": THEME.title,
    "organisatie": ORGANIZATIONS.title,
    "leverancier": SUPPLIERS.title,
    "gegevensbron": Words("Gegevensbronnen", "Data sources"),
}
ALWAYS = ("status", "categorie")  # one value, which the standard requires; older records may lack it


@dataclass(frozen=True)
class Value:
    label: str
    lang: str
    count: int
    address: str


@dataclass(frozen=True)
class Beside:
    """One facet of the records of a page: its values, most frequent first, and how many more there are.

    `unknown` is how many records leave empty what every record should tell.
    """

    label: Words
    values: list[Value]
    more: int
    unknown: int


def address_of(facet: str, slugs: list[str], also: tuple[str, str] | None = None) -> str:
    """Return the list of algorithms with any of these values, and with one value of another facet."""
    query = QueryDict(mutable=True)
    query.setlist(facet, slugs)
    if also:
        query[also[0]] = also[1]
    return f"{reverse('algorithm-list')}?{query.urlencode()}"


def beside(found: Found, facet: str) -> list[Beside]:
    """Return what goes together with the records of a page that is about `facet`. One query, of names."""
    if not found.count:
        return []
    left_out = {facet, "organisatie" if facet == "afdeling" else facet}
    counts = {key: found.index.counts(key, found.records) for key in BESIDE if key not in left_out}
    names: dict[str, str] = {}
    if "organisatie" in counts:
        current = Organization.objects.filter(slug__in=_most_frequent(counts["organisatie"]))
        names = dict(current.values_list("slug", "name"))  # not those of old documents
    made = []
    for key, values in counts.items():
        unknown = found.count - sum(values.values()) if key in ALWAYS else 0
        if not values and not unknown:
            continue
        labels = {slug_of(choice.value): str(choice.label) for choice in FACETS[key].choices}
        shown = []
        for slug in _most_frequent(values):
            label = labels.get(slug) or names.get(slug if key == "organisatie" else "") or found.index.labels[key, slug]
            lang = "" if slug in labels else data_lang()
            shown.append(Value(label, lang, values[slug], address_of(facet, found.chosen[facet], (key, slug))))
        made.append(Beside(BESIDE[key], shown, len(values) - len(shown), unknown))
    return made


def _most_frequent(counts: dict[str, int]) -> list[str]:
    return sorted(counts, key=lambda slug: (-counts[slug], slug))[:MOST_BESIDE]


# -- departments -------------------------------------------------------------------------------------------------------


@dataclass
class Branch:
    """A department in its organisation. Without `slug` only those below it stand in the register.

    `slugs` are its own and those of all below it; `count` is of all of them.
    """

    name: str
    slug: str = ""
    slugs: list[str] = field(default_factory=list)
    count: int = 0
    below: list[Branch] = field(default_factory=list)


def tree(index: Bitset, departments: Iterable[Department], above: str = "") -> list[Branch]:
    """Return departments by their path, those below `above` only; levels that are too deep stay in one name."""
    top = Branch("")
    known: dict[tuple[str, ...], Branch] = {(): top}
    for department in sorted(departments, key=lambda row: row.path):
        if above and not department.path.startswith(f"{above} / "):
            continue
        path = department.path[len(above) + 3 :] if above else department.path
        parts = tuple(path.split(" / ", MOST_LEVELS - 1))
        for level in range(1, len(parts) + 1):
            branch = known.get(parts[:level])
            if branch is None:
                branch = known[parts[:level]] = Branch(parts[level - 1])
                known[parts[: level - 1]].below.append(branch)
            branch.slugs.append(department.slug)
        known[parts].slug = department.slug
    for branch in known.values():
        branch.count = index.having(DEPARTMENTS.facet, branch.slugs).bit_count()
    return top.below


def within(department: Department, departments: Iterable[Department]) -> list[str]:
    """Return the slugs of a department and of those below it."""
    below = [row.slug for row in departments if row.path.startswith(f"{department.path} / ")]
    return [department.slug, *sorted(below)]
