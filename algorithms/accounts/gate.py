"""What stands between a password and the rest of /beheer/: the second factor (REQUIRE_MFA) and the end of a log-in."""

from __future__ import annotations

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest

# What is open to whoever is logged in by a password alone: leaving, the language, ways to log in.
OPEN = {
    "account_login", "account_logout", "account_inactive", "account_reset_password", "account_reset_password_done",
    "account_reset_password_from_key", "account_reset_password_from_key_done", "admin:login", "admin:logout",
    "admin:password_change", "admin:jsi18n", "staff-language", "openid_connect_login", "openid_connect_callback",
    "socialaccount_login_error", "socialaccount_login_cancelled", "mfa_authenticate", "mfa_login_webauthn",
}  # fmt: skip
# What is open too while the account has no second factor: setting one up, the own password.
OWN = {"account_reauthenticate", "account_change_password"}
SET_UP = "mfa_"  # names of the addresses of the second factor begin with it
SECOND = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def _name_of(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.view_name if match else ""


def sets_up(request: HttpRequest) -> bool:
    """Whether somebody asks for the pages where the second factor is set up, changed or taken off."""
    name = _name_of(request)
    return name.startswith(SET_UP) and name not in OPEN


def is_open(request: HttpRequest) -> bool:
    name = _name_of(request)
    if sets_up(request) or name in OWN:
        return not skipped_second_factor(request)
    return name in OPEN


def is_of_the_city(user: User) -> bool:
    """Whether an account belongs to the city's log-in service, which lets in nobody who may everything."""
    return not user.is_superuser and SocialAccount.objects.filter(user=user).exists()


def came_by(request: HttpRequest) -> set[str]:
    """Return by which ways this person proved who they are in this session: password, mfa, socialaccount."""
    return {record.get("method", "") for record in get_authentication_records(request, request.user)}


def has_second_factor(user: object) -> bool:
    return is_mfa_enabled(user, SECOND)


def wants_set_up(request: HttpRequest) -> bool:
    """Whether this person must set up a second factor before anything else opens."""
    if not settings.REQUIRE_MFA or "socialaccount" in came_by(request):
        return False  # the city's own log-in service asks a second factor itself
    return not has_second_factor(request.user)


def skipped_second_factor(request: HttpRequest) -> bool:
    """Whether this log-in is older than the second factor of its account: it never showed one."""
    return not came_by(request) & {"mfa", "socialaccount"} and has_second_factor(request.user)
