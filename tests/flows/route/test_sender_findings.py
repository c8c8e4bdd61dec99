"""What the doctor reads of senders and brands."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from otpguard.flows.route.sender_findings import brand_costs, longest_text, sender_statuses
from otpguard.models import Delivery
from tests import factories
from tests.channels.vendors import provider
from tests.models.rows import challenge, delivery

pytestmark = pytest.mark.django_db

PRICE = {"PROVIDER": "texts", "CHANNEL": "sms", "COUNTRY": "US", "PER_TRY": 7_900}


@pytest.fixture(autouse=True)
def _vendors(settings: Any) -> None:
    vendors = {"texts": provider(channels=["sms"]), "w": provider(channels=["whatsapp"])}
    settings.OTPGUARD = {"PROVIDERS": vendors, "PRICES": [PRICE], "BRAND": "Żabka"}


def test_a_sender_is_read_as_it_is_recorded() -> None:
    factories.whatsapp_sender(factories.tenant(name="Wonka"), approval="paused")
    [found] = sender_statuses()
    assert found.name == "Acme (w) of Wonka"
    assert (found.approval, found.carries_codes, found.read) == ("paused", False, False)


def test_a_brand_outside_the_alphabet_is_priced_by_the_price_rows() -> None:
    [found] = brand_costs(timezone.now())
    assert (found.brand, found.owner, found.provider) == ("Żabka", "the site", "texts")
    assert found.segments >= 2
    assert (found.country, found.price, found.messages) == ("US", 7_900, 0)


def test_messages_are_counted_for_the_brand_that_they_carried(settings: Any) -> None:
    own, plain = factories.tenant("own", brand="Ślimak"), factories.tenant("plain")
    for tenant in (own, plain, plain):
        row = delivery(challenge(factories.phone_factor(factories.user())), tenant=tenant)
        Delivery.objects.filter(pk=row.pk).update(
            provider="texts", channel="sms", sent_at=timezone.now()
        )
    counts = {found.owner: found.messages for found in brand_costs(timezone.now())}
    assert counts == {"the site": 2, "own": 1}


def test_a_brand_that_fits_or_words_that_are_the_vendors_cost_nothing_more(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "BRAND": "Acme"}
    assert longest_text("Acme") == 1
    assert list(brand_costs(timezone.now())) == []
    chats = {"w": provider(channels=["whatsapp"])}
    settings.OTPGUARD = {"PROVIDERS": chats, "BRAND": "Żabka"}
    assert list(brand_costs(timezone.now())) == []


def test_a_brand_that_is_too_long_takes_two_parts_beside_the_sites_own_host(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "WEBHOOK_BASE_URL": "https://app.acme.example"}
    assert longest_text("B" * 20) == 1
    assert longest_text("B" * 60) == 2
