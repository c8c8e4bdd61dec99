"""The project of `benchmarks.starts`: all of the defense by default, and data about networks.

Budgets and the limit of a prefix are wider, for all starts of a run are of one day. Numbers, client
IPs and mailboxes are one's own, so other limits stay as they are.
"""

from __future__ import annotations

import os
from typing import Any

from tests.benchmarks.networks import VARIABLE
from tests.benchmarks.peers import *  # noqa: F403 (settings are a list of names)
from tests.benchmarks.peers import OTPGUARD as PEERS

_ROOM = 1_000_000_000_000
"""Micro-dollars."""

_WIDER = (
    "COUNTRY_UNVERIFIED",
    "COUNTRY_ALL",
    "PREFIX_ALL",
    "TENANT_ALL",
    "POOL_UNVERIFIED_OTHERS",
    "POOL_ALL_OTHERS",
    "BREAKER_PER_HOUR",
)

OTPGUARD: dict[str, Any] = {
    **PEERS,
    "NETWORK_FILES": [os.environ[VARIABLE]],
    "VELOCITY": {"PREFIX_DAY": {"STANDARD": 500}},
    "MONEY": dict.fromkeys(_WIDER, _ROOM),
}
