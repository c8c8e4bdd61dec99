"""Decisions go after 90 days at most, releases when they ended long ago."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import override_settings

from otpguard.flows.purge.pumping import (
    purge_answers,
    purge_decisions,
    purge_mailed,
    purge_raises,
    purge_releases,
    purgeable_answers,
    purgeable_decisions,
    purgeable_mailed,
    purgeable_raises,
    purgeable_releases,
)
from otpguard.flows.purge.terms import Counts, terms_of
from otpguard.models import (
    CapRaise,
    Event,
    MailedBrowser,
    NumberAnswer,
    NumberRelease,
    PumpingDecision,
)
from tests.flows.purge.rows import DAY, NOW, OLD, TERMS, YOUNG, key
from tests.models.rows import mailed, number_release, pumping_decision

pytestmark = pytest.mark.django_db(transaction=True)


def test_old_decisions_go_in_batches_and_young_ones_stay() -> None:
    for _ in range(3):
        pumping_decision(id=key(OLD), at=OLD)
    kept = pumping_decision(id=key(YOUNG), at=YOUNG)
    assert purgeable_decisions(TERMS).count() == 3
    gone = [purge_decisions(terms=TERMS, most=2, now=NOW) for _ in range(3)]
    assert gone == [Counts(decisions=2), Counts(decisions=1), Counts()]
    assert PumpingDecision.objects.get() == kept
    assert Event.objects.filter(kind="rows.purged").count() == 2


def test_they_are_kept_no_longer_than_90_days_whatever_else_is() -> None:
    with override_settings(OTPGUARD={"PURGE_AFTER_DAYS": 365}):
        assert terms_of(NOW).decisions == TERMS.rows
    with override_settings(OTPGUARD={"PURGE_AFTER_DAYS": 32}):
        assert terms_of(NOW).decisions == terms_of(NOW).rows


def test_a_release_goes_long_after_it_ended() -> None:
    number_release(at=OLD - DAY, until=OLD)
    kept = number_release(at=OLD, until=TERMS.rows + timedelta(hours=1))
    assert purgeable_releases(TERMS).count() == 1
    assert purge_releases(terms=TERMS, most=10, now=NOW) == Counts(releases=1)
    assert NumberRelease.objects.get() == kept


def test_an_old_link_by_email_goes() -> None:
    mailed(id=key(OLD))
    kept = mailed(id=key(YOUNG))
    assert purgeable_mailed(TERMS).count() == 1
    assert purge_mailed(terms=TERMS, most=10, now=NOW) == Counts(mailed=1)
    assert MailedBrowser.objects.get() == kept


def test_an_answer_about_a_number_goes_on_the_day_after_its_end() -> None:
    for index, until in enumerate((TERMS.spent - DAY, TERMS.spent + timedelta(hours=1))):
        NumberAnswer.objects.create(
            vendor="v", phone_index=f"{index:064x}", answer="x", until=until
        )
    assert purgeable_answers(TERMS).count() == 1
    gone = [purge_answers(terms=TERMS, most=10, now=NOW) for _ in range(2)]
    assert gone == [Counts(answers=1), Counts()]
    assert NumberAnswer.objects.get().until > TERMS.spent


def test_a_raised_limit_goes_long_after_it_expired_and_a_running_one_stays() -> None:
    for expires_at in (TERMS.rows - DAY, TERMS.rows + timedelta(hours=1), NOW + DAY):
        CapRaise.objects.create(
            row="ip_hour",
            limit=50,
            reason="a conference",
            created_at=expires_at - DAY,
            expires_at=expires_at,
        )
    assert purgeable_raises(TERMS).count() == 1
    gone = [purge_raises(terms=TERMS, most=10, now=NOW) for _ in range(2)]
    assert gone == [Counts(raises=1), Counts()]
    assert set(CapRaise.objects.values_list("expires_at", flat=True)) == {
        TERMS.rows + timedelta(hours=1),
        NOW + DAY,
    }
