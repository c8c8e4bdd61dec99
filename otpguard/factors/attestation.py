"""Who made an authenticator: attestation statements and the roots a tenant trusts.

The statement itself is verified by `fido2` (WebAuthn L3, 8). Its chain check looks at signatures
only; here a chain must hold as a chain (RFC 5280, 6.1, without name constraints and revocation):
only a certificate authority issues, within its path length, and all are valid now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from uuid import UUID

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtensionOID
from fido2.attestation.apple import AppleAttestation
from fido2.attestation.base import Attestation, NoneAttestation
from fido2.attestation.packed import PackedAttestation
from fido2.attestation.tpm import TpmAttestation
from fido2.attestation.u2f import FidoU2FAttestation
from fido2.cose import RS1, CoseKey
from fido2.webauthn import AttestationObject, AttestedCredentialData

from otpguard.factors.ceremony import CeremonyError, CeremonyFault, blaming

OTHER: Final = "other"
"""Stands for a format that has no name here: the name would be the sender's own text."""

_READ: Final = MappingProxyType[str, Attestation](
    {
        "none": NoneAttestation(),
        "packed": PackedAttestation(),
        "tpm": TpmAttestation(),
        "apple": AppleAttestation(),
        "fido-u2f": FidoU2FAttestation(),
    }
)
_UNREAD = frozenset({"android-key", "android-safetynet", "compound"})
_SIGNS_ALL = frozenset({"packed", "tpm", "apple"})
"""Formats that vouch for the flags and the model; U2F signs neither."""

_AAGUID = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")
_UNDERSTOOD = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        ExtensionOID.CERTIFICATE_POLICIES,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Whose attestation counts: root certificates (PEM texts) and models (AAGUIDs as UUID texts).

    Without AAGUIDs any model counts whose chain reaches a root; without roots nothing does.
    Raises ValueError for a text that is no certificate or no UUID.
    """

    roots: tuple[str, ...] = field(default=(), repr=False)
    aaguids: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        _certificates(self.roots)
        object.__setattr__(self, "aaguids", frozenset(str(UUID(each)) for each in self.aaguids))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The format of a statement, and whether it proves a trusted, device-bound model."""

    format: str
    attested: bool


def judge(
    statement: AttestationObject, *, client_data_hash: bytes, trust: Trust, at: datetime
) -> Verdict:
    """What an attestation is worth at the time `at` (WebAuthn L3, 7.1 steps 22 to 25).

    Attested is a credential whose statement holds, whose chain reaches a root of `trust`, whose
    model is on the list if there is one, and which cannot be backed up. A format that is not read
    here proves nothing and does no harm. Raises CeremonyError (ATTESTATION) for a statement that
    does not hold.
    """
    name, data = statement.fmt, statement.auth_data
    with blaming(CeremonyFault.ATTESTATION):
        verifier = _READ.get(name)
        if verifier is None:
            return Verdict(format=name if name in _UNREAD else OTHER, attested=False)
        held = verifier.verify(statement.att_stmt, data, client_data_hash)
        path = [x509.load_der_x509_certificate(each) for each in held.trust_path]
        credential = data.credential_data
        if path and credential is not None:
            _check_leaf(path[0], name, credential)
        attested = (
            name in _SIGNS_ALL
            and credential is not None
            and not data.is_backup_eligible()
            and statement.att_stmt.get("alg") != RS1.ALGORITHM
            and (not trust.aaguids or str(credential.aaguid) in trust.aaguids)
            and reaches(path, _certificates(trust.roots), at=at)
        )
    return Verdict(format=name, attested=attested)


def reaches(
    path: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], *, at: datetime
) -> bool:
    """True when `path`, the leaf first, holds at the time `at` up to one of `roots`.

    A root may stand at the end of the path or be left out; it may be the leaf itself.
    """
    for below, certificate in enumerate(path):
        if not _is_sound(certificate, at):
            return False
        if certificate in roots:
            return True
        if any(_is_sound(root, at) and _issued(root, certificate, below) for root in roots):
            return True
        following = path[below + 1] if below + 1 < len(path) else None
        if following is None or not _issued(following, certificate, below):
            return False
    return False


def _check_leaf(leaf: x509.Certificate, name: str, credential: AttestedCredentialData) -> None:
    """Two steps of WebAuthn L3 that `fido2` leaves out. Raises CeremonyError.

    8.3 and 8.2.1: the model in the certificate, if any, is that of the credential (`fido2` looks
    for packed only). 8.8: Apple's certificate is for the credential's own key.
    """
    for extension in leaf.extensions:
        # An OCTET STRING (tag and length first) within the extension's own.
        if extension.oid == _AAGUID and extension.value.public_bytes()[2:] != credential.aaguid:
            raise CeremonyError(CeremonyFault.ATTESTATION)
    if name == "apple":
        key = credential.public_key
        kind = CoseKey.for_alg(key.ALGORITHM)
        if kind.from_cryptography_key(leaf.public_key()) != key:
            raise CeremonyError(CeremonyFault.ATTESTATION)


def _is_sound(certificate: x509.Certificate, at: datetime) -> bool:
    """Valid at the time, signed with a hash that holds, nothing critical that is not understood."""
    return (
        certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
        and not isinstance(certificate.signature_hash_algorithm, hashes.SHA1 | hashes.MD5)
        and all(each.oid in _UNDERSTOOD for each in certificate.extensions if each.critical)
    )


def _issued(issuer: x509.Certificate, certificate: x509.Certificate, below: int) -> bool:
    """True when `issuer` may issue with `below` authorities between it and the leaf, and did."""
    try:
        basic = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return False
    if not basic.ca or (basic.path_length is not None and basic.path_length < below):
        return False
    for extension in issuer.extensions:
        if isinstance(extension.value, x509.KeyUsage) and not extension.value.key_cert_sign:
            return False
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


@lru_cache(maxsize=64)
def _certificates(roots: tuple[str, ...]) -> tuple[x509.Certificate, ...]:
    return tuple(
        certificate
        for text in roots
        for certificate in x509.load_pem_x509_certificates(text.encode())
    )
