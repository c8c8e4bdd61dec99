"""What befell the audit log itself."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import ENTITY_MANAGEMENT, Event, Ocsf, event
from otpguard.core.sealing import purged
from otpguard.core.text import gettext_noop as _


@event("log.restored", _("The audit log goes on after a restore"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class LogRestored(Event):
    """The database was put back to an earlier state. `lost_head` is the newest head that was
    published before, and `heads` is how many of them the database still has; from now on heads are
    signed in a new `generation`."""

    generation: int
    heads: int
    lost_head: str


@event("log.damaged", _("A check found damage in the audit log"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class LogDamaged(Event):
    """A check of `log` found so many `damages`, the first of which is `found`."""

    log: str
    damages: int
    found: str


@event(
    purged.KIND,
    _("Events were deleted because their retention period was over"),
    Ocsf(ENTITY_MANAGEMENT, 4),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPurged(Event):
    """The events of this log from the index `first` up to, not with, `below` were deleted. Their
    term of so many `years` was over: they were sealed before `before`. `root` is that of the log
    when it had `below` events, in hex."""

    first: int
    below: int
    before: str
    years: int
    root: str
