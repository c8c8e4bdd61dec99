"""The test project as the workers of `test_export` run it: a job that waits to be killed, and a
folder for files. OTPGUARD_TEST_EXPORTS is the folder of a test."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tests.settings import *  # noqa: F403 (settings are a list of names)
from tests.settings import OTPGUARD as USUAL

HOME = Path(os.environ.get("OTPGUARD_TEST_EXPORTS", "/nonexistent"))


def storages(home: Path) -> dict[str, Any]:
    """STORAGES with the files of releases in this folder."""
    return {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        "releases": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(home / "files")},
        },
    }


STORAGES = storages(HOME)
JOBS = {"deadly": "tests.crash.exporting.deadly"}
OTPGUARD = {**USUAL, "RELEASES": {"JOBS": JOBS}}
