"""Publishing and withdrawing: a page that says what will happen, and a POST that does it and writes down who did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from algorithms import publishing
from algorithms.admin.fields import link
from algorithms.models import Algorithm
from algorithms.standing import Standing

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Algorithm]
else:
    Base = object

PERMISSION = "algorithms.publish_algorithm"


class PublishingMixin(Base):
    """The verbs of `publishing` as pages of the admin. Both act on what is saved, never on what stands in a form."""

    def get_urls(self) -> list:
        own = [
            path(
                "<path:object_id>/publiceren/",
                self.admin_site.admin_view(self.publish_view),
                name="algorithms_algorithm_publish",
            ),
            path(
                "<path:object_id>/intrekken/",
                self.admin_site.admin_view(self.withdraw_view),
                name="algorithms_algorithm_withdraw",
            ),
        ]
        return own + super().get_urls()

    def has_publish_permission(self, request: HttpRequest, obj: Algorithm | None = None) -> bool:
        """Whether this person may publish and withdraw; seeing the record is asked for besides."""
        return request.user.has_perm(PERMISSION) and self.has_view_or_change_permission(request, obj)

    def publish_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        algorithm = self._algorithm(request, object_id)
        errors: list[str] = []
        note = request.POST.get("note", "")
        if request.method == "POST":
            try:
                return self._publish(request, algorithm, note)
            except publishing.Refused as refused:
                errors = [str(problem) for problem in refused.problems] or [str(refused)]
        return self._page(request, algorithm, "publish", _("Publiceren"), errors, {"note": note})

    def withdraw_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        algorithm = self._algorithm(request, object_id)
        errors: list[str] = []
        reason = request.POST.get("reason", "")
        if request.method == "POST":
            try:
                return self._withdraw(request, algorithm, reason)
            except publishing.Refused as refused:
                errors = [str(refused)]
        return self._page(request, algorithm, "withdraw", _("Intrekken"), errors, {"reason": reason})

    def _publish(self, request: HttpRequest, algorithm: Algorithm, note: str) -> HttpResponse:
        with transaction.atomic():
            algorithm = Algorithm.objects.select_for_update().get(pk=algorithm.pk)
            if Standing.of(algorithm).digest != request.POST.get("draft"):
                raise publishing.Refused(
                    _("Het algoritme is gewijzigd nadat u deze pagina opende. Kijk het na en publiceer dan opnieuw.")
                )
            outcome = publishing.publish(algorithm, note=note)
            if outcome.entry is not None:
                said = _("Versie %s gepubliceerd.") % outcome.entry.version
                self.log_change(request, algorithm, _told(said, _("Toelichting"), outcome.entry.note))
        if outcome.entry is None:
            messages.info(
                request, _("Er is niets gewijzigd sinds de laatste publicatie, dus er komt geen nieuwe versie.")
            )
        else:
            address = Standing.of(algorithm).public_address
            messages.success(
                request,
                format_html("{} {}", said, link(address, _("Bekijk de openbare pagina van '%s'.") % algorithm)),
            )
        return self._back(algorithm)

    def _withdraw(self, request: HttpRequest, algorithm: Algorithm, reason: str) -> HttpResponse:
        with transaction.atomic():
            entry = publishing.withdraw(algorithm.lars, reason=reason)
            said = _("Ingetrokken; versie %s was de laatste openbare.") % entry.version
            self.log_change(request, algorithm, _told(said, _("Reden"), entry.note))
        messages.success(request, said)
        return self._back(algorithm)

    def _algorithm(self, request: HttpRequest, object_id: str) -> Algorithm:
        """Return the record when this person may publish it; 404 when there is none, 403 when not."""
        algorithm = self.get_object(request, unquote(object_id))
        if not self.has_publish_permission(request, algorithm):
            raise PermissionDenied
        if algorithm is None:
            raise Http404
        return algorithm

    def _page(
        self, request: HttpRequest, algorithm: Algorithm, verb: str, title: str, errors: list[str], given: dict
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            **given,
            "title": title,
            "subtitle": str(algorithm),
            "opts": self.opts,
            "original": algorithm,
            "standing": Standing.of(algorithm),
            "errors": errors,
            "may_change": self.has_change_permission(request, algorithm),
        }
        # A refusal is an answer to a form, as elsewhere in the admin: 200, with what was typed.
        return TemplateResponse(request, f"admin/algorithms/algorithm/{verb}.html", context)

    def _back(self, algorithm: Algorithm) -> HttpResponse:
        return redirect(reverse("admin:algorithms_algorithm_change", args=[algorithm.pk]))


def _told(said: str, what: str, note: str) -> str:
    """Return the text of a log entry."""
    return f"{said} {what}: {note}" if note else said
