"""What stood there before: versions, one version, and what differs between two."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from algorithms import document as documents
from algorithms.document import Change
from algorithms.models import Action, Listing, Publication
from algorithms.public import paging, past, record
from algorithms.public.views.records import page_of

MOST_ROWS = 200  # of one table that a page of differences shows; the version itself has all of them
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


@require_safe
def version_list(request: HttpRequest, lars: str) -> HttpResponse:
    """All versions of a record. `?van=1&tot=3`, which the form sends, leads to the difference between those two."""
    told = past.history(lars)
    if not told:
        raise Http404
    asked = {key: request.GET.get(key, "") for key in ("van", "tot") if key in request.GET}
    if len(asked) == 2 and all(map(_NUMBER.fullmatch, asked.values())):
        return HttpResponseRedirect(_address(lars, *map(int, asked.values())))
    page = paging.paged(request, told)
    shown = list(page.object_list)
    past.count_changes(lars, shown)
    current = Listing.objects.filter(lars=lars).first()
    context = {
        "lars": lars,
        "name": past.last_names([lars]).get(lars),
        "entries": shown,
        "current": current,
        "error": _("Kies twee versies uit de lijst.") if asked else "",
        **_choices(told, asked.get("van", ""), asked.get("tot", "")),
        **paging.shown(page),
    }
    return render(request, "public/version_list.html", context, status=400 if asked else 200)


@require_safe
def version_detail(request: HttpRequest, lars: str, version: int) -> HttpResponse:
    publication = get_object_or_404(Publication, lars=lars, version=version, action=Action.PUBLISH)
    current = Listing.objects.filter(lars=lars).first()
    if publication.is_redacted:
        reason = Publication.objects.redaction_of(publication)
        context = {
            "publication": publication,
            "name": past.last_names([lars]).get(lars),
            "reason": reason,
            "current": current,
            "beside": past.beside(lars, version),
        }
        return render(request, "public/redacted.html", context, status=410)
    return page_of(request, publication, current=current, beside=past.beside(lars, version))


@require_safe
def difference(request: HttpRequest, lars: str, version: int) -> HttpResponse:
    """What changed in a version since the one before it, or since another one: `?met=<m>`.

    Always told from the older to the newer: asked the other way round, the answer is the one address of that pair.
    """
    told = past.history(lars)
    versions = {entry.version: entry for entry in told if entry.action == Action.PUBLISH}
    if not versions:
        raise Http404
    met = request.GET.getlist("met") or [str(version - 1)]
    context: dict[str, Any] = {"lars": lars, "version": version, **_choices(told, met[0], str(version))}

    def answer(status: int = 200, **more: Any) -> HttpResponse:
        context.setdefault("name", past.last_names([lars]).get(lars))
        return render(request, "public/version_difference.html", context | more, status=status)

    def unreadable(*wanted: past.Entry) -> HttpResponse | None:
        emptied = [(entry, Publication.objects.redaction_of(entry)) for entry in wanted if entry.emptied]
        return answer(410, emptied=emptied) if emptied else None

    missing = _("Versie %s van dit algoritme bestaat niet.")
    if version not in versions:
        return answer(404, trouble=missing % version)
    if version == 1 and "met" not in request.GET:
        return unreadable(versions[1]) or answer()
    if len(met) > 1 or not _NUMBER.fullmatch(met[0]):
        return answer(400, trouble=_("Dit adres noemt geen versie om mee te vergelijken."))
    older, newer = sorted((int(met[0]), version))
    if older == newer:
        return answer(400, trouble=_("Dit is twee keer dezelfde versie. Dan is er geen verschil."))
    if int(met[0]) not in versions:
        return answer(404, trouble=missing % met[0])
    if newer != version:
        return HttpResponseRedirect(_address(lars, older, newer))
    pair = versions[older], versions[newer]
    if refused := unreadable(*pair):
        return refused
    texts = dict(
        Publication.objects.versions(lars).filter(version__in=[older, newer]).values_list("version", "document")
    )
    before, after = json.loads(texts[older]), json.loads(texts[newer])
    changes = [_shortened(change) for change in documents.difference(before, after)]
    context["name"] = record.name(after)
    if "met" in request.GET:  # another pair, another page
        context["canonical_query"] = f"met={older}"
    return answer(before=pair[0], after=pair[1], changes=changes, is_next=newer == older + 1, last=max(versions))


@dataclass(frozen=True)
class Shortened(Change):
    """A change of a long table: its first rows, and how many more there are."""

    more: int = 0


def _shortened(change: Change) -> Change:
    if len(change.rows) <= MOST_ROWS:
        return change
    return Shortened(
        change.key, change.before, change.after, (), change.rows[:MOST_ROWS], "", len(change.rows) - MOST_ROWS
    )


def _address(lars: str, one: int, other: int) -> str:
    older, newer = sorted((one, other))
    return reverse("version-difference", args=[lars, newer]) + f"?met={older}"


def _choices(told: list[past.Entry], older: str = "", newer: str = "") -> dict[str, Any]:
    """Return what the form that compares two versions offers: all that can be read; without a choice the newest two."""
    versions = [entry for entry in told if entry.action == Action.PUBLISH and not entry.emptied]
    numbers = [str(entry.version) for entry in versions]
    return {
        "versions": versions,
        "older": older if older in numbers else "".join(numbers[1:2]),
        "newer": newer if newer in numbers else "".join(numbers[:1]),
    }
