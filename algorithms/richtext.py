"""The one cleaner of rich text, and its plain rendering.

Rich text is a small HTML subset: paragraphs, line breaks, bold, italic, links, bullet and numbered lists, sub-headings
(h4) and tables. `clean` brings anything a person or file may hold into that subset, in one canonical form:
`clean(clean(x)) == clean(x)`. Words are never lost: what looks like a tag but is none ("<TABEL>", "<https://x.nl>") is
kept as text, unknown elements lose their tags and keep their words, block elements keep their boundary.
Safety is nh3's work (the ammonia library); this module only gives its output a shape.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import islice

import nh3
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

INLINE = {"strong", "em", "a", "br"}
CELLS = {"td", "th"}
TABLE = {"table", "caption", "thead", "tbody", "tfoot", "tr"} | CELLS
RENAMED = {"b": "strong", "i": "em", "h1": "h4", "h2": "h4", "h3": "h4", "h5": "h4", "h6": "h4"}
# Elements that end the paragraph before them and are otherwise forgotten.
BOUNDARIES = {
    "div", "section", "article", "header", "footer", "main", "aside", "nav", "address", "blockquote", "pre", "figure",
    "figcaption", "dl", "dt", "dd", "hr", "fieldset", "form", "details", "summary",
}  # fmt: skip
BLOCKS = {"p", "h4", "ul", "ol", "li"} | TABLE
KEPT_BY_NH3 = INLINE | BLOCKS | BOUNDARIES | set(RENAMED)
OTHER_HTML = {
    "html", "head", "body", "title", "meta", "link", "base", "script", "style", "noscript", "template", "span", "font",
    "u", "s", "strike", "del", "ins", "small", "big", "sub", "sup", "mark", "code", "kbd", "samp", "var", "tt", "abbr",
    "cite", "q", "dfn", "time", "data", "bdi", "bdo", "ruby", "rt", "rp", "wbr", "img", "picture", "source", "svg",
    "math", "video", "audio", "track", "canvas", "map", "area", "iframe", "frame", "frameset", "object", "embed",
    "param", "input", "button", "select", "option", "optgroup", "textarea", "label", "legend", "output", "progress",
    "meter", "datalist", "col", "colgroup", "center", "menu", "dialog", "slot", "marquee", "applet", "acronym", "nobr",
}  # fmt: skip
KNOWN = KEPT_BY_NH3 | OTHER_HTML
SCHEMES = {"http", "https", "mailto", "tel"}
UNCLOSED = {"p", "li", "br", "hr", "td", "th", "tr", "dt", "dd", "img", "wbr", "col", "option"}  # need no end tag
# Beyond these a parser needs more time than a text is worth: it is quadratic in the depth of elements.
MAX_LENGTH, MAX_NESTING = 300_000, 200

_TAG_LIKE = re.compile(r"<(?=[/a-zA-Z])/?([a-zA-Z][^\s/>]*)?")
_TITLE = re.compile(r"<title>[^<]*</title>", re.IGNORECASE)  # of a page pasted whole: no part of its text
_SPACES = re.compile(r"[ \t\n\r\f]+")
_ANY_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
# Paragraphs, sub-headings and flat lists of words, single spaces between them: canonical already, as most texts are.
_WORDS = r"[^\s<>&]+(?:(?:&(?:amp|lt|gt);| (?![ <])|<br>(?![ <]))[^\s<>&]*)*"
_ITEMS = rf"(?:<li>{_WORDS}</li>)+"
_CANONICAL = re.compile(rf"(?:<p>{_WORDS}</p>|<h4>{_WORDS}</h4>|<ul>{_ITEMS}</ul>|<ol>{_ITEMS}</ol>)+")
# Word's own elements ("<o:p>", "<w:sdt>"): markup, though no HTML. Its paragraphs in a list say so in class or style.
_OFFICE = re.compile(r"(?:[omvwx]|st\d|u\d):[a-z][a-z0-9]*", re.IGNORECASE)
_FROM_WORD = re.compile(r"mso-list|MsoList", re.IGNORECASE)
_WORD_LEVEL = re.compile(r"mso-list:\s*\w+\s+level([1-9])", re.IGNORECASE)
_WORD_MARK = re.compile(r"mso-list:\s*Ignore", re.IGNORECASE)
_WORD_BULLET = re.compile(r"[\s\xa0]*(?:[·•§▪◦‣o–-]|\(?[0-9A-Za-z]{1,5}[.)])(?=[\s\xa0]|$)")
_NUMBER = re.compile(r"\(?[0-9A-Za-z]{1,5}(?:\.[0-9]+)*[.)]")
_TAG_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# C0 and C1 controls but tab, line feed and carriage return; lone surrogates; the non-characters U+FFFE and U+FFFF.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def forbidden_character(text: str) -> str | None:
    """Return the first character that no text of the register may hold, as "U+0000", or None."""
    found = _FORBIDDEN.search(text)
    return f"U+{ord(found.group()):04X}" if found else None


def is_excessive(text: str) -> bool:
    """Whether a text is too long, or its elements are too deep inside each other, to be cleaned at all."""
    if len(text) > MAX_LENGTH:
        return True
    if text.count("<") <= MAX_NESTING:
        return False
    depths: Counter[str] = Counter()
    depth = 0
    for end, name in _TAG_NAME.findall(text):
        if name in UNCLOSED:
            continue
        step = -1 if end else 1
        if step > 0 or depths[name]:
            depths[name] += step
            depth += step
        if depth > MAX_NESTING:
            return True
    return False


def is_markup(text: str) -> bool:
    """Whether `text` was written as HTML; otherwise its line breaks mean something."""
    return any(_name(match.group()) in KNOWN for match in _ANY_TAG.finditer(text))


def from_plain(text: str) -> str:
    """Return plain text as rich text: a blank line ends a paragraph, a line break stays one."""
    paragraphs = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n").strip())
    return "".join(
        f"<p>{html.escape(p.strip(), quote=False)}</p>".replace("\n", "<br>") for p in paragraphs if p.strip()
    )


def clean(text: str) -> str:
    """Return `text` (HTML, or plain text with line breaks) as canonical rich text; "" when it holds no words.

    Raises ValueError for a character no text may hold: the parser would drop some of them without a word.
    """
    if not text or not text.strip():
        return ""
    if bad := forbidden_character(text):
        raise ValueError(f"forbidden character {bad}")
    if _CANONICAL.fullmatch(text):
        return text
    if not is_markup(text):
        return _shape(from_plain(html.unescape(text) if "&" in text and "<" not in text else text))
    attributes = {"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}}
    from_word = {"p": {"class", "style"}, "span": {"style"}} if _FROM_WORD.search(text) else {}  # read, never kept
    safe: str = nh3.clean(
        _TAG_LIKE.sub(_keep_as_text, _TITLE.sub("", text)),
        tags=KEPT_BY_NH3 | set(from_word),
        attributes=attributes | from_word,
        url_schemes=SCHEMES,
        link_rel=None,
    )
    shaped = _shape(safe)
    # A list inside a caption, which no parser leaves there: its items become plain words, one level a look.
    while "<caption>" in shaped and "<li>" in shaped and (again := _shape(shaped)) != shaped:
        shaped = again
    return shaped


def plain(rich: str) -> str:
    """Return the words of rich text: blocks on lines of their own, list items after "• ", cells joined by " | "."""
    lines: list[str] = []
    for node in _parse(rich).children:
        lines += _plain_block(node)
    return "\n".join(lines)


def visible_length(rich: str) -> int:
    """Return the number of visible characters of rich text; markup, marks and line breaks do not count."""
    return sum(len(text) for text in _texts(_parse(rich)))


# -- telling what went -------------------------------------------------------------------------------------------------

_OPENING = re.compile(r"<([a-zA-Z][a-zA-Z0-9:]*)([^<>]*)")
_HREF = re.compile(r"\bhref\s*=\s*(?:\"([^\"]*)\"?|'([^']*)'?|([^\s>]*))", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_LOOKS = re.compile(r"\b(?:color|background|font|font-family|font-size)\s*:|\b(?:bg)?color\s*=", re.IGNORECASE)
_VIDEO = re.compile(r"youtu|vimeo|video", re.IGNORECASE)
_HIDDEN = re.compile(r"type\s*=\s*[\"']?hidden", re.IGNORECASE)
_IMAGES = {"img", "svg", "canvas"}
_QUESTIONS = {"input", "textarea", "select", "button"}
_EMBEDDED = {"iframe", "frame", "object", "embed", "audio", "applet"}
_LINES = {"u", "ins", "s", "strike", "del"}
_MOST_TAGS = 50_000


def removed(before: str) -> list[str]:
    """Return in the active language what `clean(before)` takes out and an author may miss: "1 afbeelding" …

    Empty for text without such things. Never raises, and looks at each character a few times at most.
    """
    text = before[:MAX_LENGTH] if before else ""
    if "<" not in text:
        return []
    count: Counter[str] = Counter()
    for found in islice(_OPENING.finditer(_without_comments(text)), _MOST_TAGS):
        count.update(_kinds_lost(found[1].lower(), found[2]))
    numbers = {kind: {"count": number} for kind, number in count.items()}
    told = {
        "image": ngettext("%(count)s afbeelding", "%(count)s afbeeldingen", count["image"]),
        "video": ngettext("%(count)s ingesloten video", "%(count)s ingesloten video's", count["video"]),
        "embedded": ngettext("%(count)s ingesloten onderdeel", "%(count)s ingesloten onderdelen", count["embedded"]),
        "question": ngettext("%(count)s formulierveld", "%(count)s formuliervelden", count["question"]),
        "script": ngettext("%(count)s script", "%(count)s scripts", count["script"]),
        "link": ngettext(
            "%(count)s link zonder bruikbaar adres", "%(count)s links zonder bruikbaar adres", count["link"]
        ),
        "raised": _("hoge of lage tekens (zoals in m²)"),
        "line": _("onderstreping of doorhaling"),
        "looks": _("kleuren en lettertypen"),
    }
    return [words % numbers[kind] for kind, words in told.items() if count[kind]]


def _without_comments(text: str) -> str:
    """Return the text without comments, in which Word repeats its pictures; one that never ends goes to the end."""
    parts, at = [], 0
    while (begin := text.find("<!--", at)) >= 0:
        parts.append(text[at:begin])
        end = text.find("-->", begin + 4)
        at = end + 3 if end >= 0 else len(text)
    return "".join([*parts, text[at:]])


def _kinds_lost(tag: str, attributes: str) -> list[str]:
    kinds = ["looks"] if tag in KNOWN and (tag == "font" or _LOOKS.search(attributes)) else []
    if tag in _IMAGES:
        kinds.append("image")
    elif tag == "video" or (tag in _EMBEDDED and _VIDEO.search(attributes)):
        kinds.append("video")
    elif tag in _EMBEDDED:
        kinds.append("embedded")
    elif tag in _QUESTIONS and not _HIDDEN.search(attributes):
        kinds.append("question")
    elif tag == "script":
        kinds.append("script")
    elif tag in ("sub", "sup"):
        kinds.append("raised")
    elif tag in _LINES:
        kinds.append("line")
    elif tag == "a" and (found := _HREF.search(attributes)) and not _is_usable(found[1] or found[2] or found[3] or ""):
        kinds.append("link")
    return kinds


def _is_usable(address: str) -> bool:
    """Whether the cleaner keeps a link to this address."""
    address = re.sub(r"[\x00-\x20]", "", html.unescape(address))
    scheme = _SCHEME.match(address)
    return bool(address) and (scheme is None or scheme[1].lower() in SCHEMES)


# -- shaping -----------------------------------------------------------------------------------------------------------


@dataclass
class _Node:
    tag: str
    attrs: dict[str, str] = field(default_factory=dict)
    children: list[_Node | str] = field(default_factory=list)


class _Tree(HTMLParser):
    """Builds a tree from nh3's output, which is well-formed. Beyond DEPTH elements lose their tags, not their words."""

    DEPTH = 40

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Node("")
        self.stack = [self.root]
        self.too_deep = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("br", "hr") and len(self.stack) > self.DEPTH:
            self.too_deep += 1
            return
        node = _Node(RENAMED.get(tag, tag), {key: value or "" for key, value in attrs})
        self.stack[-1].children.append(node)
        if tag not in ("br", "hr"):
            self.stack.append(node)

    def handle_endtag(self, tag: str) -> None:
        if self.too_deep:
            self.too_deep -= 1
            return
        name = RENAMED.get(tag, tag)
        if any(node.tag == name for node in self.stack[1:]):
            while self.stack.pop().tag != name:
                pass

    def handle_data(self, data: str) -> None:
        self.stack[-1].children.append(data)


def _parse(text: str) -> _Node:
    tree = _Tree()
    tree.feed(text)
    tree.close()
    return tree.root


def _name(tag: str) -> str:
    return re.split(r"[\s/>]", tag.strip("</> "))[0].lower()


def _keep_as_text(match: re.Match[str]) -> str:
    name = (match.group(1) or "").lower()
    return match.group() if name in KNOWN or _OFFICE.fullmatch(name) else "&lt;" + match.group()[1:]


def _shape(safe: str) -> str:
    return "".join(_block(node) for node in _flow(_parse(safe).children, top=True))


def _flow(children: list[_Node | str], top: bool) -> list[_Node]:
    """Return the blocks of a container; loose inline content becomes paragraphs."""
    blocks: list[_Node] = []
    run: list[_Node | str] = []

    def end_run() -> None:
        inline = _inline(run)
        if inline:
            blocks.append(_Node("p", {}, [*inline]))
        run.clear()

    for child in _with_word_lists(children):
        if isinstance(child, str) or child.tag in INLINE or child.tag == "span":
            run.append(child)
            continue
        end_run()
        if child.tag in BOUNDARIES or child.tag in ("li", "tr", "thead", "tbody", "tfoot", "caption", *CELLS):
            blocks += _flow(child.children, top)  # a boundary, or a stray part of a list or table
        elif child.tag in ("p", "h4"):
            blocks += [
                _Node("h4", {}, node.children) if child.tag == "h4" and top and node.tag == "p" else node
                for node in _flow(child.children, top)
            ]
        elif child.tag in ("ul", "ol"):
            blocks += _list(child)
        elif child.tag == "table":
            blocks += _table(child)
    end_run()
    return blocks


def _with_word_lists(children: list[_Node | str]) -> list[_Node | str]:
    """Return the children with real lists for the paragraphs that Word only makes look like list items."""
    if not any(_word_level(child) for child in children):
        return children
    made: list[_Node | str] = []
    filling: list[tuple[int, _Node]] = []  # the lists inside each other that get the next item, each with its level
    for child in children:
        level = _word_level(child)
        if isinstance(child, str) or not level:
            if not (isinstance(child, str) and not child.strip()):
                filling.clear()
                made.append(child)
            continue
        tag, words = _word_item(child)
        while filling and (filling[-1][0] > level or (filling[-1][0] == level and filling[-1][1].tag != tag)):
            filling.pop()
        if not filling or filling[-1][0] < level:
            new = _Node(tag)
            into = filling[-1][1].children[-1] if filling else None
            (into.children if isinstance(into, _Node) else made).append(new)
            filling.append((level, new))
        filling[-1][1].children.append(_Node("li", {}, words))
    return made


def _word_level(node: _Node | str) -> int:
    """Return how deep in lists Word shows a paragraph, from 1; 0 for what is no list item."""
    if isinstance(node, str) or node.tag != "p" or not node.attrs:
        return 0
    if found := _WORD_LEVEL.search(node.attrs.get("style", "")):
        return int(found[1])
    listed = node.attrs.get("class", "").lower().startswith("msolist")
    return int(listed and bool(_WORD_BULLET.match("".join(_texts(node)))))


def _word_item(node: _Node) -> tuple[str, list[_Node | str]]:
    """Return the kind of list and the words of an item, without the bullet or number that Word wrote before them."""
    mark = _without_mark(node)
    if mark is None:  # written as plain words
        found = _WORD_BULLET.match("".join(_texts(node)))
        mark = found.group() if found else ""
        _cut(node, len(mark))
    words = "".join(_texts(node))
    _cut(node, len(words) - len(words.lstrip()))
    return ("ol" if _NUMBER.match(mark.strip()) else "ul"), node.children


def _without_mark(node: _Node) -> str | None:
    """Take out the element that Word marks as the bullet or number of an item; return its text."""
    for place, child in enumerate(node.children):
        if isinstance(child, str):
            continue
        if _WORD_MARK.search(child.attrs.get("style", "")):
            del node.children[place]
            return "".join(_texts(child))
        mark = _without_mark(child)
        if mark is not None:
            return mark
    return None


def _cut(node: _Node, length: int) -> int:
    """Take this many characters from the beginning of the words; return how many there were too few."""
    for place, child in enumerate(node.children):
        if not length:
            break
        if isinstance(child, str):
            node.children[place] = child[length:]
            length -= min(length, len(child))
        else:
            length = _cut(child, length)
    return length


def _list(node: _Node) -> list[_Node]:
    items: list[_Node | str] = []
    for child in node.children:
        if isinstance(child, str) and not child.strip():
            continue
        last = items[-1] if items else None
        if isinstance(child, _Node) and child.tag in ("ul", "ol") and isinstance(last, _Node):
            last.children += _list(child)  # Word puts a sub-list beside its item
            continue
        content = _contents(child.children if isinstance(child, _Node) and child.tag == "li" else [child])
        if content:
            items.append(_Node("li", {}, content))
    return [_Node(node.tag, {}, items)] if items else []


def _contents(children: list[_Node | str]) -> list[_Node | str]:
    """Return what stands in a list item or cell: a single paragraph loses its tag, before a sub-list too."""
    blocks = _flow(children, top=False)
    paragraphs = [block for block in blocks if block.tag == "p"]
    if len(paragraphs) == 1 and blocks[0] is paragraphs[0]:
        return [*paragraphs[0].children, *blocks[1:]]
    return [*blocks]


def _table(node: _Node) -> list[_Node]:
    head: list[_Node | str] = []
    body: list[_Node | str] = []
    caption: list[_Node | str] = []

    def rows(parent: _Node, into: list[_Node | str]) -> None:
        for child in parent.children:
            if not isinstance(child, _Node):
                continue
            if child.tag == "caption":
                for block in _flow(child.children, top=False):
                    caption.extend([_Node("br")] if caption else [])
                    caption.extend(block.children)
            elif child.tag in ("thead", "tbody", "tfoot"):
                rows(child, head if child.tag == "thead" else body)
            elif child.tag == "tr":
                cells: list[_Node | str] = [
                    _Node(cell.tag, _cell_attributes(cell), _contents(cell.children))
                    for cell in child.children
                    if isinstance(cell, _Node) and cell.tag in CELLS
                ]
                if cells:
                    into.append(_Node("tr", {}, cells))

    rows(node, body)
    if not (head or body or caption):
        return []
    parts: list[_Node | str] = []
    if caption:
        parts.append(_Node("caption", {}, caption))
    if head:
        parts.append(_Node("thead", {}, head))
    if body:
        parts.append(_Node("tbody", {}, body))
    return [_Node("table", {}, parts)]


def _cell_attributes(cell: _Node) -> dict[str, str]:
    kept = {key: cell.attrs[key] for key in ("colspan", "rowspan") if cell.attrs.get(key, "").isdecimal()}
    if cell.attrs.get("scope") in ("row", "col", "rowgroup", "colgroup"):
        kept["scope"] = cell.attrs["scope"]
    return kept


def _inline(run: list[_Node | str]) -> list[_Node | str]:
    """Return inline content with white space folded, without empty marks and without breaks at its ends."""
    folded = _fold(run)
    while folded and _is_break_or_space(folded[0]):
        folded.pop(0)
    while folded and _is_break_or_space(folded[-1]):
        folded.pop()
    if folded and isinstance(folded[0], str):
        folded[0] = folded[0].lstrip(" ")
    if folded and isinstance(folded[-1], str):
        folded[-1] = folded[-1].rstrip(" ")
    return folded if any(text.strip() for text in _texts(_Node("", {}, folded))) else []


def _fold(run: list[_Node | str]) -> list[_Node | str]:
    folded: list[_Node | str] = []
    for child in run:
        if isinstance(child, str):
            text = _SPACES.sub(" ", child)
            last = folded[-1] if folded else None
            if isinstance(last, str):
                folded.pop()
                text = _SPACES.sub(" ", last + text)
            elif isinstance(last, _Node) and last.tag == "br":
                text = text.lstrip(" ")
            if text:
                folded.append(text)
            continue
        if child.tag == "br":
            if folded and isinstance(folded[-1], str):
                folded[-1] = folded[-1].rstrip(" ")
            folded.append(_Node("br"))
            continue
        if child.tag not in INLINE:  # a block inside a mark: its words stay, the mark goes on around them
            folded += _fold(child.children)
            continue
        inner = _fold(child.children)
        if not any(text.strip() for text in _texts(_Node("", {}, inner))):
            folded += [part for part in inner if isinstance(part, str)]
        elif child.tag == "a" and not child.attrs.get("href"):
            folded += inner
        else:
            folded.append(_Node(child.tag, {k: v for k, v in child.attrs.items() if k == "href"}, inner))
    return _joined(folded)


def _joined(parts: list[_Node | str]) -> list[_Node | str]:
    """Merge neighbouring texts, so that folding twice changes nothing."""
    joined: list[_Node | str] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] = _SPACES.sub(" ", joined[-1] + part)
        else:
            joined.append(part)
    return joined


def _is_break_or_space(part: _Node | str) -> bool:
    return part.strip(" \xa0") == "" if isinstance(part, str) else part.tag == "br"


def _block(node: _Node | str) -> str:
    if isinstance(node, str):
        return html.escape(node, quote=False)
    if node.tag == "br":
        return "<br>"
    attrs = "".join(f' {key}="{html.escape(value)}"' for key, value in node.attrs.items())
    return f"<{node.tag}{attrs}>{''.join(_block(child) for child in node.children)}</{node.tag}>"


# -- reading -----------------------------------------------------------------------------------------------------------


def _texts(node: _Node | str) -> list[str]:
    if isinstance(node, str):
        return [node]
    return [text for child in node.children for text in _texts(child)]


def _plain_inline(children: list[_Node | str]) -> str:
    parts = []
    for child in children:
        if isinstance(child, str):
            parts.append(child)
        elif child.tag == "br":
            parts.append("\n")
        elif child.tag == "a" and child.attrs.get("href") and child.attrs["href"] != "".join(_texts(child)):
            parts.append(f"{_plain_inline(child.children)} ({child.attrs['href']})")
        else:
            parts.append(_plain_inline(child.children))
    return "".join(parts)


def _plain_block(node: _Node | str, mark: str = "") -> list[str]:
    if isinstance(node, str):
        return [mark + node] if node.strip() else []
    if node.tag in ("ul", "ol"):
        lines = []
        for number, item in enumerate(node.children, 1):
            if isinstance(item, _Node):
                lines += _plain_item(item, f"{number}. " if node.tag == "ol" else "• ")
        return lines
    if node.tag == "table":
        return [line for child in node.children for line in _plain_block(child)]
    if node.tag in ("thead", "tbody"):
        return [line for child in node.children for line in _plain_block(child)]
    if node.tag == "tr":
        cells = [" ".join(_plain_item(cell, "")) for cell in node.children if isinstance(cell, _Node)]
        return [" | ".join(cells)]
    return [mark + _plain_inline(node.children)]


def _plain_item(item: _Node, mark: str) -> list[str]:
    lines: list[str] = []
    inline: list[_Node | str] = []
    for child in [*item.children, _Node("end")]:
        if isinstance(child, str) or child.tag in INLINE:
            inline.append(child)
            continue
        if inline:
            lines.append(_plain_inline(inline))
            inline = []
        if child.tag != "end":
            lines += _plain_block(child)
    return [(mark if number == 0 else "") + line for number, line in enumerate(lines)]


# These end in a full stop and end no sentence; neither do "o.a." and "B.V.".
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:(?:[A-Za-z]\.){2,}|[A-Z]\.|(?:art|bijv|bv|ca|dhr|evt|excl|incl|mevr|mr|nr|prof|resp)\.)$"
)


def sentence_ends(text: str, signs: str = ".!?…") -> Iterator[int]:
    """Yield where the sentences of a plain text end that others follow, behind their sign and a closing quote.

    A full stop before a small letter, or of an abbreviation, ends none.
    """
    for end in re.finditer(rf"[{signs}]['’”\")]?(?=\s+(\S))", text):
        if end[0][0] == "." and (
            end[1].islower() or _ABBREVIATION.search(text[max(0, end.start() - 12) : end.start() + 1])
        ):
            continue
        yield end.end()
