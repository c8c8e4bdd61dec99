"""The kinds of notices as data: the action that each reports, and the details that it may name.

A notice names nothing that a user typed (A7): every detail is a kind of factor, a masked number, a
moment, a count, a name from the settings or a URL that we made, and is read strictly before it is
kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from otpguard.core.audience import Audience
from otpguard.labels import Text


class NoticeKind(StrEnum):
    """What people are notified of."""

    FACTOR_ADDED = "factor_added"
    FACTORS_IMPORTED = "factors_imported"
    FACTOR_REMOVED = "factor_removed"
    FACTOR_CHANGED = "factor_changed"
    FACTOR_DISABLED = "factor_disabled"
    FACTOR_RESET = "factor_reset"
    RECOVERY_USED = "recovery_used"
    RECOVERY_ISSUED = "recovery_issued"
    CLONE_SUSPECTED = "clone_suspected"
    EMAIL_ADDED = "email_added"
    EMAIL_REMOVED = "email_removed"
    EMAIL_CONFIRM = "email_confirm"
    ENROLLMENT_DUE = "enrollment_due"
    RESET_ASKED = "reset_asked"
    RESET_TO_DECIDE = "reset_to_decide"
    APPROVAL_TO_DECIDE = "approval_to_decide"
    BREAK_GLASS = "break_glass"
    BREAK_GLASS_DRILL = "break_glass_drill"
    BREAK_GLASS_OVER = "break_glass_over"
    PROVIDER_ALARMED = "provider_alarmed"
    EXCEPTION_EXPIRES = "exception_expires"
    SPEND_ALARMED = "spend_alarmed"
    SIGNUP_EMAIL = "signup_email"
    PASSWORD_RESET = "password_reset"  # noqa: S105 (a kind of notice)
    PASSWORD_WAS_RESET = "password_was_reset"  # noqa: S105 (the same)
    PASSWORD_RESET_PERMITTED = "password_reset_permitted"  # noqa: S105 (the same)
    ACCOUNT_EMAIL_CHANGED = "account_email_changed"
    ACCOUNT_EMAIL_RESTORED = "account_email_restored"
    EXPORT_ASKED = "export_asked"
    EXPORT_READY = "export_ready"
    EXPORT_FAILED = "export_failed"
    EXPORT_CANCELED = "export_canceled"
    TIER_CHANGED = "tier_changed"
    POLICY_WEAKENED = "policy_weakened"
    HOLD_STARTED = "hold_started"
    HOLD_LIFTED = "hold_lifted"
    ROLE_GRANTED = "role_granted"
    ROLES_IMPORTED = "roles_imported"
    RIGHTS_GRANTED = "rights_granted"
    BILLING_CHANGED = "billing_changed"
    BILLING_LOCKED = "billing_locked"
    BILLING_LIFTED = "billing_lifted"
    KEYS_DUE = "keys_due"
    CLOSURE_ASKED = "closure_asked"
    CLOSURE_CANCELED = "closure_canceled"
    CLOSURE_DONE = "closure_done"
    STREAM_FAILS = "stream_fails"
    STREAM_STOPPED = "stream_stopped"
    REMOVALS_HELD = "removals_held"
    SIGN_IN_LINKED = "sign_in_linked"


class Detail(StrEnum):
    """What a notice may name besides brand, action and time."""

    FACTOR = "factor"
    """The slug of a FactorKind."""
    NUMBER = "number"
    """A phone number in E.164 form or masked; only ever kept masked."""

    USABLE_FROM = "usable_from"
    """From when a replaced factor counts: an ISO time with its offset, as the next two."""

    HELD_UNTIL = "held_until"
    """Until when sensitive actions wait."""
    DUE = "due"
    """Until when something has to be done."""
    LEFT = "left"
    """How many recovery codes are left."""
    LINK = "link"
    """A URL of this site, made by `otpguard.notices.links`."""
    NOT_ME = "not_me"
    """A URL of this site where somebody stops what they did not ask for."""

    PROVIDER = "provider"
    """The name of a provider in the setting."""
    FAILURE = "failure"
    """A Failure of the route that only a person can repair."""

    SCOPE = "scope"
    """What it concerns: a FailureScope."""

    CHECKPOINT = "checkpoint"
    """The slug of a checkpoint of the site."""

    JOB = "job"
    """The name of a job in the setting RELEASES."""
    KEYS = "keys"
    """How many API keys it is about."""
    DAYS = "days"
    """A length of time in whole days."""

    CLOSED = "closed"
    """What was closed: "prefix", "country" or "channel"."""

    PERSON = "person"
    """Whom it concerns: an e-mail address; only ever kept masked, and without its domain."""
    BY = "by"
    """Who did it, in the same form."""
    FROM_IP = "from_ip"
    """The IP address that it was done from."""

    ROLES = "roles"
    """Admin roles that were given, separated by commas."""
    BILLING_FIELD = "billing_field"
    """A BillingField."""
    BEFORE = "before"
    """What it was, masked as `core.billing.mask_value` does."""
    AFTER = "after"
    """What it is now, in the same form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of notice: its action in words, and the details that it takes, all optional.

    `audience` is whom it goes to, for what concerns a tenant; None for a person's own matters.
    """

    action: Text
    details: frozenset[Detail] = frozenset()
    audience: Audience | None = None


def _to_admins(action: Text, details: frozenset[Detail] = frozenset()) -> Kind:
    return Kind(action=action, details=details, audience=Audience.ADMINS)


_WHICH = frozenset({Detail.FACTOR, Detail.NUMBER})
_WHO = frozenset({Detail.BY, Detail.FROM_IP})
_BILLING = frozenset({Detail.BILLING_FIELD, Detail.BEFORE, Detail.AFTER})

KINDS: Mapping[NoticeKind, Kind] = MappingProxyType(
    {
        NoticeKind.FACTOR_ADDED: Kind(action=_("A way to confirm was added"), details=_WHICH),
        NoticeKind.FACTORS_IMPORTED: Kind(action=_("Your ways to confirm were taken over")),
        NoticeKind.FACTOR_REMOVED: Kind(action=_("A way to confirm was removed"), details=_WHICH),
        NoticeKind.FACTOR_CHANGED: Kind(
            action=_("Your phone number was replaced"),
            details=_WHICH | {Detail.USABLE_FROM},
        ),
        NoticeKind.FACTOR_DISABLED: Kind(
            action=_("A way to confirm was switched off"), details=_WHICH
        ),
        NoticeKind.FACTOR_RESET: Kind(
            action=_("An administrator reset a way to confirm"),
            details=_WHICH | {Detail.HELD_UNTIL},
        ),
        NoticeKind.RECOVERY_USED: Kind(
            action=_("A recovery code was used"), details=frozenset({Detail.LEFT})
        ),
        NoticeKind.RECOVERY_ISSUED: Kind(action=_("New recovery codes were made")),
        NoticeKind.CLONE_SUSPECTED: Kind(
            action=_("A passkey may have been copied"), details=frozenset({Detail.FACTOR})
        ),
        NoticeKind.EMAIL_ADDED: Kind(action=_("An e-mail address for notices was added")),
        NoticeKind.EMAIL_REMOVED: Kind(action=_("An e-mail address for notices was removed")),
        NoticeKind.EMAIL_CONFIRM: Kind(
            action=_("Confirm this e-mail address for notices"), details=frozenset({Detail.LINK})
        ),
        NoticeKind.ENROLLMENT_DUE: Kind(
            action=_("Set up a way to confirm"), details=frozenset({Detail.DUE})
        ),
        NoticeKind.RESET_ASKED: Kind(
            action=_("A reset of your way to confirm was asked for"), details=_WHICH
        ),
        NoticeKind.RESET_TO_DECIDE: Kind(
            action=_("A reset waits for a second administrator"),
            details=frozenset({Detail.DUE}),
        ),
        NoticeKind.APPROVAL_TO_DECIDE: Kind(
            action=_("Something waits for your approval"),
            details=frozenset({Detail.CHECKPOINT, Detail.DUE}),
        ),
        NoticeKind.BREAK_GLASS: Kind(
            action=_("The emergency envelope was opened"), details=frozenset({Detail.HELD_UNTIL})
        ),
        NoticeKind.BREAK_GLASS_DRILL: Kind(
            action=_("A drill: the emergency envelope was opened for practice"),
            details=frozenset({Detail.HELD_UNTIL}),
        ),
        NoticeKind.BREAK_GLASS_OVER: Kind(action=_("Emergency access has ended")),
        NoticeKind.PROVIDER_ALARMED: Kind(
            action=_("A provider of codes needs you"),
            details=frozenset({Detail.PROVIDER, Detail.FAILURE, Detail.SCOPE}),
        ),
        NoticeKind.EXCEPTION_EXPIRES: Kind(
            action=_("An exception from your security policy expires soon"),
            details=frozenset({Detail.CHECKPOINT, Detail.DUE}),
        ),
        NoticeKind.SPEND_ALARMED: Kind(
            action=_("Too much was spent on codes"),
            details=frozenset({Detail.CLOSED, Detail.LINK}),
        ),
        NoticeKind.SIGNUP_EMAIL: Kind(
            action=_("Go on with your sign-up"), details=frozenset({Detail.LINK})
        ),
        NoticeKind.PASSWORD_RESET: Kind(
            action=_("Set a new password"), details=frozenset({Detail.LINK, Detail.NOT_ME})
        ),
        NoticeKind.PASSWORD_RESET_PERMITTED: Kind(
            action=_("A reset of your password was let through")
        ),
        NoticeKind.PASSWORD_WAS_RESET: Kind(
            action=_("Your password was reset"), details=frozenset({Detail.HELD_UNTIL})
        ),
        NoticeKind.ACCOUNT_EMAIL_CHANGED: Kind(
            action=_("The e-mail address of your account was changed"),
            details=frozenset({Detail.HELD_UNTIL, Detail.LINK}),
        ),
        NoticeKind.ACCOUNT_EMAIL_RESTORED: Kind(
            action=_("Your old e-mail address was restored"),
            details=frozenset({Detail.HELD_UNTIL}),
        ),
        NoticeKind.EXPORT_ASKED: _to_admins(
            _("An export of your organization's data was asked for"),
            frozenset({Detail.JOB, Detail.HELD_UNTIL, Detail.LINK}),
        ),
        NoticeKind.EXPORT_READY: Kind(
            action=_("Your export is ready"),
            details=frozenset({Detail.JOB, Detail.USABLE_FROM, Detail.DUE}),
        ),
        NoticeKind.EXPORT_FAILED: Kind(
            action=_("Your export could not be made"), details=frozenset({Detail.JOB})
        ),
        NoticeKind.EXPORT_CANCELED: _to_admins(
            _("An export of your organization's data was canceled"), frozenset({Detail.JOB})
        ),
        NoticeKind.SIGN_IN_LINKED: Kind(
            action=_("Your organization's sign-in was linked to your account")
        ),
        NoticeKind.REMOVALS_HELD: _to_admins(
            _("Your directory removes many people; this waits"), _WHO
        ),
        NoticeKind.TIER_CHANGED: _to_admins(
            _("The contract changed, and with it what people must confirm"), _WHO
        ),
        NoticeKind.POLICY_WEAKENED: Kind(
            action=_("A security policy asks for less than before"),
            details=_WHO | {Detail.CHECKPOINT},
            audience=Audience.SECURITY_CONTACTS,
        ),
        NoticeKind.HOLD_STARTED: _to_admins(
            _("Somebody has to wait before sensitive actions"),
            _WHO | {Detail.PERSON, Detail.CHECKPOINT, Detail.HELD_UNTIL, Detail.LINK},
        ),
        NoticeKind.HOLD_LIFTED: _to_admins(
            _("A waiting period was ended early"), _WHO | {Detail.PERSON, Detail.CHECKPOINT}
        ),
        NoticeKind.ROLE_GRANTED: _to_admins(
            _("A role with admin rights was granted"),
            _WHO | {Detail.PERSON, Detail.ROLES, Detail.HELD_UNTIL},
        ),
        NoticeKind.ROLES_IMPORTED: _to_admins(
            _("An import granted roles with admin rights"), _WHO | {Detail.ROLES, Detail.HELD_UNTIL}
        ),
        NoticeKind.RIGHTS_GRANTED: Kind(
            action=_("An account was given more rights on the site"),
            details=_WHO | {Detail.PERSON, Detail.HELD_UNTIL},
            audience=Audience.SITE_OPERATORS,
        ),
        NoticeKind.BILLING_CHANGED: Kind(
            action=_("How your organization pays was changed"),
            details=_WHO | _BILLING | {Detail.LINK},
            audience=Audience.BILLING_ADMINS,
        ),
        NoticeKind.BILLING_LOCKED: Kind(
            action=_("Billing changes were locked"),
            details=_BILLING | {Detail.HELD_UNTIL},
            audience=Audience.BILLING_ADMINS,
        ),
        NoticeKind.BILLING_LIFTED: Kind(
            action=_("The lock of billing changes was lifted"),
            details=_WHO | _BILLING,
            audience=Audience.BILLING_ADMINS,
        ),
        NoticeKind.KEYS_DUE: Kind(
            action=_("API keys need a new secret"),
            details=frozenset({Detail.KEYS, Detail.DAYS}),
        ),
        NoticeKind.CLOSURE_ASKED: _to_admins(
            _("Your organization is about to be closed"),
            frozenset({Detail.HELD_UNTIL, Detail.LINK}),
        ),
        NoticeKind.CLOSURE_CANCELED: _to_admins(_("Your organization stays open")),
        NoticeKind.CLOSURE_DONE: _to_admins(_("Your organization was closed")),
        NoticeKind.STREAM_FAILS: _to_admins(_("Security events do not arrive")),
        NoticeKind.STREAM_STOPPED: _to_admins(_("A stream of events was stopped"), _WHO),
    }
)
"""Every kind there is."""
