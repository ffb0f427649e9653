"""Records a reader found become drafts, and when asked publications: matched, compared, saved, reported.

Cleaning and checking happen before the transaction; then one transaction a file writes all of it. A record that cannot
be taken is refused by itself and named with its cure; the rest is saved. What has no place here is kept in `legacy`
with a warning: nothing that comes in is dropped. A command may write everything, a person what is theirs
(`importers.rights`).
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from algorithms import document as documents
from algorithms import drafts as drafting
from algorithms import publishing
from algorithms.document import Document, Problem
from algorithms.models import Algorithm, Department, Event, Organization, Page, Stage
from algorithms.models.register import fold, free_slug
from algorithms.richtext import is_excessive
from algorithms.standard import FIELDS, HARD_LIMIT, ROW_KEYS, TRANSLATED, Kind, translated_columns
from importers.readers import Page as ReadPage
from importers.readers import Reading, Record
from importers.report import CHANGED, CREATED, UNCHANGED, Report, at_most
from importers.rights import Rights

BATCH, BATCH_ROWS = 200, 10_000  # records, and their rows, written together: bounds memory, keeps queries few
MOST_NEW = 1000  # organisations, and departments, that the records of one file may add

ASK = "Vraag de registerbeheerder, of haal dit record uit het bestand."
CHOOSE = "Kies wat er bedoeld is, of vraag de registerbeheerder om haar toe te voegen."


@dataclass
class Candidate:
    """A record on its way in: cleaned values, the draft it belongs to (None: a new one), and what to tell."""

    record: Record
    values: Document
    warnings: list[str]
    found: list[str]  # what is worth a warning of a new draft
    organization: Organization | None = None
    department: Department | None = None  # that the file names; None: none, or one that this import makes
    known: _Known | None = None
    draft: Algorithm | None = None
    before: Document | None = None
    after: Document = field(default_factory=dict)  # what the draft holds once all is saved
    fields: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.values.get("name", ""))


@dataclass(frozen=True)
class Terms:
    """How an import is done. `organization` and `department` fill what a record leaves open and replace nothing.

    A person says with `organizations` (by name or slug) and `departments` (by organisation and path) what is meant by
    names that are unknown here; a command makes what is new.
    """

    by: User | None
    organization: Organization | None
    department: Department | None
    organizations: Mapping[str, Organization]
    departments: Mapping[tuple[int, str], Department]
    publish: bool
    note: str


@contextmanager
def dry_run() -> Iterator[None]:
    """Roll back all that is loaded within; the reports stay."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def load(
    reading: Reading,
    report: Report,
    *,
    by: User | None = None,
    organization: Organization | None = None,
    department: Department | None = None,
    organizations: Mapping[str, Organization] = MappingProxyType({}),
    departments: Mapping[tuple[int, str], Department] = MappingProxyType({}),
    publish: bool = False,
    note: str = "",
) -> None:
    """Write one file's records, pages and register data, and add what became of each to `report`; see `Terms`.

    With `publish` what the file brings is published again ("republication", DESIGN §10); a draft with changes of an
    author's own stays a draft. Raises nothing for a bad record: it is refused in the report. What a person (`by`)
    imports goes by their rights and only makes drafts: ValueError with `publish`.
    """
    if by and publish:
        raise ValueError("a person's import makes drafts; they are published by review")
    terms = Terms(by, organization, department, organizations, departments, publish, note)
    with collecting_by_hand():
        candidates = list(_checked(reading, report, terms))
        gc.collect(0)
        with transaction.atomic():
            _lock()
            rights = Rights(by)
            _save_register_data(reading, report, rights)
            matches = _Matches(rights, candidates)
            taken = [candidate for candidate in candidates if _match(candidate, matches, report, terms)]
            for batch in _batches(taken):
                _save(batch, report, terms, rights)
                gc.collect(0)
            _save_pages(reading, report, publish, rights)
    for refusal in reading.refused:
        report.refuse(refusal.where, refusal.why, refusal.cure)


@contextmanager
def collecting_by_hand() -> Iterator[None]:
    """Leave garbage to `gc.collect(0)`, which looks only at what was made since the one before.

    By itself Python looks again and again through all that is alive, the whole file among it: a third of an import.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _lock() -> None:
    """Let one import at a time write, and nobody else a draft meanwhile. Raises nothing; it waits.

    First the head, then the drafts, as who publishes one does: in another order two could wait for each other. Without
    the head, imports at once would make the same records new.
    """
    publishing.lock()
    list(Algorithm.objects.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))


# -- before the transaction --------------------------------------------------------------------------------------------


def _checked(reading: Reading, report: Report, terms: Terms) -> Iterator[Candidate]:
    for record in reading.records:
        values, record.values = documents.clean(record.values), {}  # one copy in memory is enough
        warnings = [_sentence(warning.key, warning.message) for warning in record.warnings]
        if not values.get("organization"):
            if terms.organization is None:
                cure = "Kies waarvoor u schrijft." if terms.by else "Geef de organisatie op met --organization SLUG."
                report.refuse(record.where, "Dit record heeft geen organisatie.", cure)
                continue
            values["organization"] = {"name": terms.organization.name, "slug": terms.organization.slug}
        found = documents.problems(values)
        if all(problem.rule in ("value", "empty", "length") for problem in documents.blocking(found)) and (
            kept := keep_impossible(values, found)
        ):
            warnings += kept
            found = documents.problems(values)
        if blocking := documents.blocking_republication(found):
            _refuse(report, record, blocking)
            continue
        yield Candidate(record, values, at_most(warnings), at_most([str(problem) for problem in found]))


def _refuse(report: Report, record: Record, problems: list[Problem]) -> None:
    why = " ".join(f"{p.label}: {p.why}" for p in problems[:5])
    more = f" En nog {len(problems) - 5} bezwaren." if len(problems) > 5 else ""
    report.refuse(record.where, why + more, problems[0].cure)


def keep_impossible(values: Document, found: list[Problem]) -> list[str]:
    """Move values that cannot be (month 13, a status nobody knows) to `legacy`; return a warning for each."""
    warnings = []
    # From the last row to the first, so that a row that goes does not renumber the others.
    for problem in sorted(documents.blocking(found), key=_row_number, reverse=True):
        if problem.rule in ("value", "empty") and problem.key.split(".")[0] in {*FIELDS, "lars"}:
            kept = _keep(values, problem)
            if kept:
                warnings.append(f"{problem} De waarde is bewaard bij 'Overige gegevens uit een eerdere standaard'.")
    return warnings


def _row_number(problem: Problem) -> int:
    parts = problem.key.split(".")
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0


def _keep(values: Document, problem: Problem) -> bool:
    key, *place = problem.key.split(".")
    if place and not place[0].isdigit():
        return False  # a translated text: its rules are those of the Dutch one, and it is refused with its name
    if place:
        number = int(place[0]) - 1
        rows = values[key]
        if number >= len(rows):
            return False
        row = rows[number]
        column = next((column for column in FIELDS[key].columns if len(place) > 1 and column.key == place[1]), None)
        if column and not column.required and row.get(column.key):
            text, row[column.key] = row[column.key], ""
            _to_legacy(values, key, f"{FIELDS[key].label.nl}: {column.label.nl}", text)
            return True
        labels = {column.key: column.label.nl for column in FIELDS[key].columns}
        text = "\n".join(f"{labels.get(name, name)}: {cell}" for name, cell in row.items() if cell)
        _to_legacy(values, key, FIELDS[key].label.nl, text)
        del rows[number]
        for texts in values.get("translations", {}).values():
            if number < len(texts.get(key, [])):
                del texts[key][number]
        return True
    if key == "category":
        known = {option.value for option in FIELDS[key].choices}
        unknown = [item for item in values[key] if item not in known]
        values[key] = [item for item in values[key] if item in known]
        for item in unknown:
            _to_legacy(values, key, FIELDS[key].label.nl, item)
        return bool(unknown)
    if not values.get(key) or not isinstance(values[key], str):
        return False
    _to_legacy(values, key, FIELDS[key].label.nl if key in FIELDS else "Algoritme-ID", values[key])
    values[key] = ""
    return True


def _to_legacy(values: Document, key: str, title: str, text: str) -> None:
    values.setdefault("legacy", []).append({"key": key, "title": title, "text": text, "standard": ""})


# -- inside the transaction --------------------------------------------------------------------------------------------


class _Known(NamedTuple):
    """What a draft is matched by; its texts are loaded only when a record means it."""

    pk: int
    lars: str
    organization: int
    source_id: str
    name: str
    proposed_name: str


class _Matches:
    """Which draft a record belongs to: by LARS or source id, else by organisation and folded name (DESIGN §10).

    What a person may not read is not found by its name; its numbers are taken all the same. Of all drafts only those
    are remembered that `candidates` could mean: a register may be much larger than a file.
    """

    def __init__(self, rights: Rights, candidates: Sequence[Candidate] = ()) -> None:
        self.rights = rights
        self.by_lars: dict[str, _Known] = {}
        self.by_source_id: dict[tuple[int, str], _Known] = {}
        self.by_name: dict[tuple[int, str], list[_Known]] = {}
        self.by_proposed_name: dict[tuple[int, str], _Known] = {}
        self.seen: dict[object, str] = {}  # what a record of this file claimed → where it stands
        self.by_slug: dict[str, Organization] = {}
        self.known_as: dict[str, Organization] = {}
        self.departments: dict[tuple[int, str], Department | None] = {
            (department.organization_id, department.path): department for department in Department.objects.all()
        }  # None: one that this file makes
        self.new: Counter[str] = Counter()
        for organization in Organization.objects.all():
            self.add(organization)
        if candidates:
            self._remember(candidates)

    def _remember(self, candidates: Sequence[Candidate]) -> None:
        numbers = {candidate.values.get("lars") for candidate in candidates}
        source_ids = {candidate.values.get("source_id") for candidate in candidates}
        names = {_key(candidate.name) for candidate in candidates}
        proposed_names = {fold(candidate.record.proposed_name) for candidate in candidates}
        columns = ("pk", "lars", "organization_id", "source_id", "name", "proposed_name")
        for known in map(_Known._make, Algorithm.objects.order_by("pk").values_list(*columns).iterator()):
            if known.lars in numbers:
                self.by_lars[known.lars] = known
            if known.source_id and known.source_id in source_ids:
                self.by_source_id[known.organization, known.source_id] = known
            if not self.rights.sees(known.pk):
                continue
            if known.proposed_name and known.proposed_name in proposed_names:
                self.by_proposed_name[known.organization, known.proposed_name] = known
            if (name := _key(known.name)) in names:
                self.by_name.setdefault((known.organization, name), []).append(known)

    def add(self, organization: Organization) -> None:
        self.by_slug[organization.slug] = organization
        for name in (organization.name, *organization.aliases):
            self.known_as.setdefault(_key(name), organization)

    def organization(self, value: Document) -> Organization | None:
        """As `documents.find_organization`, without a query for each name."""
        return self.by_slug.get(value.get("slug", "")) or self.known_as.get(_key(value.get("name", "")))

    def find(self, candidate: Candidate, organization: Organization) -> _Known | None:
        """Raises publishing.Refused when more than one draft could be meant."""
        values = candidate.values
        if found := self.by_lars.get(values.get("lars", "")):
            return found
        if (source_id := values.get("source_id")) and (found := self.by_source_id.get((organization.pk, source_id))):
            return found
        named = self.by_name.get((organization.pk, _key(candidate.name)), [])
        if len(named) > 1:
            raise publishing.Refused(f"Er zijn {len(named)} algoritmes met de naam '{candidate.name}'.")
        if named and not (values.get("lars") and values["lars"] != named[0].lars):
            return named[0]
        proposed = candidate.record.proposed_name
        return self.by_proposed_name.get((organization.pk, fold(proposed))) if proposed else None

    def claim(self, key: object, where: str) -> str | None:
        """Note who speaks of something first; return where that was when it was another."""
        first = self.seen.setdefault(key, where)
        return None if first is where else first


def _key(name: str) -> str:
    """Return a name as it is compared; one without any Latin letter or digit is compared as it is."""
    return fold(name) or name.casefold()


def _match(candidate: Candidate, matches: _Matches, report: Report, terms: Terms) -> bool:
    """Find organisation, department and draft of a candidate; False when it was refused."""
    values, where, rights = candidate.values, candidate.record.where, matches.rights
    number_or_id = "Geef het juiste Algoritme-ID of Bron-ID mee."
    source_id = values.get("source_id")
    owner = matches.by_lars.get(values.get("lars", ""))
    if owner and not rights.sees(owner.pk):
        report.refuse(where, f"Algoritme-ID {owner.lars} hoort hier bij een algoritme waar u geen rol bij hebt.", ASK)
        return False
    organization = _organization(values["organization"], matches, terms)
    if owner and (organization is None or owner.organization != organization.pk):
        report.refuse(where, f"Algoritme-ID {owner.lars} hoort bij een andere organisatie.", number_or_id)
        return False
    if organization is None and terms.by:
        name = _called(values["organization"])
        report.miss_organization(name)
        report.refuse(where, f"De organisatie '{name}' is hier onbekend.", CHOOSE)
        return False
    try:
        organization = organization or _new_organization(values["organization"], candidate, matches)
        if not _place(candidate, organization, matches, report, terms):
            return False
        candidate.known = matches.find(candidate, organization)
    except publishing.Refused as refused:
        report.refuse(where, str(refused), number_or_id)
        return False
    other = matches.by_source_id.get((organization.pk, source_id)) if source_id else None
    if other and not rights.sees(other.pk):
        report.refuse(where, f"Bron-ID {source_id} hoort hier bij een algoritme waar u geen rol bij hebt.", ASK)
        return False
    if other and other != candidate.known:
        report.refuse(where, f"Bron-ID {source_id} hoort al bij Algoritme-ID {other.lars}.", number_or_id)
        return False
    if candidate.known is None and not _may_begin(candidate, report, terms, rights):
        return False
    identity = (
        candidate.known.lars if candidate.known else values.get("lars") or (organization.pk, _key(candidate.name))
    )
    claims: list[object] = [(organization.pk, "source_id", source_id)] if source_id else []
    if candidate.known or values.get("lars") or not source_id:
        claims.append(identity)
    for claim in claims:
        if first := matches.claim(claim, where):
            report.refuse(
                where,
                f"'{candidate.name}' staat twee keer in dit bestand; het eerst bij {first}.",
                "Haal de dubbele weg of geef elk een eigen naam of Bron-ID.",
            )
            return False
    values["organization"] = {"name": organization.name, "slug": organization.slug, "tooi": organization.tooi}
    return True


def _called(value: Document) -> str:
    return str(value.get("name") or value.get("slug") or "")


def _organization(value: Document, matches: _Matches, terms: Terms) -> Organization | None:
    """Return the organisation a record names; for a person also the one chosen for a name that is unknown here."""
    return matches.organization(value) or terms.organizations.get(_called(value))


def _place(candidate: Candidate, organization: Organization, matches: _Matches, report: Report, terms: Terms) -> bool:
    """Find the department a record names; False when it was refused. Raises publishing.Refused."""
    candidate.organization = organization
    path = _path(candidate.values.get("department"))
    if not path:
        if "department" in candidate.values:
            candidate.values["department"] = None
        return True
    place = (organization.pk, path)
    if found := matches.departments.get(place) or terms.departments.get(place):
        candidate.department = found
        candidate.values["department"] = {"name": found.name, "slug": found.slug, "path": found.path}
        return True
    if terms.by:
        report.miss_department(*place)
        why = f"De afdeling '{path}' van {organization.name} is hier onbekend."
        report.refuse(candidate.record.where, why, CHOOSE)
        return False
    candidate.values["department"] = {"path": path}
    if place not in matches.departments:
        _count("afdelingen", matches)
        matches.departments[place] = None
    return True


def _may_begin(candidate: Candidate, report: Report, terms: Terms, rights: Rights) -> bool:
    """Give a new record the department it lacks; False when it was refused in its place."""
    given, organization = terms.department, candidate.organization
    if given and organization and not candidate.values.get("department") and given.organization_id == organization.pk:
        candidate.department = given
        candidate.values["department"] = {"name": given.name, "slug": given.slug, "path": given.path}
    if organization and (why := rights.why_not_in(organization, candidate.department)):
        cure = "" if candidate.department or given else "Kies waarvoor u schrijft. "
        report.refuse(candidate.record.where, why, f"{cure}Of vraag de registerbeheerder om een rol.")
        return False
    return True


def _new_organization(value: Document, candidate: Candidate, matches: _Matches) -> Organization:
    """Make an organisation that is unknown here, with a warning. Raises publishing.Refused."""
    if not value.get("name"):
        raise publishing.Refused(
            f"Er is hier geen organisatie met de slug '{value.get('slug')}', en de naam ontbreekt."
        )
    _count("organisaties", matches)
    organization = Organization(**_named(value, "name", "tooi"))
    organization.slug = free_slug(Organization, value.get("slug") or organization.name)
    if faults := _faults(organization):
        raise publishing.Refused(f"De organisatie '{organization.name}' kan niet worden toegevoegd. {faults}")
    organization.save()
    matches.add(organization)
    candidate.warnings.append(f"Organisatie: '{organization.name}' was hier onbekend en is toegevoegd.")
    return organization


def _count(what: str, matches: _Matches) -> None:
    matches.new[what] += 1
    if matches.new[what] > MOST_NEW:
        raise publishing.Refused(f"Dit bestand noemt meer dan {MOST_NEW} nieuwe {what}; splits het.")


def _batches(candidates: list[Candidate]) -> Iterator[list[Candidate]]:
    """Cut candidates in batches that are not too large, rows counted too."""
    batch: list[Candidate] = []
    rows = 0
    for candidate in candidates:
        batch.append(candidate)
        rows += sum(len(candidate.values.get(key, ())) for key in ROW_KEYS)
        if len(batch) == BATCH or rows > BATCH_ROWS:
            yield batch
            batch, rows = [], 0
    if batch:
        yield batch


def _save(candidates: list[Candidate], report: Report, terms: Terms, rights: Rights) -> None:
    """Write a batch of drafts, publish them when asked, and report each."""
    drafts = Algorithm.objects.in_bulk([candidate.known.pk for candidate in candidates if candidate.known])
    documents.with_rows(list(drafts.values()))
    public = publishing.current_contents([draft.lars for draft in drafts.values()]) if terms.publish else {}
    pairs: list[tuple[Algorithm, Document]] = []
    taken: list[tuple[Candidate, Algorithm]] = []
    created: set[int] = set()  # ids of candidates
    own_work: set[str] = set()  # numbers of drafts that hold what no file brought
    for candidate in candidates:
        if candidate.known is None:
            draft = Algorithm(proposed_name=fold(candidate.record.proposed_name)[:250], owner=terms.by)
            candidate.fields = sorted(key for key, value in candidate.values.items() if value)
            candidate.warnings += candidate.found
            created.add(id(candidate))
            taken.append((candidate, draft))
            pairs.append((draft, candidate.values))
            continue
        draft = drafts[candidate.known.pk]
        candidate.before = candidate.after = before = documents.build(draft)
        if candidate.record.name_is_proposed:
            candidate.values.pop("name", None)  # a guess never replaces a name that stands
        changes = _changes(before, candidate.values)
        if changes and (why := rights.why_not_change(draft)):
            report.refuse(candidate.record.where, f"'{draft}': {why}", "Lees het bestand daarna opnieuw in.")
            continue
        if "department" in changes and (why := rights.why_not_in(draft.organization, candidate.department)):
            report.refuse(candidate.record.where, why, "Laat de afdeling weg, dan blijft die zoals zij is.")
            continue
        found = documents.problems(before | changes | ({} if "translations" in changes else {"translations": {}}))
        if blocking := documents.blocking_republication(found):
            _refuse(report, candidate.record, blocking)
            continue
        taken.append((candidate, draft))
        candidate.warnings += [str(problem) for problem in found]
        if terms.publish and (keys := _own_work(before, public.get(draft.lars), candidate.values)):
            own_work.add(draft.lars)
            candidate.warnings.append(
                f"Niet gepubliceerd: in het concept staat werk dat niet uit dit bestand komt ({', '.join(keys)}). "
                "Kijk het na en publiceer het in het beheer."
            )
        if not changes:
            continue
        candidate.fields = sorted(changes)
        candidate.warnings += _lost_english(before, changes) + _stale_english(before, changes)
        if draft.stage != Stage.DRAFT:
            candidate.warnings.append(
                f"Het algoritme was {draft.get_stage_display()} en is weer concept, omdat de tekst wijzigt."
            )
        if candidate.record.proposed_name:
            draft.proposed_name = fold(candidate.record.proposed_name)[:250]
        pairs.append((draft, changes))
    documents.apply_many(pairs)
    changed = [(candidate, draft) for candidate, draft in taken if candidate.fields]
    documents.with_rows([draft for _candidate, draft in changed])
    for candidate, draft in changed:
        candidate.after = documents.build(draft)
    outcomes = {}
    if terms.publish:
        brought = [draft for found, draft in taken if found.record.was_public and draft.lars not in own_work]
        checked = {draft.lars for _candidate, draft in taken}  # above; the rest was refused
        published = publishing.publish_many(brought, note=terms.note, republish=True, checked=checked)
        outcomes = {outcome.lars: outcome for outcome in published}
    versions = {lars: outcome.entry.version for lars, outcome in outcomes.items() if outcome.entry}
    _write_history(taken, versions, report.file, terms)
    for candidate, draft in taken:
        if draft.lars in outcomes and outcomes[draft.lars].action == "withdrawn":
            candidate.warnings.append("Dit algoritme is ingetrokken; een import publiceert het niet opnieuw.")
        report.record(
            candidate.after,
            lars=draft.lars,
            name=draft.name,
            action=CREATED if id(candidate) in created else CHANGED if candidate.fields else UNCHANGED,
            fields=candidate.fields,
            warnings=candidate.warnings,
            version=versions.get(draft.lars),
            revision=draft.revision,
        )
        candidate.values, candidate.before, candidate.after = {}, None, {}  # the next batch needs the room


def _write_history(taken: list[tuple[Candidate, Algorithm]], versions: dict[str, int], file: str, terms: Terms) -> None:
    """Write down what was imported and published; what was under review or planned and changed is a concept again."""
    changed = [(candidate, draft) for candidate, draft in taken if candidate.fields]
    note = f"Bestand: {file[:200]}"
    drafting.saved_many(
        [(draft, candidate.before) for candidate, draft in changed],
        by=terms.by,
        verb=Event.Verb.IMPORT,
        note=note,
        afters={draft.pk: candidate.after for candidate, draft in changed},
        versions={draft.pk: versions[draft.lars] for _candidate, draft in changed if draft.lars in versions},
    )
    Event.objects.bulk_create(
        Event(
            algorithm=draft,
            verb=Event.Verb.PUBLISH,
            by=terms.by,
            by_name=drafting.name_of(terms.by),
            note=terms.note,
            revision=draft.revision,
            version=versions[draft.lars],
        )
        for candidate, draft in taken
        if not candidate.fields and draft.lars in versions
    )
    for candidate, draft in taken:
        if draft.stage != Stage.DRAFT and (candidate.fields or draft.lars in versions):
            drafting.reopen(draft, by=terms.by, note=f"Een import heeft de tekst gewijzigd. {note}")


def _changes(before: Document, values: Document) -> Document:
    """Return the values that differ from the draft. What the source does not speak of stays as it is."""
    changes = {}
    for key, value in values.items():
        if key in ("lars", "organization"):
            continue
        if key == "department":
            if _path(value) != _path(before[key]):
                changes[key] = value
        elif key == "translations":
            if value and value != before[key]:
                changes[key] = value
        elif value != before.get(key, ""):
            changes[key] = value
    return changes


def _own_work(before: Document, public: Document | None, values: Document) -> list[str]:
    """Return the labels of what a draft holds, is not public and the file does not speak of: an author's own work."""
    if public is None:
        public = {"lang": before["lang"], "standard_version": before["standard_version"]}
    keys = [key for key in before if key not in values and key not in ("lars", "organization")]
    own = [key for key in keys if before[key] != public.get(key, before[key] if not before[key] else None)]
    return [str(FIELDS[key].label) if key in FIELDS else "Engels" for key in own]


def _stale_english(before: Document, changes: Document) -> list[str]:
    """Return a warning for texts whose Dutch changes and whose English stays."""
    if "translations" in changes:
        return []
    english = before["translations"].get("eng", {})
    stale = [str(FIELDS[key].label) for key in changes if key in TRANSLATED and english.get(key)]
    why = "Het Nederlands is vervangen en het Engels is gebleven bij"
    return [f"{why}: {', '.join(stale)}. Kijk of de vertaling nog klopt."] if stale else []


def _path(department: Document | None) -> str:
    return str(department.get("path") or department.get("name", "")) if department else ""


def _lost_english(before: Document, changes: Document) -> list[str]:
    """Return a warning per group of rows whose English goes because its Dutch is replaced."""
    if "translations" in changes:
        return []
    warnings = []
    for key in ROW_KEYS:
        if key not in changes:
            continue
        kept = {(column.key, row.get(column.key)) for row in changes[key] for column in translated_columns(key)}
        english = before["translations"].get("eng", {}).get(key, [])
        lost = sum(
            (column, dutch.get(column)) not in kept
            for dutch, row in zip(before[key], english, strict=False)
            for column in row
        )
        if lost:
            warnings.append(
                f"{FIELDS[key].label}: het Nederlands is vervangen, daarom zijn {lost} Engelse teksten vervallen."
            )
    return warnings


# -- register data -----------------------------------------------------------------------------------------------------


def _save_register_data(reading: Reading, report: Report, rights: Rights) -> None:
    """Make organisations and departments a file brings along; what stands here already is only filled up."""
    if not (reading.organizations or reading.departments):
        return
    if not rights.keeps(Organization):
        _refuse_register_data(report, "organizations en departments", "Organisaties en afdelingen zijn")
        return
    matches = _Matches(rights)
    for row in reading.organizations:
        organization = matches.organization(row) or Organization(**_named(row, "name", "slug"))
        _fill(organization, row, ("tooi", "website", "about", "about_en"))
        organization.aliases = list(dict.fromkeys([*organization.aliases, *row.get("aliases", [])]))
        if _stored(organization, row["where"], report):
            matches.add(organization)
    for row in reading.departments:
        called = row.get("organization", "")
        owner = matches.organization({"slug": called, "name": called})
        if owner is None:
            report.refuse(row["where"], f"De organisatie '{called}' is hier onbekend.", "Noem haar naam of slug.")
            continue
        path = " ".join(row.get("path", "").split())
        department = owner.departments.filter(path=path).first() or Department(organization=owner, path=path)
        _fill(department, row, ("phone", "email"))
        _stored(department, row["where"], report)


def _named(row: dict[str, Any], *names: str) -> dict[str, str]:
    return {name: " ".join(row.get(name, "").split()) for name in names}


def _faults(target: Organization | Department | Page) -> str:
    """Return why a row of the register cannot be stored, in the words of its model; "" when it can."""
    labels = {column.name: str(column.verbose_name) for column in target._meta.fields}
    for name in ("about", "about_en", "body", "body_en"):
        text = getattr(target, name, "")
        if len(text) > HARD_LIMIT or is_excessive(text):
            return f"{labels[name]}: de tekst is te lang of de opmaak te diep genest."
    try:
        target.full_clean()
    except ValidationError as error:
        return " ".join(f"{labels.get(name, '')}: {' '.join(why)}" for name, why in error.message_dict.items())
    return ""


def _stored(target: Organization | Department | Page, where: str, report: Report) -> bool:
    """Save a row of the register; False when it was refused."""
    if faults := _faults(target):
        report.refuse(where, faults, "Verbeter deze waarden.")
        return False
    target.save()
    return True


def _fill(target: Organization | Department, row: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        if row.get(name) and not getattr(target, name):
            setattr(target, name, row[name])


def _refuse_register_data(report: Report, where: str, what: str) -> None:
    report.refuse(where, f"{what} van het hele register en niet overgenomen.", "Vraag de registerbeheerder erom.")


def _save_pages(reading: Reading, report: Report, publish: bool, rights: Rights) -> None:
    if reading.pages and not rights.keeps(Page):
        _refuse_register_data(report, "pages", "Pagina's zijn")
        return
    for page in reading.pages:
        _save_page(page, report, publish)


def _save_page(read: ReadPage, report: Report, publish: bool) -> None:
    """Make or change a page of the register. It is public when the import publishes."""
    english = read.translations.get("eng", {})
    wanted = {
        "title": read.title,
        "body": documents.clean_text(Kind.RICH, read.body),
        "title_en": english.get("title", ""),
        "body_en": documents.clean_text(Kind.RICH, english.get("body", "")),
    }
    page = Page.objects.filter(slug=read.slug).first()
    if page is None:
        page = Page(slug=read.slug, is_public=publish, in_footer=read.in_footer, order=read.order, **wanted)
        if _stored(page, read.where, report):
            report.page(read.slug, read.title, CREATED)
        return
    changed = {name: text for name, text in wanted.items() if text and text != getattr(page, name)}
    if publish and not page.is_public:
        changed["is_public"] = True
    for name, value in changed.items():
        setattr(page, name, value)
    if not changed or _stored(page, read.where, report):
        report.page(read.slug, read.title, CHANGED if changed else UNCHANGED)


def _sentence(key: str, message: str) -> str:
    return f"{FIELDS[key].label}: {message}" if key in FIELDS else message
