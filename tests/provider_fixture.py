"""The fixture `provider`: one on loopback, and a process that has never heard of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from otpguard.federation.metadata import memory
from tests.oidc_server import Provider, oidc_server


@pytest.fixture
def provider() -> Iterator[Provider]:
    """The provider; nothing of an earlier one is remembered."""
    memory.clear()
    with oidc_server() as running:
        yield running
    memory.clear()
