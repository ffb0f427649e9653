"""One consistent view of the database for a long read, which never blocks a writer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connections, transaction


@contextmanager
def snapshot() -> Iterator[str]:
    """Yield the alias of a connection on which everything read inside the block is of one moment.

    SQLite: a deferred transaction on the second, query-only connection sees one state of the write-ahead log.
    PostgreSQL: REPEATABLE READ. Inside a running transaction (tests) that transaction is the view.
    """
    using = settings.READER
    connection = connections[using]
    nested = connection.in_atomic_block
    with transaction.atomic(using=using):
        if connection.vendor == "postgresql" and not nested:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield using
