"""For whoever watches the register: does the process live, and can it do its work?"""

from __future__ import annotations

import logging

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from algorithms.models import triggers

logger = logging.getLogger(__name__)


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers; it asks nothing of the database, so a restart is never its cure."""
    return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when requests can be served, else 503 with what is wrong. It tells no addresses, names or secrets."""
    checks = {"database": "ok", "migrations": "ok", "triggers": "ok"}
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            checks["migrations"] = "niet alle migraties zijn toegepast: voer `manage.py migrate` uit"
            checks["triggers"] = "niet gekeken"
        elif missing := triggers.faults(connection):
            checks["triggers"] = f"ontbreekt of is veranderd: {', '.join(missing)}; voer `manage.py migrate` uit"
    except Error:
        logger.exception("The database does not answer as it should")
        broken = "is niet bereikbaar of geeft een fout; zie het logboek van de server"
        checks = {key: broken if key == "database" else "niet gekeken" for key in checks}
    faultless = all(value == "ok" for value in checks.values())
    return JsonResponse(
        {"status": "ok" if faultless else "fout", **checks},
        status=200 if faultless else 503,
        headers={"Cache-Control": "no-store"},
        json_dumps_params={"ensure_ascii": False},
    )
