"""One rule for each prefix and action; its source is plain text."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from otpguard.models import PrefixRule

pytestmark = pytest.mark.django_db


def test_a_prefix_is_blocked_once_and_may_be_allowed_too() -> None:
    PrefixRule.objects.create(prefix="+92", action="block")
    PrefixRule.objects.create(prefix="+92", action="allow")
    with pytest.raises(IntegrityError), transaction.atomic():
        PrefixRule.objects.create(prefix="+92", action="block")


def test_a_source_keeps_nothing_that_cannot_be_seen() -> None:
    row = PrefixRule.objects.create(prefix="+92", action="block", source="a\u202eb")
    assert "\u202e" not in row.source
    assert str(row) == "block +92"
