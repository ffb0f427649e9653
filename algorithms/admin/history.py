"""The history of a draft: who did what, when and why; what changed then; and the way back to any of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.db.models import BooleanField, Case, Q, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from algorithms import document as documents
from algorithms import drafts, policy
from algorithms.admin import fields, pages
from algorithms.document import Document
from algorithms.models import Algorithm, Event, Publication
from algorithms.policy import Verb
from algorithms.preview import moment
from algorithms.publishing import Refused
from algorithms.workflow import NOTE_LIMIT

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Algorithm]
else:
    Base = object

PAGE_SIZE = 25
OLDEST = 200  # lines of Django's own log that are shown at most
NOW = "nu"  # ?met=nu: what differs from the draft as it is now


@dataclass(frozen=True)
class Moment:
    """A text of a record at some moment: of its draft after a step, or of a published version.

    `before` is the text it replaced; None when it was the first, or when what stood there was not kept (`is_first`).
    """

    name: str  # "de tekst van 3 juli 2026, 14:02" or "versie 2"
    at: datetime
    text: Document
    before: Document | None
    is_first: bool
    address: str
    restore_address: str
    who: str = ""
    what: str = ""
    why: str = ""


# -- what was kept -----------------------------------------------------------------------------------------------------


def _events_of(algorithm: Algorithm) -> Any:
    """Return the events, each with whether its text was kept: with it, or (an import) in the version it published."""
    unreadable = Publication.objects.versions(algorithm.lars).filter(document="").values("version")
    kept = ~Q(document="") | Q(verb=Event.Verb.IMPORT, version__isnull=False) & ~Q(version__in=unreadable)
    has_text = Case(When(kept, then=Value(True)), default=Value(False), output_field=BooleanField())
    return algorithm.events.defer("document").annotate(has_text=has_text)


def _text_of(algorithm: Algorithm, event: Event) -> Document:
    """Raises Http404 when it is not there, or not any more."""
    try:
        return drafts.earlier(algorithm, revision=event.revision)
    except drafts.NoSuchDraft:
        raise Http404 from None


def _of_event(algorithm: Algorithm, event_id: int) -> Moment:
    events = _events_of(algorithm).filter(has_text=True)
    event = get_object_or_404(events, pk=event_id)
    earlier = events.filter(revision=event.revision - 1).first()  # older ones may have been tidied away
    here = [algorithm.pk, event.pk]
    return Moment(
        name=_("de tekst van %s") % moment(event.at),
        at=event.at,
        text=_text_of(algorithm, event),
        before=_text_of(algorithm, earlier) if earlier else None,
        is_first=event.revision <= 1,
        address=reverse("admin:algorithms_algorithm_history_entry", args=here),
        restore_address=reverse("admin:algorithms_algorithm_restore", args=here),
        who=event.by_name or _("het register zelf"),
        what=event.get_verb_display(),
        why=event.note,
    )


def _of_version(algorithm: Algorithm, number: int) -> Moment:
    """Raises Http404 for a version that does not exist or was made unreadable."""
    entry = get_object_or_404(Publication.objects.versions(algorithm.lars).without_documents(), version=number)
    try:
        text = drafts.earlier(algorithm, version=number)
    except drafts.NoSuchDraft:
        raise Http404 from None
    older = Publication.objects.versions(algorithm.lars).filter(version__lt=number).first()
    try:
        before = drafts.earlier(algorithm, version=older.version) if older else None
    except drafts.NoSuchDraft:
        before = None
    here = [algorithm.pk, number]
    return Moment(
        name=_("versie %s") % number,
        at=entry.published_at,
        text=text,
        before=before,
        is_first=older is None,
        address=reverse("admin:algorithms_algorithm_history_version", args=here),
        restore_address=reverse("admin:algorithms_algorithm_restore_version", args=here),
        what=entry.get_action_display(),
        why=entry.note,
    )


# -- the pages ---------------------------------------------------------------------------------------------------------


class RestoreForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Waarom zet u dit terug?"),
        help_text=gettext_lazy("Mag leeg blijven. Komt in de geschiedenis van het algoritme te staan."),
        max_length=NOTE_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean_note(self) -> str:
        fields.refuse_forbidden_character(self.cleaned_data["note"])
        return self.cleaned_data["note"]


class HistoryMixin(Base):
    """The history of a record, in the place of Django's own."""

    def get_urls(self) -> list:
        wrap = self.admin_site.admin_view
        below = "<path:object_id>/history/"
        own = [
            path(f"{below}<int:event_id>/", wrap(self.history_entry_view), name="algorithms_algorithm_history_entry"),
            path(f"{below}<int:event_id>/terugzetten/", wrap(self.restore_view), name="algorithms_algorithm_restore"),
            path(
                f"{below}versie/<int:number>/",
                wrap(self.history_version_view),
                name="algorithms_algorithm_history_version",
            ),
            path(
                f"{below}versie/<int:number>/terugzetten/",
                wrap(self.restore_version_view),
                name="algorithms_algorithm_restore_version",
            ),
        ]
        return own + super().get_urls()

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Every step, newest first; on the last page also what Django's own log knows of the time before."""
        algorithm = pages.record(request, object_id)
        events = _events_of(algorithm)
        page = Paginator(events, PAGE_SIZE).get_page(request.GET.get("pagina"))
        newest = events.filter(has_text=True).first()
        versions = Publication.objects.versions(algorithm.lars).without_documents()
        given = pages.frame(self, request, _("Geschiedenis"), algorithm) | {
            "page": page,
            "page_range": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
            "older": [] if page.has_next() else _older_lines(algorithm),
            "versions": versions,
            "newest": newest,
            "may_restore": policy.may(request.user, Verb.EDIT, algorithm),
        }
        return TemplateResponse(request, "admin/algorithms/algorithm/history.html", given | (extra_context or {}))

    def history_entry_view(self, request: HttpRequest, object_id: str, event_id: int) -> HttpResponse:
        algorithm = pages.record(request, object_id)
        return self._entry(request, algorithm, _of_event(algorithm, event_id))

    def history_version_view(self, request: HttpRequest, object_id: str, number: int) -> HttpResponse:
        algorithm = pages.record(request, object_id)
        return self._entry(request, algorithm, _of_version(algorithm, number))

    def restore_view(self, request: HttpRequest, object_id: str, event_id: int) -> HttpResponse:
        algorithm = pages.record(request, object_id, Verb.EDIT)
        return self._restore(request, algorithm, _of_event(algorithm, event_id))

    def restore_version_view(self, request: HttpRequest, object_id: str, number: int) -> HttpResponse:
        algorithm = pages.record(request, object_id, Verb.EDIT)
        return self._restore(request, algorithm, _of_version(algorithm, number))

    def _entry(self, request: HttpRequest, algorithm: Algorithm, kept: Moment) -> HttpResponse:
        with_now = request.GET.get("met") == NOW
        after = drafts.content(algorithm) if with_now else kept.text
        before = kept.text if with_now else kept.before
        is_known = with_now or kept.before is not None or kept.is_first
        given = pages.frame(self, request, kept.name[:1].upper() + kept.name[1:], algorithm) | {
            "kept": kept,
            "with_now": with_now,
            "is_known": is_known,
            "changes": documents.difference(before, after) if is_known else [],
            "may_restore": policy.may(request.user, Verb.EDIT, algorithm),
        }
        return TemplateResponse(request, "admin/algorithms/algorithm/history_entry.html", given)

    def _restore(self, request: HttpRequest, algorithm: Algorithm, kept: Moment) -> HttpResponse:
        form = RestoreForm(initial={"revision": algorithm.revision}, use_required_attribute=False)
        if request.method == "POST":
            form = RestoreForm(request.POST, use_required_attribute=False)
            if form.is_valid():
                try:
                    event = self._put_back(request, algorithm, kept, form)
                except Refused as refused:
                    form.add_error(None, str(refused))
                else:
                    if event is None:
                        messages.info(request, _("Er is niets veranderd: het concept was al zo."))
                    else:
                        messages.success(request, _("Teruggezet in het concept: %s.") % kept.name)
                    return pages.back(algorithm)
            # What is shown below is the draft of now, and that is what a second try is about.
            algorithm.refresh_from_db()
            form.data = {**form.data.dict(), "revision": str(algorithm.revision)}  # type: ignore[attr-defined]
        now = drafts.content(algorithm)
        given = pages.frame(self, request, _("Terugzetten: %s") % kept.name, algorithm) | {
            "kept": kept,
            "form": form,
            "why_not": policy.why_not(request.user, Verb.EDIT, algorithm),
            "changes": documents.difference(now, now | _wanted(kept.text)),
        }
        return TemplateResponse(request, "admin/algorithms/algorithm/restore.html", given)

    @transaction.atomic
    def _put_back(self, request: HttpRequest, algorithm: Algorithm, kept: Moment, form: RestoreForm) -> Event | None:
        """Raises Refused when it may not be done now, when the draft moved on, or when the text no longer fits."""
        user: Any = request.user
        draft = drafts.lock(algorithm.pk)
        if why := policy.why_not(user, Verb.EDIT, draft):
            raise Refused(why)
        if form.cleaned_data["revision"] != draft.revision:
            raise Refused(
                _(
                    "Het concept is gewijzigd nadat u deze pagina opende. Er is niets teruggezet. Kijk hieronder wat "
                    "er nu zou veranderen en probeer het dan opnieuw."
                )
            )
        _refuse_taken_source_id(draft, kept.text)
        note = f"{kept.name[:1].upper()}{kept.name[1:]}. {form.cleaned_data['note']}".strip()
        try:
            event = drafts.restore(draft, kept.text, by=user, note=note)
        except IntegrityError:
            raise Refused(
                _("Deze tekst past niet meer in het register zoals het nu is. Neem over wat u nodig hebt.")
            ) from None
        if event is not None:
            self.log_change(request, draft, _("Teruggezet in het concept: %s.") % kept.name)
        return event


def _wanted(text: Document) -> Document:
    """Return what `drafts.restore` puts back of a text."""
    kept = {key: value for key, value in text.items() if key not in ("lars", "organization", "department")}
    return {"translations": {}} | kept


def _refuse_taken_source_id(draft: Algorithm, text: Document) -> None:
    source_id = text.get("source_id")
    others = Algorithm.objects.filter(organization=draft.organization_id, source_id=source_id).exclude(pk=draft.pk)
    if source_id and others.exists():
        why = _("Een ander algoritme van deze organisatie heeft nu het Bron-ID '%s'. Geef dat eerst een ander Bron-ID.")
        raise Refused(why % source_id)


def _older_lines(algorithm: Algorithm) -> list[LogEntry]:
    """Return what Django's log tells of the time before the first event."""
    first = algorithm.events.order_by("pk").values_list("at", flat=True).first()
    lines = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Algorithm), object_id=str(algorithm.pk)
    ).select_related("user")
    if first is not None:
        lines = lines.filter(action_time__lt=first)
    return list(lines.order_by("-action_time", "-pk")[:OLDEST])
