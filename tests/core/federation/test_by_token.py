"""What an access token opens, and what is left to the browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from otpguard.core.assurance import PROFILES, AssuranceLevel
from otpguard.core.checkpoints import BUILT_IN
from otpguard.core.decision import Allow, Decision, Deny, Member, Reason, RequireChallenge, Wait
from otpguard.core.federation.by_token import SaidByToken, decide_by_token
from otpguard.core.policy import Policy

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
PLAIN = replace(
    Policy(),
    active=True,
    idp_satisfies=True,
    attested_only=False,
    binds_intent=False,
    required_level=AssuranceLevel.AAL2,
    ttl=timedelta(minutes=5),
)
STRONG = SaidByToken(
    acr="phr", accepted=("phr", "mfa"), authenticated_at=NOW - timedelta(minutes=1)
)


def answer(
    said: SaidByToken = STRONG,
    policy: Policy = PLAIN,
    checkpoint: str = "billing_change",
    **more: Any,
) -> Decision:
    known: dict[str, Any] = {"member": Member(), "binds": False, **more}
    return decide_by_token(
        checkpoint=BUILT_IN[checkpoint],
        policy=policy,
        profile=PROFILES["nist-800-63b-4"],
        said=said,
        now=NOW,
        **known,
    )


def test_a_strong_and_fresh_sign_in_passes() -> None:
    passed = answer()
    assert isinstance(passed, Allow)
    assert passed.reason is Reason.PROVEN


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (replace(STRONG, acr="0"), Reason.NO_PROOF),
        (replace(STRONG, acr=""), Reason.NO_PROOF),
        (replace(STRONG, authenticated_at=None), Reason.NO_PROOF),
        (replace(STRONG, authenticated_at=NOW + timedelta(minutes=2)), Reason.NO_PROOF),
        (replace(STRONG, authenticated_at=NOW - timedelta(minutes=6)), Reason.PROOF_STALE),
    ],
)
def test_another_sign_in_is_asked_for(said: SaidByToken, reason: Reason) -> None:
    refused = answer(said)
    assert refused == RequireChallenge(
        level=AssuranceLevel.AAL2, reason=reason, ttl=timedelta(minutes=5)
    )


def test_an_empty_acr_is_none_even_if_it_were_accepted() -> None:
    assert isinstance(answer(replace(STRONG, acr="", accepted=("",))), RequireChallenge)


@pytest.mark.parametrize(
    "policy",
    [
        replace(PLAIN, required_level=AssuranceLevel.AAL3),
        replace(PLAIN, idp_satisfies=False),
        replace(PLAIN, attested_only=True),
    ],
)
def test_what_no_sign_in_reaches_is_for_the_browser(policy: Policy) -> None:
    assert answer(policy=policy) == Deny(reason=Reason.BROWSER_REQUIRED)


def test_a_bound_proof_is_for_the_browser_whatever_the_token_says() -> None:
    assert answer(binds=True) == Deny(reason=Reason.BROWSER_REQUIRED)


@pytest.mark.parametrize("slug", ["factor_change", "security_settings", "login"])
def test_what_stays_with_our_own_factors_is_for_the_browser(slug: str) -> None:
    assert answer(checkpoint=slug) == Deny(reason=Reason.BROWSER_REQUIRED)


def test_membership_and_holds_come_first() -> None:
    assert answer(member=None) == Deny(reason=Reason.NOT_A_MEMBER)
    until = NOW + timedelta(hours=1)
    held = Member(held={"billing_change": until})
    assert answer(member=held, binds=True) == Wait(until=until)


def test_a_checkpoint_that_is_off_asks_for_nothing() -> None:
    off = replace(PLAIN, active=False)
    assert answer(replace(STRONG, acr=""), policy=off) == Allow(reason=Reason.NOT_REQUIRED)
