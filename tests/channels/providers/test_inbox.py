"""The inbox: files in a folder that a demo's page shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from otpguard.channels.base import Provider
from otpguard.channels.providers import inbox
from otpguard.channels.providers.inbox import Inbox
from otpguard.core.assurance import Channel
from otpguard.core.outcome import Accepted, Unavailable
from otpguard.testing.provider_contract import ProviderContract, message


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "not" / "there" / "yet"


@pytest.fixture
def blocked(tmp_path: Path) -> Path:
    """Where a folder should be there is a file."""
    (tmp_path / "blocked").write_text("in the way")
    return tmp_path / "blocked"


class TestContract(ProviderContract):
    @pytest.fixture
    def provider(self, folder: Path) -> Provider:
        return Inbox(str(folder))

    @pytest.fixture
    def unreachable(self, blocked: Path) -> Provider:
        return Inbox(str(blocked / "inbox"))


def test_messages_are_read_the_newest_first(folder: Path) -> None:
    provider = Inbox(str(folder))
    assert provider.send(message(key="1")) == Accepted(reference="1", delivered=True)
    provider.send(message(Channel.EMAIL, key="2"))
    newest, oldest = inbox.read(folder)
    assert (newest.channel, newest.to, newest.subject) == ("email", "kim@example.com", "Your code")
    assert (oldest.channel, oldest.subject, oldest.text) == ("sms", "", message().text)
    assert newest.at >= oldest.at


def test_a_folder_that_is_not_there_has_no_messages(folder: Path) -> None:
    assert inbox.read(folder) == []


def test_nothing_half_written_is_ever_read(folder: Path) -> None:
    Inbox(str(folder)).send(message())
    (folder / ".draft").write_text("{")
    assert len(inbox.read(folder)) == 1
    assert [path.suffix for path in folder.iterdir() if path.name != ".draft"] == [".json"]


def test_a_folder_that_cannot_be_made_is_an_outcome(blocked: Path) -> None:
    outcome = Inbox(str(blocked)).send(message())
    assert isinstance(outcome, Unavailable)
    assert str(blocked) not in outcome.reason


def test_it_serves_the_channels_it_is_told(folder: Path) -> None:
    assert Inbox(str(folder)).capabilities.channels == frozenset(Channel)
    assert Inbox(str(folder), ["voice"]).capabilities.channels == {Channel.VOICE}
    assert Inbox(str(folder)).capabilities.for_development
