"""Which data feeds which algorithm, as a drawing: sources on the left, algorithms on the right, lines between them.

What is drawn is bounded (`chosen`), what the table beside it tells is not (`Pairs`). `draw` is layout and nothing else:
whole numbers in the units of the drawing, a pure function of names and pairs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil

from django.urls import reverse

from algorithms.bitset import Bitset
from algorithms.public import across, lettering
from algorithms.public.across import SOURCES, Entry
from algorithms.public.cards import Card

MOST_SOURCES = 40
MOST_RECORDS = 60
ENOUGH = 8  # shared sources from which those of one algorithm only are left out of the drawing


# -- what there is -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Source:
    """A data source and the records that use it."""

    entry: Entry
    records: int  # bits


def sources(index: Bitset) -> list[Source]:
    """Return all data sources, the most shared first."""
    bits = index.facets.get(SOURCES.facet, {})
    every = [Source(entry, bits[entry.slug] & index.all) for entry in across.entries(index, SOURCES.facet)]
    return sorted((source for source in every if source.entry.count), key=lambda source: -source.entry.count)


def fed(index: Bitset) -> int:
    """Return the records that name any data source."""
    return index.having(SOURCES.facet, index.facets.get(SOURCES.facet, {}))


@dataclass(frozen=True)
class Group:
    """The lines of a table that are about one source: sequences of records, the newest first."""

    source: Source
    records: list[int]


class Pairs:
    """Every pair of source and record as lines to be paged; a slice of it is a list of groups."""

    def __init__(self, every: list[Source], index: Bitset) -> None:
        self.index, self.every = index, every
        self.ends = list(accumulate(source.entry.count for source in every))

    def __len__(self) -> int:
        return self.ends[-1] if self.ends else 0

    def __getitem__(self, lines: slice) -> list[Group]:
        groups = []
        for source, end in zip(self.every, self.ends, strict=True):
            start = end - source.entry.count
            if start < lines.stop and end > lines.start:
                first, last = max(lines.start - start, 0), min(lines.stop, end) - start
                groups.append(Group(source, self.index.newest(source.records, first, last)))
        return groups


# -- what is drawn -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chosen:
    """What is drawn: sources, the sequences of records, and which belong together by their places in both."""

    sources: list[Source]
    records: list[int]
    pairs: list[tuple[int, int]]


def chosen(index: Bitset, every: list[Source]) -> Chosen:
    """Choose what fits on a drawing: the most shared sources, and of their records those that use most of them.

    Each source in turn takes its next record, so that none is left without a line.
    """
    shared = [source for source in every if source.entry.count > 1]
    drawn = (shared if len(shared) >= ENOUGH else every)[:MOST_SOURCES]
    levels = _levels([source.records for source in drawn])
    waiting = [_most_connected(index, source.records, levels) for source in drawn]
    records: dict[int, None] = {}
    for turn in range(MOST_RECORDS):
        for queue in waiting:
            if turn < len(queue) and len(records) < MOST_RECORDS:
                records[queue[turn]] = None
    return joined(drawn, list(records))


def joined(drawn: list[Source], records: list[int]) -> Chosen:
    """Return these records with those of these sources that any of them uses."""
    drawn = [source for source in drawn if any(source.records >> at & 1 for at in records)]
    pairs = [(a, b) for a, source in enumerate(drawn) for b, at in enumerate(records) if source.records >> at & 1]
    return Chosen(drawn, records, pairs)


def _levels(bits: Iterable[int]) -> list[int]:
    """Return the records that at least one of `bits` has, at least two, and so on."""
    levels: list[int] = []
    for some in bits:
        for place, level in enumerate(levels):
            levels[place], some = level | some, level & some
        if some:
            levels.append(some)
    return levels


def _most_connected(index: Bitset, records: int, levels: list[int]) -> list[int]:
    """Return the first records of a source, those with most drawn sources first and then the newest."""
    found: list[int] = []
    for place in range(len(levels) - 1, -1, -1):
        above = levels[place + 1] if place + 1 < len(levels) else 0
        found += index.newest(records & levels[place] & ~above, 0, MOST_RECORDS - len(found))
    return found


# -- layout ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measures:
    """The sizes of a drawing, in its own units, which are pixels when it is as wide as meant."""

    name: str
    left: int  # width of the labels on the left, at most
    right: int
    between: int
    text: int
    line: int  # from one line of text to the next
    lines: int  # of one label, at most
    gap: int  # between two labels
    step: int  # between two lines that meet


WIDE = Measures("wide", left=340, right=400, between=280, text=16, line=20, lines=2, gap=12, step=4)
NARROW = Measures("narrow", left=124, right=134, between=34, text=12, line=15, lines=4, gap=14, step=3)
BAR = 6  # width
SPACE = 6  # between bar and label
LEAST = 24  # height of what can be pressed


@dataclass(frozen=True)
class Node:
    """A source or an algorithm: where it stands, its bar, and its label as (text, base line, what comes before it).

    A space comes before a line, nothing before the rest of a word that was cut: put together they are the name.
    """

    top: int
    height: int
    bar_top: int
    bar_height: int
    label: list[tuple[str, int, str]]


@dataclass(frozen=True)
class Curve:
    left: int  # place of its source
    right: int
    path: str


@dataclass(frozen=True)
class Drawing:
    """`widths` are those of the labels on both sides: no more than they need."""

    measures: Measures
    widths: tuple[int, int]
    height: int
    left: list[Node]
    right: list[Node]
    curves: list[Curve]

    @property
    def bars(self) -> tuple[int, int]:
        """Where the bars begin."""
        first = self.widths[0] + SPACE
        return first, first + BAR + self.measures.between

    @property
    def labels(self) -> tuple[int, int]:
        """Where the labels of the left end, and where those of the right begin."""
        return self.widths[0], self.bars[1] + BAR + SPACE

    @property
    def width(self) -> int:
        return self.labels[1] + self.widths[1]

    @property
    def targets(self) -> tuple[int, int]:
        """How wide what can be pressed is."""
        return self.bars[0] + BAR, self.width - self.bars[1]


def draw(left: Sequence[str], right: Sequence[str], pairs: Sequence[tuple[int, int]], measures: Measures) -> Drawing:
    """Lay out two columns of names and the pairs between them; each name takes part in at least one pair."""
    labels = (
        [_wrapped(name, measures.left, measures) for name in left],
        [_wrapped(name, measures.right, measures) for name in right],
    )
    degrees = [Counter(pair[side] for pair in pairs) for side in (0, 1)]
    heights = [
        [
            max(len(label) * measures.line, degrees[side][place] * measures.step, LEAST)
            for place, label in enumerate(its)
        ]
        for side, its in enumerate(labels)
    ]
    height = max(sum(its) + measures.gap * (len(its) + 1) for its in heights)
    columns = [
        _column(order, heights[side], labels[side], degrees[side], height, measures)
        for side, order in enumerate(_ordered(len(left), len(right), pairs))
    ]
    widths = [ceil(max(width_of(line, measures.text) for label in its for line, _space in label)) for its in labels]
    drawing = Drawing(measures, (widths[0], widths[1]), height, columns[0], columns[1], [])
    drawing.curves.extend(_curves(pairs, drawing))
    return drawing


def _ordered(left: int, right: int, pairs: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Return both columns in an order in which few lines cross: each by the middle of what it is joined to."""
    ranks = [list(range(left)), list(range(right))]
    for turn in range(8):
        side = (turn + 1) % 2  # the right column first: the left one begins with what is shared most
        joined: list[list[int]] = [[] for _ in ranks[side]]
        for pair in pairs:
            joined[pair[side]].append(ranks[1 - side][pair[1 - side]])
        middle = [sum(places) / len(places) for places in joined]
        order = sorted(range(len(middle)), key=lambda place: (middle[place], ranks[side][place]))
        for rank, place in enumerate(order):
            ranks[side][place] = rank
    return _by_rank(ranks[0]), _by_rank(ranks[1])


def _by_rank(ranks: list[int]) -> list[int]:
    return sorted(range(len(ranks)), key=ranks.__getitem__)


def _column(
    order: list[int],
    heights: list[int],
    labels: list[list[tuple[str, str]]],
    degrees: Mapping[int, int],
    height: int,
    measures: Measures,
) -> list[Node]:
    """Return the nodes of a column by their own places, spread over the whole height."""
    free = height - sum(heights)
    made: dict[int, Node] = {}
    passed = 0
    for rank, place in enumerate(order):
        top = passed + free * (rank + 1) // (len(order) + 1)
        passed += heights[place]
        middle = top + heights[place] // 2
        bar = max(degrees[place] * measures.step, 2 * BAR)
        first = middle - len(labels[place]) * measures.line // 2 + measures.text
        label = [(text, first + number * measures.line, space) for number, (text, space) in enumerate(labels[place])]
        made[place] = Node(top, heights[place], middle - bar // 2, bar, label)
    return [made[place] for place in range(len(order))]


def _curves(pairs: Sequence[tuple[int, int]], drawing: Drawing) -> list[Curve]:
    """Return a curve for each pair; those that meet at a bar leave it side by side, in the order of their ends."""
    columns, step = (drawing.left, drawing.right), drawing.measures.step
    starts: dict[tuple[int, tuple[int, int]], int] = {}
    for side in (0, 1):
        ends: dict[int, list[tuple[int, int]]] = {}
        for pair in pairs:
            ends.setdefault(pair[side], []).append(pair)
        for place, its in ends.items():
            node = columns[side][place]
            its.sort(key=lambda pair: columns[1 - side][pair[1 - side]].top)
            first = node.bar_top + node.bar_height // 2 - (len(its) - 1) * step // 2
            for number, pair in enumerate(its):
                starts[side, pair] = first + number * step
    begin, end = drawing.bars[0] + BAR, drawing.bars[1]
    middle = (begin + end) // 2
    made = []
    for pair in pairs:
        high, low = starts[0, pair], starts[1, pair]
        made.append(Curve(*pair, f"M{begin} {high}C{middle} {high} {middle} {low} {end} {low}"))
    return made


# -- shown -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """A name in a drawing as a link, with its curves as (id, path, what it joins)."""

    node: Node
    address: str
    name: str
    lang: str
    curves: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Picture:
    """A drawing with its names as links, from top to bottom, as they are read and reached by keyboard."""

    name: str
    drawing: Drawing
    sources: list[Shown]
    records: list[Shown]


def pictures(drawn: Chosen, cards: Mapping[int, Card]) -> list[Picture]:
    """Return the drawing for a wide screen and for a narrow one; none when there is nothing to draw."""
    if not drawn.pairs:
        return []
    return [_picture(drawn, [cards[sequence] for sequence in drawn.records], measures) for measures in (WIDE, NARROW)]


def _picture(drawn: Chosen, algorithms: list[Card], measures: Measures) -> Picture:
    labels, names = [source.entry.label for source in drawn.sources], [card.name for card in algorithms]
    drawing = draw(labels, names, drawn.pairs, measures)
    left: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    right: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    for number, curve in enumerate(drawing.curves):
        told = (f"{measures.name}-{number}", curve.path, f"{labels[curve.left]} → {names[curve.right]}")
        left[curve.left].append(told)
        right[curve.right].append(told)
    lang = across.data_lang()
    sources = [
        Shown(
            node, reverse(f"{SOURCES.address}-detail", args=[source.entry.slug]), source.entry.label, lang, left[place]
        )
        for place, (node, source) in enumerate(zip(drawing.left, drawn.sources, strict=True))
    ]
    records = [
        Shown(node, card.address, card.name, card.name_lang, right[place])
        for place, (node, card) in enumerate(zip(drawing.right, algorithms, strict=True))
    ]
    return Picture(measures.name, drawing, *(sorted(its, key=lambda one: one.node.top) for its in (sources, records)))


def width_of(text: str, size: int) -> float:
    """Return the width of a text in units of the drawing."""
    return lettering.width(text) * size


def _wrapped(name: str, width: int, measures: Measures) -> list[tuple[str, str]]:
    """Cut a name into the lines of a label, as (text, what comes before it).

    What does not fit ends in "…"; the whole name stands in the table. It ends after a whole word, because who speaks to
    the screen says what is seen; so a first word that needs them gets twice the lines, and only then is cut itself.
    """
    words = name.split()
    lines: list[tuple[str, str]] = []
    ended: list[tuple[str, str]] = []  # the longest that fits with its "…"
    for word in words:
        before, lines = lines, _longer(lines, word, width, measures.text)
        if len(lines) > measures.lines:
            break
        shortened = _longer(before, f"{word}…", width, measures.text)
        ended = shortened if len(shortened) <= measures.lines else ended
    else:
        return lines
    lines = ended or _longer([], words[0] if len(words) == 1 else f"{words[0]}…", width, measures.text)
    if len(lines) > 2 * measures.lines:
        last, space = lines[2 * measures.lines - 1]
        while last and width_of(f"{last}…", measures.text) > width:
            last = last[:-1]
        lines[2 * measures.lines - 1 :] = [(f"{last}…", space)]
    return lines


def _longer(lines: list[tuple[str, str]], word: str, width: int, size: int) -> list[tuple[str, str]]:
    """Return the lines of a label with one more word."""
    lines = [*lines]
    for number, piece in enumerate(_pieces(word, width, size)):
        space = " " if number == 0 else ""
        longer = f"{lines[-1][0]}{space}{piece}" if lines else ""
        if longer and width_of(longer, size) <= width:
            lines[-1] = (longer, lines[-1][1])
        else:
            lines.append((piece, space))
    return lines


def _pieces(word: str, width: int, size: int) -> list[str]:
    """Cut a word that is wider than a whole line, in even parts so that no letter is left alone.

    Without a hyphen: what is seen is then still the name.
    """
    pieces = [""]
    for character in word:
        if width_of(f"{pieces[-1]}{character}", size) > width:
            pieces.append("")
        pieces[-1] += character
    length = ceil(len(word) / len(pieces))
    even = [word[start : start + length] for start in range(0, len(word), length)]
    return even if all(width_of(piece, size) <= width for piece in even) else pieces
