"""What the admin asks `algorithms.policy`: Django's four questions, answered by roles and not by its permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest
from django.utils.translation import gettext as _

from algorithms import policy

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
else:
    Base = object  # the mix-in stands before ModelAdmin or an inline


# What Django's own filters put behind the name of a field.
FILTER_ENDINGS = {"", "exact", "id__exact", "pk__exact", "isnull", "gte", "gt", "lte", "lt"}
LONGEST_SEARCH = 200  # characters; SQLite refuses patterns of some thousands


class OnlyWhatIsOffered(Base):
    """Mix-in for every list: filter by what stands beside it, search a question of a bounded length, act on real rows.

    Without it the address of a list answers any question about any column, a password's hash or another department's
    draft included, one letter at a time.
    """

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        name, _dots, ending = lookup.partition("__")
        filters = [entry[0] if isinstance(entry, tuple) else entry for entry in self.get_list_filter(request)]
        offered = {getattr(each, "parameter_name", each) for each in filters}
        return name in offered and ending in FILTER_ENDINGS

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        if len(search_term) > LONGEST_SEARCH:
            why = _("Een zoekvraag heeft hooguit %s tekens. Er is gezocht met het begin.") % LONGEST_SEARCH
            messages.warning(request, why)
        return super().get_search_results(request, queryset, search_term[:LONGEST_SEARCH])

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        if request.method == "POST":
            post = request.POST.copy()
            chosen = post.getlist(ACTION_CHECKBOX_NAME)
            post.setlist(ACTION_CHECKBOX_NAME, [pk for pk in chosen if is_row_number(pk)])
            request.POST = post  # type: ignore[assignment]
        return super().changelist_view(request, extra_context)


def is_row_number(text: str) -> bool:
    """Whether a text can be the primary key of a row: digits, and no more than a database knows."""
    return text.isascii() and text.isdecimal() and len(text) <= 18


class ByPolicy(OnlyWhatIsOffered):
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
