"""What waits for whom: the list on the front page of the admin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from algorithms import policy
from algorithms.models import Algorithm, Event, LinkCheck, Listing, Stage
from algorithms.standing import State, with_state

MOST = 20  # records shown of one kind; the rest is a link to the list


@dataclass(frozen=True)
class Waiting:
    """Records that ask one thing of this person. `query` makes the admin's list show all of them."""

    title: str
    what: str
    query: str
    algorithms: list[Algorithm]
    count: int


def waiting_for(user: Any) -> list[Waiting]:
    """Return what this person can do next, most urgent first; kinds without records are left out."""
    asked = [
        _waiting(
            _("Te beoordelen"),
            _("Een collega biedt dit aan. Publiceer het, of stuur het terug met een reden."),
            "wacht=beoordeling",
            to_review(user),
        ),
        _waiting(
            _("Teruggestuurd"),
            _("Lees de reden, pas de tekst aan en bied het opnieuw aan."),
            "wacht=teruggestuurd",
            sent_back(user),
        ),
        _waiting(
            _("Verder schrijven"),
            _("Hieraan schreef u als laatste, en het is nog niet aangeboden."),
            "wacht=concept",
            own_drafts(user),
        ),
        _waiting(
            _("Opnieuw bekijken"),
            _("Kijk of alles nog klopt. Kies daarna een nieuwe datum."),
            "wacht=herziening",
            to_look_at_again(user),
        ),
        _waiting(
            _("Dode links"),
            _("In deze openbare algoritmes staat een link die niet meer werkt."),
            "wacht=link",
            with_dead_links(user),
        ),
    ]
    return [waiting for waiting in asked if waiting.count]


def _waiting(title: str, what: str, query: str, algorithms: QuerySet[Algorithm]) -> Waiting:
    rows = list(with_state(algorithms.select_related("organization", "department"))[: MOST + 1])
    count = len(rows) if len(rows) <= MOST else algorithms.count()
    return Waiting(title, what, query, rows[:MOST], count)


def to_review(user: Any) -> QuerySet[Algorithm]:
    """Records that lie ready for this approver; not what four eyes forbids them."""
    rows = policy.approvable(user).filter(stage=Stage.SUBMITTED)
    forbidden = [row.pk for row in rows.only("pk", "edited_by") if policy.not_alone(user, row)]
    return rows.exclude(pk__in=forbidden).order_by("submitted_at")


def sent_back(user: Any) -> QuerySet[Algorithm]:
    """Concepts that came back with a reason, and have not been offered again since."""
    steps = (Event.Verb.SUBMIT, Event.Verb.SEND_BACK, Event.Verb.PUBLISH, Event.Verb.RECALL)
    last = Event.objects.filter(algorithm=OuterRef("pk"), verb__in=steps).order_by("-pk").values("verb")[:1]
    rows = policy.writable(user).filter(stage=Stage.DRAFT)
    return rows.annotate(last_step=Subquery(last)).filter(last_step=Event.Verb.SEND_BACK).order_by("updated_at")


def own_drafts(user: Any) -> QuerySet[Algorithm]:
    """Concepts this person wrote last, that differ from what is public."""
    rows: QuerySet[Any] = with_state(policy.writable(user).filter(stage=Stage.DRAFT, edited_by=user.pk))
    mine = rows.filter(state__in=[State.DRAFT, State.CHANGED]).exclude(pk__in=sent_back(user).values("pk"))
    return mine.order_by("-updated_at")


def to_look_at_again(user: Any) -> QuerySet[Algorithm]:
    """Public records whose review date has come."""
    rows = policy.writable(user) | Algorithm.objects.filter(pk__in=policy.visible(user), owner=user.pk)
    due = rows.filter(review_date__lte=timezone.localdate(), lars__in=Listing.objects.values("lars"))
    return due.order_by("review_date")


def with_dead_links(user: Any) -> QuerySet[Algorithm]:
    """Public records with a link that no longer works."""
    dead = LinkCheck.objects.filter(outcome=LinkCheck.Outcome.DEAD).values("lars")
    return policy.writable(user).filter(lars__in=dead).order_by("name")
