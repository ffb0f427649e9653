"""Register data: organisations, departments, pages, synonyms. Public by nature, so public pages may read it.

Every save or removal here raises the head's `site_revision`, which is part of the key of all public content
(DESIGN §2). Parties are the exception: a name chosen in a draft is not public, so public pages read suppliers from
what was published, never from `Party`.
"""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.signals import post_delete, post_save
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from algorithms import richtext
from algorithms.models.publication import Head

SLUG_LENGTH = 100


def fold(name: str) -> str:
    """Return a name as it is compared: without case, accents, punctuation and doubled spaces."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain).split())


def slug_of(name: str, empty: str = "overig") -> str:
    """Return the slug of a name. The same name has the same slug everywhere: facets group by it."""
    return slugify(name)[:SLUG_LENGTH].strip("-") or empty


def free_slug(model: type[models.Model], name: str, pk=None) -> str:
    """Return `slug_of(name)`, numbered when another row of `model` has it."""
    wanted = slug = slug_of(name)
    stem, number = wanted[: SLUG_LENGTH - 6], 2
    taken = set(model._default_manager.filter(slug__startswith=stem).exclude(pk=pk).values_list("slug", flat=True))
    while slug in taken:
        slug = f"{stem}-{number}"
        number += 1
    return slug


class RegisterData(models.Model):
    """What managers and imports write: no text of it may hold a character that feeds and files cannot."""

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        texts = {field.name: getattr(self, field.attname) for field in self._meta.concrete_fields}
        bad = {name: richtext.forbidden_character(text) for name, text in texts.items() if isinstance(text, str)}
        faults = {
            name: _("De tekst bevat een onzichtbaar teken (%s).") % character
            for name, character in bad.items()
            if character
        }
        if faults:
            raise ValidationError(faults)


class Organization(RegisterData):
    """A public body that answers for algorithms. Its slug never changes: published documents carry it."""

    name = models.CharField(_("naam"), max_length=250, unique=True)
    slug = models.SlugField(_("slug"), max_length=SLUG_LENGTH, unique=True, blank=True)
    tooi = models.URLField(
        _("TOOI-id"),
        blank=True,
        help_text=_("Adres in de lijst van overheidsorganisaties: https://identifier.overheid.nl/tooi/id/gemeente/gm…"),
    )
    aliases = models.JSONField(
        _("andere namen"),
        default=list,
        blank=True,
        help_text=_("Oude namen en afkortingen waaronder een import deze organisatie herkent."),
    )
    website = models.URLField(_("website"), blank=True)
    about = models.TextField(_("over de organisatie"), blank=True)
    about_en = models.TextField(_("over de organisatie (Engels)"), blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("organisatie")
        verbose_name_plural = _("organisaties")

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs):
        self.slug = self.slug or free_slug(Organization, self.name, self.pk)
        self.about, self.about_en = richtext.clean(self.about), richtext.clean(self.about_en)
        super().save(*args, **kwargs)

    def known_as(self) -> set[str]:
        """The folded names an import may use for it."""
        return {fold(name) for name in [self.name, *self.aliases]}


class Department(RegisterData):
    """A department of an organisation, by its path: "Stadsbeheer / Parkeervoorzieningen"."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="departments", verbose_name=_("organisatie")
    )
    path = models.CharField(
        _("afdeling"), max_length=250, help_text=_("Van groot naar klein, met ' / ' ertussen."), db_index=True
    )
    slug = models.SlugField(_("slug"), max_length=SLUG_LENGTH, unique=True, blank=True)
    phone = models.CharField(_("telefoon"), max_length=50, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)

    class Meta:
        ordering = ["organization__name", "path"]
        verbose_name = _("afdeling")
        verbose_name_plural = _("afdelingen")
        constraints = [models.UniqueConstraint(fields=["organization", "path"], name="department_path_once")]

    def __str__(self) -> str:
        return self.path

    def save(self, *args, **kwargs):
        self.path = " / ".join(part.strip() for part in self.path.split(" / ") if part.strip())
        self.slug = self.slug or free_slug(Department, self.path, self.pk)
        super().save(*args, **kwargs)

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit(" / ", 1)[-1]


class Party(RegisterData):
    """A company or body that supplies, develops, runs or audits. Drafts choose from it; the public does not read it."""

    name = models.CharField(_("naam"), max_length=200, unique=True)
    url = models.URLField(_("website"), blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("partij")
        verbose_name_plural = _("partijen")

    def __str__(self) -> str:
        return self.name


class Page(RegisterData):
    """A text page of the register: about, contact, privacy, and what an import brings along."""

    # These have an address of their own; the rest is below /over/.
    FIXED = ("over", "bezwaar", "contact", "toegankelijkheid", "privacy")

    slug = models.SlugField(_("slug"), max_length=SLUG_LENGTH, unique=True)
    title = models.CharField(_("titel"), max_length=200)
    title_en = models.CharField(_("titel (Engels)"), max_length=200, blank=True)
    body = models.TextField(_("tekst"), blank=True)
    body_en = models.TextField(_("tekst (Engels)"), blank=True)
    is_public = models.BooleanField(_("openbaar"), default=True, help_text=_("Uit: alleen in het beheer te zien."))
    in_footer = models.BooleanField(_("in de voet van elke pagina"), default=False)
    order = models.PositiveIntegerField(_("volgorde"), default=100)

    class Meta:
        ordering = ["order", "title"]
        verbose_name = _("pagina")
        verbose_name_plural = _("pagina's")

    def __str__(self) -> str:
        return self.title

    def save(self, *args, **kwargs):
        self.body, self.body_en = richtext.clean(self.body), richtext.clean(self.body_en)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return f"/{self.slug}/" if self.slug in self.FIXED else f"/over/{self.slug}/"


class Synonym(models.Model):
    """Words that mean the same to someone who searches: ["AVG", "Algemene verordening gegevensbescherming"].

    A group works both ways. Groups that share a word are not joined: that word reaches both, the others do not.
    """

    # A larger group is no longer about one thing, and each word of it makes a question slower.
    MOST_WORDS = 20
    LONGEST = 100  # characters of one word or phrase
    MOST_IN_PHRASE = 8  # words; a longer name is found by how it begins

    words = models.JSONField(_("woorden"), default=list, help_text=_("Een lijst van woorden die hetzelfde betekenen."))

    class Meta:
        ordering = ["id"]
        verbose_name = _("synoniem")
        verbose_name_plural = _("synoniemen")

    def __str__(self) -> str:
        """Name a group by its first words: twenty do not fit above a page."""
        return ", ".join(self.words[:3]) + (" …" if len(self.words) > 3 else "")


def _raise_site_revision(sender, **kwargs) -> None:
    Head.raise_site_revision()


for _model in (Organization, Department, Page, Synonym):
    post_save.connect(_raise_site_revision, sender=_model, dispatch_uid=f"revision-save-{_model.__name__}")
    post_delete.connect(_raise_site_revision, sender=_model, dispatch_uid=f"revision-delete-{_model.__name__}")
