"""The limiter that the site names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.test import override_settings

from otpguard.core.limits import Cap, CapFull, Charged
from otpguard.limits.limiter import limiter
from otpguard.limits.sql import SqlLimiter


class Generous:
    """A limiter of the host's that has an option and lets everything through."""

    def __init__(self, *, url: str = "") -> None:
        self.url = url

    def consume(self, caps: Sequence[Cap], *, challenge: UUID, now: datetime) -> Charged | CapFull:
        return Charged()

    def refund(self, challenge: UUID, *, now: datetime) -> None:
        return


def with_limiter(**entry: Any) -> override_settings:
    return override_settings(OTPGUARD={"LIMITER": entry})


def test_the_database_counts_unless_the_site_says_otherwise() -> None:
    assert isinstance(limiter(), SqlLimiter)
    assert limiter() is limiter()


def test_a_site_may_name_a_limiter_of_its_own_with_options() -> None:
    with with_limiter(BACKEND=f"{__name__}.Generous", OPTIONS={"url": "redis://x"}):
        found = limiter()
        assert isinstance(found, Generous)
        assert found.url == "redis://x"
        assert limiter() is found
    assert isinstance(limiter(), SqlLimiter)


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        ({"BACKEND": f"{__name__}.Nowhere"}, ImportError),
        ({"BACKEND": f"{__name__}.Generous", "OPTIONS": {"urll": "x"}}, TypeError),
        ({"BACKEND": "datetime.timedelta"}, TypeError),
    ],
)
def test_what_is_no_limiter_is_loud(entry: dict[str, Any], error: type[Exception]) -> None:
    with with_limiter(**entry), pytest.raises(error):
        limiter()
