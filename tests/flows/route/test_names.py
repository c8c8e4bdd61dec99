"""The names that routes are made of: each is checked in one place, and said at its field."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from otpguard.exceptions import InvalidInput
from otpguard.flows.route.names import check_channel, check_country, check_provider


@pytest.mark.parametrize(
    ("check", "good", "field"),
    [
        (check_provider, "memory", "provider"),
        (check_channel, "sms", "channel"),
        (check_country, "US", "country"),
    ],
)
@pytest.mark.parametrize("bad", ["", "pigeon", "us"])
def test_what_there_is_passes_and_nothing_else(
    check: Callable[[str], None], good: str, field: str, bad: str
) -> None:
    check(good)
    with pytest.raises(InvalidInput) as refused:
        check(bad)
    assert refused.value.field == field
