"""Where each key of the national standards 0.1 to 1.0 goes in this register, and what the author is told of it.

Keys are taken from `Old.left` one after the other; whatever is left at the end is kept in `legacy`, so that no key can
be forgotten.
"""

from __future__ import annotations

import re
from typing import Any

from algorithms.standard import FIELDS, IMPACT_ASSESSMENTS, PUBLICATION_CATEGORIES, THEMES, VERSION
from importers.readers import national_values as values
from importers.readers.base import Record
from importers.readers.national_titles import NATIONAL_KEYS, standard_of, title_of
from importers.readers.printed import esc, fold

# Same meaning, same key or another.
TEXTS = {key: key for key in ("name", "description_short", "provider", "tags")}
RICH_TEXTS = {
    "goal": "goal", "impact": "impact", "proportionality": "proportionality", "description": "description",
    "lawful_basis": "lawful_basis", "objection_procedure": "objection_procedure", "source_data": "source_data",
    "methods_and_models": "methods_and_models", "human_intervention": "human_intervention", "risks": "risks",
    "decision_making_process": "decision_process", "monitoring": "oversight", "performance_standard": "performance",
}  # fmt: skip
THEME_OF = {theme.value.casefold(): theme.value for theme in THEMES}
RENAMED_THEMES = {"financiën": "Overheidsfinanciën", "huisvesting": "Wonen"}
KEYWORD_LENGTH = 60  # what is longer is a sentence, not a word to search by
ASSESSMENTS = {
    "iama": next(name for name in IMPACT_ASSESSMENTS if "(IAMA)" in name),
    "dpia": next(name for name in IMPACT_ASSESSMENTS if name.endswith("(DPIA)")),
}
DUTCH = {"nld", "nl", "nederlands", "dutch"}
PATH_LENGTH, TITLE_LENGTH, CONTACT_LENGTH = 250, 200, 500  # what a department, a title, a contact can hold


class Old:
    """A record of an older standard on its way: what is left to place, and the record it becomes."""

    def __init__(self, where: str, row: dict[str, Any], left: dict[str, Any]) -> None:
        self.record = Record(where, {})
        self.standard = standard_of(row)
        self.left = {key: value for key, value in left.items() if not values.is_empty(value)}
        self.homeless: list[str] = []  # titles of what went to `legacy` because there is no field for it
        self._rows: set[tuple[str, ...]] = set()

    def take(self, key: str) -> str:
        """Take a value as text; "" when there is none."""
        return values.as_text(self.left.pop(key, ""))

    def title(self, key: str) -> str:
        return title_of(key, self.standard)

    def put(self, key: str, value: Any) -> None:
        if value:
            self.record.values[key] = value

    def add(self, key: str, **row: str) -> None:
        """Add a row to a group, once."""
        if (known := (key, *row.values())) not in self._rows:
            self._rows.add(known)
            self.record.values.setdefault(key, []).append(row)

    def keep(self, key: str, text: str, *, is_told: bool = False) -> None:
        """Keep a value under its old title; `is_told` when the author is told of it in words of its own."""
        self.record.keep(key.strip() or "?", self.title(key)[:TITLE_LENGTH], values.plain(text), self.standard)
        if not is_told:
            self.homeless.append(self.title(key))

    def warn(self, key: str, message: str) -> None:
        self.record.warn(key, message)


def read(where: str, row: dict[str, Any], left: dict[str, Any]) -> Record:
    """Make a record of a row; `left` is the row without what is no content."""
    old = Old(where, row, left)
    _texts(old)
    _who(old)
    _category(old)
    _status(old)
    for key in ("begin_date", "end_date"):
        _month(old, key)
    _contact(old)
    for key in ("website", "url", "process_index_url", "publiccode"):
        _link(old, key)
    _pages(old)
    for key, group, name in (
        ("lawful_basis_link", "lawful_basis_grouping", "Wettelijke basis"),
        ("source_data_link", "source_data_grouping", "Gegevensbron"),
    ):
        _named_links(old, key, group, name)
    for key in ("lawful_basis_grouping", "impacttoetsen_grouping", "source_data_grouping"):
        _pairs(old, key)
    _assessments(old)
    _learning(old)
    _metadata(old)
    _rest(old)
    return old.record


def _texts(old: Old) -> None:
    for key, own in TEXTS.items():
        old.put(own, values.plain(old.take(key)))
    moved = []
    for key, own in RICH_TEXTS.items():
        if text := old.take(key):
            old.put(own, values.rich(text))
            if key != own:
                moved.append(f"'{old.title(key)}' staat bij '{FIELDS[own].label.nl}'")
    if moved:
        old.warn("", f"Deze velden heten hier anders: {', '.join(moved)}. Kijk of de tekst daar past.")


def _who(old: Old) -> None:
    if name := old.take("organization"):
        old.put("organization", {"name": fold(name)})
    path = old.take("department")
    if path and (values.is_placeholder(path) or len(fold(path)) > PATH_LENGTH):
        old.keep("department", path)  # "-" is no department, and a long story is no name
    elif path:
        old.put("department", {"path": fold(path)})


def _category(old: Old) -> None:
    """Themes that are permitted are themes; other words are search terms, and kept with their old title."""
    value = old.left.get("category")
    text = old.take("category")
    if not text:
        return
    items = values.array(text) if isinstance(value, str) else None
    if items is None:
        items = [values.as_text(item) for item in value] if isinstance(value, list) else re.split(r"[,;\n]", text)
    items = [fold(item) for item in items if item.strip()]
    themes = {item: THEME_OF.get(item.casefold()) or RENAMED_THEMES.get(item.casefold(), "") for item in items}
    old.put("category", list(dict.fromkeys(theme for theme in themes.values() if theme)))
    if all(item.casefold() == theme.casefold() for item, theme in themes.items()):
        return
    text = ", ".join(items) if isinstance(value, list) or text.startswith("{") else text
    old.keep("category", text, is_told=True)
    for item, theme in themes.items():
        if theme and item.casefold() in RENAMED_THEMES:
            old.warn("category", f"Het thema '{item}' heet nu '{theme}'.")
    words = [item for item, theme in themes.items() if not theme]
    if not words or values.is_placeholder(text):
        return
    given = fold(str(old.record.values.get("tags", "")))
    known = {word.strip().casefold() for word in given.split(",")}
    new = [word for word in words if len(word) <= KEYWORD_LENGTH and word.casefold() not in known]
    old.put("tags", ", ".join([given, *new] if given else new))
    chosen = f" Gekozen is: {', '.join(old.record.values['category'])}." if old.record.values.get("category") else ""
    old.warn(
        "category",
        f"Bij '{old.title('category')}' stond '{_excerpt(text)}'; dat is geen thema van de standaard. De woorden zijn "
        f"zoektermen geworden.{chosen} Kies zelf de thema's die passen.",
    )


def _status(old: Old) -> None:
    text = old.take("status")
    found = values.status(text)
    old.put("status", found)
    if not text or fold(text).casefold() == found.casefold():
        return
    old.keep("status", text, is_told=True)
    if found:
        old.warn("status", f"De status was '{text}' en is hier '{found}'.")
    else:
        old.warn("status", f"De status was '{_excerpt(text)}'; die kent de standaard niet. Kies zelf een status.")


def _month(old: Old, key: str) -> None:
    text = old.take(key)
    found = values.month(text)
    old.put(key, found)
    if not text or (found and values.is_said_by(fold(text), found)):
        return
    if not found and values.is_placeholder(text):
        old.keep(key, text)
        return
    old.keep(key, text, is_told=True)
    if found:
        serial = "het getal" if values.SERIAL.fullmatch(text) else "de datum"
        old.warn(key, f"Uit {serial} '{text}' is de maand {found} gelezen.")
    else:
        old.warn(key, f"In '{_excerpt(text)}' is geen maand te lezen; de woorden zijn bewaard. Vul de maand zelf in.")


def _contact(old: Old) -> None:
    text = old.take("contact_email")
    if not text:
        return
    found = values.contacts(text)
    main = next((address for address in found if address.kind != "phone"), None)
    others = [address for address in found if address is not main]
    if main:
        old.put("contact_email", main.value)
    for address in others:
        old.add("contact_points", kind=address.kind, value=address.value, label="")
    if not found and not values.is_placeholder(text) and len(fold(text)) <= CONTACT_LENGTH:
        old.add("contact_points", kind="other", value=fold(text), label="")
        old.warn(
            "contact_email", f"'{_excerpt(text)}' is geen mailadres of webadres; het staat bij de andere gegevens."
        )
    elif not found or values.says_more(text, found):
        old.keep("contact_email", text, is_told=bool(found))
    if others or (main and fold(text) != main.value):
        where = ", ".join(f"'{address.value}'" for address in others)
        moved = f" Bij de andere contactgegevens {'staan' if len(others) > 1 else 'staat'}: {where}." if others else ""
        chosen = f"Uit '{_excerpt(text)}' is '{main.value}' gekozen." if main else "Er is geen mailadres of webadres."
        old.warn("contact_email", chosen + moved)


def _link(old: Old, key: str) -> None:
    """Read a field of one web address; what more it says is kept, more addresses become references."""
    text = old.take(key)
    found = values.links(text)
    if not text:
        return
    if not found:
        old.keep(key, text)
        return
    old.put(key, found[0].value)
    for address in found[1:]:
        old.add("references", kind="page", title=old.title(key), link=address.value)
    if found[0].value == text:
        return
    if values.says_more(text, found):
        old.keep(key, text, is_told=True)
    more = f" De andere adressen ({len(found) - 1}) staan bij de verwijzingen." if len(found) > 1 else ""
    old.warn(key, f"Er stond meer dan één webadres, of tekst erbij. Gekozen is '{found[0].value}'.{more}")


def _pages(old: Old) -> None:
    """Read the links that have no field of their own: the page of the project, and that of who made it."""
    if text := old.take("documentation"):
        _references(old, "documentation", text, "Projectpagina")
    text = old.take("application_url")
    if not text:
        return
    is_supplier = old.title("application_url").endswith("leverancier")
    provider = fold(str(old.record.values.get("provider", "")))
    if is_supplier and provider and values.is_link(text) and len(provider) <= TITLE_LENGTH:
        old.add("parties", role="supplier", name=provider, url=text)
        old.warn("parties", f"'{text}' is opgenomen als het adres van leverancier '{provider}'.")
    else:
        _references(old, "application_url", text, f"Pagina van de {'leverancier' if is_supplier else 'ontwikkelaar'}")


def _references(old: Old, key: str, text: str, name: str) -> None:
    found = values.links(text)
    for address in found:
        old.add("references", kind="page", title=name, link=address.value)
    if found:
        old.warn("references", f"'{old.title(key)}' is opgenomen als verwijzing '{name}'.")
    if not found or values.says_more(text, found):
        old.keep(key, text, is_told=bool(found))


def _named_links(old: Old, key: str, group: str, name: str) -> None:
    """Read one string of links, named or not, as rows."""
    text = values.plain(old.take(key))
    if not text:
        return
    found = values.links(text)
    limit = FIELDS[group].columns[0].max_length
    if not found and not values.is_placeholder(text) and len(fold(text)) <= limit:
        old.add(group, title=fold(text), link="")
        return
    for address in found:
        plain_name = f"{name} ({values.host(address.value)})" if len(found) > 1 else name
        row_title = address.label if 0 < len(address.label) <= limit else plain_name[:limit]
        old.add(group, title=row_title, link=address.value)
    if not found or values.says_more(text, [a for a in found if len(a.label) <= limit], labels=True):
        old.keep(key, text, is_told=bool(found))
        if found:
            old.warn(group, f"Bij '{old.title(key)}' stond meer dan links; de hele tekst is bewaard.")
    if len(found) > 1:
        old.warn(
            group, f"'{old.title(key)}' bevatte {len(found)} links; elk heeft een eigen rij. Controleer de titels."
        )


def _pairs(old: Old, key: str) -> None:
    """Take pairs of title and link; parts of another shape are kept."""
    value = old.left.get(key)
    if not isinstance(value, list):
        return  # is kept with the rest
    del old.left[key]
    for item in value:
        pair = item if isinstance(item, dict) else {"title": item}
        row = {name: values.as_text(pair[name]) for name in ("title", "link") if not values.is_empty(pair.get(name))}
        more = {name: part for name, part in pair.items() if name not in ("title", "link")}
        if row:
            old.record.values.setdefault(key, []).append({"title": "", "link": ""} | row)
        if any(not values.is_empty(part) for part in more.values()):
            old.keep(key, values.as_text(more))


def _assessments(old: Old) -> None:
    """Gather what is said of impact assessments: those that were done as rows, every other answer as text."""
    said: list[tuple[str, str]] = []  # old title and words
    value = old.left.get("impacttoetsen")
    text = old.take("impacttoetsen")
    items = value if isinstance(value, list) else values.array(text)
    if items is None:
        old.put("impacttoetsen", values.rich(text) if text else "")
    for name in map(values.as_text, items or ()):
        old.add("impacttoetsen_grouping", title=_assessment(name), link="")
    if items:
        _assessment_links(old, said)
    for key, name in ASSESSMENTS.items():
        answer, about = old.take(key), old.take(f"{key}_description")
        is_done = answer.casefold().strip(" .") == "ja"  # "Ja, volgend jaar" is no assessment that was done
        link = about if values.is_link(about) and (is_done or not answer) else ""
        if is_done or link:
            old.add("impacttoetsen_grouping", title=name, link=link)
        if answer:
            said.append((old.title(key), answer))
        if about and not link:
            said.append((old.title(f"{key}_description"), about))
    if said:
        text = "".join(_said(name, words) for name, words in said)
        old.put("impacttoetsen", old.record.values.get("impacttoetsen", "") + text)
        names = ", ".join(f"'{name}'" for name, _words in said)
        old.warn("impacttoetsen", f"Hier staan de antwoorden bij elkaar van: {names}.")


def _assessment_links(old: Old, said: list[tuple[str, str]]) -> None:
    """Give assessments the links that standard 0.4 had in one text for all: "DPIA: https://…, IAMA: https://…"."""
    text = values.plain(old.take("iama_description"))
    rows = {row["title"]: row for row in old.record.values["impacttoetsen_grouping"]}
    found = values.links(text)
    for address in found:
        called = _assessment(address.label)
        is_only = not called and len(rows) == len(found) == 1
        row = next(iter(rows.values())) if is_only else rows.get(called)
        if row and not row["link"]:
            row["link"] = address.value
        else:
            old.add("impacttoetsen_grouping", title=called or "Impacttoets", link=address.value)
    if text and (not found or values.says_more(text, found, labels=True)):
        said.append((old.title("iama_description"), text))


def _assessment(name: str) -> str:
    """Return the recommended title for an abbreviation; another name stays as it is."""
    return ASSESSMENTS.get(fold(name).casefold(), fold(name))


def _said(name: str, words: str) -> str:
    if values.TAG.search(words) or "\n" in words:
        return f"<p><strong>{esc(name)}:</strong></p>{values.rich(words)}"
    return f"<p><strong>{esc(name)}:</strong> {esc(words)}</p>"


def _learning(old: Old) -> None:
    text = old.take("type")
    if not text:
        return
    found = values.self_learning(text)
    old.keep("type", text, is_told=bool(found))
    if found:
        old.put("self_learning", found)
        answer = "ja" if found == "yes" else "nee"
        old.warn("self_learning", f"Gekozen is '{answer}', omdat bij '{old.title('type')}' staat: '{text}'.")


def _metadata(old: Old) -> None:
    """Read numbers, language, category of publication and standard."""
    old.put("lars", old.take("lars"))
    if text := old.take("uuid"):
        if re.fullmatch(r"[\w:/.{}#?=-]{1,200}", text) and re.search(r"\d", text) and not values.is_placeholder(text):
            old.add("identifiers", kind=old.title("uuid"), value=text)
        else:
            old.keep("uuid", text)
    if text := old.take("source_id"):
        # A placeholder is no key to find a record by: two records of one organisation would be taken for the same.
        if len(text) > FIELDS["source_id"].max_length or values.is_placeholder(text):
            old.keep("source_id", text)
        else:
            old.put("source_id", fold(text))
    if text := old.take("lang"):
        if text.casefold() in DUTCH:
            old.put("lang", "nld")
        else:
            old.keep("lang", text)
    if text := old.take("publication_category"):
        bare = re.sub(r"\s*\(?categorie [abc]\)?", "", fold(text), flags=re.I).casefold().replace("systemen", "systeem")
        known = next((option.value for option in PUBLICATION_CATEGORIES if option.value.casefold() == bare), "")
        old.put("publication_category", known)
        if known.casefold() != text.casefold():
            old.keep("publication_category", text)
    if text := old.take("standard_version"):
        if text in (VERSION, f"{VERSION}.0"):
            old.put("standard_version", VERSION)
        else:
            old.keep("standard_version", text, is_told=True)  # says for itself what it is


def _rest(old: Old) -> None:
    """Keep what is left: keys that have no field here, and keys that no standard knows."""
    for key in list(old.left):
        text = old.take(key)
        is_known = key in NATIONAL_KEYS
        old.keep(key, text, is_told=not is_known)
        if not is_known:
            old.warn("legacy", f"De sleutel '{key}' is onbekend; de waarde is bewaard bij de overige gegevens.")
    if old.homeless:
        titles = ", ".join(dict.fromkeys(f"'{name}'" for name in old.homeless))
        old.warn(
            "legacy", f"Bewaard met de oude titel, omdat er hier geen veld voor is of de waarde er niet past: {titles}."
        )


def _excerpt(text: str) -> str:
    text = fold(text)
    return text if len(text) <= 80 else f"{text[:79]}…"
