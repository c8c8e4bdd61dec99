"""Attestation: which statements hold and which chains reach a root."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
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

from otpguard.factors.attestation import Trust, Verdict, judge, reaches
from otpguard.factors.ceremony import CeremonyFault
from tests.authenticator import AT, BE, ES256, MODEL, RS256, UP, UV, cose, generate, sign
from tests.factors.ceremonies import fault_of
from tests.manufacturer import Authority, common_name, model_extension, sealed

NOW = datetime.now(tz=UTC)
ROOT = Authority("Root")
TRUST = Trust(roots=(ROOT.pem,))
CLIENT = sha256(b"client data").digest()
KEY = ec.generate_private_key(ec.SECP256R1())
APPLE_NONCE = x509.ObjectIdentifier("1.2.840.113635.100.8.2")


# --- chains ------------------------------------------------------------------------------------


def leaf(above: Authority, *extensions: x509.ExtensionType, **more: Any) -> x509.Certificate:
    return above.issue(common_name("Leaf"), KEY.public_key(), *extensions, **more)


def usage(*, signs_certificates: bool) -> x509.KeyUsage:
    names = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement "
        "key_cert_sign crl_sign encipher_only decipher_only"
    )
    allowed = dict.fromkeys(names.split(), False)
    return x509.KeyUsage(**{**allowed, "key_cert_sign": signs_certificates})


def holds(*path: x509.Certificate, root: Authority = ROOT, at: datetime = NOW) -> bool:
    return reaches(path, [root.certificate], at=at)


def test_a_chain_reaches_its_root_named_or_not() -> None:
    middle = Authority("Middle", above=ROOT)
    low = Authority("Low", above=middle)
    assert holds(leaf(ROOT))
    assert holds(leaf(ROOT), ROOT.certificate)
    assert holds(leaf(low), low.certificate, middle.certificate)
    assert holds(leaf(low), low.certificate, middle.certificate, ROOT.certificate)


def test_a_chain_with_a_link_missing_or_out_of_order_reaches_nothing() -> None:
    middle = Authority("Middle", above=ROOT)
    low = Authority("Low", above=middle)
    assert not holds(leaf(low), low.certificate)
    assert not holds(leaf(low), middle.certificate, low.certificate)
    assert not holds(leaf(low), ROOT.certificate)
    assert not holds()


def test_a_root_of_the_same_name_is_another_root() -> None:
    assert not holds(leaf(Authority("Root")))
    assert not holds(leaf(Authority("Root")), ROOT.certificate)


def test_an_attestation_certificate_may_be_trusted_itself() -> None:
    pinned = leaf(Authority("Unknown"))
    assert reaches([pinned], [pinned], at=NOW)


def test_only_an_authority_issues() -> None:
    device = Authority("A device's own certificate", above=ROOT, authority=False)
    assert not holds(leaf(device), device.certificate)
    assert not holds(leaf(device), root=device)


def test_a_certificate_that_does_not_call_itself_an_authority_is_none() -> None:
    silent = (
        x509.CertificateBuilder(issuer_name=ROOT.name, subject_name=ROOT.name)
        .public_key(ROOT.key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .sign(ROOT.key, hashes.SHA256())
    )
    assert not reaches([leaf(ROOT)], [silent], at=NOW)


def test_an_authority_issues_within_its_path_length() -> None:
    last = Authority("Last", above=ROOT, path_length=0)
    beyond = Authority("Beyond", above=last)
    assert holds(leaf(last), last.certificate)
    assert not holds(leaf(beyond), beyond.certificate, last.certificate)


def test_an_authority_whose_key_may_not_sign_certificates_issues_nothing() -> None:
    may = Authority("May", usage(signs_certificates=True), above=ROOT)
    may_not = Authority("May not", usage(signs_certificates=False), above=ROOT)
    assert holds(leaf(may), may.certificate)
    assert not holds(leaf(may_not), may_not.certificate)


@pytest.mark.parametrize("days", [-1, 400])
def test_every_certificate_is_valid_at_the_time(days: int) -> None:
    assert not holds(leaf(ROOT, days=days))
    middle = Authority("Middle", above=ROOT, days=days)
    assert not holds(leaf(middle), middle.certificate)
    old = Authority("Old root", days=days)
    assert not holds(leaf(old), root=old)
    assert holds(leaf(old, days=days), root=old, at=NOW + timedelta(days=days - 1))


def test_something_critical_that_is_not_understood_ends_the_trust() -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    assert holds(leaf(ROOT, unknown))
    assert not holds(leaf(ROOT, unknown, critical=True))


def test_a_certificate_signed_over_sha_1_is_not_trusted() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = common_name("RSA root")
    root = sealed(name, key.public_key(), issuer=name, key=key, authority=True)
    good = sealed(common_name("Leaf"), KEY.public_key(), issuer=name, key=key)
    # No library makes such a certificate any more: sha256WithRSA becomes sha1WithRSA by hand.
    old, new = (bytes.fromhex(f"2a864886f70d0101{last}") for last in ("0b", "05"))
    signature = key.sign(
        good.tbs_certificate_bytes.replace(old, new), padding.PKCS1v15(), hashes.SHA1()
    )
    weak = x509.load_der_x509_certificate(der(good).replace(old, new)[:-256] + signature)
    assert reaches([good], [root], at=NOW)
    assert not reaches([weak], [root], at=NOW)


def test_trust_is_checked_when_it_is_made() -> None:
    for bad in ({"roots": ("no certificate",)}, {"aaguids": frozenset({"no uuid"})}):
        with pytest.raises(ValueError):  # noqa: PT011 (of several kinds)
            Trust(**bad)


# --- statements --------------------------------------------------------------------------------


def data(flags: int = UP | UV, aaguid: UUID = MODEL) -> AuthenticatorData:
    credential = AttestedCredentialData.create(aaguid.bytes, b"id", cose(KEY, ES256))
    made: AuthenticatorData = AuthenticatorData.create(
        bytes(32), AuthenticatorData.FLAG(flags | AT), 0, credential
    )
    return made


def verdict(
    name: str,
    statement: dict[str, Any],
    shown: AuthenticatorData | None = None,
    *,
    trust: Trust = TRUST,
) -> Verdict:
    held = AttestationObject.create(name, shown or data(), statement)
    return judge(held, client_data_hash=CLIENT, trust=trust, at=NOW)


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


@pytest.mark.parametrize("name", ["android-key", "android-safetynet", "compound"])
def test_a_format_that_is_not_read_proves_nothing(name: str) -> None:
    assert verdict(name, {"x5c": [der(leaf(ROOT))]}) == Verdict(format=name, attested=False)


def test_a_format_without_a_name_is_not_repeated() -> None:
    assert verdict("<script>", {}) == Verdict(format="other", attested=False)


def apple(shown: AuthenticatorData, *, key: ec.EllipticCurvePrivateKey = KEY) -> dict[str, Any]:
    nonce = b"\x30\x24\xa1\x22\x04\x20" + sha256(shown + CLIENT).digest()
    extension = x509.UnrecognizedExtension(APPLE_NONCE, nonce)
    certificate = ROOT.issue(common_name("Apple's"), key.public_key(), extension)
    return {"x5c": [der(certificate)]}


def test_apples_certificate_is_for_the_credentials_own_key() -> None:
    assert verdict("apple", apple(data())) == Verdict(format="apple", attested=True)
    another = ec.generate_private_key(ec.SECP256R1())
    act = fault_of(lambda: verdict("apple", apple(data(), key=another)))
    assert act is CeremonyFault.ATTESTATION


def test_what_can_be_backed_up_is_not_attested() -> None:
    shown = data(UP | UV | BE)
    assert verdict("apple", apple(shown), shown) == Verdict(format="apple", attested=False)


def u2f(shown: AuthenticatorData) -> dict[str, Any]:
    point = cose(KEY, ES256)
    message = b"\0" + shown.rp_id_hash + CLIENT + b"id" + b"\x04" + point[-2] + point[-3]
    return {"x5c": [der(leaf(ROOT))], "sig": KEY.sign(message, ec.ECDSA(hashes.SHA256()))}


def test_u2f_signs_neither_model_nor_flags_and_so_attests_nothing() -> None:
    assert verdict("fido-u2f", u2f(data())) == Verdict(format="fido-u2f", attested=False)
    bad = {**u2f(data()), "sig": b""}
    assert fault_of(lambda: verdict("fido-u2f", bad)) is CeremonyFault.ATTESTATION


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
    certificate = sealed(
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
    assert verdict("tpm", tpm(data())) == Verdict(format="tpm", attested=True)
    assert not verdict("tpm", tpm(data()), trust=Trust()).attested
    listed = Trust(roots=TRUST.roots, aaguids=frozenset({str(MODEL)}))
    assert verdict("tpm", tpm(data()), trust=listed).attested


def test_a_statement_over_sha_1_holds_and_attests_nothing() -> None:
    assert verdict("tpm", tpm(data(), weak=True)) == Verdict(format="tpm", attested=False)


def test_a_tpms_certificate_for_another_model_is_refused() -> None:
    act = fault_of(lambda: verdict("tpm", tpm(data(), model=UUID(int=1))))
    assert act is CeremonyFault.ATTESTATION


def test_a_tpms_statement_about_other_data_is_refused() -> None:
    act = fault_of(lambda: verdict("tpm", tpm(data(UP))))
    assert act is CeremonyFault.ATTESTATION
