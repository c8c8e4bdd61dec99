"""Messages on their way out."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from otpguard.channels.base import Webhook
from otpguard.core.assurance import Channel
from otpguard.testing.provider_contract import DIGITS, message


@pytest.mark.parametrize("channel", Channel)
def test_a_message_shows_neither_code_nor_destination(channel: Channel) -> None:
    sent = message(channel)
    assert DIGITS in sent.text
    for shown in (repr(sent), str(sent), f"{sent}"):
        assert DIGITS not in shown
        assert sent.to not in shown
        assert "delivery-1" in shown


def test_a_message_does_not_change_on_its_way() -> None:
    sent = message()
    with pytest.raises(FrozenInstanceError):
        sent.to = "+12015550199"
    assert sent.to == "+12015550123"


def test_a_header_of_a_webhook_is_found_in_any_case_and_its_last_line_counts() -> None:
    received = Webhook(
        method="POST", url="https://acme.example/", headers={"X-Sig": "1", "x-sig": "2"}
    )
    assert received.header("X-SIG") == "2"
    assert received.header("Other") == ""


def test_a_webhook_shows_nothing_of_what_is_in_it() -> None:
    received = Webhook(
        method="POST",
        url="https://acme.example/?to=hush",
        headers={"Authorization": "hush"},
        body=b"hush",
    )
    assert repr(received) == "Webhook(method='POST')"
