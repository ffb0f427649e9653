"""Health: alive without a database, ready only when everything a request needs is in place."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection

from algorithms.models import triggers


def test_alive_asks_nothing_of_the_database(client):
    """No `db` fixture: a query would fail this test."""
    answer = client.get("/health/live")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert answer["Cache-Control"] == "no-store"
    assert client.head("/health/live").status_code == 200


def test_ready_when_database_migrations_and_triggers_are_in_place(client, db):
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "migrations": "ok", "triggers": "ok"}
    assert answer["Cache-Control"] == "no-store"
    assert "ETag" not in answer
    assert client.head("/health/ready").status_code == 200


def test_not_ready_without_a_trigger_and_says_which(client, db):
    with connection.cursor() as cursor:
        on = "" if connection.vendor == "sqlite" else f" ON {triggers.TABLE}"
        cursor.execute(f"DROP TRIGGER publication_delete{on}")
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert "publication_delete" in answer.json()["triggers"]
    assert "migrate" in answer.json()["triggers"]


def test_not_ready_when_a_migration_waits(client, db):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'algorithms'")
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["migrations"] != "ok"


def test_not_ready_without_a_database_and_tells_no_secrets(client, db, monkeypatch, caplog):
    def broken(*args):
        raise DatabaseError("could not connect to postgresql://beheerder:wachtwoord@db.intern/register")

    monkeypatch.setattr("register.health.MigrationExecutor", broken)
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["database"] != "ok"
    assert "wachtwoord" not in answer.content.decode()
    assert "intern" not in answer.content.decode()
    assert caplog.records, "the operator finds the reason in the log"


@pytest.mark.parametrize("address", ["/health/live", "/health/ready"])
def test_health_is_only_read(client, address):
    assert client.post(address).status_code == 405
