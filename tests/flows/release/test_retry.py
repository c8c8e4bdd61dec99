"""What went wrong is tried again by one worker alone, or has failed."""

from __future__ import annotations

import pytest
from django.utils import timezone

from otpguard.core.release.terms import ReleaseFailure
from otpguard.flows.release.retry import fail_waiting, went_wrong
from otpguard.models import Event, Release
from tests.releasing import asked_by, made

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("jobs")]


def test_a_try_that_no_longer_counts_changes_nothing() -> None:
    _, release = asked_by()
    made(release)
    Release.objects.update(state="running", tries=2)
    release.tries, release.file = 1, "otpguard/of-the-first-try"
    went_wrong(release, ReleaseFailure.STORAGE, now=timezone.now(), final=True)
    release.refresh_from_db()
    assert (release.state, release.tries) == ("running", 2)
    assert not Event.objects.filter(kind="release.failed").exists()


def test_one_that_waits_can_be_given_up_once() -> None:
    _, release = asked_by()
    for _ in range(2):
        fail_waiting(release, now=timezone.now())
    assert Event.objects.filter(kind="release.failed").count() == 1
