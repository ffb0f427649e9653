"""Everyone who may want something of a record, and records in every state: what tests of rights and steps share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User

from algorithms import document, drafts, publishing
from algorithms.models import Algorithm, Department, Organization, Role, Stage

HERE, ELSEWHERE = "Gemeente Voorbeeldstad", "Waterschap Overdijk"
ROADS, TAXES, DIKES = "Stadsbeheer / Wegen", "Belastingen", "Dijken"
PLANNED_FOR = datetime(2100, 1, 1, 8, tzinfo=UTC)
# What a person must fill in to publish, besides name and organisation.
REQUIRED = {
    "description_short": "Plant welke wegen eerst gestrooid worden.",
    "status": "In gebruik",
    "contact_email": "algoritmes@voorbeeldstad.example",
    "publication_category": "Overige algoritmes",
}
ROLES: dict[str, list[tuple]] = {
    "author": [("author", HERE, ROADS)],
    "organization_author": [("author", HERE)],
    "other_author": [("author", HERE, TAXES)],
    "double_author": [("author", HERE, ROADS), ("author", ELSEWHERE, DIKES)],
    "approver": [("approver", HERE)],
    "other_approver": [("approver", ELSEWHERE)],
    "author_approver": [("author", HERE, ROADS), ("approver", HERE)],
    "manager": [("manager",)],
    "auditor": [("auditor",)],
    "superuser": [],
    "no_role": [],
    "inactive": [("author", HERE), ("approver", HERE), ("manager",), ("auditor",)],
}


@dataclass
class World:
    """An organisation with two departments and another with one, the people, and records by a short name."""

    organizations: dict[str, Organization] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    records: dict[str, Algorithm] = field(default_factory=dict)

    def person(self, name: str) -> User:
        """Return somebody as a new request would find them: without what was known of them before."""
        return User.objects.get(username=name)

    def record(self, name: str) -> Algorithm:
        return Algorithm.objects.get(pk=self.records[name].pk)

    def add_person(self, name: str, *roles: tuple, **more: Any) -> User:
        """Make an account without password, with roles: each (kind, organisation, department) as far as it goes."""
        person = User.objects.create_user(name, f"{name}@voorbeeldstad.example", **more)
        for kind, *place in roles:
            Role.objects.create(
                user=person,
                kind=kind,
                organization=self.organizations[place[0]] if place else None,
                department=self.departments[place[1]] if len(place) > 1 else None,
            )
        self.people[name] = person
        return person

    def add_record(
        self, name: str, /, department: str = ROADS, by: str = "author", organization: str = HERE, **more: Any
    ) -> Algorithm:
        """Make a complete concept that `by` wrote; `department` "" is none."""
        given = REQUIRED | {"name": f"Naam van {name}", "goal": f"<p>Geheim van {name}.</p>"} | more
        row = Algorithm(organization=self.organizations[organization], department=self.departments.get(department))
        document.apply(row, document.clean(given))
        drafts.saved(row, None, by=self.people.get(by))
        self.records[name] = row
        return row

    def change(self, name: str, /, by: str = "author", **texts: Any) -> Algorithm:
        """Write in a record as if in its form."""
        row = self.record(name)
        before = drafts.content(row)
        document.apply(row, document.clean(texts))
        drafts.saved(row, before, by=self.people.get(by))
        return row

    def put(self, name: str, /, **columns: Any) -> None:
        """Set where a record stands, without taking the steps to it."""
        Algorithm.objects.filter(pk=self.records[name].pk).update(**columns)


def people() -> World:
    """Make the places and everyone of ROLES."""
    world = World()
    for name, paths in ((HERE, (ROADS, TAXES)), (ELSEWHERE, (DIKES,))):
        organization = Organization.objects.create(name=name, tooi=f"https://identifier.overheid.nl/{len(name)}")
        world.organizations[name] = organization
        for path in paths:
            world.departments[path] = Department.objects.create(organization=organization, path=path)
    for name, roles in ROLES.items():
        world.add_person(name, *roles, is_superuser=name == "superuser", is_active=name != "inactive")
    return world


def everything() -> World:
    """People, and records in every state: six of one department, and one of each other place."""
    world = people()
    for name in ("draft", "changed", "submitted", "planned", "withdrawn"):
        world.add_record(name)
    world.add_record("of_taxes", TAXES, by="other_author")
    world.add_record("of_nobody", "", by="organization_author")
    world.add_record("elsewhere", DIKES, by="double_author", organization=ELSEWHERE)
    for name in ("changed", "planned", "withdrawn"):
        publishing.publish(world.record(name))
    publishing.withdraw(world.record("withdrawn").lars, reason="Gestopt.")
    world.change("changed", goal="<p>Anders, nog geheim van changed.</p>")
    world.change("planned", goal="<p>Straks, nog geheim van planned.</p>")
    world.change("submitted", by="author_approver", goal="<p>Aangeboden, geheim van submitted.</p>")
    offered = {"submitted_by": world.people["author"], "submitted_at": datetime(2026, 1, 5, 9, tzinfo=UTC)}
    world.put("submitted", stage=Stage.SUBMITTED, **offered)
    world.put("planned", stage=Stage.PLANNED, planned_at=PLANNED_FOR, planned_by=world.people["approver"], **offered)
    return world


def shown_values(response: Any) -> dict[str, Any]:
    """Return what a browser would send when the page of a record is saved as it stands."""
    forms = [response.context["adminform"].form]
    for group in response.context["inline_admin_formsets"]:
        forms += [group.formset.management_form, *group.formset.forms]
    values = {}
    for box in (box for form in forms for box in form):
        value, widget = box.value(), box.field.widget
        value = widget.format_value(value) if hasattr(widget, "format_value") else value
        if value not in (None, False):
            values[box.html_name] = value
    return values
