"""The house keeps its shape: imports point down, no circles, the public side meets no draft."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Lower floors first. A module may import its own floor and the floors below it.
FLOORS = [
    ("algorithms.standard", "algorithms.richtext", "algorithms.accounts.notation"),
    ("algorithms.models",),
    ("algorithms.document", "algorithms.policy"),
    ("algorithms.log", "algorithms.snapshot", "algorithms.listing", "algorithms.hints", "algorithms.bitset"),
    ("algorithms.search",),
    ("algorithms.finding",),
    ("algorithms.similar", "algorithms.figures"),
    ("algorithms.filters", "algorithms.publishing", "algorithms.verifying", "algorithms.standing"),
    ("algorithms.drafts", "algorithms.mail"),
    ("algorithms.workflow", "algorithms.preview", "algorithms.links"),
    ("algorithms.desk", "algorithms.care", "algorithms.accounts"),
    ("algorithms.public", "algorithms.api"),
    ("algorithms.exports",),  # the PDF of a record says what its page says
    ("algorithms.admin", "algorithms.management"),  # shows the public page as a preview, writes the public CSV
    ("importers",),
    ("register",),
]
# Neighbours on one floor that do not know each other.
APART = {"algorithms.public", "algorithms.api", "algorithms.exports", "algorithms.admin", "algorithms.management"}
# What only who works here reads: drafts, the work on them, and who does it.
DRAFTS = {
    "Algorithm", "AlgorithmTranslation", "ContactPoint", "DataSource", "Identifier", "LegacyField", "Party",
    "PartyRole", "Reference", "Risk", "Row", "ROW_MODELS", "Step", "Withheld",
    "Event", "LinkCheck", "Paragraph", "PreviewLink", "Role", "Stage", "Template",
}  # fmt: skip
WORK = {
    "algorithms.accounts", "algorithms.admin", "algorithms.care", "algorithms.desk", "algorithms.drafts",
    "algorithms.hints", "algorithms.links", "algorithms.mail", "algorithms.policy", "algorithms.preview",
    "algorithms.standing", "algorithms.workflow", "importers",
}  # fmt: skip
OUTSIDERS = ("django.contrib.auth", "django.contrib.admin", "allauth")  # of no concern to a public page
PUBLIC = (
    "algorithms.public", "algorithms.api", "algorithms.exports", "algorithms.filters", "algorithms.finding",
    "algorithms.search", "algorithms.bitset", "algorithms.similar", "algorithms.figures",
)  # fmt: skip


def modules():
    for folder in ("algorithms", "importers", "register"):
        for path in (ROOT / folder).rglob("*.py"):
            if "migrations" not in path.parts:
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def imports(tree):
    """Yield (module, name) of each import of the project, at any depth in the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, ""
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield node.module, alias.name


def is_in(module, room):
    return module == room or module.startswith(f"{room}.")


def place(module):
    """Return (floor number, room) of a module, the smallest room it is in; None outside the plan (the app's wiring)."""
    found = [(number, room) for number, rooms in enumerate(FLOORS) for room in rooms if is_in(module, room)]
    return max(found, key=lambda pair: len(pair[1]), default=None)


def arrows():
    """Yield (module, imported module) within the project; `from a import b` counts as `a.b` when that is a module."""
    known = {name for name, _tree in MODULES}
    for name, tree in MODULES:
        for module, attribute in imports(tree):
            target = f"{module}.{attribute}" if f"{module}.{attribute}" in known else module
            if target in known and target != name:
                yield name, target


MODULES = list(modules())


def test_the_plan_knows_every_room():
    outside = {name for name, _tree in MODULES if place(name) is None}
    assert outside <= {"algorithms", "algorithms.apps"}


def test_imports_point_down():
    wrong = []
    for name, target in arrows():
        here, there = place(name), place(target)
        if here is None or there is None or name == "algorithms.apps":
            continue
        neighbours = here[0] == there[0] and here[1] != there[1]
        if there[0] > here[0] or (neighbours and here[1] in APART and there[1] in APART):
            wrong.append(f"{name} imports {target}")
    # settings and middleware wire the house together; nothing below may know them
    assert wrong == []


def test_there_are_no_circles():
    graph = defaultdict(set)
    for name, target in arrows():
        # a package's __init__ gathers its own modules; that is no circle
        if not name.startswith(f"{target}.") and not target.startswith(f"{name}."):
            graph[name].add(target)
    done, path = set(), []

    def walk(name):
        if name in path:
            pytest.fail(" → ".join([*path[path.index(name) :], name]))
        if name not in done:
            path.append(name)
            for target in sorted(graph[name]):
                walk(target)
            path.pop()
            done.add(name)

    for name in sorted(graph):
        walk(name)
    assert done


def test_the_public_side_never_imports_a_draft():
    wrong = []
    for name, tree in MODULES:
        if not name.startswith(PUBLIC):
            continue
        for module, attribute in imports(tree):
            if module.startswith("algorithms.models") and attribute in DRAFTS:
                wrong.append(f"{name}: {attribute}")
            if any(is_in(target, room) for target in (module, f"{module}.{attribute}") for room in WORK):
                wrong.append(f"{name}: {module}.{attribute}")
            if module.startswith(OUTSIDERS):
                wrong.append(f"{name}: {module}")
            if module.startswith("algorithms.models.algorithm"):
                wrong.append(f"{name}: {module}")
            if module.startswith("algorithms.document") and attribute in ("build", "apply", "apply_many", "with_rows"):
                wrong.append(f"{name}: {attribute}")
    assert wrong == []


def test_the_plan_of_what_the_public_side_never_imports_is_whole():
    """Each model is public by nature or a draft's; each room below the public ones is known to it or forbidden."""
    import algorithms.models as models

    public = {"Action", "Department", "Head", "Organization", "Page", "Publication", "Synonym"}
    public |= {"Listing", "ListingFacet", "PastListing", "PastListingFacet", "SearchEntry", "SearchToken"}
    tables = {name for name in models.__all__ if isinstance(getattr(models, name), type)}
    assert tables - DRAFTS - public == set()
    known = {"standard", "richtext", "models", "document", "log", "snapshot", "listing", "filters", "publishing",
             "verifying", "public", "api", "exports", "management", "accounts.notation", "bitset", "search",
                 "finding", "similar", "figures"}  # fmt: skip
    rooms = {room for floor in FLOORS for room in floor} - {"register"}
    assert rooms - WORK - {f"algorithms.{room}" for room in known} == set()


def test_only_publishing_writes_the_log():
    """Creating, changing or removing log and listing rows happens in one module."""
    writers = []
    for name, tree in MODULES:
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Attribute) and node.attr in ("create", "bulk_create", "update", "delete")):
                continue
            if {"Publication", "Listing", "ListingFacet"} & {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}:
                writers.append(name)
    assert set(writers) == {"algorithms.publishing"}


def test_every_folder_of_code_says_what_it_is_for():
    folders = {name for name, _tree in MODULES if (ROOT / name.replace(".", "/") / "__init__.py").exists()}
    silent = [name for name, tree in MODULES if name in folders and not ast.get_docstring(tree)]
    assert [name for name in silent if "management" not in name] == []
