"""The tables, one aggregate a file: columns, constraints and named querysets, no behavior."""

from otpguard.models.approval import Approval
from otpguard.models.audit import Event
from otpguard.models.challenge import Challenge, Delivery, Usage
from otpguard.models.daily_total import DailyTotal
from otpguard.models.device import KnownDevice
from otpguard.models.enrollment import EnrollmentReminder, EnrollmentRule
from otpguard.models.factor import (
    Factor,
    FactorBlock,
    FactorLane,
    FactorRemoval,
    PasskeyFactor,
    PhoneFactor,
    RecoveryCode,
    RecoveryFactor,
    TotpFactor,
)
from otpguard.models.grant import Grant, KeptForm
from otpguard.models.hold import Hold
from otpguard.models.notice import Notice, NoticeEmail
from otpguard.models.opt_out import OptOut
from otpguard.models.phone_claim import PhoneClaim
from otpguard.models.policy import PolicyWish
from otpguard.models.policy_exception import PolicyException
from otpguard.models.price import Price
from otpguard.models.receipt import Receipt
from otpguard.models.route import RouteHealth, RouteSwitch
from otpguard.models.sender import TenDlcRegistration, WhatsAppSender
from otpguard.models.session import LoginSession
from otpguard.models.tenant import Membership, Tenant

__all__ = [
    "Approval",
    "Challenge",
    "DailyTotal",
    "Delivery",
    "EnrollmentReminder",
    "EnrollmentRule",
    "Event",
    "Factor",
    "FactorBlock",
    "FactorLane",
    "FactorRemoval",
    "Grant",
    "Hold",
    "KeptForm",
    "KnownDevice",
    "LoginSession",
    "Membership",
    "Notice",
    "NoticeEmail",
    "OptOut",
    "PasskeyFactor",
    "PhoneClaim",
    "PhoneFactor",
    "PolicyException",
    "PolicyWish",
    "Price",
    "Receipt",
    "RecoveryCode",
    "RecoveryFactor",
    "RouteHealth",
    "RouteSwitch",
    "TenDlcRegistration",
    "Tenant",
    "TotpFactor",
    "Usage",
    "WhatsAppSender",
]
