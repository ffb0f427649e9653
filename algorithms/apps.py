from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AlgorithmsConfig(AppConfig):
    name = "algorithms"
    verbose_name = "Algoritmeregister"

    def ready(self) -> None:
        from algorithms.models import fulltext, triggers

        # After every migration, because a table rebuild on SQLite silently drops triggers.
        post_migrate.connect(triggers.install_after_migrate, sender=self, dispatch_uid="triggers")
        post_migrate.connect(fulltext.install_after_migrate, sender=self, dispatch_uid="fulltext")
        post_migrate.connect(_index_what_was_public, sender=self, dispatch_uid="search index")


def _index_what_was_public(sender, using: str = "default", **kwargs) -> None:
    """Signal receiver for `post_migrate`: index what was published before there was an index, or by another release."""
    from django.db import connections

    from algorithms import publishing
    from algorithms.models import fulltext
    from algorithms.search import index

    if using != "default" or fulltext.TABLE not in connections[using].introspection.table_names():
        return
    if not index.is_current():
        for _done in publishing.rebuild_index():
            pass
