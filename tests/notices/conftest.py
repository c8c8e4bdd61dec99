"""A site that makes files: a notice may name its jobs."""

from __future__ import annotations

from typing import Any

import pytest

RUN = "tests.releasing.people"


@pytest.fixture(autouse=True)
def files(settings: Any) -> None:
    """One job, by the name that `details` gives."""
    settings.OTPGUARD = {**settings.OTPGUARD, "RELEASES": {"JOBS": {"contacts": RUN}}}
