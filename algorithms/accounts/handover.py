"""When somebody leaves: their records get another owner, and their account ends, in one step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from algorithms import drafts, mail
from algorithms.accounts import sessions
from algorithms.models import Algorithm, Event, PreviewLink, Role
from algorithms.standing import State, with_state


class Changed(Exception):
    """The records are no longer those that were looked at."""


def records_of(user: User) -> QuerySet[Algorithm]:
    return Algorithm.objects.filter(owner=user).select_related("organization", "department").order_by("name", "pk")


def open_work_of(user: User) -> QuerySet[Algorithm]:
    """Return records of others on which this person's work is not done: written or offered, and not public so."""
    theirs = Q(edited_by=user) | Q(submitted_by=user)
    rows = with_state(Algorithm.objects.filter(theirs).exclude(owner=user).order_by("name", "pk"))
    return rows.alias(done=F("state")).exclude(done__in=[State.PUBLIC, State.WITHDRAWN])


def successors(algorithms: Iterable[Algorithm], leaver: User) -> dict[int, list[User]]:
    """Return who else may write each record, by its key."""
    roles = Role.objects.filter(kind=Role.Kind.AUTHOR, user__is_active=True).exclude(user=leaver).select_related("user")
    by_department: dict[int | None, set[User]] = defaultdict(set)
    by_organization: dict[int | None, set[User]] = defaultdict(set)
    for role in roles:
        if role.department_id:
            by_department[role.department_id].add(role.user)
        else:
            by_organization[role.organization_id].add(role.user)
    return {
        algorithm.pk: sorted(
            by_department[algorithm.department_id] | by_organization[algorithm.organization_id],
            key=lambda person: drafts.name_of(person).casefold(),
        )
        for algorithm in algorithms
    }


@transaction.atomic
def hand_over(user: User, to: Mapping[int, User | None], *, by: User, reason: str) -> None:
    """Give each record of a leaver to its successor (None: nobody yet) and end the account. Raises Changed."""
    leaver = User.objects.select_for_update().get(pk=user.pk)
    records = list(records_of(leaver).select_for_update(of=("self",)))
    if {record.pk for record in records} != set(to):
        raise Changed
    given: dict[User, list[Algorithm]] = defaultdict(list)
    for record in records:
        successor = to[record.pk]
        Algorithm.objects.filter(pk=record.pk).update(owner=successor)
        whom = drafts.name_of(successor) or _("niemand")
        note = _("Van %(leaver)s naar %(successor)s. %(reason)s") % {
            "leaver": drafts.name_of(leaver), "successor": whom, "reason": reason,
        }  # fmt: skip
        drafts.event(record, Event.Verb.HAND_OVER, by, note)
        if successor:
            given[successor].append(record)
    PreviewLink.objects.filter(made_by=leaver, revoked_at=None).update(revoked_at=timezone.now())
    roles = [str(role) for role in Role.objects.filter(user=leaver).select_related("organization", "department")]
    Role.objects.filter(user=leaver).delete()
    leaver.is_active = False
    leaver.save(update_fields=["is_active"])
    sessions.end(leaver)
    note = _("Gedeactiveerd. Overgedragen: %(records)s. Rollen weggehaald: %(roles)s. Reden: %(reason)s") % {
        "records": "; ".join(f"{record} → {drafts.name_of(to[record.pk]) or '–'}" for record in records) or "–",
        "roles": "; ".join(roles) or "–",
        "reason": reason,
    }
    LogEntry.objects.log_actions(by.pk, [leaver], CHANGE, note, single_object=True)
    for successor, theirs in given.items():
        context = {
            "by": by,
            "leaver": drafts.name_of(leaver),
            "reason": reason,
            "count": len(theirs),
            "records": [(record, mail.address_of(record)) for record in theirs],
        }
        mail.send([successor], "account_hand_over", context, but=by)
