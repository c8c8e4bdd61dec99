"""People remove what is their own."""

from __future__ import annotations

import json

import pytest

from otpguard.flows.factor.remove import remove_own_factor
from otpguard.models import Event, Factor, Grant, Notice
from tests.flows.setting import Stopped, sent_code, stopped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def who() -> Stopped:
    return stopped()


def test_a_removed_factor_takes_the_proofs_along_that_it_gave(who: Stopped) -> None:
    challenge = who.start()
    who.answer(challenge, sent_code(challenge))
    assert Grant.objects.filter(revoked_at=None).exists()
    remove_own_factor(facts=who.facts, factor_id=who.factor.pk)
    assert not Factor.objects.exists()
    assert not Grant.objects.filter(revoked_at=None).exists()
    assert json.loads(Event.objects.get(kind="factor.removed").body)["data"]["kind"] == "phone"


def test_the_number_that_is_removed_is_told_as_well(who: Stopped) -> None:
    """A9: a thief of an account would else remove the number and then add their own,
    where a change would have been told to the old one."""
    remove_own_factor(facts=who.facts, factor_id=who.factor.pk)
    told = Notice.objects.filter(kind="factor_removed")
    assert sorted(told.values_list("channel", flat=True)) == ["email", "sms"]
    assert told.get(channel="sms").destination.reveal() == who.factor.secret.reveal()
