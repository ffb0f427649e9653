"""What the admin asks `algorithms.policy`: Django's four questions, answered by roles and not by its permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from algorithms import policy

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
else:
    Base = object  # the mix-in stands before ModelAdmin or an inline


class ByPolicy(Base):
    """Mix-in for the admin of a table that is not a record's: who reads it and who keeps it."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return policy.may_read(request.user, self.model)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return policy.may_read(request.user, self.model)

    def has_add_permission(self, request: HttpRequest, *_parent: Any) -> bool:
        return policy.may_keep(request.user, self.model)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return policy.may_keep(request.user, self.model)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return policy.may_keep(request.user, self.model)
