"""A tenant's admin reads and sets the tenant's own policy."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from otpguard.models import PolicyWish, Tenant
from tests import factories
from tests.host import Host
from tests.stepup import step_up

URL = "/security/api/policies/api_key/"
API = {"Accept": "application/json"}


def put(client: Client, wishes: dict[str, Any], url: str = URL) -> Any:
    return client.put(url, json.dumps(wishes), "application/json", headers=API)


def test_an_admin_reads_the_effective_policy(host: Host) -> None:
    document = host.client.get(URL, headers=API).json()
    assert document["policy"]["ttl"] == 1200
    assert (document["version"], document["wishes"]) == (0, {})


def test_the_list_says_the_industry_and_where_the_tenant_stands_low(host: Host) -> None:
    url = "/security/api/policies/"
    usual = host.client.get(url, headers=API).json()
    assert usual["industry"] == ""
    assert all(usual["below_defensible"].values())
    Tenant.objects.filter(pk=host.tenant.pk).update(industry="healthcare", policy_version=7)
    held = host.client.get(url, headers=API).json()
    assert held["industry"] == "healthcare"
    assert held["below_defensible"] != usual["below_defensible"], "it asks for more"


def test_setting_a_wish_is_a_step_up_bound_to_it(host: Host) -> None:
    refused = put(host.client, {"ttl": 900})
    assert (refused.status_code, refused.json()["checkpoint"]) == (401, "security_settings")
    step_up(host.client, refused)
    other = put(host.client, {"ttl": 600})
    assert other.status_code == 401, "the proof was for another wish"
    done = put(host.client, {"ttl": 900})
    assert (done.status_code, done.json()["version"]) == (200, 1)
    assert host.client.get(URL, headers=API).json()["policy"]["ttl"] == 900


def test_a_field_is_offered_only_where_it_does_something(host: Host) -> None:
    grant = "/security/api/policies/role_grant/"
    assert "hold" in host.client.get(grant, headers=API).json()["policy"]
    for slug in ("api_key", "factor_change.strong"):
        url = f"/security/api/policies/{slug}/"
        assert "hold" not in host.client.get(url, headers=API).json()["policy"]
        refused = put(host.client, {"hold": 60}, url)
        assert (refused.status_code, refused.json()["field"]) == (400, "hold")


def test_a_window_of_31_minutes_is_refused_before_any_code_is_asked(host: Host) -> None:
    refused = put(host.client, {"ttl": 31 * 60})
    assert refused.status_code == 400
    document = refused.json()
    assert (document["code"], document["field"]) == ("invalid_input", "ttl")
    assert "1800" in document["detail"]


@pytest.mark.parametrize(
    "wishes",
    [
        {"tlt": 900},
        {"enforcement": "report_only"},
        {"allowed_factors": ["phone"]},
        {"ttl": "x"},
        {"attested_only": True},
    ],
    ids=["unknown field", "the site's alone", "without a passkey", "not a number", "no maker"],
)
def test_a_wish_that_cannot_be_is_a_problem_at_its_field(
    host: Host, wishes: dict[str, Any]
) -> None:
    refused = put(host.client, wishes)
    assert refused.status_code == 400
    assert refused.json()["field"] == next(iter(wishes))
    assert not PolicyWish.objects.exists()


def test_a_body_that_is_no_object_is_a_400(host: Host) -> None:
    refused = host.client.put(URL, "[1, 2]", "application/json", headers=API)
    assert refused.status_code == 400


def test_only_an_admin_of_this_tenant_may(host: Host) -> None:
    plain = factories.member(host.tenant, roles=["member"]).user
    elsewhere = factories.member(factories.tenant(), roles=["admin"]).user
    for user in (plain, elsewhere):
        client = factories.login(Client(), user, host.tenant)
        assert client.get(URL, headers=API).status_code == 403
        assert put(client, {"ttl": 900}).status_code == 403
    assert Client().get(URL, headers=API).status_code in {401, 403}


def test_an_unknown_checkpoint_is_a_404(host: Host) -> None:
    assert host.client.get("/security/api/policies/api_kay/", headers=API).status_code == 404


def patch(client: Client, wishes: Any, tag: str | None = '"0"', url: str = URL) -> Any:
    headers = API if tag is None else {**API, "If-Match": tag}
    return client.patch(url, json.dumps(wishes), "application/json", headers=headers)


def patched(client: Client, wishes: Any, tag: str = '"0"') -> Any:
    refused: Any = patch(client, wishes, tag)
    step_up(client, refused)
    return patch(client, wishes, tag)


def test_each_value_says_what_decided_it(host: Host) -> None:
    factories_wish(host, ttl=300)
    answer = host.client.get(URL, headers=API)
    document = answer.json()
    assert answer["ETag"] == '"1"'
    assert document["sources"]["ttl"] == {"source": "tenant", "place": "api_key", "asked": 300}
    assert document["sources"]["required_level"]["source"] == "default"
    assert document["sources"].keys() == document["policy"].keys() == document["floor"].keys()


def factories_wish(host: Host, **wishes: Any) -> None:
    PolicyWish.objects.create(tenant=host.tenant, checkpoint="api_key", version=1, wishes=wishes)


def test_a_patch_lays_wishes_over_those_of_now_and_null_takes_one_back(host: Host) -> None:
    factories_wish(host, ttl=300, max_attempts=3)
    done = patched(host.client, {"ttl": None, "code_ttl": 120}, '"1"')
    assert (done.status_code, done["ETag"]) == (200, '"2"')
    assert done.json()["wishes"] == {"max_attempts": 3, "code_ttl": 120}


def test_a_patch_says_which_version_it_was_made_for(host: Host) -> None:
    unsaid = patch(host.client, {"ttl": 300}, None)
    assert (unsaid.status_code, unsaid.json()["code"]) == (428, "precondition_required")
    moved = patch(host.client, {"ttl": 300}, '"7"')
    assert (moved.status_code, moved.json()["code"]) == (412, "precondition_failed")
    assert moved.json()["version"] == 0


def test_the_second_of_two_admins_at_once_is_told(host: Host) -> None:
    refused = patch(host.client, {"ttl": 300})
    step_up(host.client, refused)
    factories_wish(host, max_attempts=3)  # the first, meanwhile
    assert patch(host.client, {"ttl": 300}).status_code == 412
    assert PolicyWish.objects.get(current=True).wishes == {"max_attempts": 3}


def test_a_put_may_say_which_version_it_was_made_for(host: Host) -> None:
    headers = {**API, "If-Match": '"4"'}
    answer = host.client.put(URL, json.dumps({"ttl": 300}), "application/json", headers=headers)
    assert answer.status_code == 412


def test_a_merge_patch_has_a_type_of_its_own(host: Host) -> None:
    sent = {**API, "If-Match": '"0"'}
    kind = "application/merge-patch+json"
    refused: Any = host.client.patch(URL, json.dumps({"ttl": 300}), kind, headers=sent)
    assert refused.status_code == 401
    step_up(host.client, refused)
    done = host.client.patch(URL, json.dumps({"ttl": 300}), kind, headers=sent)
    assert done.json()["wishes"] == {"ttl": 300}


def test_all_policies_are_listed_with_their_versions(host: Host) -> None:
    factories_wish(host, ttl=300)
    lines = host.client.get("/security/api/policies/", headers=API).json()["policies"]
    by_name = {each["checkpoint"]: each for each in lines}
    assert (by_name["api_key"]["version"], by_name["api_key"]["policy"]["ttl"]) == (1, 300)
    assert by_name["billing_change"]["version"] == 0
