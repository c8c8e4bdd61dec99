"""Grants and kept forms."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import AbstractUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from otpguard.models import Grant, KeptForm
from tests import factories
from tests.models.rows import challenge, crowd, plan, postgres_only, raw

pytestmark = pytest.mark.django_db
BODY = '{"role": ["owner"]}'


@pytest.fixture
def user() -> AbstractUser:
    return factories.user()


def kept(of: AbstractUser, **fields: object) -> KeptForm:
    return KeptForm.objects.create(
        **{
            "sid": "mine",
            "user": of,
            "story": uuid4(),
            "path": "/roles/kim/",
            "body": BODY,
            "expires_at": timezone.now() + timedelta(minutes=10),
            **fields,
        }
    )


def test_a_challenge_gives_one_grant(user: AbstractUser) -> None:
    proven = challenge(factories.phone_factor(user))
    factories.grant(user, challenge=proven)
    factories.grant(user)
    factories.grant(user)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.grant(user, challenge=proven)


def test_uses_never_go_below_none(user: AbstractUser) -> None:
    grant = factories.grant(user, uses_left=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(uses_left=-1)


def test_a_grant_stores_facts_and_neither_a_level_nor_an_expiry() -> None:
    columns = {field.name for field in Grant._meta.get_fields()}
    assert "facts" in columns
    assert not columns & {"level", "expires_at", "expires", "ttl"}


def test_a_grant_outlives_its_challenge(user: AbstractUser) -> None:
    proven = challenge(factories.phone_factor(user))
    grant = factories.grant(user, challenge=proven)
    proven.delete()
    grant.refresh_from_db()
    assert grant.challenge is None
    assert str(grant).startswith(f"grant of {user.username} at ")


def test_the_kept_form_is_encrypted_in_the_row(user: AbstractUser) -> None:
    row = kept(user)
    row.refresh_from_db()
    assert "owner" not in raw(row, "body")
    assert "owner" not in repr(row.__dict__)
    assert row.body.reveal() == BODY


def test_a_kept_form_is_live_for_its_own_session_and_user_only(user: AbstractUser) -> None:
    row = kept(user)
    live = KeptForm.objects.live
    assert list(live(factories.facts(user, sid="mine"))) == [row]
    assert not live(factories.facts(user, sid="other")).exists()
    assert not live(factories.facts(factories.user(), sid="mine")).exists()
    assert not live(factories.facts(None, sid="mine")).exists()
    assert not live(factories.facts(user, factories.tenant(), sid="mine")).exists()


def test_without_a_session_no_kept_form_is_live(user: AbstractUser) -> None:
    kept(user, sid="")
    assert not KeptForm.objects.live(factories.facts(user, sid="")).exists()


def test_a_used_or_expired_form_is_not_live(user: AbstractUser) -> None:
    now: datetime = timezone.now()
    row = kept(user, expires_at=now)
    kept(user, used_at=now)
    facts = factories.facts(user, sid="mine", now=now)
    assert not KeptForm.objects.live(facts).exists()
    factories.age(row, expires_at=now + timedelta(seconds=1))
    assert list(KeptForm.objects.live(facts)) == [row]


@postgres_only
def test_live_grants_are_found_by_their_partial_indexes() -> None:
    users, tenants = ([make() for _ in range(20)] for make in (factories.user, factories.tenant))
    common = {"facts": {}, "story": uuid4(), "verified_at": timezone.now()}
    crowd(
        [
            Grant(
                **common,
                sid=f"sid-{n}",
                user=users[n % 20],
                tenant=tenants[n // 25],
                revoked_at=ended,
            )
            for n in range(500)
            for ended in (None, timezone.now())
        ]
    )
    live = Grant.objects.filter(revoked_at=None).order_by()
    assert "otpguard_grant_sid" in plan(live.filter(sid="sid-0", tenant=tenants[0]))
    assert "otpguard_grant_user_id" in plan(live.filter(user=users[0]))
    assert "otpguard_grant_user_id" in plan(live.filter(tenant=tenants[0], user=users[0]))


@postgres_only
def test_kept_forms_are_found_by_session_and_by_expiry() -> None:
    rows = KeptForm.objects.order_by()
    assert "otpguard_kept_sid" in plan(rows.filter(sid="mine"))
    assert "otpguard_kept_expiry" in plan(rows.filter(expires_at__lte=timezone.now()))


def test_own_grants_are_live_unspent_recent_and_of_the_tenant_at_hand() -> None:
    user, here, there = factories.user(), factories.tenant(), factories.tenant()
    facts = factories.facts(user, here)
    within = timedelta(minutes=30)
    outside = factories.grant(user, None)
    mine = factories.grant(user, here, intent="i", uses_left=1)
    factories.grant(user, there)
    factories.grant(user, here, revoked_at=facts.now)
    factories.grant(user, here, intent="i", uses_left=0)
    factories.grant(user, here, verified_at=facts.now - within)
    factories.grant(factories.user(), here)
    assert set(Grant.objects.own(facts, within=within)) == {outside, mine}
    alone = factories.facts(user)
    assert list(Grant.objects.own(alone, within=within)) == [outside]
    assert not Grant.objects.own(factories.facts(None, here), within=within).exists()
