"""What the list of records offers beside rows: export of a selection, and completeness per department."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict

from django.contrib import admin
from django.db.models import Avg, Count, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from algorithms import document as documents
from algorithms import policy
from algorithms.admin.rights import OnlyWhatIsOffered
from algorithms.exports.writers import csv_columns, csv_row
from algorithms.listing import record_slug
from algorithms.models import Algorithm, Listing
from algorithms.standard import FIELDS

MOST_MISSING = 5  # fields named per department
NOTHING = {"version": "", "published_at": "", "note": "", "salt": ""}  # what only publishing gives


class ListActions(OnlyWhatIsOffered):
    """Adds export actions and the page of completeness."""

    actions = ["export_json", "export_csv"]

    def get_urls(self) -> list:
        own = path(
            "volledigheid/",
            self.admin_site.admin_view(self.completeness_view),
            name="algorithms_algorithm_completeness",
        )
        return [own, *super().get_urls()]

    @admin.action(description=gettext_lazy("Exporteren als JSON (weer in te lezen)"), permissions=["view"])
    def export_json(self, request: HttpRequest, queryset: QuerySet[Algorithm]) -> HttpResponse:
        written = ",\n".join(documents.canonical(document) for document in _documents(queryset))
        return _file(f'{{"results": [\n{written}\n]}}\n', "application/json", "json")

    @admin.action(description=gettext_lazy("Exporteren als CSV (voor een rekenblad)"), permissions=["view"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[Algorithm]) -> HttpResponse:
        text = io.StringIO()
        writer = csv.DictWriter(text, csv_columns())
        writer.writeheader()
        for document in _documents(queryset):
            row = csv_row(NOTHING | document, record_slug(document["name"]))
            # A draft has no public page to give the address of.
            is_public = Listing.objects.filter(lars=document["lars"]).exists()
            writer.writerow(row if is_public else row | {"register_url": ""})
        return _file(text.getvalue(), "text/csv; charset=utf-8", "csv")

    def completeness_view(self, request: HttpRequest) -> HttpResponse:
        rows = policy.visible(request.user)
        places = (
            rows.values("organization__name", "department__path", "department", "organization")
            .annotate(
                count=Count("pk"),
                mean=Avg("completeness"),
                incomplete=Count("pk", filter=Q(completeness__lt=100)),
                edited=Max("updated_at"),
            )
            .order_by("organization__name", "department__path")
        )
        missing = _missing(rows)
        table = [
            place
            | {
                "mean": round(place["mean"] or 0),
                "missing": [
                    (str(FIELDS[key].label), count)
                    for key, count in missing[place["organization"], place["department"]].most_common(MOST_MISSING)
                ],
            }
            for place in places
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Volledigheid per afdeling"),
            "opts": self.opts,
            "table": table,
        }
        return TemplateResponse(request, "admin/algorithms/algorithm/completeness.html", context)


def _documents(queryset: QuerySet[Algorithm]) -> list[documents.Document]:
    return [documents.build(draft) for draft in documents.with_rows(list(queryset.order_by("pk")))]


def _missing(rows: QuerySet[Algorithm]) -> dict[tuple[int, int | None], Counter[str]]:
    """Count per place which fields its records miss."""
    missing: dict[tuple[int, int | None], Counter[str]] = defaultdict(Counter)
    for organization, department, keys in rows.values_list("organization", "department", "missing"):
        missing[organization, department].update(keys)
    return missing


def _file(text: str, kind: str, ending: str) -> HttpResponse:
    name = f"algoritmes-concept-{timezone.localdate():%Y-%m-%d}.{ending}"
    return HttpResponse(text, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
