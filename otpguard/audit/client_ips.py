"""Where starts came from lately, by their events: are clients told apart at all?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from otpguard.audit.private import decrypt_private
from otpguard.core.client_ip import is_private
from otpguard.core.events.challenge import ChallengeStarted, ClientIpUnrecognized
from otpguard.core.uuid7 import RANDOM_BYTES, uuid7
from otpguard.models import Event
from otpguard.vault import UndecryptableError

LATELY = timedelta(hours=1)
LOOKED_AT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientIps:
    """The private IP addresses among the latest starts, and whether there were some whose IP
    address could not be read, both within the last hour."""

    private: tuple[str, ...]
    unreadable: bool


def lately(now: datetime) -> ClientIps:
    """What the events of the last hour say. One read; a database error passes through."""
    kinds = [ChallengeStarted.code, ClientIpUnrecognized.code]
    rows = Event.objects.filter(pk__gte=uuid7(now - LATELY, bytes(RANDOM_BYTES)), kind__in=kinds)
    found = list(rows.order_by("-pk")[:LOOKED_AT])
    started = [row for row in found if row.kind == ChallengeStarted.code]
    return ClientIps(
        private=tuple(sorted({ip for ip in map(_client_ip, started) if is_private(ip)})),
        unreadable=len(started) < len(found),
    )


def _client_ip(row: Event) -> str:
    try:
        return decrypt_private(row).get("client_ip", "")
    except (UndecryptableError, ValueError, KeyError, TypeError):
        return ""  # of another key, or not genuine
