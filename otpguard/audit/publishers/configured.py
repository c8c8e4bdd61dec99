"""The places that AUDIT_PUBLISH names, by the names of their rows."""

from __future__ import annotations

from collections.abc import Mapping

from otpguard.audit.publishers.base import HeadPublisher
from otpguard.audit.publishers.by_email import DailyEmail
from otpguard.audit.publishers.directory import HeadDirectory
from otpguard.audit.publishers.heads_storage import HeadStorage
from otpguard.audit.publishers.tiles import TileStorage
from otpguard.audit.publishers.webhook import HeadCalls
from otpguard.audit.publishers.witness import WitnessClient
from otpguard.conf import settings

TILES = "tiles"
"""The place whose objects heads elsewhere need: it comes first."""


def configured_places() -> Mapping[str, HeadPublisher]:
    """All of them, in the order in which they get a head: tiles, copies, witnesses."""
    mine = settings().audit_publish
    found: dict[str, HeadPublisher] = {}
    if mine.tiles:
        found[TILES] = TileStorage(mine.tiles)
    if mine.directory:
        found["directory"] = HeadDirectory(mine.directory)
    if mine.storage:
        found["storage"] = HeadStorage(mine.storage)
    if mine.webhook is not None:
        found["webhook"] = HeadCalls(mine.webhook)
    if mine.emails:
        found["email"] = DailyEmail(mine.emails)
    for name, each in mine.witnesses.items():
        found[f"witness:{name}"] = WitnessClient(each)
    return found
