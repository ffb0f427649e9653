"""Boxes with arrows from one to the next, as SVG: how the way of a record is drawn.

There are two drawings of the same items, one from left to right and one from top to bottom for small screens. What a
record tells is in `way.py`; here is where that stands and how large it is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from algorithms.public import lettering
from algorithms.public.record import Value

# All measures are units of the drawing. The wide one is as wide as our pages, so that a unit is a pixel there; the
# narrow one is 288, because a telephone of 320 pixels leaves 256 for it, and text of 16 units is then 14 pixels.
WIDE, NARROW = 1076, 288
SIZE, PITCH = 16, 21  # of letters; from one line to the next
PAD, TOP, BOTTOM = 14, 24, 16  # room in a box beside, above and below its text; the lid of a cylinder needs the most
ICON, INDENT = 30, 14  # room of the small figure before the kind; of the dot before a source
ABOVE_TOPIC = 6
GAPS = {1: 0, 2: 96, 3: 48, 4: 36, 5: 28}  # between boxes side by side, by their number
MOST_COLUMNS, FEWEST_COLUMNS = 5, 3
DOWN = 44  # from one row to the next: room for the line that goes on there
COLUMN, BETWEEN = 180, 24  # the least width of a column of sources; what is left free between two
FLAT = 5  # more sources than these stand below their topics
BESIDE = 12  # more lines of sources than these go above the steps, in columns

# What is longer ends in "…" in the picture; the list below it holds everything.
ACTION_LINES, NAME_LINES, LONGEST = 10, 30, 2000
LONG_WORD = 30  # what is longer is broken wherever it stands, so that boxes are not made wider for it
MOST_NAMES = 120


@dataclass(frozen=True)
class Group:
    """Sources of one topic, each name once; the topic may be empty."""

    topic: Value
    names: list[Value]


@dataclass(frozen=True)
class Item:
    """One box of the drawing and one item of the list. `notes` are parties: role (lead) and name."""

    kind: str  # data, algorithm, person or decision
    label: str
    lead: Value
    text: Value = field(default_factory=Value)
    groups: list[Group] = field(default_factory=list)
    notes: list[Value] = field(default_factory=list)

    @property
    def is_sources(self) -> bool:
        return bool(self.groups)


# -- texts in units of the drawing -------------------------------------------------------------------------------------


def width(text: str, bold: bool = False) -> float:
    """Return the width of a text in units."""
    return lettering.width(text, bold) * SIZE


def wrap(text: str, room: float, bold: bool = False) -> list[str]:
    """Return the text in lines of at most `room` units."""
    return lettering.wrap(text, room / SIZE, bold)


def _plain(text: str) -> str:
    """The text in one line, without signs that XML refuses."""
    return "".join(sign for sign in " ".join(text.split()) if unicodedata.category(sign) not in ("Cc", "Cs", "Cn"))


# -- boxes -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One line of text in a box, `x` and `y` (the foot of its letters) from the box's corner."""

    x: float
    y: float
    text: str
    style: str = ""  # kind, lead, topic or none
    lang: str = ""

    @property
    def end(self) -> float:
        return self.x + width(self.text, self.style in ("lead", "topic"))


@dataclass
class Box:
    kind: str
    x: float
    y: float
    w: float
    h: float
    lines: list[Line]
    dots: list[tuple[float, float]]  # before each source
    is_cut: bool = False

    @property
    def middle(self) -> float:
        return self.x + self.w / 2


@dataclass
class _Writer:
    """Writes lines below each other into a box, or into a part of one: `topic` is what its sources are about."""

    room: float
    topic: Value = field(default_factory=Value)
    x: float = PAD
    y: float = TOP
    lines: list[Line] = field(default_factory=list)
    dots: list[tuple[float, float]] = field(default_factory=list)
    is_cut: bool = False

    def write(
        self, value: Value, style: str = "", most: int = NAME_LINES, indent: float = 0, before: float = 0
    ) -> None:
        text = _plain(value.text)
        told = text[:LONGEST]
        wrapped = wrap(told, self.room - indent, style in ("lead", "topic"))
        if len(wrapped) > most or told != text:
            wrapped = [*wrapped[: most - 1], self._ending(" ".join(wrapped[most - 1 : most]), style, indent)]
            self.is_cut = True
        self.y += before if wrapped else 0
        for text in wrapped:
            self.y += PITCH
            self.lines.append(Line(self.x + indent, self.y - 6, text, style, value.lang))

    def _ending(self, text: str, style: str, indent: float) -> str:
        while text and width(f"{text}…", style in ("lead", "topic")) > self.room - indent:
            text = text[:-1]
        return f"{text.rstrip(' ,.;:-')}…"


def box(item: Item, number: int, room: float, columns: int = 1) -> Box:
    """Return the box of an item, `room` units wide and as high as its text, at the corner of the drawing."""
    writer = _Writer(room - 2 * PAD)
    writer.write(Value(f"{number}. {item.label}"), "kind", indent=ICON)
    writer.write(item.lead, "lead", before=6)
    writer.write(item.text, most=ACTION_LINES, before=2)
    if item.groups:
        _write_sources(writer, item.groups, columns)
    for note in item.notes:
        writer.write(Value(f"{note.lead}: {note.text}", lang=note.lang), before=8)
    return Box(item.kind, 0, 0, room, writer.y + BOTTOM, writer.lines, writer.dots, writer.is_cut)


def _write_sources(writer: _Writer, groups: list[Group], columns: int) -> None:
    """Write the sources in columns; a topic that goes on in the next column stands above that one too."""
    room = (writer.room - BETWEEN * (columns - 1)) / columns
    top, parts = writer.y, list(_parts(groups, room))
    writer.is_cut = writer.is_cut or any(part.is_cut for part in parts) or _count(groups) > MOST_NAMES
    for column, below in enumerate(_in_columns(parts, columns)):
        x, y = writer.x + column * (room + BETWEEN), top + 4
        if below[0].topic.text and below[0].lines[0].style != "topic":
            again = _Writer(room, below[0].topic, x=0, y=0)
            again.write(below[0].topic, "topic", before=ABOVE_TOPIC)
            below = [again, *below]
        if below[0].topic.text:
            y -= ABOVE_TOPIC  # the heads of all columns stand on one line
        for part in below:
            writer.lines += [Line(x + line.x, y + line.y, line.text, line.style, line.lang) for line in part.lines]
            writer.dots += [(x + at, y + height) for at, height in part.dots]
            y += part.y
        writer.y = max(writer.y, y)


def _in_columns(parts: list[_Writer], columns: int) -> list[list[_Writer]]:
    """The parts in at most so many columns, the highest as low as can be."""
    limit = max([sum(part.y for part in parts) / columns, *(part.y for part in parts)])
    while len(filled := _filled(parts, limit)) > columns:
        limit += PITCH
    return filled


def _filled(parts: list[_Writer], limit: float) -> list[list[_Writer]]:
    """The parts in columns, each filled up to a height."""
    columns: list[list[_Writer]] = []
    height = 0.0
    for part in parts:
        if not columns or height + part.y > limit:
            columns, height = [*columns, []], 0.0
        columns[-1].append(part)
        height += part.y
    return columns


def _parts(groups: list[Group], room: float) -> Iterator[_Writer]:
    """What stays together in a column: a short topic, of a long one its head with two names, else one name."""
    left = MOST_NAMES
    for group in groups:
        names = group.names[: max(left, 0)]
        left -= len(group.names)
        together = 0 if not group.topic.text else 2 if len(names) > FLAT else len(names)
        part = _Writer(room, group.topic, x=0, y=0)
        for place, name in enumerate(names, 1):
            if place == 1:
                part.write(group.topic, "topic", before=ABOVE_TOPIC)
            part.dots.append((4, part.y + PITCH - 11))
            part.write(name, indent=INDENT)
            if place >= together:
                yield part
                part = _Writer(room, group.topic, x=0, y=0)
    if left < 0:
        part = _Writer(room, x=0, y=0)
        part.write(Value(ngettext("en nog %(count)d bron", "en nog %(count)d bronnen", -left) % {"count": -left}))
        yield part


def _count(groups: list[Group]) -> int:
    return sum(len(group.names) for group in groups)


# -- drawings ----------------------------------------------------------------------------------------------------------


@dataclass
class Drawing:
    w: float
    boxes: list[Box] = field(default_factory=list)
    arrows: list[str] = field(default_factory=list)  # paths

    @property
    def h(self) -> float:
        return max(box.y + box.h for box in self.boxes) + 2  # the line around a box is two wide

    @property
    def is_cut(self) -> bool:
        return any(box.is_cut for box in self.boxes)

    def right(self, before: Box, after: Box) -> None:
        """An arrow between boxes side by side."""
        x, y, end = before.x + before.w + 4, before.y + before.h / 2, after.x - 4
        self.arrows.append(f"M{_n(x)} {_n(y)}H{_n(end)}m-8-7 8 7-8 7")

    def down(self, x: float, before: Box, after: Box) -> None:
        """An arrow straight down to a box."""
        self.arrows.append(f"M{_n(x)} {_n(before.y + before.h + 4)}V{_n(after.y - 4)}m-7-8 7 8 7-8")

    def on(self, before: Box, after: Box) -> None:
        """An arrow from the end of a row to the begin of the next, between the two."""
        foot, between, head = before.y + before.h + 4, after.y - DOWN / 2 - 2, after.y - 4
        self.arrows.append(f"M{_n(before.middle)} {_n(foot)}V{_n(between)}H{_n(after.middle)}V{_n(head)}m-7-8 7 8 7-8")

    def svg(self, name: str, title: str) -> SafeString:
        """Return the drawing as an image that is named by its title and says where its text stands.

        It is drawn by `<use>`: its letters are a part of the image then, and not texts of the page as well.
        """
        return format_html(
            '<svg class="way__{name}" role="img" aria-labelledby="weg-{name}" aria-describedby="weg-woorden"'
            ' viewBox="-2 -2 {wide} {high}" font-size="{size}" fill="none" stroke="currentColor" stroke-width="2">'
            '<title id="weg-{name}">{title}</title><defs><g id="weg-{name}-beeld">'
            '<path class="way__arrow" fill="none" stroke="currentColor" stroke-width="2" d="{arrows}"/>{boxes}'
            '</g></defs><use href="#weg-{name}-beeld"/></svg>',
            name=name,
            wide=_n(self.w + 4),
            high=_n(self.h + 2),
            size=SIZE,
            title=title,
            arrows="".join(self.arrows),
            boxes=format_html_join("", "{}", ((_drawn(one),) for one in self.boxes)),
        )


def draw_narrow(items: list[Item]) -> Drawing:
    """All boxes below each other."""
    drawing, y = Drawing(NARROW), 0.0
    for number, item in enumerate(items, 1):
        one = box(item, number, NARROW)
        one.y = y
        if drawing.boxes and not (number == 2 and _stands_alone(items)):
            drawing.down(one.middle, drawing.boxes[-1], one)
        drawing.boxes.append(one)
        y += one.h + DOWN - 10
    return drawing


def draw_wide(items: list[Item], has_steps: bool = True) -> Drawing:
    """Rows from left to right. Many sources stand above the steps, in columns."""
    drawing = Drawing(WIDE)
    first = items[0]
    if first.is_sources and not has_steps:
        _beside(drawing, items)
        return drawing
    above = first.is_sources and (_stands_alone(items) or _sources_are_many(first))
    y = 0.0
    if above:
        band = box(first, 1, WIDE, _columns(first, WIDE))
        drawing.boxes.append(band)
        y = band.h + DOWN
    rows = _rows(items[1:] if above else items, 2 if above else 1)
    before = None
    for row in rows:
        height = max(one.h for one in row)
        for one in row:
            one.y, one.h = y, height
            if before and one is row[0]:
                drawing.on(before, one)
            elif before:
                drawing.right(before, one)
            elif above and not _stands_alone(items):
                drawing.down(one.middle, drawing.boxes[0], one)
            drawing.boxes.append(one)
            before = one
        y += height + DOWN
    return drawing


def _stands_alone(items: list[Item]) -> bool:
    """Whether no arrow leaves the sources: a way that begins with a person does not begin with them."""
    return items[0].is_sources and len(items) > 1 and items[1].kind not in ("data", "algorithm")


def _sources_are_many(item: Item) -> bool:
    room = (WIDE - 4 * GAPS[5]) / 5
    return box(item, 1, room).h > box(Item("data", "", Value()), 1, room).h + (BESIDE + 2) * PITCH


def _columns(item: Item, room: float) -> int:
    """How many columns of sources a box gets: the most that are about even and leave all words whole."""
    room -= 2 * PAD
    for columns in range(int((room + BETWEEN) // (COLUMN + BETWEEN)), 1, -1):
        each = (room - BETWEEN * (columns - 1)) / columns
        heights = [sum(part.y for part in below) for below in _in_columns(list(_parts(item.groups, each)), columns)]
        is_even = len(heights) == columns and heights[-1] * 3 >= max(heights)
        if is_even and not _breaks_a_source(item.groups, each):
            return columns
    return 1


def _beside(drawing: Drawing, items: list[Item]) -> None:
    """Sources and the algorithm, when nothing more is known."""
    gap, room = GAPS[2], 340
    left = box(items[0], 1, WIDE - gap - room, _columns(items[0], WIDE - gap - room))
    right = box(items[1], 2, room)
    right.x = WIDE - room
    height = max(left.h, right.h)
    for one in (left, right):
        if height - one.h <= 4 * PITCH:
            one.h = height
        one.y = (height - one.h) / 2
    drawing.boxes = [left, right]
    drawing.right(left, right)


def _rows(items: list[Item], number: int) -> list[list[Box]]:
    """The boxes in as few rows as leave all words whole, the rows as even as can be."""
    most = min(MOST_COLUMNS, len(items))
    while most > FEWEST_COLUMNS and any(_breaks_a_word(item, _box_width(most)) for item in items):
        most -= 1
    columns = -(-len(items) // -(-len(items) // most))
    room = _box_width(columns)
    boxes = [box(item, number + place, room) for place, item in enumerate(items)]
    for place, one in enumerate(boxes):
        one.x = place % columns * (room + GAPS[columns])
    return [boxes[place : place + columns] for place in range(0, len(boxes), columns)]


def _box_width(columns: int) -> float:
    return (WIDE - (columns - 1) * GAPS[columns]) / columns if columns > 1 else (WIDE - GAPS[2]) / 2


def _breaks_a_word(item: Item, room: float) -> bool:
    room -= 2 * PAD
    return (
        _breaks(item.lead, room, bold=True)
        or _breaks(item.text, room)
        or any(_breaks(note, room) for note in item.notes)
        or _breaks_a_source(item.groups, room)
    )


def _breaks_a_source(groups: list[Group], room: float) -> bool:
    return any(
        _breaks(group.topic, room, bold=True) or any(_breaks(name, room - INDENT) for name in group.names)
        for group in groups
    )


def _breaks(value: Value, room: float, bold: bool = False) -> bool:
    words = f"{value.lead} {value.text}"[:LONGEST].split()
    return any(len(word) <= LONG_WORD and width(word, bold) > room for word in words)


# -- as SVG ------------------------------------------------------------------------------------------------------------

# The small figure of each kind around its own middle, 22 units high.
_FIGURES = {
    "data": SafeString(
        '<path d="M-8-6v13a8 3.5 0 0 0 16 0V-6a8 3.5 0 0 0-16 0 8 3.5 0 0 0 16 0M-8 0.5a8 3.5 0 0 0 16 0"/>'
    ),
    "algorithm": SafeString('<circle r="5.5"/><circle r="8.5" stroke-width="3.4" stroke-dasharray="3.34"/>'),
    "person": SafeString('<circle cy="-5.5" r="4.5"/><path d="M-8.5 10a8.5 8 0 0 1 17 0z"/>'),
    "decision": SafeString('<path d="M0-11 11 0 0 11-11 0zM-4.5 0l3.5 4L4.5-3"/>'),
}


def _drawn(one: Box) -> SafeString:
    kind = one.kind if one.kind in _FIGURES else "data"
    places = "".join(f"M{_n(x)} {_n(y)}h0" for x, y in one.dots)
    return format_html(
        '<g class="way__{}" transform="translate({} {})"><g class="way__shape">{}</g>'
        '<g class="way__figure" transform="translate({} {})">{}</g>{}'
        '<text fill="currentColor" stroke="none">{}</text></g>',
        kind,
        _n(one.x),
        _n(one.y),
        _shape(kind, one.w, one.h),
        PAD + 11,
        TOP + 9.5,
        _FIGURES[kind],
        format_html('<path stroke-width="5" stroke-linecap="round" d="{}"/>', places) if places else "",
        format_html_join("\n", "{}", ((_tspan(line),) for line in one.lines)),
    )


def _tspan(line: Line) -> SafeString:
    named = format_html(' class="way__{}"', line.style) if line.style else ""
    lang = format_html(' lang="{}"', line.lang) if line.lang else ""
    return format_html('<tspan x="{}" y="{}"{}{}>{}</tspan>', _n(line.x), _n(line.y), named, lang, line.text)


def _shape(kind: str, w: float, h: float) -> SafeString:
    """The outline of a kind, told apart without colour: cylinder, double box, rounded box, box with cut corners."""
    measures = {"wide": _n(w), "high": _n(h), "half": _n(w / 2), "side": _n(h - 18)}
    if kind == "data":
        return format_html(
            '<path d="M0 9a{half} 9 0 0 1 {wide} 0v{side}a{half} 9 0 0 1-{wide} 0z"/>'
            '<path fill="none" d="M0 9a{half} 9 0 0 0 {wide} 0"/>',
            **measures,
        )
    if kind == "algorithm":
        return format_html(
            '<rect width="{wide}" height="{high}"/><rect x="5" y="5" width="{inner_wide}" height="{inner_high}"/>',
            **measures,
            inner_wide=_n(w - 10),
            inner_high=_n(h - 10),
        )
    if kind == "person":
        return format_html('<rect width="{wide}" height="{high}" rx="22"/>', **measures)
    return format_html(
        '<path d="M18 0H{right}L{wide} 18V{low}L{right} {high}H18L0 {low}V18z"/>',
        **measures,
        right=_n(w - 18),
        low=_n(h - 18),
    )


def _n(number: float) -> str:
    """A number as short as it can be, to a tenth."""
    short = f"{number:.1f}".removesuffix(".0")
    return "0" if short == "-0" else short
