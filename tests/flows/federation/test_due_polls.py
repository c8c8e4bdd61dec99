"""A stream with a URL for polls is enqueued once a minute, by one of many workers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from otpguard.flows.federation.due_polls import EVERY, enqueue_due_polls
from otpguard.models import SignalStream
from tests import factories

pytestmark = pytest.mark.django_db


def test_only_a_stream_that_is_polled_is_due_and_once_a_minute() -> None:
    tenant, now = factories.tenant(), timezone.now()
    for url, enabled in (("https://a.example", True), ("", True), ("https://b.example", False)):
        SignalStream.objects.create(
            tenant=tenant,
            name="Okta",
            issuer=f"{url} {enabled}",
            audience="a",
            jwks="j",
            poll_url=url,
            enabled=enabled,
        )
    assert enqueue_due_polls(now=now) == 1
    assert enqueue_due_polls(now=now + timedelta(seconds=1)) == 0
    assert enqueue_due_polls(now=now + EVERY) == 1
