"""A bulk file is made once per state of the register, kept in DATA_DIR/open-data/, and sent as a file.

Its name holds the sequence and what it was made of, so it never needs to be invalidated: another head, another file.
It is written under a name of its own and renamed into place, so that two workers may race and a crash leaves nothing
that is served; those of an earlier state are removed, because they may hold texts that are withdrawn or redacted since.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from algorithms.models import Head
from algorithms.snapshot import snapshot

HALF_MADE = ".half-made-"
# Gives the bytes of a file in pieces: `write(using, head)` reads through the connection `using`, which sees one moment.
Writer = Callable[[str, Head], Iterator[bytes]]


@dataclass
class BulkFile:
    """An open file, and the head of the register it was made of."""

    handle: BinaryIO
    head: Head


def opened(name: str, head: Head, write: Writer) -> BulkFile:
    """Return the file `name` of the register as `head` says it stands, made first when need be.

    A file made now may be of a later head, never of an earlier one.
    """
    folder = settings.BULK_DIR
    with suppress(FileNotFoundError):
        return BulkFile((folder / _file_name(name, head)).open("rb"), head)
    folder.mkdir(parents=True, exist_ok=True)
    with snapshot() as using:
        head = Head.now(using)
        half_made = tempfile.NamedTemporaryFile(dir=folder, prefix=HALF_MADE, delete=False)  # noqa: SIM115
        try:
            for piece in write(using, head):
                half_made.write(piece)
            half_made.flush()
            os.fsync(half_made.fileno())
            # The handle is opened before others may remove the name, so it stays readable whatever they do.
            handle = Path(half_made.name).open("rb")  # noqa: SIM115
            os.replace(half_made.name, folder / _file_name(name, head))
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(half_made.name)
            raise
        finally:
            half_made.close()
    _remove_earlier(folder, name)
    return BulkFile(handle, head)


def _file_name(name: str, head: Head) -> str:
    return f"{name}-{head.sequence}-{head.key}"


def _remove_earlier(folder: Path, name: str) -> None:
    """Keep the file of this name that was made last, and sweep up what a crash left half made."""
    *earlier, _last = sorted(folder.glob(f"{name}-*"), key=_changed)
    for path in [*earlier, *(path for path in folder.glob(f"{HALF_MADE}*") if _changed(path) < time.time() - 3600)]:
        with suppress(FileNotFoundError):
            path.unlink()


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
