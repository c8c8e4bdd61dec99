"""How risky a login is, from what is known when it happens. Pure: no clock, no store.

Each reason adds its points; the sum, at most 100, is compared with the site's limit. A browser that
is recognized is not asked for a new network or country alone: people travel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from otpguard.core.policy_choices import LoginWhen
from otpguard.core.pumping.attempt import NetworkFacts, NetworkKind

TRAVEL_WINDOW = timedelta(hours=2)
"""Within this time nobody logs in from two countries."""

HIGHEST_SCORE = 100


class RiskReason(StrEnum):
    """Why a login is risky."""

    NEW_DEVICE = "new_device"
    NEW_NETWORK = "new_network"
    NEW_COUNTRY = "new_country"
    IMPOSSIBLE_TRAVEL = "impossible_travel"
    WRONG_ANSWERS = "wrong_answers"
    WRONG_PASSWORDS = "wrong_passwords"
    DORMANT = "dormant_account"
    HOSTING = "hosting_network"
    TOR = "tor_network"
    IDP_MEDIUM = "idp_risk_medium"
    IDP_HIGH = "idp_risk_high"
    IDP_UNKNOWN = "idp_risk_unknown"
    NOT_EVALUATED = "risk_not_evaluated"


class IdpRisk(StrEnum):
    """What the identity provider says about the login."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    UNKNOWN = "unknown"
    """It was asked, and nobody understands the answer."""


POINTS: Mapping[RiskReason, int] = MappingProxyType(
    {
        RiskReason.NEW_DEVICE: 40,
        RiskReason.NEW_NETWORK: 10,
        RiskReason.NEW_COUNTRY: 20,
        RiskReason.IMPOSSIBLE_TRAVEL: 40,
        RiskReason.WRONG_ANSWERS: 30,
        RiskReason.WRONG_PASSWORDS: 30,
        RiskReason.DORMANT: 20,
        RiskReason.HOSTING: 20,
        RiskReason.TOR: 40,
        RiskReason.IDP_MEDIUM: 20,
        RiskReason.IDP_HIGH: 60,
        RiskReason.IDP_UNKNOWN: 20,
        RiskReason.NOT_EVALUATED: HIGHEST_SCORE,
    }
)
"""What each reason adds to the score."""

_NETWORKS: Mapping[NetworkKind, RiskReason] = MappingProxyType(
    {
        NetworkKind.HOSTING: RiskReason.HOSTING,
        NetworkKind.PROXY: RiskReason.HOSTING,
        NetworkKind.TOR: RiskReason.TOR,
    }
)
_IDP: Mapping[IdpRisk, RiskReason] = MappingProxyType(
    {
        IdpRisk.MEDIUM: RiskReason.IDP_MEDIUM,
        IdpRisk.HIGH: RiskReason.IDP_HIGH,
        IdpRisk.UNKNOWN: RiskReason.IDP_UNKNOWN,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPlace:
    """A country (ISO 3166) and network (ASN) that somebody has logged in from, and when last.
    `country` is empty and `asn` 0 where the data did not say."""

    country: str
    asn: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginFacts:
    """What is known of one login before it counts.

    `recognized` says that this browser has proven a factor of the person lately. `places` are
    those of earlier logins in any order. `wrong_answers` is the number of wrong codes that were
    typed for this person since a day ago, `wrong_passwords` that of wrong passwords with a login
    name of this person. `idp` is None if no identity provider is asked.
    """

    now: datetime
    recognized: bool
    network: NetworkFacts
    places: Sequence[SeenPlace] = ()
    wrong_answers: int = 0
    wrong_passwords: int = 0
    idp: IdpRisk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskTerms:
    """The site's limits. `ask_from` is the score from which on a risky login is asked, `dormant`
    the time without a login that makes an account dormant, `wrong_answers` how many wrong codes in
    a day are a reason, `wrong_passwords` how many wrong passwords. With `record_only` a risk is
    written down and nobody is asked for it."""

    record_only: bool = True
    ask_from: int = 40
    dormant: timedelta = timedelta(days=90)
    wrong_answers: int = 5
    wrong_passwords: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRisk:
    """The score, 0 to 100, and its reasons, the heaviest first."""

    score: int
    reasons: tuple[RiskReason, ...] = ()

    @property
    def new_device(self) -> bool:
        """True if nothing says that this browser is the person's."""
        return not {RiskReason.NEW_DEVICE, RiskReason.NOT_EVALUATED}.isdisjoint(self.reasons)


NOT_EVALUATED = LoginRisk(score=HIGHEST_SCORE, reasons=(RiskReason.NOT_EVALUATED,))
"""The risk of a login that nobody looked at: the highest."""


def login_risk(facts: LoginFacts, terms: RiskTerms) -> LoginRisk:
    """Evaluate one login. What the data does not know adds nothing, except for an identity
    provider whose answer nobody understands."""
    found = [] if facts.recognized else [RiskReason.NEW_DEVICE]
    found += _of_place(facts)
    if facts.wrong_answers >= terms.wrong_answers:
        found.append(RiskReason.WRONG_ANSWERS)
    if facts.wrong_passwords >= terms.wrong_passwords:
        found.append(RiskReason.WRONG_PASSWORDS)
    last = max((place.at for place in facts.places), default=None)
    if last is not None and facts.now - last >= terms.dormant:
        found.append(RiskReason.DORMANT)
    if facts.network.kind in _NETWORKS:
        found.append(_NETWORKS[facts.network.kind])
    if facts.idp is not None and facts.idp in _IDP:
        found.append(_IDP[facts.idp])
    found.sort(key=lambda reason: (-POINTS[reason], reason))
    return LoginRisk(
        score=min(HIGHEST_SCORE, sum(POINTS[reason] for reason in found)), reasons=tuple(found)
    )


def _of_place(facts: LoginFacts) -> list[RiskReason]:
    """What the network and country say beside those of earlier logins; nothing at a first one."""
    network, found = facts.network, []
    asns = {place.asn for place in facts.places} - {0}
    countries = {place.country for place in facts.places} - {""}
    if network.asn and asns and network.asn not in asns:
        found.append(RiskReason.NEW_NETWORK)
    if network.country and countries and network.country not in countries:
        found.append(RiskReason.NEW_COUNTRY)
    if network.country and any(
        place.country not in {"", network.country} and facts.now - place.at <= TRAVEL_WINDOW
        for place in facts.places
    ):
        found.append(RiskReason.IMPOSSIBLE_TRAVEL)
    return found


def is_asked(risk: LoginRisk, *, when: LoginWhen, terms: RiskTerms) -> bool:
    """Whether a login of this risk needs a proof where the policy is on and says `when`."""
    if when is LoginWhen.ALWAYS:
        return True
    return not terms.record_only and risk.score >= terms.ask_from


def phone_serves(risk: LoginRisk, *, is_admin: bool, swapped: bool | None) -> bool:
    """Whether a phone may confirm this login: not for an administrator on a new device unless a
    vendor says that the SIM card was not changed lately. `swapped` is None if nobody knows."""
    return not (is_admin and risk.new_device and swapped is not False)


def read_reasons(stored: Sequence[str]) -> tuple[RiskReason, ...]:
    """Reasons as they are stored; those of another release are left out."""
    known = {reason.value: reason for reason in RiskReason}
    return tuple(known[each] for each in stored if each in known)
