"""The simulation runs on a database of its own, and leaves the project's as it was."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import override_settings

from otpguard.conf import settings
from otpguard.core.worker import Worker
from otpguard.models import Challenge, Tenant
from otpguard.queue import worker
from otpguard.simulation.assumptions import COUNTRIES
from otpguard.simulation.stores import DatabaseInUseError, SqliteFile
from otpguard.simulation.throwaway import simulated_world
from tests import factories
from tests.simulation.setting import world

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_projects_rows_are_out_of_reach_inside_and_back_afterwards(tmp_path: Path) -> None:
    factories.tenant("acme")
    with world(tmp_path):
        assert connection.vendor == "sqlite"
        assert not Tenant.objects.filter(slug="acme").exists()
    assert [tenant.slug for tenant in Tenant.objects.all()] == ["acme"]


def test_they_are_back_after_an_error_too(tmp_path: Path) -> None:
    factories.tenant("acme")
    with pytest.raises(RuntimeError), world(tmp_path):
        raise RuntimeError
    assert Tenant.objects.filter(slug="acme").exists()
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_there_already_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "theirs.sqlite3"
    with sqlite3.connect(path) as theirs:
        theirs.execute("CREATE TABLE precious (id integer)")
    theirs.close()
    with (
        pytest.raises(DatabaseInUseError, match="theirs"),
        simulated_world(SqliteFile(tmp_path, "theirs")),
    ):
        pytest.fail("it ran")
    assert b"precious" in path.read_bytes()


def test_nothing_leaves_the_process(tmp_path: Path) -> None:
    project = {"PROVIDERS": {"real": {"BACKEND": "otpguard.channels.providers.console.Console"}}}
    with override_settings(OTPGUARD=project), world(tmp_path):
        assert set(settings().providers) == {"simulated"}
        assert worker() is Worker.INLINE


def test_what_the_project_says_of_limits_stays(tmp_path: Path) -> None:
    project = {**django_settings.OTPGUARD, "TENANT_MESSAGES_PER_HOUR": 7}
    with override_settings(OTPGUARD=project), world(tmp_path):
        assert settings().tenant_messages_per_hour == 7


def test_numbers_of_all_countries_where_people_are_may_have_a_code(tmp_path: Path) -> None:
    project = {"FOOTPRINT": ["CA"], "NETWORK_FILES": ["real.mmdb"]}
    with override_settings(OTPGUARD=project), world(tmp_path):
        assert settings().footprint == set(COUNTRIES)
        assert not settings().network_files


def test_the_site_expects_the_strangers_that_come_unless_it_says_another_number(
    tmp_path: Path,
) -> None:
    with world(tmp_path):
        expected = settings().money
        assert expected.expected_signups_per_day == 113
        assert expected.expected_countries["US"] == 70
    with override_settings(OTPGUARD={"MONEY": {"EXPECTED_SIGNUPS_PER_DAY": 7}}), world(tmp_path):
        assert settings().money.expected_signups_per_day == 7


def test_every_table_of_ours_is_there(tmp_path: Path) -> None:
    with world(tmp_path):
        assert not Challenge.objects.exists()
