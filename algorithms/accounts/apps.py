"""How two apps of others are installed here: the admin with our own site, allauth below /beheer/ only."""

from __future__ import annotations

from allauth.account.apps import AccountConfig
from django.contrib.admin.apps import AdminConfig


class StaffAdmin(AdminConfig):
    default_site = "register.staff.StaffSite"


class Accounts(AccountConfig):
    def ready(self) -> None:
        """Without the parent's look for its middleware: ours wraps it, so that public pages never meet it."""
        from allauth.account import checks  # noqa: F401  registers them
