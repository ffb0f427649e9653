"""Every kind of page is well-made HTML: told by headings and names, joined by references that exist, in a language that
is marked, with nothing that the content policy refuses. What needs a browser is in tests/test_accessibility.py."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from django.db import transaction
from django.test import Client
from django.test.client import RequestFactory
from django.utils import translation

from algorithms import bitset, document, publishing
from algorithms.models import Algorithm, Listing, Organization, Page
from algorithms.public.errors import server_error
from tests.conftest import OWN, complete_draft

pytestmark = pytest.mark.django_db

# -- a page as its elements --------------------------------------------------------------------------------------------

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@dataclass
class Element:
    tag: str
    given: dict[str, str]
    parent: Element | None = None
    inside: list[Element | str] = field(default_factory=list)

    def all(self, *tags: str) -> Iterator[Element]:
        """Yield the elements below this one, in order; without tags every one."""
        for part in self.inside:
            if isinstance(part, Element):
                if not tags or part.tag in tags:
                    yield part
                yield from part.all(*tags)

    def above(self) -> Iterator[Element]:
        if self.parent:
            yield self.parent
            yield from self.parent.above()

    @property
    def text(self) -> str:
        """What is read out: without hidden parts, with the names of images and of drawings."""
        if self.given.get("aria-hidden") == "true" or self.tag in ("script", "style"):
            return ""
        told = [part if isinstance(part, str) else part.text for part in self.inside]
        return " ".join(f"{self.given.get('aria-label', '')} {self.given.get('alt', '')} {' '.join(told)}".split())

    def __str__(self) -> str:
        return f"<{self.tag} {self.given}> {self.text[:60]}"


class Reader(HTMLParser):
    """Reads a page strictly: what is opened is closed, in order."""

    def __init__(self, page: str):
        super().__init__()
        self.root = self.open = Element("", {})
        self.faults: list[str] = []
        self.feed(page)
        self.close()
        self.faults += [f"<{one.tag}> is not closed" for one in (self.open, *self.open.above()) if one.tag]

    def handle_starttag(self, tag, attrs):
        self.faults += [
            f"<{tag}> has {name} twice" for name, times in Counter(n for n, _v in attrs).items() if times > 1
        ]
        element = Element(tag, {name: value or "" for name, value in attrs}, self.open)
        self.open.inside.append(element)
        if tag not in VOID:
            self.open = element

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if self.open.tag == tag and self.open.parent:
            self.open = self.open.parent
        else:
            self.faults.append(f"</{tag}> closes <{self.open.tag}>")

    def handle_data(self, data):
        self.open.inside.append(data)


@dataclass
class Read:
    """A page: its address and what it holds."""

    path: str
    source: str
    status: int = 200

    def __post_init__(self):
        reader = Reader(self.source)
        self.root, self.nesting = reader.root, reader.faults
        self.ids = Counter(one.given["id"] for one in self.root.all() if "id" in one.given)

    def all(self, *tags: str) -> list[Element]:
        return list(self.root.all(*tags))

    def meta(self, name: str) -> list[str]:
        return [one.given.get("content", "").strip() for one in self.all("meta") if one.given.get("name") == name]

    def links(self, rel: str) -> list[dict[str, str]]:
        return [one.given for one in self.all("link") if one.given.get("rel") == rel]

    @property
    def alternates(self) -> dict[str, str]:
        """The address of this page in each language."""
        return {one["hreflang"]: one["href"] for one in self.links("alternate") if "hreflang" in one}


# -- the checks: each returns what is wrong with a page ----------------------------------------------------------------


def nesting(page: Read) -> list[str]:
    return page.nesting


def ids(page: Read) -> list[str]:
    return [f"{name!r} {times} times" for name, times in page.ids.items() if times > 1 or not name or " " in name]


POINTERS = ("for", "headers", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "aria-details")


def references(page: Read) -> list[str]:
    pointed = [(one, name) for one in page.all() for key in POINTERS for name in one.given.get(key, "").split()]
    pointed += [(one, one.given["href"][1:]) for one in page.all("a", "use") if one.given.get("href", "")[:1] == "#"]
    return [f"{name!r} does not exist: {one}" for one, name in pointed if name not in page.ids]


def headings(page: Read) -> list[str]:
    found = page.all(*HEADINGS)
    levels = [int(one.tag[1]) for one in found]
    faults = [f"empty: {one}" for one in found if not one.text]
    faults += [
        f"h{after} after h{before}" for before, after in zip([0, *levels], levels, strict=False) if after > before + 1
    ]
    return faults + ([] if sum(one.tag == "h1" for one in found) == 1 else ["not one h1"])


def sections(page: Read) -> list[str]:
    """A section has a heading and is named by it: what only scrolls is a group."""
    faults = []
    for one in page.all("section", "article"):
        inner = {heading.given.get("id") for heading in one.all(*HEADINGS)}
        if not inner or not inner.issuperset(one.given.get("aria-labelledby", "").split()):
            faults.append(f"without its own heading: {one}")
    return faults


def _name(page: Read, one: Element) -> str:
    """The name of an element by its attributes."""
    named = {other.given["id"]: other.text for other in page.all() if "id" in other.given}
    return one.given.get("aria-label", "") or " ".join(
        named.get(name, "") for name in one.given.get("aria-labelledby", "").split()
    )


def landmarks(page: Read) -> list[str]:
    names = Counter((one.tag, _name(page, one)) for one in page.all("nav", "main", "search", "aside"))
    faults = [f"{times} times {tag} {name!r}" for (tag, name), times in names.items() if times > 1]
    faults += [f"{tag} without a name" for tag, name in names if tag == "nav" and not name]
    return faults + ([] if len(page.all("main")) == 1 else ["not one main"])


def scrolling(page: Read) -> list[str]:
    """What can be scrolled can be reached by keyboard, and then says what it is."""
    regions = [
        one for one in page.all() if "scroll" in one.given.get("class", "").split() or one.given.get("tabindex") == "0"
    ]
    return [
        str(one)
        for one in regions
        if not (one.given.get("tabindex") == "0" and _name(page, one) and (one.tag == "figure" or "role" in one.given))
    ]


def fields(page: Read) -> list[str]:
    labels = {one.given["for"] for one in page.all("label") if "for" in one.given and one.text}
    return [
        f"without a label: {one}"
        for one in page.all("input", "select", "textarea")
        if one.given.get("type") not in ("hidden", "submit")
        and one.given.get("id") not in labels
        and not any(above.tag == "label" and above.text for above in one.above())
        and not _name(page, one)
    ]


def names(page: Read) -> list[str]:
    faults = [f"says nothing: {one}" for one in page.all("a", "button", "summary", "option") if not one.text]
    faults += [f"without alt: {one}" for one in page.all("img") if "alt" not in one.given]
    faults += [f"drawing without a name: {one}" for one in page.all("svg") if not _hidden(one) and not _name(page, one)]
    pressed = page.all("a", "button", "input", "select", "summary")
    return faults + [f"hidden, but can be pressed: {one}" for one in pressed if _hidden(one)]


def _hidden(one: Element) -> bool:
    return any(part.given.get("aria-hidden") == "true" for part in (one, *one.above()))


def tables(page: Read) -> list[str]:
    faults = [f"th without scope: {one}" for one in page.all("th") if "scope" not in one.given and not _written(one)]
    for table in page.all("table"):
        captions = [one.text for one in table.all("caption")]
        if not (any(captions) or _name(page, table) or _written(table)):
            faults.append(f"without a caption: {table}")
    return faults


def _written(one: Element) -> bool:
    """Whether this is a text of an author, who decides what stands in it."""
    return any("utrecht-html" in above.given.get("class", "").split() for above in one.above())


def policy(page: Read) -> list[str]:
    """Nothing that the content policy refuses: no style, no script in the page but data, which is read by machines."""
    faults = [f"{key}=: {one}" for one in page.all() for key in one.given if key == "style" or key.startswith("on")]
    faults += [str(one) for one in page.all("style", "base", "iframe", "object", "embed")]
    for script in page.all("script"):
        if script.given.get("type") == "application/ld+json":
            json.loads("".join(part for part in script.inside if isinstance(part, str)))
        elif not script.given.get("src", "").startswith("/static/"):
            faults.append(f"script in the page: {script.inside}")
    return faults


def heads(page: Read) -> list[str]:
    titles = [one.text for one in page.all("title") if one.parent and one.parent.tag == "head"]
    described = page.meta("description")
    faults = [] if len(titles) == 1 and re.match(r"\S.* – \S", titles[0]) else [f"title: {titles}"]
    faults += [] if len(described) == 1 and len(described[0]) > 3 else [f"description: {described}"]
    return faults + [
        f"{name} {len(page.meta(name))} times" for name in ("robots", "viewport") if len(page.meta(name)) > 1
    ]


def languages(page: Read) -> list[str]:
    mine = "en" if page.path.startswith("/en/") else "nl"
    faults = [
        str(one) for one in page.all() for key in ("lang", "hreflang") if one.given.get(key, "nl") not in LANGUAGES
    ]
    return faults + [str(one) for one in page.all("html") if one.given.get("lang") != mine]


LANGUAGES = {"nl", "en", "x-default"}


def addresses(page: Read) -> list[str]:
    """One canonical address; a page that is its own tells where it is in each language."""
    canonical = [one["href"] for one in page.links("canonical")]
    if page.status != 200:
        return []
    if len(canonical) != 1 or not canonical[0].startswith("http"):
        return [f"canonical: {canonical}"]
    if not page.alternates:
        return []
    faults = [] if set(page.alternates) == LANGUAGES else [f"hreflang: {page.alternates}"]
    return faults + ([] if canonical[0] in page.alternates.values() else [f"{canonical} not in {page.alternates}"])


CHECKS: dict[Callable[[Read], list[str]], str] = {  # and a page that each must find fault with
    nesting: "<main><p>tekst</main>",
    ids: '<p id="a"></p><p id="a"></p>',
    references: '<p aria-describedby="nergens"></p>',
    headings: "<h1>Titel</h1><h3>Te diep</h3>",
    sections: '<section class="scroll" aria-labelledby="a"><p id="a">Geen kop</p></section>',
    landmarks: '<main></main><nav aria-label="Menu"></nav><nav aria-label="Menu"></nav>',
    scrolling: '<div class="scroll"><table></table></div>',
    fields: '<label for="a">Naam</label><input id="b">',
    names: '<a href="/"><svg aria-hidden="true"></svg></a>',
    tables: "<table><tr><th>Naam</th></tr></table>",
    policy: '<p style="color: red">Rood</p>',
    heads: "<head><title> – Register</title></head>",
    languages: '<html lang="nl"><p lang="nederlands"></p></html>',
    addresses: '<link rel="canonical" href="/zonder-huis/">',
}


# -- the register ------------------------------------------------------------------------------------------------------


def _published(**changes) -> Algorithm:
    draft = complete_draft(**changes)
    publishing.publish(draft, note="Eerste keer")
    return draft


def _again(draft: Algorithm, **texts) -> None:
    document.apply(draft, document.clean(texts))
    publishing.publish(draft, note="Nog een keer")


def furnish() -> dict[str, list[str]]:
    """Fill the register; returns the addresses of each kind of page."""
    table = "<table><caption>Cijfers</caption><tr><th>Jaar</th></tr><tr><td>2024</td></tr></table>"
    full = _published(name="Strooiroutes & <zout>", goal=f"<p>Doel.</p><h4>Kop</h4>{table}", risk_class="high")
    _again(full, status="Buiten gebruik")
    _again(full, goal=f"<p>Ander doel.</p>{table}", steps=[{"kind": "data", "actor": "Auto", "action": "meet zout"}])
    least = {"description_short": "Kort.", "status": "In gebruik", "publication_category": "Overige algoritmes"}
    least |= {"name": "Kaal", "organization": {"name": OWN}, "contact_email": "a@voorbeeldstad.example"}
    poor = document.apply(Algorithm(), document.clean(least))
    publishing.publish(poor)
    gone = _published(name="Verdwenen")
    publishing.withdraw(gone.lars, reason="De proef is gestopt.")
    emptied = _published(name="Onleesbaar", goal="<p>Jan Jansen</p>", organization={"name": "Gemeente Elders"})
    _again(emptied, goal="<p>Schoon</p>")
    publishing.redact("Jan Jansen", reason="Er stond een naam in.")
    publishing.publish_many([complete_draft(name=f"Proef {number}") for number in range(20)])
    Organization.objects.get_or_create(name="Gemeente Leeg")
    Page.objects.create(slug="uitleg", title="Uitleg", body=f"<p>Tekst</p><h4>Kop</h4>{table}", in_footer=True)

    slugs = dict(Listing.objects.values_list("lars", "slug"))
    record, versions = f"/algoritmes/{full.lars}/{slugs[full.lars]}/", f"/algoritmes/{full.lars}/versies/"
    words = "/algoritmes/?zoek="
    return {
        "own": [  # with a title and a description that no other page has
            "/", "/algoritmes/", "/algoritmes/?pagina=2", record, f"/algoritmes/{poor.lars}/kaal/", versions,
            f"{versions}1/", f"{versions}2/verschil/", f"{versions}3/verschil/?met=1", "/organisaties/",
            "/organisaties/gemeente-voorbeeldstad/", "/organisaties/gemeente-voorbeeldstad/stadsbeheer-wegen/",
            "/organisaties/gemeente-leeg/", "/thema/", "/thema/verkeer/", "/leveranciers/",
            "/leveranciers/routemakers-bv/", "/gegevensbronnen/", "/gegevensbronnen/wegenbestand/", "/netwerk/",
            "/cijfers/", "/wijzigingen/", "/open-data/", "/over/", "/over/uitleg/", "/bezwaar/", "/contact/",
            "/toegankelijkheid/", "/privacy/",
        ],
        "beside": [
            f"{words}strooiroutes", f"{words}strooiruotes", f"{words}xqzwv", f"{words}{gone.lars}",
            "/algoritmes/?thema=verkeer&status=in-gebruik", "/algoritmes/?thema=nergens", "/gegevensbronnen/?zoek=weg",
            "/gegevensbronnen/?zoek=xqzwv", f"{versions}3/", f"{versions}1/verschil/", f"{versions}9/verschil/",
            f"{versions}2/verschil/?met=2", f"{versions}?van=x&tot=1", f"/algoritmes/{gone.lars}/verdwenen/",
            f"/algoritmes/{emptied.lars}/versies/1/", f"/algoritmes/{emptied.lars}/versies/2/verschil/", "/nergens/",
        ],
    }  # fmt: skip


@dataclass
class Site:
    own: list[Read]
    beside: list[Read]

    def all(self) -> list[Read]:
        return self.own + self.beside


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[Site]:
    """Every kind of page in both languages, asked once."""
    with django_db_blocker.unblock(), transaction.atomic():
        read = {
            part: [asked(language + path) for path in paths for language in ("", "/en")]
            for part, paths in furnish().items()
        }
        transaction.set_rollback(True)
    bitset.forget()
    for language in ("nl", "en"):
        with translation.override(language):
            path = "/en/stuk/" if language == "en" else "/stuk/"
            page = server_error(RequestFactory().get(path))
            read["beside"].append(Read(path, page.content.decode(), page.status_code))
    return Site(**read)


def asked(path: str) -> Read:
    answer = Client().get(path)
    assert answer["Content-Type"] == "text/html; charset=utf-8", path
    return Read(path, answer.content.decode(), answer.status_code)


# -- the tests ---------------------------------------------------------------------------------------------------------


def test_every_kind_of_page_is_asked(site):
    assert [page.path for page in site.own if page.status != 200] == []
    assert {page.status for page in site.beside} == {200, 400, 404, 410, 500}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_every_page_is_well_made(site, check):
    found = [f"{page.path}: {fault}" for page in site.all() for fault in check(page)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("check", "wrong"), CHECKS.items(), ids=lambda part: getattr(part, "__name__", ""))
def test_the_checks_see_what_they_are_there_for(check, wrong):
    assert check(Read("/", wrong))


@pytest.mark.parametrize("what", ["title", "description"])
def test_each_page_says_in_its_own_words_what_it_is(site, what):
    """Search machines and tabs show these: two pages that say the same cannot be told apart."""
    told: dict[str, list[str]] = {}
    for page in site.own:
        text = page.all("title")[0].text if what == "title" else page.meta("description")[0]
        told.setdefault(f"{page.path[:4] == '/en/'} {text}", []).append(page.path)
    assert {text: paths for text, paths in told.items() if len(paths) > 1} == {}


def test_the_page_in_the_other_language_says_the_same_addresses(site):
    pages = {f"http://testserver{page.path}": page for page in site.all()}
    told = [page for page in site.all() if page.alternates and page.status == 200]
    assert len(told) > len(site.own)
    for page in told:
        for other in page.alternates.values():
            assert pages[other].alternates == page.alternates, page.path
