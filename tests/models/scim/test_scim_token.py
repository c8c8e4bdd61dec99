"""A secret opens one tenant."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from otpguard.models import ScimToken
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_digest_is_there_once() -> None:
    row = {"name": "Okta", "digest": "d" * 64, "expires_at": timezone.now()}
    ScimToken.objects.create(tenant=factories.tenant(), **row)
    with pytest.raises(IntegrityError), transaction.atomic():
        ScimToken.objects.create(tenant=factories.tenant(), **row)
