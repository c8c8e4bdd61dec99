"""scim2-tester finds no failure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status, check_server

from tests.scim.speaking import Directory

pytestmark = pytest.mark.django_db


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """All requests are in the transaction of the test, as with Django's own client."""
    signals = (request_started, request_finished)
    for each in signals:
        each.disconnect(close_old_connections)
    yield
    for each in signals:
        each.connect(close_old_connections)


@pytest.mark.usefixtures("_one_connection")
def test_scim2_tester_finds_no_failure(acme: Directory) -> None:
    client = WSGISCIMClient(
        WSGIHandler(),
        f"http://localhost/scim/v2/{acme.tenant.slug}",
        headers={"Authorization": f"Bearer {acme.secret}"},
    )
    client.discover()
    results: list[Any] = check_server(client)
    bad = {Status.ERROR, Status.CRITICAL, Status.DEVIATION}
    failures = [f"{each.title}: {each.reason}" for each in results if each.status in bad]
    assert failures == [], "\n".join(failures)
    assert len(results) > 100
