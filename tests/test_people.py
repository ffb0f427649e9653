"""People: invited by a manager, with roles that are told exactly; who leaves hands over, and comes in no more."""

from __future__ import annotations

import re
import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from algorithms.accounts import handover
from algorithms.models import Algorithm, Department, Event, Organization, PreviewLink, Role

PEOPLE = "/beheer/auth/user/"
ADD = f"{PEOPLE}add/"
NO_ROLES = {"register_roles-TOTAL_FORMS": "0", "register_roles-INITIAL_FORMS": "0"}


@pytest.fixture
def town(db) -> Organization:
    return Organization.objects.create(name="Gemeente Voorbeeldstad")


@pytest.fixture
def roads(town) -> Department:
    return Department.objects.create(organization=town, path="Stadsbeheer / Wegen")


@pytest.fixture
def person(db):
    """Make an account with roles: (kind, organisation, department)."""

    def make(name: str, *roles: tuple, **more) -> User:
        user = User.objects.create_user(name, f"{name}@voorbeeldstad.example", "geheim", **more)
        for kind, *place in roles:
            Role.objects.create(user=user, kind=kind, **dict(zip(("organization", "department"), place, strict=False)))
        return user

    return make


@pytest.fixture
def manager(person, client):
    user = person("beheer", ("manager",))
    client.force_login(user)
    return user


def typed(user: User, *roles: tuple, **changed) -> dict:
    """What the page of an account sends: its fields, and rows (kind, organisation, department)."""
    kept = list(Role.objects.filter(user=user, source="hand")) if user.pk else []
    data = {name: getattr(user, name) for name in ("username", "first_name", "last_name", "email")}
    data |= {"register_roles-TOTAL_FORMS": str(len(kept) + len(roles)), "register_roles-INITIAL_FORMS": str(len(kept))}
    for number, role in enumerate(kept):
        at = {"id": role.pk, "user": user.pk, "kind": role.kind, "organization": role.organization_id or "",
              "department": role.department_id or ""}  # fmt: skip
        data |= {f"register_roles-{number}-{name}": value for name, value in at.items()}
    for number, (kind, organization, department) in enumerate(roles, len(kept)):
        at = {"kind": kind, "organization": (organization and organization.pk) or "",
              "department": (department and department.pk) or ""}  # fmt: skip
        data |= {f"register_roles-{number}-{name}": value for name, value in at.items()}
    return data | changed


def page_of(user: User, step: str = "change") -> str:
    return f"{PEOPLE}{user.pk}/{step}/"


def errors(answer) -> str:
    assert answer.status_code == 200
    found = answer.context["errors"]
    return " ".join(map(str, found))


# -- who may -----------------------------------------------------------------------------------------------------------

STEPS = ["uitnodigen", "tweede-stap-weghalen", "activeren", "overdragen"]


@pytest.mark.parametrize(
    ("role", "reads", "keeps"),
    [
        (None, False, False),
        ("author", False, False),
        ("approver", False, False),
        ("auditor", True, False),
        ("manager", True, True),
        ("superuser", True, True),
    ],
)
def test_who_sees_people_and_who_keeps_them(client, person, town, role, reads, keeps):
    other = person("ander", ("author", town))
    if role == "superuser":
        user = person("wie", is_superuser=True)
    else:
        user = person("wie", *([(role, town)] if role in ("author", "approver") else [(role,)] if role else []))
    client.force_login(user)
    assert client.get(PEOPLE).status_code == (200 if reads else 403)
    assert client.get(page_of(other)).status_code == (200 if reads else 403)
    assert client.get(ADD).status_code == (200 if keeps else 403)
    for step in STEPS:
        assert client.get(page_of(other, step)).status_code in ((200, 302) if keeps else (403,)), step
        assert client.post(page_of(other, step), {}).status_code in ((200, 302) if keeps else (403,)), step
    assert client.get(page_of(other, "delete")).status_code == 403
    client.post(page_of(other), typed(other, email="gestolen@elders.example"))
    other.refresh_from_db()
    assert (other.email == "gestolen@elders.example") is keeps


def test_a_manager_never_touches_who_may_everything(client, manager, person):
    keeper = person("sleutel", is_superuser=True)
    assert client.get(page_of(keeper)).status_code == 200
    assert (
        client.post(page_of(keeper), typed(keeper, ("manager", None, None), email="x@elders.example")).status_code
        == 403
    )
    for step in STEPS:
        assert client.post(page_of(keeper, step), {"reason": "x"}).status_code == 403
    keeper.refresh_from_db()
    assert keeper.is_active
    assert keeper.email == "sleutel@voorbeeldstad.example"
    assert not keeper.register_roles.exists()


def test_nobody_becomes_more_than_the_form_shows(client, manager, person):
    other = person("ander")
    extra = {"is_superuser": "on", "is_staff": "on", "password": "x", "groups": "1", "is_active": ""}
    client.post(page_of(other), typed(other, **extra))
    client.post(ADD, typed(User(username="nieuw", email="nieuw@voorbeeldstad.example"), **extra))
    for user in (User.objects.get(username="ander"), User.objects.get(username="nieuw")):
        assert (user.is_superuser, user.is_staff, user.is_active) == (False, False, True)
    assert User.objects.get(username="ander").check_password("geheim")


def test_a_manager_cannot_lock_themselves_out(client, manager):
    assert client.get(page_of(manager, "overdragen")).status_code == 403
    given = typed(manager) | {"register_roles-0-DELETE": "on"}
    assert "eigen rol" in errors(client.post(page_of(manager), given))
    assert manager.register_roles.filter(kind="manager").exists()


def test_the_list_filters_searches_and_costs_the_same_however_long(client, manager, person, town, roads):
    person("wegen", ("author", town, roads), first_name="Anna", last_name="de Vries")
    client.get(PEOPLE)
    with CaptureQueriesContext(connection) as few:
        client.get(PEOPLE)
    for number in range(10):
        person(f"meer{number}", ("author", town, roads), ("approver", town))
    with CaptureQueriesContext(connection) as many:
        text = client.get(PEOPLE).content.decode()
    assert len(few) == len(many)
    assert "auteur: Stadsbeheer / Wegen" in text
    for query, found in [("?q=vries", 1), ("?rol=approver", 10), ("?rol=manager", 1), (f"?organisatie={town.slug}", 11),
                         ("?rol=geen", 0)]:  # fmt: skip
        assert client.get(PEOPLE + query).context["cl"].result_count == found, query


# -- invitations and roles ---------------------------------------------------------------------------------------------


def invited(client, capture, *roles, **more) -> str:
    """Invite somebody; return the link in the mail."""
    with capture(execute=True):
        answer = client.post(ADD, typed(User(username="anna", email="Anna@voorbeeldstad.example"), *roles, **more))
    assert answer.status_code == 302, answer.context["errors"]
    return re.search(r"http\S+", mail.outbox[-1].body)[0]


def test_an_invitation_leads_to_a_password_and_in(client, manager, town, roads, django_capture_on_commit_callbacks):
    link = invited(client, django_capture_on_commit_callbacks, ("author", town, roads), ("approver", town, None))
    assert mail.outbox[-1].to == ["anna@voorbeeldstad.example"]
    assert "auteur: Stadsbeheer / Wegen" in mail.outbox[-1].body
    anna = User.objects.get(username="anna")
    assert not anna.has_usable_password()
    assert "Rollen: + auteur: Stadsbeheer / Wegen; + beoordelaar: Gemeente Voorbeeldstad." in str(
        LogEntry.objects.get(object_id=anna.pk).get_change_message()
    )
    assert "uitgenodigd" in client.get(page_of(anna)).content.decode()

    client.logout()
    page = client.get(link, follow=True)
    where = page.redirect_chain[-1][0]
    assert anna.username in page.content.decode()
    refused = client.post(where, {"password1": "kort", "password2": "kort"})
    assert refused.context["form"].errors["password1"]
    chosen = {"password1": "lange-zin-om-te-testen", "password2": "lange-zin-om-te-testen"}
    assert client.post(where, chosen, follow=True).status_code == 200
    assert "werkt niet meer" in client.get(link, follow=True).content.decode()
    client.post("/beheer/account/aanmelden/", {"login": "ANNA@voorbeeldstad.example", "password": chosen["password1"]})
    assert client.get("/beheer/").status_code == 200


def test_an_invitation_ends_and_can_be_sent_again(client, manager, town, settings, django_capture_on_commit_callbacks):
    link = invited(client, django_capture_on_commit_callbacks, ("author", town, None))
    anna = User.objects.get(username="anna")
    with time_machine.travel(time.time() + settings.INVITATION_DAYS * 24 * 3600 + 60):
        assert "werkt niet meer" in client.get(link, follow=True).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page_of(anna, "uitnodigen"), {"reason": "De mail kwam niet aan."})
    again = re.search(r"http\S+", mail.outbox[-1].body)[0]
    assert "Kies een wachtwoord" in client.get(again, follow=True).content.decode()


@pytest.mark.parametrize("email", ["beheer@voorbeeldstad.example", "BEHEER@Voorbeeldstad.example"])
def test_a_mail_address_belongs_to_one_account(client, manager, email):
    answer = client.post(ADD, typed(User(username="anna", email=email)))
    assert "al van een ander account" in errors(answer)
    assert "al van een ander account" in errors(client.post(ADD, typed(User(username="BEHEER", email="a@b.example"))))
    assert "vereist" in errors(client.post(ADD, typed(User(username="anna", email=""))))
    # one logs in by either, so that neither may be the other's
    assert "al van een ander account" in errors(client.post(ADD, typed(User(username=email, email="a@b.example"))))
    User.objects.update(username="naam@voorbeeldstad.example")
    taken = User(username="anna", email="Naam@voorbeeldstad.example")
    assert "al van een ander account" in errors(client.post(ADD, typed(taken)))
    assert User.objects.count() == 1


def test_a_name_is_one_line_of_what_shows(client, manager, person):
    anna = person("anna")
    given = {"first_name": "An\u200bna\n Maria", "last_name": "de \u202e Vries"}
    client.post(page_of(anna), typed(anna, **given))
    assert User.objects.get(pk=anna.pk).get_full_name() == "Anna Maria de Vries"
    assert "onzichtbaar teken" in errors(client.post(page_of(anna), typed(anna, first_name="An\x07na")))


def test_a_role_without_its_place_is_told_at_the_field(client, manager, town, roads):
    def told(*roles) -> list[dict]:
        answer = client.post(ADD, typed(User(username="anna", email="a@b.example"), *roles))
        assert not User.objects.filter(username="anna").exists()
        return answer.context["inline_admin_formsets"][0].formset.errors

    assert "organization" in told(("author", None, None))[0]
    assert "organization" in told(("approver", None, None))[0]
    assert "organization" in told(("manager", town, None))[0]
    assert "department" in told(("approver", town, roads))[0]
    elsewhere = Organization.objects.create(name="Gemeente Elders")
    assert "department" in told(("author", elsewhere, roads))[0]
    assert "kind" in told(("author", town, roads), ("author", None, roads))[1]
    assert "kind" in told(("auditor", None, None), ("auditor", None, None))[1]


def test_what_changed_is_written_down_and_the_old_address_is_told(client, manager, person, town,
                                                                  django_capture_on_commit_callbacks):  # fmt: skip
    other = person("ander", ("author", town))
    with django_capture_on_commit_callbacks(execute=True):
        given = typed(other, ("auditor", None, None), email="nieuw@voorbeeldstad.example")
        client.post(page_of(other), given | {"register_roles-0-DELETE": "on"})
    assert [mail.outbox[0].to, "nieuw@voorbeeldstad.example" in mail.outbox[0].body] == [
        ["ander@voorbeeldstad.example"], True,
    ]  # fmt: skip
    assert [str(role) for role in other.register_roles.all()] == ["controleur"]
    told = LogEntry.objects.get(object_id=other.pk).get_change_message()
    assert told == "Gewijzigd: E-mailadres. Rollen: + controleur; − auteur: Gemeente Voorbeeldstad."


# -- lost and gone -----------------------------------------------------------------------------------------------------


def test_a_lost_phone_is_taken_off_by_a_manager_with_a_reason(
    client, manager, person, town, django_capture_on_commit_callbacks
):
    other = person("ander", ("author", town))
    Authenticator.objects.create(user=other, type="totp", data={"secret": "x"})
    theirs = type(client)()
    theirs.force_login(other)
    assert "reason" in client.post(page_of(other, "tweede-stap-weghalen"), {}).context["form"].errors
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page_of(other, "tweede-stap-weghalen"), {"reason": "Telefoon gestolen"})
    assert not Authenticator.objects.exists()
    assert theirs.get("/beheer/").status_code == 302
    assert "Telefoon gestolen" in mail.outbox[0].body
    assert "Telefoon gestolen" in LogEntry.objects.get(object_id=other.pk).get_change_message()
    assert client.get(page_of(manager, "tweede-stap-weghalen")).status_code == 302  # not one's own


@pytest.fixture
def leaver(person, town, roads, make_algorithm):
    """Somebody with a record in roads, one in parks, a shared preview and unfinished work on a record of no one."""
    parks = Department.objects.create(organization=town, path="Groen")
    user = person("vertrekt", ("author", town), first_name="Ver", last_name="Trekt")
    for name, department in (("Strooiroutes", roads), ("Bomen", parks)):
        record = make_algorithm(name=name, department={"path": department.path})
        Algorithm.objects.filter(pk=record.pk).update(owner=user)
        ends = timezone.now() + timezone.timedelta(days=3)
        PreviewLink.objects.create(algorithm=record, made_by=user, expires_at=ends)
    Algorithm.objects.filter(pk=make_algorithm(name="Lantaarns").pk).update(edited_by=user)
    return user


def test_a_leaver_hands_over_and_comes_in_no_more(client, manager, person, leaver, town, roads,
                                                  django_capture_on_commit_callbacks):  # fmt: skip
    for_roads, for_all = person("wegen", ("author", town, roads)), person("alles", ("author", town))
    theirs = type(client)()
    theirs.force_login(leaver)
    assert theirs.get("/beheer/").status_code == 200
    records = {row.name: row for row in Algorithm.objects.filter(owner=leaver)}
    page = client.get(page_of(leaver, "overdragen"))
    assert "Lantaarns" in page.content.decode()
    names = {name: [value for value, _label in page.context["form"].fields[f"record_{row.pk}"].choices]
             for name, row in records.items()}  # fmt: skip
    assert names == {"Strooiroutes": ["", str(for_all.pk), str(for_roads.pk), "0"], "Bomen": ["", str(for_all.pk), "0"]}

    # for roads alone is not enough: Bomen has nobody yet, and nothing is saved
    refused = client.post(page_of(leaver, "overdragen"), {"everything": str(for_roads.pk), "reason": "Pensioen"})
    assert list(refused.context["form"].errors) == [f"record_{records['Bomen'].pk}"]
    foreign = {"everything": str(for_all.pk), f"record_{records['Bomen'].pk}": str(for_roads.pk), "reason": "x"}
    assert client.post(page_of(leaver, "overdragen"), foreign).context["form"].errors
    assert Algorithm.objects.filter(owner=leaver).count() == 2

    choice = {"everything": str(for_all.pk), f"record_{records['Strooiroutes'].pk}": str(for_roads.pk)}
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(page_of(leaver, "overdragen"), choice | {"reason": "Met pensioen"}).status_code == 302
    assert {row.name: row.owner for row in Algorithm.objects.filter(pk__in=[r.pk for r in records.values()])} == {
        "Strooiroutes": for_roads, "Bomen": for_all,
    }  # fmt: skip
    event = Event.objects.filter(algorithm=records["Bomen"]).first()
    assert (event.verb, event.by) == ("hand_over", manager)
    assert "Met pensioen" in event.note
    assert not PreviewLink.objects.open().exists()
    leaver.refresh_from_db()
    assert not leaver.is_active
    assert not leaver.register_roles.exists()
    assert theirs.get("/beheer/").status_code == 302
    assert sorted(message.to[0] for message in mail.outbox) == [for_all.email, for_roads.email]
    assert "Strooiroutes" in LogEntry.objects.get(object_id=leaver.pk).get_change_message()
    assert "gedeactiveerd" in client.get(page_of(leaver)).content.decode()

    client.post(page_of(leaver, "activeren"), {"reason": "Komt terug"})
    leaver.refresh_from_db()
    assert leaver.is_active
    assert not leaver.register_roles.exists()


def test_a_leaver_without_a_successor_leaves_a_record_without_owner_on_purpose(client, manager, leaver):
    assert client.post(page_of(leaver, "overdragen"), {"reason": "x"}).status_code == 200
    nobody = {f"record_{row.pk}": "0" for row in Algorithm.objects.filter(owner=leaver)}
    assert client.post(page_of(leaver, "overdragen"), nobody | {"reason": "x"}).status_code == 302
    assert not Algorithm.objects.filter(owner=leaver).exists()


def test_a_record_gained_meanwhile_is_seen_first(client, manager, leaver, make_algorithm):
    late = make_algorithm(name="Laat")
    choice = {f"record_{row.pk}": "0" for row in Algorithm.objects.filter(owner=leaver)} | {"reason": "x"}
    seen = list(handover.records_of(leaver))
    Algorithm.objects.filter(pk=late.pk).update(owner=leaver)
    with pytest.raises(handover.Changed):
        handover.hand_over(leaver, {row.pk: None for row in seen}, by=manager, reason="x")
    assert client.post(page_of(leaver, "overdragen"), choice).status_code == 200
    leaver.refresh_from_db()
    assert leaver.is_active


# -- demo accounts -----------------------------------------------------------------------------------------------------


def test_the_demo_has_an_account_for_each_role(client, town, capsys):
    call_command("accounts")
    told = dict(re.findall(r"^\s+(\w+)\s+(\S+)\s+\(", capsys.readouterr().out, re.M))
    assert list(told) == ["beheerder", "auteur", "beoordelaar", "registerbeheerder", "controleur"]
    for name, password in told.items():
        client.logout()
        client.post("/beheer/account/aanmelden/", {"login": name, "password": password})
        assert client.get("/beheer/").status_code == 200, name
    call_command("accounts", "--if-missing")
    assert User.objects.get(username="auteur").check_password(told["auteur"])


def test_a_name_that_is_no_account_ends_no_session(db):
    with pytest.raises(CommandError):
        call_command("end_sessions", "--user", "niemand")
