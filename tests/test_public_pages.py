"""What citizens read: every page answers, tells all of a record and asks a fixed number of queries."""

import json
import re
import shutil
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError

from algorithms import publishing
from algorithms.models import Department, Listing, Organization, Page, Publication
from algorithms.public.record import rich, whole_sentences
from algorithms.standard import FIELDS

PAGES = [
    "/",
    "/algoritmes/",
    "/wijzigingen/",
    "/organisaties/",
    "/over/",
    "/toegankelijkheid/",
    "/privacy/",
    "/contact/",
    "/open-data/",
]


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def address(algorithm) -> str:
    return f"/algoritmes/{algorithm.lars}/{Listing.objects.get(lars=algorithm.lars).slug}/"


def sources(count: int) -> list[dict]:
    return [{"topic": f"Onderwerp {n // 7}", "name": f"Bron {n}", "contents": f"Inhoud {n}"} for n in range(count)]


# -- every page --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers_when_the_register_is_empty(read, path):
    assert "<h1" in read(path)
    assert '<html lang="en"' in read("/en" + path)


@pytest.mark.parametrize("path", [*PAGES, "/nergens/"])
def test_a_page_sets_no_cookie_calls_no_other_host_and_runs_only_the_script_of_the_box(client, publish_algorithm, path):
    publish_algorithm()
    answer = client.get(path)
    page = re.sub(r'<script type="application/ld\+json">.*?</script>', "", answer.content.decode())  # data: not run
    assert not answer.cookies
    assert "Set-Cookie" not in answer
    scripts = ['<script type="module" src="/static/js/search.js"></script>'] if path in ("/", "/algoritmes/") else []
    assert re.findall(r"<script.*?</script>", page, re.DOTALL) == scripts
    assert page.count("<script") == len(scripts)
    assert "style=" not in page
    assert all(source.startswith("/") for source in re.findall(r'<link rel="stylesheet" href="([^"]+)"', page))


def test_an_address_that_does_not_exist_is_told_in_the_language_of_the_address(read):
    assert "Pagina niet gevonden" in read("/nergens/", 404)
    assert "Page not found" in read("/en/nergens/", 404)


def test_the_page_for_a_broken_register_needs_no_database(rf):
    from algorithms.public.errors import server_error

    answer = server_error(rf.get("/"))  # no database is allowed in this test
    assert answer.status_code == 500
    assert "Er ging iets mis" in answer.content.decode()


def test_the_foot_of_each_page_tells_where_the_log_stands(read, publish_algorithm):
    publish_algorithm()
    entry = Publication.objects.get()
    assert f"stand 1, controlegetal {entry.hash[:12]}" in words(read("/privacy/"))


# -- front and list ----------------------------------------------------------------------------------------------------


def test_the_front_page_tells_themes_figures_and_what_is_new(read, publish_algorithm):
    publish_algorithm(name="Oud", category=["Wonen"])
    publish_algorithm(name="Nieuw", category=["Wonen", "Verkeer"], status="In ontwikkeling")
    page = words(read("/"))
    assert "2 algoritmes van 1 organisatie, 1 in gebruik" in page
    assert "Wonen (2)" in page
    assert page.index("Nieuw Gemeente Voorbeeldstad") < page.index("Oud Gemeente Voorbeeldstad")


def test_the_list_shows_the_newest_change_first_or_names_in_order(read, publish_algorithm):
    publish_algorithm(name="Ander algoritme")
    publish_algorithm(name="Zebrapaden")
    newest, named = words(read("/algoritmes/")), words(read("/algoritmes/?sorteer=naam"))
    assert newest.index("Zebrapaden") < newest.index("Ander algoritme")
    assert named.index("Ander algoritme") < named.index("Zebrapaden")
    assert words(read("/algoritmes/?sorteer=onzin&utm=1")).index("Zebrapaden")  # unknown keys and orders are ignored


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ("thema=wonen", "Thema: Wonen"),
        ("status=buiten-gebruik", "Status: Buiten gebruik"),
        ("categorie=impactvolle-algoritmes", "Publicatiecategorie: Impactvolle algoritmes"),
        ("organisatie=gemeente-elders", "Organisatie: Gemeente Elders"),
        ("afdeling=zorg-jeugd", "Afdeling: Zorg / Jeugd"),
        ("leverancier=rekenaars-bv", "Leverancier: Rekenaars BV"),
        ("gegevensbron=woningbestand", "Gegevensbron: Woningbestand"),
        ("risicoklasse=high", "Risicoklasse: Hoog"),
        ("persoonsgegevens=special", "Persoonsgegevens: Bijzondere persoonsgegevens"),
        ("impacttoets=pre-scan-dpia", "Impacttoets: Pre-scan DPIA"),
    ],
)
def test_each_facet_narrows_the_list_and_can_be_taken_away(read, publish_algorithm, query, chosen):
    publish_algorithm(name="Strooien")
    publish_algorithm(
        name="Gezocht",
        category=["Wonen"],
        status="Buiten gebruik",
        publication_category="Impactvolle algoritmes",
        organization={"name": "Gemeente Elders"},
        department={"path": "Zorg / Jeugd"},
        provider="Rekenaars BV",
        data_sources=[{"name": "Woningbestand"}],
        risk_class="high",
        personal_data="special",
        impacttoetsen_grouping=[{"title": "Pre-scan DPIA", "link": ""}],
    )
    page = read(f"/algoritmes/?{query}")
    assert "1 algoritme " in words(page)
    assert "Gezocht" in page
    assert "Strooien" not in page
    assert f"Haal weg: {chosen}" in words(page)
    assert "2 algoritmes" in words(read("/algoritmes/"))


def test_values_of_one_facet_widen_and_facets_narrow(read, publish_algorithm):
    publish_algorithm(name="Een", category=["Wonen"])
    publish_algorithm(name="Twee", category=["Verkeer"], status="Buiten gebruik")
    assert "2 algoritmes" in words(read("/algoritmes/?thema=wonen&thema=verkeer"))
    page = read("/algoritmes/?thema=wonen&thema=verkeer&status=buiten-gebruik")
    assert "1 algoritme " in words(page)
    assert 'href="/algoritmes/?thema=verkeer&status=buiten-gebruik"' in page  # the list without "wonen"


def test_departments_of_one_name_are_told_apart_by_their_organisation(read, publish_algorithm):
    for town in ("Gemeente Een", "Gemeente Twee"):
        publish_algorithm(organization={"name": town}, department={"path": "Belastingen"})
    publish_algorithm(department={"path": "Zorg"})
    page = words(read("/algoritmes/?afdeling=belastingen"))
    assert "Haal weg: Afdeling: Belastingen (Gemeente Een)" in page
    assert "Belastingen (Gemeente Twee) (1)" in page
    assert "Zorg (1)" in page


def test_a_value_that_no_record_has_gives_an_empty_list_that_says_so(read, publish_algorithm):
    publish_algorithm()
    page = words(read("/algoritmes/?organisatie=nergens"))
    assert "0 algoritmes" in page
    assert "Er zijn geen algoritmes die hierbij passen." in page
    assert "Haal weg: Organisatie: nergens" in page


def test_a_name_typed_into_the_address_is_understood(read, publish_algorithm):
    publish_algorithm(category=["Verkeer"], status="Buiten gebruik")
    publish_algorithm(category=["Wonen"], status="In gebruik")
    for query in ("thema=Verkeer", "status=Buiten+gebruik", "status=BUITEN-GEBRUIK&thema=verkeer"):
        assert "1 algoritme " in words(read(f"/algoritmes/?{query}"))


def test_nonsense_in_the_query_is_ignored(read, publish_algorithm):
    publish_algorithm()
    for query in ("thema=%00", "thema=%3Cscript%3E", "status=", "organisatie=" + "x" * 5000, "zoek=%00", "thema=nee"):
        assert "1 algoritme " in words(read(f"/algoritmes/?{query}"))


def test_long_lists_have_pages_and_a_page_that_does_not_exist_is_a_404(read, publish_algorithm):
    for _number in range(21):
        publish_algorithm()
    first, second = read("/algoritmes/?status=in-gebruik"), read("/algoritmes/?status=in-gebruik&pagina=2")
    assert first.count('<article class="card') == 20
    assert second.count('<article class="card') == 1
    assert 'href="?status=in-gebruik&pagina=2"' in first
    for number in ("3", "0", "-1", "x", "9" * 5000):
        read(f"/algoritmes/?pagina={number}", 404)


# -- a record ----------------------------------------------------------------------------------------------------------


def test_another_slug_and_the_short_addresses_lead_to_the_record(client, publish_algorithm):
    algorithm = publish_algorithm(name="Strooiroutes plannen")
    right = f"/algoritmes/{algorithm.lars}/strooiroutes-plannen/"
    for path in (f"/algoritmes/{algorithm.lars}/", f"/algoritmes/{algorithm.lars}/oude-naam/", f"/a/{algorithm.lars}"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, right)
        assert client.get(f"/en{path}")["Location"] == f"/en{right}"
    assert client.get(f"/a/{algorithm.lars}/")["Location"] == right  # as people type an address from a letter
    assert client.get(right).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/algoritmes/12345678/x/",
        "/algoritmes/12345678/",
        "/a/12345678",
        "/a/12",
        "/algoritmes/12345678/versies/",
        "/algoritmes/12345678/versies/1/",
        "/algoritmes/12345678/versies/99999999999999999999999999/",
        "/organisaties/nergens/",
        "/over/nergens/",
    ],
)
def test_what_was_never_published_is_not_found(read, make_algorithm, path):
    make_algorithm()
    read(path, 404)


def test_a_draft_has_no_page(read, make_algorithm):
    algorithm = make_algorithm(name="Geheim concept")
    for path in (f"/algoritmes/{algorithm.lars}/geheim-concept/", f"/a/{algorithm.lars}"):
        assert "Geheim" not in read(path, 404)


def test_the_first_block_answers_what_a_citizen_asks(read, publish_algorithm):
    algorithm = publish_algorithm(
        affected="Iedereen die fietst.",
        objection_procedure="<p>Bel <strong>ons</strong> binnen zes weken.</p>",
        contact_points=[{"kind": "phone", "value": "14 010", "label": "op werkdagen"}],
    )
    page = read(address(algorithm))
    block = words(page[page.index('id="in-het-kort"') : page.index('id="stappen"')])
    for question, answer in (
        ("Wat doet het?", "Plant welke wegen"),
        ("Over wie gaat het?", "Iedereen die fietst."),
        ("Wie beslist?", "Gemeente: stuurt strooiwagens"),
        ("Kan ik bezwaar maken?", "Bel ons binnen zes weken."),
        ("Wie kan ik vragen?", "algoritmes@voorbeeldstad.example"),
    ):
        assert f"{question} {answer}" in block
    assert "Telefoon: 14 010 (op werkdagen)" in block
    assert 'href="tel:14010"' in page
    assert 'href="mailto:algoritmes@voorbeeldstad.example"' in page


def test_long_answers_begin_with_whole_sentences_and_lead_to_the_rest(read, make_algorithm, publish_algorithm):
    first, last = "Camera’s lezen kentekens d.m.v. Optical Character Recognition.", "Slot van de omschrijving."
    long = f"{first} {'Een zin die verder gaat. ' * 15}{last}"
    algorithm = make_algorithm(description_short=long)
    publishing.publish(algorithm, republish=True)  # what an older standard allowed to be longer
    page = read(address(algorithm))
    answer = page[page.index('id="in-het-kort"') : page.index('id="algemene-informatie"')]
    assert first in answer
    assert last not in answer
    assert '#veld-description_short">Lees meer<' in answer
    assert last in page[page.index('id="veld-description_short"') :]
    whole = f"{first} {'Een zin die verder gaat. ' * 10}{last}"  # what the standard allows stands whole
    assert '#veld-description_short"' not in read(address(publish_algorithm(description_short=whole)))


def answers(page: str) -> dict[str, str]:
    """The answers in the first block of a page, by their questions."""
    block = page[page.index('id="in-het-kort"') : page.index('<ul class="line-list answers__tools">')]
    found = re.findall(r"<h3[^>]*>(.*?)</h3>(.*?)(?=<h3|$)", block, re.DOTALL)
    return {words(question): words(answer) for question, answer in found}


def test_an_answer_that_is_read_from_another_field_names_that_field(read, publish_algorithm):
    algorithm = publish_algorithm(
        affected="", impact="<p>Wie te hard rijdt, krijgt een boete.</p>", steps=[], human_intervention="<p>Ja.</p>"
    )
    told = answers(read(address(algorithm)))
    assert told["Over wie gaat het?"] == "Impact: Wie te hard rijdt, krijgt een boete."
    assert told["Wie beslist?"] == "Menselijke tussenkomst: Ja."
    told = answers(read(address(publish_algorithm(affected="Wie rijdt.", impact="<p>Een boete.</p>"))))
    assert told["Over wie gaat het?"] == "Wie rijdt."


@pytest.mark.parametrize("empty", ["", "<p>-</p>", "<p>–.</p>"])
def test_where_a_record_does_not_tell_how_to_object_the_register_does(read, publish_algorithm, empty):
    algorithm = publish_algorithm(objection_procedure=empty)
    page = read(address(algorithm))
    assert answers(page)["Kan ik bezwaar maken?"] == ("Dat staat niet in deze beschrijving. Niet eens met een besluit?")
    assert 'href="/bezwaar/"' in page[page.index('id="in-het-kort"') : page.index('id="stappen"')]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zie https://x.example/a?b=1&amp;c=2.", 'Zie <a rel="noopener" href="{0}">{0}</a>.'),
        ("Zie https://x.example/a?b=1&amp;c=2&amp;!", 'Zie <a rel="noopener" href="{0}">{0}</a>&amp;!'),
        ("(op https://x.example/a?b=1&amp;c=2).", '(op <a rel="noopener" href="{0}">{0}</a>).'),
        ("&lt;https://x.example/a?b=1&amp;c=2&gt;", '&lt;<a rel="noopener" href="{0}">{0}</a>&gt;'),
        (
            '<a href="https://x.example/">https://x.example/</a>',
            '<a rel="noopener" href="https://x.example/">https://x.example/</a>',
        ),
        ("https://", "https://"),
    ],
)
def test_an_address_written_as_words_is_a_link(text, shown):
    assert rich(f"<p>{text}</p>") == f"<p>{shown.format('https://x.example/a?b=1&amp;c=2')}</p>"


@pytest.mark.parametrize(
    ("text", "most", "begin"),
    [
        ("Een. Twee. Drie.", 10, "Een. Twee."),
        ("Een. Twee. Drie.", 9, "Een."),
        ("Een. Twee. Drie.", 16, "Een. Twee. Drie."),
        ("Een lange zin zonder einde", 10, ""),
        ("Kort", 10, "Kort"),
        ("Dat kan o.a. Anders. Of niet.", 22, "Dat kan o.a. Anders."),
        ("Dat kan o.a. Anders. Of niet.", 14, ""),
        ("Sinds 2024. Daarna meer.", 15, "Sinds 2024."),
        ("", 10, ""),
    ],
)
def test_a_text_is_cut_behind_a_sentence_and_not_behind_an_abbreviation(text, most, begin):
    assert whole_sentences(text, most) == begin


def test_a_card_shows_the_begin_of_a_long_description_with_whole_marks(read, publish_algorithm):
    publish_algorithm(name="Lang", description_short="Wij tellen fietsen. " * 17 + "Slot van de omschrijving.")
    publish_algorithm(name="Een zin", description_short="Wij tellen fietsen " * 20)
    publish_algorithm(name="Past", description_short="Wij tellen fietsen. " * 15)
    page = read("/algoritmes/?zoek=fietsen")
    shown = [words(card) for card in re.findall(r"<article.*?</article>", page, re.DOTALL)]
    long, one, fits = (next(card for card in shown if card.startswith(name)) for name in ("Lang", "Een zin", "Past"))
    assert "Wij tellen fietsen . …" in long
    assert "Slot van" not in long
    assert re.search(r"\w ?…", one)
    assert "…" not in fits
    assert page.count("<mark") == page.count("</mark>") == 3 * 15


def test_what_is_not_told_is_said_to_be_so_with_the_reason_when_there_is_one(read, publish_algorithm):
    algorithm = publish_algorithm(
        methods_and_models="",
        withheld=[{"field": "methods_and_models", "reason": "Dan valt er te frauderen."}],
    )
    page = words(read(address(algorithm)))
    assert "Over wie gaat het? Dat staat niet in deze beschrijving." in page
    assert "Technische werking Dit is niet verteld. De reden: Dan valt er te frauderen." in page
    assert "Impacttoetsen Veld niet ingevuld" in page
    assert "Einddatum" not in page  # shown only when filled


def test_the_reason_to_withhold_the_steps_is_told_where_is_asked_who_decides(read, publish_algorithm):
    withheld = [{"field": "steps", "reason": "Dan valt er te frauderen."}]
    algorithm = publish_algorithm(steps=[], human_intervention="<p>Een medewerker beslist.</p>", withheld=withheld)
    told = answers(read(address(algorithm)))["Wie beslist?"]
    assert "Een medewerker beslist. Niet alles is verteld. De reden: Dan valt er te frauderen." in told


def test_the_way_from_data_to_decision_is_an_ordered_list(read, publish_algorithm):
    page = read(address(publish_algorithm()))
    steps = page[page.index('<ol class="utrecht-ordered-list">') :]
    steps = words(steps[: steps.index("</ol>")])
    assert steps == (
        "Gegevens: Bronnen Wegenbestand Gegevens: Weerstations meten de temperatuur "
        "Algoritme: Strooiroutes stelt een route voor Leverancier: Intern ontwikkeld Leverancier: Routemakers B.V. "
        "Mens: Coördinator keurt de route goed Besluit: Gemeente stuurt strooiwagens"
    )


def everything() -> dict:
    """A value for each field and each column of the standard, each with a text of its own."""
    record = {
        "name": "Alles",
        "organization": {"name": "Gemeente Voorbeeldstad"},
        "department": {"path": "Dienst / Team"},
    }
    for key, field in FIELDS.items():
        match field.kind.value:
            case "line" | "text":
                record.setdefault(key, f"woord {key}")
            case "rich":
                record[key] = f"<p>woord <strong>{key}</strong></p>"
            case "choice" if key not in ("lang", "standard_version"):
                record[key] = field.choices[0].value
            case "choices":
                record[key] = [choice.value for choice in field.choices]
            case "month":
                record[key] = "2024-0" + ("1" if key == "begin_date" else "2")
            case "url" | "contact":
                record[key] = f"https://{key.replace('_', '-')}.example/pagina"
            case "rows":
                record[key] = [{column.key: _cell(key, column) for column in field.columns}]
    return record


def _cell(key, column):
    if key == "withheld" and column.key == "field":
        return "goal"
    if column.choices:
        return column.choices[-1].value
    return f"https://{key.replace('_', '-')}.example/rij" if column.kind.value == "url" else f"cel {key} {column.key}"


def test_every_value_of_every_field_is_on_the_page(read, publish_algorithm):
    algorithm = publish_algorithm(**everything())
    page = words(read(address(algorithm)))
    document = json.loads(Publication.objects.get().document)
    for key, field in FIELDS.items():
        assert str(field.label) in page, key
        value = document[key]
        assert value, f"the test does not fill {key}"
        if field.kind.value == "rows":
            found = [(row[c.key], c) for row in value for c in field.columns if (key, c.key) != ("withheld", "field")]
            told = [
                next((str(o.label) for o in column.choices if o.value == text), text)
                for text, column in found
                if (key, column.key) != ("legacy", "standard") or text
            ]
        elif field.kind.value in ("choice", "choices"):
            values = value if isinstance(value, list) else [value]
            told = [str(option.label) for option in field.choices if option.value in values]
        elif isinstance(value, dict):
            told = [value.get("path") or value["name"]]
        else:
            told = [words(value)]
        for text in told:
            assert text in page, f"{key}: {text}"


def test_rich_text_is_written_as_it_is_and_everything_else_is_escaped(client, publish_algorithm):
    algorithm = publish_algorithm(
        name="A<b>c</b> & d",
        description_short="Regel een\nregel <i>twee</i>",
        goal="<p>een <strong>twee</strong> <a href='https://x.example/'>drie</a></p>",
    )
    page = client.get(address(algorithm)).content.decode()
    assert "A&lt;b&gt;c&lt;/b&gt; &amp; d" in page
    assert "Regel een<br>regel &lt;i&gt;twee&lt;/i&gt;" in page
    assert '<p>een <strong>twee</strong> <a rel="noopener" href="https://x.example/">drie</a></p>' in page


def test_an_address_that_is_none_is_text_and_no_link(client, publish_algorithm):
    """An import keeps what it found; only web, mail and telephone addresses become links."""
    from algorithms.public.record import contact, web

    assert web("javascript:alert(1)") == ""
    assert contact("javascript:alert(1)") == ""
    assert contact("Loket, Stadsplein 1") == ""
    assert contact("+31 (0)10 123 45 67") == "tel:+31101234567"
    assert contact("a@b.example") == "mailto:a@b.example"
    assert contact("https://x.example/a?b=c") == "https://x.example/a?b=c"


def test_a_question_or_a_mistake_is_one_click_away(read, publish_algorithm):
    algorithm = publish_algorithm(name="Strooien & meer")
    page = read(address(algorithm))
    expected = (
        f"mailto:algoritmes@voorbeeldstad.example?subject=Vraag%20over%20algoritme%20{algorithm.lars}%3A%20Strooien"
    )
    assert expected in page
    elsewhere = publish_algorithm(contact_email="https://voorbeeldstad.example/contact")
    assert re.search(
        r'href="https://voorbeeldstad.example/contact"[^>]*>Fout melden', " ".join(read(address(elsewhere)).split())
    )


def test_a_record_names_its_version_log_entry_and_data(read, publish_algorithm):
    algorithm = publish_algorithm(note="Eerste publicatie")
    entry = Publication.objects.get()
    page = read(address(algorithm))
    assert "Wat er veranderde Eerste publicatie" in words(page)
    assert f"Regel 1 van het logboek, sha256: {entry.sha256}" in words(page)
    assert f"curl -s http://testserver/api/v1/algoritmes/{algorithm.lars}/versies/1 | sha256sum" in page
    assert f'href="/api/v1/algoritmes/{algorithm.lars}"' in page
    assert f'href="/algoritmes/{algorithm.lars}/versies/"' in page


def test_a_document_from_before_a_field_existed_is_still_shown(db):
    from algorithms.public.record import read as read_record

    document = {
        "lars": "11111111",
        "version": 1,
        "published_at": "2020-01-01T00:00:00.000000Z",
        "note": "",
        "name": "Oud",
        "organization": {"name": "Gemeente", "slug": "gemeente", "tooi": ""},
        "translations": {},
    }
    assert read_record(document).name.text == "Oud"


# -- versions ----------------------------------------------------------------------------------------------------------


def test_old_versions_stay_as_they_stood_and_say_that_they_are_old(read, publish_algorithm):
    algorithm = publish_algorithm(name="Strooien", goal="<p>Het eerste doel.</p>")
    algorithm.goal = "<p>Het tweede doel.</p>"
    algorithm.save()
    publishing.publish(algorithm, note="Ander doel")
    history = read(f"/algoritmes/{algorithm.lars}/versies/")
    assert history.index("Versie 2") < history.index("Versie 1")
    assert "Ander doel" in history
    first = read(f"/algoritmes/{algorithm.lars}/versies/1/")
    assert "Het eerste doel." in first
    assert "Dit is een oude versie: versie 1" in words(first)
    second = read(f"/algoritmes/{algorithm.lars}/versies/2/")
    assert "Dit is versie 2, de versie van nu." in words(second)
    assert f'<link rel="canonical" href="http://testserver/algoritmes/{algorithm.lars}/strooien/">' in " ".join(
        second.split()
    )


def test_a_withdrawn_record_leaves_a_page_with_the_reason(read, publish_algorithm):
    algorithm = publish_algorithm(name="Strooien")
    path = address(algorithm)
    publishing.withdraw(algorithm.lars, reason="Wij strooien niet meer.")
    for gone in (path, f"/algoritmes/{algorithm.lars}/iets-anders/", f"/a/{algorithm.lars}"):
        page = words(read(gone, 410))
        assert "Strooien" in page
        assert "De reden: Wij strooien niet meer." in page
    assert "Strooien" not in read("/algoritmes/")
    assert "De beschrijving is later ingetrokken." in words(read(f"/algoritmes/{algorithm.lars}/versies/1/"))
    assert "Versie 1 ingetrokken op" in words(read(f"/algoritmes/{algorithm.lars}/versies/"))


def test_a_redacted_version_says_so_and_tells_nothing_else(read, publish_algorithm):
    algorithm = publish_algorithm(goal="<p>Bel Jan Jansen.</p>", note="Met Jan Jansen")
    algorithm.goal = "<p>Bel de gemeente.</p>"
    algorithm.save()
    publishing.publish(algorithm, note="Zonder naam")
    publishing.redact("Jan Jansen", reason="Er stond een naam in.")
    page = words(read(f"/algoritmes/{algorithm.lars}/versies/1/", 410))
    assert "Deze versie is onleesbaar gemaakt" in page
    assert "Er stond een naam in." in page
    for path in (f"/algoritmes/{algorithm.lars}/versies/", "/wijzigingen/", address(algorithm)):
        assert "Jan Jansen" not in read(path)
    assert "De tekst van deze versie is onleesbaar gemaakt." in read("/wijzigingen/")


def test_a_withdrawn_record_of_which_all_was_redacted_still_has_its_page(read, publish_algorithm):
    algorithm = publish_algorithm(name="Jan Jansen volgen")
    publishing.withdraw(algorithm.lars, reason="Weg ermee.")
    publishing.redact("Jan Jansen", reason="Een naam.")
    for path, status in ((f"/a/{algorithm.lars}", 410), ("/wijzigingen/", 200)):
        page = read(path, status)
        assert "Jan Jansen" not in page
        assert algorithm.lars in page


def test_a_process_that_told_a_text_forgets_it_with_the_redaction(client, publish_algorithm, settings, tmp_path):
    """What was in memory, under an ETag or in a file before: a name of a supplier, source and department too."""
    settings.BULK_DIR = tmp_path / "open-data"
    name, slug = "Zqjansen", "zqjansen"
    publish_algorithm(name="Strooiroutes", tags="zout")
    told = {"name": f"{name} volgen", "description_short": f"Volgt {name}.", "tags": name, "provider": name}
    gone = publish_algorithm(
        note=f"Voor {name}",
        data_sources=[{"name": f"{name} gegevens"}],
        source_data_grouping=[{"title": name}],
        parties=[{"role": "supplier", "name": name}],
        **told,
        translations={"eng": told | {"name": f"{name} followed"}},
    )
    paths = [
        *PAGES,
        *(f"/{path}/" for path in ("cijfers", "netwerk", "leveranciers", "gegevensbronnen", "thema/verkeer")),
        f"/algoritmes/?leverancier={slug}",
        f"/en/algoritmes/?gegevensbron={slug}-gegevens",
        "/algoritmes/?zoek=zqjansn",  # what was meant is told by the words of the register
        "/algoritmes/suggesties/?zoek=zqj",
        f"/leveranciers/{slug}/",
        f"/algoritmes/{gone.lars}/{slug}-volgen/",
        f"/algoritmes/{gone.lars}/{slug}-volgen.pdf",
        f"/algoritmes/{gone.lars}/versies/",
        "/wijzigingen.atom",
        "/thema/verkeer/wijzigingen.atom",
        "/organisaties/gemeente-voorbeeldstad/wijzigingen.atom",
        f"/en/algoritmes/{gone.lars}/{slug}-volgen/",
        "/sitemap.xml",
        *(f"/open-data/{file}" for file in ("algoritmes.json", "algoritmes.csv", "logboek.jsonl")),
    ]

    def ask(path: str, **headers: str) -> tuple[int, str, str]:
        answer = client.get(path, headers=headers)
        body = answer.getvalue() if answer.streaming else answer.content
        return answer.status_code, body.decode(errors="replace"), answer.headers.get("ETag", "")

    before = {path: ask(path) for path in paths}
    assert sum(name in text for _status, text, _etag in before.values()) > 15
    publishing.withdraw(gone.lars, reason=f"Nooit van {name}.")
    for path in paths:
        ask(path)  # the state between: it is kept in memory, and patched next
    publishing.redact(name, reason="Een naam.")
    shutil.rmtree(settings.BULK_DIR)  # this test never commits; `test_open_data` tells that a redaction does so
    for path, (_status, _text, etag) in before.items():
        status, text, _etag = ask(path, **({"If-None-Match": etag} if etag else {}))
        assert status in (200, 404, 410), path
        assert name not in text, path
    assert not [file for file in settings.BULK_DIR.iterdir() if name.encode() in file.read_bytes()]


def test_what_a_page_tells_does_not_change_with_the_day_under_one_etag(client, publish_algorithm):
    algorithm = publish_algorithm()
    record = f"/algoritmes/{algorithm.lars}"
    paths = [
        *(*PAGES, address(algorithm), f"{record}/versies/", f"{record}/versies/1/", "/netwerk/", "/cijfers/"),
        *("/thema/verkeer/", "/wijzigingen.atom", "/robots.txt", "/.well-known/security.txt"),
        *("/open-data/cijfers/leeftijd.csv", "/api/v1/algoritmes", f"/api/v1{record}", "/api/v1/organisaties"),
    ]

    def told(now: datetime) -> dict[str, tuple[str, bytes]]:
        with time_machine.travel(now, tick=False):
            return {path: ((answer := client.get(path))["ETag"], answer.content) for path in paths}

    today = datetime.now(UTC)
    before, after = told(today), told(today + timedelta(days=400))
    changed = {path for path in paths if before[path][1] != after[path][1]}
    assert {"/cijfers/", "/.well-known/security.txt"} <= changed
    assert {path for path in changed if before[path][0] == after[path][0]} == set()


def test_the_other_language_keeps_the_query_whatever_bytes_it_came_in(client, db):
    page = client.get("/algoritmes/", QUERY_STRING="zoek=caf\xc3\xa9&x=%00+\x00'\"").content.decode()
    assert 'href="/en/algoritmes/?zoek=caf%C3%A9&amp;x=%00+%00&#x27;%22"' in page


def test_the_log_is_a_page_newest_first(read, publish_algorithm):
    algorithm = publish_algorithm(name="Een", note="Eerste keer")
    publish_algorithm(name="Twee")
    publishing.withdraw(algorithm.lars, reason="Klaar")
    page = words(read("/wijzigingen/"))
    assert page.index("Een Ingetrokken Versie 1") < page.index("Twee Nieuw Versie 1") < page.index("Eerste keer")
    read("/wijzigingen/?pagina=2", 404)


# -- organisations and pages -------------------------------------------------------------------------------------------


def test_an_organisation_has_a_page_also_without_records(read, publish_algorithm):
    publish_algorithm(name="Strooien")
    Organization.objects.create(name="Gemeente Leeg", about="<h4>Wie</h4><p>Een <em>lege</em> gemeente.</p>")
    listed = words(read("/organisaties/"))
    assert "Gemeente Voorbeeldstad 1 1" in listed
    assert "Gemeente Leeg nu geen algoritmes 0 0" in listed
    full, empty = read("/organisaties/gemeente-voorbeeldstad/"), read("/organisaties/gemeente-leeg/")
    assert "Strooien" in full
    assert 'href="/organisaties/gemeente-voorbeeldstad/stadsbeheer-wegen/"' in full
    assert "<p>Een <em>lege</em> gemeente.</p>" in empty
    assert "nu geen algoritmes" in empty


def test_a_department_without_records_is_named_too(read, publish_algorithm):
    publish_algorithm()
    Department.objects.create(organization=Organization.objects.get(), path="Zorg")
    assert "Zorg : nu geen algoritmes" in words(read("/organisaties/gemeente-voorbeeldstad/"))


@pytest.mark.parametrize("bad", ["\x1b", "\x0b", "\ud800", "\uffff"])
def test_register_data_holds_no_character_that_a_feed_cannot(db, bad):
    owner = Organization.objects.create(name="Gemeente Voorbeeldstad")
    for row, field in (
        (Organization(name=f"Gemeente{bad}"), "name"),
        (Organization(name="Gemeente Elders", about=f"<p>{bad}</p>"), "about"),
        (Department(organization=owner, path=f"Wegen{bad}"), "path"),
        (Page(slug="uitleg", title="Uitleg", body=f"<p>{bad}</p>"), "body"),
    ):
        with pytest.raises(ValidationError) as refused:
            row.full_clean()
        assert [*refused.value.message_dict] == [field]
        assert f"U+{ord(bad):04X}" in str(refused.value)


def test_pages_are_written_by_managers_and_private_ones_stay_private(read):
    Page.objects.filter(slug="over").update(title="Over ons", body="<h4>Waarom</h4><p>Daarom.</p>")
    Page.objects.filter(slug="privacy").update(is_public=False)
    Page.objects.create(slug="uitleg", title="Uitleg", body="<p>Zo werkt het.</p>", in_footer=True)
    Page.objects.create(slug="geheim", title="Verborgen", body="<p>Nog niet.</p>", is_public=False, in_footer=True)
    about = read("/over/")
    assert '<h2 class="utrecht-heading-3" id="waarom">Waarom</h2><p>Daarom.</p>' in about
    assert about.count('href="/over/uitleg/"') == 2  # in the list and in the foot
    assert "Verborgen" not in about
    assert "Zo werkt het." in read("/over/uitleg/")
    read("/over/geheim/", 404)
    assert "Deze tekst is nog niet geschreven." in read("/privacy/")


# -- cost --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "queries"),
    [("/", 5), ("/algoritmes/", 6), ("/algoritmes/?thema=verkeer", 6), ("/wijzigingen/", 5), ("/organisaties/", 5)],
)
def test_a_list_costs_the_same_for_one_record_and_for_thirty(
    client, publish_algorithm, django_assert_num_queries, path, queries
):
    publish_algorithm()
    with django_assert_num_queries(queries):
        client.get(path)
    for number in range(29):
        # departments of one name would be told apart, with one query for each state of the register
        publish_algorithm(organization={"name": f"Gemeente {number}"}, department={"path": f"Afdeling {number}"})
    with django_assert_num_queries(queries):
        client.get(path)


def test_a_record_costs_the_same_however_much_it_tells(client, publish_algorithm, django_assert_num_queries):
    small, large = (publish_algorithm(data_sources=sources(n), translations={}) for n in (0, 27))
    for path in (address(small), address(large), f"/en{address(large)}"):
        client.get(path)  # makes what is kept with this state of the register
        with django_assert_num_queries(6):  # head, record, foot; values, words and rows of what is like it
            assert client.get(path).status_code == 200
    with django_assert_num_queries(5):
        client.get(f"/algoritmes/{large.lars}/versies/1/")
