"""SCIM is mounted for these tests alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scim.speaking import Directory, directory


@pytest.fixture(autouse=True)
def _mounted(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.scim.urls"


@pytest.fixture
def acme(db: None) -> Directory:
    """The directory of a tenant."""
    return directory()
