"""Values to draw from: policies, proofs, wishes and the moments around one fixed now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from otpguard.core.assurance import (
    PROFILES,
    AssuranceLevel,
    AssuranceProfile,
    Channel,
    FactorKind,
    Method,
    MethodFacts,
    Primary,
)
from otpguard.core.checkpoints import BUILT_IN, Checkpoint
from otpguard.core.evidence import Proof, Source
from otpguard.core.policy import (
    FIELD_NAMES,
    Enforcement,
    FloorException,
    Policy,
    UserVerification,
)
from otpguard.core.presets import BASE

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PHONE_METHODS = (Method.SMS, Method.WHATSAPP, Method.VOICE, Method.EMAIL)

levels = st.sampled_from(AssuranceLevel)
primaries = st.sampled_from(Primary)
profiles: st.SearchStrategy[AssuranceProfile] = st.sampled_from(list(PROFILES.values()))
checkpoints: st.SearchStrategy[Checkpoint] = st.sampled_from(list(BUILT_IN.values()))
intents = st.sampled_from(["", "intent-a", "intent-b"])


def spans(low: int, high: int) -> st.SearchStrategy[timedelta]:
    """Whole seconds from `low` to `high`."""
    return st.integers(low, high).map(lambda seconds: timedelta(seconds=seconds))


channel_orders = st.lists(st.sampled_from(Channel), min_size=1, unique=True).map(tuple)

FIELD_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "active": st.booleans(),
    "required_level": levels,
    "ttl": spans(60, 3 * 3600),
    "binds_intent": st.booleans(),
    "allowed_factors": st.frozensets(st.sampled_from(FactorKind)),
    "allowed_channels": st.frozensets(st.sampled_from(Channel)),
    "preferred_methods": channel_orders,
    "fallback_timeout": spans(2, 120),
    "code_ttl": spans(60, 3600),
    "max_attempts": st.integers(1, 20),
    "user_verification": st.sampled_from(UserVerification),
    "attested_only": st.booleans(),
    "hold": spans(0, 30 * 86_400),
    "enforcement": st.sampled_from(Enforcement),
}
"""Any value of the field's type, also beyond what anybody may ask for."""

WISHED_VALUES: dict[str, st.SearchStrategy[Any]] = {
    **FIELD_VALUES,
    "ttl": spans(60, 1800),
    "allowed_factors": st.frozensets(st.sampled_from(FactorKind)).map(
        lambda kinds: kinds | {FactorKind.PASSKEY}
    ),
    "code_ttl": spans(60, 600),
    "max_attempts": st.integers(1, 5),
}
"""Values that a wish may carry."""

policies: st.SearchStrategy[Policy] = st.builds(Policy, **FIELD_VALUES)
wishes: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries({}, optional=WISHED_VALUES)
any_wishes: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries({}, optional=FIELD_VALUES)


@st.composite
def floor_exceptions(draw: st.DrawFn, *, expired: bool | None = None) -> FloorException:
    """A departure from the floor on one field; `expired` says on which side of now it ends."""
    name = draw(st.sampled_from(FIELD_NAMES))
    ends_past = draw(st.booleans()) if expired is None else expired
    distance = draw(st.integers(0, 10_000)) if ends_past else -draw(st.integers(1, 10_000))
    return FloorException(
        checkpoint="billing_change",
        field=name,
        value=draw(FIELD_VALUES[name]),
        owner="ops@example.com",
        reason="migration",
        expires_at=NOW - timedelta(seconds=distance),
    )


facts: st.SearchStrategy[MethodFacts] = st.builds(
    MethodFacts,
    method=st.sampled_from(Method),
    primary=primaries,
    user_verified=st.booleans(),
    backup_eligible=st.booleans(),
    attested=st.booleans(),
)

phone_facts: st.SearchStrategy[MethodFacts] = st.builds(
    MethodFacts,
    method=st.sampled_from(PHONE_METHODS),
    primary=primaries,
    user_verified=st.booleans(),
    backup_eligible=st.booleans(),
    attested=st.booleans(),
)


def proofs_of(what: st.SearchStrategy[MethodFacts]) -> st.SearchStrategy[Proof]:
    """Proofs with such facts, some stale, some from the future, bound or not, spent or not."""
    return st.builds(
        Proof,
        grant=st.just("grant"),
        facts=what,
        verified_at=spans(-10, 2400).map(lambda age: NOW - age),
        source=st.sampled_from(Source),
        intent=intents,
        uses_left=st.sampled_from([None, 0, 1, 2]),
    )


proofs = proofs_of(facts)
loose_policies: st.SearchStrategy[Policy] = st.builds(
    Policy,
    **FIELD_VALUES
    | {
        "active": st.just(True),
        "ttl": spans(600, 1800),
        "allowed_factors": st.just(BASE.allowed_factors),
        "allowed_channels": st.just(BASE.allowed_channels),
        "user_verification": st.just(UserVerification.PREFERRED),
        "attested_only": st.just(False),
    },
)
"""Policies that ask for proof but accept every kind, so that passes are common."""
