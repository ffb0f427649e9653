"""The layout of charts: where each bar, column and text of an SVG stands. Pure; asks nothing, knows no words.

A chart is as wide as the page and its text as large as that of the page. So across it is measured in percents of the
width, and down it in em; an SVG takes both. Nothing is scaled, and nothing has to be drawn twice. How wide a text will
be is estimated, on the safe side: a chart that fits the narrowest screen fits every wider one, because percents grow
and texts do not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from algorithms.public.lettering import width, wrap

NARROWEST = 16.0  # em: what a page of 320 pixels leaves for its text
LINE, BAR, GAP = 1.35, 1.1, 0.9  # em: a line of text, a bar, between two bars
BESIDE = 0.4  # em between a bar and its number
PLOT = 8.0  # em: the highest column
FEWEST = 5  # columns are never wider than when there are so many


@dataclass(frozen=True)
class Text:
    """A text: `x` in percents, `y` (of its base line) in em, `anchor` is "start", "middle" or "end" as SVG has it.

    `beside` is how far it stands to the right of `x`, in em.
    """

    text: str
    x: float
    y: float
    anchor: str = "start"
    beside: float = 0.0
    is_bold: bool = False

    def reach(self, across: float) -> tuple[float, float]:
        """Return from where to where it reaches in a chart of so many em."""
        at, wide = self.x / 100 * across + self.beside, width(self.text, self.is_bold)
        start = at - {"start": 0.0, "middle": wide / 2, "end": wide}[self.anchor]
        return start, start + wide


@dataclass(frozen=True)
class Box:
    """A bar or column: `x` and `width` in percents, `y` and `height` in em."""

    x: float
    y: float
    width: float
    height: float


# -- bars --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bar:
    """One bar below its label, with its number at its end. `track` is what it is a part of, when there is such."""

    label: tuple[Text, ...]
    box: Box
    number: Text
    track: Box | None
    is_apart: bool  # drawn as an outline: how many have no value, beside the values


@dataclass(frozen=True)
class Bars:
    """Horizontal bars, which all begin at zero."""

    bars: tuple[Bar, ...]
    height: float


def bars(rows: Iterable[tuple[str, int, str]], whole: int | None = None, apart: str = "") -> Bars:
    """Lay out rows of (label, size, number as it is written); `whole` is the size of a full bar, else the largest.

    The bar with the label `apart` is drawn as an outline.
    """
    rows = list(rows)
    room = max((width(number, bold=True) for _label, _size, number in rows), default=0.0) + BESIDE
    most = 100 * (1 - room / NARROWEST)  # percents that leave room for the number at the narrowest
    largest = whole or max((size for _label, size, _number in rows), default=0) or 1
    made, y = [], 0.0
    for label, size, number in rows:
        lines = []
        for line in wrap(label, NARROWEST, hyphens=False):
            y += LINE
            lines.append(Text(line, 0, _em(y - 0.36)))
        long = round(most * size / largest, 2)
        at = Text(number, long, _em(y + BAR * 0.82), beside=BESIDE if long else 0, is_bold=True)
        track = Box(0, _em(y), round(most, 2), BAR) if whole else None
        if whole:
            at = Text(number, round(most, 2), at.y, beside=BESIDE, is_bold=True)
        made.append(Bar(tuple(lines), Box(0, _em(y), long, BAR), at, track, bool(apart) and label == apart))
        y += BAR + GAP
    return Bars(tuple(made), _em(max(y - GAP, 0) + 0.2))


# -- columns over time -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Panel:
    """One row of columns on its own base line; without columns when there is nothing to count."""

    title: Text | None
    columns: tuple[Box, ...]
    numbers: tuple[Text, ...]
    base: float  # em: where the base line is


@dataclass(frozen=True)
class Columns:
    """Rows of columns below each other, all on one scale and above one line of dates. No colours to tell apart."""

    panels: tuple[Panel, ...]
    ticks: tuple[Text, ...]
    height: float


def columns(
    series: Sequence[tuple[str, Sequence[int]]],
    dates: Sequence[tuple[int, str]],
    none: str = "0",
    written: Callable[[int], str] = str,
) -> Columns:
    """Lay out series of (title, one number for each moment); `dates` are (which moment, what is written below it).

    Every column has its number when there is room for all; otherwise the highest. `none` is what a title says when all
    of its numbers are zero. Of the dates as many are written as there is room for. `written` makes a number a text.
    """
    count = max((len(numbers) for _title, numbers in series), default=0)
    slots = max(count, FEWEST)
    highest = max((number for _title, numbers in series for number in numbers), default=0) or 1
    panels, y = [], 0.0
    for title, numbers in series:
        panel = _panel(title, numbers, none, y, slots, PLOT / highest, written)
        panels.append(panel)
        y = panel.base + GAP
    base = panels[-1].base if panels else 0.0
    return Columns(tuple(panels), _ticks(dates, slots, _em(base + LINE)), _em(base + LINE + 0.4))


def _panel(
    title: str,
    numbers: Sequence[int],
    none: str,
    y: float,
    slots: int,
    scale: float,
    written: Callable[[int], str],
) -> Panel:
    tallest = max(numbers, default=0)
    name = f"{title}: {none}" if title and not tallest else title
    if name:
        y += LINE
    told = Text(name, 0, _em(y - 0.36), is_bold=True) if name else None
    if not tallest:
        return Panel(told, (), (), _em(y + 0.2))
    y += LINE  # for the number above the tallest
    base = _em(y + tallest * scale)
    boxes = [
        Box(_x(at, slots), _em(base - number * scale), round(80 / slots, 2), _em(number * scale))
        for at, number in enumerate(numbers)
        if number
    ]
    return Panel(told, tuple(boxes), tuple(_numbers(numbers, slots, base, scale, written)), base)


def _numbers(
    numbers: Sequence[int], slots: int, base: float, scale: float, written: Callable[[int], str]
) -> Iterable[Text]:
    """Yield the numbers above columns: all of them, or the highest."""
    if all(width(written(number), bold=True) <= NARROWEST / slots for number in numbers if number):
        shown = [at for at, number in enumerate(numbers) if number]
    else:
        shown = [max(range(len(numbers)), key=lambda at: numbers[at])]
    for at in shown:
        yield _inside(written(numbers[at]), at, slots, _em(base - numbers[at] * scale - 0.3), is_bold=True)


def _ticks(dates: Sequence[tuple[int, str]], slots: int, y: float) -> tuple[Text, ...]:
    """Return every date, or every second, third … so that none meets the next."""
    for step in range(1, len(dates) + 1):
        made = [_inside(text, at, slots, y) for at, text in dates[::step]]
        reach = [text.reach(NARROWEST) for text in made]
        if all(left[1] + 0.4 <= right[0] for left, right in pairwise(reach)):
            return tuple(made)
    return ()


def _inside(text: str, at: int, slots: int, y: float, is_bold: bool = False) -> Text:
    """Return a text in the middle of a column; at the edges of the chart, beside that."""
    for made in (
        Text(text, round(_x(at, slots) + 40 / slots, 2), y, "middle", is_bold=is_bold),
        Text(text, _x(at, slots), y, is_bold=is_bold),
        Text(text, round(_x(at, slots) + 80 / slots, 2), y, "end", is_bold=is_bold),
    ):
        left, right = made.reach(NARROWEST)
        if left >= 0 and right <= NARROWEST:
            return made
    return made


def _x(at: int, slots: int) -> float:
    return round(100 * (at + 0.1) / slots, 2)


def _em(value: float) -> float:
    return round(value, 2)
