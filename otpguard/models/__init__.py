"""The tables, one aggregate a file: columns, constraints and named querysets, no behavior."""

from otpguard.models.approval import Approval, Vote
from otpguard.models.audit import Event
from otpguard.models.billing.billing_change import BillingChange
from otpguard.models.challenge import Challenge, Delivery, Usage
from otpguard.models.daily_total import DailyTotal
from otpguard.models.device import KnownDevice, LoginPlace
from otpguard.models.emergency.envelope import EmergencyAccess, Envelope, EnvelopeCode
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
from otpguard.models.federation.domain import VerifiedDomain
from otpguard.models.federation.provider import IdentityProvider
from otpguard.models.federation.sign_in import FederatedIdentity, IdpRequest, SeenStatement
from otpguard.models.federation.signals import SeenSignal, SignalStream
from otpguard.models.grant import Grant, KeptForm
from otpguard.models.hold import Hold
from otpguard.models.keys.key_record import KeyRecord
from otpguard.models.notice import Notice, NoticeEmail
from otpguard.models.opt_out import OptOut
from otpguard.models.password_reset import EmailChange, ResetLink, ResetRequest
from otpguard.models.phone_claim import PhoneClaim
from otpguard.models.policy import PolicyWish
from otpguard.models.policy_exception import PolicyException
from otpguard.models.price import Price
from otpguard.models.privacy.legal_hold import LegalHold
from otpguard.models.privacy.subject_key import SubjectKey
from otpguard.models.publishing.publication import AuditSchedule, LogCheck, Publication
from otpguard.models.pumping.cap_raise import CapRaise
from otpguard.models.pumping.closure import PaidClosure, SignupLockdown
from otpguard.models.pumping.limiter_state import LimiterState
from otpguard.models.pumping.mailed_browser import MailedBrowser
from otpguard.models.pumping.number_intel import NumberAnswer, VendorState
from otpguard.models.pumping.prefix_rule import PrefixRule
from otpguard.models.pumping.prefix_statistic import NumberOutcome, PrefixStatistic, PumpingMark
from otpguard.models.pumping.pumping_decision import NumberRelease, PumpingDecision
from otpguard.models.pumping.spend import SpendCharge, SpendWindow
from otpguard.models.pumping.spent_token import SpentToken
from otpguard.models.receipt import Receipt
from otpguard.models.release import Release
from otpguard.models.route import RouteHealth, RouteSwitch
from otpguard.models.scim.scim_group import ScimGroup, ScimGroupMember
from otpguard.models.scim.scim_token import ScimToken
from otpguard.models.scim.scim_user import ScimEmail, ScimUser
from otpguard.models.seal import ALL_HEADS, SITE_EVENTS, LogTile, Seal, SealCursor
from otpguard.models.sender import TenDlcRegistration, WhatsAppSender
from otpguard.models.session import LoginSession, WrongPasswords
from otpguard.models.siem.log_stream import DeadLetter, LogStream
from otpguard.models.tenant import Membership, Tenant
from otpguard.models.verification.verification import Verification

__all__ = [
    "ALL_HEADS",
    "SITE_EVENTS",
    "Approval",
    "AuditSchedule",
    "BillingChange",
    "CapRaise",
    "Challenge",
    "DailyTotal",
    "DeadLetter",
    "Delivery",
    "EmailChange",
    "EmergencyAccess",
    "EnrollmentReminder",
    "EnrollmentRule",
    "Envelope",
    "EnvelopeCode",
    "Event",
    "Factor",
    "FactorBlock",
    "FactorLane",
    "FactorRemoval",
    "FederatedIdentity",
    "Grant",
    "Hold",
    "IdentityProvider",
    "IdpRequest",
    "KeptForm",
    "KeyRecord",
    "KnownDevice",
    "LegalHold",
    "LimiterState",
    "LogCheck",
    "LogStream",
    "LogTile",
    "LoginPlace",
    "LoginSession",
    "MailedBrowser",
    "Membership",
    "Notice",
    "NoticeEmail",
    "NumberAnswer",
    "NumberOutcome",
    "NumberRelease",
    "OptOut",
    "PaidClosure",
    "PasskeyFactor",
    "PhoneClaim",
    "PhoneFactor",
    "PolicyException",
    "PolicyWish",
    "PrefixRule",
    "PrefixStatistic",
    "Price",
    "Publication",
    "PumpingDecision",
    "PumpingMark",
    "Receipt",
    "RecoveryCode",
    "RecoveryFactor",
    "Release",
    "ResetLink",
    "ResetRequest",
    "RouteHealth",
    "RouteSwitch",
    "ScimEmail",
    "ScimGroup",
    "ScimGroupMember",
    "ScimToken",
    "ScimUser",
    "Seal",
    "SealCursor",
    "SeenSignal",
    "SeenStatement",
    "SignalStream",
    "SignupLockdown",
    "SpendCharge",
    "SpendWindow",
    "SpentToken",
    "SubjectKey",
    "TenDlcRegistration",
    "Tenant",
    "TotpFactor",
    "Usage",
    "VendorState",
    "Verification",
    "VerifiedDomain",
    "Vote",
    "WhatsAppSender",
    "WrongPasswords",
]
