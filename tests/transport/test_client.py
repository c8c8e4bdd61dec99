"""One request, one answer, or the certainty or doubt that none was sent."""

from __future__ import annotations

import datetime as dt
import logging
import os
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from otpguard.testing.vendor_server import Mood, Reply, Vendor, vendor
from otpguard.transport import client
from otpguard.transport.client import send
from otpguard.transport.exchange import Deadlines, Request, Response, Unknown, Unsent
from tests.ports import free_port

QUICK = Deadlines(connect=0.3, read=0.5)
USUAL = Deadlines(connect=2, read=5)


@pytest.fixture
def running() -> Iterator[Vendor]:
    client.close()
    with vendor() as server:
        yield server
    client.close()


def post(server: Vendor, path: str = "/", **parts: object) -> Request:
    return Request(method="POST", url=server.url + path, **parts)


def test_what_is_sent_arrives_and_what_is_answered_comes_back(running: Vendor) -> None:
    running.reply = Reply(201, b"taken", {"X-Ray": "1", "Retry-After": "7"})
    answer = send(
        post(running, "/a%20b?c=%2B1", headers={"Authorization": "Basic eA=="}, body=b"x=1"),
        deadlines=USUAL,
    )
    assert isinstance(answer, Response)
    assert (answer.status, answer.body) == (201, b"taken")
    assert answer.headers["retry-after"] == "7"
    [received] = running.received
    assert (received.method, received.target) == ("POST", "/a%20b?c=%2B1")
    assert received.body == b"x=1"
    assert received.headers["authorization"] == "Basic eA=="
    assert received.headers["content-length"] == "3"
    assert received.headers["accept-encoding"] == "identity"
    assert "cookie" not in received.headers


def test_one_connection_serves_many_requests_and_no_cookie_is_kept(running: Vendor) -> None:
    running.reply = Reply(200, b"", {"Set-Cookie": "a=b"})
    for _ in range(5):
        assert isinstance(send(post(running), deadlines=USUAL), Response)
    assert running.connections == 1
    assert not any("cookie" in received.headers for received in running.received)


def test_many_threads_share_the_pool(running: Vendor) -> None:
    results: list[object] = []

    def work(number: int) -> None:
        answer = send(post(running, f"/{number}", body=b"x" * number), deadlines=USUAL)
        results.append(answer)

    threads = [Thread(target=work, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(isinstance(result, Response) for result in results)
    assert {received.path: len(received.body) for received in running.received} == {
        f"/{number}": number for number in range(24)
    }


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(running: Vendor, status: int) -> None:
    running.reply = Reply(status, b"", {"Location": "/elsewhere"})
    answer = send(post(running), deadlines=USUAL)
    assert isinstance(answer, Response)
    assert answer.status == status
    assert len(running.received) == 1


@pytest.mark.parametrize("mood", ["hang", "hang after headers", "drip", "drop", "rubbish", "flood"])
def test_without_a_usable_answer_nobody_knows(running: Vendor, mood: Mood) -> None:
    running.mood = mood
    started = time.monotonic()
    outcome = send(post(running, body=b"code=481516"), deadlines=QUICK)
    assert isinstance(outcome, Unknown)
    assert outcome.reason
    assert len(running.received) == 1, "it is never sent twice"
    assert time.monotonic() - started < 2, "one byte at a time buys no time"


def test_a_vendor_that_is_not_there_got_nothing() -> None:
    nobody = Request(method="POST", url=f"http://127.0.0.1:{free_port()}/")
    assert send(nobody, deadlines=QUICK) == Unsent(reason="ConnectError")


def test_a_name_that_does_not_exist_got_nothing() -> None:
    nowhere = Request(method="POST", url="https://vendor.invalid/")
    assert isinstance(send(nowhere, deadlines=QUICK), Unsent)


def test_a_vendor_that_does_not_take_the_connection_in_time_got_nothing() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        listening = full.getsockname()
        with socket.create_connection(listening), _crowd(listening):
            request = Request(method="POST", url=f"http://127.0.0.1:{listening[1]}/")
            assert send(request, deadlines=QUICK) == Unsent(reason="ConnectTimeout")


class _crowd:  # noqa: N801 (a context manager, used like a function)
    """Connections that fill up a server's backlog."""

    def __init__(self, listening: tuple[str, int]) -> None:
        self._sockets = [socket.socket() for _ in range(4)]
        for each in self._sockets:
            each.setblocking(False)
            each.connect_ex(listening)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        for each in self._sockets:
            each.close()


def test_an_answer_of_exactly_the_limit_is_read(running: Vendor) -> None:
    running.reply = Reply(200, b"a" * client.LARGEST_BODY)
    answer = send(post(running), deadlines=USUAL)
    assert isinstance(answer, Response)
    assert len(answer.body) == client.LARGEST_BODY


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[int]:
    """The port of a TLS server whose certificate nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    day = dt.timedelta(days=1)
    now = dt.datetime.now(tz=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with vendor() as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        yield server.server_address[1]
        assert server.received == []


def test_an_impostor_gets_nothing(impostor: int) -> None:
    request = Request(method="POST", url=f"https://localhost:{impostor}/", body=b"code=481516")
    assert send(request, deadlines=USUAL) == Unsent(reason="ConnectError")


def test_a_child_process_opens_connections_of_its_own(running: Vendor) -> None:
    assert isinstance(send(post(running, "/parent"), deadlines=USUAL), Response)
    child = os.fork()
    if child == 0:
        # Nothing of the test framework may run in here.
        answered = isinstance(send(post(running, "/child"), deadlines=USUAL), Response)
        os._exit(0 if answered else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert running.connections == 2
    assert isinstance(send(post(running, "/parent"), deadlines=USUAL), Response)
    assert running.connections == 2, "the parent's connection lives on"


def test_after_closing_a_new_connection_is_opened(running: Vendor) -> None:
    send(post(running), deadlines=USUAL)
    client.close()
    client.close()
    assert isinstance(send(post(running), deadlines=USUAL), Response)
    assert running.connections == 2


@pytest.mark.parametrize("mood", ["answer", "drop"])
def test_the_log_tells_host_and_status_and_no_more(
    running: Vendor, mood: Mood, caplog: pytest.LogCaptureFixture
) -> None:
    running.mood = mood
    running.reply = Reply(200, b"hush", {"X-Hush": "hush"})
    with caplog.at_level(logging.DEBUG):
        send(
            post(running, "/hush?a=hush", headers={"X-Hush": "hush"}, body=b"hush"),
            deadlines=USUAL,
        )
    assert "127.0.0.1" in caplog.text
    assert "hush" not in caplog.text.lower()
    assert {record.name for record in caplog.records} == {"otpguard.transport"}
