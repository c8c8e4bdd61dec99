"""Filters by the words of vendors."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from otpguard.models import Receipt

pytestmark = pytest.mark.django_db
RECEIPTS = "admin:otpguard_receipt_changelist"


@pytest.fixture
def receipts() -> list[Receipt]:
    """One in a state of ours, one with a word that no table knows."""
    return [
        Receipt.objects.create(provider="acme", digest=state, state=state)
        for state in ("failed", "pondering")
    ]


@pytest.mark.usefixtures("receipts")
def test_states_are_listed_and_shown_in_words(site: Client) -> None:
    page = site.get(reverse(RECEIPTS)).content.decode()
    assert '<option value="failed">failed</option>' in page
    assert '<option value="pondering">pondering</option>' in page
    with override("de"):
        page = site.get(reverse(RECEIPTS)).content.decode()
    assert '<option value="failed">fehlgeschlagen</option>' in page
    assert 'class="otpguard-state bad">fehlgeschlagen<' in page


def test_a_word_filters_its_rows(site: Client, receipts: list[Receipt]) -> None:
    rows = site.get(reverse(RECEIPTS), {"state": "pondering"}).context["cl"].result_list
    assert list(rows) == receipts[1:]


def test_the_word_in_the_address_is_listed_even_if_no_row_has_it(site: Client) -> None:
    page = site.get(reverse(RECEIPTS), {"state": "delivered"}).content.decode()
    assert '<option value="delivered" selected>delivered</option>' in page
