"""Human words for the codes of the core, translatable. The core itself knows only codes.

A message text may be given to gettext here, and nowhere else, by variable: the English texts of
checkpoints and events stand in their declarations and are collected by `makemessages` from the
tables below and from the catalog's own file.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from otpguard.core.assurance import AssuranceLevel, Channel, FactorKind
from otpguard.core.checkpoints import Checkpoint
from otpguard.core.decision import Reason
from otpguard.core.events import CATALOG

Text = str | Promise

CHECKPOINTS: Mapping[str, Text] = {
    "signup": _("Sign up"),
    "password_reset": _("Reset a password"),
    "role_grant": _("Grant an admin role"),
    "billing_change": _("Change how you pay"),
    "api_key": _("Create or rotate an API key"),
    "api_key.production": _("Create or rotate a production API key"),
    "audit_log_export": _("Export the audit log"),
    "data_export": _("Export customer data"),
    "security_settings": _("Change security settings"),
    "login": _("Log in"),
    "first_action": _("Use the product for the first time"),
    "team_invite": _("Invite a team member"),
    "sensitive_setting": _("Change a sensitive setting"),
    "transaction_flow": _("Change where money goes"),
    "account_closure": _("Close the account"),
    "audit_log_view": _("View the audit log"),
}

CHANNELS: Mapping[Channel, Text] = {
    Channel.SMS: _("text message"),
    Channel.WHATSAPP: _("WhatsApp"),
    Channel.VOICE: _("phone call"),
    Channel.EMAIL: _("e-mail"),
}

FACTOR_KINDS: Mapping[FactorKind, Text] = {
    FactorKind.PHONE: _("Phone"),
    FactorKind.TOTP: _("Authenticator app"),
    FactorKind.PASSKEY: _("Passkey or security key"),
    FactorKind.RECOVERY: _("Recovery code"),
}

LEVELS: Mapping[AssuranceLevel, Text] = {
    AssuranceLevel.AAL1: _("a confirmed phone"),
    AssuranceLevel.AAL2: _("a second factor"),
    AssuranceLevel.AAL3: _("a passkey, security key or hardware token"),
}

REASONS: Mapping[Reason, Text] = {
    Reason.PROVEN: _("Proven."),
    Reason.NOT_REQUIRED: _("No proof is required here."),
    Reason.NO_TENANT: _("No organization is selected."),
    Reason.NOT_LOGGED_IN: _("Log in first."),
    Reason.NOT_A_MEMBER: _("You are not a member of this organization."),
    Reason.USER_INACTIVE: _("This user account is not active."),
    Reason.MEMBERSHIP_INACTIVE: _("Your membership of this organization has ended."),
    Reason.TENANT_INACTIVE: _("This organization is suspended."),
    Reason.HELD: _("A waiting period is still running."),
    Reason.NO_PROOF: _("Confirm that it is you."),
    Reason.PROOF_STALE: _("Your last confirmation is too long ago."),
    Reason.LEVEL_TOO_LOW: _("This action needs a stronger confirmation."),
    Reason.OTHER_INTENT: _("Your confirmation was for another action."),
    Reason.SPENT: _("Your confirmation has been used for this action already."),
    Reason.FACTOR_NOT_ALLOWED: _("Your organization does not accept that way of confirming."),
    Reason.NO_FACTOR: _("You have not set up a way to confirm that is strong enough here."),
    Reason.ALREADY_CONTINUED: _("This request was sent on once already. Start again."),
    Reason.BODY_TOO_LARGE: _("This request is too large to be confirmed as a whole."),
    Reason.STORE_UNAVAILABLE: _("The check cannot be made right now. Try again in a moment."),
}


def checkpoint_label(checkpoint: Checkpoint) -> Text:
    """What the guarded operation is called; a host's own label is shown as it is."""
    return CHECKPOINTS.get(checkpoint.slug, checkpoint.label)


def event_label(code: str) -> str:
    """What an event is called; a code from a later release is shown as it is."""
    return CATALOG.get(code).label if code in CATALOG else code
