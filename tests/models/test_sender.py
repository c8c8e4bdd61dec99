"""Rows of senders: one for the site and for each tenant, one for each campaign."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from otpguard.models import TenDlcRegistration
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_site_and_each_tenant_have_one_whatsapp_sender_at_a_provider() -> None:
    for tenant in (None, factories.tenant()):
        factories.whatsapp_sender(tenant)
        with pytest.raises(IntegrityError), transaction.atomic():
            factories.whatsapp_sender(tenant)


def test_a_campaign_is_recorded_once_at_a_provider() -> None:
    campaign = {"provider": "a", "brand": "Acme", "campaign": "C1"}
    row = TenDlcRegistration.objects.create(**campaign)
    assert (row.status, row.per_second, str(row)) == ("draft", 1, "Acme at a")
    with pytest.raises(IntegrityError), transaction.atomic():
        TenDlcRegistration.objects.create(**campaign)
