"""Notices and the e-mail addresses they go to, as tables."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from otpguard.models import Notice, NoticeEmail
from tests import factories
from tests.models.rows import crowd, plan, postgres_only, raw

pytestmark = pytest.mark.django_db


def notice(**fields: object) -> Notice:
    values = {"kind": "factor_added", "channel": "email", "destination": "kim@example.org"}
    return Notice(**{**values, **fields})


def test_a_live_email_is_there_once_for_each_person() -> None:
    kim = factories.user()
    values = {"email": "kim@example.org", "email_index": "index"}
    first = NoticeEmail.objects.create(user=kim, **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        NoticeEmail.objects.create(user=kim, **values)
    NoticeEmail.objects.create(user=factories.user(), **values)
    factories.age(first, removed_at=timezone.now())
    NoticeEmail.objects.create(user=kim, **values)


def test_destination_context_and_email_are_encrypted() -> None:
    row = notice(context='{"left": 7}')
    row.save()
    email = NoticeEmail.objects.create(user=factories.user(), email="kim@example.org")
    assert "kim" not in raw(row, "destination") + raw(email, "email")
    assert "left" not in raw(row, "context")


def test_neither_says_to_whom_it_belongs() -> None:
    assert str(notice()) == "factor_added (queued)"
    assert str(NoticeEmail(email="kim@example.org")) == "notice e-mail address"


def test_notices_of_somebody_who_is_gone_go_along() -> None:
    kim = factories.user()
    notice(user=kim).save()
    kim.delete()
    assert Notice.objects.count() == 0


@postgres_only
def test_what_the_sweep_looks_for_is_found_by_the_partial_index() -> None:
    now = timezone.now()
    crowd([notice(state="sent") for _ in range(500)])
    due = Notice.objects.filter(
        Q(state="queued") | Q(state="sending"), state__in=["queued", "sending"], lease_until__lt=now
    )
    assert "otpguard_notice_lease" in plan(due.order_by())
