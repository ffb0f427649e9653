"""Proof that nothing was quietly rewritten: the whole chain recomputed, listing and search index compared with it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connections

from algorithms import listing, log
from algorithms.models import Action, Head, Listing, Publication, triggers
from algorithms.search import index
from algorithms.snapshot import snapshot

LISTING_COLUMNS = [column.name for column in Listing._meta.concrete_fields if column.name != "publication"]


@dataclass
class Verification:
    """`sequence` and `head` as recomputed; `faults` in plain words, worst first; empty when all is well."""

    sequence: int = 0
    head: str = log.GENESIS
    faults: list[str] = field(default_factory=list)


def verify(expected: Iterable[tuple[int, str]] = ()) -> Verification:
    """Recompute the chain and compare head, triggers, listing and search index with it.

    `expected` are heads that someone kept: (sequence, hash). A chain alone does not stop an operator from rewriting all
    of it; a head kept elsewhere does. Memory is bounded: one chunk of entries, and one short row per record.
    """
    expected = list(expected)
    with snapshot() as using:
        result = Verification()
        hashes = dict.fromkeys((sequence for sequence, _hash in expected), "") | {0: log.GENESIS}
        current = _chain(using, result, hashes)
        _head(using, result)
        for sequence, kept in expected:
            if hashes.get(sequence) != kept:
                found = hashes.get(sequence) or "geen regel"
                result.faults.append(f"regel {sequence}: bewaarde hash is {kept}, hier staat {found}")
        connection = connections[using]
        result.faults += [f"trigger ontbreekt of is veranderd: {name}" for name in triggers.faults(connection)]
        result.faults += [
            f"onbekende trigger of regel op het logboek: {name}" for name in triggers.strangers(connection)
        ]
        _listings(using, result, current)
    return result


@dataclass
class _Walk:
    """What the walk over the log has seen so far."""

    redacted: dict[tuple[str, int, str], int]  # (record, version, hash of the emptied text) → the redaction's sequence
    texts: set[tuple[str, int, str]] = field(default_factory=set)  # (record, version, hash) of documents and notes
    versions: dict[str, int] = field(default_factory=dict)  # record → its newest version
    current: dict[str, int] = field(default_factory=dict)  # public record → the sequence of its current version
    before: datetime | None = None


def _chain(using: str, result: Verification, hashes: dict[int, str]) -> dict[str, int]:
    """Walk the log; return for each public record the sequence of its current version."""
    log_entries = Publication.objects.using(using).order_by("sequence")
    redactions = log_entries.filter(action=Action.REDACT).values_list("lars", "version", "sha256", "sequence")
    walk = _Walk({(lars, version, sha256): sequence for lars, version, sha256, sequence in redactions})
    try:
        for entry in log_entries.iterator(chunk_size=500):
            try:
                faults = [*_entry_faults(entry, result, walk), *_story_faults(entry, walk)]
            except (TypeError, ValueError, AttributeError) as error:
                faults = [f"is niet te lezen ({error})"]
            result.faults += [f"regel {entry.sequence} ({entry.lars}): {fault}" for fault in faults]
            walk.before = entry.published_at
            result.sequence, result.head = entry.sequence, entry.hash
            if entry.sequence in hashes:
                hashes[entry.sequence] = entry.hash
    except (TypeError, ValueError, AttributeError) as error:  # a column holds what no entry can hold, such as no date
        result.faults.append(f"regel {result.sequence + 1}: is niet te lezen ({error}); het vervolg is niet nagerekend")
    return walk.current


def _entry_faults(entry: Publication, result: Verification, walk: _Walk) -> Iterator[str]:
    """What is wrong with one entry, its hashes and its document."""
    if entry.sequence != result.sequence + 1:
        yield f"ontbreekt: regel {result.sequence + 1} tot en met {entry.sequence - 1}"
    if entry.previous != result.head:
        yield "vorige hash klopt niet"
    if log.entry_hash(entry) != entry.hash:
        yield "hash klopt niet met de regel"
    if walk.before and entry.published_at < walk.before:
        yield "is ouder dan de regel ervoor"
    emptied = walk.redacted.get((entry.lars, entry.version, entry.redactable_sha256), 0) > entry.sequence
    if log.sha256(entry.note) != entry.note_sha256 and not (emptied and entry.note == ""):
        yield "toelichting is veranderd"
    if entry.action != Action.PUBLISH:
        if entry.document:
            yield "heeft een document dat er niet hoort"
    elif log.sha256(entry.document) != entry.sha256:
        if not (emptied and entry.document == ""):
            yield "document is veranderd"
    else:
        document = json.loads(entry.document)  # its hash is right, so it is what was once published
        told = (document.get("lars"), document.get("version"), document.get("published_at"), document.get("note"))
        if told != (entry.lars, entry.version, log.stamp(entry.published_at), entry.note):
            yield "document spreekt de regel tegen"


def _story_faults(entry: Publication, walk: _Walk) -> Iterator[str]:
    """What is wrong with an entry after those before it: versions follow each other, the other verbs concern one."""
    place = (entry.lars, entry.version)
    if entry.action == Action.PUBLISH:
        if entry.version != walk.versions.get(entry.lars, 0) + 1:
            yield f"versie {entry.version} volgt op versie {walk.versions.get(entry.lars, 0)}"
        walk.versions[entry.lars] = entry.version
        walk.current[entry.lars] = entry.sequence
        walk.texts.add((*place, entry.sha256))
        return
    if (*place, entry.sha256) not in walk.texts:
        yield "gaat over een versie of toelichting die er niet is"
    walk.texts.add((*place, entry.note_sha256))
    if entry.action == Action.WITHDRAW:
        walk.current.pop(entry.lars, None)


def _head(using: str, result: Verification) -> None:
    head = Head.now(using)
    if (head.sequence, head.hash) != (result.sequence, result.head):
        result.faults.append(
            f"het logboek eindigt op regel {result.sequence}, de stand zegt {head.sequence}: "
            "regels ontbreken of zijn vervangen"
        )
        return
    last = (
        Publication.objects.using(using).filter(sequence=head.sequence).values_list("published_at", flat=True).first()
    )
    if head.published_at != last:
        result.faults.append(f"de stand noemt een ander moment dan regel {head.sequence}")


def _listings(using: str, result: Verification, current: dict[str, int]) -> None:
    rows = Listing.objects.using(using).select_related("publication", "search").prefetch_related("facets")
    check = index.Check(using)
    seen = set()
    for row in rows.iterator(chunk_size=500):
        seen.add(row.lars)
        if current.get(row.lars) != row.publication_id:
            result.faults.append(f"openbare lijst: {row.lars} hoort niet bij regel {row.publication_id}")
            continue
        if not row.publication.document:
            result.faults.append(f"openbare lijst: {row.lars} is onleesbaar gemaakt en toch openbaar")
            continue
        try:
            document = json.loads(row.publication.document)
            wanted = listing.columns(document, row.publication.published_at)
        except (ValueError, KeyError, TypeError, AttributeError):
            result.faults.append(f"openbare lijst: het document van {row.lars} is niet te lezen")
            continue
        differing = [name for name in LISTING_COLUMNS if getattr(row, name) != wanted[name]]
        if sorted(listing.facets(document)) != sorted((f.facet, f.slug, f.label) for f in row.facets.all()):
            differing.append("facetten")
        if differing:
            result.faults.append(f"openbare lijst: {row.lars} wijkt af van zijn document: {', '.join(differing)}")
        if fault := check.fault(row.publication_id, document, getattr(row, "search", None)):
            result.faults.append(f"zoekindex: {row.lars} {fault}")
    # The walk above joins the log, so it passes by rows whose entry is gone.
    entries = Publication.objects.using(using).values("sequence")
    for lars in Listing.objects.using(using).exclude(publication_id__in=entries).values_list("lars", flat=True):
        seen.add(lars)
        result.faults.append(f"openbare lijst: {lars} hoort bij een regel die er niet is")
    for lars in sorted(set(current) - seen):
        result.faults.append(f"openbare lijst: {lars} ontbreekt")
    result.faults += [f"zoekindex: {fault}" for fault in check.faults()]
