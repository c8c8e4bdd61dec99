"""The old mailbox undoes a change, once, and everybody is logged out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from otpguard import vault
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.email_change.change import change_email
from otpguard.flows.email_change.undo import undo_email_change, undoable
from otpguard.models import EmailChange, Event, Grant, Hold, LoginSession
from otpguard.models.password_reset import UNDO_LIFE
from otpguard.testing.racing import race
from tests import factories
from tests.store_down import store_down

pytestmark = pytest.mark.django_db(transaction=True)


def changed(user: Any, email: str) -> str:
    """Change it; the token that the mailbox before got."""
    change_email(facts=replace(factories.facts(user), host="testserver"), email=email)
    row = EmailChange.objects.order_by("-changed_at").first()
    assert row is not None
    return vault.encrypt_token(vault.EMAIL_UNDO, str(row.pk))


def undo(token: str) -> bool:
    return undo_email_change(facts=factories.facts(), token=token)


def test_the_old_e_mail_address_comes_back_and_everything_ends() -> None:
    user = factories.user()
    old = user.email
    factories.phone_factor(user)
    tenant = factories.tenant()
    factories.member(tenant, user)
    token = changed(user, "thief@example.com")
    session = factories.session(user)
    factories.grant(user, tenant, sid=session.sid)
    assert undoable(token=token, now=timezone.now())
    user.refresh_from_db()
    assert user.email == "thief@example.com", "looking changes nothing"
    assert undo(token)
    user.refresh_from_db()
    assert user.email == old
    assert not LoginSession.objects.filter(ended_at=None).exists()
    assert not Grant.objects.filter(revoked_at=None).exists()
    assert Hold.objects.get().user_id == user.pk
    said = Event.objects.get(kind="email.account_restored")
    assert (said.subject_ref, said.actor_ref) == (str(user.pk), "")
    assert not undo(token)


def test_the_older_mailbox_outranks_the_newer() -> None:
    user = factories.user()
    old = user.email
    first = changed(user, "thief@example.com")
    second = changed(user, "thief2@example.com")
    assert undo(first)
    assert not undo(second), "the thief's own mailbox undoes nothing after that"
    user.refresh_from_db()
    assert user.email == old


def test_others_keep_theirs() -> None:
    mine, other = factories.user(), factories.user()
    token = changed(mine, "a@example.com")
    changed(other, "b@example.com")
    undo(token)
    other.refresh_from_db()
    assert other.email == "b@example.com"
    assert EmailChange.objects.get(user=other).undone_at is None


def test_a_link_that_is_too_old_or_made_up_undoes_nothing() -> None:
    user = factories.user()
    token = changed(user, "a@example.com")
    EmailChange.objects.update(changed_at=timezone.now() - UNDO_LIFE - timedelta(seconds=1))
    for each in (token, "made up", vault.encrypt_token(vault.RESET_LINK, str(user.pk))):
        assert not undoable(token=each, now=timezone.now())
        assert not undo(each)


def test_of_many_at_once_one_undoes_it() -> None:
    token = changed(factories.user(), "a@example.com")
    assert sum(race(lambda: undo(token), threads=4)) == 1
    assert Event.objects.filter(kind="email.account_restored").count() == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="ends the server")
def test_with_the_store_down_nothing_is_undone() -> None:
    token = changed(factories.user(), "a@example.com")
    with store_down(), pytest.raises(StoreUnavailable):
        undo(token)
    with store_down(), pytest.raises(StoreUnavailable):
        undoable(token=token, now=timezone.now())
