"""A real DNS server on loopback, whose TXT records a test writes."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from otpguard.federation.dns_texts import DnsTexts


@dataclass
class Zone:
    """`texts` are the records by name; `fails` makes it answer SERVFAIL, `silent` nothing."""

    port: int = 0
    texts: dict[str, list[str]] = field(default_factory=dict)
    fails: bool = False
    silent: bool = False
    asked: list[str] = field(default_factory=list)

    def answer(self, wire: bytes) -> bytes | None:
        """The answer to one question."""
        asked = dns.message.from_wire(wire)
        name = asked.question[0].name.to_text().rstrip(".")
        self.asked.append(name)
        if self.silent:
            return None
        answer = dns.message.make_response(asked)
        answer.flags |= dns.flags.RA
        if self.fails:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in self.texts:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif self.texts[name]:
            quoted = [f'"{text}"' for text in self.texts[name]]
            answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "TXT", *quoted))
        return answer.to_wire()


running = Zone()
"""The server of the test; a project's settings know a resolver by its path alone."""


class LoopbackTexts(DnsTexts):
    """The resolver that ships, asking that server; for DOMAIN_RESOLVER."""

    def __init__(self) -> None:
        super().__init__(nameservers=["127.0.0.1"], port=running.port)


@contextmanager
def dns_server() -> Iterator[Zone]:
    """A server that runs until the end of the block."""
    running.texts, running.fails, running.silent, running.asked = {}, False, False, []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        running.port = listening.getsockname()[1]

        def serve() -> None:
            while True:
                wire, sender = listening.recvfrom(4096)
                if not wire:
                    return
                if (answer := running.answer(wire)) is not None:
                    listening.sendto(answer, sender)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield running
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ending:
                ending.sendto(b"", ("127.0.0.1", running.port))
            thread.join()
