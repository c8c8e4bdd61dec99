"""Numbers of OTPGUARD["TEST_NUMBERS"]: their code is fixed, and no message is sent to them.

Their plan has the channels that another number would get, each over TEST_ROUTE. The plan decides,
not the setting of the moment: what was started as a test is never sent, and what was not has the
code that was sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from otpguard.conf import settings
from otpguard.core.codes import CODE_DIGITS, Code
from otpguard.core.route import TEST_ROUTE
from otpguard.models import Challenge, Delivery, Factor


def planned_for(factor: Factor, steps: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The steps of a plan as they are; over TEST_ROUTE if a code for a test number is planned."""
    if not settings().test_numbers or not factor.phone_index:
        return list(steps)
    return planned_for_number(factor.secret.reveal(), steps)


def planned_for_number(number: str, steps: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same for a number in E.164."""
    if number not in settings().test_numbers:
        return list(steps)
    over = {"provider": TEST_ROUTE, "receipts": False, "remote": False, "length": CODE_DIGITS}
    return [{**step, **over} for step in steps]


def is_test(challenge: Challenge) -> bool:
    """True for a challenge that was started for a test number."""
    return any(step["provider"] == TEST_ROUTE for step in challenge.plan)


def is_test_delivery(delivery: Delivery) -> bool:
    """True for a message that must not leave."""
    return delivery.provider == TEST_ROUTE


def fixed_code(challenge: Challenge) -> Code | None:
    """The code of a test number; None for any other, and once it is out of the setting."""
    if not is_test(challenge):
        return None
    return settings().test_numbers.get(challenge.destination.reveal())
