"""A SAML identity provider that browsers can go to, on loopback; it states what it is told to."""

from __future__ import annotations

import html
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from tests.saml_idp import AuthnRequest, Said, metadata

PAGE = """<!doctype html><title>Provider</title><form method="post" action="{acs}">
<input type="hidden" name="SAMLResponse" value="{response}">
<input type="hidden" name="RelayState" value="{state}"></form>
<script>document.forms[0].submit()</script>"""


@dataclass
class SamlServer:
    """`says` goes over what a right assertion states for the site at `site`."""

    url: str = ""
    site: str = ""
    says: dict[str, Any] = field(default_factory=dict)
    asked: list[AuthnRequest] = field(default_factory=list)

    @property
    def metadata(self) -> str:
        """What an operator pastes into the admin."""
        return metadata().replace("https://saml-idp.example/sso", f"{self.url}/sso")

    def page(self, path: str) -> str:
        """The form that takes a browser back at once."""
        asked = AuthnRequest.of(path)
        self.asked.append(asked)
        acs = f"{self.site}/saml/acs/"
        here = {"audience": f"{self.site}/saml/metadata/", "recipient": acs, "destination": acs}
        said = Said(asked.id, **{**here, **self.says})
        return PAGE.format(acs=acs, response=said.response(), state=html.escape(asked.state))


@contextmanager
def saml_server(site: str) -> Iterator[SamlServer]:
    """A provider that runs until the end of the block."""
    provider = SamlServer(site=site)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = "SAMLRequest=" in self.path
            body = provider.page(self.path).encode() if found else b""
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

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
