"""The settings about the audit log and where it goes, a part of `otpguard.conf.schema`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from otpguard.conf.audit.publish import PublishConfig
from otpguard.conf.backend import BackendConfig
from otpguard.conf.people.factors import FactorSettings
from otpguard.conf.siem.streams import SiemConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings(FactorSettings):
    """What is in an event, what signs the log, and where its heads and events are sent."""

    installation: str = ""
    """The name of this installation in its audit log, fixed for good: "audit.example.com/7f3c2a90".
    It goes into the MACs of events and the keys of seals, so that a copy elsewhere makes others."""

    audit_signer: BackendConfig = field(
        default_factory=lambda: BackendConfig(backend="otpguard.audit.signers.RootKeySigner")
    )
    """What signs seals: {"BACKEND": "otpguard.audit.signers.FileSigner", "OPTIONS": {"file":
    "/etc/otpguard/seal.pem"}}, or a class of yours. The default derives its key from the root."""

    storage_region: str = ""
    """Where the database and the files of this installation lie: "EU". Tenants whose tags demand
    another region are refused. Empty: not checked."""

    storage_regions: Mapping[str, str] = field(default_factory=dict)
    """Storages that lie elsewhere, by their names in STORAGES: {"tiles": "US"}. All others lie in
    STORAGE_REGION. Exports and tiles of an organization go only where its data may lie."""

    metrics_tokens: tuple[str, ...] = field(default=(), repr=False)
    """What a program that watches the site shows as "Authorization: Bearer ..." to read
    `otpguard.contrib.metrics`: one, or two while one takes the place of the other, each of 32
    characters or more. Empty: nobody."""

    siem: SiemConfig = field(default_factory=SiemConfig)
    """Whom event streams may reach besides public hosts: {"ALLOWED_NETWORKS": ["10.0.0.0/8"],
    "CA_FILE": "/etc/ssl/inner.pem", "ENTERPRISE_NUMBER": 32473}. See `docs/siem.md`."""

    audit_publish: PublishConfig = field(default_factory=PublishConfig)
    """Where signed heads of the audit log go outside the database: {"DIRECTORY": "/mnt/heads",
    "STORAGE": "heads", "TILES": "tiles", "WEBHOOK": {"URL": "https://...", "SECRET": "whsec_..."},
    "RECIPIENTS": ["audit@example.com"], "WITNESSES": {"other-team": {"URL": "...", "KEY": "..."}}}.
    See `docs/audit-log.md`."""

    audit_triggers: bool = True
    """Whether `migrate` makes triggers that refuse to change or delete events. False: for tests."""

    request_id_header: str = "X-Request-ID"
    """The header in which your proxy gives a request its id; events name it. Without one, an id is
    made."""

    session_context: str = ""
    """Dotted path of a function of yours: it takes the request and returns texts by name, 4096
    characters at most, which events of this request carry encrypted under the actor's key."""

    erasure_journal: str = ""
    """Where the references of erased people are kept outside the database, for the next restore: a
    file, or "storage:<alias>" of STORAGES. Empty: nowhere (`otpguard.W170`)."""

    def region_of(self, alias: str) -> str:
        """Where a storage of STORAGES lies; empty where nobody has said so."""
        return self.storage_regions.get(alias, self.storage_region)
