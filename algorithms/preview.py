"""Preview links: a draft as the public would read it, for anyone who has the link, until it expires or is revoked.

Opening a link writes nothing and asks for no account. A link shows what its maker may share: it closes with their
account or role. The token is signed and carries the link's id and when it was made, so that a register restored from a
backup, where ids are given out again, never opens another draft by an old token.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from algorithms import document as documents
from algorithms import drafts, log, policy
from algorithms.document import Document
from algorithms.models import Algorithm, Event, PreviewLink, Publication
from algorithms.policy import Verb
from algorithms.publishing import Refused

MIN_DAYS, MAX_DAYS = 1, 60
_signer = signing.Signer(salt="algorithms.preview", sep=".")


class NoSuchLink(Exception):
    """A token that this register never gave out."""


class Closed(Exception):
    """A link that showed a draft once: expired, revoked, or its record or the rights of its maker are gone."""


def default_days() -> int:
    return min(max(settings.PREVIEW_DAYS, MIN_DAYS), MAX_DAYS)


@transaction.atomic
def make(algorithm: Algorithm, by: User, *, days: int | None = None, note: str = "") -> PreviewLink:
    """Make a link that works for a number of days. `note` says whom it is for. Raises Refused."""
    draft = _begin(algorithm, by)
    days = default_days() if days is None else days
    if not MIN_DAYS <= days <= MAX_DAYS:
        raise Refused(_("Kies een aantal dagen van %(min)s tot en met %(max)s.") % {"min": MIN_DAYS, "max": MAX_DAYS})
    now = timezone.now()
    link = PreviewLink.objects.create(algorithm=draft, made_by=by, made_at=now, expires_at=now + timedelta(days=days))
    told = _("Verloopt op %s.") % moment(link.expires_at)
    drafts.event(draft, Event.Verb.SHARE, by, f"{told} {note}".strip())
    return link


@transaction.atomic
def revoke(link: PreviewLink, by: User) -> bool:
    """Close a link at once; return whether it was still open. Raises Refused."""
    return bool(_revoke(link.algorithm, by, [link.pk]))


@transaction.atomic
def revoke_all(algorithm: Algorithm, by: User) -> int:
    """Close every open link of a record; return how many there were. Raises Refused."""
    return _revoke(algorithm, by, None)


def _revoke(algorithm: Algorithm, by: User, only: list[int] | None) -> int:
    draft = _begin(algorithm, by)
    rows = PreviewLink.objects.open().filter(algorithm=draft)
    if only is not None:
        rows = rows.filter(pk__in=only)
    links = list(rows.order_by("pk"))
    if links:
        PreviewLink.objects.filter(pk__in=[link.pk for link in links]).update(revoked_at=timezone.now())
        told = ", ".join(moment(link.made_at) for link in links)
        drafts.event(draft, Event.Verb.REVOKE, by, _("Gemaakt op %s.") % told)
    return len(links)


def _begin(algorithm: Algorithm, by: User) -> Algorithm:
    draft = drafts.lock(algorithm.pk)
    if why := policy.why_not(by, Verb.SHARE, draft):
        raise Refused(why)
    return draft


def moment(value: object) -> str:
    return date_format(timezone.localtime(value), "j F Y, H:i")  # type: ignore[arg-type]


# -- reading -----------------------------------------------------------------------------------------------------------


def token(link: PreviewLink) -> str:
    """Return what stands in the address of a link: safe in an address, some sixty characters."""
    return _signer.sign(_payload(link))


def _payload(link: PreviewLink) -> str:
    return f"{link.pk}-{signing.b62_encode(int(link.made_at.timestamp()))}"


def read(token: str) -> PreviewLink:
    """Return the open link of a token, with its record. Raises NoSuchLink or Closed."""
    try:
        payload = _signer.unsign(token)
    except signing.BadSignature:
        raise NoSuchLink from None
    link = _with_maker().filter(pk=payload.partition("-")[0]).first()
    if link is None or payload != _payload(link) or not is_open(link):
        raise Closed
    return link


def links_of(algorithm: Algorithm) -> list[PreviewLink]:
    """Return every link of a record that was ever made, newest first."""
    return list(_with_maker().filter(algorithm=algorithm))


def _with_maker():
    return PreviewLink.objects.select_related("made_by", "algorithm__organization", "algorithm__department")


def is_open(link: PreviewLink) -> bool:
    """Whether a link shows its draft now."""
    return link.is_open and link.made_by is not None and policy.has_role(link.made_by, Verb.SHARE, link.algorithm)


def document(algorithm: Algorithm) -> Document:
    """Return the document that publishing the saved draft now would give, without its salt."""
    draft = documents.build(documents.with_rows([algorithm])[0])
    last = Publication.objects.versions(algorithm.lars).values_list("version", flat=True).first() or 0
    return draft | {
        "version": last + 1,
        "published_at": log.stamp(timezone.now()),
        "note": algorithm.planned_note,
        "salt": "",
    }
