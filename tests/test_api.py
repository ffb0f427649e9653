"""The JSON API: exactly what was published, in few queries, with refusals that say what to do."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta

import jsonschema
import pytest
from django.test import Client

from algorithms import log, publishing, standard
from algorithms.listing import SUMMARY_KEYS
from algorithms.models import Head, Listing, Organization, Page, Publication

API = "/api/v1"
LIST_KEYS = {"count", "next", "previous", "results"}


def draft_again(algorithm, **changes):
    """Change a draft that is public, and publish it again."""
    for key, value in changes.items():
        setattr(algorithm, key, value)
    algorithm.save()
    return publishing.publish(algorithm).entry


def names(answer) -> list[str]:
    return [item["name"] for item in answer.json()["results"]]


def assert_problem(answer, status: int) -> dict:
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["API-Version"] == "1.0.0"
    assert answer["Access-Control-Allow-Origin"] == "*"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    return problem


# -- the list ----------------------------------------------------------------------------------------------------------


def test_the_list_tells_the_main_facts_of_each_public_record(client, publish_algorithm, make_algorithm):
    algorithm = publish_algorithm()
    make_algorithm(name="Nooit gepubliceerd")
    answer = client.get(f"{API}/algoritmes")
    assert answer["Content-Type"] == "application/json"
    body = answer.json()
    assert set(body) == LIST_KEYS
    assert (body["count"], body["next"], body["previous"]) == (1, None, None)
    (item,) = body["results"]
    assert set(item) == {*SUMMARY_KEYS, "slug", "translations", "links"}
    assert item["lars"] == algorithm.lars
    assert item["organization"]["name"] == "Gemeente Voorbeeldstad"
    assert item["links"]["self"] == f"http://testserver{API}/algoritmes/{algorithm.lars}"
    assert item["links"]["page"].endswith(f"/algoritmes/{algorithm.lars}/{item['slug']}/")


def test_an_empty_register_is_an_empty_list(client, db):
    body = client.get(f"{API}/algoritmes").json()
    assert body == {"count": 0, "next": None, "previous": None, "results": []}


def test_pages_follow_each_other_and_keep_the_question(client, publish_algorithm):
    for number in range(5):
        publish_algorithm(name=f"Nummer {number}")
    first = client.get(f"{API}/algoritmes?paginaGrootte=2&sorteer=naam&thema=verkeer")
    assert names(first) == ["Nummer 0", "Nummer 1"]
    second = client.get(first.json()["next"])
    assert names(second) == ["Nummer 2", "Nummer 3"]
    third = client.get(second.json()["next"])
    assert names(third) == ["Nummer 4"]
    assert third.json()["next"] is None
    assert names(client.get(third.json()["previous"])) == ["Nummer 2", "Nummer 3"]
    assert first.json()["count"] == 5


def test_the_newest_stands_first_unless_asked_otherwise(client, publish_algorithm):
    for name in ("Bomen", "Aanvragen"):
        publish_algorithm(name=name)
    assert names(client.get(f"{API}/algoritmes")) == ["Aanvragen", "Bomen"]
    assert names(client.get(f"{API}/algoritmes?sorteer=nieuw")) == ["Aanvragen", "Bomen"]
    publish_algorithm(name="Zand")
    assert names(client.get(f"{API}/algoritmes?sorteer=naam")) == ["Aanvragen", "Bomen", "Zand"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("thema=werk", {"Uitkering"}),
        ("thema=werk&thema=verkeer", {"Uitkering", "Parkeren"}),
        ("thema=werk&status=in-gebruik", set()),
        ("status=buiten-gebruik", {"Uitkering"}),
        ("categorie=hoog-risico-ai-systeem", {"Uitkering"}),
        ("organisatie=gemeente-anders", {"Uitkering"}),
        ("afdeling=stadsbeheer-wegen", {"Parkeren"}),
        ("leverancier=routemakers-b-v", set()),
        ("leverancier=routemakers-bv", {"Parkeren", "Uitkering"}),
        ("gegevensbron=wegenbestand", {"Parkeren"}),
        ("risicoklasse=high", {"Uitkering"}),
        ("persoonsgegevens=special", {"Uitkering"}),
        ("impacttoets=pre-scan-dpia", {"Uitkering"}),
        ("leverancier=niemand", set()),
    ],
)
def test_facets_narrow_the_list_down(client, publish_algorithm, query, found):
    publish_algorithm(name="Parkeren")
    publish_algorithm(
        name="Uitkering",
        organization={"name": "Gemeente Anders"},
        department=None,
        category=["Werk"],
        status="Buiten gebruik",
        publication_category="Hoog-risico AI-systeem",
        risk_class="high",
        personal_data="special",
        data_sources=[{"name": "BRP"}],
        impacttoetsen_grouping=[{"title": "Pre-scan DPIA", "link": ""}],
    )
    assert set(names(client.get(f"{API}/algoritmes?{query}"))) == found


def test_changed_since_is_strictly_after_a_moment_or_from_a_day_on(client, publish_algorithm):
    publish_algorithm(name="Oud")
    publish_algorithm(name="Nieuw")
    old, new = Publication.objects.order_by("sequence").values_list("published_at", flat=True)

    def asked(since):
        return set(names(client.get(f"{API}/algoritmes", {"gewijzigdSinds": since})))

    assert asked(log.stamp(old)) == {"Nieuw"}
    assert asked(log.stamp(new)) == set()
    assert asked((old - timedelta(days=2)).date().isoformat()) == {"Oud", "Nieuw"}
    assert asked((old + timedelta(days=2)).date().isoformat()) == set()
    assert asked("2020-01-01T00:00:00+01:00") == {"Oud", "Nieuw"}


@pytest.mark.parametrize(
    "query",
    [
        "pagina=0", "pagina=-1", "pagina=nul", "pagina=", "pagina=2", "pagina=999999999999999999999999", "pagina=1.0",
        "pagina=%D9%A3", "pagina=1&pagina=1", "paginaGrootte=0", "paginaGrootte=101", "paginaGrootte=alles",
        "sorteer=prijs", "gewijzigdSinds=gisteren", "gewijzigdSinds=2026-13-01", "gewijzigdSinds=2026-01-01T10:00:00",
        "gewijzigdSinds=0001-01-01", "gewijzigdSinds=0001-01-01T00:00:00%2B10:00", "gewijzigdSinds=2026-W01-1",
        "thema=onzin", "status=In%20gebruik", "leverancier=%00", "leverancier=A%20B", "organisatie=%ff%fe",
        "onbekend=1", "thema=", "thema=werk&thema=", "gewijzigdSinds=", "sorteer=", "Thema=werk",
        "zoek=", "zoek=a&zoek=b", "zoek=" + "x" * 201, "zoek=%00", "op=2024-01-01", "facetten=ja", "=", "%00=1",
    ],
)  # fmt: skip
def test_a_wrong_question_is_refused_with_the_key_and_the_cure(client, publish_algorithm, query):
    publish_algorithm()
    problem = assert_problem(client.get(f"{API}/algoritmes?{query}"), 400)
    assert problem["errors"]
    assert {"in", "name", "detail"} == set(problem["errors"][0])


def test_everything_wrong_with_a_question_is_told_at_once(client, db):
    problem = assert_problem(client.get(f"{API}/algoritmes?pagina=x&kleur=rood&thema=onzin&op=2024-01-01"), 400)
    told = {error["name"]: error["detail"] for error in problem["errors"]}
    assert set(told) == {"pagina", "kleur", "thema", "op"}
    assert "thema" in told["kleur"]
    assert "gewijzigdSinds" in told["kleur"]
    assert "verkeer" in told["thema"]
    assert "nog niet" in told["op"]


# -- one record and its versions ---------------------------------------------------------------------------------------


def test_a_record_is_the_published_document_plus_links(client, publish_algorithm):
    algorithm = publish_algorithm()
    answer = client.get(f"{API}/algoritmes/{algorithm.lars}")
    body = answer.json()
    links = body.pop("links")
    assert body == json.loads(Publication.objects.get().document)
    assert tuple(sorted(body)) == tuple(sorted(standard.DOCUMENT_KEYS))
    assert set(links) == {"self", "page", "page_en", "versions", "version"}
    draft_again(algorithm, name="Andere naam")
    links = client.get(f"{API}/algoritmes/{algorithm.lars}").json()["links"]
    assert client.get(links["previous"]).json()["version"] == 1
    assert client.get(links["version"]).json()["version"] == 2
    assert client.get(links["versions"]).json()["count"] == 2


def test_a_version_is_byte_for_byte_what_the_log_has_the_hash_of(client, publish_algorithm):
    algorithm = publish_algorithm(goal="<p>Één café & “meer” € 😀</p>")
    draft_again(algorithm, goal="<p>Iets anders</p>")
    entries = client.get(f"{API}/wijzigingen").json()["results"]
    for entry in entries:
        answer = client.get(f"{API}/algoritmes/{entry['lars']}/versies/{entry['version']}")
        assert answer["Content-Type"] == "application/json"
        assert hashlib.sha256(answer.content).hexdigest() == entry["sha256"]


def test_versions_are_listed_newest_first(client, publish_algorithm):
    algorithm = publish_algorithm(note="Eerste keer")
    draft_again(algorithm, name="Andere naam")
    body = client.get(f"{API}/algoritmes/{algorithm.lars}/versies").json()
    assert set(body) == LIST_KEYS
    assert [row["version"] for row in body["results"]] == [2, 1]
    assert body["results"][1]["note"] == "Eerste keer"
    assert [row["redacted"] for row in body["results"]] == [False, False]
    assert body["results"][0]["published_at"].endswith("Z")
    assert client.get(body["results"][1]["links"]["self"]).json()["version"] == 1


def test_a_withdrawn_record_is_gone_with_the_reason_and_keeps_its_versions(client, publish_algorithm):
    algorithm = publish_algorithm()
    entry = publishing.withdraw(algorithm.lars, reason="Wij zijn gestopt met strooien.")
    problem = assert_problem(client.get(f"{API}/algoritmes/{algorithm.lars}"), 410)
    assert problem["reason"] == "Wij zijn gestopt met strooien."
    assert problem["withdrawn_at"] == log.stamp(entry.published_at)
    assert client.get(problem["links"]["versions"]).json()["count"] == 1
    assert client.get(f"{API}/algoritmes/{algorithm.lars}/versies/1").status_code == 200
    assert client.get(f"{API}/algoritmes").json()["count"] == 0


def test_a_redacted_version_is_gone_with_the_reason(client, publish_algorithm):
    algorithm = publish_algorithm(goal="<p>Vraag Jan Jansen.</p>")
    draft_again(algorithm, goal="<p>Vraag de gemeente.</p>")
    publishing.redact("Jan Jansen", reason="Naam van een medewerker")
    answer = client.get(f"{API}/algoritmes/{algorithm.lars}/versies/1")
    problem = assert_problem(answer, 410)
    assert problem["reason"] == "Naam van een medewerker"
    assert problem["version"] == 1
    rows = client.get(f"{API}/algoritmes/{algorithm.lars}/versies").json()["results"]
    assert [(row["version"], row["redacted"]) for row in rows] == [(2, False), (1, True)]
    assert client.get(f"{API}/algoritmes/{algorithm.lars}").json()["goal"] == "<p>Vraag de gemeente.</p>"


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "/algoritmes/", "/algoritmes/00000000", "/algoritmes/abc", "/algoritmes/%00", "/algoritmes/123456789",
        "/algoritmes/%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1", "/algoritmes/00000000/versies",
        "/algoritmes/00000000/versies/1", "/algoritmes/00000000/versies/0", "/algoritmes/00000000/versies/99999999999",
        "/onzin", "/%zz%ff", "/wijzigingen/", "/paginas/bestaat-niet", "/openapi.json/", "/../beheer",
        "/algoritmes.json", "/algoritmes%0a", "/" + "a" * 3000,
    ],
)  # fmt: skip
@pytest.mark.parametrize("debug", [False, True])
def test_what_is_not_there_is_a_problem_and_never_a_page_or_redirect(client, db, settings, path, debug):
    settings.DEBUG = debug
    assert_problem(client.get(f"{API}{path}"), 404)


def test_the_draft_of_a_record_gives_no_sign_of_itself(client, make_algorithm):
    algorithm = make_algorithm()
    for below in ("", "/versies", "/versies/1"):
        assert_problem(client.get(f"{API}/algoritmes/{algorithm.lars}{below}"), 404)


# -- the log -----------------------------------------------------------------------------------------------------------


def test_the_log_can_be_recomputed_by_anyone(client, publish_algorithm):
    algorithm = publish_algorithm(note="Begin")
    publish_algorithm()
    publishing.withdraw(algorithm.lars, reason="Klaar")
    entries = client.get(f"{API}/wijzigingen").json()["results"]
    previous = "0" * 64
    for number, entry in enumerate(entries, 1):
        given, note = entry.pop("hash"), entry.pop("note")
        assert entry["sequence"] == number
        assert entry["previous"] == previous
        assert entry["note_sha256"] == hashlib.sha256(note.encode()).hexdigest()
        text = json.dumps(entry, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == given
        previous = given
    head = client.get(f"{API}/wijzigingen/kop").json()
    assert head == {"sequence": 3, "hash": previous, "published_at": entries[-1]["published_at"]}


def test_the_log_continues_after_a_sequence(client, publish_algorithm):
    for _ in range(5):
        publish_algorithm()
    body = client.get(f"{API}/wijzigingen?sinds=2&paginaGrootte=2").json()
    assert body["count"] == 3
    assert [entry["sequence"] for entry in body["results"]] == [3, 4]
    assert [entry["sequence"] for entry in client.get(body["next"]).json()["results"]] == [5]
    assert client.get(f"{API}/wijzigingen?sinds=5").json()["results"] == []
    assert client.get(f"{API}/wijzigingen?sinds=9000").json()["count"] == 0


@pytest.mark.parametrize("since", ["-1", "x", "", "1.5", "99999999999999999999"])
def test_a_wrong_sequence_is_refused(client, db, since):
    assert_problem(client.get(f"{API}/wijzigingen", {"sinds": since}), 400)


def test_the_head_of_an_empty_log_is_zeros(client, db):
    assert client.get(f"{API}/wijzigingen/kop").json() == {"sequence": 0, "hash": "0" * 64, "published_at": None}


# -- register data -----------------------------------------------------------------------------------------------------


def test_organisations_come_with_how_many_records_are_public(client, publish_algorithm, make_algorithm):
    publish_algorithm()
    publish_algorithm()
    make_algorithm(organization={"name": "Gemeente Anders"})
    rows = client.get(f"{API}/organisaties").json()["results"]
    assert [(row["slug"], row["count"]) for row in rows] == [("gemeente-anders", 0), ("gemeente-voorbeeldstad", 2)]
    assert client.get(rows[1]["links"]["algoritmes"]).json()["count"] == 2


def test_public_pages_are_told_whole_and_others_are_not(client, db):
    Page.objects.update_or_create(
        slug="over", defaults={"title": "Over", "body": "<p>Wij zijn er.</p>", "body_en": "<p>We.</p>"}
    )
    Page.objects.create(slug="binnenkort", title="Geheim plan", body="<p>x</p>", is_public=False)
    rows = client.get(f"{API}/paginas?paginaGrootte=100").json()["results"]
    assert "over" in [row["slug"] for row in rows]
    assert "binnenkort" not in [row["slug"] for row in rows]
    body = client.get(f"{API}/paginas/over").json()
    assert (body["body"], body["body_en"]) == ("<p>Wij zijn er.</p>", "<p>We.</p>")
    assert body["links"]["page"] == "http://testserver/over/"
    assert_problem(client.get(f"{API}/paginas/binnenkort"), 404)


# -- manners -----------------------------------------------------------------------------------------------------------

ADDRESSES = ("algoritmes", "wijzigingen", "wijzigingen/kop", "organisaties", "paginas", "openapi.json")


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_address_answers_json_with_version_and_for_every_site(client, db, address):
    answer = client.get(
        f"{API}/{address}", headers={"Origin": "https://elders.example", "Accept": "text/html,*/*;q=0.1"}
    )
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer["API-Version"] == "1.0.0"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["ETag"]
    assert answer["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in answer
    assert "Cookie" not in answer.get("Vary", "")


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
def test_writing_is_refused_with_what_is_allowed(client, db, address, method):
    answer = getattr(client, method)(f"{API}/{address}")
    assert_problem(answer, 405)
    assert answer["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("accept", ["image/png", "text/html", "text/csv, image/*", "onzin", "application/json;q=0"])
def test_who_takes_no_json_is_told_so(client, db, accept):
    assert_problem(client.get(f"{API}/algoritmes", headers={"Accept": accept}), 406)


@pytest.mark.parametrize(
    "accept", ["", "*/*", "application/*", "application/problem+json", "text/html, application/json;q=0.1"]
)
def test_who_takes_json_in_any_way_gets_it(client, db, accept):
    assert client.get(f"{API}/algoritmes", headers={"Accept": accept}).status_code == 200


def test_head_gives_the_length_and_no_body(client, publish_algorithm):
    publish_algorithm()
    got, asked = client.get(f"{API}/algoritmes"), client.head(f"{API}/algoritmes")
    assert asked.content == b""
    assert asked["Content-Length"] == got["Content-Length"] == str(len(got.content))
    assert asked["ETag"] == got["ETag"]


def test_a_script_on_another_site_may_ask_conditionally(client, db):
    answer = client.options(f"{API}/algoritmes", headers={"Access-Control-Request-Method": "GET"})
    assert answer.status_code == 204
    assert "If-None-Match" in answer["Access-Control-Allow-Headers"]
    assert "GET" in answer["Access-Control-Allow-Methods"]


@pytest.mark.parametrize("debug", [False, True])
def test_a_fault_of_ours_is_a_problem_without_details(db, settings, monkeypatch, debug, caplog):
    settings.DEBUG = debug
    monkeypatch.setattr("algorithms.api.views.Links", None)
    client = Client(raise_request_exception=False)
    problem = assert_problem(client.get(f"{API}/algoritmes"), 500)
    assert "NoneType" not in json.dumps(problem)
    assert "NoneType" in caplog.text


@pytest.mark.parametrize("debug", [False, True])
def test_a_host_that_is_not_ours_gets_a_problem(client, db, settings, debug):
    settings.DEBUG = debug
    answer = client.get(f"{API}/algoritmes", headers={"Host": "kwaad.example"})
    problem = assert_problem(answer, 400)
    assert "kwaad" not in problem["detail"]


def test_addresses_in_answers_follow_the_setting_when_there_is_one(client, publish_algorithm, settings):
    settings.SITE_URL = "https://algoritmes.example.nl"
    algorithm = publish_algorithm()
    links = client.get(f"{API}/algoritmes/{algorithm.lars}").json()["links"]
    assert links["self"] == f"https://algoritmes.example.nl{API}/algoritmes/{algorithm.lars}"
    body = client.get(f"{API}/algoritmes?paginaGrootte=1").json()
    assert body["results"][0]["links"]["page"].startswith("https://algoritmes.example.nl/algoritmes/")


# -- unchanged: 304 ----------------------------------------------------------------------------------------------------


def test_the_same_state_of_the_register_is_answered_304(client, publish_algorithm, django_assert_num_queries):
    algorithm = publish_algorithm()
    address = f"{API}/algoritmes/{algorithm.lars}"
    etag = client.get(address)["ETag"]
    with django_assert_num_queries(1):
        answer = client.get(address, headers={"If-None-Match": etag})
    assert answer.status_code == 304
    assert answer.content == b""
    assert answer["ETag"] == etag
    assert answer["API-Version"] == "1.0.0"
    assert client.get(address, headers={"If-None-Match": f'"anders", W/{etag}'}).status_code == 304
    assert client.get(address, headers={"If-None-Match": '"anders"'}).status_code == 200
    assert client.get(address, headers={"If-None-Match": "*"}).status_code == 200
    assert client.head(address, headers={"If-None-Match": etag}).status_code == 304


def test_every_change_of_what_is_public_changes_the_etag(client, publish_algorithm, make_algorithm, settings):
    def etag():
        return client.get(f"{API}/algoritmes")["ETag"]

    algorithm = publish_algorithm()
    seen = [etag()]
    draft = make_algorithm()
    assert etag() == seen[0], "a draft changes nothing in public"
    draft_again(algorithm, name="Andere naam")
    seen.append(etag())
    publishing.publish(draft)
    seen.append(etag())
    publishing.withdraw(draft.lars, reason="Klaar")
    seen.append(etag())
    Organization.objects.get().save()
    seen.append(etag())
    Page.objects.create(slug="nieuw", title="Nieuw")
    seen.append(etag())
    settings.RELEASE = "een-volgende"
    seen.append(etag())
    assert len(set(seen)) == len(seen)
    assert etag() == seen[-1]


def test_a_refusal_has_no_etag(client, db):
    assert "ETag" not in client.get(f"{API}/algoritmes?onbekend=1")
    assert "ETag" not in client.get(f"{API}/onzin")


# -- speed: a fixed number of queries ----------------------------------------------------------------------------------


@pytest.mark.parametrize("records", [1, 30])
@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("algoritmes?paginaGrootte=100", 2),  # head, rows
        ("algoritmes?thema=verkeer&thema=werk&status=in-gebruik&sorteer=naam&paginaGrootte=100&facetten=true", 2),
        ("algoritmes?zoek=strooiroutes&paginaGrootte=100", 3),  # head, rows, texts
        ("algoritmes/{lars}", 2),  # head, document
        ("algoritmes/{lars}/versies/1", 2),
        ("algoritmes/{lars}/versies", 3),
        ("wijzigingen?paginaGrootte=100", 2),  # head tells the count
        ("wijzigingen/kop", 1),
        ("organisaties?paginaGrootte=100", 3),
        ("paginas?paginaGrootte=100", 3),
    ],
)
def test_an_answer_costs_a_fixed_number_of_queries(
    client, make_algorithm, django_assert_num_queries, records, address, queries
):
    drafts = [make_algorithm() for _ in range(records)]
    publishing.publish_many(drafts)
    asked = f"{API}/{address.format(lars=drafts[0].lars)}"
    assert client.get(asked).status_code == 200  # the first question of a state reads the listing into memory
    with django_assert_num_queries(queries):
        assert client.get(asked).status_code == 200


# -- the description ---------------------------------------------------------------------------------------------------


@pytest.fixture
def openapi(client, db):
    return client.get(f"{API}/openapi.json").json()


def resolved(openapi: dict, name: str) -> dict:
    """A shape as JSON Schema that stands on its own; OpenAPI 3.0 writes null as `nullable`."""

    def walk(value):
        if isinstance(value, list):
            return [walk(part) for part in value]
        if not isinstance(value, dict):
            return value
        told = {key: walk(part) for key, part in value.items() if key not in ("nullable", "$ref")}
        if "$ref" in value:
            told |= walk(openapi["components"]["schemas"][value["$ref"].rsplit("/", 1)[-1]])
        if value.get("nullable"):
            told = {"anyOf": [told, {"type": "null"}]}
        return told

    return walk(openapi["components"]["schemas"][name])


def test_the_description_names_every_address_and_every_query_key(client, openapi):
    assert openapi["openapi"].startswith("3.")
    assert openapi["info"]["version"] == client.get(f"{API}/openapi.json")["API-Version"]
    assert set(openapi["paths"]) == {
        "/openapi.json", "/algoritmes", "/algoritmes/{lars}", "/algoritmes/{lars}/versies",
        "/algoritmes/{lars}/versies/{version}", "/wijzigingen", "/wijzigingen/kop", "/organisaties", "/paginas",
        "/paginas/{slug}",
    }  # fmt: skip
    for path, operations in openapi["paths"].items():
        known = [p["name"] for p in operations["get"].get("parameters", []) if p["in"] == "query"]
        address = path.format(lars="00000000", version=1, slug="over")
        problem = client.get(f"{API}{address}?bestaatNiet=1").json()
        told = problem["errors"][0]["detail"]
        assert all(key in told for key in known), path
        assert not known or told.count(",") == len(known) - 1, path


def test_the_description_has_every_key_of_the_standard_with_label_limit_and_values(openapi):
    properties = openapi["components"]["schemas"]["Algoritme"]["properties"]
    assert set(properties) == set(standard.DOCUMENT_KEYS)
    for key, field in standard.FIELDS.items():
        assert properties[key]["title"] == field.label.nl
        assert field.help.nl in properties[key]["description"]
    assert properties["name"]["maxLength"] == standard.FIELDS["name"].max_length
    assert "In gebruik" in properties["status"]["enum"]
    assert properties["category"]["items"]["enum"] == [choice.value for choice in standard.THEMES]
    assert set(properties["data_sources"]["items"]["properties"]) == {
        column.key for column in standard.FIELDS["data_sources"].columns
    }


def test_answers_have_the_shape_that_the_description_gives(client, openapi, publish_algorithm):
    algorithm = publish_algorithm(
        risk_class="high", legacy=[{"key": "x", "title": "X", "text": "y", "standard": "0.1"}]
    )
    draft_again(algorithm, name="Andere naam", department=None)
    Page.objects.update_or_create(slug="over", defaults={"title": "Over"})
    lars = algorithm.lars
    for address, name in {
        "algoritmes": "AlgoritmePagina",
        f"algoritmes/{lars}": "AlgoritmeMetLinks",
        f"algoritmes/{lars}/versies": "VersiePagina",
        f"algoritmes/{lars}/versies/1": "Algoritme",
        "wijzigingen": "LogboekPagina",
        "wijzigingen/kop": "LogboekKop",
        "organisaties": "OrganisatiePagina",
        "paginas": "PaginaPagina",
        "paginas/over": "Pagina",
        "algoritmes?onbekend=1": "Probleem",
        "algoritmes/00000000": "Probleem",
    }.items():
        jsonschema.validate(client.get(f"{API}/{address}").json(), resolved(openapi, name))
    publishing.withdraw(lars, reason="Klaar")
    jsonschema.validate(client.get(f"{API}/algoritmes/{lars}").json(), resolved(openapi, "Probleem"))


def test_the_description_follows_the_dutch_rules(openapi):
    """What the official ruleset asks and can be said in a few lines; the whole ruleset runs outside the suite."""
    assert all(openapi["info"]["contact"].values())
    assert all(server["url"].endswith("/api/v1") for server in openapi["servers"])
    for path, operations in openapi["paths"].items():
        assert not path.endswith("/")
        assert set(operations) == {"get"}
        responses = operations["get"]["responses"]
        assert {"200", "400", "406"} <= set(responses)
        for status, response in responses.items():
            assert "API-Version" in response["headers"]
            assert list(response["content"]) == ["application/json" if status == "200" else "application/problem+json"]


def test_a_listing_row_knows_no_host(publish_algorithm):
    publish_algorithm()
    assert "http://testserver" not in Listing.objects.get().summary
    assert Head.now().sequence == 1
    assert datetime.now(UTC) >= Head.now().published_at
