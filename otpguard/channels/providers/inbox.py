"""Drops messages as files into a folder, which a demo's inbox page shows; no server needed.

Like the console it is for development only; the codes lie there in clear.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from otpguard.channels.base import OutboundMessage
from otpguard.channels.capabilities import Capabilities
from otpguard.core.assurance import Channel
from otpguard.core.outcome import Accepted, Outcome, Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxMessage:
    """One message as the inbox page shows it; `at` is Unix time in seconds."""

    at: float
    channel: str
    to: str
    subject: str
    text: str


class Inbox:
    """Serves `channels` by writing one JSON file for each message into `folder`."""

    def __init__(self, folder: str, channels: Iterable[str] = tuple(Channel)) -> None:
        served = frozenset(Channel(channel) for channel in channels)
        self.capabilities = Capabilities(channels=served, for_development=True)
        self._folder = Path(folder)

    def send(self, message: OutboundMessage) -> Outcome:
        """Write the file; it counts as delivered."""
        entry = {
            "at": time.time(),
            "channel": message.channel.value,
            "to": message.to,
            "subject": message.subject,
            "text": message.text,
        }
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            draft = self._folder / f".{message.key}"
            draft.write_text(json.dumps(entry))
            draft.replace(self._folder / f"{time.time_ns()}-{message.key}.json")
        except OSError as error:
            return Unavailable(reason=type(error).__name__)
        return Accepted(reference=message.key, delivered=True)


def read(folder: str | Path) -> list[InboxMessage]:
    """The messages of a folder, the newest first; none when the folder is not there."""
    files = sorted(Path(folder).glob("*.json"), reverse=True)
    return [InboxMessage(**json.loads(file.read_text())) for file in files]
