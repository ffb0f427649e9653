"""An author fills in the standard at /beheer/ and publishes; what is wrong is told at its field and stores nothing."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from algorithms import document, publishing, richtext, workflow
from algorithms.models import (
    Algorithm,
    Department,
    Event,
    Head,
    Listing,
    Organization,
    Page,
    Party,
    Publication,
    Stage,
    Synonym,
)
from algorithms.standard import FIELDS, ROW_KEYS, SECTIONS, TRANSLATED, Kind, translated_columns
from tests.conftest import OWN, organization_named
from tests.forms import ADD, LIST, forms_in, page_of, rows_typed, shown_values


@pytest.fixture
def log_in(client, staff):
    """Log in a member of staff who has exactly this role."""

    def enter(*role: str):
        user = staff(*role)
        client.force_login(user)
        return user

    return enter


@pytest.fixture
def author(log_in):
    return log_in("author")


@pytest.fixture
def approver(log_in):
    return log_in("approver")


@pytest.fixture
def offered(staff, make_algorithm):
    """Make a complete draft that somebody else offered for review."""

    def make(algorithm: Algorithm | None = None, **changes) -> Algorithm:
        algorithm = algorithm or make_algorithm(**changes)
        workflow.submit(algorithm, staff("author"))
        algorithm.refresh_from_db()
        return algorithm

    return make


def add(client, typed: dict, **options):
    """Fill in the page for a new record and save it."""
    return client.post(ADD, shown_values(client.get(ADD)) | typed, **options)


def seen(client, algorithm: Algorithm) -> str:
    """Open the page to publish, and return what it says was read there."""
    return client.get(page_of(algorithm, "publiceren")).context["form"].initial["seen"]


EVERY_ROW = {
    "contact_points": [{"kind": "phone", "value": "14 010", "label": "Balie", "label_en": "Desk"}],
    "steps": [
        {"kind": "data", "actor": "Weer", "actor_en": "Weather", "action": "meet", "action_en": "measures"},
        {"kind": "person", "actor": "Coördinator", "action": "keurt goed\nof af"},
    ],
    "risk_register": [{"risk": "Vergeten weg", "risk_en": "Missed road", "measure": "Nalopen", "measure_en": "Check"}],
    "lawful_basis_grouping": [{"title": "Wegenwet", "title_en": "Roads Act", "link": "https://wet.example/1"}],
    "impacttoetsen_grouping": [{"title": "Pre-scan DPIA", "link": ""}],
    "source_data_grouping": [{"title": "Wegenbestand", "link": "https://data.example/wegen"}],
    "data_sources": [
        {
            "topic": "Wegen", "topic_en": "Roads", "name": "Wegenbestand", "name_en": "Road map",
            "contents": "Ligging", "owner": "Gemeente", "url": "https://data.example", "personal_data": "none",
            "used_for": "Routes", "used_for_en": "Routes",
        }
    ],
    "parties": [{"role": "supplier", "name": "Routemakers B.V.", "url": "https://routemakers.example"}],
    "references": [{"kind": "policy", "title": "Gladheidsplan", "title_en": "Ice plan", "link": "https://plan.example"}],
    "identifiers": [{"kind": "Applicatielijst", "value": "APP-1"}],
    "withheld": [{"field": "methods_and_models", "reason": "Geheim", "reason_en": "Secret"}],
}  # fmt: skip


def filled_in(organization: Organization, department: Department) -> tuple[dict, dict]:
    """Return what an author types in every field, and the document it should become."""
    typed: dict = {"organization": organization.pk, "department": department.pk}
    expected: dict = {
        "organization": {"name": organization.name, "slug": organization.slug, "tooi": organization.tooi},
        "department": {"name": department.name, "slug": department.slug, "path": department.path},
    }
    english: dict = {}
    for key, field in FIELDS.items():
        if field.kind in (Kind.LINE, Kind.TEXT):
            typed[key] = f"  {field.label.nl}: è & <b>  "
            expected[key] = typed[key].strip()
        elif field.kind is Kind.RICH:
            typed[key] = f"{field.label.nl}\r\nregel twee\r\n\r\nAlinea & meer"
            expected[key] = f"<p>{field.label.nl}<br>regel twee</p><p>Alinea &amp; meer</p>"
        elif field.kind is Kind.CHOICE:
            typed[key] = expected[key] = field.choices[0].value
        elif field.kind is Kind.CHOICES:
            typed[key] = expected[key] = [field.choices[0].value, field.choices[2].value]
        elif field.kind in (Kind.URL, Kind.CONTACT):
            typed[key] = expected[key] = f"https://voorbeeldstad.example/{key}"
        elif field.kind is Kind.MONTH:
            typed[key] = expected[key] = "2024-03"
        if key in TRANSLATED:
            typed[f"{key}_en"] = f"In English: {field.label.en}"
            rich = field.kind is Kind.RICH
            english[key] = f"<p>{typed[f'{key}_en']}</p>" if rich else typed[f"{key}_en"]
    for key, rows in EVERY_ROW.items():
        typed |= rows_typed(key, rows)
        columns = [column.key for column in FIELDS[key].columns]
        expected[key] = [{column: row.get(column, "") for column in columns} for row in rows]
        texts = [
            {column.key: row[f"{column.key}_en"] for column in translated_columns(key) if row.get(f"{column.key}_en")}
            for row in rows
        ]
        if any(texts):
            english[key] = texts
    return typed, expected | {"legacy": [], "translations": {"eng": english}}


@pytest.fixture
def department(db):
    return Department.objects.get_or_create(organization=organization_named(OWN), path="Stadsbeheer / Wegen")[0]


# -- the whole way -----------------------------------------------------------------------------------------------------


def test_an_author_fills_in_everything_and_exactly_that_is_published(client, log_in, department):
    writer = log_in("author")
    typed, expected = filled_in(department.organization, department)

    response = add(client, typed | {"_continue": "1"}, follow=True)
    algorithm = Algorithm.objects.get()
    assert response.redirect_chain == [(page_of(algorithm), 302)]
    assert "Nog nodig om te publiceren" not in response.content.decode()
    assert "Een beoordelaar leest de tekst" in client.get(page_of(algorithm, "aanbieden")).content.decode()
    client.post(page_of(algorithm, "aanbieden"), {"note": "Kijk naar de risico's"})

    log_in("approver")
    page = client.get(page_of(algorithm, "publiceren")).content.decode()
    assert "Versie 1 wordt openbaar" in page
    assert f"{writer.username} heeft dit aangeboden" in page
    assert "Kijk naar de risico&#x27;s" in page
    given = {"note": "Eerste keer", "seen": seen(client, algorithm)}
    response = client.post(page_of(algorithm, "publiceren"), given, follow=True)

    published = json.loads(Publication.objects.get().document)
    assert document.content(published) == expected | {"lars": algorithm.lars}
    assert published["note"] == "Eerste keer"
    listing = Listing.objects.get()
    assert f'href="/algoritmes/{algorithm.lars}/{listing.slug}/"' in response.content.decode()
    assert LogEntry.objects.latest("pk").change_message == "Gepubliceerd. Eerste keer."
    steps = list(algorithm.events.order_by("pk").values_list("verb", "version"))
    assert steps == [("create", None), ("submit", None), ("publish", 1)]


def test_saving_a_page_as_it_stands_changes_nothing(client, author, make_algorithm):
    typed, _expected = filled_in(*_owner(make_algorithm))
    add(client, typed)
    algorithm = Algorithm.objects.latest("pk")
    document.apply(
        algorithm,
        {
            "category": ["Verkeer", "Economie"],
            "legacy": [{"key": "oud", "title": "", "text": "bewaard", "standard": "0.2"}],
        },
    )
    before = document.build(Algorithm.objects.get(pk=algorithm.pk))
    kept = Algorithm.objects.get(pk=algorithm.pk)
    edited, events = kept.updated_at, kept.events.count()

    response = client.post(page_of(algorithm), shown_values(client.get(page_of(algorithm))))

    assert response.status_code == 302
    algorithm = Algorithm.objects.get(pk=algorithm.pk)
    assert document.build(algorithm) == before
    assert (algorithm.updated_at, algorithm.revision, algorithm.edited_by) == (edited, kept.revision, kept.edited_by)
    assert algorithm.events.count() == events
    assert LogEntry.objects.latest("action_time").get_change_message() == "Geen velden gewijzigd."


def _owner(make_algorithm) -> tuple[Organization, Department]:
    algorithm = make_algorithm()
    return algorithm.organization, algorithm.department


# -- the standard ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [key for key, field in FIELDS.items() if field.kind is not Kind.ROWS])
def test_every_field_is_in_the_form_with_label_help_example_and_limit(client, author, key):
    field, form = FIELDS[key], forms_in(client.get(ADD))[""]
    box = form.fields[key]
    assert str(box.label) == field.label.nl
    text = richtext.plain(f"<p>{box.help_text}</p>".replace("</span><span", "</span> <span"))
    assert field.help.nl in text
    assert f"Voorbeeld: {field.example.nl}" in text
    if field.max_length < 100_000:
        limit = f"{field.max_length:,}".replace(",", ".")
        assert re.search(rf"{re.escape(limit)} (zichtbare )?tekens", text)
    if field.required:
        assert "Nodig om te publiceren." in text
    if field.choices:
        assert {str(option.label) for option in field.choices} <= {str(label) for _value, label in box.choices}
    assert (f"{key}_en" in form.fields) == field.translated


@pytest.mark.parametrize("key", [key for key in ROW_KEYS if key != "legacy"])
def test_every_group_of_rows_is_in_the_form_with_its_columns(client, author, key):
    response = client.get(ADD)
    assert FIELDS[key].help.nl.split(".")[0] in response.content.decode()
    empty = forms_in(response)[key].empty_form
    for column in FIELDS[key].columns:
        assert str(empty.fields[column.key].label) == column.label.nl
        if column.kind not in (Kind.CHOICE,) and not getattr(empty.fields[column.key], "choices", None):
            limit = f"{column.max_length:,}".replace(",", ".")
            assert f"{limit} tekens" in str(empty.fields[column.key].help_text)
        assert (f"{column.key}_en" in empty.fields) == column.translated
    assert "order" in empty.fields


def test_sections_and_rows_stand_in_the_order_of_the_standard(client, author):
    html = client.get(ADD).content.decode()
    ids = [
        f'id="{field.key}-heading"' if field.kind is Kind.ROWS else f'id="id_{field.key}"'
        for section in SECTIONS
        for field in sorted(section.fields, key=lambda field: field.kind is Kind.ROWS)
        if field.key != "legacy"
    ]
    places = [html.find(wanted) for wanted in ids]
    assert -1 not in places
    assert places == sorted(places)
    assert all(str(section.intro) in html for section in SECTIONS)


# -- what is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("name", "x" * 101, "101 tekens; het maximum is 100"),
        ("name_en", "x" * 101, "101 tekens; het maximum is 100"),
        ("description_short", "x" * 401, "het maximum is 400"),
        ("goal", f"<p>{'x' * 2501}</p>", "het maximum is 2500"),
        ("goal", "<p>on\x00zichtbaar</p>", "U+0000"),
        ("goal_en", "on\x07zichtbaar", "U+0007"),
        ("name", "on\x00zichtbaar", "U+0000"),
        ("tags", "a\x1bb", "U+001B"),
        ("website", "javascript:alert(1)", "geen webadres"),
        ("publiccode", "ftp://voorbeeld.example", "geen webadres"),
        ("contact_email", "14 010", "geen mailadres of webadres"),
        ("begin_date", "2024-13", "geen maand"),
        ("begin_date", "vorig jaar", "jjjj-mm"),
        ("end_date", "2001-01", "ligt voor de begindatum"),
        ("status", "Kapot", "Kapot"),
        ("category", ["Verkeer", "Ruimtevaart"], "Ruimtevaart"),
        ("source_id", "x" * 101, "het maximum is 100"),
        ("source_id", "BEZET", "Geef een ander Bron-ID"),
        ("organization", "", "vereist"),
        ("organization", "999999", "keuze"),
    ],
)
def test_a_refused_value_is_told_at_its_field_and_nothing_is_stored(client, author, make_algorithm, field, typed, told):
    make_algorithm(name="Andere", source_id="BEZET")
    algorithm = make_algorithm(name="Strooiroutes", begin_date="2024-01")
    before = document.build(Algorithm.objects.get(pk=algorithm.pk))
    values = shown_values(client.get(page_of(algorithm)))

    response = client.post(page_of(algorithm), values | {"affected": "Fietsers", field: typed})

    assert response.status_code == 200
    form = forms_in(response)[""]
    assert list(form.errors) == [field]
    assert len(form.errors[field]) == 1
    assert told in form.errors[field][0]
    assert form["affected"].value() == "Fietsers"  # what was typed is kept
    assert form[field].value() == typed
    assert document.build(Algorithm.objects.get(pk=algorithm.pk)) == before


@pytest.mark.parametrize(
    ("key", "row", "column", "told"),
    [
        ("steps", {"kind": "", "actor": "Mens"}, "kind", "'Soort stap' is leeg"),
        ("steps", {"kind": "person", "action_en": "decides"}, "actor", "is leeg"),
        ("steps", {"kind": "robot", "actor": "Mens"}, "kind", "robot"),
        ("steps", {"kind": "person", "actor": "x" * 201}, "actor", "het maximum is 200"),
        ("steps", {"kind": "person", "actor": "a\x00b"}, "actor", "U+0000"),
        ("steps", {"kind": "person", "actor": "Mens", "actor_en": "x" * 201}, "actor_en", "het maximum is 200"),
        ("references", {"kind": "page", "title": "Stuk", "link": "voorbeeld.example"}, "link", "geen webadres"),
        ("lawful_basis_grouping", {"title": "x" * 101, "link": "https://x.example"}, "title", "het maximum is 100"),
        ("parties", {"role": "supplier", "name": "", "url": "https://x.example"}, "name", "is leeg"),
        ("withheld", {"field": "bestaat_niet", "reason": "Geheim"}, "field", "bestaat_niet"),
        ("identifiers", {"kind": "Lijst", "value": ""}, "value", "is leeg"),
        ("data_sources", {"name": "BRP", "personal_data": "veel"}, "personal_data", "veel"),
        ("steps", {"kind": "person", "actor": "Mens", "order": "0"}, "order", "1"),
    ],
)
def test_a_refused_cell_is_told_in_its_own_row(client, author, department, key, row, column, told):
    good = EVERY_ROW[key][0]
    typed = {"organization": department.organization.pk, "name": "Strooiroutes"}

    response = add(client, typed | rows_typed(key, [good, row]))

    assert response.status_code == 200
    first, second = forms_in(response)[key].forms[:2]
    assert not first.errors
    assert list(second.errors) == [column]
    assert len(second.errors[column]) == 1
    assert told in second.errors[column][0]
    assert not Algorithm.objects.exists()
    assert not Party.objects.exists()


@pytest.mark.pages  # a form that asks nothing of the database
def test_too_many_rows_are_refused(client, author, department):
    rows = [{"kind": "Lijst", "value": str(number)} for number in range(1001)]
    response = add(client, {"organization": department.organization.pk} | rows_typed("identifiers", rows))
    assert "Er zijn 1001 rijen; het maximum is 1000." in response.content.decode()
    assert not Algorithm.objects.exists()


def test_a_department_of_another_organisation_is_refused(client, author, staff, department):
    staff("author", "Gemeente Anderstad", user=author)
    other = Organization.objects.get(name="Gemeente Anderstad")
    response = add(client, {"organization": other.pk, "department": department.pk})
    assert "Deze afdeling hoort bij Gemeente Voorbeeldstad" in forms_in(response)[""].errors["department"][0]


def test_markup_that_could_harm_is_cleaned_at_saving(client, author, department):
    harmful = '<p onclick="x()">Veilig<script>alert(1)</script> <a href="javascript:x()">link</a></p>'
    add(client, {"organization": department.organization.pk, "goal": harmful, "goal_en": harmful})
    algorithm = Algorithm.objects.get()
    for stored in (algorithm.goal, algorithm.translations.get().goal):
        assert "Veilig" in stored
        assert "script" not in stored
        assert "onclick" not in stored


# -- drafts and rows ---------------------------------------------------------------------------------------------------


def test_a_draft_may_be_almost_empty_and_the_page_tells_what_is_missing(client, author, department):
    add(client, {"organization": department.organization.pk})
    html = client.get(page_of(Algorithm.objects.get())).content.decode()
    assert "Nog nodig om te publiceren" in html
    for key, field in FIELDS.items():
        if field.required and key != "organization":
            assert f'<a href="#id_{key}">{field.label}</a>' in html


def test_warnings_are_told_after_saving(client, author, department):
    typed = {"organization": department.organization.pk, "name": "Strooi", "description_short": "x" * 380}
    html = add(client, typed, follow=True).content.decode()
    assert "de standaard raadt hooguit 349 aan" in html


def test_rows_go_where_their_place_says(client, author, department):
    names = ["een", "twee", "drie"]
    rows = [{"kind": "person", "actor": name} for name in names] + [{"kind": "person", "actor": "nul", "order": "1"}]
    add(client, {"organization": department.organization.pk} | rows_typed("steps", rows))
    algorithm = Algorithm.objects.get()

    def actors() -> list[str]:
        return list(algorithm.steps.values_list("actor", flat=True))

    assert actors() == ["nul", *names]
    for place, wanted, result in [
        (0, "3", ["een", "twee", "nul", "drie"]),  # down
        (3, "1", ["drie", "een", "twee", "nul"]),  # up
        (1, "", ["drie", "twee", "nul", "een"]),  # to the end
    ]:
        values = shown_values(client.get(page_of(algorithm)))
        client.post(page_of(algorithm), values | {f"steps-{place}-order": wanted})
        assert actors() == result
    values = shown_values(client.get(page_of(algorithm)))
    client.post(page_of(algorithm), values | {"steps-1-DELETE": "on"})
    assert actors() == ["drie", "nul", "een"]
    assert list(algorithm.steps.values_list("order", flat=True)) == [0, 1, 2]


def test_what_an_import_kept_aside_is_shown_and_can_only_be_removed(client, author, make_algorithm):
    algorithm = make_algorithm(
        legacy=[{"key": "oud", "title": "Oude vraag", "text": "Oud antwoord", "standard": "0.2"}]
    )
    response = client.get(page_of(algorithm))
    assert "Oud antwoord" in response.content.decode()
    values = shown_values(response)
    client.post(page_of(algorithm), values | {"legacy-0-text": "vervalst"})
    assert algorithm.legacy.get().text == "Oud antwoord"
    client.post(page_of(algorithm), values | {"legacy-0-DELETE": "on"})
    assert not algorithm.legacy.exists()
    assert "Oude vraag" not in client.get(page_of(algorithm)).content.decode()


# -- publishing --------------------------------------------------------------------------------------------------------


def test_an_incomplete_record_is_not_offered(client, author, make_algorithm):
    algorithm = make_algorithm(status="", contact_email="")
    html = client.get(page_of(algorithm, "aanbieden")).content.decode()
    assert "<form method" not in html.split('id="content-main"')[1].split("</main>")[0]
    assert f'<a href="{page_of(algorithm)}#id_status">Status</a>' in html
    html = client.post(page_of(algorithm, "aanbieden"), {"note": ""}).content.decode()
    assert "Er is niets gedaan" in html
    assert "Status: Dit verplichte veld is leeg. Vul het in." in html
    assert Algorithm.objects.get().stage == Stage.DRAFT


def test_an_incomplete_record_is_not_published(client, approver, make_algorithm):
    algorithm = make_algorithm(status="", contact_email="")
    Algorithm.objects.update(stage=Stage.SUBMITTED)
    given = {"seen": seen(client, algorithm)}
    html = client.post(page_of(algorithm, "publiceren"), given).content.decode()
    assert "Status: Dit verplichte veld is leeg. Vul het in." in html
    assert not Publication.objects.exists()
    assert Algorithm.objects.get().stage == Stage.SUBMITTED


def test_offering_an_unchanged_record_says_so(client, author, publish_algorithm):
    algorithm = publish_algorithm()
    page = client.get(page_of(algorithm, "aanbieden"))
    assert "Er is niets gewijzigd sinds versie 1" in page.content.decode()
    response = client.post(page_of(algorithm, "aanbieden"), {"note": ""}, follow=True)
    assert "dus er valt niets te beoordelen" in response.content.decode()
    assert Algorithm.objects.get().stage == Stage.DRAFT


def test_publishing_an_unchanged_record_says_so(client, approver, publish_algorithm):
    algorithm = publish_algorithm()
    Algorithm.objects.update(stage=Stage.SUBMITTED)
    given = {"seen": seen(client, algorithm), "note": "Nog eens"}
    response = client.post(page_of(algorithm, "publiceren"), given, follow=True)
    assert "dus er komt geen nieuwe versie" in response.content.decode()
    assert Publication.objects.count() == 1


def test_only_what_was_looked_at_is_published(client, approver, offered):
    algorithm = offered()
    digest = seen(client, algorithm)
    document.apply(algorithm, {"goal": "<p>Intussen gewijzigd</p>"})
    response = client.post(page_of(algorithm, "publiceren"), {"seen": digest, "note": "Mijn toelichting"})
    assert "is gewijzigd nadat u deze pagina opende" in response.content.decode()
    assert "Mijn toelichting" in response.content.decode()
    assert not Publication.objects.exists()


@pytest.mark.parametrize(("note", "told"), [("a\x00b", "U+0000"), ("a\x07b", "U+0007"), ("x" * 2001, "2001 tekens")])
def test_a_note_that_cannot_be_is_refused(client, approver, offered, note, told):
    algorithm = offered()
    response = client.post(page_of(algorithm, "publiceren"), {"seen": seen(client, algorithm), "note": note})
    assert told.casefold() in response.content.decode().casefold()
    assert not Publication.objects.exists()


def test_withdrawing_needs_a_reason_and_publishing_again_makes_the_next_version(
    client, approver, publish_algorithm, offered
):
    algorithm = publish_algorithm()
    response = client.post(page_of(algorithm, "intrekken"), {"reason": "  "})
    assert "Geef een reden" in response.content.decode()
    assert Listing.objects.exists()

    response = client.post(page_of(algorithm, "intrekken"), {"reason": "Gestopt met de proef"}, follow=True)
    assert not Listing.objects.exists()
    assert "Stand: ingetrokken" in " ".join(response.content.decode().split())
    assert LogEntry.objects.latest("pk").change_message == "Ingetrokken. Gestopt met de proef."
    assert "niets in te trekken" in client.get(page_of(algorithm, "intrekken")).content.decode()

    offered(algorithm)
    assert "Versie 2 wordt openbaar" in client.get(page_of(algorithm, "publiceren")).content.decode()
    given = {"seen": seen(client, algorithm), "note": "Weer in gebruik"}
    client.post(page_of(algorithm, "publiceren"), given)
    assert Listing.objects.get().version == 2


def test_an_author_has_no_button_to_publish_and_no_door(client, author, publish_algorithm, offered):
    public, waiting = publish_algorithm(), offered()
    for algorithm in (public, waiting):
        assert "/publiceren/" not in client.get(page_of(algorithm)).content.decode()
        for verb in ("publiceren", "intrekken", "terugsturen", "planning-schrappen"):
            assert client.get(page_of(algorithm, verb)).status_code == 403
            assert client.post(page_of(algorithm, verb), {"reason": "x"}).status_code == 403
    assert Publication.objects.count() == 1
    assert not Event.objects.exclude(verb="submit").exists()


def test_an_approver_writes_nothing(client, approver, make_algorithm):
    algorithm = make_algorithm()
    before = document.build(Algorithm.objects.get(pk=algorithm.pk))
    assert client.get(ADD).status_code == 403
    assert client.post(page_of(algorithm), {"name": "Gekaapt"}).status_code == 403
    assert client.post(page_of(algorithm, "aanbieden"), {"note": ""}).status_code == 403
    assert document.build(Algorithm.objects.get(pk=algorithm.pk)) == before


def test_an_approver_elsewhere_finds_no_record(client, log_in, offered):
    algorithm = offered()
    log_in("approver", "Gemeente Anderstad")
    for verb in ("publiceren", "terugsturen", "intrekken"):
        assert client.post(page_of(algorithm, verb), {"reason": "x"}).status_code == 404
    assert not Publication.objects.exists()
    assert Algorithm.objects.get().stage == Stage.SUBMITTED


@pytest.mark.parametrize("verb", ["aanbieden", "publiceren", "terugsturen", "terugnemen", "intrekken"])
def test_each_step_is_for_staff_and_asks_for_the_token(client, django_user_model, staff, make_algorithm, verb):
    algorithm = make_algorithm()
    assert client.get(page_of(algorithm, verb)).url.startswith("/beheer/login/")
    client.force_login(staff())
    assert client.get(page_of(algorithm, verb)).status_code == 403
    assert client.post(page_of(algorithm, verb), {"reason": "x"}).status_code == 403
    strict = type(client)(enforce_csrf_checks=True)
    strict.force_login(django_user_model.objects.create_superuser("beheerder", password="geheim"))
    assert strict.post(page_of(algorithm, verb), {"reason": "x"}).status_code == 403
    assert strict.get(f"{LIST}999999/{verb}/").status_code == 404


# -- the list and deleting ---------------------------------------------------------------------------------------------


def test_the_list_tells_where_each_record_stands(
    client, author, staff, make_algorithm, publish_algorithm, offered, write
):
    make_algorithm(name="Concept")
    publish_algorithm(name="Openbaar")
    write(publish_algorithm(name="Gewijzigd"), goal="<p>Nieuw</p>")
    withdrawn = publish_algorithm(name="Weg")
    publishing.withdraw(withdrawn.lars, reason="Gestopt")
    offered(name="Aangeboden")
    workflow.plan(offered(name="Ingepland"), staff("approver"), moment=timezone.now() + timedelta(days=1))

    def names(**query) -> list[str]:
        return sorted(algorithm.name for algorithm in client.get(LIST, query).context["cl"].result_list)

    response = client.get(LIST)
    shown = {algorithm.name: algorithm.state for algorithm in response.context["cl"].result_list}
    assert shown == {
        "Concept": "concept", "Openbaar": "gepubliceerd", "Gewijzigd": "gewijzigd", "Weg": "ingetrokken",
        "Aangeboden": "ter-beoordeling", "Ingepland": "ingepland",
    }  # fmt: skip
    assert "gewijzigd sinds publicatie (versie 1)" in response.content.decode()
    assert names(stand="ingetrokken") == ["Weg"]
    assert names(stand="ingepland") == ["Ingepland"]
    assert names(thema="Verkeer") == sorted(shown)
    assert names(thema="Overheidsfinanciën") == []
    assert names(q=withdrawn.lars) == ["Weg"]
    assert names(status__exact="In gebruik") == sorted(shown)


def test_editing_only_a_row_counts_as_a_change(client, author, publish_algorithm):
    algorithm = publish_algorithm()
    values = shown_values(client.get(page_of(algorithm)))
    client.post(page_of(algorithm), values | {"steps-0-actor": "Meetstations"})
    assert [found.state for found in client.get(LIST).context["cl"].result_list] == ["gewijzigd"]


def test_the_list_costs_the_same_number_of_queries_however_long_it_is(
    client, author, publish_algorithm, django_assert_num_queries
):
    publish_algorithm()
    client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    for _number in range(5):
        publish_algorithm()
    with django_assert_num_queries(len(one)):
        client.get(LIST)


def test_a_record_that_was_ever_public_is_never_deleted(client, author, make_algorithm, publish_algorithm):
    draft, public, withdrawn = make_algorithm(), publish_algorithm(), publish_algorithm()
    publishing.withdraw(withdrawn.lars, reason="Gestopt")
    for algorithm in (public, withdrawn):
        assert "deletelink" not in client.get(page_of(algorithm)).content.decode()
        assert client.post(page_of(algorithm, "delete"), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [public.pk, withdrawn.pk], "post": "yes"}
    client.post(LIST, chosen)
    assert Algorithm.objects.count() == 3
    client.post(page_of(draft, "delete"), {"post": "yes"})
    assert set(Algorithm.objects.all()) == {public, withdrawn}


def test_who_may_only_look_sees_everything_and_changes_nothing(client, log_in, make_algorithm):
    algorithm = make_algorithm()
    before = document.build(Algorithm.objects.get(pk=algorithm.pk))
    log_in("auditor")
    html = client.get(page_of(algorithm)).content.decode()
    assert "Gritting routes" in html
    assert "Coördinator" in html
    assert client.post(page_of(algorithm), {"name": "Gekaapt"}).status_code == 403
    assert document.build(Algorithm.objects.get(pk=algorithm.pk)) == before


# -- register data and the log -----------------------------------------------------------------------------------------


@pytest.fixture
def manager(log_in):
    return log_in("manager")


@pytest.fixture
def superuser(client, admin_user):
    client.force_login(admin_user)
    return admin_user


def test_an_organisation_keeps_its_slug_and_gets_departments(client, manager):
    address = "/beheer/algorithms/organization/"
    departments = {"departments-TOTAL_FORMS": "1", "departments-INITIAL_FORMS": "0"}
    departments |= {"departments-0-path": "Stadsbeheer /  Wegen", "departments-0-email": "wegen@voorbeeld.example"}
    typed = {
        "name": "Gemeente Voorbeeldstad",
        "aliases": " VBS \r\n\r\nVoorbeeld  stad\r\nVBS",
        "about": "Tekst <i>kort</i>",
    }
    response = client.post(f"{address}add/", typed | departments)
    assert response.status_code == 302, response.context["errors"]
    organization = Organization.objects.get()
    assert organization.slug == "gemeente-voorbeeldstad"
    assert organization.aliases == ["VBS", "Voorbeeld stad"]
    assert organization.about == "<p>Tekst <em>kort</em></p>"
    assert organization.departments.get().path == "Stadsbeheer / Wegen"

    typed |= {
        "name": "Gemeente Nieuwstad",
        "slug": "gekaapt",
        "departments-TOTAL_FORMS": "0",
        "departments-INITIAL_FORMS": "0",
    }
    assert client.post(f"{address}{organization.pk}/change/", typed).status_code == 302
    organization.refresh_from_db()
    assert (organization.name, organization.slug) == ("Gemeente Nieuwstad", "gemeente-voorbeeldstad")


@pytest.mark.parametrize(
    ("kind", "typed", "field", "told"),
    [
        ("organization", {"name": "a\x07b"}, "name", "U+0007"),
        ("organization", {"name": "A", "website": "ftp://a.example"}, "website", "https://"),
        ("organization", {"name": "A", "aliases": "a\x07b"}, "aliases", "U+0007"),
        ("organization", {"name": "A", "aliases": "x" * 251}, "aliases", "het maximum is 250"),
        ("department", {"path": "Stadsbeheer /  Wegen"}, "__all__", "bestaat al"),
        ("party", {"name": "A", "url": "javascript:alert(1)"}, "url", ""),
        ("page", {"slug": "met spatie", "title": "A", "order": 1}, "slug", ""),
        ("page", {"slug": "a", "title": "A", "order": 1, "body": "a\x00b"}, "body", "U+0000"),
        ("synonym", {"words": "alleen"}, "words", "minstens 2"),
        ("synonym", {"words": ""}, "words", "vereist"),
    ],
)
def test_register_data_is_refused_at_its_field(client, manager, department, kind, typed, field, told):
    if kind == "department":
        typed = typed | {"organization": department.organization.pk}
    rows = {"departments-TOTAL_FORMS": "0", "departments-INITIAL_FORMS": "0"}
    response = client.post(f"/beheer/algorithms/{kind}/add/", typed | rows)
    assert response.status_code == 200
    errors = response.context["adminform"].form.errors
    assert list(errors) == [field]
    assert told in errors[field][0]


def test_saving_register_data_moves_the_public_key(client, manager):
    before = Head.now().key
    client.post("/beheer/algorithms/synonym/add/", {"words": "AVG\r\nprivacywet"})
    assert Synonym.objects.last().words == ["AVG", "privacywet"]
    assert Head.now().key != before
    assert client.get("/beheer/algorithms/synonym/", {"q": "privacy"}).status_code == 200


def test_pages_with_an_address_of_their_own_stay(client, manager):
    fixed = Page.objects.get(slug="privacy")
    other = Page.objects.create(slug="meer", title="Meer")
    for page in (fixed, other):
        client.post(f"/beheer/algorithms/page/{page.pk}/delete/", {"post": "yes"})
    assert fixed in Page.objects.all()
    assert other not in Page.objects.all()


def test_the_log_is_read_only_for_everyone(client, superuser, publish_algorithm):
    publish_algorithm(note="Eerste versie")
    address = "/beheer/algorithms/publication/"
    assert "Eerste versie" in client.get(address).content.decode()
    entry = Publication.objects.get()
    detail = client.get(f"{address}1/change/")
    assert entry.hash in detail.content.decode()
    assert f"/api/v1/algoritmes/{entry.lars}/versies/1" in detail.content.decode()
    assert client.get(f"{address}add/").status_code == 403
    assert client.post(f"{address}1/change/", {"note": "vervalst"}).status_code == 403
    assert client.post(f"{address}1/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/beheer/algorithms/head/").status_code == 404
    assert client.get("/beheer/algorithms/listing/").status_code == 404


def test_every_page_of_the_admin_answers(client, superuser, publish_algorithm):
    algorithm = publish_algorithm()
    for address in [
        reverse("admin:index"),
        reverse("admin:app_list", args=["algorithms"]),
        *(f"/beheer/algorithms/{kind}/" for kind in ("organization", "department", "party", "page", "synonym")),
        *(f"/beheer/algorithms/{kind}/add/" for kind in ("organization", "department", "party", "page", "synonym")),
        page_of(algorithm, "history"),
        f"/beheer/algorithms/organization/{algorithm.organization.pk}/change/",
    ]:
        assert client.get(address).status_code == 200, address
