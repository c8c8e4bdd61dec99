"""Legal holds on people: placed once, lifted once, by the site alone."""

from __future__ import annotations

import pytest

from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.privacy.legal_hold import lift_legal_hold, place_legal_hold
from otpguard.models import Event, LegalHold
from tests import factories

pytestmark = pytest.mark.django_db


def place(reason: str = "case 7") -> LegalHold:
    return place_legal_hold(facts=factories.facts(), user_id="7", reason=reason)


def test_it_is_placed_once_and_leaves_an_event() -> None:
    assert place() == place("case 8")
    assert Event.objects.get(kind="legal_hold.placed").subject_ref == "7"


def test_it_is_lifted_once_and_leaves_an_event() -> None:
    hold = place()
    assert lift_legal_hold(facts=factories.facts(), hold=hold, reason="over")
    assert not lift_legal_hold(facts=factories.facts(), hold=hold, reason="over")
    assert Event.objects.filter(kind="legal_hold.lifted").count() == 1
    assert place("case 8") != hold


def test_it_needs_a_person() -> None:
    with pytest.raises(InvalidInput):
        place_legal_hold(facts=factories.facts(), user_id="", reason="x")


def test_no_tenant_places_or_lifts_one() -> None:
    member = factories.member(factories.tenant())
    facts = factories.facts(member.user, member.tenant)
    with pytest.raises(NotAllowed):
        place_legal_hold(facts=facts, user_id="7", reason="x")
    with pytest.raises(NotAllowed):
        lift_legal_hold(facts=facts, hold=place(), reason="x")
    assert LegalHold.objects.filter(lifted_at=None).count() == 1
