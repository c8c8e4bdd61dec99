"""Twilio's signature, by vectors of twilio-python's request_validator."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.channels.providers.twilio_messaging import is_signed, signature_of

TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FIELDS = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
    ("Caller", "+14158675309"),
]
SIGNED = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
WITH_PORT = "kvajT1Ptam85bY51eRf/AJRuM3w="
DUPLICATES = [
    ("Sid", "CA123"),
    ("SidAccount", "AC123"),
    ("Digits", "5678"),
    ("Digits", "1234"),
    ("Digits", "1234"),
]
JSON_URL = f"{URL}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
JSON_BODY = b'{"property": "value", "boolean": true}'
JSON_SIGNED = "a9nBmqA0ju/hNViExpshrM61xv4="


def ours(given: str, url: str = URL, fields: Any = FIELDS, body: bytes = b"x") -> bool:
    return is_signed(given, token=TOKEN, url=url, body=body, fields=fields)


def test_twilio_signs_the_url_and_the_sorted_fields() -> None:
    assert signature_of(TOKEN, URL, FIELDS) == SIGNED
    assert signature_of(TOKEN, URL, reversed(FIELDS)) == SIGNED
    assert ours(SIGNED)


def test_twilio_signs_each_distinct_value_of_a_repeated_field() -> None:
    assert signature_of(TOKEN, URL, DUPLICATES) == "IK+Dwps556ElfBT0I3Rgjkr1wJU="


@pytest.mark.parametrize(
    ("signature", "called"),
    [
        (WITH_PORT, URL),
        (WITH_PORT, URL.replace(".com", ".com:443")),
        (SIGNED, URL.replace(".com", ".com:443")),
        (SIGNED, URL.replace(".com", ".com:1234")),
        ("0ZXoZLH/DfblKGATFgpif+LLRf4=", URL.replace("https", "http")),
        ("0ZXoZLH/DfblKGATFgpif+LLRf4=", "http://mycompany.com:80/myapp.php?foo=1&bar=2"),
        ("Zmvh+3yNM1Phv2jhDCwEM3q5ebU=", "http://mycompany.com:1234/myapp.php?foo=1&bar=2"),
    ],
)
def test_twilio_may_have_signed_the_url_with_or_without_its_port(
    signature: str, called: str
) -> None:
    assert ours(signature, called)


def test_twilio_signs_a_body_that_is_no_form_by_a_digest_in_the_url() -> None:
    assert ours(JSON_SIGNED, JSON_URL, None, JSON_BODY)
    assert not ours(JSON_SIGNED, JSON_URL, None, JSON_BODY + b" ")
    assert not ours(JSON_SIGNED, JSON_URL + "&bodySHA256=0", None, JSON_BODY)
    assert not ours(signature_of(TOKEN, URL, ()), URL, None, JSON_BODY), "an unsigned body"
    assert ours(signature_of(TOKEN, URL, ()), URL, None, b"")


@pytest.mark.parametrize(
    "changed",
    [
        {"given": ""},
        {"given": SIGNED[:-2]},
        {"given": "\udcff"},
        {"url": URL + "3"},
        {"url": URL.replace("mycompany", "evil")},
        {"fields": FIELDS[1:]},
        {"fields": [*FIELDS, ("MessageStatus", "delivered")]},
        {"fields": [(name, value + "0") for name, value in FIELDS]},
    ],
)
def test_what_was_tampered_with_is_not_twilios(changed: dict[str, Any]) -> None:
    assert not ours(**{"given": SIGNED, **changed})
