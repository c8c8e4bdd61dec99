"""Values to draw from: policies, proofs, wishes and the moments around one fixed now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, assert_never

from hypothesis import strategies as st

from otpguard.core.assurance import (
    PROFILES,
    AssuranceLevel,
    AssuranceProfile,
    MethodFacts,
    Primary,
)
from otpguard.core.checkpoints import BUILT_IN, Checkpoint
from otpguard.core.countries import ANYWHERE
from otpguard.core.evidence import Proof, Source
from otpguard.core.policy import RULES, Policy
from otpguard.core.policy_choices import UserVerification
from otpguard.core.policy_exception import FloorException
from otpguard.core.policy_rules import FieldRule
from otpguard.core.policy_values import (
    Choice,
    Count,
    Countries,
    Flag,
    Order,
    OrderByCountry,
    Seconds,
    Some,
    Words,
)
from otpguard.core.presets import BASE
from otpguard.core.shipped_kinds import PHONE, SHIPPED, SHIPPED_METHODS

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PHONE_METHODS = PHONE.methods

levels = st.sampled_from(AssuranceLevel)
primaries = st.sampled_from(Primary)
profiles: st.SearchStrategy[AssuranceProfile] = st.sampled_from(list(PROFILES.values()))
checkpoints: st.SearchStrategy[Checkpoint] = st.sampled_from(list(BUILT_IN.values()))
intents = st.sampled_from(["", "intent-a", "intent-b"])


def spans(low: int, high: int) -> st.SearchStrategy[timedelta]:
    """Whole seconds from `low` to `high`."""
    return st.integers(low, high).map(lambda seconds: timedelta(seconds=seconds))


def orders_of(kind: type[StrEnum]) -> st.SearchStrategy[tuple[Any, ...]]:
    """Some members in an order, each once."""
    return st.lists(st.sampled_from(kind), min_size=1, unique=True).map(tuple)


def values_of(  # noqa: PLR0911 (one for each kind of value)
    rule: FieldRule, *, wished: bool
) -> st.SearchStrategy[Any]:
    """Values of one field: those that a wish may carry, or any of the type, beyond bounds too."""
    wider = 1 if wished else 6
    match rule.values:
        case Flag():
            return st.booleans()
        case Choice(words=words):
            return st.sampled_from(list(words.values()))
        case Seconds(low=low, high=high):
            return spans(low, high * wider)
        case Count(low=low, high=high):
            return st.integers(low, high * wider)
        case Some(kind=kind):
            return st.frozensets(st.sampled_from(kind))
        case Words(always=always):
            must = {always} if wished else set()
            return st.frozensets(st.sampled_from(list(SHIPPED))).map(lambda some: some | must)
        case Order(kind=kind):
            return orders_of(kind)
        case OrderByCountry(kind=kind):
            countries = st.sampled_from(["DE", "IN", "US"])
            found = st.dictionaries(countries, orders_of(kind))
            return found.map(lambda each: tuple(sorted(each.items())))
        case Countries():
            return st.frozensets(st.sampled_from(["001", "DE", "IN", "US"])) | st.just(ANYWHERE)
        case other:
            assert_never(other)


FIELD_VALUES = {name: values_of(rule, wished=False) for name, rule in RULES.items()}
"""Any value of the field's type, also beyond what anybody may ask for."""

WISHED_VALUES = {name: values_of(rule, wished=True) for name, rule in RULES.items()}
"""Values that a wish may carry."""

policies: st.SearchStrategy[Policy] = st.builds(Policy, **FIELD_VALUES)
wishes: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries({}, optional=WISHED_VALUES)
any_wishes: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries({}, optional=FIELD_VALUES)


@st.composite
def floor_exceptions(draw: st.DrawFn, *, expired: bool | None = None) -> FloorException:
    """A departure from the floor on one field; `expired` says on which side of now it ends."""
    name = draw(st.sampled_from(list(RULES)))
    ends_past = draw(st.booleans()) if expired is None else expired
    distance = draw(st.integers(0, 10_000)) if ends_past else -draw(st.integers(1, 10_000))
    return FloorException(
        field=name,
        value=draw(FIELD_VALUES[name]),
        expires_at=NOW - timedelta(seconds=distance),
    )


facts: st.SearchStrategy[MethodFacts] = st.builds(
    MethodFacts,
    method=st.sampled_from(list(SHIPPED_METHODS.values())),
    primary=primaries,
    user_verified=st.booleans(),
    backup_eligible=st.booleans(),
    attested=st.booleans(),
    short_code=st.booleans(),
)

phone_facts: st.SearchStrategy[MethodFacts] = st.builds(
    MethodFacts,
    method=st.sampled_from(PHONE_METHODS),
    primary=primaries,
    user_verified=st.booleans(),
    backup_eligible=st.booleans(),
    attested=st.booleans(),
    short_code=st.booleans(),
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
        "idp_satisfies": st.just(True),
    },
)
"""Policies that ask for proof but accept every kind, so that passes are common."""
