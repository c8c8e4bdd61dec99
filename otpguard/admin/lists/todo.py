"""The filter that the tiles of the start page lead to: the rows that need a hand."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.core.todo import Todo
from otpguard.flows.todo import rows_of, todos_of
from otpguard.labels import TODOS


class TodoFilter(admin.SimpleListFilter):
    """What a tile counts, as a list. Every list has it where something can wait."""

    title = _("needs a hand")
    parameter_name = "todo"

    def lookups(self, _request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ANN401 (Django's signature)
        """What can wait in this list."""
        return [(todo.value, TODOS[todo]) for todo in todos_of(model_admin.model)]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that wait; all rows for a value that is not this list's."""
        if self.value() not in dict(self.lookup_choices):
            return queryset
        waiting = rows_of(Todo(str(self.value())), timezone.now())
        return queryset.filter(pk__in=waiting.order_by().values("pk"))
