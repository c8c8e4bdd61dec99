"""The table of events."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import IntegrityError, models, transaction
from django.db.models import ForeignKey
from django.utils import timezone

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.checkpoint import CheckpointDenied
from otpguard.core.uuid7 import time_of
from otpguard.models import Event
from tests import factories
from tests.models.rows import crowd, plan, postgres_only

pytestmark = pytest.mark.django_db


def test_events_point_at_nothing_so_that_nothing_deletes_them() -> None:
    assert not [f for f in Event._meta.get_fields() if isinstance(f, ForeignKey)]
    assert not Event._meta.related_objects


def test_an_event_outlives_its_tenant_and_its_user() -> None:
    user, tenant = factories.user(), factories.tenant()
    facts = factories.facts(user, tenant)
    identity = record(CheckpointDenied(reason="held"), Circumstances.of(facts))
    tenant.delete()
    user.delete()
    assert Event.objects.get(pk=identity).tenant_id is not None


def test_an_id_is_there_once_and_carries_the_time() -> None:
    now = timezone.now()
    row = Event.objects.get(pk=record(CheckpointDenied(reason="held"), Circumstances(now=now)))
    assert abs((time_of(row.pk) - now).total_seconds()) < 0.001
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.create(pk=row.pk, kind="x", body="{}", mac="m", key_id="k")


def test_the_newest_comes_first_and_is_shown_by_its_code() -> None:
    for reason in ("held", "not_a_member"):
        record(CheckpointDenied(reason=reason), Circumstances(now=timezone.now()))
    rows = list(Event.objects.all())
    assert [row.pk for row in rows] == sorted((row.pk for row in rows), reverse=True)
    assert str(rows[0]) == "checkpoint.denied"


@postgres_only
def test_lists_stories_and_subjects_are_found_by_index() -> None:
    tenant = uuid4()
    crowd(
        [
            Event(
                id=uuid4(), tenant_id=uuid4(), kind="k", subject_ref=str(n), story=uuid4(), xact=n
            )
            for n in range(1000)
        ]
    )
    rows: models.QuerySet[Event] = Event.objects.order_by("-id")
    page = rows.filter(tenant_id=tenant, id__lt=uuid4())[:50]
    assert "otpguard_event_tenant" in plan(page)
    about = rows.filter(tenant_id=tenant, subject_ref="7")
    assert "otpguard_event_subject" in plan(about)
    assert "otpguard_event_story" in plan(rows.order_by().filter(story=uuid4()))
    assert "otpguard_event_xact" in plan(rows.order_by().filter(xact__gte=1, xact__lt=9))


@postgres_only
def test_recent_activity_goes_down_the_index() -> None:
    about = Event.objects.filter(subject_ref="7").order_by("-id")
    crowd(
        [Event(kind="x", subject_ref=str(n % 50), body="", mac="", key_id="") for n in range(3000)]
    )
    assert "otpguard_event_subject" in plan(about.filter(tenant_id=None)[:20])
