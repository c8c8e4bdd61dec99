"""What a policy asks, in a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.conf import settings as ours
from otpguard.core.policy import Policy
from otpguard.core.policy_choices import Enforcement
from otpguard.web.team.protection import protected_lines, protection_text
from tests import factories


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "Asks for a second way to confirm, again after 20 min."),
        ({"active": False}, "Nobody is asked."),
        ({"binds_intent": True}, "Asks for a second way to confirm, every time."),
        (
            {"enforcement": Enforcement.REPORT_ONLY},
            "Not enforced yet: it would ask for a second way to confirm.",
        ),
    ],
)
def test_it_says_what_is_asked_and_how_long_it_serves(fields: dict[str, Any], text: str) -> None:
    assert protection_text(Policy(**fields)) == text


@pytest.mark.django_db
def test_every_checkpoint_has_its_line() -> None:
    tenant = factories.tenant()
    lines = list(protected_lines(factories.facts(factories.user(), tenant), tenant))
    assert [line.slug for line in lines] == list(ours().checkpoints)
