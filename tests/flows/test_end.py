"""A vendor is told how it ended: proven, given up, or nothing that it does not know."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from otpguard.core.outcome import Failure
from otpguard.flows.end import end
from otpguard.flows.outgoing import code_of
from otpguard.models import Challenge, Delivery
from otpguard.testing import send_queued
from tests import factories
from tests.flows.remote import with_bird, with_messagebird, with_twilio
from tests.flows.setting import stopped
from tests.vendors import messagebird, twilio
from tests.vendors.bird import BirdVerify
from tests.vendors.server import Reply, Vendor, vendor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def verify(settings: Any) -> Iterator[Vendor]:
    with vendor(twilio.verify) as running:
        settings.OTPGUARD = with_twilio(running.url)
        yield running


@pytest.fixture
def bird(settings: Any) -> Iterator[Vendor]:
    with vendor(messagebird.verify) as running:
        settings.OTPGUARD = with_messagebird(running.url)
        yield running


def sent() -> tuple[Challenge, Delivery]:
    challenge = stopped().start()
    send_queued()
    return challenge, Delivery.objects.get()


def told(server: Vendor) -> list[str]:
    return [each.form["Status"] for each in server.received if "Status" in each.form]


def test_a_proven_code_of_ours_is_confirmed(verify: Vendor) -> None:
    challenge, row = sent()
    factories.age(challenge, state="verified")
    assert end(delivery_id=str(row.pk)) is None
    assert told(verify) == ["approved"]


@pytest.mark.parametrize("state", ["canceled", "expired", "exhausted", "reported", "open"])
def test_anything_else_is_given_up(verify: Vendor, state: str) -> None:
    challenge, row = sent()
    factories.age(challenge, state=state)
    assert end(delivery_id=str(row.pk)) is None
    assert told(verify) == ["canceled"]


def test_a_vendor_that_found_the_answer_right_itself_knows(bird: Vendor) -> None:
    challenge, row = sent()
    factories.age(challenge, state="verified")
    assert end(delivery_id=str(row.pk)) is None
    assert [each.method for each in bird.received] == ["POST"]


def test_what_was_left_before_is_given_up_also_when_a_later_one_was_right(bird: Vendor) -> None:
    challenge, row = sent()
    factories.age(challenge, state="verified")
    Delivery.objects.create(
        challenge=challenge, step=1, channel="sms", provider="far", remote=True, provider_ref="x"
    )
    assert end(delivery_id=str(row.pk)) is None
    assert [each.method for each in bird.received] == ["POST", "DELETE"]


def test_a_vendor_that_cannot_be_told_is_logged_without_anything_secret(
    verify: Vendor, caplog: pytest.LogCaptureFixture
) -> None:
    challenge, row = sent()
    with caplog.at_level(logging.DEBUG):
        verify.reply = Reply(404, {"code": 20404})
        assert end(delivery_id=str(row.pk)) is Failure.EXPIRED_OR_GONE
        assert "was not told" not in caplog.text
        verify.mood = "drop"
        assert end(delivery_id=str(row.pk)) is Failure.UNKNOWN_OUTCOME
    assert "verify was not told how it ended: unknown_outcome" in caplog.text
    assert code_of(challenge).digits not in caplog.text
    assert str(row.provider_ref) not in caplog.text


def test_there_is_nothing_to_tell_where_nothing_is_known(verify: Vendor, settings: Any) -> None:
    assert end(delivery_id=str(uuid4())) is None
    stopped().start()
    unsent = Delivery.objects.get()
    assert end(delivery_id=str(unsent.pk)) is None
    send_queued()
    settings.OTPGUARD = {
        "PROVIDERS": {"x": {"BACKEND": "otpguard.channels.providers.memory.Memory"}}
    }
    assert end(delivery_id=str(unsent.pk)) is None
    assert told(verify) == []


def test_a_vendor_that_does_not_want_to_hear_is_not_told(settings: Any) -> None:
    with vendor(BirdVerify()) as server:
        settings.OTPGUARD = with_bird(server.url)
        _, row = sent()
        assert end(delivery_id=str(row.pk)) is None
        assert len(server.received) == 1
