"""Public pages: each asks a fixed number of queries, whatever it shows, and never meets a draft (DESIGN §2)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.core.paginator import InvalidPage, Paginator
from django.core.paginator import Page as PageOfItems
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from algorithms import bitset
from algorithms.filters import ListingFilter
from algorithms.models import Action, Listing, ListingFacet, Organization, Page, Publication
from algorithms.models.register import slug_of
from algorithms.public import context, record, search
from algorithms.public.cards import cards
from algorithms.public.facets import facets, known_query
from algorithms.search import suggest
from algorithms.search.engine import engine_of
from algorithms.standard import STATUSES, THEMES

PAGE_SIZE = 20
NEWEST = 5
IN_USE = STATUSES[1].value


def paged(request: HttpRequest, items: Any, size: int = PAGE_SIZE) -> PageOfItems:
    """Return the page of `items` that was asked for; one that does not exist is a 404."""
    try:
        return Paginator(items, size).page(request.GET.get("pagina") or 1)
    except InvalidPage:
        raise Http404 from None


# -- front and list ----------------------------------------------------------------------------------------------------


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    figures = Listing.objects.aggregate(
        records=Count("pk"),
        in_use=Count("pk", filter=Q(status=IN_USE)),
        organizations=Count("organization_slug", distinct=True),
        changed_at=Max("published_at"),
    )
    themes = ListingFacet.objects.filter(facet="thema").values_list("slug").annotate(Count("pk"))
    counts = dict(themes.order_by("slug"))
    return render(
        request,
        "public/front.html",
        {
            "figures": figures,
            "themes": [
                {"label": str(theme.label), "slug": slug, "count": counts[slug]}
                for theme in THEMES
                if (slug := slug_of(theme.value)) in counts
            ],
            "newest": cards(Listing.objects.newest_first()[:NEWEST]),
        },
    )


@require_safe
def algorithm_list(request: HttpRequest) -> HttpResponse:
    query = known_query(request.GET)
    found = ListingFilter(query).found(context.head(request), context.language())
    page = paged(request, range(found.count))
    rows = found.listings(page.start_index() - 1, page.end_index()) if found.count else []
    form = facets(query, found)
    _words, left_out = search.words_of(request.GET)
    asked = search.told(query, found, left_out)
    gone = asked and asked.withdrawn
    return render(
        request,
        "public/algorithm_list.html",
        {
            "page": page,
            "cards": cards(rows, found),
            "pages": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
            "facets": form,
            "chosen": [(facet, value) for facet in form for value in facet.chosen],
            "asked": asked,
            "gone": gone,
            "gone_name": _last_names([gone.lars]).get(gone.lars) if gone else None,
            "sorts": search.sorts(found),
            "query": query.urlencode(),
            "canonical_query": _with_page(query, page.number),
        },
    )


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """What to offer while someone types: questions, and records by name. Whatever is asked, the answer is a list."""
    typed, lang = request.GET.get("zoek", ""), context.language()
    engine = engine_of(bitset.now(context.head(request)))
    named = cards(Listing.objects.in_order(suggest.named(engine, typed, lang)))
    return JsonResponse(
        {
            "words": suggest.words(engine, typed, lang),
            "records": [
                {
                    "name": card.name,
                    "organization": card.organization,  # two records may have one name
                    "address": card.address,
                    "lang": card.name_lang or lang,
                }
                for card in named
            ],
        }
    )


def _with_page(query: QueryDict, number: int) -> str:
    whole = query.copy()
    if number > 1:
        whole["pagina"] = str(number)
    return whole.urlencode()


# -- one record --------------------------------------------------------------------------------------------------------


@require_safe
def algorithm_short(request: HttpRequest, lars: str) -> HttpResponse:
    """The short address, for letters: on to the record itself."""
    slug = Listing.objects.filter(lars=lars).values_list("slug", flat=True).first()
    return _onward(request, lars, slug) if slug else _tombstone(request, lars)


@require_safe
def algorithm_detail(request: HttpRequest, lars: str, slug: str) -> HttpResponse:
    listing = Listing.objects.filter(lars=lars).select_related("publication").first()
    if listing is None:
        return _tombstone(request, lars)
    if listing.slug != slug:
        return _onward(request, lars, listing.slug)
    return _record(request, listing.publication, current=listing)


@require_safe
def version_list(request: HttpRequest, lars: str) -> HttpResponse:
    entries = _history(lars)
    if not entries:
        raise Http404
    current = Listing.objects.filter(lars=lars).first()
    shown = cards([current])[0] if current else None
    return render(
        request,
        "public/version_list.html",
        {"lars": lars, "record": shown, "name": _last_names([lars]).get(lars), "entries": entries, "current": current},
    )


@require_safe
def version_detail(request: HttpRequest, lars: str, version: int) -> HttpResponse:
    publication = get_object_or_404(Publication, lars=lars, version=version, action=Action.PUBLISH)
    current = Listing.objects.filter(lars=lars).first()
    if publication.is_redacted:
        reason = Publication.objects.redaction_of(publication)
        return render(
            request,
            "public/redacted.html",
            {"publication": publication, "reason": reason, "current": current},
            status=410,
        )
    return _record(request, publication, current=current, is_version_page=True)


def _onward(request: HttpRequest, lars: str, slug: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("algorithm-detail", args=[lars, slug]))


def _record(
    request: HttpRequest, publication: Publication, current: Listing | None, is_version_page: bool = False
) -> HttpResponse:
    shown = record.read(json.loads(publication.document))
    address = reverse("algorithm-detail", args=[current.lars, current.slug]) if current else ""
    is_current = current is not None and current.version == publication.version
    return render(
        request,
        "public/algorithm_detail.html",
        {
            "record": shown,
            "publication": publication,
            "current_address": address,
            "is_version_page": is_version_page,
            "is_current": is_current,
            "canonical_path": address if is_current else "",
        },
    )


def _tombstone(request: HttpRequest, lars: str) -> HttpResponse:
    """The page of a withdrawn record: gone, when and why. A record that never was is a 404."""
    entries = _history(lars)
    withdrawal = next((entry for entry in entries if entry.action == Action.WITHDRAW), None)
    if withdrawal is None:
        raise Http404
    return render(
        request,
        "public/withdrawn.html",
        {"lars": lars, "withdrawal": withdrawal, "entries": entries, "name": _last_names([lars]).get(lars)},
        status=410,
    )


def _history(lars: str) -> list[Publication]:
    """All entries of a record, newest first, without their documents; versions know whether they were emptied."""
    return list(Publication.objects.of(lars).without_documents().reverse())


def _last_names(lars: list[str]) -> dict[str, record.Value]:
    """Return the name of each record by its newest version that still has a document, in the page's language."""
    whole = Publication.objects.filter(lars__in=lars, action=Action.PUBLISH).exclude(document="")
    last = whole.values("lars").annotate(last=Max("sequence")).values("last")
    rows = Publication.objects.filter(sequence__in=last).values_list("lars", "document")
    return {number: record.name(json.loads(document)) for number, document in rows}


# -- log, organisations, pages -----------------------------------------------------------------------------------------


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    page = paged(request, Publication.objects.without_documents().order_by("-sequence"))
    entries = list(page.object_list)
    numbers = list({entry.lars for entry in entries})
    listed = {card.lars: card for card in cards(Listing.objects.filter(lars__in=numbers))}
    gone = _last_names([number for number in numbers if number not in listed])
    for entry in entries:
        entry.card, entry.gone_name = listed.get(entry.lars), gone.get(entry.lars)
    return render(
        request,
        "public/changes.html",
        {
            "page": page,
            "entries": entries,
            "pages": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
            "canonical_query": _with_page(QueryDict(), page.number),
        },
    )


@require_safe
def organization_list(request: HttpRequest) -> HttpResponse:
    counts = dict(Listing.objects.values_list("organization_slug").annotate(Count("pk")).order_by("organization_slug"))
    rows = [{"row": row, "count": counts.get(row.slug, 0)} for row in Organization.objects.defer("about", "about_en")]
    return render(request, "public/organization_list.html", {"organizations": rows})


@require_safe
def organization_detail(request: HttpRequest, slug: str) -> HttpResponse:
    organization = get_object_or_404(Organization, slug=slug)
    found = Listing.objects.filter(organization_slug=slug)
    counts = dict(found.values_list("department_slug").annotate(Count("pk")).order_by("department_slug"))
    page = paged(request, found.by_name())
    about, lang = _in_page_language(organization.about, organization.about_en)
    return render(
        request,
        "public/organization_detail.html",
        {
            "organization": organization,
            "about": record.rich(about, organization.name, heading="h3"),
            "about_lang": lang,
            "departments": [{"row": d, "count": counts.get(d.slug, 0)} for d in organization.departments.all()],
            "page": page,
            "cards": cards(page.object_list),
            "pages": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
            "canonical_query": _with_page(QueryDict(), page.number),
        },
    )


@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    return render(request, "public/open_data.html")


@require_safe
def fixed_page(request: HttpRequest, slug: str) -> HttpResponse:
    """A page that always exists; a manager writes its text. /over/ also leads to all other pages."""
    row = Page.objects.filter(slug=slug, is_public=True).first()
    others: Iterable[Page] = ()
    if slug == "over":
        others = Page.objects.filter(is_public=True).exclude(slug__in=Page.FIXED).defer("body", "body_en")
    return _page(request, row or Page(slug=slug, title=context.fixed_title(slug)), others)


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    if slug in Page.FIXED:
        return HttpResponseRedirect(reverse(context.FIXED_PAGES[slug]))
    return _page(request, get_object_or_404(Page, slug=slug, is_public=True))


def _page(request: HttpRequest, row: Page, others: Iterable[Page] = ()) -> HttpResponse:
    body, lang = _in_page_language(row.body, row.body_en)
    title, title_lang = _in_page_language(row.title, row.title_en) if row.pk else (row.title, "")
    return render(
        request,
        "public/page.html",
        {
            "row": row,
            "title": title,
            "title_lang": title_lang,
            "body": record.rich(body, title, heading="h2"),
            "body_lang": lang,
            "others": [{"address": reverse("page", args=[o.slug]), "label": context.title(o)} for o in others],
        },
    )


def _in_page_language(dutch: str, english: str) -> tuple[str, str]:
    """Return a text of register data in the page's language, else Dutch, and its language when it is not the page's."""
    if context.language() == "nl":
        return dutch, ""
    return (english, "") if english else (dutch, "nl" if dutch else "")
