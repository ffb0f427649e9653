"""Authoring at /beheer/: drafts and register data are written here, publishing is asked for here.

Stock Django admin. Each form reads its fields, labels, help and limits from `algorithms.standard` and lets
`document.problems` check what was typed; the log is written by `algorithms.publishing` alone. Only urls import this.
"""

from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from algorithms.admin import algorithm, beginning, care, people, publication, register
from algorithms.standard import Words, in_active_language

__all__ = ["algorithm", "beginning", "care", "people", "publication", "register"]

admin.site.site_header = admin.site.site_title = in_active_language(Words(settings.SITE_NAME, settings.SITE_NAME_EN))
admin.site.index_title = _("Beheer")
admin.site.enable_nav_sidebar = False  # Dutch and English stand beside each other: the page needs its full width
