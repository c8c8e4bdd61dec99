"""Events of notices and their e-mail addresses: they name kind and channel, never a destination."""

from __future__ import annotations

from otpguard.core.events.base import field_names
from otpguard.core.events.notice import (
    EmailAdded,
    EmailConfirmed,
    EmailRemoved,
    NoticeFailed,
    NoticeSent,
)


def test_an_event_of_a_notice_tells_its_kind_and_channel() -> None:
    sent = NoticeSent(notice="factor_added", channel="email")
    assert sent.data() == {"notice": "factor_added", "channel": "email", "test_number": False}
    assert field_names(NoticeFailed) == ("notice", "channel", "reason")


def test_an_event_of_an_email_does_not_hold_it() -> None:
    assert {field_names(kind) for kind in (EmailAdded, EmailConfirmed, EmailRemoved)} == {()}
