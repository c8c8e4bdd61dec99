"""Binding on a page: who has nothing binds at once, who has something proves it first."""

from __future__ import annotations

import pytest

from otpguard.core import shipped_kinds
from otpguard.factors.enrolled import value_of
from otpguard.models import Challenge, Factor
from otpguard.web.binding import guard_of, guard_to_change, offered
from tests import factories
from tests.authenticator import Authenticator
from tests.host import Host

pytestmark = pytest.mark.django_db


def test_recovery_codes_are_not_offered_as_something_to_set_up() -> None:
    assert [kind.slug for kind in offered()] == ["phone", "passkey", "totp"]


def test_the_guard_follows_what_is_enrolled(host: Host) -> None:
    facts = factories.facts(host.user, host.tenant)
    assert guard_of(facts, shipped_kinds.PASSKEY) == "factor_change"
    factories.passkey_factor(host.user, Authenticator(origin="http://testserver"))
    assert guard_of(facts, shipped_kinds.PASSKEY) == "factor_change.strong"
    assert guard_of(facts, shipped_kinds.PHONE) == "factor_change"


def test_what_goes_is_guarded_as_what_joins(host: Host) -> None:
    facts = factories.facts(host.user, host.tenant)
    key = factories.passkey_factor(host.user, Authenticator(origin="http://testserver"))
    assert guard_to_change(facts, value_of(key)) == "factor_change.strong"
    assert guard_to_change(facts, value_of(host.factor)) == "factor_change"


def enrollment_page(host: Host) -> str:
    page = host.client.get("/billing/")
    return str(host.client.get(page["Location"])["Location"])


def test_a_mistake_costs_no_proof_and_keeps_what_was_typed(host: Host) -> None:
    Factor.objects.all().delete()
    url = enrollment_page(host)
    answer = host.client.post(f"{url}totp/", {"name": "x" * 65})
    assert answer.status_code == 400
    assert "x" * 65 in answer.content.decode()
    assert not Challenge.objects.exists()


def test_what_cannot_be_bound_says_why(host: Host) -> None:
    Factor.objects.all().delete()
    url = enrollment_page(host)
    for _ in range(20):
        host.client.post(f"{url}totp/", {"name": "App"})
    answer = host.client.post(f"{url}totp/", {"name": "App"})
    assert answer.status_code == 429
    assert answer.context["form"].non_field_errors()
