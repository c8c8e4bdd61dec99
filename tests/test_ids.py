"""Keys in the order of time."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from otpguard.core.uuid7 import time_of
from otpguard.ids import new_id


def test_a_key_says_when_it_was_made_and_is_like_no_other() -> None:
    made = [new_id() for _ in range(100)]
    assert len(set(made)) == 100
    assert timezone.now() - time_of(made[-1]) < timedelta(minutes=1)
