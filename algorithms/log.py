"""The chain of the log: what an entry is and how its hash is made. Pure functions; anyone can do the same (DESIGN §10).

`hash` is SHA-256 of the canonical JSON of the entry without `hash` and `note`; `previous` is the hash of the entry
before it, 64 zeros for the first. `sha256` is that of the document's bytes, `note_sha256` that of the note's.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from algorithms.document import canonical
from algorithms.models import Head, Publication
from algorithms.models.publication import GENESIS

__all__ = ["GENESIS", "entry", "entry_hash", "head", "sha256", "stamp"]


def stamp(moment: datetime) -> str:
    """Return a moment in the register's one form: UTC, microseconds, ending in Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def entry(publication: Publication) -> dict[str, Any]:
    """Return the public log entry, `note` beside what is hashed."""
    return hashed(publication) | {"hash": publication.hash, "note": publication.note}


def hashed(publication: Publication) -> dict[str, Any]:
    """Return the part of an entry that its hash covers."""
    return {
        "sequence": publication.sequence,
        "lars": publication.lars,
        "version": publication.version,
        "action": publication.action,
        "published_at": stamp(publication.published_at),
        "sha256": publication.sha256,
        "note_sha256": publication.note_sha256,
        "previous": publication.previous,
    }


def entry_hash(publication: Publication) -> str:
    return sha256(canonical(hashed(publication)))


def head(row: Head) -> dict[str, Any]:
    """Return the public head: `{sequence, hash, published_at}`; before the first publication 0, zeros and null."""
    published_at = stamp(row.published_at) if row.published_at else None
    return {"sequence": row.sequence, "hash": row.hash, "published_at": published_at}
