"""Records a reader found become drafts, and when asked publications: matched, compared, saved, reported.

Cleaning and checking happen before the transaction; then one transaction a file writes all of it. A record that cannot
be taken is refused by itself and named with its cure; the rest is saved. What has no place here is kept in `legacy`
with a warning: nothing that comes in is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from algorithms import document as documents
from algorithms import publishing
from algorithms.document import Document, Problem
from algorithms.models import Algorithm, Department, Organization, Page
from algorithms.models.register import fold, free_slug
from algorithms.standard import FIELDS, ROW_KEYS, Kind, translated_columns
from importers.readers import Page as ReadPage
from importers.readers import Reading, Record
from importers.report import CHANGED, CREATED, UNCHANGED, Report

BATCH = 200  # records written and published together: bounds memory, keeps queries few


@dataclass
class Candidate:
    """A record on its way in: cleaned values, the draft it belongs to (None: a new one), and what to tell."""

    record: Record
    values: Document
    warnings: list[str]
    found: list[Problem]
    draft: Algorithm | None = None
    fields: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.values.get("name", "")


class _DryRun(Exception):
    """Rolls a whole file back after a dry run."""


def load(
    reading: Reading,
    report: Report,
    *,
    organization: Organization | None = None,
    publish: bool = False,
    dry_run: bool = False,
    note: str = "",
) -> None:
    """Write one file's records, pages and register data, and add what became of each to `report`.

    `organization` fills a missing organisation and never replaces one. With `publish` what is new or changed is
    published again ("republication", DESIGN §10). Raises nothing for a bad record: it is refused in the report.
    """
    candidates = list(_checked(reading, report, organization))
    try:
        with transaction.atomic():
            _save_register_data(reading, report)
            matches = _Matches(candidates)
            taken = [candidate for candidate in candidates if _match(candidate, matches, report)]
            for start in range(0, len(taken), BATCH):
                _save(taken[start : start + BATCH], report, publish, note)
            for page in reading.pages:
                _save_page(page, report, publish)
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    for refusal in reading.refused:
        report.refuse(refusal.where, refusal.why, refusal.cure)


# -- before the transaction --------------------------------------------------------------------------------------------


def _checked(reading: Reading, report: Report, organization: Organization | None) -> Iterator[Candidate]:
    for record in reading.records:
        values = documents.clean(record.values)
        warnings = [_sentence(warning.key, warning.message) for warning in record.warnings]
        if not values.get("organization"):
            if organization is None:
                report.refuse(
                    record.where,
                    f"'{values.get('name', '')}' heeft geen organisatie.",
                    "Geef de organisatie op met --organization SLUG.",
                )
                continue
            values["organization"] = {"name": organization.name, "slug": organization.slug}
        found = documents.problems(values)
        if kept := keep_impossible(values, found):
            warnings += kept
            found = documents.problems(values)
        if blocking := documents.blocking_republication(found):
            _refuse(report, record, blocking)
            continue
        yield Candidate(record, values, warnings, found)


def _refuse(report: Report, record: Record, problems: list[Problem]) -> None:
    report.refuse(record.where, " ".join(f"{p.label}: {p.why}" for p in problems), problems[0].cure)


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
            _to_legacy(values, key, f"{FIELDS[key].label.nl}: {column.label.nl}", row[column.key])
            row[column.key] = ""
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


class _Matches:
    """Which draft a record belongs to: by LARS or source id, else by organisation and folded name (DESIGN §10)."""

    def __init__(self, candidates: list[Candidate]) -> None:
        self.by_lars: dict[str, Algorithm] = {}
        self.by_source_id: dict[tuple[int, str], Algorithm] = {}
        self.by_name: dict[tuple[int, str], list[Algorithm]] = {}
        self.by_proposed_name: dict[tuple[int, str], Algorithm] = {}
        self.seen: dict[object, str] = {}
        self.organizations: dict[tuple[str, str], Organization] = {}
        for algorithm in Algorithm.objects.select_related("organization", "department"):
            self.by_lars[algorithm.lars] = algorithm
            organization = algorithm.organization_id
            if algorithm.source_id:
                self.by_source_id[organization, algorithm.source_id] = algorithm
            if algorithm.proposed_name:
                self.by_proposed_name[organization, algorithm.proposed_name] = algorithm
            self.by_name.setdefault((organization, fold(algorithm.name)), []).append(algorithm)

    def find(self, candidate: Candidate, organization: Organization) -> Algorithm | None:
        """Raises publishing.Refused when more than one draft could be meant, or one of another organisation."""
        values = candidate.values
        if found := self.by_lars.get(values.get("lars", "")):
            if found.organization_id != organization.pk:
                raise publishing.Refused(f"Algoritme-ID {found.lars} hoort bij {found.organization}.")
            return found
        if found := self.by_source_id.get((organization.pk, values.get("source_id") or "-")):
            return found
        named = self.by_name.get((organization.pk, fold(candidate.name)), [])
        if len(named) > 1:
            raise publishing.Refused(f"Er zijn {len(named)} algoritmes met de naam '{candidate.name}'.")
        if named and not (values.get("lars") and values["lars"] != named[0].lars):
            return named[0]
        proposed = candidate.record.proposed_name
        return self.by_proposed_name.get((organization.pk, fold(proposed))) if proposed else None


def _match(candidate: Candidate, matches: _Matches, report: Report) -> bool:
    """Find the draft of a candidate; False when it was refused."""
    organization = _organization(candidate, matches)
    where = candidate.record.where
    try:
        candidate.draft = matches.find(candidate, organization)
    except publishing.Refused as refused:
        report.refuse(where, str(refused), "Geef het juiste Algoritme-ID of Bron-ID mee.")
        return False
    values = candidate.values
    identity = (
        candidate.draft.lars
        if candidate.draft
        else values.get("lars") or (organization.pk, values.get("source_id") or fold(candidate.name))
    )
    if identity in matches.seen:
        report.refuse(
            where,
            f"'{candidate.name}' staat twee keer in dit bestand; het eerst bij {matches.seen[identity]}.",
            "Haal de dubbele weg of geef elk een eigen naam of Bron-ID.",
        )
        return False
    matches.seen[identity] = where
    return True


def _organization(candidate: Candidate, matches: _Matches) -> Organization:
    """Return the candidate's organisation, made with a warning when it is unknown."""
    value = candidate.values["organization"]
    called = (value.get("slug", ""), value.get("name", ""))
    if called not in matches.organizations:
        try:
            matches.organizations[called] = documents.find_organization(value)
        except Organization.DoesNotExist:
            matches.organizations[called] = _new_organization(value)
            candidate.warnings.append(f"Organisatie: '{called[1]}' was hier onbekend en is toegevoegd.")
    organization = matches.organizations[called]
    candidate.values["organization"] = {
        "name": organization.name,
        "slug": organization.slug,
        "tooi": organization.tooi,
    }
    return organization


def _new_organization(value: Document) -> Organization:
    organization = Organization(name=value["name"][:250], tooi=value.get("tooi", ""))
    if slug := value.get("slug"):
        organization.slug = free_slug(Organization, slug)
    organization.save()
    return organization


def _save(candidates: list[Candidate], report: Report, publish: bool, note: str) -> None:
    """Write a batch of drafts, publish them when asked, and report each."""
    known = [candidate for candidate in candidates if candidate.draft]
    documents.with_rows([candidate.draft for candidate in known if candidate.draft])
    pairs: list[tuple[Candidate, Document]] = []
    for candidate in candidates:
        if candidate.draft is None:
            candidate.draft = Algorithm(proposed_name=fold(candidate.record.proposed_name)[:250])
            candidate.fields = sorted(key for key, value in candidate.values.items() if value)
            candidate.warnings += [str(problem) for problem in candidate.found]
            pairs.append((candidate, candidate.values))
            continue
        before = documents.build(candidate.draft)
        changes = _changes(before, candidate.values)
        found = documents.problems(before | changes | ({} if "translations" in changes else {"translations": {}}))
        if blocking := documents.blocking_republication(found):
            _refuse(report, candidate.record, blocking)
            candidate.draft = None
            continue
        candidate.warnings += [str(problem) for problem in found]
        if not changes:
            continue
        candidate.fields = sorted(changes)
        candidate.warnings += _lost_english(before, changes)
        if candidate.record.proposed_name:
            candidate.draft.proposed_name = fold(candidate.record.proposed_name)[:250]
        pairs.append((candidate, changes))
    taken = [candidate for candidate in candidates if candidate.draft]
    created = {id(candidate) for candidate in taken if candidate.draft and candidate.draft._state.adding}
    documents.apply_many([(candidate.draft, changes) for candidate, changes in pairs if candidate.draft])
    outcomes = {}
    if publish:
        drafts = [candidate.draft for candidate in taken if candidate.draft]
        outcomes = {o.lars: o for o in publishing.publish_many(drafts, note=note, republish=True)}
    for candidate in taken:
        if candidate.draft is None:
            continue
        action = CREATED if id(candidate) in created else CHANGED if candidate.fields else UNCHANGED
        outcome = outcomes.get(candidate.draft.lars)
        if outcome and outcome.action == "withdrawn":
            candidate.warnings.append("Dit algoritme is ingetrokken; een import publiceert het niet opnieuw.")
        report.record(
            lars=candidate.draft.lars,
            name=candidate.draft.name,
            action=action,
            fields=candidate.fields,
            warnings=candidate.warnings,
            version=outcome.entry.version if outcome and outcome.entry else None,
        )


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


def _path(department: Any) -> str:
    return (department.get("path") or department.get("name", "")) if department else ""


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


def _save_register_data(reading: Reading, report: Report) -> None:
    """Make organisations and departments a file brings along; what stands here already is only filled up."""
    for row in reading.organizations:
        try:
            organization = documents.find_organization(row)
        except Organization.DoesNotExist:
            organization = _new_organization(row)
        _fill(organization, row, ("tooi", "website", "about", "about_en"))
        organization.aliases = list(dict.fromkeys([*organization.aliases, *row.get("aliases", [])]))
        organization.save()
    for row in reading.departments:
        organization = documents.find_organization(
            {"slug": row.get("organization", ""), "name": row.get("organization", "")}
        )
        department, _made = Department.objects.get_or_create(organization=organization, path=row["path"])
        _fill(department, row, ("phone", "email"))
        department.save()


def _fill(target: Organization | Department, row: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        if row.get(name) and not getattr(target, name):
            setattr(target, name, row[name])


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
        Page.objects.create(slug=read.slug, is_public=publish, in_footer=read.in_footer, order=read.order, **wanted)
        report.page(read.slug, read.title, CREATED)
        return
    changed = {name: text for name, text in wanted.items() if text and text != getattr(page, name)}
    if publish and not page.is_public:
        changed["is_public"] = True
    for name, value in changed.items():
        setattr(page, name, value)
    if changed:
        page.save()
    report.page(read.slug, read.title, CHANGED if changed else UNCHANGED)


def _sentence(key: str, message: str) -> str:
    return f"{FIELDS[key].label}: {message}" if key in FIELDS else message
