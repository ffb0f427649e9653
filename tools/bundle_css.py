"""Join the NL Design System parts that our pages use, and our own sheets, into the one of every public page.

    python tools/bundle_css.py [node_modules] [static/design/register.css]

Components come from the packages `@utrecht/<name>-css` (EUPL-1.2), values from the theme
`@nl-design-system-unstable/voorbeeld-design-tokens` (EUPL-1.2); both are fetched by `npm ci` at build time, and neither
they nor the result are committed. The whole library with its theme weighs 600 KB; this file keeps whole components
(`COMPONENTS`) and, of the theme, only the design tokens that they and our own sheets under static/ reach, directly or
through another token. Nothing is left out by class name: that quietly lost buttons and headings when it was tried.

Inside `.utrecht-html` the bare elements of the register's rich texts (`RICH_TEXT`) look like those components without
classes of their own. Names and skeletons of all classes: docs/design-bundle.md.
"""

import gzip
import json
import re
import sys
from pathlib import Path

# In the order of the page; a later one may rely on an earlier one.
COMPONENTS = """
    root body document surface spotlight-section page-layout page-body page-header page-footer article column-layout
    skip-link nav-bar nav-list breadcrumb-nav link link-list
    heading-1 heading-2 heading-3 heading-4 heading-5 heading-6 heading-group
    paragraph unordered-list ordered-list separator figure code code-block mark
    data-list table table-of-contents badge-list data-badge alert
    button button-group form-field form-label form-field-description form-field-error-message form-fieldset
    textbox select checkbox pagination combobox listbox
""".split()

# Our own, from static/css/, after the components; what is said of paper comes last.
SHEETS = "base results record way history across figures print".split()

# Elements of algorithms/richtext.py; these packages also ship their rules for bare elements.
RICH_TEXT = "paragraph link unordered-list ordered-list heading-4 emphasis table".split()
RICH_TEXT_CLASS = ".utrecht-html"

THEME = "@nl-design-system-unstable/voorbeeld-design-tokens"
THEME_CLASS = ".voorbeeld-theme"

# The theme names Noto fonts but ships none, and leaves empty what components fall back on.
SANS = "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Ubuntu,Cantarell,'Helvetica Neue',Arial,sans-serif"
MONO = "ui-monospace,'Cascadia Mono','Segoe UI Mono',Menlo,Consolas,'Liberation Mono',monospace"
OVERRIDES = {
    "--basis-text-font-family-default": SANS,
    "--basis-heading-font-family": SANS,
    "--basis-text-font-family-monospace": MONO,
    "--utrecht-document-color": "var(--basis-color-default-color-document)",
    "--utrecht-document-background-color": "var(--basis-color-default-bg-document)",
    "--utrecht-document-font-family": "var(--basis-text-font-family-default)",
    "--utrecht-document-font-size": "var(--basis-text-font-size-md)",
    "--utrecht-document-font-weight": "var(--basis-text-font-weight-default)",
    "--utrecht-document-line-height": "var(--basis-text-line-height-md)",
    "--utrecht-root-font-size-adjust": "none",  # else 0.5: every system font in another size
    "--utrecht-unordered-list-list-style-type": "disc",  # the component's own bullet is no valid value: it counts
    "--utrecht-mark-background-color": "var(--basis-color-highlight-bg-default)",  # the theme's is nearly black
    "--utrecht-mark-color": "var(--basis-color-highlight-color-document)",
    "--utrecht-data-list-item-key-font-weight": "var(--basis-text-font-weight-bold)",
    "--utrecht-data-list-rows-border-bottom-color": "var(--basis-color-default-border-subtle)",
    "--utrecht-data-list-rows-border-bottom-width": "var(--basis-border-width-sm)",
    "--utrecht-data-list-rows-item-padding-block-start": "var(--basis-space-block-lg)",
    "--utrecht-data-list-rows-item-padding-block-end": "var(--basis-space-block-lg)",
    "--utrecht-data-list-rows-gap": "var(--basis-space-inline-3xl)",
}

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
TOKEN = re.compile(r"--[\w-]+")
USED = re.compile(r"var\(\s*(--[\w-]+)")
DECLARATION = re.compile(r"(--[\w-]+)\s*:\s*([^;{}]+)")


def squeeze(css: str) -> str:
    """Return a (minified) sheet without comments, charset and line breaks."""
    css = COMMENT.sub("", css).replace('@charset "UTF-8";', "")
    css = re.sub(r"\s+", " ", css)
    return re.sub(r"(?<=[(,{;]) | (?=[),};])", "", css).strip()


def rules(css: str) -> list[tuple[str, str]]:
    """Return the top-level (prelude, block) pairs of a sheet; blocks may hold rules of their own."""
    found, depth, start, prelude = [], 0, 0, ""
    for place, sign in enumerate(css):
        if sign == "{":
            depth += 1
            if depth == 1:
                prelude, start = css[start:place].strip(), place + 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                found.append((prelude, css[start:place]))
                start = place + 1
    if depth:
        raise ValueError("a block is not closed")
    return found


def selectors(prelude: str) -> list[str]:
    """Split a selector list at the commas that are not inside brackets."""
    parts, depth = [""], 0
    for sign in prelude:
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def scope(css: str, inside: str) -> str:
    """Return a sheet of which every rule holds only inside elements of class `inside`."""
    out = []
    for prelude, block in rules(css):
        if prelude.startswith("@"):
            out.append(f"{prelude}{{{scope(block, inside)}}}")
        else:
            out.append(",".join(f"{inside} {part.strip()}" for part in selectors(prelude)) + f"{{{block}}}")
    return "".join(out)


def reach(css: str, theme: dict[str, str]) -> dict[str, str]:
    """Return the tokens of the theme that the sheet uses, directly or through others, in the theme's order.

    Components ask for `…-inline-start` and `…-inline-end` where the theme gives only `…-inline` (and so for block):
    those get the theme's value too.
    """
    found: dict[str, str] = {}
    todo = list(dict.fromkeys(USED.findall(css)))
    while todo:
        name = todo.pop()
        if name in found:
            continue
        value = theme.get(name)
        if value is None:
            short = re.sub(r"-(start|end)$", "", name)
            if short == name or short not in theme:
                continue
            value = f"var({short})"
        found[name] = value
        todo += USED.findall(value)
    order = {name: place for place, name in enumerate(theme)}
    return dict(sorted(found.items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0])))


def bundle(modules: Path, own: str = "", others: str = "") -> str:
    """Return the style sheet made of the packages in `modules` (a node_modules folder) and of our `own`.

    `others` are sheets that stay files of their own: the theme's tokens that they use come along too.
    """

    def version(package: str) -> str:
        return json.loads((modules / package / "package.json").read_text("utf-8"))["version"]

    def sheet(component: str, name: str) -> str:
        return squeeze((modules / f"@utrecht/{component}-css/dist" / name).read_text("utf-8"))

    parts = [sheet(component, "index.min.css") for component in COMPONENTS]
    parts += [scope(sheet(component, "html/index.min.css"), RICH_TEXT_CLASS) for component in RICH_TEXT]
    parts.append(f"{RICH_TEXT_CLASS}{{--utrecht-space-around:1}}")
    css = "".join(parts)

    source = COMMENT.sub("", (modules / THEME / "dist/theme.css").read_text("utf-8"))
    (selector, block), *more = rules(source)
    if selector != THEME_CLASS or more:
        raise ValueError(f"expected one rule for {THEME_CLASS} in the theme, found {selector} and {len(more)} more")
    theme = {name: " ".join(value.split()) for name, value in DECLARATION.findall(block)} | OVERRIDES
    tokens = reach(css + own + others, theme)
    unknown = OVERRIDES.keys() - tokens.keys()
    if unknown:
        raise ValueError(f"no component reaches these overrides: {', '.join(sorted(unknown))}")

    packages = sorted({f"@utrecht/{component}-css" for component in (*COMPONENTS, *RICH_TEXT)})
    names = ", ".join(f"{package} {version(package)}" for package in (THEME, *packages))
    return (
        "/* @license EUPL-1.2. Components: Copyright (c) 2020-2025 Frameless B.V., Gemeente Utrecht. Theme: Copyright"
        " (c) 2021 NL Design System Community. Joined, with own font families, by tools/bundle_css.py from: "
        f"{names} */\n"
        + f"{THEME_CLASS}{{color-scheme:light;{';'.join(f'{name}:{value}' for name, value in tokens.items())}}}\n"
        + css
        + squeeze(own)
        + "\n"
    )


def main(modules: str = "node_modules", target: str = "static/design/register.css") -> None:
    """Write the bundle and print its sizes."""
    folder = Path(target).parent
    folder.mkdir(parents=True, exist_ok=True)
    static = folder.parent
    ours = [static / "css" / f"{name}.css" for name in SHEETS]
    others = [sheet for sheet in sorted(static.rglob("*.css")) if sheet not in ours and folder not in sheet.parents]
    own, elsewhere = ("".join(sheet.read_text("utf-8") for sheet in sheets) for sheets in (ours, others))
    css = bundle(Path(modules), own, COMMENT.sub("", elsewhere))
    Path(target).write_text(css, "utf-8")
    data = css.encode()
    try:
        import brotli

        small = f"{len(brotli.compress(data)):,} brotli"
    except ImportError:  # run by a bare Python: the figure is only for people
        small = "brotli not measured"
    print(f"{target}: {len(data):,} bytes, {len(gzip.compress(data)):,} gzip, {small}")


if __name__ == "__main__":
    main(*sys.argv[1:])
