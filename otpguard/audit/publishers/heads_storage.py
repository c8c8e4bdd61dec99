"""Heads as objects of a Django storage, named by size."""

from __future__ import annotations

from otpguard.audit.logs import heads_origin
from otpguard.audit.publishers.base import AT_ONCE, PublishError
from otpguard.audit.publishers.stored import (
    open_storage,
    read_object,
    replace_object,
    write_once,
)
from otpguard.core.sealing.note import SignedNote
from otpguard.models import Seal


class HeadStorage:
    """`<origin>/heads/<size>` is written once; `<origin>/checkpoint` is the newest (tlog-tiles)."""

    every = AT_ONCE

    def __init__(self, alias: str) -> None:
        self._alias = alias

    def publish(self, seal: Seal, note: SignedNote, last: int) -> str:  # noqa: ARG002 (the protocol's)
        """Write both."""
        storage, origin = open_storage(self._alias), heads_origin(seal.generation)
        text = note.full()
        write_once(storage, f"{origin}/heads/{seal.size}", text.encode())
        replace_object(storage, f"{origin}/checkpoint", text.encode())
        return text

    def newest(self) -> str:
        """What stands as the newest."""
        found = read_object(open_storage(self._alias), f"{heads_origin()}/checkpoint")
        try:
            return (found or b"").decode()
        except UnicodeDecodeError:
            raise PublishError("the newest head is no text") from None
