"""A visitor's number must be of a country that the site or the organization sends to."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.core.reasons import StartReason
from otpguard.exceptions import StartRefused
from otpguard.models import Challenge, Tenant, Usage
from tests import factories
from tests.flows.number.visitor import visitor

pytestmark = pytest.mark.django_db(transaction=True)

GERMAN, JAMAICAN = "+4915112345678", "+18765550123"


def refused(number: str, tenant: Tenant | None = None) -> None:
    with pytest.raises(StartRefused) as caught:
        visitor(tenant=tenant).start(number)
    assert caught.value.reason is StartReason.ANOTHER_WAY
    assert not Challenge.objects.exists()
    assert not Usage.objects.exists()


def test_a_number_of_the_footprint_gets_its_code(settings: Any) -> None:
    visitor().start("+12015550123")
    visitor(tenant=factories.tenant(region="DE")).start(GERMAN)
    settings.OTPGUARD = {**settings.OTPGUARD, "FOOTPRINT": ["JM"]}
    visitor().start(JAMAICAN)


@pytest.mark.parametrize("number", [GERMAN, JAMAICAN, "+77012345678"])
def test_a_number_of_another_country_gets_none_and_is_charged_nothing(number: str) -> None:
    refused(number)


def test_a_policy_narrows_the_footprint_and_never_widens_it(settings: Any) -> None:
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "POLICY_DEFAULTS": {"signup": {"allowed_countries": ["DE", "JM"]}},
    }
    german = factories.tenant(region="DE")
    visitor(tenant=german).start(GERMAN)
    Challenge.objects.all().delete()
    Usage.objects.all().delete()
    refused("+12015550123", german)
    refused(JAMAICAN, german)
