"""What the pages about one record share: the record or a refusal, and the frame around the page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import redirect
from django.urls import reverse

from algorithms import policy
from algorithms.admin.rights import is_row_number
from algorithms.models import Algorithm
from algorithms.policy import Verb


def record(request: HttpRequest, object_id: str, verb: Verb = Verb.VIEW) -> Algorithm:
    """Return a record of which this person's roles allow this; 404 when there is none, 403 when they do not."""
    given = unquote(object_id)
    rows = Algorithm.objects.select_related("organization", "department")
    algorithm = rows.filter(pk=int(given)).first() if is_row_number(given) else None
    if algorithm is None:
        raise Http404
    if not (policy.has_role(request.user, Verb.VIEW, algorithm) and policy.has_role(request.user, verb, algorithm)):
        raise PermissionDenied
    return algorithm


def frame(model_admin: admin.ModelAdmin, request: HttpRequest, title: str, original: Any = None) -> dict[str, Any]:
    """Return the context that every page of the admin needs."""
    return {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "subtitle": str(original) if original else "",
        "opts": model_admin.opts,
        "original": original,
    }


def back(algorithm: Algorithm) -> Any:
    """Go to the page where the record is written."""
    return redirect(reverse("admin:algorithms_algorithm_change", args=[algorithm.pk]))
