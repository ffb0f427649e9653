"""No draft is public: not on a page, in the API, in a file or feed, in Dutch or English, nor by its number.

Every public address is asked while drafts carry a marker in every text, row and translation: one that was never
published, one of a public record, changed since, one of a record that was withdrawn, and one that is planned. So do
the notes of each step, the names of those who work on it, a template, a visited link.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from pypdf import PdfReader

from algorithms import bitset, document, drafts, figures, preview, publishing, standard
from algorithms.models import (
    ROW_MODELS,
    Algorithm,
    AlgorithmTranslation,
    Event,
    LinkCheck,
    Page,
    Paragraph,
    Party,
    PreviewLink,
    Role,
    Stage,
    Template,
)
from algorithms.standard import FIELDS, Kind
from tests.conftest import OWN, complete_draft, organization_named

MARK = "zqgeheimqz"
ROOT = Path(__file__).resolve().parent.parent
DRAFT_TABLES = {
    model._meta.db_table
    for model in (
        Algorithm, AlgorithmTranslation, Event, LinkCheck, Paragraph, Party, PreviewLink, Role, Template,
        *ROW_MODELS.values(),
    )
}  # fmt: skip
STAFF = "beheer/"


# -- drafts full of markers --------------------------------------------------------------------------------------------


def _marked(kind: Kind, key: str, options=()) -> object:
    if kind is Kind.CHOICE:
        return options[-1].value
    if kind is Kind.CHOICES:
        return [options[-1].value]
    if kind is Kind.MONTH:
        return "1987-06"
    if kind in (Kind.URL, Kind.CONTACT):
        return f"https://{MARK}.example/{key}"
    return f"<p>{MARK} {key}</p>" if kind is Kind.RICH else f"{MARK} {key}"


def marked(lars: str) -> dict:
    """A document with the marker in every text. Organisation and department are register data: public by nature."""
    data: dict = {"lars": lars}
    for key, field in FIELDS.items():
        if field.kind is Kind.ROWS:
            data[key] = [{c.key: _marked(c.kind, c.key, c.choices) for c in field.columns}]
        elif field.kind not in (Kind.ORGANIZATION, Kind.DEPARTMENT):
            data[key] = _marked(field.kind, key, field.choices)
    data["withheld"][0]["field"] = "goal"
    data["source_id"] += f" {lars}"  # one of a kind within an organisation
    english: dict = {key: _marked(FIELDS[key].kind, f"{key} en") for key in standard.TRANSLATED}
    for key in standard.ROW_KEYS:
        if columns := standard.translated_columns(key):
            english[key] = [{column.key: f"{MARK} {column.key} en" for column in columns}]
    return data | {"translations": {"eng": english}}


def furnish() -> dict[str, str]:
    """A register with a public record in two versions, a withdrawn one, and drafts that nobody may see."""
    place = organization_named(OWN)
    writer = User.objects.create_user(f"{MARK} naam", f"{MARK}@voorbeeldstad.example", "geheim")
    writer.first_name = writer.last_name = f"{MARK} naam"
    writer.save()
    Role.objects.create(user=writer, kind=Role.Kind.AUTHOR, organization=place)
    public, withdrawn = complete_draft(), complete_draft()
    publishing.publish(public, note="Eerste keer")
    public.goal = "<p>Een ander doel.</p>"
    public.save()
    publishing.publish(public, note="Ander doel")
    publishing.publish(withdrawn)
    publishing.withdraw(withdrawn.lars, reason="Gestopt")
    found = {"public": public, "withdrawn": withdrawn, "never": complete_draft(), "planned": complete_draft()}
    for algorithm in found.values():
        document.apply(algorithm, document.clean(marked(algorithm.lars)))
        drafts.saved(algorithm, {}, by=writer, note=f"{MARK} waarom")
        drafts.event(algorithm, Event.Verb.SUBMIT, writer, f"{MARK} toelichting")
        preview.make(algorithm, writer, note=f"{MARK} voor wie")
        Algorithm.objects.filter(pk=algorithm.pk).update(owner=writer, submitted_by=writer, planned_note=MARK)
    in_an_hour = timezone.now() + timedelta(hours=1)
    Algorithm.objects.filter(pk=algorithm.pk).update(stage=Stage.PLANNED, planned_at=in_an_hour, planned_by=writer)
    Template.objects.create(name=f"{MARK} sjabloon", about=MARK, document=json.dumps({"goal": f"<p>{MARK}</p>"}))
    LinkCheck.objects.create(lars=public.lars, url=f"https://{MARK}.example", outcome="alive", why=MARK)
    for slug in (*Page.FIXED, "meer"):
        Page.objects.update_or_create(slug=slug, defaults={"title": slug, "body": "<p>Tekst.</p>"})
    Page.objects.create(slug="verborgen", title=f"{MARK} titel", body=f"<p>{MARK} tekst</p>", is_public=False)
    return {name: algorithm.lars for name, algorithm in found.items()}


@pytest.fixture
def register(db):
    return furnish()


def test_the_marker_is_in_every_text_of_a_draft(register):
    """Otherwise the other tests prove nothing."""
    draft = Algorithm.objects.get(lars=register["never"])
    built = document.build(document.with_rows([draft])[0])
    for key, field in FIELDS.items():
        if field.kind not in (Kind.CHOICE, Kind.CHOICES, Kind.MONTH, Kind.ORGANIZATION, Kind.DEPARTMENT):
            assert MARK in json.dumps(built[key]), key
    assert set(built["translations"]["eng"]) >= set(standard.TRANSLATED)


# -- every public address ----------------------------------------------------------------------------------------------


def routes(resolver=None, prefix: str = "") -> list[str]:
    """Every address pattern outside the admin, with its parameters as `<name>`."""
    found = []
    for entry in (resolver or get_resolver()).url_patterns:
        pattern = str(entry.pattern)
        plain = re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", re.sub(r"\(\?P<(\w+)>(?:\[[^]]*\]|[^()])*\)", r"<\1>", pattern))
        address = prefix + plain.removeprefix("^").removesuffix(r"\Z").removesuffix("$").replace("\\", "")
        if address.startswith(STAFF):
            continue
        if isinstance(entry, URLResolver):
            found += routes(entry, address)
        elif isinstance(entry, URLPattern):
            found.append(address)
    return found


def addresses(register: dict[str, str]) -> list[str]:
    """Every public address with every value that means something here. A new parameter must be added here."""
    values = {
        "lars": list(register.values()),
        "slug": [
            "strooiroutes", "over", "verborgen", "meer", "gemeente-voorbeeldstad", "stadsbeheer-wegen", "wegenbestand",
            "verkeer", "routemakers-bv", MARK, f"{MARK}-name",
        ],
        "department": ["stadsbeheer-wegen", MARK],
        "version": ["1", "2", "3"],
        "part": ["1"],
        "name": [*figures.NAMES, MARK],
    }  # fmt: skip
    found = []
    for route in routes():
        expanded = [f"/{route}"]
        for name in re.findall(r"<(\w+)>", route):
            assert name in values, f"{route}: say in this test what {name} may be"
            expanded = [address.replace(f"<{name}>", value) for address in expanded for value in values[name]]
        found += expanded
    prefixes = ("/api/", "/open-data/", "/health/", "/static/")
    found += [f"/en{address}" for address in found if not address.startswith(prefixes)]
    found += [
        f"{start}?{query}"
        for start in ("/algoritmes/", "/en/algoritmes/", "/api/v1/algoritmes")
        for query in (
            f"leverancier={MARK}-name",
            f"gegevensbron={MARK}-name",
            f"zoek={MARK}",
            "thema=zorg-en-gezondheid",
        )
    ]
    return list(dict.fromkeys(found))


def content_of(answer) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if answer.headers.get("Content-Type") == "application/pdf":
        pages = PdfReader(BytesIO(body))
        body = "\n".join([str(pages.metadata), *(page.extract_text() for page in pages.pages)]).encode()
    return body.decode() + "".join(f"{name}: {value}\n" for name, value in answer.headers.items())


def follow(address: str, content: str) -> Iterator[str]:
    """The links of our own that an answer holds. Of the list with choices made, only those it leads out to."""
    links = re.findall(r"""(?:href|src|action)=["']([^"'#]+)""", content) + re.findall("<loc>(.*?)<", content)
    for link in links:
        parts = urlsplit(urljoin(f"http://testserver{address}", link.replace("&amp;", "&")))
        ours = parts.netloc == "testserver" and not parts.path.startswith(("/beheer/", "/static/"))
        further = "?" in address and parts.path.endswith("/algoritmes/") and parts.query
        if ours and parts.scheme == "http" and not further:
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def ask_everything(client: Client, register: dict[str, str]) -> dict[str, tuple[int, str]]:
    """Ask every address, and follow every link of our own that the pages hold."""
    asked: dict[str, tuple[int, str]] = {}
    waiting = addresses(register)
    while waiting:
        address = waiting.pop()
        if address in asked:
            continue
        answer = client.get(address)
        content = content_of(answer)
        asked[address] = (answer.status_code, content)
        assert len(asked) < 5000, "the public side has an end"
        if answer.headers.get("Content-Type", "").startswith(("text/html", "application/atom", "application/xml")):
            waiting += follow(address, content)
    return asked


@dataclass
class Asked:
    """What the whole public side answered, once for all tests: by address, with the queries it took."""

    register: dict[str, str]
    answers: dict[str, tuple[int, str]]
    queries: list[str]


@pytest.fixture(scope="module")
def asked(django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock(), override_settings(BULK_DIR=tmp_path_factory.mktemp("open-data")):
        with transaction.atomic():
            register = furnish()
            with CaptureQueriesContext(connection) as queries:
                answers = ask_everything(Client(), register)
            transaction.set_rollback(True)
        bitset.forget()
    return Asked(register, answers, [query["sql"] for query in queries.captured_queries])


def _echoes(address: str, content: str) -> str:
    """Take out what an answer repeats of its own address: that tells nothing."""
    for part in {address, quote(address), address.replace("&", "&amp;"), *re.findall(r"=([^&]+)", address)}:
        content = content.replace(part, "")
    return re.sub(rf"/{MARK}[-a-z]*(?=[/.])", "", content) if MARK in address else content


def test_no_public_answer_holds_anything_of_a_draft(asked):
    assert sum(status == 200 for status, _content in asked.answers.values()) > 20, "the public side answers"
    leaks = [address for address, (_status, content) in asked.answers.items() if MARK in _echoes(address, content)]
    assert leaks == []


def test_the_number_of_a_draft_exists_nowhere(asked):
    for address, (status, content) in asked.answers.items():
        for number in (asked.register["never"], asked.register["planned"]):
            if number in address:
                assert status in (301, 302, 404), address
            else:
                assert number not in content, address


def test_no_public_request_fails(asked):
    assert [address for address, (status, _content) in asked.answers.items() if status >= 500] == []


def test_no_public_request_even_reads_a_table_of_drafts(asked):
    tables = {
        table for sql in asked.queries for table in re.findall(r'"?\b(algorithms_\w+|auth_\w+|django_session)\b"?', sql)
    }
    assert "algorithms_listing" in tables
    assert tables & DRAFT_TABLES == set()
    assert not any(table.startswith(("auth_", "django_session")) for table in tables)


def test_no_public_answer_sets_a_cookie_or_varies_by_one(asked):
    for address, (_status, content) in asked.answers.items():
        assert "Set-Cookie:" not in content, address
        assert not re.search("^Vary:.*Cookie", content, re.M), address


def test_the_public_side_does_not_reach_drafts_through_register_data():
    """`organization.algorithms` leads from public register data to drafts; no public code or template may take it."""
    wrong = []
    folders = [ROOT / "algorithms" / name for name in ("public", "api", "exports")] + [ROOT / "templates" / "public"]
    for path in [path for folder in folders for path in folder.rglob("*") if path.suffix in (".py", ".html", ".xml")]:
        text = path.read_text(encoding="utf-8")
        if re.search(r"(?<!from )(?<!import )\b(organi[sz]ation|department|row|one)\.algorithms\b", text):
            wrong.append(str(path))
        if re.search(r"""["']algorithms(__\w+)?["']""", text) or "get_model(" in text:
            wrong.append(str(path))
    assert wrong == []
