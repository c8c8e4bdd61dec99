"""The table in the docs says what the guard answers, for each proof, profile and level."""

from __future__ import annotations

from itertools import product

import pytest

from otpguard.core.assurance import (
    NIST_800_63B_4,
    PROFILES,
    SAAS_2026,
    AssuranceLevel,
    AssuranceProfile,
    MethodFacts,
    Primary,
)
from otpguard.core.assurance_table import passes, proofs, render_table
from tests.house.source import ROOT

PROOFS = dict(proofs())
AAL1, AAL2, AAL3 = AssuranceLevel


def test_the_docs_hold_the_table_as_it_is_now() -> None:
    table = render_table()
    print(table)
    assert (ROOT / "docs" / "assurance.md").read_text("utf-8") == table


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.slug)
def test_who_passes_a_level_passes_every_lower_one(profile: AssuranceProfile) -> None:
    for name, primary in product(PROOFS, Primary):
        facts = MethodFacts(
            method=PROOFS[name].method,
            primary=primary,
            user_verified=PROOFS[name].user_verified,
            backup_eligible=PROOFS[name].backup_eligible,
            attested=PROOFS[name].attested,
        )
        passed = [passes(facts, profile, level) for level in AssuranceLevel]
        assert passed == sorted(passed, reverse=True), (name, primary)


@pytest.mark.parametrize("name", [name for name in PROOFS if name.startswith("Code by")])
def test_no_code_that_is_sent_ever_reaches_aal3(name: str) -> None:
    facts = PROOFS[name]
    assert not any(passes(facts, profile, AAL3) for profile in PROFILES.values())


def test_nist_knows_one_proof_of_aal3_and_the_practice_four() -> None:
    def at_aal3(profile: AssuranceProfile) -> list[str]:
        paired = {
            name: MethodFacts(
                method=facts.method,
                primary=Primary.PASSWORD,
                user_verified=facts.user_verified,
                backup_eligible=facts.backup_eligible,
                attested=facts.attested,
            )
            for name, facts in PROOFS.items()
        }
        return [name for name, facts in paired.items() if passes(facts, profile, AAL3)]

    assert at_aal3(NIST_800_63B_4) == [
        "Passkey or security key, bound and attested by a trusted maker"
    ]
    assert len(at_aal3(SAAS_2026)) == 4


def test_an_emailed_recovery_code_passes_nothing_by_itself() -> None:
    facts = PROOFS["E-mailed recovery code"]
    assert not any(passes(facts, profile, AAL1) for profile in PROFILES.values())
    assert not passes(facts, SAAS_2026, AAL2)
