"""Attestation: which statements hold, and whose word counts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from hashlib import sha1, sha256
from typing import Any
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from fido2.attestation.tpm import OID_AIK_CERTIFICATE
from fido2.cose import RS1
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from otpguard.core.reasons import CeremonyFault
from otpguard.factors.attestation import Attestation, Trust, verify_attestation
from otpguard.factors.fido_metadata import Metadata
from tests.authenticator import AT, BE, ES256, MODEL, RS256, UP, UV, cose, generate, sign
from tests.factors.ceremonies import fault_of
from tests.manufacturer import Authority, common_name, model_extension, signed_certificate

NOW = datetime.now(tz=UTC)
ROOT = Authority("Root")
TRUST = Trust(roots=(ROOT.pem,))
CLIENT = sha256(b"client data").digest()
KEY = ec.generate_private_key(ec.SECP256R1())
APPLE_NONCE = x509.ObjectIdentifier("1.2.840.113635.100.8.2")


def leaf(above: Authority, *extensions: x509.ExtensionType, **more: Any) -> x509.Certificate:
    return above.issue(common_name("Leaf"), KEY.public_key(), *extensions, **more)


def test_trust_is_checked_when_it_is_made() -> None:
    nothing = frozenset({"no uuid"})
    for bad in ({"roots": ("no certificate",)}, {"aaguids": nothing}, {"denied": nothing}):
        with pytest.raises(ValueError):  # noqa: PT011 (of several kinds)
            Trust(**bad)


# --- statements --------------------------------------------------------------------------------


def data(flags: int = UP | UV, aaguid: UUID = MODEL) -> AuthenticatorData:
    credential = AttestedCredentialData.create(aaguid.bytes, b"id", cose(KEY, ES256))
    made: AuthenticatorData = AuthenticatorData.create(
        bytes(32), AuthenticatorData.FLAG(flags | AT), 0, credential
    )
    return made


def attestation_of(
    name: str,
    statement: dict[str, Any],
    shown: AuthenticatorData | None = None,
    *,
    trust: Trust = TRUST,
) -> Attestation:
    attestation = AttestationObject.create(name, shown or data(), statement)
    return verify_attestation(attestation, client_data_hash=CLIENT, trust=trust, at=NOW)


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


@pytest.mark.parametrize("name", ["android-key", "android-safetynet", "compound"])
def test_a_format_that_is_not_read_proves_nothing(name: str) -> None:
    assert attestation_of(name, {"x5c": [der(leaf(ROOT))]}) == Attestation(
        format=name, attested=False
    )


def test_a_format_without_a_name_is_not_repeated() -> None:
    assert attestation_of("<script>", {}) == Attestation(format="other", attested=False)


def apple(shown: AuthenticatorData, *, key: ec.EllipticCurvePrivateKey = KEY) -> dict[str, Any]:
    nonce = b"\x30\x24\xa1\x22\x04\x20" + sha256(shown + CLIENT).digest()
    extension = x509.UnrecognizedExtension(APPLE_NONCE, nonce)
    certificate = ROOT.issue(common_name("Apple's"), key.public_key(), extension)
    return {"x5c": [der(certificate)]}


def test_apples_certificate_is_for_the_credentials_own_key() -> None:
    assert attestation_of("apple", apple(data())) == Attestation(format="apple", attested=True)
    another = ec.generate_private_key(ec.SECP256R1())
    act = fault_of(lambda: attestation_of("apple", apple(data(), key=another)))
    assert act is CeremonyFault.ATTESTATION


def test_what_can_be_backed_up_is_not_attested() -> None:
    shown = data(UP | UV | BE)
    assert attestation_of("apple", apple(shown), shown) == Attestation(
        format="apple", attested=False
    )


def u2f(shown: AuthenticatorData, *extensions: x509.ExtensionType) -> dict[str, Any]:
    point = cose(KEY, ES256)
    message = b"\0" + shown.rp_id_hash + CLIENT + b"id" + b"\x04" + point[-2] + point[-3]
    signature = KEY.sign(message, ec.ECDSA(hashes.SHA256()))
    return {"x5c": [der(leaf(ROOT, *extensions))], "sig": signature}


def test_u2f_signs_neither_model_nor_flags_and_so_attests_nothing() -> None:
    assert attestation_of("fido-u2f", u2f(data())) == Attestation(format="fido-u2f", attested=False)
    bad = {**u2f(data()), "sig": b""}
    assert fault_of(lambda: attestation_of("fido-u2f", bad)) is CeremonyFault.ATTESTATION


def test_a_u2f_key_whose_certificate_names_a_model_is_taken() -> None:
    """Keys on sale have one certificate for both protocols; over U2F they say no model (8.6)."""
    shown = data(aaguid=UUID(int=0))
    statement = u2f(shown, model_extension(MODEL))
    assert attestation_of("fido-u2f", statement, shown) == Attestation(
        format="fido-u2f", attested=False
    )


def tpm(shown: AuthenticatorData, *, model: UUID = MODEL, weak: bool = False) -> dict[str, Any]:
    """A TPM's statement: `pubArea` describes the credential's key, `certInfo` certifies it.

    A `weak` one is signed over SHA-1, as old TPMs do.
    """

    def sized(part: bytes) -> bytes:
        return len(part).to_bytes(2, "big") + part

    point, aik = cose(KEY, ES256), generate(RS256 if weak else ES256)
    digest = sha1 if weak else sha256
    null, empty = b"\x00\x10", b"\x00\x00"
    area = b"\x00\x23\x00\x0b" + bytes.fromhex("00040072") + empty + null + null
    area += b"\x00\x03" + null + sized(point[-2]) + sized(point[-3])
    name = b"\x00\x0b" + sha256(area).digest()
    info = b"\xffTCG\x80\x17" + empty + sized(digest(shown + CLIENT).digest())
    info += bytes(17) + bytes(8) + sized(name) + empty
    certificate = signed_certificate(
        x509.Name([]),
        aik.public_key(),
        x509.SubjectAlternativeName([x509.DirectoryName(common_name("id:FFFFF1D0"))]),
        x509.ExtendedKeyUsage([OID_AIK_CERTIFICATE]),
        model_extension(model),
        issuer=ROOT.name,
        key=ROOT.key,
    )
    if isinstance(aik, rsa.RSAPrivateKey):
        signature = aik.sign(info, padding.PKCS1v15(), hashes.SHA1())
    else:
        signature = sign(aik, info)
    return {
        "ver": "2.0",
        "alg": RS1.ALGORITHM if weak else ES256,
        "x5c": [der(certificate)],
        "sig": signature,
        "certInfo": info,
        "pubArea": area,
    }


def test_a_tpm_attests_its_model() -> None:
    assert attestation_of("tpm", tpm(data())) == Attestation(format="tpm", attested=True)
    assert not attestation_of("tpm", tpm(data()), trust=Trust()).attested
    listed = Trust(roots=TRUST.roots, aaguids=frozenset({str(MODEL)}))
    assert attestation_of("tpm", tpm(data()), trust=listed).attested


@pytest.mark.parametrize("name", ["tpm", "none", "compound"])
def test_a_model_that_is_denied_is_refused(name: str) -> None:
    denied = Trust(roots=TRUST.roots, denied=frozenset({str(MODEL).upper()}))
    statement = tpm(data()) if name == "tpm" else {}
    act = fault_of(lambda: attestation_of(name, statement, trust=denied))
    assert act is CeremonyFault.MODEL


def test_metadata_vouch_for_their_own_models_and_for_no_undesired_one() -> None:
    def known(*, model: UUID = MODEL, undesired: bool = False, roots: tuple[str, ...] = ()) -> bool:
        metadata = Metadata(
            number=1,
            next_update=date.max,
            roots={str(model): (ROOT.certificate,)},
            undesired=frozenset({str(MODEL)} if undesired else ()),
        )
        trust = Trust(roots=roots, metadata=metadata)
        return attestation_of("tpm", tpm(data()), trust=trust).attested

    assert known()
    assert not known(model=UUID(int=1)), "the root of one maker says nothing of another's models"
    assert not known(undesired=True)
    assert not known(undesired=True, roots=TRUST.roots)


def test_a_statement_over_sha_1_holds_and_attests_nothing() -> None:
    assert attestation_of("tpm", tpm(data(), weak=True)) == Attestation(
        format="tpm", attested=False
    )


def test_a_tpms_certificate_for_another_model_is_refused() -> None:
    act = fault_of(lambda: attestation_of("tpm", tpm(data(), model=UUID(int=1))))
    assert act is CeremonyFault.ATTESTATION


def test_a_tpms_statement_about_other_data_is_refused() -> None:
    act = fault_of(lambda: attestation_of("tpm", tpm(data(UP))))
    assert act is CeremonyFault.ATTESTATION
