"""The project as the benchmarks' workers run it: connections are kept, as in production."""

from __future__ import annotations

from tests.crash.settings import *  # noqa: F403 (settings are a list of names)
from tests.crash.settings import DATABASES

DATABASES["default"]["CONN_MAX_AGE"] = None
