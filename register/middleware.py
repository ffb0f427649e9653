"""What every request passes. Public requests meet no session, no CSRF machinery and set no cookie (DESIGN §8).

Order matters and is told in settings.MIDDLEWARE: the language comes from the path before anything renders, and a
conditional request is answered before any view runs.
"""

from __future__ import annotations

from allauth.account.middleware import AccountMiddleware
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.views import redirect_to_login
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponseNotModified, HttpResponseRedirect
from django.middleware.csrf import CsrfViewMiddleware
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers, get_conditional_response
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from algorithms import mail
from algorithms.accounts import gate, sessions
from algorithms.accounts.views import LANGUAGE_COOKIE, no_second_door
from algorithms.api import problems
from algorithms.models import Head

STAFF = "/beheer/"
PREVIEW = "/beheer/voorbeeld/"  # a link shows a draft to who has no account: no session, no CSRF machinery, no cookie
API = "/api/"
OPEN_DATA = "/open-data/"
API_VERSION = "1.0.0"
EXPOSED = "API-Version, ETag, Register-Sequence, Content-Disposition, Content-Range, Accept-Ranges"
# Content that is not a function of the public key: static files have their own, health has none.
UNKEYED = (STAFF, "/static/", "/health/")
# Content that also tells what day it is, so that its key does too.
DATED = ("/cijfers/", "/en/cijfers/", "/open-data/cijfers/", "/.well-known/security.txt")


def is_for_machines(request: HttpRequest) -> bool:
    """Whether a program asks: the API, and the files below /open-data/ (but not the page itself)."""
    path = request.path_info
    return (path.startswith((API, OPEN_DATA)) and path != OPEN_DATA) or path == "/api"


def is_staff_path(request: HttpRequest) -> bool:
    return request.path_info.startswith(STAFF) and not request.path_info.startswith(PREVIEW)


class LanguageFromPath:
    """Dutch, or English under /en/. No cookie, no Accept-Language, so no Vary and no surprise.

    Below /beheer/, where there are no two addresses, whoever works there chooses (`accounts.views.language`).
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        language = "en" if request.path_info.startswith("/en/") or request.path_info == "/en" else "nl"
        if is_staff_path(request) and request.COOKIES.get(LANGUAGE_COOKIE) == "en":
            language = "en"
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class Conditional:
    """Answer 304 from one small query, and mark every public answer with the key it is a function of.

    Head hash + site revision + release says exactly which public content this is: no time-outs, nothing stale. The head
    is read before the content and on the same connection, so an answer can be newer than its mark, never older.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.answer(request)
        if request.method == "HEAD" and not response.streaming:
            response.content = b""  # the length stays; the server would drop the body and complain about it
        return response

    def answer(self, request):
        if request.method not in ("GET", "HEAD") or request.path_info.startswith(UNKEYED):
            return self.get_response(request)
        request.head = Head.now()  # for views whose content is of one moment
        day = f".{timezone.localdate()}" if request.path_info.startswith(DATED) else ""
        etag = f'"{request.head.key}{day}"'
        if request.headers.get("If-None-Match", "*").strip() != "*":
            not_modified = get_conditional_response(request, etag)
            if isinstance(not_modified, HttpResponseNotModified):
                not_modified.headers["ETag"] = etag
                not_modified.headers["Cache-Control"] = "no-cache"
                return not_modified
        response = self.get_response(request)
        if response.status_code == 200:
            response.headers.setdefault("ETag", etag)
        response.headers.setdefault("Cache-Control", "no-cache")
        return response


class ApiHeaders:
    """The Dutch API rules for every answer below /api/: version header (errors too) and CORS for everyone."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not is_for_machines(request):
            return response
        if response.status_code >= 400 and response.headers.get("Content-Type") != problems.MEDIA_TYPE:
            # A bare status, a refusal of Django itself or its page for developers: machines get a problem.
            response = problems.Problem(response.status_code, headers=_kept(response)).response(request)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = EXPOSED
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
            response.headers["Access-Control-Allow-Headers"] = "Accept, If-None-Match, If-Range, Range"
            response.headers["Access-Control-Max-Age"] = "86400"
        if request.path_info.startswith(API):
            response.headers["API-Version"] = API_VERSION
        return response


def _kept(response) -> dict[str, str]:
    return {
        name: response.headers[name] for name in ("Allow", "Content-Range", "Retry-After") if name in response.headers
    }


class _StaffOnly(MiddlewareMixin):
    """Mix-in: the middleware exists for /beheer/ only; elsewhere it is not even entered."""

    def __call__(self, request):
        return super().__call__(request) if is_staff_path(request) else self.get_response(request)


class StaffSession(_StaffOnly, SessionMiddleware):
    pass


class StaffCsrf(_StaffOnly, CsrfViewMiddleware):
    def process_view(self, request, callback, callback_args, callback_kwargs):
        if is_staff_path(request):
            return super().process_view(request, callback, callback_args, callback_kwargs)
        return None


class StaffAuthentication(_StaffOnly, AuthenticationMiddleware):
    pass


class StaffMessages(_StaffOnly, MessageMiddleware):
    pass


class StaffAccounts:
    """Allauth's middleware, for /beheer/ only."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.inner = AccountMiddleware(get_response)

    def __call__(self, request):
        return self.inner(request) if is_staff_path(request) else self.get_response(request)

    def process_exception(self, request, exception):
        return self.inner.process_exception(request, exception) if is_staff_path(request) else None


class StaffGate(_StaffOnly):
    """Ends a log-in that lasted long enough, and asks for a second factor before anything opens (`accounts.gate`).

    Here and not in the admin's site, so that it holds for every address below /beheer/, whoever adds one.
    """

    def process_response(self, request, response):
        """Nothing below /beheer/ is kept by a browser or a proxy, unless its view says so."""
        if "Cache-Control" not in response.headers:
            add_never_cache_headers(response)
        return response

    def process_view(self, request, view, args, kwargs):
        if not is_staff_path(request):
            return None
        mail.HERE.set(f"{request.scheme}://{request.get_host()}")
        if not request.user.is_authenticated:
            return None
        if sessions.is_over(request.session):
            logout(request)
            messages.info(request, _("Uw aanmelding is verlopen. Meld u opnieuw aan."))
            return None  # the view finds nobody logged in, and sends them to log in
        sessions.touch(request.session)
        if gate.sets_up(request) and gate.is_of_the_city(request.user):
            return no_second_door(request)
        if gate.is_open(request):
            return None
        if gate.wants_set_up(request):
            return HttpResponseRedirect(reverse("mfa_index"))
        if gate.skipped_second_factor(request):
            logout(request)
            return redirect_to_login(request.get_full_path())
        return None
