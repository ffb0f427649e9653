"""The tables: register data (public by nature), drafts and the work on them (never public), and the log."""

from algorithms.models.algorithm import (
    ROW_MODELS,
    Algorithm,
    AlgorithmTranslation,
    ContactPoint,
    DataSource,
    Identifier,
    LegacyField,
    PartyRole,
    Reference,
    Risk,
    Row,
    Stage,
    Step,
    Withheld,
)
from algorithms.models.authoring import Event, LinkCheck, Paragraph, PreviewLink, Template
from algorithms.models.publication import Action, Head, Listing, ListingFacet, Publication
from algorithms.models.register import Department, Organization, Page, Party, Synonym
from algorithms.models.search import SearchEntry, SearchToken
from algorithms.models.staff import Role

__all__ = [
    "ROW_MODELS",
    "Action",
    "Algorithm",
    "AlgorithmTranslation",
    "ContactPoint",
    "DataSource",
    "Department",
    "Event",
    "Head",
    "Identifier",
    "LegacyField",
    "LinkCheck",
    "Listing",
    "ListingFacet",
    "Organization",
    "Page",
    "Paragraph",
    "Party",
    "PartyRole",
    "PreviewLink",
    "Publication",
    "Reference",
    "Risk",
    "Role",
    "Row",
    "SearchEntry",
    "SearchToken",
    "Stage",
    "Step",
    "Synonym",
    "Template",
    "Withheld",
]
