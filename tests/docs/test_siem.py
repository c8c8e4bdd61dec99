"""The page docs/siem.md: its receiver takes what we sign, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from otpguard.core.siem.sinks import Sink
from otpguard.core.siem.webhook import WINDOW, new_secret, signed_headers, webhook_body
from tests.core.siem.events import sent
from tests.docs.pages import modules_of

is_genuine = modules_of("siem.md")["receiver.webhook"].is_genuine
SECRET = new_secret(b"k" * 32)
AT = 1_700_000_000
BODY = webhook_body("s", [sent()])
HEADERS = signed_headers("s_1", BODY, secrets=[SECRET], at=AT)


def test_what_we_have_signed_a_moment_ago_is_genuine() -> None:
    assert is_genuine(HEADERS, BODY, SECRET, now=AT + WINDOW)
    several = {**HEADERS, "webhook-signature": f"v1,x {HEADERS['webhook-signature']}"}
    assert is_genuine(several, BODY, SECRET, now=AT)


@pytest.mark.parametrize("seconds", [WINDOW + 1, -WINDOW - 1])
def test_what_is_sent_once_more_later_is_not(seconds: int) -> None:
    assert not is_genuine(HEADERS, BODY, SECRET, now=AT + seconds)


def test_nor_is_what_was_changed_or_signed_by_another() -> None:
    assert not is_genuine(HEADERS, BODY + b" ", SECRET, now=AT)
    assert not is_genuine({**HEADERS, "webhook-id": "x"}, BODY, SECRET, now=AT)
    assert not is_genuine({**HEADERS, "webhook-timestamp": str(AT + 1)}, BODY, SECRET, now=AT)
    assert not is_genuine(HEADERS, BODY, new_secret(b"j" * 32), now=AT)
    assert not is_genuine({}, BODY, SECRET, now=AT)


def test_the_page_names_every_kind() -> None:
    text = (Path(__file__).parents[2] / "docs" / "siem.md").read_text()
    assert all(f"| `{sink.value}` |" in text for sink in Sink)
