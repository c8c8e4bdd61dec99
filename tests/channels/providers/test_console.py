"""The console: prints, for development only."""

from __future__ import annotations

import pytest

from otpguard.channels.base import Provider
from otpguard.channels.providers import console
from otpguard.core.assurance import Channel
from otpguard.core.outcome import Accepted
from otpguard.testing.provider_contract import ProviderContract, message


class TestContract(ProviderContract):
    @pytest.fixture
    def provider(self) -> Provider:
        return console.Console()

    @pytest.fixture
    def unreachable(self) -> None:
        return None


@pytest.mark.parametrize("channel", Channel)
def test_it_prints_where_to_and_what(channel: Channel, capsys: pytest.CaptureFixture[str]) -> None:
    sent = message(channel)
    assert console.Console().send(sent) == Accepted(delivered=True)
    assert capsys.readouterr().out == f"[{channel} to {sent.to}] {sent.text}\n"


def test_it_is_not_for_production() -> None:
    assert console.Console().capabilities.for_development
