"""The index holds what the public documents say, on both databases alike, and whoever tampers with it is found out."""

from __future__ import annotations

import json
import random
from collections import Counter
from contextlib import suppress
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from algorithms import apps, bitset, publishing
from algorithms.models import Algorithm, Head, Listing, Publication, SearchEntry, SearchToken, Synonym, fulltext
from algorithms.search import index, texts
from algorithms.standard import FIELDS, Kind
from algorithms.verifying import verify

API = "/api/v1/algoritmes"
SYNONYMS = Path(__file__).resolve().parent.parent / "fixtures" / "synonyms.json"


@pytest.fixture(autouse=True)
def nothing_in_memory():
    bitset.forget()
    yield
    bitset.forget()


def tokens() -> dict[int, set[str]]:
    """Return the tokens of each entry."""
    return {pk: set(held.split(" ")) for pk, held in SearchEntry.objects.values_list("pk", "tokens")}


def found_by(client, text: str) -> list[str]:
    """Return the names of what holds these words as they stand."""
    answer = client.get(API, {"zoek": text}).json()
    return [] if answer["search"]["instead"] else [row["name"] for row in answer["results"]]


def rows() -> tuple[list, list]:
    """Return all that the index keeps."""
    return list(SearchEntry.objects.order_by("pk").values_list()), list(
        SearchToken.objects.order_by("pk").values_list()
    )


def ask_database(token: str) -> list[int]:
    ((found,),) = [fulltext.holders(connection, [([token], [])])]
    return sorted(found)


def assert_whole() -> None:
    """The index is that of the documents: each entry, each count, and what the database answers."""
    public = {row.pk: row for row in Listing.objects.select_related("publication")}
    entries = SearchEntry.objects.in_bulk()
    assert set(entries) == set(public)
    counts: Counter[str] = Counter()
    for sequence, entry in entries.items():
        wanted = index.entry(sequence, json.loads(public[sequence].publication.document))
        assert (entry.tokens, entry.texts) == (wanted.tokens, wanted.texts)
        held = entry.tokens.split(" ")
        assert held == sorted(set(held))
        counts.update(token for token in held if token.isalpha())
    told = {row.token: (row.count, row.stems) for row in SearchToken.objects.all()}
    assert told == {token: (count, index.stems(token)) for token, count in counts.items()}
    held_by = tokens()
    rare = [min(held, key=lambda token: (counts[token], token)) for held in held_by.values()]
    for token in [*rare, "anergens"]:
        assert ask_database(token) == sorted(pk for pk, held in held_by.items() if token in held)
    assert verify().faults == []


# -- what the database answers -----------------------------------------------------------------------------------------


@pytest.fixture
def several(publish_algorithm):
    """A few records of different words, one withdrawn and one published again."""
    for number in range(3):
        publish_algorithm(
            name=f"Parkeren {number}",
            goal=f"<p>Nummer {number * 7}, near and not; e-mail, risico's in 's-Gravenhage of {'abc'[number]}.</p>",
            tags="near; and; or; not",
            translations={"eng": {"name": f"Parking {number}", "goal": "<p>Near or not.</p>"}} if number else {},
        )
    again = publish_algorithm(name="Wordt anders")
    again.goal = "<p>Heel andere woorden: zwemmen, 14 010.</p>"
    again.save()
    publishing.publish(again)
    publishing.withdraw(publish_algorithm(name="Verdwijnt").lars, reason="Gestopt.")


def test_the_database_answers_as_a_plain_reading_of_the_entries(several):
    held = tokens()
    known = sorted(set().union(*held.values()))
    assert len(known) > 60
    token = st.sampled_from(known) | st.from_regex(r"[a-h][a-z0-9]{1,9}", fullmatch=True)
    beginning = token.flatmap(lambda word: st.integers(1, len(word)).map(lambda length: word[:length]))

    @settings(max_examples=80, deadline=None, derandomize=True)
    @given(st.lists(st.tuples(st.lists(token, max_size=6), st.lists(beginning, max_size=3)).filter(any), max_size=6))
    def answered(asked):
        plain = [
            {pk for pk, of in held.items() if of & set(words) or any(word.startswith(tuple(starts)) for word in of)}
            for words, starts in asked
        ]
        found = fulltext.holders(connection, asked)
        assert [set(some) for some in found] == plain
        assert [len(some) for some in found] == [len(some) for some in plain]

    answered()


def test_any_number_of_tokens_is_asked_at_once(several):
    held = tokens()
    known = sorted(set().union(*held.values()))
    many = [f"c{number}x" for number in range(2_000)]
    assert fulltext.holders(connection, [(many, []), (many + known[:1], []), (known, ["a"])] * 6) == [
        [], ask_database(known[0]), sorted(held),
    ] * 6  # fmt: skip
    assert fulltext.holders(connection, []) == []


def test_who_asks_for_nothing_finds_nothing(several):
    assert fulltext.holders(connection, [([], []), (["averdwijnt"], []), ([], ["averdw"])]) == [[], [], []]


def test_a_word_is_kept_once_behind_the_letter_of_its_weightiest_place(publish_algorithm):
    algorithm = publish_algorithm(
        name="Kwantum",
        description_short="Kwantum koelkast.",
        goal="<p>Kwantum koelkast lantaarn B.V.</p>",
        parties=[{"role": "supplier", "name": "Fietsfabriek"}],
        legacy=[{"key": "oud", "standard": "0.1", "title": "Oud", "text": "Kwantum lantaarn zwembad"}],
        translations={"eng": {"name": "Quantum", "goal": "<p>Quantum lantern</p>", "description_short": "A cooler."}},
    )
    held = SearchEntry.objects.get().tokens.split(" ")
    wanted = {
        "akwantum", "bkoelkast", "clantaarn", "cb", "cv", "cbv", "bfietsfabriek", "dzwembad", "equantum", "fcooler",
        "glantern", f"a{algorithm.lars}",
    }  # fmt: skip
    assert wanted <= set(held)
    about = ("kwantum", "koelkast", "lantaarn", "fietsfabriek", "zwembad", "quantum", "cooler", "lantern")
    assert sorted(token for token in held if token[1:] in about) == sorted(
        token for token in wanted if token[1:] in about
    )


def test_an_entry_is_a_function_of_the_document_only(several):
    for row in Listing.objects.select_related("publication", "search"):
        document = json.loads(row.publication.document)
        turned = dict(sorted(document.items(), reverse=True))
        turned["translations"] = {
            lang: dict(reversed(words.items())) for lang, words in document["translations"].items()
        }
        made = index.entry(row.pk, turned)
        assert (made.tokens, made.texts) == (row.search.tokens, row.search.texts)
        assert {token[0] for token in made.tokens.split(" ")} <= set(texts.LETTERS)


# -- kept whole, whatever happens --------------------------------------------------------------------------------------


def imported(path: Path, rows: list[dict]) -> None:
    path.write_text(json.dumps(rows), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        call_command("import_register", str(path), "--publish", stdout=StringIO())
    assert ended.value.code == 0


WORDS = ["parkeren", "boete", "risico's", "14 010", "e-mail", "Coördinatie", "B.V.", "lantaarn", "geheim woord", "2024"]


def test_the_index_is_whole_after_any_steps_in_any_order(make_algorithm, tmp_path):
    chance = random.Random(1)
    drafts: list[Algorithm] = []
    steps = ["publish", "many", "again", "withdraw", "redact", "import", "index", "listing"] * 4
    chance.shuffle(steps)

    def some_words() -> str:
        return f"<p>{' '.join(chance.sample(WORDS, 4))} {chance.randint(1, 99)}</p>"

    for step, what in enumerate(["publish", *steps]):
        public = sorted(Listing.objects.values_list("lars", flat=True))
        if what == "publish":
            drafts.append(make_algorithm(goal=some_words()))
            publishing.publish(drafts[-1])
        elif what == "many":
            made = [make_algorithm(goal=some_words()) for _number in range(3)]
            publishing.publish_many(made)
            drafts += made
        elif what == "again":
            draft = chance.choice(drafts)
            draft.goal = some_words()
            draft.save()
            publishing.publish(draft)
        elif what == "withdraw" and public:
            publishing.withdraw(chance.choice(public), reason="Gestopt.")
        elif what == "redact":
            for draft in drafts:  # the text has to leave what is public first
                if draft.lars in public and "geheim woord" in draft.goal:
                    draft.goal = "<p>schoon</p>"
                    draft.save()
                    publishing.publish(draft)
            with suppress(publishing.Refused):  # when it stands nowhere
                publishing.redact("geheim woord", reason="Persoonsgegeven.")
        elif what == "import":
            organization = {"name": "Gemeente Voorbeeldstad"}
            imported(
                tmp_path / f"{step}.json",
                [
                    {"name": f"Import {number}", "organization": organization, "source_id": f"S{number}",
                     "goal": some_words()}
                    for number in range(chance.randint(1, 3))
                ],
            )  # fmt: skip
        elif what == "index":
            call_command("rebuild_index", stdout=StringIO())
        elif what == "listing":
            call_command("rebuild_listing", stdout=StringIO())
        assert_whole()
    assert SearchEntry.objects.count() > 5
    before = rows()
    call_command("rebuild_index", stdout=StringIO())
    assert rows() == before


def test_the_words_of_what_is_gone_leave_with_it(client, publish_algorithm):
    first = publish_algorithm(name="Kwantumkoelkast")
    publish_algorithm(name="Lantaarn")
    assert SearchToken.objects.filter(token="akwantumkoelkast").exists()
    publishing.withdraw(first.lars, reason="Gestopt.")
    assert "kwantumkoelkast" not in json.dumps(rows(), ensure_ascii=False)
    assert ask_database("akwantumkoelkast") == []
    assert SearchToken.objects.filter(count__lte=0).count() == 0
    assert_whole()


def test_codes_and_numbers_are_found_though_they_are_in_no_vocabulary(client, publish_algorithm):
    publish_algorithm(name="Wet", goal="<p>Zie BWBR0005537, artikel 64 en 2024/1689.</p>")
    publish_algorithm(name="Ander")
    for asked in ("BWBR0005537", "bwbr0005537 64", "2024/1689", "artikel 64", "20241"):
        assert found_by(client, asked) == ["Wet"], asked


def test_a_code_may_be_unfinished_as_any_last_word(client, publish_algorithm):
    publish_algorithm(name="Wet", goal="<p>Zie BWBR0005537.</p>")
    publish_algorithm(name="Ander")
    for asked in ("bwbr", "bwbr0", "bwbr00055"):
        assert found_by(client, asked) == ["Wet"], asked


# -- one transaction ---------------------------------------------------------------------------------------------------


class Stop(Exception):
    pass


def test_a_publication_that_is_undone_leaves_no_trace_in_the_index(client, publish_algorithm, make_algorithm):
    first = publish_algorithm(name="Blijft", goal="<p>lantaarn</p>")
    draft = make_algorithm(name="Kwantumkoelkast")
    before = rows()
    with pytest.raises(Stop), transaction.atomic():  # noqa: PT012
        publishing.publish(draft)
        first.goal = "<p>kwantumkoelkast</p>"
        first.save()
        publishing.publish(first)
        assert found_by(client, "kwantumkoelkast") == ["Kwantumkoelkast", "Blijft"]
        publishing.withdraw(draft.lars, reason="Gestopt.")
        raise Stop
    assert rows() == before
    assert found_by(client, "kwantumkoelkast") == []
    assert found_by(client, "lantaarn") == ["Blijft"]
    assert_whole()


@pytest.mark.parametrize("table", ["algorithms_searchtoken", "algorithms_searchentry"])
def test_when_the_index_cannot_be_written_nothing_is_published(publish_algorithm, make_algorithm, table):
    public = publish_algorithm()
    draft = make_algorithm()
    head = Head.now().sequence
    with pytest.raises(Stop), transaction.atomic():  # noqa: PT012
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} RENAME TO elsewhere")
        for step in (lambda: publishing.publish(draft), lambda: publishing.withdraw(public.lars, reason="Gestopt.")):
            with pytest.raises(DatabaseError), transaction.atomic():
                step()
        assert Head.now().sequence == head
        assert Publication.objects.count() == Listing.objects.count() == 1
        raise Stop  # the table gets its name back
    assert_whole()


# -- the proof, and the cure -------------------------------------------------------------------------------------------

TAMPERINGS = {
    "tokens": ("UPDATE algorithms_searchentry SET tokens = 'averzonnen' WHERE sequence = 2", "wijkt af"),
    "one token more": ("UPDATE algorithms_searchentry SET tokens = tokens || ' hzz' WHERE sequence = 2", "wijkt af"),
    "texts": ("UPDATE algorithms_searchentry SET texts = '[]' WHERE sequence = 2", "wijkt af"),
    "entry gone": ("DELETE FROM algorithms_searchentry WHERE sequence = 2", "ontbreekt"),
    "all entries gone": ("DELETE FROM algorithms_searchentry", "ontbreekt"),
    "entry of nothing": (
        "INSERT INTO algorithms_searchentry (sequence, tokens, texts) VALUES (99, 'averzonnen', '[]')",
        "1 zoekregel(s) van wat niet openbaar is",
    ),
    "count": ("UPDATE algorithms_searchtoken SET count = count + 1 WHERE token = 'atweede'", "'tweede' klopt niet"),
    "stems": ("UPDATE algorithms_searchtoken SET stems = 'anders' WHERE token = 'atweede'", "'tweede' klopt niet"),
    "token gone": ("DELETE FROM algorithms_searchtoken WHERE token = 'atweede'", "'tweede' ontbreekt"),
    "token of nothing": (
        "INSERT INTO algorithms_searchtoken (token, count, stems) VALUES ('averzonnen', 1, 'verzon')",
        "'verzonnen' klopt niet",
    ),
}  # fmt: skip
TAMPERINGS_OF = {
    "sqlite": {
        "row taken out of the index": (
            "INSERT INTO algorithms_searchindex(algorithms_searchindex, rowid, tokens)"
            " SELECT 'delete', sequence, tokens FROM algorithms_searchentry WHERE sequence = 2",
            "index van de database wijkt af",
        ),
        "row added to the index": (
            "INSERT INTO algorithms_searchindex(rowid, tokens) VALUES (99, 'averzonnen')",
            "index van de database wijkt af",
        ),
        "index emptied": (
            "INSERT INTO algorithms_searchindex(algorithms_searchindex) VALUES ('delete-all')",
            "index van de database wijkt af",
        ),
        "index gone": ("DROP TABLE algorithms_searchindex", "algorithms_searchindex"),
        "trigger gone": ("DROP TRIGGER searchindex_insert", "searchindex_insert"),
        "trigger of removal gone": ("DROP TRIGGER searchindex_delete", "searchindex_delete"),
        "trigger of change gone": ("DROP TRIGGER searchindex_update", "searchindex_update"),
    },
    "postgresql": {
        "index gone": ("DROP INDEX algorithms_searchindex", "algorithms_searchindex"),
        "column gone": ("ALTER TABLE algorithms_searchentry DROP COLUMN vector", "algorithms_searchindex"),
        "column of another making": (
            "ALTER TABLE algorithms_searchentry DROP COLUMN vector; ALTER TABLE algorithms_searchentry ADD COLUMN"
            " vector tsvector GENERATED ALWAYS AS (to_tsvector('simple', tokens)) STORED; CREATE INDEX"
            " algorithms_searchindex ON algorithms_searchentry USING gin (vector)",
            "algorithms_searchindex",
        ),
        "column that is no longer made": (
            "ALTER TABLE algorithms_searchentry ALTER COLUMN vector DROP EXPRESSION",
            "algorithms_searchindex",
        ),
    },
}
NAMES = [*TAMPERINGS, *TAMPERINGS_OF[connection.vendor]]


@pytest.mark.parametrize("name", NAMES)
def test_tampering_is_named_and_mended(client, publish_algorithm, name):
    for record in ("Eerste", "Tweede", "Derde"):
        publish_algorithm(name=record)
    assert found_by(client, "tweede") == ["Tweede"]
    before = rows()
    statement, told = (TAMPERINGS | TAMPERINGS_OF[connection.vendor])[name]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # as if what was published is committed, so that tables can be altered
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(statement)
    errors = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_register", stdout=StringIO(), stderr=errors)
    assert told in errors.getvalue()
    assert all("zoekindex: " in line for line in errors.getvalue().splitlines())

    call_command("rebuild_index", stdout=StringIO())
    assert rows() == before
    assert_whole()
    assert found_by(client, "tweede") == ["Tweede"]
    publish_algorithm(name="Vierde")
    assert found_by(client, "vierde") == ["Vierde"]
    assert_whole()


def test_a_rebuilt_listing_brings_its_index_along(client, publish_algorithm):
    publish_algorithm(name="Eerste")
    publishing.withdraw(publish_algorithm(name="Tweede").lars, reason="Gestopt.")
    SearchEntry.objects.update(tokens="averzonnen")
    SearchToken.objects.all().delete()
    call_command("rebuild_listing", stdout=StringIO())
    assert_whole()
    assert found_by(client, "eerste") == ["Eerste"]


def test_rebuilding_tells_how_far_it_is(publish_algorithm, make_algorithm, monkeypatch):
    monkeypatch.setattr(publishing, "BATCH", 2)
    publishing.publish_many([make_algorithm() for _number in range(5)])
    out = StringIO()
    call_command("rebuild_index", stdout=out)
    assert out.getvalue().splitlines() == [
        "2 van 5 algoritmes",
        "4 van 5 algoritmes",
        "5 van 5 algoritmes",
        "De zoekindex is opnieuw gemaakt: 5 algoritmes.",
    ]
    assert_whole()


def test_an_empty_register_can_be_rebuilt(db):
    out = StringIO()
    call_command("rebuild_index", stdout=out)
    assert out.getvalue() == "De zoekindex is opnieuw gemaakt: 0 algoritmes.\n"
    assert_whole()


def test_who_searches_after_a_rebuild_sees_it_at_once(client, publish_algorithm):
    publish_algorithm(name="Eerste")
    before = client.get(f"{API}?zoek=eerste").headers["ETag"]
    SearchEntry.objects.all().delete()
    call_command("rebuild_index", stdout=StringIO())
    assert client.get(f"{API}?zoek=eerste").headers["ETag"] != before
    assert found_by(client, "eerste") == ["Eerste"]


# -- beginning ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("left", [0, 1])
def test_a_register_from_before_there_was_an_index_gets_one(client, publish_algorithm, left):
    for record in ("Eerste", "Tweede", "Derde"):
        publish_algorithm(name=record)
    kept = list(SearchEntry.objects.values_list("pk", flat=True)[:left])
    SearchEntry.objects.exclude(pk__in=kept).delete()
    SearchToken.objects.all().delete()
    apps._list_what_was_public(sender=None)
    assert_whole()
    assert found_by(client, "derde") == ["Derde"]
    revision = Head.now().site_revision
    apps._list_what_was_public(sender=None)  # nothing is missing: nothing is done
    assert Head.now().site_revision == revision


def test_a_fresh_register_begins_with_the_words_of_the_file(db):
    groups = [group["words"] for group in json.loads(SYNONYMS.read_text(encoding="utf-8"))["synonyms"]]
    assert list(Synonym.objects.order_by("pk").values_list("words", flat=True)) == groups
    assert {"AVG", "DPIA", "IAMA", "BRP", "BAG", "WOZ"} <= {word for words in groups for word in words}


# -- much --------------------------------------------------------------------------------------------------------------


LONG = [key for key, field in FIELDS.items() if field.kind is Kind.RICH][:14]


def of_different_words(count: int, of_letters: int) -> tuple[list[str], dict[str, str]]:
    """Return words that nobody knows, the first of letters only and the others codes, and texts that hold them all."""
    chance = random.Random(7)
    made = sorted({"".join(chance.choices("bcdfghklmnprstvz", k=8)) for _number in range(of_letters)})
    made += [f"x{number:07}" for number in range(count - len(made))]
    share = -(-len(made) // len(LONG))
    return made, {key: f"<p>{' '.join(made[at * share : (at + 1) * share])}</p>" for at, key in enumerate(LONG)}


@pytest.mark.long
def test_a_megabyte_of_different_words_is_published_and_found_by_its_name(client, make_algorithm, publish_algorithm):
    publish_algorithm(name="Gewoon")
    _made, long = of_different_words(120_000, 60_000)
    assert sum(map(len, long.values())) > 1_000_000
    draft = make_algorithm(name="Kolossaal", **long)
    assert publishing.publish(draft, republish=True).action == "published"  # a person would be asked to shorten it
    assert found_by(client, "kolossaal") == ["Kolossaal"]
    assert_whole()
    call_command("rebuild_index", stdout=StringIO())
    assert found_by(client, "kolossaal") == ["Kolossaal"]
    publishing.withdraw(draft.lars, reason="Te lang.")
    assert_whole()


def test_a_record_that_just_fits_is_found_by_each_of_its_words(client, make_algorithm, publish_algorithm):
    publish_algorithm(name="Gewoon")
    made, long = of_different_words(85_000, 5_000)
    draft = make_algorithm(name="Groot", **long)
    publishing.publish(draft, republish=True)
    assert 800_000 < len(SearchEntry.objects.get(pk=2).tokens) < texts.MOST_BYTES
    for asked in (made[0], made[-1], " ".join(made[::10_000]), made[4_000][:6]):
        assert found_by(client, asked) == ["Groot"], asked
    assert len(client.get(API, {"zoek": made[9]}).json()["results"][0]["match"]["text"]) < 400
    publishing.withdraw(draft.lars, reason="Te lang.")
    assert SearchToken.objects.count() < 1_000
    assert_whole()
