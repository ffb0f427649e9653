"""Care after publication: who is told when a record is due for review or one of its links is dead, and what is kept.

All of it is done by commands that may run at any moment, twice, or at the same time elsewhere: whoever is told is
written down in the transaction in which the mail was handed over.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from algorithms import drafts, links, mail, policy
from algorithms.document import Document
from algorithms.links import Finding, NotVisited, Target, Verdict, Visitor
from algorithms.models import Algorithm, Event, LinkCheck, Listing, PreviewLink, Publication, Stage
from algorithms.publishing import REVIEW_AFTER
from algorithms.standard import FIELDS, Field, Kind
from algorithms.workflow import review_day

SURE_AFTER = timedelta(hours=20)  # a failure that is still there in the next night's run is no passing one
ENOUGH_HOSTS = 3  # when so many fail and none at all answers, it is our own network
OLD_LINKS = timedelta(days=30)  # how long a closed preview link still says who made it
URL_BYTES = 2000  # of an address in the table: its index has room for no more on PostgreSQL

_HREF = re.compile(r'<a href="([^"]*)"')  # the one form in which richtext.clean writes links


@dataclass(frozen=True)
class Care:
    """What a record needs, for its page in the admin."""

    review_day: date | None
    is_overdue: bool
    dead_links: list[LinkCheck]


def care_of(algorithm: Algorithm) -> Care:
    day = review_day(algorithm)
    is_overdue = day is not None and day <= timezone.localdate() and policy.is_public(algorithm)
    dead = LinkCheck.objects.filter(lars=algorithm.lars, outcome=LinkCheck.Outcome.DEAD)
    return Care(day, is_overdue, list(dead.order_by("url")))


# -- telling people ----------------------------------------------------------------------------------------------------


@dataclass
class Told:
    """What became of a round of mails."""

    records: set[str] = field(default_factory=set)  # by their number
    people: int = 0
    unreachable: list[Algorithm] = field(default_factory=list)  # nobody with a mail address looks after these
    failed: list[str] = field(default_factory=list)  # what the mail server said


def people_of(algorithm: Algorithm) -> list[User]:
    """Return who looks after a record and has a mail address: its owner, else its authors, else the managers."""
    owner = [algorithm.owner] if algorithm.owner and algorithm.owner.is_active else []
    for people in (owner, policy.authors_of(algorithm), policy.managers()):
        if found := [person for person in people if person.email]:
            return found
    return []


def _by_person(algorithms: Iterable[Algorithm], told: Told) -> list[tuple[User, list[Algorithm]]]:
    """Return each person with all their records, so that each gets one mail."""
    found: dict[User, list[Algorithm]] = {}
    for algorithm in algorithms:
        people = people_of(algorithm)
        if not people:
            told.unreachable.append(algorithm)
        for person in people:
            found.setdefault(person, []).append(algorithm)
    return sorted(found.items(), key=lambda pair: pair[0].pk)


def _context(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"rows": rows, "count": len(rows), "address": f"{mail.base()}/beheer/"}


# -- review ------------------------------------------------------------------------------------------------------------


def remind(now: datetime | None = None) -> Told:
    """Tell those concerned which public records are to be looked at again, one mail each."""
    moment = now or timezone.now()
    told = Told()
    reminded: set[int] = set()  # by this run: others who look after the same record are told as well
    for person, algorithms in _by_person(_to_remind(moment), told):
        try:
            reminded |= _remind(person, [algorithm.pk for algorithm in algorithms], reminded, moment, told)
        except mail.NotDelivered as failed:
            told.failed.append(f"{person.email}: {failed}")
    return told


def _to_remind(moment: datetime) -> list[Algorithm]:
    """Return the public records that are due, oldest review day first."""
    today = timezone.localdate(moment)
    old = Listing.objects.filter(published_at__lte=moment - REVIEW_AFTER + timedelta(days=1))
    public = Algorithm.objects.filter(lars__in=Listing.objects.values("lars"))
    perhaps = public.filter(Q(review_date__lte=today) | Q(review_date=None, lars__in=old.values("lars")))
    rows = perhaps.select_related("owner", "organization")
    return [row for row in rows.order_by("review_date", "pk") if _is_to_be_reminded(row, moment)]


def _is_to_be_reminded(algorithm: Algorithm, moment: datetime) -> bool:
    """Whether the review day has come and nobody was told of that day, or it is long ago that they were."""
    day = review_day(algorithm)
    if day is None or day > timezone.localdate(moment) or not policy.is_public(algorithm):
        return False
    last = algorithm.reminded_at
    again = timedelta(days=max(settings.REMIND_AGAIN_DAYS, 1))
    return last is None or timezone.localdate(last) < day or last <= moment - again


@transaction.atomic
def _remind(person: User, pks: list[int], reminded: set[int], moment: datetime, told: Told) -> set[int]:
    """Mail one person about these records and write it down; return which of them are reminded now."""
    locked = list(Algorithm.objects.select_for_update().filter(pk__in=pks).order_by("pk"))
    due = [row for row in locked if row.pk not in reminded and _is_to_be_reminded(row, moment)]
    concerned = due + [row for row in locked if row.pk in reminded]
    if not concerned:
        return set()  # another run told them meanwhile
    rows = [{"algorithm": row, "day": review_day(row), "address": mail.address_of(row)} for row in concerned]
    mail.deliver(person, "review_due", _context(sorted(rows, key=lambda row: str(row["day"]))))
    for row in due:
        drafts.event(row, Event.Verb.REMIND, None)
    Algorithm.objects.filter(pk__in=[row.pk for row in due]).update(reminded_at=moment)
    told.people += 1
    told.records |= {row.lars for row in due}
    return {row.pk for row in due}


# -- links -------------------------------------------------------------------------------------------------------------


class Place(NamedTuple):
    """One address of one public record; `keys` are where it stands."""

    lars: str
    url: str
    keys: str


@dataclass
class Checked:
    """What became of a run of the link check. Counts are of addresses, each once."""

    seen: dict[Finding, int] = field(default_factory=lambda: dict.fromkeys(Finding, 0))
    waiting: int = 0  # not visited for want of time, or beyond the limit
    removed: int = 0  # rows of what is no longer public
    is_cut_off: bool = False  # no website answered at all; failures were not written down


def agent() -> str:
    """Return how we introduce ourselves to other websites: the register and where it is."""
    name = re.sub(r"[^ -~]|[()]", "", f"{settings.SITE_NAME}; +{settings.SITE_URL}".rstrip("; +"))
    return f"{links.ROBOT}/1.0 ({name})"


def addresses(document: Document) -> dict[str, list[str]]:
    """Return each web address that the page of a document links to, with the keys where it stands."""
    found: dict[str, list[str]] = {}
    for lang, texts in {"": document, **document.get("translations", {})}.items():
        for key, value in texts.items():
            for place, address in _linked(FIELDS[key], value) if key in FIELDS else ():
                place = f"{place}.{lang}" if lang else place
                if address.lower().startswith(("http://", "https://")) and place not in found.setdefault(address, []):
                    found[address].append(place)
    return found


def _linked(described: Field, value: Any) -> Iterator[tuple[str, str]]:
    """Yield (key, address) of what a field links to, whatever the address is."""
    key = described.key
    if described.kind is Kind.RICH:
        yield from ((key, html.unescape(href)) for href in _HREF.findall(value))
    elif described.kind in (Kind.URL, Kind.CONTACT):
        yield key, value
    elif described.kind is Kind.ROWS:
        for row in value:
            columns = [column.key for column in described.columns if column.kind is Kind.URL]
            yield from ((f"{key}.{column}", row[column]) for column in columns if column in row)
            if key == "contact_points" and row.get("kind") == "url":
                yield f"{key}.value", row["value"]


def check_links(
    visitor: Visitor, *, lars: str = "", most: int = 0, seconds: float = 0, now: datetime | None = None
) -> Checked:
    """Visit the addresses of public records (or of one), longest ago first, and keep what was seen."""
    moment = now or timezone.now()
    checked = Checked()
    places = _places(lars)
    checked.removed = _remove_others(places, lars)
    targets: dict[Target, list[Place]] = {}
    for place in places:
        try:
            targets.setdefault(Target.of(place.url), []).append(place)
        except NotVisited as why:
            checked.seen[Finding.SKIPPED] += 1
            _keep([place], Verdict(Finding.SKIPPED, str(why)), moment)
    order = _longest_ago_first(targets)
    checked.waiting = len(order)
    failed: list[tuple[Target, Verdict]] = []
    for target, verdict in visitor.visit_all(order[: most or None], seconds):
        checked.waiting -= 1
        checked.seen[verdict.finding] += 1
        if verdict.finding is Finding.FAILED:
            failed.append((target, verdict))
        else:
            _keep(targets[target], verdict, moment)
    hosts = {target.host for target, _verdict in failed}
    checked.is_cut_off = not visitor.has_answer and len(hosts) >= ENOUGH_HOSTS
    for target, verdict in () if checked.is_cut_off else failed:
        _keep(targets[target], verdict, moment)
    return checked


def _places(lars: str) -> list[Place]:
    rows = Listing.objects.select_related("publication").order_by("lars")
    rows = rows.filter(lars=lars) if lars else rows
    return [
        Place(row.lars, url, _joined(keys))
        for row in rows.iterator(chunk_size=200)
        for url, keys in addresses(json.loads(row.publication.document)).items()
    ]


def _joined(keys: list[str]) -> str:
    """Return as many of the keys as there is room for."""
    text = " ".join(sorted(keys))
    return text if len(text) <= 250 else text[:250].rpartition(" ")[0]


def _stored(url: str) -> str:
    """Return an address as the table holds it: what is too long for the index is cut, and marked by its digest."""
    if len(url.encode()) <= URL_BYTES:
        return url
    return f"{url[:300]}… ({hashlib.sha256(url.encode()).hexdigest()[:8]})"


def _remove_others(places: list[Place], lars: str) -> int:
    """Remove what was seen at addresses that are public no longer; return how many rows."""
    public = {(place.lars, _stored(place.url)) for place in places}
    rows = LinkCheck.objects.filter(lars=lars) if lars else LinkCheck.objects.all()
    others = [pk for pk, *key in rows.values_list("pk", "lars", "url") if tuple(key) not in public]
    for start in range(0, len(others), 500):
        LinkCheck.objects.filter(pk__in=others[start : start + 500]).delete()
    return len(others)


def _longest_ago_first(targets: dict[Target, list[Place]]) -> list[Target]:
    never = datetime.min.replace(tzinfo=UTC)
    last = {(lars, url): at for lars, url, at in LinkCheck.objects.values_list("lars", "url", "checked_at")}
    seen = {
        target: min(last.get((place.lars, _stored(place.url)), never) for place in places)
        for target, places in targets.items()
    }
    return sorted(targets, key=lambda target: seen[target])


@transaction.atomic
def _keep(places: list[Place], verdict: Verdict, moment: datetime) -> None:
    """Write down what was seen at an address, in each record that has it."""
    for place in places:
        row, _made = LinkCheck.objects.select_for_update().get_or_create(
            lars=place.lars,
            url=_stored(place.url),
            defaults={"outcome": LinkCheck.Outcome.SKIPPED, "checked_at": moment},
        )
        row.fields, row.why, row.checked_at = place.keys, verdict.why, moment
        _judge(row, verdict.finding, moment)
        row.save()


def _judge(row: LinkCheck, finding: Finding, moment: datetime) -> None:
    """Say what a visit means. `dead` is a certainty; a first failure only begins the time after which it is one."""
    if finding is Finding.ALIVE:
        row.outcome, row.dead_since, row.told_at = LinkCheck.Outcome.ALIVE, None, None
    elif finding is Finding.SKIPPED:
        row.outcome = LinkCheck.Outcome.SKIPPED
        # What someone was told of is not told again when it turns out to be dead still.
        row.dead_since = row.dead_since if row.told_at else None
    else:
        row.dead_since = row.dead_since or moment
        is_sure = (
            finding is Finding.GONE or row.outcome == LinkCheck.Outcome.DEAD or moment - row.dead_since >= SURE_AFTER
        )
        row.outcome = LinkCheck.Outcome.DEAD if is_sure else LinkCheck.Outcome.SKIPPED


def tell_of_dead_links(now: datetime | None = None) -> Told:
    """Tell those who look after a record which of its links are dead, once per death and one mail each."""
    moment = now or timezone.now()
    told = Told()
    done: set[int] = set()
    dead = LinkCheck.objects.filter(outcome=LinkCheck.Outcome.DEAD, told_at=None)
    rows = Algorithm.objects.filter(lars__in=dead.values("lars")).filter(lars__in=Listing.objects.values("lars"))
    for person, algorithms in _by_person(rows.select_related("owner", "organization").order_by("pk"), told):
        try:
            done |= _tell(person, algorithms, done, moment, told)
        except mail.NotDelivered as failed:
            told.failed.append(f"{person.email}: {failed}")
    return told


@transaction.atomic
def _tell(person: User, algorithms: list[Algorithm], done: set[int], moment: datetime, told: Told) -> set[int]:
    by_lars = {algorithm.lars: algorithm for algorithm in algorithms}
    dead = LinkCheck.objects.select_for_update().filter(lars__in=by_lars, outcome=LinkCheck.Outcome.DEAD)
    locked = list(dead.order_by("lars", "url"))
    fresh = [row for row in locked if row.told_at is None]
    concerned = [row for row in locked if row.told_at is None or row.pk in done]
    if not concerned:
        return set()
    rows = [
        {
            "algorithm": algorithm,
            "address": mail.address_of(algorithm),
            "links": [row for row in concerned if row.lars == lars],
        }
        for lars, algorithm in by_lars.items()
    ]
    mail.deliver(person, "dead_links", _context([row for row in rows if row["links"]]))
    LinkCheck.objects.filter(pk__in=[row.pk for row in fresh]).update(told_at=moment)
    told.people += 1
    told.records |= {row.lars for row in fresh}
    return {row.pk for row in fresh}


# -- what is kept, and how long ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tidied:
    """One kind of thing that is no longer kept; `lines` name each, where that matters."""

    what: str
    count: int
    lines: tuple[str, ...] = ()


def tidy(*, is_trial: bool = False, now: datetime | None = None) -> list[Tidied]:
    """Throw away what was kept long enough; with `is_trial` only count it. The public log is never touched."""
    moment = now or timezone.now()
    kinds: list[tuple[str, QuerySet[Any]]] = [
        ("verlopen sessies", Session.objects.filter(expire_date__lt=moment)),
        ("gesloten voorbeeldlinks", _closed_links(moment)),
    ]
    if before := _before(moment, settings.STAFF_LOG_DAYS):
        kinds += [
            ("regels in het logboek van het beheer", LogEntry.objects.filter(action_time__lt=before)),
            ("gebeurtenissen bij concepten", _but_the_newest_text(Event.objects.filter(at__lt=before))),
        ]
    done = [Tidied(what, _thrown_away(rows, is_trial)) for what, rows in kinds]
    if before := _before(moment, settings.DRAFT_HISTORY_DAYS):
        texts = _but_the_newest_text(Event.objects.filter(at__lt=before).exclude(document=""))
        done.append(Tidied("teksten van eerdere concepten", texts.count() if is_trial else texts.update(document="")))
    if before := _before(moment, settings.DRAFT_DAYS):
        done.append(_abandoned_drafts(before, is_trial))
    return done


def _before(moment: datetime, days: int) -> datetime | None:
    return moment - timedelta(days=days) if days > 0 else None


def _thrown_away(rows: QuerySet[Any], is_trial: bool) -> int:
    return rows.count() if is_trial else rows.delete()[1].get(rows.model._meta.label, 0)


def _closed_links(moment: datetime) -> QuerySet[PreviewLink]:
    before = moment - OLD_LINKS
    return PreviewLink.objects.filter(Q(expires_at__lt=before) | Q(revoked_at__lt=before))


def _but_the_newest_text(events: QuerySet[Event]) -> QuerySet[Event]:
    """Leave out the event that holds the text of a draft as it is now."""
    with_text = Event.objects.filter(algorithm=OuterRef("algorithm")).exclude(document="").order_by("-pk")
    newest = Subquery(with_text.values("pk")[:1])
    return events.annotate(newest=newest).filter(Q(newest=None) | ~Q(pk=F("newest")))


def _abandoned_drafts(before: datetime, is_trial: bool) -> Tidied:
    """Delete drafts that were never public, lie with nobody for review and that nobody touched since."""
    touched = Event.objects.filter(at__gte=before).values("algorithm")
    was_public = Publication.objects.values("lars")
    rows = Algorithm.objects.filter(stage=Stage.DRAFT, updated_at__lt=before).exclude(pk__in=touched)
    rows = rows.exclude(lars__in=was_public).order_by("pk")
    lines = []
    for pk in list(rows.values_list("pk", flat=True)):
        with transaction.atomic():
            draft = rows.select_for_update(of=("self",)).select_related("organization").filter(pk=pk).first()
            if draft is None:
                continue  # someone took it up again
            lines.append(f"{draft.lars} {draft} ({draft.organization}), bewerkt {timezone.localdate(draft.updated_at)}")
            if not is_trial:
                draft.delete()
    return Tidied("concepten die nooit openbaar werden", len(lines), tuple(lines))
