"""Who hears of emergency access."""

from __future__ import annotations

import pytest

from otpguard.flows.emergency.tell import tell_everybody
from otpguard.models import Notice
from otpguard.notices.kinds import NoticeKind
from tests import factories
from tests.flows.emergency.envelopes import prepared
from tests.flows.factor.setting import admin_of

pytestmark = pytest.mark.django_db


def test_administrators_and_operators_once_each_and_no_one_of_another_tenant() -> None:
    made = prepared()
    access = made.open()
    operator = factories.staff()
    factories.member(made.tenant, operator, roles=["admin"])
    elsewhere = admin_of(factories.tenant())
    Notice.objects.all().delete()
    tell_everybody(made.ada, access, NoticeKind.BREAK_GLASS_OVER, {})
    told = list(Notice.objects.values_list("user_id", flat=True))
    assert sorted(told) == sorted([int(made.ada.user), int(made.bob.user), operator.pk])
    assert int(elsewhere.user) not in told
