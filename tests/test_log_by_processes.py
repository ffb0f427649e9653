"""The log holds against real processes: publishers at once, a rebuilt table, a hand in the database."""

import json

import pytest

from tests.site import Site

pytestmark = pytest.mark.process

MAKE = """
from algorithms import document, publishing
from algorithms.models import Algorithm, Organization
organization, _ = Organization.objects.get_or_create(name="Gemeente Voorbeeldstad")
def make(name, **more):
    data = {"name": name, "organization": {"name": organization.name}} | more
    return document.apply(Algorithm(), document.clean(data))
"""
PUBLISHER = (
    MAKE
    + """
for number in range(8):
    algorithm = make("WHO " + str(number))
    publishing.publish(algorithm, republish=True)
    algorithm.goal = "<p>anders</p>"
    algorithm.save()
    publishing.publish(algorithm, republish=True, note="WHO")
print("klaar")
"""
)
SHARED = (
    MAKE
    + """
from algorithms.models import Publication
algorithm = Algorithm.objects.get(lars="LARS")
for number in range(10):
    algorithm.goal = "<p>WHO " + str(number) + "</p>"
    algorithm.save()
    publishing.publish(algorithm, republish=True)
"""
)
WITHOUT_TRIGGERS = """
from django.db import connection
from algorithms.models import Publication, triggers
names = triggers._SQLITE if connection.vendor == "sqlite" else triggers._POSTGRESQL_FUNCTIONS
with connection.cursor() as cursor:
    for name in names:
        cursor.execute(f"DROP TRIGGER {name}" + ("" if connection.vendor == "sqlite" else " ON algorithms_publication"))
"""


# The last row goes, and the head is set back to the one before: the chain that is left is sound.
CUT_OFF = """
from algorithms.models import Head
free = {
    "sqlite": ["PRAGMA foreign_keys=OFF"],
    "postgresql": [f"ALTER TABLE algorithms_{table} DISABLE TRIGGER ALL" for table in ("listing", "publication")],
}
with connection.cursor() as cursor:
    for statement in free[connection.vendor]:
        cursor.execute(statement)
Publication.objects.filter(sequence=3)._raw_delete("default")
last = Publication.objects.get(sequence=2)
Head.objects.update(sequence=2, hash=last.hash, published_at=last.published_at)
"""


@pytest.fixture(scope="module")
def three(migrated_site, tmp_path_factory):
    """A register with three publications that others are copied from, and its head."""
    site = Site.make(tmp_path_factory.mktemp("three") / "data", like=migrated_site)
    publish = MAKE + "for n in range(3):\n    publishing.publish(make(f'Proef {n}'), republish=True, note='n')"
    told = site.manage("verify_register", first=publish).stdout.split()
    yield site, dict(part.split("=") for part in told)
    site.remove()


@pytest.fixture
def published(three, tmp_path):
    """A register with three publications, thrown away after the test."""
    site = Site.make(tmp_path / "data", like=three[0])
    yield site
    site.remove()


@pytest.fixture
def head(three):
    """What `verify_register` told of it."""
    return three[1]


# Whoever tampers puts the triggers back.
PUT_BACK = """
triggers.install(connection)
"""


def test_publishers_at_once_lose_nothing_and_leave_no_gap(site):
    site.run(MAKE)  # one organisation, before they start at once
    publishers = [site.start(PUBLISHER.replace("WHO", who)) for who in ("een", "twee", "drie")]
    for publisher in publishers:
        output, errors = publisher.communicate(timeout=120)
        assert (publisher.returncode, output.strip()) == (0, "klaar"), errors
    told = site.manage(
        "verify_register",
        first="import json\nfrom algorithms.models import Publication, Listing\n"
        "print(json.dumps([list(Publication.objects.values_list('sequence', 'version')), Listing.objects.count()]))",
    ).stdout.splitlines()
    entries, public = json.loads(told[0])
    assert [sequence for sequence, _version in entries] == list(range(1, 49))
    assert sorted(version for _sequence, version in entries) == [1] * 24 + [2] * 24
    assert public == 24
    assert told[1].startswith("sequence=48 head=")


def test_two_publishers_of_one_record_make_versions_without_gap(site):
    lars = site.run(MAKE + "algorithm = make('Een')\nprint(algorithm.lars)")
    both = [site.start(SHARED.replace("WHO", who).replace("LARS", lars)) for who in ("a", "b")]
    for publisher in both:
        _output, errors = publisher.communicate(timeout=120)
        assert publisher.returncode == 0, errors
    told = site.manage(
        "verify_register",
        first="import json\nfrom algorithms.models import Publication\n"
        "print(json.dumps(list(Publication.objects.values_list('version', flat=True))))",
    )
    versions = json.loads(told.stdout.splitlines()[0])
    assert versions == list(range(1, len(versions) + 1))
    assert len(versions) >= 11  # each of the twenty saves differs from the one published before, or was overtaken


def test_a_kept_head_is_found_again(published, head):
    assert head["sequence"] == "3"
    published.manage("verify_register", "--expect", f"3:{head['head']}")
    wrong = published.manage("verify_register", "--expect", f"3:{'0' * 64}", check=False)
    assert wrong.returncode == 1
    assert "regel 3" in wrong.stderr
    unclear = published.manage("verify_register", "--expect", "drie", check=False)
    assert unclear.returncode != 0
    assert "N:HASH" in unclear.stderr


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("Publication.objects.filter(sequence=2).update(document='{}')", "regel 2"),
        pytest.param(
            "Publication.objects.filter(sequence=2).update(note='anders')", "regel 2", marks=pytest.mark.long
        ),
        ("Publication.objects.filter(sequence=2).update(lars='11111115')", "regel 2"),
        ("from algorithms.models import Listing; Listing.objects.filter(publication=2).delete()\n"
         "Publication.objects.filter(sequence=2)._raw_delete('default')", "regel 3"),
        pytest.param(
            "from algorithms.models import Listing; Listing.objects.filter(publication=3).delete()\n"
            "Publication.objects.filter(sequence=3)._raw_delete('default')", "regels ontbreken", marks=pytest.mark.long
        ),
        (CUT_OFF, "een regel die er niet is"),
    ],
    ids=["document", "note", "record", "row in the middle", "last row", "last row and head"],
)  # fmt: skip
def test_tampering_is_found_and_the_first_bad_entry_named(published, tampering, found):
    told = published.manage("verify_register", first=WITHOUT_TRIGGERS + tampering + PUT_BACK, check=False)
    assert told.returncode == 1
    assert found in told.stderr.splitlines()[0]
    assert "Traceback" not in told.stderr


STRANGER = {
    "sqlite": "CREATE TRIGGER vreemd BEFORE INSERT ON algorithms_publication BEGIN SELECT 1; END",
    "postgresql": "CREATE RULE vreemd AS ON UPDATE TO algorithms_publication DO INSTEAD NOTHING",
}
UNREADABLE = {
    "sqlite": "UPDATE algorithms_publication SET {}",
    "postgresql": "ALTER TABLE algorithms_publication ALTER COLUMN document TYPE bytea USING document::bytea",
}


def test_a_strange_trigger_on_the_log_is_found(published):
    strange = f"from django.db import connection\nconnection.cursor().execute({STRANGER!r}[connection.vendor])"
    told = published.manage("verify_register", first=strange, check=False)
    assert told.returncode == 1
    assert "vreemd" in told.stderr


@pytest.mark.parametrize(
    "change", ["document = x'ff00' WHERE sequence = 2", "published_at = 'kapot' WHERE sequence = 2"]
)
def test_an_entry_that_cannot_be_read_is_named(published, change):
    statements = {vendor: statement.format(change) for vendor, statement in UNREADABLE.items()}
    spoil = WITHOUT_TRIGGERS + f"\nconnection.cursor().execute({statements!r}[connection.vendor])"
    told = published.manage("verify_register", first=spoil, check=False)
    assert told.returncode == 1
    assert "regel " in told.stderr
    assert "Traceback" not in told.stderr


def test_a_register_without_tables_says_so(site):
    drop = "from django.db import connection\nconnection.cursor().execute('DROP TABLE algorithms_head')"
    told = site.manage("verify_register", first=drop, check=False)
    assert told.returncode == 1
    assert "migrate" in told.stderr
    assert "Traceback" not in told.stderr
    told = site.manage("import_register", "tests/data/documenten.json", check=False)
    assert (told.returncode, "migrate" in told.stderr, "Traceback" in told.stderr) == (2, True, False)


def test_a_missing_trigger_is_found_and_put_back(published):
    told = published.manage("verify_register", first=WITHOUT_TRIGGERS, check=False)
    assert told.returncode == 1
    assert "publication_update" in told.stderr
    published.manage("verify_register", first=MIGRATE)


MIGRATE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
"""
REBUILD = """
from django.db import connection
from algorithms.models import Publication
with connection.schema_editor() as editor:
    if connection.vendor == "sqlite":
        editor._remake_table(Publication)
    else:
        editor.execute("CREATE TABLE rebuilt (LIKE algorithms_publication INCLUDING ALL)")
        editor.execute("INSERT INTO rebuilt SELECT * FROM algorithms_publication")
        editor.execute("DROP TABLE algorithms_publication CASCADE")
        editor.execute("ALTER TABLE rebuilt RENAME TO algorithms_publication")
"""
REFUSED = """
from django.db import DatabaseError
from algorithms.models import Publication
everything = Publication.objects.all()
for step in (lambda: everything.update(note="anders"), lambda: everything._raw_delete("default")):
    try:
        step()
        print("toegestaan")
    except DatabaseError:
        print("geweigerd")
"""


def test_a_migration_that_rebuilds_the_table_leaves_the_log_guarded(published):
    dropped = published.manage("verify_register", first=REBUILD, check=False)
    assert (dropped.returncode, "publication_update" in dropped.stderr) == (1, True)
    told = published.manage("verify_register", first=MIGRATE + REFUSED).stdout.split()
    assert told[:2] == ["geweigerd", "geweigerd"]


REWRITE = """
from django.db import connection
from algorithms import log
from algorithms.models import Head, Publication, triggers
previous = log.GENESIS
for entry in Publication.objects.order_by("sequence"):
    if entry.sequence == 1:
        entry.note, entry.note_sha256 = "herschreven", log.sha256("herschreven")
        document = __import__("json").loads(entry.document) | {"note": "herschreven"}
        from algorithms.document import canonical
        entry.document = canonical(document)
        entry.sha256 = log.sha256(entry.document)
    entry.previous = previous
    entry.hash = previous = log.entry_hash(entry)
    entry.save()
Head.objects.update(hash=previous)
"""


def test_a_log_rewritten_as_a_whole_is_found_against_a_head_someone_kept(published, head):
    published.manage("verify_register", first=WITHOUT_TRIGGERS + REWRITE + PUT_BACK)  # the chain alone cannot tell
    told = published.manage("verify_register", "--expect", f"3:{head['head']}", check=False)
    assert told.returncode == 1
    assert "regel 3" in told.stderr


def test_a_redaction_by_command_first_lists_and_leaves_the_text_nowhere_on_disk(site):
    secret = "Naam van een inwoner"
    lars = site.run(
        MAKE + f"algorithm = make('Een', goal='<p>{secret}</p>')\npublishing.publish(algorithm, republish=True)\n"
        "print(algorithm.lars)"
    )
    bulk = site.directory / "open-data"
    bulk.mkdir()
    (bulk / "algoritmes.json-1-x").write_text(secret)
    listed = site.manage("redact", secret)
    assert f"{lars} versie 1" in listed.stdout
    assert "nu openbaar" in listed.stdout
    assert "niets veranderd" in listed.stdout
    refused = site.manage("redact", secret, "--reason", "Persoonsgegeven.", check=False)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    emptied = (
        MAKE + f"algorithm = Algorithm.objects.get(lars='{lars}')\nalgorithm.goal = ''\nalgorithm.save()\n"
        "publishing.publish(algorithm, republish=True)"
    )
    done = site.manage("redact", "-", "--reason", "Persoonsgegeven.", first=emptied, input=secret)
    assert "1 plaats(en) leeggemaakt" in done.stdout
    assert not bulk.exists()
    assert site.manage("redact", secret).stdout.startswith("0 plaats(en)")
    assert site.manage("verify_register").stdout.startswith("sequence=3 ")


def test_imports_at_once_make_each_record_once(site, tmp_path):
    file = tmp_path / "records.json"
    rows = [{"name": f"Proef {n}", "organization": {"name": "Gemeente Voorbeeldstad"}} for n in range(40)]
    file.write_text(json.dumps(rows), encoding="utf-8")
    code = f"""
from django.core.management import call_command
call_command("import_register", {str(file)!r}, "--publish")
"""
    imports = [site.start(code) for _ in range(3)]
    told = [process.communicate(timeout=120) for process in imports]
    assert [process.returncode for process in imports] == [0, 0, 0], told
    assert sorted(output.splitlines()[-1] for output, _errors in told) == [
        "0 nieuw, 0 gewijzigd, 40 ongewijzigd, 0 geweigerd",
        "0 nieuw, 0 gewijzigd, 40 ongewijzigd, 0 geweigerd",
        "40 nieuw, 0 gewijzigd, 0 ongewijzigd, 0 geweigerd",
    ]
    assert site.manage("verify_register").stdout.startswith("sequence=40 ")
