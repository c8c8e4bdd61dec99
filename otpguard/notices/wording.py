"""The text of a notice. Templates, so that a host may reword them.

`otpguard/messages/notice.<kind>.<channel>.txt`, and where there is none for the kind
`notice.<channel>.txt`; for e-mail also `….email.subject.txt`. Every text names the brand that the
site approved, the action and its time, and says what to do about it when it was somebody else (NIST
SP 800-63B-4, 4.6); nothing in it was typed by a user (A7).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.template.loader import select_template
from django.utils import translation

from otpguard.conf import settings
from otpguard.core.assurance import Channel
from otpguard.core.gsm_text import in_gsm
from otpguard.labels import billing_field_label, checkpoint_label, factor_kind_label
from otpguard.notices.details import moment
from otpguard.notices.kinds import KINDS, Detail, NoticeKind

_MOMENTS = frozenset({Detail.USABLE_FROM, Detail.HELD_UNTIL, Detail.DUE})
_GAP = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """The facts of one notice, from which its text is made.

    `details` are checked ones. `security` is the URL of the person's Security page, `support`
    that of a human; either may be empty.
    """

    kind: NoticeKind
    brand: str
    at: datetime
    details: Mapping[str, str] = field(default_factory=dict)
    security: str = ""
    support: str = ""
    language: str = ""


def compose_notice(channel: Channel, telling: Telling) -> tuple[str, str]:
    """Subject (empty but for e-mail) and text of one notice. Raises ValueError for bad details."""
    with translation.override(telling.language or None):
        context = {
            "brand": telling.brand,
            "action": str(KINDS[telling.kind].action),
            "at": in_words(telling.at),
            "security": telling.security,
            "support": telling.support,
            **{name: _shown(Detail(name), value) for name, value in telling.details.items()},
        }
        text = _GAP.sub("\n\n", _rendered(telling.kind, f"{channel.value}.txt", context)).strip()
        if channel is Channel.SMS:
            text = in_gsm(text, keep=telling.brand + telling.security + telling.support)
        subject = ""
        if channel is Channel.EMAIL:
            subject = " ".join(_rendered(telling.kind, "email.subject.txt", context).split())
    return subject, text


def in_words(at: datetime) -> str:
    """A moment as every notice writes it: the same for all readers, wherever they are."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _rendered(kind: NoticeKind, name: str, context: Mapping[str, Any]) -> str:
    folder = "otpguard/messages/notice"
    template = select_template([f"{folder}.{kind}.{name}", f"{folder}.{name}"])
    return str(template.render(dict(context)))


def _shown(detail: Detail, value: str) -> object:
    if detail is Detail.FACTOR:
        return str(factor_kind_label(value))
    if detail is Detail.LEFT:
        return int(value)
    if detail is Detail.JOB:
        job = settings().releases.jobs.get(value)
        return str(job.label) if job else value
    if detail is Detail.CHECKPOINT:
        known = settings().checkpoints.get(value)
        return str(checkpoint_label(known)) if known else value
    if detail is Detail.BILLING_FIELD:
        return str(billing_field_label(value))
    return in_words(moment(value)) if detail in _MOMENTS else value
