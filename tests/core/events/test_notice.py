"""Events of notices and their addresses: they name kind and channel, never a destination."""

from __future__ import annotations

from otpguard.core.events import AddressAdded, AddressRemoved, NoticeFailed, NoticeSent, field_names
from otpguard.core.events.notice import AddressConfirmed


def test_an_event_of_a_notice_tells_its_kind_and_channel() -> None:
    sent = NoticeSent(notice="factor_added", channel="email")
    assert sent.data() == {"notice": "factor_added", "channel": "email"}
    assert field_names(NoticeFailed) == ("notice", "channel", "reason")


def test_an_event_of_an_address_does_not_hold_it() -> None:
    assert {field_names(kind) for kind in (AddressAdded, AddressConfirmed, AddressRemoved)} == {()}
