"""Links in mails by which somebody chooses a password: an invitation lasts days, a reset an hour."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils.http import base36_to_int

RESET = timedelta(hours=1)


class LinkToken(PasswordResetTokenGenerator):
    """Django's, which holds for PASSWORD_RESET_TIMEOUT (INVITATION_DAYS); shorter for who has a password already."""

    def check_token(self, user, token) -> bool:
        if not super().check_token(user, token) or not user.is_active:
            return False
        lasts = RESET if user.has_usable_password() else timedelta(days=settings.INVITATION_DAYS)
        made = datetime(2001, 1, 1) + timedelta(seconds=base36_to_int(token.split("-")[0]))  # noqa: DTZ001 as Django counts
        return self._now() - made <= lasts
