"""What each proof passes, as a table for auditors: printed by `manage.py otpguard_assurance`.

Every cell is the answer of `decide` itself, so the table cannot differ from the guard.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

from otpguard.core.assurance import (
    NIST_800_63B_4,
    PROFILES,
    AssuranceLevel,
    AssuranceProfile,
    Grade,
    MethodFacts,
    Primary,
    Worth,
    departures,
)
from otpguard.core.checkpoints import Checkpoint
from otpguard.core.decision import Allow, Member, decide
from otpguard.core.evidence import Proof, Source
from otpguard.core.factor_kind import FactorKind
from otpguard.core.federation.methods import IDP_METHODS
from otpguard.core.presets import BASE
from otpguard.core.shipped_kinds import SHIPPED

Kinds = Mapping[str, FactorKind]

SINGLE_SIGN_ON = "single sign-on"

DEPARTURES: Mapping[str, str] = MappingProxyType(
    {
        Grade.EMAIL: "3.1.3.1 rules e-mail out: a password may be enough to read it.",
        Grade.WHATSAPP: "no way of 3.1.3.1 fits a messenger: an account is known, and no device.",
        Grade.HARDWARE_TOTP: "2.3.2 asks for resistance to phishing; typed codes have none.",
        Grade.PASSKEY_SYNCED: "2.3.2 rules out keys that can be exported.",
        Grade.PASSKEY_BOUND: "2.3.2 asks for a key in hardware, which only attestation shows.",
        Grade.IDP_PHR: "2.3.2 asks for a key in hardware, which the statement leaves open.",
        SINGLE_SIGN_ON: "where nothing else is known of it, it counts like a password.",
    }
)
"""Why the standard values each of these lower than `saas-2026` does."""

STRICT_READING = """\
- Text messages and calls are restricted (3.1.3.3). Beside them, 3.2.9 asks for an unrestricted
  way, a notice to the person, a risk assessment and a plan to migrate.
- Numbers of VOIP: the edition before ruled them out, the final text does not. They are left out
  all the same, unless a policy allows them by `allowed_number_types`.
- Codes by WhatsApp and by e-mail prove nothing, so none are sent.
- Single sign-on counts for nothing where nothing else is known of it: only what an assertion
  states may be counted (SP 800-63C-4).
- What an identity provider states of its own check counts as the tenant has agreed with it, and
  reaches AAL3 only where it states a key in hardware that resists phishing."""
"""How `nist-800-63b-4` reads what the standard leaves open."""

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_PRIMARIES = {
    Primary.NONE: "nothing known",
    Primary.PASSWORD: "a password",
    Primary.SSO: SINGLE_SIGN_ON,
}


def proofs(kinds: Kinds = SHIPPED) -> Iterator[tuple[str, MethodFacts]]:
    """Every proof of `kinds` that the profiles tell apart, with its name."""
    for kind in kinds.values():
        for method in kind.methods:
            facts = MethodFacts(method=method)
            if not method.has_webauthn_flags:
                yield method.label, facts
                continue
            checked = replace(facts, user_verified=True)
            bound = replace(checked, backup_eligible=False)
            yield f"{method.label}, holder not checked (UV=0)", facts
            yield f"{method.label}, synced (UV=1, BE=1)", checked
            yield f"{method.label}, bound to its device (UV=1, BE=0)", bound
            yield (
                f"{method.label}, bound and attested by a trusted maker",
                replace(bound, attested=True),
            )


def passes(
    facts: MethodFacts,
    profile: AssuranceProfile,
    level: AssuranceLevel,
    source: Source = Source.LOCAL,
) -> bool:
    """Whether a fresh proof of `facts` passes a checkpoint that asks `level`, where the policy
    lets proofs of an identity provider serve."""
    answer = decide(
        checkpoint=Checkpoint(slug="example", label="Example"),
        policy=replace(
            BASE,
            required_level=level,
            allowed_factors=frozenset({facts.method.kind}),
            idp_satisfies=True,
        ),
        profile=profile,
        member=Member(),
        proofs=[Proof(grant="example", facts=facts, verified_at=_NOW, source=source)],
        intent="",
        binds=False,
        now=_NOW,
    )
    return isinstance(answer, Allow)


def render_table(kinds: Kinds = SHIPPED, worths: Mapping[str, Worth] = MappingProxyType({})) -> str:
    """The whole page in Markdown, for the `kinds` of a site and the `worths` that it gives to its
    own."""
    lines = [
        "# What each proof passes",
        "",
        "Printed by `manage.py otpguard_assurance`; each cell is an answer of the guard's own",
        "decision. A proof counts together with what its login session was opened with.",
    ]
    if worths:
        lines += ["", f"This site has added {_listed(worths)}, for policies that list it."]
    for shipped in PROFILES.values():
        profile = shipped.extended(worths)
        lines += ["", f"## Profile `{profile.slug}`", ""]
        lines += list(_departures(profile, worths))
        if profile.slug == NIST_800_63B_4.slug:
            lines += [STRICT_READING, ""]
        lines += list(_table(profile, kinds))
        lines += list(_idp_rows(profile))
    return "\n".join(lines) + "\n"


def _departures(profile: AssuranceProfile, worths: Mapping[str, Worth]) -> Iterator[str]:
    over = departures(profile)
    if shipped_over := [grade for grade in over if grade not in worths]:
        yield "These are valued above NIST SP 800-63B-4:"
        yield ""
        yield from (f"- `{grade}`: {DEPARTURES[grade]}" for grade in shipped_over)
        if profile.sso_counts:
            yield f"- {SINGLE_SIGN_ON}: {DEPARTURES[SINGLE_SIGN_ON]}"
        yield ""
    if own_over := [grade for grade in over if grade in worths]:
        yield f"Above AAL1 by this site's own judgment: {_listed(own_over)}."
        yield ""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(profile: AssuranceProfile, kinds: Kinds) -> Iterator[str]:
    levels = list(AssuranceLevel)
    yield f"| proof | login by | {' | '.join(level.name for level in levels)} |"
    yield f"|---|---|{'---|' * len(levels)}"
    for name, facts in proofs(kinds):
        for primary, login in _PRIMARIES.items():
            shown = replace(facts, primary=primary)
            cells = ["yes" if passes(shown, profile, level) else "no" for level in levels]
            yield f"| {name} | {login} | {' | '.join(cells)} |"


def _idp_rows(profile: AssuranceProfile) -> Iterator[str]:
    """What a sign-in at an identity provider is worth, which is a proof by itself."""
    for method in IDP_METHODS.values():
        facts = MethodFacts(method=method, primary=Primary.SSO)
        passed = [passes(facts, profile, level, Source.IDP) for level in AssuranceLevel]
        cells = ["yes" if each else "no" for each in passed]
        yield f"| {method.label} | {SINGLE_SIGN_ON} | {' | '.join(cells)} |"
