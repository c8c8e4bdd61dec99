"""The porch for hosts that create and delete tenants, members, rules and hardware tokens in code.

Each function is one transaction with its audit events. Import from here: the rooms below may move.
"""

from otpguard.flows.erase import remove_tenant
from otpguard.flows.factor.import_tokens import import_tokens
from otpguard.flows.tenant.enrollment import set_rule
from otpguard.flows.tenant.import_members import InvalidRow, MemberRow, import_members
from otpguard.flows.tenant.provision import change_tenant, create_tenant, set_member

__all__ = [
    "InvalidRow",
    "MemberRow",
    "change_tenant",
    "create_tenant",
    "import_members",
    "import_tokens",
    "remove_tenant",
    "set_member",
    "set_rule",
]
