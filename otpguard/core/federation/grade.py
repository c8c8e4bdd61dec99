"""From an identity provider's statement to a proof, or to the reason why it proves nothing.

What was asked for plays no part: only what came back counts. Nothing here is ever worth more than
the values state, by the vendor's own word and with the tenant's opt-in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from otpguard.core.assurance import Method, MethodFacts, Primary
from otpguard.core.federation.evidence import MOST_VALUES, Protocol, SignInEvidence
from otpguard.core.federation.methods import BY_IDP_MFA, BY_IDP_PHR, BY_IDP_PHRH
from otpguard.core.federation.profiles import IdpProfile, StatementPlace

LEEWAY = timedelta(seconds=60)
"""How far the provider's clock may run ahead of ours."""

LONGEST_AGE = timedelta(minutes=30)
"""The oldest sign-in that any setting lets count: that of any proof (see TTL_CAP)."""


class IdpReason(StrEnum):
    """Why a statement proves nothing."""

    SAYS_NOTHING = "says_nothing"
    NOT_ACCEPTED = "not_accepted"
    NO_TIME = "no_time"
    TOO_OLD = "too_old"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedValues:
    """What one tenant has opted in to. `values` state more than one factor, by place;
    `phishing_resistant` says that the profile's own words for that count as well. `max_age` is how
    old a sign-in may be when it arrives."""

    values: Mapping[StatementPlace, frozenset[str]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    phishing_resistant: bool = False
    max_age: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class IdpProof:
    """What the statement proves, and since when by our clock."""

    facts: MethodFacts
    verified_at: datetime


@dataclass(frozen=True, slots=True)
class NoProof:
    """It proves nothing: a factor of our own is asked for."""

    reason: IdpReason


def grade(
    evidence: SignInEvidence, *, profile: IdpProfile, accepted: AcceptedValues
) -> IdpProof | NoProof:
    """What a sign-in proves at this provider for the tenant that has `accepted` its words.

    The time of the proof is never later than the provider's own and never later than ours. Without
    the provider's there is no proof: it may be of this morning.
    """
    said = _said(evidence)
    if not any(said.values()):
        return NoProof(IdpReason.SAYS_NOTHING)
    if not _states_more_than_one(evidence, said, profile, accepted):
        return NoProof(IdpReason.NOT_ACCEPTED)
    at = evidence.authenticated_at
    if at is None:
        return NoProof(IdpReason.NO_TIME)
    if at > evidence.received_at + LEEWAY:
        return NoProof(IdpReason.AHEAD)
    if evidence.received_at - at > min(accepted.max_age, LONGEST_AGE):
        return NoProof(IdpReason.TOO_OLD)
    method = BY_IDP_MFA
    if accepted.phishing_resistant and evidence.protocol is Protocol.OIDC:
        method = _resistant(said, profile) or method
    facts = MethodFacts(method=method, primary=Primary.SSO)
    return IdpProof(facts, min(at, evidence.received_at))


def _said(evidence: SignInEvidence) -> dict[StatementPlace, frozenset[str]]:
    said = {
        StatementPlace.AMR: evidence.amr,
        StatementPlace.ACR: (evidence.acr,) if evidence.acr else (),
        StatementPlace.CONTEXTS: evidence.contexts,
        StatementPlace.ACRS: evidence.acrs,
    }
    return {
        place: frozenset(values) if len(values) <= MOST_VALUES else frozenset()
        for place, values in said.items()
    }


def _states_more_than_one(
    evidence: SignInEvidence,
    said: Mapping[StatementPlace, frozenset[str]],
    profile: IdpProfile,
    accepted: AcceptedValues,
) -> bool:
    return any(
        profile.may_list(place, value, evidence.protocol)
        for place, values in said.items()
        for value in values & accepted.values.get(place, frozenset())
    )


def _resistant(said: Mapping[StatementPlace, frozenset[str]], profile: IdpProfile) -> Method | None:
    def has(wanted: Mapping[StatementPlace, frozenset[str]]) -> bool:
        return any(said[place] & values for place, values in wanted.items())

    if has(profile.phrh):
        return BY_IDP_PHRH
    return BY_IDP_PHR if has(profile.phr) else None
