"""The filters beside the list of records."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from algorithms import desk, standard
from algorithms.standing import State

QUARTER = timedelta(days=92)


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("stand")
    parameter_name = "stand"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return State.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(state=self.value()) if self.value() in State.values else queryset


class WaitingFilter(admin.SimpleListFilter):
    """The same lists as "waiting for me" on the front page."""

    title = gettext_lazy("wacht op mij")
    parameter_name = "wacht"
    LISTS = {
        "beoordeling": (gettext_lazy("te beoordelen"), desk.to_review),
        "teruggestuurd": (gettext_lazy("teruggestuurd"), desk.sent_back),
        "concept": (gettext_lazy("verder schrijven"), desk.own_drafts),
        "herziening": (gettext_lazy("opnieuw bekijken"), desk.to_look_at_again),
        "link": (gettext_lazy("dode links"), desk.with_dead_links),
    }

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return [(value, label) for value, (label, _rows) in self.LISTS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() not in self.LISTS:
            return queryset
        _label, rows = self.LISTS[self.value() or ""]
        return queryset.filter(pk__in=rows(request.user).order_by().values("pk"))


class ReviewFilter(admin.SimpleListFilter):
    title = gettext_lazy("opnieuw bekijken")
    parameter_name = "herziening"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return [("nu", _("nu")), ("kwartaal", _("binnen drie maanden")), ("later", _("later"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        today = timezone.localdate()
        public = queryset.exclude(public_version=None)
        if self.value() == "nu":
            return public.filter(review_date__lte=today)
        if self.value() == "kwartaal":
            return public.filter(review_date__gt=today, review_date__lte=today + QUARTER)
        if self.value() == "later":
            return public.filter(review_date__gt=today + QUARTER)
        return queryset


class CompletenessFilter(admin.SimpleListFilter):
    title = gettext_lazy("volledigheid")
    parameter_name = "volledig"
    RANGES = {"0-49": (0, 49), "50-79": (50, 79), "80-99": (80, 99), "100": (100, 100)}

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return [(value, f"{value.replace('-', '–')} %") for value in self.RANGES]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() not in self.RANGES:
            return queryset
        return queryset.filter(completeness__range=self.RANGES[self.value() or ""])


class ThemeFilter(admin.SimpleListFilter):
    title = gettext_lazy("thema")
    parameter_name = "thema"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return standard.choices(standard.THEMES)

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Compared in Python: searching inside JSON differs between the databases."""
        if not self.value():
            return queryset
        themes = queryset.order_by().values_list("pk", "category")
        return queryset.filter(pk__in=[pk for pk, chosen in themes if self.value() in chosen])
