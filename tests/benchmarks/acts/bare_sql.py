"""What the limits stand on: connections of psycopg without Django, one for each thread."""

from __future__ import annotations

import os
from threading import local

import psycopg

_here = local()


def connection() -> psycopg.Connection[tuple[object, ...]]:
    """This thread's, which commits each statement and prepares what it repeats."""
    if not hasattr(_here, "connection"):
        _here.connection = psycopg.connect(
            os.environ["OTPGUARD_TEST_DATABASE"], autocommit=True, prepare_threshold=2
        )
    found: psycopg.Connection[tuple[object, ...]] = _here.connection
    return found
