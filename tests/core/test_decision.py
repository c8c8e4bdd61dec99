"""May this pass? The order of the questions, each answer and its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from otpguard.core import shipped_kinds
from otpguard.core.assurance import (
    SAAS_2026,
    AssuranceLevel,
    Channel,
    MethodFacts,
    Primary,
)
from otpguard.core.checkpoints import BUILT_IN, Checkpoint
from otpguard.core.decision import (
    Allow,
    Decision,
    Deny,
    Member,
    Need,
    Reason,
    RequireChallenge,
    RequireEnrollment,
    Wait,
    decide,
    is_softened_by_report_only,
)
from otpguard.core.evidence import Proof
from otpguard.core.policy_caps import minutes
from otpguard.core.policy_choices import UserVerification
from otpguard.core.presets import BASE
from tests.core.strategies import NOW

AAL1, AAL2, AAL3 = AssuranceLevel.AAL1, AssuranceLevel.AAL2, AssuranceLevel.AAL3
SMS = MethodFacts(method=shipped_kinds.BY_SMS, primary=Primary.PASSWORD)
PASSKEY = MethodFacts(method=shipped_kinds.BY_PASSKEY, primary=Primary.PASSWORD, user_verified=True)
FRESH = Proof(grant="g", facts=SMS, verified_at=NOW)
BOUND = replace(FRESH, intent="intent-a", uses_left=1)


def ask(*proofs: Proof, **changed: Any) -> Allow | Wait | Deny | Need:
    asked: dict[str, Any] = {
        "checkpoint": BUILT_IN["billing_change"],
        "policy": BASE,
        "profile": SAAS_2026,
        "member": Member(),
        "proofs": proofs,
        "intent": "",
        "binds": False,
        "now": NOW,
    }
    return decide(**asked | changed)


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        (None, Reason.NOT_A_MEMBER),
        (Member(user_active=False, tenant_active=False), Reason.USER_INACTIVE),
        (Member(tenant_active=False, membership_active=False), Reason.TENANT_INACTIVE),
        (Member(membership_active=False), Reason.MEMBERSHIP_INACTIVE),
    ],
)
def test_no_proof_helps_who_is_not_an_active_member(member: Member | None, reason: Reason) -> None:
    held = {"*": NOW + minutes(5)}
    member = replace(member, held=held) if member else None
    assert ask(FRESH, member=member) == Deny(reason=reason)


def test_membership_is_asked_even_where_no_proof_is() -> None:
    off = replace(BASE, active=False)
    assert ask(policy=off, member=None) == Deny(reason=Reason.NOT_A_MEMBER)


@pytest.mark.parametrize("slug", ["api_key.production", "api_key", "*"])
def test_a_running_hold_on_the_checkpoint_its_parent_or_all_must_pass_first(slug: str) -> None:
    until = NOW + timedelta(seconds=1)
    member = Member(held={slug: until})
    answer = ask(FRESH, checkpoint=BUILT_IN["api_key.production"], member=member)
    assert answer == Wait(until=until)


def test_of_several_holds_the_longest_counts() -> None:
    held = {"billing_change": NOW + minutes(1), "*": NOW + minutes(9)}
    assert ask(FRESH, member=Member(held=held)) == Wait(until=NOW + minutes(9))


@pytest.mark.parametrize(
    "held", [{"billing_change": NOW}, {"data_export": NOW + minutes(9)}, {"*": NOW - minutes(1)}]
)
def test_a_hold_that_is_over_or_elsewhere_stops_nobody(held: dict[str, datetime]) -> None:
    assert ask(FRESH, member=Member(held=held)) == Allow(reason=Reason.PROVEN, proof=FRESH)


def test_a_checkpoint_that_is_off_asks_no_proof() -> None:
    assert ask(policy=replace(BASE, active=False)) == Allow(reason=Reason.NOT_REQUIRED)


ASKS_AAL3 = replace(BASE, required_level=AAL3, ttl=minutes(30))


@pytest.mark.parametrize(
    ("proofs", "changed", "reason"),
    [
        ([], {}, Reason.NO_PROOF),
        ([FRESH], {"policy": ASKS_AAL3}, Reason.LEVEL_TOO_LOW),
        ([replace(FRESH, facts=replace(SMS, primary=Primary.NONE))], {}, Reason.LEVEL_TOO_LOW),
        ([replace(FRESH, verified_at=NOW - minutes(21))], {}, Reason.PROOF_STALE),
        ([replace(FRESH, verified_at=NOW + timedelta(seconds=3))], {}, Reason.PROOF_STALE),
        (
            [Proof(grant="g", facts=PASSKEY, verified_at=NOW - minutes(16))],
            {"policy": ASKS_AAL3},
            Reason.PROOF_STALE,
        ),
        (
            [FRESH],
            {"policy": replace(BASE, allowed_factors=frozenset({"passkey"}))},
            Reason.FACTOR_NOT_ALLOWED,
        ),
        (
            [FRESH],
            {"policy": replace(BASE, allowed_channels=frozenset({Channel.VOICE}))},
            Reason.FACTOR_NOT_ALLOWED,
        ),
        ([FRESH], {"binds": True, "intent": "intent-a"}, Reason.OTHER_INTENT),
        ([BOUND], {"binds": True, "intent": "intent-b"}, Reason.OTHER_INTENT),
        ([FRESH], {"binds": True, "intent": ""}, Reason.OTHER_INTENT),
        ([replace(BOUND, uses_left=0)], {"binds": True, "intent": "intent-a"}, Reason.SPENT),
        ([replace(BOUND, uses_left=None)], {"binds": True, "intent": "intent-a"}, Reason.SPENT),
    ],
)
def test_each_shortfall_has_its_own_reason(
    proofs: list[Proof], changed: dict[str, Any], reason: Reason
) -> None:
    level = changed.get("policy", BASE).required_level
    assert ask(*proofs, **changed) == Need(level=level, reason=reason)


@pytest.mark.parametrize(
    "verified_at", [NOW - minutes(20), NOW, NOW + timedelta(seconds=2)], ids=str
)
def test_a_proof_serves_to_the_last_second_and_survives_a_small_clock_skew(
    verified_at: datetime,
) -> None:
    proof = replace(FRESH, verified_at=verified_at)
    assert ask(proof) == Allow(reason=Reason.PROVEN, proof=proof)


def test_the_nearest_miss_is_what_people_are_told() -> None:
    stale = replace(FRESH, verified_at=NOW - minutes(30))
    weak = replace(FRESH, facts=replace(SMS, primary=Primary.NONE))
    assert ask(stale, weak) == ask(weak, stale) == Need(level=AAL2, reason=Reason.PROOF_STALE)


def test_a_bound_proof_passes_its_own_intent_and_is_spent_by_it() -> None:
    allowed = ask(BOUND, binds=True, intent="intent-a")
    assert allowed == Allow(reason=Reason.PROVEN, proof=BOUND, spends=True)


def test_a_bound_proof_also_serves_unbound_while_fresh_and_spends_nothing() -> None:
    spent = replace(BOUND, uses_left=0)
    assert ask(spent, intent="intent-b") == Allow(reason=Reason.PROVEN, proof=spent)


# --- what the person can do about it ------------------------------------------------------------


def enrollment(reason: Reason) -> RequireEnrollment:
    return RequireEnrollment(level=AAL2, reason=reason, ttl=BASE.ttl, kinds=frozenset())


@pytest.mark.parametrize(
    ("decision", "softened"),
    [
        (RequireChallenge(level=AAL2, reason=Reason.NO_PROOF, ttl=BASE.ttl), True),
        (RequireChallenge(level=AAL2, reason=Reason.SPENT, ttl=BASE.ttl), False),
        (RequireChallenge(level=AAL2, reason=Reason.OTHER_INTENT, ttl=BASE.ttl), False),
        (enrollment(Reason.NO_FACTOR), True),
        (enrollment(Reason.ENROLLMENT_OVERDUE), False),
        (Wait(until=NOW), False),
        (Deny(reason=Reason.USER_INACTIVE), False),
        (Allow(reason=Reason.PROVEN), False),
    ],
)
def test_report_only_softens_a_missing_proof_and_nothing_else(
    decision: Decision, *, softened: bool
) -> None:
    assert is_softened_by_report_only(decision) is softened


# --- passkeys that check, attested ones, recovery ------------------------------------------------

UNCHECKED = Proof(grant="g", facts=replace(PASSKEY, user_verified=False), verified_at=NOW)
ATTESTED = replace(PASSKEY, backup_eligible=False, attested=True)
ALWAYS = replace(BASE, user_verification=UserVerification.REQUIRED)
MADE_BY_THE_TRUSTED = replace(BASE, attested_only=True)
SAVED = Proof(
    grant="saved",
    facts=MethodFacts(method=shipped_kinds.BY_SAVED_CODE, primary=Primary.PASSWORD),
    verified_at=NOW,
    intent="intent-a",
    uses_left=1,
)
EMAILED = replace(
    SAVED,
    grant="emailed",
    facts=MethodFacts(method=shipped_kinds.BY_EMAILED_CODE, primary=Primary.PASSWORD),
)
CHANGE = {
    "checkpoint": BUILT_IN["factor_change"],
    "intent": "intent-a",
    "binds": True,
}


def test_a_passkey_that_did_not_check_its_holder_passes_only_where_that_is_allowed() -> None:
    assert isinstance(ask(UNCHECKED), Allow)
    assert ask(UNCHECKED, policy=ALWAYS) == Need(level=AAL2, reason=Reason.USER_NOT_VERIFIED)
    assert isinstance(ask(replace(UNCHECKED, facts=PASSKEY), policy=ALWAYS), Allow)


def test_where_makers_must_vouch_only_what_they_vouch_for_passes() -> None:
    own = replace(UNCHECKED, facts=PASSKEY)
    found = ask(own, policy=MADE_BY_THE_TRUSTED)
    assert found == Need(level=AAL2, reason=Reason.NOT_ATTESTED)
    assert isinstance(ask(replace(own, facts=ATTESTED), policy=MADE_BY_THE_TRUSTED), Allow)


def test_where_factors_change_a_saved_code_needs_another_proof_beside_it() -> None:
    """NIST SP 800-63B-4, 4.2.2.2."""
    assert ask(SAVED, **CHANGE) == Need(level=AAL2, reason=Reason.RECOVERY_INCOMPLETE)
    assert ask(SAVED, replace(SAVED, grant="second"), **CHANGE).reason is Reason.RECOVERY_INCOMPLETE
    assert isinstance(ask(SAVED, EMAILED, **CHANGE), Allow)
    assert isinstance(ask(SAVED, FRESH, **CHANGE), Allow)
    stale = replace(EMAILED, verified_at=NOW - minutes(21))
    assert ask(SAVED, stale, **CHANGE).reason is Reason.RECOVERY_INCOMPLETE


def test_both_together_recover_whatever_level_was_lost() -> None:
    strong = CHANGE | {
        "checkpoint": BUILT_IN["factor_change.strong"],
        "policy": replace(BASE, required_level=AAL3),
    }
    assert ask(FRESH, EMAILED, **strong).reason is Reason.LEVEL_TOO_LOW
    assert isinstance(ask(SAVED, EMAILED, **strong), Allow)


def test_an_emailed_code_alone_recovers_nothing() -> None:
    assert ask(EMAILED, **CHANGE).reason is Reason.LEVEL_TOO_LOW


def test_elsewhere_a_saved_code_is_a_second_factor_by_itself() -> None:
    assert isinstance(ask(SAVED), Allow)


def test_a_hold_on_everything_leaves_setting_up_a_factor_open() -> None:
    held = Member(held={"*": NOW + timedelta(hours=24)})
    assert isinstance(ask(FRESH, member=held), Wait)
    assert not isinstance(ask(BOUND, member=held, **CHANGE), Wait)


HOSTS_OWN = Checkpoint(slug="refund", label="Refund", sensitive=True)
HOSTS_PLAIN = Checkpoint(slug="report", label="Report")
NEVER_HELD = {
    "signup",
    "login",
    "password_reset",
    "password_reset.admin",
    "factor_change",
    "factor_change.strong",
}


@pytest.mark.parametrize(
    "checkpoint", [*BUILT_IN.values(), HOSTS_OWN, HOSTS_PLAIN], ids=lambda each: each.slug
)
def test_a_hold_of_what_is_sensitive_covers_the_sensitive_checkpoints_alone(
    checkpoint: Checkpoint,
) -> None:
    held = Member(held={"*sensitive": NOW + timedelta(hours=24)})
    waits = isinstance(ask(FRESH, checkpoint=checkpoint, member=held), Wait)
    assert waits == (checkpoint.sensitive and checkpoint.slug not in NEVER_HELD)


@pytest.mark.parametrize("checkpoint", BUILT_IN.values(), ids=lambda each: each.slug)
def test_no_hold_covers_where_people_come_in_or_get_their_factors_back(
    checkpoint: Checkpoint,
) -> None:
    until = NOW + timedelta(hours=24)
    named = dict.fromkeys([*BUILT_IN, "*", "*sensitive"], until)
    waits = isinstance(ask(FRESH, checkpoint=checkpoint, member=Member(held=named)), Wait)
    assert waits == (checkpoint.slug not in NEVER_HELD)
