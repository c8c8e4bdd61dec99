"""A process serves requests once one has reached it, a child is not its parent, a test never."""

from __future__ import annotations

from pathlib import Path

from otpguard.web_process import is_under_test, note_request, serves_requests
from tests.bare import run_bare


def test_a_process_serves_requests_from_the_first_one_on(tmp_path: Path) -> None:
    printed, _ = run_bare(
        tmp_path,
        """
from otpguard.web_process import serves_requests
print(serves_requests())
request_started.send(sender=None)
print(serves_requests(), flush=True)
if os.fork() == 0:
    print("child", serves_requests(), flush=True)
    os._exit(0)
os.wait()
""",
    )
    assert printed.splitlines() == ["False", "True", "child False"]


def test_a_process_under_test_never_does() -> None:
    note_request()
    assert is_under_test()
    assert not serves_requests()
