"""A person is (provider, subject), a sign-in under way is answered once, a statement seen once."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from otpguard.models import FederatedIdentity, IdpRequest, SeenStatement
from tests import factories
from tests.federating import idp, signed_in

pytestmark = pytest.mark.django_db


def test_a_subject_is_one_person_at_one_provider_and_anybody_at_another() -> None:
    alice = signed_in()
    eve = factories.user()
    with pytest.raises(IntegrityError), transaction.atomic():
        FederatedIdentity.objects.create(provider=alice.provider, subject="alice", user=eve)
    elsewhere = idp(factories.tenant())
    row = FederatedIdentity.objects.create(provider=elsewhere, subject="alice", user=eve)
    assert str(row) == f"{eve} at Okta"


def test_a_state_and_a_statement_are_there_once() -> None:
    provider, now = idp(factories.tenant()), timezone.now()
    row = IdpRequest.objects.create(
        provider=provider, state="a" * 64, nonce="n", verifier="v", expires_at=now
    )
    assert "sign-in at Okta" in str(row)
    with pytest.raises(IntegrityError), transaction.atomic():
        IdpRequest.objects.create(provider=provider, state="a" * 64, expires_at=now)
    seen = SeenStatement.objects.create(provider=provider, digest="d" * 64, expires_at=now)
    assert str(seen) == "statement dddddddd"
    with pytest.raises(IntegrityError), transaction.atomic():
        SeenStatement.objects.create(provider=provider, digest="d" * 64, expires_at=now)
