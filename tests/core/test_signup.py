"""What shows who somebody is, and what is missing first."""

from __future__ import annotations

import pytest

from otpguard.core.signup import Identity, IdentityPart, ShownIdentity, missing_part

PHONE, EMAIL = IdentityPart.PHONE, IdentityPart.EMAIL
NUMBER, DOCUMENTS = IdentityPart.NUMBER, IdentityPart.DOCUMENTS


@pytest.mark.parametrize(
    ("identity", "shown", "missing"),
    [
        (Identity.PHONE, ShownIdentity(phone=False, email=True, documents=True), PHONE),
        (Identity.PHONE, ShownIdentity(phone=True, reassigned=True), None),
        (Identity.PHONE_EMAIL, ShownIdentity(phone=True), EMAIL),
        (Identity.PHONE_EMAIL, ShownIdentity(phone=True, email=True), None),
        (Identity.IAL2, ShownIdentity(phone=True, email=True), DOCUMENTS),
        (Identity.IAL2, ShownIdentity(phone=True, documents=True), EMAIL),
        (Identity.IAL2, ShownIdentity(phone=True, email=True, documents=True), None),
        (
            Identity.IAL2,
            ShownIdentity(phone=True, reassigned=True, email=True, documents=True),
            NUMBER,
        ),
    ],
)
def test_the_first_thing_that_is_missing_is_asked_for(
    identity: Identity, shown: ShownIdentity, missing: IdentityPart | None
) -> None:
    assert missing_part(identity, shown) is missing
