"""Lock-out after failed log-ins, counted in the database so that all processes know.

Three counts, each over LOGIN_LOCKOUT_MINUTES: one account from one address, one address (a whole office may share it),
and one account from anywhere. A right password takes its own attempt back, not the failures before it.
"""

from __future__ import annotations

import logging

from allauth.account.adapter import get_adapter
from allauth.account.internal.userkit import filter_users_by_email, get_user_by_username
from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest

logger = logging.getLogger(__name__)

LONGEST = 254  # characters of a mail address: what is longer is nobody's name
MORE = 10  # an address, or an account from anywhere, may fail this many times as often


def rates() -> dict[str, str]:
    few, many = settings.LOGIN_FAILURES, settings.LOGIN_FAILURES * MORE
    minutes = settings.LOGIN_LOCKOUT_MINUTES
    return {
        "account_at_address": f"{few}/{minutes}m/key",
        "address": f"{many}/{minutes}m/ip",
        "account": f"{many}/{minutes}m/key",
    }


def name_of(typed: str) -> str:
    """Return the account that is meant: by name and by mail address it is the same one."""
    if len(typed) > LONGEST:
        return typed[:LONGEST].casefold().lstrip("#")
    user = get_user_by_username(typed) or next(iter(filter_users_by_email(typed, for_login=True)), None)
    return f"#{user.pk}" if user else typed.casefold().lstrip("#")


def _told(account: str) -> str:
    """Return how the process's log names an account; what is no account may be a password typed in the wrong box."""
    return account if account.startswith("#") else "onbekend"


def attempt(request: HttpRequest, typed: str) -> list[ratelimit.RateLimitUsage] | None:
    """Count an attempt to log in; return what was counted, None when it is one too many."""
    address, account = ratelimit.get_ip(request), name_of(typed)
    keys = {"account_at_address": f"{account} {address}", "address": None, "account": account}
    counted: list[ratelimit.RateLimitUsage] = []
    for action, key in keys.items():
        usage = ratelimit.consume(request, app="accounts", action=action, config=rates(), key=key)
        if usage is None:
            take_back(counted)
            logger.warning("Aanmelden geblokkeerd (%s): account %s, adres %s", action, _told(account), address)
            return None
        counted.append(usage)
    return counted


def take_back(counted: list[ratelimit.RateLimitUsage]) -> None:
    for usage in counted:
        usage.rollback()


def failed(request: HttpRequest, typed: str) -> None:
    address = get_adapter(request).get_client_ip(request)
    logger.warning("Aanmelden mislukt: account %s, adres %s", _told(name_of(typed)), address)
