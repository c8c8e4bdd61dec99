"""What holds of every decision, whatever the policy and the evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from otpguard.core import shipped_kinds
from otpguard.core.assurance import (
    NIST_800_63B_4,
    AssuranceLevel,
    AssuranceProfile,
    Channel,
    MethodFacts,
)
from otpguard.core.checkpoints import BUILT_IN, Checkpoint
from otpguard.core.decision import Allow, Deny, Member, Need, Reason, Wait, decide
from otpguard.core.effective_policy import clamp_policy
from otpguard.core.evidence import Proof
from otpguard.core.policy import Policy
from tests.core.strategies import (
    NOW,
    checkpoints,
    facts,
    intents,
    loose_policies,
    phone_facts,
    policies,
    profiles,
    proofs,
    proofs_of,
)

FROM_FAR_TO_NEAR = [
    Reason.NO_PROOF,
    Reason.FACTOR_NOT_ALLOWED,
    Reason.LEVEL_TOO_LOW,
    Reason.USER_NOT_VERIFIED,
    Reason.NOT_ATTESTED,
    Reason.PROOF_STALE,
    Reason.OTHER_INTENT,
    Reason.SPENT,
    Reason.RECOVERY_INCOMPLETE,
]


def answer(
    policy: Policy,
    shown: list[Proof],
    *,
    profile: AssuranceProfile,
    intent: str = "",
    binds: bool | None = None,
    checkpoint: Checkpoint = BUILT_IN["role_grant"],
    member: Member | None = None,
) -> Allow | Wait | Deny | Need:
    return decide(
        checkpoint=checkpoint,
        policy=policy,
        profile=profile,
        member=member or Member(),
        proofs=shown,
        intent=intent,
        binds=policy.binds_intent if binds is None else binds,
        now=NOW,
    )


some_proofs = st.lists(proofs, max_size=4)
any_policies = policies | loose_policies


@given(
    policy=any_policies,
    other=any_policies,
    shown=some_proofs,
    profile=profiles,
    intent=intents,
    checkpoint=checkpoints,
)
def test_a_stricter_policy_never_allows_more(
    *,
    policy: Policy,
    other: Policy,
    shown: list[Proof],
    profile: AssuranceProfile,
    intent: str,
    checkpoint: Checkpoint,
) -> None:
    stricter = clamp_policy(policy, other)
    asked: dict[str, Any] = {"profile": profile, "intent": intent, "checkpoint": checkpoint}
    if isinstance(answer(stricter, shown, **asked), Allow):
        assert isinstance(answer(policy, shown, **asked), Allow)


@given(
    policy=any_policies,
    shown=some_proofs,
    more=st.lists(proofs, min_size=1, max_size=3),
    profile=profiles,
    intent=intents,
    where=st.integers(0, 4),
)
def test_more_evidence_never_gets_a_stricter_answer(
    *,
    policy: Policy,
    shown: list[Proof],
    more: list[Proof],
    profile: AssuranceProfile,
    intent: str,
    where: int,
) -> None:
    before = answer(policy, shown, profile=profile, intent=intent)
    after = answer(policy, [*shown[:where], *more, *shown[where:]], profile=profile, intent=intent)
    if isinstance(before, Allow):
        assert isinstance(after, Allow)
    elif isinstance(after, Need):
        assert isinstance(before, Need)
        nearness = FROM_FAR_TO_NEAR.index
        assert nearness(after.reason) >= nearness(before.reason)


@given(policy=any_policies, shown=some_proofs, profile=profiles, intent=intents)
def test_the_order_of_proofs_changes_neither_pass_nor_reason(
    policy: Policy, shown: list[Proof], profile: AssuranceProfile, intent: str
) -> None:
    forward = answer(policy, shown, profile=profile, intent=intent)
    backward = answer(policy, shown[::-1], profile=profile, intent=intent)
    if isinstance(forward, Allow):
        assert isinstance(backward, Allow)
    else:
        assert backward == forward


@given(
    policy=loose_policies,
    shown=st.lists(proofs_of(phone_facts), min_size=1, max_size=4),
    profile=profiles,
    intent=intents,
)
def test_codes_sent_to_a_phone_or_mailbox_never_satisfy_aal3(
    policy: Policy, shown: list[Proof], profile: AssuranceProfile, intent: str
) -> None:
    asks_aal3 = replace(policy, required_level=AssuranceLevel.AAL3)
    assert isinstance(answer(asks_aal3, shown, profile=profile, intent=intent), Need)


@given(policy=loose_policies, shown=st.lists(proofs_of(phone_facts), min_size=1))
def test_under_nist_an_email_code_passes_no_checkpoint(policy: Policy, shown: list[Proof]) -> None:
    email = [replace(p, facts=replace(p.facts, method=shipped_kinds.BY_EMAIL)) for p in shown]
    only_email = replace(policy, allowed_channels=frozenset({Channel.EMAIL}))
    got = answer(only_email, email, profile=NIST_800_63B_4, binds=False)
    assert got == Need(level=policy.required_level, reason=Reason.LEVEL_TOO_LOW)


@given(
    policy=loose_policies,
    shown=st.lists(proofs, min_size=1, max_size=5),
    profile=profiles,
    asked=st.sampled_from(["intent-a", "intent-b"]),
)
def test_where_the_checkpoint_binds_only_its_own_unspent_intent_passes(
    policy: Policy, shown: list[Proof], profile: AssuranceProfile, asked: str
) -> None:
    got = answer(policy, shown, profile=profile, intent=asked, binds=True)
    if isinstance(got, Allow):
        assert got.spends
        assert got.proof is not None
        assert got.proof.intent == asked
        assert got.proof.uses_left


@given(
    policy=loose_policies,
    proof=proofs,
    profile=profiles,
    bound=st.sampled_from(["intent-a", "intent-b"]),
    asked=st.sampled_from(["", "intent-c", "intent-d"]),
)
def test_a_grant_bound_to_one_intent_never_passes_another(
    policy: Policy, proof: Proof, profile: AssuranceProfile, bound: str, asked: str
) -> None:
    elsewhere = replace(proof, intent=bound, uses_left=1)
    got = answer(policy, [elsewhere], profile=profile, intent=asked, binds=True)
    assert isinstance(got, Need)


@given(policy=loose_policies, proof=proofs, profile=profiles, uses=st.sampled_from([None, 0]))
def test_a_spent_bound_proof_is_refused(
    policy: Policy, proof: Proof, profile: AssuranceProfile, uses: int | None
) -> None:
    spent = replace(proof, intent="intent-a", uses_left=uses)
    got = answer(policy, [spent], profile=profile, intent="intent-a", binds=True)
    assert isinstance(got, Need)


@given(policy=loose_policies, shown=facts, profile=profiles, uses=st.sampled_from([None, 0, 1]))
def test_a_bound_proof_serves_unbound_wherever_a_free_one_would(
    policy: Policy, shown: MethodFacts, profile: AssuranceProfile, uses: int | None
) -> None:
    free = Proof(grant="g", facts=shown, verified_at=NOW)
    assume(isinstance(answer(policy, [free], profile=profile, binds=False), Allow))
    bound = replace(free, intent="intent-a", uses_left=uses)
    got = answer(policy, [bound], profile=profile, binds=False)
    assert got == Allow(reason=Reason.PROVEN, proof=bound, spends=False)


@given(policy=any_policies, shown=some_proofs, profile=profiles, intent=intents)
def test_nothing_shown_passes_a_running_hold(
    policy: Policy, shown: list[Proof], profile: AssuranceProfile, intent: str
) -> None:
    until = NOW.replace(hour=13)
    held = Member(held={"role_grant": until})
    got = answer(policy, shown, profile=profile, intent=intent, member=held)
    assert got == Wait(until=until)
