"""Lists of the API, a page at a time, by key: the next page begins behind the last row seen.

A page costs one statement by index, whatever its number, and rows that come in meanwhile shift
nothing: no row is shown twice or left out. The keys are columns that never change. A cursor is
encrypted and names its list; it opens nothing that its reader could not ask for anyway, because
each page is read within the reach of the caller.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from rest_framework.request import Request

from otpguard import vault
from otpguard.exceptions import InvalidInput

LIMIT = 100
"""How many rows a page has unless `limit` says less or more."""
MOST = 200
"""No page has more."""
LIFE = timedelta(days=1)
"""How long a cursor serves."""

_DIGITS = 9
"""Longest `limit` that is read: beyond, it is not a number that anybody means."""

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOrder:
    """By what a list is in order: columns of which the last is unique among its rows.

    `name` tells the cursors of one list from those of another.
    """

    name: str
    columns: tuple[str, ...]
    newest_first: bool = False

    def orderings(self) -> tuple[str, ...]:
        """The columns for `order_by`."""
        return tuple(f"-{column}" if self.newest_first else column for column in self.columns)

    def behind(self, values: list[Any]) -> Q:
        """The rows behind the one with these values.

        The first column is bound alone as well, so that an index begins there.
        """
        word = "lt" if self.newest_first else "gt"
        *leading, last = zip(self.columns, values, strict=True)
        found = Q(**{f"{last[0]}__{word}": last[1]})
        for column, value in reversed(leading):
            beyond = Q(**{f"{column}__{word}": value})
            found = Q(**{f"{column}__{word}e": value}) & (beyond | found)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[M]):
    """Rows of one page, and the path of the next one; None on the last."""

    rows: list[M]
    next: str | None


def page_of(request: Request, rows: QuerySet[M], order: ListOrder) -> Page[M]:
    """The page that `?cursor=` and `?limit=` ask for, in one statement.

    `rows` must be within the caller's reach. Raises InvalidInput for a limit that is not a number
    from 1, and for a cursor that is not one of this list.
    """
    limit = _limit(request)
    cursor = request.query_params.get("cursor", "")
    if cursor:
        rows = rows.filter(order.behind(_values(cursor, rows.model, order)))
    found = list(rows.order_by(*order.orderings())[: limit + 1])
    if len(found) <= limit:
        return Page(rows=found, next=None)
    return Page(rows=found[:limit], next=_next(request, found[limit - 1], order))


def _limit(request: Request) -> int:
    given = request.query_params.get("limit", str(LIMIT))
    if not (given.isascii() and given.isdigit() and len(given) <= _DIGITS and int(given)):
        raise InvalidInput("limit", f"Give a number from 1 to {MOST}.")
    return min(int(given), MOST)


def _next(request: Request, last: Model, order: ListOrder) -> str:
    values = [field.value_to_string(last) for field in _fields(type(last), order)]
    params = request.query_params.copy()
    params["cursor"] = vault.encrypt_token(vault.CURSOR, json.dumps([order.name, *values]))
    return f"{request.path}?{params.urlencode()}"


def _values(cursor: str, model: type[Model], order: ListOrder) -> list[Any]:
    """What a cursor holds. Raises InvalidInput for one that is not of this list, or too old."""
    fields = _fields(model, order)
    try:
        name, *texts = json.loads(vault.decrypt_token(vault.CURSOR, cursor, max_age=LIFE))
        values = [field.to_python(text) for field, text in zip(fields, texts, strict=True)]
    except (ValueError, TypeError, ValidationError):
        name, values = None, []
    if name != order.name:
        raise InvalidInput("cursor", "Begin again without a cursor.")
    return values


def _fields(model: type[Model], order: ListOrder) -> list[Any]:
    meta = model._meta  # noqa: SLF001 (Django's documented Meta API)
    return [meta.get_field(column) for column in order.columns]
