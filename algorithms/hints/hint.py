"""One hint, and the order of importance."""

from __future__ import annotations

from dataclasses import dataclass

from algorithms.standard import FIELDS

# By importance: what keeps a record from readers, what cannot be true, what is not told, what reads badly.
RULES = (
    "empty", "ended", "begin", "risk_class", "personal_data", "assessment", "supplier", "equal", "self_learning",
    "placeholder", "english", "language",
)  # fmt: skip


@dataclass(frozen=True)
class Hint:
    """Help for the author at one field, in the active language. It blocks nothing."""

    key: str  # the field to look at: "provider", "goal", "data_sources"
    rule: str  # one of RULES
    why: str  # what was seen
    cure: str  # what to do about it

    @property
    def label(self) -> str:
        return str(FIELDS[self.key].label)

    def __str__(self) -> str:
        return f"{self.label}: {self.why} {self.cure}"


def by_importance(hint: Hint) -> int:
    """Key to sort by. A required field with a placeholder is as good as empty."""
    as_empty = hint.rule == "placeholder" and FIELDS[hint.key].required
    return 0 if as_empty else RULES.index(hint.rule)
