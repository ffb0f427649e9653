"""How long a log-in lasts, and ending log-ins of others: at deactivation, after a lost phone, after a restore."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, user_logged_in
from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.dispatch import receiver

BEGUN, SEEN = "log_in_begun", "log_in_seen"
GRANULARITY = 60  # seconds; "last seen" is not written at each request


@receiver(user_logged_in, dispatch_uid="accounts.begin")
def _begin(request: Any, **_given: Any) -> None:
    request.session[BEGUN] = request.session[SEEN] = int(time.time())


def is_over(session: SessionBase) -> bool:
    """Whether a log-in has lasted SESSION_HOURS, or was left alone for SESSION_IDLE_MINUTES."""
    now = time.time()
    begun, seen = session.get(BEGUN, 0), session.get(SEEN, 0)
    return now - begun > settings.SESSION_COOKIE_AGE or now - seen > settings.SESSION_IDLE_MINUTES * 60


def touch(session: SessionBase) -> None:
    """Write down that this person is still there."""
    now = int(time.time())
    if now - session.get(SEEN, 0) > GRANULARITY:
        session[SEEN] = now


def began_recently(session: SessionBase, seconds: int = 300) -> bool:
    return time.time() - session.get(BEGUN, 0) < seconds


def end(user: User | None = None, but: str | None = None) -> int:
    """End the log-ins of one person, or everybody's; return how many. Whoever was in logs in again.

    `but` is the key of a session of this person that stays.
    """
    if user is None:
        return Session.objects.all().delete()[0]
    theirs = [
        session.pk for session in Session.objects.iterator() if session.get_decoded().get(SESSION_KEY) == str(user.pk)
    ]
    return Session.objects.filter(pk__in=theirs).exclude(pk=but).delete()[0]
