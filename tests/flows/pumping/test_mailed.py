"""Marks of browsers, and domains that are known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from otpguard.core.pumping.email_first import SEEN_AFTER
from otpguard.flows.pumping.mailed import has_proven, is_seen, mark_of, note_proven
from otpguard.models import MailedBrowser
from tests import factories
from tests.models.rows import anonymous, mailed

pytestmark = pytest.mark.django_db

NUMBER = "+12015550123"


def test_the_newest_mark_of_a_browser_counts() -> None:
    now = timezone.now()
    mailed("a@example.com", opened_at=now - timedelta(hours=1))
    newest = mailed("b@example.com")
    assert mark_of(factories.facts(None, browser="b")) == newest
    assert mark_of(factories.facts(None, browser="")) is None


def test_a_domain_is_seen_a_week_after_a_number_was_proven_through_it() -> None:
    now = timezone.now()
    row = mailed("kim@acme.example")
    assert not is_seen("acme.example", now=now)
    MailedBrowser.objects.filter(pk=row.pk).update(proven_at=now)
    assert not is_seen("acme.example", now=now + SEEN_AFTER)
    assert is_seen("acme.example", now=now + SEEN_AFTER + timedelta(seconds=1))
    assert is_seen("gmail.com", now=now)


def test_a_proof_is_noted_at_the_browsers_own_mark_and_only_in_its_lane() -> None:
    mine, other = mailed(), mailed(browser="c")
    note_proven(anonymous(NUMBER, spend_lane="stranger"), now=timezone.now())
    mine.refresh_from_db()
    assert mine.proven_at is None
    note_proven(anonymous(NUMBER, spend_lane="mailed"), now=timezone.now())
    for row in (mine, other):
        row.refresh_from_db()
    assert mine.proven_at is not None
    assert other.proven_at is None


def test_a_browser_that_has_proven_a_number_is_known_in_its_tenant() -> None:
    anonymous(NUMBER, state="verified")
    assert has_proven(factories.facts(None, browser="b"))
    assert not has_proven(factories.facts(None, factories.tenant(), browser="b"))
    assert not has_proven(factories.facts(None, browser=""))
