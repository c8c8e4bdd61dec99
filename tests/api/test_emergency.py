"""A tenant's admins make, open and end their emergency envelope over the API, and no one else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from otpguard.flows.emergency.envelope import make_envelope
from otpguard.models import EmergencyAccess, Envelope
from tests import factories
from tests.flows.factor.setting import admin_of
from tests.host import Host
from tests.stepup import step_up
from tests.web.team.colleagues import colleague

pytestmark = pytest.mark.django_db(transaction=True)
API = {"Accept": "application/json"}
BASE = "/security/api/emergency/"


def get(client: Client) -> Any:
    return client.get(BASE, headers=API)


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(f"{BASE}{path}", json.dumps(body), "application/json", headers=API)


def codes_of(host: Host) -> tuple[str, ...]:
    _envelope, codes = make_envelope(
        facts=factories.facts(host.user, host.tenant),
        tenant_id=str(host.tenant.pk),
        checkpoints=["api_key"],
        reason="a test",
    )
    return codes


def given(code: str, **changed: Any) -> dict[str, Any]:
    return {"code": code, "hours": 1, "reason": "no codes arrive", **changed}


def test_an_envelope_is_made_after_a_proof_and_its_codes_are_shown_once(host: Host) -> None:
    refused = post(host.client, "envelope/", checkpoints=["api_key"])
    assert (refused.status_code, refused.json()["checkpoint"]) == (401, "break_glass")
    assert not Envelope.objects.exists()
    step_up(host.client, refused)
    made = post(host.client, "envelope/", checkpoints=["api_key"])
    assert (made.status_code, len(made.json()["codes"])) == (201, 8)
    seen = get(host.client).json()
    assert seen["envelope"]["codes_left"] == 8
    assert not any(code in json.dumps(seen) for code in made.json()["codes"])


def test_a_proof_for_one_envelope_makes_no_other(host: Host) -> None:
    step_up(host.client, post(host.client, "envelope/", checkpoints=["api_key"]))
    other = post(host.client, "envelope/", checkpoints=["api_key", "billing_change"])
    assert other.status_code == 401
    assert not Envelope.objects.exists()


def test_two_people_open_it_and_one_ends_it(host: Host) -> None:
    codes = codes_of(host)
    _user, _facts, other = colleague(host)
    first = post(host.client, "enter/", **given(codes[0]))
    assert (first.status_code, first.json()) == (200, {"access": None})
    assert post(host.client, "enter/", **given(codes[1])).status_code == 403
    access = post(other, "enter/", **given(codes[2])).json()["access"]
    assert access["opens"] == ["api_key"]
    assert get(host.client).json()["running"] == [access]
    ended = post(other, f"{access['id']}/end/")
    assert (ended.status_code, ended.json()) == (200, {"ended": True})
    assert post(other, f"{access['id']}/end/").json() == {"ended": False}


def test_a_wrong_code_and_wrong_values_open_nothing(host: Host) -> None:
    codes = codes_of(host)
    assert post(host.client, "enter/", **given("WRNG-WRNG")).status_code == 403
    wrong = post(host.client, "enter/", **given(codes[0], hours=99))
    assert (wrong.status_code, wrong.json()["field"]) == (400, "hours")
    assert post(host.client, "envelope/", checkpoints=["security_settings"]).status_code == 400
    assert not EmergencyAccess.objects.exists()


def test_another_tenants_emergency_is_not_there(host: Host) -> None:
    foreign = admin_of(factories.tenant())
    place = {"tenant_id": foreign.tenant}
    _made, codes = make_envelope(facts=foreign, checkpoints=["api_key"], reason="x", **place)
    assert get(host.client).json()["envelope"] is None
    assert post(host.client, "enter/", **given(codes[0])).status_code == 403
    assert post(host.client, "01a22b58-2613-7dd0-a100-6949c9449120/end/").status_code == 404


def test_only_admins_may_see_or_use_it(host: Host, client: Client) -> None:
    codes = codes_of(host)
    assert get(client).status_code in {401, 403}
    factories.login(client, factories.member(host.tenant).user, host.tenant)
    assert get(client).status_code == 403
    assert post(client, "enter/", **given(codes[0])).status_code == 403
    assert not EmergencyAccess.objects.exists()
