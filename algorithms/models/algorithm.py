"""Drafts: what authors, importers and the delivery API write. Nobody outside ever reads these tables.

Each field of `algorithms.standard` is a column here under its own key, or a table of rows. Texts stand on the record
in Dutch and once per other language in `AlgorithmTranslation`; the texts of rows have a column per language.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from algorithms import standard
from algorithms.models.register import Department, Organization, Party
from algorithms.standard import choices, describe


class Texts(models.Model):
    """The texts that exist once per language; the keys are `standard.TRANSLATED`."""

    name = models.TextField(blank=True, **describe("name"))
    description_short = models.TextField(blank=True, **describe("description_short"))
    description = models.TextField(blank=True, **describe("description"))
    affected = models.TextField(blank=True, **describe("affected"))
    goal = models.TextField(blank=True, **describe("goal"))
    impact = models.TextField(blank=True, **describe("impact"))
    proportionality = models.TextField(blank=True, **describe("proportionality"))
    non_discrimination = models.TextField(blank=True, **describe("non_discrimination"))
    human_intervention = models.TextField(blank=True, **describe("human_intervention"))
    oversight = models.TextField(blank=True, **describe("oversight"))
    risks = models.TextField(blank=True, **describe("risks"))
    risk_class_basis = models.TextField(blank=True, **describe("risk_class_basis"))
    objection_procedure = models.TextField(blank=True, **describe("objection_procedure"))
    decision_process = models.TextField(blank=True, **describe("decision_process"))
    lawful_basis = models.TextField(blank=True, **describe("lawful_basis"))
    impacttoetsen = models.TextField(blank=True, **describe("impacttoetsen"))
    source_data = models.TextField(blank=True, **describe("source_data"))
    methods_and_models = models.TextField(blank=True, **describe("methods_and_models"))
    performance = models.TextField(blank=True, **describe("performance"))
    future_use = models.TextField(blank=True, **describe("future_use"))

    class Meta:
        abstract = True


def permitted(
    table: str, column: str, options: tuple[standard.Choice, ...], blank: bool = False
) -> models.CheckConstraint:
    """A constraint of the database itself: the column holds one of the standard's values."""
    values = [""] * blank + [option.value for option in options]
    return models.CheckConstraint(condition=models.Q(**{f"{column}__in": values}), name=f"{table}_{column}")


def new_lars(count: int = 1, taken: Collection[str] = ()) -> list[str]:
    """Return free LARS numbers, none of `taken`: seven random digits 1-9 and a check digit (DESIGN §3)."""
    free: list[str] = []
    while len(free) < count:
        drawn = list(dict.fromkeys(_random_lars() for _ in range(count - len(free))))
        known = {*taken, *free, *Algorithm.objects.filter(lars__in=drawn).values_list("lars", flat=True)}
        free += [lars for lars in drawn if lars not in known]
    return free


def _random_lars() -> str:
    seven = "".join(secrets.choice("123456789") for _ in range(7))
    return f"{seven}{standard.lars_check_digit(seven)}"


class Stage(models.TextChoices):
    """Where the work on a draft is. What is public of it is another matter (`algorithms.standing`)."""

    DRAFT = "draft", _("concept")
    SUBMITTED = "submitted", _("ter beoordeling")
    PLANNED = "planned", _("ingepland")


class Algorithm(Texts):
    """A record as its authors have it now. It may be incomplete; `document.problems()` says what is missing."""

    lars = models.CharField(_("Algoritme-ID"), max_length=8, unique=True, blank=True, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="algorithms", **describe("organization")
    )
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="algorithms", null=True, blank=True, **describe("department")
    )
    category = models.JSONField(default=list, blank=True, **describe("category"))
    status = models.CharField(max_length=50, blank=True, choices=choices(standard.STATUSES), **describe("status"))
    begin_date = models.CharField(max_length=7, blank=True, **describe("begin_date"))
    end_date = models.CharField(max_length=7, blank=True, **describe("end_date"))
    contact_email = models.TextField(blank=True, **describe("contact_email"))
    website = models.TextField(blank=True, **describe("website"))
    publication_category = models.CharField(
        max_length=50,
        blank=True,
        choices=choices(standard.PUBLICATION_CATEGORIES),
        **describe("publication_category"),
    )
    url = models.TextField(blank=True, **describe("url"))
    risk_class = models.CharField(
        max_length=20, blank=True, choices=choices(standard.RISK_CLASSES), **describe("risk_class")
    )
    process_index_url = models.TextField(blank=True, **describe("process_index_url"))
    personal_data = models.CharField(
        max_length=20, blank=True, choices=choices(standard.PERSONAL_DATA), **describe("personal_data")
    )
    self_learning = models.CharField(
        max_length=20, blank=True, choices=choices(standard.SELF_LEARNING), **describe("self_learning")
    )
    provider = models.TextField(blank=True, **describe("provider"))
    publiccode = models.TextField(blank=True, **describe("publiccode"))
    lang = models.CharField(
        max_length=3, default=standard.LANGUAGE, choices=choices(standard.LANGUAGES), **describe("lang")
    )
    standard_version = models.CharField(
        max_length=10,
        default=standard.VERSION,
        choices=choices(standard.STANDARD_VERSIONS),
        **describe("standard_version"),
    )
    source_id = models.CharField(max_length=100, blank=True, **describe("source_id"))
    tags = models.TextField(blank=True, **describe("tags"))

    # Bookkeeping, no content: what an import proposed as name, so that a later import with names finds the record.
    proposed_name = models.CharField(max_length=250, blank=True, editable=False)
    created_at = models.DateTimeField(_("gemaakt"), auto_now_add=True)
    updated_at = models.DateTimeField(_("bewerkt"), auto_now=True)

    # The work on it. `revision` goes up at each change of the texts: who saves over a newer one is told.
    stage = models.CharField(
        _("stap"), max_length=10, choices=Stage.choices, default=Stage.DRAFT, editable=False, db_index=True
    )
    revision = models.PositiveIntegerField(default=0, editable=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+",
        verbose_name=_("laatst bewerkt door"),
    )  # fmt: skip
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+",
        verbose_name=_("aangeboden door"),
    )  # fmt: skip
    submitted_at = models.DateTimeField(_("aangeboden"), null=True, editable=False)
    planned_at = models.DateTimeField(_("ingepland voor"), null=True, editable=False)
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+",
        verbose_name=_("ingepland door"),
    )  # fmt: skip
    planned_note = models.TextField(_("toelichting bij de planning"), blank=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="owned_algorithms",
        verbose_name=_("eigenaar"),
        help_text=_("Wie bericht krijgt als het tijd is voor herziening of als een link niet meer werkt."),
    )  # fmt: skip
    review_date = models.DateField(
        _("opnieuw bekijken"),
        null=True,
        blank=True,
        help_text=_("Wanneer iemand nagaat of alles nog klopt. Leeg: een jaar na de publicatie."),
    )
    reminded_at = models.DateTimeField(_("herinnerd"), null=True, editable=False)
    completeness = models.PositiveSmallIntegerField(_("volledigheid"), default=0, editable=False)  # percent
    missing = models.JSONField(default=list, editable=False)  # keys that are not told yet, most important first
    # Digests of the texts as saved and as public now (`content`): a list tells by them what changed since publication.
    digest = models.CharField(max_length=64, blank=True, editable=False)
    public_digest = models.CharField(max_length=64, blank=True, editable=False)
    # Which English texts are older than their Dutch: digests of the pairs (document.translation).
    stale_english = models.JSONField(default=list, editable=False)

    class Meta:
        ordering = ["organization__name", "name"]
        verbose_name = _("algoritme")
        verbose_name_plural = _("algoritmes")
        constraints = [
            models.CheckConstraint(condition=models.Q(stage__in=Stage.values), name="algorithm_stage"),
            models.CheckConstraint(
                condition=models.Q(stage="planned", planned_at__isnull=False) | ~models.Q(stage="planned"),
                name="algorithm_planned",
            ),
            permitted("algorithm", "status", standard.STATUSES, blank=True),
            permitted("algorithm", "publication_category", standard.PUBLICATION_CATEGORIES, blank=True),
            permitted("algorithm", "risk_class", standard.RISK_CLASSES, blank=True),
            permitted("algorithm", "personal_data", standard.PERSONAL_DATA, blank=True),
            permitted("algorithm", "self_learning", standard.SELF_LEARNING, blank=True),
            permitted("algorithm", "lang", standard.LANGUAGES),
            permitted("algorithm", "standard_version", standard.STANDARD_VERSIONS),
            models.CheckConstraint(condition=Exact(Length("lars"), 8), name="algorithm_lars"),
            models.UniqueConstraint(
                fields=["organization", "source_id"],
                condition=~models.Q(source_id=""),
                name="algorithm_source_id_once",
                violation_error_message=_("Deze organisatie heeft al een algoritme met dit Bron-ID."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(_("(zonder naam)"))

    def save(self, *args, **kwargs):
        self.lars = self.lars or new_lars()[0]
        super().save(*args, **kwargs)

    @cached_property
    def loaded(self) -> dict[str, list[Any]]:
        """The rows and translations of this draft that were read or written with it, by key of the document."""
        return {}

    def refresh_from_db(self, *args, **kwargs):
        self.loaded.clear()
        super().refresh_from_db(*args, **kwargs)


def write_columns(rows: Sequence[Algorithm], names: list[str]) -> None:
    """Store these fields of many drafts, and nothing else of them; no signals, `updated_at` only when named.

    For a thousand rows it takes a tenth of `bulk_update`, which an import would feel.
    """
    if not rows:
        return
    fields: list[Any] = [Algorithm._meta.get_field(name) for name in names]
    table = connection.ops.quote_name(Algorithm._meta.db_table)
    values = [
        [*(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields), row.pk] for row in rows
    ]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # it would go to the server and back for each row
            one = f"({', '.join(['%s'] * (len(fields) + 1))})"
            given = f"(VALUES {', '.join([one] * len(values))}) AS given"
            columns = ", ".join(_given(field, number) for number, field in enumerate(fields, 1))
            statement = f"UPDATE {table} SET {columns} FROM {given} WHERE id = given.column{len(fields) + 1}"  # noqa: S608 our own names
            cursor.execute(statement, [value for row in values for value in row])
        else:
            columns = ", ".join(f"{connection.ops.quote_name(field.column)} = %s" for field in fields)
            cursor.executemany(f"UPDATE {table} SET {columns} WHERE id = %s", values)  # noqa: S608 our own names


def _given(field: Any, number: int) -> str:
    """Return the assignment of one field from a list of values, whose columns know no type when they hold only NULL.

    No cast for texts: it would cut one that is too long without a word.
    """
    is_text = isinstance(field, models.CharField | models.TextField)
    cast = "" if is_text else f"::{field.db_type(connection)}"
    return f"{connection.ops.quote_name(field.column)} = given.column{number}{cast}"


def insert_rows(model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Store new rows of a table: what these fields hold of each, as the database takes it. No signals, no keys back.

    A statement for many rows: for thousands of small ones it takes a fifth of `bulk_create` with its objects.
    """
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(field.column) for field in fields)
    statement = f"INSERT INTO {quoted(model._meta.db_table)} ({columns}) VALUES "  # noqa: S608 our own names
    one = f"({', '.join(['%s'] * len(fields))})"
    size = min(1000, (connection.features.max_query_params or 60_000) // len(fields))
    with connection.cursor() as cursor:
        for start in range(0, len(rows), size):
            batch = rows[start : start + size]
            cursor.execute(statement + ", ".join([one] * len(batch)), [value for row in batch for value in row])


class AlgorithmTranslation(Texts):
    """The texts of a record in another language. What is empty falls back to Dutch, with a notice."""

    algorithm = models.ForeignKey(Algorithm, models.CASCADE, related_name="translations")
    lang = models.CharField(_("taal"), max_length=3, choices=[(code, code) for code in standard.TRANSLATIONS])

    class Meta:
        verbose_name = _("vertaling")
        verbose_name_plural = _("vertalingen")
        constraints = [
            models.UniqueConstraint(fields=["algorithm", "lang"], name="translation_once"),
            models.CheckConstraint(condition=models.Q(lang__in=standard.TRANSLATIONS), name="translation_lang"),
        ]

    def __str__(self) -> str:
        return f"{self.algorithm} ({self.lang})"


class Row(models.Model):
    """One row of a repeating group. `order` is its place, from 0."""

    order = models.PositiveIntegerField(_("volgorde"), default=0)

    class Meta:
        abstract = True
        ordering = ["order", "pk"]


def words(key: str, column: str, english: bool = False) -> dict:
    """Return label and help of a column of a repeating group as model field keyword arguments."""
    described = next(c for c in standard.FIELDS[key].columns if c.key == column)
    label = standard.Words(f"{described.label.nl} (Engels)", f"{described.label.en} (English)")
    return {"verbose_name": standard.in_active_language(label if english else described.label)}


def chosen(key: str, column: str, blank: bool = False) -> models.CharField:
    """A column with permitted values."""
    options = next(c for c in standard.FIELDS[key].columns if c.key == column).choices
    return models.CharField(max_length=20, blank=blank, choices=choices(options), **words(key, column))


def text(key: str, column: str, english: bool = False, blank: bool = True) -> models.TextField:
    """A column with text; its limit is checked by `document.problems()`."""
    return models.TextField(blank=blank or english, **words(key, column, english))


class ContactPoint(Row):
    algorithm = models.ForeignKey(Algorithm, models.CASCADE, related_name="contact_points")
    kind = chosen("contact_points", "kind")
    value = text("contact_points", "value", blank=False)
    label = text("contact_points", "label")
    label_en = text("contact_points", "label", english=True)

    class Meta(Row.Meta):
        verbose_name = _("contactgegeven")
        verbose_name_plural = _("meer contactgegevens")
        constraints = [permitted("contact_point", "kind", standard.CONTACT_KINDS)]

    def __str__(self) -> str:
        return self.value


class Step(Row):
    """A step on the way from data to decision."""

    algorithm = models.ForeignKey(Algorithm, models.CASCADE, related_name="steps")
    kind = chosen("steps", "kind")
    actor = text("steps", "actor", blank=False)
    actor_en = text("steps", "actor", english=True)
    action = text("steps", "action")
    action_en = text("steps", "action", english=True)

    class Meta(Row.Meta):
        verbose_name = _("stap")
        verbose_name_plural = _("van gegevens naar besluit")
        constraints = [permitted("step", "kind", standard.STEP_KINDS)]

    def __str__(self) -> str:
        return self.actor


class Risk(Row):
    algorithm = models.ForeignKey(Algorithm, models.CASCADE, related_name="risk_register")
    risk = text("risk_register", "risk", blank=False)
    risk_en = text("risk_register", "risk", english=True)
    measure = text("risk_register", "measure")
    measure_en = text("risk_register", "measure", english=True)

    class Meta(Row.Meta):
        verbose_name = _("risico")
        verbose_name_plural = _("risico's en maatregelen")

    def __str__(self) -> str:
        return self.risk[:80]


class DataSource(Row):
    algorithm = models.ForeignKey(Algorithm, models.CASCADE, related_name="data_sources")
    topic = text("data_sources", "topic")
    topic_en = text("data_sources", "topic", english=True)
    name = text("data_sources", "name", blank=False)
    name_en = text("data_sources", "name", english=True)
    contents = text("data_sources", "contents")
    contents_en = text("data_sources", "contents", english=True)
    owner = text("data_sources", "owner")
    url = text("data_sources", "url")
    personal_data = chosen("data_sources", "personal_data", blank=True)
    used_for = text("data_sources", "used_for")
    used_for_en = text("data_sources", "used_for", english=True)

    class Meta(Row.Meta):
        verbose_name = _("gegevensbron")
        verbose_name_plural = _("gegevensbronnen")
        constraints = [permitted("data_source", "personal_data", standard.PERSONAL_DATA, blank=True)]

    def __str__(self) -> str:
        return self.name


class PartyRole(Row):
    """What a party does for this algorithm."""

    algorithm = models.ForeignKey(Algorithm, models.CASCADE, related_name="parties")
    role = chosen("parties", "role")
    party = models.ForeignKey(Party, models.PROTECT, related_name="roles", verbose_name=_("partij"))
    url = text("parties", "url")

    class Meta(Row.Meta):
        verbose_name = _("betrokken partij")
        verbose_name_plural = _("betrokken partijen")
        constraints = [permitted("party_role", "role", standard.PARTY_ROLES)]

    def __str__(self) -> str:
        return str(self.party)

    @property
    def name(self) -> str:
        return self.party.name


class Reference(Row):
    """A title with a link. `group` is the key of the document it belongs to; only `references` have a kind."""

    GROUPS = ("lawful_basis_grouping", "impacttoetsen_grouping", "source_data_grouping", "references")

    algorithm = models.ForeignKey(Algorithm, models.CASCADE, related_name="reference_rows")
    group = models.CharField(
        _("hoort bij"),
        max_length=30,
        choices=[(key, standard.in_active_language(standard.FIELDS[key].label)) for key in GROUPS],
    )
    kind = chosen("references", "kind", blank=True)
    title = text("references", "title", blank=False)
    title_en = text("references", "title", english=True)
    link = text("references", "link")

    class Meta(Row.Meta):
        verbose_name = _("verwijzing")
        verbose_name_plural = _("verwijzingen")
        constraints = [
            permitted("reference", "kind", standard.REFERENCE_KINDS, blank=True),
            models.CheckConstraint(
                condition=models.Q(
                    group__in=["lawful_basis_grouping", "impacttoetsen_grouping", "source_data_grouping", "references"]
                ),
                name="reference_group",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Identifier(Row):
    algorithm = models.ForeignKey(Algorithm, models.CASCADE, related_name="identifiers")
    kind = text("identifiers", "kind", blank=False)
    value = text("identifiers", "value", blank=False)

    class Meta(Row.Meta):
        verbose_name = _("ander nummer")
        verbose_name_plural = _("andere nummers")

    def __str__(self) -> str:
        return f"{self.kind}: {self.value}"


class Withheld(Row):
    """A field of the standard that is not told, with the reason, which the public reads."""

    algorithm = models.ForeignKey(Algorithm, models.CASCADE, related_name="withheld")
    field = models.CharField(
        max_length=50,
        choices=[(key, standard.in_active_language(field.label)) for key, field in standard.FIELDS.items()],
        **words("withheld", "field"),
    )
    reason = text("withheld", "reason", blank=False)
    reason_en = text("withheld", "reason", english=True)

    class Meta(Row.Meta):
        verbose_name = _("niet verteld veld")
        verbose_name_plural = _("niet verteld, met reden")

    def __str__(self) -> str:
        return self.field


class LegacyField(Row):
    """A value of an older or other form that has no field here; kept with its old title."""

    algorithm = models.ForeignKey(Algorithm, models.CASCADE, related_name="legacy")
    key = text("legacy", "key", blank=False)
    title = text("legacy", "title")
    text = text("legacy", "text", blank=False)
    standard = models.CharField(max_length=50, blank=True, **words("legacy", "standard"))

    class Meta(Row.Meta):
        verbose_name = _("gegeven uit eerdere standaard")
        verbose_name_plural = _("overige gegevens uit een eerdere standaard")

    def __str__(self) -> str:
        return self.title or self.key


# The table of each repeating group, by its key in the document.
ROW_MODELS: dict[str, Any] = {
    "contact_points": ContactPoint,
    "steps": Step,
    "risk_register": Risk,
    "data_sources": DataSource,
    "parties": PartyRole,
    "identifiers": Identifier,
    "withheld": Withheld,
    "legacy": LegacyField,
} | dict.fromkeys(Reference.GROUPS, Reference)
