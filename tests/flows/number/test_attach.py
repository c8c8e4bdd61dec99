"""A proven number becomes the first factor of the account that is made after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from otpguard import phone_verified
from otpguard.exceptions import ClaimRefused, NotAllowed, StoreUnavailable
from otpguard.flows.number.attach import attach_claim
from otpguard.models import Event, Factor, Notice, PhoneClaim
from otpguard.signals import phone_was_verified
from otpguard.testing.racing import race
from tests import factories
from tests.flows.number.visitor import NUMBER, visitor
from tests.store_down import store_down

pytestmark = pytest.mark.django_db(transaction=True)


def now_of(who: Any) -> Any:
    return replace(who.facts, now=timezone.now())


def test_a_new_account_gets_the_number_as_its_first_factor() -> None:
    who = visitor()
    claim, user = who.prove(), factories.user()
    assert not phone_verified(user)
    heard: list[object] = []

    def listen(**said: Any) -> None:
        heard.append(said["user_id"])

    phone_was_verified.connect(listen)
    try:
        factor = attach_claim(facts=now_of(who), claim=claim, user=user)
    finally:
        phone_was_verified.disconnect(listen)
    assert factor.secret.reveal() == NUMBER
    assert (factor.confirmed, factor.tenant_id) == (True, None)
    assert phone_verified(user)
    assert phone_verified(user.pk)
    assert heard == [user.pk]
    assert PhoneClaim.objects.get().user == user
    assert Notice.objects.filter(user=user, kind="factor_added").exists()
    assert Event.objects.filter(kind="factor.enrolled", subject_ref=str(user.pk)).exists()


def test_an_account_with_a_factor_gets_none_and_keeps_its_claim() -> None:
    who = visitor()
    claim, user = who.prove(), factories.user()
    factories.totp_factor(user)
    with pytest.raises(NotAllowed):
        attach_claim(facts=now_of(who), claim=claim, user=user)
    claim.refresh_from_db()
    assert claim.used_at is None


def test_an_account_that_has_logged_in_before_the_proof_gets_none() -> None:
    who, user = visitor(), factories.user()
    factories.session(user, started_at=timezone.now() - timedelta(minutes=1))
    claim = who.prove()
    with pytest.raises(NotAllowed):
        attach_claim(facts=now_of(who), claim=claim, user=user)
    assert not phone_verified(user)


def test_another_browser_gets_nothing() -> None:
    claim, user = visitor().prove(), factories.user()
    with pytest.raises(ClaimRefused):
        attach_claim(facts=now_of(visitor()), claim=claim, user=user)
    assert not Factor.objects.exists()


def test_of_two_at_once_one_gets_the_number() -> None:
    who = visitor()
    claim, users = who.prove(), [factories.user() for _ in range(4)]
    rest = iter(users)

    def attach() -> bool:
        try:
            attach_claim(facts=now_of(who), claim=claim, user=next(rest))
        except ClaimRefused:
            return False
        return True

    assert sum(race(attach, threads=4)) == 1
    assert Factor.objects.count() == 1


def test_an_account_that_is_not_made_after_all_leaves_the_claim() -> None:
    who = visitor()
    claim, user = who.prove(), factories.user()
    with transaction.atomic():
        attach_claim(facts=now_of(who), claim=claim, user=user)
        transaction.set_rollback(True)
    claim.refresh_from_db()
    assert claim.used_at is None
    assert not phone_verified(user)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="ends the server")
def test_with_the_store_down_nothing_is_attached_or_said() -> None:
    who = visitor()
    claim, user = who.prove(), factories.user()
    with store_down(), pytest.raises(StoreUnavailable):
        attach_claim(facts=now_of(who), claim=claim, user=user)
    with store_down(), pytest.raises(StoreUnavailable):
        phone_verified(user)
