"""The kinds of notices as data: the action that each reports, and the details that it may name.

A notice names nothing that a user typed (A7): every detail is a kind of factor, a masked number, a
moment, a count, a name from the settings or a URL that we made, and is read strictly before it is
kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from otpguard.conf import settings
from otpguard.core.factor_kind import is_slug
from otpguard.core.outcome import Failure, FailureScope
from otpguard.core.phone import mask_phone
from otpguard.labels import Text

_MASKED = re.compile(r"\+\d{1,3} ••• ••\d\d|••")


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
    PROVIDER_ALARMED = "provider_alarmed"
    EXCEPTION_EXPIRES = "exception_expires"


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

    PROVIDER = "provider"
    """The name of a provider in the setting."""

    FAILURE = "failure"
    """A Failure of the route that only a person can repair."""

    SCOPE = "scope"
    """What it concerns: a FailureScope."""

    CHECKPOINT = "checkpoint"
    """The slug of a checkpoint of the site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of notice: its action in words, and the details that it takes, all optional."""

    action: Text
    details: frozenset[Detail] = frozenset()


_WHICH = frozenset({Detail.FACTOR, Detail.NUMBER})

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
        NoticeKind.PROVIDER_ALARMED: Kind(
            action=_("A provider of codes needs you"),
            details=frozenset({Detail.PROVIDER, Detail.FAILURE, Detail.SCOPE}),
        ),
        NoticeKind.EXCEPTION_EXPIRES: Kind(
            action=_("An exception from your security policy expires soon"),
            details=frozenset({Detail.CHECKPOINT, Detail.DUE}),
        ),
    }
)
"""Every kind there is."""


def check_details(kind: NoticeKind, context: Mapping[str, str]) -> dict[str, str]:
    """The details of one notice as they may be kept: read strictly, numbers masked.

    Raises ValueError for a detail that this kind does not take or that is not of its form.
    """
    result = {}
    for name, value in context.items():
        if name not in KINDS[kind].details:
            raise ValueError(f'a notice of {kind} does not name "{name}"')
        result[name] = _READERS[Detail(name)](value)
    return result


def moment(value: str) -> datetime:
    """A time with its offset. Raises ValueError for any other text."""
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError("a time needs its offset from UTC")
    return at


def _moment(value: str) -> str:
    return moment(value).astimezone(UTC).isoformat()


def _number(value: str) -> str:
    return value if _MASKED.fullmatch(value) else mask_phone(value)


def _factor(value: str) -> str:
    if not is_slug(value):
        raise ValueError("a kind of factor is named by its slug")
    return value


def _count(value: str) -> str:
    return str(int(value))


def _link(value: str) -> str:
    if not value.startswith(("https://", "http://")) or len(value.split()) != 1:
        raise ValueError("a link is one absolute URL")
    return value


def _provider(value: str) -> str:
    if value not in settings().providers:
        raise ValueError("no provider of that name is configured")
    return value


def _failure(value: str) -> str:
    return Failure(value).value


def _scope(value: str) -> str:
    return FailureScope(value).value


def _checkpoint(value: str) -> str:
    if value not in settings().checkpoints:
        raise ValueError("no checkpoint of that name is known")
    return value


_READERS: Mapping[Detail, Callable[[str], str]] = MappingProxyType(
    {
        Detail.FACTOR: _factor,
        Detail.NUMBER: _number,
        Detail.USABLE_FROM: _moment,
        Detail.HELD_UNTIL: _moment,
        Detail.DUE: _moment,
        Detail.LEFT: _count,
        Detail.LINK: _link,
        Detail.PROVIDER: _provider,
        Detail.FAILURE: _failure,
        Detail.SCOPE: _scope,
        Detail.CHECKPOINT: _checkpoint,
    }
)
