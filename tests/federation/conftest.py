"""The identity provider of these tests."""

from __future__ import annotations

from tests.provider_fixture import provider

__all__ = ["provider"]
