"""However often somebody presses Continue, what they confirmed runs, and once (E1 1.12)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from otpguard.models import KeptForm
from tests import factories, guarded
from tests.host import Host
from tests.pausing import every_meeting
from tests.stepup import continue_form, step_up

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer"),
]


def another_tab(client: Client) -> Client:
    """The same browser, for a thread of its own."""
    other = Client(headers={"Accept": "text/html"})
    other.cookies = client.cookies.copy()
    return other


@pytest.mark.parametrize("url", ["/roles/bob/", "/billing/"], ids=["bound", "unbound"])
def test_of_many_clicks_one_runs(host: Host, url: str) -> None:
    def scene() -> tuple[Callable[[], Any], Callable[[], Any], None]:
        guarded.ran.clear()
        client = factories.login(Client(headers={"Accept": "text/html"}), host.user, host.tenant)
        page = step_up(client, client.post(url, {"role": "admin"}))
        tabs = [another_tab(client) for _ in range(5)]

        def click_on() -> list[int]:
            return [continue_form(tab, page).status_code for tab in tabs[1:]]

        return (lambda: continue_form(tabs[0], page).status_code), click_on, None

    for meeting, _ in every_meeting(scene):
        assert (meeting.held.error, meeting.other.error) == (None, None), meeting.where
        answers = [meeting.held.result, *meeting.other.result]
        assert len(guarded.ran) == answers.count(200) == 1, (meeting.where, answers)


def test_clicks_that_are_refused_keep_no_further_forms(host: Host) -> None:
    page = step_up(host.client, host.client.post("/roles/bob/", {"role": "admin"}))
    factories.age(host.user.otpguard_grants.get(revoked_at=None), uses_left=0)
    for _ in range(4):
        assert continue_form(host.client, page).status_code == 303
    assert KeptForm.objects.count() == 1
