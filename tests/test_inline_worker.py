"""The worker in the web process: where it starts, where it does not, and what it survives."""

from __future__ import annotations

from pathlib import Path

from tests.bare import run_bare

REQUEST = "\nrequest_started.send(sender=None)\n"
SEND = '\nqueue.enqueue("host.note", word="first")\n'
WAIT = "\nassert done.wait(20)\n"
HERE = "\nprint([pid == os.getpid() for pid, _, _ in seen], [daemon for _, _, daemon in seen])\n"
THREADS = ["otpguard-sender-0", "otpguard-sender-1", "otpguard-sender-2", "otpguard-sender-3"]
ALL = [*THREADS, "otpguard-sweeper"]


def test_what_is_queued_in_a_web_process_runs_in_a_daemon_thread_of_it(tmp_path: Path) -> None:
    printed, log = run_bare(tmp_path, REQUEST + SEND + WAIT + HERE)
    assert printed == "[True] [True]\n"
    assert "messages are sent by threads of this process" in log


def test_it_starts_once_a_process_and_only_with_the_first_message(tmp_path: Path) -> None:
    again = "\nprint(ours())\nqueue.enqueue('host.note', word='second')\nprint(ours())\n"
    printed, _ = run_bare(tmp_path, REQUEST + "\nprint(ours())\n" + SEND + again)
    assert printed.splitlines() == ["[]", str(ALL), str(ALL)]


def test_nothing_runs_before_the_commit_or_after_a_rollback(tmp_path: Path) -> None:
    code = """
with transaction.atomic():
    queue.enqueue("host.note", word="lost")
    transaction.set_rollback(True)
with transaction.atomic():
    queue.enqueue("host.note", word="kept")
    print(seen, ours())
assert done.wait(20)
print([word for _, word, _ in seen])
"""
    printed, _ = run_bare(tmp_path, REQUEST + code)
    assert printed.splitlines() == ["[] []", "['kept']"]


def test_a_command_starts_no_thread_and_leaves_the_row_to_the_web_process(tmp_path: Path) -> None:
    assert run_bare(tmp_path, SEND + "\nprint(ours(), seen)\n")[0] == "[] []\n"


def test_a_test_of_the_host_starts_no_thread(tmp_path: Path) -> None:
    under_test = "\nfrom django.test.utils import setup_test_environment\n"
    setup = under_test + "setup_test_environment()\n" + REQUEST
    for otpguard in ({}, {"WORKER": "inline"}):
        code = setup + SEND + "\nprint(ours(), seen)\n"
        assert run_bare(tmp_path, code, otpguard=otpguard)[0] == "[] []\n"


def test_a_forked_child_makes_its_own(tmp_path: Path) -> None:
    child = """
if os.fork() == 0:
    done.clear()
    request_started.send(sender=None)
    queue.enqueue("host.note", word="child")
    done.wait(20)
    print(len(ours()), [word for pid, word, _ in seen if pid == os.getpid()], flush=True)
    os._exit(0)
os.wait()
"""
    printed, _ = run_bare(tmp_path, REQUEST + SEND + WAIT + child)
    assert printed == "5 ['child']\n"


def test_a_call_that_fails_is_logged_and_the_next_ones_run(tmp_path: Path) -> None:
    fail = '\nqueue.enqueue_all("host.note", [{"word": "fail"}] * 8 + [{"word": "last"}])\n'
    _, log = run_bare(tmp_path, REQUEST + fail + WAIT)
    assert "a task failed; the sweep will try it again" in log


def test_with_debug_off_the_first_message_is_refused_and_nothing_is_saved(tmp_path: Path) -> None:
    code = """
from django.core.exceptions import ImproperlyConfigured
try:
    queue.enqueue("host.note", word="first")
except ImproperlyConfigured as error:
    print(error)
print(ours())
"""
    printed, _ = run_bare(tmp_path, REQUEST + code, debug=False)
    refused, threads = printed.splitlines()
    assert "nobody would send this message" in refused
    assert threads == "[]"


def test_with_debug_off_it_runs_where_it_is_set_by_hand(tmp_path: Path) -> None:
    printed, _ = run_bare(
        tmp_path, REQUEST + SEND + WAIT + HERE, debug=False, otpguard={"WORKER": "inline"}
    )
    assert printed == "[True] [True]\n"


def test_a_project_that_names_a_broker_is_left_to_celery(tmp_path: Path) -> None:
    code = REQUEST + SEND + "\nprint(queue.worker(), ours())\n"
    printed, _ = run_bare(tmp_path, code, more={"CELERY_BROKER_URL": "amqp://127.0.0.1:1//"})
    assert printed == "celery []\n"
