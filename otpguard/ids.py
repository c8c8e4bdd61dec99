"""Keys of tables that grow without end, in the order of time (RFC 9562, 5.7).

The newest rows are found by the index of the primary key, and new ones are written side by side.
"""

from __future__ import annotations

import os
from uuid import UUID

from django.utils import timezone

from otpguard.core.uuid7 import RANDOM_BYTES, uuid7


def new_id() -> UUID:
    """A version 7 UUID for now; 74 of its bits are random."""
    return uuid7(timezone.now(), os.urandom(RANDOM_BYTES))
