"""What MessageBird answers: a list of errors with codes and parameters."""

from __future__ import annotations

import pytest

from otpguard.core.outcome import Failure, Unavailable
from otpguard.testing.vendor_server import Reply, vendor
from tests.channels.vendor_answers.asking import Meant, answered, certain, meant, refused
from tests.channels.vendor_answers.making import CHECKED, made_messagebird


def errors(code: int, parameter: str | None = None) -> dict[str, object]:
    return {"errors": [{"code": code, "description": "x", "parameter": parameter}]}


@pytest.mark.parametrize("status", [200, 400, 401, 422])
@pytest.mark.parametrize(
    ("code", "parameter", "expected"),
    [
        (2, "access_key", certain(Failure.AUTH_CONFIG)),
        (25, None, certain(Failure.BALANCE)),
        (20, None, refused(Failure.EXPIRED_OR_GONE)),
        (9, "recipient", refused(Failure.INVALID_NUMBER)),
    ],
)
def test_a_code_counts_whatever_the_status(
    status: int, code: int, parameter: str | None, expected: Meant
) -> None:
    assert meant(answered(made_messagebird, status, errors(code, parameter))) == expected


@pytest.mark.parametrize("code", [2, 25])
def test_a_check_that_our_account_cannot_make_is_no_wrong_code(code: int) -> None:
    with vendor() as server:
        server.reply = Reply(422, errors(code))
        assert isinstance(made_messagebird(base=server.url).check(CHECKED), Unavailable)
