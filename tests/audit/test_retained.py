"""From where on a log is kept, as its own events say."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError

from otpguard.audit.retained import is_purge_sealed, purged_of
from otpguard.models import SITE_EVENTS, Event
from tests.flows.audit.aging import aged, purge
from tests.flows.audit.logging import ONE, TWO, seal
from tests.store_down import no_answer

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_log_says_itself_from_where_on_it_is_kept() -> None:
    assert purged_of(ONE) is None
    assert is_purge_sealed(ONE)
    aged(ONE)
    purge(ONE)
    purged = purged_of(ONE)
    assert purged is not None
    assert purged.below == 5
    assert not is_purge_sealed(ONE)
    seal()
    assert is_purge_sealed(ONE)
    assert purged_of(TWO) is purged_of(SITE_EVENTS) is None


def test_a_purge_that_somebody_has_changed_counts_for_nothing() -> None:
    aged(ONE)
    purge(ONE)
    row = Event.objects.get(kind="retention.purged")
    Event.objects.filter(pk=row.pk).update(body=row.body.replace('"years":6', '"years":2'))
    assert purged_of(ONE) is None


def test_without_the_old_root_key_its_seal_tells(settings: Any) -> None:
    aged(ONE)
    purge(ONE)
    settings.SECRET_KEY = "another key of the same site, and of the same length"
    assert purged_of(ONE) is None
    seal()
    assert purged_of(ONE) is not None


def test_a_database_that_does_not_answer_is_an_error_and_no_whole_log() -> None:
    with no_answer(), pytest.raises(DatabaseError):
        purged_of(ONE)
