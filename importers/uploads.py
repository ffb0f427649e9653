"""Files that wait between the look at an import and its saving: in DATA_DIR, for a day, for who brought them.

What the page carries from step to step is signed: where the file is, whose it is and its digest. Files are closed to
other users of the machine.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing

SALT = "importers.uploads"
SECONDS = 24 * 3600
MOST_KEPT = 5  # of one person at once; the oldest goes first
_KEY = re.compile(r"\d+-[\w-]{32}")


class Gone(Exception):
    """What was brought is not there any more, or is not this person's."""


def _folder() -> Path:
    return Path(settings.DATA_DIR, "uploads")


def keep(files: list[tuple[str, bytes]], by: User) -> dict[str, Any]:
    """Keep files, (name, content); return where, to be signed with `ticket`."""
    sweep()
    for old in sorted(_of(by), key=_age)[: -(MOST_KEPT - 1)]:
        shutil.rmtree(old, ignore_errors=True)
    key = f"{by.pk}-{secrets.token_urlsafe(24)}"
    place = _folder() / key
    place.mkdir(parents=True, mode=0o700)
    for number, (_name, content) in enumerate(files):
        with os.fdopen(os.open(place / str(number), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(content)
    listed = [[name, hashlib.sha256(content).hexdigest()] for name, content in files]
    return {"key": key, "user": by.pk, "files": listed}


def ticket(kept: dict[str, Any]) -> str:
    """Return signed what the next step has to know."""
    return signing.dumps(kept, salt=SALT, compress=True)


def kept(given: str, by: User) -> dict[str, Any]:
    """Return what was signed, when it is of today and this person's. Raises Gone."""
    try:
        found: dict[str, Any] = signing.loads(given, salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        raise Gone from None
    if found["user"] != by.pk or not (_folder() / found["key"]).is_dir():
        raise Gone
    return found


def content(found: dict[str, Any], number: int) -> bytes:
    """Return the content of a file as it came. Raises Gone."""
    try:
        data = Path(_folder(), found["key"], str(number)).read_bytes()
    except OSError:
        raise Gone from None
    if hashlib.sha256(data).hexdigest() != found["files"][number][1]:
        raise Gone
    return data


def remove(found: dict[str, Any]) -> None:
    shutil.rmtree(_folder() / found["key"], ignore_errors=True)


def sweep() -> None:
    """Remove what is older than a day."""
    for place in _places():
        if _age(place) < time.time() - SECONDS:
            shutil.rmtree(place, ignore_errors=True)


def _of(by: User) -> list[Path]:
    return [place for place in _places() if place.name.startswith(f"{by.pk}-")]


def _places() -> list[Path]:
    with contextlib.suppress(OSError):
        return [place for place in _folder().iterdir() if _KEY.fullmatch(place.name)]
    return []


def _age(place: Path) -> float:
    with contextlib.suppress(OSError):
        return place.stat().st_mtime
    return 0.0
