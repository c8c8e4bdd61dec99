"""The tables, one aggregate a file: columns, constraints and named querysets, no behaviour."""

from otpguard.models.audit import Event
from otpguard.models.challenge import Challenge, Delivery, Usage
from otpguard.models.factor import (
    Factor,
    FactorLane,
    PasskeyFactor,
    PhoneFactor,
    RecoveryFactor,
    TotpFactor,
)
from otpguard.models.grant import Grant, HeldRequest
from otpguard.models.hold import Hold
from otpguard.models.policy import PolicyWish
from otpguard.models.session import LoginSession
from otpguard.models.tenant import Membership, Tenant

__all__ = [
    "Challenge",
    "Delivery",
    "Event",
    "Factor",
    "FactorLane",
    "Grant",
    "HeldRequest",
    "Hold",
    "LoginSession",
    "Membership",
    "PasskeyFactor",
    "PhoneFactor",
    "PolicyWish",
    "RecoveryFactor",
    "Tenant",
    "TotpFactor",
    "Usage",
]
