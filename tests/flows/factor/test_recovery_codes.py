"""People make recovery codes, shown once."""

from __future__ import annotations

import json

import pytest

from otpguard.exceptions import NotAllowed
from otpguard.factors.enrolled import usable
from otpguard.flows.challenge.answer import Verified
from otpguard.flows.challenge.start import start_challenge
from otpguard.flows.factor.recovery_codes import make_recovery_codes
from otpguard.models import Event, Factor, FactorLane, RecoveryCode
from otpguard.testing.racing import race
from tests.flows.setting import Stopped, stopped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def who() -> Stopped:
    return stopped()


def test_recovery_codes_are_ten_and_lie_there_as_digests(who: Stopped) -> None:
    codes = make_recovery_codes(facts=who.facts)
    assert len(set(codes)) == 10
    stored = " ".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert not any(code.replace("-", "") in stored or code in stored for code in codes)
    assert json.loads(Event.objects.get(kind="recovery.issued").body)["data"] == {
        "count": 10,
        "replaced": False,
    }


def test_a_new_set_ends_the_old_one(who: Stopped) -> None:
    make_recovery_codes(facts=who.facts)
    make_recovery_codes(facts=who.facts)
    assert RecoveryCode.objects.count() == 10
    assert Factor.objects.filter(kind="recovery").count() == 1


def test_a_new_set_counts_its_failures_anew(who: Stopped) -> None:
    """Codes are made for a day on which nothing else works: they must not be locked from birth."""
    make_recovery_codes(facts=who.facts)
    factor = Factor.objects.get(kind="recovery")
    for lane in ("open", "known"):
        FactorLane.objects.create(factor=factor, lane=lane, failures=80)
    codes = make_recovery_codes(facts=who.facts)
    challenge = start_challenge(facts=who.facts, ask=who.ask, factor_id=str(factor.pk))
    assert isinstance(who.answer(challenge, codes[0]), Verified)


def test_two_requests_at_once_leave_one_set(who: Stopped) -> None:
    make_recovery_codes(facts=who.facts)
    race(lambda: make_recovery_codes(facts=who.facts), threads=4)
    assert RecoveryCode.objects.count() == 10


def test_recovery_codes_are_no_first_factor(who: Stopped) -> None:
    who.factor.delete()
    with pytest.raises(NotAllowed, match="another way"):
        make_recovery_codes(facts=who.facts)
    assert not usable(user=who.facts.user, tenant=who.facts.tenant).exists()
