"""The bulk files: everything public, of one sequence, exactly as published, in little memory."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc

import pytest

from algorithms import publishing, richtext, standard
from algorithms.exports import files, writers
from algorithms.models import Head, Publication

NAMES = ("algoritmes.json", "algoritmes.csv", "logboek.jsonl")
# Programs rely on this header: a column may be added, none may go or change its name.
HEADER = """
    lars version published_at note name description_short organization organization_slug organization_tooi department
    department_slug category status begin_date end_date contact_email contact_points website publication_category url
    description affected steps goal impact proportionality non_discrimination human_intervention oversight risks
    risk_register risk_class risk_class_basis objection_procedure decision_process lawful_basis lawful_basis_grouping
    process_index_url impacttoetsen impacttoetsen_grouping source_data source_data_grouping data_sources personal_data
    methods_and_models self_learning performance future_use provider parties publiccode references lang
    standard_version source_id tags identifiers withheld legacy translations salt register_url
""".split()


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.BULK_DIR = tmp_path / "open-data"


def body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def fetch(client, name: str) -> bytes:
    answer = client.get(f"/open-data/{name}")
    assert answer.status_code == 200
    content = body(answer)
    assert int(answer["Content-Length"]) == len(content)
    return content


def rows(client) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(fetch(client, "algoritmes.csv").decode(), newline="")))


# -- what is in them ---------------------------------------------------------------------------------------------------


def test_json_holds_the_documents_exactly_as_published_oldest_first(client, publish_algorithm, make_algorithm):
    first = publish_algorithm(goal="<p>Één € 😀</p>")
    publish_algorithm()
    make_algorithm()
    first.name = "Andere naam"
    first.save()
    publishing.publish(first)
    content = fetch(client, "algoritmes.json").decode()
    data = json.loads(content)
    head = Head.now()
    assert (data["sequence"], data["head"]) == (head.sequence, head.hash)
    assert data["published_at"].endswith("Z")
    assert [record["version"] for record in data["results"]] == [1, 2]
    for entry in Publication.objects.filter(listing__isnull=False):
        assert entry.document in content


def test_csv_has_a_header_that_never_changes(client, publish_algorithm):
    publish_algorithm()
    content = fetch(client, "algoritmes.csv")
    assert content.split(b"\r\n")[0].decode() == ",".join(HEADER)
    assert set(standard.DOCUMENT_KEYS) < set(HEADER)


def test_csv_tells_a_record_in_plain_cells(client, publish_algorithm, complete):
    algorithm = publish_algorithm(
        note="Eerste keer",
        category=["Verkeer", "Werk"],
        goal='<p>Doel, met "aanhaling"</p><ul><li>één</li><li>twee</li></ul>',
    )
    (row,) = rows(client)
    assert row["lars"] == algorithm.lars
    assert (row["version"], row["note"]) == ("1", "Eerste keer")
    assert row["organization"] == "Gemeente Voorbeeldstad"
    assert row["organization_slug"] == "gemeente-voorbeeldstad"
    assert row["organization_tooi"].endswith("/gm9999")
    assert row["department"] == "Stadsbeheer / Wegen"
    assert row["category"] == "Verkeer; Werk"
    assert row["goal"] == 'Doel, met "aanhaling"\n• één\n• twee'
    assert json.loads(row["steps"]) == complete["steps"]
    assert json.loads(row["translations"])["eng"]["name"] == "Gritting routes"
    assert row["register_url"].startswith(f"/algoritmes/{algorithm.lars}/")


def test_csv_loses_no_word_of_a_document(client, publish_algorithm):
    publish_algorithm(
        department=None,
        legacy=[{"key": "oud", "title": "Oud veld", "text": "Woorden, van\nvroeger", "standard": "0.1"}],
        risks="<table><tbody><tr><td>a</td><td>b; c</td></tr></tbody></table>",
    )
    (row,) = rows(client)
    document = json.loads(Publication.objects.get().document)
    for key, value in document.items():
        if key in standard.FIELDS and standard.FIELDS[key].kind is standard.Kind.RICH:
            assert row[key] == richtext.plain(value)
        elif isinstance(value, str):
            assert row[key] == value
        elif key in (*standard.ROW_KEYS, "translations"):
            assert json.loads(row[key] or "[]") == value
    assert row["department"] == ""


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_cells_are_no_formulas(start):
    assert writers.defused(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"
    assert writers.defused(f"a{start}b") == f"a{start}b"


def test_csv_defuses_what_authors_wrote(client, publish_algorithm):
    publish_algorithm(name="=1+1", tags="@som", goal="<p>- eerst</p>", note="+31 10 1234")
    (row,) = rows(client)
    assert [row[key] for key in ("name", "tags", "goal", "note")] == ["'=1+1", "'@som", "'- eerst", "'+31 10 1234"]


def test_csv_links_are_whole_when_the_address_of_the_register_is_known(client, publish_algorithm, settings):
    settings.SITE_URL = "https://algoritmes.example.nl"
    publish_algorithm()
    (row,) = rows(client)
    assert row["register_url"].startswith("https://algoritmes.example.nl/algoritmes/")


def test_the_log_has_an_entry_a_line_as_the_api_tells_it(client, publish_algorithm):
    algorithm = publish_algorithm(note="Een €")
    publish_algorithm()
    publishing.withdraw(algorithm.lars, reason="Klaar")
    lines = fetch(client, "logboek.jsonl").decode().splitlines()
    told = client.get("/api/v1/wijzigingen").json()["results"]
    assert [json.loads(line) for line in lines] == told
    for line in lines:
        assert line == json.dumps(json.loads(line), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def test_an_empty_register_has_empty_files(client, db):
    assert json.loads(fetch(client, "algoritmes.json")) == {
        "sequence": 0,
        "head": "0" * 64,
        "published_at": None,
        "results": [],
    }
    assert rows(client) == []
    assert fetch(client, "logboek.jsonl") == b""


def test_what_is_withdrawn_or_redacted_is_in_no_file_nor_left_behind(client, publish_algorithm, tmp_path):
    withdrawn = publish_algorithm(goal="<p>Kwispel</p>")
    redacted = publish_algorithm(goal="<p>Jan Jansen</p>")
    for name in NAMES:
        fetch(client, name)
    publishing.withdraw(withdrawn.lars, reason="Klaar")
    redacted.goal = "<p>Iemand</p>"
    redacted.save()
    publishing.publish(redacted)
    publishing.redact("Jan Jansen", reason="Persoonsgegeven")
    for name in NAMES:
        content = fetch(client, name)
        assert b"Kwispel" not in content
        assert b"Jansen" not in content
    kept = [path.read_bytes() for path in (tmp_path / "open-data").iterdir()]
    assert len(kept) == len(NAMES)
    assert not any(b"Kwispel" in content or b"Jansen" in content for content in kept)


# -- how they are sent -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_file_names_its_sequence(client, publish_algorithm, name):
    publish_algorithm()
    answer = client.get(f"/open-data/{name}")
    body(answer)
    assert answer["Register-Sequence"] == "1"
    stem, extension = name.split(".")
    assert answer["Content-Disposition"] == f'attachment; filename="{stem}-1.{extension}"'
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["Content-Type"].split(";")[0] in ("application/json", "text/csv", "application/jsonl")
    assert "Set-Cookie" not in answer


def test_a_file_is_made_once_for_each_state_of_the_register(client, publish_algorithm, monkeypatch):
    made = []
    write = writers.algorithms_json
    monkeypatch.setitem(
        __import__("algorithms.exports.views", fromlist=["FILES"]).FILES,
        "algoritmes.json",
        ("application/json", lambda using, head: made.append(head.sequence) or write(using, head)),
    )
    publish_algorithm()
    first, second = fetch(client, "algoritmes.json"), fetch(client, "algoritmes.json")
    assert first == second
    assert made == [1]
    publish_algorithm()
    assert fetch(client, "algoritmes.json") != first
    assert made == [1, 2]


@pytest.mark.parametrize("name", NAMES)
def test_an_unchanged_file_is_answered_304(client, publish_algorithm, name):
    publish_algorithm()
    answer = client.get(f"/open-data/{name}")
    body(answer)
    again = client.get(f"/open-data/{name}", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    publish_algorithm()
    changed = client.get(f"/open-data/{name}", headers={"If-None-Match": answer["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != answer["ETag"]
    body(changed)


def test_head_tells_the_length_without_the_file(client, publish_algorithm):
    publish_algorithm()
    content = fetch(client, "algoritmes.json")
    answer = client.head("/open-data/algoritmes.json")
    assert answer["Content-Length"] == str(len(content))
    assert body(answer) == b""


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-9", slice(0, 10)),
        ("bytes=10-", slice(10, None)),
        ("bytes=-7", slice(-7, None)),
        ("bytes=0-99999999", slice(0, None)),
        ("bytes=-99999999", slice(0, None)),
    ],
)
def test_a_broken_download_can_go_on(client, publish_algorithm, asked, part):
    publish_algorithm()
    content = fetch(client, "algoritmes.json")
    answer = client.get("/open-data/algoritmes.json", headers={"Range": asked})
    assert answer.status_code == 206
    start = part.indices(len(content))[0]
    received = body(answer)
    assert received == content[part]
    assert answer["Content-Length"] == str(len(received))
    assert answer["Content-Range"] == f"bytes {start}-{start + len(received) - 1}/{len(content)}"
    assert answer["ETag"]


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_range_outside_the_file_is_refused(client, publish_algorithm, asked):
    publish_algorithm()
    answer = client.get("/open-data/algoritmes.json", headers={"Range": asked})
    assert answer.status_code == 416
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Content-Range"].startswith("bytes */")


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=a-b", "bytes=0-1,3-4", "lines=1-2", "bytes=-", "", "bytes=٣-"])
def test_a_range_that_means_nothing_gives_the_whole_file(client, publish_algorithm, asked):
    publish_algorithm()
    answer = client.get("/open-data/algoritmes.json", headers={"Range": asked})
    assert answer.status_code == 200
    body(answer)


def test_a_download_does_not_go_on_with_another_file(client, publish_algorithm):
    publish_algorithm()
    before = client.get("/open-data/algoritmes.json")
    body(before)
    headers = {"Range": "bytes=10-", "If-Range": before["ETag"]}
    same = client.get("/open-data/algoritmes.json", headers=headers)
    assert same.status_code == 206
    body(same)
    publish_algorithm()
    other = client.get("/open-data/algoritmes.json", headers=headers)
    assert other.status_code == 200
    body(other)


@pytest.mark.parametrize("debug", [False, True])
def test_a_refusal_is_a_problem(client, db, settings, debug):
    settings.DEBUG = debug
    for answer, status in (
        (client.get("/open-data/onzin.csv"), 404),
        (client.get("/open-data/algoritmes.csv/"), 404),
        (client.get("/open-data/algoritmes.csv?formaat=x"), 400),
        (client.post("/open-data/algoritmes.csv"), 405),
        (client.delete("/open-data/algoritmes.csv"), 405),
    ):
        assert answer.status_code == status
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["detail"]
    assert client.post("/open-data/algoritmes.csv")["Allow"] == "GET, HEAD, OPTIONS"
    assert client.options("/open-data/algoritmes.csv").status_code == 204


# -- making them -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_file_costs_a_fixed_number_of_queries(client, make_algorithm, django_assert_max_num_queries, name):
    publishing.publish_many([make_algorithm() for _ in range(25)])
    with django_assert_max_num_queries(6):  # head, the snapshot's savepoint and head, the rows
        body(client.get(f"/open-data/{name}"))
    with django_assert_max_num_queries(1):
        body(client.get(f"/open-data/{name}"))


def test_a_crash_while_making_a_file_leaves_nothing_that_is_served(publish_algorithm, tmp_path):
    publish_algorithm()

    def write(using, head):
        yield b"half"
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        files.opened("algoritmes.json", Head.now(), write)
    assert list((tmp_path / "open-data").iterdir()) == []


def test_two_workers_may_make_the_same_file_at_once(publish_algorithm, tmp_path):
    publish_algorithm()
    head = Head.now()
    inner = []

    def write(using, of):
        if not inner:  # the other worker makes it whole while this one is half way
            inner.append(files.opened("algoritmes.json", head, lambda _using, _of: iter([b"whole"])))
        yield b"wh"
        yield b"ole"

    outer = files.opened("algoritmes.json", head, write)
    assert outer.handle.read() == inner[0].handle.read() == b"whole"
    outer.handle.close()
    inner[0].handle.close()
    assert len(list((tmp_path / "open-data").iterdir())) == 1


def test_a_slow_reader_keeps_its_file_when_a_newer_one_takes_its_place(publish_algorithm):
    publish_algorithm()
    old = files.opened("algoritmes.json", Head.now(), lambda using, head: iter([b"old"]))
    publish_algorithm()
    new = files.opened("algoritmes.json", Head.now(), lambda using, head: iter([b"new"]))
    assert (old.handle.read(), new.handle.read()) == (b"old", b"new")
    assert (old.head.sequence, new.head.sequence) == (1, 2)
    old.handle.close()
    new.handle.close()


def test_what_a_crash_left_half_made_is_swept_up_later(publish_algorithm, tmp_path):
    import os

    publish_algorithm()
    folder = tmp_path / "open-data"
    folder.mkdir()
    left, busy = folder / f"{files.HALF_MADE}left", folder / f"{files.HALF_MADE}busy"
    left.touch()
    os.utime(left, (0, 0))
    busy.touch()
    files.opened("algoritmes.json", Head.now(), lambda using, head: iter([b"x"])).handle.close()
    assert not left.exists()
    assert busy.exists()


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name == NAMES[0] else pytest.mark.long) for name in NAMES]
)
def test_memory_does_not_grow_with_the_register(client, make_algorithm, name):
    """Four times as many records, about the same peak: a writer holds a chunk of records, never all."""

    def peak(more: int) -> int:
        publishing.publish_many([make_algorithm(risks=f"<p>{'woord ' * 380}</p>") for _ in range(more)])
        tracemalloc.start()
        try:
            answer = client.get(f"/open-data/{name}")
            highest = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        body(answer)
        return highest

    peak(1)  # what is imported and compiled once
    few, many = peak(220), peak(700)
    assert many < few * 1.5, (few, many)


READER = """
import json
from algorithms.exports import files, writers
from algorithms.models import Head
seen = set()
while len(seen) < 6:
    bulk = files.opened("algoritmes.json", Head.now(), writers.algorithms_json)
    with bulk.handle:
        data = json.load(bulk.handle)
    assert data["sequence"] == bulk.head.sequence == len(data["results"]), data["sequence"]
    assert data["head"] == bulk.head.hash
    seen.add(bulk.head.sequence)
print("klaar")
"""
PUBLISHER = """
import time
from algorithms import document, publishing
from algorithms.models import Algorithm, Organization
organization, _ = Organization.objects.get_or_create(name="Gemeente Voorbeeldstad")
for number in range(400):
    data = document.clean({"name": f"Proef {number}", "organization": {"name": organization.name}})
    publishing.publish(document.apply(Algorithm(), data), republish=True)
    time.sleep(0.02)
"""


@pytest.mark.process
def test_a_publication_meanwhile_is_wholly_in_or_wholly_out(site):
    """Header, head and records are of one moment, whatever is published while two workers make the same file."""
    publisher = site.start(PUBLISHER)
    readers = [site.start(READER) for _ in range(2)]
    try:
        for reader in readers:
            output, errors = reader.communicate(timeout=120)
            assert reader.returncode == 0, errors
            assert output.strip() == "klaar"
    finally:
        publisher.kill()
        publisher.communicate()
    assert len(list((site.directory / "open-data").iterdir())) <= 3, "earlier files are removed"
