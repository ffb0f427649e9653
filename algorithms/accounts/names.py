"""Names of people, as others write them."""

from __future__ import annotations

import unicodedata


def tidy(name: str) -> str:
    """Return a name on one line, without characters that do not show (controls, marks of zero width)."""
    shown = "".join(sign for sign in name if sign.isspace() or not unicodedata.category(sign).startswith("C"))
    return " ".join(shown.split())
