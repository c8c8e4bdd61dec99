"""The contract of vendors over HTTP sees each way of breaking it."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature

import pytest

from otpguard.testing.http_provider_contract import IMPATIENT, PATIENT, HttpProviderContract
from otpguard.testing.vendor_server import Reply, vendor
from tests.testing import acme
from tests.testing.acme import Acme


class TestContract(HttpProviderContract):
    """The contract itself, by a provider that keeps it."""

    rule = staticmethod(acme.acme)

    def made(self, base: str, *, connect: float, read: float) -> Acme:
        return Acme(base, connect=connect, read=read)


def tried(provider: type[Acme], sentence: Callable[..., None], **more: object) -> None:
    """Hold one sentence against one provider."""

    class Suite(HttpProviderContract):
        def made(self, base: str, *, connect: float, read: float) -> Acme:
            return provider(base, connect=connect, read=read)

    with vendor(acme.acme) as server:
        suite = Suite()
        wants = {
            "server": server,
            "provider": suite._made(server.url, PATIENT),
            "impatient": suite._made(server.url, IMPATIENT),
            **more,
        }
        sentence(suite, **{n: wants[n] for n in signature(sentence).parameters if n in wants})


@pytest.mark.parametrize(
    ("provider", "sentence"),
    [
        (acme.TriesTwice, HttpProviderContract.test_without_an_answer_it_is_perhaps_sent),
        (acme.CodeInUrl, HttpProviderContract.test_a_code_travels_in_the_body_alone),
        (
            acme.ForgetsReferences,
            HttpProviderContract.test_a_message_is_sent_once_and_can_be_referred_to,
        ),
        (acme.ServesAll, HttpProviderContract.test_a_message_is_sent_once_and_can_be_referred_to),
        (acme.ServesAll, HttpProviderContract.test_a_channel_that_is_not_served_is_refused),
        (acme.AnyUrl, HttpProviderContract.test_a_plain_url_is_not_spoken_to),
        (
            acme.BelievesStatus,
            HttpProviderContract.test_an_acceptance_that_cannot_be_read_is_perhaps_sent,
        ),
        (
            acme.BelievesStatus,
            HttpProviderContract.test_a_failure_without_words_is_classed_by_its_status,
        ),
        (
            acme.TriesTwice,
            HttpProviderContract.test_a_failure_without_words_is_classed_by_its_status,
        ),
        (acme.Echoes, HttpProviderContract.test_what_the_vendor_echoes_is_not_told),
        (
            acme.BelievesAnyStatus,
            HttpProviderContract.test_a_status_that_cannot_be_read_tells_nothing,
        ),
        (
            acme.RaisesAtTheEnd,
            HttpProviderContract.test_a_vendor_that_is_told_how_it_ended_may_answer_anything,
        ),
    ],
)
def test_a_provider_that_breaks_a_sentence_is_seen(
    provider: type[Acme], sentence: Callable[..., None]
) -> None:
    with pytest.raises((AssertionError, ValueError, pytest.fail.Exception)):
        tried(provider, sentence)


def test_a_provider_that_logs_what_it_sends_is_seen(caplog: pytest.LogCaptureFixture) -> None:
    sentence = HttpProviderContract.test_what_goes_over_the_wire_is_logged_without_its_secrets
    with pytest.raises(AssertionError):
        tried(acme.Logs, sentence, caplog=caplog)


def test_what_the_vendor_complains_about_fails_the_test() -> None:
    class Suite(TestContract):
        @staticmethod
        def rule(received: object) -> Reply:
            raise AssertionError("not what the vendor's documents say")

    Suite.setup_class()
    try:
        fixture = Suite.server.__wrapped__(Suite())
        server = next(fixture)
        Suite().made(server.url, connect=1, read=1).send(Suite().message(min(CHANNELS)))
        with pytest.raises(AssertionError, match="documents"):
            next(fixture)
    finally:
        Suite.teardown_class()


CHANNELS = Acme("https://acme.example", connect=1, read=1).capabilities.channels
