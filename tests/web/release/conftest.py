"""A host that exports."""

from __future__ import annotations

from typing import Any

import pytest

from tests.host import Host
from tests.releasing import jobs

__all__ = ["exporting", "jobs"]


@pytest.fixture
def exporting(transactional_db: None, jobs: None, host: Host, settings: Any) -> Host:
    """An administrator of a host whose views export."""
    settings.ROOT_URLCONF = "tests.release_host"
    return host
