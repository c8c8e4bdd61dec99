"""Challenges, deliveries and the log of use."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from otpguard.models import Challenge, Delivery, Factor, Usage
from tests import factories
from tests.models.rows import (
    anonymous,
    anonymous_crowd,
    challenge,
    crowd,
    delivery,
    plan,
    postgres_only,
    raw,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def factor() -> Factor:
    return factories.phone_factor(factories.user(), "+12015550123")


def test_no_more_answers_are_counted_than_allowed(factor: Factor) -> None:
    row = challenge(factor, attempts=4, max_attempts=5)
    one_more = Challenge.objects.filter(pk=row.pk)
    assert one_more.update(attempts=F("attempts") + 1) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        one_more.update(attempts=F("attempts") + 1)


def test_destination_target_and_origin_are_encrypted_in_the_row(factor: Factor) -> None:
    row = challenge(
        factor,
        destination=factor.secret,
        target="key 'production'",
        net='{"client_ip": "203.0.113.7"}',
    )
    row.refresh_from_db()
    for column, plain in (
        ("destination", "+12015550123"),
        ("target", "key 'production'"),
        ("net", '{"client_ip": "203.0.113.7"}'),
    ):
        assert plain not in raw(row, column)
        assert plain not in repr(row.__dict__)
        assert getattr(row, column).reveal() == plain


def test_only_the_same_session_user_and_tenant_finds_a_challenge(factor: Factor) -> None:
    tenant, user = factories.tenant(), str(factor.user.pk)
    row = challenge(factor, sid="mine", tenant=tenant)
    of = Challenge.objects.of
    assert list(of(sid="mine", user=user, tenant=str(tenant.pk))) == [row]
    assert not of(sid="other", user=user, tenant=str(tenant.pk)).exists()
    assert not of(sid="mine", user=str(factories.user().pk), tenant=str(tenant.pk)).exists()
    assert not of(sid="mine", user=user, tenant=str(factories.tenant().pk)).exists()
    assert not of(sid="mine", user=user, tenant="").exists()


def test_without_a_session_or_a_user_no_challenge_is_anybodys(factor: Factor) -> None:
    challenge(factor, sid="")
    mine = challenge(factor, sid="mine")
    of = Challenge.objects.of
    assert not of(sid="", user=str(factor.user.pk), tenant="").exists()
    assert not of(sid="mine", user="", tenant="").exists()
    assert list(of(sid="mine", user=str(factor.user.pk), tenant="")) == [mine]


def test_a_challenge_takes_answers_while_it_is_open_and_not_expired(factor: Factor) -> None:
    now = timezone.now()
    row = challenge(factor, expires_at=now + timedelta(seconds=1))
    challenge(factor, expires_at=now)
    challenge(factor, state="verified")
    assert list(Challenge.objects.open_at(now)) == [row]
    assert str(row) == "api_key challenge (open)"


def test_a_step_is_tried_once(factor: Factor) -> None:
    one = challenge(factor)
    assert str(delivery(one)) == "sms by memory (queued)"
    delivery(one, step=1)
    delivery(challenge(factor))
    with pytest.raises(IntegrityError), transaction.atomic():
        delivery(one)
    assert Delivery.objects.count() == 3


def test_a_providers_reference_belongs_to_one_delivery(factor: Factor) -> None:
    one = challenge(factor)
    delivery(one, step=0, provider_ref="SM1")
    delivery(one, step=1, provider_ref="SM1", provider="other")
    delivery(one, step=2, provider_ref=None)
    delivery(one, step=3, provider_ref=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        delivery(one, step=4, provider_ref="SM1")


def test_uses_of_a_cap_are_all_kept(factor: Factor) -> None:
    now, mine = timezone.now(), uuid4()
    for _ in range(2):
        use = Usage.objects.create(cap="session", key="sid", at=now, challenge=mine)
    assert Usage.objects.filter(challenge=mine).count() == 2
    assert str(use).startswith("session at ")


@postgres_only
def test_the_sweep_finds_due_and_expired_challenges_by_partial_indexes(factor: Factor) -> None:
    now = timezone.now()
    one = challenge(factor)
    columns = {f.attname: getattr(one, f.attname) for f in Challenge._meta.concrete_fields}
    # Most open ones have no timer, and hardly any has expired.
    crowd(
        [
            Challenge(**{**columns, "id": uuid4(), "expires_at": now + timedelta(minutes=n)})
            for n in range(1, 500)
        ]
    )
    still = Challenge.objects.filter(state="open")
    due = still.filter(due_at__lte=now, due_at__isnull=False).order_by("due_at")
    assert "otpguard_challenge_due" in plan(due)
    assert "otpguard_challenge_expiry" in plan(still.filter(expires_at__lte=now).order_by())


@postgres_only
def test_stale_deliveries_are_found_by_the_partial_index() -> None:
    stale = Delivery.objects.filter(
        state__in=["queued", "sending"], lease_until__lte=timezone.now()
    )
    assert "otpguard_delivery_lease" in plan(stale.order_by())


@postgres_only
def test_uses_are_counted_and_refunded_by_index() -> None:
    used = Usage.objects.filter(cap="session", key="sid", at__gt=timezone.now()).order_by("-at")
    assert "otpguard_usage_count" in plan(used)
    assert "otpguard_usage_refund" in plan(Usage.objects.filter(challenge=uuid4()))


@pytest.mark.parametrize(
    "mixed",
    [{"sid": "s"}, {"destination": ""}, {"phone_index": ""}, {"user": True}, {"factor": True}],
)
def test_an_anonymous_challenge_has_a_number_and_nothing_of_a_person(
    factor: Factor, mixed: dict[str, object]
) -> None:
    whole = {"user": factor.user, "factor": factor}
    fields = {name: whole.get(name, value) for name, value in mixed.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        anonymous("+12015550124", **fields)
    anonymous("+12015550124")


def test_an_anonymous_challenge_is_of_its_browser_and_tenant_alone(factor: Factor) -> None:
    mine, tenant = anonymous("+12015550124"), factories.tenant()
    challenge(factor)
    of = Challenge.objects.of
    assert list(of(sid="", user="", tenant="", browser="b")) == [mine]
    assert not of(sid="", user="", tenant="", browser="c").exists()
    assert not of(sid="", user="", tenant=str(tenant.pk), browser="b").exists()
    assert not of(sid="", user="", tenant="").exists()


@postgres_only
@pytest.mark.parametrize("name", ["browser", "number"])
def test_the_anonymous_ones_are_found_by_indexes_of_their_own(name: str) -> None:
    row = anonymous("+12015550124")
    anonymous_crowd(row)
    rows = {
        "browser": Challenge.objects.filter(browser="b").exclude(browser=""),
        "number": Challenge.objects.filter(phone_index=row.phone_index).exclude(browser=""),
    }
    assert f"otpguard_challenge_{name}" in plan(rows[name])
