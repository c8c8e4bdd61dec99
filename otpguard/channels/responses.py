"""Reading what vendors say: JSON and forms that may be anything, status codes, prices, times.

Nothing here raises for what a stranger may send; what cannot be read is empty or None.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode

from otpguard.channels.vendor_answers.http_status import ANSWERS
from otpguard.core.checked_code import Gone, Wrong
from otpguard.core.outcome import Refused, Unavailable, failed
from otpguard.transport.exchange import Response

MAX_FIELDS = 200

_BY_CLASS = {int(each.said[0]): each for each in ANSWERS if each.said.endswith("xx")}


def document(body: bytes) -> dict[str, Any]:
    """A JSON object; empty for anything else. A number with a fraction is a Decimal, to the digit
    as the vendor wrote it."""
    try:
        found = json.loads(body, parse_float=Decimal, parse_constant=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def each_object(value: object) -> tuple[dict[str, Any], ...]:
    """The objects of a JSON array; none if it is not an array."""
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
    if not isinstance(unit, str) or unit.upper() != "USD":
        return None
    if isinstance(price, bool) or not isinstance(price, str | int | Decimal):
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


def by_status(response: Response, vendor: str) -> Refused | Unavailable:
    """What an answer comes to when its body says nothing that is known."""
    status = response.status
    answer = ANSWERS.find(status) or _BY_CLASS[min(max(status // 100, 2), 5)]
    reason = f"{vendor}: unreadable answer" if response.is_success else f"{vendor}: http {status}"
    return failed(answer.failure, reason=reason)


def check_by_status(response: Response, vendor: str) -> Wrong | Gone | Unavailable:
    """What the answer to a check comes to when its body says nothing that is known.

    Never right. A refusal of what was typed is a guess that counts.
    """
    if response.status in {404, 410}:
        return Gone()
    found = by_status(response, vendor)
    return found if isinstance(found, Unavailable) else Wrong()
