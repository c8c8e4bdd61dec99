"""Human words for the codes of the core, translatable. The core itself knows only codes.

Texts that stand in a declaration of the core (checkpoints, events, kinds of factor) are marked
there and translated here; the others are the tables below.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from otpguard.conf import factor_kinds, methods, settings
from otpguard.core.assurance import AssuranceLevel, Channel, Method, Primary
from otpguard.core.billing import BillingField
from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.core.checkpoints import EVERY, SENSITIVE, Checkpoint
from otpguard.core.decision import Reason
from otpguard.core.duration_text import seconds_text
from otpguard.core.evidence import Source
from otpguard.core.host_event import known_event
from otpguard.core.phone import NumberType
from otpguard.core.policy_exception import WhyNoException
from otpguard.core.policy_rules import Unit
from otpguard.core.policy_values import Choice
from otpguard.core.risk import RiskReason
from otpguard.core.risk_words import TO_PEOPLE
from otpguard.core.route import WhyUnused
from otpguard.core.todo import Todo

Text = str | Promise

CHANNELS: Mapping[Channel, Text] = {
    Channel.SMS: _("text message"),
    Channel.WHATSAPP: _("WhatsApp"),
    Channel.VOICE: _("phone call"),
    Channel.EMAIL: _("e-mail"),
}

RANGES: Mapping[Unit, Text] = {
    Unit.SECONDS: _("From %(low)s to %(high)s."),
    Unit.TRIES: _("From %(low)d to %(high)d tries."),
    Unit.PEOPLE: _("From %(low)d to %(high)d people."),
}
"""The bounds of a number in a policy."""

BILLING_FIELDS: Mapping[BillingField, Text] = {
    BillingField.CARD: _("card"),
    BillingField.BANK_ACCOUNT: _("bank account"),
    BillingField.INVOICE_EMAIL: _("e-mail address for invoices"),
    BillingField.BILLING_PLACE: _("billing address"),
    BillingField.TAX_ID: _("tax number"),
    BillingField.PLAN: _("plan"),
    BillingField.OTHER: _("another billing detail"),
}

LEVELS: Mapping[AssuranceLevel, Text] = {
    AssuranceLevel.AAL1: _("a confirmed phone"),
    AssuranceLevel.AAL2: _("a second way to confirm"),
    AssuranceLevel.AAL3: _("a passkey, security key or hardware token"),
}

TODOS: Mapping[Todo, Text] = {
    Todo.EMERGENCY: _("Emergency accesses and drills that run"),
    Todo.ROUTES: _("Routes that fail"),
    Todo.MESSAGES: _("Messages that wait for a worker"),
    Todo.APPROVALS: _("Open approvals"),
    Todo.HOLDS: _("Running holds"),
    Todo.CLOSURES: _("Organizations that are to be closed"),
    Todo.OVERDUE: _("Members past their deadline to enroll"),
    Todo.REFUSALS: _("Refused requests in the last 24 hours"),
    Todo.NOTICES: _("Notices that were not delivered in the last 24 hours"),
    Todo.EXCEPTIONS: _("Policy exceptions that expire soon"),
}
"""What needs a hand, on the start page of the admin."""

PRIMARIES: Mapping[Primary, Text] = {
    Primary.NONE: _("not said"),
    Primary.PASSWORD: _("password"),
    Primary.SSO: _("single sign-on"),
    Primary.RESET_LINK: _("a link in an e-mail"),
}
"""What a login session was opened with."""

SOURCES: Mapping[Source, Text] = {
    Source.LOCAL: _("this site"),
    Source.IDP: _("the identity provider"),
}
"""Who established a proof."""

CHALLENGE_STATES: Mapping[ChallengeState, Text] = {
    ChallengeState.OPEN: _("open"),
    ChallengeState.VERIFIED: _("confirmed"),
    ChallengeState.EXHAUSTED: _("too many wrong answers"),
    ChallengeState.EXPIRED: _("expired"),
    ChallengeState.CANCELED: _("canceled"),
    ChallengeState.REPUDIATED: _("not me"),
}

DELIVERY_STATES: Mapping[DeliveryState, Text] = {
    DeliveryState.QUEUED: _("queued"),
    DeliveryState.SENDING: _("being sent"),
    DeliveryState.SENT: _("sent"),
    DeliveryState.DELIVERED: _("delivered"),
    DeliveryState.FAILED: _("failed"),
}

REASONS: Mapping[Reason, Text] = {
    Reason.PROVEN: _("Confirmed."),
    Reason.NOT_REQUIRED: _("No confirmation is needed here."),
    Reason.EMERGENCY: _("Emergency access is open."),
    Reason.NO_TENANT: _("No organization is selected. Select one first."),
    Reason.NOT_LOGGED_IN: _("Log in first."),
    Reason.NOT_A_MEMBER: _("You are not a member of this organization."),
    Reason.USER_INACTIVE: _("This user account is not active."),
    Reason.MEMBERSHIP_INACTIVE: _("Your membership of this organization has ended."),
    Reason.TENANT_INACTIVE: _("This organization is suspended."),
    Reason.SSO_REQUIRED: _("Your organization asks you to use its own sign-in."),
    Reason.HELD: _("A waiting period is still running."),
    Reason.NO_PROOF: _("Confirm that it is you."),
    Reason.PROOF_STALE: _("Your last confirmation was too long ago."),
    Reason.LEVEL_TOO_LOW: _("This action needs a stronger confirmation."),
    Reason.OTHER_INTENT: _("Your confirmation was for another action."),
    Reason.SPENT: _("Your confirmation has been used for this action already."),
    Reason.FACTOR_NOT_ALLOWED: _("Your organization does not accept that way of confirming."),
    Reason.USER_NOT_VERIFIED: _(
        "Your passkey must check that it is you, with a PIN, finger or face."
    ),
    Reason.NOT_ATTESTED: _("Your organization accepts only passkeys of makers that it trusts."),
    Reason.RECOVERY_INCOMPLETE: _(
        "A recovery code alone is not enough to change how you confirm. Confirm in one more way."
    ),
    Reason.ENROLLMENT_OVERDUE: _(
        "Your organization requires a way to confirm that it is you. Set one up to go on."
    ),
    Reason.NO_FACTOR: _("You have not set up a way to confirm that is strong enough here."),
    Reason.ALREADY_CONTINUED: _("This request was already sent once. Start again."),
    Reason.BODY_TOO_LARGE: _("This request is too large to be confirmed as a whole."),
    Reason.BROWSER_REQUIRED: _("This can only be done in a browser, where you confirm it."),
    Reason.SERVICE_TOKEN: _("This needs a person. A service cannot confirm it."),
    Reason.STORE_UNAVAILABLE: _("The check cannot be made right now. Try again in a moment."),
}

_REASONS_ALONE: Mapping[Reason, Text] = {
    Reason.NOT_A_MEMBER: _("You have no access here."),
    Reason.MEMBERSHIP_INACTIVE: _("Your access has ended."),
    Reason.TENANT_INACTIVE: _("Access is suspended."),
    Reason.SSO_REQUIRED: _("Sign in with single sign-on."),
    Reason.FACTOR_NOT_ALLOWED: _("That way of confirming is not accepted here."),
    Reason.NOT_ATTESTED: _("Only passkeys of certain makers are accepted here."),
    Reason.ENROLLMENT_OVERDUE: _(
        "A way to confirm that it is you is required here. Set one up to go on."
    ),
}
"""For a product without organizations, which must not speak of them."""


def reason_text(reason: Reason) -> Text:
    """Why a request passes, or does not."""
    alone = _REASONS_ALONE.get(reason) if settings().tenancy == "single" else None
    return alone or REASONS[reason]


WHY_NO_EXCEPTION: Mapping[WhyNoException, Text] = {
    WhyNoException.NO_FLOOR: _("No floor holds this field, so it needs no exception."),
    WhyNoException.NOTHING_TO_LOOSEN: _("The floor allows this already."),
    WhyNoException.TOO_LOW: _(
        "No exception goes this far: the checkpoint itself asks more of everybody."
    ),
    WhyNoException.ENDS_IN_THE_PAST: _("An exception must end in the future."),
    WhyNoException.TOO_LONG: _("An exception must end within 365 days."),
}
"""Why an exception from the floor cannot be granted."""

WHY_UNUSED: Mapping[WhyUnused, Text] = {
    WhyUnused.NOT_WANTED: _("the policy does not use this channel"),
    WhyUnused.NOT_REACHABLE: _("nobody is reached by it"),
    WhyUnused.TOO_WEAK: _("it does not reach the level"),
    WhyUnused.OTHER_COUNTRY: _("it is for other countries"),
    WhyUnused.OTHER_TENANT: _("it is for other organizations"),
    WhyUnused.RESIDENCY: _("what it carries may be kept outside"),
    WhyUnused.PAPER: _("an agreement is missing or has expired:"),
    WhyUnused.SENDER: _("its WhatsApp template is not approved for codes"),
    WhyUnused.SWITCHED_OFF: _("an operator has switched it off"),
    WhyUnused.PAUSED: _("it failed and is paused"),
    WhyUnused.WAITING: _("its vendor asked us to wait"),
    WhyUnused.SHORT_CODE: _("its vendor's codes are too short for the level"),
    WhyUnused.REPEATED: _("it is there already"),
}
"""Why a route is not used."""


NUMBER_TYPES: Mapping[NumberType, Text] = {
    NumberType.MOBILE: _("mobile"),
    NumberType.FIXED_OR_MOBILE: _("mobile or fixed, which the number does not tell"),
    NumberType.FIXED_LINE: _("fixed line"),
    NumberType.VOIP: _("VOIP"),
    NumberType.PERSONAL: _("personal number"),
    NumberType.TOLL_FREE: _("toll-free"),
    NumberType.INTERNATIONAL: _("of no country (satellite, international networks)"),
}


def checkpoint_label(checkpoint: Checkpoint) -> Text:
    """What the guarded operation is called; a host's own label is translated by its catalog."""
    return _(checkpoint.label)


def billing_field_label(field: str) -> Text:
    """What was changed about how a tenant pays, in words; an unknown field under its own name."""
    known = BillingField._value2member_map_.get(field)
    return BILLING_FIELDS[BillingField(field)] if known else field


def held_label(slug: str) -> Text:
    """What a hold or a wish covers; a slug from another release or host is shown as it is."""
    if slug in {EVERY, SENSITIVE}:
        return _("Every checkpoint") if slug == EVERY else _("Every sensitive action")
    known = settings().checkpoints.get(slug)
    return checkpoint_label(known) if known else slug


def member_label(member: Enum) -> Text:
    """What a channel, a kind of number or a level is called; anything else under its own name."""
    if isinstance(member, Channel):
        return CHANNELS[member]
    if isinstance(member, AssuranceLevel):
        return level_label(member)
    return NUMBER_TYPES[member] if isinstance(member, NumberType) else str(member)


def choice_label(word: str, choice: Choice) -> Text:
    """What a word of a choice in a policy means to people."""
    if word in choice.labels:
        return _(choice.labels[word])
    return member_label(choice.words[word]) if word in choice.words else word


def delivery_state_label(word: str) -> Text:
    """How far a message has come; a word of another release is shown as it is."""
    return DELIVERY_STATES[DeliveryState(word)] if word in set(DeliveryState) else word


def level_label(level: AssuranceLevel) -> str:
    """What a level takes, for operators, with the name that settings and the API have for it."""
    return f"{LEVELS[level]} ({level.name})"


def primary_label(word: str) -> Text:
    """What a session was opened with; a word of another release is shown as it is."""
    return PRIMARIES[Primary(word)] if word in set(Primary) else word


def range_text(unit: Unit, *, low: int, high: int) -> str:
    """The bounds of a number in a policy, as a sentence. Raises KeyError for a unit of none."""
    if unit is Unit.SECONDS:
        return str(RANGES[unit]) % {"low": seconds_text(low), "high": seconds_text(high)}
    return str(RANGES[unit]) % {"low": low, "high": high}


def factor_kind_label(slug: str) -> Text:
    """What a kind of factor is called; one that is not installed is shown as it is."""
    kind = factor_kinds().get(slug)
    return _(kind.label) if kind is not None else slug


def method_label(slug: str) -> Text:
    """What a way of proving is called; one that is not installed is shown as it is."""
    method = methods().get(slug)
    return _(method.label) if method is not None else slug


def shown(method: Method) -> str:
    """What somebody showed, as the subject of a sentence: "Your phone code"."""
    return str(_(method.shown))


def risk_texts(reasons: Iterable[RiskReason]) -> list[str]:
    """Why a login is asked for a proof, in a sentence for each reason."""
    return [str(_(TO_PEOPLE[reason])) for reason in reasons]


def event_label(code: str) -> Text:
    """What an event is called; a code from a later release is shown as it is."""
    kind = known_event(code)
    return code if kind is None else _(kind.label)


DOMAIN_SEEN: dict[str, Text] = {
    "verified": _("The record is there. The domain is verified."),
    "missing": _("The record is not there yet. A new record can take an hour to appear."),
    "unanswered": _("DNS gave no answer. Try again later."),
    "taken": _("The record is there, but another organization has verified this domain."),
}
"""What a look at the DNS record of a domain has shown, by the value of its `DomainState`."""
