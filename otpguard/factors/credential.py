"""Credentials of WebAuthn as values: what is enrolled, what came new, what was proved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidSignature
from fido2.cose import RS256, CoseKey
from fido2.utils import bytes2int
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticatorData,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialType,
)

from otpguard.core.reasons import CeremonyFault
from otpguard.factors.ceremony import (
    CeremonyError,
    blaming,
    unpacked,
)

ALGORITHMS: Final = (-8, -7, -257)
"""COSE numbers of EdDSA, ES256 and RS256, the preferred first."""

LONGEST_ID: Final = 1023
"""Bytes of a credential id (7.1 step 25)."""

RSA_BITS: Final = 2048
"""The shortest RSA modulus (NIST SP 800-131A)."""

_TRANSPORTS = frozenset({"usb", "nfc", "ble", "smart-card", "hybrid", "internal"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One enrolled credential, as `Registered` gave it and later assertions changed it.

    `user_handle` is what its authenticator knows the person by. `backup_eligible` is None for one
    that came from elsewhere and has not told yet.
    """

    credential_id: str
    secret: str = field(repr=False)
    user_handle: bytes
    backup_eligible: bool | None
    sign_count: int
    transports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A new credential. `secret` holds its id, model and public key; ids are unpadded base64url.

    `aaguid` is a hint unless `attested`; `attestation` is the statement's format. `attested` says
    that a trusted root vouches for the model and that the key cannot leave its device.
    """

    credential_id: str
    secret: str = field(repr=False)
    aaguid: str
    sign_count: int
    user_verified: bool
    backup_eligible: bool
    backed_up: bool
    attested: bool
    attestation: str
    transports: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asserted:
    """A proof by an enrolled credential.

    `count_regressed` says that its signatures are not counted upwards: perhaps a cloned
    authenticator (6.1.1). That is worth an event; it does not make this proof wrong.
    """

    credential_id: str
    sign_count: int
    user_verified: bool
    backed_up: bool
    backup_eligible: bool
    count_regressed: bool


def descriptors(known: Iterable[Known]) -> list[PublicKeyCredentialDescriptor]:
    """How a browser is told which credentials are meant."""
    described = []
    for each in known:
        # The library turns a transport that it does not know into nothing.
        ways = [way for way in map(AuthenticatorTransport, each.transports) if way]
        described.append(
            PublicKeyCredentialDescriptor(
                type=PublicKeyCredentialType.PUBLIC_KEY,
                id=unpacked(each.credential_id),
                transports=ways or None,
            )
        )
    return described


def named_transports(given: Iterable[str]) -> tuple[str, ...]:
    """The transports that WebAuthn names, once each and in order; other words are dropped."""
    return tuple(sorted(_TRANSPORTS.intersection(given)))


def chosen(known: Iterable[Known], credential_id: str) -> Known:
    """The credential with this id. Raises CeremonyError (UNKNOWN_CREDENTIAL)."""
    for each in known:
        if each.credential_id == credential_id:
            return each
    raise CeremonyError(CeremonyFault.UNKNOWN_CREDENTIAL)


def new_credential(data: AuthenticatorData, raw_id: bytes) -> AttestedCredentialData:
    """The credential that an authenticator made. Raises CeremonyError (MALFORMED, ALGORITHM)."""
    credential = data.credential_data
    if credential is None or credential.credential_id != raw_id:
        raise CeremonyError(CeremonyFault.MALFORMED)
    check_credential(credential)
    return credential


def check_credential(credential: AttestedCredentialData) -> None:
    """Raises CeremonyError (MALFORMED, ALGORITHM) for one that we would not enroll."""
    if not 0 < len(credential.credential_id) <= LONGEST_ID:
        raise CeremonyError(CeremonyFault.MALFORMED)
    key = credential.public_key
    if key.ALGORITHM not in ALGORITHMS:
        raise CeremonyError(CeremonyFault.ALGORITHM)
    with blaming(CeremonyFault.ALGORITHM):
        if isinstance(key, RS256) and bytes2int(key[-1]).bit_length() < RSA_BITS:
            raise CeremonyError(CeremonyFault.ALGORITHM)
        _check_usable(key)


def _check_usable(key: CoseKey) -> None:
    """Raises for a key that can verify nothing: better now than at the first assertion."""
    try:
        key.verify(b"", b"")
    except InvalidSignature:
        return
