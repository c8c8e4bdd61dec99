"""A reset takes away what was lost, where it may, and waits a day."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AbstractUser
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import InvalidInput, NotAllowed, StoreUnavailable
from otpguard.factors.enrolled import usable
from otpguard.flows.factor import reset
from otpguard.flows.factor.reset import Reset, reset_factors, unblock_factor
from otpguard.flows.release import hold
from otpguard.models import (
    Challenge,
    Event,
    Factor,
    FactorBlock,
    Grant,
    Hold,
    Membership,
    Notice,
    Tenant,
)
from otpguard.tenants import policies
from otpguard.testing.racing import race
from tests import factories
from tests.flows.factor.setting import admin_of, of

DAY = timedelta(hours=24)


def challenge(factor: Factor, tenant: Tenant | None) -> Challenge:
    return Challenge.objects.create(
        seed=os.urandom(16),
        key_id="00000000",
        sid="sid-x",
        story=uuid4(),
        user=factor.user,
        tenant=tenant,
        checkpoint="api_key",
        level=2,
        primary="password",
        factor=factor,
        expires_at=timezone.now() + timedelta(minutes=5),
    )


def ids(person: AbstractUser, tenant: Tenant | None) -> set[object]:
    """The factors that count for somebody in a tenant."""
    rows = usable(user=str(person.pk), tenant=str(tenant.pk) if tenant else "")
    return set(rows.values_list("pk", flat=True))


def events(kind: str) -> list[Event]:
    return list(Event.objects.filter(kind=kind).order_by("id"))


@pytest.fixture
def member(db: None) -> Membership:
    return factories.member(factories.tenant())


# --- within a tenant ---------------------------------------------------------------------------


def test_a_tenant_removes_what_it_provisioned_and_blocks_what_is_personal(
    member: Membership,
) -> None:
    provisioned = factories.phone_factor(member.user, tenant=member.tenant)
    personal = factories.phone_factor(member.user)
    by = admin_of(member.tenant)
    done = reset_factors(facts=by, **of(member))
    assert done == Reset(removed=1, blocked=1, held_until=by.now + DAY)
    assert not Factor.objects.filter(pk=provisioned.pk).exists()
    block = FactorBlock.objects.get()
    assert (block.factor, block.tenant, block.reason) == (personal, member.tenant, "phone stolen")
    assert str(block.by_id) == by.user
    assert ids(member.user, member.tenant) == set()


def test_proofs_and_open_challenges_of_the_person_here_end(member: Membership) -> None:
    factor = factories.phone_factor(member.user)
    grant = factories.grant(member.user, member.tenant)
    asked = challenge(factor, member.tenant)
    reset_factors(facts=admin_of(member.tenant), **of(member))
    grant.refresh_from_db()
    asked.refresh_from_db()
    assert grant.revoked_at is not None
    assert asked.state == "canceled"


def test_a_challenge_that_would_confirm_another_factor_ends_too(member: Membership) -> None:
    factories.phone_factor(member.user)
    pending = factories.phone_factor(member.user, confirmed=False)
    asked = challenge(pending, member.tenant)
    reset_factors(facts=admin_of(member.tenant), **of(member))
    asked.refresh_from_db()
    assert asked.state == "canceled"


def test_every_sensitive_checkpoint_is_held_for_a_day(member: Membership) -> None:
    factories.phone_factor(member.user)
    by = admin_of(member.tenant)
    reset_factors(facts=by, **of(member))
    member.refresh_from_db()
    assert member.held == {"*sensitive": (by.now + DAY).isoformat()}
    assert Hold.objects.get().reason == "factor reset: phone stolen"


def test_a_longer_hold_that_runs_already_goes_on(member: Membership) -> None:
    factories.phone_factor(member.user)
    by = admin_of(member.tenant)
    until = by.now + 3 * DAY
    hold.start(facts=by, membership=member, checkpoint="*sensitive", until=until, reason="odd")
    reset_factors(facts=by, **of(member))
    member.refresh_from_db()
    assert member.held == {"*sensitive": until.isoformat()}


def test_the_hold_is_as_long_as_the_policy_says(member: Membership) -> None:
    factories.phone_factor(member.user)
    by = admin_of(member.tenant)
    with override_settings(OTPGUARD={"POLICY_DEFAULTS": {reset.CHECKPOINT: {"hold": 7200}}}):
        done = reset_factors(facts=by, **of(member))
    assert done.held_until == by.now + timedelta(hours=2)


def test_the_log_tells_who_reset_what_and_why(member: Membership) -> None:
    factories.phone_factor(member.user, tenant=member.tenant)
    personal = factories.phone_factor(member.user)
    by = admin_of(member.tenant)
    reset_factors(facts=by, **of(member))
    [row] = events("factor.reset")
    assert (row.actor_ref, row.subject_ref) == (by.user, str(member.user_id))
    assert (row.tenant_id, row.checkpoint) == (member.tenant_id, reset.CHECKPOINT)
    for told in ("phone stolen", '"removed":1', '"blocked":1', (by.now + DAY).isoformat()):
        assert told in row.body
    [blocked] = events("factor.blocked")
    assert str(personal.pk) in blocked.body
    assert len(events("factor.removed")) == 1
    assert len(events("hold.started")) == 1


def test_the_person_is_told_at_every_email(member: Membership) -> None:
    factories.phone_factor(member.user)
    reset_factors(facts=admin_of(member.tenant), **of(member))
    notice = Notice.objects.get()
    assert (notice.kind, notice.user) == ("factor_reset", member.user)
    assert notice.tenant == member.tenant
    assert notice.destination.reveal() == member.user.email
    kept = json.loads(notice.context.reveal())["details"]
    assert kept["factor"] == "phone"
    assert kept["number"].startswith("+1 •••")
    assert kept["held_until"]


def test_several_factors_make_one_notice(member: Membership) -> None:
    factories.phone_factor(member.user)
    factories.phone_factor(member.user, tenant=member.tenant)
    reset_factors(facts=admin_of(member.tenant), **of(member))
    assert list(Notice.objects.values_list("kind", flat=True)) == ["factor_reset"]


def test_a_factor_whose_key_is_gone_is_reset_all_the_same(member: Membership) -> None:
    with override_settings(OTPGUARD={"ROOT_KEYS": ["a key that will be lost"]}):
        factories.phone_factor(member.user, tenant=member.tenant)
    assert reset_factors(facts=admin_of(member.tenant), **of(member)).removed == 1


def test_only_the_named_factors_are_met_and_what_is_not_theirs_is_passed_over(
    member: Membership,
) -> None:
    lost, kept = factories.phone_factor(member.user), factories.phone_factor(member.user)
    foreign = factories.phone_factor(factories.member(member.tenant).user)
    named = [str(lost.pk), str(foreign.pk), str(uuid4()), "no-id"]
    done = reset_factors(facts=admin_of(member.tenant), **of(member, factors=named))
    assert (done.removed, done.blocked) == (0, 1)
    assert ids(member.user, member.tenant) == {kept.pk}
    assert ids(foreign.user, member.tenant) == {foreign.pk}


def test_a_repeat_finds_nothing_and_writes_nothing(member: Membership) -> None:
    factories.phone_factor(member.user)
    by = admin_of(member.tenant)
    reset_factors(facts=by, **of(member))
    before = Event.objects.count(), Hold.objects.count(), Notice.objects.count()
    assert reset_factors(facts=by, **of(member)) == Reset()
    assert (Event.objects.count(), Hold.objects.count(), Notice.objects.count()) == before


@pytest.mark.django_db(transaction=True)
def test_two_administrators_at_once_reset_once() -> None:
    member = factories.member(factories.tenant())
    factories.phone_factor(member.user)
    by = admin_of(member.tenant)
    done = race(lambda: reset_factors(facts=by, **of(member)), threads=4)
    assert sorted(each.total for each in done) == [0, 0, 0, 1]
    assert FactorBlock.objects.count() == Hold.objects.count() == Notice.objects.count() == 1


# --- who may -----------------------------------------------------------------------------------


def test_nobody_resets_their_own_factors_in_any_spelling(member: Membership) -> None:
    factories.phone_factor(member.user)
    own = factories.facts(member.user, member.tenant)
    for spelling in (str(member.user_id), f"0{member.user_id}", f" {member.user_id} "):
        with pytest.raises(NotAllowed, match="your own"):
            reset_factors(facts=own, **of(member, user_id=spelling))
    person = factories.staff()
    with pytest.raises(NotAllowed, match="your own"):
        reset_factors(facts=factories.facts(person), user_id=str(person.pk), reason="x")
    assert not FactorBlock.objects.exists()


def test_a_reset_is_done_by_a_person(member: Membership) -> None:
    factories.phone_factor(member.user)
    with pytest.raises(NotAllowed, match="Only a person"):
        reset_factors(facts=factories.facts(), **of(member))


@pytest.mark.parametrize("reason", ["", "   ", "x" * 121], ids=["none", "blank", "too long"])
def test_a_reset_has_a_reason_of_at_most_120_characters(member: Membership, reason: str) -> None:
    factories.phone_factor(member.user)
    with pytest.raises(InvalidInput, match="Say why"):
        reset_factors(facts=admin_of(member.tenant), **of(member, reason=reason))
    longest = reset_factors(facts=admin_of(member.tenant), **of(member, reason="x" * 120))
    assert longest.total == 1


def test_another_tenants_administrator_reaches_nobody_here(member: Membership) -> None:
    factories.phone_factor(member.user)
    foreign = admin_of(factories.tenant())
    with pytest.raises(NotAllowed, match="another organization"):
        reset_factors(facts=foreign, **of(member))
    with pytest.raises(NotAllowed, match="no such member"):
        reset_factors(facts=foreign, **of(member, tenant_id=foreign.tenant))
    with pytest.raises(NotAllowed, match="the person"):
        reset_factors(facts=foreign, user_id=str(member.user_id), reason="x")
    assert not FactorBlock.objects.exists()


@pytest.mark.parametrize("user_id", ["999999", "no id", ""])
def test_who_is_nobody_is_no_member(member: Membership, user_id: str) -> None:
    with pytest.raises(NotAllowed, match="no such member"):
        reset_factors(facts=admin_of(member.tenant), **of(member, user_id=user_id))


def test_without_the_second_approver_nothing_is_reset_when_one_is_needed(
    member: Membership,
) -> None:
    factories.phone_factor(member.user)
    with (
        override_settings(
            OTPGUARD={"POLICY_DEFAULTS": {"security_settings.factor_reset": {"approvals": 1}}}
        ),
        pytest.raises(NotAllowed, match="Another administrator"),
    ):
        reset_factors(facts=admin_of(member.tenant), **of(member))
    assert not FactorBlock.objects.exists()


def test_a_policy_that_cannot_be_read_leaves_everything_as_it_was(member: Membership) -> None:
    factor = factories.phone_factor(member.user)
    by = admin_of(member.tenant)
    policies.forget()

    def unreadable(execute: Any, sql: str, *rest: Any) -> Any:
        broken = sql.replace("otpguard_policywish", "otpguard_gone")
        return execute(broken, *rest)

    with connection.execute_wrapper(unreadable), pytest.raises(StoreUnavailable):
        reset_factors(facts=by, **of(member))
    assert ids(member.user, member.tenant) == {factor.pk}
    assert not Event.objects.filter(kind__startswith="factor.").exists()


# --- other tenants (A1) ------------------------------------------------------------------------


def test_a_malicious_tenant_that_invites_and_resets_changes_nothing_elsewhere(
    member: Membership,
) -> None:
    """A1: in the tenant where the victim belongs everything goes on as before."""
    home, victim = member, member.user
    personal = factories.phone_factor(victim)
    token = factories.phone_factor(victim, tenant=home.tenant)
    at_home = factories.grant(victim, home.tenant)
    asked = challenge(personal, home.tenant)
    invited = factories.member(factories.tenant(), victim)
    supplied = factories.phone_factor(victim, tenant=invited.tenant)
    done = reset_factors(facts=admin_of(invited.tenant), **of(invited))
    assert (done.removed, done.blocked) == (1, 1)
    assert ids(victim, home.tenant) == {personal.pk, token.pk}
    assert ids(victim, None) == {personal.pk}
    assert not Factor.objects.filter(pk=supplied.pk).exists()
    home.refresh_from_db()
    at_home.refresh_from_db()
    asked.refresh_from_db()
    assert (home.held, at_home.revoked_at, asked.state) == ({}, None, "open")


def test_naming_another_tenants_factor_meets_nothing(member: Membership) -> None:
    token = factories.phone_factor(member.user, tenant=member.tenant)
    invited = factories.member(factories.tenant(), member.user)
    by = admin_of(invited.tenant)
    assert reset_factors(facts=by, **of(invited, factors=[str(token.pk)])) == Reset()
    assert ids(member.user, member.tenant) == {token.pk}


def test_two_tenants_block_the_same_factor_each_for_itself(member: Membership) -> None:
    factor = factories.phone_factor(member.user)
    other = factories.member(factories.tenant(), member.user)
    for each in (member, other):
        assert reset_factors(facts=admin_of(each.tenant), **of(each)).blocked == 1
    by = admin_of(other.tenant)
    unblock_factor(facts=by, factor_id=str(factor.pk), tenant_id=by.tenant, reason="found")
    assert ids(member.user, other.tenant) == {factor.pk}
    assert ids(member.user, member.tenant) == set()


# --- by the site -------------------------------------------------------------------------------


def test_the_site_removes_personal_factors_and_every_membership_waits(member: Membership) -> None:
    other = factories.member(factories.tenant(), member.user)
    left = factories.member(factories.tenant(), member.user, active=False)
    factories.phone_factor(member.user)
    factories.phone_factor(member.user, tenant=other.tenant)
    for tenant in (member.tenant, other.tenant, None):
        factories.grant(member.user, tenant)
    by = factories.facts(factories.staff())
    done = reset_factors(facts=by, user_id=str(member.user_id), reason="lost all")
    assert done == Reset(removed=2, held_until=by.now + DAY)
    assert not Factor.objects.exists()
    assert not FactorBlock.objects.exists()
    assert not Grant.objects.filter(revoked_at=None).exists()
    for each, held in ((member, True), (other, True), (left, False)):
        each.refresh_from_db()
        assert bool(each.held) is held


def test_the_site_takes_a_tenants_own_factor_without_touching_other_tenants(
    member: Membership,
) -> None:
    other = factories.member(factories.tenant(), member.user)
    factor = factories.phone_factor(member.user, tenant=other.tenant)
    elsewhere = factories.grant(member.user, member.tenant)
    by = factories.facts(factories.staff())
    done = reset_factors(
        facts=by, user_id=str(member.user_id), factors=[str(factor.pk)], reason="lost"
    )
    assert done.removed == 1
    member.refresh_from_db()
    other.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (member.held, bool(other.held), elsewhere.revoked_at) == ({}, True, None)


def test_the_site_acts_in_one_tenant_as_the_tenant_would(member: Membership) -> None:
    factor = factories.phone_factor(member.user)
    reset_factors(facts=factories.facts(factories.staff()), **of(member))
    assert FactorBlock.objects.get().factor == factor


def test_staff_with_a_tenant_selected_are_not_the_site(member: Membership) -> None:
    factories.phone_factor(member.user)
    by = factories.facts(factories.staff(), factories.tenant())
    with pytest.raises(NotAllowed):
        reset_factors(facts=by, user_id=str(member.user_id), reason="x")


def test_somebody_without_any_membership_is_reset_without_a_hold(db: None) -> None:
    person = factories.user()
    factories.phone_factor(person)
    by = factories.facts(factories.staff())
    assert reset_factors(facts=by, user_id=str(person.pk), reason="lost") == Reset(removed=1)


# --- and back ----------------------------------------------------------------------------------


def blocked(member: Membership) -> tuple[Factor, RequestFacts]:
    factor = factories.phone_factor(member.user)
    by = admin_of(member.tenant)
    reset_factors(facts=by, **of(member))
    return factor, by


def test_an_unblocked_factor_counts_again_and_the_hold_runs_on(member: Membership) -> None:
    factor, by = blocked(member)
    asked = {"factor_id": str(factor.pk), "tenant_id": by.tenant, "reason": "found"}
    assert unblock_factor(facts=by, **asked)
    assert not unblock_factor(facts=by, **asked)
    assert ids(member.user, member.tenant) == {factor.pk}
    member.refresh_from_db()
    assert "*sensitive" in member.held
    [row] = events("factor.unblocked")
    assert (row.actor_ref, row.subject_ref) == (by.user, str(member.user_id))
    assert "found" in row.body
    assert str(factor.pk) in row.body


def test_nobody_unblocks_their_own_factor_nor_another_tenants(member: Membership) -> None:
    factor, by = blocked(member)
    asked = {"factor_id": str(factor.pk), "tenant_id": by.tenant, "reason": "please"}
    with pytest.raises(NotAllowed, match="your own"):
        unblock_factor(facts=factories.facts(member.user, member.tenant), **asked)
    foreign = admin_of(factories.tenant())
    with pytest.raises(NotAllowed, match="another organization"):
        unblock_factor(facts=foreign, **asked)
    assert not unblock_factor(facts=foreign, **{**asked, "tenant_id": foreign.tenant})
    with pytest.raises(InvalidInput, match="Say why"):
        unblock_factor(facts=by, **{**asked, "reason": ""})
    with pytest.raises(NotAllowed, match="Only a person"):
        unblock_factor(facts=replace(by, user=""), **asked)
    assert not unblock_factor(facts=by, **{**asked, "factor_id": "no-id"})
    assert FactorBlock.objects.count() == 1


def test_a_notice_names_one_factor_and_not_several(member: Membership) -> None:
    one, two = factories.phone_factor(member.user, "+12015550123"), Factor(kind="totp")
    assert reset.about([one]) == {"factor": "phone", "number": "+12015550123"}
    assert reset.about([two]) == {"factor": "totp"}
    assert reset.about([one, two]) == {}
