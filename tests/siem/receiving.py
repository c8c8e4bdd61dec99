"""Real receivers on loopback: HTTPS and syslog over TLS, with an authority of our own."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from threading import Condition, Event, Thread
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from otpguard.testing.vendor_server import Rule, Vendor, vendor, welcome

HOST = "localhost"


@cache
def authority() -> tuple[str, ssl.SSLContext]:
    """The file of an authority, and the context of a server it has vouched for as HOST."""
    folder = Path(tempfile.mkdtemp(prefix="otpguard-ca-"))
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    ca = _certificate(ca_name, ca_name, ca_key.public_key(), ca_key, is_ca=True)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    own = _certificate(name, ca_name, key.public_key(), ca_key, is_ca=False)
    ca_file, server_file = folder / "ca.pem", folder / "server.pem"
    ca_file.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    server_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + own.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server_file)
    return str(ca_file), context


def _certificate(
    subject: x509.Name, issuer: x509.Name, public: Any, signer: Any, *, is_ca: bool
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        # What Python 3.13 asks of a chain (RFC 5280, 4.2.1.1 to 4.2.1.3).
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .add_extension(_usage(is_ca=is_ca), critical=True)
    )
    if not is_ca:
        names = [x509.DNSName(HOST), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        built = built.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return built.sign(signer, hashes.SHA256())


def _usage(*, is_ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_ca,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def options() -> dict[str, Any]:
    """The setting SIEM with which these receivers are reached."""
    return {"ALLOWED_NETWORKS": ["127.0.0.0/8", "::1/128"], "CA_FILE": authority()[0]}


@contextmanager
def https_receiver(rule: Rule = welcome) -> Iterator[Vendor]:
    """A receiver of webhooks and the like; its URL is `url_of`."""
    with vendor(rule) as server:
        server.socket = authority()[1].wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        yield server


def url_of(server: Vendor) -> str:
    """Where it is reached by its name."""
    return f"https://{HOST}:{server.server_address[1]}"


class SyslogReceiver:
    """A receiver of syslog over TLS. `mood` "hang" reads nothing, "drop" hangs up after the first
    bytes."""

    def __init__(self) -> None:
        self.mood = "answer"
        self.messages: list[bytes] = []
        self.names: list[str | None] = []
        self._changed = Condition()
        self._released = Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]

    def run(self) -> None:
        """Take connections until `stop`."""
        while True:
            try:
                plain, _ = self._socket.accept()
            except OSError:
                return
            Thread(target=self._serve, args=(plain,), daemon=True).start()

    def stop(self) -> None:
        """Take no more."""
        self._released.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def wait_for(self, count: int, seconds: float = 5.0) -> list[bytes]:
        """The messages, after so many or when time is up."""
        with self._changed:
            self._changed.wait_for(lambda: len(self.messages) >= count, timeout=seconds)
            return list(self.messages)

    def _serve(self, plain: socket.socket) -> None:
        with suppress(OSError):
            link = authority()[1].wrap_socket(plain, server_side=True)
            with link:
                if self.mood == "hang":
                    self._released.wait(20)
                    return
                if self.mood == "drop":
                    link.recv(10)
                    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    return
                read = bytearray()
                while piece := link.recv(65_536):
                    read += piece
                with self._changed:
                    self.messages += unframed(bytes(read))
                    self._changed.notify_all()
                link.unwrap()


def unframed(read: bytes) -> list[bytes]:
    """The messages of frames as RFC 5425 has them."""
    found = []
    while read:
        length, _, rest = read.partition(b" ")
        found.append(rest[: int(length)])
        read = rest[int(length) :]
    return found


@contextmanager
def syslog_receiver() -> Iterator[SyslogReceiver]:
    """A running one."""
    server = SyslogReceiver()
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()
