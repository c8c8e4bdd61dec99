"""A step-up gives the session a new key and leaves the old one harmless (C3)."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.db import IntegrityError, OperationalError, connection
from django.db.models.signals import pre_save
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY

from otpguard.http.otp import STAMP
from otpguard.http.session import KEY, TOMBSTONE, is_moved
from otpguard.web.stepup.rotation import TOMBSTONE_LIFE, rotate_session
from tests import factories

pytestmark = pytest.mark.django_db


def store(key: str | None = None) -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore(key)


@pytest.fixture
def request_() -> Any:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    session = store()
    session.update({KEY: {"sid": "s"}, "cart": [1, 2], DEVICE_ID_SESSION_KEY: "otp/1"})
    session.create()
    session.update({KEY: {"sid": "s"}, "cart": [1, 2], DEVICE_ID_SESSION_KEY: "otp/1", STAMP: {}})
    session.save()
    request.session = session
    return request


def test_everything_moves_under_a_new_key(request_: Any) -> None:
    old = request_.session.session_key
    rotate_session(request_)
    assert request_.session.session_key != old
    stored = dict(store(request_.session.session_key).items())
    assert stored == {
        KEY: {**stored[KEY], "sid": "s"},
        "cart": [1, 2],
        DEVICE_ID_SESSION_KEY: "otp/1",
        STAMP: {},
    }
    assert request_.session.modified, "so that the response carries the new cookie"


def test_the_old_key_stays_ten_seconds_without_what_was_proven(request_: Any) -> None:
    old = request_.session.session_key
    rotate_session(request_)
    left = store(old)
    assert KEY not in left
    assert DEVICE_ID_SESSION_KEY not in left
    assert STAMP not in left
    assert left["cart"] == [1, 2]
    assert left[TOMBSTONE] is True
    assert left.get_expiry_age() == TOMBSTONE_LIFE.total_seconds()


def test_the_new_session_lives_as_long_as_before(request_: Any) -> None:
    age = request_.session.get_expiry_age()
    rotate_session(request_)
    assert request_.session.get_expiry_age() == age


def test_a_session_that_was_never_stored_is_left_alone() -> None:
    request = RequestFactory().get("/")
    request.session = store()
    rotate_session(request)
    assert Session.objects.count() == 0


def test_the_login_can_be_ended_under_its_new_key(request_: Any) -> None:
    session = factories.session(factories.user(), sid="s", session_key="old")
    rotate_session(request_)
    session.refresh_from_db()
    assert session.session_key.reveal() == request_.session.session_key


def test_a_login_that_was_ended_meanwhile_does_not_live_on_in_the_copy(request_: Any) -> None:
    factories.session(factories.user(), sid="s", ended_at=timezone.now())
    assert rotate_session(request_) is False
    assert dict(request_.session.items()) == {}
    assert not Session.objects.exists()


@pytest.mark.parametrize("engine", ["db", "cache", "cached_db", "file"])
def test_a_web_session_that_was_deleted_meanwhile_is_not_brought_back(
    request_: Any, settings: Any, tmp_path: Any, engine: str
) -> None:
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
    settings.SESSION_FILE_PATH = str(tmp_path)
    carried = dict(request_.session.items())
    Session.objects.all().delete()
    session = request_.session = store()
    session.create()
    session.update(carried)
    session.save()
    store(session.session_key).delete()
    assert rotate_session(request_) is False
    assert dict(request_.session.items()) == {}
    assert not request_.session.session_key
    assert not any(KEY in store(row.session_key) for row in Session.objects.all())


# --- where web sessions are rows ------------------------------------------------------------------


def written(request: Any) -> list[str]:
    """What a rotation says to the database, less savepoints."""
    with CaptureQueriesContext(connection) as captured:
        rotate_session(request)
    return [sql for query in captured if "SAVEPOINT" not in (sql := query["sql"])]


def test_rows_are_moved_by_three_writes_in_one_commit(request_: Any) -> None:
    factories.session(factories.user(), sid="s", session_key="old")
    with CaptureQueriesContext(connection) as captured:
        rotate_session(request_)
    begun = [query["sql"] for query in captured if query["sql"].startswith(("SAVEPOINT", "BEGIN"))]
    assert len(begun) == 1
    words = [sql.split()[0] for sql in written(request_)]
    assert words == ["UPDATE", "UPDATE", "INSERT"], "login session, tombstone, new key"


def test_what_the_proof_brings_is_stored_with_the_new_key(request_: Any) -> None:
    def then() -> None:
        request_.session["proven"] = 1

    rotate_session(request_, then=then)
    assert store(request_.session.session_key)["proven"] == 1
    assert not is_moved(request_), "nobody has to note the key again"


def test_django_saves_the_new_session_again_only_if_it_changed(request_: Any) -> None:
    rotate_session(request_)
    with CaptureQueriesContext(connection) as captured:
        request_.session.save()
    assert len(captured) == 0
    request_.session["cart"].append(3)
    request_.session.save()
    assert store(request_.session.session_key)["cart"] == [1, 2, 3]


@pytest.mark.parametrize("error", [IntegrityError, OperationalError])
def test_without_a_new_row_the_old_key_is_not_elevated_either(
    request_: Any, error: type[Exception]
) -> None:
    old = request_.session.session_key
    session = factories.session(factories.user(), sid="s", session_key=old)

    def fail(instance: Session, **_: object) -> None:
        if instance.session_key != old:
            raise error("no such row")

    pre_save.connect(fail, sender=Session)
    try:
        with pytest.raises(error):
            rotate_session(request_)
    finally:
        pre_save.disconnect(fail, sender=Session)
    assert TOMBSTONE in store(old)
    assert KEY not in store(old)
    session.refresh_from_db()
    assert session.session_key.reveal() == old, "no key is noted that opens nothing"
    assert Session.objects.count() == 1


@pytest.mark.parametrize("engine", ["cache", "cached_db", "file"])
def test_any_other_engine_moves_its_sessions_by_its_own_means(
    request_: Any, settings: Any, tmp_path: Any, engine: str
) -> None:
    carried = dict(request_.session.items())
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
    settings.SESSION_FILE_PATH = str(tmp_path)
    session = request_.session = store()
    session.create()
    session.update(carried)
    session.save()
    row = factories.session(factories.user(), sid="s", session_key=session.session_key)
    old = session.session_key

    def then() -> None:
        request_.session["proven"] = 1

    assert rotate_session(request_, then=then)
    request_.session.save()  # as Django's middleware does
    new = store(request_.session.session_key)
    assert (new[KEY]["sid"], new["cart"], new["proven"]) == ("s", [1, 2], 1)
    assert TOMBSTONE in store(old)
    assert KEY not in store(old)
    row.refresh_from_db()
    assert row.session_key.reveal() == request_.session.session_key
