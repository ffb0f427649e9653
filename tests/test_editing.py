"""Editing without fear, and help while writing, as the pages of the admin show them.

Who may see and do what stands in tests/test_policy.py, two people at one draft in tests/test_conflict.py.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.utils import timezone

from algorithms import document, drafts, workflow
from algorithms.models import Algorithm, Event, Head, Publication, Stage
from importers import loader, readers
from importers.report import Report
from tests.forms import LIST, forms_in, opened, page_of, shown_values

SOURCE = {"name": "Wegenbestand", "contents": "Ligging van wegen"}


@pytest.fixture
def author(client, staff):
    user = staff("author")
    client.force_login(user)
    return user


@pytest.fixture
def page(client):
    """Open the page of a record; returns the answer and its text, white space made one."""

    def get(algorithm: Algorithm) -> tuple[Any, str]:
        answer = client.get(page_of(algorithm))
        assert answer.status_code == 200
        return answer, words(answer)

    return get


@pytest.fixture
def save(client, author):
    """Save the page of a record with what is typed."""

    def post(algorithm: Algorithm, typed: dict[str, Any], **options: Any) -> Any:
        return client.post(page_of(algorithm), opened(author, algorithm) | typed, **options)

    return post


def words(answer: Any) -> str:
    return " ".join(unescape(answer.content.decode()).split())


def marked(answer: Any, kind: str) -> set[str]:
    """Return the fields, groups and cells of a page that have a mark of one kind."""
    forms = forms_in(answer)
    found = {name for name, box in forms[""].fields.items() if getattr(getattr(box, "marks", None), kind, None)}
    for group in answer.context["inline_admin_formsets"]:
        if getattr(group.marks, kind, None):
            found.add(group.opts.key)
        for row in group.formset.forms:
            found |= {
                row.add_prefix(name)
                for name, box in row.fields.items()
                if getattr(getattr(box, "marks", None), kind, None)
            }
    return found


# -- the published version ---------------------------------------------------------------------------------------------


def test_while_the_next_version_is_written_the_public_one_stays_byte_for_byte(
    client, save, publish_algorithm, staff, settings, tmp_path
):
    settings.DATA_DIR = tmp_path
    algorithm = publish_algorithm(name="Strooiroutes")
    lars = algorithm.lars
    addresses = [
        f"/algoritmes/{lars}/strooiroutes/", f"/en/algoritmes/{lars}/strooiroutes/", f"/api/v1/algoritmes/{lars}",
        "/algoritmes/", "/api/v1/algoritmes", "/wijzigingen/", "/open-data/algoritmes.json",
    ]  # fmt: skip

    def public() -> list[bytes]:
        client.logout()
        return [answer_of(client.get(address, follow=True)) for address in addresses] + [Head.now().hash.encode()]

    before = public()
    client.force_login(writer := staff("author"))
    typed = {"name": "Strooihulp", "goal": "<p>Nieuw doel.</p>", "steps-0-actor": "Meetpalen", "name_en": "Grit"}
    values = opened(writer, algorithm)
    assert client.post(page_of(algorithm), values | typed).status_code == 302
    assert drafts.content(algorithm)["name"] == "Strooihulp"
    assert public() == before
    workflow.submit(algorithm, writer)
    workflow.plan(algorithm, staff("approver"), moment=timezone.now() + timedelta(hours=1))
    assert public() == before
    workflow.publish_due(timezone.now() + timedelta(hours=2))
    assert all(now != then for now, then in zip(public(), before, strict=True))


def answer_of(answer: Any) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_the_form_marks_what_differs_from_the_public_version_at_its_field(author, page, publish_algorithm, write):
    algorithm = publish_algorithm()
    answer, text = page(algorithm)
    assert marked(answer, "change") == set()
    assert "Anders dan in de openbare versie" not in text

    steps = [{"kind": "person", "actor": "Coördinator", "action": "keurt de route goed"}]
    english = {"name": "Gritting routes", "description_short": "Says which roads come first."}
    write(algorithm, goal="<p>Wegen op tijd <strong>schoon</strong> maken.</p>", status="Buiten gebruik", steps=steps,
          translations={"eng": english})  # fmt: skip
    answer, text = page(algorithm)

    assert marked(answer, "change") == {"goal", "status", "steps", "description_short_en"}
    assert text.count("Anders dan in de openbare versie 1") == 4
    at_goal = text.split('id="id_goal"')[1].split('id="id_goal_en"')[0]
    assert "begaanbaar" in at_goal.split("<del>")[1].split("</del>")[0], "the public text is there"
    assert "schoon" in at_goal.split("<ins>")[1].split("</ins>")[0]
    at_steps = text.split('id="steps-group"')[1].split('id="steps-0"')[0]
    assert "Weerstations" in at_steps
    assert "4 velden zijn anders dan in de openbare versie 1" in text


def test_a_draft_that_was_never_public_has_nothing_to_differ_from(author, page, make_algorithm):
    answer, text = page(make_algorithm())
    assert marked(answer, "change") == set()
    assert "openbare versie" not in text


def test_only_a_draft_that_was_never_public_and_is_not_offered_can_be_deleted(
    client, author, staff, make_algorithm, publish_algorithm
):
    draft, offered, public = make_algorithm(), make_algorithm(), publish_algorithm()
    workflow.submit(offered, author)
    for algorithm in (offered, public):
        assert client.post(page_of(algorithm, "delete"), {"post": "yes"}).status_code == 403
    assert client.post(page_of(draft, "delete"), {"post": "yes"}).status_code == 302
    assert set(Algorithm.objects.all()) == {offered, public}

    client.force_login(staff("approver"))
    assert client.post(page_of(public, "delete"), {"post": "yes"}).status_code == 403
    assert "/intrekken/" in words(client.get(page_of(public)))
    assert "/intrekken/" not in words(client.get(page_of(offered)))


# -- English beside Dutch ----------------------------------------------------------------------------------------------


def test_english_that_is_older_than_its_dutch_is_marked_until_it_is_changed_or_confirmed(save, page, make_algorithm):
    algorithm = make_algorithm()
    answer, text = page(algorithm)
    assert marked(answer, "stale") == set()

    save(algorithm, {"name": "Strooihulp", "description_short": "Zegt welke weg eerst komt."})
    answer, text = page(algorithm)
    assert marked(answer, "stale") == {"name_en", "description_short_en"}
    assert '<input type="checkbox" name="english_holds" value="name">' in text
    save(algorithm, {"risks": "<p>Ander risico.</p>"})
    assert marked(page(algorithm)[0], "stale") == {"name_en", "description_short_en"}

    save(algorithm, {"english_holds": ["name"], "description_short_en": "Says which road comes first."})
    assert marked(page(algorithm)[0], "stale") == set()


def test_confirming_english_alone_is_no_edit(save, make_algorithm, write):
    write(make_algorithm(), name="Strooihulp")
    algorithm = Algorithm.objects.get()
    assert algorithm.stale_english
    save(algorithm, {"english_holds": ["name"]})
    after = Algorithm.objects.get()
    assert after.stale_english == []
    assert (after.revision, after.updated_at) == (algorithm.revision, algorithm.updated_at)


def test_marks_of_rows_go_with_their_row(save, page, make_algorithm):
    rows = [SOURCE | {"name": name} for name in ("Wegen", "Weer", "Wagens")]
    english = {"eng": {"data_sources": [{"name": name} for name in ("Roads", "Weather", "Trucks")]}}
    algorithm = make_algorithm(data_sources=rows, translations=english)
    save(algorithm, {"data_sources-0-name": "Straten", "data_sources-2-name": "Auto's"})
    answer, text = page(algorithm)
    assert marked(answer, "stale") == {"data_sources-0-name_en", "data_sources-2-name_en"}
    assert 'value="data_sources.3.name"' in text

    save(algorithm, {"data_sources-2-order": "1"})
    answer, _text = page(algorithm)
    assert marked(answer, "stale") == {"data_sources-0-name_en", "data_sources-1-name_en"}

    # Ticked at the first row, which is put last in the same save.
    save(algorithm, {"english_holds": ["data_sources.1.name"], "data_sources-0-order": "3"})
    answer, _text = page(algorithm)
    assert marked(answer, "stale") == {"data_sources-0-name_en"}
    assert forms_in(answer)["data_sources"].forms[0]["name"].value() == "Straten"


def test_a_ticked_box_stays_ticked_on_a_form_that_comes_back(save, make_algorithm, write):
    algorithm = write(make_algorithm(), name="Strooihulp", description_short="Zegt welke weg eerst komt.")
    answer = save(algorithm, {"english_holds": ["name"], "begin_date": "vorig jaar"})
    assert 'name="english_holds" value="name" checked>' in words(answer)
    assert 'name="english_holds" value="description_short">' in words(answer)


# -- hints and completeness --------------------------------------------------------------------------------------------


def test_hints_stand_at_their_field_and_in_a_list_and_hold_nothing_up(client, author, page, make_algorithm, staff):
    algorithm = make_algorithm(risks="<p>N.v.t.</p>", end_date="2025-01")
    answer, text = page(algorithm)
    assert {"risks", "status"} <= marked(answer, "hints")
    at_risks = text.split('id="id_risks"')[1].split('id="id_risks_en"')[0]
    assert "Tip:" in at_risks
    told = text.split('class="hints"')[1].split("</details>")[0]
    assert '<a href="#id_risks">' in told
    assert "publishing" not in told
    assert "houdt publiceren niet tegen" in text or "houden publiceren niet tegen" in text
    workflow.submit(algorithm, author)
    client.force_login(staff("approver"))
    assert "Kijk dit nog na" in words(client.get(page_of(algorithm, "publiceren")))
    workflow.publish(algorithm, staff("approver"))


def test_an_equal_paragraph_is_told_of_records_one_may_read_only(client, staff, make_algorithm, write):
    same = "<p>De gemeente strooit bij gladheid eerst de wegen waar bussen, ambulances en strooiwagens zelf rijden.</p>"
    mine = write(make_algorithm(name="Eigen"), impact=same)
    write(make_algorithm(name="Geheim van Belastingen", department={"path": "Belastingen"}), impact=same)
    client.force_login(staff("author", department="Stadsbeheer / Wegen"))
    assert "Geheim van Belastingen" not in words(client.get(page_of(mine)))
    client.force_login(staff("author"))
    answer = client.get(page_of(mine))
    assert "Dezelfde alinea staat ook bij 'Geheim van Belastingen'" in words(answer)
    assert "impact" in marked(answer, "hints")


def test_completeness_is_on_the_form_in_the_list_and_per_department(client, staff, page, make_algorithm, write):
    full = write(make_algorithm(name="Vol"), affected="Iedereen op de weg.")
    half = write(make_algorithm(name="Half", goal="", department={"path": "Belastingen"}), risks="")
    write(make_algorithm(name="Elders", organization={"name": "Gemeente Anderstad"}, department=None), goal="")
    client.force_login(staff("author"))
    full.refresh_from_db()
    half.refresh_from_db()
    assert full.completeness > half.completeness > 0
    answer, text = page(full)
    assert answer.context["completeness"].percentage == full.completeness
    assert f'value="{full.completeness}">{full.completeness} %</meter>' in text

    shown = client.get(LIST)
    assert f"{half.completeness} %" in words(shown)
    low, high = next(pair for pair in ((0, 49), (50, 79), (80, 99)) if pair[0] <= half.completeness <= pair[1])
    found = client.get(LIST, {"volledig": f"{low}-{high}"}).context["cl"].result_list
    assert {row.name for row in found} == {row.name for row in (full, half) if low <= row.completeness <= high}

    answer = client.get(f"{LIST}volledigheid/")
    table = {row["department__path"]: row for row in answer.context["table"]}
    assert set(table) == {"Stadsbeheer / Wegen", "Belastingen"}
    assert (table["Belastingen"]["count"], table["Belastingen"]["mean"]) == (1, half.completeness)
    assert "Doel en impact" in str(table["Belastingen"]["missing"]) or table["Belastingen"]["missing"]
    assert "Anderstad" not in words(answer)


# -- the list ----------------------------------------------------------------------------------------------------------


def test_the_list_is_narrowed_by_what_waits_and_by_review_and_by_words(
    client, author, staff, make_algorithm, publish_algorithm, write
):
    today = timezone.localdate()
    approver = staff("approver")
    write(make_algorithm(name="Eigen concept"), by=author, goal="<p>Mijn tekst.</p>")
    back = make_algorithm(name="Teruggestuurd", source_id="BRON-7")
    workflow.submit(back, author)
    workflow.send_back(back, approver, reason="Te kort")
    offered = make_algorithm(name="Aangeboden", tags="sneeuw")
    workflow.submit(offered, author)
    for name, days in (("Nu", 0), ("Straks", 30), ("Later", 300)):
        Algorithm.objects.filter(pk=publish_algorithm(name=name).pk).update(review_date=today + timedelta(days=days))
    Algorithm.objects.filter(pk=offered.pk).update(review_date=today)  # not public: nothing to look at again

    def names(**query: str) -> set[str]:
        answer = client.get(LIST, query)
        assert answer.status_code == 200, query
        return {row.name for row in answer.context["cl"].result_list}

    assert names(wacht="concept") == {"Eigen concept"}
    assert names(wacht="teruggestuurd") == {"Teruggestuurd"}
    assert names(wacht="beoordeling") == set()
    assert names(herziening="nu") == {"Nu"}
    assert names(herziening="kwartaal") == {"Straks"}
    assert names(herziening="later") == {"Later"}
    assert names(stand="ter-beoordeling") == {"Aangeboden"}
    assert names(q="BRON-7") == {"Teruggestuurd"}
    assert names(q="sneeuw") == {"Aangeboden"}
    assert len(names(q="Wegen")) == 6
    everything = names()
    for forged in ({"stand": "x"}, {"wacht": "x"}, {"herziening": "x"}, {"volledig": "x"}):
        assert names(**forged) == everything
    client.force_login(approver)
    assert names(wacht="beoordeling") == {"Aangeboden"}


# -- export of a selection ---------------------------------------------------------------------------------------------


def export(client: Any, kind: str, *algorithms: Algorithm) -> Any:
    answer = client.post(LIST, {"action": f"export_{kind}", "_selected_action": [a.pk for a in algorithms]})
    assert answer.status_code == 200
    assert f'.{kind}"' in answer["Content-Disposition"]
    return answer


def test_what_is_exported_as_json_comes_back_in_unchanged(client, author, make_algorithm, publish_algorithm, write):
    first = make_algorithm(
        source_id="A-1", identifiers=[{"kind": "Lijst", "value": "7"}], category=["Verkeer", "Economie"]
    )
    second = publish_algorithm(name="Met legacy", legacy=[{"key": "o", "title": "Oud", "text": "x", "standard": "0.2"}])
    before = [drafts.content(algorithm) for algorithm in (first, second)]
    given = export(client, "json", first, second).content
    assert [document.content(found) for found in json.loads(given)["results"]] == before

    assert load(given).counts["unchanged"] == 2
    write(first, goal="<p>Weg.</p>", steps=[], translations={})
    assert load(given).counts["changed"] == 1
    assert [drafts.content(algorithm) for algorithm in (first, second)] == before


def load(given: bytes) -> Report:
    report = Report()
    reading = readers.read(given, "export.json")
    report.begin("export.json", reading)
    loader.load(reading, report)
    assert not report.refused
    return report


def test_what_is_exported_as_csv_runs_no_formula_and_links_to_public_pages_only(
    client, author, make_algorithm, publish_algorithm
):
    draft = make_algorithm(name="=1+1", tags="@som", goal="<p>-2+3</p>")
    public = publish_algorithm(name="Openbaar")
    rows = list(csv.DictReader(io.StringIO(export(client, "csv", draft, public).content.decode())))
    assert [row["name"] for row in rows] == ["'=1+1", "Openbaar"]
    assert (rows[0]["tags"], rows[0]["goal"]) == ("'@som", "'-2+3")
    assert rows[0]["register_url"] == ""
    assert rows[1]["register_url"].endswith(f"/algoritmes/{public.lars}/openbaar/")


# -- what saving tells -------------------------------------------------------------------------------------------------


def test_what_the_cleaner_took_out_is_told_with_its_field(save, make_algorithm):
    algorithm = make_algorithm()
    typed = {
        "goal": '<p>Doel <img src="x.png" alt=""> en <u>streep</u></p>',
        "risks_en": "<p>Risk<script>x()</script></p>",
    }
    told = words(save(algorithm, typed, follow=True))
    assert "weggehaald is 1 afbeelding, onderstreping of doorhaling." in told
    assert "Risicobeheer (Engels): weggehaald is 1 script." in told
    assert drafts.content(algorithm)["goal"] == "<p>Doel en streep</p>"
    assert "weggehaald" not in words(save(algorithm, {"name": "Anders"}, follow=True))


def test_who_makes_a_record_owns_it_and_may_give_it_to_a_colleague(client, author, staff, make_algorithm):
    organization = make_algorithm().organization
    colleague, stranger = staff("author"), staff("author", "Gemeente Anderstad")
    values = shown_values(client.get(f"{LIST}add/"))
    client.post(f"{LIST}add/", values | {"organization": organization.pk, "name": "Nieuw", "owner": ""})
    algorithm = Algorithm.objects.get(name="Nieuw")
    assert algorithm.owner == author
    assert list(algorithm.events.values_list("verb", "by_name")) == [(Event.Verb.CREATE, author.username)]

    values = opened(author, algorithm)
    answer = client.post(page_of(algorithm), values | {"owner": str(stranger.pk)})
    assert "owner" in forms_in(answer)[""].errors
    given = values | {"owner": str(colleague.pk), "review_date": "2031-02-03"}
    assert client.post(page_of(algorithm), given).status_code == 302
    algorithm.refresh_from_db()
    assert (algorithm.owner, str(algorithm.review_date)) == (colleague, "2031-02-03")
    assert "owner" not in json.dumps(drafts.content(algorithm))


def test_a_review_date_that_is_chosen_outlives_publishing(author, staff, save, make_algorithm):
    algorithm, later = make_algorithm(), timezone.localdate() + timedelta(days=90)
    save(algorithm, {"review_date": later.isoformat()})
    workflow.submit(algorithm, author)
    workflow.publish(algorithm, staff("approver"))
    assert Algorithm.objects.get().review_date == later
    assert later.isoformat() not in Publication.objects.get().document
    other = make_algorithm()
    workflow.submit(other, author)
    workflow.publish(other, staff("approver"))
    other.refresh_from_db()
    assert (other.stage, other.review_date) == (Stage.DRAFT, timezone.localdate() + timedelta(days=365))
