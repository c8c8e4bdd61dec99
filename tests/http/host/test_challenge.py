"""A host's own code has a number proven by a call of the same shape."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import RequestFactory

import otpguard
from otpguard.exceptions import InvalidInput, StartRefused
from otpguard.models import Challenge, Grant, Tenant
from tests import factories
from tests.flows.setting import sent_code

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "+12015550123"


def test_a_number_is_proven_once() -> None:
    tenant = factories.tenant()
    started = otpguard.challenge(to=NUMBER, tenant=tenant.pk, action="payout")
    assert started.verification.challenge is not None
    code = sent_code(started.verification.challenge)
    assert otpguard.check_challenge(started.verification.pk, code, tenant=tenant.pk).verified
    assert not otpguard.check_challenge(started.verification.pk, code, tenant=tenant.pk).verified
    assert not Grant.objects.exists()


def test_the_client_ip_of_a_request_counts() -> None:
    request = RequestFactory().post("/", REMOTE_ADDR="203.0.113.40")
    otpguard.challenge(request, to=NUMBER, tenant=factories.tenant().pk)
    assert Challenge.objects.get().origin["client_ip"] == "203.0.113.40"


def test_another_tenant_checks_nothing() -> None:
    started = otpguard.challenge(to=NUMBER, tenant=factories.tenant().pk)
    for tenant, identity in (
        (factories.tenant().pk, started.verification.pk),
        (started.verification.tenant_id, uuid4()),
    ):
        with pytest.raises(InvalidInput):
            otpguard.check_challenge(identity, "123456", tenant=tenant)


def test_a_wrong_argument_is_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        otpguard.challenge(to="12", tenant=factories.tenant().pk)
    assert caught.value.field == "to"


def test_a_suspended_tenant_gets_no_code() -> None:
    tenant = factories.tenant()
    Tenant.objects.update(status="suspended")
    with pytest.raises(StartRefused):
        otpguard.challenge(to=NUMBER, tenant=tenant.pk)
