"""What the page of a code is given: its URLs, and notes about what went wrong."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.utils import timezone

from otpguard.core.reasons import AnswerReason, StartReason
from otpguard.exceptions import StartRefused
from otpguard.flows.challenge.answer import Rejected
from otpguard.web.stepup.code_page import (
    STUCK_AFTER,
    notes_of_rejected,
    notes_of_resend,
    urls_of,
)
from tests.visiting import begin, page_of, visitor

KEY = UUID("00000000-0000-4000-8000-000000000001")


def test_somebody_who_is_logged_in_has_all_buttons() -> None:
    urls = urls_of(KEY)
    base = f"/security/challenge/{KEY}/"
    assert (urls.code, urls.again, urls.cancel) == (base, f"{base}again/", f"{base}cancel/")
    assert (urls.proceed, urls.repudiate) == (f"{base}continue/", f"{base}repudiate/")


@pytest.mark.parametrize(("wait", "status"), [(0, 400), (30, 429)])
def test_a_wrong_answer_is_400_and_one_that_must_wait_429(wait: int, status: int) -> None:
    answered = Rejected(reason=AnswerReason.WRONG, attempts_left=2, retry_after=wait)
    notes = notes_of_rejected(answered, now=timezone.now())
    assert (notes.error, notes.status) == ("That code is not right. 2 tries left.", status)
    assert (notes.wait.seconds if notes.wait else 0) == wait


@pytest.mark.parametrize(
    ("reason", "for_all"), [(StartReason.TOO_EARLY, False), (StartReason.CAP_SITE, True)]
)
def test_another_way_need_not_wait_where_only_the_same_one_must(
    reason: StartReason, for_all: bool
) -> None:
    notes = notes_of_resend(StartRefused(reason, retry_after=7), now=timezone.now())
    assert notes.again_wait is not None
    assert (notes.again_wait.for_all, notes.again_wait.seconds) == (for_all, 7)
    assert notes.again_error
    assert notes.status == 429


@pytest.mark.django_db
def test_a_visitor_whose_code_does_not_leave_is_offered_another_number(settings: object) -> None:
    settings.ROOT_URLCONF = "tests.guarded"
    client = visitor()
    challenge = begin(client)
    challenge.deliveries.update(state="queued")
    challenge.last_sent_at -= timezone.timedelta(seconds=STUCK_AFTER)
    challenge.save()
    page = client.get(page_of(challenge))
    assert page.context["stuck"]
    assert "/security/number/" in page.context["other_ways_url"]
