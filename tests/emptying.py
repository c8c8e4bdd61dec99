"""Empty the database after a test that commits: only the tables that have rows.

Django's own way truncates every table and then makes content types and permissions again, which
takes longer than most of these tests. Foreign keys are checked at the commit, so any order will do.
"""

from __future__ import annotations

from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import atomic
from django.test import TransactionTestCase

KEPT = frozenset({"django_migrations", "django_content_type", "auth_permission"})
"""What migrations have made and no test changes."""


def full_tables(connection: BaseDatabaseWrapper) -> list[str]:
    """The tables of the models that have rows, less those that are kept."""
    names = sorted(set(connection.introspection.django_table_names()) - KEPT)
    each = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each))
        return [name for (name,) in cursor.fetchall()]


def empty(alias: str) -> None:
    """Delete all rows but the kept ones."""
    connection = connections[alias]
    tables = full_tables(connection)
    with atomic(using=alias), connection.cursor() as cursor:
        for name in tables:
            cursor.execute(f'DELETE FROM "{name}"')


def stop_sealing(alias: str) -> None:
    """Take away what `migrate` has made: without it the sweep of a test seals nothing."""
    with connections[alias].cursor() as cursor:
        cursor.execute("DELETE FROM otpguard_sealcursor")
        cursor.execute("DELETE FROM otpguard_auditschedule")


def empty_after(case: TransactionTestCase) -> None:
    """What a test case does at its end. SQLite goes Django's way: its keys are checked at once."""
    for alias in case._databases_names(include_mirrors=False):
        if connections[alias].vendor == "postgresql":
            empty(alias)
        else:
            call_command("flush", verbosity=0, interactive=False, database=alias)
            stop_sealing(alias)
