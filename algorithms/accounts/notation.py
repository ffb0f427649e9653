"""How roles are written down in the settings and claims of the city's log-in service. Knows no tables.

manager, auditor, author:<organisation>, author:<organisation>/<department>, approver:<organisation>; by their slugs.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

SLUG = r"[a-z0-9][a-z0-9_-]*"
_ROLE = re.compile(rf"(manager|auditor)|(approver):({SLUG})|(author):({SLUG})(?:/({SLUG}))?")


@dataclass(frozen=True)
class Asked:
    """A role by the slugs of its place; "" where it has none."""

    kind: str
    organization: str = ""
    department: str = ""


def read(text: str) -> Asked:
    """Return the role a text names. Raises ValueError that says how to write it."""
    found = _ROLE.fullmatch(text.strip())
    if not found:
        raise ValueError(
            f"{text!r} is no role: write manager, auditor, author:<organisation>, "
            "author:<organisation>/<department> or approver:<organisation>, with the slugs of /organisaties/"
        )
    register, approver, approves, author, writes, department = found.groups()
    return Asked(register or approver or author, approves or writes or "", department or "")


def read_table(text: str) -> dict[str, list[Asked]]:
    """Return claim value → roles, from a JSON object of values to a role or a list of roles. Raises ValueError."""
    if not text:
        return {}
    try:
        table = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON ({error})") from None
    if not isinstance(table, dict):
        raise ValueError('it is no JSON object like {"register-beheer": "manager"}')
    found = {}
    for value, roles in table.items():
        named = roles if isinstance(roles, list) else [roles]
        if not all(isinstance(role, str) for role in named):
            raise ValueError(f"{value!r} must lead to a role or a list of roles")
        found[value] = [read(role) for role in named]
    return found
