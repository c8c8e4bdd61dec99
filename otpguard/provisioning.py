"""The porch for hosts that create and delete tenants, members, rules and hardware tokens in code.

Each function is one transaction with its audit events. Import from here: the rooms below may move.
"""

from otpguard.flows.erase import remove_tenant
from otpguard.flows.factor.import_tokens import import_tokens
from otpguard.flows.privacy.erase_subject import Erased, erase_subject
from otpguard.flows.privacy.export_subject import SubjectExport, export_subject
from otpguard.flows.privacy.legal_hold import lift_legal_hold, place_legal_hold
from otpguard.flows.pumping.account_age import signal_usage
from otpguard.flows.tenant.enrollment import set_rule
from otpguard.flows.tenant.import_members import InvalidRow, MemberRow, import_members
from otpguard.flows.tenant.import_request import import_members_or_ask
from otpguard.flows.tenant.member_request import set_member_or_ask
from otpguard.flows.tenant.provision import change_tenant, create_tenant, set_member

__all__ = [
    "Erased",
    "InvalidRow",
    "MemberRow",
    "SubjectExport",
    "change_tenant",
    "create_tenant",
    "erase_subject",
    "export_subject",
    "import_members",
    "import_members_or_ask",
    "import_tokens",
    "lift_legal_hold",
    "place_legal_hold",
    "remove_tenant",
    "set_member",
    "set_member_or_ask",
    "set_rule",
    "signal_usage",
]
