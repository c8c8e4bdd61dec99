"""What is not one's own looks like nothing."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from otpguard.exceptions import NotAllowed
from otpguard.flows.factor.own_factor import own_factor
from otpguard.flows.factor.recovery_codes import make_recovery_codes
from otpguard.flows.factor.remove import remove_own_factor
from otpguard.flows.factor.rename import rename_factor
from otpguard.models import FactorBlock
from tests import factories
from tests.flows.setting import Stopped, stopped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def who() -> Stopped:
    return stopped()


@pytest.mark.parametrize("whose", ["another person's", "nobody's", "the tenant's", "unconfirmed"])
def test_what_is_not_ones_own_looks_like_nothing(who: Stopped, whose: str) -> None:
    other = {
        "another person's": lambda: factories.phone_factor(factories.user()).pk,
        "nobody's": uuid4,
        "the tenant's": lambda: factories.totp_factor(who.member.user, tenant=who.member.tenant).pk,
        "unconfirmed": lambda: factories.phone_factor(who.member.user, confirmed=False).pk,
    }[whose]()
    for act in (
        lambda: own_factor(who.facts, other),
        lambda: rename_factor(facts=who.facts, factor_id=other, name="Mine"),
        lambda: remove_own_factor(facts=who.facts, factor_id=other),
    ):
        with pytest.raises(NotAllowed, match="does not exist"):
            act()


def test_what_a_tenants_word_let_in_changes_nothing_that_serves_elsewhere(who: Stopped) -> None:
    """A1: after a block in this tenant its own factor proves things here, and here only."""
    FactorBlock.objects.create(tenant=who.member.tenant, factor=who.factor, reason="reset")
    factories.phone_factor(who.member.user, tenant=who.member.tenant)
    for change in (
        lambda: remove_own_factor(facts=who.facts, factor_id=who.factor.pk),
        lambda: rename_factor(facts=who.facts, factor_id=who.factor.pk, name="x"),
        lambda: make_recovery_codes(facts=who.facts),
    ):
        with pytest.raises(NotAllowed, match="does not accept"):
            change()
    elsewhere = replace(who.facts, tenant=str(factories.tenant().pk))
    assert len(make_recovery_codes(facts=elsewhere)) == 10
