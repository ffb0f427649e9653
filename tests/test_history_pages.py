"""What stood there before can be read, compared and explained: versions, differences, what is gone, the log."""

from __future__ import annotations

import re
from html import unescape

import pytest

from algorithms import document, publishing
from algorithms.models import Algorithm, Department, Organization, Publication
from algorithms.public.views import history

REASON = "Er stond een naam in."


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def main(page: str) -> str:
    """The words of a page without its head and foot."""
    return words(page[page.index("<main") : page.index("</main>")])


def marked(page: str) -> str:
    """A page on one line, with its marks."""
    return " ".join(page[page.index("<main") : page.index("</main>")].split())


@pytest.fixture
def past(publish_algorithm):
    """Publish a record, and a version for each dict of texts; returns the draft."""

    def make(*versions: dict, **first) -> Algorithm:
        algorithm = publish_algorithm(note=first.pop("note", ""), **first)
        for number, texts in enumerate(versions, 2):
            draft = Algorithm.objects.get(pk=algorithm.pk)
            note = texts.pop("note", f"Toelichting {number}")
            publishing.publish(document.apply(draft, document.clean(texts)), note=note, republish=True)
        return algorithm

    return make


def of(algorithm: Algorithm, rest: str = "", language: str = "") -> str:
    return f"{language}/algoritmes/{algorithm.lars}/versies/{rest}"


@pytest.fixture
def redacted(past) -> Algorithm:
    """Three versions, of which the second was emptied."""
    algorithm = past({"affected": "Bel Jan Jansen.", "note": "Met Jan Jansen"}, {"affected": "Bel de gemeente."})
    publishing.redact("Jan Jansen", reason=REASON)
    return algorithm


# -- the list ----------------------------------------------------------------------------------------------------------


def test_each_version_tells_its_note_and_how_many_fields_differ_and_leads_to_the_difference(read, past):
    algorithm = past({"goal": "<p>Nieuw.</p>"}, {"goal": "<p>Nieuwer.</p>", "status": "Buiten gebruik"}, {})
    page = read(of(algorithm))
    told = main(page)
    assert (
        told.index("Versie 3 gepubliceerd op") < told.index("Versie 2 gepubliceerd op") < told.index("Versie 1 gepub")
    )
    assert "Toelichting 3 Wat veranderde er? Versie 3 2 velden zijn anders" in told
    assert "Toelichting 2 Wat veranderde er? Versie 2 1 veld is anders" in told
    assert f'href="{of(algorithm, "3/verschil/")}"' in page
    assert f'href="{of(algorithm, "1/verschil/")}"' not in page
    english = main(read(of(algorithm, language="/en")))
    assert "2 fields differ" in english
    assert '<span lang="nl">Toelichting 3' in marked(read(of(algorithm, language="/en")))


def test_what_is_very_long_is_not_counted_but_stays_comparable(read, past, monkeypatch):
    algorithm = past({"goal": f"<p>{'lang ' * 200}</p>"})
    monkeypatch.setattr("algorithms.public.past.COUNTED", 3_000)
    assert "1 veld is anders" not in main(read(of(algorithm)))
    assert "Wat veranderde er?" in main(read(of(algorithm)))


def test_a_long_history_is_paged_and_costs_the_same(client, past, django_assert_max_num_queries):
    algorithm = past(*({"goal": f"<p>Doel {number}.</p>"} for number in range(2, 24)))
    client.get(of(algorithm))
    for query in ("", "?pagina=2"):
        with django_assert_max_num_queries(7):
            page = client.get(of(algorithm, query)).content.decode()
        assert ("Versie 23 gepubliceerd" in main(page), "Versie 3 gepubliceerd" in main(page)) == (
            not query,
            bool(query),
        )
    assert client.get(of(algorithm, "?pagina=3")).status_code == 404
    with django_assert_max_num_queries(7):
        client.get(of(algorithm, "23/verschil/"))
    with django_assert_max_num_queries(7):
        client.get(of(algorithm, "12/"))
    with django_assert_max_num_queries(7):
        client.get("/wijzigingen/")
    publishing.withdraw(algorithm.lars, reason="Klaar.")
    client.get("/")
    with django_assert_max_num_queries(8):
        page = unescape(client.get(f"/a/{algorithm.lars}").content.decode())
    assert "Alle versies nog 4 regels" in main(page)


def test_a_form_without_script_leads_to_the_difference_of_any_two(client, read, past):
    algorithm = past({"goal": "<p>Twee.</p>"}, {"goal": "<p>Drie.</p>"})
    assert 'name="van"' in read(of(algorithm))
    for query in ("?van=1&tot=3", "?van=3&tot=1"):
        assert client.get(of(algorithm, query, "/en")).url == of(algorithm, "3/verschil/?met=1", "/en")
    assert client.get(of(algorithm, "1/verschil/?met=3")).url == of(algorithm, "3/verschil/?met=1")
    for query in (
        "?van=1",
        "?van=x&tot=2",
        "?van=&tot=",
        "?van=²&tot=1",
        f"?van={'9' * 5000}&tot=1",
        "?tot=-1&van=%00",
    ):
        page = read(of(algorithm, query), 400)
        assert "Kies twee versies uit de lijst." in main(page)
        assert 'aria-invalid="true"' in page
    one = past()
    assert "Twee versies vergelijken" not in read(of(one))


# -- the difference ----------------------------------------------------------------------------------------------------


def test_every_kind_of_change_is_told_with_words_that_are_heard(read, past):
    sources = [{"name": name, "contents": f"Inhoud van {name}"} for name in ("Alfa", "Bravo", "Charlie", "Delta")]
    algorithm = past(
        {
            "goal": "<p>Wegen <strong>snel</strong> begaanbaar maken.</p>",
            "status": "Buiten gebruik",
            "category": ["Verkeer", "Werk"],
            "human_intervention": "",
            "data_sources": [sources[0] | {"contents": "Andere inhoud"}, sources[3], sources[2], {"name": "Echo"}],
            "translations": {"eng": {"name": "Gritting", "data_sources": [{"name": "Alpha"}]}},
            "note": "Duidelijker",
        },
        goal="<p>Wegen op tijd begaanbaar maken.</p>", data_sources=sources, note="Eerste",
    )  # fmt: skip
    page = read(of(algorithm, "2/verschil/"))
    told = main(page)
    assert "Wat veranderde er in versie 2?" in told
    assert "Van Versie 1 ," in told
    assert "Eerste" in told
    assert "Naar Versie 2 ," in told
    assert "Duidelijker" in told
    assert "Wegen verwijderd: op tijd einde toegevoegd: snel einde begaanbaar maken." in told
    assert "verwijderd: In gebruik einde toegevoegd: Buiten gebruik einde" in told
    assert "Verkeer toegevoegd: , Werk einde" in told
    assert "Rij 1 gewijzigd: Alfa" in told
    assert "Rij 2 verwijderd: Bravo" in told
    assert re.search(r"Rij \d verplaatst, was rij \d:", told)
    assert "Rij 4 toegevoegd: Echo" in told
    assert "(Engels)" in told
    assert "Menselijke tussenkomst leeg gemaakt" in told
    assert re.search(r'<ins><span class="only-heard" lang="nl">toegevoegd: </span>snel', page)
    links = re.findall(r'href="#(verschil-\d+)"', page)
    assert len(links) > 5
    assert re.findall(r'id="(verschil-\d+)"', page) == links
    assert f"{len(links)} velden zijn anders" in told
    english = main(read(of(algorithm, "2/verschil/", "/en")))
    assert "What changed in version 2?" in english
    assert "removed: In use" in english or "removed:" in english
    assert 'lang="nl">Wegen' in marked(read(of(algorithm, "2/verschil/", "/en")))


def test_fields_stand_in_the_order_of_the_standard_and_what_stayed_is_shortened(read, past):
    long = "woord " * 100
    algorithm = past({"risks": f"<p>{long}nieuw slot.</p>", "name": "Anders"}, risks=f"<p>{long}oud slot.</p>")
    told = main(read(of(algorithm, "2/verschil/")))
    assert told.index("Naam gewijzigd") < told.index("Risicobeheer gewijzigd")
    assert "… woord" in told
    assert told.count("woord ") < 40


def test_no_difference_is_said_plainly(read, past):
    algorithm = past({"goal": "<p>Anders.</p>"}, {"goal": "<p>Weer zo.</p>"}, {"goal": "<p>Anders.</p>"})
    told = main(read(of(algorithm, "4/verschil/?met=2")))
    assert "Verschil tussen versie 2 en 4" in told
    assert "Er is geen verschil. In beide versies staat hetzelfde." in told


def test_the_first_version_is_all_new(read, past):
    algorithm = past()
    page = read(of(algorithm, "1/verschil/"))
    assert "Dit is de eerste versie. Alles wat erin staat, is dus nieuw." in main(page)
    assert f'href="{of(algorithm, "1/")}"' in page


def test_the_changes_around_are_one_click_away(read, past):
    algorithm = past({"goal": "<p>Twee.</p>"}, {"goal": "<p>Drie.</p>"}, {"goal": "<p>Vier.</p>"})
    page = read(of(algorithm, "3/verschil/"))
    assert re.search(rf'href="{of(algorithm, "2/verschil/")}">\s*De wijziging hiervoor', page)
    assert re.search(rf'href="{of(algorithm, "4/verschil/")}">\s*De wijziging hierna', page)
    assert "De wijziging hierna" not in read(of(algorithm, "4/verschil/"))
    assert "De wijziging hiervoor" not in read(of(algorithm, "2/verschil/"))


def test_a_bad_pair_is_explained(client, read, past):
    algorithm = past({"goal": "<p>Twee.</p>"})
    for query in ("x", "-1", "0", "1.5", "²", "9" * 5000, "", "1&met=2", "%00", "<script>"):
        answer = client.get(of(algorithm, f"2/verschil/?met={query}"))
        assert answer.status_code == 400
        assert "Dit adres noemt geen versie om mee te vergelijken." in main(answer.content.decode())
        assert b"<script>" not in answer.content
    assert "Dit is twee keer dezelfde versie." in main(read(of(algorithm, "2/verschil/?met=2"), 400))
    for path in ("2/verschil/?met=7", "7/verschil/?met=2"):
        assert "Versie 7 van dit algoritme bestaat niet." in main(read(of(algorithm, path), 404))
        assert "Twee versies vergelijken" in read(of(algorithm, path), 404)
    assert client.get(of(algorithm, f"{'9' * 30}/verschil/")).status_code == 404
    assert client.get("/algoritmes/12345678/versies/2/verschil/").status_code == 404
    assert client.get(of(algorithm, "01/")).status_code == 404  # each version has one address


def test_a_first_version_that_was_redacted_is_not_called_new(read, past):
    algorithm = past({"goal": "<p>Twee.</p>"}, goal="<p>Bel Jan Jansen.</p>")
    publishing.redact("Jan Jansen", reason=REASON)
    assert f"De reden: {REASON}" in main(read(of(algorithm, "1/verschil/"), 410))


def test_a_long_table_shows_its_first_rows_and_says_how_many_more(read, past, monkeypatch):
    monkeypatch.setattr(history, "MOST_ROWS", 3)
    algorithm = past(
        {"data_sources": [{"name": f"Bron {n}"} for n in range(8)]}, data_sources=[], translations={"eng": {}}
    )
    told = main(read(of(algorithm, "2/verschil/")))
    assert "Bron 2" in told
    assert "Bron 3" not in told
    assert "Er zijn nog 5 rijen die anders zijn." in told


@pytest.mark.parametrize("language", ["", "/en"])
def test_pages_of_the_past_stay_out_of_search_engines_but_lead_on(read, past, language):
    algorithm = past({"goal": "<p>Twee.</p>"})
    for rest in ("1/", "2/verschil/", "1/verschil/"):
        assert '<meta name="robots" content="noindex, follow">' in read(of(algorithm, rest, language))
    assert "robots" not in read(of(algorithm, "", language))


# -- one version -------------------------------------------------------------------------------------------------------


def test_a_version_leads_to_those_around_it_and_to_its_change(read, past):
    algorithm = past({"goal": "<p>Twee.</p>"}, {"goal": "<p>Drie.</p>"})
    page = read(of(algorithm, "2/"))
    told = main(page)
    assert "Dit is een oude versie: versie 2" in told
    assert "De versie hiervoor De versie hierna Wat veranderde er? Alle versies" in told
    for rest in ("1/", "3/", "2/verschil/", ""):
        assert f'href="{of(algorithm, rest)}"' in page
    assert "Naar de huidige versie De versie hierna Alle versies" in main(read(of(algorithm, "1/")))
    assert "The version before this What changed? All versions" in main(read(of(algorithm, "3/", "/en")))


def test_an_old_version_leads_to_no_department_that_is_gone(read, past):
    algorithm = past({"department": {"path": "Nieuwe afdeling"}})
    Department.objects.exclude(path="Nieuwe afdeling").delete()
    old, new = (
        read(of(algorithm, "1/")),
        read(f"/algoritmes/{algorithm.lars}/{algorithm.name.lower().replace(' ', '-')}/"),
    )
    assert "Gemeente Voorbeeldstad · Stadsbeheer / Wegen" in main(old)
    assert 'href="/organisaties/' not in marked(old)
    assert 'href="/organisaties/gemeente-voorbeeldstad/nieuwe-afdeling/"' in marked(new)


def test_a_redacted_version_tells_why_when_and_where_that_is_written(read, redacted):
    page = main(read(of(redacted, "2/"), 410))
    entry, redaction = (
        Publication.objects.get(lars=redacted.lars, version=2, action="publish"),
        Publication.objects.last(),
    )
    assert f"Deze versie is onleesbaar gemaakt {redacted.name} De tekst is weggehaald." in page
    assert f"Waarom {REASON}" in page
    assert f"Regel {entry.sequence} van het logboek, sha256: {entry.sha256}" in page
    assert f"Dat de tekst weg is, staat in regel {redaction.sequence}." in page
    assert "De versie hiervoor De versie hierna Alle versies" in page
    assert "Wat veranderde er?" not in page
    assert "Entry 4 says that the text is gone." in main(read(of(redacted, "2/", "/en"), 410))


def test_what_was_redacted_is_not_compared_and_the_reason_is_told(read, redacted):
    for path in ("2/verschil/", "3/verschil/", "3/verschil/?met=2"):
        page = read(of(redacted, path), 410)
        assert "Deze versies zijn niet te vergelijken" in main(page)
        assert "Versie 2 is onleesbaar gemaakt op" in main(page)
        assert f"De reden: {REASON}" in main(page)
        assert "Jan Jansen" not in page
    assert "Bel de gemeente." in main(read(of(redacted, "3/verschil/?met=1")))
    listed = read(of(redacted))
    assert "/verschil/" not in listed
    assert re.findall(r'<option value="(\d)"', listed) == ["3", "1"] * 2
    assert "Versie 2 onleesbaar gemaakt op" in main(listed)
    assert f"De reden: {REASON}" in main(listed)


# -- withdrawn ---------------------------------------------------------------------------------------------------------


def test_a_withdrawn_record_tells_what_it_was_about_and_leads_on(read, past, publish_algorithm):
    publish_algorithm(name="Ander algoritme")
    algorithm = past({"description_short": "Plant nu ook fietspaden."}, name="Strooiroutes")
    Organization.objects.update(name="Gemeente Nieuwstad")  # the old text keeps the old name, the list has the new one
    publishing.withdraw(algorithm.lars, reason="Wij strooien niet meer.")
    page = read(f"/a/{algorithm.lars}", 410)
    told = main(page)
    assert "De reden: Wij strooien niet meer." in told
    assert "Dit stond in versie 2, van" in told
    assert "Het geldt nu niet meer." in told
    assert "Plant nu ook fietspaden. Gemeente Voorbeeldstad" in told
    assert "Verkeer (1)" in told
    assert "Gemeente Nieuwstad (1)" in told
    assert 'href="/algoritmes/?thema=verkeer"' in page
    for rest in ("1/", "2/", "2/verschil/", ""):
        assert f'href="{of(algorithm, rest)}"' in page
    english = read(f"/en/a/{algorithm.lars}", 410)
    assert "What it was about" in main(english)
    assert "Gritting routes" in main(english)
    assert "Lees waarom" in main(read(of(algorithm)))
    assert "Lees waarom" in main(read(of(algorithm, "2/")))


def test_a_withdrawn_record_of_which_nothing_can_be_read_says_so(read, past):
    algorithm = past(name="Jan Jansen", description_short="Plant routes.")
    publishing.withdraw(algorithm.lars, reason="Op verzoek van Jan Jansen.")
    publishing.redact("Jan Jansen", reason=REASON)
    page = read(f"/a/{algorithm.lars}", 410)
    told = main(page)
    assert "Jan Jansen" not in page
    assert f"De reden is later onleesbaar gemaakt. {REASON}" in told
    assert "Daarom kunt u hier niet lezen waar het over ging." in told
    assert "Reden bij versie 1 onleesbaar gemaakt op" in told
    assert "Versie 1 onleesbaar gemaakt op" in told
    assert "The reason was made unreadable later." in main(read(f"/en/a/{algorithm.lars}", 410))


# -- the log -----------------------------------------------------------------------------------------------------------


def test_the_log_tells_day_by_day_what_happened(read, redacted):
    publishing.withdraw(redacted.lars, reason="Wij strooien niet meer.")
    page = read("/wijzigingen/")
    told = main(page)
    assert page.count('id="dag-') == 1
    assert told.index("Ingetrokken Versie 3") < told.index("Tekst onleesbaar gemaakt Versie 2")
    assert told.index("Tekst onleesbaar gemaakt") < told.index("Gewijzigd Versie 3") < told.index("Nieuw Versie 1")
    assert "De reden: Wij strooien niet meer." in told
    assert "De tekst van deze versie is onleesbaar gemaakt." in told
    assert "/verschil/" not in page, "the version before was emptied"
    assert 'type="application/atom+xml"' in page
    assert "Volg dit met Atom" in told
    english = main(read("/en/wijzigingen/"))
    assert "Text made unreadable Version 2" in english
    assert "Line 5" in english


def test_a_change_in_the_log_leads_to_what_changed(read, past):
    algorithm = past({"goal": "<p>Twee.</p>"})
    page = read("/wijzigingen/")
    assert f'href="{of(algorithm, "2/verschil/")}"' in page
    assert f'href="{of(algorithm, "1/verschil/")}"' not in page
