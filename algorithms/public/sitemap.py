"""The sitemap: every public page in both languages, with when it last changed.

Our own and not `django.contrib.sitemaps`: that looks up an address for each page, which takes seconds for 20,000
records, and what changed last is known here from memory. Versions are left out: the page of a record leads to them,
and the record itself is what should be found. What was withdrawn is not in the listing, and so not here; but the page
of its theme or organisation changed when it went, and says so, or a search engine would go on showing it there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from django.urls import reverse

from algorithms import bitset
from algorithms.models import Department, Head, Listing, Organization, Page
from algorithms.public import past
from algorithms.public.across import THEMES_BY_SLUG
from algorithms.public.context import FIXED_PAGES, in_language

PART = 20_000  # pages in one file, each in two languages: the protocol allows 50,000 addresses and 50 MB

# Lists and figures change with every publication.
OF_EVERYTHING = (
    "front", "algorithm-list", "theme-list", "organization-list", "source-list", "supplier-list", "network", "figures",
    "changes",
)  # fmt: skip
OF_A_FACET = {"leverancier": "supplier-detail", "gegevensbron": "source-detail"}


@dataclass(frozen=True)
class Place:
    """A page by its Dutch path. `changed`: a sequence of the log; 0 is the head's, None when no date is kept."""

    path: str
    changed: int | None = None


def places(head: Head) -> list[Place]:
    """Return every page but those of records. Three queries."""
    index = bitset.now(head)
    newest = {
        (facet, slug): bits.bit_length() - 1 for facet, values in index.facets.items() for slug, bits in values.items()
    }
    for value, withdrawn in past.gone(index).items():
        newest[value] = max(newest.get(value, 0), *(sequence for sequence, _moment in withdrawn.values()))
    pages = Page.objects.filter(is_public=True).exclude(slug__in=Page.FIXED).values_list("slug", flat=True)
    organizations = Organization.objects.order_by("slug").values_list("slug", flat=True)
    # To look up the address of each of ten thousand values would take more than a second.
    patterns = {facet: reverse(name, args=["naam"]) for facet, name in OF_A_FACET.items()}
    return [
        *(Place(reverse(name), 0) for name in OF_EVERYTHING),
        *(Place(reverse(name)) for name in ("open-data", *FIXED_PAGES.values())),
        *(Place(reverse("page", args=[slug])) for slug in pages),
        *(
            Place(reverse("organization-detail", args=[slug]), newest.get(("organisatie", slug)))
            for slug in organizations
        ),
        *_departments(newest),
        *(Place(reverse("theme-detail", args=[slug]), newest.get(("thema", slug))) for slug in THEMES_BY_SLUG),
        *(
            Place(pattern.replace("/naam/", f"/{slug}/"), newest[facet, slug])
            for facet, pattern in patterns.items()
            for slug in sorted(index.facets.get(facet, ()))
        ),
    ]


def _departments(newest: dict[tuple[str, str], int]) -> Iterator[Place]:
    """Yield all departments. The page of one also tells the records of its parts."""
    rows = list(Department.objects.order_by("slug").values_list("organization__slug", "path", "slug"))
    last: dict[tuple[str, str], int] = {}
    for organization, path, slug in rows:
        names = path.split(" / ")
        for above in (" / ".join(names[:count]) for count in range(1, len(names) + 1)):
            last[organization, above] = max(last.get((organization, above), 0), newest.get(("afdeling", slug), 0))
    for organization, path, slug in rows:
        yield Place(reverse("department-detail", args=[organization, slug]), last[organization, path] or None)


def parts(head: Head, others: list[Place]) -> int:
    """Return in how many files the sitemap comes."""
    return -(-(len(others) + bitset.now(head).all.bit_count()) // PART)


def addresses(head: Head, others: list[Place], part: int) -> Iterator[tuple[str, datetime | None]]:
    """Yield (Dutch path, changed) of the pages of a part, which counts from 1. Two queries."""
    start = (part - 1) * PART
    here = others[start : start + PART]
    moments = dict(Listing.objects.values_list("pk", "published_at")) if here else {}
    for withdrawn in past.gone(bitset.now(head)).values() if here else ():
        moments |= dict(withdrawn.values())
    first = max(0, start - len(others))
    last = max(0, start + PART - len(others))
    records = Listing.objects.order_by("pk").values_list("lars", "slug", "published_at")[first:last]
    pattern = reverse("algorithm-detail", args=["00000000", "naam"])
    for place in here:
        moment = None if place.changed is None else moments.get(place.changed) if place.changed else head.published_at
        yield place.path, moment
    for lars, slug, moment in records:
        yield pattern.replace("00000000/naam", f"{lars}/{slug}"), moment


# -- as XML ------------------------------------------------------------------------------------------------------------

_START = '<?xml version="1.0" encoding="utf-8"?>\n'
_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def index_xml(base_url: str, count: int) -> str:
    """Return the index that leads to the parts."""
    lines = (
        f"<sitemap><loc>{escape(base_url)}{reverse('sitemap-part', args=[n])}</loc></sitemap>\n"
        for n in range(1, count + 1)
    )
    return f'{_START}<sitemapindex xmlns="{_SPACE}">\n{"".join(lines)}</sitemapindex>\n'


def part_xml(base_url: str, pages: Iterator[tuple[str, datetime | None]]) -> Iterator[str]:
    """Yield a part: each page twice, and with each where it is in either language."""
    base = escape(base_url)
    yield f'{_START}<urlset xmlns="{_SPACE}" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
    for path, changed in pages:
        dutch, english = base + escape(path), base + escape(in_language(path, "en"))
        rest = f"<lastmod>{changed.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</lastmod>" if changed else ""
        for code, address in (("nl", dutch), ("en", english), ("x-default", dutch)):
            rest += f'<xhtml:link rel="alternate" hreflang="{code}" href="{address}"/>'
        yield f"<url><loc>{dutch}</loc>{rest}</url>\n<url><loc>{english}</loc>{rest}</url>\n"
    yield "</urlset>\n"
