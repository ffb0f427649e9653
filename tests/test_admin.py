"""An author fills in the standard at /beheer/ and publishes; what is wrong is told at its field and stores nothing."""

from __future__ import annotations

import json
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from algorithms import document, publishing, richtext
from algorithms.models import (
    Algorithm,
    Department,
    Head,
    Listing,
    Organization,
    Page,
    Party,
    Publication,
    Synonym,
)
from algorithms.standard import FIELDS, ROW_KEYS, SECTIONS, TRANSLATED, Kind, translated_columns

LIST = "/beheer/algorithms/algorithm/"
ADD = f"{LIST}add/"


def page_of(algorithm: Algorithm, verb: str = "change") -> str:
    return f"{LIST}{algorithm.pk}/{verb}/"


@pytest.fixture
def person(client, db):
    """Log in a member of staff who has exactly these permissions."""

    def log_in(*permissions: str) -> User:
        user = User.objects.create_user(f"medewerker{User.objects.count()}", password="geheim", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client.force_login(user)
        return user

    return log_in


@pytest.fixture
def author(person):
    return person("add_algorithm", "change_algorithm", "view_algorithm", "delete_algorithm")


@pytest.fixture
def publisher(person):
    return person("change_algorithm", "publish_algorithm")


def forms_in(response) -> dict:
    """The forms on a page: "" is the record's, the others are the groups of rows by their key."""
    groups = {group.formset.prefix: group.formset for group in response.context["inline_admin_formsets"]}
    return {"": response.context["adminform"].form, **groups}


def shown_values(response) -> dict:
    """What a browser would send when the page is saved as it stands."""
    found = forms_in(response)
    forms = [found.pop("")]
    for formset in found.values():
        forms += [formset.management_form, *formset.forms]
    values = {}
    for form in forms:
        for box in form:
            value = (
                box.field.widget.format_value(box.value()) if hasattr(box.field.widget, "format_value") else box.value()
            )
            if value not in (None, False):
                values[box.html_name] = value
    return values


def add(client, typed: dict, **options):
    """Fill in the page for a new record and save it."""
    return client.post(ADD, shown_values(client.get(ADD)) | typed, **options)


def rows_typed(key: str, rows: list[dict]) -> dict:
    """What a browser sends for new rows of a group; `_en` columns and `order` as they are."""
    typed = {f"{key}-{number}-{column}": value for number, row in enumerate(rows) for column, value in row.items()}
    return typed | {f"{key}-TOTAL_FORMS": str(len(rows)), f"{key}-INITIAL_FORMS": "0"}


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
    organization = Organization.objects.create(name="Gemeente Voorbeeldstad", tooi="https://identifier.overheid.nl/x")
    return Department.objects.create(organization=organization, path="Stadsbeheer / Wegen")


# -- the whole way -----------------------------------------------------------------------------------------------------


def test_an_author_fills_in_everything_and_publishes_exactly_that(client, person, department):
    person("add_algorithm", "change_algorithm", "publish_algorithm")
    typed, expected = filled_in(department.organization, department)

    response = add(client, typed | {"_continue": "1"}, follow=True)
    algorithm = Algorithm.objects.get()
    assert response.redirect_chain == [(page_of(algorithm), 302)]
    assert "Nog nodig om te publiceren" not in response.content.decode()

    page = client.get(page_of(algorithm, "publiceren"))
    assert "Versie 1 wordt openbaar" in page.content.decode()
    draft = page.context["standing"].draft
    response = client.post(page_of(algorithm, "publiceren"), {"note": "Eerste keer", "draft": draft}, follow=True)

    published = json.loads(Publication.objects.get().document)
    assert document.content(published) == expected | {"lars": algorithm.lars}
    assert published["note"] == "Eerste keer"
    listing = Listing.objects.get()
    assert f'href="/algoritmes/{algorithm.lars}/{listing.slug}/"' in response.content.decode()
    assert LogEntry.objects.latest("pk").change_message == "Versie 1 gepubliceerd. Toelichting: Eerste keer"


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
    edited = Algorithm.objects.get(pk=algorithm.pk).updated_at

    response = client.post(page_of(algorithm), shown_values(client.get(page_of(algorithm))))

    assert response.status_code == 302
    algorithm = Algorithm.objects.get(pk=algorithm.pk)
    assert document.build(algorithm) == before
    assert algorithm.updated_at == edited
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


def test_too_many_rows_are_refused(client, author, department):
    rows = [{"kind": "Lijst", "value": str(number)} for number in range(1001)]
    response = add(client, {"organization": department.organization.pk} | rows_typed("identifiers", rows))
    assert "Er zijn 1001 rijen; het maximum is 1000." in response.content.decode()
    assert not Algorithm.objects.exists()


def test_a_department_of_another_organisation_is_refused(client, author, department):
    other = Organization.objects.create(name="Gemeente Anderstad")
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


def test_an_incomplete_record_is_not_published(client, publisher, make_algorithm):
    algorithm = make_algorithm(status="", contact_email="")
    page = client.get(page_of(algorithm, "publiceren"))
    html = page.content.decode()
    assert "<form method" not in html.split('id="content-main"')[1].split("</main>")[0]
    assert f'<a href="{page_of(algorithm)}#id_status">Status</a>' in html
    response = client.post(page_of(algorithm, "publiceren"), {"draft": page.context["standing"].draft})
    assert "Er is niets gepubliceerd" in response.content.decode()
    assert "Status: Dit verplichte veld is leeg. Vul het in." in response.content.decode()
    assert not Publication.objects.exists()


def test_publishing_an_unchanged_record_says_so(client, publisher, publish_algorithm):
    algorithm = publish_algorithm()
    page = client.get(page_of(algorithm, "publiceren"))
    assert "Er is niets gewijzigd sinds versie 1" in page.content.decode()
    draft = page.context["standing"].draft
    response = client.post(page_of(algorithm, "publiceren"), {"draft": draft}, follow=True)
    assert "dus er komt geen nieuwe versie" in response.content.decode()
    assert Publication.objects.count() == 1


def test_only_what_was_looked_at_is_published(client, publisher, make_algorithm):
    algorithm = make_algorithm()
    draft = client.get(page_of(algorithm, "publiceren")).context["standing"].draft
    document.apply(algorithm, {"goal": "<p>Intussen gewijzigd</p>"})
    response = client.post(page_of(algorithm, "publiceren"), {"draft": draft, "note": "Mijn toelichting"})
    assert "is gewijzigd nadat u deze pagina opende" in response.content.decode()
    assert "Mijn toelichting" in response.content.decode()
    assert not Publication.objects.exists()


def test_a_note_with_a_control_character_is_refused(client, publisher, make_algorithm):
    algorithm = make_algorithm()
    draft = client.get(page_of(algorithm, "publiceren")).context["standing"].draft
    response = client.post(page_of(algorithm, "publiceren"), {"draft": draft, "note": "a\x00b"})
    assert "U+0000" in response.content.decode()
    assert not Publication.objects.exists()


def test_withdrawing_needs_a_reason_and_publishing_again_makes_the_next_version(client, publisher, publish_algorithm):
    algorithm = publish_algorithm()
    response = client.post(page_of(algorithm, "intrekken"), {"reason": "  "})
    assert "Geef een reden" in response.content.decode()
    assert Listing.objects.exists()

    response = client.post(page_of(algorithm, "intrekken"), {"reason": "Gestopt met de proef"}, follow=True)
    assert not Listing.objects.exists()
    assert "Stand: ingetrokken" in " ".join(response.content.decode().split())
    last = LogEntry.objects.latest("pk").change_message
    assert last == "Ingetrokken; versie 1 was de laatste openbare. Reden: Gestopt met de proef"
    assert "niets in te trekken" in client.get(page_of(algorithm, "intrekken")).content.decode()

    page = client.get(page_of(algorithm, "publiceren"))
    assert "Versie 2 wordt openbaar" in page.content.decode()
    client.post(page_of(algorithm, "publiceren"), {"draft": page.context["standing"].draft})
    assert Listing.objects.get().version == 2


def test_without_the_right_to_publish_there_is_no_button_and_no_door(client, author, publish_algorithm):
    algorithm = publish_algorithm()
    assert "/publiceren/" not in client.get(page_of(algorithm)).content.decode()
    for verb in ("publiceren", "intrekken"):
        assert client.get(page_of(algorithm, verb)).status_code == 403
        assert client.post(page_of(algorithm, verb), {"reason": "x"}).status_code == 403
    assert Publication.objects.count() == 1


def test_the_right_to_publish_alone_opens_no_record(client, person, make_algorithm):
    algorithm = make_algorithm()
    person("publish_algorithm")
    assert client.post(page_of(algorithm, "publiceren")).status_code == 403


@pytest.mark.parametrize("verb", ["publiceren", "intrekken"])
def test_publishing_is_for_staff_and_asks_for_the_token(client, django_user_model, make_algorithm, verb):
    algorithm = make_algorithm()
    assert client.get(page_of(algorithm, verb)).url.startswith("/beheer/login/")
    client.force_login(django_user_model.objects.create_user("burger", password="geheim"))
    assert client.get(page_of(algorithm, verb)).url.startswith("/beheer/login/")
    strict = type(client)(enforce_csrf_checks=True)
    strict.force_login(django_user_model.objects.create_superuser("beheerder", password="geheim"))
    assert strict.post(page_of(algorithm, verb), {"reason": "x"}).status_code == 403
    assert strict.get(f"{LIST}999999/{verb}/").status_code == 404


# -- the list and deleting ---------------------------------------------------------------------------------------------


def test_the_list_tells_where_each_record_stands(client, author, make_algorithm, publish_algorithm):
    make_algorithm(name="Concept")
    publish_algorithm(name="Openbaar")
    changed = publish_algorithm(name="Gewijzigd")
    document.apply(changed, {"goal": "<p>Nieuw</p>"})
    withdrawn = publish_algorithm(name="Weg")
    publishing.withdraw(withdrawn.lars, reason="Gestopt")

    def names(**query) -> list[str]:
        return sorted(algorithm.name for algorithm in client.get(LIST, query).context["cl"].result_list)

    response = client.get(LIST)
    shown = {algorithm.name: algorithm.state for algorithm in response.context["cl"].result_list}
    assert shown == {
        "Concept": "concept", "Openbaar": "gepubliceerd", "Gewijzigd": "gewijzigd", "Weg": "ingetrokken",
    }  # fmt: skip
    assert "gewijzigd sinds publicatie (versie 1)" in response.content.decode()
    assert names(stand="ingetrokken") == ["Weg"]
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


def test_who_may_only_look_sees_everything_and_changes_nothing(client, person, make_algorithm):
    algorithm = make_algorithm()
    before = document.build(Algorithm.objects.get(pk=algorithm.pk))
    person("view_algorithm")
    html = client.get(page_of(algorithm)).content.decode()
    assert "Gritting routes" in html
    assert "Coördinator" in html
    assert client.post(page_of(algorithm), {"name": "Gekaapt"}).status_code == 403
    assert document.build(Algorithm.objects.get(pk=algorithm.pk)) == before


# -- register data and the log -----------------------------------------------------------------------------------------


@pytest.fixture
def manager(client, admin_user):
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
    assert Synonym.objects.get().words == ["AVG", "privacywet"]
    assert Head.now().key != before
    assert client.get("/beheer/algorithms/synonym/", {"q": "privacy"}).status_code == 200


def test_pages_with_an_address_of_their_own_stay(client, manager):
    fixed = Page.objects.create(slug="privacy", title="Privacy")
    other = Page.objects.create(slug="meer", title="Meer")
    for page in (fixed, other):
        client.post(f"/beheer/algorithms/page/{page.pk}/delete/", {"post": "yes"})
    assert list(Page.objects.all()) == [fixed]


def test_the_log_is_read_only_even_for_the_manager(client, manager, publish_algorithm):
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


def test_every_page_of_the_admin_answers(client, manager, publish_algorithm):
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
