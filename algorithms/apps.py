from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AlgorithmsConfig(AppConfig):
    name = "algorithms"
    verbose_name = "Algoritmeregister"

    def ready(self) -> None:
        from algorithms.models import triggers

        # After every migration, because a table rebuild on SQLite silently drops triggers.
        post_migrate.connect(triggers.install_after_migrate, sender=self)
