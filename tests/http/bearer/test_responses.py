"""What a client reads of a refusal."""

from __future__ import annotations

import json

from otpguard.http.bearer.responses import invalid_token, issuer_away, no_token


def test_without_a_token_no_error_is_named() -> None:
    answer = no_token()
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def test_a_wrong_token_is_named_so() -> None:
    answer = invalid_token()
    assert (answer.status_code, answer["WWW-Authenticate"]) == (
        401,
        'Bearer error="invalid_token"',
    )


def test_a_server_that_is_away_is_asked_again_later() -> None:
    answer = issuer_away()
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert json.loads(answer.content)["code"] == "issuer_unavailable"
