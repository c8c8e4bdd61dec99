"""The HTTP server of a witness: one request to cosign a head, and one to look at the newest."""

from __future__ import annotations

import logging
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from otpguard.audit.witness_state import WitnessReply, WitnessState
from otpguard.core.sealing.witness import LARGEST_ASK, PATH, SIZE_TYPE

logger = logging.getLogger("otpguard.witness")

SECONDS = 10.0
"""How long a client may take to send its request."""


DIGITS = 6
"""The most digits of a length that is read."""


class WitnessServer(ThreadingHTTPServer):
    """Listens where `place` says. No request needs a login: a head proves itself."""

    daemon_threads = True

    def __init__(self, place: tuple[str, int], state: WitnessState) -> None:
        super().__init__(place, _Handler)
        self.state = state


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    timeout = SECONDS
    server_version = "otpguard-witness"
    sys_version = ""

    def do_POST(self) -> None:
        """Cosign a head."""
        said = self.headers.get("Content-Length", "")
        is_number = said.isascii() and said.isdecimal() and len(said) <= DIGITS
        size = int(said) if is_number else -1
        if not self.path.endswith(PATH):
            self._reply(WitnessReply(status=HTTPStatus.NOT_FOUND, text="no such page\n"))
        elif not 0 <= size <= LARGEST_ASK:
            self._reply(WitnessReply(status=HTTPStatus.BAD_REQUEST, text="wrong length\n"))
        else:
            self._reply(self._added(self.rfile.read(size)))

    def do_GET(self) -> None:
        """Show the newest head of a log."""
        *_, digest, last = ("", *self.path.split("/"))
        note = self.server.state.shown(digest) if last == "checkpoint" else None
        if note is None:
            self._reply(WitnessReply(status=HTTPStatus.NOT_FOUND, text="no such page\n"))
        else:
            self._reply(WitnessReply(status=HTTPStatus.OK, text=note))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (http.server's name)
        """One line a request, by logging."""
        logger.info(format, *args)

    def _added(self, body: bytes) -> WitnessReply:
        try:
            return self.server.state.add_checkpoint(body)
        except (OSError, ValueError):
            logger.exception("a head could not be remembered, so it is not cosigned")
            return WitnessReply(status=HTTPStatus.INTERNAL_SERVER_ERROR, text="try again\n")

    def _reply(self, reply: WitnessReply) -> None:
        body = reply.text.encode()
        self.send_response(reply.status)
        kind = SIZE_TYPE if reply.is_size else "text/plain; charset=utf-8"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
