"""The contract of vendors that make the code sees each way of breaking it."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature

import pytest

from otpguard.core.assurance import Channel
from otpguard.testing.http_provider_contract import IMPATIENT, PATIENT
from otpguard.testing.remote_provider_contract import RemoteProviderContract, remote_message
from otpguard.testing.vendor_server import vendor
from tests.testing import acme
from tests.testing.acme import AcmeVerify


class TestContract(RemoteProviderContract):
    """The contract itself, by a provider that keeps it."""

    rule = staticmethod(acme.acme)

    def made(self, base: str, *, connect: float, read: float) -> AcmeVerify:
        return AcmeVerify(base, connect=connect, read=read)


@pytest.mark.parametrize(
    ("provider", "sentence"),
    [
        (
            acme.TakesOurCodes,
            RemoteProviderContract.test_a_message_with_a_code_of_ours_is_refused,
        ),
        (acme.FindsAllWrong, RemoteProviderContract.test_the_right_code_is_right_on_each_channel),
        (acme.FindsAllRight, RemoteProviderContract.test_a_wrong_code_is_wrong),
        (acme.FindsAllRight, RemoteProviderContract.test_without_an_answer_nothing_is_proven),
        (acme.FindsAllRight, RemoteProviderContract.test_a_vendor_that_is_away_proves_nothing),
        (acme.FindsAllRight, RemoteProviderContract.test_what_cannot_be_read_is_never_right),
        (acme.FindsAllWrong, RemoteProviderContract.test_what_cannot_be_read_is_never_right),
        (acme.TellsTheCode, RemoteProviderContract.test_a_typed_code_is_neither_logged_nor_told),
    ],
)
def test_a_provider_that_breaks_a_sentence_is_seen(
    provider: type[AcmeVerify],
    sentence: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Suite(RemoteProviderContract):
        def made(self, base: str, *, connect: float, read: float) -> AcmeVerify:
            return provider(base, connect=connect, read=read)

    with vendor(acme.acme) as server:
        suite = Suite()
        wants = {
            "server": server,
            "provider": suite._made(server.url, PATIENT),
            "unreachable": suite._made("http://127.0.0.1:9", PATIENT),
            "impatient": suite._made(server.url, IMPATIENT),
            "caplog": caplog,
        }
        given = {name: wants[name] for name in signature(sentence).parameters if name in wants}
        with pytest.raises(AssertionError):
            sentence(suite, **given)


def test_its_message_asks_for_a_code_and_carries_none() -> None:
    sent = remote_message(Channel.EMAIL)
    assert (sent.remote, sent.code, sent.text) == (True, None, "")
    assert "@" in sent.to
