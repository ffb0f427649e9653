"""How each database looks up which records hold a token: SQLite's FTS5, PostgreSQL's `tsvector` with a GIN index.

Both are made of `SearchEntry.tokens` as it stands, so neither database cuts, folds or stems anything by itself. They
are installed after every migration, like the triggers of the log: a table rebuild on SQLite drops triggers.
"""

from __future__ import annotations

from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE, INDEX = "algorithms_searchentry", "algorithms_searchindex"

# The table keeps the text, FTS5 only which row holds which token: no places, no second copy of the text. The beginnings
# of a letter and three are indexed too: without, a short one would read hundreds of tokens.
_SQLITE = {
    INDEX: "CREATE VIRTUAL TABLE algorithms_searchindex USING fts5(tokens, content='algorithms_searchentry',"
    " content_rowid='sequence', detail='none', columnsize=0, tokenize='ascii', prefix='4')",
    "searchindex_insert": """CREATE TRIGGER searchindex_insert AFTER INSERT ON algorithms_searchentry BEGIN
  INSERT INTO algorithms_searchindex(rowid, tokens) VALUES (NEW.sequence, NEW.tokens);
END""",
    "searchindex_delete": """CREATE TRIGGER searchindex_delete AFTER DELETE ON algorithms_searchentry BEGIN
  INSERT INTO algorithms_searchindex(algorithms_searchindex, rowid, tokens)
    VALUES ('delete', OLD.sequence, OLD.tokens);
END""",
    "searchindex_update": """CREATE TRIGGER searchindex_update AFTER UPDATE ON algorithms_searchentry BEGIN
  INSERT INTO algorithms_searchindex(algorithms_searchindex, rowid, tokens)
    VALUES ('delete', OLD.sequence, OLD.tokens);
  INSERT INTO algorithms_searchindex(rowid, tokens) VALUES (NEW.sequence, NEW.tokens);
END""",
}
_SQLITE_DOES = "INSERT INTO algorithms_searchindex(algorithms_searchindex{}) VALUES ({})"  # FTS5's own commands

# The column is made by the database itself from the tokens, so it cannot differ from them.
_POSTGRESQL = (
    "DROP INDEX IF EXISTS algorithms_searchindex",
    "ALTER TABLE algorithms_searchentry DROP COLUMN IF EXISTS vector",
    "ALTER TABLE algorithms_searchentry ADD COLUMN vector tsvector"
    " GENERATED ALWAYS AS (array_to_tsvector(string_to_array(tokens, ' '))) STORED",
    "CREATE INDEX algorithms_searchindex ON algorithms_searchentry USING gin (vector) WITH (fastupdate = off)",
)
_POSTGRESQL_COLUMN = "array_to_tsvector(string_to_array(tokens, ' '::text))"  # as the database tells it

# One part of the one statement that asks.
_ASK = {
    "sqlite": "SELECT %s, group_concat(rowid) FROM algorithms_searchindex WHERE algorithms_searchindex MATCH %s",
    "postgresql": "SELECT %s::int, string_agg(sequence::text, ',') FROM algorithms_searchentry"
    " WHERE vector @@ %s::tsquery",
}


def install_after_migrate(sender, using: str = "default", **kwargs) -> None:
    """Signal receiver for `post_migrate`."""
    connection = connections[using]
    if TABLE in connection.introspection.table_names():
        install(connection)


def install(connection: BaseDatabaseWrapper) -> None:
    """Install what is missing or altered, filled from the entries; does nothing when all stands."""
    missing = faults(connection)
    if not missing:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in missing:
                cursor.execute(f"DROP {'TABLE' if name == INDEX else 'TRIGGER'} IF EXISTS {name}")
                cursor.execute(_SQLITE[name])
            cursor.execute(_SQLITE_DOES.format("", "'rebuild'"))
        else:
            for statement in _POSTGRESQL:
                cursor.execute(statement)


def faults(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of what is missing or altered."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE name LIKE '%%searchindex%%'", [])
            found = dict(cursor.fetchall())
            return [name for name, sql in _SQLITE.items() if found.get(name) != sql]
        cursor.execute(
            "SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attribute a JOIN pg_attrdef d ON d.adrelid = a.attrelid"
            " AND d.adnum = a.attnum WHERE a.attrelid = %s::regclass AND a.attname = 'vector' AND a.attgenerated = 's'",
            [TABLE],
        )
        column = cursor.fetchone()
        cursor.execute(
            "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indisvalid"
            " AND indexrelid = to_regclass(%s) AND indrelid = %s::regclass",
            [INDEX, TABLE],
        )
        index = cursor.fetchone()
        stands = column == (_POSTGRESQL_COLUMN,) and index and "USING gin (vector)" in index[0]
        return [] if stands else [INDEX]


def take_down(connection: BaseDatabaseWrapper) -> None:
    """Take away what `install` makes, whatever state it is in: a damaged index could not even be emptied."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for name in reversed(_SQLITE):
                cursor.execute(f"DROP {'TABLE' if name == INDEX else 'TRIGGER'} IF EXISTS {name}")


def forget_removed(connection: BaseDatabaseWrapper) -> None:
    """Take what was removed out of the index's own pages too, where nobody can ask it but its bytes still are."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(_SQLITE_DOES.format("", "'optimize'"))
        else:
            cursor.execute("REINDEX INDEX algorithms_searchindex")


def wipe(connection: BaseDatabaseWrapper) -> None:
    """Leave no bytes of what a redaction emptied in the files of PostgreSQL, outside a transaction.

    SQLite overwrites what is deleted as it goes (`secure_delete`, in the settings).
    """
    if connection.vendor != "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            for table in ("searchentry", "searchtoken", "publication"):
                cursor.execute(f"VACUUM FULL algorithms_{table}")


def differs(connection: BaseDatabaseWrapper) -> bool:
    """Whether the index holds something else than the entries say. PostgreSQL makes it itself, within one statement."""
    if connection.vendor != "sqlite":
        return False
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(_SQLITE_DOES.format(", rank", "'integrity-check', 1"))
    except DatabaseError:
        return True
    return False


def holders(connection: BaseDatabaseWrapper, asked: list[tuple[list[str], list[str]]]) -> list[list[int]]:
    """Return for each (tokens, beginnings) the sequences of the records that hold any of them, in one round trip.

    Tokens are letters and digits only, so nothing in them is an operator; they go in as values all the same.
    """
    values: list[int | str] = []
    for place, (tokens, beginnings) in enumerate(asked):
        if not tokens and not beginnings:
            continue
        if connection.vendor == "sqlite":
            query = " OR ".join([*tokens, *(f"{beginning}*" for beginning in beginnings)])
        else:
            query = " | ".join([*(f"'{token}'" for token in tokens), *(f"'{word}':*" for word in beginnings)])
        values += [place, query]
    found: list[list[int]] = [[] for _ in asked]
    if not values:
        return found
    statement = " UNION ALL ".join([_ASK[connection.vendor]] * (len(values) // 2))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # To look at every row it would unpack every vector, which the planner does not count.
            cursor.execute(f"SET LOCAL enable_seqscan = off; {statement}", values)
            cursor.nextset()
        else:
            cursor.execute(statement, values)
        for place, joined in cursor.fetchall():
            found[place] = [int(sequence) for sequence in joined.split(",")] if joined else []
    return found
