"""Tokens are spent once: by one transaction, and by none that is rolled back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from otpguard.core.reasons import StartReason
from otpguard.database import transaction
from otpguard.exceptions import StartRefused
from otpguard.flows.pumping.visitor_form.spend import Spend, spend
from otpguard.models import SpentToken

SOON = datetime.now(UTC) + timedelta(minutes=5)
ONE = Spend.of("form", "one", expires_at=SOON)
TWO = Spend.of("work", "two", expires_at=SOON)

pytestmark = pytest.mark.django_db(transaction=True)


def attempt(*tokens: Spend) -> bool:
    """True if one transaction has spent all of them."""
    try:
        with transaction.atomic():
            spend(tokens)
    except StartRefused as refused:
        return refused.reason is not StartReason.FORM_AGAIN
    return True


def test_a_token_is_spent_once() -> None:
    assert attempt(ONE)
    assert not attempt(ONE)
    assert SpentToken.objects.get().expires_at == SOON


def test_one_that_was_spent_leaves_the_other_as_it_was() -> None:
    assert attempt(ONE)
    assert not attempt(TWO, ONE)
    assert attempt(TWO)


def test_a_rollback_gives_it_back() -> None:
    with transaction.atomic():
        spend([ONE])
        connection.set_rollback(True)
    assert attempt(ONE)


def test_nothing_to_spend_is_no_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        spend([])


def test_two_kinds_with_one_key_are_apart() -> None:
    assert attempt(ONE, Spend.of("work", "one", expires_at=SOON))


def test_of_many_at_once_one_spends_it() -> None:
    together = Barrier(8)

    def run(number: int) -> bool:
        try:
            together.wait()
            mine = [ONE, Spend.of("work", str(number), expires_at=SOON)]
            return attempt(*(mine if number % 2 else reversed(mine)))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(run, range(8))) == 1
    assert SpentToken.objects.count() == 2
