"""What is at hand in a process: for a short time, and never what was rolled back."""

from __future__ import annotations

import pytest
from django.db import transaction

from otpguard.audit.subject_cache import SubjectCache

pytestmark = pytest.mark.django_db(transaction=True)


def cache(seconds: float = 60.0, most: int = 10) -> SubjectCache[str]:
    return SubjectCache(seconds=seconds, most=most)


def test_a_value_is_at_hand_at_once_outside_a_transaction() -> None:
    mine = cache()
    mine.put_many({"a": "1"})
    assert mine.get_many(["a", "b"]) == {"a": "1"}


def test_inside_a_transaction_it_is_there_and_stays_after_the_commit() -> None:
    mine = cache()
    with transaction.atomic():
        mine.put_many({"a": "1"})
        assert mine.get_many(["a"]) == {"a": "1"}
    assert mine.get_many(["a"]) == {"a": "1"}


def test_what_was_rolled_back_is_forgotten() -> None:
    mine = cache()
    with transaction.atomic():
        mine.put_many({"a": "1"})
        transaction.set_rollback(True)
    assert mine.get_many(["a"]) == {}


def test_what_a_savepoint_took_back_is_forgotten_and_the_rest_is_not() -> None:
    mine = cache()
    with transaction.atomic():
        mine.put_many({"a": "1"})
        with transaction.atomic():
            mine.put_many({"b": "2"})
            transaction.set_rollback(True)
        assert mine.get_many(["a", "b"]) == {"a": "1"}
    assert mine.get_many(["a", "b"]) == {"a": "1"}


def test_a_value_is_over_after_its_time() -> None:
    mine = cache(seconds=0.0)
    mine.put_many({"a": "1"})
    assert mine.get_many(["a"]) == {}


def test_the_oldest_go_when_there_are_too_many() -> None:
    mine = cache(most=2)
    mine.put_many({"a": "1", "b": "2", "c": "3"})
    assert mine.get_many("abc") == {"b": "2", "c": "3"}


def test_it_can_be_forgotten_also_what_waits_for_a_commit() -> None:
    mine = cache()
    mine.put_many({"a": "1"})
    with transaction.atomic():
        mine.put_many({"b": "2"})
        mine.cache_clear()
        assert mine.get_many("ab") == {}
