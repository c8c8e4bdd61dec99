"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
import redis
from django.conf import settings
from django.contrib import admin
from django.core.signals import setting_changed
from django.test import TransactionTestCase
from django.test.signals import root_urlconf_changed
from django.urls import set_urlconf

from otpguard.testing import forget_recent
from tests.emptying import empty_after, stop_sealing
from tests.host import host
from tests.worker import celery_worker, pytest_runtest_makereport, worker_of_module

__all__ = [
    "celery_worker",
    "host",
    "pytest_runtest_makereport",
    "redis_client",
    "worker_of_module",
]


TransactionTestCase._fixture_teardown = empty_after


def _keep_urls(*, setting: str, **_more: Any) -> None:
    """The URLs of a host are read once, however many tests set it as their ROOT_URLCONF.

    Django reads them again after each change of the setting, a sixth of all time. What it keeps is
    kept by the name of the module, so nothing of another host is found.
    """
    if setting == "ROOT_URLCONF":
        set_urlconf(None)


setting_changed.disconnect(root_urlconf_changed)
setting_changed.connect(_keep_urls)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """No test seals the audit log unless it says so."""
    with django_db_blocker.unblock():
        stop_sealing("default")


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """No test sees what another wrote lately or sent."""
    forget_recent()


@pytest.fixture(autouse=True)
def _admin_as_it_was() -> Generator[None]:
    """A test that installs a library's apps leaves none of their models in the admin."""
    before = dict(admin.site._registry)
    yield
    admin.site._registry = before


@pytest.fixture
def redis_client() -> Generator[redis.Redis]:
    """The Redis of this test process, emptied: cache, limits and queue alike."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
        yield client
