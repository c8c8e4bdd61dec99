"""Uses past their windows, notices and old proofs go; what still counts stays."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from otpguard.flows.purge.leftovers import (
    purge_grants,
    purge_notices,
    purge_places,
    purge_spent,
    purge_usage,
    purgeable_grants,
    purgeable_notices,
    purgeable_places,
    purgeable_spent,
    purgeable_usage,
)
from otpguard.flows.purge.terms import Counts
from otpguard.models import Event, Grant, LoginPlace, Notice, SpentToken, Usage
from tests import factories
from tests.flows.purge.rows import NOW, OLD, TERMS, YOUNG, key, used

pytestmark = pytest.mark.django_db(transaction=True)


def notice(state: str, *, created_at: datetime = OLD) -> Notice:
    return Notice.objects.create(
        id=key(created_at),
        kind="recovery_issued",
        channel="email",
        destination="a@example.com",
        state=state,
        created_at=created_at,
    )


def test_a_use_goes_when_no_window_reaches_it() -> None:
    used(at=TERMS.usage - timedelta(seconds=1))
    kept = used(at=TERMS.usage)
    assert purgeable_usage(TERMS).count() == 1
    assert purge_usage(terms=TERMS, most=10, now=NOW) == Counts(usage=1)
    assert Usage.objects.get() == kept
    assert purge_usage(terms=TERMS, most=10, now=NOW) == Counts()
    assert Event.objects.filter(kind="rows.purged").count() == 1


def test_many_uses_go_in_batches() -> None:
    for _ in range(5):
        used(at=OLD)
    assert [purge_usage(terms=TERMS, most=2, now=NOW).usage for _ in range(4)] == [2, 2, 1, 0]


@pytest.mark.parametrize(
    ("state", "goes"), [("sent", 1), ("failed", 1), ("queued", 0), ("sending", 0)]
)
def test_a_notice_goes_once_it_was_sent_or_given_up(state: str, goes: int) -> None:
    notice(state)
    notice("sent", created_at=YOUNG)
    assert purgeable_notices(TERMS).count() == goes
    assert purge_notices(terms=TERMS, most=10, now=NOW) == Counts(notices=goes)
    assert Notice.objects.count() == 2 - goes


def test_a_proof_goes_when_it_is_too_old_to_serve() -> None:
    person = factories.user()
    factories.grant(person, id=key(OLD), verified_at=OLD)
    factories.grant(person, id=key(OLD), verified_at=OLD, revoked_at=OLD)
    young = factories.grant(person, verified_at=YOUNG)
    assert purgeable_grants(TERMS).count() == 2
    assert purge_grants(terms=TERMS, most=10, now=NOW) == Counts(grants=2)
    assert Grant.objects.get() == young


def test_a_spent_token_goes_once_it_would_be_refused_for_its_age() -> None:
    SpentToken.objects.create(digest="a" * 64, expires_at=TERMS.spent - timedelta(seconds=1))
    kept = SpentToken.objects.create(digest="b" * 64, expires_at=TERMS.spent)
    assert purgeable_spent(TERMS).count() == 1
    assert purge_spent(terms=TERMS, most=10, now=NOW) == Counts(spent=1)
    assert SpentToken.objects.get() == kept
    assert purge_spent(terms=TERMS, most=10, now=NOW) == Counts()


def test_a_place_goes_when_nobody_has_logged_in_from_it_for_long() -> None:
    user = factories.user()
    before = TERMS.places - timedelta(seconds=1)
    LoginPlace.objects.create(user=user, country="US", last_seen_at=before)
    kept = LoginPlace.objects.create(user=user, country="DE", last_seen_at=TERMS.places)
    assert purgeable_places(TERMS).count() == 1
    assert purge_places(terms=TERMS, most=10, now=NOW) == Counts(places=1)
    assert LoginPlace.objects.get() == kept
