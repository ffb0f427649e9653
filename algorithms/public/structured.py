"""What search engines read of a page: schema.org as JSON-LD, in a data block that no browser runs.

Pure functions of what the page shows. A record is a `CreativeWork`, the description of an algorithm: the licence, the
version and the dates are the description's and not those of the software it tells of.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from algorithms import log
from algorithms.models import Head
from algorithms.public import context
from algorithms.public.record import Record

LICENSE = "https://creativecommons.org/publicdomain/zero/1.0/"
JSON, JSON_LD = "application/json", "application/ld+json"
# The files below /open-data/, by what they hold; those that are not made (yet) are not told.
MEDIA_TYPES = {
    "json": JSON,
    "jsonl": "application/jsonl",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ttl": "text/turtle",
    "jsonld": JSON_LD,
}
# Inside a script element only these could end it, or a line in old scripts; in JSON each may be written as a code.
_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}

Data = dict[str, Any]


def script(data: Data) -> SafeString:
    """Return JSON-LD as an element for <head>."""
    written = json.dumps(data, ensure_ascii=False).translate(_ESCAPES)
    return mark_safe(f'<script type="{JSON_LD}">{written}</script>')  # noqa: S308 escaped above


def of_record(read: Record, base_url: str) -> Data:
    """Return what the page of a record tells, with its place in the register."""
    page = base_url + reverse("algorithm-detail", args=[read.lars, read.slug])
    organization = _told(
        {
            "@type": "GovernmentOrganization",
            "name": read.organization["name"],
            "url": base_url + reverse("organization-detail", args=[read.organization["slug"]]),
            "sameAs": read.organization["tooi"],
        }
    )
    work = {
        "@type": "CreativeWork",
        "@id": base_url + reverse("identity", args=[read.lars]),
        "identifier": read.lars,
        "url": page,
        "name": read.name.text,
        "description": read.summary.text,
        "inLanguage": read.name.lang or context.language(),
        "version": str(read.version),
        "dateModified": log.stamp(read.published_at),
        "creativeWorkStatus": read.status,
        "keywords": read.themes,
        "provider": organization,
        "license": LICENSE,
        "isAccessibleForFree": True,
        "isPartOf": {"@type": "DataCatalog", "@id": _id(base_url, "catalogus"), "name": context.house()["site_name"]},
        "encoding": [
            _media(base_url + reverse("api:algorithm-detail", args=[read.lars]), JSON),
            _media(base_url + reverse("algorithm-pdf", args=[read.lars, read.slug]), "application/pdf"),
        ],
    }
    crumbs = [
        (_("Begin"), base_url + reverse("front")),
        (_("Algoritmes"), base_url + reverse("algorithm-list")),
        (read.name.text, page),
    ]
    return _graph(work, _breadcrumbs(crumbs))


def of_register(base_url: str, head: Head, first: datetime | None) -> Data:
    """Return the register as a catalogue of two data sets: what is public now, and the log, which began at `first`."""
    house = context.house()
    page = base_url + reverse("open-data")
    publisher = {
        "@type": "GovernmentOrganization",
        "name": house["site_owner"] or house["site_name"],
        "url": f"{base_url}/",
    }
    shared = {
        "url": page,
        "license": LICENSE,
        "isAccessibleForFree": True,
        "inLanguage": ["nl", "en"],
        "publisher": publisher,
        "creator": publisher,
        "dateModified": log.stamp(head.published_at) if head.published_at else "",
        "temporalCoverage": f"{first:%Y-%m-%d}/.." if first else "",
        "includedInDataCatalog": {"@id": _id(base_url, "catalogus")},
    }
    records = {
        "@type": "Dataset",
        "@id": _id(base_url, "algoritmes"),
        "name": house["site_name"],
        "description": _(
            "Alle algoritmes in dit register die nu openbaar zijn: wat ze doen, wie ze gebruikt, welke gegevens ze"
            " gebruiken en wie beslist."
        ),
        "distribution": _files(base_url, "algoritmes"),
    }
    entries = {
        "@type": "Dataset",
        "@id": _id(base_url, "logboek"),
        "name": f"{house['site_name']}: {_('het logboek')}",
        "description": _(
            "Alles wat ooit in dit register is gepubliceerd of ingetrokken, met controlegetallen waarmee iedereen kan"
            " nagaan dat er niets is veranderd."
        ),
        "distribution": _files(base_url, "logboek"),
    }
    catalog = {
        "@type": "DataCatalog",
        "@id": _id(base_url, "catalogus"),
        "name": house["site_name"],
        "url": page,
        "license": LICENSE,
        "publisher": publisher,
        "dataset": [{"@id": records["@id"]}, {"@id": entries["@id"]}],
        "encoding": [_media(file["contentUrl"], file["encodingFormat"]) for file in _files(base_url, "catalogus")],
    }
    return _graph(catalog, records | shared, entries | shared)


def _graph(*things: Data) -> Data:
    return {"@context": "https://schema.org", "@graph": [_told(thing) for thing in things]}


def _told(thing: Data) -> Data:
    """Return a thing without what is empty."""
    return {key: value for key, value in thing.items() if value not in ("", [])}


def _id(base_url: str, name: str) -> str:
    """Return what the catalogue or a data set is called: the same on the Dutch page and on the English one."""
    return f"{base_url}/open-data/#{name}"


def _media(address: str, media_type: str) -> Data:
    return {"@type": "MediaObject", "contentUrl": address, "encodingFormat": media_type}


def _files(base_url: str, name: str) -> list[Data]:
    found = []
    for extension, media_type in MEDIA_TYPES.items():
        try:
            address = base_url + reverse(f"exports:{name}.{extension}")
        except NoReverseMatch:
            continue
        found.append(
            {
                "@type": "DataDownload",
                "name": f"{name}.{extension}",
                "contentUrl": address,
                "encodingFormat": media_type,
            }
        )
    return found


def _breadcrumbs(crumbs: list[tuple[str, str]]) -> Data:
    items = [
        {"@type": "ListItem", "position": place, "name": name, "item": address}
        for place, (name, address) in enumerate(crumbs, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}
