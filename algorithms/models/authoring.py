"""The work on drafts: what was done by whom, links to preview them, templates to start from, links that were visited.

None of it is ever public.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from algorithms.models.algorithm import Algorithm
from algorithms.models.register import Organization


class Event(models.Model):
    """One step in the life of a draft: who, when, what and why; with the document as it then stood when it changed.

    `by_name` keeps who it was when the account is gone; empty is the register itself (a command).
    """

    class Verb(models.TextChoices):
        CREATE = "create", _("gemaakt")
        EDIT = "edit", _("gewijzigd")
        IMPORT = "import", _("geïmporteerd")
        RESTORE = "restore", _("eerdere versie teruggezet")
        COPY = "copy", _("gemaakt als kopie")
        TEMPLATE = "template", _("gemaakt met een sjabloon")
        SUBMIT = "submit", _("ter beoordeling aangeboden")
        RECALL = "recall", _("teruggenomen")
        SEND_BACK = "send_back", _("teruggestuurd")
        PLAN = "plan", _("goedgekeurd en ingepland")
        UNPLAN = "unplan", _("planning geschrapt")
        PUBLISH = "publish", _("gepubliceerd")
        WITHDRAW = "withdraw", _("ingetrokken")
        HAND_OVER = "hand_over", _("overgedragen")
        SHARE = "share", _("voorbeeldlink gemaakt")
        REVOKE = "revoke", _("voorbeeldlink ingetrokken")
        REMIND = "remind", _("herinnerd aan herziening")

    algorithm = models.ForeignKey(Algorithm, models.CASCADE, related_name="events", verbose_name=_("algoritme"))
    verb = models.CharField(_("wat"), max_length=10, choices=Verb.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("wie")
    )
    by_name = models.CharField(_("naam"), max_length=200, blank=True)
    at = models.DateTimeField(_("wanneer"), default=timezone.now)
    note = models.TextField(_("waarom"), blank=True)
    revision = models.PositiveIntegerField(_("concept"), default=0)
    version = models.PositiveIntegerField(_("versie"), null=True, blank=True)
    alone = models.BooleanField(
        _("zonder tweede persoon"), default=False, help_text=_("Dezelfde persoon schreef als laatste en keurde goed.")
    )
    document = models.TextField(_("document"), blank=True, help_text="canonical JSON; only where the texts changed")

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("gebeurtenis")
        verbose_name_plural = _("gebeurtenissen")
        indexes = [models.Index(fields=["algorithm", "revision"], name="event_revision")]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} ({self.algorithm})"


class PreviewLinkQuerySet(QuerySet["PreviewLink"]):
    def open(self) -> PreviewLinkQuerySet:
        """Links that still show their draft."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())


class PreviewLink(models.Model):
    """A link by which anyone reads a draft as the public would, until it expires or is revoked."""

    algorithm = models.ForeignKey(Algorithm, models.CASCADE, related_name="preview_links")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="preview_links")
    made_at = models.DateTimeField(_("gemaakt"), default=timezone.now)
    expires_at = models.DateTimeField(_("verloopt"))
    revoked_at = models.DateTimeField(_("ingetrokken"), null=True, blank=True)

    objects = PreviewLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("voorbeeldlink")
        verbose_name_plural = _("voorbeeldlinks")

    def __str__(self) -> str:
        return f"{self.algorithm} ({self.expires_at:%Y-%m-%d})"

    @property
    def is_open(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()


class Template(models.Model):
    """A document to start a record from: what organisations with the same product would write alike."""

    name = models.CharField(_("naam"), max_length=100, unique=True)
    about = models.CharField(_("waarvoor"), max_length=250, blank=True)
    organization = models.ForeignKey(
        Organization,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="templates",
        verbose_name=_("organisatie"),
        help_text=_("Leeg: voor alle organisaties."),
    )
    document = models.TextField(_("document"), help_text="canonical JSON without identity")

    class Meta:
        ordering = ["name"]
        verbose_name = _("sjabloon")
        verbose_name_plural = _("sjablonen")

    def __str__(self) -> str:
        return self.name


class Paragraph(models.Model):
    """A paragraph of a draft by its digest, so that equal ones of other records are found at once (`hints`)."""

    algorithm = models.ForeignKey(Algorithm, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=16, db_index=True)

    class Meta:
        verbose_name = _("alinea")
        constraints = [models.UniqueConstraint(fields=["algorithm", "digest"], name="paragraph_once")]

    def __str__(self) -> str:
        return self.digest


class LinkCheck(models.Model):
    """What `check_links` saw at one address of one public record."""

    class Outcome(models.TextChoices):
        ALIVE = "alive", _("werkt")
        DEAD = "dead", _("werkt niet")
        SKIPPED = "skipped", _("niet bezocht")

    lars = models.CharField(_("Algoritme-ID"), max_length=8, db_index=True)
    url = models.TextField(_("adres"))
    fields = models.CharField(_("waar"), max_length=250, blank=True)  # keys of the document, with spaces between
    outcome = models.CharField(_("uitkomst"), max_length=8, choices=Outcome.choices)
    why = models.CharField(_("wat er gebeurde"), max_length=250, blank=True)
    checked_at = models.DateTimeField(_("bezocht"), default=timezone.now)
    dead_since = models.DateTimeField(_("stuk sinds"), null=True, blank=True)
    told_at = models.DateTimeField(_("gemeld"), null=True, blank=True)

    class Meta:
        ordering = ["outcome", "-checked_at"]
        verbose_name = _("link")
        verbose_name_plural = _("links in openbare algoritmes")
        constraints = [
            models.UniqueConstraint(fields=["lars", "url"], name="link_check_once"),
            models.CheckConstraint(
                condition=Q(outcome="dead", dead_since__isnull=False) | ~Q(outcome="dead"), name="link_check_dead"
            ),
        ]

    def __str__(self) -> str:
        return self.url
