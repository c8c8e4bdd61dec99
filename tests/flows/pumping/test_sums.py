"""Sums of a batch: children are found in the table and in memory, and rows are written once."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otpguard.core.phone import parse_phone
from otpguard.core.pumping.attempt import SpendLane
from otpguard.core.pumping.conversion import ConversionTest
from otpguard.core.pumping.prefixes import country_key, prefixes_of
from otpguard.database import transaction
from otpguard.flows.pumping.sums import CountedKeys, Sums
from otpguard.models import Event, PrefixStatistic

pytestmark = pytest.mark.django_db

NOW = timezone.now()
TEST = ConversionTest()
BLOCK = timedelta(hours=12)


def keys(e164: str) -> CountedKeys:
    number = parse_phone(e164, region="US")
    path = (country_key(number, SpendLane.STRANGER), *prefixes_of(number))
    return CountedKeys(country=number.region, path=path, apart=())


def fail(*numbers: str) -> None:
    with transaction.atomic():
        found = [keys(each) for each in numbers]
        sums = Sums({key for each in found for key in each}, test=TEST, block=BLOCK)
        for each in found:
            sums.change(each, partial(TEST.count, verified=False, at=NOW), at=NOW)
        sums.write(now=NOW)


def blocked() -> set[str]:
    return set(PrefixStatistic.objects.exclude(blocked_until=None).values_list("key", flat=True))


def test_a_block_of_an_earlier_batch_explains_what_fires_in_this_one() -> None:
    fail(*(f"+923001234{last:03d}" for last in range(5)))
    fail("+923331234567")
    assert blocked() == {"+923001234"}


def test_a_second_firing_extends_the_block_and_is_no_second_event() -> None:
    fail(*(f"+923001234{last:03d}" for last in range(6)))
    fail(*(f"+923001234{last:03d}" for last in range(6, 9)))
    row = PrefixStatistic.objects.get(key="+923001234")
    assert (row.blocks, row.blocked_until) == (1, NOW + BLOCK)
    assert Event.objects.filter(kind="prefix.blocked").count() == 1


def test_rows_that_exist_are_changed_and_not_made_again() -> None:
    fail("+923001234001")
    fail("+923001234002")
    assert PrefixStatistic.objects.get(key="+923001234").tried == 2
    assert PrefixStatistic.objects.count() == 4


def test_hundreds_of_numbers_are_read_and_written_in_one_statement_each() -> None:
    with CaptureQueriesContext(connection) as seen:
        fail(*(f"+9230{place:02d}234567" for place in range(5)))
    kinds = [query["sql"].split()[0] for query in seen]
    assert kinds.count("INSERT") == 1
    assert kinds.count("SELECT") == 1
