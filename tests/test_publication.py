"""A publication is frozen, numbered without gaps, and never changed."""

import hashlib
import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from algorithms import document, log, publishing
from algorithms.models import Algorithm, Head, Listing, ListingFacet, Publication
from algorithms.publishing import Refused
from algorithms.verifying import verify


def entries():
    return list(Publication.objects.order_by("sequence"))


def test_the_bytes_are_canonical_and_hashed(publish_algorithm):
    algorithm = publish_algorithm(note="Eerste versie.")
    entry = Publication.objects.get()
    stored = json.loads(entry.document)
    assert entry.document == json.dumps(stored, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert entry.sha256 == hashlib.sha256(entry.document.encode()).hexdigest()
    assert entry.note_sha256 == hashlib.sha256(b"Eerste versie.").hexdigest()
    assert stored["lars"] == algorithm.lars
    assert stored["version"] == 1
    assert stored["note"] == "Eerste versie."
    assert stored["published_at"].endswith("Z")
    assert len(stored["salt"]) == 32
    assert set(stored) == set(document.clean(stored)) == set(log_keys())


def log_keys():
    from algorithms.standard import DOCUMENT_KEYS

    return DOCUMENT_KEYS


def test_each_entry_is_chained_to_the_one_before(publish_algorithm):
    for _ in range(3):
        publish_algorithm()
    first, second, third = entries()
    assert [e.sequence for e in (first, second, third)] == [1, 2, 3]
    assert first.previous == "0" * 64
    assert (second.previous, third.previous) == (first.hash, second.hash)
    told = log.entry(third)
    covered = {key: told[key] for key in told if key not in ("hash", "note")}
    text = json.dumps(covered, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == third.hash
    head = Head.now()
    assert (head.sequence, head.hash, head.published_at) == (3, third.hash, third.published_at)


def test_publishing_an_unchanged_record_makes_no_version(publish_algorithm):
    algorithm = publish_algorithm()
    assert publishing.publish(algorithm, note="Nog een keer.").action == "unchanged"
    assert Publication.objects.count() == 1
    assert Listing.objects.get().version == 1


def test_a_change_makes_the_next_version_and_one_listing(publish_algorithm):
    algorithm = publish_algorithm(name="Oude naam")
    algorithm.name = "Nieuwe naam"
    algorithm.save()
    outcome = publishing.publish(algorithm, note="Andere naam.")
    assert (outcome.action, outcome.entry.version) == ("published", 2)
    assert [e.version for e in entries()] == [1, 2]
    listing = Listing.objects.get()
    assert (listing.name, listing.version, listing.slug) == ("Nieuwe naam", 2, "nieuwe-naam")
    assert json.loads(listing.summary)["name"] == "Nieuwe naam"


def test_a_person_must_fill_every_required_field(make_algorithm):
    algorithm = make_algorithm(description_short="", contact_email="", publication_category="")
    with pytest.raises(Refused) as refused:
        publishing.publish(algorithm)
    assert {p.key for p in refused.value.problems} == {"description_short", "contact_email", "publication_category"}
    assert "Korte omschrijving" in str(refused.value)
    assert "Vul het in." in str(refused.value)
    assert not Publication.objects.exists()


def test_an_import_publishes_again_with_name_and_organisation(make_algorithm):
    algorithm = make_algorithm(description_short="", contact_email="", publication_category="", status="")
    outcome = publishing.publish(algorithm, republish=True)
    assert outcome.action == "published"
    assert {"description_short", "contact_email"} <= {p.key for p in outcome.problems}
    nameless = make_algorithm(name="x")
    nameless.name = ""
    nameless.save()
    with pytest.raises(Refused):
        publishing.publish(nameless, republish=True)


def test_many_at_once_are_one_step(make_algorithm):
    drafts = [make_algorithm(), make_algorithm(status="")]
    with pytest.raises(Refused):
        publishing.publish_many(drafts)
    assert not Publication.objects.exists()
    assert Head.now().sequence == 0


def test_withdrawing_needs_a_reason_and_leaves_the_log(publish_algorithm):
    algorithm = publish_algorithm()
    with pytest.raises(Refused):
        publishing.withdraw(algorithm.lars, reason="  ")
    entry = publishing.withdraw(algorithm.lars, reason="Niet meer in gebruik.")
    published = Publication.objects.get(sequence=1)
    assert (entry.action, entry.version, entry.sha256) == ("withdraw", 1, published.sha256)
    assert entry.document == ""
    assert not Listing.objects.exists()
    assert not ListingFacet.objects.exists()
    with pytest.raises(Refused):
        publishing.withdraw(algorithm.lars, reason="Nog eens.")
    assert verify().faults == []


def test_a_withdrawn_record_is_published_again_by_a_person_only(publish_algorithm):
    algorithm = publish_algorithm()
    publishing.withdraw(algorithm.lars, reason="Vergissing.")
    assert publishing.publish(algorithm, republish=True).action == "withdrawn"
    assert publishing.publish(algorithm).entry.version == 2
    assert verify().faults == []


def test_redaction_empties_what_held_the_text_and_the_chain_still_verifies(publish_algorithm):
    algorithm = publish_algorithm(goal="<p>Vraag het aan Jan <em>Jansen</em>.</p>", note="Zie J.")
    other = publish_algorithm()
    with pytest.raises(Refused, match=algorithm.lars):
        publishing.redact("jan jansen", reason="Persoonsgegeven.")
    algorithm.goal = "<p>Vraag het aan de balie.</p>"
    algorithm.save()
    publishing.publish(algorithm)
    with pytest.raises(Refused):
        publishing.redact("jan jansen", reason="Jan Jansen wilde dit.")
    found = publishing.redact("jan jansen", reason="Persoonsgegeven.")
    assert [(f.sequence, f.version, f.place) for f in found] == [(1, 1, "document")]
    first = Publication.objects.get(sequence=1)
    assert (first.document, first.note, first.is_redacted) == ("", "", True)
    last = entries()[-1]
    assert (last.action, last.version, last.sha256) == ("redact", 1, first.sha256)
    assert Publication.objects.get(lars=other.lars).document
    assert not any("jansen" in (e.document + e.note).lower() for e in entries())
    assert verify().faults == []


def test_redaction_finds_a_note_of_withdrawal_too(client, publish_algorithm):
    algorithm = publish_algorithm()
    publishing.withdraw(algorithm.lars, reason="Op verzoek van Piet Pietersen.")
    found = publishing.redact("Piet Pietersen", reason="Persoonsgegeven.")
    assert [(f.sequence, f.place) for f in found] == [(2, "note")]
    assert Publication.objects.get(sequence=2).note == ""
    assert Publication.objects.get(sequence=1).document
    assert verify().faults == []
    # the version itself was not redacted: it reads on, and it cannot be emptied on the strength of that entry
    history = client.get(f"/algoritmes/{algorithm.lars}/versies/").content.decode()
    assert "Piet" not in history
    assert client.get(f"/algoritmes/{algorithm.lars}/versies/1/").status_code == 200
    assert client.get(f"/api/v1/algoritmes/{algorithm.lars}/versies").json()["results"][0]["redacted"] is False
    with pytest.raises(DatabaseError), transaction.atomic():
        Publication.objects.filter(sequence=1).update(document="", note="")


def test_a_text_in_a_version_and_in_a_note_is_emptied_in_both(publish_algorithm):
    algorithm = publish_algorithm(goal="<p>Piet Pietersen</p>")
    publishing.withdraw(algorithm.lars, reason="Piet Pietersen wilde dit.")
    assert len(publishing.redact("piet pietersen", reason="Persoonsgegeven.")) == 2
    assert [(e.document, e.note) for e in entries()[:2]] == [("", ""), ("", "")]
    assert len(entries()) == 4
    assert verify().faults == []


def test_the_head_of_an_empty_register_can_be_kept_too(db):
    assert verify([(0, "0" * 64)]).faults == []
    assert verify([(1, "0" * 64)]).faults


def test_a_head_with_another_moment_is_found(publish_algorithm):
    publish_algorithm()
    Head.objects.update(published_at="2099-01-01T00:00:00Z")
    assert any("moment" in fault for fault in verify().faults)


def test_redacting_what_is_nowhere_is_refused(publish_algorithm):
    publish_algorithm()
    for text in ("staat er niet", "   "):
        with pytest.raises(Refused):
            publishing.redact(text, reason="Daarom.")
    assert Publication.objects.count() == 1


COLUMNS = "sequence, lars, version, action, published_at, note, document, sha256, note_sha256, previous, hash"
FORBIDDEN = {
    "update": "UPDATE algorithms_publication SET note = 'anders' WHERE sequence = 1",
    "empty": "UPDATE algorithms_publication SET document = '', note = ''",
    "delete": "DELETE FROM algorithms_publication WHERE sequence = 2",
    "gap": f"INSERT INTO algorithms_publication ({COLUMNS}) SELECT sequence + 5, lars, version, 'withdraw',"
    " published_at, note, document, sha256, note_sha256, hash, hash FROM algorithms_publication WHERE sequence = 2",
    "wrong previous": f"INSERT INTO algorithms_publication ({COLUMNS}) SELECT 3, lars, version, 'withdraw',"
    " published_at, note, document, sha256, note_sha256, previous, hash FROM algorithms_publication WHERE sequence = 2",
    "same version": f"INSERT INTO algorithms_publication ({COLUMNS}) SELECT 3, lars, version, 'publish',"
    " published_at, note, document, sha256, note_sha256, hash, hash FROM algorithms_publication WHERE sequence = 2",
}
ONLY_ON = {
    "sqlite": {
        "replace": f"INSERT OR REPLACE INTO algorithms_publication ({COLUMNS}) SELECT sequence, lars, version, action,"
        " published_at, 'anders', document, sha256, note_sha256, previous, hash FROM algorithms_publication",
        "replace by version": f"INSERT OR REPLACE INTO algorithms_publication ({COLUMNS}) SELECT 3, lars, version,"
        " action, published_at, 'anders', document, sha256, note_sha256, hash, hash FROM algorithms_publication"
        " WHERE sequence = 2",
        "update or replace": "UPDATE OR REPLACE algorithms_publication SET sequence = 1 WHERE sequence = 2",
    },
    "postgresql": {
        "truncate": "TRUNCATE algorithms_publication CASCADE",
        "upsert": f"INSERT INTO algorithms_publication ({COLUMNS}) SELECT {COLUMNS} FROM algorithms_publication"
        " ON CONFLICT (sequence) DO UPDATE SET note = 'anders'",
    },
}


def test_the_database_refuses_every_rewriting_of_the_log(publish_algorithm):
    publish_algorithm(note="een")
    publish_algorithm(note="twee")
    before = list(Publication.objects.values_list())
    statements = FORBIDDEN | ONLY_ON[connection.vendor]
    for name, statement in statements.items():
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:  # noqa: PT012
            cursor.execute(statement)
            pytest.fail(f"{name} was allowed")
    assert list(Publication.objects.values_list()) == before


def test_only_the_versions_a_later_redaction_names_can_be_emptied(publish_algorithm):
    algorithm = publish_algorithm(goal="<p>geheim</p>")
    algorithm.goal = ""
    algorithm.save()
    publishing.publish(algorithm)
    publishing.redact("geheim", reason="Per ongeluk.")
    for statement in (
        "UPDATE algorithms_publication SET document = '' WHERE sequence = 2",
        "UPDATE algorithms_publication SET document = 'anders' WHERE sequence = 1",
        "UPDATE algorithms_publication SET sha256 = hash WHERE sequence = 1",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert verify().faults == []


def test_the_listing_can_be_made_anew_from_the_log(publish_algorithm):
    kept, gone = publish_algorithm(), publish_algorithm()
    publishing.withdraw(gone.lars, reason="Weg.")
    before = list(Listing.objects.values_list()), sorted(ListingFacet.objects.values_list("listing", "facet", "slug"))
    Listing.objects.update(name="bedorven")
    assert any("wijkt af" in fault for fault in verify().faults)
    out = StringIO()
    call_command("rebuild_listing", stdout=out)
    assert out.getvalue().startswith("1 ")
    after = list(Listing.objects.values_list()), sorted(ListingFacet.objects.values_list("listing", "facet", "slug"))
    assert before == after
    assert Listing.objects.get().lars == kept.lars


def test_bad_characters_in_a_note_are_refused(make_algorithm):
    with pytest.raises(Refused, match=r"U\+0000"):
        publishing.publish(make_algorithm(), note="a\x00b")
    assert not Publication.objects.exists()


def test_floats_have_no_place_in_a_document():
    with pytest.raises(ValueError, match="integers"):
        document.canonical({"a": [1.0]})


def test_documents_survive_publish_and_apply_unchanged(publish_algorithm):
    publish_algorithm()
    published = json.loads(Publication.objects.get().document)
    content = {key: value for key, value in document.content(published).items() if key != "lars"}
    again = document.apply(Algorithm(), document.clean(content))
    assert document.build(again) | {"lars": ""} == document.content(published) | {"lars": ""}
