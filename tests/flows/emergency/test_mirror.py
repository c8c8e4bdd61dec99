"""The row of a tenant says until when its emergency access runs."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.flows.emergency.close import close_over, end_access
from tests.flows.emergency.envelopes import prepared

pytestmark = pytest.mark.django_db


def test_the_row_of_the_tenant_says_until_when_something_is_open() -> None:
    made = prepared()

    def until() -> Any:
        made.tenant.refresh_from_db()
        return made.tenant.emergency_until

    made.open(drill=True)
    assert until() is None, "a drill opens nothing"
    first, second = made.open(hours=1), made.open(hours=2)
    assert until() == second.until
    end_access(facts=made.ada, access=second)
    assert until() == first.until
    close_over(now=second.until)
    assert until() is None
