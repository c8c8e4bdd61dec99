"""Opt-outs: one that runs for each number, channel and place; the number is encrypted."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from otpguard.models import OptOut
from tests import factories
from tests.models.rows import raw

pytestmark = pytest.mark.django_db

NUMBER = "+12015550100"


def test_one_runs_for_each_number_channel_and_place() -> None:
    tenant = factories.tenant()
    for place in (None, tenant):
        row = factories.opt_out(NUMBER, place)
        with pytest.raises(IntegrityError), transaction.atomic():
            factories.opt_out(NUMBER, place)
        factories.opt_out(NUMBER, place, channel="whatsapp")
        factories.age(row, ended_at=timezone.now())
        factories.opt_out(NUMBER, place)
    assert OptOut.objects.count() == 6


def test_the_number_is_encrypted_in_the_table_and_not_in_its_name() -> None:
    row = factories.opt_out(NUMBER)
    row.refresh_from_db()
    assert row.number.reveal() == NUMBER
    assert "2015550100" not in raw(row, "number")
    assert "2015550100" not in str(row)
