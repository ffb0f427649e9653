"""What was published, made ready to be found: derived from the current documents, rebuilt with `rebuild_index`.

Only `algorithms.search.index` writes here, inside the transaction that publishes. How the two databases look tokens up
stands in `fulltext.py`.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from algorithms.models.publication import Listing


class SearchEntry(models.Model):
    """The words of one public record.

    `tokens` are its distinct words, each behind the letter of the weightiest place it stands in (`search.texts`), in
    alphabetical order, with a space between. `texts` are those places themselves: JSON, a list of [letter, key, text].
    """

    listing = models.OneToOneField(
        Listing, models.CASCADE, db_column="sequence", primary_key=True, related_name="search"
    )
    tokens = models.TextField()
    texts = models.TextField()

    class Meta:
        verbose_name = _("zoekregel")
        verbose_name_plural = _("zoekregels")

    def __str__(self) -> str:
        return str(self.pk)


class SearchToken(models.Model):
    """One token of letters only: how many records hold it, and the stems of its word, with a space between."""

    token = models.CharField(max_length=80, primary_key=True)
    count = models.IntegerField()
    stems = models.TextField()

    class Meta:
        verbose_name = _("zoekwoord")
        verbose_name_plural = _("zoekwoorden")

    def __str__(self) -> str:
        return f"{self.token}: {self.count}"
