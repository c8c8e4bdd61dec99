"""The site's admin: read-only lists, and one page for each change that operators make."""

from otpguard.admin.approval import ApprovalAdmin
from otpguard.admin.audit.log_check import LogCheckAdmin
from otpguard.admin.billing.billing_change import BillingChangeAdmin
from otpguard.admin.block import FactorBlockAdmin
from otpguard.admin.challenge import ChallengeAdmin, PhoneClaimAdmin
from otpguard.admin.delivery import DeliveryAdmin
from otpguard.admin.emergency.access import EmergencyAccessAdmin, EnvelopeAdmin
from otpguard.admin.enrollment import EnrollmentRuleAdmin
from otpguard.admin.event import EventAdmin
from otpguard.admin.factor import FactorAdmin
from otpguard.admin.federation.domain import VerifiedDomainAdmin
from otpguard.admin.federation.identity import FederatedIdentityAdmin
from otpguard.admin.federation.provider import IdentityProviderAdmin
from otpguard.admin.federation.signal_stream import SignalStreamAdmin
from otpguard.admin.grant import GrantAdmin
from otpguard.admin.hold import HoldAdmin
from otpguard.admin.keys.record import KeyRecordAdmin
from otpguard.admin.membership import MembershipAdmin
from otpguard.admin.notice import NoticeAdmin
from otpguard.admin.opt_out import OptOutAdmin
from otpguard.admin.password_reset.email_change import EmailChangeAdmin
from otpguard.admin.password_reset.link import ResetLinkAdmin
from otpguard.admin.password_reset.request import ResetRequestAdmin
from otpguard.admin.policy import PolicyWishAdmin
from otpguard.admin.policy_exception import PolicyExceptionAdmin
from otpguard.admin.price import PriceAdmin
from otpguard.admin.privacy.legal_hold import LegalHoldAdmin
from otpguard.admin.privacy.subject_key import SubjectKeyAdmin
from otpguard.admin.pumping.cap_raise import CapRaiseAdmin
from otpguard.admin.pumping.closure import PaidClosureAdmin, SignupLockdownAdmin
from otpguard.admin.pumping.decision import PumpingDecisionAdmin
from otpguard.admin.pumping.number_intel import NumberAnswerAdmin, VendorStateAdmin
from otpguard.admin.pumping.prefix_rule import PrefixRuleAdmin
from otpguard.admin.pumping.prefix_statistic import PrefixStatisticAdmin
from otpguard.admin.pumping.release import NumberReleaseAdmin
from otpguard.admin.receipt import ReceiptAdmin
from otpguard.admin.release.release import ReleaseAdmin
from otpguard.admin.route import RouteHealthAdmin, RouteSwitchAdmin
from otpguard.admin.scim.group import ScimGroupAdmin
from otpguard.admin.scim.person import ScimUserAdmin
from otpguard.admin.scim.token import ScimTokenAdmin
from otpguard.admin.session import LoginSessionAdmin
from otpguard.admin.siem.log_stream import DeadLetterAdmin, LogStreamAdmin
from otpguard.admin.ten_dlc import TenDlcRegistrationAdmin
from otpguard.admin.tenant import TenantAdmin
from otpguard.admin.whatsapp_sender import WhatsAppSenderAdmin

__all__ = [
    "ApprovalAdmin",
    "BillingChangeAdmin",
    "CapRaiseAdmin",
    "ChallengeAdmin",
    "DeadLetterAdmin",
    "DeliveryAdmin",
    "EmailChangeAdmin",
    "EmergencyAccessAdmin",
    "EnrollmentRuleAdmin",
    "EnvelopeAdmin",
    "EventAdmin",
    "FactorAdmin",
    "FactorBlockAdmin",
    "FederatedIdentityAdmin",
    "GrantAdmin",
    "HoldAdmin",
    "IdentityProviderAdmin",
    "KeyRecordAdmin",
    "LegalHoldAdmin",
    "LogCheckAdmin",
    "LogStreamAdmin",
    "LoginSessionAdmin",
    "MembershipAdmin",
    "NoticeAdmin",
    "NumberAnswerAdmin",
    "NumberReleaseAdmin",
    "OptOutAdmin",
    "PaidClosureAdmin",
    "PhoneClaimAdmin",
    "PolicyExceptionAdmin",
    "PolicyWishAdmin",
    "PrefixRuleAdmin",
    "PrefixStatisticAdmin",
    "PriceAdmin",
    "PumpingDecisionAdmin",
    "ReceiptAdmin",
    "ReleaseAdmin",
    "ResetLinkAdmin",
    "ResetRequestAdmin",
    "RouteHealthAdmin",
    "RouteSwitchAdmin",
    "ScimGroupAdmin",
    "ScimTokenAdmin",
    "ScimUserAdmin",
    "SignalStreamAdmin",
    "SignupLockdownAdmin",
    "SubjectKeyAdmin",
    "TenDlcRegistrationAdmin",
    "TenantAdmin",
    "VendorStateAdmin",
    "VerifiedDomainAdmin",
    "WhatsAppSenderAdmin",
]
