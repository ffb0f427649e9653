"""What was published: the head, the append-only log, and the listing derived from it.

Only `algorithms.publishing` writes here; the database itself refuses updates and deletions (`triggers.py`). Public
pages, the API and exports read these tables and register data, and nothing else.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, QuerySet
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

GENESIS = "0" * 64  # `previous` of the first entry


class Action(models.TextChoices):
    PUBLISH = "publish", _("gepubliceerd")
    WITHDRAW = "withdraw", _("ingetrokken")
    REDACT = "redact", _("onleesbaar gemaakt")


class Head(models.Model):
    """The one row that every publication locks: where the log stands, and how often register data changed."""

    ID = 1

    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=GENESIS)
    published_at = models.DateTimeField(null=True)
    site_revision = models.BigIntegerField(default=0)
    index_maker = models.CharField(max_length=64, blank=True, default="")  # which code made the search index

    class Meta:
        verbose_name = _("stand van het logboek")

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"

    @classmethod
    def now(cls, using: str = "default") -> Head:
        """The head as it stands; before the first migration has made the row, an empty one.

        Every public request asks this first, and the query builder would cost four times what the query does.
        """
        rows = cls.objects.using(using).raw("SELECT * FROM algorithms_head WHERE id = %s", [cls.ID])
        return next(iter(rows), None) or cls(pk=cls.ID)

    @property
    def key(self) -> str:
        """What all public content is a function of: head hash, site revision and release."""
        return f"{self.hash[:24]}.{self.site_revision}.{settings.RELEASE}"

    @classmethod
    def raise_site_revision(cls) -> None:
        cls.objects.filter(pk=cls.ID).update(site_revision=F("site_revision") + 1)


class PublicationQuerySet(QuerySet["Publication"]):
    """The questions one asks of the log."""

    def of(self, lars: str) -> PublicationQuerySet:
        """All entries about one record, oldest first."""
        return self.filter(lars=lars).order_by("sequence")

    def versions(self, lars: str) -> PublicationQuerySet:
        """The published versions of one record, newest first."""
        return self.filter(lars=lars, action=Action.PUBLISH).order_by("-version")

    def without_documents(self) -> PublicationQuerySet:
        """Entries without the weight of their documents; `emptied` tells which versions were redacted."""
        emptied = models.ExpressionWrapper(
            models.Q(action=Action.PUBLISH, document=""), output_field=models.BooleanField()
        )
        return self.defer("document").annotate(emptied=emptied)

    def redaction_of(self, entry: Publication) -> Publication | None:
        """The entry that emptied this one, with its reason."""
        redactions = self.filter(lars=entry.lars, version=entry.version, action=Action.REDACT)
        return (
            redactions.filter(sha256=entry.redactable_sha256, sequence__gt=entry.sequence).order_by("sequence").first()
        )

    def after(self, sequence: int) -> PublicationQuerySet:
        return self.filter(sequence__gt=sequence).order_by("sequence")


class Publication(models.Model):
    """One entry of the log. Never changed: triggers refuse it, `verify_register` shows it.

    A withdrawal or redaction carries the version and `sha256` it concerns and no document: a withdrawal that of the
    version's document, a redaction that of the text it emptied (a document, or the note of a withdrawal). A redacted
    version keeps its entry; its document and note are empty.
    """

    sequence = models.BigIntegerField(_("volgnummer"), primary_key=True)
    lars = models.CharField(_("Algoritme-ID"), max_length=8)
    version = models.PositiveIntegerField(_("versie"))
    action = models.CharField(_("wat"), max_length=8, choices=Action.choices)
    published_at = models.DateTimeField(_("wanneer"))
    note = models.TextField(_("toelichting"), blank=True)
    document = models.TextField(_("document"), blank=True, help_text="canonical JSON, see algorithms/document.py")
    sha256 = models.CharField(max_length=64)
    note_sha256 = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        ordering = ["sequence"]
        verbose_name = _("publicatie")
        verbose_name_plural = _("logboek")
        indexes = [
            models.Index(fields=["lars", "sequence"], name="publication_lars"),
            # What the figures count per month too, so that they need not read past all documents.
            models.Index(fields=["published_at", "action", "version", "sequence"], name="publication_moment"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["lars", "version"], condition=models.Q(action="publish"), name="publication_version_once"
            ),
            models.CheckConstraint(condition=models.Q(action__in=Action.values), name="publication_action"),
            models.CheckConstraint(condition=Exact(Length("lars"), 8), name="publication_lars_length"),
            models.CheckConstraint(condition=Exact(Length("sha256"), 64), name="publication_sha256_length"),
            models.CheckConstraint(condition=Exact(Length("hash"), 64), name="publication_hash_length"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence}: {self.lars} v{self.version} {self.action}"

    @property
    def is_redacted(self) -> bool:
        return self.action == Action.PUBLISH and not self.document

    @property
    def redactable_sha256(self) -> str:
        """The hash by which a redaction names what it empties here."""
        return self.sha256 if self.action == Action.PUBLISH else self.note_sha256


class ListingColumns(models.Model):
    """What public lists filter, sort and count on. A pure function of one published document (`publishing.listing`).

    Abstract, so that time travel can keep past rows in the same shape.
    """

    lars = models.CharField(max_length=8)
    version = models.PositiveIntegerField()
    published_at = models.DateTimeField()
    name = models.TextField()
    name_key = models.TextField(help_text="folded name without spaces: sorts alike in every database")
    slug = models.CharField(max_length=100)
    status = models.CharField(max_length=50, blank=True)
    publication_category = models.CharField(max_length=50, blank=True)
    organization_slug = models.CharField(max_length=100)
    department_slug = models.CharField(max_length=100, blank=True)
    begin_year = models.PositiveSmallIntegerField(null=True)
    completeness = models.PositiveSmallIntegerField(
        null=True, help_text="0 to 100, see algorithms/hints/completeness.py"
    )
    summary = models.TextField(help_text="canonical JSON of the list item")

    class Meta:
        abstract = True


class ListingQuerySet(QuerySet["Listing"]):
    """The questions citizens and journalists ask of what is public now."""

    def in_order(self, sequences: list[int]) -> list[Listing]:
        """The rows with these sequences, in this order; one that was published again meanwhile is left out."""
        rows = self.in_bulk(sequences)
        return [rows[sequence] for sequence in sequences if sequence in rows]

    def newest_first(self) -> ListingQuerySet:
        return self.order_by("-publication_id")

    def by_name(self) -> ListingQuerySet:
        return self.order_by("name_key", "lars")


class Listing(ListingColumns):
    """One row per record that is public now."""

    lars = models.CharField(max_length=8, unique=True)
    # The entry that published this version; `sequence` is its key.
    publication = models.OneToOneField(
        Publication, models.PROTECT, db_column="sequence", primary_key=True, related_name="listing"
    )

    objects = ListingQuerySet.as_manager()

    class Meta:
        verbose_name = _("openbare regel")
        verbose_name_plural = _("openbare lijst")
        indexes = [
            models.Index(fields=["name_key", "lars"], name="listing_name"),
            # All that the figures count of a record, so that they need not read past all summaries.
            models.Index(
                fields=["organization_slug", "completeness", "begin_year", "version", "publication"],
                name="listing_figures",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lars} v{self.version} {self.name}"

    @property
    def sequence(self) -> int:
        return self.publication_id


class ListingFacet(models.Model):
    """One facet value of a listing: theme, status, organisation, supplier, data source …"""

    listing = models.ForeignKey(Listing, models.CASCADE, related_name="facets")
    facet = models.CharField(max_length=20)
    slug = models.CharField(max_length=100)
    label = models.TextField()

    class Meta:
        verbose_name = _("facetwaarde")
        indexes = [models.Index(fields=["facet", "slug"], name="facet_value")]
        constraints = [models.UniqueConstraint(fields=["listing", "facet", "slug"], name="facet_once")]

    def __str__(self) -> str:
        return f"{self.facet}={self.slug}"
