"""Chains of certificates: which ones lead to a trusted root.

As RFC 5280, 6.1 has it, without name constraints and revocation: only a certificate authority
issues, within its path length, and all are valid now.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtensionOID

_UNDERSTOOD = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        ExtensionOID.CERTIFICATE_POLICIES,
    }
)


def reaches_root(
    path: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], *, at: datetime
) -> bool:
    """True if `path`, the leaf first, is valid at the time `at` up to one of `roots`.

    The path may end with a root or leave it out; the root may be the leaf itself.
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


def _is_sound(certificate: x509.Certificate, at: datetime) -> bool:
    """Valid at the time, signed with a strong hash, and with no unknown critical extension."""
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
def certificates_of(roots: tuple[str, ...]) -> tuple[x509.Certificate, ...]:
    """The certificates in PEM texts. Raises ValueError for a text without any."""
    return tuple(
        certificate
        for text in roots
        for certificate in x509.load_pem_x509_certificates(text.encode())
    )
