"""Login sessions."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from otpguard.core.assurance import Primary
from otpguard.models import LoginSession, WrongPasswords
from tests import factories
from tests.models.rows import crowd, plan, postgres_only

pytestmark = pytest.mark.django_db


def test_a_sid_is_one_session() -> None:
    one = factories.session(factories.user())
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.session(factories.user(), sid=one.sid)
    assert LoginSession.objects.get(sid=one.sid).user == one.user


def test_a_session_is_open_until_it_is_ended() -> None:
    session = factories.session(factories.user("kim"), started_at=timezone.now())
    assert session.ended_at is None
    assert Primary(session.primary) is Primary.PASSWORD
    assert str(session).startswith("login of kim at ")


def test_a_login_that_nobody_saw_has_no_time() -> None:
    session = factories.session(factories.user(), authenticated_at=None)
    session.refresh_from_db()
    assert session.authenticated_at is None


def test_a_users_sessions_go_with_the_user() -> None:
    session = factories.session(factories.user())
    session.user.delete()
    assert not LoginSession.objects.filter(sid=session.sid).exists()


@postgres_only
def test_the_open_sessions_of_a_user_are_found_by_the_partial_index() -> None:
    user = factories.user()
    over = {"user": user, "primary": "password", "ended_at": timezone.now()}
    crowd([LoginSession(sid=f"over-{n}", **over) for n in range(500)])
    found = LoginSession.objects.filter(user=user, ended_at=None).order_by()
    assert "otpguard_session_open" in plan(found)


def test_open_logins_are_neither_ended_nor_somebody_elses() -> None:
    user = factories.user()
    mine = factories.session(user)
    factories.session(user, ended_at=timezone.now())
    factories.session(factories.user())
    assert list(LoginSession.objects.open_of(str(user.pk))) == [mine]
    assert not LoginSession.objects.open_of("").exists()


def test_an_ended_login_whose_key_is_still_there_was_not_reached() -> None:
    user, now = factories.user(), timezone.now()
    left = factories.session(user, ended_at=now, session_key="k")
    factories.session(user, ended_at=now)
    factories.session(user, session_key="k")
    factories.session(factories.user(), ended_at=now, session_key="k")
    assert list(LoginSession.objects.unreached_of(str(user.pk))) == [left]
    assert not LoginSession.objects.unreached_of("").exists()


def test_a_slot_has_one_row_for_each_hour_of_the_day() -> None:
    row = WrongPasswords.objects.create(slot=7, of_day=1, hour=25, count=3)
    assert str(row) == "3 in slot 7 and hour 25"
    with pytest.raises(IntegrityError), transaction.atomic():
        WrongPasswords.objects.create(slot=7, of_day=1, hour=49)
