"""The host's call after a billing change."""

from __future__ import annotations

import pytest

import otpguard
from otpguard.models import BillingChange
from tests.host import Host
from tests.http.asking import request_of

pytestmark = pytest.mark.django_db


def test_a_change_in_a_view_is_noted_in_the_tenant_of_the_request(host: Host) -> None:
    asked = request_of(host, "post", "/billing/")
    otpguard.billing_changed(asked, field="plan", old="", new="enterprise yearly")
    row = BillingChange.objects.get()
    assert (row.tenant, row.by, row.before, row.after) == (
        host.tenant,
        host.user,
        "",
        "•••• arly",
    )
