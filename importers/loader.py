"""Records a reader found become drafts, and when asked publications: matched, compared, saved, reported.

Cleaning and checking happen before the transaction; then one transaction a file writes all of it. A record that cannot
be taken is refused by itself and named with its cure; the rest is saved. What has no place here is kept in `legacy`
with a warning: nothing that comes in is dropped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction

from algorithms import document as documents
from algorithms import publishing
from algorithms.document import Document, Problem
from algorithms.models import Algorithm, Department, Organization, Page
from algorithms.models.register import fold, free_slug
from algorithms.richtext import is_excessive
from algorithms.standard import FIELDS, HARD_LIMIT, ROW_KEYS, TRANSLATED, Kind, translated_columns
from importers.readers import Page as ReadPage
from importers.readers import Reading, Record
from importers.report import CHANGED, CREATED, UNCHANGED, Report, at_most

BATCH, BATCH_ROWS = 200, 10_000  # records, and their rows, written together: bounds memory, keeps queries few
MOST_NEW = 1000  # organisations, and departments, that the records of one file may add


@dataclass
class Candidate:
    """A record on its way in: cleaned values, the draft it belongs to (None: a new one), and what to tell."""

    record: Record
    values: Document
    warnings: list[str]
    found: list[str]  # what is worth a warning of a new draft
    known: _Known | None = None
    draft: Algorithm | None = None
    fields: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.values.get("name", ""))


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

    `organization` fills a missing organisation and never replaces one. With `publish` what the file brings is
    published again ("republication", DESIGN §10); a draft with changes of an author's own stays a draft. Raises nothing
    for a bad record: it is refused in the report.
    """
    candidates = list(_checked(reading, report, organization))
    try:
        with transaction.atomic():
            publishing.lock()  # imports at once go one after the other, or each would make the same records new
            _save_register_data(reading, report)
            matches = _Matches()
            taken = [candidate for candidate in candidates if _match(candidate, matches, report)]
            for batch in _batches(taken):
                _save(batch, report, publish, note)
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
        values, record.values = documents.clean(record.values), {}  # one copy in memory is enough
        warnings = [_sentence(warning.key, warning.message) for warning in record.warnings]
        if not values.get("organization"):
            if organization is None:
                why, cure = "Dit record heeft geen organisatie.", "Geef de organisatie op met --organization SLUG."
                report.refuse(record.where, why, cure)
                continue
            values["organization"] = {"name": organization.name, "slug": organization.slug}
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
    """Which draft a record belongs to: by LARS or source id, else by organisation and folded name (DESIGN §10)."""

    def __init__(self) -> None:
        self.by_lars: dict[str, _Known] = {}
        self.by_source_id: dict[tuple[int, str], _Known] = {}
        self.by_name: dict[tuple[int, str], list[_Known]] = {}
        self.by_proposed_name: dict[tuple[int, str], _Known] = {}
        self.seen: dict[object, str] = {}  # what a record of this file claimed → where it stands
        self.by_slug: dict[str, Organization] = {}
        self.known_as: dict[str, Organization] = {}
        self.departments = set(Department.objects.values_list("organization_id", "path"))
        self.new: Counter[str] = Counter()
        for organization in Organization.objects.all():
            self.add(organization)
        columns = ("pk", "lars", "organization_id", "source_id", "name", "proposed_name")
        for known in map(_Known._make, Algorithm.objects.order_by("pk").values_list(*columns).iterator()):
            self.by_lars[known.lars] = known
            if known.source_id:
                self.by_source_id[known.organization, known.source_id] = known
            if known.proposed_name:
                self.by_proposed_name[known.organization, known.proposed_name] = known
            self.by_name.setdefault((known.organization, _key(known.name)), []).append(known)

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
        if found := self.by_source_id.get((organization.pk, values.get("source_id") or "-")):
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


def _match(candidate: Candidate, matches: _Matches, report: Report) -> bool:
    """Find organisation and draft of a candidate; False when it was refused."""
    values, where = candidate.values, candidate.record.where
    number_or_id = "Geef het juiste Algoritme-ID of Bron-ID mee."
    owner = matches.by_lars.get(values.get("lars", ""))
    organization = matches.organization(values["organization"])
    if owner and (organization is None or owner.organization != organization.pk):
        report.refuse(where, f"Algoritme-ID {owner.lars} hoort bij een andere organisatie.", number_or_id)
        return False
    try:
        organization = organization or _new_organization(values["organization"], candidate, matches)
        _count_department(values.get("department"), organization, matches)
        candidate.known = matches.find(candidate, organization)
    except publishing.Refused as refused:
        report.refuse(where, str(refused), number_or_id)
        return False
    source_id = values.get("source_id")
    other = matches.by_source_id.get((organization.pk, source_id)) if source_id else None
    if other and other != candidate.known:
        report.refuse(where, f"Bron-ID {source_id} hoort al bij Algoritme-ID {other.lars}.", number_or_id)
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


def _count_department(value: Document | None, organization: Organization, matches: _Matches) -> None:
    if value and (place := (organization.pk, _path(value))) not in matches.departments:
        _count("afdelingen", matches)
        matches.departments.add(place)


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


def _save(candidates: list[Candidate], report: Report, publish: bool, note: str) -> None:
    """Write a batch of drafts, publish them when asked, and report each."""
    drafts = Algorithm.objects.in_bulk([candidate.known.pk for candidate in candidates if candidate.known])
    documents.with_rows(list(drafts.values()))
    public = publishing.current_contents([draft.lars for draft in drafts.values()]) if publish else {}
    pairs: list[tuple[Candidate, Document]] = []
    own_work: set[str] = set()  # numbers of drafts that hold what no file brought
    for candidate in candidates:
        if candidate.known is None:
            candidate.draft = Algorithm(proposed_name=fold(candidate.record.proposed_name)[:250])
            candidate.fields = sorted(key for key, value in candidate.values.items() if value)
            candidate.warnings += candidate.found
            pairs.append((candidate, candidate.values))
            continue
        candidate.draft = drafts[candidate.known.pk]
        before = documents.build(candidate.draft)
        if candidate.record.name_is_proposed:
            candidate.values.pop("name", None)  # a guess never replaces a name that stands
        changes = _changes(before, candidate.values)
        found = documents.problems(before | changes | ({} if "translations" in changes else {"translations": {}}))
        if blocking := documents.blocking_republication(found):
            _refuse(report, candidate.record, blocking)
            candidate.draft = None
            continue
        candidate.warnings += [str(problem) for problem in found]
        if publish and (keys := _own_work(before, public.get(candidate.draft.lars), candidate.values)):
            own_work.add(candidate.draft.lars)
            candidate.warnings.append(
                f"Niet gepubliceerd: in het concept staat werk dat niet uit dit bestand komt ({', '.join(keys)}). "
                "Kijk het na en publiceer het in het beheer."
            )
        if not changes:
            continue
        candidate.fields = sorted(changes)
        candidate.warnings += _lost_english(before, changes) + _stale_english(before, changes)
        if candidate.record.proposed_name:
            candidate.draft.proposed_name = fold(candidate.record.proposed_name)[:250]
        pairs.append((candidate, changes))
    taken = [candidate for candidate in candidates if candidate.draft]
    created = {id(candidate) for candidate in taken if candidate.draft and candidate.draft._state.adding}
    documents.apply_many([(candidate.draft, changes) for candidate, changes in pairs if candidate.draft])
    outcomes = {}
    if publish:
        brought = [c.draft for c in taken if c.draft and c.draft.lars not in own_work]
        outcomes = {o.lars: o for o in publishing.publish_many(brought, note=note, republish=True)}
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
    if reading.organizations or reading.departments:
        matches = _Matches()
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
