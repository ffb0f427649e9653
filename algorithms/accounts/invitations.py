"""Asking somebody to work here: an account without a password, and a mail with a link to choose one."""

from __future__ import annotations

from allauth.account.utils import user_pk_to_url_str
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse

from algorithms import mail
from algorithms.accounts.tokens import LinkToken
from algorithms.models import Role


def is_open(user: User) -> bool:
    """Whether this person was asked and never chose a password."""
    return (
        user.is_active
        and not user.has_usable_password()
        and user.last_login is None
        and not SocialAccount.objects.filter(user=user).exists()
    )


def link(user: User) -> str:
    key = {"uidb36": user_pk_to_url_str(user), "key": LinkToken().make_token(user)}
    return mail.base() + reverse("account_reset_password_from_key", kwargs=key)


def send(request: HttpRequest, user: User) -> None:
    roles = Role.objects.filter(user=user).select_related("organization", "department")
    context = {
        "user": user,
        "by": request.user,
        "roles": "; ".join(map(str, roles)) or "nog geen",
        "address": link(user),
        "days": settings.INVITATION_DAYS,
    }
    mail.send([user], "invitation", context)
