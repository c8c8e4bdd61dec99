"""One closure of a scope at a time; a lock-down ends after it began."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from otpguard.models import PaidClosure, SignupLockdown

pytestmark = pytest.mark.django_db


def test_a_scope_is_closed_once_at_a_time() -> None:
    now = timezone.now()
    row = {"scope": "country", "key": "PK", "lost_micros": 1, "until": now}
    PaidClosure.objects.create(**row, ended_at=now)
    PaidClosure.objects.create(**row)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaidClosure.objects.create(**row)


def test_a_lock_down_ends_after_it_began_and_an_alarm_starts_one() -> None:
    now = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        SignupLockdown.objects.create(at=now, until=now)
    hour = timedelta(hours=1)
    SignupLockdown.objects.create(at=now, until=now + hour, alarm="1:1")
    with pytest.raises(IntegrityError), transaction.atomic():
        SignupLockdown.objects.create(at=now, until=now + hour, alarm="1:1")


def test_rows_name_themselves() -> None:
    assert str(PaidClosure(scope="channel", key="")) == "channel all"
    assert str(SignupLockdown(until=timezone.now())).startswith("until 2")
