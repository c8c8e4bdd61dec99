"""Every table of ours is read where it is written, however it is reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connections, models
from django.test import override_settings

from otpguard.models import Challenge, Factor
from tests.flows.setting import stopped

MODELS = list(apps.get_app_config("otpguard").get_models())


class Lagging:
    """Reads from a replica that must not be opened."""

    def db_for_read(self, model: Any, **_: Any) -> str | None:
        return "replica" if model._meta.app_label == "otpguard" else None

    def db_for_write(self, _model: Any, **_: Any) -> str:
        return "default"


@pytest.fixture
def replica(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Known to Django; the test runner does not let it be opened."""
    monkeypatch.setitem(connections.settings, "replica", dict(connections.settings["default"]))
    yield
    del connections["replica"]


lagging = override_settings(DATABASE_ROUTERS=["tests.database.test_pinned.Lagging"])


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
@lagging
def test_a_table_is_read_where_it_is_written(model: type[models.Model]) -> None:
    assert model._default_manager.all().db == "default"
    assert model._base_manager.all().db == "default"


@lagging
def test_who_names_a_database_gets_that_one() -> None:
    assert Challenge.objects.using("replica").db == "replica"
    assert Challenge.objects.db_manager("replica").all().db == "replica"


@pytest.mark.django_db(transaction=True)
@lagging
@pytest.mark.usefixtures("replica")
def test_rows_behind_a_key_are_read_there_too() -> None:
    who = stopped()
    challenge = Challenge.objects.get(pk=who.start().pk)
    assert challenge.factor == Factor.objects.get()
    assert list(challenge.deliveries.all()) != []
    challenge.refresh_from_db()
