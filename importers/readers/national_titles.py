"""What the keys of the national standards were called, and which standard a record bears the titles of.

Visitors read a title above each value; the same key had several over the years. A value that is kept keeps its own.
"""

from __future__ import annotations

from typing import Any

from algorithms.standard import FIELDS, VERSION
from importers.readers.national_values import as_text, is_empty

STANDARDS = ("0.1", "0.2.3", "0.3.1", "0.4", VERSION)
# What visitors read above a value, from the standard on in which it was called so.
TITLES: dict[str, dict[str, str]] = {
    "0.1": {
        "name": "Naam", "organization": "Organisatie", "department": "Afdeling",
        "description_short": "Korte omschrijving", "type": "Type algoritme", "category": "Beleidsterrein",
        "website": "Link naar publiekspagina", "status": "Status", "goal": "Doel", "impact": "Impact",
        "proportionality": "Proportionaliteit", "decision_making_process": "Proces",
        "documentation": "Link naar projectpagina", "description": "Omschrijving",
        "application_url": "Link naar ontwikkelaar", "publiccode": "Link naar broncode",
        "mprd": "Koppeling met basisregistraties", "source_data": "Databronnen",
        "methods_and_models": "Methoden en modellen", "monitoring": "Monitoring",
        "human_intervention": "Menselijke tussenkomst", "risks": "Risico's",
        "performance_standard": "Prestatienormen", "competent_authority": "Bevoegde autoriteit",
        "lawful_basis": "Wettelijke grondslag", "iama": "Impact Assessment Mensenrechten en Algoritmes (IAMA)",
        "iama_description": "Omschrijving van de IAMA", "dpia": "Data Protection Impact Assessment (DPIA)",
        "dpia_description": "Omschrijving van de DPIA", "objection_procedure": "Bezwaarprocedure",
        "standard_version": "Schema", "uuid": "UUID", "url": "Link naar bronregistratie",
        "contact_email": "E-mailadres van de contactpersoon", "area": "Geografisch gebied", "lang": "Taal",
        "revision_date": "Herzieningsdatum", "lars": "Algoritme-ID",
    },
    "0.3.1": {
        "iama": "Mensenrechtentoets", "iama_description": "Link naar Mensenrechtentoets",
        "application_url": "Link naar leverancier", "provider": "Leverancier",
        "process_index_url": "Link naar verwerkingsregister", "source_id": "Bron-ID", "tags": "Tags",
    },
    "0.4": {
        "type": "(Zelf)lerend", "goal": "Doel en impact", "proportionality": "Afwegingen",
        "lawful_basis": "Wettelijke basis", "lawful_basis_link": "Link naar wettelijke basis",
        "impacttoetsen": "Impacttoetsen", "iama_description": "Link naar impacttoetsen",
        "contact_email": "Contactgegevens", "standard_version": "Versie publicatiestandaard", "uuid": "Landelijk-ID",
        "tags": "Zoektermen", "source_data": "Gegevens", "source_data_link": "Link naar gegevensbronnen",
        "methods_and_models": "Technische werking", "risks": "Risicobeheer",
    },
    VERSION: {"category": "Thema", "impacttoetsen": "Toelichting op impacttoetsen"},
}  # fmt: skip
TITLED = frozenset(key for titles in TITLES.values() for key in titles)
OLD_KEYS = TITLED - FIELDS.keys() - {"lars"}
NATIONAL_KEYS = TITLED | {key for key, field in FIELDS.items() if field.in_standard}


def standard_of(row: dict[str, Any]) -> str:
    """Return the standard whose titles a record bears: the one it names, else what its keys point to."""
    named = as_text(row.get("standard_version"))
    for version in STANDARDS:
        if named in (version, f"{version}.0"):
            return version
    filled = {key for key, value in row.items() if not is_empty(value)}
    if filled & {"publication_category", "lawful_basis_grouping", "impacttoetsen_grouping", "source_data_grouping"}:
        return VERSION
    if filled & {"begin_date", "end_date", "lawful_basis_link", "source_data_link", "impacttoetsen"}:
        return "0.4"
    if filled & {"provider", "process_index_url", "source_id", "tags"}:
        return "0.3.1" if filled & OLD_KEYS - {"uuid"} else VERSION
    return "0.1" if filled & OLD_KEYS - {"uuid"} else VERSION


def title_of(key: str, standard: str) -> str:
    """Return what a key was called in a standard: the youngest title that is not younger than it."""
    for version in reversed(STANDARDS[: STANDARDS.index(standard) + 1]):
        if found := TITLES.get(version, {}).get(key):
            return found
    return FIELDS[key].label.nl if key in FIELDS else next((t[key] for t in TITLES.values() if key in t), key)
