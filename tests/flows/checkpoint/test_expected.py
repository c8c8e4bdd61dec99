"""A person who passed the last time is expected to pass again."""

from __future__ import annotations

from django.utils import timezone

from otpguard.conf import checkpoint
from otpguard.core.facts import RequestFacts
from otpguard.flows.checkpoint import expected
from otpguard.flows.checkpoint.expected import Expected

BILLING, KEYS = checkpoint("billing_change"), checkpoint("api_key")


def facts(**known: str) -> RequestFacts:
    return RequestFacts(now=timezone.now(), **{"sid": "s", "tenant": "t", **known})


def test_nobody_is_expected_to_pass_until_they_have() -> None:
    known = Expected()
    assert not known.passes(facts(), BILLING)
    known.remember_outcome(facts(), BILLING, passes=True)
    assert known.passes(facts(), BILLING)
    known.remember_outcome(facts(), BILLING, passes=False)
    assert not known.passes(facts(), BILLING)


def test_a_pass_says_nothing_of_another_login_tenant_or_checkpoint() -> None:
    known = Expected()
    known.remember_outcome(facts(), BILLING, passes=True)
    assert not known.passes(facts(sid="other"), BILLING)
    assert not known.passes(facts(tenant="other"), BILLING)
    assert not known.passes(facts(), KEYS)


def test_only_so_many_are_kept() -> None:
    known = Expected()
    for number in range(expected.MOST + 1):
        known.remember_outcome(facts(sid=str(number)), BILLING, passes=True)
    assert not known.passes(facts(sid="0"), BILLING)
    assert known.passes(facts(sid=str(expected.MOST)), BILLING)
