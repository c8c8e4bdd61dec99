"""One person has one running legal hold."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from django.utils import timezone

from otpguard.models import LegalHold

pytestmark = pytest.mark.django_db


def test_after_one_was_lifted_another_may_begin() -> None:
    LegalHold.objects.create(user_key="7", reason="case 1", lifted_at=timezone.now())
    assert str(LegalHold.objects.create(user_key="7", reason="case 2")) == "legal hold on 7"


def test_two_do_not_run_at_once() -> None:
    LegalHold.objects.create(user_key="7", reason="case 1")
    with pytest.raises(IntegrityError):
        LegalHold.objects.create(user_key="7", reason="case 2")
