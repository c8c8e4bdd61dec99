"""The tables, one aggregate a file: columns, constraints and named querysets, no behaviour."""

from otpguard.models.approval import Approval
from otpguard.models.audit import Event
from otpguard.models.challenge import Challenge, Delivery, Usage
from otpguard.models.device import KnownDevice
from otpguard.models.enrollment import EnrollmentRule
from otpguard.models.factor import (
    Factor,
    FactorBlock,
    FactorLane,
    PasskeyFactor,
    PhoneFactor,
    RecoveryCode,
    RecoveryFactor,
    TotpFactor,
)
from otpguard.models.grant import Grant, HeldRequest
from otpguard.models.hold import Hold
from otpguard.models.notice import Notice, NoticeAddress
from otpguard.models.policy import PolicyWish
from otpguard.models.price import Price
from otpguard.models.receipt import Receipt
from otpguard.models.route import RouteHealth, RouteSwitch
from otpguard.models.sender import SenderRegistration, WhatsAppSender
from otpguard.models.session import LoginSession
from otpguard.models.tenant import Membership, Tenant

__all__ = [
    "Approval",
    "Challenge",
    "Delivery",
    "EnrollmentRule",
    "Event",
    "Factor",
    "FactorBlock",
    "FactorLane",
    "Grant",
    "HeldRequest",
    "Hold",
    "KnownDevice",
    "LoginSession",
    "Membership",
    "Notice",
    "NoticeAddress",
    "PasskeyFactor",
    "PhoneFactor",
    "PolicyWish",
    "Price",
    "Receipt",
    "RecoveryCode",
    "RecoveryFactor",
    "RouteHealth",
    "RouteSwitch",
    "SenderRegistration",
    "Tenant",
    "TotpFactor",
    "Usage",
    "WhatsAppSender",
]
