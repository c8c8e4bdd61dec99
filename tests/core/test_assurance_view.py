"""The open assurance: what was shown, what it is worth, and what lacks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from otpguard.core import shipped_kinds
from otpguard.core.assurance import (
    NIST_800_63B_4,
    SAAS_2026,
    AssuranceLevel,
    Method,
    MethodFacts,
    Primary,
)
from otpguard.core.assurance_view import AssuranceView, view
from otpguard.core.checkpoints import BUILT_IN
from otpguard.core.decision import Member, Reason
from otpguard.core.evidence import Proof, Source
from otpguard.core.policy_caps import minutes
from otpguard.core.presets import BASE

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
AAL3 = replace(BASE, required_level=AssuranceLevel.AAL3, ttl=minutes(15))


def proof(method: Method, *, age: int = 1, **known: Any) -> Proof:
    """A proof beside a password, `age` minutes old."""
    facts = MethodFacts(
        method=method,
        primary=Primary.PASSWORD,
        user_verified=method is shipped_kinds.BY_PASSKEY,
        backup_eligible=False,
    )
    return Proof(
        grant=f"{method}-{age}", facts=facts, verified_at=NOW - timedelta(minutes=age), **known
    )


def seen(*proofs: Proof, **known: Any) -> AssuranceView:
    asked: dict[str, Any] = {
        "checkpoint": BUILT_IN["api_key"],
        "policy": BASE,
        "profile": SAAS_2026,
        "member": Member(),
        "proofs": proofs,
        "now": NOW,
    }
    return view(**{**asked, **known})


def test_a_proof_that_suffices_is_shown_with_what_it_is_worth() -> None:
    policy = replace(BASE, idp_satisfies=True)
    shown = seen(proof(shipped_kinds.BY_SMS, age=3, source=Source.IDP), policy=policy)
    assert shown.passes
    assert (shown.reason, shown.level) == (Reason.PROVEN, AssuranceLevel.AAL2)
    assert (shown.method, shown.source) == (shipped_kinds.BY_SMS, Source.IDP)
    assert shown.age == timedelta(minutes=3)
    assert (shown.required, shown.fresh_for) == (AssuranceLevel.AAL2, minutes(20))


def test_without_a_proof_only_what_is_asked_is_told() -> None:
    shown = seen()
    assert not shown.passes
    assert (shown.reason, shown.required) == (Reason.NO_PROOF, AssuranceLevel.AAL2)
    assert (shown.level, shown.method, shown.age) == (None, None, None)


def test_a_phone_code_where_a_passkey_is_asked_is_too_low() -> None:
    shown = seen(proof(shipped_kinds.BY_SMS), policy=AAL3)
    assert (shown.passes, shown.reason) == (False, Reason.LEVEL_TOO_LOW)
    assert (shown.method, shown.level) == (shipped_kinds.BY_SMS, AssuranceLevel.AAL2)


def test_of_several_the_nearest_miss_is_shown() -> None:
    shown = seen(proof(shipped_kinds.BY_SMS), proof(shipped_kinds.BY_PASSKEY, age=40), policy=AAL3)
    assert (shown.reason, shown.method) == (Reason.PROOF_STALE, shipped_kinds.BY_PASSKEY)
    assert shown.age == timedelta(minutes=40)


def test_of_equal_misses_the_newest_is_shown() -> None:
    shown = seen(
        proof(shipped_kinds.BY_SMS, age=5), proof(shipped_kinds.BY_APP, age=2), policy=AAL3
    )
    assert shown.method is shipped_kinds.BY_APP


def test_a_proof_that_is_worth_nothing_has_no_level() -> None:
    shown = seen(proof(shipped_kinds.BY_EMAIL), profile=NIST_800_63B_4)
    assert (shown.passes, shown.level, shown.method) == (False, None, shipped_kinds.BY_EMAIL)


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        (None, Reason.NOT_A_MEMBER),
        (Member(membership_active=False), Reason.MEMBERSHIP_INACTIVE),
        (Member(held={"*": NOW + timedelta(hours=1)}), Reason.HELD),
    ],
)
def test_where_membership_or_a_hold_decides_no_proof_is_shown(
    member: Member | None, reason: Reason
) -> None:
    shown = seen(proof(shipped_kinds.BY_SMS), member=member)
    assert shown == AssuranceView(passes=False, reason=reason)


def test_half_a_recovery_passes_no_change_of_factors() -> None:
    shown = seen(proof(shipped_kinds.BY_SAVED_CODE), checkpoint=BUILT_IN["factor_change"])
    assert (shown.passes, shown.reason) == (False, Reason.RECOVERY_INCOMPLETE)
    assert shown.method is shipped_kinds.BY_SAVED_CODE


def test_a_proof_from_a_clock_that_runs_ahead_is_no_age_below_nothing() -> None:
    ahead = replace(proof(shipped_kinds.BY_SMS), verified_at=NOW + timedelta(seconds=1))
    assert seen(ahead).age == timedelta(0)
