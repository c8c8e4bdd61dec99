"""Known devices."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from otpguard.models import KnownDevice
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_digest_is_one_device() -> None:
    user = factories.user()
    factories.device(user)
    row = KnownDevice.objects.get()
    again = KnownDevice(user=user, digest=row.digest, expires_at=row.expires_at)
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()


def test_live_devices_are_neither_revoked_nor_expired_nor_somebody_elses() -> None:
    user, now = factories.user(), timezone.now()
    factories.device(user, name="mine")
    factories.device(user, name="revoked", revoked_at=now)
    factories.device(user, name="expired", expires_at=now - timedelta(seconds=1))
    factories.device(factories.user(), name="theirs")
    live = KnownDevice.objects.live_of(str(user.pk), now=now)
    assert [row.name for row in live] == ["mine"]
    assert not KnownDevice.objects.live_of("", now=now).exists()


def test_a_device_is_named_for_people() -> None:
    assert str(KnownDevice(name="Firefox on Linux")) == "Firefox on Linux"
    assert str(KnownDevice()) == "device"


def test_a_users_devices_go_with_the_user() -> None:
    user = factories.user()
    factories.device(user)
    user.delete()
    assert not KnownDevice.objects.exists()
