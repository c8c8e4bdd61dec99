"""Whatever stands in a URL, a form or a header, our pages and our API answer: they never fail."""

from __future__ import annotations

import json
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import get_resolver

from otpguard.testing import pass_step_up
from tests.host import Host

pytestmark = pytest.mark.django_db
ODD = ["\0", "a\0b", "x" * 3000, "9" * 5000, "%", "%00", "..", "\u0663", "'\"<>", "{}", "ad\0min"]
READING = [
    "/security/webhooks/memory/",
    "/security/api/enrollment/",
    "/security/add/phone/",
    "/keys/",
    "/roles/kim/",
]
LENGTHS = ["9" * 5000, "9" * 19, "-1", "many", "\u0663", "1e3"]


def places() -> list[tuple[str, list[str]]]:
    """Every URL of ours, with the names of what stands in it."""
    resolver = get_resolver("tests.guarded")
    namespace, inner = resolver.namespace_dict["otpguard"]
    return sorted(
        (f"/{namespace}{path}", list(parts))
        for name, patterns in inner.reverse_dict.lists()
        if isinstance(name, str)
        for possibilities, *_ in patterns
        for path, parts in possibilities
    )


USUAL = {
    "token": "t",
    "kind": "phone",
    "provider": "memory",
    "secret": "s",
    "checkpoint": "api_key",
    "role": "admin",
    "user_id": "",
}
"""What stands in a URL as text; every other name takes a UUID alone."""


def url_of(path: str, names: list[str], value: str, user: str) -> str:
    usual = {**USUAL, "user_id": user}
    given = {
        name: quote(value or usual[name], safe="") if name in usual else uuid4() for name in names
    }
    return path % given


@pytest.mark.parametrize(("path", "names"), places(), ids=lambda value: str(value)[:60])
def test_a_url_answers_whatever_stands_in_it(host: Host, path: str, names: list[str]) -> None:
    browser = Client(headers={"Accept": "application/json"}, raise_request_exception=False)
    browser.cookies = host.client.cookies
    pass_step_up(host.client)
    failed = []
    for value in ["", *ODD] if USUAL.keys() & set(names) else [""]:
        url = url_of(path, names, value, str(host.user.pk))
        for query in ("", "?next=/%00&month=%00&done=%00&otpguard_kept=%00"):
            for method in ("GET", "POST", "PUT", "DELETE"):
                answer = browser.generic(method, url + query)
                if answer.status_code >= 500:
                    failed.append((method, url[:60], query[:10], answer.status_code))
    assert failed == []


@pytest.mark.parametrize(("path", "names"), places(), ids=lambda value: str(value)[:60])
def test_a_url_answers_whatever_is_posted_to_it(host: Host, path: str, names: list[str]) -> None:
    browser = Client(headers={"Accept": "text/html"}, raise_request_exception=False)
    browser.cookies = host.client.cookies
    url = url_of(path, names, "", str(host.user.pk))
    fields = ("code", "name", "number", "email", "reason", "factor", "factors", "by_email")
    bodies: list[tuple[str, str]] = [
        ("application/json", json.dumps(value))
        for value in ([], "\0", {"\0": "\0"}, {"reason": "\0", "ttl": "\0", "level": {}}, 10**40)
    ]
    form = "application/x-www-form-urlencoded"
    bodies += [(form, "&".join(f"{name}={quote(value)}" for name in fields)) for value in ODD]
    failed = [
        (kind, body[:30], method)
        for kind, body in bodies
        for method in ("POST", "PUT")
        if browser.generic(method, url, body, content_type=kind).status_code >= 500
    ]
    assert failed == []


@pytest.mark.parametrize("length", LENGTHS, ids=lambda value: ascii(value)[:8])
@pytest.mark.parametrize("url", READING)
def test_a_length_that_is_none_is_refused_and_breaks_nothing(
    host: Host, url: str, length: str
) -> None:
    """Django itself fails to read a form of such a length; what reads none must answer."""
    browser = Client(headers={"Accept": "text/html"}, raise_request_exception=False)
    browser.cookies = host.client.cookies
    body = b'{"a": 1}'
    answer = browser.generic(
        "POST", url, body, content_type="application/json", CONTENT_LENGTH=length
    )
    assert answer.status_code < 500
