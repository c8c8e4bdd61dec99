"""The standard's own example: bytes that nothing here has made.

Web Authentication Level 3, 16.2 (ES256 without attestation; RP ID and origin from 16.1), as of the
Candidate Recommendation of 26 May 2026.
"""

from __future__ import annotations

from typing import Any

from fido2.utils import websafe_encode

from otpguard.factors import passkey
from otpguard.factors.ceremony import Asked, Purpose, write_state
from otpguard.factors.passkey import Asserted, Known, Registered, RelyingParty, Trust

PARTY = RelyingParty(id="example.org", name="Example", origins=frozenset({"https://example.org"}))
CREDENTIAL = "f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4"
AAGUID = "8446ccb9-ab1d-b374-750b-2367ff6f3a1f"

CREATED = {
    "clientDataJSON": (
        "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a22414d4d507434"
        "557878475453746e63647134313759447742466938767049612d7077386f4f755657345441222c226f72696769"
        "6e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73652c"
        "22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077"
        "697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320"
        "746869733a20426b5165446a646354427258426941774a544c453551227d"
    ),
    "attestationObject": (
        "a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461c9"
        "c4735ae7f8edd46592a5e0f01452b2e4b559000000008446ccb9ab1db374750b2367ff6f3a1f0020f91f391db4"
        "c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4a5010203262001215820afefa16f97ca9b2d"
        "23eb86ccb64098d20db90856062eb249c33a9b672f26df61225820930a56b87a2fca66334b03458abf879717c1"
        "2cc68ed73290af2e2664796b9220"
    ),
}
CREATED_CHALLENGE = "00c30fb78531c464d2b6771dab8d7b603c01162f2fa486bea70f283ae556e130"
GOT = {
    "clientDataJSON": (
        "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a224f63446e5568515875"
        "6c5455506f334a5558543049393770767a7a59425039745a63685879617630314167222c226f726967696e223a"
        "2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73657d"
    ),
    "authenticatorData": (
        "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b51900000000"
    ),
    "signature": (
        "3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd380221008480ac0f0b"
        "93538174f575bf11a1dd5d78c6e486013f937295ea13653e331e87"
    ),
}
GOT_CHALLENGE = "39c0e7521417ba54d43e8dc95174f423dee9bf3cd804ff6d65c857c9abf4d408"


def text(hexadecimal: str) -> str:
    return websafe_encode(bytes.fromhex(hexadecimal))


def state(purpose: Purpose, challenge: str) -> str:
    asked = Asked(challenge=bytes.fromhex(challenge), user_verification="preferred")
    return write_state(purpose, PARTY, asked)


def body(response: dict[str, str]) -> dict[str, Any]:
    answered = {name: text(value) for name, value in response.items()}
    name = text(CREDENTIAL)
    return {"id": name, "rawId": name, "type": "public-key", "response": answered}


def registered() -> Registered:
    return passkey.finish_registration(
        party=PARTY,
        state=state(Purpose.REGISTRATION, CREATED_CHALLENGE),
        body=body(CREATED),
        existing=[],
        trust=Trust(),
    )


def test_the_standards_registration_is_read_as_the_standard_says() -> None:
    made = registered()
    assert (made.credential_id, made.aaguid) == (text(CREDENTIAL), AAGUID)
    assert (made.attestation, made.attested, made.sign_count) == ("none", False, 0)
    flags = (made.user_verified, made.backup_eligible, made.backed_up)
    assert flags == (False, True, True)


def test_the_standards_assertion_is_accepted() -> None:
    made = registered()
    row = Known(
        credential_id=made.credential_id,
        secret=made.secret,
        user_handle=b"any",
        backup_eligible=made.backup_eligible,
        sign_count=made.sign_count,
    )
    proof = passkey.finish_assertion(
        party=PARTY,
        state=state(Purpose.ASSERTION, GOT_CHALLENGE),
        body=body(GOT),
        known=[row],
    )
    assert proof == Asserted(
        credential_id=made.credential_id,
        sign_count=0,
        user_verified=False,
        backed_up=True,
        backup_eligible=True,
        count_regressed=False,
    )
