"""The Python client of the verification API: against the real one, and against hostile answers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from otpguard.client import MOST_BYTES, ServiceError, VerificationClient
from otpguard.models import Challenge, Verification
from tests import factories
from tests.flows.setting import sent_code
from tests.flows.verification.asking import NUMBER, key_of


@dataclass
class Hostile:
    """A server that gives these answers in turn: a status, headers and a body; None hangs up."""

    answers: list[tuple[int, dict[str, str], bytes] | None] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    url: str = ""


@contextmanager
def hostile() -> Iterator[Hostile]:
    """It runs until the end of the block."""
    known = Hostile()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            known.asked.append(dict(self.headers))
            answer = known.answers.pop(0)
            if answer is None:
                self.close_connection = True
                return
            status, headers, body = answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *_args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    known.url = f"http://127.0.0.1:{server.server_address[1]}/api/"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield known
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def bad() -> Iterator[Hostile]:
    with hostile() as known:
        yield known


STARTED = (
    b'{"id": "v-1", "state": "open", "channel": "sms", "action": "",'
    b' "requires_step_up": false, "attempts_left": 5}'
)


def client_of(bad: Hostile) -> VerificationClient:
    return VerificationClient(bad.url, key="otpg_live_x", timeout=3)


@pytest.mark.django_db(transaction=True)
def test_a_number_is_proven_by_the_real_api(live_server: Any) -> None:
    _row, secret = key_of(factories.tenant(), "verifications")
    client = VerificationClient(f"{live_server.url}/security/api/", key=secret)
    started = client.start(NUMBER, action="payout", client_ip="203.0.113.7", user="u-1")
    assert (started.state, started.channel, started.action) == ("open", "sms", "payout")
    code = sent_code(Challenge.objects.get(verification__pk=started.id))
    assert client.check(started.id, code).verified
    assert client.read(started.id).state == "verified"
    again = client.check(started.id, code)
    assert (again.verified, bool(again.reason)) == (False, True)


@pytest.mark.django_db(transaction=True)
def test_the_real_api_refuses_another_key(live_server: Any) -> None:
    client = VerificationClient(f"{live_server.url}/security/api/", key="otpg_live_wrong")
    with pytest.raises(ServiceError) as caught:
        client.start(NUMBER)
    assert (caught.value.status, caught.value.code) == (401, "authentication_failed")
    assert not Verification.objects.exists()


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://app.example.com/api/", "k"),
        ("app.example.com", "k"),
        ("https://app.example.com", ""),
        ("https://app.example.com", "a\nb"),
    ],
)
def test_a_key_goes_over_https_alone(url: str, key: str) -> None:
    with pytest.raises(ValueError, match=r"https:|needed"):
        VerificationClient(url, key=key)


def test_the_key_is_not_shown(bad: Hostile) -> None:
    assert "otpg_live_x" not in repr(client_of(bad))


def test_a_redirect_is_not_followed_and_the_key_stays(bad: Hostile) -> None:
    with hostile() as other:
        bad.answers = [(307, {"Location": other.url}, b""), (302, {"Location": other.url}, b"")]
        for call in (lambda: client_of(bad).start(NUMBER), lambda: client_of(bad).read("v")):
            with pytest.raises(ServiceError):
                call()
        assert other.asked == []


@pytest.mark.parametrize("first", [None, (503, {}, b""), (409, {"Retry-After": "2"}, b"{}")])
def test_a_start_without_an_answer_is_sent_again_under_the_same_key(
    bad: Hostile, first: Any
) -> None:
    bad.answers = [first, (201, {}, STARTED)]
    assert client_of(bad).start(NUMBER).id == "v-1"
    keys = [each["Idempotency-Key"] for each in bad.asked]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_refusal_and_a_check_are_sent_once(bad: Hostile) -> None:
    bad.answers = [(429, {"Retry-After": "30"}, b'{"code": "start_refused", "title": "No"}')]
    with pytest.raises(ServiceError, match="No") as caught:
        client_of(bad).start(NUMBER)
    assert (caught.value.code, caught.value.retry_after) == ("start_refused", 30)
    bad.answers = [(503, {}, b"")]
    with pytest.raises(ServiceError):
        client_of(bad).check("v-1", "123456")
    assert len(bad.asked) == 2


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"<html>", b"{}", b"[" * 9_000, b" " * (MOST_BYTES + 1)], ids=range(6)
)
def test_an_answer_that_is_none_is_an_error(bad: Hostile, body: bytes) -> None:
    bad.answers = [(200, {}, body)]
    with pytest.raises(ServiceError):
        client_of(bad).read("v-1")


def test_an_id_cannot_lead_to_another_place(bad: Hostile) -> None:
    bad.answers = [(200, {}, STARTED)]
    client_of(bad).read("../keys/1")
    assert len(bad.asked) == 1


def test_it_loads_without_django() -> None:
    probe = (
        "import sys, otpguard.client;"
        " sys.exit(any(n.split('.')[0] == 'django' for n in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0
