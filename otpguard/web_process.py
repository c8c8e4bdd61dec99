"""Whether this process serves requests, and whether it runs tests.

Threads of ours may start in a process that has served a request and nowhere else: not in the parent
of an autoreloader or of a server that forks, not in a command, and never under a test.
"""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core import mail

_SERVING: set[int] = set()
"""The processes that have served a request, by their number: a child is not its parent."""


def note_request(**_: Any) -> None:  # noqa: ANN401 (a signal's)
    """Remember that a request has reached this process."""
    _SERVING.add(os.getpid())


def serves_requests() -> bool:
    """Whether a request has reached this process, and no test is running in it."""
    return os.getpid() in _SERVING and not is_under_test()


def is_under_test() -> bool:
    """Whether Django's test environment is set up in this process."""
    return hasattr(mail, "outbox") and "testserver" in settings.ALLOWED_HOSTS
