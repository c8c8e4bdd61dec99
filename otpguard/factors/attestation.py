"""Who made an authenticator: attestation statements and the roots a tenant trusts.

The statement itself is verified by `fido2` (WebAuthn L3, 8). Its chain check looks at signatures
only; here a chain must hold as a chain, see `factors.chain`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from cryptography import x509
from fido2.attestation.apple import AppleAttestation
from fido2.attestation.base import Attestation as StatementVerifier
from fido2.attestation.base import NoneAttestation
from fido2.attestation.packed import PackedAttestation
from fido2.attestation.tpm import TpmAttestation
from fido2.attestation.u2f import FidoU2FAttestation
from fido2.cose import RS1, CoseKey
from fido2.webauthn import AttestationObject, AttestedCredentialData

from otpguard.core.reasons import CeremonyFault
from otpguard.factors.ceremony import (
    CeremonyError,
    blaming,
)
from otpguard.factors.chain import certificates_of, reaches_root
from otpguard.factors.fido_metadata import Metadata

OTHER: Final = "other"
"""Stands for a format that has no name here: the name would be the sender's own text."""

_READ: Final = MappingProxyType[str, StatementVerifier](
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
_NAMES_MODEL = frozenset({"packed", "tpm"})
"""Formats whose certificate has to name the credential's model if it names one."""

_AAGUID = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Whose attestation counts: root certificates (PEM texts) and models (AAGUIDs as UUID texts).

    A chain has to reach one of `roots`, which vouch for any model, or a root that `metadata` names
    for this very model. Of the models only `aaguids` count if there are any, and never those that
    are `denied` or that the metadata calls undesired. Raises ValueError for a text that is no
    certificate or no UUID.
    """

    roots: tuple[str, ...] = field(default=(), repr=False)
    aaguids: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    metadata: Metadata | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        certificates_of(self.roots)
        for name in ("aaguids", "denied"):
            models = frozenset(str(UUID(each)) for each in getattr(self, name))
            object.__setattr__(self, name, models)

    def counts(self, aaguid: UUID | str | None) -> bool:
        """True for a model that may count, if its chain holds."""
        model = str(aaguid or "")
        undesired = self.metadata.undesired if self.metadata else frozenset()
        if model in self.denied or model in undesired:
            return False
        return not self.aaguids or model in self.aaguids

    def roots_of(self, aaguid: str) -> tuple[x509.Certificate, ...]:
        """The certificates up to which a chain of this model may lead."""
        own = self.metadata.roots.get(aaguid, ()) if self.metadata else ()
        return (*certificates_of(self.roots), *own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """The format of a statement, and whether it proves a trusted, device-bound model."""

    format: str
    attested: bool


def verify_attestation(
    statement: AttestationObject, *, client_data_hash: bytes, trust: Trust, at: datetime
) -> Attestation:
    """What an attestation is worth at the time `at` (WebAuthn L3, 7.1 steps 22 to 25).

    Attested is a credential whose statement holds, whose chain reaches a root of `trust`, whose
    model counts there, and which cannot be backed up. A format that is not read
    here proves nothing and does no harm. Raises CeremonyError for a model that is denied (MODEL),
    and for a statement that does not hold (ATTESTATION).
    """
    name, data = statement.fmt, statement.auth_data
    if data.credential_data and str(data.credential_data.aaguid) in trust.denied:
        raise CeremonyError(CeremonyFault.MODEL)
    with blaming(CeremonyFault.ATTESTATION):
        verifier = _READ.get(name)
        if verifier is None:
            return Attestation(format=name if name in _UNREAD else OTHER, attested=False)
        verified = verifier.verify(statement.att_stmt, data, client_data_hash)
        # What vouches for nothing needs no chain: real U2F keys come with odd certificates.
        chain = verified.trust_path if name in _SIGNS_ALL else ()
        path = [x509.load_der_x509_certificate(each) for each in chain]
        credential = data.credential_data
        if path and credential is not None:
            _check_leaf(path[0], name, credential)
        attested = (
            name in _SIGNS_ALL
            and credential is not None
            and not data.is_backup_eligible()
            and statement.att_stmt.get("alg") != RS1.ALGORITHM
            and trust.counts(str(credential.aaguid))
            and reaches_root(path, trust.roots_of(str(credential.aaguid)), at=at)
        )
    return Attestation(format=name, attested=attested)


def _check_leaf(leaf: x509.Certificate, name: str, credential: AttestedCredentialData) -> None:
    """Two steps of WebAuthn L3 that `fido2` leaves out. Raises CeremonyError.

    8.3 and 8.2.1: the model in the certificate, if any, is that of the credential (`fido2` looks
    for packed only). 8.8: Apple's certificate is for the credential's own key.
    """
    for extension in leaf.extensions if name in _NAMES_MODEL else ():
        # An OCTET STRING (tag and length first) within the extension's own.
        if extension.oid == _AAGUID and extension.value.public_bytes()[2:] != credential.aaguid:
            raise CeremonyError(CeremonyFault.ATTESTATION)
    if name == "apple":
        key = credential.public_key
        kind = CoseKey.for_alg(key.ALGORITHM)
        if kind.from_cryptography_key(leaf.public_key()) != key:
            raise CeremonyError(CeremonyFault.ATTESTATION)
