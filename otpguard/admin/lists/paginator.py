"""Pages of a list that may be very long."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

COUNTED = 10_000
"""How many rows a list counts and pages; to see more, people must filter."""


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # Django's own is not generic at run time
    """Counts no further than COUNTED rows: counting a large table takes seconds."""

    @cached_property
    def count(self) -> int:
        """The number of rows, at most COUNTED."""
        rows: Any = self.object_list
        return int(rows.order_by()[:COUNTED].count())
