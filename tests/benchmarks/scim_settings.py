"""The project of `benchmarks.directory`: SCIM is mounted."""

from __future__ import annotations

from tests.benchmarks.settings import *  # noqa: F403 (settings are a list of names)

ROOT_URLCONF = "tests.scim.urls"
