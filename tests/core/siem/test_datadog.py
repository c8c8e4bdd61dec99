"""Datadog: one array of logs."""

from __future__ import annotations

import json

from otpguard.core.siem.datadog import datadog_body, datadog_headers
from tests.core.siem.events import sent


def test_each_event_is_a_log_with_its_time() -> None:
    (log,) = json.loads(datadog_body([sent()], host="h"))
    assert (log["hostname"], log["timestamp"]) == ("h", 1_795_885_200_123)
    assert json.loads(log["message"]) == {"time": 1}


def test_the_key_is_a_header() -> None:
    assert datadog_headers("k")["DD-API-KEY"] == "k"
