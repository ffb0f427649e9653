"""Logging in: by name or mail, with a second factor where it is asked, locked out after failures, ended in time."""

from __future__ import annotations

import re
import time
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP as TOTP_APP
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import expect

from algorithms.accounts import limits
from algorithms.models import Algorithm, Organization, Role
from tests import passkeys
from tests.browser import Register, watched

LOGIN = "/beheer/account/aanmelden/"
SET_UP = "/beheer/account/tweede-stap/"
TOTP = f"{SET_UP}totp/activate/"
CODE = f"{SET_UP}authenticate/"
PASSWORD = "lange-zin-om-te-testen"


@pytest.fixture
def user(db) -> User:
    user = User.objects.create_user("anna", "anna@voorbeeldstad.example", PASSWORD)
    Role.objects.create(user=user, kind="manager")
    return user


@pytest.fixture
def mfa(settings):
    settings.REQUIRE_MFA = True


def log_in(client, login="anna", password=PASSWORD, **more):
    return client.post(LOGIN, {"login": login, "password": password, **more})


def inside(client) -> bool:
    return client.get("/beheer/").status_code == 200


def code_of(secret: str, ago: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 - ago))


@pytest.fixture
def set_up(monkeypatch):
    """Set up an app for codes; return its secret."""
    # A test runs inside one transaction that never commits; allauth tells of the new app when its own does.
    monkeypatch.setattr(transaction, "on_commit", lambda act, using=None, robust=False: act())

    def do(client) -> str:
        secret = client.get(TOTP).context["form"].secret
        assert client.post(TOTP, {"code": code_of(secret)}).headers["Location"] == f"{SET_UP}recovery-codes/"
        cache.clear()  # a code works once, and the tests are quicker than its half minute
        return secret

    return do


# -- the door ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("login", ["anna", "ANNA", "anna@voorbeeldstad.example", "Anna@Voorbeeldstad.example"])
def test_one_logs_in_by_name_or_mail_address(client, user, login):
    assert log_in(client, login).headers["Location"] == "/beheer/"
    assert inside(client)


def test_where_one_was_going_is_kept_and_stays_here(client, user):
    asked = client.get("/beheer/auth/user/?q=a")
    assert asked.headers["Location"] == "/beheer/login/?next=/beheer/auth/user/%3Fq%3Da"
    page = client.get(asked.headers["Location"], follow=True)
    assert 'name="next" value="/beheer/auth/user/?q=a"' in page.content.decode()
    assert log_in(client, next="/beheer/auth/user/?q=a").headers["Location"] == "/beheer/auth/user/?q=a"


@pytest.mark.parametrize("away", ["https://elders.example/", "//elders.example/", "/\\elders.example", "javascript:x"])
def test_no_address_leads_away(client, user, away):
    assert "elders" not in client.get("/beheer/login/", {"next": away}).headers["Location"]
    assert log_in(client, next=away).headers["Location"] == "/beheer/"
    assert "elders" not in client.get("/beheer/login/", {"next": away}).headers["Location"]
    back = client.post("/beheer/taal/", {"taal": "en", "next": away}).headers["Location"]
    assert back == "/beheer/"


def test_wrong_is_told_the_same_way_whatever_is_wrong(client, user):
    User.objects.create_user("weg", password=PASSWORD, is_active=False)
    told = {
        re.search(r'role="alert">([^<]+)', log_in(client, *typed).content.decode())[1]
        for typed in [("anna", "fout"), ("bestaatniet", PASSWORD), ("niemand@voorbeeldstad.example", PASSWORD)]
    }
    assert told == {"Deze combinatie van naam en wachtwoord klopt niet. Let op hoofdletters."}
    assert not inside(client)


def test_what_is_too_long_is_told_and_no_fault(client, user):
    for length in (255, 50_001):
        assert log_in(client, "a" * length).context["form"].errors["login"]
        given = {"email": f"{'a' * length}@b.example"}
        assert client.post("/beheer/account/wachtwoord/vergeten/", given).context["form"].errors["email"]
    assert limits.name_of("%" * 50_001) == "%" * 254


def test_there_is_no_sign_up_and_no_page_of_the_libraries(client, user):
    for path in ("signup/", "email/", "confirm-email/", "social/", "oidc/stad/login/", "tweede-stap/trust/"):
        assert client.get(f"/beheer/account/{path}").status_code in (302, 404), path
    client.force_login(user)
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    for path in ("auth/group/", "account/emailaddress/", "mfa/authenticator/", "socialaccount/socialapp/"):
        assert client.get(f"/beheer/{path}").status_code == 404, path


def test_who_has_no_role_is_told_so_and_can_leave(client, db):
    User.objects.create_user("niemand", password=PASSWORD, is_staff=True)
    log_in(client, "niemand")
    for path in ("/beheer/", "/beheer/auth/user/", "/beheer/bestaat/niet/"):
        answer = client.get(path)
        assert answer.status_code == 403
        assert "nog geen rol" in answer.content.decode()
    assert client.get("/beheer/login/", follow=True).status_code == 403  # no loop
    assert client.post("/beheer/logout/").headers["Location"] == LOGIN
    assert client.get("/beheer/").headers["Location"].startswith("/beheer/login/")


def test_roles_and_an_account_taken_away_hold_at_the_next_request(client, user):
    log_in(client)
    assert inside(client)
    user.register_roles.all().delete()
    assert client.get("/beheer/").status_code == 403
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/beheer/").headers["Location"].startswith("/beheer/login/")
    assert log_in(client).headers["Location"] == "/beheer/account/inactief/"
    assert not inside(client)


@pytest.mark.parametrize("path", ["/", "/algoritmes/", "/en/over/", "/open-data/", "/api/v1/algoritmes"])
def test_public_pages_know_nothing_of_it(client, user, path):
    log_in(client)
    client.cookies["beheer_taal"] = "en"
    answer = client.get(path)
    assert not answer.cookies
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert "no-store" not in answer.headers.get("Cache-Control", "")
    assert answer.headers["Content-Language"] == ("en" if path.startswith("/en/") else "nl")
    assert not hasattr(answer.wsgi_request, "session")
    assert not hasattr(answer.wsgi_request, "allauth")


def test_every_cookie_stays_below_beheer(client, user, settings):
    client.get(LOGIN)
    log_in(client)
    client.post("/beheer/taal/", {"taal": "en", "next": "/beheer/"})
    assert {
        name: (morsel["path"], morsel["httponly"], morsel["samesite"]) for name, morsel in client.cookies.items()
    } == dict.fromkeys(("beheer_session", "beheer_csrf", "beheer_taal"), ("/beheer/", True, "Lax"))


@pytest.mark.parametrize("path", [LOGIN, "/beheer/", TOTP, SET_UP, "/beheer/nergens/"])
def test_nothing_of_it_is_kept_by_a_browser_or_proxy(client, user, path):
    if path != LOGIN:
        log_in(client)
    assert "no-store" in client.get(path).headers["Cache-Control"]


def test_the_language_is_chosen_below_beheer(client, user):
    log_in(client)
    assert '<html lang="nl"' in client.get("/beheer/").content.decode()
    client.post("/beheer/taal/", {"taal": "en", "next": "/beheer/"})
    assert '<html lang="en"' in client.get("/beheer/").content.decode()
    client.logout()
    client.cookies["beheer_taal"] = "en"
    assert "Username or e-mail address" in client.get(LOGIN).content.decode()
    client.cookies["beheer_taal"] = "xx"
    assert '<html lang="nl"' in client.get(LOGIN).content.decode()
    assert client.get("/beheer/taal/").status_code == 405


# -- the second factor -------------------------------------------------------------------------------------------------


def addresses_of_staff() -> list[str]:
    """Return an address for each pattern below /beheer/, with 1 or a word where it asks for something."""

    def walk(patterns, before):
        for part in patterns:
            route = str(part.pattern)
            if isinstance(part, URLResolver):
                yield from walk(part.url_patterns, before + route)
            elif isinstance(part, URLPattern):
                yield before + route

    found = set()
    for route in walk(get_resolver().url_patterns, ""):
        plain = re.sub(r"\(\?P<app_label>.*?\)\$?", "algorithms", route)
        plain = re.sub(r"\(\?P<\w+>[^)]*\)|<int:\w+>|<path:\w+>|<slug:\w+>|<str:\w+>|<\w+>", "1", plain)
        if plain.startswith("beheer/"):
            found.add("/" + re.sub(r"[\^$?\\]", "", plain))
    return sorted(found)


def test_without_a_second_factor_only_setting_one_up_is_open(client, user, mfa):
    log_in(client)
    closed, opened = [], []
    for path in addresses_of_staff():
        if path.startswith(("/beheer/account/", "/beheer/voorbeeld/", "/beheer/logout", "/beheer/password_change")):
            continue
        for answer in (client.get(path), client.post(path, {})):
            led = answer.status_code == 302 and answer.headers["Location"] == SET_UP
            (closed if led else opened).append(path)
    assert len(closed) > 100
    assert {path for path in opened if path not in ("/beheer/login/", "/beheer/jsi18n/", "/beheer/taal/")} == set()
    assert client.get("/beheer/account/wachtwoord/").status_code == 200
    page = client.get(SET_UP)
    assert page.status_code == 200
    assert "tweede stap nodig" in page.content.decode()
    assert client.post("/beheer/logout/").status_code == 302


def test_the_app_is_set_up_by_a_picture_or_by_typing(client, user, mfa):
    log_in(client)
    page = client.get(TOTP)
    text = page.content.decode()
    assert page.context["form"].secret in text  # for who cannot scan
    assert "<svg" in text
    assert "data:" not in text
    assert "Deze code klopt niet" in client.post(TOTP, {"code": "000000"}).content.decode()
    assert not inside(client)


def test_a_code_is_asked_at_each_log_in_and_opens_everything(client, user, mfa, set_up):
    log_in(client)
    secret = set_up(client)
    recovery = client.get(f"{SET_UP}recovery-codes/").context["unused_codes"]
    assert len(recovery) == 10
    assert inside(client)

    client.post("/beheer/logout/")
    assert log_in(client).headers["Location"] == CODE
    assert not inside(client)
    assert "Deze code klopt niet" in client.post(CODE, {"code": "123456"}).content.decode()
    assert client.post(CODE, {"code": code_of(secret)}).headers["Location"] == "/beheer/"
    assert inside(client)

    client.post("/beheer/logout/")
    log_in(client)
    assert "klopt niet" in client.post(CODE, {"code": code_of(secret)}).content.decode()  # a code works once
    assert client.post(CODE, {"code": recovery[0]}).status_code == 302
    assert inside(client)
    client.post("/beheer/logout/")
    log_in(client)
    assert "klopt niet" in client.post(CODE, {"code": recovery[0]}).content.decode()


def test_a_log_in_from_before_the_second_factor_does_not_profit_from_it(client, user, mfa, set_up):
    stranger = type(client)()
    log_in(stranger)
    log_in(client)
    set_up(client)
    assert inside(client)
    assert stranger.get("/beheer/auth/user/").headers["Location"].startswith("/beheer/login/")
    assert not inside(stranger)


CHANGING = [TOTP, f"{SET_UP}totp/deactivate/", f"{SET_UP}recovery-codes/generate/", f"{SET_UP}webauthn/add/",
            f"{SET_UP}reauthenticate/", "/beheer/account/opnieuw/", "/beheer/account/wachtwoord/"]  # fmt: skip


@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize("path", CHANGING)
def test_a_password_from_before_the_second_factor_does_not_change_it(client, user, settings, path, required):
    settings.REQUIRE_MFA = required
    log_in(client)
    app = TOTP_APP.activate(user, "GEHEIM").instance  # somewhere else, by the owner
    assert client.post(path, {"password": PASSWORD}).headers["Location"].startswith("/beheer/login/")
    assert "_auth_user_id" not in client.session
    assert list(Authenticator.objects.all()) == [app]


def test_setting_up_a_second_factor_ends_the_log_ins_elsewhere(client, user, set_up):
    elsewhere = type(client)()
    log_in(elsewhere)
    log_in(client)
    set_up(client)
    assert inside(client)
    assert not inside(elsewhere)
    elsewhere.force_login(user)
    passkeys.add(client)
    assert inside(client)
    assert not inside(elsewhere)


def test_who_takes_the_second_factor_off_sets_up_another(client, user, mfa, set_up):
    log_in(client)
    set_up(client)
    client.post(f"{SET_UP}totp/deactivate/")
    assert not Authenticator.objects.exists()
    assert client.get("/beheer/").headers["Location"] == SET_UP


def test_changing_the_second_factor_later_asks_for_the_password_again(client, user, mfa, set_up):
    log_in(client)
    set_up(client)
    with time_machine.travel(time.time() + 20 * 60):
        assert "/opnieuw/" in client.get(f"{SET_UP}totp/deactivate/").headers["Location"]
        client.post(f"{SET_UP}totp/deactivate/")
        assert Authenticator.objects.filter(type="totp").exists()


def test_guessing_codes_is_locked_out(client, user, mfa, settings, set_up):
    log_in(client)
    secret = set_up(client)
    client.post("/beheer/logout/")
    log_in(client)
    for _try in range(settings.LOGIN_FAILURES):
        assert "klopt niet" in client.post(CODE, {"code": "123456"}).content.decode()
    other_place = {"REMOTE_ADDR": "192.0.2.77"}
    assert "Wacht 15 minuten" in client.post(CODE, {"code": code_of(secret)}, **other_place).content.decode()
    assert not inside(client)


def test_without_require_mfa_nobody_is_asked_but_who_set_it_up(client, user, set_up):
    log_in(client)
    assert inside(client)
    set_up(client)
    client.post("/beheer/logout/")
    assert log_in(client).headers["Location"] == CODE


def test_a_passkey_opens_the_door_without_a_password(client, user, mfa):
    log_in(client)
    key = passkeys.add(client)
    client.logout()
    assert passkeys.log_in(client, key).headers["Location"] == "/beheer/"
    assert inside(client)


CREDENTIALS = [
    '{"id":"x"}', "[1]", "0", "false", '"\\ud800"', "[" * 5000, "9" * 5000, "{", '{"response": {"userHandle": 1}}',
    '{"id":"eA","rawId":"eA","response":{"attestationObject":"oQ","clientDataJSON":"e30"}}',
]  # fmt: skip


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_a_key_that_no_browser_made_is_a_wrong_code(client, user, credential):
    passkeys.asked(client)
    wrong = client.post(f"{passkeys.PAGES}login/", {"credential": credential}, follow=True)
    assert wrong.redirect_chain[0] == (LOGIN, 302)
    log_in(client)
    client.get(f"{passkeys.PAGES}add/")
    assert client.post(f"{passkeys.PAGES}add/", {"credential": credential}).context["form"].errors
    assert not Authenticator.objects.exists()
    passkeys.add(client)
    client.get(f"{passkeys.PAGES}reauthenticate/")
    assert client.post(f"{passkeys.PAGES}reauthenticate/", {"credential": credential}).status_code == 302
    client.logout()
    log_in(client)
    client.get(CODE)
    assert client.post(CODE, {"credential": credential}).context["webauthn_form"].errors
    assert not inside(client)


@pytest.mark.browser
@pytest.mark.process
def test_a_passkey_opens_the_door_under_the_strict_content_policy(browser, site):
    site.run(
        "from django.contrib.auth.models import User; from algorithms.models import Role;"
        f"Role.objects.create(user=User.objects.create_user('anna', password='{PASSWORD}'), kind='manager')"
    )
    with site.served(REQUIRE_MFA="True") as base:
        base = base.replace("127.0.0.1", "localhost")  # passkeys are bound to a name
        with watched(browser, Register(site, base, {}, {}, {})) as watch:
            page = watch.page
            device = watch.context.new_cdp_session(page)
            device.send("WebAuthn.enable")
            kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
            device.send("WebAuthn.addVirtualAuthenticator", {"options": kind | {"isUserVerified": True}})
            browser_log_in(page, "anna", PASSWORD, SET_UP)
            page.get_by_role("link", name="Sleutel toevoegen").click()
            page.get_by_label("Ook zonder wachtwoord").check()
            page.get_by_role("button", name="Toevoegen").click()
            page.wait_for_url("**/recovery-codes/")
            page.goto("/beheer/")
            expect(page).to_have_url(f"{base}/beheer/")
            page.get_by_role("button", name="Afmelden").click()

            browser_log_in(page, "anna", PASSWORD, CODE)
            page.get_by_role("button", name="Toegangssleutel gebruiken").click()
            page.wait_for_url("**/beheer/")
            page.get_by_role("button", name="Afmelden").click()

            page.get_by_role("button", name="Aanmelden met een toegangssleutel").click()
            page.wait_for_url("**/beheer/")
            expect(page.get_by_role("button", name="Afmelden")).to_be_visible()


def browser_log_in(page, name: str, password: str, then: str) -> None:
    page.goto("/beheer/account/aanmelden/")
    page.get_by_label("Gebruikersnaam").fill(name)
    page.get_by_label("Wachtwoord").fill(password)
    page.get_by_role("button", name="Aanmelden", exact=True).click()
    page.wait_for_url(f"**{then}")


# -- lock-out ----------------------------------------------------------------------------------------------------------


def locked(answer) -> bool:
    return "Te vaak mislukt. Wacht 15 minuten" in answer.content.decode() if answer.status_code == 200 else False


def test_an_account_is_locked_out_after_failures_and_opens_again(client, user, settings, caplog):
    for _try in range(settings.LOGIN_FAILURES):
        assert not locked(log_in(client, password="fout"))
    assert locked(log_in(client))
    assert locked(log_in(client, "anna@voorbeeldstad.example"))  # the same account by its other name
    assert "Aanmelden geblokkeerd" in caplog.text
    assert PASSWORD not in caplog.text
    User.objects.create_user("piet", password=PASSWORD)
    assert log_in(client, "piet").status_code == 302  # a colleague at the same address
    client.logout()
    assert log_in(type(client)(REMOTE_ADDR="192.0.2.9")).status_code == 302  # the same person, elsewhere
    with time_machine.travel(time.time() + settings.LOGIN_LOCKOUT_MINUTES * 60 + 5):
        assert log_in(client).status_code == 302


def test_a_right_password_does_not_wipe_out_failures(client, user, settings):
    for _try in range(settings.LOGIN_FAILURES - 1):
        log_in(client, password="fout")
    assert log_in(client).status_code == 302
    client.logout()
    log_in(client, password="fout")
    assert locked(log_in(client))


def test_an_address_that_tries_many_accounts_is_locked_out(client, user, settings):
    settings.LOGIN_FAILURES = 2
    for number in range(20):
        assert not locked(log_in(client, f"iemand{number}", "fout"))
    assert locked(log_in(client))


def test_an_account_tried_from_many_addresses_is_locked_out(client, user, settings):
    settings.LOGIN_FAILURES = 2
    for number in range(20):
        assert not locked(log_in(type(client)(REMOTE_ADDR=f"192.0.2.{number}"), password="fout"))
    assert locked(log_in(client))


@pytest.mark.parametrize(("proxies", "escapes"), [(0, False), (1, False)])
def test_a_made_up_address_does_not_escape(client, user, settings, proxies, escapes):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    for number in range(settings.LOGIN_FAILURES + 1):
        made_up = f"198.51.100.{number}"
        passed = f"{made_up}, 203.0.113.5" if proxies else made_up
        answer = client.post(LOGIN, {"login": "anna", "password": "fout"}, HTTP_X_FORWARDED_FOR=passed)
    assert locked(answer)


def test_behind_a_proxy_each_visitor_counts_for_themselves(client, user, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for _try in range(settings.LOGIN_FAILURES + 1):
        answer = client.post(LOGIN, {"login": "anna", "password": "fout"}, HTTP_X_FORWARDED_FOR="198.51.100.1")
    assert locked(answer)
    right = client.post(LOGIN, {"login": "anna", "password": PASSWORD}, HTTP_X_FORWARDED_FOR="198.51.100.2")
    assert right.status_code == 302


@pytest.mark.parametrize("passed", ["", "rommel", "rommel, ook rommel", ",,,"])
def test_a_broken_forwarding_is_no_fault(client, user, settings, passed):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 3
    answer = client.post(LOGIN, {"login": "anna", "password": PASSWORD}, HTTP_X_FORWARDED_FOR=passed, REMOTE_ADDR="")
    assert answer.status_code == 302


@pytest.mark.process
def test_all_processes_count_together(site):
    site.run(
        "from django.contrib.auth.models import User; User.objects.create_user('anna', password='goed-wachtwoord')"
    )
    with site.served(workers=2, REQUIRE_MFA="False", DEBUG="True") as base:
        answers = [_typed(base, "fout") for _try in range(5)]
        assert all("klopt niet" in answer for answer in answers)
        assert all("Wacht 15 minuten" in _typed(base, "goed-wachtwoord") for _try in range(6))
        told = _typed(base, "goed-wachtwoord", {"X-Forwarded-For": "198.51.100.7"})
        assert "Wacht 15 minuten" in told


def _typed(base: str, password: str, headers: dict | None = None) -> str:
    """Log in as a new visitor, over a connection of its own; return the page that comes."""
    visitor = build_opener(HTTPCookieProcessor(CookieJar()))
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', visitor.open(base + LOGIN).read().decode())[1]
    data = urlencode({"csrfmiddlewaretoken": token, "login": "anna", "password": password}).encode()
    try:
        return visitor.open(Request(base + LOGIN, data, headers or {})).read().decode()
    except HTTPError as error:
        return error.read().decode()


# -- forgotten ---------------------------------------------------------------------------------------------------------


def reset(client, capture, email: str) -> str:
    with capture(execute=True):
        answer = client.post("/beheer/account/wachtwoord/vergeten/", {"email": email}, follow=True)
    return re.sub(r'value="\w{64}"', "", answer.content.decode())


def test_a_forgotten_password_is_chosen_anew_by_a_link(client, user, django_capture_on_commit_callbacks):
    reset(client, django_capture_on_commit_callbacks, "ANNA@voorbeeldstad.example")
    assert mail.outbox[0].to == ["anna@voorbeeldstad.example"]
    link = re.search(r"http\S+", mail.outbox[0].body)[0]
    page = client.get(link, follow=True)
    new = "een-heel-andere-lange-zin"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert "nieuw wachtwoord" in mail.outbox[1].body
    assert not inside(client)  # not logged in by the link alone
    assert log_in(client, password=new).status_code == 302
    client.logout()
    assert "werkt niet meer" in client.get(link, follow=True).content.decode()


def test_a_reset_link_lasts_an_hour(client, user, django_capture_on_commit_callbacks):
    reset(client, django_capture_on_commit_callbacks, user.email)
    link = re.search(r"http\S+", mail.outbox[0].body)[0]
    with time_machine.travel(time.time() + 61 * 60):
        assert "werkt niet meer" in client.get(link, follow=True).content.decode()


def test_nobody_learns_whether_an_address_has_an_account(client, user, django_capture_on_commit_callbacks):
    known = reset(client, django_capture_on_commit_callbacks, user.email)
    unknown = reset(client, django_capture_on_commit_callbacks, "niemand@voorbeeldstad.example")
    User.objects.filter(pk=user.pk).update(is_active=False)
    gone = reset(client, django_capture_on_commit_callbacks, user.email)
    assert known == unknown == gone
    assert len(mail.outbox) == 1


def test_asking_for_resets_is_limited(client, user, django_capture_on_commit_callbacks):
    for _try in range(8):
        reset(client, django_capture_on_commit_callbacks, user.email)
    assert len(mail.outbox) <= 5


def test_links_in_mails_are_of_the_register_and_not_of_who_asks(client, user, settings,
                                                                django_capture_on_commit_callbacks):  # fmt: skip
    evil = client.post("/beheer/account/wachtwoord/vergeten/", {"email": user.email}, HTTP_HOST="kwaad.example")
    assert evil.status_code == 400
    settings.SITE_URL = "https://algoritmes.voorbeeldstad.example"
    reset(client, django_capture_on_commit_callbacks, user.email)
    assert re.search(r"http\S+", mail.outbox[0].body)[0].startswith("https://algoritmes.voorbeeldstad.example/beheer/")


# -- how long ----------------------------------------------------------------------------------------------------------


def test_a_log_in_that_is_left_alone_ends_and_so_does_a_long_one(client, user, settings):
    with time_machine.travel(time.time()) as clock:
        log_in(client)
        clock.shift(60 * (settings.SESSION_IDLE_MINUTES - 1))
        assert inside(client)
        clock.shift(60 * (settings.SESSION_IDLE_MINUTES - 1))
        assert inside(client)
        clock.shift(60 * settings.SESSION_IDLE_MINUTES + 5)
        answer = client.get("/beheer/", follow=True)
        assert "verlopen" in answer.content.decode()
        log_in(client)
        for _step in range(9):  # never idle, still not longer than SESSION_HOURS
            clock.shift(55 * 60)
            client.get("/beheer/")
        assert not inside(client)


def test_a_new_password_ends_the_log_ins_elsewhere(client, user):
    elsewhere = type(client)()
    log_in(elsewhere)
    log_in(client)
    new = "een-heel-andere-lange-zin"
    wrong = {"oldpassword": "fout", "password1": new, "password2": new}
    assert "oldpassword" in client.post("/beheer/account/wachtwoord/", wrong).context["form"].errors
    client.post("/beheer/account/wachtwoord/", wrong | {"oldpassword": PASSWORD})
    assert inside(client)
    assert not inside(elsewhere)


def test_after_a_restore_everybody_logs_in_again_with_the_same_second_factor(client, user, mfa, capsys, set_up):
    log_in(client)
    secret = set_up(client)
    assert inside(client)
    call_command("end_sessions")
    assert "1 aanmelding(en)" in capsys.readouterr().out
    assert not inside(client)
    log_in(client)
    client.post(CODE, {"code": code_of(secret)})
    assert inside(client)


def test_the_log_ins_of_one_person_can_be_ended(client, user):
    other = User.objects.create_user("piet", password=PASSWORD)
    Role.objects.create(user=other, kind="auditor")
    his = type(client)()
    log_in(his, "piet")
    log_in(client)
    call_command("end_sessions", "--user", "piet")
    assert inside(client)
    assert not inside(his)


# -- what this file relies on ------------------------------------------------------------------------------------------


def test_the_walk_over_addresses_finds_them(db):
    found = addresses_of_staff()
    for name in ("admin:auth_user_changelist", "admin:algorithms_algorithm_changelist", "admin:index"):
        assert reverse(name) in found
    assert not Algorithm.objects.exists()
    assert not Organization.objects.exists()
    assert not Session.objects.exists()
