"""People rename what is their own."""

from __future__ import annotations

import pytest

from otpguard.exceptions import InvalidInput
from otpguard.flows.factor.rename import rename_factor
from otpguard.models import Event
from tests.flows.setting import Stopped, stopped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def who() -> Stopped:
    return stopped()


def test_a_factor_gets_another_name(who: Stopped) -> None:
    assert (
        rename_factor(facts=who.facts, factor_id=who.factor.pk, name=" My\u202e phone ")
        == "My phone"
    )
    who.factor.refresh_from_db()
    assert who.factor.name == "My phone"
    assert Event.objects.filter(kind="factor.renamed").count() == 1


def test_a_name_of_nothing_is_no_name(who: Stopped) -> None:
    with pytest.raises(InvalidInput, match="Enter a name"):
        rename_factor(facts=who.facts, factor_id=who.factor.pk, name=" \u202e ")
