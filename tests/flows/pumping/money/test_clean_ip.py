"""Who looks like nobody else does."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from otpguard.core.pumping.attempt import NetworkFacts, NetworkKind
from otpguard.flows.pumping.money.clean_ip import is_clean
from otpguard.models import Usage

pytestmark = pytest.mark.django_db
ORDINARY = NetworkFacts(kind=NetworkKind.ORDINARY)


def uses(count: int, *, hours: int = 0, key: str = "192.0.2.1") -> None:
    at = timezone.now() - timedelta(hours=hours)
    Usage.objects.bulk_create(
        Usage(cap="ip", key=key, at=at, challenge=uuid4()) for _ in range(count)
    )


def clean(client_ip: str = "192.0.2.1", network: NetworkFacts = ORDINARY) -> bool:
    return is_clean(client_ip, network, now=timezone.now())


def test_two_unproven_starts_of_a_day_are_clean_and_three_are_not() -> None:
    uses(2)
    uses(5, hours=25)
    uses(5, key="192.0.2.2")
    assert clean()
    uses(1, hours=23)
    assert not clean()


@pytest.mark.parametrize("kind", list(NetworkKind))
def test_only_an_ordinary_network_is_clean(kind: NetworkKind) -> None:
    ordinary = kind in {NetworkKind.ORDINARY, NetworkKind.OFF}
    assert clean(network=NetworkFacts(kind=kind)) is ordinary


def test_an_ip_that_cannot_be_read_is_not_clean() -> None:
    assert not clean("")
