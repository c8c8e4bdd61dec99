"""What a site tells a program that watches it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otpguard.core.metric import metrics_text
from otpguard.flows.measure import measure_site
from otpguard.models import ALL_HEADS, DeadLetter, LogCheck, LogStream, Notice, SealCursor
from tests import factories
from tests.flows.audit.logging import begin, seal, wait_for_others, write
from tests.flows.setting import stopped
from tests.flows.siem.streaming import stream_of
from tests.store_down import no_answer

pytestmark = pytest.mark.django_db(transaction=True)
LATER = timedelta(minutes=5)


def measured(later: timedelta = timedelta()) -> dict[str, float]:
    """Each sample by its name and label."""
    lines = metrics_text(measure_site(now=timezone.now() + later)).splitlines()
    samples = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in samples}


def test_a_site_in_which_all_is_well_has_zeros() -> None:
    begin()
    write(number=3)
    seal()
    found = measured()
    assert found["otpguard_audit_sealing_begun"] == 1
    assert found["otpguard_audit_heads"] >= 1
    zero = {"otpguard_audit_sealing_lag_seconds", "otpguard_audit_unsealed_events"}
    zero |= {"otpguard_audit_check_damages", "otpguard_stream_dead_letters"}
    zero |= {"otpguard_audit_restored", "otpguard_stream_lag_seconds"}
    zero |= {f'otpguard_outbox_waiting{{kind="{kind}"}}' for kind in ("codes", "notices")}
    assert {name: found[name] for name in zero} == dict.fromkeys(zero, 0)
    assert found["otpguard_audit_check_age_seconds"] == -1


def test_a_log_that_was_never_begun_says_so() -> None:
    SealCursor.objects.all().delete()
    assert measured()["otpguard_audit_sealing_begun"] == 0


def test_what_is_not_sealed_is_counted_and_has_an_age() -> None:
    begin()
    seal()
    write(number=4)
    wait_for_others()
    found = measured(LATER)
    assert found["otpguard_audit_unsealed_events"] == 4
    assert found["otpguard_audit_sealing_lag_seconds"] == pytest.approx(300, abs=60)


def test_damage_that_a_check_found_stays_until_one_finds_none() -> None:
    now = timezone.now()
    check = {"log": ALL_HEADS, "asked_at": now, "finished_at": now}
    LogCheck.objects.create(**check, damages=2)
    LogCheck.objects.create(log=ALL_HEADS, asked_at=now)
    assert measured()["otpguard_audit_check_damages"] == 2, "one that runs says nothing yet"
    LogCheck.objects.create(**check, damages=0)
    assert measured()["otpguard_audit_check_damages"] == 0


def test_a_database_that_was_put_back_is_told() -> None:
    begin()
    SealCursor.objects.update(newer_head="origin\n7\nhash\n")
    assert measured()["otpguard_audit_restored"] == 1


def test_streams_are_counted_and_the_one_that_is_furthest_behind_is_told() -> None:
    now = timezone.now()
    write(number=2)
    wait_for_others()
    stream = stream_of(None, failing_since=now - LATER)
    stream_of(factories.tenant(), name="own", xact=2**62, event=UUID(int=2**128 - 1))
    stream_of(None, name="off", state=LogStream.State.PAUSED)
    DeadLetter.objects.create(stream=stream, event=UUID(int=7), reason="400", at=now)
    found = measured(LATER)
    by_state = {each: found[f'otpguard_streams{{state="{each}"}}'] for each in STATES}
    assert by_state == {"active": 2, "paused": 1, "failing": 1}
    assert found["otpguard_stream_lag_seconds"] == pytest.approx(300, abs=60)
    assert found["otpguard_stream_failing_seconds"] == pytest.approx(600, abs=60)
    assert found["otpguard_stream_dead_letters"] == 1


STATES = ("active", "paused", "failing")


def test_messages_that_wait_are_counted_with_their_age() -> None:
    stopped().start()
    found = measured(timedelta(seconds=30))
    assert found['otpguard_outbox_waiting{kind="codes"}'] == 1
    assert found['otpguard_outbox_lag_seconds{kind="codes"}'] == pytest.approx(30, abs=20)
    queued = Notice.objects.filter(state=Notice.State.QUEUED).count()
    assert found['otpguard_outbox_waiting{kind="notices"}'] == queued


def test_nothing_names_an_organization_a_stream_or_a_person() -> None:
    stream_of(factories.tenant("acme", name="Acme Inc"), name="their soc")
    text = metrics_text(measure_site(now=timezone.now()))
    for name in ("acme", "Acme", "their soc"):
        assert name not in text


def test_it_reads_as_often_for_many_tenants_as_for_one() -> None:
    begin()
    stream_of(factories.tenant())
    with CaptureQueriesContext(connection) as few:
        measured()
    for number in range(5):
        tenant = factories.tenant()
        stream_of(tenant)
        write(tenant.pk, number + 1)
    with CaptureQueriesContext(connection) as many:
        measured()
    assert abs(len(many) - len(few)) <= 2, "who blocks is only asked while something waits"


def test_while_the_database_is_away_there_are_no_numbers() -> None:
    with no_answer(), pytest.raises(DatabaseError):
        measure_site(now=timezone.now())
