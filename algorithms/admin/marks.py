"""What stands beside each field of a record's form: what differs from the public version, what a colleague typed
meanwhile, which English is older than its Dutch, and what may help.

Set as `marks` on the form fields and groups that Django made; `_fieldset.html` and `rows.html` show them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from algorithms.admin.conflict import Conflict
from algorithms.admin.forms import english
from algorithms.document.difference import Change
from algorithms.document.form import ENGLISH
from algorithms.hints import Hint
from algorithms.standard import ROW_KEYS


@dataclass
class Marks:
    """What to show at one field or group. `place` is what a confirmation of its English is called by."""

    change: Change | None = None
    version: int | None = None  # the public version `change` is a difference from
    theirs: Change | None = None
    who: str = ""
    stale: bool = False
    place: str = ""
    is_confirmed: bool = False  # the box was ticked on a form that comes back
    hints: list[Hint] = field(default_factory=list)


def mark(
    form: Any,
    groups: list[Any],
    *,
    changes: list[Change],
    version: int | None,
    stale: set[str],
    hints: list[Hint],
    conflict: Conflict | None,
    confirmed: Collection[str] = (),
) -> None:
    """Give the fields of a form and the groups of rows below it their marks."""
    by_name: defaultdict[str, Marks] = defaultdict(Marks)
    for change in changes:
        marks = by_name[_name(change.key)]
        marks.change, marks.version = change, version
    for name, change in (conflict.both if conflict else {}).items():
        marks = by_name[name]
        marks.theirs, marks.who = change, conflict.who if conflict and conflict.is_known else ""
    for hint in hints:
        by_name[hint.key].hints.append(hint)
    for place in stale:
        if "." not in place:
            marks = by_name[english(place)]
            marks.stale, marks.place, marks.is_confirmed = True, place, place in confirmed
    for name, box in form.fields.items():
        if name in by_name:
            box.marks = by_name[name]
    for group in groups:
        key = group.opts.key
        group.marks = by_name.get(key)
        kept = [row for row in group.formset.forms if row.instance.pk]
        for number, row in enumerate(sorted(kept, key=lambda row: row.instance.order), 1):
            for name, box in row.fields.items():
                place = f"{key}.{number}.{name.removesuffix('_en')}"
                if name.endswith("_en") and place in stale:
                    box.marks = Marks(stale=True, place=place, is_confirmed=place in confirmed)
                    row.is_marked = True  # its fold stands open


def _name(key: str) -> str:
    """Return the form's name for a change: "goal.eng" is the field goal_en; a cell counts for its group."""
    head, _dot, rest = key.partition(".")
    return english(head) if rest == ENGLISH and head not in ROW_KEYS else head
