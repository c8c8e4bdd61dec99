"""What each proof passes, as a table for auditors: printed by `manage.py otpguard_assurance`.

Every cell is the answer of `decide` itself, so the table cannot say anything else than the guard.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from otpguard.core.assurance import (
    PROFILES,
    AssuranceLevel,
    AssuranceProfile,
    Method,
    MethodFacts,
    Primary,
    departures,
)
from otpguard.core.checkpoints import Checkpoint
from otpguard.core.decision import Allow, Member, decide
from otpguard.core.evidence import Proof
from otpguard.core.presets import BASE

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_PRIMARIES = {
    Primary.NONE: "nothing known",
    Primary.PASSWORD: "a password",
    Primary.SSO: "single sign-on",
}


def proofs() -> Iterator[tuple[str, MethodFacts]]:
    """Every proof that the profiles tell apart, with its name."""
    passkey = MethodFacts(method=Method.PASSKEY, user_verified=True)
    yield "code by text message", MethodFacts(method=Method.SMS)
    yield "code by WhatsApp", MethodFacts(method=Method.WHATSAPP)
    yield "code by phone call", MethodFacts(method=Method.VOICE)
    yield "code by e-mail", MethodFacts(method=Method.EMAIL)
    yield "authenticator app", MethodFacts(method=Method.TOTP)
    yield "hardware token with codes", MethodFacts(method=Method.HARDWARE_TOTP)
    yield "saved recovery code", MethodFacts(method=Method.RECOVERY)
    yield "mailed recovery code", MethodFacts(method=Method.RECOVERY_MAIL)
    yield "passkey, holder not checked (UV=0)", replace(passkey, user_verified=False)
    yield "passkey, synced (UV=1, BE=1)", passkey
    yield "passkey, bound to its device (UV=1, BE=0)", replace(passkey, backup_eligible=False)
    yield (
        "passkey, bound and attested by a trusted maker",
        replace(passkey, backup_eligible=False, attested=True),
    )


def passes(facts: MethodFacts, profile: AssuranceProfile, level: AssuranceLevel) -> bool:
    """Whether a fresh proof of `facts` passes a checkpoint that asks `level`."""
    answer = decide(
        checkpoint=Checkpoint(slug="example", label="Example"),
        policy=replace(BASE, required_level=level),
        profile=profile,
        member=Member(),
        proofs=[Proof(grant="example", facts=facts, verified_at=_NOW)],
        intent="",
        binds=False,
        now=_NOW,
    )
    return isinstance(answer, Allow)


def render() -> str:
    """The whole page in Markdown."""
    lines = [
        "# What each proof passes",
        "",
        "Printed by `manage.py otpguard_assurance`; each cell is an answer of the guard's own",
        "decision. A proof counts together with what its login session was opened with.",
    ]
    for profile in PROFILES.values():
        lines += ["", f"## Profile `{profile.slug}`", ""]
        if over := departures(profile):
            grades = ", ".join(f"`{grade}`" for grade in over)
            lines += [f"Values above NIST SP 800-63B-4: {grades}.", ""]
        lines += list(_table(profile))
    return "\n".join(lines) + "\n"


def _table(profile: AssuranceProfile) -> Iterator[str]:
    levels = list(AssuranceLevel)
    yield f"| proof | login by | {' | '.join(level.name for level in levels)} |"
    yield f"|---|---|{'---|' * len(levels)}"
    for name, facts in proofs():
        for primary, login in _PRIMARIES.items():
            shown = replace(facts, primary=primary)
            cells = ["yes" if passes(shown, profile, level) else "no" for level in levels]
            yield f"| {name} | {login} | {' | '.join(cells)} |"
