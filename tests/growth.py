"""Tables as they are after years: a row that a flow has made, multiplied by the database.

The copies differ where they have to (keys, times, states) and are the same row otherwise, so that
they keep up with the models.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models import Model


def multiply(row: Model, times: int, **columns: str) -> None:
    """Copy `row` so many times. `columns` are SQL expressions, in which `n` counts from 1; a UUID
    key is a new one by itself, and so is a counted one."""
    meta = row._meta
    names = {field.column: f"t.{connection.ops.quote_name(field.column)}" for field in meta.fields}
    key = meta.pk.column
    if meta.pk.get_internal_type() == "UUIDField":
        names[key] = "gen_random_uuid()"
    else:
        del names[key]
    names.update(columns)
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {meta.db_table} ({quoted})"
            f" SELECT {', '.join(names.values())}"
            f" FROM {meta.db_table} t, generate_series(1, %s) AS n WHERE t.{key} = %s",
            [times, row.pk],
        )


def settle() -> None:
    """Fresh statistics, as autovacuum leaves them; outside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def generic_plan(sql: str, values: Sequence[object], *, how: str = "(ANALYZE, BUFFERS)") -> str:
    """How PostgreSQL runs a prepared statement whose plan it has made without the values; unless
    `how` says to ANALYZE, it does not run it."""
    text = sql
    for number in range(sql.count("%s")):
        text = text.replace("%s", f"${number + 1}", 1)
    marks = f"({', '.join(['%s'] * len(values))})" if values else ""
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_generic_plan")
        cursor.execute(f"PREPARE pinned AS {text}")
        try:
            cursor.execute(f"EXPLAIN {how} EXECUTE pinned{marks}", values)
            return "\n".join(line for (line,) in cursor.fetchall())
        finally:
            cursor.execute("DEALLOCATE pinned")
            cursor.execute("RESET plan_cache_mode")
