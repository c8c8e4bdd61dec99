"""The site's admin: read-only lists, and one page for each change that operators make."""

from otpguard.admin.approval import ApprovalAdmin
from otpguard.admin.block import FactorBlockAdmin
from otpguard.admin.challenge import ChallengeAdmin, PhoneClaimAdmin
from otpguard.admin.delivery import DeliveryAdmin
from otpguard.admin.enrollment import EnrollmentRuleAdmin
from otpguard.admin.event import EventAdmin
from otpguard.admin.factor import FactorAdmin
from otpguard.admin.grant import GrantAdmin
from otpguard.admin.hold import HoldAdmin
from otpguard.admin.membership import MembershipAdmin
from otpguard.admin.notice import NoticeAdmin
from otpguard.admin.opt_out import OptOutAdmin
from otpguard.admin.policy import PolicyWishAdmin
from otpguard.admin.policy_exception import PolicyExceptionAdmin
from otpguard.admin.price import PriceAdmin
from otpguard.admin.receipt import ReceiptAdmin
from otpguard.admin.route import RouteHealthAdmin, RouteSwitchAdmin
from otpguard.admin.session import LoginSessionAdmin
from otpguard.admin.ten_dlc import TenDlcRegistrationAdmin
from otpguard.admin.tenant import TenantAdmin
from otpguard.admin.whatsapp_sender import WhatsAppSenderAdmin

__all__ = [
    "ApprovalAdmin",
    "ChallengeAdmin",
    "DeliveryAdmin",
    "EnrollmentRuleAdmin",
    "EventAdmin",
    "FactorAdmin",
    "FactorBlockAdmin",
    "GrantAdmin",
    "HoldAdmin",
    "LoginSessionAdmin",
    "MembershipAdmin",
    "NoticeAdmin",
    "OptOutAdmin",
    "PhoneClaimAdmin",
    "PolicyExceptionAdmin",
    "PolicyWishAdmin",
    "PriceAdmin",
    "ReceiptAdmin",
    "RouteHealthAdmin",
    "RouteSwitchAdmin",
    "TenDlcRegistrationAdmin",
    "TenantAdmin",
    "WhatsAppSenderAdmin",
]
