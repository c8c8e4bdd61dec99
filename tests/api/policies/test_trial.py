"""A trial tells an admin what wishes would do; names are for an admin who has stepped up."""

from __future__ import annotations

import json
from typing import Any

import pytest

from otpguard.api.description import describe
from otpguard.api.urls import VIEWS
from otpguard.models import PolicyWish
from tests import factories
from tests.host import Host
from tests.stepup import step_up

URL = "/security/api/policies/api_key/trial/"
API = {"Accept": "application/json"}


def trial(host: Host, body: Any) -> Any:
    return host.client.post(URL, json.dumps(body), "application/json", headers=API)


def test_it_counts_without_a_step_up_and_names_nobody(host: Host) -> None:
    answer = trial(host, {"wishes": {"required_level": "AAL3"}})
    assert answer.status_code == 200
    document = answer.json()
    assert document["policy"]["required_level"] == "AAL3"
    assert "required_level" in document["changed"]
    assert document["locked_out"]["newly"] == 1
    assert document["locked_out"]["users"] is None
    assert not PolicyWish.objects.exists()


def test_it_names_people_to_an_admin_who_has_stepped_up(host: Host) -> None:
    body = {"wishes": {"required_level": "AAL3"}, "people": True}
    refused = trial(host, body)
    assert refused.status_code == 401
    step_up(host.client, refused)
    assert trial(host, body).json()["locked_out"]["users"] == [str(host.user.pk)]


def test_it_starts_from_the_wishes_of_now(host: Host) -> None:
    PolicyWish.objects.create(
        tenant=host.tenant, checkpoint="api_key", version=1, wishes={"ttl": 300}
    )
    document = trial(host, {"wishes": {"max_attempts": 3}}).json()
    assert (document["policy"]["ttl"], document["version"]) == (300, 1)
    assert document["changed"] == ["max_attempts"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "wishes"),
        ({"wishes": []}, "wishes"),
        ({"wishes": {}, "people": "yes"}, "people"),
        ({"wishes": {"ttl": "x"}}, "ttl"),
    ],
    ids=["nothing", "a list", "a word", "not a number"],
)
def test_what_cannot_be_is_a_400_at_its_field(host: Host, body: Any, field: str) -> None:
    answer = trial(host, body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_a_member_tries_nothing(host: Host) -> None:
    plain = factories.member(host.tenant, roles=["member"]).user
    factories.login(host.client, plain, host.tenant)
    assert trial(host, {"wishes": {}}).status_code == 403


def test_the_answer_is_as_described(host: Host) -> None:
    answer = trial(host, {"wishes": {"ttl": 300}}).json()
    described = describe(VIEWS, prefix="/security/api")["components"]["schemas"]
    assert answer.keys() == described["OtpguardTrial"]["properties"].keys()
    assert answer["locked_out"].keys() == described["OtpguardLockedOut"]["properties"].keys()
