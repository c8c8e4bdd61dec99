"""A status alone says enough to react to."""

from __future__ import annotations

import pytest

from otpguard.channels.responses import by_status
from otpguard.channels.vendor_answers.http_status import ANSWERS
from otpguard.transport.exchange import Response


@pytest.mark.parametrize("status", [*range(100, 600), 0, 999])
def test_every_status_has_a_class_and_an_exact_one_counts_first(status: int) -> None:
    outcome = by_status(Response(status=status), "acme")
    exact = ANSWERS.find(status)
    if exact is not None:
        assert outcome.failure is exact.failure


def test_nothing_of_it_is_a_supposition() -> None:
    assert not any(answer.probable for answer in ANSWERS)
