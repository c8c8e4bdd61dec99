"""Credentials as values, and keys that are worth keeping."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from fido2.cose import CoseKey
from fido2.webauthn import AttestedCredentialData, AuthenticatorData

from otpguard.core.reasons import CeremonyFault
from otpguard.factors.ceremony import (
    CeremonyError,
)
from otpguard.factors.credential import (
    Known,
    chosen,
    descriptors,
    named_transports,
    new_credential,
)
from tests.authenticator import EDDSA, ES256, RS256, cose, generate

ID = b"a credential"
FLAG = AuthenticatorData.FLAG


def data_with(key: CoseKey, *, credential_id: bytes = ID) -> AuthenticatorData:
    credential = AttestedCredentialData.create(bytes(16), credential_id, key)
    made: AuthenticatorData = AuthenticatorData.create(bytes(32), FLAG.AT, 0, credential)
    return made


def row(name: str) -> Known:
    return Known(
        credential_id=name, secret="", user_handle=b"", backup_eligible=False, sign_count=0
    )


@pytest.mark.parametrize("algorithm", [EDDSA, ES256, RS256])
def test_a_key_of_an_offered_algorithm_is_taken(algorithm: int) -> None:
    key = cose(generate(algorithm), algorithm)
    assert new_credential(data_with(key), ID).public_key == key


@pytest.mark.parametrize("length", [1, 1023])
def test_a_credential_id_may_have_as_many_bytes_as_the_standard_says(length: int) -> None:
    name = b"i" * length
    key = cose(generate(EDDSA), EDDSA)
    assert new_credential(data_with(key, credential_id=name), name).credential_id == name


def test_data_without_a_credential_is_malformed() -> None:
    with pytest.raises(CeremonyError) as refused:
        new_credential(AuthenticatorData.create(bytes(32), FLAG.UP, 0), ID)
    assert refused.value.reason is CeremonyFault.MALFORMED


@pytest.mark.parametrize(
    "change",
    [{-1: 2}, {-1: 6}, {-2: bytes(32)}, {-2: b""}, {-2: "text"}, {-2: 7}, {3: -9}, {3: -47}],
    ids=str,
)
def test_a_key_that_could_verify_nothing_is_refused_at_once(change: dict[int, Any]) -> None:
    key = {**cose(generate(ES256), ES256), **change}
    with pytest.raises(CeremonyError) as refused:
        new_credential(data_with(CoseKey.parse(key)), ID)
    assert refused.value.reason is CeremonyFault.ALGORITHM


def test_a_key_with_a_part_missing_is_refused() -> None:
    key = cose(generate(ES256), ES256)
    del key[-3]
    with pytest.raises(CeremonyError):
        new_credential(data_with(key), ID)


def test_a_short_rsa_key_is_refused() -> None:
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    with pytest.raises(CeremonyError) as refused:
        new_credential(data_with(cose(short, RS256)), ID)
    assert refused.value.reason is CeremonyFault.ALGORITHM


def test_transports_are_the_named_ones_in_order() -> None:
    assert named_transports(["usb", "pigeon", "nfc", "usb", "smart-card"]) == (
        "nfc",
        "smart-card",
        "usb",
    )
    assert named_transports([]) == ()


def test_a_browser_is_told_id_and_transports() -> None:
    plain, hinted = descriptors(
        [row("AAAA"), Known(**{**fields(row("BBBB")), "transports": ("usb", "smart-card")})]
    )
    assert dict(plain) == {"type": "public-key", "id": "AAAA"}
    assert dict(hinted) == {"type": "public-key", "id": "BBBB", "transports": ["usb"]}


def fields(known: Known) -> dict[str, Any]:
    return {name: getattr(known, name) for name in Known.__dataclass_fields__}


def test_the_chosen_credential_is_one_of_the_given() -> None:
    assert chosen([row("AAAA"), row("BBBB")], "BBBB") == row("BBBB")
    for name in ("CCCC", ""):
        with pytest.raises(CeremonyError) as refused:
            chosen([row("AAAA")], name)
        assert refused.value.reason is CeremonyFault.UNKNOWN_CREDENTIAL
