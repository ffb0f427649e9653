"""The triggers by which the database itself keeps the log append-only (DESIGN §2).

Allowed: inserting the next entry with the right previous hash; emptying what a *later* redaction names by the hash of
the emptied text (a version's document, with its note; or the note of a withdrawal or redaction). Refused: every other
update, delete, replace and, on PostgreSQL, truncate. The triggers are installed idempotently after every migration,
because a table rebuild on SQLite drops them without a word; `faults()` tells which are missing or altered.
"""

from __future__ import annotations

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "algorithms_publication"
GENESIS = "0" * 64

_REFUSED = "het logboek is onveranderlijk: {what}"

# One text per trigger; SQLite keeps it word for word in sqlite_master, so it can be compared.
_SQLITE = {
    "publication_insert": f"""CREATE TRIGGER publication_insert BEFORE INSERT ON {TABLE} FOR EACH ROW BEGIN
  SELECT RAISE(ABORT, '{_REFUSED.format(what="volgnummer is niet het volgende")}')
    WHERE NEW.sequence IS NOT (SELECT COALESCE(MAX(sequence), 0) + 1 FROM {TABLE});
  SELECT RAISE(ABORT, '{_REFUSED.format(what="vorige hash klopt niet")}')
    WHERE NEW.previous IS NOT COALESCE((SELECT hash FROM {TABLE} ORDER BY sequence DESC LIMIT 1), '{GENESIS}');
  SELECT RAISE(ABORT, '{_REFUSED.format(what="deze versie bestaat al")}')
    WHERE NEW.action = 'publish' AND EXISTS (SELECT 1 FROM {TABLE}
      WHERE lars = NEW.lars AND version = NEW.version AND action = 'publish');
END""",
    "publication_update": f"""CREATE TRIGGER publication_update BEFORE UPDATE ON {TABLE} FOR EACH ROW BEGIN
  SELECT RAISE(ABORT, '{_REFUSED.format(what="wijzigen kan niet")}')
    WHERE NOT (NEW.sequence IS OLD.sequence AND NEW.lars IS OLD.lars AND NEW.version IS OLD.version
      AND NEW.action IS OLD.action AND NEW.published_at IS OLD.published_at AND NEW.sha256 IS OLD.sha256
      AND NEW.note_sha256 IS OLD.note_sha256 AND NEW.previous IS OLD.previous AND NEW.hash IS OLD.hash
      AND (NEW.document IS OLD.document OR NEW.document IS '') AND (NEW.note IS OLD.note OR NEW.note IS '')
      AND EXISTS (SELECT 1 FROM {TABLE} AS later WHERE later.lars = OLD.lars AND later.version = OLD.version
        AND later.action = 'redact' AND later.sequence > OLD.sequence
        AND later.sha256 = CASE OLD.action WHEN 'publish' THEN OLD.sha256 ELSE OLD.note_sha256 END));
END""",
    "publication_delete": f"""CREATE TRIGGER publication_delete BEFORE DELETE ON {TABLE} FOR EACH ROW BEGIN
  SELECT RAISE(ABORT, '{_REFUSED.format(what="verwijderen kan niet")}');
END""",
}

_POSTGRESQL_FUNCTIONS = {
    "publication_insert": f"""
DECLARE
  latest record;
BEGIN
  SELECT sequence, hash INTO latest FROM {TABLE} ORDER BY sequence DESC LIMIT 1;
  IF NEW.sequence IS DISTINCT FROM COALESCE(latest.sequence, 0) + 1 THEN
    RAISE EXCEPTION '{_REFUSED.format(what="volgnummer is niet het volgende")}' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.previous IS DISTINCT FROM COALESCE(latest.hash, '{GENESIS}') THEN
    RAISE EXCEPTION '{_REFUSED.format(what="vorige hash klopt niet")}' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END""",
    "publication_update": f"""
BEGIN
  IF (NEW.sequence, NEW.lars, NEW.version, NEW.action, NEW.published_at, NEW.sha256, NEW.note_sha256, NEW.previous,
      NEW.hash) IS NOT DISTINCT FROM (OLD.sequence, OLD.lars, OLD.version, OLD.action, OLD.published_at, OLD.sha256,
      OLD.note_sha256, OLD.previous, OLD.hash)
    AND (NEW.document IS NOT DISTINCT FROM OLD.document OR NEW.document = '')
    AND (NEW.note IS NOT DISTINCT FROM OLD.note OR NEW.note = '')
    AND EXISTS (SELECT 1 FROM {TABLE} AS later WHERE later.lars = OLD.lars AND later.version = OLD.version
      AND later.action = 'redact' AND later.sequence > OLD.sequence
      AND later.sha256 = CASE OLD.action WHEN 'publish' THEN OLD.sha256 ELSE OLD.note_sha256 END)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '{_REFUSED.format(what="wijzigen kan niet")}' USING ERRCODE = 'check_violation';
END""",
    "publication_delete": f"""
BEGIN
  RAISE EXCEPTION '{_REFUSED.format(what="verwijderen kan niet")}' USING ERRCODE = 'check_violation';
END""",
    "publication_truncate": f"""
BEGIN
  RAISE EXCEPTION '{_REFUSED.format(what="leegmaken kan niet")}' USING ERRCODE = 'check_violation';
END""",
}

_POSTGRESQL_EVENTS = {
    "publication_insert": "BEFORE INSERT ON {table} FOR EACH ROW",
    "publication_update": "BEFORE UPDATE ON {table} FOR EACH ROW",
    "publication_delete": "BEFORE DELETE ON {table} FOR EACH ROW",
    "publication_truncate": "BEFORE TRUNCATE ON {table} FOR EACH STATEMENT",
}
# pg_trigger.tgtype of each: row 1, before 2, insert 4, delete 8, update 16, truncate 32.
_POSTGRESQL_TYPES = {
    "publication_insert": 1 | 2 | 4,
    "publication_update": 1 | 2 | 16,
    "publication_delete": 1 | 2 | 8,
    "publication_truncate": 2 | 32,
}


def install_after_migrate(sender, using: str = "default", **kwargs) -> None:
    """Signal receiver for `post_migrate`: make sure of the triggers and of the head's one row."""
    from algorithms.models.publication import Head

    connection = connections[using]
    if TABLE not in connection.introspection.table_names():
        return  # migrated back to before the log existed
    install(connection)
    if not Head.objects.using(using).filter(pk=Head.ID).exists():  # asks no column that a migration back took away
        Head.objects.using(using).create(pk=Head.ID)


def install(connection: BaseDatabaseWrapper) -> None:
    """Install what is missing or altered; does nothing when all stands."""
    if not faults(connection):
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name, sql in _SQLITE.items():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                cursor.execute(sql)
            return
        for name, body in _POSTGRESQL_FUNCTIONS.items():
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body${body}$body$"
            )
            cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {TABLE}")
            event = _POSTGRESQL_EVENTS[name].format(table=TABLE)
            cursor.execute(f"CREATE TRIGGER {name} {event} EXECUTE FUNCTION {name}()")
            # "ALWAYS": also in a session that replays a replica's changes.
            cursor.execute(f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {name}")


def faults(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of the triggers that are missing, switched off or altered."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [TABLE])
            found = dict(cursor.fetchall())
            return [name for name, sql in _SQLITE.items() if found.get(name) != sql]
        cursor.execute(
            "SELECT t.tgname, t.tgenabled, t.tgtype, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE t.tgrelid = %s::regclass AND NOT t.tgisinternal AND t.tgqual IS NULL AND t.tgattr::text = ''",
            [TABLE],
        )
        standing = {
            name
            for name, enabled, kind, source in cursor.fetchall()
            if (enabled == "A" and kind == _POSTGRESQL_TYPES.get(name) and source == _POSTGRESQL_FUNCTIONS.get(name))
        }
        return [name for name in _POSTGRESQL_FUNCTIONS if name not in standing]


def strangers(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of triggers and rules on the log that are not ours: they could change what is written."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [TABLE])
            return sorted(name for (name,) in cursor.fetchall() if name not in _SQLITE)
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal"
            " UNION ALL SELECT rulename FROM pg_rules WHERE tablename = %s",
            [TABLE, TABLE],
        )
        return sorted(name for (name,) in cursor.fetchall() if name not in _POSTGRESQL_FUNCTIONS)
