"""What another package kept of a passkey is read strictly, and taken at its weakest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from fido2 import cbor
from fido2.utils import sha256, websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject

from otpguard.core.reasons import CeremonyFault
from otpguard.factors import foreign_passkey
from otpguard.factors.attestation import Trust
from otpguard.factors.credential import Known
from otpguard.factors.foreign_passkey import ForeignPasskey, from_key, from_registration
from tests.authenticator import ES256, ES384, MODEL, cose, generate
from tests.factors.ceremonies import (
    HANDLE,
    MAKER,
    NOBODY,
    TRUST,
    begin,
    fault_of,
    make,
    prove,
)

ID = b"a credential"
DENYING = Trust(denied=frozenset({str(MODEL)}))


def response_of(key: Any) -> dict[str, Any]:
    """What a browser said when the key was registered elsewhere."""
    response: dict[str, Any] = key.create(begin().options)["response"]
    return response


def read(response: dict[str, Any], *, trust: Trust = NOBODY, **known: Any) -> ForeignPasskey:
    return from_registration(
        statement=response["attestationObject"],
        client_data=websafe_decode(response["clientDataJSON"]),
        transports=response["transports"],
        trust=trust,
        **{"at": timezone.now(), **known},
    )


def public_key(algorithm: int = ES256) -> bytes:
    return cbor.encode(cose(generate(algorithm), algorithm))


def as_known(passkey: ForeignPasskey) -> Known:
    return Known(
        credential_id=passkey.credential_id,
        secret=passkey.secret,
        user_handle=HANDLE,
        backup_eligible=passkey.backup_eligible,
        sign_count=passkey.sign_count,
    )


# --- a key alone --------------------------------------------------------------------------------


def test_a_key_alone_proves_and_tells_nothing_else() -> None:
    key = make()
    statement = AttestationObject(websafe_decode(response_of(key)["attestationObject"]))
    credential = statement.auth_data.credential_data
    assert credential is not None
    raw = cbor.encode(credential.public_key)
    passkey = from_key(credential_id=credential.credential_id, public_key=raw, trust=NOBODY)
    assert (passkey.user_verified, passkey.backup_eligible) == (None, None)
    assert (passkey.aaguid, passkey.attested, passkey.rp_id_hash) == (None, False, b"")
    assert prove(key, as_known(passkey)).credential_id == passkey.credential_id


@pytest.mark.parametrize(
    ("count", "kept"), [(-1, 0), (0, 0), (2**32 - 1, 2**32 - 1), (2**40, 2**32 - 1)]
)
def test_a_count_is_kept_within_what_a_key_can_count(count: int, kept: int) -> None:
    passkey = from_key(credential_id=ID, public_key=public_key(), sign_count=count, trust=NOBODY)
    assert passkey.sign_count == kept


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"public_key": b""}, CeremonyFault.MALFORMED),
        ({"public_key": b"\xa0"}, CeremonyFault.MALFORMED),
        ({"public_key": public_key() + b"\x00"}, CeremonyFault.MALFORMED),
        ({"public_key": public_key()[:-1]}, CeremonyFault.MALFORMED),
        ({"public_key": public_key(ES384)}, CeremonyFault.ALGORITHM),
        ({"credential_id": b""}, CeremonyFault.MALFORMED),
        ({"credential_id": b"i" * 1024}, CeremonyFault.MALFORMED),
        ({"aaguid": "no model"}, CeremonyFault.MALFORMED),
        ({"backup_eligible": False, "backed_up": True}, CeremonyFault.BACKUP_FLAGS),
        ({"aaguid": str(MODEL), "trust": DENYING}, CeremonyFault.MODEL),
    ],
)
def test_a_key_that_we_would_not_enroll_is_refused(
    changed: dict[str, Any], fault: CeremonyFault
) -> None:
    sound: dict[str, Any] = {"credential_id": ID, "public_key": public_key(), "trust": NOBODY}
    assert from_key(**sound)
    assert fault_of(lambda: from_key(**{**sound, **changed})) is fault


# --- a whole registration -----------------------------------------------------------------------


@pytest.mark.parametrize("synced", [True, False])
def test_a_registration_is_read_like_one_of_ours(synced: bool) -> None:
    key = make(backup_eligible=synced, transports=("usb", "smoke"))
    passkey = read(response_of(key))
    assert (passkey.user_verified, passkey.backup_eligible) == (True, synced)
    assert (passkey.aaguid, passkey.transports) == (MODEL, ("usb",))
    assert (passkey.attestation, passkey.attested) == ("none", False)
    assert passkey.rp_id_hash == sha256(b"example.org")
    assert prove(key, as_known(passkey)).backup_eligible is synced


def test_only_a_maker_whom_we_trust_vouches() -> None:
    response = response_of(make(attestation=MAKER))
    assert read(response, trust=TRUST).attested
    assert not read(response, trust=NOBODY).attested
    late = timezone.now() + timedelta(days=40_000)
    assert not read(response, trust=TRUST, at=late).attested


def test_a_statement_that_does_not_hold_vouches_for_nothing() -> None:
    response = response_of(make(attestation=MAKER))
    other = websafe_encode(b"what the browser did not say")
    passkey = read({**response, "clientDataJSON": other}, trust=TRUST)
    assert (passkey.attested, passkey.attestation) == (False, "other")


def test_a_denied_model_is_refused() -> None:
    assert fault_of(lambda: read(response_of(make()), trust=DENYING)) is CeremonyFault.MODEL


def test_padding_is_no_fault_but_rubbish_is() -> None:
    response = response_of(make())
    text = response["attestationObject"]
    assert read({**response, "attestationObject": text + "=="})
    for rubbish in ("", "AA", text[:-8], text + "AAAA"):
        spoiled = {**response, "attestationObject": rubbish}
        assert fault_of(lambda spoiled=spoiled: read(spoiled)) is CeremonyFault.MALFORMED


def test_flags_that_contradict_each_other_are_refused() -> None:
    response = response_of(make(backed_up=True))
    assert fault_of(lambda: read(response)) is CeremonyFault.BACKUP_FLAGS


def test_the_factor_carries_everything() -> None:
    passkey = read(response_of(make()))
    factor = foreign_passkey.build(user_id="7", name="Key", passkey=passkey, user_handle=b"h")
    assert (factor.kind, factor.user_id, factor.name) == ("passkey", "7", "Key")
    assert not factor.confirmed
    assert (factor.secret, factor.user_handle) == (passkey.secret, b"h")
    assert factor.aaguid == UUID(str(MODEL))


def test_a_secret_is_not_shown() -> None:
    passkey = read(response_of(make()))
    assert passkey.secret not in repr(passkey)
