"""The way from data to decision: what a record tells of it in its own sources, steps and parties.

A pure function of document and language. Two drawings show it (`drawing.py`), and a list says all of it in words.
Nothing is drawn that a record does not tell: which source feeds which step is not known, so that all sources stand
together in one box before the steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from algorithms.public import record
from algorithms.public.drawing import FLAT, Group, Item, draw_narrow, draw_wide
from algorithms.public.record import Value
from algorithms.standard import PARTY_ROLES, STEP_KINDS, label_of

MOST_STEPS = 60  # a drawing of more tells nobody anything


@dataclass(frozen=True)
class Way:
    """The section of a record: drawings ("" when there are too many steps for one) and the list that says the same."""

    heading: str
    items: list[Item]
    wide: SafeString | str
    narrow: SafeString | str
    whole: bool  # the drawings say all that the list says


def of(document: dict[str, Any]) -> Way | None:
    """Return the way of a document in the active language; None when it names neither sources nor steps."""
    items = list(_items(document))
    if not items:
        return None
    has_steps = bool(document.get("steps"))
    heading = _("Van gegevens naar besluit") if has_steps else _("Van gegevens naar algoritme")
    if len(items) > MOST_STEPS:
        return Way(heading, items, "", "", whole=False)
    title = _("Tekening: van gegevens naar besluit") if has_steps else _("Tekening: van gegevens naar algoritme")
    wide, narrow = draw_wide(items, has_steps), draw_narrow(items)
    return Way(
        heading,
        items,
        wide.svg("breed", title),
        narrow.svg("smal", title),
        whole=not (wide.is_cut or narrow.is_cut),
    )


def _items(document: dict[str, Any]) -> Iterator[Item]:
    read = record.reader(document)
    groups = _sources(read)
    steps = list(read.steps())
    if groups:
        notes = _parties(read, "data_supplier")
        yield Item("data", label_of(STEP_KINDS, "data"), Value(_("Bronnen")), groups=groups, notes=notes)
    if not steps and groups:
        label = label_of(STEP_KINDS, "algorithm")
        yield Item("algorithm", label, read.text("name"), notes=_makers(read))
    algorithms = [place for place, step in enumerate(steps) if step["value"] == "algorithm"]
    for place, step in enumerate(steps):
        # A supplier made the algorithm, not one of its steps: where there are several, the note says so.
        notes = _makers(read, whole=len(algorithms) > 1) if algorithms and place == algorithms[0] else []
        lead, text = Value(step["lead"], lang=step["lead_lang"]), Value(step["text"], lang=step["lang"])
        yield Item(step["value"], step["kind"], lead, text, notes=notes)


def _sources(read: Any) -> list[Group]:
    """All sources by topic in the order of the record, links to sources last; a name stands once in its topic."""
    topics: dict[str, tuple[Value, dict[str, Value]]] = {}
    for row, translated in read.rows("data_sources"):
        topic = Value(*read.pick(row.get("topic", ""), translated.get("topic", "")))
        name = Value(*read.pick(row.get("name", ""), translated.get("name", "")))
        if name.text.strip():
            names = topics.setdefault(_same(topic.text), (topic, {}))[1]
            names.setdefault(_same(name.text), name)
    known = {name for _topic, names in topics.values() for name in names}
    for row, translated in read.rows("source_data_grouping"):
        title = Value(*read.pick(row["title"], translated.get("title", "")))
        if title.text.strip() and _same(title.text) not in known:
            topics.setdefault("", (Value(), {}))[1].setdefault(_same(title.text), title)
    if len({name for _topic, names in topics.values() for name in names}) <= FLAT:
        flat: dict[str, Value] = {}
        for _topic, names in topics.values():
            flat |= {key: name for key, name in names.items() if key not in flat}
        topics = {"": (Value(), flat)} if flat else {}
    return [Group(topic, list(names.values())) for topic, names in topics.values()]


def _same(name: str) -> str:
    return " ".join(name.split()).casefold()


def _makers(read: Any, whole: bool = False) -> list[Value]:
    """Who made the algorithm: its supplier as the standard has it, then suppliers and developers among the parties."""
    makers = _parties(read, "supplier", "developer")
    provider = read.document["provider"].strip()
    if provider and _same(provider) not in {_same(maker.text) for maker in makers}:
        role = label_of(PARTY_ROLES, "supplier")
        makers = [Value(provider, lang=read.dutch_fact(provider), lead=role), *makers]
    if not whole:
        return makers
    return [
        Value(maker.text, lang=maker.lang, lead=_("%(role)s van het hele algoritme") % {"role": maker.lead})
        for maker in makers
    ]


def _parties(read: Any, *roles: str) -> list[Value]:
    found: dict[tuple[str, str], Value] = {}
    for row, _translated in read.rows("parties"):
        if row["role"] in roles and row["name"].strip():
            value = Value(row["name"], lang=read.dutch_fact(row["name"]), lead=label_of(PARTY_ROLES, row["role"]))
            found.setdefault((row["role"], _same(row["name"])), value)
    return list(found.values())
