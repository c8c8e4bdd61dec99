"""The peer of the sending benchmark: a Celery task that makes the same HTTP call and no more."""

from __future__ import annotations

import json
import os

import httpx2
from celery import shared_task

_client = httpx2.Client(timeout=10)


@shared_task(name="tests.bare", ignore_result=True)
def bare(key: str) -> None:
    """Send one message, without a row to claim, a code to derive or an event to write."""
    body = {"key": key, "to": "+12015550100", "channel": "sms"}
    answer = _client.post(f"{os.environ['OTPGUARD_TEST_VENDOR']}/sms", content=json.dumps(body))
    answer.raise_for_status()
