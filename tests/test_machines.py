"""What programs read of the site: robots.txt, the sitemap, security.txt, and what stands in the head of each page."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from html import unescape
from xml.etree import ElementTree

import pytest
from django.conf import settings as configured
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from algorithms import publishing
from algorithms.exports.views import FILES
from algorithms.models import Department, Listing, Organization, Page, Publication
from algorithms.public import sitemap, structured
from algorithms.public.views import machines
from register.environment import env_addresses

HOST = "https://algoritmes.voorbeeldstad.example"
FEEDS = ["/wijzigingen.atom", "/organisaties/gemeente-leegstad/wijzigingen.atom", "/en/thema/wonen/wijzigingen.atom"]


def lines(answer) -> list[str]:
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert not answer.cookies
    return answer.content.decode().splitlines()


def path_of(lars: str) -> str:
    return f"/algoritmes/{lars}/{Listing.objects.get(lars=lars).slug}/"


def head_of(client, path: str) -> str:
    page = client.get(path).content.decode()
    return " ".join(page[: page.index("</head>")].split())


# -- robots.txt and security.txt ---------------------------------------------------------------------------------------


def test_robots_may_read_all_but_the_staffs_part(client, db, settings):
    settings.SITE_URL = HOST
    told = lines(client.get("/robots.txt"))
    assert told[:2] == ["User-agent: *", "Disallow: /beheer/"]
    assert [line for line in told if line.startswith("Disallow")] == ["Disallow: /beheer/"]
    assert told[-1] == f"Sitemap: {HOST}/sitemap.xml"
    assert client.head("/robots.txt").status_code == 200
    assert client.post("/robots.txt").status_code == 405


def test_security_txt_tells_whom_to_write_and_never_expires(client, db, settings):
    settings.SITE_URL = HOST
    settings.SECURITY_CONTACT = ["https://voorbeeldstad.example/melden", "mailto:veilig@voorbeeldstad.example"]
    settings.SECURITY_POLICY = ["https://voorbeeldstad.example/beleid"]
    told = lines(client.get("/.well-known/security.txt"))
    contacts = [line for line in told if line.startswith("Contact: ")]
    assert contacts == [
        "Contact: https://voorbeeldstad.example/melden",
        "Contact: mailto:veilig@voorbeeldstad.example",
    ]
    rest = dict(line.split(": ", 1) for line in told if line not in contacts)
    ahead = datetime.fromisoformat(rest.pop("Expires")).date() - timezone.localdate()
    assert timedelta(days=140) < ahead < timedelta(days=200)
    assert rest == {
        "Preferred-Languages": "nl, en",
        "Canonical": f"{HOST}/.well-known/security.txt",
        "Policy": "https://voorbeeldstad.example/beleid",
    }


def test_security_txt_names_only_a_safe_address_as_its_own(client, db):
    told = lines(client.get("/.well-known/security.txt"))
    assert f"Contact: mailto:{configured.API_CONTACT_EMAIL}" in told
    assert [line for line in told if line.startswith(("Canonical", "Policy"))] == []


def test_the_day_on_which_security_txt_expires_is_always_between_five_and_six_months_ahead():
    for day in (date(2026, 1, 1) + timedelta(days=n) for n in range(800)):
        ahead = machines._expires(day)
        assert ahead.day == 1
        assert 150 <= (ahead - day).days <= 185


@pytest.mark.parametrize(
    "value",
    [
        "veilig@voorbeeldstad.example",
        "http://voorbeeldstad.example",
        "https://",
        "https://a.example/b c",
        "javascript:x",
    ],
)
def test_a_contact_that_is_no_safe_address_stops_the_start(monkeypatch, value):
    monkeypatch.setenv("SECURITY_CONTACT", f"tel:14010, {value}")
    with pytest.raises(ImproperlyConfigured, match="SECURITY_CONTACT"):
        env_addresses("SECURITY_CONTACT", "", "https://", "mailto:", "tel:")
    monkeypatch.setenv("SECURITY_CONTACT", "tel:14010, https://voorbeeldstad.example/melden")
    read = env_addresses("SECURITY_CONTACT", "", "https://", "mailto:", "tel:")
    assert read == ["tel:14010", "https://voorbeeldstad.example/melden"]


# -- the sitemap -------------------------------------------------------------------------------------------------------

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"


def read_map(client, path: str = "/sitemap.xml") -> ElementTree.Element:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/xml; charset=utf-8"
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return ElementTree.fromstring(body)


def changes(found: ElementTree.Element) -> dict[str, str]:
    """Return when each page changed, "" when that is not told."""
    assert found.tag == f"{MAP}urlset"
    return {
        (url.findtext(f"{MAP}loc") or "").removeprefix("http://testserver"): url.findtext(f"{MAP}lastmod") or ""
        for url in found
    }


@pytest.fixture
def register(publish_algorithm):
    """Two records with everything a page of its own is made for, one withdrawn record, and pages of text."""
    algorithms = [
        publish_algorithm(),
        publish_algorithm(organization={"name": "Gemeente & Zonen"}, category=["Wonen"], provider="", parties=[]),
        publish_algorithm(name="Ingetrokken"),
    ]
    publishing.withdraw(algorithms[2].lars, reason="Klaar")
    Page.objects.create(slug="meer", title="Meer")
    Page.objects.create(slug="verborgen", title="Nog niet", is_public=False)
    Organization.objects.create(name="Gemeente Leegstad")
    empty, full = (Organization.objects.get(slug=slug) for slug in ("gemeente-leegstad", "gemeente-voorbeeldstad"))
    Department.objects.create(organization=empty, path="Leeg")
    Department.objects.create(organization=full, path="Stadsbeheer")  # the records are of a part of it
    return [algorithm.lars for algorithm in algorithms]


def test_every_address_in_the_sitemap_is_a_page_that_may_be_found(client, register):
    told = changes(read_map(client))
    assert len(told) > 50
    for path in told:
        answer = client.get(path)
        assert answer.status_code == 200, path
        page = answer.content.decode()
        assert "noindex" not in page, path
        assert re.search(rf'rel="canonical"\s+href="http://testserver{re.escape(path)}"', page), path


def test_every_page_that_links_lead_to_is_in_the_sitemap(client, register):
    """All but versions and lists by choice: those are ways to look at what stands there already."""
    told = changes(read_map(client))
    seen, waiting = set(), ["/"]
    while waiting:
        path = waiting.pop()
        if path in seen or path.startswith("/en/") or not path.endswith("/") or "/versies/" in path:
            continue
        seen.add(path)
        answer = client.get(path)
        if answer.status_code != 200 or "noindex" in (page := answer.content.decode()):
            continue
        assert path in told
        waiting += [unescape(link).partition("#")[0] for link in re.findall(r'href="(/[^"?]*)"', page)]
    assert len(seen) > 20


def test_the_sitemap_tells_both_languages_and_when_each_page_changed(client, register):
    first, second, withdrawn = register
    found = read_map(client)
    told = changes(found)
    assert {path for path in told if path.startswith("/en/")} == {f"/en{p}" for p in told if not p.startswith("/en/")}
    for url in found:
        links = {link.attrib["hreflang"]: link.attrib["href"] for link in url.iter(LINK)}
        assert links["x-default"] == links["nl"]
        assert links["en"] == links["nl"].replace("http://testserver/", "http://testserver/en/")
        assert url.findtext(f"{MAP}loc") in links.values()
    moments = {
        entry.lars: entry.published_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        for entry in Publication.objects.filter(lars__in=[first, second])
    }
    last = Publication.objects.last()
    assert last
    moments[withdrawn] = last.published_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert told[path_of(first)] == told[f"/en{path_of(first)}"] == moments[first]
    assert told["/organisaties/gemeente-voorbeeldstad/"] == told["/thema/verkeer/"] == moments[withdrawn]
    assert told["/thema/wonen/"] == told["/organisaties/gemeente-zonen/"] == moments[second]
    assert told["/"] == told["/algoritmes/"] == moments[withdrawn]
    assert told["/over/"] == told["/over/meer/"] == told["/organisaties/gemeente-leegstad/leeg/"] == ""
    assert [path for path in told if withdrawn in path or "verborgen" in path] == []


def test_a_page_that_lists_records_changed_when_one_of_them_went(client, publish_algorithm, monkeypatch):
    """Else a search engine would not come back, and go on showing there what was withdrawn."""
    stays, goes = publish_algorithm(), publish_algorithm()
    publish_algorithm(provider="Alleen hier", category=["Wonen"], parties=[])
    Department.objects.create(organization=Organization.objects.get(), path="Stadsbeheer")
    later = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(publishing, "_moment", lambda head: later)
    publishing.withdraw(goes.lars, reason="Klaar")
    changed = {path for path, moment in changes(read_map(client)).items() if moment == f"{later:%Y-%m-%dT%H:%M:%SZ}"}
    assert changed >= {
        "/", "/thema/verkeer/", "/organisaties/gemeente-voorbeeldstad/", "/leveranciers/routemakers-bv/",
        "/gegevensbronnen/wegenbestand/", "/organisaties/gemeente-voorbeeldstad/stadsbeheer-wegen/",
        "/en/organisaties/gemeente-voorbeeldstad/stadsbeheer/",
    }  # fmt: skip
    assert not changed & {path_of(stays.lars), "/thema/wonen/", "/leveranciers/alleen-hier/", "/over/"}


def test_a_large_register_has_an_index_of_parts(client, register, monkeypatch):
    whole = changes(read_map(client))
    assert client.get("/sitemap-2.xml").status_code == 404
    monkeypatch.setattr(sitemap, "PART", 7)
    index = read_map(client)
    assert index.tag == f"{MAP}sitemapindex"
    parts = [(loc.text or "").removeprefix("http://testserver") for loc in index.iter(f"{MAP}loc")]
    assert parts == [f"/sitemap-{number}.xml" for number in range(1, len(parts) + 1)]
    assert len(parts) == -(-len(whole) // 14)
    together: dict[str, str] = {}
    for part in parts:
        found = changes(read_map(client, part))
        assert 0 < len(found) <= 14
        assert not together.keys() & found.keys()
        together |= found
    assert together == whole
    for wrong in (0, len(parts) + 1, 10**30):
        assert client.get(f"/sitemap-{wrong}.xml").status_code == 404


def test_the_sitemap_asks_a_fixed_number_of_queries(client, register, django_assert_max_num_queries):
    read_map(client)
    with django_assert_max_num_queries(6):
        read_map(client)


def test_who_knows_the_sitemap_hears_that_nothing_changed(client, register):
    etag = client.get("/sitemap.xml")["ETag"]
    head = client.head("/sitemap.xml")
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", etag)
    assert client.get("/sitemap.xml", headers={"if-none-match": etag}).status_code == 304


# -- an empty register -------------------------------------------------------------------------------------------------


def test_an_empty_register_has_a_sitemap_and_empty_feeds(client, db):
    Organization.objects.create(name="Gemeente Leegstad")
    told = changes(read_map(client))
    assert {"/", "/en/over/", "/organisaties/gemeente-leegstad/"} <= told.keys()
    assert set(told.values()) == {""}
    for path in FEEDS:
        found = ElementTree.fromstring(client.get(path).content)
        atom = "{http://www.w3.org/2005/Atom}"
        assert found.findall(f"{atom}entry") == []
        assert found.findtext(f"{atom}updated") == "1970-01-01T00:00:00.000000Z"
        assert "0" * 64 in (found.findtext(f"{atom}subtitle") or "")
    assert '"Dataset"' in head_of(client, "/open-data/")


# -- the name of an algorithm in linked data ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (None, "page"),
        ("*/*", "page"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "page"),
        ("application/json", "json"),
        ("text/html;q=0.5, application/json", "json"),
        ("application/ld+json", "page"),
        ("geen/type;q=x", "page"),
    ],
)
def test_a_name_leads_to_the_page_or_to_the_json(client, publish_algorithm, accept, wanted):
    lars = publish_algorithm().lars
    addresses = {"page": path_of(lars), "json": f"/api/v1/algoritmes/{lars}"}
    for ask in (client.get, client.head):
        answer = ask(f"/id/algoritme/{lars}", headers={"accept": accept} if accept else {})
        assert (answer.status_code, answer["Location"]) == (303, addresses[wanted])
        assert answer["Vary"] == "Accept"
        assert "ETag" not in answer


def test_a_name_stays_when_the_record_is_withdrawn(client, publish_algorithm):
    lars = publish_algorithm().lars
    publishing.withdraw(lars, reason="Klaar")
    answer = client.get(f"/id/algoritme/{lars}")
    assert answer.status_code == 303
    assert client.get(answer["Location"]).status_code == 410
    for unknown in ("12345678", "1234567", "123456789", "x"):
        assert client.get(f"/id/algoritme/{unknown}").status_code == 404


# -- the head of each page ---------------------------------------------------------------------------------------------


def told_in(head: str) -> list[dict]:
    """Return what a page tells search engines, by its parts."""
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', head)
    told = json.loads(found)
    assert told["@context"] == "https://schema.org"
    return told["@graph"]


def test_a_record_tells_search_engines_what_it_is(client, publish_algorithm):
    algorithm = publish_algorithm()
    publication = Publication.objects.get()
    path = path_of(algorithm.lars)
    work, crumbs = told_in(head_of(client, path))
    here = "http://testserver"
    assert work["@id"] == f"{here}/id/algoritme/{algorithm.lars}"
    assert (work["@type"], work["identifier"], work["version"]) == ("CreativeWork", algorithm.lars, "1")
    assert (work["name"], work["inLanguage"], work["url"]) == (algorithm.name, "nl", here + path)
    assert datetime.fromisoformat(work["dateModified"]) == publication.published_at
    assert work["provider"]["name"] == "Gemeente Voorbeeldstad"
    assert work["provider"]["sameAs"] == "https://identifier.overheid.nl/tooi/id/gemeente/gm9999"
    assert "CC0" in work["license"] or "publicdomain/zero" in work["license"]
    assert {file["encodingFormat"] for file in work["encoding"]} == {"application/json", "application/pdf"}
    assert [item["position"] for item in crumbs["itemListElement"]] == [1, 2, 3]
    english, _crumbs = told_in(head_of(client, f"/en{path}"))
    assert english["@id"] == work["@id"]
    assert (english["name"], english["inLanguage"]) == ("Gritting routes", "en")
    untranslated = publish_algorithm(translations={})
    assert told_in(head_of(client, f"/en{path_of(untranslated.lars)}"))[0]["inLanguage"] == "nl"
    assert "ld+json" not in head_of(client, f"/algoritmes/{algorithm.lars}/versies/1/")


def test_nothing_in_a_text_ends_the_block_of_data():
    hostile = "</script><script>alert(1)</script><!-- & \u2028\u2029 \"'"
    written = structured.script({"name": hostile})
    inside = written.removeprefix('<script type="application/ld+json">').removesuffix("</script>")
    assert not set(inside) & set("<>&\u2028\u2029")
    assert json.loads(inside) == {"name": hostile}


def test_the_page_of_open_data_tells_search_engines_of_every_file(client, publish_algorithm):
    publish_algorithm()
    catalog, records, entries = told_in(head_of(client, "/en/open-data/"))
    told = {
        file["contentUrl"].removeprefix("http://testserver/open-data/"): file["encodingFormat"]
        for file in [*records["distribution"], *entries["distribution"], *catalog.get("encoding", [])]
    }
    assert told == {name: media_type.partition(";")[0] for name, (media_type, _write) in FILES.items()}
    assert [one["@id"] for one in catalog["dataset"]] == [records["@id"], entries["@id"]]
    names = [thing["@id"] for thing in (catalog, records, entries)]
    assert [thing["@id"] for thing in told_in(head_of(client, "/open-data/"))] == names  # one thing has one name
    first = Publication.objects.get()
    assert records["temporalCoverage"] == f"{first.published_at:%Y-%m-%d}/.."
    assert 50 <= len(records["description"]) <= 5000


def test_a_page_tells_its_title_and_description_to_who_shares_it(client, publish_algorithm):
    algorithm = publish_algorithm(
        name='Een "naam" & meer', description_short="Kort <b>&</b> goed.\nKlaar.", translations={}
    )
    path = path_of(algorithm.lars)
    head = head_of(client, path)
    shared = dict(re.findall(r'<meta property="og:([a-z_:]+)" content="([^"]*)">', head))
    assert unescape(shared["title"]) == 'Een "naam" & meer'
    assert unescape(shared["description"]) == "Kort <b>&</b> goed. Klaar."
    assert shared["url"] == f"http://testserver{path}"
    assert (shared["type"], shared["site_name"]) == ("website", "Algoritmeregister")
    assert (shared["locale"], shared["locale:alternate"]) == ("nl_NL", "en_GB")
    english = head_of(client, f"/en{path}")
    assert '<meta property="og:locale" content="en_GB">' in english
    assert f'hreflang="x-default" href="http://testserver{path}"' in english
    assert f'<meta property="og:url" content="http://testserver/en{path}">' in english


def test_a_page_that_is_not_there_has_nothing_to_share(client, db):
    head = head_of(client, "/nergens/")
    assert "og:" not in head
    assert "canonical" not in head
    assert "ld+json" not in head
