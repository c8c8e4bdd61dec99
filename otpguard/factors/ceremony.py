"""What a WebAuthn answer must keep to, whichever ceremony it belongs to.

The steps are those of Web Authentication Level 3, 7.1 and 7.2, that both share: how an answer is
read, what the browser says (client data), and what the authenticator says (flags). Everything in an
answer comes from the sender, so each fault ends in one kind of error with a reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from fido2 import cbor
from fido2.utils import sha256, websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from otpguard.core.reasons import CeremonyFault
from otpguard.core.secrets import same

NONCE_BYTES: Final = 32
"""Length of a challenge."""

LONGEST_ANSWER: Final = 32 * 1024
"""Characters of JSON. A TPM's certificates take about a quarter; CBOR is read in time that grows
with the square of its length, so more would be a way to keep a server busy."""

_MARK: Final = b"\xff"
"""A byte put behind CBOR before it is read. What is well-formed leaves exactly this byte over."""

_FIXED_PART: Final = 37
"""Bytes of authenticator data before its CBOR: RP ID hash, flags and count (WebAuthn L3, 6.1)."""


class CeremonyError(ValueError):
    """The answer proves nothing; `reason` says why."""

    def __init__(self, reason: CeremonyFault) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"refused: {self.reason}"


class Purpose(StrEnum):
    """Which ceremony a state was made for; the value is the type that its client data must have."""

    REGISTRATION = "webauthn.create"
    ASSERTION = "webauthn.get"


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingParty:
    """Who asks: the RP ID (a domain), a name to show, and the exact origins that may answer."""

    id: str
    name: str
    origins: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceremony:
    """A ceremony begun: `options` for the browser, `state` for the challenge row alone.

    `options` is JSON-ready, for `PublicKeyCredential.parseCreationOptionsFromJSON` or
    `parseRequestOptionsFromJSON`. `state` is JSON text and good for one answer.
    """

    options: dict[str, Any]
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a state remembers of the question."""

    challenge: bytes
    user_verification: str

    def for_fido2(self) -> dict[str, str]:
        """The state as `Fido2Server` keeps it."""
        return {
            "challenge": websafe_encode(self.challenge),
            "user_verification": self.user_verification,
        }


@contextmanager
def blaming(fault: CeremonyFault) -> Iterator[None]:
    """Refuse with `fault` whatever the code inside trips over.

    For reading what a stranger sent. The parsers beneath (JSON, CBOR, COSE, X.509) promise no
    closed list of exceptions, and one that slipped through would be a crash at the sender's wish.
    """
    try:
        yield
    except CeremonyError:
        raise
    except Exception as error:
        raise CeremonyError(fault) from error


def write_state(purpose: Purpose, party: RelyingParty, asked: Asked) -> str:
    """The question as JSON text, tied to its ceremony and relying party."""
    return json.dumps({"purpose": purpose, "party": party.id, **asked.for_fido2()})


def read_state(purpose: Purpose, party: RelyingParty, state: str) -> Asked:
    """The question that `state` holds. Raises CeremonyError (STATE) for one of another ceremony
    or relying party, or one that was changed."""
    with blaming(CeremonyFault.STATE):
        kept = json.loads(state)
        asked = Asked(
            challenge=unpacked(kept["challenge"]), user_verification=kept["user_verification"]
        )
        sound = (
            kept["purpose"] == purpose
            and kept["party"] == party.id
            and len(asked.challenge) == NONCE_BYTES
            and asked.user_verification in {"required", "preferred"}
        )
    if not sound:
        raise CeremonyError(CeremonyFault.STATE)
    return asked


def read_answer(body: str | Mapping[str, Any]) -> tuple[bytes, dict[str, Any]]:
    """The credential id and the `response` of a `PublicKeyCredential.toJSON()`.

    Raises CeremonyError (MALFORMED) for anything that is not of that shape or is too long.
    """
    with blaming(CeremonyFault.MALFORMED):
        text = body if isinstance(body, str) else json.dumps(body)
        if len(text) > LONGEST_ANSWER:
            raise CeremonyError(CeremonyFault.MALFORMED)
        answer = json.loads(text)
        sound = answer["type"] == "public-key" and answer["id"] == answer["rawId"]
        raw_id, response = unpacked(answer["rawId"]), answer["response"]
    if not sound or not isinstance(response, dict):
        raise CeremonyError(CeremonyFault.MALFORMED)
    return raw_id, response


def unpacked(text: str) -> bytes:
    """The bytes of unpadded base64url, read strictly: one text for one value. Raises ValueError."""
    data = websafe_decode(text)
    if websafe_encode(data) != text:
        raise ValueError("not unpadded base64url")
    return data


def check_cbor(data: bytes) -> None:
    """Raises ValueError, or another exception of the parser, unless these are the bytes of exactly
    one CBOR object (RFC 8949, 3): `fido2` accepts a last string that is shorter than it says."""
    _, over = cbor.decode_from(data + _MARK)
    if over != _MARK:
        raise ValueError("not exactly one CBOR object")


def read_statement(text: str) -> AttestationObject:
    """The attestation object of a registration, from base64url.

    Raises ValueError, or another exception of the parsers, for bytes that are not exactly one
    CBOR object (RFC 8949, 3): `fido2` accepts a last string that is shorter than its stated length.
    """
    data = unpacked(text)
    check_cbor(data)
    statement = AttestationObject(data)
    _check_length(statement.auth_data)
    return statement


def read_authenticator_data(text: str) -> AuthenticatorData:
    """The authenticator data of an assertion, from base64url.

    Raises ValueError, or another exception of the parsers, for bytes that are not exactly that.
    """
    data = AuthenticatorData(unpacked(text))
    _check_length(data)
    return data


def _check_length(data: AuthenticatorData) -> None:
    """Raises ValueError when a key or an extension is shorter than its stated length."""
    over = bytes(data)[_FIXED_PART:] + _MARK
    if data.credential_data is not None:
        _, over = AttestedCredentialData.unpack_from(over)
    if data.extensions is not None:
        _, over = cbor.decode_from(over)
    if over != _MARK:
        raise ValueError("not exactly the authenticator data")


def check_client(
    client: CollectedClientData, *, purpose: Purpose, party: RelyingParty, asked: Asked
) -> None:
    """Type, challenge, origin and framing (7.1 steps 7 to 10). Raises CeremonyError.

    An origin is compared as a whole with the allowed ones: neither a subdomain nor another port
    of the RP ID will do. An answer out of a frame of another origin is refused, as is one that
    names a `topOrigin`, which exists only there.
    """
    with blaming(CeremonyFault.MALFORMED):
        said = json.loads(bytes(client))
        framed = said.get("crossOrigin", False) is not False or "topOrigin" in said
    if client.type != purpose:
        raise CeremonyError(CeremonyFault.MALFORMED)
    if not same(client.challenge, asked.challenge):
        raise CeremonyError(CeremonyFault.CHALLENGE)
    if not isinstance(client.origin, str) or client.origin not in party.origins:
        raise CeremonyError(CeremonyFault.ORIGIN)
    if framed:
        raise CeremonyError(CeremonyFault.CROSS_ORIGIN)


def check_flags(data: AuthenticatorData, *, party: RelyingParty, asked: Asked) -> None:
    """RP ID, presence, verification and backup (7.1 steps 13 to 17). Raises CeremonyError."""
    if not same(data.rp_id_hash, sha256(party.id.encode())):
        raise CeremonyError(CeremonyFault.RELYING_PARTY)
    if not data.is_user_present():
        raise CeremonyError(CeremonyFault.NOT_PRESENT)
    if asked.user_verification == "required" and not data.is_user_verified():
        raise CeremonyError(CeremonyFault.NOT_VERIFIED)
    if data.is_backed_up() and not data.is_backup_eligible():
        raise CeremonyError(CeremonyFault.BACKUP_FLAGS)
