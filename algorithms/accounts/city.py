"""The city's own log-in service (OpenID Connect): whose account it is, and the roles its claim gives.

The claim is the word of the service and is read anew at each log-in; what a manager gave by hand stays. It never makes,
joins or logs in an account of the system's own keepers (superusers). Without any role there is no session and nothing
is stored. An account that belongs to the service has no password and no key here: one door, which the city can close.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import requests
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.openid_connect.views import callback as callback_of_allauth
from allauth.socialaccount.providers.openid_connect.views import login as login_of_allauth
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from algorithms import mail
from algorithms.accounts import names, notation
from algorithms.models import Department, Organization, Role

logger = logging.getLogger(__name__)

PROVIDER = "stad"  # in the address the service sends people back to: /beheer/account/oidc/stad/login/callback/
Claims = dict[str, Any]


# -- what the service says ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """A role that a claim gives, at its place."""

    kind: str
    organization_id: int | None = None
    department_id: int | None = None


def claims_of(told: dict[str, Any]) -> Claims:
    """Return the claims: those of the id token, and over them those of the userinfo address.

    Raises ValueError when the two are about different people (OpenID Connect Core 5.3.2).
    """
    parts = [told[part] for part in ("id_token", "userinfo") if told.get(part)]
    if len({part["sub"] for part in parts}) > 1:
        raise ValueError("id token and userinfo are about different people")
    return {name: value for part in parts for name, value in part.items()}


def values_of(claims: Claims) -> list[str]:
    """Return what the claim of the roles holds; its name may lead inwards with dots (`realm_access.roles`)."""
    name = settings.OIDC_ROLE_CLAIM
    found: Any = claims.get(name)
    if found is None:
        found = claims
        for step in name.split("."):
            found = found.get(step) if isinstance(found, dict) else None
    if isinstance(found, str):
        found = found.split()
    return [value for value in found if isinstance(value, str)] if isinstance(found, list) else []


def asked(values: Iterable[str]) -> list[notation.Asked]:
    """Return the roles that values of a claim stand for; others are of no concern to the register."""
    roles: list[notation.Asked] = []
    for value in values:
        if settings.OIDC_ROLES:
            if value in settings.OIDC_ROLES:
                roles += settings.OIDC_ROLES[value]
            else:
                logger.info("Aanmelddienst: waarde %r staat niet in OIDC_ROLES.", value)
        else:
            try:
                roles.append(notation.read(value))
            except ValueError:
                logger.info("Aanmelddienst: waarde %r is geen rol.", value)
    return roles


def given(roles: Iterable[notation.Asked]) -> set[Given]:
    """Return roles at places that exist; others are written to the process's log."""
    found = set()
    for role in roles:
        if not role.organization:
            found.add(Given(role.kind))
            continue
        organization = Organization.objects.filter(slug=role.organization).first()
        department = None
        if organization and role.department:
            department = Department.objects.filter(organization=organization, slug=role.department).first()
        if organization is None or (role.department and department is None):
            logger.warning("Aanmelddienst: rol %r is van een organisatie of afdeling die er niet is.", role)
            continue
        found.add(Given(role.kind, organization.pk, department.pk if department else None))
    return found


def replace_roles(user: User, roles: set[Given]) -> None:
    """Let an account have exactly these roles from the claim, beside those given by hand; a change is logged."""

    def place(role: Role) -> Given:
        return Given(role.kind, role.organization_id, role.department_id)

    rows = list(Role.objects.filter(user=user).select_related("organization", "department"))
    before = {place(row): row for row in rows if row.source == Role.Source.CLAIM}
    by_hand = {place(row) for row in rows if row.source == Role.Source.HAND}
    gone = [row for at, row in before.items() if at not in roles]
    new = [
        Role(user=user, source=Role.Source.CLAIM, kind=at.kind, organization_id=at.organization_id,
             department_id=at.department_id)
        for at in sorted(roles - before.keys() - by_hand, key=str)
    ]  # fmt: skip
    Role.objects.filter(pk__in=[row.pk for row in gone]).delete()
    for row in new:
        row.save()
    if gone or new:
        told = [f"+ {row}" for row in new] + [f"− {row}" for row in gone]
        note = _("Rollen van de aanmelddienst: %s.") % "; ".join(told)
        LogEntry.objects.log_actions(user.pk, [user], CHANGE, note, single_object=True)


# -- whose account it is -----------------------------------------------------------------------------------------------


def says_verified(claims: Claims) -> bool:
    """Whether the mail address is proven. Silence counts with OIDC_TRUST_EMAIL only; a no is a no."""
    said = claims.get("email_verified")
    return settings.OIDC_TRUST_EMAIL if said is None else str(said).lower() == "true"


class Refused(ImmediateHttpResponse):
    """No log-in: a plain page says why and what to do; nothing was stored."""

    def __init__(self, request: HttpRequest, why: str, reason: str):
        logger.warning("Aanmelden met de aanmelddienst geweigerd: %s", reason)
        super().__init__(render(request, "socialaccount/refused.html", {"why": why}, status=403))


class SocialAdapter(DefaultSocialAccountAdapter):
    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        """Keep the claims for this log-in only: the table of linked accounts holds no copy of them."""
        sociallogin.claims = claims_of(sociallogin.account.extra_data)
        sociallogin.account.extra_data = {}
        told = {name: names.tidy(value) for name, value in data.items() if isinstance(value, str)}
        return super().populate_user(request, sociallogin, told)

    def authenticate_by_email(self, sociallogin: Any) -> None:
        return None  # pre_social_login does, by our own rules

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return True  # pre_social_login refused who has no role

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.state.get("process") != "login":
            raise Refused(request, _("Zo kunt u zich hier niet aanmelden."), "ander proces dan aanmelden")
        claims = sociallogin.claims
        roles = given(asked(values_of(claims)))
        user = sociallogin.user if sociallogin.is_existing else None
        joins = None if user else self._same_person(request, sociallogin, claims)
        account = user or joins
        if account and account.is_superuser:
            raise Refused(request, _("Dit account meldt zich met een wachtwoord aan."), f"{account} mag alles")
        if account and not account.is_active:
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_inactive")))
        if user:
            with transaction.atomic():
                replace_roles(user, roles)  # also when nothing is left: a role taken back is gone at once
        by_hand = account is not None and Role.objects.filter(user=account, source=Role.Source.HAND).exists()
        if not roles and not by_hand:
            why = _("Uw account heeft hier geen rol. Vraag de registerbeheerder van uw organisatie om een rol.")
            raise Refused(request, why, f"geen rol voor {sociallogin.account.uid}")
        sociallogin.email_addresses = []  # one address an account, on the account itself
        if joins:
            self._join(joins, sociallogin, roles)
        sociallogin.roles = roles

    def _same_person(self, request: HttpRequest, sociallogin: Any, claims: Claims) -> User | None:
        """Return the account with the same, proven mail address; refuse one that is not proven."""
        email = sociallogin.user.email
        people = User.objects.filter(email__iexact=email) if email else User.objects.none()
        found = people.first()
        if found is None:
            return None
        if not says_verified(claims) or people.count() > 1 or SocialAccount.objects.filter(user=found).exists():
            why = _(
                "Er is al een account met uw e-mailadres. Vraag de registerbeheerder het te koppelen of te wijzigen."
            )
            raise Refused(request, why, f"e-mailadres van {sociallogin.account.uid} hoort al bij een account")
        return found

    @transaction.atomic
    def _join(self, user: User, sociallogin: Any, roles: set[Given]) -> None:
        user.set_unusable_password()
        user.save(update_fields=["password"])
        Authenticator.objects.filter(user=user).delete()
        sociallogin.user = sociallogin.account.user = user
        sociallogin.account.save()
        replace_roles(user, roles)
        note = _("Gekoppeld aan de aanmelddienst. Het wachtwoord geldt niet meer.")
        LogEntry.objects.log_actions(user.pk, [user], CHANGE, note, single_object=True)
        mail.send(
            [user],
            "account_changed",
            {"user": user, "what": _("u meldt zich voortaan aan met het account van uw organisatie")},
        )

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Any:
        """Make the account of who comes for the first time."""
        user = sociallogin.user
        user.set_unusable_password()
        get_account_adapter().populate_username(request, user)
        user.save()
        sociallogin.account.user = user
        sociallogin.account.save()
        replace_roles(user, sociallogin.roles)
        return user

    def on_authentication_error(self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None,
                                extra_context: Any = None) -> None:  # fmt: skip
        if exception is not None:
            logger.error("De aanmelddienst gaf een fout.", exc_info=exception)


# -- the way there and back --------------------------------------------------------------------------------------------

# What comes of a service that is down, or answers what it should not: no connection, no JSON, keys that are missing.
BROKEN = (requests.RequestException, ImproperlyConfigured, ValueError, KeyError, TypeError, AttributeError)


def _guarded(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    if not settings.OIDC_SERVER_URL:
        raise Http404
    try:
        return view(request, provider_id=provider_id)
    except BROKEN:
        logger.exception("De aanmelddienst antwoordt niet of niet goed.")
        return render(request, "socialaccount/authentication_error.html", status=502)


def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to the service; of the query only `next` counts, for allauth would pass on what a link adds to it."""
    request.GET = QueryDict(urlencode({"next": request.GET["next"]}) if "next" in request.GET else "")
    return _guarded(login_of_allauth, request, provider_id)


def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _guarded(callback_of_allauth, request, provider_id)
