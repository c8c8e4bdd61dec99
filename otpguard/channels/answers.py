"""Reading what vendors say: JSON and forms that may be anything, status codes, prices, waits.

Nothing here raises for what a stranger may send; what cannot be read is empty or None.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode

from otpguard.core.checked import Gone, Wrong
from otpguard.core.outcome import Failure, Refused, Unavailable, failed
from otpguard.transport.exchange import Response

MAX_FIELDS = 200
LONGEST_WAIT = 24 * 3600

_BY_STATUS: Mapping[int, Failure] = {
    401: Failure.AUTH_CONFIG,
    402: Failure.BALANCE,
    403: Failure.AUTH_CONFIG,
    404: Failure.AUTH_CONFIG,
    405: Failure.AUTH_CONFIG,
    408: Failure.TRANSIENT,
    409: Failure.CONFLICT_OPEN,
    429: Failure.RATE_LIMITED,
    # A gateway that got no answer does not know whether the vendor behind it sent.
    502: Failure.UNKNOWN_OUTCOME,
    504: Failure.UNKNOWN_OUTCOME,
}


def document(body: bytes) -> dict[str, Any]:
    """A JSON object; empty for anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def each_object(value: object) -> tuple[dict[str, Any], ...]:
    """The objects of a JSON array; none when it is no array."""
    if not isinstance(value, list):
        return ()
    return tuple(each for each in value if isinstance(each, dict))


def text(value: object) -> str:
    """A printable ASCII string or number as text; empty for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    found = str(value)
    return found if found.isascii() and found.isprintable() else ""


def number(value: object) -> int | None:
    """A whole number, also as a string of digits; None for anything else."""
    found = text(value)
    return int(found) if found.isdigit() and len(found) <= 18 else None  # noqa: PLR2004 (64 bits)


def form(fields: Mapping[str, str]) -> bytes:
    """Fields as application/x-www-form-urlencoded, the empty ones left out."""
    return urlencode({name: value for name, value in fields.items() if value}).encode()


def form_fields(body: bytes) -> list[tuple[str, str]] | None:
    """The fields of a form in order; None for a body that is none."""
    try:
        return parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        return None


def micros(price: object, unit: object) -> int | None:
    """A price in millionths of a US dollar, without its sign; None when it is in something else."""
    if not isinstance(unit, str) or unit.upper() != "USD" or not isinstance(price, str | int):
        return None
    try:
        amount = abs(Decimal(price)) * 1_000_000
        return int(amount.to_integral_value()) if amount < 1 << 31 else None
    except ArithmeticError:
        return None


def moment(value: object) -> datetime | None:
    """A time in ISO 8601 or in Unix seconds; None for anything else. Without a zone it is UTC."""
    try:
        seconds = number(value)
        if seconds is not None:
            return datetime.fromtimestamp(seconds, tz=UTC)
        found = datetime.fromisoformat(text(value))
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def retry_after(response: Response) -> int | None:
    """The seconds that the vendor asks to wait; None when it does not say it in seconds."""
    seconds = number(response.headers.get("retry-after", "").strip())
    return None if seconds is None else min(seconds, LONGEST_WAIT)


def by_status(response: Response, vendor: str) -> Refused | Unavailable:
    """What an answer comes to when its body says nothing that is known."""
    status = response.status
    reason = f"{vendor}: http {status}"
    if status < 300:  # noqa: PLR2004 (taken, and yet there is nothing to know it by)
        return failed(Failure.UNKNOWN_OUTCOME, reason=f"{vendor}: unreadable answer")
    if status < 400:  # noqa: PLR2004 (the address is wrong: none of them sends elsewhere)
        return failed(Failure.AUTH_CONFIG, reason=reason)
    if status >= 500:  # noqa: PLR2004
        failure = _BY_STATUS.get(status, Failure.TRANSIENT)
        return failed(failure, reason=reason, retry_after=retry_after(response))
    failure = _BY_STATUS.get(status, Failure.CHANNEL_UNAVAILABLE)
    return failed(failure, reason=reason, retry_after=retry_after(response))


def check_by_status(response: Response, vendor: str) -> Wrong | Gone | Unavailable:
    """What the answer to a check comes to when its body says nothing that is known.

    Never right. A refusal of what was typed is a guess that counts.
    """
    if response.status in {404, 410}:
        return Gone()
    found = by_status(response, vendor)
    return found if isinstance(found, Unavailable) else Wrong()
