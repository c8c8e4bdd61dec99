"""A mail server of a few lines: takes messages, or refuses them at the line it is told."""

from __future__ import annotations

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import django

BACKEND = "django.core.mail.backends.smtp.EmailBackend"


def deliver_to(settings: Any, port: int) -> None:
    """Have Django send its e-mail to this port."""
    if django.VERSION >= (6, 1):
        options = {"host": "127.0.0.1", "port": port, "timeout": 5}
        settings.MAILERS = {"default": {"BACKEND": BACKEND, "OPTIONS": options}}
    else:
        settings.EMAIL_BACKEND = BACKEND
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5


class MailServer(socketserver.ThreadingTCPServer):
    """Answers `answers[verb]` where a verb has one, hangs up on None, else takes what comes."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, answers: dict[str, str | None]) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.answers = answers
        self.received: list[str] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Session(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say("220 ready")
        while line := self.rfile.readline().decode():
            verb = line.split(maxsplit=1)[0].upper()
            answer = self.server.answers.get(verb, self._usual(verb))
            if answer is None:
                return
            self._say(answer)
            if answer.startswith("354"):
                self._take()

    def _usual(self, verb: str) -> str:
        return {"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 ok")

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line)
        self.server.received.append(b"".join(lines).decode())
        self._say(self.server.answers.get("BODY") or "250 taken")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def mail_server(answers: dict[str, str | None] | None = None) -> Iterator[MailServer]:
    """A server on a free port for the length of the block."""
    with MailServer(answers or {}) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
