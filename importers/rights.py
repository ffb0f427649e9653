"""What whoever imports may touch: each record is held against `algorithms.policy`. A command may do everything.

What someone may not read is not told of either: a refusal about another department's draft names what the file itself
named, and nothing of the draft.
"""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import Model

from algorithms import policy
from algorithms.models import Algorithm, Department, Organization
from algorithms.policy import Verb


class Rights:
    """The rights of one person (None: a command) during one import."""

    def __init__(self, by: User | None) -> None:
        self.by = by
        self._visible = None if by is None else set(policy.visible(by).values_list("pk", flat=True))

    def sees(self, draft: int) -> bool:
        """Whether this draft, by its primary key, may be told of."""
        return self._visible is None or draft in self._visible

    def why_not_change(self, draft: Algorithm) -> str:
        """Return why the texts of a draft may not change now, with the cure; "" when they may."""
        return "" if self.by is None else policy.why_not(self.by, Verb.EDIT, draft)

    def why_not_in(self, organization: Organization, department: Department | None) -> str:
        """Return why no record may be put in this place; "" when one may."""
        if self.by is None or policy.may_write_in(self.by, organization, department):
            return ""
        if department:
            return f"U schrijft niet voor de afdeling {department.path} van {organization.name}."
        return f"Dit record noemt geen afdeling, en u schrijft niet voor heel {organization.name}."

    def keeps(self, model: type[Model]) -> bool:
        """Whether rows of the register itself may be made and changed."""
        return self.by is None or policy.may_keep(self.by, model)
