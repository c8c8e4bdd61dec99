"""What Sinch answers: an error code, or a verification that has failed."""

from __future__ import annotations

import pytest

from otpguard.core.checked_code import Wrong
from otpguard.core.outcome import Failure
from otpguard.testing.vendor_server import Reply, vendor
from tests.channels.vendor_answers.asking import Meant, answered, certain, meant, refused
from tests.channels.vendor_answers.making import CHECKED, made_sinch


def error(code: int | str, message: str = "about 12015550123") -> dict[str, object]:
    return {"errorCode": code, "message": message, "reference": "a2028355-5164-41b6-aae9"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (40002, certain(Failure.AUTH_CONFIG)),
        ("40002", certain(Failure.AUTH_CONFIG)),
        (40003, certain(Failure.AUTH_CONFIG)),
        (40001, refused(Failure.INVALID_NUMBER)),
        (40005, refused(Failure.INVALID_NUMBER)),
    ],
)
def test_a_bad_request_is_ours_or_about_the_number(code: int | str, expected: Meant) -> None:
    assert meant(answered(made_sinch, 400, error(code))) == expected


@pytest.mark.parametrize("code", [40001, 40002, 40003])
def test_what_a_person_typed_never_looks_like_our_configuration(code: int) -> None:
    """Else anybody could pause the route of all others with a strange answer."""
    with vendor() as server:
        server.reply = Reply(400, error(code))
        assert made_sinch(base=server.url).check(CHECKED) == Wrong()
