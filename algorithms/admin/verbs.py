"""The steps of a record as pages: each says what will happen, and its POST does it. All acting is `workflow`'s.

Each page acts on what is saved, never on what stands in the form of the record.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from algorithms import hints, policy, workflow
from algorithms.admin.fields import link
from algorithms.admin.pages import frame
from algorithms.document import difference
from algorithms.models import Algorithm, Event, Stage
from algorithms.policy import Verb
from algorithms.publishing import Refused
from algorithms.standing import Standing

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Algorithm]
else:
    Base = object


# -- what a step asks --------------------------------------------------------------------------------------------------


def _box(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "class": "vLargeTextField", "data-max-length": workflow.NOTE_LIMIT})


class Note(forms.CharField):
    """A text of a step. `word` names it where it is refused, at its box."""

    def __init__(self, *, word: str | Promise, **kwargs: Any):
        super().__init__(**kwargs)
        self.word = word

    def run_validators(self, value: str) -> None:
        try:
            workflow.checked(value, str(self.word))
        except Refused as refused:
            raise ValidationError(str(refused)) from None


class NoteForm(forms.Form):
    note = Note(
        word=gettext_lazy("Toelichting"),
        label=gettext_lazy("Toelichting"),
        help_text=gettext_lazy("Mag leeg blijven. Alleen collega's lezen dit."),
        required=False,
        widget=_box(),
    )


class SendBackForm(forms.Form):
    reason = Note(
        word=gettext_lazy("Reden"),
        label=gettext_lazy("Reden"),
        help_text=gettext_lazy("Verplicht. Schrijf wat er beter moet. Alleen collega's lezen dit."),
        error_messages={"required": gettext_lazy("Geef een reden: dan weet de auteur wat er beter moet.")},
        widget=_box(5),
    )


class WithdrawForm(forms.Form):
    reason = Note(
        word=gettext_lazy("Reden"),
        label=gettext_lazy("Reden"),
        help_text=gettext_lazy(
            "Verplicht. Iedereen leest deze reden op de plek van het algoritme. Noem geen personen."
        ),
        error_messages={
            "required": gettext_lazy("Geef een reden: die leest het publiek op de plek van het algoritme.")
        },
        widget=_box(),
    )


class PublishForm(forms.Form):
    """The public note, what the approver read, and a day when it should not be at once."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    note = Note(
        word=gettext_lazy("Toelichting"),
        label=gettext_lazy("Wat is er veranderd?"),
        help_text=gettext_lazy("Iedereen leest deze toelichting bij de versie. Noem geen personen."),
        required=False,
        widget=_box(),
    )
    day = forms.DateField(
        label=gettext_lazy("Publiceren op (datum)"),
        help_text=gettext_lazy("Leeg: nu meteen. Vul een datum in om de publicatie in te plannen."),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("Dit is geen datum. Schrijf jjjj-mm-dd, bijvoorbeeld 2027-03-01.")},
    )
    hour = forms.TimeField(
        label=gettext_lazy("Om (tijd)"),
        help_text=gettext_lazy("Leeg: 9.00 uur. Alleen nodig bij een datum."),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": gettext_lazy("Dit is geen tijd. Schrijf uu:mm, bijvoorbeeld 09:00.")},
    )

    def __init__(self, *args: Any, is_next_version: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if is_next_version:  # the first version changes nothing; each later one tells readers what it does
            self.fields["note"].required = True
            self.fields["note"].error_messages["required"] = _("Vertel in een zin wat er veranderd is, voor de lezers.")
        else:
            self.fields["note"].label = _("Toelichting")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("hour") and "day" in given and not given["day"]:
            self.add_error("day", _("Vul bij de tijd ook een datum in, of haal de tijd weg om nu te publiceren."))
        elif given.get("day") and "hour" in given and (moment := self.moment()):
            try:
                workflow.refuse_moment(moment)
            except Refused as refused:
                self.add_error("day", str(refused))
        return given

    def moment(self) -> datetime | None:
        """The planned moment, in Amsterdam; None for now."""
        day: date | None = self.cleaned_data["day"]
        if day is None:
            return None
        return timezone.make_aware(datetime.combine(day, self.cleaned_data["hour"] or time(9)))


# -- the steps ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One step: its address, its right, what it asks and what it does; `act` returns what to say when done."""

    slug: str
    verb: Verb
    title: str | Promise
    form: type[forms.Form]
    act: Callable[[Algorithm, Any, Any], str]
    is_main: bool = False

    @property
    def template(self) -> str:
        return f"admin/algorithms/algorithm/{self.verb}.html"


def _submit(algorithm: Algorithm, by: Any, form: Any) -> str:
    workflow.submit(algorithm, by, note=form.cleaned_data["note"])
    return _("Ter beoordeling aangeboden. De beoordelaars hebben bericht gekregen.")


def _recall(algorithm: Algorithm, by: Any, form: Any) -> str:
    workflow.recall(algorithm, by, note=form.cleaned_data["note"])
    return _("Teruggenomen. U kunt weer schrijven.")


def _send_back(algorithm: Algorithm, by: Any, form: Any) -> str:
    workflow.send_back(algorithm, by, reason=form.cleaned_data["reason"])
    return _("Teruggestuurd, met uw reden.")


def _publish(algorithm: Algorithm, by: Any, form: Any) -> str:
    note, seen, moment = form.cleaned_data["note"], form.cleaned_data["seen"], form.moment()
    if moment:
        workflow.plan(algorithm, by, moment=moment, note=note, seen=seen)
        when = date_format(timezone.localtime(moment), "j F Y, H:i")
        return _("Goedgekeurd. Het wordt openbaar op %s uur.") % when
    outcome = workflow.publish(algorithm, by, note=note, seen=seen)
    said = _("Versie %s gepubliceerd.") % (outcome.entry.version if outcome.entry else "")
    address = Standing.of(algorithm).public_address
    return format_html("{} {}", said, link(address, _("Bekijk de openbare pagina van '%s'.") % algorithm))


def _unplan(algorithm: Algorithm, by: Any, form: Any) -> str:
    workflow.unplan(algorithm, by, note=form.cleaned_data["note"])
    return _("De planning is geschrapt. Het algoritme ligt weer ter beoordeling.")


def _withdraw(algorithm: Algorithm, by: Any, form: Any) -> str:
    event = workflow.withdraw(algorithm, by, reason=form.cleaned_data["reason"])
    return _("Ingetrokken; versie %s was de laatste openbare.") % event.version


STEPS = {
    step.slug: step
    for step in (
        Step("aanbieden", Verb.SUBMIT, gettext_lazy("Ter beoordeling aanbieden"), NoteForm, _submit, is_main=True),
        Step("publiceren", Verb.PUBLISH, gettext_lazy("Publiceren"), PublishForm, _publish, is_main=True),
        Step("terugsturen", Verb.SEND_BACK, gettext_lazy("Terugsturen"), SendBackForm, _send_back),
        Step("terugnemen", Verb.RECALL, gettext_lazy("Terugnemen"), NoteForm, _recall),
        Step("planning-schrappen", Verb.UNPLAN, gettext_lazy("Planning schrappen"), NoteForm, _unplan),
        Step("intrekken", Verb.WITHDRAW, gettext_lazy("Intrekken"), WithdrawForm, _withdraw),
    )
}


class WorkflowMixin(Base):
    """Adds a page for each step, at `<id>/<slug>/`."""

    def get_urls(self) -> list:
        own = [
            path(
                f"<path:object_id>/{step.slug}/",
                self.admin_site.admin_view(self.step_view),
                {"slug": step.slug},
                name=f"algorithms_algorithm_{step.verb}",
            )
            for step in STEPS.values()
        ]
        return own + super().get_urls()

    def steps_for(self, request: HttpRequest, algorithm: Algorithm, standing: Standing) -> list[dict[str, Any]]:
        """Return the steps this person's roles allow at this moment; `why_not` tells when four eyes forbids one."""
        shown = []
        for step in STEPS.values():
            if not policy.has_role(request.user, step.verb, algorithm) or policy.not_now(step.verb, algorithm):
                continue
            if step.verb == Verb.SUBMIT and standing.is_unchanged:
                continue  # nothing to review
            address = reverse(f"admin:algorithms_algorithm_{step.verb}", args=[algorithm.pk])
            why_not = policy.why_not(request.user, step.verb, algorithm)
            shown.append({"title": step.title, "address": address, "why_not": why_not, "is_main": step.is_main})
        return shown

    def step_view(self, request: HttpRequest, object_id: str, slug: str) -> HttpResponse:
        step = STEPS[slug]
        algorithm = self.get_object(request, unquote(object_id))
        if algorithm is None:
            raise Http404
        if not policy.has_role(request.user, step.verb, algorithm):
            raise PermissionDenied
        standing = Standing.of(algorithm)
        options: dict[str, Any] = {}
        if step.form is PublishForm:
            options = {"is_next_version": standing.next_version > 1, "initial": {"seen": standing.digest}}
        form = step.form(request.POST or None, **options) if request.method == "POST" else step.form(**options)
        if request.method == "POST" and form.is_valid():
            try:
                messages.success(request, step.act(algorithm, request.user, form))
            except Refused as refused:
                form.add_error(None, str(refused))
                for problem in refused.problems:
                    form.add_error(None, str(problem))
                if isinstance(refused, workflow.Unseen):  # the page below shows what there is now
                    form.data = {**request.POST.dict(), "seen": Standing.of(algorithm).digest}
            else:
                self._log(request, algorithm)
                return redirect(reverse("admin:algorithms_algorithm_change", args=[algorithm.pk]))
        algorithm = Algorithm.objects.select_related("edited_by", "submitted_by", "planned_by").get(pk=algorithm.pk)
        standing = Standing.of(algorithm)
        context = frame(self, request, str(step.title), algorithm) | {
            "standing": standing,
            "form": form,
            # What was typed stays, also when the moment has passed: then the form says why it was refused.
            "why_not": "" if form.is_bound else policy.why_not(request.user, step.verb, algorithm),
            "alone": step.verb == Verb.PUBLISH and policy.wrote_last(request.user, algorithm),
            "changes": difference(standing.public, standing.draft),
            "hints": [hint for hint in hints.hints(standing.draft) if hint.rule != "empty"],
            "offered": None
            if algorithm.stage == Stage.DRAFT
            else algorithm.events.filter(verb=Event.Verb.SUBMIT).first(),
            "may_change": self.has_change_permission(request, algorithm),
        }
        # A refusal is an answer to a form, as elsewhere in the admin: 200, with what was typed.
        return TemplateResponse(request, step.template, context)

    def _log(self, request: HttpRequest, algorithm: Algorithm) -> None:
        """Tell Django's own log too: it feeds "recent actions" on the front page."""
        event = algorithm.events.first()
        if event is not None:
            said = f"{event.get_verb_display()}. {event.note}".strip().rstrip(".") + "."
            self.log_change(request, algorithm, said[:1].upper() + said[1:])
