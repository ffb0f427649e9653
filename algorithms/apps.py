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
        post_migrate.connect(_list_what_was_public, sender=self, dispatch_uid="listing and search index")


def _list_what_was_public(sender, using: str = "default", **kwargs) -> None:
    """Signal receiver for `post_migrate`: list and index what was published before there were such columns or an index,
    or by another release."""
    from django.db import connections

    from algorithms import publishing
    from algorithms.models import Listing, fulltext
    from algorithms.search import index

    connection = connections[using]
    if using != "default" or fulltext.TABLE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, Listing._meta.db_table)
    if not {field.column for field in Listing._meta.concrete_fields} <= {column.name for column in described}:
        return  # on the way to an earlier migration
    if not publishing.listings_are_current():
        publishing.rebuild_listings()  # the index with it
    elif not index.is_current():
        for _done in publishing.rebuild_index():
            pass
