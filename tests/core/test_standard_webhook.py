"""Standard Webhooks, by the example of its specification."""

from __future__ import annotations

from base64 import b64decode

from otpguard.core.standard_webhook import signed_call


def test_the_published_example_holds() -> None:
    found = signed_call(
        b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        message="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp="1614265330",
        body=b'{"test": 2432232314}',
    )
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
