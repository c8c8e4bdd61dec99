"""A code is checked once, for the tenant that asked; what is proven opens no session."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.reasons import AnswerReason
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.number.claim import find_claim
from otpguard.flows.verification.check import (
    Checked,
    cancel_verification,
    check_verification,
    find_verification,
)
from otpguard.flows.verification.start import start_verification
from otpguard.models import Grant, Tenant, Verification
from tests import factories
from tests.flows.setting import sent_code
from tests.flows.verification.asking import key_of, wanted
from tests.store_down import no_answer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def row() -> Verification:
    key = key_of(factories.tenant())[0]
    facts = factories.facts(None, key.tenant)
    return start_verification(facts=facts, key=key, wanted=wanted()).verification


def facts_in(tenant: Tenant) -> Any:
    return factories.facts(None, tenant, now=timezone.now())


def check(row: Verification, code: str) -> Checked:
    return check_verification(facts=facts_in(row.tenant), verification=row, code=code)


def code_of(row: Verification) -> str:
    assert row.challenge is not None
    return sent_code(row.challenge)


def test_the_right_code_counts_once_and_makes_no_grant(row: Verification) -> None:
    code = code_of(row)
    assert check(row, code) == Checked(verified=True)
    assert check(row, code) == Checked(verified=False, reason=AnswerReason.USED)
    assert not Grant.objects.exists()


def test_no_browser_has_what_was_proven(row: Verification) -> None:
    check(row, code_of(row))
    assert find_claim(facts=facts_in(row.tenant), checkpoint="signup") is None


def test_a_wrong_code_says_how_many_tries_are_left(row: Verification) -> None:
    code = code_of(row)
    wrong = check(row, "000000" if code != "000000" else "111111")
    assert (wrong.verified, wrong.reason, wrong.attempts_left) == (False, AnswerReason.WRONG, 4)


def test_tries_are_used_up(row: Verification) -> None:
    code = code_of(row)
    for _ in range(5):
        check(row, "000000" if code != "000000" else "111111")
    assert check(row, code).reason is AnswerReason.EXHAUSTED


def test_another_tenant_does_not_find_it(row: Verification) -> None:
    other = facts_in(factories.tenant())
    assert find_verification(facts=other, verification_id=row.pk) is None
    assert find_verification(facts=factories.facts(), verification_id=row.pk) is None
    assert find_verification(facts=facts_in(row.tenant), verification_id=row.pk) == row


def test_what_was_given_up_takes_no_code(row: Verification) -> None:
    code = code_of(row)
    assert cancel_verification(facts=facts_in(row.tenant), verification=row)
    assert check(row, code).reason is AnswerReason.CANCELED
    assert not cancel_verification(facts=facts_in(row.tenant), verification=row)


def test_without_a_store_nothing_is_verified(row: Verification) -> None:
    code, facts = code_of(row), facts_in(row.tenant)
    with no_answer(), pytest.raises(StoreUnavailable):
        check_verification(facts=facts, verification=row, code=code)
