"""Celery's file-system broker, with messages that appear whole.

Kombu creates a message's file and then writes it; a worker that looks in between reads an empty
message and ends. Here the file is written under another name and renamed, which is one step.
"""

from __future__ import annotations

from pathlib import Path
from time import monotonic_ns
from typing import Any
from uuid import uuid4

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

SCHEME = "wholefiles"


class Channel(filesystem.Channel):
    """Puts messages in one step; everything else is Kombu's."""

    def _put(  # type: ignore[override]  # as Kombu's own does
        self,
        queue: str,
        payload: dict[str, Any],
        **_kwargs: Any,  # noqa: ANN401 (Kombu's signature)
    ) -> None:
        name = f"{monotonic_ns() // 1_000_000}_{uuid4()}.{queue}"
        folder = Path(self.data_folder_out)
        draft = folder / f"{name}.part"
        draft.write_text(dumps(payload))
        draft.replace(folder / f"{name}.msg")


class Transport(filesystem.Transport):
    """What the URL `wholefiles://` stands for."""

    Channel = Channel


def register() -> str:
    """Make the scheme known to Kombu; returns the broker's URL."""
    TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
    return f"{SCHEME}://"
