"""Who may do what to which record, and what each page shows and takes: role × object × verb, and role × page."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, resolve

from algorithms import drafts, policy
from algorithms.models import (
    Algorithm,
    Event,
    LinkCheck,
    Organization,
    Page,
    Party,
    Publication,
    Role,
    Step,
    Synonym,
    Template,
)
from algorithms.policy import Verb
from tests.people import DIKES, ELSEWHERE, HERE, ROADS, ROLES, TAXES, World, everything, shown_values

LIST = "/beheer/algorithms/algorithm/"


def table(text: str) -> dict[str, dict[str, str]]:
    """Return the cells of a table by row and column; its first line names the columns."""
    head, *rows = [line.split() for line in text.strip().splitlines()]
    assert all(len(cells) == len(head) + 1 for cells in rows), [cells for cells in rows if len(cells) != len(head) + 1]
    assert len({row for row, *_cells in rows}) == len(rows), "a row stands there twice"
    return {row: dict(zip(head, cells, strict=True)) for row, *cells in rows}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    """Everyone and everything, made once; what a test does to it is undone after that test."""
    with django_db_blocker.unblock(), transaction.atomic():
        known = everything()
        Template.objects.create(name="Voor iedereen", document="{}")
        Template.objects.create(name="Elders", document="{}", organization=known.organizations[ELSEWHERE])
        Party.objects.create(name="Routemakers B.V.")
        Synonym.objects.create(words=["weg", "straat"])
        Page.objects.create(slug="uitleg", title="Uitleg")
        known.add_person("invited")
        LinkCheck.objects.create(lars=known.records["changed"].lars, url="https://goed.example/", outcome="alive")
        known.change("elsewhere", by="double_author", steps=[{"kind": "data", "actor": "Geheime stap", "action": "x"}])
        known.change("of_taxes", by="other_author", steps=[{"kind": "data", "actor": "Geheime stap", "action": "x"}])
        yield known
        transaction.set_rollback(True)


def someone(world: World, role: str) -> Any:
    return AnonymousUser() if role == "anonymous" else world.person(role)


# -- role × object × verb ----------------------------------------------------------------------------------------------

LETTERS = {
    "v": Verb.VIEW, "e": Verb.EDIT, "d": Verb.DELETE, "c": Verb.COPY, "s": Verb.SHARE, "o": Verb.SUBMIT,
    "r": Verb.RECALL, "b": Verb.SEND_BACK, "p": Verb.PUBLISH, "l": Verb.PLAN, "u": Verb.UNPLAN, "w": Verb.WITHDRAW,
}  # fmt: skip

# Who may do what now. Records of one department: never public, public and changed since, under review, planned over a
# public version, withdrawn; then one of another department, one without, one of another organisation.
# `author_approver` wrote the one under review, so that four eyes forbids p and l.
MAY = """
                     draft   changed  submitted  planned  withdrawn  of_taxes  of_nobody  elsewhere
author               vedcso  vecso    vcsr       vcs      vecso      -         -          -
organization_author  vedcso  vecso    vcsr       vcs      vecso      vedcso    vedcso     -
other_author         -       -        -          -        -          vedcso    -          -
double_author        vedcso  vecso    vcsr       vcs      vecso      -         -          vedcso
approver             vs      vsw      vsbpl      vsbuw    vs         vs        vs         -
other_approver       -       -        -          -        -          -         -          vs
author_approver      vedcso  vecsow   vcsrb      vcsbuw   vecso      vcs       vcs        -
manager              v       v        v          v        v          v         v          v
auditor              v       v        v          v        v          v         v          v
superuser            vedcso  vecsow   vcsrbpl    vcsbuw   vecso      vedcso    vedcso     vedcso
no_role              -       -        -          -        -          -         -          -
inactive             -       -        -          -        -          -         -          -
anonymous            -       -        -          -        -          -         -          -
"""


@pytest.mark.parametrize("role", table(MAY))
def test_who_may_do_what_to_which_record_now(db, world, role):
    user = someone(world, role)
    found = {}
    for name in world.records:
        record = world.record(name)
        found[name] = "".join(letter for letter, verb in LETTERS.items() if policy.may(user, verb, record)) or "-"
    assert found == table(MAY)[role]


def test_the_table_leaves_no_combination_out(db, world):
    assert set(LETTERS.values()) == set(Verb)
    assert set(table(MAY)) == {*ROLES, "anonymous"}
    assert all(set(cells) == set(world.records) for cells in table(MAY).values())
    assert {kind for roles in ROLES.values() for kind, *_place in roles} == set(Role.Kind.values)
    used = {letter for cells in table(MAY).values() for cell in cells.values() for letter in cell} - {"-"}
    assert used == set(LETTERS)  # each verb is possible somewhere, so that each refusal means something


@pytest.mark.parametrize("role", table(MAY))
def test_the_lists_of_policy_hold_exactly_the_records_its_answers_allow(db, world, role):
    user = someone(world, role)
    for listed, verbs in (
        (policy.visible, [Verb.VIEW]),
        (policy.writable, sorted(policy.WRITING)),
        (policy.approvable, sorted(policy.APPROVING)),
    ):
        found = set(listed(user).values_list("pk", flat=True))
        for record in map(world.record, world.records):
            for verb in verbs:
                assert (record.pk in found) == policy.has_role(user, verb, record), (record.name, verb)
        assert set(listed(user, Algorithm.objects.filter(pk__in=found)).values_list("pk", flat=True)) == found


def test_every_refusal_says_why_and_what_to_do(db, world):
    for role in ("author", "author_approver", "auditor", "no_role", "anonymous"):
        user = someone(world, role)
        for record in map(world.record, world.records):
            for verb in Verb:
                why = policy.why_not(user, verb, record)
                assert bool(why) != policy.may(user, verb, record)
                assert not why or re.search(r"\. [A-Z]|; |dus er valt niets|niet ingepland", why), why


def test_four_eyes_forbids_only_approving_what_one_wrote_last_and_can_be_switched_off(db, world, settings):
    record = world.record("submitted")
    both, approver = world.person("author_approver"), world.person("approver")
    for verb in (Verb.PUBLISH, Verb.PLAN):
        assert "zelf als laatste" in policy.why_not(both, verb, record)
        assert policy.may(approver, verb, record)
    assert policy.may(both, Verb.SEND_BACK, record)
    settings.FOUR_EYES = False
    assert policy.may(both, Verb.PUBLISH, record)
    assert policy.may(both, Verb.PLAN, record)
    assert not policy.may(world.person("author"), Verb.PUBLISH, record)


# What each may read (r) and keep (k) of the rest.
KEEPS = """
                     Organization Department Page Party Synonym Template Publication User Role LinkCheck
author               r            r          r    -     r       -        r           -    -    -
organization_author  r            r          r    -     r       -        r           -    -    -
other_author         r            r          r    -     r       -        r           -    -    -
double_author        r            r          r    -     r       -        r           -    -    -
approver             r            r          r    -     r       -        r           -    -    -
other_approver       r            r          r    -     r       -        r           -    -    -
author_approver      r            r          r    -     r       -        r           -    -    -
manager              rk           rk         rk   rk    rk      rk       r           rk   rk   r
auditor              r            r          r    r     r       r        r           r    r    r
superuser            rk           rk         rk   rk    rk      rk       r           rk   rk   r
no_role              -            -          -    -     -       -        -           -    -    -
inactive             -            -          -    -     -       -        -           -    -    -
anonymous            -            -          -    -     -       -        -           -    -    -
"""


@pytest.mark.parametrize("role", table(KEEPS))
def test_who_reads_and_who_keeps_the_rest_of_the_register(db, world, role):
    user = someone(world, role)
    known = {model.__name__: model for model in policy._MODELS}
    found = {
        name: "r" * policy.may_read(user, model) + "k" * policy.may_keep(user, model) or "-"
        for name, model in known.items()
    }
    assert found == table(KEEPS)[role]
    assert set(table(KEEPS)) == set(table(MAY))


def test_a_manager_keeps_no_account_of_the_systems_own_keepers(db, world):
    for role in table(MAY):
        user = someone(world, role)
        assert policy.may_keep_account(user, world.person("author")) == (role in ("manager", "superuser")), role
        assert policy.may_keep_account(user, world.person("superuser")) == (role == "superuser"), role


# Where each may write: organisations and departments to choose from, and templates to begin with.
PLACES = {
    "author": ({HERE}, {ROADS}, {"Voor iedereen"}),
    "organization_author": ({HERE}, {ROADS, TAXES}, {"Voor iedereen"}),
    "other_author": ({HERE}, {TAXES}, {"Voor iedereen"}),
    "double_author": ({HERE, ELSEWHERE}, {ROADS, DIKES}, {"Voor iedereen", "Elders"}),
    "author_approver": ({HERE}, {ROADS}, {"Voor iedereen"}),
    "superuser": ({HERE, ELSEWHERE}, {ROADS, TAXES, DIKES}, {"Voor iedereen", "Elders"}),
    "approver": (set(), set(), {"Voor iedereen"}),
    "other_approver": (set(), set(), {"Voor iedereen"}),
    "manager": (set(), set(), {"Voor iedereen", "Elders"}),
    "auditor": (set(), set(), {"Voor iedereen", "Elders"}),
}


@pytest.mark.parametrize("role", table(MAY))
def test_where_one_may_write(db, world, role):
    user = someone(world, role)
    places, departments, starts = PLACES.get(role, (set(), set(), {"Voor iedereen"}))
    assert {row.name for row in policy.organizations_to_write_in(user)} == places
    assert {row.path for row in policy.departments_to_write_in(user)} == departments
    assert {row.name for row in policy.templates(user)} == starts
    assert policy.may_add(user) == bool(departments)
    for organization in world.organizations.values():
        for department in [None, *organization.departments.all()]:
            expected = (
                department.path in departments if department else role in ("organization_author", "superuser")
            ) and organization.name in places
            assert policy.may_write_in(user, organization, department) == expected, (organization, department)
    assert policy.may_enter(user) == (role not in ("no_role", "inactive", "anonymous"))


def test_who_is_told_and_who_may_own(db, world):
    def names(people) -> set[str]:
        return {person.username for person in people}

    writers = {"author", "organization_author", "double_author", "author_approver"}
    assert names(policy.authors_of(world.record("draft"))) == writers
    assert names(policy.authors_of(world.record("of_taxes"))) == {"organization_author", "other_author"}
    assert names(policy.authors_of(world.record("of_nobody"))) == {"organization_author"}
    assert names(policy.authors_of(world.record("elsewhere"))) == {"double_author"}
    assert names(policy.approvers_of(world.record("draft"))) == {"approver", "author_approver"}
    assert names(policy.approvers_of(world.record("elsewhere"))) == {"other_approver"}
    assert names(policy.managers()) == {"manager"}
    may_own = policy.possible_owners(world.record("draft"), world.person("author"))
    assert names(may_own) == writers | {"approver"}


def test_a_role_counts_at_the_next_request_and_no_longer_when_taken_away(db, world, client):
    page = f"{LIST}{world.record('draft').pk}/change/"
    client.force_login(world.person("no_role"))
    assert client.get(page).status_code == 403
    role = Role.objects.create(
        user=world.person("no_role"), kind="author", organization=world.organizations[HERE],
        department=world.departments[ROADS],
    )  # fmt: skip
    assert client.get(page).status_code == 200
    role.delete()
    assert client.get(page).status_code == 403
    client.force_login(world.person("author"))
    assert client.get(page).status_code == 200
    User.objects.filter(username="author").update(is_active=False)
    assert client.get(page).status_code == 302


# -- role × page -------------------------------------------------------------------------------------------------------

COLUMNS = "author other_author approver manager auditor superuser"
# Each page for each role is much to draw: in the short run those who may see least, and who may only read.
WALKERS = [
    pytest.param(role, marks=() if role in ("author", "other_author", "auditor") else pytest.mark.long)
    for role in COLUMNS.split()
]
# What a GET gives: ok, no (not found, forbidden, or back to the front page) or > (somewhere else). A new page below
# /beheer/ fails the test below until it has a line here, or an entry in OF_ALLAUTH.
PAGES = f"""
                                                                    {COLUMNS}
/beheer/                                                            ok  ok  ok  ok  ok  ok
/beheer/nergens/                                                    no  no  no  no  no  no
/beheer/login/                                                      >   >   >   >   >   >
/beheer/password_change/                                            >   >   >   >   >   >
/beheer/password_change/done/                                       >   >   >   >   >   >
/beheer/autocomplete/                                               no  no  no  no  no  no
/beheer/jsi18n/                                                     ok  ok  ok  ok  ok  ok
/beheer/r/{{algorithm_type}}/{{draft}}/                             no  no  no  no  no  no
/beheer/algorithms/                                                 ok  ok  ok  ok  ok  ok
/beheer/algorithms/algorithm/                                       ok  ok  ok  ok  ok  ok
/beheer/algorithms/algorithm/volledigheid/                          ok  ok  ok  ok  ok  ok
/beheer/algorithms/algorithm/add/                                   ok  ok  no  no  no  ok
/beheer/algorithms/algorithm/add/sjabloon/                          ok  ok  no  no  no  ok
/beheer/algorithms/algorithm/{{draft}}/                             >   >   >   >   >   >
/beheer/algorithms/algorithm/{{draft}}/change/                      ok  no  ok  ok  ok  ok
/beheer/algorithms/algorithm/{{submitted}}/change/                  ok  no  ok  ok  ok  ok
/beheer/algorithms/algorithm/{{elsewhere}}/change/                  no  no  no  ok  ok  ok
/beheer/algorithms/algorithm/{{draft}}/delete/                      ok  no  no  no  no  ok
/beheer/algorithms/algorithm/{{changed}}/delete/                    no  no  no  no  no  no
/beheer/algorithms/algorithm/{{draft}}/history/                     ok  no  ok  ok  ok  ok
/beheer/algorithms/algorithm/{{draft}}/history/{{event}}/           ok  no  ok  ok  ok  ok
/beheer/algorithms/algorithm/{{changed}}/history/{{event}}/         no  no  no  no  no  no
/beheer/algorithms/algorithm/{{draft}}/history/{{event}}/terugzetten/    ok  no  no  no  no  ok
/beheer/algorithms/algorithm/{{changed}}/history/versie/1/          ok  no  ok  ok  ok  ok
/beheer/algorithms/algorithm/{{changed}}/history/versie/1/terugzetten/   ok  no  no  no  no  ok
/beheer/algorithms/algorithm/{{draft}}/voorbeeld/                   ok  no  ok  ok  ok  ok
/beheer/algorithms/algorithm/{{draft}}/voorbeeld/nl/                ok  no  ok  ok  ok  ok
/beheer/algorithms/algorithm/{{draft}}/kopie/                       ok  no  no  no  no  ok
/beheer/algorithms/algorithm/{{draft}}/sjabloon/                    no  no  no  ok  no  ok
/beheer/algorithms/algorithm/{{draft}}/aanbieden/                   ok  no  no  no  no  ok
/beheer/algorithms/algorithm/{{submitted}}/publiceren/              no  no  ok  no  no  ok
/beheer/algorithms/algorithm/{{submitted}}/terugsturen/             no  no  ok  no  no  ok
/beheer/algorithms/algorithm/{{submitted}}/terugnemen/              ok  no  no  no  no  ok
/beheer/algorithms/algorithm/{{planned}}/planning-schrappen/        no  no  ok  no  no  ok
/beheer/algorithms/algorithm/{{changed}}/intrekken/                 no  no  ok  no  no  ok
/beheer/importeren/                                                 ok  ok  no  ok  no  ok
/beheer/auth/                                                       no  no  no  ok  ok  ok
/beheer/auth/user/                                                  no  no  no  ok  ok  ok
/beheer/auth/user/add/                                              no  no  no  ok  no  ok
/beheer/auth/user/{{person}}/                                       >   >   >   >   >   >
/beheer/auth/user/{{person}}/change/                                no  no  no  ok  ok  ok
/beheer/auth/user/{{keeper}}/change/                                no  no  no  ok  ok  ok
/beheer/auth/user/{{person}}/history/                               no  no  no  ok  ok  ok
/beheer/auth/user/{{person}}/delete/                                no  no  no  no  no  no
/beheer/auth/user/{{invited}}/uitnodigen/                           no  no  no  ok  no  ok
/beheer/auth/user/{{person}}/tweede-stap-weghalen/                  no  no  no  >   no  >
/beheer/auth/user/{{keeper}}/tweede-stap-weghalen/                  no  no  no  no  no  >
/beheer/auth/user/{{inactive}}/activeren/                           no  no  no  ok  no  ok
/beheer/auth/user/{{person}}/overdragen/                            no  no  no  ok  no  ok
/beheer/auth/user/{{keeper}}/overdragen/                            no  no  no  no  no  no
"""
# The six pages of each other table: list, add, history, delete, change, and the address that leads to change.
TABLES = f"""
                 {COLUMNS}
organization     read read read keep read keep
department       read read read keep read keep
party            no   no   no   keep read keep
page             read read read keep read keep
synonym          read read read keep read keep
template         no   no   no   kept read kept
publication      read read read read read read
linkcheck        read none read read read read
"""
ADMIN_PAGES = {  # what each right gives; "kept" is kept but not added here, "none" sees the list without this row
    "": {"no": "no", "none": "ok", "read": "ok", "keep": "ok", "kept": "ok"},
    "add/": {"no": "no", "none": "no", "read": "no", "keep": "ok", "kept": "no"},
    "{row}/history/": {"no": "no", "none": "no", "read": "ok", "keep": "ok", "kept": "ok"},
    "{row}/delete/": {"no": "no", "none": "no", "read": "no", "keep": "ok", "kept": "ok"},
    "{row}/change/": {"no": "no", "none": "no", "read": "ok", "keep": "ok", "kept": "ok"},
    "{row}/": {"no": ">", "none": ">", "read": ">", "keep": ">", "kept": ">"},
}
# Logging in, the own password and second factor: allauth's pages about oneself, of no concern to roles. The ones
# named here open without having logged in.
OF_ALLAUTH = r"^beheer/(account/|taal/$|logout/$)"
OPEN = {
    "account_login", "account_logout", "logout", "account_inactive", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "mfa_authenticate", "mfa_login_webauthn", "openid_connect_login", "openid_connect_callback",
    "socialaccount_login_cancelled", "socialaccount_login_error", "staff-language", "preview", "preview-english",
}  # fmt: skip


@cache
def pages() -> dict[str, dict[str, str]]:
    """Return all lines: PAGES, and those that TABLES stands for."""
    lines = table(PAGES)
    for name, rights in table(TABLES).items():
        for ending, gives in ADMIN_PAGES.items():
            path = f"/beheer/algorithms/{name}/{ending.replace('row', name)}"
            lines[path] = {role: gives[right] for role, right in rights.items()}
    return lines


def address(world: World, path: str) -> str:
    """Fill in a path of the table."""
    rows = {name: record.pk for name, record in world.records.items()}
    rows |= {
        model._meta.model_name: model._default_manager.values_list("pk", flat=True).first()
        for model in (Organization, Party, Page, Synonym, Template, Publication, LinkCheck)
    }
    rows["department"] = world.departments[ROADS].pk
    accounts = {"person": "author", "keeper": "superuser", "invited": "invited", "inactive": "inactive"}
    rows |= {part: world.people[name].pk for part, name in accounts.items()}
    rows["event"] = Event.objects.filter(algorithm=world.records["draft"].pk).values_list("pk", flat=True).first()
    rows["algorithm_type"] = apps.get_model("contenttypes", "ContentType").objects.get(model="algorithm").pk
    return path.format(**rows)


def patterns() -> dict[str, str]:
    """Return the name of every pattern below /beheer/, by its whole route."""

    def walk(resolver, before: str = "") -> Iterator[tuple[str, str]]:
        for found in resolver.url_patterns:
            route = before + str(found.pattern).removeprefix("^")
            if hasattr(found, "url_patterns"):
                yield from walk(found, route)
            else:
                yield route, found.name or ""

    return {route: name for route, name in walk(get_resolver()) if route.startswith("beheer/")}


def outcome(answer, path: str) -> str:
    """Return what a GET gave: ok, no, in (the log-in page) or >."""
    if answer.status_code in (200, 403, 404):
        return "ok" if answer.status_code == 200 else "no"
    assert answer.status_code == 302, (path, answer.status_code)
    to = urlsplit(answer.headers["Location"]).path
    if to in ("/beheer/login/", "/beheer/account/aanmelden/"):
        return "in"
    # Django's answer for what is not there, or not for you
    return "no" if to == "/beheer/" and path.startswith(("/beheer/algorithms/", "/beheer/auth/")) else ">"


def hidden_from(world: World, user: Any) -> list[str]:
    """Return the words of records that this person may not read: the names, and the texts that were never public."""
    seen = set(policy.visible(user).values_list("pk", flat=True))
    hidden = [name for name, record in world.records.items() if record.pk not in seen]
    return [word for name in hidden for word in (f"Naam van {name}", f"eheim van {name}")]


def test_every_page_below_beheer_stands_in_the_table(db, world):
    known = {resolve(address(world, path)).route: path for path in pages()}
    of_allauth = {route for route in patterns() if re.match(OF_ALLAUTH, route)}
    links = {route for route in patterns() if route.startswith("beheer/voorbeeld/")}
    assert set(patterns()) - set(known) - of_allauth - links == set(), "give these pages a line in PAGES or TABLES"
    assert OPEN - set(patterns().values()) == set()
    nowhere = resolve("/beheer/nergens/").route
    gone = [path for path in pages() if path != "/beheer/nergens/" and resolve(address(world, path)).route == nowhere]
    assert gone == []


@pytest.mark.parametrize("role", WALKERS)
def test_what_each_page_shows_to_whom(db, world, client, role):
    user = world.person(role)
    client.force_login(user)
    found, hidden = {}, hidden_from(world, user)
    for path in pages():
        answer = client.get(address(world, path))
        found[path] = outcome(answer, path)
        text = answer.content.decode()
        assert [word for word in hidden if word in text] == [], path
        if found[path] == "no":
            assert HERE not in text, path
            assert ELSEWHERE not in text, path
    assert found == {path: cells[role] for path, cells in pages().items()}


def test_who_has_no_role_gets_no_page_at_all(db, world, client):
    client.force_login(world.person("no_role"))
    for path in pages():
        if resolve(address(world, path)).view_name in ("admin:login", "admin:password_change"):
            continue
        answer = client.get(address(world, path))
        assert answer.status_code == 403 or answer.headers.get("Location") == "/beheer/", path
        text = answer.content.decode()
        assert "Naam van" not in text, path
        assert HERE not in text, path


@pytest.mark.parametrize("role", ["anonymous", "inactive"])
def test_without_log_in_every_page_leads_to_logging_in(db, world, client, role):
    if role == "inactive":
        client.force_login(world.person("inactive"))
    for path in pages():
        answer = client.get(address(world, path))
        to = urlsplit(answer.headers.get("Location", ""))
        assert answer.status_code == 302, path
        assert not answer.content, path
        if outcome(answer, path) != "in":  # the address of old: to the page that leads to logging in
            assert outcome(client.get(to.path), to.path) == "in", path
    examples = {"<int:pk>": "1", "<slug:provider_id>": "stad", "(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)": "1-abc"}
    for route, name in patterns().items():
        if not re.match(OF_ALLAUTH, route) or name in OPEN:
            continue
        path = "/" + route.removesuffix("$")
        for part, example in examples.items():
            path = path.replace(part, example)
        assert outcome(client.get(path), path) == "in", path


def test_what_is_posted_without_log_in_does_nothing(db, world, client):
    before = state()
    for path in pages():
        if re.match(r"/beheer/(login|logout|password_change)/", path):  # leads on, whatever one sends
            continue
        answer = client.post(address(world, path), {"post": "yes", "reason": "Mijn reden.", "note": "x"})
        assert answer.status_code == 403, path  # and what was typed is given back
        assert "Mijn reden." in answer.content.decode(), path
        assert client.post(address(world, path), {"post": "yes"}).status_code == 302, path
    assert state() == before


# -- role × what one sends ---------------------------------------------------------------------------------------------

# What a POST does: done, told (refused with a word at the form) or no.
SENT = f"""
                                                                    {COLUMNS}
/beheer/algorithms/algorithm/add/                                   done told no   no   no   done
/beheer/algorithms/algorithm/add/sjabloon/                          done told no   no   no   done
/beheer/algorithms/algorithm/{{draft}}/change/                      done no   no   no   no   done
/beheer/algorithms/algorithm/{{submitted}}/change/                  told no   no   no   no   told
/beheer/algorithms/algorithm/{{planned}}/delete/                    no   no   no   no   no   no
/beheer/algorithms/algorithm/{{draft}}/delete/                      done no   no   no   no   done
/beheer/algorithms/algorithm/{{changed}}/delete/                    no   no   no   no   no   no
/beheer/algorithms/algorithm/{{submitted}}/delete/                  no   no   no   no   no   no
/beheer/algorithms/algorithm/{{draft}}/history/{{event}}/terugzetten/    done no   no   no   no   done
/beheer/algorithms/algorithm/{{changed}}/history/versie/1/terugzetten/   done no   no   no   no   done
/beheer/algorithms/algorithm/{{draft}}/voorbeeld/                   done no   done no   no   done
/beheer/algorithms/algorithm/{{draft}}/kopie/                       done no   no   no   no   done
/beheer/algorithms/algorithm/{{draft}}/sjabloon/                    no   no   no   done no   done
/beheer/algorithms/algorithm/{{draft}}/aanbieden/                   done no   no   no   no   done
/beheer/algorithms/algorithm/{{submitted}}/publiceren/              no   no   done no   no   done
/beheer/algorithms/algorithm/{{submitted}}/terugsturen/             no   no   done no   no   done
/beheer/algorithms/algorithm/{{submitted}}/terugnemen/              done no   no   no   no   done
/beheer/algorithms/algorithm/{{planned}}/planning-schrappen/        no   no   done no   no   done
/beheer/algorithms/algorithm/{{planned}}/terugsturen/               no   no   done no   no   done
/beheer/algorithms/algorithm/{{changed}}/intrekken/                 no   no   done no   no   done
/beheer/algorithms/algorithm/{{changed}}/publiceren/                no   no   told no   no   told
/beheer/algorithms/algorithm/{{draft}}/terugnemen/                  told no   no   no   no   told
/beheer/algorithms/organization/add/                                no   no   no   done no   done
/beheer/algorithms/organization/{{organization}}/change/            no   no   no   done no   done
/beheer/algorithms/department/add/                                  no   no   no   done no   done
/beheer/algorithms/party/add/                                       no   no   no   done no   done
/beheer/algorithms/party/{{party}}/delete/                          no   no   no   done no   done
/beheer/algorithms/page/add/                                        no   no   no   done no   done
/beheer/algorithms/synonym/add/                                     no   no   no   done no   done
/beheer/algorithms/synonym/{{synonym}}/change/                      no   no   no   done no   done
/beheer/algorithms/synonym/{{synonym}}/delete/                      no   no   no   done no   done
/beheer/algorithms/template/add/                                    no   no   no   no   no   no
/beheer/algorithms/template/{{template}}/change/                    no   no   no   done no   done
/beheer/algorithms/template/{{template}}/delete/                    no   no   no   done no   done
/beheer/algorithms/publication/add/                                 no   no   no   no   no   no
/beheer/algorithms/publication/{{publication}}/change/              no   no   no   no   no   no
/beheer/algorithms/publication/{{publication}}/delete/              no   no   no   no   no   no
/beheer/algorithms/linkcheck/add/                                   no   no   no   no   no   no
/beheer/algorithms/linkcheck/{{linkcheck}}/change/                  no   no   no   no   no   no
/beheer/algorithms/linkcheck/{{linkcheck}}/delete/                  no   no   no   no   no   no
/beheer/auth/user/add/                                              no   no   no   done no   done
/beheer/auth/user/{{person}}/change/                                no   no   no   done no   done
/beheer/auth/user/{{keeper}}/change/                                no   no   no   no   no   done
/beheer/auth/user/{{person}}/delete/                                no   no   no   no   no   no
/beheer/auth/user/{{invited}}/uitnodigen/                           no   no   no   done no   done
/beheer/auth/user/{{inactive}}/activeren/                           no   no   no   done no   done
/beheer/auth/user/{{person}}/overdragen/                            no   no   no   done no   done
/beheer/auth/user/{{keeper}}/overdragen/                            no   no   no   no   no   no
"""


def typed(world: World, path: str, form: dict) -> dict:
    """Return what someone sends to a page of SENT; `form` is a saved record's, as its author sees it."""
    place = {"organization": world.organizations[HERE].pk, "department": world.departments[ROADS].pk}
    kind, ending = path.split("/")[3], path.removesuffix("/").rsplit("/", 1)[1]
    if kind == "algorithm" and ending == "change":
        return form | {"name": "Nieuwe naam", "goal": "<p>Nieuw doel.</p>"}
    if kind == "algorithm" and ending == "add":
        groups = {name: "0" for name in form if name.endswith(("-TOTAL_FORMS", "-INITIAL_FORMS"))}
        return groups | place | {"name": "Nieuw", "lang": "nld", "standard_version": form["standard_version"]}
    texts = {
        "sjabloon": place | {"template": Template.objects.get(name="Voor iedereen").pk, "name": "Bewaard"},
        "terugzetten": {"revision": world.record("changed" if "changed" in path else "draft").revision},
        "voorbeeld": {"days": "3"},
        "kopie": place,
        "delete": {"post": "yes"},
        "terugsturen": {"reason": "Het doel ontbreekt."},
        "intrekken": {"reason": "Gestopt."},
        "organization": {
            "name": "Gemeente Nieuwstad", "aliases": "",
            "departments-TOTAL_FORMS": "0", "departments-INITIAL_FORMS": "0",
        },
        "department": {"organization": place["organization"], "path": "Nieuw"},
        "party": {"name": "Nieuw B.V."},
        "page": {"slug": "nieuw", "title": "Nieuw", "order": "5"},
        "synonym": {"words": "weg\nlaan"},
        "template": {"name": "Nieuwe naam"},
        "user": {
            "username": "nieuw", "email": "nieuw@voorbeeldstad.example", "first_name": "", "last_name": "",
            "register_roles-TOTAL_FORMS": "0", "register_roles-INITIAL_FORMS": "0", "reason": "Uit dienst.",
        },
    }  # fmt: skip
    return texts.get(ending) or texts.get(kind) or {"note": "Toelichting."}


def state() -> list:
    """Return everything the register holds, but for who is logged in."""
    models = [*apps.get_app_config("algorithms").get_models(), User, apps.get_model("admin", "LogEntry")]
    return [
        (model.__name__, list(model._default_manager.order_by("pk").values_list(*columns(model)))) for model in models
    ]


@cache
def columns(model) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields if field.name not in ("last_login", "document"))


@contextmanager
def undone() -> Iterator[None]:
    """Take back what happens inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def form(world, django_db_blocker) -> dict:
    """The form of a record as its author opens it."""
    with django_db_blocker.unblock():
        client = Client()
        client.force_login(world.person("author"))
        return shown_values(client.get(f"{LIST}{world.records['draft'].pk}/change/"))


@pytest.mark.parametrize("role", WALKERS)
def test_what_each_page_takes_from_whom(db, world, client, form, role):
    user = world.person(role)
    client.force_login(user)
    found, before, hidden = {}, state(), hidden_from(world, user)
    for path, cells in table(SENT).items():
        with undone():
            sent = typed(world, path, form)
            answer = client.post(address(world, path), sent)
            gave = outcome(answer, path)
            found[path] = {"ok": "told", ">": "done"}.get(gave, gave)
            text = answer.content.decode()
            assert [word for word in hidden if word in text] == [], path
            assert (state() != before) == (found[path] == "done"), path
            if found[path] != cells[role]:
                found[path] += re.sub(r"\s+", " ", " ".join(re.findall(r"errorlist.*?</ul>", text, re.S)))[:300]
    assert found == {path: cells[role] for path, cells in table(SENT).items()}


# -- lists, choices and suggestions ------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("no_role", "inactive")])
def test_the_list_its_filters_and_its_search_know_only_what_one_may_see(db, world, client, role):
    user = world.person(role)
    client.force_login(user)
    may_see = set(policy.visible(user).values_list("pk", flat=True))
    answer = client.get(LIST)
    assert {row.pk for row in answer.context["cl"].result_list} == may_see
    text = answer.content.decode()
    for path, department in world.departments.items():
        is_offered = Algorithm.objects.filter(pk__in=may_see, department=department).exists()
        assert is_offered or f"department__id__exact={department.pk}" not in text, path
    found = client.get(LIST, {"q": "Naam van"}).context["cl"].result_list
    assert {row.pk for row in found} == may_see
    elsewhere = world.organizations[ELSEWHERE].pk
    for asked in ({"organization__id__exact": elsewhere}, {"stand": "concept"}, {"wacht": "concept"}, {"all": ""}):
        assert {row.pk for row in client.get(LIST, asked).context["cl"].result_list} <= may_see, asked


def test_an_address_of_the_list_cannot_ask_about_what_stands_behind_a_record(db, world, client):
    client.force_login(world.person("author"))
    for question in (
        "owner__password__startswith", "edited_by__email__contains", "events__note__contains",
        "owner__register_roles__kind",
    ):  # fmt: skip
        assert client.get(LIST, {question: "a"}).status_code == 400, question


@pytest.mark.parametrize("role", ["author", "other_author", "approver", "auditor"])
def test_an_export_holds_only_what_one_may_see_whatever_ids_are_sent(db, world, client, role):
    user = world.person(role)
    client.force_login(user)
    everyone = [record.pk for record in world.records.values()]
    may_see = set(policy.visible(user).values_list("lars", flat=True))
    for more in ({"_selected_action": everyone}, {"_selected_action": everyone[:1], "select_across": "1"}):
        if role == "other_author" and "select_across" in more:
            more["_selected_action"] = [world.records["of_taxes"].pk]
        told = client.post(LIST, {"action": "export_json", **more})
        assert {row["lars"] for row in json.loads(told.content)["results"]} == may_see
        told = client.post(LIST, {"action": "export_csv", **more})
        rows = csv.DictReader(io.StringIO(told.content.decode().removeprefix("\ufeff")))
        assert {row["lars"] for row in rows} == may_see
    foreign = client.post(LIST, {"action": "export_json", "_selected_action": [world.records["elsewhere"].pk]})
    assert "Naam van elsewhere" not in foreign.content.decode() or user.username == "auditor"
    before = state()
    client.post(LIST, {"action": "delete_selected", "_selected_action": everyone, "post": "yes"})
    assert state() == before


@pytest.mark.parametrize("role", WALKERS)
@pytest.mark.parametrize("asked", ["step algorithm", "algorithm department", "algorithm owner", "role user"])
def test_suggestions_offer_only_what_one_may_see(db, world, client, role, asked):
    user = world.person(role)
    client.force_login(user)
    model, name = asked.split()
    answer = client.get(
        "/beheer/autocomplete/", {"app_label": "algorithms", "model_name": model, "field_name": name, "term": ""}
    )
    assert answer.status_code in (200, 403)
    if answer.status_code == 403:
        return
    offered = {row["id"] for row in answer.json()["results"]}
    if name == "algorithm":
        assert offered == {str(pk) for pk in policy.visible(user).values_list("pk", flat=True)}
    if name in ("owner", "user"):
        assert policy.may_read(user, User)


def test_the_front_page_and_recent_actions_are_ones_own(db, world, client):
    client.force_login(world.person("author"))
    client.post(f"{LIST}{world.records['draft'].pk}/aanbieden/", {"note": ""})
    assert "Naam van draft" in client.get("/beheer/").content.decode()
    client.force_login(world.person("other_author"))
    text = client.get("/beheer/").content.decode()
    assert "Naam van draft" not in text
    assert "Naam van of_taxes" in text


@pytest.mark.parametrize("role", ["author", "approver", "no_role"])
def test_dead_links_are_told_of_ones_own_records_only(db, world, client, role):
    record = world.record("changed")
    LinkCheck.objects.create(
        lars=record.lars, url="https://kapot.example/", outcome="dead", dead_since=record.created_at, why="404"
    )
    user = world.person(role)
    client.force_login(user)
    text = client.get("/beheer/").content.decode()
    assert ("Dode links" in text) == (role == "author")


# -- forged forms ------------------------------------------------------------------------------------------------------


@pytest.fixture
def own_form(client, world, form):
    """The form of a record of one's own; sends it changed, as its author."""
    client.force_login(world.person("author"))

    def send(**changes: str):
        sent = form | changes
        return client.post(f"{LIST}{world.records['draft'].pk}/change/", sent)

    return send


def test_a_row_of_anothers_record_cannot_be_taken_or_changed(db, world, own_form):
    foreign = Step.objects.get(algorithm=world.records["elsewhere"].pk)
    kept = Step.objects.filter(pk=foreign.pk).values().get()
    cells = {"steps-0-kind": "data", "steps-0-actor": "Gekaapt", "steps-0-action": "x"}
    for more in (
        {"steps-TOTAL_FORMS": "1", "steps-INITIAL_FORMS": "1"},
        {"steps-TOTAL_FORMS": "1", "steps-INITIAL_FORMS": "1", "steps-0-DELETE": "on"},
        {"steps-TOTAL_FORMS": "1", "steps-INITIAL_FORMS": "0"},
    ):
        with undone():
            answer = own_form(**{"steps-0-id": str(foreign.pk)}, **cells, **more)
            assert answer.status_code in (200, 302)
            assert "Geheime stap" not in answer.content.decode()
            assert Step.objects.filter(pk=foreign.pk).values().get() == kept
            assert not Step.objects.filter(algorithm=world.records["draft"].pk, actor="Geheime stap").exists()


def test_a_row_cannot_be_put_into_anothers_record(db, world, own_form):
    other = world.records["of_taxes"].pk
    before = Step.objects.filter(algorithm=other).count()
    answer = own_form(
        **{
            "steps-TOTAL_FORMS": "1", "steps-INITIAL_FORMS": "0", "steps-0-algorithm": str(other),
            "steps-0-kind": "data", "steps-0-actor": "Gesmokkeld", "steps-0-action": "x",
        }
    )  # fmt: skip
    assert answer.status_code in (200, 302)
    assert Step.objects.filter(algorithm=other).count() == before
    assert not Step.objects.filter(actor="Gesmokkeld").exclude(algorithm=world.records["draft"].pk).exists()


@pytest.mark.parametrize(
    ("box", "wanted"),
    [
        ("department", lambda world: world.departments[TAXES].pk),
        ("department", lambda world: ""),
        ("organization", lambda world: world.organizations[ELSEWHERE].pk),
        ("owner", lambda world: world.people["other_author"].pk),
    ],
    ids=["another department", "no department", "another organisation", "owner of another department"],
)
def test_a_record_cannot_be_moved_or_given_out_of_ones_reach(db, world, own_form, box, wanted):
    before = state()
    answer = own_form(**{box: str(wanted(world))})
    assert answer.status_code == 200
    assert state() == before
    errors = answer.context["adminform"].form.errors
    assert set(errors) <= {box, "department"}
    assert errors


def test_a_new_record_cannot_begin_out_of_ones_reach(db, world, client, form):
    client.force_login(world.person("author"))
    before = state()
    sent = typed(world, "/beheer/algorithms/algorithm/add/", form)
    for place in (
        {"department": world.departments[TAXES].pk},
        {"organization": world.organizations[ELSEWHERE].pk, "department": world.departments[DIKES].pk},
    ):
        answer = client.post(f"{LIST}add/", sent | place)
        assert answer.status_code == 200
        assert answer.context["adminform"].form.errors, place
    for page in ("add/sjabloon/", f"{world.records['draft'].pk}/kopie/"):
        sent = typed(world, f"/beheer/algorithms/algorithm/{page}", {})
        answer = client.post(f"{LIST}{page}", sent | {"department": world.departments[TAXES].pk})
        assert answer.status_code == 200
        assert answer.context["form"].errors, page
    foreign = Template.objects.get(name="Elders").pk
    sent = typed(world, "/beheer/algorithms/algorithm/add/sjabloon/", {}) | {"template": foreign}
    assert client.post(f"{LIST}add/sjabloon/", sent).context["form"].errors["template"]
    assert state() == before


def test_the_choices_of_a_form_are_within_ones_reach(db, world, client):
    client.force_login(world.person("author"))
    boxes = client.get(f"{LIST}add/").context["adminform"].form.fields
    assert {row.name for row in boxes["organization"].queryset} == {HERE}
    assert {row.path for row in boxes["department"].queryset} == {ROADS}
    owners = {row.username for row in boxes["owner"].queryset}
    assert owners <= {"author", "organization_author", "double_author", "author_approver", "other_author"}
    for box in ("organization", "department", "owner"):
        assert not boxes[box].widget.can_add_related, box
        assert not boxes[box].widget.can_change_related, box


def test_an_import_on_the_page_changes_and_tells_only_what_one_may_write(db, world, client):
    """A file that names a record of one's own, one under review, and one of another organisation."""
    names = ("draft", "submitted", "elsewhere")
    rows = [
        drafts.content(world.record(name)) | {"goal": "<p>Uit het bestand.</p>", "name": "Uit het bestand", "steps": []}
        for name in names
    ]
    file = SimpleUploadedFile("records.json", json.dumps({"results": rows}).encode())
    user = world.person("author")
    hidden = [*hidden_from(world, user), "Geheime stap"]
    client.force_login(user)
    before = state()
    looked = client.post("/beheer/importeren/", {"documents": file, "place": "", "names": ""})
    assert looked.status_code == 200
    assert state() == before
    ticket = re.search(r'name="ticket"\s+value="([^"]+)"', looked.content.decode())
    assert ticket
    saved = client.post("/beheer/importeren/", {"ticket": ticket[1], "save": "1", "names": "", "place": ""})
    for answer in (looked, saved):
        assert [word for word in hidden if word in answer.content.decode()] == []
    changed = [name for name in world.records if world.record(name).name == "Uit het bestand"]
    assert changed == ["draft"]
    assert world.record("submitted").stage == "submitted"


def test_a_step_of_anothers_history_is_not_read_through_ones_own_record(db, world, client):
    """The guessed number of a step of another record, below the address of one's own."""
    foreign = Event.objects.filter(algorithm=world.records["elsewhere"].pk).first()
    mine = world.records["draft"].pk
    client.force_login(world.person("author"))
    for path in (f"history/{foreign.pk}/", f"history/{foreign.pk}/terugzetten/", "history/versie/1/"):
        answer = client.get(f"{LIST}{mine}/{path}")
        assert answer.status_code in (403, 404), path
        assert "eheim van elsewhere" not in answer.content.decode()


def test_other_ways_to_write_an_address_find_no_more(db, world, client):
    client.force_login(world.person("other_author"))
    pk, lars = world.records["draft"].pk, world.records["draft"].lars
    for guess in (
        f"{pk}/change/?_to_field=id&_popup=1", f"{lars}/change/?_to_field=lars", f"_{pk:X}/change/",
        f"{pk}%2Fchange/change/", f"0{pk}/change/", f"{pk}/change/?_changelist_filters=q%3DNaam",
        f"{pk}/voorbeeld/en/", f"{pk}/history/1/", f" {pk}/change/", "1e0/change/", "٣/aanbieden/",
    ):  # fmt: skip
        answer = client.get(f"{LIST}{guess}", follow=True)
        text = answer.content.decode()
        assert "Naam van draft" not in text, guess
        assert "Geheim van draft" not in text, guess
        assert not answer.redirect_chain or urlsplit(answer.redirect_chain[-1][0]).path == "/beheer/", guess


def test_who_wrote_a_record_before_moving_on_reads_it_no_more(db, world, client):
    """Having written something, owning it, or having offered it gives no right of its own."""
    author = world.person("author")
    world.put("draft", owner=author, edited_by=author, submitted_by=author)
    Role.objects.filter(user=author).update(department=world.departments[TAXES])
    client.force_login(author)
    assert drafts.content(world.record("draft"))["name"] not in client.get(LIST).content.decode()
    answer = client.get(f"{LIST}{world.records['draft'].pk}/change/")
    assert outcome(answer, LIST) == "no"
