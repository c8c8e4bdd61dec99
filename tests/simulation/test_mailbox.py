"""A mailbox gets its link, and opening it marks the browser that asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import Ask
from otpguard.models import MailedBrowser
from otpguard.simulation.mailbox import open_mailed_link
from otpguard.simulation.play import BEGAN
from tests.simulation.setting import world

pytestmark = pytest.mark.django_db(transaction=True)
ASK = Ask(
    checkpoint="signup",
    tenant="",
    user="",
    sid="",
    story="00000000-0000-4000-8000-000000000000",
    email_first=True,
)


@pytest.fixture(autouse=True)
def empty_world(tmp_path: Path) -> Iterator[None]:
    with world(tmp_path):
        yield


def opened(email: str, browser: str = "b") -> bool:
    facts = RequestFacts(
        now=BEGAN,
        browser=browser * 32,
        client_ip="24.0.0.1",
        host="simulation.example",
        secure=True,
    )
    return open_mailed_link(facts=facts, ask=ASK, email=email, filled_ms=8_000)


def test_a_link_is_opened_in_the_browser_that_asked() -> None:
    assert opened("kim@company.example")
    mark = MailedBrowser.objects.get()
    assert (mark.browser, mark.opened_at) == ("b" * 32, BEGAN)


def test_a_mailbox_that_has_had_its_links_gets_none() -> None:
    assert [opened("kim@company.example", each) for each in "abc"] == [True, True, False]
