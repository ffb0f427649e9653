"""The steps between a right password and being logged in."""

from __future__ import annotations

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest


class SecondFactor(AuthenticateStage):
    """As allauth's, but not after the city's own log-in service, which asks for one itself."""

    def _should_handle(self, request: HttpRequest) -> bool:
        records = get_authentication_records(request, self.login.user)
        if records and records[-1]["method"] == "socialaccount":
            return False
        return super()._should_handle(request)
