"""Two people, one draft: the second to save is told, sees both texts and loses nothing.

The form carries the revision it was opened at. When the draft has moved on, nothing is saved: what only the other
changed is taken over, what only this person changed stays, and where both changed the same the page shows both. The
form that comes back carries the new revision, so that saving again is a choice made with open eyes.

Rows are merged one by one. The rows a form shows are those of its revision, in their order: that is how a row is known
whose number is gone from the database (an import writes all rows anew), and why a form that comes back shows first all
rows that are stored, in their order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from algorithms import document as documents
from algorithms import drafts
from algorithms.admin.forms import english
from algorithms.document import FACTS, Change, Document, Span, difference
from algorithms.document.difference import ADDED, REMOVED
from algorithms.document.form import ENGLISH
from algorithms.models import Algorithm, Department, Event, Organization, Row
from algorithms.standard import FIELDS, ROW_KEYS, TRANSLATED, translated_columns

REVISION = "revision"  # the form's hidden field
KEPT = ("owner", "review_date")  # of the record, but no content: the form carries what they were when it was opened
MOST_FORMS = 2000  # of one group that are looked at; Django reads no more either
Cells = dict[str, str]


@dataclass
class Conflict:
    """What the others did meanwhile. `both` are the form fields or groups that both changed, with the others' text.

    `is_known` is False when nobody knows any more what the form began with: then every difference is in `both`.
    """

    who: str = ""
    event: Event | None = None  # the last change by others
    is_own: bool = False  # the other is the same person, in another window
    is_known: bool = True
    taken_over: list[Change] = field(default_factory=list)
    both: dict[str, Change] = field(default_factory=dict)


class KeptChange(Change):
    """A change of an agreement about the record, which is no field of the standard."""

    @property
    def label(self) -> str:
        return _("Eigenaar") if self.key == "owner" else _("Opnieuw bekijken op")


def merge(post: QueryDict, draft: Algorithm, user: Any = None) -> tuple[QueryDict, Conflict | None]:
    """Return what to show or save, and what the others did when the draft was changed since the form was opened."""
    documents.with_rows([draft])
    whole = post.copy()
    conflict = Conflict()
    _merge_kept(whole, draft, conflict)
    theirs = documents.build(draft)
    base = _base(post.get(REVISION, ""), draft, theirs)
    if base is not theirs:
        whole[REVISION] = str(draft.revision)
        _tell_who(conflict, post.get(REVISION, ""), draft, user)
        conflict.is_known = base is not None
        _merge_texts(whole, base, theirs, conflict)
    forms = _forms(whole)
    for key in ROW_KEYS:
        _merge_rows(key, whole, forms[key], draft, base, theirs, conflict)
    return whole, conflict if conflict.taken_over or conflict.both else None


def _base(given: str, draft: Algorithm, theirs: Document) -> Document | None:
    """Return what the form began with; None when that is not known (any more)."""
    if not given.isdecimal() or len(given) > 9:
        return None
    if int(given) == draft.revision:
        return theirs
    try:
        return drafts.earlier(draft, revision=int(given))
    except drafts.NoSuchDraft:
        return None  # its history was tidied away


def _tell_who(conflict: Conflict, given: str, draft: Algorithm, user: Any) -> None:
    """Note who changed the texts since; steps (offered, published) carry a revision too and change nothing."""
    since = int(given) if conflict.is_known and given.isdecimal() and len(given) <= 9 else draft.revision - 1
    first_of: dict[int, Event] = {}
    for event in draft.events.filter(revision__gt=since, revision__lte=draft.revision).order_by("pk").defer("document"):
        first_of.setdefault(event.revision, event)
    events = list(first_of.values())
    if events:
        conflict.event = events[-1]
        conflict.who = ", ".join(dict.fromkeys(event.by_name or _("het register") for event in events))
        conflict.is_own = user is not None and all(event.by_id == user.pk for event in events)


def posted_rows(post: QueryDict, key: str) -> list[list[str]]:
    """Return the filled texts of each row that was posted in a group."""
    names = _names(key)
    rows = [[text for name in names if (text := cells.get(name, "").strip())] for cells in _forms(post)[key]]
    return [cells for cells in rows if cells]


# -- agreements: no content, so that no revision tells of them ---------------------------------------------------------


def _merge_kept(post: QueryDict, draft: Algorithm, conflict: Conflict) -> None:
    stored = {"owner": str(draft.owner_id or ""), "review_date": str(draft.review_date or "")}
    for name in KEPT:
        initial = post.get(f"initial-{name}")
        if initial is None or name not in post or initial == stored[name]:
            continue
        post[f"initial-{name}"] = stored[name]
        if post[name] == initial:
            post[name] = stored[name]
        elif post[name] != stored[name]:
            conflict.both[name] = _kept_change(name, draft)


def _kept_change(name: str, draft: Algorithm) -> Change:
    if name == "owner":
        now = drafts.name_of(draft.owner) or "–"
    else:
        now = date_format(draft.review_date, "j F Y") if draft.review_date else "–"
    return KeptChange(name, "", now, (Span(ADDED, now),))


# -- texts and facts ---------------------------------------------------------------------------------------------------


def _merge_texts(post: QueryDict, base: Document | None, theirs: Document, conflict: Conflict) -> None:
    changes = {change.key: change for change in difference(base or {}, theirs)}
    now, before = _values(theirs), _values(base) if base else None
    for name, value in now.items():
        mine = _mine(post, name)
        if mine is None or _is_same(name, mine, value) or (before and _is_same(name, value, before[name])):
            continue
        change = changes.get(_key_of(name)) or Change(_key_of(name), "", "")
        if before and _is_same(name, mine, before[name]):
            _put(post, name, value)
            conflict.taken_over.append(change)
        else:
            conflict.both[name] = change


def _values(document: Document) -> dict[str, Any]:
    """Return the document's facts and texts under the names of the form's fields."""
    translated = document.get("translations", {}).get(ENGLISH, {})
    values: dict[str, Any] = {key: document.get(key, "") for key in (*FACTS, *TRANSLATED)}
    values |= {english(key): translated.get(key, "") for key in TRANSLATED}
    for key in ("organization", "department"):
        values[key] = (document.get(key) or {}).get("slug", "")
    return values


def _mine(post: QueryDict, name: str) -> Any:
    """Return what was posted in one field, as a document holds it; None when the form did not have it."""
    if name == "category":
        return post.getlist(name)
    if name not in post:
        return None
    text = str(post[name])
    if name in ("organization", "department"):
        model: Any = Organization if name == "organization" else Department
        is_number = text.isdecimal() and len(text) <= 18
        return model.objects.filter(pk=text).values_list("slug", flat=True).first() or text if is_number else text
    return documents.clean_text(FIELDS[_key_of(name).removesuffix(f".{ENGLISH}")].kind, text)


def _is_same(name: str, one: Any, other: Any) -> bool:
    """Compare two values; a browser sends categories in the order of the page, not in that of the record."""
    return set(one) == set(other) if name == "category" else one == other


def _put(post: QueryDict, name: str, value: Any) -> None:
    if name == "category":
        post.setlist(name, value)
    elif name in ("organization", "department"):
        model: Any = Organization if name == "organization" else Department
        found = model.objects.filter(slug=value).values_list("pk", flat=True) if value else []
        post[name] = str(next(iter(found), ""))
    else:
        post[name] = value


def _key_of(name: str) -> str:
    """Return the key a change goes by ("goal.eng") for a field of the form ("goal_en")."""
    key = name.removesuffix("_en")
    return f"{key}.{ENGLISH}" if name != key and key in TRANSLATED else name


# -- rows --------------------------------------------------------------------------------------------------------------


def _merge_rows(
    key: str,
    post: QueryDict,
    forms: list[Cells],
    draft: Algorithm,
    base: Document | None,
    theirs: Document,
    conflict: Conflict,
) -> None:
    stored = documents.rows_of(draft, key)
    if f"{key}-TOTAL_FORMS" not in post:
        if key == "legacy" and stored:  # an import brought the first of them since
            _write(post, key, [_posted(row, key, place) for place, row in enumerate(stored)])
            conflict.taken_over.append(_change_of(key, [], _rows(theirs, key)))
        return
    shown = [cells for cells in forms if cells.get("id")]
    places = {str(row.pk): place for place, row in enumerate(stored)}
    if base is theirs and all(cells["id"] in places for cells in shown):
        return
    now, was = _rows(theirs, key), _rows(base, key) if base else None
    if was is not None and len(was) != len(shown):
        was = None  # not a form that this page made
    merged = _Merged(key, now, was)
    became = _became(key, shown, was or [_cells(cells, key) for cells in shown], now, places)
    result: dict[int, Cells] = {}
    again: list[Cells] = []
    for at, cells in enumerate(shown):
        if at in became:
            place = became[at]
            result[place] = merged.row(at, place, cells) | {"id": str(stored[place].pk)}
            if not _is_moved(at, cells):
                result[place]["order"] = str(place + 1)
        elif merged.is_kept(at, cells):
            again.append({name: text for name, text in cells.items() if name != "id"})
    added = [place for place in range(len(stored)) if place not in result]
    new = []
    for cells in forms:
        if cells.get("id"):
            continue
        equal = next((place for place in added if _cells(cells, key) == now[place]), None)
        if equal is None:
            new.append(cells)
        else:
            added.remove(equal)  # both added the same
            result[equal] = _posted(stored[equal], key, equal)
    merged.has_theirs |= bool(added)
    result |= {place: _posted(stored[place], key, place) for place in added}
    stayed = [became[at] for at in sorted(became)]
    if stayed != sorted(stayed):
        merged.has_theirs = True
        merged.is_clash |= any(_is_moved(at, cells) for at, cells in enumerate(shown))
    _write(post, key, [cells for _place, cells in sorted(result.items())] + again + new)
    if merged.has_theirs or merged.is_clash:
        change = _change_of(key, was or [], now)
        if merged.is_clash:
            conflict.both[key] = change
        else:
            conflict.taken_over.append(change)


class _Merged:
    """The rows of one group while they are merged: `now` those that are stored, `was` those the form began with."""

    def __init__(self, key: str, now: list[Cells], was: list[Cells] | None):
        self.key, self.now, self.was = key, now, was
        self.has_theirs = self.is_clash = False

    def row(self, at: int, place: int, cells: Cells) -> Cells:
        """Return a posted row with what only others changed in it."""
        mine, theirs = self._mine(at, place, cells), self.now[place]
        before = self.was[at] if self.was is not None else None
        if cells.get("DELETE"):
            self.is_clash |= before is not None and before != theirs
            return cells | theirs
        taken = {}
        for name, text in theirs.items():
            if mine[name] == text or (before and text == before[name]):
                continue
            if before and mine[name] == before[name]:
                taken[name] = text
                self.has_theirs = True
            else:
                self.is_clash = True
        return cells | taken

    def is_kept(self, at: int, cells: Cells) -> bool:
        """Whether a row that others took away stays: only what was typed in does, as a new row."""
        if self.key == "legacy" or cells.get("DELETE"):
            self.has_theirs |= not cells.get("DELETE")
            return False
        if self.was is not None and self._mine(at, -1, cells) == self.was[at]:
            self.has_theirs = True
            return False
        self.is_clash = True
        return True

    def _mine(self, at: int, place: int, cells: Cells) -> Cells:
        if self.key == "legacy":  # shown only: nobody types in it
            return self.was[at] if self.was is not None else self.now[place]
        return _cells(cells, self.key)


def _became(
    key: str, shown: list[Cells], was: list[Cells], now: list[Cells], places: Mapping[str, int]
) -> dict[int, int]:
    """Return where each row of the form stands now, by its number in the database or else by what it says."""
    became: dict[int, int] = {}
    for at, cells in enumerate(shown):
        place = places.get(cells["id"])
        if place is not None and place not in became.values():
            became[at] = place
    if len(became) < len(shown):
        for at, place in _pairs(_change_of(key, was, now), len(was), len(now)).items():
            if at not in became and place not in became.values():
                became[at] = place
    return became


def _pairs(change: Change, count_was: int, count_now: int) -> dict[int, int]:
    """Return which row became which ({place before: place after}) as a difference tells it; those it is silent about
    kept their order."""
    removed = {row.number - 1 for row in change.rows if row.op == REMOVED}
    added = {row.number - 1 for row in change.rows if row.op == ADDED}
    moved = {row.was - 1: row.number - 1 for row in change.rows if row.was}
    rest_was = [at for at in range(count_was) if at not in removed and at not in moved]
    rest_now = [at for at in range(count_now) if at not in added and at not in moved.values()]
    return moved | dict(zip(rest_was, rest_now, strict=False))


def _change_of(key: str, was: list[Cells], now: list[Cells]) -> Change:
    found = difference(_group(key, was), _group(key, now))
    return found[0] if found else Change(key, "", "")


def _group(key: str, rows: list[Cells]) -> Document:
    """Return rows as a document of this one group."""
    columns, translated = FIELDS[key].columns, translated_columns(key)
    texts = [{column.key: row[english(column.key)] for column in translated} for row in rows]
    return {
        key: [{column.key: row[column.key] for column in columns} for row in rows],
        "translations": {ENGLISH: {key: texts}},
    }


def _is_moved(at: int, cells: Cells) -> bool:
    return cells.get("order", str(at + 1)) != str(at + 1)


def _rows(document: Document, key: str) -> list[Cells]:
    """Return the rows of a group with their English as cells `<column>_en`."""
    translated = document.get("translations", {}).get(ENGLISH, {}).get(key, [])
    rows = []
    for number, row in enumerate(document.get(key, [])):
        texts = translated[number] if number < len(translated) else {}
        dutch = {column.key: row.get(column.key, "") for column in FIELDS[key].columns}
        rows.append(dutch | {english(c.key): texts.get(c.key, "") for c in translated_columns(key)})
    return rows


def _names(key: str) -> list[str]:
    return [column.key for column in FIELDS[key].columns] + [english(c.key) for c in translated_columns(key)]


def _cells(posted: Cells, key: str) -> Cells:
    kinds = {column.key: column.kind for column in FIELDS[key].columns}
    return {name: documents.clean_text(kinds[name.removesuffix("_en")], posted.get(name, "")) for name in _names(key)}


def _posted(row: Row, key: str, place: int) -> Cells:
    """Return a stored row as a browser would send it unchanged."""
    cells = {name: str(getattr(row, name)) for name in _names(key)}
    return cells | {"id": str(row.pk), "algorithm": str(row.algorithm_id), "order": str(place + 1)}  # type: ignore[attr-defined]


def _forms(post: QueryDict) -> dict[str, list[Cells]]:
    """Return the forms of each group as they were posted, by their columns."""
    found: dict[str, dict[int, Cells]] = defaultdict(dict)
    for name in post:
        key, _dash, rest = name.partition("-")
        number, dash, column = rest.partition("-")
        if key in ROW_KEYS and dash and number.isdecimal() and len(number) <= 4:
            found[key].setdefault(int(number), {})[column] = str(post[name])
    return {key: [found[key].get(number, {}) for number in range(_total(post, key))] for key in ROW_KEYS}


def _total(post: QueryDict, key: str) -> int:
    total = post.get(f"{key}-TOTAL_FORMS", "")
    return min(int(total), MOST_FORMS) if total.isdecimal() and len(total) <= 9 else 0


def _write(post: QueryDict, key: str, forms: list[Cells]) -> None:
    """Replace the posted forms of a group; those of stored rows come first, as Django wants them."""
    for name in [name for name in post if name.startswith(f"{key}-")]:
        if name.removeprefix(f"{key}-").partition("-")[0].isdecimal():
            del post[name]
    for number, cells in enumerate(forms):
        for name, value in cells.items():
            post[f"{key}-{number}-{name}"] = value
    post[f"{key}-TOTAL_FORMS"] = str(len(forms))
    post[f"{key}-INITIAL_FORMS"] = str(sum(bool(cells.get("id")) for cells in forms))
