"""Messages by mail to those concerned with a step. Dutch, plain text, with the address of the record in the admin.

A message goes out after the transaction, so that nothing is told that was rolled back. A mail server that fails never
undoes a step: it is written to the process's log, and the list "waiting for me" shows the work all the same.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import override

from algorithms import policy
from algorithms.models import Algorithm
from algorithms.policy import Verb

logger = logging.getLogger(__name__)

# Where the present request came in (register.middleware sets it; Django has checked the host), for want of SITE_URL.
HERE: ContextVar[str] = ContextVar("here", default="")


def send(people: Iterable[User | None], template: str, context: dict[str, Any], but: User | None = None) -> None:
    """Send `templates/mail/<template>.txt` to each person with an address; its first line is the subject.

    `but` did the step and need not be told. Goes out when the transaction is stored.
    """
    known = {person.pk: person for person in people if person is not None}
    addresses = sorted({p.email for p in known.values() if p.email and p.is_active and (but is None or p.pk != but.pk)})
    if not addresses:
        return
    subject, body = _written(template, context)
    messages = [EmailMessage(subject, body, to=[address]) for address in addresses]  # nobody sees another's address
    transaction.on_commit(lambda: _deliver(messages), robust=True)


class NotDelivered(Exception):
    """The mail server did not take a message."""


def deliver(person: User, template: str, context: dict[str, Any]) -> None:
    """Send a mail to one person now, inside the transaction that writes down that they were told.

    Raises NotDelivered, so that nothing is written down and the next run tells them. Writers may wait for us meanwhile:
    EMAIL_TIMEOUT ends it.
    """
    subject, body = _written(template, context)
    try:
        taken = get_connection().send_messages([EmailMessage(subject, body, to=[person.email])])
    except Exception as error:  # each backend has errors of its own
        raise NotDelivered(str(error) or type(error).__name__) from error
    if not taken:
        raise NotDelivered(person.email)


def _written(template: str, context: dict[str, Any]) -> tuple[str, str]:
    """Return subject and text of `templates/mail/<template>.txt`."""
    with override("nl"):
        text = render_to_string(f"mail/{template}.txt", {"site": settings.SITE_NAME, **context}).strip()
    subject, _line, body = text.partition("\n")
    return subject.strip(), body.strip() + "\n"


def _deliver(messages: list[EmailMessage]) -> None:
    try:
        get_connection().send_messages(messages)
    except Exception:  # whatever the mail server does, the step stands
        logger.exception("Er kon geen mail worden verstuurd (%s berichten).", len(messages))


def base() -> str:
    """Return what addresses in mails begin with; "" when a command runs and SITE_URL does not tell."""
    return settings.SITE_URL or HERE.get()


def address_of(algorithm: Algorithm) -> str:
    """Return where a record is written: whole when the register knows its own address, else the path."""
    return f"{base()}/beheer/algorithms/algorithm/{algorithm.pk}/change/"


def _step(people: Iterable[User | None], template: str, algorithm: Algorithm, by: User | None, **more: Any) -> None:
    context = {"algorithm": algorithm, "by": by, "address": address_of(algorithm), **more}
    send(people, template, context, but=by)


def writers(algorithm: Algorithm) -> list[User]:
    """Return who works on a draft: owner, who wrote last and who offered it; without any, all its authors.

    Who left, or may not read the record any more, is not told of it.
    """
    people = _readers(algorithm, [algorithm.owner, algorithm.edited_by, algorithm.submitted_by])
    return people or list(policy.authors_of(algorithm))


def _readers(algorithm: Algorithm, people: Iterable[User | None]) -> list[User]:
    return [person for person in people if person and policy.has_role(person, Verb.VIEW, algorithm)]


def submitted(algorithm: Algorithm, by: User, note: str) -> None:
    _step(policy.approvers_of(algorithm), "submitted", algorithm, by, note=note)


def recalled(algorithm: Algorithm, by: User, note: str) -> None:
    _step(policy.approvers_of(algorithm), "recalled", algorithm, by, note=note)


def sent_back(algorithm: Algorithm, by: User | None, reason: str, planned_by: User | None = None) -> None:
    """`planned_by` approved a publication that then failed."""
    people = [*writers(algorithm), *_readers(algorithm, [planned_by])]
    _step(people, "sent_back", algorithm, by, reason=reason)


def planned(algorithm: Algorithm, by: User, note: str) -> None:
    _step(writers(algorithm), "planned", algorithm, by, note=note, moment=algorithm.planned_at)


def unplanned(algorithm: Algorithm, by: User, note: str) -> None:
    _step([*writers(algorithm), *policy.approvers_of(algorithm)], "unplanned", algorithm, by, note=note)


def published(algorithm: Algorithm, by: User | None, note: str, version: int, was_planned: bool = False) -> None:
    """Who planned it is told as well: the register did it, at its moment."""
    people = [*writers(algorithm), *(_readers(algorithm, [by]) if was_planned else [])]
    public = f"{base()}/a/{algorithm.lars}"
    doer = None if was_planned else by
    _step(people, "published", algorithm, doer, note=note, version=version, public=public)


def withdrawn(algorithm: Algorithm, by: User, reason: str) -> None:
    people = [*writers(algorithm), *policy.approvers_of(algorithm)]
    _step(people, "withdrawn", algorithm, by, reason=reason)
