"""The page /beheer/importeren/: choose files, see what an import would do, and then do exactly that.

Nothing is stored before the second step. It only makes and changes drafts, with the rights of who imports; what becomes
public goes the way of review.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from algorithms import policy
from algorithms.models import Algorithm, Department, Organization
from algorithms.standard import FIELDS
from importers import loader, readers, runs, uploads
from importers.readers import Unreadable
from importers.report import CHANGED, CREATED, UNCHANGED, Report
from importers.runs import Source

MOST_FILES, MOST_RECORDS = 5, 2_000  # of one import here; the command takes more
MOST_SHOWN, MOST_HINTED = 200, 100  # records on the page, and those that get hints
MOST_BODY = MOST_FILES * readers.MAX_BYTES + 2**20
NAMES_LIMIT = 50_000  # characters
ACTIONS = {CREATED: gettext_lazy("Nieuw"), CHANGED: gettext_lazy("Gewijzigd"), UNCHANGED: gettext_lazy("Ongewijzigd")}


# -- what is asked -----------------------------------------------------------------------------------------------------


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more files; its value is a list."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = [super(FilesField, self).clean(one) for one in data or [None]]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(
                _("U koos %(count)s bestanden; het mogen er hoogstens %(most)s zijn. Importeer ze in delen.")
                % {"count": len(files), "most": MOST_FILES}
            )
        for file in files:
            if file.size > readers.MAX_BYTES:
                why = _("%(name)s is %(size)s MB; een bestand mag hoogstens %(most)s MB zijn. Splits het bestand.")
                said = {"name": file.name, "size": file.size // 2**20, "most": readers.MAX_BYTES // 2**20}
                raise forms.ValidationError(why % said)
        return files


class PlaceField(forms.ChoiceField):
    """A department, or an organisation as a whole, that this person writes for.

    Its value is (organisation, department): a department comes with its organisation.
    """

    def __init__(self, by: User, **options: Any) -> None:
        super().__init__(**options)
        self._places: dict[str, tuple[Organization, Department | None]] = {}
        departments = list(policy.departments_to_write_in(by))
        for organization in policy.organizations_to_write_in(by):
            if policy.may_write_in(by, organization, None):
                self._places[f"o{organization.pk}"] = (organization, None)
            for department in departments:
                if department.organization_id == organization.pk:
                    self._places[f"d{department.pk}"] = (organization, department)
        shown = [
            (key, f"{organization.name}: {department.path}" if department else organization.name)
            for key, (organization, department) in self._places.items()
        ]
        self.choices = shown if len(shown) == 1 else [("", _("Niet invullen")), *shown]

    def clean(self, value: Any) -> tuple[Organization | None, Department | None]:
        return self._places.get(super().clean(value), (None, None))


class DepartmentChoice(forms.ModelChoiceField):
    def label_from_instance(self, department: Department) -> str:
        return f"{department.organization.name}: {department.path}"


class ImportForm(forms.Form):
    """What the import needs beside its files. `unknown` are names in them that this register does not know."""

    place = forms.Field(required=False)
    names = forms.CharField(
        label=gettext_lazy("Namen voor algoritmes zonder titel"),
        help_text=gettext_lazy(
            "Alleen nodig als in het bestand namen ontbreken, zoals in een print. Elke naam op een eigen regel, in de "
            "volgorde van het bestand. Een lege regel slaat er een over."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=NAMES_LIMIT,
        strip=False,
        required=False,
    )

    def __init__(
        self, by: User, data: Any = None, files: Any = None, *, initial: Any = None, unknown: Any = None
    ) -> None:
        super().__init__(data, files, initial=initial, label_suffix="")
        place = PlaceField(
            by,
            label=_("Waarvoor schrijft u?"),
            help_text=_("Voor algoritmes waarvan het bestand geen organisatie of afdeling noemt. Het vervangt niets."),
            required=False,
        )
        if policy.may_add(by):
            self.fields["place"] = place
        else:
            del self.fields["place"]
        unknown = unknown or {"organizations": [], "departments": []}
        self._organizations: list[str] = unknown["organizations"]
        self._departments: list[list[Any]] = unknown["departments"]
        for number, name in enumerate(self._organizations):
            self.fields[f"organization_{number}"] = forms.ModelChoiceField(
                policy.organizations_to_write_in(by),
                label=_("'%s' is hier onbekend. Welke organisatie is dit?") % name,
                empty_label=_("Overslaan"),
                required=False,
            )
        for number, (organization, path) in enumerate(self._departments):
            self.fields[f"department_{number}"] = DepartmentChoice(
                policy.departments_to_write_in(by).filter(organization=organization),
                label=_("De afdeling '%s' is hier onbekend. Welke is dit?") % path,
                empty_label=_("Overslaan"),
                required=False,
            )

    def terms(self) -> dict[str, Any]:
        """Return what was said, as `loader.load` takes it."""
        given = self.cleaned_data
        organization, department = given.get("place", (None, None))
        organizations = {name: given[f"organization_{number}"] for number, name in enumerate(self._organizations)}
        departments = {(pk, path): given[f"department_{number}"] for number, (pk, path) in enumerate(self._departments)}
        return {
            "organization": organization,
            "department": department,
            "organizations": {name: chosen for name, chosen in organizations.items() if chosen},
            "departments": {place: chosen for place, chosen in departments.items() if chosen},
        }

    def given_names(self) -> list[str]:
        return [" ".join(line.split()) for line in self.cleaned_data["names"].rstrip().splitlines()]


class UploadForm(ImportForm):
    """The first step."""

    documents = FilesField(
        label=gettext_lazy("Bestanden"),
        error_messages={"required": gettext_lazy("Kies een bestand.")},
        help_text=gettext_lazy(
            "JSON in de vorm van dit register, of de tekst van een pagina van het landelijke algoritmeregister of van "
            "een print uit een register (tekst in UTF-8). Hoogstens 20 MB per bestand."
        ),
    )
    field_order = ["documents", "place", "names"]


# -- the page ----------------------------------------------------------------------------------------------------------


@csrf_exempt  # the check reads the body, so its size is looked at first; then `_page` checks
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    if not policy.may_import(request.user):
        raise PermissionDenied
    if _length(request) > MOST_BODY:
        why = _("Dit is samen meer dan %s MB. Kies minder of kleinere bestanden.") % (MOST_BODY // 2**20)
        return _answer(request, UploadForm(_user(request)), refused=why, status=413)
    return _page(request)


def _length(request: HttpRequest) -> int:
    given = request.META.get("CONTENT_LENGTH") or "0"
    return int(given) if given.isascii() and given.isdigit() else MOST_BODY + 1


@csrf_protect
def _page(request: HttpRequest) -> HttpResponse:
    by = _user(request)
    uploads.sweep()
    if request.method != "POST":
        return _answer(request, UploadForm(by))
    if "ticket" not in request.POST:
        return _first_look(request, by)
    try:
        found = uploads.kept(request.POST["ticket"], by)
        return _next_step(request, by, found)
    except uploads.Gone:
        why = _("Dit bestand wacht hier niet meer: het is al opgeslagen of verlopen. Kies het opnieuw.")
        return _answer(request, UploadForm(by), refused=why)


def _first_look(request: HttpRequest, by: User) -> HttpResponse:
    """See what is in the files that came, and what importing them would do."""
    form = UploadForm(by, request.POST, request.FILES)
    if not form.is_valid():
        return _answer(request, form)
    files = [(_file_name(file), file.read()) for file in form.cleaned_data["documents"]]
    sources = [Source(name, lambda name=name, data=data: readers.read(data, name)) for name, data in files]  # type: ignore[misc]
    try:
        _check(runs.look(sources), form)
    except Unreadable as refused:
        form.add_error("documents", str(refused))
        return _answer(request, form)
    if not form.is_valid():
        return _answer(request, form)
    report, outcome = _try(sources, form, by)
    found = uploads.keep(files, by)
    return _show(request, by, found, report, outcome, form)


def _next_step(request: HttpRequest, by: User, found: dict[str, Any]) -> HttpResponse:
    """Look again with other answers, or save when it comes out as it was shown."""
    form = ImportForm(by, request.POST, unknown=found["unknown"])
    sources = [
        Source(name, lambda name=name, number=number: readers.read(uploads.content(found, number), name))  # type: ignore[misc]
        for number, (name, _digest) in enumerate(found["files"])
    ]
    try:
        _check(runs.look(sources), form)
    except Unreadable:
        raise uploads.Gone from None
    if not form.is_valid():
        return _answer(request, form, ticket=uploads.ticket(found), files=_names(found))
    if "save" not in request.POST:
        report, outcome = _try(sources, form, by)
        return _show(request, by, found, report, outcome, form)
    with transaction.atomic():
        report, outcome = _load(sources, form, by)
        is_as_shown = outcome == found["outcome"]
        if not is_as_shown:
            transaction.set_rollback(True)
    if not is_as_shown:
        return _show(request, by, found, report, outcome, form, is_other=True)
    uploads.remove(found)
    return _answer(request, None, report=report, is_saved=True)


def _check(found: runs.Look, form: ImportForm) -> None:
    """Refuse more than can be done while someone waits. Raises Unreadable."""
    if found.records > MOST_RECORDS:
        raise Unreadable(
            _("Dit zijn %(count)s algoritmes; hier kunnen er hoogstens %(most)s tegelijk. Splits het bestand.")
            % {"count": found.records, "most": MOST_RECORDS}
        )
    if form.is_valid() and (given := len(form.given_names())) > found.untitled:
        why = _("U geeft %(names)s namen, maar er zijn %(count)s algoritmes zonder titel. Geef er niet meer dan dat.")
        form.add_error("names", why % {"names": given, "count": found.untitled})


def _try(sources: list[Source], form: ImportForm, by: User) -> tuple[Report, str]:
    with loader.dry_run():
        return _load(sources, form, by)


def _load(sources: list[Source], form: ImportForm, by: User) -> tuple[Report, str]:
    """Load all files; return the report and a digest of what happened, equal when the same would happen again."""
    report = Report(hinted=MOST_HINTED)
    runs.load(sources, report, form.given_names(), by=by, **form.terms())
    told = report.as_json()
    # A new record gets another number each time; of a known one, `revision` tells what it was changed from.
    told["records"] = [row | ({"lars": ""} if row["action"] == CREATED else {}) for row in report.records]
    return report, hashlib.sha256(json.dumps(told, sort_keys=True).encode("utf-8", "replace")).hexdigest()


# -- what is shown -----------------------------------------------------------------------------------------------------


def _show(
    request: HttpRequest,
    by: User,
    found: dict[str, Any],
    report: Report,
    outcome: str,
    form: ImportForm,
    *,
    is_other: bool = False,
) -> HttpResponse:
    """Show what an import would do, with the way to do it."""
    answered = form.terms()
    # What was unknown and is answered stays asked, so that the answer comes along and can be changed.
    organizations = list(dict.fromkeys([*answered["organizations"], *report.unknown_organizations]))
    departments = list(dict.fromkeys([*answered["departments"], *report.unknown_departments]))
    unknown = {"organizations": organizations, "departments": [list(place) for place in departments]}
    initial = {
        "place": request.POST.get("place", ""),
        "names": form.cleaned_data["names"],
        **{f"organization_{n}": answered["organizations"].get(name) for n, name in enumerate(organizations)},
        **{f"department_{n}": answered["departments"].get(place) for n, place in enumerate(departments)},
    }
    ticket = uploads.ticket(found | {"unknown": unknown, "outcome": outcome})
    return _answer(
        request,
        ImportForm(by, initial=initial, unknown=unknown),
        ticket=ticket,
        files=_names(found),
        report=report,
        is_other=is_other,
    )


def _answer(
    request: HttpRequest,
    form: ImportForm | None,
    *,
    report: Report | None = None,
    ticket: str = "",
    files: str = "",
    is_saved: bool = False,
    is_other: bool = False,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Importeren: opgeslagen") if is_saved else _("Importeren: kijk na") if report else _("Importeren"),
        "opts": Algorithm._meta,
        "form": form,
        "ticket": ticket,
        "files": files,
        "is_saved": is_saved,
        "is_other": is_other,
        "refused": refused,
    }
    if report:
        context |= {"report": report, "counts": report.counts, "shown": _shown(report, _user(request), is_saved)}
        context["stores"] = any(report.counts[action] for action in (CREATED, CHANGED)) or any(
            row["action"] != UNCHANGED for row in report.pages
        )
    return TemplateResponse(request, "admin/importers/import.html", context, status=status)


def _shown(report: Report, by: User, is_saved: bool) -> dict[str, Any]:
    """Return the report as the page shows it: what needs a look first, and not more than can be read."""
    order = {CREATED: 1, CHANGED: 0, UNCHANGED: 2}
    rows = sorted(report.records, key=lambda row: order[row["action"]])[:MOST_SHOWN]
    known = {row["lars"] for row in rows if is_saved or row["action"] != CREATED}
    pks = dict(policy.visible(by).filter(lars__in=known).values_list("lars", "pk"))
    records = [
        row
        | {
            "told": ACTIONS[row["action"]],
            "labels": list(_labels(row["fields"])) if row["action"] == CHANGED else [],
            "address": reverse("admin:algorithms_algorithm_change", args=[pks[row["lars"]]])
            if row["lars"] in pks
            else "",
        }
        for row in rows
    ]
    return {
        "records": records,
        "more_records": len(report.records) - len(records),
        "refused": report.refused[:MOST_SHOWN],
        "more_refused": max(len(report.refused) - MOST_SHOWN, 0),
        "pages": [row | {"told": ACTIONS[row["action"]]} for row in report.pages[:MOST_SHOWN]],
        "kept_aside": report.kept_aside[:MOST_SHOWN],
        "more_kept_aside": max(len(report.kept_aside) - MOST_SHOWN, 0),
        "furniture": len(report.furniture),
        "several_files": len(report.files) > 1,
    }


def _labels(keys: list[str]) -> Iterator[str]:
    for key in keys:
        yield str(FIELDS[key].label) if key in FIELDS else _("Engels")


def _names(found: dict[str, Any]) -> str:
    return ", ".join(name for name, _digest in found["files"])


def _file_name(file: UploadedFile) -> str:
    """Return the name of a file as it may be told: one line, no longer than a person reads."""
    name = "".join(char for char in (file.name or "") if char.isprintable())
    return name[-100:] or _("bestand")


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 the admin's site lets nobody else in
    return request.user
