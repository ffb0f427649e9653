"""The way of a draft to the public: concept → ter beoordeling → published, or sent back with a reason; also withdrawn.

Each verb takes the record and the person, checks their right and the moment (`policy`), does its step, writes it down
(`Event`) and tells those concerned by mail once all of it is stored. What enters the log is `publishing`'s work.
All of them raise Refused, and then nothing changed.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from algorithms import document as documents
from algorithms import drafts, mail, policy, publishing, richtext
from algorithms.models import Algorithm, Event, Listing, Stage
from algorithms.policy import Verb
from algorithms.publishing import Outcome, Refused
from algorithms.standard import Kind
from algorithms.standing import Standing

NOTE_LIMIT = 2000  # characters of a note or reason
FURTHEST = timedelta(days=2 * 365)  # how far ahead a publication may be planned


class Unseen(Refused):
    """The draft is not the one that the approver read."""


@transaction.atomic
def submit(algorithm: Algorithm, by: User, *, note: str = "") -> None:
    """Offer a draft for review. What a person must fill in to publish must be there."""
    draft = _begin(algorithm, by, Verb.SUBMIT)
    note = checked(note, _("Toelichting"))
    standing = Standing.of(draft)
    if standing.blocking:
        raise Refused(_("Er ontbreekt nog iets. Vul dit eerst in."), standing.blocking)
    if standing.is_unchanged:
        raise Refused(_("Er is niets gewijzigd sinds de openbare versie, dus er valt niets te beoordelen."))
    _store(draft, stage=Stage.SUBMITTED, submitted_by=by, submitted_at=timezone.now())
    drafts.event(draft, Event.Verb.SUBMIT, by, note)
    mail.submitted(draft, by, note)


@transaction.atomic
def recall(algorithm: Algorithm, by: User, *, note: str = "") -> None:
    """Take a draft back from review, to go on writing."""
    draft = _begin(algorithm, by, Verb.RECALL)
    note = checked(note, _("Toelichting"))
    _store(draft, stage=Stage.DRAFT)
    drafts.event(draft, Event.Verb.RECALL, by, note)
    mail.recalled(draft, by, note)


@transaction.atomic
def send_back(algorithm: Algorithm, by: User, *, reason: str) -> None:
    """Give a draft back to its authors, with what should be better. Also from the plan."""
    draft = _begin(algorithm, by, Verb.SEND_BACK)
    reason = _reason(reason, _("Geef een reden: dan weet de auteur wat er beter moet."))
    _send_back(draft, by, reason)


@transaction.atomic
def publish(algorithm: Algorithm, by: User, *, note: str = "", seen: str = "") -> Outcome:
    """Approve a draft and make it public now. `seen` is the digest of what the approver read (`Standing.digest`)."""
    draft = _begin(algorithm, by, Verb.PUBLISH)
    _refuse_unseen(draft, seen)
    return _publish(draft, by, checked(note, _("Toelichting")), alone=policy.wrote_last(by, draft))


@transaction.atomic
def plan(algorithm: Algorithm, by: User, *, moment: datetime, note: str = "", seen: str = "") -> None:
    """Approve a draft and let `publish_scheduled` make it public at a moment in the future (aware)."""
    draft = _begin(algorithm, by, Verb.PLAN)
    _refuse_unseen(draft, seen)
    note = checked(note, _("Toelichting"))
    refuse_moment(moment)
    standing = Standing.of(draft)
    if standing.blocking:
        raise Refused(_("Er ontbreekt nog iets. Stuur het terug naar de auteur."), standing.blocking)
    _store(draft, stage=Stage.PLANNED, planned_at=moment, planned_by=by, planned_note=note)
    when = date_format(timezone.localtime(moment), "j F Y, H:i")
    told = _("Publicatie op %s.") % when
    drafts.event(draft, Event.Verb.PLAN, by, f"{told} {note}".strip(), alone=policy.wrote_last(by, draft))
    mail.planned(draft, by, note)


@transaction.atomic
def unplan(algorithm: Algorithm, by: User, *, note: str = "") -> None:
    """Strike out the plan; the draft waits for review again."""
    draft = _begin(algorithm, by, Verb.UNPLAN)
    note = checked(note, _("Toelichting"))
    _store(draft, stage=Stage.SUBMITTED, planned_at=None, planned_by=None, planned_note="")
    drafts.event(draft, Event.Verb.UNPLAN, by, note)
    mail.unplanned(draft, by, note)


@transaction.atomic
def withdraw(algorithm: Algorithm, by: User, *, reason: str) -> Event:
    """Take a record out of the public lists; its page stays, with the reason."""
    draft = _begin(algorithm, by, Verb.WITHDRAW)
    reason = _reason(reason, _("Geef een reden: die leest het publiek op de plek van het algoritme."))
    if draft.stage != Stage.DRAFT:  # else one click, or a plan by itself, would make it public again
        verb = Event.Verb.UNPLAN if draft.stage == Stage.PLANNED else Event.Verb.SEND_BACK
        _store(draft, stage=Stage.DRAFT, planned_at=None, planned_by=None, planned_note="")
        drafts.event(draft, verb, by, _("Het algoritme is ingetrokken."))
    entry = publishing.withdraw(draft.lars, reason=reason)
    event = drafts.event(draft, Event.Verb.WITHDRAW, by, reason, version=entry.version)
    mail.withdrawn(draft, by, reason)
    return event


def publish_due(now: datetime | None = None) -> list[tuple[Algorithm, str]]:
    """Publish what is planned for now or earlier; return each record with "" or why it was sent back instead.

    Each in its own transaction, so that one that cannot be published never stops the rest; a second run finds nothing.
    """
    moment = now or timezone.now()
    due = Algorithm.objects.filter(stage=Stage.PLANNED, planned_at__lte=moment).order_by("planned_at", "pk")
    return [done for pk in list(due.values_list("pk", flat=True)) if (done := _publish_planned(pk, moment))]


@transaction.atomic
def _publish_planned(pk: int, moment: datetime) -> tuple[Algorithm, str] | None:
    publishing.lock()  # before the record, as an import does
    draft = drafts.lock(pk)
    if draft.stage != Stage.PLANNED or draft.planned_at is None or draft.planned_at > moment:
        return None  # another run was first, or the plan was struck out
    by = draft.planned_by
    try:
        with transaction.atomic():
            alone = by is not None and policy.wrote_last(by, draft)
            _publish(draft, by, draft.planned_note, alone, was_planned=True)
    except Refused as refused:
        why = _("De geplande publicatie lukte niet: %s") % refused
        _send_back(draft, None, why, planned_by=by)
        return draft, why
    return draft, ""


# -- the steps themselves ----------------------------------------------------------------------------------------------


def _begin(algorithm: Algorithm, by: User, verb: Verb) -> Algorithm:
    """Return the record as it is stored, locked, when this person may do this now. Raises Refused."""
    if verb in (Verb.PUBLISH, Verb.WITHDRAW):
        publishing.lock()  # before the record, as an import does: two orders would wait for each other for ever
    draft = drafts.lock(algorithm.pk)
    if why := policy.why_not(by, verb, draft):
        raise Refused(why)
    return draft


def _publish(draft: Algorithm, by: User | None, note: str, alone: bool, was_planned: bool = False) -> Outcome:
    outcome = publishing.publish(draft, note=note)
    if outcome.entry is None:
        raise Refused(_("Er is niets gewijzigd sinds de openbare versie, dus er komt geen nieuwe versie."))
    _store(
        draft,
        stage=Stage.DRAFT,
        planned_at=None,
        planned_by=None,
        planned_note="",
        reminded_at=None,
        owner=draft.owner or draft.submitted_by,
    )
    drafts.event(draft, Event.Verb.PUBLISH, by, note, version=outcome.entry.version, alone=alone)
    mail.published(draft, by, note, outcome.entry.version, was_planned)
    return outcome


def _send_back(draft: Algorithm, by: User | None, reason: str, planned_by: User | None = None) -> None:
    _store(draft, stage=Stage.DRAFT, planned_at=None, planned_by=None, planned_note="")
    drafts.event(draft, Event.Verb.SEND_BACK, by, reason)
    mail.sent_back(draft, by, reason, planned_by)


def _store(draft: Algorithm, **values: object) -> None:
    """Write the step, and only that: the texts and their clock stay as they are."""
    Algorithm.objects.filter(pk=draft.pk).update(**values)
    for name, value in values.items():
        setattr(draft, name, value)


def _refuse_unseen(draft: Algorithm, seen: str) -> None:
    if seen and Standing.of(draft).digest != seen:
        raise Unseen(_("Het algoritme is gewijzigd nadat u deze pagina opende. Kijk het na en probeer het opnieuw."))


def refuse_moment(moment: datetime) -> None:
    """Raise Refused for a moment (aware) at which no publication can be planned."""
    if moment <= timezone.now():
        raise Refused(_("Dit moment is al voorbij. Kies een later moment, of publiceer nu."))
    if moment > timezone.now() + FURTHEST:
        raise Refused(_("Dit moment is meer dan twee jaar weg. Kies een eerder moment."))


def checked(text: str, label: str) -> str:
    """Return a note or reason as it is kept. Raises Refused, with its name, the limit and the cure."""
    text = documents.clean_text(Kind.TEXT, text)
    if bad := richtext.forbidden_character(text):
        raise Refused(
            _("%(label)s bevat een onzichtbaar teken (%(bad)s). Haal dat teken weg.") % {"label": label, "bad": bad}
        )
    if len(text) > NOTE_LIMIT:
        why = _("%(label)s heeft %(length)s tekens; het maximum is %(limit)s. Maak de tekst korter.")
        raise Refused(why % {"label": label, "length": len(text), "limit": NOTE_LIMIT})
    return text


def _reason(text: str, missing: str) -> str:
    if not text.strip():
        raise Refused(missing)
    return checked(text, _("Reden"))


def review_day(algorithm: Algorithm) -> date | None:
    """Return when a public record is to be looked at again: the day chosen, else a year after its publication."""
    if algorithm.review_date:
        return algorithm.review_date
    moment = Listing.objects.filter(lars=algorithm.lars).values_list("published_at", flat=True).first()
    return timezone.localdate(moment) + publishing.REVIEW_AFTER if moment else None
