"""Which browser asks, and the lane it counts in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from otpguard.core.limits import Lane
from otpguard.factors.devices import digests, is_known, lane_of
from otpguard.models import KnownDevice
from tests import factories
from tests.models.rows import crowd, plan, postgres_only

pytestmark = pytest.mark.django_db

OLD, NEW = "old root key " * 3, "new root key " * 3


def test_a_device_with_a_live_row_is_known_and_counts_in_the_owners_lane() -> None:
    user = factories.user()
    facts = factories.facts(user, device=factories.device(user))
    assert is_known(facts)
    assert lane_of(facts) is Lane.KNOWN


@pytest.mark.parametrize(
    "row",
    [{"revoked_at": timezone.now()}, {"expires_at": timezone.now() - timedelta(seconds=1)}],
    ids=["revoked", "expired"],
)
def test_a_device_whose_row_has_ended_is_a_stranger(row: dict[str, Any]) -> None:
    user = factories.user()
    facts = factories.facts(user, device=factories.device(user, **row))
    assert not is_known(facts)
    assert lane_of(facts) is Lane.OPEN


def test_a_device_is_known_for_its_own_user_only() -> None:
    device = factories.device(factories.user())
    assert not is_known(factories.facts(factories.user(), device=device))
    assert not is_known(factories.facts(None, device=device))


def test_an_id_that_no_row_knows_is_a_stranger() -> None:
    user = factories.user()
    factories.device(user)
    assert not is_known(factories.facts(user, device="made-up"))


def test_the_database_holds_neither_the_id_nor_what_could_make_it() -> None:
    user = factories.user()
    device = factories.device(user)
    row = KnownDevice.objects.values().get()
    assert device not in str(row)
    assert row["digest"] == digests(device)[0]


def test_a_browser_without_a_cookie_costs_no_read(django_assert_num_queries: Any) -> None:
    facts = factories.facts(factories.user())
    with django_assert_num_queries(0):
        assert lane_of(facts) is Lane.OPEN


def test_a_browser_with_one_costs_one_read(django_assert_num_queries: Any) -> None:
    user = factories.user()
    facts = factories.facts(user, device=factories.device(user))
    with django_assert_num_queries(1):
        assert lane_of(facts) is Lane.KNOWN


def test_a_device_stays_known_while_its_root_key_is_at_hand() -> None:
    user = factories.user()
    with override_settings(OTPGUARD={"ROOT_KEYS": [OLD]}):
        facts = factories.facts(user, device=factories.device(user))
    with override_settings(OTPGUARD={"ROOT_KEYS": [NEW, OLD]}):
        assert is_known(facts)
    with override_settings(OTPGUARD={"ROOT_KEYS": [NEW]}):
        assert not is_known(facts)


@postgres_only
def test_a_device_is_found_by_its_digest() -> None:
    user = factories.user()
    rows = [
        KnownDevice(user=user, digest=f"{n:064x}", expires_at=timezone.now() + timedelta(days=1))
        for n in range(500)
    ]
    crowd(rows)
    mine = KnownDevice.objects.live_of(str(user.pk), now=timezone.now()).order_by()
    assert "otpguard_device_once" in plan(mine.filter(digest__in=["f" * 64, "e" * 64]))
