"""What the link check saw, to be read: rows are made by `check_links` and never changed by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from algorithms import links, policy
from algorithms.admin.fields import link
from algorithms.admin.rights import OnlyWhatIsOffered
from algorithms.models import Algorithm, LinkCheck


@admin.register(LinkCheck)
class LinkCheckAdmin(OnlyWhatIsOffered, admin.ModelAdmin):
    list_display = ["address", "record", "state", "reason", "dead_since", "checked_at", "told_at"]
    list_display_links = None
    list_filter = ["outcome"]
    search_fields = ["url", "lars"]
    search_help_text = gettext_lazy("Zoek op adres of Algoritme-ID.")
    fields = ["address", "record", "fields", "state", "reason", "dead_since", "checked_at", "told_at"]
    readonly_fields = ["address", "record", "state", "reason"]
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[LinkCheck]:
        rows = super().get_queryset(request)
        if not policy.may_read(request.user, LinkCheck):
            rows = rows.filter(lars__in=policy.visible(request.user).values("lars"))
        own = Algorithm.objects.filter(lars=OuterRef("lars"))
        return rows.annotate(record_pk=Subquery(own.values("pk")[:1]), record_name=Subquery(own.values("name")[:1]))

    @admin.display(description=gettext_lazy("adres"), ordering="url")
    def address(self, check: LinkCheck) -> SafeString | str:
        if "…" in check.url:
            return check.url  # too long to be kept whole
        return format_html('<a href="{}" rel="noopener noreferrer nofollow">{}</a>', check.url, check.url)

    @admin.display(description=gettext_lazy("algoritme"), ordering="record_name")
    def record(self, check: Any) -> SafeString | str:
        if check.record_pk is None:
            return check.lars
        return link(
            reverse("admin:algorithms_algorithm_change", args=[check.record_pk]), check.record_name or check.lars
        )

    @admin.display(description=gettext_lazy("uitkomst"), ordering="outcome")
    def state(self, check: LinkCheck) -> str:
        if check.outcome == LinkCheck.Outcome.SKIPPED and check.dead_since and not check.told_at:
            return _("lukte niet, wordt opnieuw geprobeerd")
        return check.get_outcome_display()

    @admin.display(description=gettext_lazy("wat er gebeurde"), ordering="why")
    def reason(self, check: LinkCheck) -> str:
        return links.in_words(check.why)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return policy.may_enter(request.user)

    def has_view_permission(self, request: HttpRequest, obj: LinkCheck | None = None) -> bool:
        return policy.may_enter(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: LinkCheck | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LinkCheck | None = None) -> bool:
        return False
