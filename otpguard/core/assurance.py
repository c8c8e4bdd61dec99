"""What a proof is worth: assurance levels and the two assurance profiles.

Levels are those of NIST SP 800-63B-4 (sections 2.1 to 2.3). A *profile* is a table from a grade of
proof to its worth, alone and paired with a password or single sign-on. `saas-2026` is the B2B
practice the product ships with; `nist-800-63b-4` is the standard read strictly. Where the first
is more generous than the second, `departures` says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType


class AssuranceLevel(IntEnum):
    """Authenticator assurance level (NIST SP 800-63B-4, section 2)."""

    AAL1 = 1
    AAL2 = 2
    AAL3 = 3


class FactorKind(StrEnum):
    """One kind of thing a user can enroll as a means of proof."""

    PHONE = "phone"
    TOTP = "totp"
    PASSKEY = "passkey"
    RECOVERY = "recovery"


class Channel(StrEnum):
    """A way for a code to reach a person."""

    SMS = "sms"
    WHATSAPP = "whatsapp"
    VOICE = "voice"
    EMAIL = "email"


class Method(StrEnum):
    """How a factor was proven; a phone factor has one method for each channel."""

    SMS = "sms"
    WHATSAPP = "whatsapp"
    VOICE = "voice"
    EMAIL = "email"
    TOTP = "totp"
    HARDWARE_TOTP = "hardware_totp"
    PASSKEY = "passkey"
    RECOVERY = "recovery"
    RECOVERY_MAIL = "recovery_mail"


class Primary(StrEnum):
    """What the login session itself was opened with, before any step-up."""

    NONE = "none"
    PASSWORD = "password"  # noqa: S105 (a kind of login, not a password)
    SSO = "sso"


class Grade(StrEnum):
    """A method with the facts that change its worth folded in; the key of a profile's table."""

    EMAIL = "email"
    PHONE = "phone"
    TOTP = "totp"
    HARDWARE_TOTP = "hardware_totp"
    RECOVERY = "recovery"
    RECOVERY_MAIL = "recovery_mail"
    PASSKEY_UNVERIFIED = "passkey_unverified"
    PASSKEY_SYNCED = "passkey_synced"
    PASSKEY_BOUND = "passkey_bound"
    PASSKEY_ATTESTED = "passkey_attested"


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodFacts:
    """What is known about one proof, as evidence rather than as a level.

    `primary` is how the login session was opened; the passkey flags are those of WebAuthn
    Level 3 (UV, BE) and whether the attestation reached a trusted root.
    """

    method: Method
    primary: Primary = Primary.NONE
    user_verified: bool = False
    backup_eligible: bool = True
    attested: bool = False

    @property
    def grade(self) -> Grade:
        """The row of a profile's table that these facts select."""
        if self.method in _SIMPLE_GRADES:
            return _SIMPLE_GRADES[self.method]
        if not self.user_verified:
            return Grade.PASSKEY_UNVERIFIED
        if self.backup_eligible:
            return Grade.PASSKEY_SYNCED
        return Grade.PASSKEY_ATTESTED if self.attested else Grade.PASSKEY_BOUND


_SIMPLE_GRADES: Mapping[Method, Grade] = MappingProxyType(
    {
        Method.SMS: Grade.PHONE,
        Method.WHATSAPP: Grade.PHONE,
        Method.VOICE: Grade.PHONE,
        Method.EMAIL: Grade.EMAIL,
        Method.TOTP: Grade.TOTP,
        Method.HARDWARE_TOTP: Grade.HARDWARE_TOTP,
        Method.RECOVERY: Grade.RECOVERY,
        Method.RECOVERY_MAIL: Grade.RECOVERY_MAIL,
    }
)


@dataclass(frozen=True, slots=True)
class Worth:
    """What one grade proves: alone, and paired with a password or single sign-on.

    `None` means it proves nothing. `restricted` is NIST's word (3.2.9) for an authenticator that
    needs an alternative, a notice, a risk assessment and a migration plan beside it.
    """

    alone: AssuranceLevel | None
    paired: AssuranceLevel | None
    restricted: bool = False
    phishing_resistant: bool = False

    def level(self, primary: Primary) -> AssuranceLevel | None:
        """The level proven by a session that was opened with `primary`."""
        return self.alone if primary is Primary.NONE else self.paired


@dataclass(frozen=True, slots=True)
class AssuranceProfile:
    """A named table of what each grade of proof is worth. Every grade has a row."""

    slug: str
    table: Mapping[Grade, Worth] = field(repr=False)

    def worth(self, facts: MethodFacts) -> AssuranceLevel | None:
        """The level that one proof reaches, or None when it proves nothing."""
        return self.table[facts.grade].level(facts.primary)


_AAL1, _AAL2, _AAL3 = AssuranceLevel.AAL1, AssuranceLevel.AAL2, AssuranceLevel.AAL3

NIST_800_63B_4 = AssuranceProfile(
    "nist-800-63b-4",
    MappingProxyType(
        {
            Grade.EMAIL: Worth(None, None),  # 3.1.3.1: e-mail is no out-of-band authenticator
            Grade.PHONE: Worth(_AAL1, _AAL2, restricted=True),  # 3.1.3.3
            Grade.TOTP: Worth(_AAL1, _AAL2),
            Grade.HARDWARE_TOTP: Worth(_AAL1, _AAL2),  # 3.2.5: typed codes can be phished
            Grade.RECOVERY: Worth(_AAL1, _AAL2),
            Grade.RECOVERY_MAIL: Worth(None, None),  # 4.2.1.2: recovers, never authenticates
            Grade.PASSKEY_UNVERIFIED: Worth(_AAL1, _AAL2, phishing_resistant=True),
            Grade.PASSKEY_SYNCED: Worth(_AAL2, _AAL2, phishing_resistant=True),  # 2.3.2
            Grade.PASSKEY_BOUND: Worth(_AAL2, _AAL2, phishing_resistant=True),
            Grade.PASSKEY_ATTESTED: Worth(_AAL3, _AAL3, phishing_resistant=True),
        }
    ),
)

SAAS_2026 = AssuranceProfile(
    "saas-2026",
    MappingProxyType(
        {
            **NIST_800_63B_4.table,
            Grade.EMAIL: Worth(_AAL1, _AAL2, restricted=True),
            Grade.HARDWARE_TOTP: Worth(_AAL1, _AAL3),
            Grade.PASSKEY_SYNCED: Worth(_AAL3, _AAL3, phishing_resistant=True),
            Grade.PASSKEY_BOUND: Worth(_AAL3, _AAL3, phishing_resistant=True),
        }
    ),
)

PROFILES: Mapping[str, AssuranceProfile] = MappingProxyType(
    {profile.slug: profile for profile in (SAAS_2026, NIST_800_63B_4)}
)


def departures(profile: AssuranceProfile) -> tuple[Grade, ...]:
    """The grades that `profile` values above NIST SP 800-63B-4, in the table's order."""

    def rank(level: AssuranceLevel | None) -> int:
        return 0 if level is None else int(level)

    return tuple(
        grade
        for grade, worth in profile.table.items()
        if rank(worth.alone) > rank(NIST_800_63B_4.table[grade].alone)
        or rank(worth.paired) > rank(NIST_800_63B_4.table[grade].paired)
    )
