"""The site at /beheer/: who may enter, and what its front page shows. Logging in and out is allauth's.

Everything here imports late: Django makes this object while it is still looking for the admin's modules.
"""

from __future__ import annotations

from functools import update_wrapper
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

OWN = ("algorithms.", "importers.")  # only what these register has a page; accounts of libraries have none


# The front page begins with what is used most.
ORDER = (
    "Algorithm", "Template", "LinkCheck", "Publication", "Organization", "Department", "Party", "Page", "Synonym",
    "User",
)  # fmt: skip


class StaffSite(AdminSite):
    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        found = super().get_app_list(request, app_label)
        for app in found:
            app["models"].sort(key=lambda row: ORDER.index(row["object_name"]) if row["object_name"] in ORDER else 99)
        return found

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        if admin_class is not None and admin_class.__module__.startswith(OWN):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        from algorithms import policy

        return policy.may_enter(request.user)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """As Django's, but who is known and has no role is told so, instead of being sent to log in for ever."""
        inner = super().admin_view(view, cacheable)

        def outer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST" and not request.user.is_authenticated and _typed(request):
                return not_stored(request, _("Uw aanmelding is verlopen. Meld u opnieuw aan."))
            if request.user.is_authenticated and not self.has_permission(request):
                return self.no_role(request)
            return inner(request, *args, **kwargs)

        return update_wrapper(outer, inner)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        own: list[URLPattern | URLResolver] = [
            path("logout/", self.logout, name="logout"),
            path("password_change/", self.password_change, name="password_change"),
            path("password_change/done/", self.password_change_done, name="password_change_done"),
        ]
        return own + super().get_urls()

    @method_decorator(never_cache)
    def no_role(self, request: HttpRequest) -> HttpResponse:
        context = self.each_context(request) | {"title": _("U hebt hier nog geen rol"), "available_apps": []}
        return TemplateResponse(request, "account/no_role.html", context, status=403)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        from algorithms import desk

        return super().index(request, {"waiting": desk.waiting_for(request.user), **(extra_context or {})})

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The admin's own address leads to the log-in page, and keeps where one was going."""
        wanted = request.GET.get("next", "")
        local = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
        if request.user.is_authenticated:
            return HttpResponseRedirect(wanted if local else reverse("admin:index"))
        query = f"?{urlencode({'next': wanted})}" if local else ""
        return HttpResponseRedirect(reverse("account_login") + query)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        from allauth.account import views

        return views.logout(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return HttpResponseRedirect(reverse("account_change_password"))

    def password_change_done(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return HttpResponseRedirect(reverse("admin:index"))


def _typed(request: HttpRequest) -> list[Any]:
    from algorithms.admin import not_saved

    return not_saved.anything_typed(request.POST)


def not_stored(request: HttpRequest, why: str, reason: str = "") -> HttpResponse:
    """Answer a form that cannot be taken: nothing is stored, and what was typed is given back to copy."""
    again = f"{reverse('account_login')}?{urlencode({'next': request.path})}"
    context = {"why": why, "typed": _typed(request), "again": again}
    return TemplateResponse(request, "account/not_stored.html", context, status=403).render()


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without the right token: mostly one of before the last log-in."""
    return not_stored(request, _("Het formulier is verlopen, of uw browser bewaart geen cookies."))


def words(request: HttpRequest) -> dict[str, Any]:
    """Template context of the pages around logging in, which borrow the admin's frame."""
    if not request.path_info.startswith("/beheer/account/"):
        return {}
    from django.contrib import admin

    site = admin.site
    return {
        "site_title": site.site_title,
        "site_header": site.site_header,
        "site_url": site.site_url,
        "has_permission": request.user.is_authenticated,
        "oidc_name": settings.OIDC_SERVER_URL and (settings.OIDC_NAME or _("het account van uw organisatie")),
        "oidc_only": settings.OIDC_ONLY,
    }
