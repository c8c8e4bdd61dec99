"""What a proof is worth: assurance levels and the two assurance profiles.

Levels are those of NIST SP 800-63B-4 (sections 2.1 to 2.3). A *profile* is a table from a grade of
proof to its worth, alone and paired with a password or single sign-on. `saas-2026` is the B2B
practice the product ships with; `nist-800-63b-4` is the standard read strictly. Where the first
is more generous than the second, `departures` says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Self


class AssuranceLevel(IntEnum):
    """Authenticator assurance level (NIST SP 800-63B-4, section 2)."""

    AAL1 = 1
    AAL2 = 2
    AAL3 = 3


class Channel(StrEnum):
    """A way for a code to reach a person."""

    SMS = "sms"
    WHATSAPP = "whatsapp"
    VOICE = "voice"
    EMAIL = "email"


class Primary(StrEnum):
    """What the login session itself was opened with, before any step-up.

    `RESET_LINK` is no login: a person who resets a password has opened the link in their mailbox.
    With a factor that is bound to the account it makes the two proofs of a recovery
    (NIST SP 800-63B-4, 4.2.2.2), in every profile.
    """

    NONE = "none"
    PASSWORD = "password"  # noqa: S105 (a kind of login, not a password)
    SSO = "sso"
    RESET_LINK = "reset_link"


class Grade(StrEnum):
    """A method with the facts that change its worth folded in; the key of a profile's table."""

    EMAIL = "email"
    PHONE = "phone"
    WHATSAPP = "whatsapp"
    TOTP = "totp"
    HARDWARE_TOTP = "hardware_totp"
    RECOVERY = "recovery"
    RECOVERY_EMAIL = "recovery_email"
    PASSKEY_UNVERIFIED = "passkey_unverified"
    PASSKEY_SYNCED = "passkey_synced"
    PASSKEY_BOUND = "passkey_bound"
    PASSKEY_ATTESTED = "passkey_attested"
    IDP_MFA = "idp_mfa"
    IDP_PHR = "idp_phr"
    IDP_PHRH = "idp_phrh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One way to prove a factor; a phone has one for each channel.

    `kind` is the slug of its kind of factor. `label` names it and `shown` is the subject of a
    sentence ("Your phone code"): English messages that are translated where they are shown. `grade`
    is its row in a profile's table; empty where WebAuthn's flags choose the row. `channel` is what
    its code travels over, None for a code that is not sent. `hardware` narrows it to hardware
    tokens or to all but them. `recovers` is true for what recovers an account and needs a second
    proof as well (NIST SP 800-63B-4, 4.2.2.2).
    """

    slug: str
    kind: str = field(compare=False)
    label: str = field(compare=False)
    shown: str = field(compare=False)
    grade: str = field(default="", compare=False)
    channel: Channel | None = field(default=None, compare=False)
    hardware: bool | None = field(default=None, compare=False)
    recovers: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return self.slug

    @classmethod
    def only(cls, kind: str, *, label: str, shown: str) -> Self:
        """The one method of a kind that has no other: named and graded like the kind itself."""
        return cls(slug=kind, kind=kind, grade=kind, label=label, shown=shown)

    @property
    def has_webauthn_flags(self) -> bool:
        """True when its proofs carry WebAuthn's flags, which profile and policy look at."""
        return not self.grade


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodFacts:
    """What is known about one proof, as evidence rather than as a level.

    `primary` is how the login session was opened; the passkey flags are those of WebAuthn
    Level 3 (UV, BE) and whether the attestation reached a trusted root. `short_code` is true for a
    vendor's code of fewer than six digits, which is worth AAL1 at most.
    """

    method: Method
    primary: Primary = Primary.NONE
    user_verified: bool = False
    backup_eligible: bool = True
    attested: bool = False
    short_code: bool = False

    @property
    def grade(self) -> str:
        """The row of a profile's table that these facts select."""
        if self.method.grade:
            return self.method.grade
        if not self.user_verified:
            return Grade.PASSKEY_UNVERIFIED
        if self.backup_eligible:
            return Grade.PASSKEY_SYNCED
        return Grade.PASSKEY_ATTESTED if self.attested else Grade.PASSKEY_BOUND


@dataclass(frozen=True, slots=True)
class Worth:
    """What one grade proves: alone, and paired with a password or single sign-on.

    `None` means it proves nothing. `restricted` is NIST's word (3.2.9) for an authenticator that
    needs an alternative, a notice, a risk assessment and a migration plan.
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
    """A named table of what each grade of proof is worth.

    Every `Grade` has a row; the kinds of factor that a site adds have one each under their slug.
    `sso_counts` says whether a login by single sign-on, of which nothing else is known, pairs with
    a proof as a password does.
    """

    slug: str
    table: Mapping[str, Worth] = field(repr=False)
    sso_counts: bool = True

    def worth(self, facts: MethodFacts) -> AssuranceLevel | None:
        """The level that one proof reaches, or None when it proves nothing: also without a row."""
        row = self.table.get(facts.grade)
        if row is None:
            return None
        level = row.level(self.counted(facts.primary))
        # NIST SP 800-63B-4, 3.1.3.2: a code has at least six digits.
        return AssuranceLevel.AAL1 if level is not None and facts.short_code else level

    def counted(self, primary: Primary) -> Primary:
        """What `primary` counts as here."""
        return Primary.NONE if primary is Primary.SSO and not self.sso_counts else primary

    def extended(self, rows: Mapping[str, Worth]) -> AssuranceProfile:
        """This profile with more rows; its existing rows stay as they are."""
        more = {grade: worth for grade, worth in rows.items() if grade not in self.table}
        if not more:
            return self
        return replace(self, table=MappingProxyType({**self.table, **more}))


_AAL1, _AAL2, _AAL3 = AssuranceLevel.AAL1, AssuranceLevel.AAL2, AssuranceLevel.AAL3

NIST_800_63B_4 = AssuranceProfile(
    "nist-800-63b-4",
    MappingProxyType(
        {
            Grade.EMAIL: Worth(None, None),  # 3.1.3.1: e-mail is not an out-of-band authenticator
            Grade.PHONE: Worth(_AAL1, _AAL2, restricted=True),  # 3.1.3.3
            Grade.WHATSAPP: Worth(None, None),  # 3.1.3.1: it authenticates an account, no device
            Grade.TOTP: Worth(_AAL1, _AAL2),
            Grade.HARDWARE_TOTP: Worth(_AAL1, _AAL2),  # 3.2.5: typed codes can be phished
            Grade.RECOVERY: Worth(_AAL1, _AAL2),
            Grade.RECOVERY_EMAIL: Worth(None, None),  # 4.2.1.2: recovers, never authenticates
            Grade.PASSKEY_UNVERIFIED: Worth(_AAL1, _AAL2, phishing_resistant=True),
            Grade.PASSKEY_SYNCED: Worth(_AAL2, _AAL2, phishing_resistant=True),  # 2.3.2
            Grade.PASSKEY_BOUND: Worth(_AAL2, _AAL2, phishing_resistant=True),
            Grade.PASSKEY_ATTESTED: Worth(_AAL3, _AAL3, phishing_resistant=True),
            Grade.IDP_MFA: Worth(_AAL2, _AAL2),  # SP 800-63C-4: as the assertion states
            Grade.IDP_PHR: Worth(_AAL2, _AAL2, phishing_resistant=True),  # exportable perhaps
            Grade.IDP_PHRH: Worth(_AAL3, _AAL3, phishing_resistant=True),
        }
    ),
    sso_counts=False,  # SP 800-63C-4: a relying party knows only what the assertion states
)

SAAS_2026 = AssuranceProfile(
    "saas-2026",
    MappingProxyType(
        {
            **NIST_800_63B_4.table,
            Grade.EMAIL: Worth(_AAL1, _AAL2, restricted=True),
            Grade.WHATSAPP: Worth(_AAL1, _AAL2, restricted=True),
            Grade.HARDWARE_TOTP: Worth(_AAL1, _AAL3),
            Grade.PASSKEY_SYNCED: Worth(_AAL3, _AAL3, phishing_resistant=True),
            Grade.PASSKEY_BOUND: Worth(_AAL3, _AAL3, phishing_resistant=True),
            Grade.IDP_PHR: Worth(_AAL3, _AAL3, phishing_resistant=True),
        }
    ),
)

PROFILES: Mapping[str, AssuranceProfile] = MappingProxyType(
    {profile.slug: profile for profile in (SAAS_2026, NIST_800_63B_4)}
)


def worth_beside_login(level: AssuranceLevel, *, phishing_resistant: bool) -> Worth:
    """The row of a kind of factor that a site adds: AAL1 alone, `level` together with a login.

    One factor alone is AAL1 (NIST SP 800-63B-4, 2.1), whatever a site thinks of it. Raises
    ValueError for AAL3 without resistance to phishing (2.3.2).
    """
    if level is AssuranceLevel.AAL3 and not phishing_resistant:
        raise ValueError("AAL3 takes resistance to phishing, which this kind does not state")
    return Worth(AssuranceLevel.AAL1, level, phishing_resistant=phishing_resistant)


def departures(profile: AssuranceProfile) -> tuple[str, ...]:
    """The grades that `profile` values above NIST SP 800-63B-4, in the table's order.

    The standard has no row for the kinds that a site adds: whatever is above AAL1 there is the
    site's own judgment, and is listed.
    """

    def rank(level: AssuranceLevel | None) -> int:
        return 0 if level is None else int(level)

    unknown = Worth(_AAL1, _AAL1)
    return tuple(
        grade
        for grade, worth in profile.table.items()
        if rank(worth.alone) > rank(NIST_800_63B_4.table.get(grade, unknown).alone)
        or rank(worth.paired) > rank(NIST_800_63B_4.table.get(grade, unknown).paired)
    )
