"""A host whose tenant has a provider on loopback, at which its admin is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from otpguard.federation.metadata import memory
from otpguard.flows.tenant.policy import change_policy
from otpguard.models import FederatedIdentity
from tests import factories
from tests.federating import idp
from tests.host import Host
from tests.oidc_server import oidc_server
from tests.web.federation.sso_host import BACKEND, SsoHost


@pytest.fixture
def sso(host: Host, settings: Any) -> Iterator[SsoHost]:
    """See SsoHost; the policy lets the provider serve at the billing page."""
    settings.ROOT_URLCONF = "tests.sso_host"
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, BACKEND]
    settings.OTPGUARD = {**settings.OTPGUARD, "LOGIN_BACKENDS": {BACKEND: "sso"}}
    memory.clear()
    with oidc_server() as server:
        row = idp(host.tenant, issuer=server.url)
        FederatedIdentity.objects.create(provider=row, subject="alice", user=host.user)
        change_policy(
            facts=factories.facts(),
            tenant=host.tenant,
            checkpoint="billing_change",
            wishes={"idp_satisfies": True, "active": True},
        )
        yield SsoHost(host, server, row)
    memory.clear()
