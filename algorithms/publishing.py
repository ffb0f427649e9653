"""Publishing, withdrawing, redacting: the only writers of the log and of the listing (DESIGN §2).

Each verb is one transaction under the locked head row: build the document, append the entry, refresh the listing.
`published_at` is taken under the lock and never earlier than the one before.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from algorithms import document as documents
from algorithms import listing, log, richtext
from algorithms.document import Document, Problem
from algorithms.models import Action, Algorithm, Head, Listing, ListingFacet, Publication
from algorithms.models.algorithm import insert_rows, write_columns
from algorithms.search import index

REVIEW_AFTER = timedelta(days=365)
BATCH = 500  # records held in memory at a time
SAMPLE = 20  # records that are looked at to see whether the listing is of this release


class Refused(Exception):
    """A step that cannot be taken; nothing was changed. `problems` lists why, when it is about fields."""

    def __init__(self, why: str, problems: Iterable[Problem] = ()):
        super().__init__(why)
        self.problems = list(problems)


@dataclass
class Outcome:
    """What became of one record. `entry` is None when nothing was appended."""

    lars: str
    action: str  # "published", "unchanged" or "withdrawn" (not published again by an import)
    entry: Publication | None = None
    problems: list[Problem] = field(default_factory=list)


def publish(algorithm: Algorithm, *, note: str = "", republish: bool = False) -> Outcome:
    """Freeze a draft as its next public version.

    A person must have filled every required key; with `republish` (an import of what was public elsewhere) name and
    organisation suffice. An unchanged record makes no version. Raises Refused.
    """
    return publish_many([algorithm], note=note, republish=republish)[0]


def publish_many(
    algorithms: list[Algorithm],
    *,
    note: str = "",
    republish: bool = False,
    checked: Collection[str] = (),
) -> list[Outcome]:
    """`publish` for many drafts in one transaction and few queries: all of them, or Refused and none.

    `checked` are the numbers of drafts whose texts were checked a moment ago and can be published.
    """
    note = note.strip()
    _refuse_bad_text(note)
    with transaction.atomic():
        head = lock()
        drafts = documents.with_rows(algorithms)
        lars = [draft.lars for draft in drafts]
        latest = _latest(lars)
        current = current_contents(lars)
        outcomes, entries, published, frozen = [], [], [], []
        for draft in drafts:
            document = documents.build(draft)
            found = [] if draft.lars in checked else _check(document, republish)
            version, action = latest.get(draft.lars, (0, None))
            if current.get(draft.lars) == document:
                outcomes.append(Outcome(draft.lars, "unchanged", problems=found))
                continue
            if republish and action == Action.WITHDRAW:
                outcomes.append(Outcome(draft.lars, "withdrawn", problems=found))
                continue
            moment = _moment(head)
            draft.public_digest = draft.digest = documents.digest(document)
            draft.review_date = next_review(draft.review_date, moment)
            frozen.append(draft)
            document |= {
                "version": version + 1,
                "published_at": log.stamp(moment),
                "note": note,
                "salt": secrets.token_hex(16),
            }
            entry = _next_entry(
                head, draft.lars, version + 1, Action.PUBLISH, moment, note, documents.canonical(document)
            )
            entries.append(entry)
            published.append((entry, document))
            outcomes.append(Outcome(draft.lars, "published", entry, found))
        Publication.objects.bulk_create(entries)
        _refresh_listings(published)
        write_columns(frozen, ["digest", "public_digest", "review_date"])
        head.save(update_fields=["sequence", "hash", "published_at"])
    return outcomes


def next_review(chosen: date | None, published_at: datetime) -> date:
    """Return when a record is to be looked at again: the day its owners chose, else a year after its publication."""
    today = timezone.localdate(published_at)
    return chosen if chosen and chosen > today else today + REVIEW_AFTER


def current_contents(lars: list[str]) -> dict[str, Document]:
    """Return what is public now of these records, without what publishing gave it; withdrawn ones have nothing."""
    rows = _listings(lars).select_related("publication")
    return {row.lars: documents.content(json.loads(row.publication.document)) for row in rows}


def withdraw(lars: str, *, reason: str) -> Publication:
    """Take a record out of the lists; its page stays as a tombstone with the reason. Raises Refused."""
    reason = reason.strip()
    if not reason:
        raise Refused(_("Geef een reden: die leest het publiek op de plek van het algoritme."))
    _refuse_bad_text(reason)
    with transaction.atomic():
        head = lock()
        row = Listing.objects.filter(lars=lars).select_related("publication").first()
        if row is None:
            raise Refused(_("Dit algoritme is niet openbaar, dus er valt niets in te trekken."))
        entry = _next_entry(
            head, lars, row.version, Action.WITHDRAW, _moment(head), reason, sha256=row.publication.sha256
        )
        entry.save(force_insert=True)
        changes = index.remove([row.publication_id])
        _listings([lars]).delete()
        index.add([], changes)
        head.save(update_fields=["sequence", "hash", "published_at"])
    return entry


@dataclass(frozen=True)
class Found:
    """Where a text stands in the log: `place` is "document" or "note"; `is_current` when the public reads it now."""

    sequence: int
    lars: str
    version: int
    place: str
    is_current: bool


def find(text: str) -> list[Found]:
    """Return every version and note of the log that holds `text`, whatever its case, markup and white space."""
    needle = _folded(text)
    if not needle:
        raise Refused(_("Geef de tekst die onleesbaar moet worden."))
    current = set(Listing.objects.values_list("publication_id", flat=True))
    found = []
    for entry in Publication.objects.iterator(chunk_size=500):
        if entry.document and holds(json.loads(entry.document), needle):
            found.append(Found(entry.sequence, entry.lars, entry.version, "document", entry.sequence in current))
        if needle in _folded(entry.note):
            found.append(Found(entry.sequence, entry.lars, entry.version, "note", entry.sequence in current))
    return found


def holds(document: Document, text: str) -> bool:
    """Whether a document holds `text`, whatever its case, markup and white space."""
    needle = _folded(text)
    return any(needle in _folded(part) for part in _strings(document))


def redact(text: str, *, reason: str) -> list[Found]:
    """Empty every version and note that holds `text`, after an entry that says so with the reason. Raises Refused.

    Refuses while a current version holds it: publish a clean one first, or withdraw the record. The chain still
    verifies, because it covers the hashes of what was emptied.
    """
    reason = reason.strip()
    if not reason:
        raise Refused(_("Geef een reden: die staat in het openbare logboek."))
    _refuse_bad_text(reason)
    if _folded(text) in _folded(reason):
        raise Refused(_("De reden bevat zelf de tekst die onleesbaar moet worden."))
    with transaction.atomic():
        head = lock()
        found = find(text)
        if not found:
            raise Refused(_("De tekst staat in geen enkele versie of toelichting."))
        if current := sorted({place.lars for place in found if place.is_current}):
            raise Refused(
                _("De huidige versie van %s bevat de tekst. Publiceer eerst een versie zonder, of trek haar in.")
                % ", ".join(current)
            )
        emptied = Publication.objects.filter(sequence__in={place.sequence for place in found}).order_by("sequence")
        for concerned in emptied:
            entry = _next_entry(
                head,
                concerned.lars,
                concerned.version,
                Action.REDACT,
                _moment(head),
                reason,
                sha256=concerned.redactable_sha256,
            )
            entry.save(force_insert=True)
        head.save(update_fields=["sequence", "hash", "published_at"])
        emptied.update(document="", note="")  # the one change the triggers let through
        index.forget()
        # Bulk files of before are never served again, but they would still hold the text.
        transaction.on_commit(lambda: shutil.rmtree(settings.BULK_DIR, ignore_errors=True))
    return found


# -- the log -----------------------------------------------------------------------------------------------------------


def lock() -> Head:
    """Return the head row, locked until the transaction ends (SQLite: its transactions begin IMMEDIATE).

    Whoever writes for longer, an import, takes it first: then writers wait for each other instead of failing half way.
    """
    return Head.objects.select_for_update().get(pk=Head.ID)


def _moment(head: Head) -> datetime:
    now = timezone.now()
    return max(now, head.published_at) if head.published_at else now


def _next_entry(
    head: Head,
    lars: str,
    version: int,
    action: Action,
    moment: datetime,
    note: str,
    document: str = "",
    sha256: str = "",
) -> Publication:
    """Return the next entry, unsaved, and move the head on to it."""
    entry = Publication(
        sequence=head.sequence + 1,
        lars=lars,
        version=version,
        action=action,
        published_at=moment,
        note=note,
        document=document,
        sha256=sha256 or log.sha256(document),
        note_sha256=log.sha256(note),
        previous=head.hash,
    )
    entry.hash = log.entry_hash(entry)
    head.sequence, head.hash, head.published_at = entry.sequence, entry.hash, moment
    return entry


def _latest(lars: list[str]) -> dict[str, tuple[int, str]]:
    """Return (highest version, last action that is not a redaction) of each record that has been public."""
    entries = Publication.objects.filter(lars__in=lars)
    versions = dict(entries.values_list("lars").annotate(Max("version")))
    last = entries.exclude(action=Action.REDACT).values("lars").annotate(last=Max("sequence")).values("last")
    return {
        lars: (versions[lars], action)
        for lars, action in Publication.objects.filter(sequence__in=last).values_list("lars", "action")
    }


def _check(document: Document, republish: bool) -> list[Problem]:
    """Return what is worth a warning; raise Refused for what blocks."""
    found = documents.problems(document)
    blocking = documents.blocking_republication(found) if republish else documents.blocking_publication(found)
    if blocking:
        why = _("'%s' kan nog niet gepubliceerd worden.") % (document["name"] or document["lars"])
        raise Refused(" ".join([why, *(str(problem) for problem in blocking)]), blocking)
    return found


def _refuse_bad_text(text: str) -> None:
    if bad := richtext.forbidden_character(text):
        raise Refused(_("De toelichting bevat een onzichtbaar teken (%s). Haal dat teken weg.") % bad)


# -- the listing -------------------------------------------------------------------------------------------------------


def _listings(lars: list[str]) -> QuerySet[Listing]:
    return Listing.objects.filter(lars__in=lars)


def _refresh_listings(published: list[tuple[Publication, Document]]) -> None:
    before = _listings([entry.lars for entry, _document in published])
    changes = index.remove(list(before.values_list("publication_id", flat=True)))
    before.delete()
    Listing.objects.bulk_create(
        [Listing(publication=entry, **listing.columns(document, entry.published_at)) for entry, document in published]
    )
    facets = [(entry.sequence, *values) for entry, document in published for values in listing.facets(document)]
    insert_rows(ListingFacet, ["listing", "facet", "slug", "label"], facets)
    index.add([(entry.sequence, document) for entry, document in published], changes)


def listings_are_current() -> bool:
    """Whether this release made the listing: no column is empty, and the newest records count as they would now.

    A document that is not what was published says nothing here: `verify_register` names it.
    """
    if Listing.objects.filter(completeness__isnull=True).exists():
        return False
    newest = Listing.objects.newest_first().exclude(publication__document="").select_related("publication")[:SAMPLE]
    return all(
        row.completeness == listing.columns(json.loads(row.publication.document), row.published_at)["completeness"]
        for row in newest
        if log.sha256(row.publication.document) == row.publication.sha256
    )


def rebuild_listings() -> int:
    """Make the listing and the search index anew from the log; return how many records are public."""
    with transaction.atomic():
        lock()
        index.clear()
        Listing.objects.all().delete()
        last = Publication.objects.exclude(action=Action.REDACT).values("lars").annotate(last=Max("sequence"))
        entries = Publication.objects.filter(sequence__in=last.values("last"), action=Action.PUBLISH)
        count = 0
        for batch in _batches(entries):
            _refresh_listings(batch)
            count += len(batch)
        index.sign()
        Head.raise_site_revision()  # what a process keeps in memory of the listing is made anew too
    return count


def rebuild_index() -> Iterator[tuple[int, int]]:
    """Make the search index anew from the documents that are public; yield (records done, records in all).

    It is one transaction: whoever searches meanwhile finds by the old one.
    """
    with transaction.atomic():
        lock()
        index.clear()
        entries = Publication.objects.filter(listing__isnull=False)
        total, done = entries.count(), 0
        for batch in _batches(entries):
            index.add([(entry.sequence, document) for entry, document in batch], Counter())
            done += len(batch)
            yield done, total
        index.sign()
        Head.raise_site_revision()


def _batches(entries: QuerySet[Publication]) -> Iterator[list[tuple[Publication, Document]]]:
    batch = []
    for entry in entries.iterator(chunk_size=BATCH):
        batch.append((entry, json.loads(entry.document)))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _strings(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)


def _folded(text: str) -> str:
    """Return text as a redaction compares it: without markup, case and white space differences."""
    words = richtext.plain(text) if "<" in text or "&" in text else text
    return " ".join(words.casefold().split())
