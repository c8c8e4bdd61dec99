"""What a transaction has read is kept when it commits, and not when it does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction

from otpguard.committed_cache import CommittedCache

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cache() -> CommittedCache[str]:
    return CommittedCache(3)


def value(of: str) -> Callable[[], str]:
    return lambda: of


def unread() -> str:
    raise AssertionError("it is kept and must not be read")


def test_a_value_is_read_once(cache: CommittedCache[str]) -> None:
    assert cache.get("key", value("first")) == "first"
    assert cache.get("key", unread) == "first"


def test_inside_a_transaction_it_is_read_again_until_the_commit(
    cache: CommittedCache[str],
) -> None:
    with transaction.atomic():
        assert cache.get("key", value("before")) == "before"
        assert cache.get("key", value("changed")) == "changed"
    assert cache.get("key", unread) == "changed"


@pytest.mark.parametrize("inner", [False, True], ids=["transaction", "savepoint"])
def test_what_was_rolled_back_was_never_read(cache: CommittedCache[str], inner: bool) -> None:
    with transaction.atomic():
        with transaction.atomic():
            cache.get("key", value("undone"))
            transaction.set_rollback(inner)
        transaction.set_rollback(not inner)
    assert cache.get("key", value("true")) == "true"


def test_what_is_kept_serves_transactions_as_well(cache: CommittedCache[str]) -> None:
    cache.get("key", value("kept"))
    with transaction.atomic():
        assert cache.get("key", unread) == "kept"


def test_a_failure_is_not_kept(cache: CommittedCache[str]) -> None:
    with pytest.raises(AssertionError):
        cache.get("key", unread)
    assert cache.get("key", value("there")) == "there"


def test_the_least_used_goes_when_there_are_too_many(cache: CommittedCache[str]) -> None:
    for key in "abc":
        cache.get(key, value(key))
    cache.get("a", unread)
    cache.get("d", value("d"))
    assert cache.get("a", unread) == "a"
    assert cache.get("b", value("again")) == "again"


def test_it_can_be_emptied(cache: CommittedCache[str]) -> None:
    cache.get("key", value("old"))
    cache.cache_clear()
    assert cache.get("key", value("new")) == "new"


def test_one_value_can_be_forgotten(cache: CommittedCache[str]) -> None:
    cache.get("key", value("old"))
    cache.get("other", value("kept"))
    cache.forget("key")
    cache.forget("never there")
    assert cache.get("key", value("new")) == "new"
    assert cache.get("other", unread) == "kept"
