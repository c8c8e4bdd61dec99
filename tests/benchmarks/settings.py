"""The project as the benchmarks' workers run it: as the README says that production should."""

from __future__ import annotations

from tests.crash.settings import *  # noqa: F403 (settings are a list of names)
from tests.crash.settings import DATABASES

DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["OPTIONS"] = {"prepare_threshold": 5}

# Celery would close the connection before and after each task, whatever CONN_MAX_AGE says.
CELERY_DB_REUSE_MAX = 1_000_000_000
