"""Human words for the codes of the core, translatable. The core itself knows only codes.

Texts that stand in a declaration of the core (checkpoints, events) are marked there and
translated here; the others are the tables below.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from otpguard.core.assurance import AssuranceLevel, Channel, FactorKind, Method
from otpguard.core.checkpoints import Checkpoint
from otpguard.core.decision import Reason
from otpguard.core.events import CATALOG
from otpguard.core.route import Drop

Text = str | Promise

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

SHOWN: Mapping[Method, Text] = {
    Method.SMS: _("Your phone code proves %(level)s"),
    Method.WHATSAPP: _("Your WhatsApp code proves %(level)s"),
    Method.VOICE: _("Your phone call proves %(level)s"),
    Method.EMAIL: _("Your e-mail code proves %(level)s"),
    Method.TOTP: _("The code of your app proves %(level)s"),
    Method.HARDWARE_TOTP: _("The code of your hardware token proves %(level)s"),
    Method.PASSKEY: _("Your passkey proves %(level)s"),
    Method.RECOVERY: _("Your recovery code proves %(level)s"),
    Method.RECOVERY_MAIL: _("Your mailed recovery code proves %(level)s"),
}
"""What showing something proves: the beginning of a sentence, with `level` to be filled in."""

NOTHING = _("nothing here")
"""Stands for the level of what proves nothing."""

METHODS: Mapping[Method, Text] = {
    Method.SMS: _("Code by text message"),
    Method.WHATSAPP: _("Code by WhatsApp"),
    Method.VOICE: _("Code by phone call"),
    Method.EMAIL: _("Code by e-mail"),
    Method.TOTP: _("Code of an app"),
    Method.HARDWARE_TOTP: _("Code of a hardware token"),
    Method.PASSKEY: _("Passkey or security key"),
    Method.RECOVERY: _("Recovery code"),
    Method.RECOVERY_MAIL: _("Mailed recovery code"),
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
    Reason.USER_NOT_VERIFIED: _(
        "Your passkey has to check that it is you, by a PIN, finger or face."
    ),
    Reason.NOT_ATTESTED: _("Your organization accepts only passkeys of makers that it trusts."),
    Reason.RECOVERY_INCOMPLETE: _(
        "A recovery code alone is not enough to change how you confirm. Confirm in one more way."
    ),
    Reason.ENROLLMENT_OVERDUE: _(
        "Your organization requires a way to confirm that it is you. Set one up to go on."
    ),
    Reason.NO_FACTOR: _("You have not set up a way to confirm that is strong enough here."),
    Reason.ALREADY_CONTINUED: _("This request was sent on once already. Start again."),
    Reason.BODY_TOO_LARGE: _("This request is too large to be confirmed as a whole."),
    Reason.STORE_UNAVAILABLE: _("The check cannot be made right now. Try again in a moment."),
}

DROPS: Mapping[Drop, Text] = {
    Drop.NOT_WANTED: _("the policy does not use this channel"),
    Drop.NOT_REACHABLE: _("nobody is reached by it"),
    Drop.TOO_WEAK: _("it does not reach the level"),
    Drop.OTHER_COUNTRY: _("it is for other countries"),
    Drop.OTHER_TENANT: _("it is for other organizations"),
    Drop.RESIDENCY: _("what it carries may be kept elsewhere than in"),
    Drop.PAPER: _("a paper is missing or has expired:"),
    Drop.SENDER: _("its WhatsApp template is not approved for codes"),
    Drop.SWITCHED_OFF: _("an operator has switched it off"),
    Drop.RESTING: _("it failed and rests"),
    Drop.NOT_BESIDE_OWN: _("its vendor makes the code, and others carry ours"),
    Drop.REPEATED: _("it is there already"),
}
"""Why a route is not used."""


def checkpoint_label(checkpoint: Checkpoint) -> Text:
    """What the guarded operation is called; a host's own label is translated by its catalog."""
    return _(checkpoint.label)


def event_label(code: str) -> Text:
    """What an event is called; a code from a later release is shown as it is."""
    return _(CATALOG.get(code).label) if code in CATALOG else code
