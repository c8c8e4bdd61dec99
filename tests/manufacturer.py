"""Certificates for attestation: authorities, and a manufacturer of authenticators."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

AAGUID_EXTENSION = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")

PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey


def common_name(text: str) -> x509.Name:
    """A name of one part."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def signed_certificate(
    subject: x509.Name,
    public_key: PublicKey,
    *extensions: x509.ExtensionType,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    authority: bool = False,
    path_length: int | None = None,
    days: int = 30,
    critical: bool = False,
) -> x509.Certificate:
    """A certificate for `public_key`, valid for a year that ends in so many days."""
    ends = datetime.now(tz=UTC) + timedelta(days=days)
    builder = (
        x509.CertificateBuilder(issuer_name=issuer, subject_name=subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(ends - timedelta(days=365))
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=path_length), critical=True)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(key, hashes.SHA256())


class Authority:
    """A certificate authority: a root, or below `above`. The rest goes to its certificate."""

    def __init__(
        self,
        name: str,
        *extensions: x509.ExtensionType,
        above: Authority | None = None,
        authority: bool = True,
        path_length: int | None = None,
        days: int = 30,
    ) -> None:
        self.name = common_name(name)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = signed_certificate(
            self.name,
            self.key.public_key(),
            *extensions,
            issuer=above.name if above else self.name,
            key=above.key if above else self.key,
            authority=authority,
            path_length=path_length,
            days=days,
        )

    @property
    def pem(self) -> str:
        """The certificate as an operator configures it."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def issue(
        self,
        subject: x509.Name,
        public_key: PublicKey,
        *extensions: x509.ExtensionType,
        **more: Any,
    ) -> x509.Certificate:
        """A leaf's certificate; the rest goes to `signed_certificate`."""
        return signed_certificate(
            subject, public_key, *extensions, issuer=self.name, key=self.key, **more
        )


@dataclass(kw_only=True)
class Manufacturer:
    """Who vouches for authenticators; its root is `root.pem`.

    The rest makes what it vouches with a bad thing: another organizational `unit`, a `model` in
    the certificate that is not the authenticator's, a leaf that is an `authority`, a validity that
    ended (negative `days`).
    """

    root: Authority = field(default_factory=lambda: Authority("Test Keys Root"))
    unit: str = "Authenticator Attestation"
    model: UUID | None = None
    authority: bool = False
    days: int = 30

    def attestation(self, aaguid: UUID) -> tuple[ec.EllipticCurvePrivateKey, list[bytes]]:
        """An attestation key and its chain (DER, the leaf first, without the root)."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "SE"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test Keys"),
                x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, self.unit),
                x509.NameAttribute(NameOID.COMMON_NAME, "Test Key Attestation"),
            ]
        )
        leaf = self.root.issue(
            subject,
            key.public_key(),
            model_extension(self.model or aaguid),
            authority=self.authority,
            days=self.days,
        )
        return key, [leaf.public_bytes(Encoding.DER)]


def model_extension(aaguid: UUID) -> x509.UnrecognizedExtension:
    """id-fido-gen-ce-aaguid: the model as an OCTET STRING."""
    return x509.UnrecognizedExtension(AAGUID_EXTENSION, b"\x04\x10" + aaguid.bytes)
