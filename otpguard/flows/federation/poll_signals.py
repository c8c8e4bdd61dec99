"""Ask transmitters for security events (RFC 8936), for those that cannot push.

What was taken in is acknowledged with the next question. If that is lost, the transmitter sends it
again and it has no effect.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from otpguard.core.facts import RequestFacts
from otpguard.core.federation.evidence import LONGEST_VALUE
from otpguard.core.federation.security_event import EventRefusedError
from otpguard.federation.metadata import DEADLINES, ProviderUnusableError, json_of
from otpguard.flows.federation.signals import receive_signal
from otpguard.models import SignalStream
from otpguard.transport import client
from otpguard.transport.exchange import Request

MOST_EVENTS = 20
MOST_ROUNDS = 10
"""Questions of one task; what is left comes a minute later."""


def poll_stream(*, stream_id: str, now: datetime) -> int:
    """Take in what waits at one transmitter; returns how many events were new.

    Commits each event by itself; nothing is locked while we wait for the transmitter. One that does
    not answer is asked again by a later sweep, and its row says so.
    """
    rows = SignalStream.objects.select_related("tenant").filter(enabled=True)
    stream = rows.filter(pk=stream_id).exclude(poll_url="").first()
    if stream is None:
        return 0
    taken, told = 0, _Told()
    for _round in range(MOST_ROUNDS):
        try:
            waiting = _ask(stream, told)
        except ProviderUnusableError:
            SignalStream.objects.filter(pk=stream.pk).update(trouble="poll")
            break
        told = _Told()
        try:
            taken += _take_in(stream, waiting, told, now)
        except ProviderUnusableError:
            break  # its keys: the row says so, and the events come again
        if told.is_empty:
            break
    return taken


class _Told:
    """What the next question tells the transmitter of the last answer."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.refused: dict[str, dict[str, str]] = {}

    @property
    def is_empty(self) -> bool:
        return not self.taken and not self.refused


def _ask(stream: SignalStream, told: _Told) -> Mapping[str, Any]:
    asked = {
        "maxEvents": MOST_EVENTS,
        "returnImmediately": True,
        "ack": told.taken,
        "setErrs": told.refused,
    }
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    secret = stream.poll_secret.reveal() if stream.poll_secret else ""
    if secret:
        headers["Authorization"] = f"Bearer {secret}"
    try:
        request = Request(
            method="POST", url=stream.poll_url, headers=headers, body=json.dumps(asked).encode()
        )
    except ValueError as error:
        raise ProviderUnusableError(str(error)) from None
    sets = json_of(client.send(request, deadlines=DEADLINES)).get("sets", {})
    if not isinstance(sets, dict):
        raise ProviderUnusableError("the answer holds no events")
    return sets


def _take_in(stream: SignalStream, sets: Mapping[str, Any], told: _Told, now: datetime) -> int:
    facts = RequestFacts(now=now)
    taken = 0
    for token_id, token in list(sets.items())[:MOST_EVENTS]:
        if len(token_id) > LONGEST_VALUE:
            continue
        try:
            text = token if isinstance(token, str) else ""
            taken += receive_signal(facts=facts, stream=stream, token=text)
        except EventRefusedError as refused:
            told.refused[token_id] = {"err": refused.fault.value, "description": refused.why}
        else:
            told.taken.append(token_id)
    return taken
