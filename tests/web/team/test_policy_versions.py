"""The versions of a rule: who changed what, and the way back."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.flows.tenant.policy import change_policy
from otpguard.models import PolicyWish, Tenant
from otpguard.web.team.policy_versions import differences
from tests import factories
from tests.host import Host
from tests.stepup import carry_out

pytestmark = pytest.mark.django_db
RULE = "/security/team/rules/data_export/"


def wish(host: Host, tenant: Tenant, **wishes: Any) -> None:
    by = factories.facts(host.user, tenant)
    change_policy(facts=by, tenant=tenant, checkpoint="data_export", wishes=wishes)


def test_they_are_listed_with_what_each_changed(host: Host) -> None:
    wish(host, host.tenant, max_attempts=2)
    wish(host, host.tenant, max_attempts=3)
    other = factories.tenant()
    wish(Host(host.client, factories.user(), other, host.factor), other, max_attempts=4)
    page = host.client.get(f"{RULE}versions/").content.decode()
    assert "Tries per code: default → 2" in page
    assert "Tries per code: 2 → 3" in page
    assert "→ 4" not in page, "another organization's"
    assert host.user.username in page


def test_a_version_is_brought_back_after_a_proof(host: Host) -> None:
    wish(host, host.tenant, max_attempts=2)
    wish(host, host.tenant, max_attempts=3)
    stopped = host.client.post(f"{RULE}back/", {"version": "2", "back_to": "1"})
    assert "/step-up/" in stopped["Location"]
    assert carry_out(host.client, stopped)["Location"].endswith("?done=saved")
    row = PolicyWish.objects.get(tenant=host.tenant, current=True)
    assert (row.version, row.wishes) == (3, {"max_attempts": 2})


def test_nothing_comes_back_over_a_change_that_was_not_seen(host: Host) -> None:
    wish(host, host.tenant, max_attempts=2)
    wish(host, host.tenant, max_attempts=3)
    stopped = host.client.post(f"{RULE}back/", {"version": "1", "back_to": "0"})
    assert carry_out(host.client, stopped).status_code == 403
    assert PolicyWish.objects.filter(tenant=host.tenant).count() == 2


def test_a_version_that_there_is_not_changes_nothing(host: Host) -> None:
    wish(host, host.tenant, max_attempts=2)
    stopped = host.client.post(f"{RULE}back/", {"version": "1", "back_to": "9"})
    assert carry_out(host.client, stopped).status_code == 400
    assert host.client.post(f"{RULE}back/", {"version": "1"}).status_code == 404


def test_differences_name_both_wishes() -> None:
    assert differences({"ttl": 600}, {"max_attempts": 2}) == [
        ("Tries per code", "", "2"),
        ("How long a confirmation serves", "10 min", ""),
    ]
