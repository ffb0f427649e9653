"""Who may do what to which record: the one place that knows. Forms, lists, verbs, imports and mails all ask here.

A right has two halves. The *role* says who: an author writes in the own department, an approver publishes for the
organisation, manager and auditor see the whole register. The *moment* says when: what is being reviewed is not
written in, and nobody approves what they wrote last themselves (four eyes, `settings.FOUR_EYES`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from algorithms.models import (
    Algorithm,
    Department,
    LinkCheck,
    Listing,
    ListingFacet,
    Organization,
    Page,
    Party,
    Publication,
    Role,
    Stage,
    Synonym,
    Template,
)


class Verb(StrEnum):
    """What one can want with a record."""

    VIEW = "view"  # read the draft, its history and what differs; preview; export
    EDIT = "edit"  # change the texts, restore an earlier version
    DELETE = "delete"
    COPY = "copy"  # use its texts for another record
    SHARE = "share"  # make and revoke a preview link
    SUBMIT = "submit"
    RECALL = "recall"
    SEND_BACK = "send_back"
    PUBLISH = "publish"
    PLAN = "plan"
    UNPLAN = "unplan"
    WITHDRAW = "withdraw"


WRITING = {Verb.EDIT, Verb.DELETE, Verb.SUBMIT, Verb.RECALL}
APPROVING = {Verb.SEND_BACK, Verb.PUBLISH, Verb.PLAN, Verb.UNPLAN, Verb.WITHDRAW}


@dataclass(frozen=True)
class Holder:
    """What one person may do, from their roles. Ids of departments and organisations."""

    is_superuser: bool = False
    writes_departments: frozenset[int] = frozenset()
    writes_organizations: frozenset[int] = frozenset()  # all departments, and records without one
    approves: frozenset[int] = frozenset()
    is_manager: bool = False
    is_auditor: bool = False

    @property
    def may_enter(self) -> bool:
        return self != Holder()

    @property
    def sees_all(self) -> bool:
        return self.is_superuser or self.is_manager or self.is_auditor


def holder(user: Any) -> Holder:
    """Return what this person may do; asked once per request (it is kept on the user)."""
    if not user.is_authenticated or not user.is_active:
        return Holder()
    known = getattr(user, "_register_holder", None)
    if known is None:
        rows = list(Role.objects.filter(user=user))
        of = {kind: [row for row in rows if row.kind == kind] for kind in Role.Kind}
        authors = of[Role.Kind.AUTHOR]
        known = Holder(
            is_superuser=user.is_superuser,
            writes_departments=frozenset(row.department_id for row in authors if row.department_id),
            writes_organizations=frozenset(
                row.organization_id for row in authors if row.organization_id and not row.department_id
            ),
            approves=frozenset(row.organization_id for row in of[Role.Kind.APPROVER] if row.organization_id),
            is_manager=bool(of[Role.Kind.MANAGER]),
            is_auditor=bool(of[Role.Kind.AUDITOR]),
        )
        user._register_holder = known
    return known


def may_enter(user: Any) -> bool:
    """Whether this person has anything to do at /beheer/."""
    return holder(user).may_enter


# -- records -----------------------------------------------------------------------------------------------------------


def visible(user: Any, algorithms: QuerySet[Algorithm] | None = None) -> QuerySet[Algorithm]:
    """Return the records this person may read at all."""
    rows = Algorithm.objects.all() if algorithms is None else algorithms
    who = holder(user)
    return rows if who.sees_all else rows.filter(_written_by(who) | Q(organization__in=who.approves))


def writable(user: Any, algorithms: QuerySet[Algorithm] | None = None) -> QuerySet[Algorithm]:
    """Return the records this person writes, whatever their stage."""
    rows = Algorithm.objects.all() if algorithms is None else algorithms
    who = holder(user)
    return rows if who.is_superuser else rows.filter(_written_by(who))


def approvable(user: Any, algorithms: QuerySet[Algorithm] | None = None) -> QuerySet[Algorithm]:
    """Return the records this person approves, whatever their stage."""
    rows = Algorithm.objects.all() if algorithms is None else algorithms
    who = holder(user)
    return rows if who.is_superuser else rows.filter(organization__in=who.approves)


def _written_by(who: Holder) -> Q:
    return Q(department__in=who.writes_departments) | Q(organization__in=who.writes_organizations)


def may(user: Any, verb: Verb, algorithm: Algorithm) -> bool:
    """Whether this person may do this now."""
    return not why_not(user, verb, algorithm)


def why_not(user: Any, verb: Verb, algorithm: Algorithm) -> str:
    """Return why this person may not do this now, with the cure; "" when they may."""
    if not has_role(user, verb, algorithm):
        return _("U hebt hiervoor geen rol bij dit algoritme. Vraag de registerbeheerder.")
    return not_now(verb, algorithm) or (not_alone(user, algorithm) if verb in (Verb.PUBLISH, Verb.PLAN) else "")


def has_role(user: Any, verb: Verb, algorithm: Algorithm) -> bool:
    """Whether this person's roles allow this, apart from the moment."""
    who = holder(user)
    if who.is_superuser:
        return True
    writes = algorithm.department_id in who.writes_departments or algorithm.organization_id in who.writes_organizations
    approves = algorithm.organization_id in who.approves
    if verb in WRITING:
        return writes
    if verb in APPROVING:
        return approves
    if verb == Verb.SHARE:
        return writes or approves
    if verb == Verb.COPY:
        return may_add(user) and (writes or approves or who.sees_all)
    return writes or approves or who.sees_all


def not_now(verb: Verb, algorithm: Algorithm) -> str:
    """Return why the moment forbids this to everyone, with the cure; "" when it does not."""
    stage = algorithm.stage
    if verb in (Verb.EDIT, Verb.DELETE, Verb.SUBMIT) and stage == Stage.SUBMITTED:
        return _("Het algoritme ligt ter beoordeling. Neem het eerst terug.")
    if verb in (Verb.EDIT, Verb.DELETE, Verb.SUBMIT) and stage == Stage.PLANNED:
        return _("Het algoritme is ingepland. Een beoordelaar kan de planning schrappen.")
    if verb == Verb.DELETE and was_ever_public(algorithm):
        return _("Het algoritme is openbaar geweest. Trek het in; wissen kan niet meer.")
    if verb in (Verb.RECALL, Verb.PUBLISH, Verb.PLAN) and stage != Stage.SUBMITTED:
        return _("Het algoritme ligt niet ter beoordeling. De auteur biedt het eerst aan.")
    if verb == Verb.SEND_BACK and stage == Stage.DRAFT:
        return _("Het algoritme ligt niet ter beoordeling. Er valt niets terug te sturen.")
    if verb == Verb.UNPLAN and stage != Stage.PLANNED:
        return _("Het algoritme is niet ingepland.")
    if verb == Verb.WITHDRAW and not is_public(algorithm):
        return _("Dit algoritme is niet openbaar, dus er valt niets in te trekken.")
    return ""


def not_alone(user: Any, algorithm: Algorithm) -> str:
    """Return why this person cannot approve what they wrote last themselves; "" when they can (four eyes)."""
    if settings.FOUR_EYES and wrote_last(user, algorithm):
        return _("U schreef zelf als laatste aan deze tekst. Laat een andere beoordelaar hem goedkeuren.")
    return ""


def wrote_last(user: Any, algorithm: Algorithm) -> bool:
    return algorithm.edited_by_id is not None and algorithm.edited_by_id == user.pk


def is_public(algorithm: Algorithm) -> bool:
    return Listing.objects.filter(lars=algorithm.lars).exists()


def was_ever_public(algorithm: Algorithm) -> bool:
    return Publication.objects.of(algorithm.lars).exists()


# -- where one may write -----------------------------------------------------------------------------------------------


def may_add(user: Any) -> bool:
    """Whether this person writes anywhere, and so may make a record."""
    who = holder(user)
    return who.is_superuser or bool(who.writes_departments or who.writes_organizations)


def may_import(user: Any) -> bool:
    """Whether this person may import anything: records, or what belongs to the register itself."""
    return may_add(user) or may_keep(user, Page)


def may_write_in(user: Any, organization: Organization | None, department: Department | None) -> bool:
    """Whether this person may have a record in this place: theirs, or made by them."""
    who = holder(user)
    if who.is_superuser:
        return True
    return (department is not None and department.pk in who.writes_departments) or (
        organization is not None and organization.pk in who.writes_organizations
    )


def organizations_to_write_in(user: Any) -> QuerySet[Organization]:
    who = holder(user)
    if who.is_superuser:
        return Organization.objects.all()
    return Organization.objects.filter(
        Q(pk__in=who.writes_organizations) | Q(departments__in=who.writes_departments)
    ).distinct()


def departments_to_write_in(user: Any) -> QuerySet[Department]:
    who = holder(user)
    rows = Department.objects.select_related("organization")
    if who.is_superuser:
        return rows
    return rows.filter(Q(pk__in=who.writes_departments) | Q(organization__in=who.writes_organizations))


def templates(user: Any) -> QuerySet[Template]:
    """Return the templates this person may start from."""
    rows = Template.objects.select_related("organization")
    if holder(user).sees_all:
        return rows
    return rows.filter(Q(organization=None) | Q(organization__in=organizations_to_write_in(user)))


def parties(user: Any) -> list[str]:
    """Return the names of suppliers and others that this person may know: of the records they read, and public ones."""
    rows = Party.objects.order_by("name")
    if not holder(user).sees_all:
        public = ListingFacet.objects.filter(facet="leverancier").values("label")
        rows = rows.filter(Q(roles__algorithm__in=visible(user)) | Q(name__in=public)).distinct()
    return list(rows.values_list("name", flat=True))


# -- the rest of the register ------------------------------------------------------------------------------------------

# What a model asks for: who may read it, who may change it. Public by nature or of no concern to outsiders: everyone
# who may enter reads register data; the manager keeps it.
_Asked = Callable[[Holder], bool]


def _anyone(who: Holder) -> bool:
    return who.may_enter


def _manager(who: Holder) -> bool:
    return who.is_superuser or who.is_manager


def _overseer(who: Holder) -> bool:
    return who.sees_all


def _nobody(who: Holder) -> bool:
    return False


_MODELS: dict[type[Model], tuple[_Asked, _Asked]] = {
    Organization: (_anyone, _manager),
    Department: (_anyone, _manager),
    Page: (_anyone, _manager),
    Party: (_overseer, _manager),  # who supplies a draft is told with the draft (`parties`)
    Synonym: (_anyone, _manager),
    Template: (_overseer, _manager),
    Publication: (_anyone, _nobody),
    User: (_overseer, _manager),
    Role: (_overseer, _manager),
    LinkCheck: (_overseer, _nobody),  # authors and approvers see those of their own records (`link_checks`)
}


def may_read(user: Any, model: type[Model]) -> bool:
    """Whether this person may read rows of a table that is not a record's."""
    return _MODELS[model][0](holder(user))


def may_keep(user: Any, model: type[Model]) -> bool:
    """Whether this person may add, change and remove rows of a table that is not a record's."""
    return _MODELS[model][1](holder(user))


def may_keep_account(user: Any, account: User) -> bool:
    """Whether this person may change another's account: a manager keeps all but those of the system's own keepers."""
    who = holder(user)
    return who.is_superuser or (who.is_manager and not account.is_superuser)


# -- people ------------------------------------------------------------------------------------------------------------


def approvers_of(algorithm: Algorithm) -> QuerySet[User]:
    """Return who may approve this record, apart from the moment."""
    return User.objects.filter(
        is_active=True,
        register_roles__kind=Role.Kind.APPROVER,
        register_roles__organization=algorithm.organization_id,
    ).distinct()


def authors_of(algorithm: Algorithm) -> QuerySet[User]:
    """Return who may write this record, apart from the moment."""
    place = Q(register_roles__organization=algorithm.organization_id, register_roles__department=None)
    if algorithm.department_id:
        place |= Q(register_roles__department=algorithm.department_id)
    return User.objects.filter(place, is_active=True, register_roles__kind=Role.Kind.AUTHOR).distinct()


def possible_owners(algorithm: Algorithm | None, user: Any) -> QuerySet[User]:
    """Return who may be the owner of a record: who writes or approves it, and who is it already.

    Of a record that does not exist yet: everyone who writes in the same places as this person.
    """
    if algorithm is not None:
        people = Q(pk__in=authors_of(algorithm)) | Q(pk__in=approvers_of(algorithm)) | Q(pk=algorithm.owner_id)
    else:
        whole = Q(organization__in=organizations_to_write_in(user), department=None)
        places = Q(department__in=departments_to_write_in(user)) | whole
        authors = Role.objects.filter(places, kind=Role.Kind.AUTHOR, user__is_active=True)
        people = Q(pk__in=authors.values("user"))
    return User.objects.filter(people | Q(pk=user.pk)).order_by("username")


def managers() -> QuerySet[User]:
    return User.objects.filter(is_active=True, register_roles__kind=Role.Kind.MANAGER).distinct()
