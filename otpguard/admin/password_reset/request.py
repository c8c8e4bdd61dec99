"""Requests to reset a password that no worker has taken yet."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.admin.base import ReadOnlyAdmin
from otpguard.admin.lists.filters import Lookups, MenuFilter
from otpguard.models import ResetRequest


class OverdueFilter(MenuFilter):
    """What a worker should have taken by now."""

    title = _("overdue")
    parameter_name = "overdue"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> Lookups:  # noqa: ANN401 (Django's)
        """One choice."""
        return [("1", _("Yes"))]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those whose time is over."""
        return queryset.filter(due_at__lte=timezone.now()) if self.value() == "1" else queryset


@admin.register(ResetRequest)
class ResetRequestAdmin(ReadOnlyAdmin):
    """Jobs that wait. The e-mail address in them is encrypted and never shown."""

    titled_by = ("created_at",)
    ordering = ("-created_at",)
    empty_text = _("No request waits: workers take each within seconds.")
    list_display = ("id", "created_at", "due_at")
    list_filter = (OverdueFilter,)
    search_fields = ("id",)
    fields = ("id", "created_at", "due_at")
