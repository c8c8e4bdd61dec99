"""Old events go, from the beginning of a log; what remains is proven as before."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from otpguard.audit.append_only import set_triggers
from otpguard.audit.logs import log_of
from otpguard.audit.retained import purged_of
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import InsideTransaction, NotAllowed
from otpguard.flows.audit.prove import ProofState, prove_event
from otpguard.flows.audit.verify import verify_heads, verify_log
from otpguard.flows.privacy.legal_hold import lift_legal_hold, place_legal_hold
from otpguard.flows.privacy.retention import (
    NightlyPurge,
    NotWholeError,
    logs_after,
    plan_purge,
    purge_log,
)
from otpguard.models import SITE_EVENTS, Event, Seal
from tests import factories
from tests.flows.audit.aging import NEW, OLD, aged, purge
from tests.flows.audit.logging import ONE, TWO, begin, seal, write

pytestmark = pytest.mark.django_db(transaction=True)


def rows(tenant: UUID | None = ONE) -> list[Event]:
    return list(Event.objects.filter(tenant_id=tenant).order_by("xact", "pk"))


def found(tenant: UUID | None = ONE) -> set[tuple[str, int | None]]:
    *_, last = verify_log(log_of(tenant))
    return {(each.damage.value, each.index) for each in last.damages}


def test_what_is_older_than_the_term_goes_and_the_log_says_so() -> None:
    aged(ONE)
    newer = rows()[5:]
    plan = purge(ONE)
    assert (plan.first, plan.below, plan.due, plan.years, plan.held) == (0, 5, 5, 6, False)
    *kept, told = rows()
    assert kept == newer
    assert (told.kind, told.actor_ref) == ("retention.purged", "")
    purged = purged_of(ONE)
    assert purged is not None
    assert (purged.below, purged.years) == (5, 6)


def test_after_a_purge_the_log_holds_before_and_after_its_event_is_sealed() -> None:
    aged(ONE)
    purge(ONE)
    assert found() == set()
    seal()
    assert (found(), verify_heads().damages) == (set(), ())
    *_, last = verify_log(ONE)
    assert last.purged is not None
    assert last.purged.below == 5
    for row in rows():
        proof = prove_event(row)
        assert proof.state is ProofState.HOLDS
        assert proof.purged is not None


def test_one_flipped_bit_is_found_after_a_purge() -> None:
    aged(ONE)
    purge(ONE)
    seal()
    row = rows()[2]
    Event.objects.filter(pk=row.pk).update(body=row.body.replace("held", "hele"))
    assert found() == {("changed", 7), ("not_genuine", None)}


def test_a_deletion_that_no_event_tells_of_is_found() -> None:
    aged(ONE)
    for row in rows()[:5]:
        row.delete()
    assert found() == {("removed", index) for index in range(5)}


def test_without_its_event_a_purge_is_a_deletion() -> None:
    aged(ONE)
    purge(ONE)
    seal()
    rows()[-1].delete()
    assert found() == {("removed", index) for index in (0, 1, 2, 3, 4, 9)}


def test_one_more_event_than_was_purged_is_found_missing() -> None:
    aged(ONE)
    purge(ONE)
    rows()[0].delete()
    assert found() == {("removed", 5)}


def test_a_purge_that_was_copied_from_another_log_counts_for_nothing() -> None:
    aged(TWO)
    purge(TWO)
    aged(ONE)
    told = rows(TWO)[-1]
    values = {each.attname: getattr(told, each.attname) for each in Event._meta.concrete_fields}
    Event.objects.create(**{**values, "id": uuid4(), "tenant_id": ONE})
    for row in rows()[:5]:
        row.delete()
    assert ("removed", 0) in found()


def test_a_purge_of_what_was_young_counts_for_nothing() -> None:
    aged(ONE)
    purge(ONE)
    Seal.objects.filter(log=ONE, size=5).update(at=timezone.now() - timedelta(days=300))
    assert purged_of(ONE) is None
    assert ("removed", 0) in found()


def test_a_second_purge_goes_on_where_the_first_has_ended() -> None:
    aged(ONE)
    first = purge_log(facts=RequestFacts(now=timezone.now()), log=ONE, most=4)
    second = purge_log(facts=RequestFacts(now=timezone.now()), log=ONE, most=4)
    assert [(each.first, each.below) for each in (first, second)] == [(0, 3), (3, 5)]
    assert purge(ONE).due == 0
    seal()
    assert found() == set()
    assert Event.objects.filter(kind="retention.purged").count() == 2


def test_a_damaged_beginning_is_left_for_a_check_to_find() -> None:
    aged(ONE)
    rows()[1].delete()
    with pytest.raises(NotWholeError, match="damaged before #5"):
        purge(ONE)
    assert len(rows()) == 8
    assert found() == {("removed", 1)}


def test_another_log_keeps_all_it_has() -> None:
    aged(ONE)
    aged(TWO)
    purge(ONE)
    assert len(rows(TWO)) == 9
    assert found(TWO) == set()
    assert purged_of(TWO) is None


def test_the_log_of_the_site_and_that_of_a_deleted_tenant_keep_six_years() -> None:
    aged(None)
    aged(uuid4())
    assert [plan_purge(log=log, now=timezone.now()).due for log in logs_after()] == [5, 5]
    assert next(logs_after()) == SITE_EVENTS
    assert purge(None).years == 6
    seal()
    assert found(None) == set()


@pytest.mark.parametrize(
    ("tags", "days", "due"), [(["audit-1y"], 400, 2), (["audit-1y"], 360, 0), ([], 400, 0)]
)
def test_a_tenant_has_the_term_of_its_tags(tags: list[str], days: int, due: int) -> None:
    tenant = factories.tenant(tags=tags)
    begin()
    at = timezone.now() - timedelta(days=days)
    write(tenant.pk, 2, at=at)
    seal(at=at)
    assert plan_purge(log=tenant.pk, now=timezone.now()).due == due


def test_under_a_legal_hold_of_the_tenant_nothing_goes() -> None:
    tenant = factories.tenant(legal_hold=True)
    aged(tenant.pk)
    plan = purge(tenant.pk)
    assert (plan.due, plan.held) == (0, True)
    tenant.legal_hold = False
    tenant.save()
    assert purge(tenant.pk).due == 5


def test_a_legal_hold_on_a_person_keeps_all_from_their_first_event_on() -> None:
    hold = place_legal_hold(facts=factories.facts(), user_id="8", reason="case 7")
    aged(ONE)
    assert (purge(ONE).due, purge(ONE).held) == (0, True)
    Event.objects.filter(pk__in=[row.pk for row in rows()[:3]]).update(subject_ref="9")
    plan = plan_purge(log=ONE, now=timezone.now())
    assert (plan.below, plan.held) == (3, True)
    lift_legal_hold(facts=factories.facts(), hold=hold, reason="over")
    assert plan_purge(log=ONE, now=timezone.now()).below == 5


def test_nobody_within_a_tenant_purges() -> None:
    aged(ONE)
    inside = RequestFacts(now=timezone.now(), tenant=str(ONE), user="7", user_is_staff=True)
    with pytest.raises(NotAllowed):
        purge_log(facts=inside, log=ONE)
    assert len(rows()) == 9


def test_it_is_a_transaction_of_its_own() -> None:
    with transaction.atomic(), pytest.raises(InsideTransaction):
        purge(ONE)


def test_the_triggers_let_a_purge_pass() -> None:
    aged(ONE)
    with override_settings(OTPGUARD={"AUDIT_TRIGGERS": True}):
        set_triggers()
    try:
        assert purge(ONE).due == 5
    finally:
        set_triggers()
    assert len(rows()) == 5


def test_each_night_every_log_loses_what_is_due_in_small_steps() -> None:
    aged(ONE)
    aged(TWO)
    now, night = timezone.now(), NightlyPurge()
    done = []
    while (count := night.step(now=now)) is not None:
        done.append(count)
    assert done == [5, 5]
    assert (len(rows()), len(rows(TWO))) == (5, 5)
    aged(None)
    assert night.step(now=now) is None
    assert night.step(now=now + timedelta(days=1)) == 5


def test_a_log_that_is_damaged_does_not_keep_the_others() -> None:
    aged(ONE)
    aged(TWO)
    rows()[0].delete()
    night = NightlyPurge()
    with pytest.raises(NotWholeError):
        night.step(now=timezone.now())
    assert night.step(now=timezone.now()) == 5
    assert len(rows(TWO)) == 5


def test_young_events_stay() -> None:
    aged(ONE)
    assert plan_purge(log=ONE, now=timezone.now() - OLD + NEW).due == 0
