"""AWS End User Messaging, against its service model."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from otpguard.channels.base import Webhook
from otpguard.channels.option_rules import WrongOptionsError
from otpguard.channels.providers.aws import Aws
from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from otpguard.core.outcome import Accepted, Failure, Unavailable
from otpguard.testing.http_provider_contract import HttpProviderContract
from otpguard.testing.provider_contract import message
from otpguard.testing.vendor_server import vendor
from otpguard.transport.exchange import Response
from tests.vendors.aws import ACCESS_KEY, REGION, SECRET_KEY, end_user_messaging

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def made(**options: Any) -> Aws:
    usual: dict[str, Any] = {
        "region": REGION,
        "access_key": ACCESS_KEY,
        "secret_key": SECRET_KEY,
        "origination_identity": "+12015550100",
        "channels": ["sms", "voice"],
    }
    return Aws(**{**usual, **options})


class TestContract(HttpProviderContract):
    rule = staticmethod(end_user_messaging)

    def made(self, base: str, *, connect: float, read: float) -> Aws:
        return made(base=base, connect=connect, read=read)

    def secrets(self) -> tuple[str, ...]:
        return (ACCESS_KEY, SECRET_KEY)


def test_a_text_is_transactional_bounded_in_price_and_lapses_with_the_code() -> None:
    provider = made(max_price="0.10", configuration_set="codes", feedback=True)
    request = provider.build_request(replace(message(), lifetime=600))
    assert request.url == "https://sms-voice.us-east-1.amazonaws.com/"
    assert request.headers["X-Amz-Target"] == "PinpointSMSVoiceV2.SendTextMessage"
    assert json.loads(request.body) == {
        "DestinationPhoneNumber": "+12015550123",
        "OriginationIdentity": "+12015550100",
        "MessageBody": "481516 is your code",
        "MessageType": "TRANSACTIONAL",
        "MaxPrice": "0.10",
        "ConfigurationSetName": "codes",
        "TimeToLive": 600,
        "MessageFeedbackEnabled": True,
    }


def test_a_call_is_bounded_in_its_price_a_minute() -> None:
    request = made(max_price="0.10").build_request(message(Channel.VOICE))
    assert request.headers["X-Amz-Target"] == "PinpointSMSVoiceV2.SendVoiceMessage"
    assert json.loads(request.body) == {
        "DestinationPhoneNumber": "+12015550123",
        "OriginationIdentity": "+12015550100",
        "MessageBody": "481516 is your code",
        "MaxPricePerMinute": "0.10",
    }


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("channels", ["email"]),
        ("channels", []),
        ("channels", "sms"),
        ("region", "Europe"),
        ("origination_identity", ""),
        ("origination_identity", "+1 201 555 0100"),
        ("configuration_set", "my codes"),
        ("max_price", "1"),
        ("max_price", "1.234567"),
        ("max_price", "100.00"),
        ("max_price", "."),
        ("max_price", "$0.10"),
        ("max_price", 0.1),
        ("access_key", "short"),
        ("secret_key", ""),
        ("session_token", "two words"),
        ("feedback", "yes"),
        ("base", "http://sms-voice.example"),
        ("read", 60),
    ],
)
def test_an_option_keeps_to_the_rule_of_aws(option: str, value: object) -> None:
    with pytest.raises(WrongOptionsError, match=option) as found:
        made(**{option: value})
    assert len(found.value.faults) == 1


@pytest.mark.parametrize("price", ["0.10", ".5", "99.12345", "0.00001"])
def test_a_price_that_aws_takes_is_taken(price: str) -> None:
    assert json.loads(made(max_price=price).build_request(message()).body)["MaxPrice"] == price


def test_every_wrong_option_is_told_at_once() -> None:
    with pytest.raises(WrongOptionsError) as found:
        made(region="", max_price="1", secret_key="", channels=["pigeon"])
    assert [fault.split(" ", 1)[0] for fault in found.value.faults] == [
        "channels",
        "region",
        "max_price",
        "access_key",
    ]


def answered(status: int, body: object, **headers: str) -> Any:
    raw = json.dumps(body).encode()
    return made().parse_response(Response(status=status, headers=headers, body=raw))


def test_an_acceptance_is_known_by_its_message_id() -> None:
    assert answered(200, {"MessageId": "m-1"}) == Accepted(reference="m-1", route="+12015550100")


def test_a_proven_code_is_reported_where_feedback_is_on() -> None:
    assert made().confirm_request("m-1", Code("481516")) is None
    with vendor(end_user_messaging) as server:
        assert made(base=server.url, feedback=True).confirm("m-1", Code("481516")) is None
        assert len(server.received) == 1


def test_without_credentials_the_operator_is_paged_and_nothing_is_sent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    with vendor(end_user_messaging) as server:
        provider = made(base=server.url, access_key="", secret_key="", feedback=True)
        outcome = provider.send(message())
        assert outcome == Unavailable(reason="aws: no credentials", failure=Failure.AUTH_CONFIG)
        assert provider.confirm("m-1", Code("481516")) is Failure.AUTH_CONFIG
        assert server.received == []


def test_credentials_are_found_where_botocore_finds_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    with vendor(end_user_messaging) as server:
        assert isinstance(
            made(base=server.url, access_key="", secret_key="").send(message()), Accepted
        )


def test_a_session_token_is_signed_and_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        provider = made(session_token="hush")
        request = provider.authorize(provider.build_request(message()), now=NOW)
    assert request.headers["X-Amz-Security-Token"] == "hush"
    assert "x-amz-security-token" in request.headers["Authorization"]
    assert "hush" not in caplog.text


def test_nothing_that_comes_in_is_believed() -> None:
    received = Webhook(method="POST", url="https://acme.example/", body=b"{}")
    assert not made().capabilities.receipts
    assert not made().is_authentic(received, now=NOW)
