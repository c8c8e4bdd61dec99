"""One exchange with a vendor of facts about numbers, within what is left of the time."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from typing import Any

from otpguard.intel.number import NoAnswer
from otpguard.transport.client import send
from otpguard.transport.exchange import Deadlines, Request, Response

LEAST_SECONDS = 0.02
"""Less is not worth a connection."""

CONNECT_SHARE = 0.5
"""The part of the time that connecting may take."""

UNAUTHORIZED = 401
NOT_KNOWN = frozenset({400, 404, 422})
"""Answers about this number alone: it is not known, not covered or not valid there."""


def ask(request: Request, *, until: float) -> dict[str, Any] | NoAnswer:
    """The JSON object that a vendor answers; an empty one if it does not know the number."""
    left = until - time.monotonic()
    if left < LEAST_SECONDS:
        return NoAnswer(reason="no time left")
    deadlines = Deadlines(connect=left * CONNECT_SHARE, read=left * (1 - CONNECT_SHARE))
    result = send(request, deadlines=deadlines)
    if not isinstance(result, Response):
        return NoAnswer(reason=result.reason)
    if result.status == UNAUTHORIZED:
        return NoAnswer(reason="the credentials are refused", fatal=True)
    if result.status in NOT_KNOWN:
        return {}
    if not result.is_success:
        return NoAnswer(reason=f"status {result.status}")
    try:
        said = json.loads(result.body)
    except (ValueError, RecursionError):
        return NoAnswer(reason=f"status {result.status}, no JSON")
    return said if isinstance(said, dict) else NoAnswer(reason="no JSON object")


def basic(user: str, password: str) -> str:
    """The value of an Authorization header (RFC 7617)."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def part(said: dict[str, Any], name: str) -> dict[str, Any]:
    """An object within an answer; an empty one for anything else."""
    found = said.get(name)
    return found if isinstance(found, dict) else {}


def json_post(url: str, body: dict[str, Any], *, authorization: str) -> Request:
    """A POST of JSON."""
    return Request(
        method="POST",
        url=url,
        headers={"Content-Type": "application/json", "Authorization": authorization},
        body=json.dumps(body).encode(),
    )
