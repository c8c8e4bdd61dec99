"""Chosen columns of a model, for SQL that is written by hand.

The ORM builds each statement again, which costs several times what PostgreSQL needs to run it.
Here the text is built once. Fields that are not selected stay deferred, so every reader still gets
a complete instance. `otpguard.statements` runs them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.db import connections, models

from otpguard.database import alias, connection

_Converter = Callable[[Any, Any, Any], Any]
_LENGTH = re.compile(r"\(\d+\)")
"""Left out of a cast, which would cut a text that is too long instead of refusing it."""
_AS_IT_IS: frozenset[type[Any]] = frozenset(
    {
        *(models.CharField, models.TextField, models.BooleanField, models.DateTimeField),
        *(models.UUIDField, models.IntegerField, models.BigIntegerField, models.SmallIntegerField),
        *(models.PositiveSmallIntegerField, models.PositiveIntegerField),
        models.PositiveBigIntegerField,
    }
)
"""Fields whose values PostgreSQL takes as Python has them."""
M = TypeVar("M", bound=models.Model)


class Columns(Generic[M]):
    """Some fields of `model`, by their names, in this order.

    Raises FieldDoesNotExist for a name that is none.
    """

    def __init__(self, model: type[M], *names: str) -> None:
        self.model = model
        meta = model._meta  # noqa: SLF001 (Django's documented Meta API)
        self.table = f'"{meta.db_table}"'
        self._fields: list[Any] = [meta.get_field(name) for name in names]
        self.attributes = [str(field.attname) for field in self._fields]
        self._ready: dict[str, list[tuple[int, Callable[[Any, Any], Any]]]] = {}
        self._readers: dict[str, list[tuple[int, Any, list[_Converter]]]] = {}
        # Instances are made of values in the model's own order.
        order = [field.attname for field in meta.concrete_fields]
        self._own = sorted(range(len(names)), key=lambda index: order.index(self.attributes[index]))

    def __len__(self) -> int:
        return len(self._fields)

    def of(self, alias: str = "") -> str:
        """The columns as a list in SQL, of the table or of what it is called in the statement."""
        return ", ".join(f'{alias or self.table}."{field.column}"' for field in self._fields)

    def names(self) -> str:
        """The columns as a list in SQL, without their table: for an INSERT."""
        return ", ".join(f'"{field.column}"' for field in self._fields)

    def places(self) -> str:
        """A parameter for each column, with its type, so that it may stand anywhere in SQL."""
        return ", ".join(
            f"%s::{_LENGTH.sub('', str(field.db_type(connection)))}" for field in self._fields
        )

    def set(self) -> str:
        """The columns as assignments of parameters."""
        return ", ".join(f'"{field.column}" = %s' for field in self._fields)

    def equal(self) -> str:
        """The columns as a condition of parameters, none of which may be NULL."""
        return " AND ".join(f'"{field.column}" = %s' for field in self._fields)

    def unnest(self) -> str:
        """Rows of these columns as a source in SQL, for PostgreSQL: its parameters are
        `bind_rows`, so that its text is the same for any number of rows."""
        types = [field.db_type(connection).partition("(")[0] for field in self._fields]
        return f"unnest({', '.join(f'%s::{each}[]' for each in types)})"

    def bind_rows(self, rows: Sequence[Sequence[object]]) -> list[list[Any]]:
        """The values of many rows, a list for each column."""
        return [list(column) for column in zip(*(self.bind(*row) for row in rows), strict=True)]

    def bind_defaults(self) -> list[Any]:
        """The defaults of the model for these columns."""
        return self.bind(*(field.get_default() for field in self._fields))

    def bind(self, *values: object) -> list[Any]:
        """Values for these columns, as the database takes them."""
        if len(values) != len(self._fields):
            raise ValueError(f"{len(values)} values for {len(self._fields)} columns")
        found = list(values)
        if steps := self._prepare(connection.vendor):
            here = connections[alias()]
            for index, prepare in steps:
                found[index] = prepare(found[index], here)
        return found

    def bind_all(self, instance: M) -> list[Any]:
        """The values of an instance, as the database takes them."""
        return self.bind(*(getattr(instance, name) for name in self.attributes))

    def read(self, row: Sequence[Any]) -> M:
        """An instance of what came back; what is not among the columns is deferred."""
        values = self._python(row)
        names = [self.attributes[index] for index in self._own]
        return self.model.from_db(connection.alias, names, [values[index] for index in self._own])

    def refresh(self, instance: M, row: Sequence[Any]) -> None:
        """Put what came back into an instance that was read before."""
        for name, value in zip(self.attributes, self._python(row), strict=True):
            setattr(instance, name, value)

    def _python(self, row: Sequence[Any]) -> list[Any]:
        found = list(row)
        for index, expression, converters in self._converters(connection.vendor):
            for convert in converters:
                found[index] = convert(found[index], expression, connection)
        return found

    # By vendor: a simulation has a database of its own beside that of the project.
    def _prepare(self, vendor: str) -> list[tuple[int, Callable[[Any, Any], Any]]]:
        """How values are made ready, by their places; those that the driver takes as they are need
        nothing."""
        known = self._ready.get(vendor)
        if known is None:
            as_it_is = _AS_IT_IS if vendor == "postgresql" else frozenset()
            known = self._ready[vendor] = [
                (index, field.get_db_prep_save)
                for index, field in enumerate(self._fields)
                if type(field) not in as_it_is
            ]
        return known

    def _converters(self, vendor: str) -> list[tuple[int, Any, list[_Converter]]]:
        known = self._readers.get(vendor)
        if known is None:
            known = self._readers[vendor] = self._read_by_vendor()
        return known

    def _read_by_vendor(self) -> list[tuple[int, Any, list[_Converter]]]:
        found = []
        for index, field in enumerate(self._fields):
            expression = field.get_col(self.model._meta.db_table)  # noqa: SLF001 (as above)
            converters = connection.ops.get_db_converters(expression)
            converters = [*converters, *expression.get_db_converters(connection)]
            if converters:
                found.append((index, expression, converters))
        return found


def every_column(model: type[M]) -> Columns[M]:
    """All columns of a model."""
    meta = model._meta  # noqa: SLF001 (as above)
    return Columns(model, *(field.name for field in meta.concrete_fields))
