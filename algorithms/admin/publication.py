"""The log, to be read: entries are made by publishing and never changed, so policy lets nobody keep it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from algorithms.admin.fields import link
from algorithms.admin.rights import ByPolicy
from algorithms.models import Action, Publication


@admin.register(Publication)
class PublicationAdmin(ByPolicy, admin.ModelAdmin):
    list_display = ["sequence", "lars", "version", "action", "published_at", "note"]
    list_filter = ["action", "published_at"]
    search_fields = ["lars", "note"]
    search_help_text = gettext_lazy("Zoek op Algoritme-ID of toelichting.")
    ordering = ["-sequence"]
    fields = [
        "sequence", "lars", "version", "action", "published_at", "note", "public_document",
        "sha256", "note_sha256", "previous", "hash",
    ]  # fmt: skip
    actions = None

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("document")

    @admin.display(description=gettext_lazy("document"))
    def public_document(self, entry: Publication) -> SafeString | str:
        if entry.action != Action.PUBLISH:
            return _("Deze regel heeft geen eigen document.")
        address = f"/api/v1/algoritmes/{entry.lars}/versies/{entry.version}"
        return link(address, _("Versie %s zoals gepubliceerd") % entry.version)
