"""Each counter has one row an hour, and a habit is found by an index."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from otpguard.models import SpendCharge, SpendWindow
from tests.models.rows import crowd, plan, postgres_only

pytestmark = pytest.mark.django_db


def test_a_counter_has_one_row_an_hour() -> None:
    SpendWindow.objects.create(scope="pool", key="dear", hour=1)
    SpendWindow.objects.create(scope="pool", key="dear", hour=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        SpendWindow.objects.create(scope="pool", key="dear", hour=2)


def test_a_challenge_charges_once() -> None:
    row = {"challenge": uuid4(), "hour": 1, "lane": "known", "micros": 5}
    SpendCharge.objects.create(**row)
    with pytest.raises(IntegrityError), transaction.atomic():
        SpendCharge.objects.create(**row)


@postgres_only
def test_the_last_day_of_a_counter_is_found_among_many() -> None:
    crowd(
        [
            SpendWindow(scope="prefix", key=f"+1{prefix}", hour=hour)
            for prefix in range(100)
            for hour in range(30)
        ]
    )
    mine = SpendWindow.objects.filter(scope__in={"prefix"}, key__in={"+15"}, hour__gte=5)
    assert "otpguard_spend_once" in plan(mine)


def test_rows_name_themselves() -> None:
    assert str(SpendWindow(scope="pool", key="dear", hour=2)) == "pool dear in hour 2"
    assert str(SpendCharge(lane="known", country="US", hour=2)) == "known to US in hour 2"
