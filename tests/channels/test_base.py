"""Messages on their way out."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from otpguard.core.assurance import Channel
from tests.channels.contract import DIGITS, message


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
        sent.to = "+12015550199"  # type: ignore[misc]
    assert sent.to == "+12015550123"
