"""Tokens of directories: shown once, one tenant each, with an end and an overlap."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.scim.token import NewToken, create_token, find_token, revoke_token, rotate_token
from otpguard.models import Event, Membership, ScimToken, Tenant
from tests import factories

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=365)


@pytest.fixture
def admin() -> Membership:
    return factories.member(factories.tenant("acme"), roles=["admin"])


def made(admin: Membership, lifetime: timedelta = YEAR) -> NewToken:
    facts = factories.facts(admin.user, admin.tenant)
    return create_token(
        facts=facts, tenant=admin.tenant, name="Okta", scope="full", lifetime=lifetime
    )


def found(secret: str, slug: str = "acme", after: timedelta = timedelta()) -> ScimToken | None:
    return find_token(secret=secret, slug=slug, now=timezone.now() + after)


def test_a_token_opens_its_own_tenant_and_only_its_digest_is_kept(admin: Membership) -> None:
    new = made(admin)
    factories.tenant("globex")
    assert found(new.secret) == new.row
    assert found(new.secret, "globex") is None
    stored = ScimToken.objects.values().get(pk=new.row.pk)
    assert all(new.secret not in str(value) for value in stored.values())
    assert stored["used_at"] is not None


def test_a_token_ends_by_itself(admin: Membership) -> None:
    new = made(admin, timedelta(days=1))
    assert found(new.secret, after=timedelta(hours=23)) is not None
    assert found(new.secret, after=timedelta(hours=25)) is None


def test_after_a_rotation_both_open_until_the_overlap_ends(admin: Membership) -> None:
    old = made(admin)
    facts = factories.facts(admin.user, admin.tenant)
    new = rotate_token(facts=facts, token=old.row, overlap=timedelta(days=2), lifetime=YEAR)
    assert (found(old.secret), found(new.secret)) == (old.row, new.row)
    later = timedelta(days=3)
    assert (found(old.secret, after=later), found(new.secret, after=later)) == (None, new.row)


def test_a_revoked_token_opens_nothing_and_cannot_be_rotated(admin: Membership) -> None:
    new = made(admin)
    facts = factories.facts(admin.user, admin.tenant)
    revoke_token(facts=facts, token=new.row, reason="it was in a log")
    assert found(new.secret) is None
    with pytest.raises(InvalidInput):
        rotate_token(facts=facts, token=new.row, overlap=timedelta(), lifetime=YEAR)


def test_tokens_of_a_suspended_tenant_open_nothing(admin: Membership) -> None:
    new = made(admin)
    Tenant.objects.update(status=Tenant.Status.SUSPENDED)
    assert found(new.secret) is None


def test_nobody_in_another_tenant_makes_rotates_or_revokes_one(admin: Membership) -> None:
    new = made(admin)
    other = factories.member(factories.tenant(), roles=["admin"])
    facts = factories.facts(other.user, other.tenant)
    with pytest.raises(NotAllowed):
        create_token(facts=facts, tenant=admin.tenant, name="x", scope="full", lifetime=YEAR)
    with pytest.raises(NotAllowed):
        rotate_token(facts=facts, token=new.row, overlap=timedelta(), lifetime=YEAR)
    with pytest.raises(NotAllowed):
        revoke_token(facts=facts, token=new.row)


@pytest.mark.parametrize("lifetime", [timedelta(), timedelta(days=367), timedelta(days=-1)])
def test_no_token_lives_for_ever(admin: Membership, lifetime: timedelta) -> None:
    with pytest.raises(InvalidInput):
        made(admin, lifetime)


def test_each_step_is_an_event_without_the_secret(admin: Membership) -> None:
    old = made(admin)
    facts = factories.facts(admin.user, admin.tenant)
    new = rotate_token(facts=facts, token=old.row, overlap=timedelta(), lifetime=YEAR)
    revoke_token(facts=facts, token=new.row)
    kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["scim.token_created", "scim.token_rotated", "scim.token_revoked"]
    assert all(new.secret not in body for body in Event.objects.values_list("body", flat=True))
