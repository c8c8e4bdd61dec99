"""The signed webhook: what is signed, and how a receiver finds a forgery or a repetition."""

from __future__ import annotations

import hmac
import json
from base64 import b64decode, b64encode
from hashlib import sha256

import pytest

from otpguard.core.siem.webhook import batch_id, new_secret, signed_headers, webhook_body
from tests.core.siem.events import sent

SECRET = new_secret(b"k" * 32)


def test_the_body_lists_the_events_in_their_order() -> None:
    body = webhook_body("s", [sent(rendered=b'{"a":1}'), sent(rendered=b'{"a":2}')])
    assert json.loads(body) == {"stream": "s", "events": [{"a": 1}, {"a": 2}]}


def test_the_signature_covers_id_time_and_body() -> None:
    body = webhook_body("s", [sent()])
    headers = signed_headers("s_1", body, secrets=[SECRET], at=1_700_000_000)
    assert headers["webhook-id"] == "s_1"
    signed = f"{headers['webhook-id']}.1700000000.".encode() + body
    key = b64decode(SECRET.removeprefix("whsec_"))
    wanted = b64encode(hmac.new(key, signed, sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
    assert headers["webhook-timestamp"] == "1700000000"


def test_the_published_vector_of_standard_webhooks_has_this_form() -> None:
    key = b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = b'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}'
    found = b64encode(hmac.new(key, signed, sha256).digest()).decode()
    assert found == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_same_batch_has_the_same_id_and_one_that_has_grown_another() -> None:
    one, two = sent(id="1"), sent(id="2")
    ids = [batch_id("s", batch) for batch in ([one], [one], [one, two])]
    assert ids[0] == ids[1] != ids[2]


def test_a_secret_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="ASCII"):
        signed_headers("s", b"", secrets=["whsec_ä"], at=1)


def test_each_secret_signs_while_one_replaces_the_other() -> None:
    new, old = new_secret(b"n" * 32), SECRET
    both = signed_headers("m", b"{}", secrets=[new, old], at=1)["webhook-signature"].split(" ")
    alone = [
        signed_headers("m", b"{}", secrets=[each], at=1)["webhook-signature"] for each in (new, old)
    ]
    assert both == alone
