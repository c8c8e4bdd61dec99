"""Run a witness for the audit logs of others."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from otpguard.audit.signers import FileSigner
from otpguard.audit.witness_state import WitnessState
from otpguard.core.sealing.note import SIGNS, NoteError, NoteKey
from otpguard.http.witness.server import WitnessServer


class Command(BaseCommand):
    """`manage.py otpguard_witness`; needs no database and runs until it is stopped."""

    help = (
        "Runs a small witness (C2SP tlog-witness): it cosigns a newer head of a log only if the log"
        " shows that the head before is its beginning. Put TLS in front of it, and run it where the"
        " people of the log cannot write."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument("--name", required=True, help="witness.example.net/w1")
        parser.add_argument("--key", required=True, help="its private Ed25519 key, PEM")
        parser.add_argument("--state", required=True, type=Path, help="the file it remembers by")
        parser.add_argument(
            "--log",
            action="append",
            required=True,
            metavar="KEY",
            help="public key of a log, name+id+base64; may be given more than once",
        )
        parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s")
        parser.add_argument("--port", type=int, default=8008, help="default: %(default)s")

    def handle(self, *_args: str, **options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Serve. Raises CommandError."""
        try:
            logs = [NoteKey.parse(text) for text in options["log"]]
            state = WitnessState(
                options["state"],
                name=options["name"],
                signer=FileSigner(file=options["key"]),
                logs=logs,
            )
            NoteKey.parse(state.key.text())
            if any(key.kind != SIGNS for key in logs):
                raise CommandError("--log must be the key that signs, of type 1")
            server = WitnessServer((options["host"], options["port"]), state)
        except (NoteError, OSError, ValueError) as wrong:
            raise CommandError(str(wrong)) from None
        host, port = server.server_address[:2]
        self.stdout.write(f"Key: {state.key.text()}")
        self.stdout.write(f"http://{host!s}:{port}")
        self.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass
        finally:
            server.server_close()
