"""A login session goes when it ended or its web session is gone; never for its age alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from otpguard import sessions
from otpguard.flows.purge.sessions import Walked, purgeable_session, walk_sessions
from otpguard.flows.purge.terms import Counts
from otpguard.models import Event, Grant, LoginSession
from tests import factories
from tests.flows.purge.rows import NOW, OLD, TERMS, YOUNG

pytestmark = pytest.mark.django_db(transaction=True)


def web_session() -> str:
    """The key of a web session that is in the store."""
    store = SessionStore()
    store["anything"] = 1
    store.create()
    return str(store.session_key)


def login(**fields: Any) -> LoginSession:
    """A login of long ago."""
    return factories.session(factories.user(), **{"started_at": OLD, **fields})


def walk(**changed: Any) -> Walked:
    return walk_sessions(**{"terms": TERMS, "most": 100, "now": NOW, **changed})


def is_left(row: LoginSession) -> bool:
    return LoginSession.objects.filter(pk=row.pk).exists()


def test_an_old_login_whose_web_session_is_there_stays() -> None:
    row = login(session_key=web_session())
    assert walk() == Walked()
    assert is_left(row)


def test_an_old_login_whose_web_session_is_gone_goes_and_its_proofs_have_a_term_of_their_own() -> (
    None
):
    row = login(session_key="g" * 32)
    proof = factories.grant(row.user, sid=row.pk, verified_at=YOUNG)
    assert walk().counts == Counts(sessions=1)
    assert not is_left(row)
    assert Grant.objects.get() == proof
    assert Event.objects.filter(kind="rows.purged").count() == 1


def test_a_web_session_past_its_time_is_gone() -> None:
    key = web_session()
    Session.objects.filter(pk=key).update(expire_date=timezone.now() - timedelta(minutes=1))
    row = login(session_key=key)
    assert walk().counts == Counts(sessions=1)
    assert not is_left(row)


def test_a_login_of_which_nobody_knows_the_web_session_stays() -> None:
    row = login(session_key="")
    assert not purgeable_session(row, TERMS)
    assert walk() == Walked()


def test_an_ended_login_goes_after_its_time() -> None:
    reached, gone = login(ended_at=OLD), login(ended_at=OLD, session_key="g" * 32)
    lately = login(ended_at=YOUNG)
    assert walk().counts == Counts(sessions=2)
    assert (is_left(reached), is_left(gone), is_left(lately)) == (False, False, True)


def test_an_ended_login_whose_web_session_could_not_be_ended_stays() -> None:
    """Without the row nothing would say that it was ended."""
    row = login(ended_at=OLD, session_key=web_session())
    assert walk() == Walked()
    assert is_left(row)


def test_a_young_login_is_not_looked_at() -> None:
    row = login(started_at=YOUNG, session_key="g" * 32)
    assert walk() == Walked()
    assert is_left(row)


def test_nothing_goes_while_the_store_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    row = login(session_key="g" * 32)
    answers = iter([True, False])
    monkeypatch.setattr(sessions, "store_answers", lambda: next(answers))
    assert walk() == Walked()
    monkeypatch.setattr(sessions, "store_answers", lambda: False)
    assert walk() == Walked()
    assert is_left(row)


def test_the_walk_goes_on_past_those_that_stay() -> None:
    kept = [login(session_key=web_session()) for _ in range(3)]
    gone = login(started_at=OLD + timedelta(hours=1), session_key="g" * 32)
    place, steps = None, 0
    while True:
        walked = walk(most=2, after=place)
        place, steps = walked.after, steps + 1
        if place is None:
            break
    assert steps == 3, "two full parts and an empty one"
    assert [is_left(row) for row in (*kept, gone)] == [True, True, True, False]


def test_a_dry_run_counts_and_deletes_nothing() -> None:
    row = login(session_key="g" * 32)
    assert walk(dry_run=True).counts == Counts(sessions=1)
    assert is_left(row)
    assert not Event.objects.filter(kind="rows.purged").exists()
