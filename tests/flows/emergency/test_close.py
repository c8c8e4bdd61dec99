"""Emergency access ends by itself, or earlier by an administrator."""

from __future__ import annotations

from dataclasses import replace

import pytest

from otpguard.exceptions import NotAllowed
from otpguard.flows.emergency.close import close_over, end_access
from otpguard.models import Event, Notice
from tests.flows.emergency.envelopes import prepared
from tests.flows.factor.setting import admin_of

pytestmark = pytest.mark.django_db


def test_an_administrator_ends_it_and_everybody_is_told() -> None:
    made = prepared()
    access = made.open()
    assert end_access(facts=made.ada, access=access)
    assert not end_access(facts=made.ada, access=access), "it ends once"
    assert Event.objects.filter(kind="break_glass.closed").count() == 1
    assert Notice.objects.filter(kind="break_glass_over").count() == 2


def test_another_tenants_administrator_ends_nothing() -> None:
    from_elsewhere = admin_of(prepared().tenant)
    access = prepared().open()
    with pytest.raises(NotAllowed):
        end_access(facts=from_elsewhere, access=access)


def test_the_sweep_closes_what_is_over_and_nothing_else() -> None:
    made = prepared()
    access = made.open()
    assert close_over(now=made.ada.now) == 0
    assert close_over(now=access.until) == 1
    assert close_over(now=access.until) == 0
    access.refresh_from_db()
    assert access.ended_at == access.until
    over = replace(made.ada, now=access.until)
    assert not end_access(facts=over, access=access)
