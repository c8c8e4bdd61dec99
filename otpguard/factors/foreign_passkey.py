"""Passkeys that another package has enrolled, read as strictly as new ones.

What the other package did not keep is unknown (None), and the weaker value counts until an answer
shows it. Whether a maker is trusted is decided here again, never taken over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from fido2.utils import sha256, websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData

from otpguard.core.reasons import CeremonyFault
from otpguard.core.shipped_kinds import PASSKEY
from otpguard.factors.attestation import OTHER, Attestation, Trust, verify_attestation
from otpguard.factors.ceremony import CeremonyError, blaming, check_cbor, read_statement
from otpguard.factors.credential import check_credential, named_transports
from otpguard.models import Factor

LONGEST_HANDLE = 64
"""Bytes of a user handle (WebAuthn L3, 5.4.3)."""

_HIGHEST_COUNT = 2**32 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignPasskey:
    """A passkey as another package knew it.

    `rp_id_hash` is the SHA-256 of the relying party that it was made for, empty where the package
    kept no authenticator data.
    """

    credential_id: str
    secret: str = field(repr=False)
    aaguid: UUID | None
    sign_count: int
    user_verified: bool | None = None
    backup_eligible: bool | None = None
    backed_up: bool = False
    attested: bool = False
    attestation: str = ""
    transports: tuple[str, ...] = ()
    rp_id_hash: bytes = b""


def from_key(
    *,
    credential_id: bytes,
    public_key: bytes,
    trust: Trust,
    aaguid: str = "",
    sign_count: int = 0,
    backup_eligible: bool | None = None,
    backed_up: bool = False,
    transports: Iterable[str] = (),
) -> ForeignPasskey:
    """A passkey of which only the key is kept; `public_key` is COSE, `aaguid` a UUID's text.

    Raises CeremonyError for a key that we would not enroll or a model that `trust` denies.
    """
    with blaming(CeremonyFault.MALFORMED):
        model = UUID(aaguid) if aaguid else None
        check_cbor(public_key)
        prefix = (model.bytes if model else Aaguid.NONE) + len(credential_id).to_bytes(2, "big")
        credential = AttestedCredentialData(prefix + credential_id + public_key)
    check_credential(credential)
    if str(model) in trust.denied:
        raise CeremonyError(CeremonyFault.MODEL)
    if backed_up and backup_eligible is False:
        raise CeremonyError(CeremonyFault.BACKUP_FLAGS)
    return ForeignPasskey(
        credential_id=websafe_encode(credential_id),
        secret=websafe_encode(bytes(credential)),
        aaguid=model,
        sign_count=min(max(sign_count, 0), _HIGHEST_COUNT),
        backup_eligible=backup_eligible,
        backed_up=backed_up,
        transports=named_transports(transports),
    )


def from_registration(
    *,
    statement: str,
    client_data: bytes,
    trust: Trust,
    at: datetime,
    transports: Iterable[str] = (),
) -> ForeignPasskey:
    """A passkey of which the whole registration is kept: `statement` is its attestation object in
    base64url.

    Raises CeremonyError for a key that we would not enroll or a model that `trust` denies. A
    statement that does not hold (any more) vouches for nothing.
    """
    with blaming(CeremonyFault.MALFORMED):
        read = read_statement(statement.rstrip("="))
        data = read.auth_data
        credential = data.credential_data
        if credential is None:
            raise CeremonyError(CeremonyFault.MALFORMED)
        check_credential(credential)
    if data.is_backed_up() and not data.is_backup_eligible():
        raise CeremonyError(CeremonyFault.BACKUP_FLAGS)
    made = _vouched(read, client_data, trust, at)
    return ForeignPasskey(
        credential_id=websafe_encode(credential.credential_id),
        secret=websafe_encode(bytes(credential)),
        aaguid=UUID(bytes=bytes(credential.aaguid)),
        sign_count=data.counter,
        user_verified=data.is_user_verified(),
        backup_eligible=data.is_backup_eligible(),
        backed_up=data.is_backed_up(),
        attested=made.attested,
        attestation=made.format,
        transports=named_transports(transports),
        rp_id_hash=bytes(data.rp_id_hash),
    )


def _vouched(
    statement: AttestationObject, client_data: bytes, trust: Trust, at: datetime
) -> Attestation:
    try:
        return verify_attestation(
            statement, client_data_hash=sha256(client_data), trust=trust, at=at
        )
    except CeremonyError as error:
        if error.reason is CeremonyFault.MODEL:
            raise
        return Attestation(format=OTHER, attested=False)


def build(*, user_id: str, name: str, passkey: ForeignPasskey, user_handle: bytes) -> Factor:
    """An unsaved factor with this credential; `user_handle` is what its authenticator knows the
    person by, empty if that is the one that we compute."""
    return Factor(
        user_id=user_id,
        kind=PASSKEY.slug,
        name=name,
        credential_id=passkey.credential_id,
        secret=passkey.secret,
        aaguid=passkey.aaguid,
        sign_count=passkey.sign_count,
        transports=list(passkey.transports),
        attestation=passkey.attestation,
        user_handle=user_handle,
        user_verified=passkey.user_verified,
        backup_eligible=passkey.backup_eligible,
        backed_up=passkey.backed_up,
        attested=passkey.attested,
    )
