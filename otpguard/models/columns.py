"""Chosen columns of a model for SQL that is written by hand: what a message passes on its way.

The ORM builds each statement anew, which costs several times what PostgreSQL needs to run it. Here
the text is built once. What a row does not bring stays deferred, so instances are whole to whoever
reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection, models

_Converter = Callable[[Any, Any, Any], Any]
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
        self._names = [str(field.attname) for field in self._fields]
        # Instances are made of values in the model's own order.
        order = [field.attname for field in meta.concrete_fields]
        self._own = sorted(range(len(names)), key=lambda index: order.index(self._names[index]))

    def __len__(self) -> int:
        return len(self._fields)

    def of(self, alias: str = "") -> str:
        """The columns as a list in SQL, of the table or of what it is called in the statement."""
        return ", ".join(f'{alias or self.table}."{field.column}"' for field in self._fields)

    def names(self) -> str:
        """The columns as a list in SQL, without their table: for an INSERT."""
        return ", ".join(f'"{field.column}"' for field in self._fields)

    def set(self) -> str:
        """The columns as assignments of parameters."""
        return ", ".join(f'"{field.column}" = %s' for field in self._fields)

    def bind(self, *values: object) -> list[Any]:
        """Values for these columns, as the database takes them."""
        pairs = zip(self._fields, values, strict=True)
        return [field.get_db_prep_save(value, connection) for field, value in pairs]

    def read(self, row: Sequence[Any]) -> M:
        """An instance of what came back; what is not among the columns is deferred."""
        values = self._python(row)
        names = [self._names[index] for index in self._own]
        return self.model.from_db(connection.alias, names, [values[index] for index in self._own])

    def refresh(self, instance: M, row: Sequence[Any]) -> None:
        """Put what came back into an instance that was read before."""
        for name, value in zip(self._names, self._python(row), strict=True):
            setattr(instance, name, value)

    def _python(self, row: Sequence[Any]) -> list[Any]:
        found = list(row)
        for index, expression, converters in self._converters:
            for convert in converters:
                found[index] = convert(found[index], expression, connection)
        return found

    @cached_property
    def _converters(self) -> list[tuple[int, Any, list[_Converter]]]:
        # One vendor a process: that is what a settings module and its connection say.
        found = []
        for index, field in enumerate(self._fields):
            expression = field.get_col(self.model._meta.db_table)  # noqa: SLF001 (as above)
            converters = connection.ops.get_db_converters(expression)
            converters = [*converters, *expression.get_db_converters(connection)]
            if converters:
                found.append((index, expression, converters))
        return found
