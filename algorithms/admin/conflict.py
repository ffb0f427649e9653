"""Two people, one draft: the second to save is told, sees both texts and loses nothing.

The form carries the revision it was opened at. When the draft has moved on, nothing is saved: what only the other
changed is taken over, what only this person changed stays, and where both changed the same the page shows both. The
form that comes back carries the new revision, so that saving again is a choice made with open eyes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from algorithms import document as documents
from algorithms import drafts
from algorithms.admin.forms import english
from algorithms.document import FACTS, Document
from algorithms.document.difference import Change, difference
from algorithms.document.form import ENGLISH
from algorithms.models import Algorithm, Department, Event, Organization, Row
from algorithms.standard import FIELDS, ROW_KEYS, TRANSLATED, translated_columns

REVISION = "revision"  # the form's hidden field
Cells = dict[str, str]


@dataclass
class Conflict:
    """What the other did meanwhile. `both` are the form fields or groups that both changed, with the other's text."""

    who: str
    event: Event | None
    taken_over: list[Change] = field(default_factory=list)
    both: dict[str, Change] = field(default_factory=dict)


def rekeyed(post: QueryDict, draft: Algorithm) -> QueryDict:
    """Return what was posted, with rows that are gone from the database as new ones, so that nothing typed is lost."""
    whole = post.copy()
    for key in ROW_KEYS:
        known = {str(row.pk) for row in documents.rows_of(draft, key)}
        posted = _forms(whole, key)
        if all(not cells.get("id") or cells["id"] in known for cells in posted):
            continue
        if key == "legacy":  # shown only, and gone: there is nothing typed to keep
            posted = [cells for cells in posted if cells.get("id") in known]
        for cells in posted:
            if cells.get("id") not in known:
                cells.pop("id", None)
        _write(whole, key, posted)
    return whole


def merge(post: QueryDict, draft: Algorithm) -> tuple[QueryDict, Conflict | None]:
    """Return what to show or save, and what the other did when the draft was changed since the form was opened."""
    documents.with_rows([draft])
    whole = rekeyed(post, draft)
    given = post.get(REVISION, "")
    if not given.isdecimal() or int(given) == draft.revision:
        return whole, None
    theirs = documents.build(draft)
    try:
        base: Document | None = drafts.earlier(draft, revision=int(given))
    except drafts.NoSuchDraft:
        base = None  # its history was tidied away: then every difference is shown
    event = draft.events.filter(revision=draft.revision).first()
    conflict = Conflict(event.by_name if event else "", event)
    changed = {change.key: change for change in difference(base, theirs)} if base else {}
    whole[REVISION] = str(draft.revision)
    for name, value in _values(theirs).items():
        mine = _mine(whole, name)
        before = _values(base).get(name) if base else None
        if mine is None or mine == value or (base is not None and value == before):
            continue
        change = changed.get(_key_of(name)) or _difference_of(name, base, theirs)
        if base is not None and mine == before:
            _put(whole, name, value)
            if change:
                conflict.taken_over.append(change)
        elif change:
            conflict.both[name] = change
    for key in ROW_KEYS:
        _merge_rows(key, whole, draft, base, theirs, changed, conflict)
    return whole, conflict


# -- texts and facts ---------------------------------------------------------------------------------------------------


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
    text = post[name]
    if name in ("organization", "department"):
        model: Any = Organization if name == "organization" else Department
        found = model.objects.filter(pk=text).values_list("slug", flat=True) if text.isdecimal() else []
        return next(iter(found), "")
    return documents.clean_text(FIELDS[_key_of(name).removesuffix(f".{ENGLISH}")].kind, text)


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


def _difference_of(name: str, base: Document | None, theirs: Document) -> Change | None:
    wanted = _key_of(name)
    return next((change for change in difference(base or {}, theirs) if change.key == wanted), None)


# -- rows --------------------------------------------------------------------------------------------------------------


def _merge_rows(
    key: str,
    post: QueryDict,
    draft: Algorithm,
    base: Document | None,
    theirs: Document,
    changed: dict[str, Change],
    conflict: Conflict,
) -> None:
    if f"{key}-TOTAL_FORMS" not in post:
        return
    stored = documents.rows_of(draft, key)
    posted = _forms(post, key)
    if base is not None and _rows(base, key) == _rows(theirs, key):
        return
    mine = [_cells(cells, key) for cells in posted if not cells.get("DELETE") and _is_filled(cells, key)]
    if mine == _rows(theirs, key):
        return
    change = changed.get(key) or _difference_of(key, base, theirs)
    moved = any(cells.get("id") and cells.get("order") != str(place) for place, cells in enumerate(posted, 1))
    if base is not None and mine == _rows(base, key) and not moved:
        _write(post, key, [_posted(row, key, place) for place, row in enumerate(stored, 1)])
        if change:
            conflict.taken_over.append(change)
        return
    # Rows the other added stay in the database: a group only touches the rows it shows.
    if change:
        conflict.both[key] = change


def _rows(document: Document, key: str) -> list[Cells]:
    """Return the rows of a group with their English as cells `<column>_en`."""
    translated = document.get("translations", {}).get(ENGLISH, {}).get(key, [])
    rows = []
    for number, row in enumerate(document.get(key, [])):
        texts = translated[number] if number < len(translated) else {}
        rows.append({**row, **{english(c.key): texts.get(c.key, "") for c in translated_columns(key)}})
    return rows


def _names(key: str) -> list[str]:
    return [column.key for column in FIELDS[key].columns] + [english(c.key) for c in translated_columns(key)]


def _cells(posted: Cells, key: str) -> Cells:
    kinds = {column.key: column.kind for column in FIELDS[key].columns}
    return {name: documents.clean_text(kinds[name.removesuffix("_en")], posted.get(name, "")) for name in _names(key)}


def _is_filled(posted: Cells, key: str) -> bool:
    return bool(posted.get("id")) or any(posted.get(name, "").strip() for name in _names(key))


def _posted(row: Row, key: str, place: int) -> Cells:
    """Return a stored row as a browser would send it unchanged."""
    cells = {name: str(getattr(row, name)) for name in _names(key)}
    return cells | {"id": str(row.pk), "algorithm": str(row.algorithm_id), "order": str(place)}  # type: ignore[attr-defined]


def _forms(post: QueryDict, key: str) -> list[Cells]:
    """Return the forms of a group as they were posted, by their columns."""
    total = post.get(f"{key}-TOTAL_FORMS", "")
    count = min(int(total), 2000) if total.isdecimal() else 0
    forms: list[Cells] = []
    for number in range(count):
        start = f"{key}-{number}-"
        forms.append({name.removeprefix(start): post[name] for name in _starting(post, start)})
    return forms


def _starting(post: QueryDict, start: str) -> Iterator[str]:
    return (name for name in list(post) if name.startswith(start))


def _write(post: QueryDict, key: str, forms: list[Cells]) -> None:
    """Replace the posted forms of a group; those of stored rows come first, as Django wants them."""
    for name in _starting(post, f"{key}-"):
        rest = name.removeprefix(f"{key}-").partition("-")[0]
        if rest.isdecimal():
            del post[name]
    ordered = sorted(forms, key=lambda cells: not cells.get("id"))
    for number, cells in enumerate(ordered):
        for name, value in cells.items():
            post[f"{key}-{number}-{name}"] = value
    post[f"{key}-TOTAL_FORMS"] = str(len(ordered))
    post[f"{key}-INITIAL_FORMS"] = str(sum(bool(cells.get("id")) for cells in ordered))
