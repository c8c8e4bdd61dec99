"""The form of a raised limit tells what the flow would refuse, at its field."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.pumping.velocity import RowName
from otpguard.forms.pumping.cap_raise import CapRaiseForm, rows
from tests import factories

pytestmark = pytest.mark.django_db


def form(**changed: Any) -> CapRaiseForm:
    filled = {
        "row": "ip_hour",
        "limit": "50",
        "key": "",
        "tenant": "",
        "reason": "a conference",
        "expires_at": f"{timezone.now() + timedelta(days=2):%Y-%m-%dT%H:%M}",
    }
    facts = factories.facts(factories.staff(), None)
    return CapRaiseForm({**filled, **changed}, facts=facts)


def test_its_terms_are_what_the_flow_takes() -> None:
    tenant = factories.tenant("acme")
    filled = form(tenant="acme", key="203.0.113.7")
    assert filled.is_valid(), filled.errors
    terms = filled.terms
    assert (terms.row, terms.limit, terms.key, terms.tenant) == (
        *(RowName.IP_HOUR, 50, "203.0.113.7", tenant),
    )


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"row": "challenge_sends"}, "row"),
        ({"limit": "10"}, "limit"),
        ({"limit": "0"}, "limit"),
        ({"key": "x"}, "key"),
        ({"tenant": "nobody"}, "tenant"),
        ({"expires_at": "2020-01-01T00:00"}, "expires_at"),
        ({"reason": ""}, "reason"),
    ],
)
def test_a_mistake_is_shown_at_its_field(changed: dict[str, str], field: str) -> None:
    assert list(form(**changed).errors) == [field]


def test_somebody_within_a_tenant_is_told_that_only_the_site_may() -> None:
    facts = factories.facts(factories.staff(), factories.tenant())
    filled = CapRaiseForm(form().data, facts=facts)
    assert list(filled.errors) == ["__all__"]


def test_every_row_that_a_limiter_counts_can_be_chosen() -> None:
    assert {name for name, _ in rows()} == {*RowName} - {RowName.CHALLENGE_SENDS}
