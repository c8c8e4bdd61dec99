"""E-mail, through Django's own back end, to a mail server that is really there."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_string
from typing import Any

import pytest

from otpguard.channels.base import Provider
from otpguard.channels.providers.smtp import Smtp
from otpguard.core.assurance import Channel
from otpguard.core.outcome import Accepted, Refused, Unavailable
from otpguard.testing.provider_contract import ProviderContract, message
from tests.channels.mail_server import MailServer, deliver_to, mail_server
from tests.ports import free_port


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    """A mail server that takes everything until its `answers` say otherwise."""
    with mail_server() as running:
        deliver_to(settings, running.port)
        yield running


class TestContract(ProviderContract):
    @pytest.fixture
    def provider(self, server: MailServer) -> Provider:
        return Smtp()

    @pytest.fixture
    def unreachable(self) -> None:
        """See below: both are one class and one setting, so not in the same test."""


def test_the_message_arrives_as_it_was_written(server: MailServer) -> None:
    sent = message(Channel.EMAIL)
    assert Smtp("Acme <codes@acme.example>").send(sent) == Accepted()
    [raw] = server.received
    arrived = message_from_string(raw)
    assert arrived["To"] == sent.to
    assert arrived["From"] == "Acme <codes@acme.example>"
    assert arrived["Subject"] == sent.subject
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert sent.text in str(arrived.get_payload())


def test_without_a_sender_the_projects_own_is_used(server: MailServer, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "project@acme.example"
    Smtp().send(message(Channel.EMAIL))
    assert message_from_string(server.received[0])["From"] == "project@acme.example"


@pytest.mark.parametrize(
    "answers",
    [{"RCPT": "550 no such mailbox"}, {"BODY": "554 not wanted"}, {"DATA": "554 not wanted"}],
    ids=["recipient", "after the message", "before the message"],
)
def test_a_message_that_the_server_refuses_is_refused(
    server: MailServer, answers: dict[str, str | None]
) -> None:
    assert Smtp().send(message(Channel.EMAIL)) == Accepted()
    server.answers = answers
    outcome = Smtp().send(message(Channel.EMAIL))
    assert isinstance(outcome, Refused)
    assert "kim@example.com" not in outcome.reason


@pytest.mark.parametrize("verb", ["EHLO", "MAIL", "RCPT", "DATA"])
def test_a_server_that_hangs_up_is_unavailable(server: MailServer, verb: str) -> None:
    server.answers = {verb: None, "HELO": None} if verb == "EHLO" else {verb: None}
    assert isinstance(Smtp().send(message(Channel.EMAIL)), Unavailable)
    assert server.received == []


def test_a_server_that_has_no_time_now_is_unavailable(server: MailServer) -> None:
    server.answers = {"MAIL": "421 come back later"}
    assert isinstance(Smtp().send(message(Channel.EMAIL)), Unavailable)


def test_a_server_that_is_not_there_is_unavailable(settings: Any) -> None:
    deliver_to(settings, free_port())
    outcome = Smtp().send(message(Channel.EMAIL))
    assert outcome == Unavailable(reason="ConnectionRefusedError")


@pytest.mark.parametrize(
    "email", ["kim@example.com\nBcc: eve@example.com", "no e-mail address", "@"]
)
def test_an_email_that_is_none_is_refused_and_nobody_gets_the_code(
    server: MailServer, email: str
) -> None:
    server.answers = {"RCPT": "550 no such mailbox"}
    assert isinstance(Smtp().send(message(Channel.EMAIL, to=email)), Refused)
    assert server.received == []


def test_it_serves_email_and_may_go_into_production() -> None:
    assert Smtp().capabilities.channels == {Channel.EMAIL}
    assert not Smtp().capabilities.for_development
