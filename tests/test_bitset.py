"""What a process keeps in memory of the public register answers as the tables do, however it came about."""

from __future__ import annotations

import random
import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from algorithms import bitset, publishing
from algorithms.bitset import Bitset
from algorithms.models import Algorithm, Head, Listing, ListingFacet, Organization, Publication
from algorithms.search import analyser

examples = settings(max_examples=120, deadline=None, derandomize=True)


@pytest.fixture(autouse=True)
def nothing_in_memory():
    bitset.forget()
    yield
    bitset.forget()


def now() -> Bitset:
    return bitset.now(Head.now())


# -- asking, against plain lists ---------------------------------------------------------------------------------------


Record = tuple[int, str, set[str], bool]  # entries since the one before, name, themes, whether it is public
RECORDS = st.lists(
    st.tuples(st.integers(1, 3), st.text("abc", max_size=2), st.sets(st.sampled_from("xyz")), st.booleans()),
    max_size=90,
)


def by_sequence(records: list[Record]) -> dict[int, Record]:
    return dict(zip(accumulate(record[0] for record in records), records, strict=True))


def made(records: dict[int, Record]) -> Bitset:
    """Return the index of records by their sequence: a record is the bit of its sequence."""
    index = Bitset(("", 0), max(records, default=0))
    for sequence, (_step, name, themes, is_public) in records.items():
        index.all |= is_public << sequence
        if is_public:
            index.names.append((name, str(sequence), sequence))
        for theme in themes:  # of what is no longer public too, as they stay behind
            themed = index.facets.setdefault("thema", {})
            themed[theme] = themed.get(theme, 0) | 1 << sequence
    index.names.sort()
    return index


def told(found: int) -> set[int]:
    """Return the sequences of records, one by one."""
    return {sequence for sequence in range(found.bit_length()) if found >> sequence & 1}


@examples
@given(RECORDS, st.integers(min_value=0), st.integers(0, 100), st.integers(0, 100))
def test_any_slice_in_either_order_is_that_of_a_plain_list(steps, some, start, length):
    records, stop = by_sequence(steps), start + length
    index = made(records)
    among = index.all & some
    plain = sorted(told(among), reverse=True)
    assert index.newest(among, start, stop) == plain[start:stop]
    named = sorted(plain, key=lambda sequence: (records[sequence][1], str(sequence)))
    assert index.by_name(among, start, stop) == named[start:stop]


@examples
@given(RECORDS, st.sets(st.sampled_from("xyzq")), st.integers(min_value=0))
def test_unions_and_counts_are_those_of_plain_sets(steps, values, some):
    records = by_sequence(steps)
    index = made(records)
    public = {sequence for sequence, record in records.items() if record[3]}
    assert told(index.having("thema", values)) == {sequence for sequence in public if records[sequence][2] & values}
    within = public & told(some)
    counted = {value: sum(value in records[sequence][2] for sequence in within) for value in "xyz"}
    assert index.counts("thema", some) == {value: count for value, count in counted.items() if count}
    assert (index.having("geen", values), index.counts("geen", some)) == (0, {})


@examples
@given(RECORDS, st.lists(st.integers(0, 600), max_size=300), st.text("abc", max_size=2))
def test_records_are_named_by_their_sequence_and_by_their_whole_name(steps, sequences, name):
    """Few sequences and many go different ways."""
    records = by_sequence(steps)
    index = made(records)
    public = {sequence for sequence, record in records.items() if record[3]}
    assert told(index.bits(sequences)) == set(sequences) & public
    assert told(index.bits(iter(sequences * 5))) == set(sequences) & public
    assert told(index.named(name)) == {sequence for sequence in public if records[sequence][1] == name}


def test_a_page_of_a_large_register_costs_no_walk_over_it():
    index = Bitset(("", 0), 400_000)
    index.all = (1 << 400_001) - 2
    began = time.process_time()
    assert index.newest(index.all, 0, 20) == list(range(400_000, 399_980, -1))
    assert index.newest(index.all, 399_990, 400_010) == list(range(10, 0, -1))
    assert time.process_time() - began < 0.5


# -- the register ------------------------------------------------------------------------------------------------------

THEMES = ["Verkeer", "Werk", "Wonen"]


def changes(chance: random.Random) -> dict:
    """Return some values of a record, facets among them."""
    return {
        "name": f"{chance.choice(['Parkeren', 'Strooien', 'Café', 'CAFE', 'Wijk 7'])}{chance.choice(['', ' nu'])}",
        "category": chance.sample(THEMES, chance.randint(0, 2)),
        "status": chance.choice(["In gebruik", "Buiten gebruik"]),
        "provider": chance.choice(["", "Centric", "Intern"]),
        "risk_class": chance.choice(["", "high"]),
        "goal": f"<p>{chance.random()}</p>",
    }


def answers(index: Bitset) -> dict:
    """Return every answer of an index."""

    def newest(found: int) -> list[int]:
        return index.newest(found, 0, 10_000)

    moments = Publication.objects.values_list("published_at", flat=True)
    held = {
        (facet, slug): newest(index.having(facet, [slug])) for facet, values in index.facets.items() for slug in values
    }
    counts = {facet: index.counts(facet, index.all) for facet in index.facets}
    return {
        "newest": newest(index.all),
        "by name": index.by_name(index.all, 0, 10_000),
        # what no record has any more may stay behind in what was brought up to date
        "having": {pair: sequences for pair, sequences in held.items() if sequences},
        "counts": {facet: values for facet, values in counts.items() if values},
        "labels": index.labels,  # of nothing else: what is gone may be a name that was redacted
        "since": [newest(index.since(moment)) for moment in moments],
        "named": {key: newest(index.named(key)) for key in Listing.objects.values_list("name_key", flat=True)},
        "bits": newest(index.bits(range(1, 10_000))),
    }


def tables() -> dict:
    """Return the same answers from the tables."""
    rows = list(Listing.objects.order_by("-pk"))
    facets: dict[tuple[str, str], list[int]] = {}
    counts: dict[str, dict[str, int]] = {}
    labels: dict[tuple[str, str], str] = {}
    for row in ListingFacet.objects.order_by("-listing_id"):
        facets.setdefault((row.facet, row.slug), []).append(row.listing_id)
        known = labels.get((row.facet, row.slug), row.label)
        labels[row.facet, row.slug] = min(row.label, known, key=lambda label: (not "A" <= label[:1] <= "Z", label))
    for (facet, slug), held in facets.items():
        counts.setdefault(facet, {})[slug] = len(held)
    moments = Publication.objects.values_list("published_at", flat=True)
    return {
        "newest": [row.pk for row in rows],
        "by name": [row.pk for row in sorted(rows, key=lambda row: (row.name_key, row.lars))],
        "having": facets,
        "counts": counts,
        "labels": labels,
        "since": [[row.pk for row in rows if row.published_at > moment] for moment in moments],
        "named": {row.name_key: [other.pk for other in rows if other.name_key == row.name_key] for row in rows},
        "bits": [row.pk for row in rows],
    }


def publish(draft: Algorithm, **texts) -> None:
    for key, text in texts.items():
        setattr(draft, key, text)
    draft.save()
    publishing.publish(draft)


@pytest.mark.parametrize("seed", [1, 2])
def test_an_index_brought_up_to_date_is_the_one_made_anew(make_algorithm, monkeypatch, seed):
    """Forty publications and withdrawals in an arbitrary order, sometimes several between two questions."""
    chance = random.Random(seed)
    drafts = [make_algorithm()]  # a new organisation changes register data, and that is read anew
    kept, compared = now(), 0
    for _step in range(40):
        public = sorted(Listing.objects.values_list("lars", flat=True))
        what = chance.choice(["new", "new", "again", "again", "withdraw"])
        if what == "new":
            drafts.append(make_algorithm(**changes(chance)))
            publishing.publish(drafts[-1])
        elif what == "again":
            publish(chance.choice(drafts), **changes(chance))
        elif public:
            publishing.withdraw(chance.choice(public), reason="Gestopt.")
        if chance.random() < 0.3:
            continue
        with monkeypatch.context() as reading:
            reading.delattr(bitset, "_made")  # it is brought up to date, not read again
            kept = now()
        assert answers(kept) == tables()
        bitset.forget()
        assert answers(now()) == tables()
        monkeypatch.setattr(bitset, "_kept", kept)  # so that the next one follows from this one
        compared += 1
    assert compared > 20


def test_what_one_state_was_asked_does_not_change_with_the_next(publish_algorithm):
    first = publish_algorithm(name="Eerste")
    before = now()
    told = before.newest(before.all, 0, 10), dict(before.counts("thema", before.all)), before.named("eerste")
    publishing.withdraw(first.lars, reason="Gestopt.")
    publish_algorithm(name="Tweede", category=["Werk"])
    after = now()
    assert after is not before
    assert (before.newest(before.all, 0, 10), before.counts("thema", before.all), before.named("eerste")) == told
    assert after.newest(after.all, 0, 10) == [3]
    assert after.counts("thema", after.all) == {"werk": 1}


def test_a_whole_name_is_known_whatever_its_accents_and_spaces(publish_algorithm):
    publish_algorithm(name="Coördinatie: ’s avonds")
    index = now()
    assert index.named(analyser.key("coordinatie s avonds")) == index.all
    assert index.named(analyser.key("coordinatie")) == 0


def test_since_is_strictly_after_a_moment(publish_algorithm):
    for _number in range(3):
        publish_algorithm()
    moments = list(Publication.objects.order_by("pk").values_list("published_at", flat=True))
    index = now()
    assert index.newest(index.since(moments[0]), 0, 10) == [3, 2]
    assert index.since(moments[2]) == 0
    assert index.since(moments[0] - timedelta(microseconds=1)) == index.all
    assert index.since(datetime(1900, 1, 1, tzinfo=UTC)) == index.all


def test_since_counts_what_was_published_after_a_withdrawal_too(publish_algorithm):
    first, _second = publish_algorithm(), publish_algorithm()
    withdrawn = publishing.withdraw(first.lars, reason="Gestopt.")
    third = publish_algorithm()
    index = now()
    assert index.newest(index.since(withdrawn.published_at), 0, 10) == [4]
    publishing.withdraw(third.lars, reason="Gestopt.")
    assert now().since(withdrawn.published_at) == 0


# -- when a new one is made --------------------------------------------------------------------------------------------


def test_the_same_state_is_the_same_index(publish_algorithm):
    publish_algorithm()
    assert now() is now()


@pytest.mark.parametrize("change", ["organisation", "rebuild"])
def test_a_change_of_register_data_makes_a_new_one(publish_algorithm, change):
    publish_algorithm()
    before = now()
    if change == "organisation":
        Organization.objects.get().save()
    else:
        publishing.rebuild_listings()
    after = now()
    assert after is not before
    assert after.memory is not before.memory  # what was derived, such as the search, is made anew too
    assert answers(after) == tables()


def test_a_listing_that_was_put_right_is_read_again(publish_algorithm):
    publish_algorithm()
    Listing.objects.update(name_key="bedorven")
    assert now().named("bedorven")
    publishing.rebuild_listings()
    assert not now().named("bedorven")


def test_another_log_is_read_anew(publish_algorithm):
    """A backup that was put back: as many entries, other ones."""
    with transaction.atomic():
        for _number in range(3):
            publish_algorithm(category=["Werk"])
        before = now()
        assert before.counts("thema", before.all) == {"werk": 3}
        transaction.set_rollback(True)
    for number in range(4):
        publish_algorithm(category=["Wonen"])
        index = now()
        assert index.counts("thema", index.all) == {"wonen": number + 1}
        assert answers(index) == tables()


def test_a_log_that_ends_before_the_one_in_memory_is_read_anew(publish_algorithm):
    publish_algorithm()
    with transaction.atomic():
        publish_algorithm()
        assert now().all.bit_count() == 2
        transaction.set_rollback(True)
    assert answers(now()) == tables()
    assert now().all.bit_count() == 1


def test_who_read_the_head_before_a_publication_is_answered_without_it(publish_algorithm):
    first, _second = publish_algorithm(), publish_algorithm()
    old = Head.now()
    publish_algorithm()
    assert now().all.bit_count() == 3
    index = bitset.now(old)
    assert index.newest(index.all, 0, 10) == [2, 1]
    assert now().all.bit_count() == 3
    publish(first, goal="<p>anders</p>")
    index = bitset.now(old)  # the listing of the first has gone; it is left out and not shown twice
    assert index.newest(index.all, 0, 10) == [2]
    assert now().newest(now().all, 0, 10) == [4, 3, 2]


def test_an_empty_register_has_an_index_too(db):
    index = now()
    assert (index.all, index.newest(0, 0, 20), index.by_name(0, 0, 20), index.named("")) == (0, [], [], 0)
    assert (index.having("thema", ["werk"]), index.counts("thema", 0), index.bits([1, 2])) == (0, {}, 0)
    assert index.since(datetime(1900, 1, 1, tzinfo=UTC)) == 0


def test_threads_that_ask_at_once_get_one_index(monkeypatch):
    """The reading is slow here, so that the second asks while the first is at it."""
    reads: list[str] = []

    def slowly(_made: Bitset, _since: int) -> None:
        reads.append(threading.current_thread().name)
        time.sleep(0.05)

    monkeypatch.setattr(bitset, "_append", slowly)
    head = Head(sequence=0, hash="f" * 64, site_revision=7)
    together = threading.Barrier(4)
    got: list[Bitset] = []

    def ask() -> None:
        together.wait()
        got.append(bitset.now(head))

    threads = [threading.Thread(target=ask) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert len(got) == 4
    assert len({id(index) for index in got}) == len(reads) == 1


def test_a_value_is_called_by_the_spelling_that_reads_as_a_name(make_algorithm):
    """One author in small letters does not rename a source of everybody, when read anew nor when brought up to date."""
    for name in ("Bag", "BAG", "bag", "'BAG'"):
        publishing.publish(make_algorithm(data_sources=[{"name": name}]))
        brought_up_to_date = now().labels["gegevensbron", "bag"]
        bitset.forget()
        assert now().labels["gegevensbron", "bag"] == brought_up_to_date == ("Bag" if name == "Bag" else "BAG")
