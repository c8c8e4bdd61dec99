"""A transmitter of security events on loopback, and a stream by which a tenant hears it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from uuid import uuid4

from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import RSAKey

from otpguard.core.evidence import Source
from otpguard.federation.metadata import memory
from otpguard.flows.federation.signal_stream import renew_push_secret
from otpguard.models import Grant, LoginSession, SignalStream
from tests import factories
from tests.federating import ISSUER, SignedIn, signed_in

CAEP = "https://schemas.openid.net/secevent/caep/event-type/"
SSF = "https://schemas.openid.net/secevent/ssf/event-type/"
RISC = "https://schemas.openid.net/secevent/risc/event-type/"
AUDIENCE = "https://us.example/signals"
ALICE = {"format": "iss_sub", "iss": ISSUER, "sub": "alice"}
REVOKED = f"{CAEP}session-revoked"
_KEYS = [RSAKey.generate_key(2048, {"kid": f"s{n}", "use": "sig"}) for n in (1, 2)]


@dataclass
class Transmitter:
    """`waiting` are the tokens that a poll finds, until it acknowledges them; `polls` are the
    bodies that came, `secrets` their headers."""

    url: str = ""
    key: Any = field(default_factory=lambda: _KEYS[0])
    waiting: dict[str, str] = field(default_factory=dict)
    polls: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    answer: bytes | None = None
    is_down: bool = False

    @property
    def other_key(self) -> Any:
        """A key that it does not publish."""
        return _KEYS[1]

    def token(
        self,
        kind: str = REVOKED,
        said: dict[str, Any] | None = None,
        *,
        header: dict[str, Any] | None = None,
        **claims: Any,
    ) -> str:
        """One event about alice that it signs now; a claim that is None is left out."""
        said = {"event_timestamp": int(time.time()), **(said or {})}
        usual = {
            "iss": self.url,
            "aud": AUDIENCE,
            "iat": int(time.time()),
            "jti": str(uuid4()),
            "sub_id": ALICE,
            "events": {kind: said},
            **claims,
        }
        kept = {name: value for name, value in usual.items() if value is not None}
        head = {"alg": "RS256", "kid": self.key.kid, "typ": "secevent+jwt", **(header or {})}
        return jwt.encode(head, kept, self.key, algorithms=[head["alg"]])

    def poll(self, asked: dict[str, Any]) -> bytes:
        """What a poll gets."""
        self.polls.append(asked)
        for token_id in (*asked["ack"], *asked["setErrs"]):
            self.waiting.pop(token_id, None)
        if self.answer is not None:
            return self.answer
        first = dict(list(self.waiting.items())[: asked["maxEvents"]])
        return json.dumps({"sets": first}).encode()


@contextmanager
def transmitter() -> Iterator[Transmitter]:
    """One that runs until the end of the block; nothing is remembered of an earlier one."""
    running = Transmitter()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            keys = {"keys": [_KEYS[0].as_dict(private=False)]}
            self._send(json.dumps(keys).encode())

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            running.secrets.append(self.headers.get("Authorization", ""))
            self._send(running.poll(body))

        def _send(self, body: bytes) -> None:
            self.send_response(503 if running.is_down else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    running.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    memory.clear()
    try:
        yield running
    finally:
        memory.clear()
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True)
class Heard:
    """Alice, who is signed in, and a stream of her tenant; `secret` is that for pushes."""

    alice: SignedIn
    server: Transmitter
    stream: SignalStream
    secret: str

    def grant(self, *, of: SignedIn | None = None, source: Source = Source.LOCAL) -> Grant:
        """A live proof of a minute ago."""
        whose = of or self.alice
        return factories.grant(
            whose.user,
            whose.tenant,
            sid=whose.facts.sid,
            source=source.value,
            verified_at=timezone.now() - timedelta(minutes=1),
        )


def heard(server: Transmitter, **fields: Any) -> Heard:
    """See Heard."""
    alice = signed_in()
    LoginSession.objects.update(started_at=timezone.now() - timedelta(minutes=2))
    usual = {
        "name": "Okta",
        "issuer": server.url,
        "audience": AUDIENCE,
        "jwks": f"{server.url}/jwks",
        "poll_url": f"{server.url}/poll",
        "poll_secret": "p0ll",
    }
    stream = SignalStream.objects.create(tenant=alice.tenant, **{**usual, **fields})
    secret = str(renew_push_secret(facts=factories.facts(), stream=stream))
    stream.refresh_from_db()
    return Heard(alice, server, stream, secret)
