"""The city's own accounts: a real OpenID Connect provider says who somebody is and which roles they have."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session

from algorithms.accounts import notation
from algorithms.models import Department, Organization, Role
from tests import passkeys
from tests.test_settings import start

LOGIN = "/beheer/account/oidc/stad/login/"
REFUSED = "heeft hier geen rol"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def provider():
    """A provider on loopback; its address."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    base = f"http://localhost:{port}"
    try:
        for _try in range(200):
            try:
                requests.get(f"{base}/.well-known/openid-configuration", timeout=2).raise_for_status()
                break
            except requests.RequestException:
                assert process.poll() is None
                time.sleep(0.1)
        yield base
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture
def town(db) -> Organization:
    return Organization.objects.create(name="Gemeente Voorbeeldstad")


@pytest.fixture
def roads(town) -> Department:
    return Department.objects.create(organization=town, path="Wegen")


@pytest.fixture
def city(settings):
    """Let the register use a provider."""

    def use(base: str) -> None:
        settings.OIDC_SERVER_URL = base
        app = {"provider_id": "stad", "name": "Stad", "client_id": "register", "secret": "geheim",
               "settings": {"server_url": base, "oauth_pkce_enabled": True}}  # fmt: skip
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}

    settings.REQUIRE_MFA = True  # the provider asks a second factor itself
    return use


@pytest.fixture
def come(client, provider, city, town):
    """Log in as somebody of whom the provider says this; return the last answer."""
    city(provider)

    def do(sub: str = "u1", client=client, next="", **claims):
        put = requests.put(f"{provider}/users/{sub}", json={"preferred_username": sub} | claims, timeout=5)
        put.raise_for_status()
        away = client.get(LOGIN + (f"?next={next}" if next else ""))
        assert away.status_code == 302
        assert away.headers["Location"].startswith(provider)
        back = requests.post(away.headers["Location"], data={"sub": sub}, allow_redirects=False, timeout=5)
        return client.get(back.headers["Location"].removeprefix("http://testserver"))

    return do


def roles_of(user: User) -> set[tuple[str, str]]:
    return {(str(role), role.source) for role in Role.objects.filter(user=user)}


def inside(client) -> bool:
    return client.get("/beheer/").status_code == 200


# -- coming in ---------------------------------------------------------------------------------------------------------


def test_the_first_log_in_makes_the_account_with_the_roles_of_the_claim(client, come, town, roads):
    claimed = [f"author:{town.slug}/{roads.slug}", f"approver:{town.slug}", "iets-anders", "author:bestaat-niet"]
    answer = come(
        "jansen", email="Jansen@voorbeeldstad.example", email_verified=True, given_name="An", family_name="Jansen",
        roles=claimed, next="/beheer/algorithms/algorithm/",
    )  # fmt: skip
    assert answer.headers["Location"] == "/beheer/algorithms/algorithm/"
    user = User.objects.get()
    assert (user.username, user.email, user.get_full_name()) == ("jansen", "jansen@voorbeeldstad.example", "An Jansen")
    assert (user.is_superuser, user.is_staff, user.has_usable_password()) == (False, False, False)
    assert roles_of(user) == {("auteur: Wegen", "claim"), ("beoordelaar: Gemeente Voorbeeldstad", "claim")}
    assert inside(client)  # no second factor of our own is asked
    assert SocialAccount.objects.get().extra_data == {}  # no copy of what the provider told
    assert "auteur: Wegen" in LogEntry.objects.get().get_change_message()


def test_the_way_there_is_protected(client, come, provider, city):
    asked = parse_qs(urlsplit(client.get(LOGIN).headers["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["state"]
    assert asked["redirect_uri"] == [f"http://testserver{LOGIN}callback/"]
    for broken in ("", "?code=x", "?code=x&state=verzonnen", "?error=server_error"):
        answer = client.get(f"{LOGIN}callback/{broken}")
        assert answer.status_code == 401
        assert "Aanmelden lukte niet" in answer.content.decode()
    assert "elders" not in str(come(roles=["manager"], next="https://elders.example/").headers)


@pytest.mark.parametrize(
    "added", ["auth_params=redirect_uri%3Dhttps://elders.example", "scope=alles", "process=connect"]
)
def test_a_link_adds_nothing_to_what_the_service_is_asked(client, provider, city, db, added):
    city(provider)
    plain, more = (
        parse_qs(urlsplit(client.get(f"{LOGIN}?next=/beheer/{extra}").headers["Location"]).query)
        for extra in ("", f"&{added}")
    )
    new = {"state", "code_challenge"}
    assert {name: plain[name] for name in plain.keys() - new} == {name: more[name] for name in more.keys() - new}


def test_the_button_is_there_only_with_a_provider(client, provider, city, settings, db):
    page = "/beheer/account/aanmelden/"
    assert LOGIN not in client.get(page).content.decode()
    assert client.get(LOGIN).status_code == 404
    city(provider)
    settings.OIDC_NAME = "uw stadspas"
    text = client.get(page).content.decode()
    assert f'href="{LOGIN}"' in text
    assert "Aanmelden met uw stadspas" in text
    assert 'name="password"' in text
    settings.OIDC_ONLY = True
    assert 'name="password"' not in client.get(page).content.decode()
    User.objects.create_user("anna", password="geheim")
    client.post(page, {"login": "anna", "password": "geheim"})
    assert not inside(client)
    assert not Session.objects.filter(session_data__contains="auth_user").exists()


def test_roles_follow_the_claim_and_what_was_given_by_hand_stays(client, come, town):
    come(roles=["manager"])
    user = User.objects.get()
    Role.objects.create(user=user, kind="auditor")
    come(roles=[f"author:{town.slug}"])
    assert roles_of(user) == {("auteur: Gemeente Voorbeeldstad", "claim"), ("controleur", "hand")}
    come(roles=["auditor", "manager"])
    assert roles_of(user) == {("registerbeheerder", "claim"), ("controleur", "hand")}
    come(roles=[])
    assert roles_of(user) == {("controleur", "hand")}
    assert inside(client)
    assert User.objects.count() == 1


def test_a_table_in_the_settings_translates_values_to_roles(client, come, settings, town):
    settings.OIDC_ROLES = notation.read_table(
        json.dumps({"AD-Beheer": "manager", "AD-Wegen": [f"author:{town.slug}", f"approver:{town.slug}"]})
    )
    come(roles=["AD-Wegen", "manager", "auditor"])  # a role in our own words is no value of the table
    assert {kind for kind, _source in roles_of(User.objects.get())} == {
        "auteur: Gemeente Voorbeeldstad", "beoordelaar: Gemeente Voorbeeldstad",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "claims"),
    [
        ("realm_access.roles", {"realm_access": {"roles": ["manager"]}}),
        ("https://stad.example/rollen", {"https://stad.example/rollen": ["manager"]}),
        ("groepen", {"groepen": "iets manager"}),
    ],
)
def test_the_claim_may_be_named_and_nested(client, come, settings, name, claims):
    settings.OIDC_ROLE_CLAIM = name
    come(**claims)
    assert roles_of(User.objects.get()) == {("registerbeheerder", "claim")}


def test_who_set_up_a_second_factor_here_is_not_asked_for_it_twice(client, come):
    come(roles=["manager"])
    Authenticator.objects.create(user=User.objects.get(), type="totp", data={"secret": "x"})
    client.logout()
    come(roles=["manager"])
    assert inside(client)


# -- refused -----------------------------------------------------------------------------------------------------------

NONE = [
    [], ["iets-anders"], None, "superuser", ["superuser", "is_superuser"], {"manager": True}, 7, [{"kind": "manager"}],
    ["author:bestaat-niet"], ["manager:x"], ["MANAGER"], ["author:"],
]  # fmt: skip


@pytest.mark.parametrize("claimed", NONE)
def test_without_a_role_nobody_comes_in_and_nothing_is_stored(client, come, claimed):
    answer = come(email="x@voorbeeldstad.example", email_verified=True, roles=claimed)
    assert answer.status_code == 403
    assert REFUSED in answer.content.decode()
    assert not User.objects.exists()
    assert not SocialAccount.objects.exists()
    assert not Role.objects.exists()
    assert not inside(client)


def test_roles_taken_back_are_gone_at_once_although_the_log_in_is_refused(client, come):
    come(roles=["manager"])
    client.logout()
    assert REFUSED in come(roles=[]).content.decode()
    assert not Role.objects.exists()
    assert not inside(client)


def test_who_was_deactivated_is_not_let_in_by_the_provider(client, come):
    come(roles=["manager"])
    client.logout()
    User.objects.update(is_active=False)
    Role.objects.all().delete()
    assert come(roles=["manager"]).headers["Location"] == "/beheer/account/inactief/"
    assert not Role.objects.exists()
    assert not inside(client)


@pytest.mark.parametrize("claims", [{"is_superuser": True}, {"is_staff": True, "groups": ["admin"]}])
def test_a_claim_never_makes_somebody_who_may_everything(client, come, claims):
    come(roles=["manager", "superuser"], **claims)
    assert not User.objects.get().is_superuser


# -- joining -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def anna(db) -> User:
    user = User.objects.create_user("anna", "anna@voorbeeldstad.example", "geheim")
    Role.objects.create(user=user, kind="auditor")
    return user


def test_a_proven_mail_address_joins_the_account_that_has_it(client, come, anna):
    come(email="ANNA@voorbeeldstad.example", email_verified=True, roles=["manager"])
    assert User.objects.get() == anna
    assert roles_of(anna) == {("controleur", "hand"), ("registerbeheerder", "claim")}
    assert inside(client)
    anna.refresh_from_db()
    assert not anna.has_usable_password()  # one door, which the city can close
    assert anna.email == "anna@voorbeeldstad.example"
    assert "Gekoppeld" in LogEntry.objects.first().get_change_message()


@pytest.mark.parametrize(("said", "trusted", "joins"), [
    ({}, False, False), ({}, True, True), ({"email_verified": False}, True, False),
    ({"email_verified": "false"}, True, False), ({"email_verified": "nee"}, True, False),
    ({"email_verified": True}, False, True),
])  # fmt: skip
def test_a_mail_address_that_is_not_proven_joins_nothing(client, come, anna, settings, said, trusted, joins):
    settings.OIDC_TRUST_EMAIL = trusted
    answer = come(email=anna.email, roles=["manager"], **said)
    assert SocialAccount.objects.exists() is joins
    assert inside(client) is joins
    if not joins:
        assert "al een account met uw e-mailadres" in answer.content.decode()
        anna.refresh_from_db()
        assert anna.has_usable_password()
        assert roles_of(anna) == {("controleur", "hand")}


def test_a_second_identity_does_not_take_over_a_joined_account(client, come, anna):
    come("u1", email=anna.email, email_verified=True, roles=["manager"])
    client.logout()
    assert "al een account" in come("u2", email=anna.email, email_verified=True, roles=["manager"]).content.decode()
    assert not inside(client)


@pytest.mark.parametrize("claimed", [["manager"], []])
def test_the_account_of_who_may_everything_is_never_joined(client, come, anna, claimed):
    User.objects.update(is_superuser=True)
    assert come(email=anna.email, email_verified=True, roles=claimed).status_code == 403
    assert not SocialAccount.objects.exists()
    assert not inside(client)


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_identity_cannot_be_hung_on_the_account_one_is_in(client, come, anna, provider, method):
    client.force_login(anna)
    requests.put(f"{provider}/users/vreemd", json={"roles": ["manager"]}, timeout=5)
    away = getattr(client, method)(LOGIN, {"process": "connect"})
    back = requests.post(away.headers["Location"], data={"sub": "vreemd"}, allow_redirects=False, timeout=5)
    client.get(back.headers["Location"].removeprefix("http://testserver"))
    assert not SocialAccount.objects.filter(user=anna).exists()
    assert roles_of(anna) == {("controleur", "hand")}


def test_the_same_name_of_another_makes_another_account(client, come, anna):
    come("x", preferred_username="anna", email="andere@voorbeeldstad.example", email_verified=True, roles=["manager"])
    assert User.objects.count() == 2
    assert roles_of(anna) == {("controleur", "hand")}


def test_an_account_of_the_city_gets_no_password_here(client, come, django_capture_on_commit_callbacks, mailoutbox):
    come(email="u1@voorbeeldstad.example", email_verified=True, roles=["manager"])
    assert client.get("/beheer/account/wachtwoord/", follow=True).redirect_chain[-1][0] == "/beheer/"
    client.logout()
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/beheer/account/wachtwoord/vergeten/", {"email": "u1@voorbeeldstad.example"})
    assert not mailoutbox


def test_a_key_is_no_second_door(client, come, anna, settings):
    with_key = type(client)()
    with_key.force_login(anna)
    key = passkeys.add(with_key)
    old = Authenticator.objects.filter(type="webauthn").values("type", "data").get()
    with_key.logout()
    come(email=anna.email, email_verified=True, roles=["manager"])
    assert not Authenticator.objects.exists()  # what anna had before the service knew her
    for path in ("", "totp/activate/", "webauthn/add/"):
        answer = client.get(f"/beheer/account/tweede-stap/{path}", follow=True)
        assert answer.redirect_chain[-1][0] == "/beheer/", path
        assert "regelt u daar" in answer.content.decode()
    Authenticator.objects.create(user=anna, **old)  # as one that was joined before keys were taken off
    assert passkeys.log_in(with_key, key).headers["Location"] == "/beheer/account/aanmelden/"
    assert not inside(with_key)
    anna.set_password("geheim")  # as an operator may, by a command
    anna.save()
    told = with_key.post("/beheer/account/aanmelden/", {"login": "anna", "password": "geheim"}, follow=True)
    assert "account van de organisatie" in told.content.decode()
    assert not inside(with_key)


def test_with_the_service_alone_no_key_opens(client, city, provider, anna, settings):
    client.force_login(anna)
    key = passkeys.add(client)
    client.logout()
    assert passkeys.log_in(client, key).headers["Location"] == "/beheer/"
    client.logout()
    city(provider)
    settings.OIDC_ONLY = True
    assert passkeys.log_in(client, key).headers["Location"] == "/beheer/account/aanmelden/"
    assert not inside(client)


@pytest.mark.parametrize(("claims", "whole_name"), [
    ({"given_name": "An\x00\u200b\u202ena", "family_name": " de\n Vries "}, "Anna de Vries"),
    ({"given_name": ["An"], "family_name": 7, "name": {"x": 1}}, ""),
    ({"given_name": "x" * 500, "family_name": "\x07"}, "x" * 150),
    ({"name": "An\tde  Vries"}, "An de Vries"),
])  # fmt: skip
def test_names_are_kept_as_they_can_be_shown(client, come, claims, whole_name):
    come(roles=["manager"], **claims)
    assert User.objects.get().get_full_name() == whole_name


@pytest.mark.parametrize("named", ["anna@voorbeeldstad.example", "ANNA@voorbeeldstad.example", ["anna"], "\x00", 7])
def test_a_name_of_the_service_is_not_the_mail_address_of_another(client, come, anna, named):
    come("x", preferred_username=named, email="andere@voorbeeldstad.example", email_verified=True, roles=["manager"])
    new = User.objects.exclude(pk=anna.pk).get()
    assert new.username not in ("", anna.username, anna.email)
    assert inside(client)


# -- a provider that is down or mad ------------------------------------------------------------------------------------


def test_a_provider_that_is_down_gives_a_plain_page(client, city, db):
    city(f"http://localhost:{free_port()}")
    answer = client.get(LOGIN)
    assert answer.status_code == 502
    assert "antwoordt niet of niet goed" in answer.content.decode()


@pytest.mark.parametrize(
    ("part", "answer"),
    [
        ("openid-configuration", "<html>Onderhoud</html>"),
        ("openid-configuration", "{}"),
        ("openid-configuration", "[]"),
        ("token", "{}"),
        ("token", "kapot"),
        ("token", '{"access_token": "x", "id_token": "geen.jwt.niet"}'),
        ("userinfo", '{"sub": "ander", "roles": ["manager"]}'),
        ("userinfo", '{"roles": ["manager"]}'),
        ("userinfo", '["manager"]'),
        ("userinfo", "nee"),
        ("userinfo", '{"sub": 7, "roles": [["manager"]], "email": 5}'),
    ],
)
def test_rubbish_from_the_provider_gives_a_plain_page(client, come, monkeypatch, part, answer):
    send = requests.Session.send

    def spoilt(session, request, **options):
        got = send(session, request, **options)
        if part in request.url:
            got._content = answer.encode()
        return got

    monkeypatch.setattr(requests.Session, "send", spoilt)
    last = client.get(LOGIN) if part == "openid-configuration" else come(roles=["manager"])
    assert last.status_code in (401, 403, 502)
    assert "Aanmelden lukte niet" in last.content.decode()
    assert not User.objects.exists()


def test_who_says_no_at_the_provider_comes_back_to_a_plain_page(client, come):
    away = client.get(LOGIN).headers["Location"]
    back = requests.post(away, data={"action": "deny"}, allow_redirects=False, timeout=5).headers["Location"]
    answer = client.get(back.removeprefix("http://testserver"), follow=True)
    assert "Aanmelden" in answer.content.decode()
    assert not inside(client)


# -- settings ----------------------------------------------------------------------------------------------------------

RIGHT = {"OIDC_SERVER_URL": "https://aanmelden.example", "OIDC_CLIENT_ID": "a", "OIDC_CLIENT_SECRET": "b"}


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"OIDC_CLIENT_ID": ""}, "OIDC_CLIENT_ID"),
        ({"OIDC_CLIENT_SECRET": ""}, "OIDC_CLIENT_SECRET"),
        ({"OIDC_SERVER_URL": "http://aanmelden.example"}, "https://"),
        ({"OIDC_SERVER_URL": "", "OIDC_ONLY": "True"}, "OIDC_SERVER_URL"),
        ({"OIDC_ROLES": "{"}, "JSON"),
        ({"OIDC_ROLES": '["manager"]'}, "JSON object"),
        ({"OIDC_ROLES": '{"x": "superuser"}'}, "superuser"),
        ({"OIDC_ROLES": '{"x": "manager:gemeente"}'}, "manager:gemeente"),
        ({"OIDC_ROLES": '{"x": ["author"]}'}, "author:<organisation>"),
        ({"OIDC_ROLES": '{"x": 3}'}, "list of roles"),
        ({"LOGIN_FAILURES": "0"}, "LOGIN_FAILURES"),
        ({"ALLOWED_HOSTS": "*"}, "SITE_URL"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_says_how_to_write_it(tmp_path, changed, named):
    told = start(tmp_path, **(RIGHT | changed))
    assert told.returncode != 0
    assert named in told.stderr


def test_right_settings_start(tmp_path):
    roles = json.dumps(
        {"beheer": "manager", "wegen": ["author:gemeente-x/wegen", "approver:gemeente-x"], "x": "auditor"}
    )
    assert start(tmp_path, **RIGHT, OIDC_ROLES=roles).returncode == 0
