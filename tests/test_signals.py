"""Signals for host projects: sent after the commit, with keywords only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.flows.challenge.answer import answer_challenge
from otpguard.flows.challenge.close import repudiate_challenge
from otpguard.http.session import KEY
from otpguard.models import Challenge
from otpguard.signals import challenge_repudiated, challenge_verified
from tests import factories, stepup
from tests.host import Host

pytestmark = pytest.mark.django_db(transaction=True)

Heard = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def heard() -> Iterator[Heard]:
    """What the signals have said so far."""
    collected: Heard = []

    def verified(**told: Any) -> None:
        collected.append(("verified", told))

    def repudiated(**told: Any) -> None:
        collected.append(("repudiated", told))

    challenge_verified.connect(verified)
    challenge_repudiated.connect(repudiated)
    yield collected
    challenge_verified.disconnect(verified)
    challenge_repudiated.disconnect(repudiated)


@pytest.fixture
def challenge(host: Host) -> Challenge:
    """An open challenge whose code was sent."""
    return stepup.begin(host.client, host.client.get("/billing/"))


def of(host: Host) -> Callable[..., Any]:
    """The facts of the host's own session, now."""
    sid = host.client.session[KEY]["sid"]
    return lambda: factories.facts(host.user, host.tenant, sid=sid)


def told_of(heard: Heard) -> dict[str, Any]:
    [(_, told)] = heard
    return {name: value for name, value in told.items() if name not in {"signal", "sender"}}


def test_a_proven_factor_is_told_with_who_where_and_how(
    host: Host, challenge: Challenge, heard: Heard
) -> None:
    answer_challenge(facts=of(host)(), challenge_id=challenge.pk, given=SENT[-1].code.digits)
    assert heard[0][0] == "verified"
    assert told_of(heard) == {
        "user_id": host.user.pk,
        "tenant_id": host.tenant.pk,
        "checkpoint": "billing_change",
        "method": "sms",
    }


def test_a_wrong_answer_tells_nothing(host: Host, challenge: Challenge, heard: Heard) -> None:
    digits = SENT[-1].code.digits
    wrong = f"{(int(digits) + 1) % 1_000_000:06d}"
    answer_challenge(facts=of(host)(), challenge_id=challenge.pk, given=wrong)
    assert heard == []


def test_a_repudiated_challenge_is_told_after_the_commit_only(
    host: Host, challenge: Challenge, heard: Heard
) -> None:
    with transaction.atomic():
        assert repudiate_challenge(facts=of(host)(), challenge_id=challenge.pk)
        assert heard == []
    assert heard[0][0] == "repudiated"
    assert told_of(heard) == {
        "user_id": host.user.pk,
        "tenant_id": host.tenant.pk,
        "checkpoint": "billing_change",
    }


def test_a_receiver_that_fails_does_not_undo_the_proof(host: Host, challenge: Challenge) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("the host's receiver is broken")

    challenge_verified.connect(fail)
    try:
        answer_challenge(facts=of(host)(), challenge_id=challenge.pk, given=SENT[-1].code.digits)
    finally:
        challenge_verified.disconnect(fail)
    challenge.refresh_from_db()
    assert challenge.state == "verified"
    assert challenge.grants.filter(verified_at__lte=timezone.now()).count() == 1
