"""Read the details of a notice strictly, before they are kept.

A notice names nothing that a user typed (A7): numbers, people and values are masked here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from ipaddress import ip_address
from types import MappingProxyType

from otpguard.conf import settings
from otpguard.core.audience import ADMIN_ROLES
from otpguard.core.billing import HIDDEN, BillingField, is_masked
from otpguard.core.factor_kind import is_slug
from otpguard.core.outcome import Failure, FailureScope
from otpguard.core.phone import mask_phone
from otpguard.notices.kinds import KINDS, Detail, NoticeKind

_MASKED = re.compile(r"\+\d{1,3} ••• ••\d\d|••")

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,40}")


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


def _job(value: str) -> str:
    """A release outlives its job: a host may take one out of the setting."""
    if value in settings().releases.jobs or _NAME.fullmatch(value):
        return value
    raise ValueError("no job has such a name")


def _closed(value: str) -> str:
    if value not in {"prefix", "country", "channel"}:
        raise ValueError("a prefix, a country or the channel is closed")
    return value


def _checkpoint(value: str) -> str:
    if value not in settings().checkpoints:
        raise ValueError("no checkpoint of that name is known")
    return value


def _person(value: str) -> str:
    """The first letter or digit of an e-mail address; its domain would be somebody's own words."""
    first = value.removesuffix(HIDDEN)[:1]
    return f"{first if first.isascii() and first.isalnum() else ''}{HIDDEN}"


def _ip(value: str) -> str:
    return str(ip_address(value))


def _roles(value: str) -> str:
    found = sorted(value.split(","))
    if not ADMIN_ROLES.issuperset(found):
        raise ValueError("only admin roles are named")
    return ", ".join(found)


def _billing_field(value: str) -> str:
    return BillingField(value).value


def _masked_value(value: str) -> str:
    if not is_masked(value):
        raise ValueError("a value must be masked")
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
        Detail.NOT_ME: _link,
        Detail.JOB: _job,
        Detail.KEYS: _count,
        Detail.DAYS: _count,
        Detail.CLOSED: _closed,
        Detail.PROVIDER: _provider,
        Detail.FAILURE: _failure,
        Detail.SCOPE: _scope,
        Detail.CHECKPOINT: _checkpoint,
        Detail.PERSON: _person,
        Detail.BY: _person,
        Detail.FROM_IP: _ip,
        Detail.ROLES: _roles,
        Detail.BILLING_FIELD: _billing_field,
        Detail.BEFORE: _masked_value,
        Detail.AFTER: _masked_value,
    }
)
