"""English beside Dutch: which English text is older than the Dutch it stands beside.

A pair of texts is stale from the moment its Dutch changes and its English does not, until someone changes the English
or says that it still holds. Pairs are known by a digest of key, Dutch and English, and not by their place, so that
moving, inserting and importing rows keeps the marks right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator

from algorithms import standard
from algorithms.document.form import ENGLISH, Document
from algorithms.standard import ROW_KEYS, TRANSLATED


def _pairs(document: Document) -> Iterator[tuple[str, str, str, str]]:
    """Yield (place, key, Dutch, English) of every text that has English; the place of a cell is "steps.2.action"."""
    english = document.get("translations", {}).get(ENGLISH, {})
    for key in TRANSLATED:
        if english.get(key):
            yield key, key, document.get(key, ""), english[key]
    for key in ROW_KEYS:
        columns = [column.key for column in standard.translated_columns(key)]
        for number, (row, texts) in enumerate(zip(document.get(key, []), english.get(key, []), strict=False), 1):
            for column in columns:
                if texts.get(column):
                    yield f"{key}.{number}.{column}", f"{key}.{column}", row.get(column, ""), texts[column]


def _digest(key: str, dutch: str, english: str) -> str:
    return hashlib.sha256("\0".join((key, dutch, english)).encode()).hexdigest()[:16]


def stale_pairs(
    before: Document, after: Document, known: Collection[str], confirmed: Collection[str] = ()
) -> list[str]:
    """Return the digests of the pairs that are stale after a change from `before` to `after`.

    `known` are those that were stale already; `confirmed` are the places ("goal", "steps.2.action") whose English
    someone says still holds.
    """
    if not after.get("translations", {}).get(ENGLISH):
        return []
    old = {_digest(key, dutch, english) for _place, key, dutch, english in _pairs(before)}
    old_english = {(key, english) for _place, key, _dutch, english in _pairs(before)}
    stale = set()
    for place, key, dutch, english in _pairs(after):
        digest = _digest(key, dutch, english)
        kept_its_english = digest not in old and (key, english) in old_english
        if place not in confirmed and (digest in known or kept_its_english):
            stale.add(digest)
    return sorted(stale)


def stale_places(document: Document, known: Collection[str]) -> set[str]:
    """Return the places whose English is stale: "goal", "steps.2.action" (rows count from 1)."""
    if not known:
        return set()
    return {place for place, key, dutch, english in _pairs(document) if _digest(key, dutch, english) in known}
