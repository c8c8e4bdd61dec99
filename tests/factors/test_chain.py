"""Which chains of certificates reach a root."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from otpguard.factors.chain import certificates_of, reaches_root
from tests.manufacturer import Authority, common_name, signed_certificate

NOW = datetime.now(tz=UTC)
ROOT = Authority("Root")
KEY = ec.generate_private_key(ec.SECP256R1())


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
    return reaches_root(path, [root.certificate], at=at)


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
    assert reaches_root([pinned], [pinned], at=NOW)


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
    assert not reaches_root([leaf(ROOT)], [silent], at=NOW)


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
    root = signed_certificate(name, key.public_key(), issuer=name, key=key, authority=True)
    good = signed_certificate(common_name("Leaf"), KEY.public_key(), issuer=name, key=key)
    # No library makes such a certificate any more: sha256WithRSA becomes sha1WithRSA by hand.
    old, new = (bytes.fromhex(f"2a864886f70d0101{last}") for last in ("0b", "05"))
    signature = key.sign(
        good.tbs_certificate_bytes.replace(old, new), padding.PKCS1v15(), hashes.SHA1()
    )
    der = good.public_bytes(Encoding.DER)
    weak = x509.load_der_x509_certificate(der.replace(old, new)[:-256] + signature)
    assert reaches_root([good], [root], at=NOW)
    assert not reaches_root([weak], [root], at=NOW)


def test_certificates_are_read_from_texts_with_one_or_several() -> None:
    other = Authority("Other")
    read = certificates_of((ROOT.pem + other.pem, ROOT.pem))
    assert list(read) == [ROOT.certificate, other.certificate, ROOT.certificate]
    with pytest.raises(ValueError):  # noqa: PT011 (the library's own)
        certificates_of(("no certificate",))
