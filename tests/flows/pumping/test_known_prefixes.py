"""What a process knows of prefixes is read every few seconds, and blocks in use are kept alive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from otpguard.core.pumping.prefixes import PrefixKey, PrefixLevel
from otpguard.flows.pumping.known_prefixes import (
    KEPT_ALIVE,
    KEPT_SECONDS,
    forget,
    keep_alive,
    known_prefixes,
)
from otpguard.models import PrefixStatistic
from tests import factories
from tests.models.rows import crowd, plan, postgres_only

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(seconds=KEPT_SECONDS)
KEY = PrefixKey(PrefixLevel.LONG, "+923001234")


def row(key: str = KEY.key, level: str = "long", **fields: object) -> PrefixStatistic:
    return PrefixStatistic.objects.create(**{"level": level, "key": key, "at": NOW, **fields})


def test_blocked_and_watched_ones_are_known_and_calm_ones_are_not() -> None:
    row("+92300", "short", blocked_until=NOW + timedelta(hours=1))
    row("+9230012", "middle", total=2.4)
    row("+923001234", total=2.2)
    row("+923009999", blocked_until=NOW)
    row("PK/Jazz", "carrier", total=9.0)
    found = known_prefixes(NOW).sums
    assert {key.key for key in found} == {"+92300", "+9230012"}
    assert found[PrefixKey(PrefixLevel.SHORT, "+92300")].is_blocked(NOW)
    assert found[PrefixKey(PrefixLevel.MIDDLE, "+9230012")].share == pytest.approx(
        2.4 / 6.898, rel=0.01
    )


def test_a_send_in_between_runs_no_statement() -> None:
    known_prefixes(NOW)
    row(blocked_until=NOW + timedelta(hours=1))
    with CaptureQueriesContext(connection) as seen:
        assert known_prefixes(NOW + timedelta(seconds=KEPT_SECONDS - 1)).sums == {}
    assert len(seen) == 0
    with CaptureQueriesContext(connection) as seen:
        assert KEY in known_prefixes(LATER).sums
    assert len(seen) == 2


def test_a_change_of_this_process_is_known_at_once() -> None:
    known_prefixes(NOW)
    row(blocked_until=NOW + timedelta(hours=1))
    forget()
    assert KEY in known_prefixes(NOW).sums


def test_what_was_rolled_back_is_not_remembered() -> None:
    with transaction.atomic():
        row(blocked_until=NOW + timedelta(hours=1))
        assert KEY in known_prefixes(NOW).sums
        transaction.set_rollback(True)
    assert known_prefixes(NOW).sums == {}


def test_an_attempt_keeps_a_block_for_two_hours() -> None:
    mine = row(blocked_until=NOW + timedelta(minutes=1))
    keep_alive(KEY, NOW)
    assert known_prefixes(LATER).sums[KEY].blocked_until == NOW + KEPT_ALIVE
    mine.refresh_from_db()
    assert mine.blocked_until == NOW + KEPT_ALIVE


def test_an_attempt_shortens_no_block_and_restores_none_that_was_lifted() -> None:
    mine = row(blocked_until=NOW + timedelta(hours=12))
    keep_alive(KEY, NOW)
    known_prefixes(NOW)
    mine.refresh_from_db()
    assert mine.blocked_until == NOW + timedelta(hours=12)
    factories.age(mine, blocked_until=None)
    keep_alive(KEY, NOW)
    known_prefixes(LATER)
    mine.refresh_from_db()
    assert mine.blocked_until is None


@postgres_only
def test_the_rows_that_speak_up_are_found_by_their_indexes() -> None:
    rows = [PrefixStatistic(level="long", key=f"+9{n}", at=NOW, total=0.1) for n in range(3_000)]
    crowd(rows)
    blocked = PrefixStatistic.objects.filter(blocked_until__gt=NOW)
    assert "otpguard_prefix_blocked" in plan(blocked)
    assert "otpguard_prefix_total" in plan(PrefixStatistic.objects.filter(total__gte=2.3))
    assert "otpguard_prefix_statistic_key" in plan(PrefixStatistic.objects.filter(key__in=["+91"]))
