"""Another administrator of the host's tenant, as facts and as a browser."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.test import Client

from otpguard.core.facts import RequestFacts
from tests import factories
from tests.host import Host


def colleague(host: Host) -> tuple[AbstractUser, RequestFacts, Client]:
    """A fresh administrator beside the host's, with a phone."""
    member = factories.member(host.tenant, roles=["admin"])
    factories.phone_factor(member.user)
    client = factories.login(Client(headers={"Accept": "text/html"}), member.user, host.tenant)
    return member.user, factories.facts(member.user, host.tenant), client
