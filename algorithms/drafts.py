"""Writing drafts: every change of a record's texts passes here, with who made it and the document it gave.

A draft keeps its own history as stored documents (`Event`); `document.apply` is the way back from each. `revision` goes
up at each change, so that whoever saves over a newer draft is told (`Algorithm.revision`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from algorithms import document as documents
from algorithms import hints, publishing
from algorithms.document import Document
from algorithms.models import (
    Algorithm,
    Department,
    Event,
    Listing,
    Organization,
    Paragraph,
    Publication,
    Stage,
    Template,
)
from algorithms.models.algorithm import insert_rows, write_columns
from algorithms.standard import FIELDS

# What belongs to one record and not to a copy of it.
IDENTITY = ("lars", "source_id", "identifiers", "legacy")
Verb = Event.Verb


class NoSuchDraft(Exception):
    """A version or revision that does not exist or was emptied."""


def lock(pk: int) -> Algorithm:
    """Return a draft, locked until the transaction ends. Raises Algorithm.DoesNotExist."""
    return Algorithm.objects.select_for_update(of=("self",)).select_related("organization", "department").get(pk=pk)


def content(algorithm: Algorithm) -> Document:
    """Return the document of a draft as it is stored now."""
    fresh = Algorithm.objects.get(pk=algorithm.pk)
    return documents.build(documents.with_rows([fresh])[0])


def name_of(user: User | None) -> str:
    return (user.get_full_name() or user.get_username())[:200] if user else ""


def event(algorithm: Algorithm, verb: Verb, by: User | None, note: str = "", **more: Any) -> Event:
    """Write down a step in the life of a draft."""
    return Event.objects.create(
        algorithm=algorithm,
        verb=verb,
        by=by,
        by_name=name_of(by),
        note=note,
        revision=algorithm.revision,
        **more,
    )


def saved(
    algorithm: Algorithm,
    before: Document | None,
    *,
    by: User | None,
    verb: Verb = Verb.EDIT,
    note: str = "",
    confirmed: Collection[str] = (),
) -> Event | None:
    """Take in that a draft was changed from the document `before` (None: it is new); return the event, if any.

    Call it inside the transaction of the change. `confirmed` are the places whose English someone says still holds.
    """
    return saved_many([(algorithm, before)], by=by, verb=verb, note=note, confirmed=confirmed)[0]


def saved_many(
    pairs: Iterable[tuple[Algorithm, Document | None]],
    *,
    by: User | None,
    verb: Verb,
    note: str = "",
    confirmed: Collection[str] = (),
    afters: Mapping[int, Document] | None = None,
    versions: Mapping[int, int] = MappingProxyType({}),
) -> list[Event | None]:
    """`saved` for many drafts in few queries. A draft that did not change gets no event and keeps its revision.

    Who loaded the drafts in this transaction and knows what they hold now gives it in `afters`, by primary key; then
    nothing is read again. `versions` are those published in the same step, by primary key: the version holds the text,
    so that the event names it and stores none.
    """
    befores = dict(pairs)
    if afters is None:
        rows = documents.with_rows(list(Algorithm.objects.filter(pk__in=[a.pk for a in befores])))
        found = {row.pk: row for row in rows}
        afters = {row.pk: documents.build(row) for row in rows}
    else:
        found = {algorithm.pk: algorithm for algorithm in befores}
    events: list[Event | None] = []
    marked: list[Algorithm] = []  # whose marks of stale English are others now
    changed: list[Algorithm] = []
    paragraphs: list[tuple[int, str]] = []
    now = timezone.now()
    for algorithm, before in befores.items():
        row, after = found[algorithm.pk], afters[algorithm.pk]
        stale = documents.stale_pairs(before or {}, after, row.stale_english, confirmed)
        if stale != row.stale_english:
            row.stale_english = stale
            marked.append(row)
        if before == after:
            events.append(None)
            continue
        row.revision += 1
        row.edited_by, row.updated_at = by, now
        _take_stock(row, after)
        version = versions.get(row.pk)
        if not version:  # of a version, publishing knows the digest
            row.digest = documents.digest(after)
        changed.append(row)
        paragraphs += [(row.pk, digest) for digest in hints.paragraphs(after)]
        events.append(
            Event(
                algorithm=row,
                verb=verb,
                by=by,
                by_name=name_of(by),
                note=note,
                revision=row.revision,
                version=version,
                document="" if version else documents.canonical(after),
            )
        )
    write_columns(changed, ["revision", "edited_by", "updated_at", *STOCK, "digest"])
    write_columns(marked, ["stale_english"])
    _replace_paragraphs(changed, paragraphs)
    Event.objects.bulk_create([event for event in events if event], batch_size=200)
    for algorithm in befores:
        row = found[algorithm.pk]
        algorithm.revision, algorithm.edited_by = row.revision, row.edited_by
        algorithm.stale_english, algorithm.digest = row.stale_english, row.digest
    return events


STOCK = ["completeness", "missing"]


def _take_stock(row: Algorithm, texts: Document) -> None:
    found = hints.completeness(texts)
    row.completeness, row.missing = found.percentage, list(found.missing)


def take_stock() -> int:
    """Reckon what is kept beside drafts from before there was any of it; return how many there were. For `tidy`."""
    rows = Algorithm.objects.filter(digest="").order_by("pk")
    count = 0
    while batch := list(rows[:200]):
        for row in documents.with_rows(batch):
            texts = documents.build(row)
            _take_stock(row, texts)
            row.digest = documents.digest(texts)
            is_public = Listing.objects.filter(lars=row.lars).first()
            if is_public and not row.public_digest:
                row.public_digest = documents.digest(json.loads(is_public.publication.document))
        with transaction.atomic():
            write_columns(batch, [*STOCK, "digest", "public_digest"])
            found = [(row.pk, digest) for row in batch for digest in hints.paragraphs(documents.build(row))]
            _replace_paragraphs(batch, found)
        count += len(batch)
    return count


def _replace_paragraphs(rows: list[Algorithm], paragraphs: list[tuple[int, str]]) -> None:
    """Keep these (draft, digest) of the drafts, and no others."""
    Paragraph.objects.filter(algorithm__in=rows).delete()
    insert_rows(Paragraph, ["algorithm", "digest"], paragraphs)


def equal_paragraphs(algorithm: Algorithm, draft: Document, others: Any) -> dict[str, str]:
    """Return digest → name of another record with that paragraph; only of `others`, the records one may read."""
    digests = list(hints.paragraphs(draft))
    rows = Paragraph.objects.filter(digest__in=digests, algorithm__in=others).exclude(algorithm=algorithm.pk)
    found = rows.values_list("digest", "algorithm__name", "algorithm__lars").order_by("-pk")
    return {digest: name or lars for digest, name, lars in found}


# -- ways to begin, and back -------------------------------------------------------------------------------------------


def earlier(algorithm: Algorithm, *, revision: int | None = None, version: int | None = None) -> Document:
    """Return what a record held at a revision of its draft, or in a published version. Raises NoSuchDraft."""
    stored = ""
    if version is None and revision is not None:
        events = algorithm.events.filter(revision=revision)
        stored = events.exclude(document="").values_list("document", flat=True).first() or ""
        imported = events.filter(verb=Verb.IMPORT)  # published as well: the version holds the text
        version = imported.values_list("version", flat=True).first()
    if version is not None and not stored:
        versions = Publication.objects.versions(algorithm.lars).filter(version=version)
        stored = versions.values_list("document", flat=True).first() or ""
    if not stored:
        raise NoSuchDraft(_("Deze tekst is er niet (meer)."))
    return documents.content(json.loads(stored))


@transaction.atomic
def restore(algorithm: Algorithm, earlier_document: Document, *, by: User | None, note: str = "") -> Event | None:
    """Put an earlier content back into a draft. Organisation and department stay as they are now."""
    draft = lock(algorithm.pk)
    before = content(draft)
    wanted = {
        key: value for key, value in earlier_document.items() if key not in ("lars", "organization", "department")
    }
    documents.apply(draft, {"translations": {}} | wanted)
    return saved(draft, before, by=by, verb=Verb.RESTORE, note=note)


@transaction.atomic
def copy(algorithm: Algorithm, *, by: User, organization: Organization, department: Department | None) -> Algorithm:
    """Return a new draft with the texts of another and an identity of its own.

    Its name tells that it is a copy, unless that would make the name too long.
    """
    texts = content(algorithm)
    name = _("%s (kopie)") % texts["name"] if texts["name"] else ""
    if len(name) > FIELDS["name"].max_length:
        name = texts["name"]
    made = _begin(texts | {"name": name}, by, organization, department, Verb.COPY, _("Kopie van %s.") % algorithm.lars)
    made.stale_english = algorithm.stale_english  # what was older than its Dutch there, is so here
    Algorithm.objects.filter(pk=made.pk).update(stale_english=made.stale_english)
    return made


@transaction.atomic
def from_template(
    template: Template, *, by: User, organization: Organization, department: Department | None
) -> Algorithm:
    """Return a new draft that begins with the texts of a template."""
    texts = json.loads(template.document)
    return _begin(texts, by, organization, department, Verb.TEMPLATE, _("Sjabloon: %s.") % template.name)


def as_template(algorithm: Algorithm) -> str:
    """Return the document of a record as a template keeps it: without what belongs to this record alone."""
    texts = content(algorithm)
    own = (*IDENTITY, "organization", "department", "contact_email", "contact_points", "begin_date", "end_date", "url")
    texts["translations"] = {
        lang: {key: value for key, value in translated.items() if key not in own}
        for lang, translated in texts["translations"].items()
    }
    return documents.canonical({key: value for key, value in texts.items() if key not in own})


def _begin(
    texts: Document, by: User, organization: Organization, department: Department | None, verb: Verb, note: str
) -> Algorithm:
    fresh = {key: value for key, value in texts.items() if key not in (*IDENTITY, "organization", "department")}
    algorithm = Algorithm(organization=organization, department=department, owner=by)
    documents.apply(algorithm, documents.clean(fresh))
    saved(algorithm, None, by=by, verb=verb, note=note)
    return algorithm


def forget(text: str) -> tuple[int, list[str]]:
    """Empty what the history of drafts keeps of `text`, after it was redacted from the log.

    Returns how many events were emptied, and the drafts (by number) and templates (by name) that hold it still: people
    take it out there.
    """
    emptied = []
    for kept in Event.objects.exclude(document="").iterator(chunk_size=500):
        if publishing.holds(json.loads(kept.document), text):
            emptied.append(kept.pk)
    for kept in Event.objects.exclude(note="").only("note").iterator(chunk_size=500):
        if publishing.holds({"note": kept.note}, text):
            emptied.append(kept.pk)
    Event.objects.filter(pk__in=emptied).update(document="", note=_("Onleesbaar gemaakt."))
    still = []
    for start in range(0, len(pks := list(Algorithm.objects.order_by("pk").values_list("pk", flat=True))), 200):
        for draft in documents.with_rows(list(Algorithm.objects.filter(pk__in=pks[start : start + 200]))):
            if publishing.holds(documents.build(draft), text):
                still.append(draft.lars)
    templates = Template.objects.all()
    still += [template.name for template in templates if publishing.holds(json.loads(template.document), text)]
    return len(set(emptied)), still


def reopen(algorithm: Algorithm, *, by: User | None, note: str) -> None:
    """Make a reviewed or planned draft a concept again, because its texts changed after all (an import)."""
    if algorithm.stage == Stage.DRAFT:
        return
    Algorithm.objects.filter(pk=algorithm.pk).update(
        stage=Stage.DRAFT, planned_at=None, planned_by=None, planned_note=""
    )
    algorithm.stage = Stage.DRAFT
    event(algorithm, Verb.RECALL, by, note)
