"""A database of the simulation can be kept in a state, put back and dropped."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from otpguard.models import Tenant
from otpguard.simulation.stores import PostgresDatabase, SqliteFile, ThrowAway
from otpguard.simulation.throwaway import simulated_world

pytestmark = pytest.mark.django_db(transaction=True)


def check_keeping(one: ThrowAway, two: ThrowAway, kept: str) -> None:
    """What was there when it was kept is there again, and no more."""
    with simulated_world(one, keep_as=kept):
        Tenant.objects.create(slug="kept", name="Kept")
    for _ in range(2):
        with simulated_world(two, kept=kept):
            assert list(Tenant.objects.values_list("slug", flat=True)) == ["kept"]
            Tenant.objects.create(slug="more", name="More")


def test_a_file_is_put_back(tmp_path: Path) -> None:
    check_keeping(SqliteFile(tmp_path, "one"), SqliteFile(tmp_path, "two"), "kept")
    assert [path.name for path in tmp_path.iterdir()] == ["kept.kept"]


@pytest.mark.slow
@pytest.mark.skipif(connection.vendor != "postgresql", reason="makes databases on a server")
def test_a_database_on_a_server_is_put_back_and_dropped() -> None:
    one, two = (PostgresDatabase("default", f"otpguard_test_{name}") for name in ("one", "two"))
    try:
        check_keeping(one, two, "otpguard_test_kept")
    finally:
        one.forget("otpguard_test_kept")
    with connection.cursor() as cursor:
        names = [f"otpguard_test_{name}" for name in ("one", "two", "kept")]
        cursor.execute("SELECT datname FROM pg_database WHERE datname = ANY(%s)", [names])
        assert cursor.fetchall() == []
