"""Who runs the tasks, by what the project says."""

from __future__ import annotations

import pytest

from otpguard.core.worker import Worker, worker_of


@pytest.mark.parametrize(
    ("named", "debug", "names_broker", "found"),
    [
        (None, True, False, Worker.INLINE),
        (None, True, True, Worker.CELERY),
        (None, False, True, Worker.CELERY),
        (None, False, False, None),
        (Worker.CELERY, True, False, Worker.CELERY),
        (Worker.CELERY, False, False, Worker.CELERY),
        (Worker.INLINE, True, True, Worker.INLINE),
        (Worker.INLINE, False, False, Worker.INLINE),
    ],
)
def test_the_process_itself_only_where_it_is_named_or_nothing_else_is_there_under_debug(
    named: Worker | None, debug: bool, names_broker: bool, found: Worker | None
) -> None:
    assert worker_of(named, debug=debug, names_broker=names_broker) is found
