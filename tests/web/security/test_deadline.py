"""What a tenant requires somebody to set up, as the Security page says it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from otpguard.models import EnrollmentRule, Membership
from otpguard.web.security.deadline import deadline_of
from tests.host import Host
from tests.http.asking import request_of

pytestmark = pytest.mark.django_db


def rule(host: Host, *, days: int) -> None:
    """A rule of this tenant: a factor of AAL3 for everybody, due in so many days."""
    long_ago = timezone.now() - timedelta(days=30)
    Membership.objects.update(created_at=long_ago)
    EnrollmentRule.objects.create(
        tenant=host.tenant, level=3, starts_at=long_ago, grace_days=30 + days
    )


def test_nothing_is_due_without_a_rule(host: Host) -> None:
    assert deadline_of(request_of(host)) is None


@pytest.mark.parametrize(("days", "overdue"), [(3, False), (-3, True)])
def test_what_is_due_and_what_is_overdue_is_told(host: Host, days: int, overdue: bool) -> None:
    rule(host, days=days)
    line = deadline_of(request_of(host))
    assert line is not None
    assert line.overdue is overdue
    assert "passkey" in str(line.what)


def test_while_nobody_can_tell_nothing_is_said(host: Host) -> None:
    def broken(*_: Any) -> None:
        raise DatabaseError

    rule(host, days=3)
    request = request_of(host)
    assert request.session.items()  # read already, as by a login check
    with connection.execute_wrapper(broken):
        assert deadline_of(request) is None
