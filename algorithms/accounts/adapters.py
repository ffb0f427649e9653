"""What allauth asks us: texts, mails, limits, and what the city's log-in service may do (`claims` has the roles)."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import clear_authentication_records, record_authentication
from allauth.core import context
from allauth.core.internal.httpkit import clean_client_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from algorithms import mail
from algorithms.accounts import gate, limits, sessions

logger = logging.getLogger(__name__)

WRONG = gettext_lazy("Deze combinatie van naam en wachtwoord klopt niet. Let op hoofdletters.")
WRONG_CODE = gettext_lazy("Deze code klopt niet. Neem de code die de app nu toont.")

# What is told by mail when somebody's account changed, by the name allauth has for it.
CHANGES = {
    "account/email/password_changed": gettext_lazy("het wachtwoord is gewijzigd"),
    "account/email/password_set": gettext_lazy("er is een wachtwoord gekozen"),
    "account/email/password_reset": gettext_lazy("er is een nieuw wachtwoord gekozen"),
    "mfa/email/totp_activated": gettext_lazy("een app voor codes is ingesteld"),
    "mfa/email/totp_deactivated": gettext_lazy("de app voor codes is weggehaald"),
    "mfa/email/recovery_codes_generated": gettext_lazy("er zijn nieuwe herstelcodes gemaakt"),
    "mfa/email/webauthn_added": gettext_lazy("een toegangssleutel is toegevoegd"),
    "mfa/email/webauthn_removed": gettext_lazy("een toegangssleutel is weggehaald"),
}


def too_often() -> str:
    return _("Te vaak mislukt. Wacht %s minuten en probeer het dan opnieuw.") % settings.LOGIN_LOCKOUT_MINUTES


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": WRONG,
        "email_password_mismatch": WRONG,
        "incorrect_password": gettext_lazy("Dit wachtwoord klopt niet."),
        "enter_current_password": gettext_lazy("Dit wachtwoord klopt niet. Vul het wachtwoord in dat u nu hebt."),
        "invalid_password_reset": gettext_lazy("Deze link werkt niet meer."),
        "incorrect_code": WRONG_CODE,
        "rate_limited": gettext_lazy("Te vaak geprobeerd. Wacht een paar minuten."),
    }

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        if code == "too_many_login_attempts":
            return ValidationError(too_often(), code=code)
        return super().validation_error(code, *args)

    # -- who may come in -----------------------------------------------------------------------------------------------

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # accounts come by invitation, or from the city's log-in service

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        if settings.OIDC_ONLY:
            raise ValidationError(_("Meld u aan met uw account van de organisatie."))
        return super().authenticate(request, **credentials)

    def pre_login(self, request: HttpRequest, user: Any, **given: Any) -> HttpResponse | None:
        """One door: an account of the city's log-in service, or with OIDC_ONLY any, has no other, also not by a key."""
        by_service = "sociallogin" in (given["signal_kwargs"] or {})
        if not by_service and (settings.OIDC_ONLY or gate.is_of_the_city(user)):
            clear_authentication_records(request)
            messages.error(request, _("Meld u aan met uw account van de organisatie."))
            return HttpResponseRedirect(reverse("account_login"))
        return super().pre_login(request, user, **given)

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """No new account is named after somebody's mail address: the log-in takes either."""
        username = super().clean_username(username, shallow)
        if not shallow and User.objects.filter(email__iexact=username).exists():
            raise self.validation_error("username_taken")
        return username

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        typed = str(credentials.get("username") or credentials.get("email") or "")
        counted = limits.attempt(request, typed)
        if counted is None:
            raise self.validation_error("too_many_login_attempts")
        self._counted = counted

    def _rollback_login_failed_rl_usage(self) -> None:
        limits.take_back(self._counted)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        limits.failed(request, str(credentials.get("username") or credentials.get("email") or ""))

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return who asks: behind N proxies of ours the Nth address from the right, which the outermost wrote.

        What stands further left came from the client, who may have made it up.
        """
        count = settings.ALLAUTH_TRUSTED_PROXY_COUNT
        passed = [part for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        address = passed[-count] if 0 < count <= len(passed) else request.META.get("REMOTE_ADDR") or ""
        return clean_client_ip(address) or "0.0.0.0"  # noqa: S104 nobody's address: unknown ones share one count

    def is_safe_url(self, url: str | None) -> bool:
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)  # only addresses here

    def get_login_stages(self) -> list[str]:
        ours = {"allauth.mfa.stages.AuthenticateStage": "algorithms.accounts.stages.SecondFactor"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who has just logged in need not type the password again to set up the second factor."""
        if sessions.began_recently(context.request.session):
            return False
        return super().is_reauthentication_required(app=app, **kwargs)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("admin:index")

    # -- mail ----------------------------------------------------------------------------------------------------------

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = super().get_reset_password_from_key_url(key)
        return f"{mail.base()}/{path.split('/', 3)[3]}"

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """Not to who logs in with the city's own account: a password would be a second door."""
        if user.has_usable_password() or not SocialAccount.objects.filter(user=user).exists():
            mail.send([user], "account_reset", {"user": user, "address": context["password_reset_url"]})

    def send_notification_mail(self, template_prefix: str, user: Any, *_args: Any, **_kwargs: Any) -> None:
        if what := CHANGES.get(template_prefix):
            mail.send([user], "account_changed", {"user": user, "what": what})

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """No other mails of allauth's."""
        logger.info("Mail niet verstuurd: %s", template_prefix)

    def add_message(self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any,
                    **kwargs: Any) -> None:  # fmt: skip
        """No greeting: that one is logged in shows."""
        if message_template != "account/messages/logged_in.txt":
            super().add_message(request, level, message_template, *args, **kwargs)


@receiver(authenticator_added, dispatch_uid="accounts.showed_second_factor")
def _showed(request: HttpRequest, user: User, authenticator: Any, **_given: Any) -> None:
    """Setting one up is showing one: the code, or the key, was checked. Log-ins elsewhere showed none, and end."""
    if authenticator.type in gate.SECOND:  # new recovery codes show nothing
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
        sessions.end(user, but=request.session.session_key)


class MFAAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": WRONG_CODE}

    def _get_site_name(self) -> str:
        return settings.SITE_NAME

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return _("Sleutel %s") % (Authenticator.objects.filter(user=user, type=type).count() + 1)

    def build_totp_svg(self, url: str) -> str:
        """Return the QR code as SVG that stands in the page itself: the content policy allows no data: address."""
        svg = super().build_totp_svg(url)
        drawn = svg[svg.index("<svg") :]
        return mark_safe(drawn.replace("<svg", '<svg role="img" aria-labelledby="totp-title"', 1))  # noqa: S308 numbers only
