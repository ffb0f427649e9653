"""The OpenAPI document: the shape of a record comes from `algorithms.standard`, the rest is told here once.

`documented` describes a view for drf-spectacular; `dutch_rules` (settings.SPECTACULAR_SETTINGS) adds what the NL API
Design Rules ask of every address: the shapes below, the header API-Version, and problem details for errors.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from algorithms.api import problems
from algorithms.api.query import MAX_PAGE_SIZE, PAGE_SIZE
from algorithms.filters import FACETS, SLUG_PATTERN, SORTINGS
from algorithms.listing import SUMMARY_KEYS
from algorithms.search.query import MOST_CHARACTERS
from algorithms.standard import FIELDS, TRANSLATED, Choice, Column, Field, Kind, translated_columns

Schema = dict[str, Any]

# -- parameters --------------------------------------------------------------------------------------------------------


def _path(name: str, description: str, pattern: str, example: Any, kind: str = "string") -> OpenApiParameter:
    schema = {"type": kind} | ({"pattern": pattern} if kind == "string" else {"minimum": 1, "maximum": 999_999_999})
    return OpenApiParameter(name, schema, OpenApiParameter.PATH, required=True, description=description)


def _query(name: str, description: str, schema: Schema, explode: bool | None = None) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.QUERY, description=description, explode=explode)


LARS = _path("lars", "Het Algoritme-ID: acht cijfers.", "^[0-9]{8}$", "38217418")
VERSION = _path("version", "Het nummer van de versie, vanaf 1.", "", 1, "integer")
PAGE_SLUG = _path("slug", "De naam van de pagina.", "^[-a-zA-Z0-9_]+$", "over")
PAGING = (
    _query("pagina", "Het nummer van de pagina, vanaf 1.", {"type": "integer", "minimum": 1, "default": 1}),
    _query(
        "paginaGrootte",
        "Hoeveel op een pagina.",
        {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE},
    ),
)
SINCE = _query(
    "sinds",
    "Alleen regels met een hoger volgnummer dan dit.",
    {"type": "integer", "format": "int64", "minimum": 0, "default": 0},
)


def list_parameters() -> tuple[OpenApiParameter, ...]:
    """The query keys of the list of algorithms."""
    facets = []
    for facet in FACETS.values():
        item: Schema = {"type": "string"}
        if facet.choices:
            item["enum"] = list(facet.slugs)
        else:
            item |= {"pattern": f"^{SLUG_PATTERN}$", "minLength": 1}
        facets.append(
            _query(
                facet.key,
                f"{facet.label.nl}, als slug. Mag vaker voorkomen: elk van de waarden telt.",
                {"type": "array", "items": item},
                explode=True,
            )
        )
    return (
        _query(
            "zoek",
            "Woorden die in het algoritme staan. Andere vormen, samenstellingen, synoniemen en kleine "
            "tikfouten worden gevonden. Tussen aanhalingstekens: precies deze woorden achter elkaar. `-woord`: zonder "
            "dat woord. `of`: een van beide. `leverancier:naam`: in dat veld.",
            {"type": "string", "minLength": 1, "maxLength": MOST_CHARACTERS},
        ),
        *facets,
        _query(
            "gewijzigdSinds",
            "Alleen wat ná dit moment gepubliceerd is: een datum (het begin van die dag in Amsterdam) of een tijdstip "
            "met tijdzone.",
            {"oneOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]},
        ),
        _query(
            "sorteer",
            "; ".join(f"{value}: {words.nl.lower()}" for value, words in SORTINGS.items())
            + ". Zonder deze sleutel: relevantie als er gezocht wordt, anders nieuw.",
            {"type": "string", "enum": list(SORTINGS)},
        ),
        _query(
            "facetten",
            "Of de facetten meekomen, met bij elke waarde hoeveel algoritmes er dan zijn.",
            {"type": "boolean", "default": False},
        ),
        *PAGING,
    )


# -- shapes ------------------------------------------------------------------------------------------------------------

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
ADDRESS: Schema = {"type": "string", "format": "uri"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
HASH: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
LARS_CODE: Schema = {"type": "string", "pattern": "^[0-9]{8}$", "description": "Algoritme-ID"}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def shape(properties: dict[str, Schema], description: str = "", optional: tuple[str, ...] = ()) -> Schema:
    told: Schema = {"type": "object", "properties": properties}
    required = [key for key in properties if key not in optional]
    return told | ({"required": required} if required else {}) | ({"description": description} if description else {})


def list_of(name: str) -> Schema:
    return shape(
        {
            "count": WHOLE | {"description": "Hoeveel er in totaal zijn."},
            "next": ADDRESS | {"nullable": True, "description": "De volgende pagina."},
            "previous": ADDRESS | {"nullable": True, "description": "De vorige pagina."},
            "results": {"type": "array", "items": ref(name)},
        }
    )


def links(*names: str, optional: tuple[str, ...] = ()) -> Schema:
    return shape(dict.fromkeys((*names, *optional), ADDRESS), "Adressen.", optional)


def _enum(choices: tuple[Choice, ...]) -> Schema:
    return {"type": "string", "enum": ["", *(choice.value for choice in choices)]}


def _value(kind: Kind, choices: tuple[Choice, ...] = (), columns: tuple[Column, ...] = ()) -> Schema:
    if kind is Kind.CHOICE:
        return _enum(choices)
    if kind is Kind.CHOICES:
        return {"type": "array", "items": {"type": "string", "enum": [choice.value for choice in choices]}}
    if kind is Kind.MONTH:
        return {"type": "string", "format": "year-month", "pattern": r"^(\d{4}-\d{2})?$"}
    if kind is Kind.RICH:
        return {"type": "string", "format": "html"}
    if kind is Kind.ORGANIZATION:
        return shape({"name": TEXT, "slug": TEXT, "tooi": TEXT})
    if kind is Kind.DEPARTMENT:
        return shape({"name": TEXT, "slug": TEXT, "path": TEXT}) | {"nullable": True}
    if kind is Kind.ROWS:
        return {"type": "array", "items": shape({column.key: _column(column) for column in columns})}
    return dict(TEXT)


def _limit(kind: Kind, limit: int) -> Schema:
    """Limits count visible characters, so markup of rich text makes its JSON longer than `maxLength` could say."""
    return {"maxLength": limit} if kind in (Kind.LINE, Kind.TEXT) else {}


def _told(*words: str, title: str) -> Schema:
    return {"title": title, "description": " ".join(filter(None, words))}


def _column(column: Column) -> Schema:
    told = _value(column.kind, column.choices) | _limit(column.kind, column.max_length)
    return told | {
        "title": column.label.nl,
        "description": " ".join(filter(None, [f"{column.label.nl}.", column.help.nl])),
    }


def field_schema(field: Field) -> Schema:
    """Return the JSON Schema of one field of the standard, with its label, help, limits and permitted values."""
    told = _value(field.kind, field.choices, field.columns) | _limit(field.kind, field.max_length)
    words = [
        f"{field.label.nl}.",
        field.help.nl,
        "" if field.in_standard else "(Aanvulling op Publicatiestandaard 1.0.)",
    ]
    return told | {"title": field.label.nl, "description": " ".join(filter(None, words))}


def record_schema() -> Schema:
    """Return the JSON Schema of the document: every key of `algorithms.standard`, and what publishing adds."""
    translation = {key: _value(FIELDS[key].kind) | {"title": FIELDS[key].label.nl} for key in TRANSLATED}
    for key in FIELDS:
        if columns := translated_columns(key):
            row = shape({column.key: dict(TEXT) for column in columns}, optional=tuple(c.key for c in columns))
            translation[key] = {"type": "array", "items": row, "title": FIELDS[key].label.nl}
    return shape(
        {
            "lars": LARS_CODE,
            "version": WHOLE | {"minimum": 1, "description": "Het nummer van deze versie."},
            "published_at": MOMENT | {"description": "Wanneer deze versie gepubliceerd is, in UTC."},
            "note": TEXT | {"description": "Wat er in deze versie veranderde, in woorden."},
            **{key: field_schema(field) for key, field in FIELDS.items()},
            "translations": {
                "type": "object",
                "description": "Vertaalde teksten per taal (ISO 639-3); lege ontbreken.",
                "additionalProperties": shape(translation, optional=tuple(translation)),
            },
            "salt": TEXT
            | {
                "pattern": "^[0-9a-f]{32}$",
                "description": "Toevallig getal, zodat een hash geen geraden tekst bevestigt.",
            },
        },
        "Eén algoritme, zoals het gepubliceerd is.",
    )


def summary_schema(record: Schema) -> Schema:
    told = {key: record["properties"][key] for key in SUMMARY_KEYS}
    texts = shape({"name": TEXT, "description_short": TEXT}, optional=("name", "description_short"))
    return shape(
        told
        | {
            "slug": TEXT | {"description": "Het leesbare deel van het adres van de publiekspagina."},
            "translations": {"type": "object", "additionalProperties": texts},
            "match": match_schema() | {"nullable": True, "description": "Waarom dit gevonden is; alleen bij `zoek`."},
            "links": links("self", "page"),
        },
        "Een algoritme in een lijst.",
        optional=("match",),
    )


def match_schema() -> Schema:
    place = {"type": "array", "items": WHOLE, "minItems": 2, "maxItems": 2}
    return shape(
        {
            "key": TEXT | {"description": "De sleutel van het veld."},
            "lang": TEXT | {"enum": ["nld", "eng"]},
            "text": TEXT | {"description": "Een stuk van de tekst."},
            "marks": {"type": "array", "items": place, "description": "Waar de woorden staan: van, tot."},
        }
    )


def page_schema() -> Schema:
    """The list of algorithms: beside its page how a question was read, and the facets when asked."""
    question = {
        "asked": TEXT | {"description": "De vraag zoals zij gelezen is."},
        "instead": TEXT | {"nullable": True, "description": "De verbeterde vraag die in plaats daarvan beantwoord is."},
        "suggestion": TEXT | {"nullable": True, "description": "Wat er misschien bedoeld is."},
        "partial": {"type": "boolean", "description": "Ook wat een deel van de woorden heeft, doet mee, achteraan."},
        "whole": WHOLE | {"description": "Hoeveel algoritmes alle woorden hebben, welke facetten ook gekozen zijn."},
        "left_out": TEXT | {"nullable": True, "description": "Wat te veel was en niet gezocht is."},
    }
    value = shape({"slug": TEXT, "label": TEXT, "count": WHOLE})
    facets = {key: {"type": "array", "items": value} for key in FACETS}
    page = list_of("AlgoritmeSamenvatting")
    page["properties"] |= {
        "search": shape(question, "Hoe de vraag gelezen is; alleen bij `zoek`."),
        "facets": shape(facets, "Per waarde hoeveel algoritmes er dan zijn; alleen met `facetten=true`."),
    }
    return page


def problem_schema() -> Schema:
    error = shape({"in": TEXT, "name": TEXT, "detail": TEXT})
    return shape(
        {
            "status": WHOLE,
            "title": TEXT,
            "detail": TEXT,
            "instance": TEXT,
            "errors": {"type": "array", "items": error, "description": "Alles wat er aan de vraag mankeert (400)."},
            "lars": LARS_CODE,
            "version": WHOLE,
            "reason": TEXT | {"description": "Waarom iets is ingetrokken of onleesbaar gemaakt (410)."},
            "withdrawn_at": MOMENT,
            "redacted_at": MOMENT | {"nullable": True},
            "links": links(optional=("versions",)),
        },
        "Wat er misging (RFC 9457).",
        optional=("instance", "errors", "lars", "version", "reason", "withdrawn_at", "redacted_at", "links"),
    )


def components() -> dict[str, Schema]:
    record = record_schema()
    with_links = links("self", "page", "page_en", "versions", "version", optional=("previous",))
    page = {"slug": TEXT, "title": TEXT, "title_en": TEXT, "links": links("self", "page")}
    shapes = {
        "Algoritme": record,
        "AlgoritmeMetLinks": {"allOf": [ref("Algoritme"), shape({"links": with_links})]},
        "AlgoritmeSamenvatting": summary_schema(record),
        "AlgoritmePagina": page_schema(),
        "Versie": shape(
            {
                "version": WHOLE,
                "published_at": MOMENT,
                "note": TEXT,
                "sha256": HASH | {"description": "SHA-256 van de bytes van het document."},
                "sequence": WHOLE | {"description": "Het volgnummer in het logboek."},
                "redacted": {"type": "boolean", "description": "Of deze versie onleesbaar is gemaakt."},
                "links": links("self", "algoritme"),
            }
        ),
        "Logregel": shape(
            {
                "sequence": WHOLE,
                "lars": LARS_CODE,
                "version": WHOLE,
                "action": {"type": "string", "enum": ["publish", "withdraw", "redact"]},
                "published_at": MOMENT,
                "sha256": HASH,
                "note_sha256": HASH,
                "previous": HASH | {"description": "De hash van de regel ervoor; 64 nullen voor de eerste."},
                "hash": HASH | {"description": "SHA-256 van de canonieke JSON van alles behalve hash en note."},
                "note": TEXT,
            }
        ),
        "LogboekKop": shape({"sequence": WHOLE, "hash": HASH, "published_at": MOMENT | {"nullable": True}}),
        "Organisatie": shape(
            {
                "slug": TEXT,
                "name": TEXT,
                "tooi": TEXT | {"description": "Het adres in de lijst van overheidsorganisaties."},
                "website": TEXT,
                "count": WHOLE | {"description": "Hoeveel algoritmes er nu openbaar zijn."},
                "links": links("algoritmes"),
            }
        ),
        "PaginaRegel": shape(page),
        "Pagina": shape(page | {"body": TEXT | {"format": "html"}, "body_en": TEXT | {"format": "html"}}),
        "OpenApi": {"type": "object", "additionalProperties": True},
        "Probleem": problem_schema(),
    }
    lists = {
        "VersiePagina": "Versie",
        "LogboekPagina": "Logregel",
        "OrganisatiePagina": "Organisatie",
        "PaginaPagina": "PaginaRegel",
    }
    return shapes | {name: list_of(item) for name, item in lists.items()}


# -- the document ------------------------------------------------------------------------------------------------------


def documented(tag: str, summary: str, answer: str, *parameters: OpenApiParameter, errors: tuple[int, ...] = ()):
    """Describe a view: what it answers, and what may go wrong beside a bad question."""
    responses: dict[Any, Any] = {200: OpenApiResponse(ref(answer), description=summary)}
    for status in (400, *errors, 406):
        responses[status, problems.MEDIA_TYPE] = OpenApiResponse(ref("Probleem"), description=problems.WORDS[status][0])
    return extend_schema(
        operation_id=answer[0].lower() + answer[1:] if tag != "openapi" else "openapi",
        summary=summary,
        tags=[tag],
        parameters=list(parameters),
        responses=responses,
    )


TAGS = {
    "algoritmes": "Wat er nu openbaar is, en elke versie die er was.",
    "wijzigingen": "Het logboek met zijn keten van hashes.",
    "organisaties": "De organisaties van dit register.",
    "paginas": "Teksten over het register.",
    "openapi": "Deze beschrijving.",
}


def dutch_rules(result: Schema, generator, request, public) -> Schema:
    """Add what the NL API Design Rules ask of every address."""
    version = {
        "description": "De volledige versie van deze API.",
        "required": True,
        "schema": {"type": "string", "example": result["info"]["version"]},
    }
    for path in result["paths"].values():
        for operation in path.values():
            operation["security"] = [{}]
            for status, response in operation["responses"].items():
                response.setdefault("headers", {})["API-Version"] = {"$ref": "#/components/headers/API-Version"}
                if status == "200":
                    response["headers"]["ETag"] = {"$ref": "#/components/headers/ETag"}
    result["tags"] = [{"name": name, "description": description} for name, description in TAGS.items()]
    result.setdefault("components", {}).setdefault("schemas", {}).update(components())
    result["components"]["headers"] = {
        "API-Version": version,
        "ETag": {
            "description": "Het kenmerk van alles wat nu openbaar is; geef het mee in If-None-Match.",
            "schema": {"type": "string"},
        },
    }
    return result
