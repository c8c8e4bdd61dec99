"""A request of a service has one row."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from otpguard.models import KeyRecord, Verification
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_request_of_one_key_stands_once() -> None:
    tenant = factories.tenant()
    one, other = (KeyRecord.objects.create(tenant=tenant, reference=each) for each in "ab")
    for key in (one, other):
        Verification.objects.create(tenant=tenant, key=key, request_key="r1")
    with pytest.raises(IntegrityError):
        Verification.objects.create(tenant=tenant, key=one, request_key="r1")
