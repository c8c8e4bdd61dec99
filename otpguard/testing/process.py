"""Forget what this process remembers, between two tests."""

from __future__ import annotations

from otpguard.audit.subjects import forget_subjects
from otpguard.channels import prices
from otpguard.channels.breaker import successes
from otpguard.channels.providers.memory import SENT
from otpguard.flows import todo
from otpguard.flows.challenge.closed import lately as answers
from otpguard.flows.challenge.start import lately as starts
from otpguard.flows.checkpoint.kept_form import lately as kept
from otpguard.flows.checkpoint.refusals import lately as refusals
from otpguard.flows.delivery.receipts import lately as receipts
from otpguard.flows.pumping import known_prefixes
from otpguard.flows.tenant.enrollment import lately as overdue
from otpguard.grants.emergency import forget_shown
from otpguard.limits.money import forget_histories
from otpguard.tenants import policies, rules


def forget_recent() -> None:
    """Forget policies, what was written lately and sent; call it between tests.

    A test that is rolled back takes policy versions along, which no process expects elsewhere.
    """
    policies.forget()
    rules.forget()
    prices.forget()
    known_prefixes.forget()
    todo.forget()
    forget_subjects()
    forget_histories()
    forget_shown()
    for lately in (refusals, answers, starts, kept, overdue, receipts):
        lately.clear()
    successes.clear()
    SENT.clear()
