"""Events of Acme CRM's own, in the same log as otpguard's."""

from __future__ import annotations

from dataclasses import dataclass, field

from otpguard.host_events import HostEvent, host_event


@host_event("demo.audit_entry.viewed", label="Somebody looked at an entry of the log")
@dataclass(frozen=True, kw_only=True)
class AuditEntryViewed(HostEvent):
    """One entry was opened, with what it says about a person."""

    entry: str = field(metadata={"label": "entry"})
    of: str = field(metadata={"label": "kind of entry"})


@host_event("demo.audit_entry.downloaded", label="Somebody downloaded an entry of the log")
@dataclass(frozen=True, kw_only=True)
class AuditEntryDownloaded(AuditEntryViewed):
    """One entry was taken away as a file."""
