"""Releases: files that are made for people, held, downloaded and destroyed; and reads of data."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import (
    API_ACTIVITY,
    HIGH,
    MEDIUM,
    OTHER_ACTIVITY,
    Event,
    Ocsf,
    OcsfStatus,
    event,
)
from otpguard.core.text import gettext_noop as _

_CREATE, _READ, _UPDATE, _DELETE = 1, 2, 3, 4


@event("release.asked", _("A file was asked for"), Ocsf(API_ACTIVITY, _CREATE))
@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseAsked(Event):
    """A person who has stepped up asked for the file of a job; all administrators were told.

    `filter` is what the host's job was asked for, in its own words.
    """

    export: str
    job: str
    filter: str
    held_until: str
    told: int


@event("release.finished", _("A file is ready"), Ocsf(API_ACTIVITY, _UPDATE, OcsfStatus.SUCCESS))
@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFinished(Event):
    """The file lies encrypted in the storage and was read back whole. `digest` is the SHA-256 of
    its plain text, `size` its bytes."""

    export: str
    job: str
    rows: int
    size: int
    digest: str
    opens_at: str
    expires_at: str


@event("release.retried", _("Making a file begins again"), Ocsf(API_ACTIVITY, _UPDATE))
@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRetried(Event):
    """A try went wrong or its worker died; nothing of it stayed."""

    export: str
    job: str
    attempt: int
    reason: str


@event(
    "release.failed",
    _("A file could not be made"),
    Ocsf(API_ACTIVITY, OTHER_ACTIVITY, OcsfStatus.FAILURE, MEDIUM),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFailed(Event):
    """No file came of it."""

    export: str
    job: str
    reason: str


@event("release.downloaded", _("A file was downloaded"), Ocsf(API_ACTIVITY, _READ))
@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseDownloaded(Event):
    """A download began. The id of this event is in the file's name and in the answer's headers."""

    export: str
    job: str
    filter: str
    rows: int
    left: int


@event(
    "release.broken",
    _("A download broke off"),
    Ocsf(API_ACTIVITY, OTHER_ACTIVITY, OcsfStatus.FAILURE, HIGH),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseBroken(Event):
    """The stored file was changed since it was made: the connection was closed in the middle."""

    export: str
    job: str


@event("release.canceled", _("A file was destroyed before its time"), Ocsf(API_ACTIVITY, _DELETE))
@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseCanceled(Event):
    """Somebody of the tenant, a link of the notice or the loss of a role ended it; the key is gone.
    `downloads` is how often it had been downloaded by then."""

    export: str
    job: str
    reason: str
    downloads: int


@event("release.expired", _("A file expired"), Ocsf(API_ACTIVITY, _DELETE))
@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseExpired(Event):
    """Its time was over; the key is gone."""

    export: str
    job: str
    downloads: int


@event("data.read", _("Data of others was looked at"), Ocsf(API_ACTIVITY, _READ))
@dataclass(frozen=True, slots=True, kw_only=True)
class DataRead(Event):
    """Somebody read the audit log or other people's data: what, filtered how, how many rows."""

    what: str
    filter: str
    rows: int


@event("data.exported", _("Data was exported"), Ocsf(API_ACTIVITY, _READ))
@dataclass(frozen=True, slots=True, kw_only=True)
class DataExported(Event):
    """Somebody took the audit log or other people's data away, without a release."""

    what: str
    filter: str
    rows: int
