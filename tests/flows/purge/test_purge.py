"""A purge takes all there is, in batches, by many workers at once, each row once."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum

from otpguard.flows.purge.purge import REST, Purge, count_purgeable
from otpguard.flows.purge.terms import NOTHING, Counts
from otpguard.models import Challenge, DailyTotal, Delivery, Event, LoginSession
from tests import factories
from tests.flows.purge.rows import NOW, OLD, YOUNG, ended, left, phone, sent, used, whole

pytestmark = pytest.mark.django_db(transaction=True)


def run(purge: Purge, now: Any = NOW) -> Counts:
    total = NOTHING
    while (counts := purge.step(now=now)) is not None:
        total += counts
    return total


def told() -> Counter[str]:
    """The sums of all events."""
    found: Counter[str] = Counter()
    for body in Event.objects.filter(kind="rows.purged").values_list("body", flat=True):
        found.update({k: v for k, v in json.loads(body)["data"].items() if k != "before"})
    return +found


def test_everything_old_goes_and_everything_young_stays() -> None:
    tenant = factories.tenant()
    for _ in range(5):
        whole(tenant)
    whole(at=YOUNG)
    used(at=OLD)
    factories.session(factories.user(), started_at=OLD, ended_at=OLD)
    assert count_purgeable(now=NOW) == Counts(
        challenges=5, deliveries=5, usage=7, grants=5, sessions=1
    )
    # The use of the young challenge is past its window, too.
    done = run(Purge(batch=2))
    assert done == Counts(challenges=5, deliveries=5, usage=7, grants=5, sessions=1)
    assert left() == (1, 1, 0, 1)
    assert told() == Counter(challenges=5, deliveries=5, usage=7, grants=5, sessions=1)
    assert count_purgeable(now=NOW) == NOTHING


def test_a_finished_purge_rests_and_begins_again() -> None:
    purge = Purge()
    assert run(purge) == NOTHING
    whole()
    assert purge.step(now=NOW + REST - timedelta(seconds=1)) is None
    assert run(purge, NOW + REST).challenges == 1


def test_a_purge_that_is_cut_short_is_finished_by_another_process() -> None:
    for _ in range(6):
        whole()
    first = Purge(batch=2)
    first.step(now=NOW)
    assert Challenge.objects.count() == 4
    assert run(Purge(batch=2)).challenges == 4
    assert DailyTotal.objects.aggregate(n=Sum("deliveries"))["n"] == 6


def test_two_sweepers_at_once_delete_and_add_up_each_row_once() -> None:
    tenants = [factories.tenant(), factories.tenant(), None]
    factor = phone()
    for number in range(90):
        made = ended(factor, tenant=tenants[number % 3])
        sent(made, provider=f"p{number % 4}")
    for _ in range(10):
        factories.session(factor.user, started_at=OLD, ended_at=OLD)
    at_once, errors, totals = Barrier(4), [], []

    def work() -> None:
        try:
            at_once.wait()
            totals.append(run(Purge(batch=7)))
        except Exception as error:  # noqa: BLE001 (shown by the assertion)
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # A worker whose rows were all taken by others may have ended before them.
    totals.append(run(Purge(batch=50)))
    assert errors == []
    assert sum(each.challenges for each in totals) == 90
    assert sum(each.sessions for each in totals) == 10 - LoginSession.objects.count() == 10
    assert Delivery.objects.count() == 0
    sums = DailyTotal.objects.aggregate(n=Sum("deliveries"), micros=Sum("cost_micros"))
    assert (sums["n"], sums["micros"]) == (90, 9_000)
    assert DailyTotal.objects.count() == 12
    assert told()["challenges"] == 90


def test_the_setting_says_how_long_rows_stay(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "PURGE_AFTER_DAYS": 32}
    whole(at=NOW - timedelta(days=40))
    assert run(Purge()).challenges == 1
