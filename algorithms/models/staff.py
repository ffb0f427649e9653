"""Who works here: the roles people hold, and the departments and organisations they hold them for.

`algorithms.policy` alone decides what a role may do.
"""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from algorithms.models.register import Department, Organization


class Role(models.Model):
    """One role of one person. A person may hold several, in different departments.

    An author writes for one department, or, without one, for all of an organisation. An approver publishes for an
    organisation. Manager and auditor are roles in the whole register.
    """

    class Kind(models.TextChoices):
        AUTHOR = "author", _("auteur")
        APPROVER = "approver", _("beoordelaar")
        MANAGER = "manager", _("registerbeheerder")
        AUDITOR = "auditor", _("controleur")

    class Source(models.TextChoices):
        HAND = "hand", _("in het beheer gegeven")
        CLAIM = "claim", _("van de aanmelddienst")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="register_roles", verbose_name=_("medewerker")
    )
    kind = models.CharField(_("rol"), max_length=10, choices=Kind.choices)
    organization = models.ForeignKey(
        Organization,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="roles",
        verbose_name=_("organisatie"),
        help_text=_("Voor een auteur of beoordelaar."),
    )
    department = models.ForeignKey(
        Department,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="roles",
        verbose_name=_("afdeling"),
        help_text=_("Voor een auteur. Leeg: alle afdelingen van de organisatie."),
    )
    # The log-in service of the city says it anew at each log-in; what a manager gave stays.
    source = models.CharField(_("bron"), max_length=5, choices=Source.choices, default=Source.HAND, editable=False)

    class Meta:
        ordering = ["user", "kind", "organization__name", "department__path"]
        verbose_name = _("rol")
        verbose_name_plural = _("rollen")
        constraints = [
            models.CheckConstraint(
                name="role_place",
                condition=(
                    Q(kind="author", organization__isnull=False)
                    | Q(kind="approver", organization__isnull=False, department__isnull=True)
                    | Q(kind__in=["manager", "auditor"], organization__isnull=True, department__isnull=True)
                ),
                violation_error_message=_(
                    "Een auteur of beoordelaar hoort bij een organisatie, en alleen een auteur bij een afdeling. "
                    "Laat beide leeg voor een registerbeheerder of controleur."
                ),
            ),
            # Written out per kind of place: in a unique constraint empty values differ from each other.
            *(
                models.UniqueConstraint(
                    fields=fields,
                    condition=condition,
                    name=f"role_once_{name}",
                    violation_error_message=_("Deze persoon heeft deze rol al."),
                )
                for name, fields, condition in (
                    ("department", ["user", "kind", "department"], Q(department__isnull=False)),
                    (
                        "organization",
                        ["user", "kind", "organization"],
                        Q(organization__isnull=False, department__isnull=True),
                    ),
                    ("register", ["user", "kind"], Q(organization__isnull=True)),
                )
            ),
        ]

    def __str__(self) -> str:
        place = self.department or self.organization
        return f"{self.get_kind_display()}: {place}" if place else self.get_kind_display()

    def save(self, *args, **kwargs):
        self._fill_organization()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        if self.department and self.organization and self.department.organization_id != self.organization.pk:
            why = _("Deze afdeling hoort bij %(other)s. Kies een afdeling van de organisatie, of laat die leeg.")
            raise ValidationError({"department": why % {"other": self.department.organization}})
        self._fill_organization()

    def _fill_organization(self) -> None:
        if self.department:
            self.organization = self.department.organization
