"""Fixtures of a host with one tenant, its admin and everything guarded (`tests.guarded`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import Client

from otpguard.models import Factor, Tenant
from tests import factories, guarded


@dataclass
class Host:
    """An admin of a tenant with a phone, logged in a moment ago."""

    client: Client
    user: AbstractUser
    tenant: Tenant
    factor: Factor

    def another_client(self, **options: Any) -> Client:
        """A second browser of the same person, with a login session of its own."""
        return factories.login(Client(**options), self.user, self.tenant)


@pytest.fixture
def host(db: None, settings: Any) -> Iterator[Host]:
    """The host; asks `transactional_db` as well where threads or commits matter."""
    settings.ROOT_URLCONF = "tests.guarded"
    guarded.ran.clear()
    tenant = factories.tenant()
    member = factories.member(tenant, roles=["admin"])
    factor = factories.phone_factor(member.user)
    client = factories.login(Client(headers={"Accept": "text/html"}), member.user, tenant)
    yield Host(client=client, user=member.user, tenant=tenant, factor=factor)
    guarded.ran.clear()
