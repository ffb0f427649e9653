"""The document: a record as one JSON object, and the ways between it and a draft.

`docs/document.md` tells its shape. `build` makes it from a draft, `apply` is the one inverse (importers, restore, copy,
template), `clean` brings what came in into shape, `problems` is the one check that form, importer, delivery API and
publishing share, `difference` tells what changed between two of them. `canonical` gives the bytes that are hashed and
published.
"""

from algorithms.document.applying import apply, apply_many, find_organization
from algorithms.document.building import build, rows_of, with_rows
from algorithms.document.cleaning import clean, clean_text
from algorithms.document.difference import Change, RowChange, Span, changed_keys, difference, english_label, spans
from algorithms.document.form import FACTS, GIVEN, Document, canonical, content, digest
from algorithms.document.problems import (
    ERROR,
    REQUIRED,
    WARNING,
    Problem,
    blocking,
    blocking_publication,
    blocking_republication,
    is_mail_address,
    is_too_long_only,
    is_web_address,
    problems,
)
from algorithms.document.translation import stale_pairs, stale_places

__all__ = [
    "ERROR",
    "FACTS",
    "GIVEN",
    "REQUIRED",
    "WARNING",
    "Change",
    "Document",
    "Problem",
    "RowChange",
    "Span",
    "apply",
    "apply_many",
    "blocking",
    "blocking_publication",
    "blocking_republication",
    "build",
    "canonical",
    "changed_keys",
    "clean",
    "clean_text",
    "content",
    "difference",
    "digest",
    "english_label",
    "find_organization",
    "is_mail_address",
    "is_too_long_only",
    "is_web_address",
    "problems",
    "rows_of",
    "spans",
    "stale_pairs",
    "stale_places",
    "with_rows",
]
