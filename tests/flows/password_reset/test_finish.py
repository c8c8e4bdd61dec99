"""A new password: once, by a link that counts, with all that it ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.core.assurance import Primary
from otpguard.core.password_reset import ResetNeed
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.factor.enroll import enroll_factor
from otpguard.flows.password_reset.finish import finish_reset
from otpguard.models import Event, Factor, Grant, Hold, ResetLink
from otpguard.signals import password_was_reset
from otpguard.testing.racing import race
from tests import factories
from tests.flows.password_reset.resets import opened
from tests.flows.setting import stopped
from tests.store_down import store_down

pytestmark = pytest.mark.django_db(transaction=True)

postgres_only = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer"
)


def test_of_many_at_once_one_sets_the_password() -> None:
    user = factories.user()
    facts, token = opened(user)
    ran: list[int] = []
    needs = race(
        lambda: finish_reset(facts=facts, token=token, set_password=lambda _user: ran.append(1)),
        threads=6,
    )
    assert len(ran) == 1
    assert sorted(map(str, needs)) == sorted([*["None"] * 5, ResetNeed.EMAIL_ONLY.value])
    assert Event.objects.filter(kind="password_reset.done").count() == 1


def test_a_password_that_cannot_be_saved_leaves_the_link() -> None:
    user = factories.user()
    facts, token = opened(user)

    def fails(_user: object) -> None:
        raise ValueError("the disk is full")

    with pytest.raises(ValueError, match="disk"):
        finish_reset(facts=facts, token=token, set_password=fails)
    assert ResetLink.objects.get().used_at is None
    assert not Hold.objects.exists()
    done = finish_reset(facts=facts, token=token, set_password=lambda _user: None)
    assert done is ResetNeed.EMAIL_ONLY


def test_without_the_proof_nothing_is_set_and_the_log_says_so() -> None:
    user = factories.user()
    factories.totp_factor(user)
    facts, token = opened(user)
    ran: list[int] = []
    need = finish_reset(facts=facts, token=token, set_password=lambda _user: ran.append(1))
    assert need is ResetNeed.PROOF
    assert not ran
    assert ResetLink.objects.get().used_at is None
    event = Event.objects.get(kind="password_reset.refused")
    assert event.checkpoint == "password_reset"


def test_a_proof_of_another_session_does_not_count() -> None:
    user = factories.user()
    factories.totp_factor(user)
    factories.grant(user, None, sid="t" * 43)
    facts, token = opened(user)
    need = finish_reset(facts=facts, token=token, set_password=lambda _user: None)
    assert need is ResetNeed.PROOF


def test_a_factor_that_a_tenant_gave_out_does_not_decide_for_all_tenants() -> None:
    user = factories.user()
    member = factories.member(factories.tenant(), user)
    factories.phone_factor(user, tenant=member.tenant)
    facts, token = opened(user)
    need = finish_reset(facts=facts, token=token, set_password=lambda _user: None)
    assert need is ResetNeed.EMAIL_ONLY
    assert Factor.objects.filter(user=user).exists(), "it goes on guarding that tenant"
    assert Hold.objects.filter(membership=member).exists()


def test_a_first_factor_waits_that_is_bound_after_a_reset_by_email_alone() -> None:
    who = stopped()
    Factor.objects.all().delete()
    user = who.member.user
    facts, token = opened(user)
    finish_reset(facts=facts, token=token, set_password=lambda _user: None)
    now, sid = timezone.now(), "n" * 43
    again = factories.facts(
        user, who.member.tenant, sid=sid, primary=Primary.PASSWORD, authenticated_at=now
    )
    ask = replace(who.ask, sid=sid, checkpoint="factor_change")
    enroll_factor(facts=again, ask=ask, kind="totp", given={"name": "App"})
    waits = Factor.objects.get(user=user).usable_from
    assert waits is not None
    assert waits >= now + timedelta(hours=23)


def test_the_host_is_told_so_that_it_can_end_what_only_it_knows() -> None:
    heard: list[dict[str, Any]] = []

    def listen(**said: Any) -> None:
        heard.append(said)

    password_was_reset.connect(listen)
    try:
        user = factories.user()
        facts, token = opened(user)
        finish_reset(facts=facts, token=token, set_password=lambda _user: None)
    finally:
        password_was_reset.disconnect(listen)
    assert [(each["user_id"], each["email_only"]) for each in heard] == [(user.pk, True)]


def test_proofs_of_all_tenants_end() -> None:
    user = factories.user()
    for _ in range(3):
        factories.grant(user, factories.member(factories.tenant(), user).tenant)
    facts, token = opened(user)
    finish_reset(facts=facts, token=token, set_password=lambda _user: None)
    assert not Grant.objects.filter(revoked_at=None).exists()
    assert Event.objects.filter(kind="grant.revoked").count() == 3


@postgres_only
def test_with_the_store_down_nothing_is_set() -> None:
    user = factories.user()
    facts, token = opened(user)
    ran: list[int] = []
    with store_down(), pytest.raises(StoreUnavailable):
        finish_reset(facts=facts, token=token, set_password=lambda _user: ran.append(1))
    assert not ran


def test_the_password_is_saved_to_the_person_as_they_are_under_the_lock() -> None:
    user = factories.user()
    facts, token = opened(user)
    type(user).objects.filter(pk=user.pk).update(first_name="New")
    given: list[Any] = []
    finish_reset(facts=facts, token=token, set_password=given.append)
    assert [each.first_name for each in given] == ["New"]


def test_an_account_that_has_ended_has_no_link() -> None:
    user = factories.user()
    facts, token = opened(user)
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    ran: list[Any] = []
    assert finish_reset(facts=facts, token=token, set_password=ran.append) is None
    assert not ran
