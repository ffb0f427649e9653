"""Template context of every public page. What needs the database is read only when a page asks for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.encoding import escape_uri_path
from django.utils.functional import SimpleLazyObject
from django.utils.http import escape_leading_slashes
from django.utils.translation import get_language, gettext

from algorithms.models import Head, Page

CODES = {"nl": "nld", "en": "eng"}  # ISO 639-1, of addresses and pages, to ISO 639-3, of documents


def language() -> str:
    """The language of the page: "nl" or "en"."""
    return "en" if get_language() == "en" else "nl"


def house() -> dict[str, Any]:
    """Name, owner and theme: all that a page needs when the database is out of reach."""
    english = language() == "en"
    return {
        "site_name": settings.SITE_NAME_EN if english else settings.SITE_NAME,
        "site_owner": settings.SITE_OWNER,
        "site_email": settings.SITE_EMAIL,
        "site_logo": image(settings.SITE_LOGO),
        "site_icon": image(settings.SITE_ICON),
        "site_footer": settings.SITE_FOOTER_EN if english else settings.SITE_FOOTER,
        "site_footer_lang": "nl" if english and settings.SITE_FOOTER_EN == settings.SITE_FOOTER else "",
        "site_footer_links": settings.SITE_FOOTER_LINKS,
        "theme_class": settings.THEME_CLASS,
        "theme_css": settings.THEME_CSS,
        "language": language(),
    }


QUERY_SAFE = "!$%&'()*+,;=:@/?[]"  # what stands in a query as it is
SMALL_IMAGE = 8_000  # bytes of an SVG that stands in the page itself, which saves a request


@cache
def image(name: str) -> str:
    """Return the address of an image below static/ or THEME_DIR; that of a small SVG is the image itself."""
    if not name:
        return ""
    path = finders.find(name)
    if path and name.endswith(".svg") and Path(path).stat().st_size <= SMALL_IMAGE:
        return "data:image/svg+xml," + quote(Path(path).read_text("utf-8"))
    return static(name)


def site(request: HttpRequest) -> dict[str, Any]:
    """What `base.html` shows around each page."""
    return house() | {
        "menu": SimpleLazyObject(lambda: menu(request.path)),
        "foot": SimpleLazyObject(foot),
        "head": SimpleLazyObject(lambda: head(request)),
        "languages": SimpleLazyObject(lambda: languages(request)),
        "base_url": SimpleLazyObject(lambda: base_url(request)),
    }


def head(request: HttpRequest) -> Head:
    """The state of the log that the page tells of: read before anything else."""
    return getattr(request, "head", None) or Head.now()


def base_url(request: HttpRequest) -> str:
    return settings.SITE_URL or f"{request.scheme}://{request.get_host()}"


def in_language(path: str, code: str) -> str:
    """Return the address of the same page in a language; both have the same paths (DESIGN §4)."""
    dutch = path.removeprefix("/en") if path == "/en" or path.startswith("/en/") else path
    return f"/en{dutch or '/'}" if code == "en" else dutch or "/"


def languages(request: HttpRequest) -> list[dict[str, Any]]:
    """The page in each language, query included."""
    # As it came, whatever bytes that were: a server hands them over one a character.
    query = quote(request.META.get("QUERY_STRING", ""), safe=QUERY_SAFE, encoding="latin-1", errors="replace")
    # "//elders.example/" is a path that does not exist; as a link it would lead to another site.
    whole = escape_uri_path(request.path)
    paths = {code: escape_leading_slashes(in_language(whole, code)) for code, _name in settings.LANGUAGES}
    return [
        {
            "code": code,
            "name": name,
            "path": paths[code],
            "address": paths[code] + (f"?{query}" if query else ""),
            "current": code == language(),
        }
        for code, name in settings.LANGUAGES
    ]


def menu(path: str) -> list[dict[str, Any]]:
    """The main menu. `current` is "page" on the page itself and "true" below it."""
    links: list[tuple[str, Callable[[], str]]] = [
        ("algorithm-list", lambda: gettext("Algoritmes")),
        ("theme-list", lambda: gettext("Thema’s")),
        ("organization-list", lambda: gettext("Organisaties")),
        ("source-list", lambda: gettext("Gegevens")),
        ("supplier-list", lambda: gettext("Leveranciers")),
        ("figures", lambda: gettext("Cijfers")),
        ("changes", lambda: gettext("Wijzigingen")),
        ("open-data", lambda: gettext("Open data")),
        ("about", lambda: gettext("Over dit register")),
    ]
    items = []
    for name, label in links:
        address = reverse(name)
        below = path.startswith(address)
        items.append(
            {"address": address, "label": label(), "current": "page" if path == address else "true" if below else ""}
        )
    return items


def foot() -> list[dict[str, str]]:
    """The pages of the foot: the fixed ones, and those that a manager put there."""
    rows = {page.slug: page for page in Page.objects.filter(is_public=True).defer("body", "body_en")}
    fixed = [{"address": reverse(name), "label": fixed_title(slug)} for slug, name in FIXED_PAGES.items()]
    own = [page for page in rows.values() if page.in_footer and page.slug not in FIXED_PAGES]
    return fixed + [link(page) for page in own]


def link(page: Page) -> dict[str, str]:
    """A link to a page that a manager made: address, label, and the label's language when it is not the page's."""
    label, lang = in_page_language(page.title, page.title_en)
    return {"address": reverse("page", args=[page.slug]), "label": label, "lang": lang}


FIXED_PAGES = {
    "over": "about",
    "bezwaar": "objection",
    "contact": "contact",
    "toegankelijkheid": "accessibility",
    "privacy": "privacy",
}


def fixed_title(slug: str) -> str:
    """The name of a page that always exists, whether or not its text was written."""
    return {
        "over": gettext("Over dit register"),
        "bezwaar": gettext("Niet eens met een besluit?"),
        "toegankelijkheid": gettext("Toegankelijkheid"),
        "privacy": gettext("Privacy"),
        "contact": gettext("Contact"),
    }[slug]


def in_page_language(dutch: str, english: str) -> tuple[str, str]:
    """Return a text of register data in the page's language, else Dutch, and its language when it is not the page's."""
    if language() == "nl":
        return dutch, ""
    return (english, "") if english else (dutch, "nl" if dutch else "")
