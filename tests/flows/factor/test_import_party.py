"""A passkey is refused where no browser would use it, and the reason names both parties."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from otpguard.factors.foreign_passkey import ForeignPasskey
from otpguard.flows.factor.import_party import OldParty
from otpguard.flows.factor.import_run import NotImportable

OLD, HERE = "app.acme.example", "acme.example"


def made_for(party: str) -> ForeignPasskey:
    """A passkey; with a party, its authenticator data tells it."""
    told = sha256(party.encode()).digest() if party else b""
    return ForeignPasskey(
        credential_id="AA", secret="AA", aaguid=None, sign_count=0, rp_id_hash=told
    )


@pytest.mark.parametrize(
    ("told", "stated", "given", "ours"),
    [
        (HERE, "", "", HERE),
        (HERE, OLD, "", HERE),
        (HERE, "", HERE, ""),
        ("", HERE, "", HERE),
        ("", "", HERE, HERE),
        ("", OLD, HERE, HERE),
        ("", "", HERE, ""),
    ],
)
def test_a_passkey_that_was_made_for_this_place_is_taken(
    told: str, stated: str, given: str, ours: str
) -> None:
    OldParty(stated=stated, given=given, ours=ours).check(made_for(told))


@pytest.mark.parametrize(
    ("told", "stated", "given", "ours", "why"),
    [
        (OLD, "", "", HERE, f"made for another relying party, and no browser uses it for {HERE}"),
        (OLD, OLD, "", HERE, f"made for {OLD}, and no browser uses it for {HERE}"),
        (OLD, HERE, HERE, HERE, f"made for another relying party, .* for {HERE}"),
        ("", OLD, "", HERE, f"made for {OLD}, and no browser uses it for {HERE}"),
        ("", "", OLD, HERE, f"made for {OLD}, and no browser uses it for {HERE}"),
        (HERE, HERE, OLD, HERE, f"made for {OLD}, and no browser uses it for {HERE}"),
        ("", "", "", HERE, "give it as --rp-id"),
        ("", OLD, "", "", "set RELYING_PARTY_ID or give --rp-id"),
        (HERE, HERE, "", "", "set RELYING_PARTY_ID or give --rp-id"),
    ],
)
def test_any_other_is_refused_with_the_reason(
    told: str, stated: str, given: str, ours: str, why: str
) -> None:
    with pytest.raises(NotImportable, match=why):
        OldParty(stated=stated, given=given, ours=ours).check(made_for(told))


def test_upper_case_does_not_matter(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "RELYING_PARTY_ID": "acme.example"}
    party = OldParty.of(stated="ACME.example", given="Acme.Example")
    assert party == OldParty(stated=HERE, given=HERE, ours=HERE)
    assert party.about == f"relying party: {HERE} by its settings, {HERE} here"
