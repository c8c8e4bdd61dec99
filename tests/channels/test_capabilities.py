"""What a provider can do, as a value."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from otpguard.channels.capabilities import Capabilities, Webhooks
from otpguard.core.assurance import Channel

PLAIN = Capabilities(channels=frozenset({Channel.SMS}))


def test_a_provider_that_states_its_channels_alone_can_only_send() -> None:
    assert (
        Capabilities(
            channels=frozenset({Channel.SMS}),
            receipts=False,
            webhooks=Webhooks.NONE,
            polls=False,
            closes=False,
            remote=False,
            code_length=0,
            codes_only=False,
            own_sender=False,
            for_development=False,
        )
        == PLAIN
    )


def test_what_it_can_do_does_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        PLAIN.receipts = True


@pytest.mark.parametrize(("digits", "short"), [(0, True), (4, True), (5, True), (6, False)])
def test_codes_of_a_vendor_below_six_digits_are_short_and_ours_never_are(
    digits: int, short: bool
) -> None:
    assert replace(PLAIN, remote=True, code_length=digits).has_short_codes is short
    assert not PLAIN.has_short_codes


def test_messages_that_leave_nobodys_house_need_no_sender() -> None:
    assert not PLAIN.sends_as_the_site
    assert replace(PLAIN, own_sender=True).sends_as_the_site
    assert replace(PLAIN, for_development=True).sends_as_the_site
