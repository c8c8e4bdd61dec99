"""Heads by e-mail: one a day, and the text in it verifies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from otpguard.flows.audit.publish import publish_heads
from otpguard.flows.audit.verify import verify_against
from otpguard.models import Publication
from tests.channels.mail_server import deliver_to
from tests.flows.audit.logging import begin
from tests.flows.audit.publishing import publish, write_and_seal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _begun(settings: Any) -> None:
    begin()
    emails = ["audit@example.com", "law@example.com"]
    settings.OTPGUARD = {"AUDIT_PUBLISH": {"RECIPIENTS": emails}}


def test_one_email_a_day_goes_to_all_of_them() -> None:
    write_and_seal()
    assert publish().published == {"email": 1}
    write_and_seal()
    now = timezone.now()
    assert publish_heads(now=now + timedelta(hours=23)).published == {}
    assert publish_heads(now=now + timedelta(hours=25)).published == {"email": 2}
    first, second = mail.outbox
    assert first.to == ["audit@example.com", "law@example.com"]
    assert "head 2" in second.subject


def test_the_text_between_the_rules_is_a_head_to_verify_against() -> None:
    write_and_seal()
    publish()
    _, note, _ = mail.outbox[0].body.split("----\n")
    assert verify_against(note) is None


def test_a_server_that_is_away_is_asked_again(settings: Any) -> None:
    deliver_to(settings, port=1)
    write_and_seal()
    assert set(publish().failed) == {"email"}
    assert Publication.objects.get().failures == 1
