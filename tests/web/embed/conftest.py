"""The host of these tests lets one other origin show its form."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.embed.embedding import ORIGIN


@pytest.fixture(autouse=True)
def allowed(db: None, settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.guarded"
    settings.OTPGUARD = {**settings.OTPGUARD, "EMBED_ORIGINS": [ORIGIN]}
