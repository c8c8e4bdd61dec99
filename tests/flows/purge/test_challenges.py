"""Challenges that ended long ago go with all that hangs on them; what is live never does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from otpguard.flows.purge import challenges as module
from otpguard.flows.purge.challenges import purge_challenges, purgeable_challenges
from otpguard.flows.purge.leftovers import purgeable_grants, purgeable_notices
from otpguard.flows.purge.terms import NOTHING, Counts
from otpguard.models import Challenge, DailyTotal, Delivery, Event, Grant, PhoneClaim, Receipt
from tests import factories
from tests.flows.purge.rows import NOW, OLD, TERMS, YOUNG, ended, key, left, phone, sent, whole
from tests.models.rows import anonymous, claim, plan, postgres_only

pytestmark = pytest.mark.django_db(transaction=True)


def purge(most: int = 500) -> Counts:
    return purge_challenges(terms=TERMS, most=most, now=NOW)


def test_a_challenge_goes_with_its_number_messages_uses_and_proof() -> None:
    whole(factories.tenant()), whole()
    assert purge() == Counts(challenges=2, deliveries=2, usage=2, grants=2)
    assert left() == (0, 0, 0, 0)
    assert DailyTotal.objects.count() == 2


def test_what_ended_later_stays_whole() -> None:
    whole(at=YOUNG)
    assert purge() == NOTHING
    assert left() == (1, 1, 1, 1)
    assert not DailyTotal.objects.exists()


@pytest.mark.parametrize(
    ("challenge", "message"),
    [
        ({"state": "open"}, {}),
        ({}, {"state": "queued"}),
        ({}, {"state": "sending"}),
        ({}, {"status_call_at": OLD}),
        ({}, {"closing_call_at": OLD}),
    ],
)
def test_nothing_that_is_under_way_goes_however_old(
    challenge: dict[str, Any], message: dict[str, Any]
) -> None:
    sent(ended(phone(), **challenge), **message)
    assert purge() == NOTHING
    assert (Challenge.objects.count(), Delivery.objects.count()) == (1, 1)


def test_a_young_proof_outlives_the_challenge_that_it_came_from() -> None:
    made = whole()
    Grant.objects.update(verified_at=YOUNG)
    purge()
    assert not Challenge.objects.filter(pk=made.pk).exists()
    assert Grant.objects.get().challenge_id is None


def test_receipts_lose_their_delivery_and_stay_for_their_own_time() -> None:
    made = whole()
    row = Receipt.objects.create(
        provider="memory", digest="d" * 64, delivery=made.deliveries.get(), state="delivered"
    )
    purge()
    row.refresh_from_db()
    assert row.delivery_id is None


@postgres_only
def test_old_rows_are_a_range_of_the_key() -> None:
    with transaction.atomic():
        for rows in (
            purgeable_challenges(TERMS),
            purgeable_notices(TERMS),
            purgeable_grants(TERMS),
        ):
            found = plan(rows.order_by("pk")[:500])
            assert "_pkey" in found, found


def test_the_oldest_go_first_a_batch_at_a_time() -> None:
    first = ended(phone(), at=OLD)
    second = ended(phone(), at=OLD.replace(hour=5))
    assert purge(1).challenges == 1
    assert list(purgeable_challenges(TERMS)) == [second]
    assert not Challenge.objects.filter(pk=first.pk).exists()
    assert purge(1).challenges == 1
    assert purge(1) == NOTHING


def test_the_log_keeps_its_events_and_gets_one_with_the_counts() -> None:
    whole()
    before = list(Event.objects.values_list("pk", flat=True))
    purge()
    data = json.loads(Event.objects.exclude(pk__in=before).get(kind="rows.purged").body)["data"]
    assert (data["challenges"], data["deliveries"], data["usage"], data["grants"]) == (1, 1, 1, 1)
    assert Event.objects.filter(pk__in=before).count() == len(before)


def test_a_crash_between_adding_up_and_deleting_leaves_everything_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole()

    def crash(*_args: Any, **_known: Any) -> None:
        raise DatabaseError("the worker died")

    with monkeypatch.context() as patched:
        patched.setattr(module, "record_purged", crash)
        with pytest.raises(DatabaseError):
            purge()
    assert left() == (1, 1, 1, 1)
    assert not DailyTotal.objects.exists()
    assert purge().challenges == 1
    assert DailyTotal.objects.get().deliveries == 1


def test_a_visitors_number_goes_with_its_claim_used_or_not() -> None:
    for number in ("+12015550123", "+12015550124"):
        asked = anonymous(
            number, id=key(OLD), state="verified", created_at=OLD, closed_at=OLD, expires_at=OLD
        )
        claim(asked, created_at=OLD, expires_at=OLD, used_at=OLD)
    claim(anonymous("+12015550125"))
    assert purge() == Counts(challenges=2, claims=2)
    assert PhoneClaim.objects.count() == Challenge.objects.count() == 1
    purged = json.loads(Event.objects.get(kind="rows.purged").body)["data"]
    assert purged["claims"] == 2
