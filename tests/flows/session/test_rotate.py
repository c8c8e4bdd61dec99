"""A web session of rows is moved to its new key whole or not at all."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from otpguard import sessions
from otpguard.flows.session.rotate import rotate
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def old() -> Any:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session["cart"] = [1]
    session.create()
    return session


def test_both_rows_are_stored_and_the_login_knows_its_key(old: Any) -> None:
    row = factories.session(factories.user(), sid="s", session_key=old.session_key)
    new = sessions.copy_of(old)
    old["left"] = True
    assert rotate(sid="s", old=old, new=new)
    assert Session.objects.get(pk=old.session_key).get_decoded() == {"cart": [1], "left": True}
    assert Session.objects.get(pk=new.session_key).get_decoded() == {"cart": [1]}
    row.refresh_from_db()
    assert row.session_key.reveal() == new.session_key


def test_nothing_is_written_for_a_login_that_has_ended(old: Any) -> None:
    factories.session(factories.user(), sid="s", ended_at=timezone.now())
    new = sessions.copy_of(old)
    old["left"] = True
    assert not rotate(sid="s", old=old, new=new)
    assert [row.get_decoded() for row in Session.objects.all()] == [{"cart": [1]}]


def test_nothing_is_written_for_a_row_that_is_gone(old: Any) -> None:
    row = factories.session(factories.user(), sid="s", session_key=old.session_key)
    new = sessions.copy_of(old)
    Session.objects.all().delete()
    assert not rotate(sid="s", old=old, new=new)
    assert not Session.objects.exists()
    row.refresh_from_db()
    assert row.session_key.reveal() == old.session_key


def test_a_session_without_our_mark_is_moved_as_well(old: Any) -> None:
    assert rotate(sid="", old=old, new=sessions.copy_of(old))
    assert Session.objects.count() == 2
