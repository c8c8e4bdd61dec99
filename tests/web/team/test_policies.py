"""The rules of an organization: read with their sources, tried before they are saved, changed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from otpguard.flows.tenant.policy import change_policy
from otpguard.models import Approval, Factor, PolicyWish
from tests import factories
from tests.host import Host
from tests.stepup import carry_out

pytestmark = pytest.mark.django_db
RULE = "/security/team/rules/data_export/"


def text_of(answer: Any) -> str:
    text: str = answer.content.decode()
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


def current(host: Host) -> dict[str, Any]:
    row = PolicyWish.objects.filter(tenant=host.tenant, current=True).first()
    return dict(row.wishes) if row else {}


def test_each_field_stands_with_what_counts_and_what_decided_it(host: Host) -> None:
    page = text_of(host.client.get(RULE))
    assert "Now: 5. Decided by the default. At most: 5." in page
    by = factories.facts(host.user, host.tenant)
    change_policy(
        facts=by, tenant=host.tenant, checkpoint="data_export", wishes={"max_attempts": 2}
    )
    assert "Now: 2. Decided by your organization." in text_of(host.client.get(RULE))


def test_a_rule_that_there_is_not_is_404(host: Host) -> None:
    for way in ("", "versions/"):
        assert host.client.get(f"/security/team/rules/nothing/{way}").status_code == 404
    for way in ("try/", "save/", "back/"):
        gone = host.client.post(f"/security/team/rules/nothing/{way}", {"version": "0"})
        assert gone.status_code == 404


def test_a_trial_counts_who_would_be_locked_out_and_changes_nothing(host: Host) -> None:
    sent = {"version": "0", "required_level": "AAL3"}
    tried = host.client.post(f"{RULE}try/", sent)
    assert tried.status_code == 200
    page = text_of(tried)
    assert "1 person could not confirm any more." in page
    assert "a second way to confirm → a passkey, security key or hardware token" in page
    assert '<input type="hidden" name="required_level" value="AAL3">' in tried.content.decode()
    assert not current(host)


def test_who_would_be_locked_out_is_named_after_a_proof(host: Host) -> None:
    sent = {"version": "0", "required_level": "AAL3", "people": "on"}
    stopped = host.client.post(f"{RULE}try/", sent)
    assert "/step-up/" in stopped["Location"]
    named = carry_out(host.client, stopped)
    assert f"<li><bdi>{host.user.username}</bdi></li>" in named.content.decode()


def test_a_change_is_saved_after_a_proof(host: Host) -> None:
    stopped = host.client.post(f"{RULE}save/", {"version": "0", "max_attempts": "2"})
    assert "/step-up/" in stopped["Location"]
    assert not current(host)
    done = carry_out(host.client, stopped)
    assert done["Location"].endswith("?done=saved")
    assert current(host) == {"max_attempts": 2}


def test_what_is_weaker_waits_for_another_administrator_where_the_policy_says_so(
    host: Host, settings: Any
) -> None:
    by = factories.facts(host.user, host.tenant)
    change_policy(
        facts=by, tenant=host.tenant, checkpoint="data_export", wishes={"max_attempts": 2}
    )
    defaults = {"security_settings": {"approvals": 1}}
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": defaults}
    sent = {"version": "1", "max_attempts": "4"}
    assert "1 more administrator has to approve it" in text_of(
        host.client.post(f"{RULE}try/", sent)
    )
    done = carry_out(host.client, host.client.post(f"{RULE}save/", sent))
    assert done["Location"].endswith("?done=asked")
    assert current(host) == {"max_attempts": 2}
    assert Approval.objects.get().action == "policy_change"


def test_a_mistake_keeps_what_was_typed_and_says_what_is_right(host: Host) -> None:
    sent = {"version": "0", "ttl": "9 h", "max_attempts": "2"}
    for way in ("try/", "save/"):
        wrong = host.client.post(f"{RULE}{way}", sent)
        assert wrong.status_code == 400
        page = wrong.content.decode()
        assert 'value="9 h"' in page
        assert 'value="2"' in page
        assert 'aria-invalid="true"' in page
        assert re.search("From .* to 30 min.", page)
    assert not current(host)


def test_nothing_is_saved_over_a_change_that_was_not_seen(host: Host) -> None:
    by = factories.facts(host.user, host.tenant)
    stopped = host.client.post(f"{RULE}save/", {"version": "0", "max_attempts": "2"})
    change_policy(
        facts=by, tenant=host.tenant, checkpoint="data_export", wishes={"max_attempts": 3}
    )
    moved = carry_out(host.client, stopped)
    assert moved.status_code == 409
    assert "Somebody has changed this policy meanwhile" in text_of(moved)
    assert 'value="2"' in moved.content.decode(), "what was typed is kept"
    assert current(host) == {"max_attempts": 3}


@pytest.mark.parametrize("version", ["", "-1", "x", "1" * 10, "٣"])
def test_a_version_that_is_no_number_saves_nothing(host: Host, version: str) -> None:
    sent = {"version": version, "max_attempts": "2"}
    assert host.client.post(f"{RULE}save/", sent).status_code == 400
    assert not current(host)


def test_a_field_of_the_sites_operators_is_not_taken(host: Host) -> None:
    sent = {"version": "0", "enforcement": "report_only", "max_attempts": "2"}
    carry_out(host.client, host.client.post(f"{RULE}save/", sent))
    assert current(host) == {"max_attempts": 2}


def test_another_organizations_people_are_not_counted(host: Host) -> None:
    Factor.objects.all().delete()
    factories.phone_factor(factories.member(factories.tenant()).user)
    sent = {"version": "0", "required_level": "AAL3"}
    assert "Nobody would be locked out." in text_of(host.client.post(f"{RULE}try/", sent))
