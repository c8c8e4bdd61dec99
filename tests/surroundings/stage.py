"""Set up a scratch host in its surrounding, and send somebody through it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import urlopen

import psycopg

from tests.keeper import Kept
from tests.ports import free_port
from tests.surroundings.browser import Browser
from tests.surroundings.journey import Journey
from tests.surroundings.table import SQLITE, Surrounding

ROOT = Path(__file__).resolve().parents[2]
SITE = "tests.surroundings.site"
SERVERS = {
    "threads": ("-m", "tests.surroundings.threads", "{port}"),
    "gunicorn": ("-m", "gunicorn", f"{SITE}:wsgi", "--workers", "2", "--bind", "127.0.0.1:{port}"),
    "uvicorn": ("-m", "uvicorn", f"{SITE}:asgi", "--port", "{port}", "--lifespan", "off"),
    "daphne": ("-m", "daphne", "-b", "127.0.0.1", "-p", "{port}", f"{SITE}:asgi"),
}


@dataclass(kw_only=True)
class Host:
    """One scratch host."""

    surrounding: Surrounding
    home: Path
    server: str
    """The URL of the PostgreSQL, with any database."""
    broker: str
    made: list[str] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    changed: bool = False

    def environment(self) -> dict[str, str]:
        """What its processes find in their environment."""
        found = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.surroundings.settings",
            "OTPGUARD_SURROUNDING": self.surrounding.name,
            "OTPGUARD_SURROUNDING_FOLDER": str(self.home),
            "OTPGUARD_SURROUNDING_DATABASES": " ".join(self.made),
            "OTPGUARD_SURROUNDING_BROKER": self.broker,
            "PYTHONWARNINGS": "default",
        }
        if self.changed:
            found["OTPGUARD_SURROUNDING_LATER"] = "yes"
        return found

    def make_databases(self, template: str) -> None:
        """One for each alias: copies of `template`, or files."""
        for alias in {"default": {}, **self.surrounding.databases}:
            name = f"s_{self.surrounding.name}_{alias}".replace("-", "_")
            if self.surrounding.engine == SQLITE:
                self.made.append(f"{alias}=sqlite:///{self.home}/{name}.sqlite3")
                continue
            copy_database(self.server, template, name)
            self.made.append(f"{alias}={database_at(self.server, name)}")
        if self.surrounding.engine == SQLITE:
            self.migrate()

    def migrate(self) -> None:
        """Make the tables. Raises AssertionError when that fails."""
        status, said = self._done("-m", "django", "migrate", "--verbosity", "0")
        assert status == 0, said

    def prepare(self) -> tuple[int, str]:
        """Check it and let its people move in; the status and what was said."""
        return self._done("-m", "tests.surroundings.threads")

    def _done(self, *words: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def run(self, name: str, *words: str) -> Kept:
        """Run a server or worker of it."""
        log = self.home / f"{name}{len(self.kept)}.log"
        process = Kept([sys.executable, *words], log=log, cwd=ROOT, env=self.environment())
        self.kept.append(process)
        return process

    def serve(self, port: int) -> Kept:
        """Come up at this port."""
        words = [word.format(port=port) for word in SERVERS[self.surrounding.server]]
        if self.changed:
            words.append("--again")
        process = self.run("server", *words)
        process.wait_until(lambda: answers(self.url(port)), seconds=60)
        return process

    def work(self) -> None:
        """Let a Celery worker run, where there is one."""
        if not self.surrounding.worker:
            return
        pool, *more = self.surrounding.worker
        words = ["-A", "tests.surroundings.celery_app", "worker", "-P", pool, *more, "-l", "INFO"]
        process = self.run("worker", "-m", "celery", *words)
        process.wait_until(lambda: " ready." in process.tail(size=20_000), seconds=60)

    def url(self, port: int) -> str:
        """Where its pages are."""
        return f"http://127.0.0.1:{port}/{'crm/' if self.surrounding.mount else ''}"

    def logs(self) -> str:
        """What everything of it has written."""
        return "\n".join(process.tail(size=200_000) for process in self.kept)

    def go_through(self) -> None:
        """Check, move in and journey. Django's own server does the first two by itself.

        Raises AssertionError where the way ends, or for what a log must not hold.
        """
        if self.surrounding.server != "threads":
            status, said = self.prepare()
            assert status == 0, said
        port = free_port()
        servers = [self.serve(port)]
        self.work()
        base, inbox = self.url(port), self.home / "inbox"
        alice, root = Browser(base, inbox), Browser(base, inbox)

        def change() -> None:
            if self.surrounding.later:
                servers.pop().stop()
                self.changed = True
                servers.append(self.serve(port))

        try:
            Journey(alice=alice, root=root, between=change).run()
        finally:
            alice.close()
            root.close()
        assert self.surrounding.quiet not in self.logs(), self.logs()[-6000:]

    def close(self) -> None:
        """End everything, the last first."""
        while self.kept:
            self.kept.pop().stop()
        for each in self.made:
            _, _, url = each.partition("=")
            if url.startswith("postgresql:"):
                drop_database(self.server, urlsplit(url).path.removeprefix("/"))


@contextmanager
def host(surrounding: Surrounding, home: Path, *, server: str, broker: str) -> Iterator[Host]:
    """A host that is ended in any case; a failure shows what it has written."""
    made = Host(surrounding=surrounding, home=home, server=server, broker=broker)
    try:
        yield made
    except AssertionError as error:
        raise AssertionError(f"{error}\n{made.logs()[-6000:]}") from error
    finally:
        made.close()


def database_at(server: str, name: str) -> str:
    """The URL of a database on that server."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def copy_database(server: str, template: str, name: str) -> None:
    """Make `name`, with everything that is in `template`."""
    with psycopg.connect(database_at(server, "postgres"), autocommit=True) as database:
        database.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        database.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def drop_database(server: str, name: str) -> None:
    """Remove it, and end its connections."""
    with psycopg.connect(database_at(server, "postgres"), autocommit=True) as database:
        database.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def answers(url: str) -> bool:
    """True when something is there."""
    try:
        urlopen(f"{url}login/", timeout=10).close()
    except HTTPError as error:
        error.close()
        return True
    except (URLError, ConnectionError, TimeoutError):
        return False
    return True
