"""What stands in each bulk file. A writer gives bytes in pieces and holds no more than a few records at a time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from algorithms import log, richtext
from algorithms.document import canonical
from algorithms.models import Head, Listing, Publication
from algorithms.standard import DOCUMENT_KEYS, FIELDS, Kind

CHUNK = 100  # records held at a time, while the next are fetched
# A spreadsheet runs a cell that starts with one of these as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def current(using: str) -> QuerySet:
    """The entries of every record that is public now, oldest first."""
    return Publication.objects.using(using).filter(listing__isnull=False).order_by("sequence")


def algorithms_json(using: str, head: Head) -> Iterator[bytes]:
    """`{"sequence", "head", "published_at", "results"}`: the documents exactly as they were published."""
    about = log.head(head)
    start = json.dumps({"sequence": about["sequence"], "head": about["hash"], "published_at": about["published_at"]})
    yield f'{start[:-1]}, "results": ['.encode()
    between = "\n"
    for document in current(using).values_list("document", flat=True).iterator(chunk_size=CHUNK):
        yield f"{between}{document}".encode()
        between = ",\n"
    yield b"\n]}\n"


def log_jsonl(using: str, head: Head) -> Iterator[bytes]:
    """One entry of the log a line, in canonical JSON: all that `tools/verify_log.py` needs."""
    entries = Publication.objects.using(using).filter(sequence__lte=head.sequence).order_by("sequence")
    for entry in entries.defer("document").iterator(chunk_size=CHUNK):
        yield f"{canonical(log.entry(entry))}\n".encode()


# -- CSV ---------------------------------------------------------------------------------------------------------------
# No byte order mark: programs read this file, and most would take the mark for a part of the first key.


def csv_columns() -> list[str]:
    """The header: every key of the document, the parts of the organisation beside its name, and the page's address."""
    columns = []
    for key in DOCUMENT_KEYS:
        columns.append(key)
        if key in FIELDS and FIELDS[key].kind is Kind.ORGANIZATION:
            columns += [f"{key}_slug", f"{key}_tooi"]
        if key in FIELDS and FIELDS[key].kind is Kind.DEPARTMENT:
            columns.append(f"{key}_slug")
    return [*columns, "register_url"]


def csv_row(document: dict[str, Any], slug: str) -> dict[str, str]:
    """Return the cells of one record, by column."""
    cells = {key: _cell(key, document[key]) for key in DOCUMENT_KEYS}
    organization, department = document["organization"], document["department"] or {}
    cells |= {
        "organization": organization["name"],
        "organization_slug": organization["slug"],
        "organization_tooi": organization["tooi"],
        "department": department.get("path", ""),
        "department_slug": department.get("slug", ""),
        # A full address when SITE_URL tells which; otherwise the path, because a file is the same for every host.
        "register_url": f"{settings.SITE_URL}/algoritmes/{document['lars']}/{slug}/",
    }
    return {key: defused(value) for key, value in cells.items()}


def defused(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def _cell(key: str, value: Any) -> str:
    if isinstance(value, str):
        return richtext.plain(value) if value and key in FIELDS and FIELDS[key].kind is Kind.RICH else value
    if key in FIELDS and FIELDS[key].kind is Kind.CHOICES:
        return "; ".join(value)
    if isinstance(value, list | dict):
        return canonical(value) if value else ""
    return "" if value is None else str(value)


def algorithms_csv(using: str, head: Head) -> Iterator[bytes]:
    """One record a row: rich text as plain text, lists joined by "; ", rows and translations as JSON."""
    line = io.StringIO()
    writer = csv.DictWriter(line, csv_columns())
    writer.writeheader()
    rows = Listing.objects.using(using).order_by("publication_id").values_list("publication__document", "slug")
    for document, slug in rows.iterator(chunk_size=CHUNK):
        writer.writerow(csv_row(json.loads(document), slug))
        yield line.getvalue().encode()
        line.seek(0)
        line.truncate()
    yield line.getvalue().encode()
