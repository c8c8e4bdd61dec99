"""That a channel is off is said with day, channel and reason, and what to do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import translation

from otpguard.models import OptOut
from otpguard.notices.opt_out_text import restart_text, stopped_text
from tests.po_files import LANGUAGES


def row(**columns: object) -> OptOut:
    usual = {"channel": "sms", "source": "keyword", "at": datetime(2026, 3, 1, 12, tzinfo=UTC)}
    return OptOut(**{**usual, **columns})


def test_the_sentence_says_what_is_off_since_when_and_why() -> None:
    assert stopped_text(row()) == (
        "Off since March 1, 2026: text message. STOP was sent from this number."
    )
    assert "The vendor says" in stopped_text(row(source="vendor", channel="whatsapp"))
    assert "pigeon" in stopped_text(row(channel="pigeon")), "one of another release is shown"


def test_what_to_do_depends_on_the_channel() -> None:
    assert "send START" in restart_text(row())
    assert "ask your support" in restart_text(row(channel="voice"))


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_it_is_said_in_other_languages(language: str) -> None:
    with translation.override(language):
        assert "STOP" in stopped_text(row())
        assert "Off since" not in stopped_text(row())
        assert "START" in restart_text(row())
        assert "send START" not in restart_text(row())
