"""What a vendor says about a code is one of a closed set."""

from __future__ import annotations

import pytest

from otpguard.core.checked_code import Gone
from otpguard.core.outcome import ROUTE_FAILURES, Failure


@pytest.mark.parametrize("failure", sorted(ROUTE_FAILURES))
def test_a_fault_of_the_route_does_not_end_a_code(failure: Failure) -> None:
    with pytest.raises(ValueError, match="says nothing about the code"):
        Gone(failure=failure)


def test_a_code_that_is_gone_has_expired_unless_said_otherwise() -> None:
    assert Gone() == Gone(failure=Failure.EXPIRED_OR_GONE)
