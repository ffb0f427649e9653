"""List items: what a list tells of a record, made from `Listing.summary` alone, so that no list asks more queries."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from algorithms.models import Listing
from algorithms.public.context import CODES, language
from algorithms.standard import FIELDS, label_of


@dataclass(frozen=True)
class Card:
    lars: str
    address: str
    name: str
    name_lang: str
    description: str
    description_lang: str
    organization: str
    status: str
    status_value: str
    themes: list[str]
    category: str
    published_at: datetime
    version: int


def cards(listings: Iterable[Listing]) -> list[Card]:
    return [card(listing) for listing in listings]


def card(listing: Listing) -> Card:
    item = json.loads(listing.summary)
    code = language()
    texts = item if code == "nl" else item["translations"].get(CODES[code], {})

    def told(key: str) -> tuple[str, str]:
        return (texts[key], "") if texts.get(key) else (item[key], "nl" if code != "nl" and item[key] else "")

    name, description = told("name"), told("description_short")
    return Card(
        lars=listing.lars,
        address=reverse("algorithm-detail", args=[listing.lars, listing.slug]),
        name=name[0],
        name_lang=name[1],
        description=description[0],
        description_lang=description[1],
        organization=item["organization"]["name"],
        status=label_of(FIELDS["status"].choices, item["status"]),
        status_value=item["status"],
        themes=[label_of(FIELDS["category"].choices, theme) for theme in item["category"]],
        category=label_of(FIELDS["publication_category"].choices, item["publication_category"]),
        published_at=listing.published_at,
        version=listing.version,
    )
