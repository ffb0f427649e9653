"""What stands between a password and the rest of /beheer/: the second factor (REQUIRE_MFA) and the end of a log-in."""

from __future__ import annotations

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest

# What is open to whoever has no second factor yet: setting one up, leaving, the language, the own password.
OPEN = {
    "account_login", "account_logout", "account_reauthenticate", "account_change_password", "account_inactive",
    "account_reset_password", "account_reset_password_done", "account_reset_password_from_key",
    "account_reset_password_from_key_done", "admin:login", "admin:logout", "admin:password_change", "admin:jsi18n",
    "staff-language", "openid_connect_login", "openid_connect_callback", "socialaccount_login_error",
    "socialaccount_login_cancelled",
}  # fmt: skip
SET_UP = "mfa_"  # names of the addresses of the second factor begin with it
PREVIEW = "/beheer/voorbeeld/"  # drafts by link: for anyone who has the link, with an account or without
SECOND = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def is_open(request: HttpRequest) -> bool:
    match = request.resolver_match
    name = match.view_name if match else ""
    return name in OPEN or name.startswith(SET_UP) or request.path_info.startswith(PREVIEW)


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
    return settings.REQUIRE_MFA and not came_by(request) & {"mfa", "socialaccount"}
