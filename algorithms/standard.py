"""The Dutch publication standard for algorithm registers, version 1.0, as data; and what this register adds to it.

Source: MinBZK, Algoritmeregister-Publicatiestandaard, chapter 2 (guide 1.0.0a), and the national register's own
configuration (`v1_0.json`, `layouts/v1_0.json`). Keys are the national register's, so a fact has one name in the
database, the API and the exports. Fields with `in_standard=False` are this register's own (DESIGN §3).

Where guide, schema and practice disagree, a text is stored up to the looser limit (`max_length`, the schema that the
national register runs) and the author is warned from the stricter one (`advised_length`, the guide). Fields that the
guide calls "always shown" are shown when empty, also where the national page hides them; the end date is not, because
it is empty for everything in use.

Labels, help and examples exist in Dutch and English; `Words.__str__` gives the active language's. This module
imports nothing of the project: everything else reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from django.utils.functional import lazy
from django.utils.translation import get_language

VERSION = "1.0"
LANGUAGE = "nld"  # ISO 639-3, the language a record is written in
TRANSLATIONS = ("eng",)  # ISO 639-3, the languages a record may be translated into
HARD_LIMIT = 100_000  # visible characters of any text; no older standard allows more than 10,000


class Show(Enum):
    """When the public page shows a field: the standard's row "Altijd tonen"."""

    REQUIRED = "verplicht"  # a person cannot publish a record without it
    ALWAYS = "ja"  # when empty the page says "Veld niet ingevuld"
    IF_FILLED = "nee"
    NEVER = "nooit"  # metadata: in the API and exports only


class Kind(Enum):
    """What a value is, and so how it is checked, edited and shown."""

    LINE = "line"  # plain text on one line
    TEXT = "text"  # plain text, line breaks kept
    RICH = "rich"  # the HTML subset of richtext.py
    CHOICE = "choice"  # one of `choices`
    CHOICES = "choices"  # a list of `choices`
    MONTH = "month"  # "yyyy-mm"
    URL = "url"  # an http or https address
    CONTACT = "contact"  # a mail address or an http(s) address
    ROWS = "rows"  # a list of objects with `columns`
    ORGANIZATION = "organization"
    DEPARTMENT = "department"


@dataclass(frozen=True)
class Words:
    """One text in Dutch and English; `str()` gives that of the active language."""

    nl: str
    en: str

    def __str__(self) -> str:
        return self.en if (get_language() or "nl").startswith("en") else self.nl

    def __bool__(self) -> bool:
        return bool(self.nl)


@dataclass(frozen=True)
class Choice:
    """A permitted value: `value` is stored and exchanged, `label` is read."""

    value: str
    label: Words


@dataclass(frozen=True)
class Column:
    """One column of a repeating group."""

    key: str
    label: Words
    kind: Kind = Kind.LINE
    max_length: int = 500
    choices: tuple[Choice, ...] = ()
    translated: bool = False
    required: bool = False
    help: Words = Words("", "")


@dataclass(frozen=True)
class Field:
    """One field of a record.

    `max_length` and `advised_length` count visible characters (markup is free).
    """

    key: str
    label: Words
    kind: Kind
    show: Show = Show.IF_FILLED
    help: Words = Words("", "")
    example: Words = Words("", "")
    max_length: int = HARD_LIMIT
    advised_length: int | None = None
    choices: tuple[Choice, ...] = ()
    columns: tuple[Column, ...] = ()
    in_standard: bool = True

    @property
    def translated(self) -> bool:
        """Whether the text exists once per language (facts exist once)."""
        return self.key in TRANSLATED

    @property
    def required(self) -> bool:
        return self.show is Show.REQUIRED


@dataclass(frozen=True)
class Section:
    """A heading of the record; `intro` tells readers in one sentence what they find under it."""

    slug: str
    title: Words
    fields: tuple[Field, ...]
    intro: Words = Words("", "")


def same(*values: str) -> tuple[Choice, ...]:
    """Choices whose Dutch label is the stored value itself."""
    nl_en = [value.split(" = ") for value in values]
    return tuple(Choice(nl, Words(nl, en)) for nl, en in nl_en)


STATUSES = same("In ontwikkeling = In development", "In gebruik = In use", "Buiten gebruik = Out of use")
THEMES = same(
    "Organisatie en bedrijfsvoering = Organisation and operations",
    "Cultuur en recreatie = Culture and recreation",
    "Economie = Economy",
    "Overheidsfinanciën = Public finance",
    "Wonen = Housing",
    "Internationaal = International",
    "Migratie en integratie = Migration and integration",
    "Natuur en milieu = Nature and environment",
    "Onderwijs en wetenschap = Education and science",
    "Openbare orde en veiligheid = Public order and safety",
    "Recht = Law",
    "Ruimte en infrastructuur = Space and infrastructure",
    "Sociale zekerheid = Social security",
    "Verkeer = Traffic",
    "Werk = Work",
    "Zorg en gezondheid = Care and health",
)
PUBLICATION_CATEGORIES = same(
    "Hoog-risico AI-systeem = High-risk AI system",
    "Impactvolle algoritmes = Impactful algorithms",
    "Overige algoritmes = Other algorithms",
)
# The first title is spelt right; the national list says "Assesment", its filter does not (publication-standard §1.2).
IMPACT_ASSESSMENTS = (
    "AI Impact Assessment (AIIA)",
    "Data Protection Impact Assessment (DPIA)",
    "De Ethische Bijsluiter",
    "De Ethische Data Assistant (DEDA)",
    "Fundamentele Rechten en Algoritme Impact Assessment (FRAIA)",
    "Impact Assessment Mensenrechten en Algoritmes (IAMA)",
    "Pre-scan DPIA",
    "Privacy Quickscan",
    "Toetsingskader Algemene Rekenkamer",
    "Utrecht Uthiek Assessment",
    "Z-Inspection",
)
LANGUAGES = (Choice(LANGUAGE, Words("Nederlands", "Dutch")),)
STANDARD_VERSIONS = (Choice(VERSION, Words(VERSION, VERSION)),)
RISK_CLASSES = (
    Choice("unacceptable", Words("Onaanvaardbaar", "Unacceptable")),
    Choice("high", Words("Hoog", "High")),
    Choice("limited", Words("Beperkt", "Limited")),
    Choice("low", Words("Laag of minimaal", "Low or minimal")),
    Choice("unknown", Words("Onbekend", "Unknown")),
)
PERSONAL_DATA = (
    Choice("none", Words("Geen persoonsgegevens", "No personal data")),
    Choice("pseudonymised", Words("Gepseudonimiseerd", "Pseudonymised")),
    Choice("identifiable", Words("Herleidbare persoonsgegevens", "Identifiable personal data")),
    Choice("special", Words("Bijzondere persoonsgegevens", "Special categories of personal data")),
    Choice("unknown", Words("Onbekend", "Unknown")),
)
SELF_LEARNING = (
    Choice("yes", Words("Ja, zelflerend", "Yes, self-learning")),
    Choice("no", Words("Nee, vaste regels of een vast model", "No, fixed rules or a fixed model")),
    Choice("unknown", Words("Onbekend", "Unknown")),
)
CONTACT_KINDS = (
    Choice("email", Words("E-mail", "Email")),
    Choice("phone", Words("Telefoon", "Phone")),
    Choice("url", Words("Webpagina", "Web page")),
    Choice("post", Words("Postadres", "Postal address")),
    Choice("other", Words("Anders", "Other")),
)
PARTY_ROLES = (
    Choice("supplier", Words("Leverancier", "Supplier")),
    Choice("data_supplier", Words("Dataleverancier", "Data supplier")),
    Choice("developer", Words("Ontwikkelaar", "Developer")),
    Choice("operator", Words("Uitvoerder", "Operator")),
    Choice("auditor", Words("Controleur", "Auditor")),
)
STEP_KINDS = (
    Choice("data", Words("Gegevens", "Data")),
    Choice("algorithm", Words("Algoritme", "Algorithm")),
    Choice("person", Words("Mens", "Person")),
    Choice("decision", Words("Besluit", "Decision")),
)
REFERENCE_KINDS = (
    Choice("decision", Words("Besluit", "Decision")),
    Choice("policy", Words("Beleid", "Policy")),
    Choice("literature", Words("Onderzoek of literatuur", "Research or literature")),
    Choice("contract", Words("Contract", "Contract")),
    Choice("code", Words("Broncode", "Source code")),
    Choice("page", Words("Webpagina", "Web page")),
    Choice("other", Words("Anders", "Other")),
)


def links(title_length: int, link_required: bool) -> tuple[Column, ...]:
    """The columns of the standard's pairs of title and link."""
    return (
        Column(
            "title",
            Words("Titel", "Title"),
            max_length=title_length,
            translated=True,
            required=True,
            help=Words("De naam die bezoekers als link zien.", "The name that visitors see as the link."),
        ),
        Column(
            "link",
            Words("Link", "Link"),
            Kind.URL,
            required=link_required,
            help=Words("Het volledige webadres, met https:// ervoor.", "The full web address, starting with https://."),
        ),
    )


SECTIONS: tuple[Section, ...] = (
    Section(
        "algemene-informatie",
        Words("Algemene informatie", "General information"),
        (
            Field(
                "name",
                Words("Naam", "Name"),
                Kind.LINE,
                Show.REQUIRED,
                help=Words(
                    "Geef het algoritme een korte, duidelijke naam, het liefst met een werkwoord. "
                    "Vermijd afkortingen en namen van projecten. "
                    "Maximaal 100 tekens.",
                    "Give the algorithm a short, clear name, preferably with a verb. "
                    "Avoid abbreviations and project names. "
                    "At most 100 characters.",
                ),
                example=Words("Strooiroutes plannen bij gladheid", "Planning gritting routes for icy roads"),
                max_length=100,
                advised_length=99,
            ),
            Field(
                "description_short",
                Words("Korte omschrijving", "Short description"),
                Kind.TEXT,
                Show.REQUIRED,
                help=Words(
                    "Vertel in twee of drie zinnen wat het algoritme doet en voor wie. "
                    "Schrijf voor een lezer die er nog niets van weet. "
                    "Maximaal 400 tekens; korter dan 350 is beter.",
                    "Say in two or three sentences what the algorithm does and for whom. "
                    "Write for a reader who knows nothing about it yet. "
                    "At most 400 characters; fewer than 350 is better.",
                ),
                example=Words(
                    "Dit algoritme berekent bij gladheid de snelste routes voor strooiwagens. "
                    "Zo zijn drukke wegen en fietspaden op tijd gestrooid. "
                    "Een medewerker beslist altijd zelf of er wordt gestrooid.",
                    "This algorithm works out the fastest routes for gritting lorries when roads are icy. "
                    "Busy roads and cycle paths are then gritted in time. "
                    "An employee always decides whether to grit.",
                ),
                max_length=400,
                advised_length=349,
            ),
            Field(
                "organization",
                Words("Organisatie", "Organisation"),
                Kind.ORGANIZATION,
                Show.REQUIRED,
                help=Words(
                    "Kies de organisatie die het algoritme gebruikt en daarvoor verantwoordelijk is. "
                    "Kies er één. "
                    "Een andere gebruiker maakt een eigen beschrijving.",
                    "Choose the organisation that uses the algorithm and is responsible for it. "
                    "Choose only one. "
                    "Another user writes a description of its own.",
                ),
                example=Words("Gemeente Voorbeeldstad", "Municipality of Voorbeeldstad"),
            ),
            Field(
                "department",
                Words("Afdeling", "Department"),
                Kind.DEPARTMENT,
                help=Words(
                    "Kies de afdeling die met het algoritme werkt. "
                    "Noem hier nooit een medewerker. "
                    "Lezers zien zo welk deel van de organisatie dit doet.",
                    "Choose the department that works with the algorithm. "
                    "Never name an employee here. "
                    "Readers can then see which part of the organisation does this.",
                ),
                example=Words("Stadsbeheer / Wegen en gladheid", "City Maintenance / Roads and Winter Service"),
                in_standard=False,
            ),
            Field(
                "category",
                Words("Thema", "Theme"),
                Kind.CHOICES,
                Show.ALWAYS,
                help=Words(
                    "Kies een of meer thema's die bij het algoritme passen. "
                    "Bezoekers gebruiken het thema om te zoeken. "
                    "Kies alleen wat echt past.",
                    "Choose one or more themes that suit the algorithm. "
                    "Visitors use the theme to search. "
                    "Choose only what really fits.",
                ),
                example=Words("Verkeer, Ruimte en infrastructuur", "Traffic, Space and infrastructure"),
                choices=THEMES,
            ),
            Field(
                "status",
                Words("Status", "Status"),
                Kind.CHOICE,
                Show.REQUIRED,
                help=Words(
                    "Kies of het algoritme nog wordt gemaakt, in gebruik is of is gestopt. "
                    "Pas dit aan zodra er iets verandert.",
                    "Choose whether the algorithm is being made, is in use or has stopped. "
                    "Change this as soon as the situation changes.",
                ),
                example=Words("In gebruik", "In use"),
                choices=STATUSES,
            ),
            Field(
                "begin_date",
                Words("Begindatum", "Start date"),
                Kind.MONTH,
                Show.ALWAYS,
                help=Words(
                    "De maand waarin het gebruik begon of naar verwachting begint. "
                    "Schrijf eerst het jaar en dan de maand: jjjj-mm.",
                    "The month in which use began or is expected to begin. "
                    "Write the year first and then the month: yyyy-mm.",
                ),
                example=Words("2023-11", "2023-11"),
            ),
            Field(
                "end_date",
                Words("Einddatum", "End date"),
                Kind.MONTH,
                help=Words(
                    "De maand waarin het gebruik stopte, geschreven als jjjj-mm. "
                    "Laat dit leeg zolang het algoritme in gebruik is.",
                    "The month in which use stopped, written as yyyy-mm. "
                    "Leave this empty while the algorithm is in use.",
                ),
                example=Words("2026-03", "2026-03"),
            ),
            Field(
                "contact_email",
                Words("Contactgegevens", "Contact details"),
                Kind.CONTACT,
                Show.REQUIRED,
                help=Words(
                    "Het mailadres of webadres waar mensen een vraag kunnen stellen. "
                    "Kies een algemeen adres, nooit het mailadres van een medewerker. "
                    "Maximaal 500 tekens.",
                    "The email or web address where people can ask a question. "
                    "Use a general address, never the email address of an employee. "
                    "At most 500 characters.",
                ),
                example=Words("gladheid@voorbeeldstad.example", "gladheid@voorbeeldstad.example"),
                max_length=500,
            ),
            Field(
                "contact_points",
                Words("Meer contactgegevens", "More contact details"),
                Kind.ROWS,
                help=Words(
                    "Noem andere manieren om contact op te nemen, zoals telefoon of post. "
                    "Gebruik ook hier geen namen of nummers van medewerkers.",
                    "List other ways to get in touch, such as phone or post. "
                    "Here too, do not use names or numbers of employees.",
                ),
                example=Words(
                    "Soort: Postadres. "
                    "Gegeven: Postbus 100, 1234 AB Voorbeeldstad. "
                    "Toelichting: zet Gladheid op de envelop.",
                    "Kind: Postal address. "
                    "Value: Postbus 100, 1234 AB Voorbeeldstad. "
                    "Remark: write Gladheid on the envelope.",
                ),
                in_standard=False,
                columns=(
                    Column("kind", Words("Soort", "Kind"), Kind.CHOICE, choices=CONTACT_KINDS, required=True),
                    Column(
                        "value",
                        Words("Gegeven", "Value"),
                        required=True,
                        help=Words(
                            "Het nummer of adres zelf; gebruik geen gegevens van een medewerker.",
                            "The number or address itself; do not use that of an employee.",
                        ),
                    ),
                    Column(
                        "label",
                        Words("Toelichting", "Remark"),
                        max_length=200,
                        translated=True,
                        help=Words(
                            "Waarvoor of wanneer mensen dit kunnen gebruiken.", "What people can use this for, or when."
                        ),
                    ),
                ),
            ),
            Field(
                "website",
                Words("Link naar publiekspagina", "Link to public page"),
                Kind.URL,
                help=Words(
                    "Een openbare pagina waar inwoners meer lezen over het algoritme of het onderwerp. "
                    "Geef het volledige adres, met https:// ervoor. "
                    "Maximaal 500 tekens.",
                    "A public page where residents can read more about the algorithm or the subject. "
                    "Give the full address, starting with https://. "
                    "At most 500 characters.",
                ),
                example=Words("https://voorbeeldstad.example/strooien", "https://voorbeeldstad.example/strooien"),
                max_length=500,
            ),
            Field(
                "publication_category",
                Words("Publicatiecategorie", "Publication category"),
                Kind.CHOICE,
                Show.REQUIRED,
                help=Words(
                    "A, hoog-risico AI-systeem: de Europese AI-verordening deelt het in deze klasse in. "
                    "B, impactvol: geen A, maar wel met gevolgen voor mensen of bedrijven. "
                    "C, overig: alle andere algoritmes.",
                    "A, high-risk AI system: the European AI Act puts it in this class. "
                    "B, impactful: not A, but it does affect people or businesses. "
                    "C, other: all other algorithms.",
                ),
                example=Words("Overige algoritmes", "Other algorithms"),
                choices=PUBLICATION_CATEGORIES,
            ),
            Field(
                "url",
                Words("Link naar bronregistratie", "Link to source registration"),
                Kind.URL,
                help=Words(
                    "Staat de beschrijving ook in een ander register, geef dan het webadres daar. "
                    "Laat dit leeg als dit register de bron is. "
                    "Maximaal 500 tekens.",
                    "If the description is also in another register, give its web address there. "
                    "Leave this empty if this register is the source. "
                    "At most 500 characters.",
                ),
                example=Words(
                    "https://register.voorbeeldstad.example/strooiroutes",
                    "https://register.voorbeeldstad.example/strooiroutes",
                ),
                max_length=500,
            ),
        ),
        intro=Words(
            "Hier leest u wie dit algoritme gebruikt, sinds wanneer en waar u terechtkunt met vragen.",
            "Here you can read who uses this algorithm, since when, and where to ask questions.",
        ),
    ),
    Section(
        "overzicht",
        Words("Overzicht", "Overview"),
        (
            Field(
                "description",
                Words("Omschrijving", "Description"),
                Kind.RICH,
                help=Words(
                    "Leg uit wat het algoritme doet, waarom het nodig is en wie ermee werkt. "
                    "Hier is meer ruimte dan in de korte omschrijving. "
                    "Maximaal 10.000 zichtbare tekens.",
                    "Explain what the algorithm does, why it is needed and who works with it. "
                    "There is more room here than in the short description. "
                    "At most 10,000 visible characters.",
                ),
                example=Words(
                    "Bij gladheid moeten wegen en fietspaden snel veilig zijn. "
                    "Het algoritme bekijkt welke wegen glad worden en welke strooiwagens vrij zijn. "
                    "Daarna stelt het voor elke wagen een route voor.",
                    "When it is icy, roads and cycle paths must quickly be made safe. "
                    "The algorithm looks at which roads will freeze and which lorries are free. "
                    "It then suggests a route for each lorry.",
                ),
                in_standard=False,
                max_length=10_000,
            ),
            Field(
                "affected",
                Words("Over wie gaat het", "Who it concerns"),
                Kind.TEXT,
                help=Words(
                    "Noem in gewone woorden wie iets van de uitkomst merkt. "
                    "Noem groepen, geen personen. "
                    "Maximaal 500 tekens; 200 of minder is beter.",
                    "Say in everyday words who notices the outcome. "
                    "Name groups, not individuals. "
                    "At most 500 characters; 200 or fewer is better.",
                ),
                example=Words(
                    "Iedereen die bij gladheid in de gemeente fietst, loopt of rijdt.",
                    "Everyone who cycles, walks or drives in the municipality when it is icy.",
                ),
                in_standard=False,
                max_length=500,
                advised_length=200,
            ),
            Field(
                "steps",
                Words("Van gegevens naar besluit", "From data to decision"),
                Kind.ROWS,
                help=Words(
                    "Beschrijf in stappen hoe gegevens tot een besluit leiden. "
                    "Zeg bij elke stap wie of wat iets doet. "
                    "Laat zien waar een mens meekijkt of beslist.",
                    "Describe step by step how data lead to a decision. "
                    "At each step, say who or what does something. "
                    "Show where a person checks or decides.",
                ),
                example=Words(
                    "1. "
                    "Gegevens: sensoren meten de temperatuur van de weg. 2. "
                    "Algoritme: de planner stelt routes voor. 3. "
                    "Mens: de coördinator bekijkt de routes. 4. "
                    "Besluit: de coördinator stuurt de wagens op pad.",
                    "1. "
                    "Data: sensors measure the temperature of the road. 2. "
                    "Algorithm: the planner suggests routes. 3. "
                    "Person: the coordinator checks the routes. 4. "
                    "Decision: the coordinator sends out the lorries.",
                ),
                in_standard=False,
                columns=(
                    Column(
                        "kind",
                        Words("Soort stap", "Kind of step"),
                        Kind.CHOICE,
                        choices=STEP_KINDS,
                        required=True,
                        help=Words(
                            "Kies Besluit voor de stap waarin de keuze valt.",
                            "Choose Decision for the step in which the choice is made.",
                        ),
                    ),
                    Column(
                        "actor",
                        Words("Wie of wat", "Who or what"),
                        max_length=200,
                        translated=True,
                        required=True,
                        help=Words(
                            "Een bron, het algoritme of een functie; noem geen namen van personen.",
                            "A source, the algorithm or a job title; do not name people.",
                        ),
                    ),
                    Column(
                        "action",
                        Words("Doet wat", "Does what"),
                        Kind.TEXT,
                        max_length=1000,
                        translated=True,
                        help=Words(
                            "Begin met een werkwoord, zoals meet, berekent of beoordeelt.",
                            "Start with a verb, such as measures, calculates or assesses.",
                        ),
                    ),
                ),
            ),
        ),
        intro=Words(
            "Hier leest u wat het algoritme doet en hoe de uitkomst tot een besluit leidt.",
            "Here you can read what the algorithm does and how it leads to a decision.",
        ),
    ),
    Section(
        "verantwoord-gebruik",
        Words("Verantwoord gebruik", "Responsible use"),
        (
            Field(
                "goal",
                Words("Doel en impact", "Purpose and impact"),
                Kind.RICH,
                Show.ALWAYS,
                help=Words(
                    "Waarom gebruikt u dit algoritme, en wat merken mensen ervan? "
                    "Schrijf voor inwoners en noem een doel dat te controleren is. "
                    "Maximaal 2.500 zichtbare tekens.",
                    "Why do you use this algorithm, and what do people notice? "
                    "Write for residents and name a goal that can be checked. "
                    "At most 2,500 visible characters.",
                ),
                example=Words(
                    "Het doel is dat belangrijke wegen binnen drie uur zijn gestrooid. "
                    "Inwoners gaan daardoor veiliger op weg. "
                    "De wagens rijden minder en gebruiken minder zout.",
                    "The goal is to grit important roads within three hours. "
                    "Residents can then travel more safely. "
                    "The lorries drive less and use less salt.",
                ),
                max_length=2500,
                advised_length=2499,
            ),
            Field(
                "impact",
                Words("Impact", "Impact"),
                Kind.RICH,
                help=Words(
                    "Beschrijf hier de gevolgen als ze meer uitleg nodig hebben dan bij Doel en impact. "
                    "Noem ook nadelen en wie die heeft. "
                    "Maximaal 5.000 zichtbare tekens.",
                    "Describe the effects here if they need more explanation than under Purpose and impact. "
                    "Mention drawbacks too, and who has them. "
                    "At most 5,000 visible characters.",
                ),
                example=Words(
                    "Wegen naar het ziekenhuis, de brandweer en scholen gaan voor. "
                    "In een rustige straat komt de strooiwagen daardoor soms later. "
                    "Bewoners kunnen een gladde plek melden.",
                    "Roads to the hospital, the fire station and schools come first. "
                    "In a quiet street, the lorry may therefore come later. "
                    "Residents can report an icy spot.",
                ),
                in_standard=False,
                max_length=5000,
            ),
            Field(
                "proportionality",
                Words("Afwegingen", "Considerations"),
                Kind.RICH,
                Show.ALWAYS,
                help=Words(
                    "Leg uit waarom de voordelen opwegen tegen de nadelen. "
                    "Noem ook de andere oplossingen die u hebt bekeken. "
                    "Maximaal 2.500 zichtbare tekens.",
                    "Explain why the benefits outweigh the drawbacks. "
                    "Also name the other solutions you considered. "
                    "At most 2,500 visible characters.",
                ),
                example=Words(
                    "Vaste routes zijn eenvoudiger, maar dan strooien we ook waar het niet glad is. "
                    "Het algoritme bespaart zout en tijd. "
                    "Er zijn geen persoonsgegevens voor nodig.",
                    "Fixed routes are simpler, but then we also grit where there is no ice. "
                    "The algorithm saves salt and time. "
                    "It needs no personal data.",
                ),
                max_length=2500,
                advised_length=2499,
            ),
            Field(
                "non_discrimination",
                Words("Tegengaan van ongelijke behandeling", "Preventing unequal treatment"),
                Kind.RICH,
                help=Words(
                    "Hoe voorkomt u dat groepen mensen zonder goede reden anders worden behandeld? "
                    "Noem wat u hebt onderzocht en wat eruit kwam. "
                    "Maximaal 5.000 zichtbare tekens.",
                    "How do you prevent groups from being treated differently without good reason? "
                    "Say what you examined and what you found. "
                    "At most 5,000 visible characters.",
                ),
                example=Words(
                    "Elk jaar vergelijken we per wijk hoe snel er is gestrooid. "
                    "Het verschil tussen wijken was de laatste keer hooguit tien minuten. "
                    "Het algoritme gebruikt geen kenmerken van bewoners.",
                    "Every year we compare how quickly each district was gritted. "
                    "Last time, districts differed by ten minutes at most. "
                    "The algorithm uses no characteristics of residents.",
                ),
                in_standard=False,
                max_length=5000,
            ),
            Field(
                "human_intervention",
                Words("Menselijke tussenkomst", "Human intervention"),
                Kind.RICH,
                Show.ALWAYS,
                help=Words(
                    "Wie bekijkt de uitkomst, wie beslist en wie kan ervan afwijken? "
                    "Noem functies, geen namen van personen. "
                    "Maximaal 2.500 zichtbare tekens.",
                    "Who checks the outcome, who decides and who can depart from it? "
                    "Use job titles, not names of people. "
                    "At most 2,500 visible characters.",
                ),
                example=Words(
                    "De coördinator bekijkt elke route en kan die veranderen. "
                    "Zonder akkoord van de coördinator rijdt er geen wagen. "
                    "Een chauffeur kiest een andere weg als een straat dicht is.",
                    "The coordinator checks every route and can change it. "
                    "No lorry leaves without the coordinator's approval. "
                    "A driver takes another road if a street is closed.",
                ),
                max_length=2500,
                advised_length=2499,
            ),
            Field(
                "oversight",
                Words("Toezicht", "Oversight"),
                Kind.RICH,
                help=Words(
                    "Wie controleert of het algoritme goed en eerlijk wordt gebruikt, en hoe vaak? "
                    "Noem bijvoorbeeld een audit, een commissie of de gemeenteraad. "
                    "Maximaal 5.000 zichtbare tekens.",
                    "Who checks that the algorithm is used well and fairly, and how often? "
                    "Mention, for example, an audit, a committee or the council. "
                    "At most 5,000 visible characters.",
                ),
                example=Words(
                    "Na elke winter beoordeelt de afdeling Wegen alle routes. "
                    "De gemeenteraad krijgt daarvan een verslag. "
                    "Een bureau van buiten controleert het algoritme om de drie jaar.",
                    "After every winter, the Roads department reviews all routes. "
                    "The council receives a report. "
                    "An outside firm checks the algorithm every three years.",
                ),
                in_standard=False,
                max_length=5000,
            ),
            Field(
                "risks",
                Words("Risicobeheer", "Risk management"),
                Kind.RICH,
                Show.ALWAYS,
                help=Words(
                    "Wat kan er misgaan, en wat doet u daartegen? "
                    "Vertel ook hoe vaak u de risico's opnieuw bekijkt. "
                    "Maximaal 2.500 zichtbare tekens.",
                    "What can go wrong, and what do you do about it? "
                    "Also say how often you review the risks. "
                    "At most 2,500 visible characters.",
                ),
                example=Words(
                    "Een sensor kan een verkeerde temperatuur doorgeven. "
                    "Daarom vergelijkt het algoritme altijd drie sensoren. "
                    "Elk voorjaar bekijken we alle risico's opnieuw.",
                    "A sensor can report a wrong temperature. "
                    "The algorithm therefore always compares three sensors. "
                    "Every spring we review all risks.",
                ),
                max_length=2500,
                advised_length=2499,
            ),
            Field(
                "risk_register",
                Words("Risico's en maatregelen", "Risks and measures"),
                Kind.ROWS,
                help=Words(
                    "Zet elk risico apart, met ernaast wat u eraan doet. "
                    "Schrijf kort en precies. "
                    "Vermijd algemene zinnen die overal op passen.",
                    "List each risk separately, with what you do about it. "
                    "Be brief and precise. "
                    "Avoid general phrases that would fit anything.",
                ),
                example=Words(
                    "Risico: een sensor geeft een verkeerde temperatuur door. "
                    "Maatregel: het algoritme vergelijkt altijd drie sensoren.",
                    "Risk: a sensor reports a wrong temperature. Measure: the algorithm always compares three sensors.",
                ),
                in_standard=False,
                columns=(
                    Column(
                        "risk",
                        Words("Risico", "Risk"),
                        Kind.TEXT,
                        2000,
                        translated=True,
                        required=True,
                        help=Words("Wat er mis kan gaan, en voor wie.", "What can go wrong, and for whom."),
                    ),
                    Column(
                        "measure",
                        Words("Maatregel", "Measure"),
                        Kind.TEXT,
                        2000,
                        translated=True,
                        help=Words(
                            "Wat u doet om de kans of de schade kleiner te maken.",
                            "What you do to reduce the chance or the harm.",
                        ),
                    ),
                ),
            ),
            Field(
                "risk_class",
                Words("Risicoklasse", "Risk class"),
                Kind.CHOICE,
                help=Words(
                    "Kies hoe groot het risico is volgens het model waarmee u dit bepaalde. "
                    "Noem dat model bij Grond voor de risicoklasse. "
                    "Weet u het niet, kies dan Onbekend.",
                    "Choose how great the risk is according to the model you used. "
                    "Name that model under Basis of the risk class. "
                    "If you do not know, choose Unknown.",
                ),
                example=Words("Laag of minimaal", "Low or minimal"),
                choices=RISK_CLASSES,
                in_standard=False,
            ),
            Field(
                "risk_class_basis",
                Words("Grond voor de risicoklasse", "Basis of the risk class"),
                Kind.RICH,
                help=Words(
                    "Noem het model waarmee de klasse is bepaald, en wanneer dat was. "
                    "Dat kan de AI-verordening zijn of een eigen model. "
                    "Leg kort uit waarom deze klasse past. "
                    "Maximaal 2.500 zichtbare tekens.",
                    "Name the model that was used to set the class, and when. "
                    "This can be the AI Act or your own model. "
                    "Explain briefly why this class fits. "
                    "At most 2,500 visible characters.",
                ),
                example=Words(
                    "In mei 2024 is het risico bepaald met het eigen model van de gemeente. "
                    "Het algoritme gebruikt geen persoonsgegevens en een medewerker beslist. "
                    "Daarom is het risico laag.",
                    "In May 2024 the risk was set with the municipality's own model. "
                    "The algorithm uses no personal data and an employee decides. "
                    "The risk is therefore low.",
                ),
                in_standard=False,
                max_length=2500,
            ),
            Field(
                "objection_procedure",
                Words("Bezwaar maken", "How to object"),
                Kind.RICH,
                help=Words(
                    "Wat kan iemand doen die het niet eens is met de uitkomst of het besluit? "
                    "Noem de stappen, de termijn en waar hulp te krijgen is. "
                    "Maximaal 5.000 zichtbare tekens.",
                    "What can people do who disagree with the outcome or decision? "
                    "Name the steps, the time limit and where to get help. "
                    "At most 5,000 visible characters.",
                ),
                example=Words(
                    "Krijgt u een brief dat uw adres wordt veranderd? "
                    "Dan kunt u binnen zes weken bezwaar maken, per brief of op onze website. "
                    "Bel de gemeente als u daar hulp bij wilt.",
                    "Did you get a letter saying that your address will be changed? "
                    "You can object within six weeks, by letter or on our website. "
                    "Call the municipality if you would like help.",
                ),
                in_standard=False,
                max_length=5000,
            ),
            Field(
                "decision_process",
                Words("Besluitvormingsproces", "Decision-making process"),
                Kind.RICH,
                help=Words(
                    "Hoe komt u van de uitkomst tot een besluit, en wie doet dan wat? "
                    "Zeg hoe zwaar de uitkomst meetelt. "
                    "Maximaal 5.000 zichtbare tekens.",
                    "How do you get from the outcome to a decision, and who does what? "
                    "Say how much weight the outcome has. "
                    "At most 5,000 visible characters.",
                ),
                example=Words(
                    "Het algoritme maakt een lijst van adressen die mogelijk niet kloppen. "
                    "Een medewerker bekijkt elk adres en gaat zo nodig langs. "
                    "Pas daarna besluit het team of het adres verandert.",
                    "The algorithm makes a list of addresses that may be wrong. "
                    "An employee looks at each address and visits if needed. "
                    "Only then does the team decide whether to change it.",
                ),
                in_standard=False,
                max_length=5000,
            ),
            Field(
                "lawful_basis",
                Words("Wettelijke basis", "Lawful basis"),
                Kind.RICH,
                help=Words(
                    "Welke wet of taak maakt het gebruik nodig? "
                    "Leg die uit in gewone taal. "
                    "Noem bij persoonsgegevens ook de grondslag in de AVG. "
                    "Maximaal 2.500 zichtbare tekens.",
                    "Which law or task makes the use necessary? "
                    "Explain it in plain language. "
                    "With personal data, also give the legal ground in the GDPR. "
                    "At most 2,500 visible characters.",
                ),
                example=Words(
                    "De gemeente moet zorgen dat openbare wegen in goede staat zijn. "
                    "Dat staat in artikel 16 van de Wegenwet. "
                    "Strooien bij gladheid hoort bij die taak.",
                    "The municipality must make sure that public roads are in good condition. "
                    "This is in article 16 of the Roads Act (Wegenwet). "
                    "Gritting icy roads is part of that task.",
                ),
                max_length=2500,
                advised_length=2499,
            ),
            Field(
                "lawful_basis_grouping",
                Words("Verwijzingen wettelijke basis", "References for the lawful basis"),
                Kind.ROWS,
                Show.ALWAYS,
                help=Words(
                    "Geef per wet of regeling de naam en een link naar de tekst. "
                    "Kies liefst een link naar wetten.overheid.nl of lokaleregelgeving.overheid.nl. "
                    "De naam is maximaal 100 tekens.",
                    "For each law or regulation, give the name and a link to the text. "
                    "Preferably link to wetten.overheid.nl or lokaleregelgeving.overheid.nl. "
                    "The name is at most 100 characters.",
                ),
                example=Words(
                    "Titel: Wegenwet, artikel 16. Link: https://wetten.overheid.nl/BWBR0001948/",
                    "Title: Roads Act (Wegenwet), article 16. Link: https://wetten.overheid.nl/BWBR0001948/",
                ),
                columns=links(100, link_required=True),
            ),
            Field(
                "process_index_url",
                Words("Link naar verwerkingsregister", "Link to processing register"),
                Kind.URL,
                help=Words(
                    "Vul dit in als het algoritme persoonsgegevens gebruikt. "
                    "Geef de link naar de juiste plek in uw openbare verwerkingsregister. "
                    "Maximaal 500 tekens.",
                    "Fill this in if the algorithm uses personal data. "
                    "Link to the right place in your public register of processing activities. "
                    "At most 500 characters.",
                ),
                example=Words(
                    "https://voorbeeldstad.example/verwerkingsregister/adrescontrole",
                    "https://voorbeeldstad.example/verwerkingsregister/adrescontrole",
                ),
                max_length=500,
            ),
            Field(
                "impacttoetsen",
                Words("Toelichting op impacttoetsen", "Explanation of impact assessments"),
                Kind.RICH,
                help=Words(
                    "Vat samen wat de toetsen opleverden en wat u daarmee deed. "
                    "Is een toets niet gedaan, leg dan uit waarom. "
                    "Maximaal 2.500 zichtbare tekens.",
                    "Sum up what the assessments showed and what you did with that. "
                    "If an assessment was not done, explain why. "
                    "At most 2,500 visible characters.",
                ),
                example=Words(
                    "De Pre-scan DPIA laat zien dat er geen persoonsgegevens worden gebruikt. "
                    "Een volledige DPIA was daarom niet nodig. "
                    "Er is geen IAMA gedaan, omdat dit algoritme niet over mensen gaat.",
                    "The Pre-scan DPIA shows that no personal data are used. "
                    "A full DPIA was therefore not needed. "
                    "No IAMA was done, because this algorithm is not about people.",
                ),
                max_length=2500,
                advised_length=2499,
            ),
            Field(
                "impacttoetsen_grouping",
                Words("Impacttoetsen", "Impact assessments"),
                Kind.ROWS,
                Show.ALWAYS,
                help=Words(
                    "Noem elke toets die is gedaan, het liefst met een naam uit de lijst. "
                    "Een eigen naam mag ook. "
                    "Laat de link leeg als het verslag niet openbaar is.",
                    "List every assessment that was done, preferably with a name from the list. "
                    "Your own name is allowed too. "
                    "Leave the link empty if the report is not public.",
                ),
                example=Words(
                    "Titel: Pre-scan DPIA. Link: https://voorbeeldstad.example/strooien/pre-scan-dpia.pdf",
                    "Title: Pre-scan DPIA. Link: https://voorbeeldstad.example/strooien/pre-scan-dpia.pdf",
                ),
                columns=links(500, link_required=False),
            ),
        ),
        intro=Words(
            "Hier leest u waarom het algoritme wordt gebruikt, wie erop let en welke regels gelden.",
            "Here you can read why it is used, who keeps watch and which rules apply.",
        ),
    ),
    Section(
        "werking",
        Words("Werking", "How it works"),
        (
            Field(
                "source_data",
                Words("Gegevens", "Data"),
                Kind.RICH,
                Show.ALWAYS,
                help=Words(
                    "Welke gegevens gebruikt het algoritme, en waar komen ze vandaan? "
                    "Zeg ook of het persoonsgegevens zijn en hoe lang u ze bewaart. "
                    "Maximaal 2.500 zichtbare tekens.",
                    "Which data does the algorithm use, and where do they come from? "
                    "Also say whether they are personal data and how long you keep them. "
                    "At most 2,500 visible characters.",
                ),
                example=Words(
                    "Het algoritme gebruikt de weersverwachting, de temperatuur van de weg en een wegenkaart. "
                    "Er zijn geen persoonsgegevens bij. "
                    "We bewaren de metingen twee jaar.",
                    "The algorithm uses the weather forecast, the temperature of the road and a road map. "
                    "No personal data are included. "
                    "We keep the measurements for two years.",
                ),
                max_length=2500,
                advised_length=2499,
            ),
            Field(
                "source_data_grouping",
                Words("Verwijzingen gegevensbronnen", "References for the data sources"),
                Kind.ROWS,
                help=Words(
                    "Geef per bron de naam en een link naar de gegevens of uitleg erover. "
                    "Een bron zonder link hoort bij Gegevensbronnen.",
                    "For each source, give the name and a link to the data or an explanation. "
                    "A source without a link belongs under Data sources.",
                ),
                example=Words(
                    "Titel: Nationaal Wegenbestand. Link: https://www.nationaalwegenbestand.nl/",
                    "Title: National Road Database (NWB). Link: https://www.nationaalwegenbestand.nl/",
                ),
                columns=links(500, link_required=True),
            ),
            Field(
                "data_sources",
                Words("Gegevensbronnen", "Data sources"),
                Kind.ROWS,
                help=Words(
                    "Zet elke bron op een eigen regel, ook een bron zonder link. "
                    "Alleen de naam van de bron is verplicht. "
                    "Schrijf zo dat een buitenstaander begrijpt wat erin staat.",
                    "Put each source on its own line, including those without a link. "
                    "Only the name of the source is required. "
                    "Write so that an outsider understands what it contains.",
                ),
                example=Words(
                    "Onderwerp: Weer. "
                    "Bron: sensoren in de weg. "
                    "Inhoud: temperatuur per kwartier. "
                    "Eigenaar: Gemeente Voorbeeldstad. "
                    "Persoonsgegevens: Geen persoonsgegevens. "
                    "Gebruikt voor: bepalen welke wegen glad worden.",
                    "Topic: Weather. "
                    "Source: sensors in the road. "
                    "Contents: temperature every fifteen minutes. "
                    "Owner: Municipality of Voorbeeldstad. "
                    "Personal data: No personal data. "
                    "Used for: finding out which roads will freeze.",
                ),
                in_standard=False,
                columns=(
                    Column(
                        "topic",
                        Words("Onderwerp", "Topic"),
                        max_length=200,
                        translated=True,
                        help=Words(
                            "Geef bronnen die bij elkaar horen hetzelfde onderwerp.",
                            "Give sources that belong together the same topic.",
                        ),
                    ),
                    Column(
                        "name",
                        Words("Bron", "Source"),
                        max_length=500,
                        translated=True,
                        required=True,
                        help=Words(
                            "De naam van de bron, zoals andere mensen die kennen.",
                            "The name of the source, as other people know it.",
                        ),
                    ),
                    Column(
                        "contents",
                        Words("Inhoud", "Contents"),
                        Kind.TEXT,
                        5000,
                        translated=True,
                        help=Words(
                            "Welke gegevens uit deze bron worden gebruikt.", "Which data from this source are used."
                        ),
                    ),
                    Column(
                        "owner",
                        Words("Eigenaar", "Owner"),
                        max_length=200,
                        help=Words("De organisatie die de bron beheert.", "The organisation that manages the source."),
                    ),
                    Column(
                        "url",
                        Words("Link", "Link"),
                        Kind.URL,
                        help=Words(
                            "Het volledige webadres van de bron, of van uitleg erover.",
                            "The full web address of the source, or of an explanation.",
                        ),
                    ),
                    Column(
                        "personal_data",
                        Words("Persoonsgegevens", "Personal data"),
                        Kind.CHOICE,
                        choices=PERSONAL_DATA,
                        help=Words(
                            "De gevoeligste soort persoonsgegevens in deze bron.",
                            "The most sensitive kind of personal data in this source.",
                        ),
                    ),
                    Column(
                        "used_for",
                        Words("Gebruikt voor", "Used for"),
                        Kind.TEXT,
                        2000,
                        translated=True,
                        help=Words(
                            "Wat het algoritme met deze gegevens doet.", "What the algorithm does with these data."
                        ),
                    ),
                ),
            ),
            Field(
                "personal_data",
                Words("Persoonsgegevens", "Personal data"),
                Kind.CHOICE,
                help=Words(
                    "Kies de gevoeligste soort persoonsgegevens die het algoritme gebruikt. "
                    "Bijzondere persoonsgegevens gaan bijvoorbeeld over gezondheid of geloof. "
                    "Weet u het niet zeker, kies dan Onbekend.",
                    "Choose the most sensitive kind of personal data that the algorithm uses. "
                    "Special categories are, for example, data about health or religion. "
                    "If you are not sure, choose Unknown.",
                ),
                example=Words("Geen persoonsgegevens", "No personal data"),
                choices=PERSONAL_DATA,
                in_standard=False,
            ),
            Field(
                "methods_and_models",
                Words("Technische werking", "Technical operation"),
                Kind.RICH,
                Show.ALWAYS,
                help=Words(
                    "Leg uit hoe het algoritme van gegevens naar een uitkomst komt. "
                    "Zeg altijd of het zelflerend is. "
                    "Leg technische woorden uit. "
                    "Maximaal 5.000 zichtbare tekens.",
                    "Explain how the algorithm gets from data to an outcome. "
                    "Always say whether it is self-learning. "
                    "Explain technical words. "
                    "At most 5,000 visible characters.",
                ),
                example=Words(
                    "Het algoritme berekent voor elke weg de kans op gladheid. "
                    "Daarna zoekt het de kortste routes langs de gladde wegen. "
                    "Het werkt met vaste regels en is niet zelflerend.",
                    "The algorithm works out the chance of ice for each road. "
                    "It then looks for the shortest routes along the icy roads. "
                    "It uses fixed rules and is not self-learning.",
                ),
                max_length=5000,
                advised_length=4999,
            ),
            Field(
                "self_learning",
                Words("Zelflerend", "Self-learning"),
                Kind.CHOICE,
                help=Words(
                    "Kies Ja als het algoritme tijdens het gebruik zelf verandert door nieuwe gegevens. "
                    "Verandert het alleen als mensen het aanpassen, kies dan Nee.",
                    "Choose Yes if the algorithm changes by itself during use because of new data. "
                    "If it only changes when people adapt it, choose No.",
                ),
                example=Words("Nee, vaste regels of een vast model", "No, fixed rules or a fixed model"),
                choices=SELF_LEARNING,
                in_standard=False,
            ),
            Field(
                "performance",
                Words("Prestaties", "Performance"),
                Kind.RICH,
                help=Words(
                    "Hoe goed werkt het algoritme, en hoe weet u dat? "
                    "Noem cijfers, fouten en de datum van de meting. "
                    "Maximaal 5.000 zichtbare tekens.",
                    "How well does the algorithm work, and how do you know? "
                    "Give figures, errors and the date of measurement. "
                    "At most 5,000 visible characters.",
                ),
                example=Words(
                    "In de winter van 2024 klopte de voorspelling in 92 van de 100 nachten. "
                    "Zeven keer is voor niets gestrooid en één keer te laat. "
                    "Dit is gemeten met sensoren op veertig plekken.",
                    "In the winter of 2024 the forecast was right on 92 of 100 nights. "
                    "Seven times roads were gritted for nothing, and once too late. "
                    "This was measured with sensors in forty places.",
                ),
                in_standard=False,
                max_length=5000,
            ),
            Field(
                "future_use",
                Words("Toekomstig gebruik", "Future use"),
                Kind.RICH,
                help=Words(
                    "Welke veranderingen zijn gepland, en wanneer? "
                    "Beloof niets wat nog niet is besloten. "
                    "Maximaal 5.000 zichtbare tekens.",
                    "Which changes are planned, and when? "
                    "Do not promise anything that has not been decided. "
                    "At most 5,000 visible characters.",
                ),
                example=Words(
                    "Vanaf volgende winter plant het algoritme ook routes voor voetpaden bij zorgcentra. "
                    "Na één seizoen bekijken we of dat goed werkt. "
                    "Andere veranderingen zijn niet gepland.",
                    "From next winter, the algorithm will also plan routes for footpaths near care homes. "
                    "After one season we will see whether that works well. "
                    "No other changes are planned.",
                ),
                in_standard=False,
                max_length=5000,
            ),
            Field(
                "provider",
                Words("Leverancier", "Supplier"),
                Kind.LINE,
                Show.ALWAYS,
                help=Words(
                    "De naam van de organisatie die het algoritme heeft geleverd. "
                    "Schrijf 'Intern ontwikkeld' als de eigen organisatie het maakte. "
                    "Maximaal 200 tekens.",
                    "The name of the organisation that supplied the algorithm. "
                    "Write 'Intern ontwikkeld' if your own organisation made it. "
                    "At most 200 characters.",
                ),
                example=Words("Intern ontwikkeld", "Intern ontwikkeld"),
                max_length=200,
                advised_length=199,
            ),
            Field(
                "parties",
                Words("Betrokken partijen", "Parties involved"),
                Kind.ROWS,
                help=Words(
                    "Noem alle organisaties die een rol hebben, zoals dataleveranciers en controleurs. "
                    "Zet de leverancier ook hier als u een link wilt geven. "
                    "Noem geen personen.",
                    "List all organisations that have a role, such as data suppliers and auditors. "
                    "Add the supplier here too if you want to give a link. "
                    "Do not name people.",
                ),
                example=Words(
                    "Rol: Dataleverancier. Naam: KNMI. Link: https://www.knmi.nl/",
                    "Role: Data supplier. Name: KNMI. Link: https://www.knmi.nl/",
                ),
                in_standard=False,
                columns=(
                    Column(
                        "role",
                        Words("Rol", "Role"),
                        Kind.CHOICE,
                        choices=PARTY_ROLES,
                        required=True,
                        help=Words(
                            "Een uitvoerder werkt met het algoritme namens de organisatie.",
                            "An operator works with the algorithm on behalf of the organisation.",
                        ),
                    ),
                    Column(
                        "name",
                        Words("Naam", "Name"),
                        max_length=200,
                        required=True,
                        help=Words(
                            "De naam van de organisatie, niet van een persoon.",
                            "The name of the organisation, not of a person.",
                        ),
                    ),
                    Column("url", Words("Link", "Link"), Kind.URL),
                ),
            ),
            Field(
                "publiccode",
                Words("Link naar broncode", "Link to source code"),
                Kind.URL,
                help=Words(
                    "Geef de link naar de broncode als die openbaar is. Laat dit anders leeg. Maximaal 500 tekens.",
                    "Give the link to the source code if it is public. "
                    "Otherwise leave this empty. "
                    "At most 500 characters.",
                ),
                example=Words(
                    "https://code.voorbeeldstad.example/strooiroutes", "https://code.voorbeeldstad.example/strooiroutes"
                ),
                max_length=500,
            ),
            Field(
                "references",
                Words("Verwijzingen", "References"),
                Kind.ROWS,
                help=Words(
                    "Noem andere stukken over het algoritme, zoals een besluit, onderzoek of contract. "
                    "Wetten en impacttoetsen hebben een eigen veld. "
                    "Noem alleen wat openbaar mag zijn.",
                    "List other documents about the algorithm, such as a decision, study or contract. "
                    "Laws and impact assessments have their own fields. "
                    "List only what may be public.",
                ),
                example=Words(
                    "Soort: Besluit. "
                    "Titel: Gladheidsplan 2024-2028. "
                    "Link: https://voorbeeldstad.example/gladheidsplan.pdf",
                    "Kind: Decision. "
                    "Title: Winter Service Plan 2024-2028. "
                    "Link: https://voorbeeldstad.example/gladheidsplan.pdf",
                ),
                in_standard=False,
                columns=(
                    Column("kind", Words("Soort", "Kind"), Kind.CHOICE, choices=REFERENCE_KINDS, required=True),
                    Column(
                        "title",
                        Words("Titel", "Title"),
                        translated=True,
                        required=True,
                        help=Words(
                            "De titel die op het stuk zelf staat.", "The title as printed on the document itself."
                        ),
                    ),
                    Column(
                        "link",
                        Words("Link", "Link"),
                        Kind.URL,
                        help=Words(
                            "Laat dit leeg als het stuk niet online staat.",
                            "Leave this empty if the document is not online.",
                        ),
                    ),
                ),
            ),
        ),
        intro=Words(
            "Hier leest u welke gegevens het algoritme gebruikt en wat het daarmee doet.",
            "Here you can read which data the algorithm uses and what it does with them.",
        ),
    ),
    Section(
        "metadata",
        Words("Metadata", "Metadata"),
        (
            Field(
                "lang",
                Words("Taal", "Language"),
                Kind.CHOICE,
                Show.NEVER,
                help=Words(
                    "De taal van deze beschrijving. "
                    "Kies Nederlands, want dat vraagt de standaard. "
                    "Een Engelse vertaling heeft eigen velden.",
                    "The language of this description. "
                    "Choose Dutch, because the standard asks for it. "
                    "An English translation has its own fields.",
                ),
                example=Words("Nederlands", "Dutch"),
                choices=LANGUAGES,
            ),
            Field(
                "standard_version",
                Words("Versie publicatiestandaard", "Publication standard version"),
                Kind.CHOICE,
                Show.NEVER,
                help=Words(
                    "De versie van de publicatiestandaard waarmee deze beschrijving is gemaakt. Laat dit op 1.0 staan.",
                    "The version of the publication standard used for this description. Leave this at 1.0.",
                ),
                example=Words("1.0", "1.0"),
                choices=STANDARD_VERSIONS,
            ),
            Field(
                "source_id",
                Words("Bron-ID", "Source ID"),
                Kind.LINE,
                Show.NEVER,
                help=Words(
                    "Het nummer of de code van dit algoritme in uw eigen systeem. "
                    "Bezoekers zien dit niet op de pagina, wel in downloads. "
                    "Maximaal 100 tekens.",
                    "The number or code of this algorithm in your own system. "
                    "Visitors do not see this on the page, but it is in downloads. "
                    "At most 100 characters.",
                ),
                example=Words("GLD-0042", "GLD-0042"),
                max_length=100,
                advised_length=99,
            ),
            Field(
                "tags",
                Words("Zoektermen", "Search terms"),
                Kind.TEXT,
                Show.NEVER,
                help=Words(
                    "Gewone woorden waarmee mensen zoeken, met komma's ertussen. "
                    "Kies ook woorden die niet in de tekst staan. "
                    "Maximaal 2.500 tekens.",
                    "Everyday words that people search with, separated by commas. "
                    "Include words that are not in the text. "
                    "At most 2,500 characters.",
                ),
                example=Words(
                    "strooien, strooiwagen, gladheid, ijzel, sneeuw, winter, fietspad, zout",
                    "gritting, gritter, ice, black ice, snow, winter, cycle path, salt",
                ),
                max_length=2500,
                advised_length=2499,
            ),
            Field(
                "identifiers",
                Words("Andere nummers", "Other identifiers"),
                Kind.ROWS,
                help=Words(
                    "Noem nummers die dit algoritme in andere systemen heeft. "
                    "Gebruik nooit een nummer van een persoon, zoals een BSN.",
                    "List the numbers that this algorithm has in other systems. "
                    "Never use a number of a person, such as a citizen service number.",
                ),
                example=Words(
                    "Soort: Nummer in de lijst van toepassingen. Nummer: APP-1187",
                    "Kind: Number in the list of applications. Identifier: APP-1187",
                ),
                in_standard=False,
                columns=(
                    Column(
                        "kind",
                        Words("Soort", "Kind"),
                        max_length=100,
                        required=True,
                        help=Words(
                            "Uit welk systeem of welke lijst het nummer komt.",
                            "Which system or list the number comes from.",
                        ),
                    ),
                    Column("value", Words("Nummer", "Identifier"), max_length=200, required=True),
                ),
            ),
            Field(
                "withheld",
                Words("Niet verteld, met reden", "Not told, with the reason"),
                Kind.ROWS,
                help=Words(
                    "Vertelt u iets met opzet niet, noem dan het veld en de reden. "
                    "Schrijf een reden die iedereen begrijpt. "
                    "Noem ook de wet als die het verbiedt.",
                    "If you leave something out on purpose, name the field and the reason. "
                    "Write a reason that everyone understands. "
                    "Name the law too if it forbids telling.",
                ),
                example=Words(
                    "Veld: methods_and_models. Reden: wie weet waar de controle op let, kan een vals adres verbergen.",
                    "Field: methods_and_models. "
                    "Reason: people who know what the check looks for can hide a false address.",
                ),
                in_standard=False,
                columns=(
                    Column(
                        "field",
                        Words("Veld", "Field"),
                        max_length=50,
                        required=True,
                        help=Words(
                            "Het veld waarin u iets niet vertelt.", "The field in which you leave something out."
                        ),
                    ),
                    Column(
                        "reason",
                        Words("Reden", "Reason"),
                        Kind.TEXT,
                        2000,
                        translated=True,
                        required=True,
                        help=Words(
                            "Waarom u dit niet vertelt, zonder het zelf te verklappen.",
                            "Why you do not tell this, without giving it away.",
                        ),
                    ),
                ),
            ),
            Field(
                "legacy",
                Words("Overige gegevens uit een eerdere standaard", "Other data from an earlier standard"),
                Kind.ROWS,
                help=Words(
                    "Tekst uit een oudere standaard waarvoor hier geen veld is. "
                    "Een import vult dit in, dus u hoeft niets te doen. "
                    "Past de tekst ergens anders, zet die dan daar.",
                    "Text from an older standard that has no field here. "
                    "An import fills this in, so you need not do anything. "
                    "If the text fits somewhere else, move it there.",
                ),
                example=Words(
                    "Sleutel: competent_authority. "
                    "Titel: Bevoegde autoriteit. "
                    "Tekst: College van burgemeester en wethouders. "
                    "Standaard: 0.2.3",
                    "Key: competent_authority. Title: Competent authority. Text: Mayor and aldermen. Standard: 0.2.3",
                ),
                in_standard=False,
                columns=(
                    Column(
                        "key",
                        Words("Sleutel", "Key"),
                        max_length=100,
                        required=True,
                        help=Words(
                            "De naam van het veld in de oude gegevens.", "The name of the field in the old data."
                        ),
                    ),
                    Column(
                        "title",
                        Words("Titel", "Title"),
                        max_length=200,
                        help=Words(
                            "De titel van het veld, zoals bezoekers die toen zagen.",
                            "The title of the field, as visitors saw it then.",
                        ),
                    ),
                    Column("text", Words("Tekst", "Text"), Kind.TEXT, HARD_LIMIT, required=True),
                    Column(
                        "standard",
                        Words("Standaard", "Standard"),
                        max_length=50,
                        help=Words(
                            "De versie van de oude standaard, bijvoorbeeld 0.2.3.",
                            "The version of the old standard, for example 0.2.3.",
                        ),
                    ),
                ),
            ),
        ),
        intro=Words(
            "Hier leest u meer over deze beschrijving zelf, en wat met opzet niet is verteld.",
            "Here you can read about this description itself, and what was left out on purpose.",
        ),
    ),
)

FIELDS: dict[str, Field] = {field.key: field for section in SECTIONS for field in section.fields}
STANDARD_KEYS: tuple[str, ...] = tuple(key for key, field in FIELDS.items() if field.in_standard)
ROW_KEYS: tuple[str, ...] = tuple(key for key, field in FIELDS.items() if field.kind is Kind.ROWS)
# Texts that exist once per language. Supplier, search terms and codes are facts: they exist once.
TRANSLATED: tuple[str, ...] = tuple(
    key for key, field in FIELDS.items() if field.kind is Kind.RICH or key in ("name", "description_short", "affected")
)
# What publishing and the register give, in the order of the document (DESIGN §4).
GIVEN_KEYS = ("lars", "version", "published_at", "note")
DOCUMENT_KEYS: tuple[str, ...] = (*GIVEN_KEYS, *FIELDS, "translations", "salt")


def translated_columns(key: str) -> tuple[Column, ...]:
    """The columns of a repeating group that exist once per language."""
    return tuple(column for column in FIELDS[key].columns if column.translated)


in_active_language = lazy(str, str)


def describe(key: str) -> dict:
    """Return the standard's words for a field as model field keyword arguments, in the language of the moment."""
    field = FIELDS[key]
    return {"verbose_name": in_active_language(field.label), "help_text": in_active_language(field.help)}


def choices(options: tuple[Choice, ...]) -> list[tuple[str, object]]:
    """Return permitted values as Django `choices`, labelled in the language of the moment."""
    return [(option.value, in_active_language(option.label)) for option in options]


def label_of(options: tuple[Choice, ...], value: str) -> str:
    """Return the label of a stored value in the active language; an unknown value is its own label."""
    return next((str(option.label) for option in options if option.value == value), value)


def lars_check_digit(seven: str) -> int:
    """Return the eighth digit of a LARS number: (3*(d1+d3+d5+d7) + d2+d4+d6) mod 10 (DESIGN §3)."""
    digits = [int(digit) for digit in seven]
    return (3 * sum(digits[0::2]) + sum(digits[1::2])) % 10


def is_lars(value: str) -> bool:
    """Whether `value` is eight digits with a right check digit. Imported numbers that fail are kept with a warning."""
    return len(value) == 8 and value.isascii() and value.isdigit() and lars_check_digit(value[:7]) == int(value[7])
