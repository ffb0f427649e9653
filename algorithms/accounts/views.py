"""Small pages of our own below /beheer/."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

LANGUAGE_COOKIE = "beheer_taal"


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep in which language this person works here, in this browser."""
    back = request.POST.get("next", "")
    local = back.startswith("/beheer/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    response = HttpResponseRedirect(back if local else reverse("admin:index"))
    wanted = request.POST.get("taal")
    if wanted in dict(settings.LANGUAGES):
        response.set_cookie(
            LANGUAGE_COOKIE,
            wanted,
            max_age=365 * 24 * 3600,
            path="/beheer/",
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


def no_second_door(request: HttpRequest) -> HttpResponse:
    """An account of the city's log-in service gets no password and no second factor here."""
    messages.info(
        request,
        _("U meldt zich aan met het account van uw organisatie. Wachtwoord en tweede stap regelt u daar, niet hier."),
    )
    return HttpResponseRedirect(reverse("admin:index"))
