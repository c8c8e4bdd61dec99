"""Binding on a page: which checkpoint guards it. The pages themselves are tested where they are."""

from __future__ import annotations

import pytest

from otpguard.core.assurance import FactorKind
from otpguard.factors.enrolled import value_of
from otpguard.web.binding import guard_of, guard_to_change
from tests import factories
from tests.authenticator import Authenticator

pytestmark = pytest.mark.django_db


def test_who_has_a_passkey_shows_it_before_another_joins_or_it_goes() -> None:
    """NIST SP 800-63B-4, 4.1.2."""
    user = factories.user()
    phone = factories.phone_factor(user)
    facts = factories.facts(user)
    assert guard_of(facts, FactorKind.PASSKEY) == "factor_change"
    passkey = factories.passkey_factor(user, Authenticator(origin="https://acme.example"))
    assert guard_of(facts, FactorKind.PASSKEY) == "factor_change.strong"
    assert guard_of(facts, FactorKind.PHONE) == "factor_change"
    assert guard_to_change(facts, value_of(passkey)) == "factor_change.strong"
    assert guard_to_change(facts, value_of(phone)) == "factor_change"


def test_the_first_of_all_is_guarded_as_an_ordinary_one() -> None:
    assert guard_of(factories.facts(factories.user()), None) == "factor_change"
