"""Whether the demo's database fits the models that are here.

Until otpguard is released, its first migration is rewritten. A database of an earlier one would
pass for migrated and then break page by page.
"""

from __future__ import annotations

from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Model

OURS = ("demo", "otpguard")


def is_migrated() -> bool:
    """True when no migration is left to apply. Asking is cheaper than `migrate` doing nothing."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def fits() -> bool:
    """True when every table of a migrated database has the columns of its model."""
    return all(
        _columns_of(model) == _columns_in_table_of(model)
        for label in OURS
        for model in apps.get_app_config(label).get_models()
        if not model._meta.proxy  # noqa: SLF001 (Django's Meta API)
    )


def _columns_of(model: type[Model]) -> set[str]:
    return {str(field.column) for field in model._meta.local_concrete_fields}  # noqa: SLF001 (Django's Meta API)


def _columns_in_table_of(model: type[Model]) -> set[str]:
    with connection.cursor() as cursor:
        # SQLite describes a table that is not there as one without columns.
        table = model._meta.db_table  # noqa: SLF001 (Django's Meta API)
        return {each.name for each in connection.introspection.get_table_description(cursor, table)}
