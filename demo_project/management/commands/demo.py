"""`python manage.py demo`: everything that Acme CRM needs, by one command.

What is there of earlier runs is used again; each step says how long it took.
"""

from __future__ import annotations

import shutil
import signal
import socket
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.servers.basehttp import WSGIServer, get_internal_wsgi_application, run
from django.db import connections

from demo_project import schema
from demo_project.people import PASSWORD, PEOPLE
from demo_project.seed import seed
from demo_project.worker import Worker, WorkerError

HOST = "127.0.0.1"
PORT = 8000


class Command(BaseCommand):
    """Migrate, seed once, start the web server and a Celery worker, and stop both together."""

    help = "Run the demo: migrates, seeds once, starts the web server and a Celery worker."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen, and whether to start from an empty database."""
        parser.add_argument("--port", type=int, default=PORT, help=f"Default: {PORT}.")
        parser.add_argument(
            "--reset", action="store_true", help="Forget everything of earlier runs first."
        )

    def handle(self, *_args: Any, port: int, reset: bool, **_options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Run until Ctrl-C or SIGTERM."""
        self._began = time.monotonic()
        _check_free(port)
        for name in (signal.SIGINT, signal.SIGTERM):
            # Also where the shell told a background job to ignore Ctrl-C.
            signal.signal(name, _interrupt)
        try:
            self._prepare(reset=reset)
            self._serve(port)
        except KeyboardInterrupt:
            self.stdout.write("stopped.")
        except WorkerError as error:
            raise CommandError(str(error)) from None

    def _prepare(self, *, reset: bool) -> None:
        if reset:
            with self._step("forgetting earlier runs"):
                _forget()
        for folder in ("queue", "control"):
            # A task of an earlier run is of no use: the sweep sends again what is still wanted.
            shutil.rmtree(settings.BROKER / folder, ignore_errors=True)
            (settings.BROKER / folder).mkdir(parents=True)
        settings.INBOX.mkdir(parents=True, exist_ok=True)
        with self._step(f"migrating {settings.DATABASES['default']['NAME']}") as notes:
            if not schema.is_migrated():
                call_command("migrate", verbosity=0, interactive=False)
            elif schema.fits():
                notes.append("nothing to do")
            else:
                raise CommandError(
                    "This database was made by another version of the demo."
                    " Start over: python manage.py demo --reset"
                )
        with self._step("seeding") as notes:
            notes.append("made organizations and people" if seed() else "all there already")
        connections.close_all()

    def _serve(self, port: int) -> None:
        log: Path = settings.VAR / "worker.log"
        worker = Worker(log=log, root=settings.ROOT, died=self._worker_died)
        try:
            with self._step("starting the worker") as notes:
                worker.wait_until_ready()
                notes.append(f"log: {log}")
            run(
                HOST,
                port,
                StaticFilesHandler(get_internal_wsgi_application()),
                threading=True,
                on_bind=self._welcome,
                server_cls=_Server,
            )
        except OSError as error:
            raise CommandError(f"Cannot listen on port {port}: {error.strerror}.") from None
        finally:
            worker.stop()
            connections.close_all()

    def _welcome(self, port: object) -> None:
        rows = "\n".join(f"    {person.username:<16}{person.about}" for person in PEOPLE)
        self._say(
            f"ready after {time.monotonic() - self._began:.1f} s\n\n"
            f"  Acme CRM runs at http://localhost:{port}/\n"
            f"  Messages it “sends” are at http://localhost:{port}/inbox/\n\n"
            f"  Log in as (the password is always “{PASSWORD}”):\n{rows}\n\n"
            "  Stop with Ctrl-C.\n"
        )

    def _worker_died(self, status: int) -> None:
        self.stderr.write(
            f"The worker ended by itself (status {status}): no more codes are sent."
            f" Its log: {settings.VAR / 'worker.log'}"
        )

    @contextmanager
    def _step(self, what: str) -> Iterator[list[str]]:
        """Say what begins and, once it is done, how long it took, with the notes put in."""
        self.stdout.write(f"{what}…", ending="")
        self.stdout.flush()
        began = time.monotonic()
        notes: list[str] = []
        try:
            yield notes
        except BaseException:
            self._say("")
            raise
        self._say(f" {', '.join([f'{time.monotonic() - began:.1f} s', *notes])}")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


class _Server(WSGIServer):
    """Django's development server, for one that nobody else listens beside."""

    allow_reuse_port = False


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    # Once: a second Ctrl-C must not break off the orderly end.
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    raise KeyboardInterrupt


def _check_free(port: int) -> None:
    """Say so in one line, before anything is started, when the port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            raise CommandError(
                f"Port {port} is taken. Choose another: python manage.py demo --port {PORT + 1}"
            ) from None


def _forget() -> None:
    """Delete what the demo wrote, by name; the key stays, so that open browsers keep working."""
    for name in ("db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm", "web.log", "worker.log"):
        (settings.VAR / name).unlink(missing_ok=True)
    for name in ("broker", "inbox", "email"):
        shutil.rmtree(settings.VAR / name, ignore_errors=True)
