"""A real OIDC provider on loopback that says what a test tells it to say, also what it must not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "otpguard"
_KEYS = [RSAKey.generate_key(2048, {"kid": f"k{n}", "use": "sig"}) for n in (1, 2)]


@dataclass
class Provider:
    """`claims` go over those of a right token; `header` over its header. `raw` is the token itself,
    whatever it is. `delay` seconds pass before keys are given; `keys` are those it publishes.
    `userinfo` goes over what an access token gets. A browser that comes to it is signed in at once,
    and sent back with `returns` over its answer; `visits` are what it was asked for."""

    url: str = ""
    subject: str = "alice"
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: _KEYS[0])
    keys: list[Mapping[str, Any]] = field(default_factory=lambda: [_KEYS[0].as_dict(private=False)])
    jwks: bytes | None = None
    raw: str = ""
    delay: float = 0.0
    metadata: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    forms: list[dict[str, list[str]]] = field(default_factory=list)
    nonce: str = ""
    userinfo: dict[str, Any] = field(default_factory=dict)
    returns: dict[str, str] = field(default_factory=dict)
    visits: list[dict[str, str]] = field(default_factory=list)

    @property
    def other_key(self) -> Any:
        """A key that is not published yet."""
        return _KEYS[1]

    def token(self) -> str:
        """What it signs now."""
        if self.raw:
            return self.raw
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": self.subject,
            "aud": CLIENT,
            "nonce": self.nonce,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "amr": ["pwd", "mfa"],
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": self.key.kid, **self.header}
        algorithms = [header["alg"]]
        return jwt.encode(header, claims, self.key, algorithms=algorithms)

    def signed_with_the_public_key(self) -> str:
        """An HS256 token whose shared secret is the published key. The library refuses to sign it,
        so this does."""
        _head, body, _signature = self.token().split(".")
        head = _part(json.dumps({"alg": "HS256", "kid": "k1"}).encode())
        secret = _KEYS[0].as_pem(private=False)
        made = hmac.new(secret, f"{head}.{body}".encode(), hashlib.sha256).digest()
        return f"{head}.{body}.{_part(made)}"

    def sent_back(self, url: str, **query: str) -> str:
        """The query of the callback for a browser that was sent to `url`."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        self.nonce = asked["nonce"]
        answer = {"state": asked["state"], "code": "c0de", "iss": self.url, **query}
        return urlencode({name: value for name, value in answer.items() if value})

    def visited(self, url: str) -> str:
        """Where a browser that was sent to `url` goes next."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        self.visits.append(asked)
        return f"{asked['redirect_uri']}?{self.sent_back(url, **self.returns)}"

    def answer(self, path: str) -> bytes:
        """The body for a path."""
        self.asked.append(path)
        if path == "/jwks":
            time.sleep(self.delay)
            return self.jwks if self.jwks is not None else _json({"keys": self.keys})
        if path == "/token":
            return _json({"token_type": "Bearer", "access_token": "a", "id_token": self.token()})
        if path == "/userinfo":
            return _json({"sub": self.subject, **self.userinfo})
        return _json(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/auth",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/jwks",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "authorization_response_iss_parameter_supported": True,
                **self.metadata,
            }
        )


def _part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


@contextmanager
def oidc_server() -> Iterator[Provider]:
    """A provider that runs until the end of the block."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/auth?"):
                self.send_response(302)
                self.send_header("Location", provider.visited(self.path))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self._send(provider.answer(self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            provider.forms.append(parse_qs(body))
            self._send(provider.answer(self.path))

        def _send(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                return  # the client has gone

        def log_message(self, *_args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
