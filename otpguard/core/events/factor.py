"""Factors: gained, changed, lost."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import (
    ACCOUNT_CHANGE,
    AUTHENTICATION,
    HIGH,
    MEDIUM,
    OTHER_ACTIVITY,
    Event,
    Ocsf,
    OcsfStatus,
    event,
)
from otpguard.core.text import gettext_noop as _


@event(
    "factor.enrolled",
    _("A way to confirm was set up"),
    Ocsf(ACCOUNT_CHANGE, 10, OcsfStatus.SUCCESS),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class FactorEnrolled(Event):
    """A person gained a means of proof; `consent` is the version of the opt-in text that they
    agreed to at `consented_at`, if the site asks for one."""

    factor: str
    kind: str
    consent: str = ""
    consented_at: str = ""


@event("factor.removed", _("A way to confirm was removed"), Ocsf(ACCOUNT_CHANGE, 11))
@dataclass(frozen=True, slots=True, kw_only=True)
class FactorRemoved(Event):
    """A means of proof was taken away; the person's grants ended with it."""

    factor: str
    kind: str
    reason: str


@event("factor.disabled", _("A way to confirm was switched off"), Ocsf(ACCOUNT_CHANGE, 9))
@dataclass(frozen=True, slots=True, kw_only=True)
class FactorDisabled(Event):
    """Too many failures in one lane (NIST 3.2.2), or an operator's decision."""

    factor: str
    reason: str
    lane: str = ""


@event("factor.renamed", _("A way to confirm was renamed"), Ocsf(ACCOUNT_CHANGE, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class FactorRenamed(Event):
    """A person gave a factor another name."""

    factor: str


@event("factor.provisioned", _("A way to confirm was handed out"), Ocsf(ACCOUNT_CHANGE, 10))
@dataclass(frozen=True, slots=True, kw_only=True)
class FactorProvisioned(Event):
    """An operator gave a person a factor: a hardware token, or one taken over from elsewhere, where
    it was enrolled at `enrolled_at`."""

    factor: str
    kind: str
    source: str
    serial: str = ""
    enrolled_at: str = ""


@event("factor.blocked", _("A personal way to confirm was blocked"), Ocsf(ACCOUNT_CHANGE, 9))
@dataclass(frozen=True, slots=True, kw_only=True)
class FactorBlocked(Event):
    """A tenant no longer accepts somebody's own factor; elsewhere it stays as it was."""

    factor: str
    kind: str
    reason: str


@event(
    "factor.unblocked", _("A personal way to confirm was accepted again"), Ocsf(ACCOUNT_CHANGE, 10)
)
@dataclass(frozen=True, slots=True, kw_only=True)
class FactorUnblocked(Event):
    """A tenant took back its block of somebody's own factor."""

    factor: str
    kind: str
    reason: str


@event("factor.reset", _("Ways to confirm were reset by an operator"), Ocsf(ACCOUNT_CHANGE, 11))
@dataclass(frozen=True, slots=True, kw_only=True)
class FactorReset(Event):
    """An operator took a lost factor away: `removed` of them deleted, `blocked` blocked."""

    reason: str
    removed: int
    blocked: int
    held_until: str = ""


@event(
    "factor.clone_suspected",
    _("A passkey may have been copied"),
    Ocsf(ACCOUNT_CHANGE, 99, severity=HIGH),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class FactorCloneSuspected(Event):
    """A passkey counted backwards (WebAuthn Level 3, 6.1.1). A sign of a copy, not a proof."""

    factor: str
    stored: int
    shown: int


@event("factor.flags_learned", _("A passkey told more about itself"), Ocsf(ACCOUNT_CHANGE, 99))
@dataclass(frozen=True, slots=True, kw_only=True)
class FactorFlagsLearned(Event):
    """A right answer showed flags of a passkey that was taken over without them; they are fixed
    from now on. Until then the passkey was worth the weaker of both."""

    factor: str
    backup_eligible: bool
    user_verified: bool


@event(
    "factor.ceremony_failed",
    _("A passkey was not accepted"),
    Ocsf(AUTHENTICATION, 1, OcsfStatus.FAILURE, MEDIUM),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class FactorCeremonyFailed(Event):
    """A browser's answer in a passkey ceremony is not valid; `fault` names the failed check."""

    fault: str
    enrolls: bool


@event("recovery.issued", _("Recovery codes were made"), Ocsf(ACCOUNT_CHANGE, 10))
@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryIssued(Event):
    """A person got a new set of recovery codes; an older set ended."""

    count: int
    replaced: bool


@event("recovery.used", _("A recovery code was used"), Ocsf(AUTHENTICATION, 1, OcsfStatus.SUCCESS))
@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryUsed(Event):
    """One saved code was used up; `left` codes remain."""

    left: int
