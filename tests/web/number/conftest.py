"""The host of these tests, with views that need a number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests import guarded


@pytest.fixture(autouse=True)
def signing_up(db: None, settings: Any) -> Iterator[None]:
    settings.ROOT_URLCONF = "tests.guarded"
    guarded.ran.clear()
    yield
    guarded.ran.clear()
