"""The project's routers say which database is ours, and every statement goes there."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection as default_connection
from django.db import connections
from django.test import override_settings
from django.test.testcases import DatabaseOperationForbidden

from otpguard.database import alias, connection, leave_pool
from otpguard.statements import prepared_cursor

HERE = "tests.database.test_own"


class Elsewhere:
    """Puts otpguard on another database, which stands for the same one."""

    def db_for_write(self, model: Any, **_: Any) -> str | None:
        return "elsewhere" if model._meta.app_label == "otpguard" else None


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A second database, as far as a connection that was never opened goes."""
    monkeypatch.setitem(connections.settings, "elsewhere", dict(connections.settings["default"]))
    with override_settings(DATABASE_ROUTERS=[f"{HERE}.Elsewhere"]):
        yield connections["elsewhere"]
    del connections["elsewhere"]


def test_without_routers_it_is_the_default() -> None:
    assert alias() == "default"
    assert connection.alias == default_connection.alias


def test_a_router_names_another_one(elsewhere: Any) -> None:
    assert alias() == "elsewhere"
    assert connection.alias == "elsewhere"


@pytest.mark.django_db
def test_sql_by_hand_goes_where_the_router_writes(elsewhere: Any) -> None:
    # The test runner does not let it be opened, and names it.
    with pytest.raises(DatabaseOperationForbidden, match="'elsewhere'"):
        prepared_cursor()


def test_a_thread_that_leaves_the_pool_keeps_its_connection_for_a_while(elsewhere: Any) -> None:
    pooled = {**elsewhere.settings_dict, "OPTIONS": {"pool": True, "prepare_threshold": 1}}
    elsewhere.settings_dict = pooled
    leave_pool()
    assert elsewhere.settings_dict["OPTIONS"] == {"prepare_threshold": 1}
    assert elsewhere.settings_dict["CONN_MAX_AGE"] == 60
    assert pooled["OPTIONS"]["pool"] is True, "other threads keep theirs"


def test_without_a_pool_nothing_changes(elsewhere: Any) -> None:
    before = elsewhere.settings_dict
    leave_pool()
    assert elsewhere.settings_dict is before
