"""A draft as the public will read it: for who works on it, and by a link for who has no account.

Both show the page of `algorithms.public` itself. The address of a link is no part of the admin: it has no session, sets
no cookie and writes nothing (register/middleware.py keeps it apart).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.urls import path, re_path, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from algorithms import policy, preview
from algorithms.admin import fields, pages
from algorithms.admin.rights import is_row_number
from algorithms.models import Algorithm, PreviewLink
from algorithms.policy import Verb
from algorithms.preview import MAX_DAYS, MIN_DAYS
from algorithms.public import context, record, way
from algorithms.publishing import Refused
from algorithms.workflow import NOTE_LIMIT

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Algorithm]
else:
    Base = object

ROBOTS = "noindex, nofollow, noarchive"
LANGUAGES = [code for code, _name in settings.LANGUAGES]


# -- the page ----------------------------------------------------------------------------------------------------------


def show(
    request: HttpRequest, algorithm: Algorithm, code: str, addresses: dict[str, str], link: PreviewLink | None = None
) -> HttpResponse:
    """Return the public page of the saved draft; `addresses` are those of the preview in each language."""
    with translation.override(code):
        document = preview.document(algorithm)
        shown = record.read(document)
        if not shown.name.text:
            shown.name = record.Value(_("(zonder naam)"))
        given = {
            "record": shown,
            "way": way.of(document),
            "link": link,
            "algorithm": algorithm,
            "languages": _languages(addresses, code),
            "robots": ROBOTS,
        }
        return _apart(render(request, "public/preview.html", given), code)


def _languages(addresses: dict[str, str], code: str) -> list[dict[str, Any]]:
    """Return the switch between the languages, in the form of `public.context.languages`."""
    return [
        {"code": each, "name": name, "path": addresses[each], "address": addresses[each], "current": each == code}
        for each, name in settings.LANGUAGES
    ]


def _apart(response: HttpResponse, code: str) -> HttpResponse:
    """Keep an answer out of search engines, caches and the logs of other sites."""
    response.headers["X-Robots-Tag"] = ROBOTS
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Content-Language"] = code
    return response


def by_link(request: HttpRequest, token: str, code: str = "nl") -> HttpResponse:
    """The draft of a link, as it is saved now. 410 when the link is closed, 404 when it never was one."""
    if request.method not in ("GET", "HEAD"):
        return _apart(HttpResponseNotAllowed(["GET", "HEAD"]), code)
    try:
        link = preview.read(token)
    except preview.NoSuchLink:
        return _without_draft(request, "public/404.html", 404, code, {})
    except preview.Closed:
        return _without_draft(request, "public/preview_closed.html", 410, code, _addresses(token))
    return show(request, link.algorithm, code, _addresses(token), link)


def _addresses(token: str) -> dict[str, str]:
    return {"nl": reverse("preview", args=[token]), "en": reverse("preview-english", args=[token])}


def _without_draft(
    request: HttpRequest, template: str, status: int, code: str, addresses: dict[str, str]
) -> HttpResponse:
    with translation.override(code):
        languages = _languages(addresses, code) if addresses else []
        answer = render(request, template, {"languages": languages, "robots": ROBOTS}, status=status)
    return _apart(answer, code)


def elsewhere(request: HttpRequest, rest: str) -> HttpResponse:
    """Any other address here: one without its last slash is mended, and none ever reaches the admin."""
    if rest and not rest.endswith("/"):
        return _apart(HttpResponseRedirect(f"{request.path}/"), "nl")
    return _without_draft(request, "public/404.html", 404, "nl", {})


urlpatterns = [
    path("<str:token>/", by_link, name="preview"),
    path("<str:token>/en/", by_link, {"code": "en"}, name="preview-english"),
    re_path(r"^(?P<rest>[\s\S]*)$", elsewhere),
]


# -- in the admin ------------------------------------------------------------------------------------------------------


class LinkForm(forms.Form):
    days = forms.IntegerField(
        label=gettext_lazy("Aantal dagen dat de link werkt"),
        min_value=MIN_DAYS,
        max_value=MAX_DAYS,
        widget=forms.NumberInput(attrs={"min": MIN_DAYS, "max": MAX_DAYS}),
    )
    note = forms.CharField(
        label=gettext_lazy("Voor wie is de link?"),
        help_text=gettext_lazy("Mag leeg blijven. Komt in de geschiedenis van het algoritme te staan."),
        max_length=NOTE_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
    )

    def clean_note(self) -> str:
        fields.refuse_forbidden_character(self.cleaned_data["note"])
        return self.cleaned_data["note"]


class PreviewMixin(Base):
    """The preview of a record, and the links that show it to others."""

    def get_urls(self) -> list:
        wrap = self.admin_site.admin_view
        own = [
            path("<path:object_id>/voorbeeld/", wrap(self.preview_links_view), name="algorithms_algorithm_preview"),
            path(
                "<path:object_id>/voorbeeld/<str:code>/",
                wrap(self.preview_page_view),
                name="algorithms_algorithm_preview_page",
            ),
        ]
        return own + super().get_urls()

    def preview_page_view(self, request: HttpRequest, object_id: str, code: str) -> HttpResponse:
        """The saved draft as the public would read it; asks for no link."""
        algorithm = pages.record(request, object_id)
        if code not in LANGUAGES:
            raise Http404
        addresses = {
            each: reverse("admin:algorithms_algorithm_preview_page", args=[algorithm.pk, each]) for each in LANGUAGES
        }
        return require_safe(show)(request, algorithm, code, addresses)

    def preview_links_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        algorithm = pages.record(request, object_id)
        form = LinkForm(initial={"days": preview.default_days()}, use_required_attribute=False)
        if request.method == "POST":
            if why := policy.why_not(request.user, Verb.SHARE, algorithm):
                raise PermissionDenied(why)
            form = LinkForm(request.POST, use_required_attribute=False)
            if self._done(request, algorithm, form):
                return redirect(reverse("admin:algorithms_algorithm_preview", args=[algorithm.pk]))
        may_share = policy.may(request.user, Verb.SHARE, algorithm)
        links = [_shown(request, link, may_share) for link in preview.links_of(algorithm)]
        given = pages.frame(self, request, _("Voorbeeld"), algorithm) | {
            "form": form,
            "links": links,
            "any_open": any(link["is_open"] for link in links),
            "may_share": may_share,
            "languages": settings.LANGUAGES,
        }
        return TemplateResponse(request, "admin/algorithms/algorithm/preview_links.html", given)

    def _done(self, request: HttpRequest, algorithm: Algorithm, form: LinkForm) -> bool:
        """Do what was asked; False when the form must be shown again."""
        user: Any = request.user
        try:
            if "revoke" in request.POST:
                given = request.POST["revoke"]
                known = PreviewLink.objects.filter(algorithm=algorithm)
                link = get_object_or_404(known, pk=given if is_row_number(given) else None)
                was_open = preview.revoke(link, user)
                messages.success(
                    request, _("De link is ingetrokken.") if was_open else _("De link werkte al niet meer.")
                )
                return True
            if "revoke_all" in request.POST:
                count = preview.revoke_all(algorithm, user)
                messages.success(request, _("Alle open links zijn ingetrokken: %s.") % count)
                return True
            if form.is_valid():
                preview.make(algorithm, user, days=form.cleaned_data["days"], note=form.cleaned_data["note"])
                messages.success(request, _("De link is gemaakt. Kopieer het adres hieronder."))
                return True
        except Refused as refused:
            form.add_error(None, str(refused))
        return False


def _shown(request: HttpRequest, link: PreviewLink, may_share: bool) -> dict[str, Any]:
    """Return a link for its list. Who may only read sees no address: whoever has it can show the draft to others."""
    is_open = preview.is_open(link)
    addresses = _addresses(preview.token(link)) if is_open and may_share else {}
    base = context.base_url(request)
    return {
        "link": link,
        "is_open": is_open,
        "may_share": may_share,
        "addresses": [(code, name, base + addresses[code]) for code, name in settings.LANGUAGES if addresses],
    }
