"""What the list says about the words someone looked for: how they were read, and what to do when nothing is found."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.http import QueryDict

from algorithms.filters import SORTINGS
from algorithms.finding import NEWEST, RELEVANCE, Found
from algorithms.models import Action, Publication
from algorithms.search.query import MOST_CHARACTERS, MOST_TERMS
from algorithms.standard import Words

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_NUMBER = re.compile(r"[0-9]{8}")
MOST_SHOWN = 60  # characters of the words in a heading or a button; the box holds all of them
MOST_NAMED = 3  # choices in a title
MOST_LEFT_OUT = 100  # characters of what was not searched


@dataclass
class Told:
    """The words as they were typed, and everything the page tells about them. The queries are for links."""

    words: str
    shown: str  # the words as headings and notices tell them, not too long
    answered: str  # the words that the results belong to: those typed, or the corrected ones
    left_out: str
    is_read: bool  # whether there was anything to search for
    instead: bool
    partial: bool
    whole: int  # with `partial`: records in this list that hold every word all the same
    unsure: bool
    suggestion: str
    suggestion_query: str
    without_words: str
    without_facets: str
    everywhere: int  # records with these words, whatever was chosen
    withdrawn: Publication | None
    most_characters: int = MOST_CHARACTERS
    most_words: int = MOST_TERMS


def typed(query: QueryDict) -> str:
    """Return the words of a query on one line, without what no text holds."""
    return " ".join(_CONTROL.sub(" ", query.get("zoek", "")).split())


def words_of(query: QueryDict) -> tuple[str, str]:
    """Return the words of a query as the search takes them, and what is too much, cut between two words."""
    words = typed(query)
    if len(words) <= MOST_CHARACTERS:
        return words, ""
    end = words.rfind(" ", 0, MOST_CHARACTERS + 1)
    end = end if end > 0 else MOST_CHARACTERS
    return words[:end], words[end:].strip()


def told(query: QueryDict, found: Found, left_out: str) -> Told | None:
    """Return what to tell of the words in a known query; None when there are none. At most one query, of a number."""
    words = query.get("zoek", "")
    if not words:
        return None
    answer = found.answer
    too_many = answer.query.left_out.strip() if answer else ""
    left_out = " ".join(filter(None, (too_many, left_out)))
    suggestion = answer.suggestion if answer and answer.found else ""
    only_words = QueryDict(mutable=True)
    only_words["zoek"] = words
    return Told(
        words=words,
        shown=_short(words, MOST_SHOWN),
        answered=_short((answer and answer.instead) or words, MOST_SHOWN),
        left_out=_short(left_out, MOST_LEFT_OUT),
        is_read=answer is not None,
        instead=bool(answer and answer.instead),
        partial=bool(answer and answer.partial),
        whole=(answer.whole & found.records).bit_count() if answer else 0,
        unsure=bool(answer and answer.unsure),
        suggestion=suggestion,
        suggestion_query=_with(query, suggestion),
        without_words=_with(query, ""),
        without_facets=only_words.urlencode(),
        everywhere=answer.found.bit_count() if answer else 0,
        withdrawn=_withdrawn(words),
    )


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else words[:most].rstrip() + "…"


def short_list(labels: list[str]) -> str:
    """Return what was chosen as a title tells it, not too long."""
    return ", ".join(labels[:MOST_NAMED]) + (" …" if len(labels) > MOST_NAMED else "")


def sorts(query: QueryDict, found: Found) -> list[tuple[str, Words, bool]]:
    """Return the orders to choose from: (the list in that order, label, whether it is this one).

    The one that stands when nothing is chosen is not named, so that whoever adds words later sees the best match first.
    """
    usual = RELEVANCE if found.answer else NEWEST
    offered = [usual, *(value for value in SORTINGS if value not in (usual, RELEVANCE))]
    made = []
    for value in offered:
        other = query.copy()
        other.pop("sorteer", None)
        if value != usual:
            other["sorteer"] = value
        made.append((other.urlencode(), SORTINGS[value], value == found.sort))
    return made


def _with(query: QueryDict, words: str) -> str:
    """Return the query with other words, or without; the best match first is no order when there are no words."""
    other = query.copy()
    other["zoek"] = words
    if not words:
        del other["zoek"]
        if other.get("sorteer") == RELEVANCE:
            del other["sorteer"]
    return other.urlencode()


def _withdrawn(words: str) -> Publication | None:
    """Return the withdrawal of the record whose number this is; None when it is no number, or that of a public one."""
    if not _NUMBER.fullmatch(words):
        return None
    last = Publication.objects.of(words).exclude(action=Action.REDACT).without_documents().last()
    return last if last and last.action == Action.WITHDRAW else None
