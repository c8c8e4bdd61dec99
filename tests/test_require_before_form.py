"""The proof may be asked for before a form is shown, so that no secret is typed twice."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.models import Grant
from otpguard.testing import pass_step_up
from tests import guarded
from tests.guarded import ran
from tests.host import Host
from tests.stepup import step_up

CARD = {"holder": "Ada", "card_number": "4242424242424242"}


@pytest.mark.parametrize(
    ("path", "shown", "sent"),
    [("/cards/", "card form", "card of Ada"), ("/card/", "card by GET", "card by POST")],
)
def test_a_person_who_confirmed_before_the_form_sends_it_unasked(
    host: Host, path: str, shown: str, sent: str
) -> None:
    refused = host.client.get(path)
    assert refused.status_code == 303
    assert ran == []
    assert step_up(host.client, refused).status_code == 200
    assert host.client.post(path, CARD).status_code == 200
    assert ran == [shown, sent]


@pytest.mark.parametrize("path", ["/cards/", "/card/"])
def test_the_sending_is_guarded_too(host: Host, path: str) -> None:
    assert host.client.post(path, CARD).status_code == 303
    assert ran == []


def test_a_proof_that_ended_while_the_form_was_filled_in_is_asked_for_again(host: Host) -> None:
    pass_step_up(host.client)
    assert host.client.get("/cards/").status_code == 200
    Grant.objects.all().delete()
    assert host.client.post("/cards/", CARD).status_code == 303
    assert guarded.ran == ["card form"]


def test_where_the_policy_binds_the_form_is_shown_and_its_sending_asks_again(
    host: Host, settings: Any
) -> None:
    bound = {"billing_change": {"binds_intent": True}}
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": bound}
    shown = step_up(host.client, host.client.get("/card/"))
    assert shown.status_code == 200
    assert host.client.post("/card/", CARD).status_code == 303


def test_a_view_of_the_rest_framework_asks_as_well(host: Host) -> None:
    api = {"headers": {"Accept": "application/json"}}
    for answer in (host.client.get("/api/card/", **api), host.client.post("/api/card/", **api)):
        assert (answer.status_code, answer.json()["code"]) == (401, "step_up_required")
    assert ran == []
    pass_step_up(host.client)
    assert host.client.get("/api/card/", **api).status_code == 200
