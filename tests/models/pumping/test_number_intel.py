"""Answers of vendors: one a number and vendor, and neither number nor answer can be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from otpguard.models import NumberAnswer, VendorState
from tests.models.rows import crowd, plan, postgres_only, raw

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def answer(index: str = "a" * 64, vendor: str = "v") -> NumberAnswer:
    return NumberAnswer(vendor=vendor, phone_index=index, answer="sim card", until=NOW)


def test_a_vendor_has_one_answer_about_a_number() -> None:
    answer().save()
    answer(vendor="other").save()
    with pytest.raises(IntegrityError), transaction.atomic():
        answer().save()


def test_an_answer_cannot_be_read_in_the_table_nor_in_its_name() -> None:
    row = answer()
    row.save()
    assert "sim card" not in raw(row, "answer")
    assert str(row) == "v"


def test_a_vendor_has_one_state() -> None:
    made = VendorState.objects.create(name="v", day=NOW.date(), window_at=NOW)
    assert str(made) == "v"
    with pytest.raises(IntegrityError), transaction.atomic():
        VendorState.objects.create(name="v", day=NOW.date(), window_at=NOW)


@postgres_only
def test_answers_are_found_by_number_and_by_age_without_reading_them_all() -> None:
    crowd([answer(f"{each:064x}") for each in range(3_000)])
    assert "otpguard_number_answer_once" in plan(
        NumberAnswer.objects.order_by().filter(phone_index="0" * 64)
    )
    old = NumberAnswer.objects.filter(until__lt=NOW - timedelta(days=1)).order_by("until")
    assert "otpguard_number_answer_until" in plan(old[:10])
