"""One sum for each key, one outcome for each number."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from otpguard.models import NumberOutcome, PrefixStatistic, PumpingMark

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def test_there_is_one_sum_for_each_level_key_and_lane() -> None:
    row = {"level": "country", "key": "PK", "at": NOW}
    PrefixStatistic.objects.create(**row, lane="stranger")
    PrefixStatistic.objects.create(**row, lane="mailed")
    with pytest.raises(IntegrityError), transaction.atomic():
        PrefixStatistic.objects.create(**row, lane="stranger")


def test_no_sum_is_below_nothing() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PrefixStatistic.objects.create(level="long", key="+92", at=NOW, total=-0.1)


def test_a_number_has_one_outcome() -> None:
    NumberOutcome.objects.create(phone_index="i", began_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        NumberOutcome.objects.create(phone_index="i", began_at=NOW)


def test_reading_begins_before_every_challenge() -> None:
    mark = PumpingMark.objects.create(name=PumpingMark.LEARNED)
    assert mark.place.int == 0
    assert str(mark) == "learned"


def test_no_name_of_a_row_has_a_number() -> None:
    row = PrefixStatistic(level="long", key="+923001234", at=NOW)
    assert str(row) == "long +923001234"
    assert str(NumberOutcome(phone_index="i", began_at=NOW)) == "not verified"
