"""An erased reference holds nothing of a person."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from django.utils import timezone

from otpguard.audit.subjects import subjects_of
from otpguard.models import SubjectKey

pytestmark = pytest.mark.django_db


def test_what_is_erased_has_neither_user_nor_key() -> None:
    subjects_of(["7"])
    SubjectKey.objects.update(user_key="", secret="", erased_at=timezone.now())
    row = SubjectKey.objects.get()
    assert str(row) == str(row.pk)


def test_half_erased_is_refused() -> None:
    subjects_of(["7"])
    with pytest.raises(IntegrityError):
        SubjectKey.objects.update(erased_at=timezone.now())
