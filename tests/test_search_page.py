"""The search as people meet it: the box, the page of results, what it says when little or nothing is found, and the
suggestions while typing. Whatever is typed, the answer is a page that tells what was searched."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

from algorithms import publishing
from algorithms.public import facets
from algorithms.search.engine import Engine

NONSENSE = [
    "%", "*", "(", ")", "\\", "'", "''", '"', '"half', "- - -", "-", '"" -""', "of", "naam:", 'naam:"', ":", "a:b:c",
    "\x00", "a\x00b", "\x07", "\u202eabc\u202c", "שלום עולם", "😀", "👩‍👩‍👧", "\ufffd", "x" * 10_000, "x " * 5_000,
    "'; DROP TABLE algorithms_listing; --", "NEAR(a b)", "a AND b", "^a", "{a b}", "?", "\n\t", "1" * 300,
]  # fmt: skip


def words(page: str) -> str:
    """Return the text of a page as one line."""
    return " ".join(re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL).split())


def heading(page: str) -> str:
    return words(re.search(r"<h1.*?</h1>", page, re.DOTALL)[0]).replace("‘ ", "‘").replace(" ’", "’")


def title(page: str) -> str:
    return words(re.search(r"<title>.*?</title>", page, re.DOTALL)[0])


def marks(page: str) -> list[str]:
    return re.findall(r"<mark[^>]*>(.*?)</mark>", page)


def links(page: str, text: str) -> list[dict[str, list[str]]]:
    """Return what each link with this text in it asks of the list."""
    found = re.findall(r'<a\s[^>]*?href="([^"]*)"[^>]*>(.*?)</a>', page, re.DOTALL)
    return [parse_qs(urlsplit(address).query) for address, inside in found if text in words(inside)]


@pytest.fixture
def look(read):
    """Return the page of results: look("parkeren", "/en", thema="wonen")."""

    def get(text: str, language: str = "", **more) -> str:
        return read(f"{language}/algoritmes/?{urlencode({'zoek': text} | more, doseq=True)}")

    return get


@pytest.fixture
def suggested(client):
    """Return what is suggested for a text, (words, records), of a page in either language."""

    def get(text: str, language: str = "") -> tuple[list, list]:
        answer = client.get(f"{language}/algoritmes/suggesties/", {"zoek": text})
        assert answer.status_code == 200
        told = answer.json()
        assert told.keys() == {"words", "records"}
        assert len(told["words"]) <= 5
        assert len(told["records"]) <= 5
        return told["words"], told["records"]

    return get


# -- the box -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "label", "button"),
    [
        ("/", "Zoek een algoritme", "Zoeken"),
        ("/algoritmes/", "Zoek een algoritme", "Zoeken"),
        ("/en/", "Search for an algorithm", "Search"),
        ("/en/algoritmes/", "Search for an algorithm", "Search"),
    ],
)
def test_the_box_stands_first_on_the_front_page_and_above_the_list(read, publish_algorithm, path, label, button):
    publish_algorithm()
    page = read(path)
    form = re.search(r"<form.*?</form>", page, re.DOTALL)[0]
    assert 'method="get"' in form
    assert 'role="search"' in form
    assert f'action="{path if "algoritmes" in path else path + "algoritmes/"}"' in form
    assert re.search(rf'<label[^>]*for="zoek">{label}</label>', form)
    assert re.search(r'<input type="search"[^>]*name="zoek"', form, re.DOTALL)
    assert re.search(rf'<button type="submit"[^>]*>{button}</button>', form)
    assert page.index("<h1") < page.index("<form") < page.index('<p class="utrecht-paragraph')
    for example in ('"', " -", " of " if "/en" not in path else " or ", ":centric"):
        assert any(example in code for code in re.findall(r"<code[^>]*>(.*?)</code>", form))


def test_words_and_choices_are_sent_together(look, publish_algorithm):
    publish_algorithm(name="Strooien", category=["Verkeer"])
    page = look("strooien", thema=["verkeer", "wonen"], status="in-gebruik", sorteer="naam")
    form = re.search(r"<form.*?</form>", page, re.DOTALL)[0]
    assert re.search(r'name="zoek"[^>]*value="strooien"', form, re.DOTALL)
    assert '<input type="hidden" name="status" value="in-gebruik">' in form
    assert '<input type="hidden" name="sorteer" value="naam">' in form
    several = re.search(r'<select name="thema" multiple hidden[^>]*>(.*?)</select>', form, re.DOTALL)[1]
    assert re.findall(r'<option value="([^"]*)" selected>', several) == ["verkeer", "wonen"]
    names = re.findall(r' name="([^"]*)"', form)
    assert sorted(names) == ["sorteer", "status", "thema", "zoek"]  # each once, however much was chosen
    assert re.findall(r' name="([^"]*)"', look("strooien").split("</form>")[0].split("<form")[1]) == ["zoek"]


def test_each_value_is_a_link_that_adds_it_or_takes_it_away(look, read, publish_algorithm):
    publish_algorithm(name="Strooien", category=["Verkeer"])
    publish_algorithm(name="Strooien", category=["Wonen"])
    asked = {"zoek": ["strooien"], "sorteer": ["naam"]}
    page = look("strooien", thema="verkeer", sorteer="naam", pagina=1)
    filters = page[page.index('class="filters"') : page.index('class="results')]
    assert links(filters, "Wonen (1)") == [asked | {"thema": ["verkeer", "wonen"]}]
    assert links(filters, "Gekozen. Weghalen: ✓ Verkeer (1)") == [asked]
    assert links(filters, "In gebruik (1)") == [asked | {"thema": ["verkeer"], "status": ["in-gebruik"]}]
    chosen = re.findall(r"<a\s[^>]*aria-current[^>]*>", filters)
    assert len(chosen) == 1
    assert len(re.findall(r"<a\s[^>]*rel=\"nofollow\"[^>]*>", filters)) == len(re.findall(r"<a\s", filters)) - 1
    # One address for one choice, in whatever order it was made; nothing is left of what is taken away.
    for query in ("thema=wonen&status=in-gebruik", "status=in-gebruik&thema=wonen"):
        assert 'href="/algoritmes/?thema=wonen&thema=verkeer&status=in-gebruik"' in read(f"/algoritmes/?{query}")
    assert 'href="/algoritmes/"' in read("/algoritmes/?thema=wonen")
    assert "Chosen. Remove: ✓ Housing (1)" in words(read("/en/algoritmes/?thema=wonen"))


def test_of_many_values_the_usual_ones_stand_first_and_the_others_on_demand(read, publish_algorithm, monkeypatch):
    common = [{"name": f"Bron {letter}"} for letter in "ABCDEFGHIJ"]
    publish_algorithm(data_sources=common)
    publish_algorithm(data_sources=[*common, {"name": "Aparte bron"}, {"name": "Zeldzame bron"}])

    def shown(path: str) -> tuple[list[str], list[str], str]:
        """Return the values that stand there at once, those on demand, and the words of the whole facet."""
        found = next(part for part in read(path).split('<details class="filters__facet"') if "Gegevensbron<" in part)
        first, _more, rest = found.partition('<details class="filters__more">')
        told = [re.findall(r"(?:Bron \w|\w+ bron)(?= \(\d)", words(part)) for part in (first, rest)]
        return told[0], told[1], words(found)

    usual = [f"Bron {letter}" for letter in "ABCDEFGHIJ"]
    assert shown("/algoritmes/")[:2] == (usual, ["Aparte bron", "Zeldzame bron"])
    assert "Toon alle 12 : Gegevensbron" in shown("/algoritmes/")[2]
    # What was chosen always stands there, first.
    assert shown("/algoritmes/?gegevensbron=zeldzame-bron")[0] == ["Zeldzame bron", *usual[:9]]
    monkeypatch.setattr(facets, "MOST", 11)
    first, rest, told = shown("/algoritmes/")
    assert (first, rest) == (usual, ["Aparte bron"])
    assert "Eén waarde die minder vaak voorkomt, staat hier niet. Bekijk de hele lijst" in told
    assert 'href="/gegevensbronnen/"' in read("/algoritmes/").split('class="filters"')[1].split('class="results')[0]
    assert shown("/algoritmes/?gegevensbron=zeldzame-bron")[0][0] == "Zeldzame bron"


def test_values_of_a_record_are_dutch_on_an_english_page_and_say_so(read, publish_algorithm):
    publish_algorithm(provider="Rekenaars BV", parties=[])
    page = read("/en/algoritmes/")
    filters = page[page.index('class="filters"') : page.index('class="results')]
    assert re.search(r'<span lang="nl">Wegenbestand</span>', filters)
    assert re.search(r"<span>Rekenaars BV</span>", filters)  # a name is the same in every language
    assert re.search(r"<span>Traffic</span>", filters)
    assert "lang=" not in read("/algoritmes/").split('class="filters"')[1].split('class="results')[0]


def test_title_and_description_tell_what_was_chosen(look, read, publish_algorithm):
    publish_algorithm(name="Strooien", category=["Verkeer"])
    description = r'<meta name="description"\s+content="([^"]*)"'
    page = read("/algoritmes/?thema=verkeer&status=in-gebruik")
    assert title(page).startswith("Algoritmes: Verkeer, In gebruik")
    assert re.search(description, page)[1].startswith("1 algoritme: Verkeer, In gebruik. Zoek op een woord")
    assert title(look("strooien", "/en", thema="verkeer")).startswith("Algorithms with ‘strooien’: Traffic")
    plain = re.search(description, read("/en/algoritmes/"))[1]
    assert plain.startswith("1 algorithm. Search by word")
    many = title(read("/algoritmes/?thema=verkeer&thema=wonen&thema=werk&thema=recht"))
    assert many.startswith("Algoritmes: Wonen, Recht, Verkeer … –")


# -- results -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "one", "two", "told"),
    [
        ("", "1 algoritme met ‘strooien’", "2 algoritmes met ‘strooien’", "Algoritmes met ‘strooien’"),
        ("/en", "1 algorithm with ‘strooien’", "2 algorithms with ‘strooien’", "Algorithms with ‘strooien’"),
    ],
)
def test_heading_and_title_tell_the_words_and_how_many_have_them(look, publish_algorithm, language, one, two, told):
    publish_algorithm(name="Strooien", description_short="Kort.", translations={})
    page = look("  strooien ", language)
    assert heading(page) == one
    assert title(page).startswith(told)
    publish_algorithm(name="Strooien", translations={})
    assert heading(look("strooien", language)) == two


def test_what_was_found_is_marked_in_name_and_short_description(look, publish_algorithm):
    publish_algorithm(name="Bladeren & vegen", description_short="Wij vegen\nde straat <snel>.", translations={})
    page = look("vegen")
    assert marks(page) == ["vegen", "vegen"]
    assert "card__piece" not in page


def test_a_text_that_is_found_is_escaped_around_and_inside_its_marks(client, publish_algorithm):
    publish_algorithm(name="A<b>strooien</b> & d", description_short="zout <i>snel</i>\nstrooien", translations={})
    page = client.get("/algoritmes/", {"zoek": "strooien i"}).content.decode()
    assert 'A&lt;b&gt;<mark class="utrecht-mark">strooien</mark>&lt;/b&gt; &amp; d' in page
    assert "&gt;<br>" in page
    assert "<b>" not in page
    assert "<i>" not in page


def test_a_word_from_another_field_is_shown_with_the_name_of_the_field(look, publish_algorithm):
    publish_algorithm(
        name="Routes",
        description_short="Kort.",
        goal="<p>Wegen op tijd begaanbaar maken.</p>",
        translations={"eng": {"name": "Routes", "description_short": "Short."}},
    )
    page = look("begaanbaar")
    assert marks(page) == ["begaanbaar"]
    assert "Doel en impact: Wegen op tijd begaanbaar maken." in words(page)
    assert "lang=" not in page[page.index("<article") :].split("</article>")[0]
    english = look("begaanbaar", "/en")
    assert re.search(r'<q lang="nl">.*<mark[^>]*>begaanbaar</mark>', english)
    assert "Wegen op tijd begaanbaar maken." in words(english)
    assert "Doel en impact" not in english  # the label is in the language of the page


def test_the_order_best_first_is_offered_only_with_words(look, read, publish_algorithm):
    def orders(page: str) -> list[tuple[str, str, str]]:
        """Return what each order asks, whether it is this one, and its name."""
        nav = page[page.index('class="sorts"') :].split("</nav>")[0]
        found = re.findall(r'href="[^"?]*\??([^"]*)"\s*(aria-current="true")?\s*>([^<]*)', nav)
        return [(query, current and "here", label) for query, current, label in found]

    publish_algorithm(name="Strooien")
    assert 'class="sorts"' not in look("strooien")  # one record has no order
    publish_algorithm(name="Strooien")
    assert orders(look("strooien", pagina=1)) == [
        ("zoek=strooien", "here", "Past het best"),
        ("zoek=strooien&sorteer=nieuw", "", "Nieuwste eerst"),
        ("zoek=strooien&sorteer=naam", "", "Op naam"),
    ]
    for path in ("/algoritmes/", "/algoritmes/?sorteer=relevantie"):
        assert orders(read(path)) == [("", "here", "Nieuwste eerst"), ("sorteer=naam", "", "Op naam")]
    assert orders(read("/algoritmes/?status=in-gebruik&sorteer=naam")) == [
        ("status=in-gebruik", "", "Nieuwste eerst"),
        ("status=in-gebruik&sorteer=naam", "here", "Op naam"),
    ]
    assert "Best match" in look("strooien", "/en")


def test_facets_count_within_what_was_found(look, publish_algorithm):
    publish_algorithm(name="Snoeien", category=["Verkeer"])
    publish_algorithm(name="Vegen", category=["Verkeer", "Wonen"])
    swept, pruned = words(look("vegen")), words(look("snoeien"))
    assert "Verkeer (1)" in swept
    assert "Wonen (1)" in swept
    assert "Verkeer (1)" in pruned
    assert "Wonen (" not in pruned


def test_every_address_on_the_page_keeps_the_words(look, publish_algorithm):
    for number in range(21):
        publish_algorithm(name=f"Strooien {number}")
    text = "strooien & \"zout\" of 100% 'wegen'"
    chosen = {"thema": "verkeer", "sorteer": "naam"}
    page = look(text, **chosen)
    whole = {"zoek": [text], "thema": ["verkeer"], "sorteer": ["naam"]}
    assert "21 algoritmes" in heading(page)
    assert links(page, "Volgende") == [whole | {"pagina": ["2"]}]
    assert links(page, "English") == [whole]
    assert links(page, "Thema: Verkeer") == [{"zoek": [text], "sorteer": ["naam"]}]
    assert links(page, "Woorden:") == [{"thema": ["verkeer"], "sorteer": ["naam"]}]
    second = look(text, **chosen, pagina=2)
    assert second.count("<article") == 1
    canonical = re.search(r'rel="canonical"\s+href="([^"]*)"', second)[1]
    assert parse_qs(urlsplit(canonical).query) == whole | {"pagina": ["2"]}
    assert "pagina 2" in title(second)


def test_without_words_the_best_match_is_no_order_any_more(look, publish_algorithm):
    publish_algorithm(name="Strooien")
    assert links(look("strooien", sorteer="relevantie"), "Woorden:") == [{}]


def test_results_stay_out_of_search_engines_and_lists_do_not(look, read, publish_algorithm):
    publish_algorithm(name="Strooien")
    assert '<meta name="robots" content="noindex, follow">' in look("strooien")
    assert "robots" not in read("/algoritmes/?thema=verkeer")
    assert '<meta name="robots" content="noindex, follow">' in read("/algoritmes/?thema=verkeer&status=in-gebruik")


# -- what the page says ------------------------------------------------------------------------------------------------


def test_a_corrected_question_is_told(look, publish_algorithm):
    publish_algorithm(name="Gladheid", translations={})
    dutch, english = look("gladhied"), look("gladhied", "/en")
    assert heading(dutch) == "1 algoritme met ‘gladheid’"
    assert title(dutch).startswith("Algoritmes met ‘gladheid’")
    assert "Niets gevonden met ‘ gladhied ’. Dit zijn de resultaten voor ‘ gladheid ’." in words(dutch)
    assert "Nothing found with ‘ gladhied ’. These are the results for ‘ gladheid ’." in words(english)
    assert re.search(r'name="zoek"[^>]*value="gladhied"', dutch, re.DOTALL)


def test_another_spelling_is_offered_beside_the_results_and_keeps_the_choices(look, publish_algorithm):
    publish_algorithm(name="Vegen", translations={})
    publish_algorithm(name="Gladheid", translations={})
    page = look("vegen | gladhied", thema="verkeer")
    assert heading(page) == "1 algoritme met ‘vegen | gladhied’"
    assert "Bedoelde u ‘ vegen | gladheid ’ ?" in words(page)
    assert links(page, "gladheid") == [{"zoek": ["vegen | gladheid"], "thema": ["verkeer"]}]
    assert "Did you mean ‘ vegen | gladheid ’ ?" in words(look("vegen | gladhied", "/en"))


def test_results_with_only_some_of_the_words_are_told_as_such(look, publish_algorithm):
    publish_algorithm(name="Gladheid", goal="<p>Zout strooien.</p>", translations={})
    page = look("gladheid zout xqzwv")
    assert heading(page) == "1 algoritme met woorden uit ‘gladheid zout xqzwv’"
    assert "Geen algoritme heeft al deze woorden." in words(page)
    assert "No algorithm has all of these words." in words(look("gladheid zout xqzwv", "/en"))


def test_what_is_too_much_is_named_with_the_limits(look, publish_algorithm):
    publish_algorithm(name="Gladheid")
    long = look("gladheid " + "a" * 180 + " voorbij het einde")
    assert "hooguit 200 tekens en 12 woorden. Daarom is dit weggelaten: ‘ het einde ’." in words(long)
    assert len(re.search(r'name="zoek"[^>]*value="([^"]*)"', long, re.DOTALL)[1]) <= 200
    many = look(" ".join(["gladheid"] * 12) + " dertien veertien")
    assert "weggelaten: ‘ dertien veertien ’." in words(many)
    assert "left out: ‘ dertien veertien ’." in words(look(" ".join(["gladheid"] * 12) + " dertien veertien", "/en"))
    assert "weggelaten" not in look("gladheid")


def test_a_phrase_that_too_many_may_have_is_told(look, publish_algorithm, monkeypatch):
    publish_algorithm(name="Gladheid")
    answer = Engine.answer

    def unsure(*args):
        found = answer(*args)
        found.unsure = True
        return found

    assert "Wij keken alleen in de nieuwste" not in look("gladheid")
    monkeypatch.setattr(Engine, "answer", unsure)
    assert "Wij keken alleen in de nieuwste" in words(look("gladheid"))


def test_nothing_found_is_no_dead_end(look, publish_algorithm):
    publish_algorithm()
    page = look("xqzwv")
    assert heading(page) == "0 algoritmes met ‘xqzwv’"
    for way in ("Wij vonden niets met ‘ xqzwv ’", "minder woorden", "een ander woord", "Bekijk alle algoritmes"):
        assert way in words(page)
    main = page[page.index("<main") : page.index("</main>")]
    assert 'href="/contact/"' in main
    assert "We found nothing with ‘ xqzwv ’" in words(look("xqzwv", "/en"))


def test_words_that_are_found_but_not_with_the_choices_tell_so(look, publish_algorithm):
    publish_algorithm(name="Strooien", category=["Verkeer"], translations={})
    page = look("strooien", thema="wonen")
    assert heading(page) == "0 algoritmes met ‘strooien’"
    assert "Er is wel 1 algoritme met ‘ strooien ’, maar niet met alles wat u koos." in words(page)
    assert links(page, "Zoek zonder uw andere keuzes") == [{"zoek": ["strooien"]}]
    assert "There is 1 algorithm with ‘ strooien ’" in words(look("strooien", "/en", thema="wonen"))


def test_the_number_of_a_withdrawn_record_leads_to_its_page(look, publish_algorithm):
    algorithm = publish_algorithm(name="Strooien")
    assert heading(look(algorithm.lars)) == f"1 algoritme met ‘{algorithm.lars}’"
    assert "is ingetrokken" not in look(algorithm.lars)
    publishing.withdraw(algorithm.lars, reason="Wij strooien niet meer.")
    for language, told in (("", "is ingetrokken op"), ("/en", "was withdrawn on")):
        page = look(f" {algorithm.lars} ", language)
        assert f"{algorithm.lars} {told}" in words(page)
        assert f'href="{language}/algoritmes/{algorithm.lars}/"' in page
    assert "is ingetrokken" not in look("12345678")


# -- anything can be typed ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("text", NONSENSE, ids=lambda text: ascii(text[:20]))
def test_whatever_is_typed_there_is_a_page_and_a_list(client, suggested, publish_algorithm, text, language):
    publish_algorithm()
    answer = client.get(f"{language}/algoritmes/", {"zoek": text, "thema": "verkeer"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "<h1" in page
    assert "\x00" not in page
    assert len(page) < 60_000
    suggested(text, language)


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'><b>x", "&lt;b&gt; & <b>", "{{ 7*7 }}<b>"]
)
def test_what_is_typed_is_never_markup(client, publish_algorithm, text):
    publish_algorithm()
    raw = client.get(f"/algoritmes/?zoek={quote(text)}").content.decode()
    for markup in ("<script>", "<img", "<b>"):
        assert markup not in raw
    value = re.search(r'name="zoek"[^>]*?value="([^"]*)"', raw, re.DOTALL)[1]
    assert unescape(value) == " ".join(text.split())


def test_a_text_without_a_word_says_so_and_shows_everything(look, publish_algorithm):
    publish_algorithm()
    page = look("?! -")
    assert heading(page) == "1 algoritme"
    assert "In ‘ ?! - ’ staat geen woord waarop wij kunnen zoeken." in words(page)
    assert links(page, "Woorden:") == [{}]
    assert "no word" in words(look("?! -", "/en"))
    assert "geen woord" not in look(" \x00 ")  # nothing was typed


# -- cost --------------------------------------------------------------------------------------------------------------


def test_results_cost_the_same_for_two_records_and_for_thirty(
    client, publish_algorithm, django_assert_max_num_queries, django_assert_num_queries
):
    path = "/algoritmes/?zoek=strooien+wegen&thema=verkeer"
    for _number in range(2):
        publish_algorithm(name="Wegen strooien")
    client.get(path)  # makes what is kept with this state of the register
    with django_assert_num_queries(6):  # head, texts for the order, rows, texts for the marks, organisations, foot
        client.get(path)
    for number in range(28):
        publish_algorithm(name=f"Wegen strooien {number}", organization={"name": f"Gemeente {number}"})
    client.get(path)
    with django_assert_num_queries(6):
        client.get(path)
    with django_assert_max_num_queries(8):
        client.get("/algoritmes/?zoek=12345678")


# -- suggestions -------------------------------------------------------------------------------------------------------


def test_the_last_word_is_finished_as_the_register_writes_it_most_used_first(suggested, publish_algorithm):
    publish_algorithm(name="Vegen", description_short="Een creëerder stuurt veegwagens.", translations={})
    publish_algorithm(name="Snoeien", description_short="Een creëerder vraagt de CREA-BUS.", translations={})
    assert suggested("crea")[0] == ["CREA-BUS"]
    assert suggested("cre")[0] == ["creëerder", "CREA", "CREA-BUS"]
    assert suggested("Snoeien cre")[0] == ["Snoeien creëerder", "Snoeien CREA", "Snoeien CREA-BUS"]
    assert suggested("Vegen cre")[0] == ["Vegen creëerder"]  # what is found together with the other words
    assert suggested("creeerder")[0] == []  # whole already
    assert suggested("cre ")[0] == []


def test_suggestions_are_in_the_language_of_the_page(suggested, publish_algorithm):
    algorithm = publish_algorithm(name="Strooien van wegen")
    assert suggested("strooiw")[0] == ["strooiwagens"]
    assert suggested("gritt", "/en")[0] == ["gritting"] or suggested("gritt", "/en")[0] == ["gritted"]
    assert suggested("gritt")[0] == []
    assert suggested("strooiw", "/en")[0] == []
    address = f"/algoritmes/{algorithm.lars}/strooien-van-wegen/"
    place = {"organization": "Gemeente Voorbeeldstad"}
    assert suggested("strooi")[1] == [{"name": "Strooien van wegen", "address": address, "lang": "nl"} | place]
    english = {"name": "Gritting routes", "address": f"/en{address}", "lang": "en"} | place
    assert suggested("gritti", "/en")[1] == [english]


def test_a_name_without_english_says_that_it_is_dutch(suggested, publish_algorithm):
    publish_algorithm(name="Strooien", translations={})
    assert [record["lang"] for record in suggested("stro", "/en")[1]] == ["nl"]


def test_a_record_is_suggested_by_its_number_too(suggested, publish_algorithm):
    algorithm = publish_algorithm(name="Strooien")
    assert [record["name"] for record in suggested(algorithm.lars)[1]] == ["Strooien"]


def test_what_is_not_public_is_never_suggested(suggested, make_algorithm, publish_algorithm, write):
    make_algorithm(name="Zeldzaamheid")
    published = publish_algorithm(name="Bijzonderheid")
    write(published, name="Zeldzaamheid")
    gone = publish_algorithm(name="Zeldzaamheid")
    publishing.withdraw(gone.lars, reason="Klaar.")
    for text in ("zeldz", "bijzonderheid zeldz", gone.lars):
        assert suggested(text) == ([], [])
    assert suggested("bijzo")[0] == ["bijzonderheid"]


@pytest.mark.parametrize("text", ["", "s", " s ", "s" * 101, "strooi " * 60, "-stro", "naam:stro", '"', "\x00stro\x00"])
def test_little_or_too_much_suggests_nothing_strange(suggested, publish_algorithm, text):
    publish_algorithm(name="Strooien")
    found, records = suggested(text)
    assert not [word for word in found if "\x00" in word]
    if len(text.strip()) < 2 or len(text) > 100:
        assert (found, records) == ([], [])


def test_suggestions_answer_conditional_requests_and_set_no_cookie(client, publish_algorithm):
    publish_algorithm(name="Strooien")
    first = client.get("/algoritmes/suggesties/?zoek=stro")
    assert first["Content-Type"] == "application/json"
    assert not first.cookies
    again = client.get("/algoritmes/suggesties/?zoek=stro", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    publish_algorithm(name="Strooizout")
    assert client.get("/algoritmes/suggesties/?zoek=stro", headers={"if-none-match": first["ETag"]}).status_code == 200
    assert client.post("/algoritmes/suggesties/").status_code == 405


def test_suggestions_cost_a_bounded_number_of_queries(client, publish_algorithm, django_assert_max_num_queries):
    for number in range(12):
        publish_algorithm(name=f"Strooi{'abcdefghijkl'[number] * 3} wegen")
    client.get("/algoritmes/suggesties/?zoek=iets")  # makes the engine
    with django_assert_max_num_queries(8):
        client.get("/algoritmes/suggesties/?zoek=wegen+strooi")
    with django_assert_max_num_queries(3):
        client.get("/algoritmes/suggesties/?zoek=wegen+strooi")
