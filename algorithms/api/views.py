"""The addresses of the API. Each answers from stored text in a fixed number of queries; nothing is serialised twice."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.db.models import Count, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from drf_spectacular.generators import SchemaGenerator
from rest_framework.views import APIView

from algorithms import log
from algorithms.api import schema
from algorithms.api.links import Links
from algorithms.api.problems import Problem
from algorithms.api.query import PAGE_KEYS, Query
from algorithms.api.responses import dumps, json_text, with_links
from algorithms.document import canonical
from algorithms.filters import FACETS, KEYS, ListingFilter
from algorithms.finding import Found
from algorithms.models import Action, Listing, Organization, Page, Publication
from algorithms.search.engine import Answer
from algorithms.search.matching import Snippet

CODES = {"nl": "nld", "en": "eng"}  # ISO 639-1, of the search, to ISO 639-3, of documents

# One record is one indexed query, written out: the query builder would cost ten times as much as the query itself.
CURRENT = """
    SELECT p.document, l.version, l.slug FROM algorithms_listing l
    JOIN algorithms_publication p ON p.sequence = l.sequence WHERE l.lars = %s"""
VERSION = "SELECT document FROM algorithms_publication WHERE lars = %s AND version = %s AND action = 'publish'"


def one(sql: str, values: list) -> tuple | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()


class ReadView(APIView):
    """An address that can only be read. `keys` are the query keys it knows."""

    keys: tuple[str, ...] = ()
    repeatable: tuple[str, ...] = ()
    http_method_names = ["get", "head", "options"]

    def query(self, request) -> Query:
        return Query(request, self.keys, self.repeatable)

    def options(self, request, *args, **kwargs):
        return HttpResponse(status=204)


class AlgorithmList(ReadView):
    keys = (*(key for key in KEYS if key not in FACETS), "facetten", *PAGE_KEYS)
    repeatable = tuple(FACETS)

    @schema.documented("algoritmes", "Een pagina met algoritmes", "AlgoritmePagina", *schema.list_parameters())
    def get(self, request):
        """De openbare algoritmes: gezocht, gefilterd en op volgorde."""
        query = self.query(request)
        page = query.page()
        with_facets = query.yes("facetten")
        asked = ListingFilter(query.values)
        for key, errors in asked.errors.items():
            query.refuse(key, " ".join(errors))
        query.check()
        found = asked.found(request.head)
        page.check(found.count)
        rows = found.listings(page.start, page.stop)
        snippets = found.snippets(rows)
        links = Links(request)
        beside = {"search": understood(found.answer)} if found.answer else {}
        if with_facets:
            beside["facets"] = facet_counts(found)
        return page.answer(
            found.count,
            (
                with_links(
                    row.summary,
                    {"self": links.record(row.lars), "page": links.page(row.lars, row.slug)},
                    **({"match": match(snippets.get(row.pk))} if found.answer else {}),
                )
                for row in rows
            ),
            **beside,
        )


class AlgorithmDetail(ReadView):
    @schema.documented("algoritmes", "Eén algoritme", "AlgoritmeMetLinks", schema.LARS, errors=(404, 410))
    def get(self, request, lars):
        """Het document zoals het nu gepubliceerd is, met links."""
        self.query(request).check()
        row = one(CURRENT, [lars])
        if row is None:
            raise gone_or_unknown(request, lars)
        document, version, slug = row
        return json_text(with_links(document, record_links(Links(request), lars, version, slug)))


class VersionList(ReadView):
    keys = PAGE_KEYS

    @schema.documented(
        "algoritmes", "Versies van een algoritme", "VersiePagina", schema.LARS, *schema.PAGING, errors=(404,)
    )
    def get(self, request, lars):
        """Elke gepubliceerde versie, de nieuwste eerst; ook van een algoritme dat is ingetrokken."""
        page = self.query(request).page()
        rows = Publication.objects.versions(lars).annotate(redacted=Q(document=""))
        count, shown = page.of(rows.values("version", "published_at", "note", "sha256", "sequence", "redacted"))
        if not count:
            raise Problem(404, "Er is geen algoritme met dit nummer gepubliceerd.")
        links = Links(request)
        return page.answer(
            count,
            (
                dumps(
                    row
                    | {
                        "published_at": log.stamp(row["published_at"]),
                        "redacted": bool(row["redacted"]),
                        "links": {"self": links.version(lars, row["version"]), "algoritme": links.record(lars)},
                    }
                )
                for row in shown
            ),
        )


class VersionDetail(ReadView):
    @schema.documented(
        "algoritmes", "Eén versie, byte voor byte", "Algoritme", schema.LARS, schema.VERSION, errors=(404, 410)
    )
    def get(self, request, lars, version):
        """Precies de bytes die gepubliceerd zijn: hun SHA-256 is de `sha256` in het logboek."""
        self.query(request).check()
        version = int(version)
        row = one(VERSION, [lars, version])
        if row is None:
            raise Problem(404, "Deze versie van dit algoritme is niet gepubliceerd.")
        if not row[0]:
            raise redacted(request, lars, version)
        return json_text(row[0])


class LogList(ReadView):
    keys = ("sinds", *PAGE_KEYS)

    @schema.documented("wijzigingen", "Het logboek", "LogboekPagina", schema.SINCE, *schema.PAGING)
    def get(self, request):
        """Elke publicatie, intrekking en onleesbaarmaking, de oudste eerst. Iedereen kan de keten narekenen."""
        query = self.query(request)
        since = query.whole("sinds", 0, 0, 2**63 - 1)
        page = query.page()
        # The log has no gaps, so the head says how long it is, and a page is a range of sequences.
        count = max(request.head.sequence - since, 0)
        rows = Publication.objects.after(since).defer("document")
        count, shown = page.of(rows, count)
        return page.answer(count, (canonical(log.entry(row)) for row in shown))


class LogHead(ReadView):
    @schema.documented("wijzigingen", "De stand van het logboek", "LogboekKop")
    def get(self, request):
        """Het laatste volgnummer met zijn hash. Wie dit bewaart, kan later zien of er niets is herschreven."""
        self.query(request).check()
        return json_text(canonical(log.head(request.head)))


class OrganizationList(ReadView):
    keys = PAGE_KEYS

    @schema.documented("organisaties", "De organisaties", "OrganisatiePagina", *schema.PAGING)
    def get(self, request):
        """De organisaties van dit register, met het aantal algoritmes dat nu openbaar is."""
        page = self.query(request).page()
        public = Listing.objects.filter(organization_slug=OuterRef("slug")).order_by().values("organization_slug")
        counts = Subquery(public.annotate(records=Count("pk")).values("records"))
        rows = Organization.objects.order_by("name", "slug").annotate(count=counts)
        count, shown = page.of(rows.values("slug", "name", "tooi", "website", "count"))
        listing = f"{Links(request).api}/algoritmes?organisatie="
        return page.answer(
            count,
            (
                dumps(row | {"count": row["count"] or 0, "links": {"algoritmes": listing + row["slug"]}})
                for row in shown
            ),
        )


class PageList(ReadView):
    keys = PAGE_KEYS

    @schema.documented("paginas", "De pagina's met tekst", "PaginaPagina", *schema.PAGING)
    def get(self, request):
        """De tekstpagina's van het register: over, contact, privacy en wat bij een import meekwam."""
        page = self.query(request).page()
        rows = Page.objects.filter(is_public=True).order_by("order", "title", "slug")
        count, shown = page.of(rows.only("slug", "title", "title_en"))
        links = Links(request)
        return page.answer(count, (dumps(page_item(links, row)) for row in shown))


class PageDetail(ReadView):
    @schema.documented("paginas", "Eén pagina met tekst", "Pagina", schema.PAGE_SLUG, errors=(404,))
    def get(self, request, slug):
        """De tekst als eenvoudige HTML (de elementen staan in de documentatie), in het Nederlands en Engels."""
        self.query(request).check()
        row = Page.objects.filter(is_public=True, slug=slug).first()
        if row is None:
            raise Problem(404, "Er is geen pagina met deze naam.")
        return json_text(dumps(page_item(Links(request), row) | {"body": row.body, "body_en": row.body_en}))


class OpenApi(ReadView):
    _texts: dict[str, str] = {}  # one for the whole life of the process: a function of the code and its settings

    @schema.documented("openapi", "Deze beschrijving", "OpenApi")
    def get(self, request):
        """De beschrijving van deze API volgens OpenAPI 3."""
        self.query(request).check()
        key = settings.RELEASE
        if key not in self._texts:
            self._texts[key] = dumps(SchemaGenerator(urlconf=settings.ROOT_URLCONF).get_schema(public=True))
        return json_text(self._texts[key])


def understood(answer: Answer) -> dict:
    """How a question was read: what was answered instead, what may have been meant, and what was left out."""
    return {
        "asked": answer.query.text,
        "instead": answer.instead or None,
        "suggestion": answer.suggestion or None,
        "partial": answer.partial,
        "whole": answer.whole.bit_count() if answer.partial else answer.found.bit_count(),
        "left_out": answer.query.left_out.strip() or None,
    }


def match(snippet: Snippet | None) -> dict | None:
    """Why a record was found: a piece of the text of `key`, and where in it (from, until) the words stand."""
    if snippet is None:
        return None
    return {"key": snippet.key, "lang": CODES[snippet.lang], "text": snippet.text, "marks": snippet.marks}


def facet_counts(found: Found) -> dict[str, list[dict]]:
    """Each facet with its values and how many records there would be with each, the most first."""
    return {
        key: [
            {"slug": slug, "label": found.index.labels[key, slug], "count": count}
            for slug, count in sorted(found.counts(key).items(), key=lambda pair: (-pair[1], pair[0]))
        ]
        for key in FACETS
    }


def record_links(links: Links, lars: str, version: int, slug: str) -> dict[str, str]:
    found = {
        "self": links.record(lars),
        "page": links.page(lars, slug),
        "page_en": links.page(lars, slug, "/en"),
        "versions": links.versions(lars),
        "version": links.version(lars, version),
    }
    return found | ({"previous": links.version(lars, version - 1)} if version > 1 else {})


def page_item(links: Links, row: Page) -> dict:
    return {
        "slug": row.slug,
        "title": row.title,
        "title_en": row.title_en,
        "links": {"self": f"{links.api}/paginas/{row.slug}", "page": links.site + row.get_absolute_url()},
    }


def gone_or_unknown(request: HttpRequest, lars: str) -> Problem:
    """Why there is no such record now: withdrawn (410, with the reason), or never published (404)."""
    last = Publication.objects.of(lars).exclude(action=Action.REDACT).defer("document").last()
    if last is None or last.action != Action.WITHDRAW:
        return Problem(404, "Er is geen algoritme met dit nummer gepubliceerd.")
    return Problem(
        410,
        "Dit algoritme is ingetrokken." + (f" Reden: {last.note}" if last.note else ""),
        title="Ingetrokken",
        lars=lars,
        version=last.version,
        reason=last.note,
        withdrawn_at=log.stamp(last.published_at),
        links={"versions": Links(request).versions(lars)},
    )


def redacted(request: HttpRequest, lars: str, version: int) -> Problem:
    """A version that was emptied because it held what should not have been public."""
    entry = Publication.objects.redaction_of(Publication.objects.versions(lars).get(version=version))
    reason = entry.note if entry else ""
    return Problem(
        410,
        "Deze versie is onleesbaar gemaakt." + (f" Reden: {reason}" if reason else ""),
        title="Onleesbaar gemaakt",
        lars=lars,
        version=version,
        reason=reason,
        redacted_at=log.stamp(entry.published_at) if entry else None,
        links={"versions": Links(request).versions(lars)},
    )
