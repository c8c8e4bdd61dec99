"""A reset is done at once or asked for, as the site says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.factor.reset import Reset
from otpguard.flows.factor.reset_request import reset_or_ask
from otpguard.models import (
    Approval,
    Event,
    FactorBlock,
    Hold,
    Membership,
)
from tests import factories
from tests.flows.factor.setting import admin_of, of

pytestmark = pytest.mark.django_db
DAY = timedelta(hours=24)


@pytest.fixture(autouse=True)
def two_pairs_of_eyes(settings: Any) -> None:
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "POLICY_DEFAULTS": {"security_settings.factor_reset": {"approvals": 1}},
    }


@pytest.fixture
def member(db: None) -> Membership:
    """Somebody with a phone, in a tenant."""
    member = factories.member(factories.tenant())
    factories.phone_factor(member.user)
    return member


def asked(member: Membership, by: RequestFacts | None = None, **changed: Any) -> Approval:
    """A reset that waits."""
    by = by or admin_of(member.tenant)
    made = reset_or_ask(facts=by, **of(member, **changed))
    assert isinstance(made, Approval)
    return made


def test_without_the_setting_a_reset_is_done_at_once(member: Membership, settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": {}}
    done = reset_or_ask(facts=admin_of(member.tenant), **of(member))
    assert isinstance(done, Reset)
    assert done.blocked == 1
    assert not Approval.objects.exists()


def test_asking_changes_nothing_and_lapses_after_a_day(member: Membership) -> None:
    by = admin_of(member.tenant)
    row = asked(member, by)
    assert (row.tenant, row.subject, str(row.asked_by_id)) == (member.tenant, member.user, by.user)
    assert (row.state, row.reason, row.what) == ("open", "phone stolen", {"factors": None})
    assert row.expires_at == by.now + DAY
    assert not FactorBlock.objects.exists()
    assert not Hold.objects.exists()
    [event] = Event.objects.filter(kind="approval.asked")
    assert (event.actor_ref, event.subject_ref) == (by.user, str(member.user_id))
    assert "phone stolen" in event.body


def test_what_would_meet_nothing_is_not_asked_for(member: Membership) -> None:
    nobody = factories.member(member.tenant)
    assert reset_or_ask(facts=admin_of(member.tenant), **of(nobody)) == Reset()
    assert not Approval.objects.exists()


def test_asking_is_for_whoever_might_reset(member: Membership) -> None:
    own = factories.facts(member.user, member.tenant)
    foreign = admin_of(factories.tenant())
    by = admin_of(member.tenant)
    for facts, changed, said in (
        (own, {}, "your own"),
        (own, {"user_id": f"0{member.user_id}"}, "your own"),
        (foreign, {}, "another organization"),
        (foreign, {"tenant_id": foreign.tenant}, "no such member"),
        (by, {"reason": " "}, "Say why"),
        (by, {"user_id": "nobody"}, "no such member"),
        (by, {"tenant_id": ""}, "the person"),
    ):
        with pytest.raises((InvalidInput, NotAllowed), match=said):
            reset_or_ask(facts=facts, **of(member, **changed))
    assert not Approval.objects.exists()
