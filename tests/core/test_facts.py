"""What is known of a request."""

from __future__ import annotations

import pytest

from otpguard.core.assurance import Primary
from otpguard.core.facts import RequestFacts
from tests.core.strategies import NOW


@pytest.mark.parametrize(
    ("method", "unsafe"),
    [
        ("GET", False),
        ("HEAD", False),
        ("OPTIONS", False),
        ("TRACE", False),
        ("POST", True),
        ("PUT", True),
        ("PATCH", True),
        ("DELETE", True),
        ("PROPFIND", True),
    ],
)
def test_every_method_but_the_four_safe_ones_counts_as_a_change(
    method: str, *, unsafe: bool
) -> None:
    assert RequestFacts(now=NOW, method=method).unsafe is unsafe


def test_what_is_unknown_of_a_request_never_counts_in_its_favor() -> None:
    nobody = RequestFacts(now=NOW)
    assert (nobody.user, nobody.tenant, nobody.sid) == ("", "", "")
    assert (nobody.user_is_staff, nobody.device) == (False, "")
    assert nobody.primary is Primary.NONE
    assert nobody.authenticated_at is None
