"""The forms of logging in, with labels that say what to type and no placeholders that vanish."""

from __future__ import annotations

from typing import Any

from allauth.account import forms
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm as AuthenticateFormOfAllauth
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateFormOfAllauth
from allauth.mfa.totp.forms import ActivateTOTPForm as ActivateTOTPFormOfAllauth
from allauth.mfa.webauthn.forms import AddWebAuthnForm as AddWebAuthnFormOfAllauth
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm as AuthenticateWebAuthnFormOfAllauth
from allauth.mfa.webauthn.forms import EditWebAuthnForm as EditWebAuthnFormOfAllauth
from allauth.mfa.webauthn.forms import LoginWebAuthnForm as LoginWebAuthnFormOfAllauth
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm as ReauthenticateWebAuthnFormOfAllauth
from django.core.validators import MaxLengthValidator
from django.forms import HiddenInput, JSONField
from django.utils.translation import gettext_lazy as _

from algorithms.accounts.limits import LONGEST


class LoginForm(forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Gebruikersnaam of e-mailadres")
        self.fields["login"].widget.attrs = {"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}
        self.fields["login"].validators.append(MaxLengthValidator(LONGEST))  # SQLite fails on what is very long
        self.fields["password"].label = _("Wachtwoord")
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs = {"autocomplete": "current-password"}


class ChangePasswordForm(forms.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""
        for name, label in (
            ("oldpassword", _("Wachtwoord van nu")),
            ("password1", _("Nieuw wachtwoord")),
            ("password2", _("Nieuw wachtwoord, nog een keer")),
        ):
            self.fields[name].label = label
            self.fields[name].widget.attrs.pop("placeholder", None)


class ResetPasswordKeyForm(forms.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("password1", _("Nieuw wachtwoord")), ("password2", _("Nieuw wachtwoord, nog een keer"))):
            self.fields[name].label = label
            self.fields[name].widget.attrs.pop("placeholder", None)


class PasswordAgainForm(forms.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Wachtwoord")
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)


class ResetPasswordForm(forms.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mailadres")
        self.fields["email"].widget.attrs = {"autocomplete": "email"}
        self.fields["email"].validators.append(MaxLengthValidator(LONGEST))


class _WithCode:
    """A form that asks for the code of the app."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        self.fields["code"].widget.attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}


class ActivateTOTPForm(_WithCode, ActivateTOTPFormOfAllauth):
    pass


class AuthenticateForm(_WithCode, AuthenticateFormOfAllauth):
    pass


class ReauthenticateForm(_WithCode, ReauthenticateFormOfAllauth):
    pass


# What comes of a credential that no browser made.
NO_CREDENTIAL = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class Credential(JSONField):
    """What a browser tells of a key: an object of JSON, never shown again."""

    widget = HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            told = super().to_python(value)
        except NO_CREDENTIAL:
            told = False
        if not isinstance(told, dict | None):
            raise get_adapter().validation_error("incorrect_code")
        return told

    def bound_data(self, data: Any, initial: Any) -> Any:
        return None

    def prepare_value(self, value: Any) -> str:
        return ""


class _WithCredential:
    """A form that reads what a browser tells of a key."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"] = Credential()

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except NO_CREDENTIAL as error:
            raise get_adapter().validation_error("incorrect_code") from error


class LoginWebAuthnForm(_WithCredential, LoginWebAuthnFormOfAllauth):
    pass


class AuthenticateWebAuthnForm(_WithCredential, AuthenticateWebAuthnFormOfAllauth):
    pass


class ReauthenticateWebAuthnForm(_WithCredential, ReauthenticateWebAuthnFormOfAllauth):
    pass


class AddWebAuthnForm(AddWebAuthnFormOfAllauth):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"] = Credential()
        self.fields["name"].label = _("Naam van de sleutel")
        self.fields["passwordless"].label = _("Ook zonder wachtwoord aanmelden")
        self.fields["passwordless"].help_text = _("De sleutel vraagt dan zelf om uw vingerafdruk, gezicht of pincode.")

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except NO_CREDENTIAL as error:
            raise get_adapter().validation_error("incorrect_code") from error


class EditWebAuthnForm(EditWebAuthnFormOfAllauth):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Naam van de sleutel")
