"""The host of these tests lets one other origin show its form. No e-mail comes first but where a
test asks for `email_first`."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache

from tests.web.embed.embedding import ORIGIN


@pytest.fixture(autouse=True)
def allowed(db: None, settings: Any) -> None:
    cache.clear()  # requests of other tests in this minute count otherwise
    settings.ROOT_URLCONF = "tests.guarded"
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "EMBED_ORIGINS": [ORIGIN],
        "EMAIL_FIRST": False,
    }


@pytest.fixture
def email_first(allowed: None, settings: Any) -> None:
    """As it is by default."""
    settings.OTPGUARD = {**settings.OTPGUARD, "EMAIL_FIRST": True}
