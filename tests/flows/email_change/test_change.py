"""A changed e-mail address: the old mailbox is told, links end, and without a factor one waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.exceptions import InvalidInput, NotAllowed, StoreUnavailable
from otpguard.flows.email_change.change import change_email, has_own_factor
from otpguard.flows.sweep import purge_old_rows
from otpguard.models import EmailChange, Event, Factor, Hold, Notice, ResetLink
from otpguard.models.password_reset import UNDO_LIFE
from otpguard.signals import account_email_changed
from tests import factories
from tests.flows.password_reset.resets import opened
from tests.store_down import store_down

pytestmark = pytest.mark.django_db(transaction=True)

NEW = "new@example.com"


def change(user: Any, email: str = NEW) -> None:
    change_email(facts=replace(factories.facts(user), host="testserver"), email=email)


def test_the_old_mailbox_gets_the_link_and_the_new_one_does_not() -> None:
    user = factories.user()
    old = user.email
    factories.phone_factor(user)
    heard: list[object] = []

    def listen(**said: Any) -> None:
        heard.append(said["user_id"])

    account_email_changed.connect(listen)
    try:
        change(user)
    finally:
        account_email_changed.disconnect(listen)
    user.refresh_from_db()
    assert user.email == NEW
    told = {
        row.destination.reveal(): "undo-email" in row.context.reveal()
        for row in Notice.objects.filter(kind="account_email_changed")
    }
    assert told == {old: True, NEW: False}
    assert heard == [user.pk]
    body = str(Event.objects.get(kind="email.account_changed").body)
    assert old not in body
    assert NEW not in body


def test_links_to_reset_the_password_end() -> None:
    user = factories.user()
    opened(user)
    change(user)
    assert ResetLink.objects.get().ended_at is not None


def test_what_is_sensitive_waits_without_a_factor_and_not_with_one() -> None:
    bare, armed = factories.user(), factories.user()
    factories.phone_factor(armed)
    tenant = factories.tenant()
    for each in (bare, armed):
        factories.member(tenant, each)
    change(armed, "armed@example.com")
    assert not Hold.objects.exists()
    change(bare)
    assert Hold.objects.get().user_id == bare.pk


def test_a_switched_off_factor_is_still_one() -> None:
    user = factories.user()
    assert not has_own_factor(user.pk)
    Factor.objects.filter(pk=factories.phone_factor(user).pk).update(disabled_at=timezone.now())
    assert has_own_factor(user.pk)


@pytest.mark.parametrize("email", ["nothing", "a@b@c", ""])
def test_what_is_no_e_mail_address_is_refused(email: str) -> None:
    with pytest.raises(InvalidInput):
        change(factories.user(), email)
    assert not EmailChange.objects.exists()


def test_the_same_one_again_and_nobody_at_all_are_refused() -> None:
    user = factories.user()
    with pytest.raises(InvalidInput):
        change(user, user.email)
    with pytest.raises(NotAllowed):
        change(None)


def test_rows_go_when_nothing_can_be_undone_any_more() -> None:
    change(factories.user())
    now = timezone.now()
    purge_old_rows(now=now)
    assert EmailChange.objects.exists()
    purge_old_rows(now=now + UNDO_LIFE + timedelta(seconds=1))
    assert not EmailChange.objects.exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="ends the server")
def test_with_the_store_down_nothing_changes() -> None:
    user = factories.user()
    with store_down(), pytest.raises(StoreUnavailable):
        change(user)
    with store_down(), pytest.raises(StoreUnavailable):
        has_own_factor(user.pk)
    user.refresh_from_db()
    assert user.email != NEW
