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
from otpguard.channels.providers.aws import KINDS, REASONS, Aws
from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from otpguard.core.outcome import Accepted, Failure, Refused, Unavailable
from otpguard.transport.exchange import Response
from tests.channels.contract import HttpProviderContract, message
from tests.vendors.aws import ACCESS_KEY, REGION, SECRET_KEY, end_user_messaging
from tests.vendors.server import vendor

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

    def made(self, base: str) -> Aws:
        return made(base=base, read=0.5)

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


@pytest.mark.parametrize("options", [{"channels": ["email"]}, {"origination_identity": ""}])
def test_options_that_cannot_work_are_told_at_once(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"SMS and voice|origination_identity"):
        made(**options)


def answered(status: int, body: object, **headers: str) -> Any:
    raw = json.dumps(body).encode()
    return made().parse_response(Response(status=status, headers=headers, body=raw))


def test_an_acceptance_is_known_by_its_message_id() -> None:
    assert answered(200, {"MessageId": "m-1"}) == Accepted(reference="m-1", route="+12015550100")


@pytest.mark.parametrize(("reason", "failure"), sorted(REASONS.items()))
def test_a_reason_says_what_to_do(reason: str, failure: Failure) -> None:
    body = {"__type": "ConflictException", "Reason": reason, "Message": "+12015550123"}
    outcome = answered(400, body)
    assert isinstance(outcome, Refused | Unavailable)
    assert (outcome.failure, outcome.reason) == (failure, f"aws: {reason}")


@pytest.mark.parametrize(("kind", "failure"), sorted(KINDS.items()))
def test_without_a_reason_the_kind_of_error_does(kind: str, failure: Failure) -> None:
    assert answered(400, {"__type": f"com.amazonaws.pinpoint#{kind}"}).failure is failure
    header = {"x-amzn-errortype": f"{kind}:http://internal.amazon.com/"}
    assert answered(400, {}, **header).failure is failure


def test_a_field_that_is_not_valid_is_the_number_or_our_fault() -> None:
    def about(*fields: str) -> Failure:
        found = [{"Name": field, "Message": "x"} for field in fields]
        body = {"__type": "ValidationException", "Reason": "FIELD_VALIDATION_FAILED"}
        outcome = answered(400, {**body, "Fields": found})
        assert isinstance(outcome, Refused | Unavailable)
        return outcome.failure

    assert about("DestinationPhoneNumber") is Failure.INVALID_NUMBER
    assert about("OriginationIdentity") is Failure.AUTH_CONFIG
    assert about() is Failure.AUTH_CONFIG


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
        provider = made(base=server.url, access_key="", feedback=True)
        outcome = provider.send(message())
        assert outcome == Unavailable(reason="aws: no credentials", failure=Failure.AUTH_CONFIG)
        assert provider.confirm("m-1", Code("481516")) is Failure.AUTH_CONFIG
        assert server.received == []


def test_credentials_are_found_where_botocore_finds_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    with vendor(end_user_messaging) as server:
        assert isinstance(made(base=server.url, access_key="").send(message()), Accepted)


def test_a_session_token_is_signed_and_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        provider = made(session_token="hush")
        request = provider.authorize(provider.build_request(message()), now=NOW)
    assert request.headers["X-Amz-Security-Token"] == "hush"
    assert "x-amz-security-token" in request.headers["Authorization"]
    assert "hush" not in caplog.text


def test_nothing_that_comes_in_is_believed() -> None:
    received = Webhook(method="POST", url="https://acme.example/", body=b"{}")
    assert not made().receipts
    assert not made().is_authentic(received, now=NOW)
