"""What the tests share: complete records, published or not."""

from __future__ import annotations

import itertools
from html import unescape
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from algorithms import document, drafts, publishing
from algorithms.models import Algorithm, Department, Organization, Role
from tests.browser import chromium
from tests.site import Site

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
SEEDS = SHARED / "seeds"

OWN = "Gemeente Voorbeeldstad"  # the organisation of the records that tests make

_numbers = itertools.count(1)


def organization_named(name: str) -> Organization:
    """Return an organisation, new or known."""
    tooi = "https://identifier.overheid.nl/tooi/id/gemeente/gm9999"
    return Organization.objects.get_or_create(name=name, defaults={"tooi": tooi})[0]


def pytest_report_header(config):
    if SHARED.is_dir():
        return "shared material: present"
    return f"WARNING: no shared material at ../{SHARED.name}: tests of the real seeds use our own samples only"


# Pages of the admin and functions of texts, which ask nothing that differs between databases: on both in
# `make test-long`.
PAGES = {
    "test_analyser", "test_beginning", "test_conflict", "test_difference", "test_draft_history", "test_editing",
    "test_english", "test_hints", "test_import_page", "test_lists", "test_login", "test_markup", "test_national_json",
    "test_oidc", "test_pages", "test_pdf", "test_people", "test_policy", "test_preview", "test_readers",
    "test_richtext", "test_search_query", "test_spelling", "test_synonyms", "test_way",
}  # fmt: skip


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.stem in PAGES and not item.get_closest_marker("process"):
            item.add_marker(pytest.mark.pages)


@pytest.fixture
def complete():
    """A document that a person may publish, without its identity; change what matters to the test."""
    return complete_document()


def complete_document() -> dict:
    return {
        "name": "Strooiroutes",
        "description_short": "Plant welke wegen eerst gestrooid worden bij gladheid.",
        "organization": {"name": "Gemeente Voorbeeldstad"},
        "department": {"path": "Stadsbeheer / Wegen"},
        "category": ["Verkeer"],
        "status": "In gebruik",
        "begin_date": "2024-01",
        "contact_email": "algoritmes@voorbeeldstad.example",
        "publication_category": "Overige algoritmes",
        "goal": "<p>Wegen op tijd <strong>begaanbaar</strong> maken.</p>",
        "human_intervention": "<p>Een medewerker keurt elke route goed.</p>",
        "risks": "<p>Een weg wordt vergeten.</p>",
        "methods_and_models": "<h4>Rekenen</h4><ul><li>kortste pad</li></ul>",
        "provider": "Intern ontwikkeld",
        "data_sources": [{"topic": "Wegen", "name": "Wegenbestand", "contents": "Ligging van wegen"}],
        "parties": [{"role": "supplier", "name": "Routemakers B.V.", "url": "https://routemakers.example"}],
        "steps": [
            {"kind": "data", "actor": "Weerstations", "action": "meten de temperatuur"},
            {"kind": "algorithm", "actor": "Strooiroutes", "action": "stelt een route voor"},
            {"kind": "person", "actor": "Coördinator", "action": "keurt de route goed"},
            {"kind": "decision", "actor": "Gemeente", "action": "stuurt strooiwagens"},
        ],
        "translations": {
            "eng": {
                "name": "Gritting routes",
                "description_short": "Plans which roads are gritted first.",
                "data_sources": [{"name": "Road map"}],
            }
        },
    }


@pytest.fixture
def make_algorithm(db):
    """Make a draft that is complete, so that a test states only what matters to it."""
    return complete_draft


def complete_draft(**changes) -> Algorithm:
    data = complete_document() | {"name": f"Strooiroutes {next(_numbers)}"} | changes
    organization_named(data["organization"]["name"])
    return document.apply(Algorithm(), document.clean(data))


@pytest.fixture
def write(db):
    """Change the texts of a draft as each door does: write(algorithm, goal="<p>Nieuw</p>", by=somebody)."""

    def change(algorithm: Algorithm, by: User | None = None, **texts) -> Algorithm:
        draft = Algorithm.objects.get(pk=algorithm.pk)
        before = drafts.content(draft)
        document.apply(draft, document.clean(texts))
        drafts.saved(draft, before, by=by)
        return draft

    return change


@pytest.fixture
def staff(db):
    """Make a member of staff with a role: staff("author") of our own organisation, staff("auditor") of the register.

    `department` is a path. Without a kind there is no role. More roles: call it again with `user`.
    """

    def make(kind: str = "", organization: str = OWN, department: str = "", user: User | None = None) -> User:
        number = next(_numbers)
        user = user or User.objects.create_user(f"medewerker{number}", f"m{number}@voorbeeldstad.example", "geheim")
        place = organization_named(organization) if kind in (Role.Kind.AUTHOR, Role.Kind.APPROVER) else None
        part = Department.objects.get_or_create(organization=place, path=department)[0] if department else None
        if kind:
            Role.objects.create(user=user, kind=kind, organization=place, department=part)
        vars(user).pop("_register_holder", None)
        return user

    return make


@pytest.fixture
def publish_algorithm(make_algorithm):
    """Make a complete draft and publish it; returns the draft."""

    def make(note: str = "", **changes) -> Algorithm:
        algorithm = make_algorithm(**changes)
        publishing.publish(algorithm, note=note)
        return algorithm

    return make


@pytest.fixture(scope="session")
def migrated_site(tmp_path_factory):
    """An empty register that others are copied from."""
    site = Site.make(tmp_path_factory.mktemp("migrated") / "data")
    yield site
    site.remove()


@pytest.fixture
def site(migrated_site, tmp_path):
    """An empty register of real processes, thrown away after the test."""
    site = Site.make(tmp_path / "data", like=migrated_site)
    yield site
    site.remove()


@pytest.fixture
def read(client, db):
    """Return the text of a page."""

    def get(path: str, status: int = 200) -> str:
        answer = client.get(path)
        assert answer.status_code == status, path
        return unescape(answer.content.decode())

    return get


@pytest.fixture(scope="module")
def browser():
    """A real browser; see tests/browser.py."""
    with chromium() as running:
        yield running
