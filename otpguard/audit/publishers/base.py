"""What a place for heads does."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from otpguard.core.sealing.note import SignedNote
from otpguard.models import Seal

AT_ONCE = timedelta(0)


class PublishError(Exception):
    """A place did not take a head; it is tried again later. The text names no secret."""


class NewerHeadError(Exception):
    """A place has a head of this log that does not belong to the history in the database: it was
    restored, or there are two histories. `note` is that head, empty if the place only says so."""

    def __init__(self, detail: str, note: str = "") -> None:
        super().__init__(detail)
        self.note = note


class HeadPublisher(Protocol):
    """One place. It is made for one run, and used by one thread."""

    every: timedelta
    """How long after a head the next one is sent at the earliest."""

    def publish(self, seal: Seal, note: SignedNote, last: int) -> str:
        """Send a head of the log of all heads; `last` is the size of the one before it that the
        place took. Returns the note as the place has it. A repeat does no harm.

        Raises PublishError, and NewerHeadError where the place has another history.
        """

    def newest(self) -> str:
        """The newest head of this log that the place has; empty where it has none or cannot tell.
        Raises PublishError."""
