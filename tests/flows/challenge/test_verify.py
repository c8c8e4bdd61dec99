"""Each kind of factor proves what it shows, once, and nothing it does not show."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from fido2.utils import websafe_encode

from otpguard.core import shipped_kinds
from otpguard.core.reasons import AnswerReason, CeremonyFault
from otpguard.factors import passkey_rows
from otpguard.factors.base import Shown
from otpguard.factors.catalog import drivers
from otpguard.flows.challenge.answer import Rejected, Verified
from otpguard.flows.challenge.verify import verify_answer
from otpguard.models import Challenge, Event, Factor, FactorLane, Grant, RecoveryCode
from otpguard.testing.racing import race
from tests import factories
from tests.authenticator import Authenticator
from tests.flows.setting import Stopped, stopped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def who() -> Stopped:
    return stopped()


@pytest.fixture
def key() -> Authenticator:
    return Authenticator(origin="http://acme.example")


def challenges_of(who: Stopped, count: int) -> list[Challenge]:
    """Open challenges of one factor for different actions."""
    found = []
    for number in range(count):
        who.ask = replace(who.ask, intent=str(number) * 64)
        found.append(who.start())
    return found


def two_challenges(who: Stopped) -> list[Challenge]:
    return challenges_of(who, 2)


def with_passkey(who: Stopped, key: Authenticator) -> Challenge:
    who.factor = factories.passkey_factor(who.member.user, key)
    return who.start()


def options_of(challenge: Challenge) -> dict[str, Any]:
    challenge.refresh_from_db()
    return passkey_rows.options_of(challenge)


def shown_by(key: Authenticator, asked: Challenge, **lies: Any) -> str:
    return json.dumps(key.get(options_of(asked), **lies))


def test_a_code_of_the_app_proves_totp(who: Stopped) -> None:
    who.factor = factories.totp_factor(who.member.user)
    result = who.answer(who.start(), factories.totp_code(who.factor))
    assert isinstance(result, Verified)
    assert result.grant is not None
    assert result.grant.facts["method"] == shipped_kinds.BY_APP.slug


def test_the_same_code_is_not_taken_again_by_another_challenge(who: Stopped) -> None:
    """D1: one accepted code is one proof, also within the tolerance and in another session."""
    who.factor = factories.totp_factor(who.member.user)
    code = factories.totp_code(who.factor)
    first, second = two_challenges(who)
    assert isinstance(who.answer(first, code), Verified)
    assert who.answer(second, code) == Rejected(reason=AnswerReason.USED, attempts_left=4)
    assert Grant.objects.filter(revoked_at=None).count() == 1
    assert not FactorLane.objects.filter(failures__gt=0).exists(), "it was no guess"


def test_two_challenges_at_once_share_one_code_and_one_wins(who: Stopped) -> None:
    """D5: the accepted step is a row, not a cache of this process."""
    who.factor = factories.totp_factor(who.member.user)
    code = factories.totp_code(who.factor)
    queue = challenges_of(who, 4)  # the fifth of a lane would have to wait for the others
    results = race(lambda: who.answer(queue.pop(), code), threads=4)
    assert sum(isinstance(result, Verified) for result in results) == 1
    assert {r.reason for r in results if isinstance(r, Rejected)} == {"used"}


def test_a_saved_code_proves_recovery_and_is_used_up(who: Stopped) -> None:
    saved = factories.recovery_codes(who.member.user)
    who.factor = Factor.objects.get(kind="recovery")
    first, second = two_challenges(who)
    result = who.answer(first, saved[3].lower().replace("-", " "))
    assert isinstance(result, Verified)
    assert result.grant is not None
    assert result.grant.facts["method"] == shipped_kinds.BY_SAVED_CODE.slug
    assert RecoveryCode.objects.filter(used_at=None).count() == 9
    assert who.answer(second, saved[3]) == Rejected(reason=AnswerReason.USED, attempts_left=4)
    assert json.loads(Event.objects.get(kind="recovery.used").body)["data"] == {"left": 9}


def test_wrong_saved_codes_count_against_the_saved_codes_alone(who: Stopped) -> None:
    phone = who.factor
    factories.recovery_codes(who.member.user)
    who.factor = Factor.objects.get(kind="recovery")
    who.answer(who.start(), "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF")
    assert FactorLane.objects.get().factor_id == who.factor.pk
    assert not FactorLane.objects.filter(factor=phone).exists()


def test_failures_at_the_phone_never_count_against_saved_codes(who: Stopped) -> None:
    factories.recovery_codes(who.member.user)
    who.answer(who.start(), "000000")
    assert [lane.factor_id for lane in FactorLane.objects.all()] == [who.factor.pk]


def test_a_passkey_proves_with_the_flags_that_it_showed(who: Stopped, key: Authenticator) -> None:
    challenge = with_passkey(who, key)
    result = who.answer(challenge, shown_by(key, challenge))
    assert isinstance(result, Verified)
    assert result.grant is not None
    assert result.grant.facts == {
        "method": "passkey",
        "primary": "password",
        "uv": True,
        "be": False,
        "short": False,
        "attested": False,
    }


def test_any_passkey_of_the_person_will_do_and_the_one_used_is_noted(
    who: Stopped, key: Authenticator
) -> None:
    other = Authenticator(origin=key.origin)
    second = factories.passkey_factor(who.member.user, other, name="Second")
    challenge = with_passkey(who, key)
    result = who.answer(challenge, shown_by(other, challenge))
    assert isinstance(result, Verified)
    assert result.grant is not None
    assert result.grant.factor_id == second.pk


@pytest.mark.parametrize(
    ("lie", "fault"),
    [
        ({"origin": "http://evil.example"}, CeremonyFault.ORIGIN),
        ({"rp_id": "evil.example"}, CeremonyFault.RELYING_PARTY),
        ({"challenge": "AAAA"}, CeremonyFault.CHALLENGE),
        ({"signature": b"none"}, CeremonyFault.SIGNATURE),
        ({"cross_origin": True}, CeremonyFault.CROSS_ORIGIN),
    ],
)
def test_a_passkey_that_lies_proves_nothing(
    who: Stopped, key: Authenticator, lie: dict[str, Any], fault: str
) -> None:
    challenge = with_passkey(who, key)
    result = who.answer(challenge, shown_by(key, challenge, **lie))
    assert isinstance(result, Rejected)
    assert result.reason == fault
    assert not Grant.objects.exists()
    assert Event.objects.filter(kind="factor.ceremony_failed").count() == 1


@pytest.mark.parametrize("rubbish", ["", "{", "[]", '"text"', "{}", '{"id": 1}', "\x00" * 50])
def test_rubbish_instead_of_a_ceremony_is_a_failed_try(
    who: Stopped, key: Authenticator, rubbish: str
) -> None:
    result = who.answer(with_passkey(who, key), rubbish)
    assert isinstance(result, Rejected)
    assert result.reason == CeremonyFault.MALFORMED


def test_the_state_of_a_failed_ceremony_serves_no_second_answer(
    who: Stopped, key: Authenticator
) -> None:
    """A22: a new try has a new challenge of its own."""
    challenge = with_passkey(who, key)
    genuine = shown_by(key, challenge)
    who.answer(challenge, "{}")
    result = who.answer(challenge, genuine)
    assert isinstance(result, Rejected)
    assert result.reason == CeremonyFault.CHALLENGE
    assert isinstance(who.answer(challenge, shown_by(key, challenge)), Verified)


def test_broken_ceremonies_never_lock_a_passkey(who: Stopped, key: Authenticator) -> None:
    challenge = with_passkey(who, key)
    for _ in range(5):
        who.answer(challenge, "{}")
    assert not FactorLane.objects.exists()
    challenge.refresh_from_db()
    assert challenge.state == "exhausted"


def test_a_passkey_that_counts_backwards_is_an_event_and_no_lock(
    who: Stopped, key: Authenticator
) -> None:
    challenge = with_passkey(who, key)
    factories.age(who.factor, sign_count=500)
    assert isinstance(who.answer(challenge, shown_by(key, challenge)), Verified)
    event = json.loads(Event.objects.get(kind="factor.clone_suspected").body)["data"]
    assert (event["stored"], event["shown"]) == (500, 1)
    who.factor.refresh_from_db()
    assert (who.factor.sign_count, who.factor.disabled_at) == (500, None)


def test_a_passkey_whose_backup_flag_changed_is_refused(who: Stopped, key: Authenticator) -> None:
    challenge = with_passkey(who, key)
    key.backup_eligible = True
    result = who.answer(challenge, shown_by(key, challenge))
    assert isinstance(result, Rejected)
    assert result.reason == CeremonyFault.BACKUP_CHANGED


def test_the_passkey_of_somebody_else_is_unknown_here(who: Stopped, key: Authenticator) -> None:
    challenge = with_passkey(who, key)
    thief = Authenticator(origin=key.origin)
    factories.passkey_factor(factories.user(), thief)
    options = options_of(challenge)
    stolen = next(iter(thief.credentials))
    options["allowCredentials"] = [{"type": "public-key", "id": websafe_encode(stolen)}]
    result = who.answer(challenge, json.dumps(thief.get(options)))
    assert isinstance(result, Rejected)
    assert result.reason in {CeremonyFault.UNKNOWN_CREDENTIAL, CeremonyFault.USER_HANDLE}


def test_a_code_that_was_sent_proves_the_weakest_channel(who: Stopped) -> None:
    challenge = who.start()
    sent = list(challenge.deliveries.all())
    shown = verify_answer(
        drivers()["phone"], challenge, who.factor, "no digits", sent=sent, now=timezone.now()
    )
    assert not isinstance(shown, Shown)


def test_an_old_code_of_the_app_is_too_old(who: Stopped) -> None:
    who.factor = factories.totp_factor(who.member.user)
    late = factories.totp_code(who.factor, timezone.now() - timedelta(seconds=95))
    result = who.answer(who.start(), late)
    assert isinstance(result, Rejected)
    assert result.reason == AnswerReason.WRONG
