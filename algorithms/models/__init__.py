"""The tables: register data (public by nature), drafts (never public), and the log of what was published."""

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
    Step,
    Withheld,
)
from algorithms.models.publication import Action, Head, Listing, ListingFacet, Publication
from algorithms.models.register import Department, Organization, Page, Party, Synonym

__all__ = [
    "ROW_MODELS",
    "Action",
    "Algorithm",
    "AlgorithmTranslation",
    "ContactPoint",
    "DataSource",
    "Department",
    "Head",
    "Identifier",
    "LegacyField",
    "Listing",
    "ListingFacet",
    "Organization",
    "Page",
    "Party",
    "PartyRole",
    "Publication",
    "Reference",
    "Risk",
    "Row",
    "Step",
    "Synonym",
    "Withheld",
]
