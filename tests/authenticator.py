"""A soft authenticator together with the browser in front of it.

    key = Authenticator(origin="https://app.example.com")
    registration = key.create(options)     # what navigator.credentials.create(…).toJSON() gives
    assertion = key.get(options)           # what navigator.credentials.get(…).toJSON() gives

`options` is the JSON that a server sends. Whatever the authenticator is can be set on it at any
time (`key.user_verified = False`); whatever an answer says can be forged by a keyword, one of
`Lies` (`key.get(options, origin="https://evil.example")`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, TypedDict, Unpack
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fido2 import cbor
from fido2.cose import CoseKey
from fido2.utils import websafe_decode, websafe_encode

from tests.manufacturer import Manufacturer

EDDSA, ES256, RS256, ES384 = -8, -7, -257, -35
UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40
MODEL = UUID("5afe0000-0000-4000-8000-00000000c0de")

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


class Lies(TypedDict, total=False):
    """What an answer may say instead of the truth."""

    type: str
    challenge: str
    origin: str
    cross_origin: object
    top_origin: str
    rp_id: str
    flags: int
    credential_id: bytes
    signature: bytes
    user_handle: bytes | None
    statement: dict[str, Any]
    format: str


class NoCredential(Exception):  # noqa: N818 (what a browser calls NotAllowedError)
    """None of the allowed credentials is in here."""


class AlreadyRegistered(Exception):  # noqa: N818 (what a browser calls InvalidStateError)
    """One of the excluded credentials is in here."""


@dataclass(frozen=True)
class Credential:
    """A key pair, whose it is and where it may be used."""

    id: bytes
    rp_id: str
    user_handle: bytes
    key: PrivateKey


def generate(algorithm: int) -> PrivateKey:
    """A new private key for a COSE algorithm."""
    if algorithm == EDDSA:
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm == RS256:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP384R1() if algorithm == ES384 else ec.SECP256R1())


def cose(key: PrivateKey, algorithm: int) -> CoseKey:
    """The public half as a COSE key."""
    return CoseKey.for_alg(algorithm).from_cryptography_key(key.public_key())


def sign(key: PrivateKey, message: bytes) -> bytes:
    """A signature as WebAuthn has it."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(message)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    curve = hashes.SHA384() if key.curve.name == "secp384r1" else hashes.SHA256()
    return key.sign(message, ec.ECDSA(curve))


@dataclass(kw_only=True)
class Authenticator:
    """A security key (the default) or, with `backup_eligible`, a passkey provider.

    `attestation` is "none", "self" or the manufacturer that vouches for the model. `sign_count`
    is what the last answer said; it goes up by `step` at each assertion.
    """

    origin: str
    algorithm: int = ES256
    user_present: bool = True
    user_verified: bool = True
    backup_eligible: bool = False
    backed_up: bool = False
    sign_count: int = 0
    step: int = 1
    aaguid: UUID = MODEL
    transports: tuple[str, ...] = ("usb",)
    attestation: str | Manufacturer = "none"
    credentials: dict[bytes, Credential] = field(default_factory=dict)

    def create(self, options: Mapping[str, Any], **lies: Unpack[Lies]) -> dict[str, Any]:
        """Make a credential; the answer as JSON. Raises AlreadyRegistered."""
        excluded = options.get("excludeCredentials", [])
        if any(websafe_decode(each["id"]) in self.credentials for each in excluded):
            raise AlreadyRegistered
        made = Credential(
            id=lies.get("credential_id", os.urandom(32)),
            rp_id=options["rp"]["id"],
            user_handle=websafe_decode(options["user"]["id"]),
            key=generate(self.algorithm),
        )
        self.credentials[made.id] = made
        client = self._client_data("webauthn.create", options, lies)
        public = cose(made.key, self.algorithm)
        attested = self.aaguid.bytes + len(made.id).to_bytes(2, "big") + made.id
        data = self._data(made.rp_id, lies, attested=attested + cbor.encode(public))
        signed = data + sha256(client).digest()
        name, statement = self._statement(options, made, signed)
        if "signature" in lies and "sig" in statement:
            statement["sig"] = lies["signature"]
        attestation = {
            "fmt": lies.get("format", name),
            "attStmt": lies.get("statement", statement),
            "authData": data,
        }
        return _answer(
            made.id,
            clientDataJSON=client,
            attestationObject=cbor.encode(attestation),
            authenticatorData=data,
            transports=list(self.transports),
            publicKeyAlgorithm=self.algorithm,
            publicKey=made.key.public_key().public_bytes(
                Encoding.DER, PublicFormat.SubjectPublicKeyInfo
            ),
        )

    def get(self, options: Mapping[str, Any], **lies: Unpack[Lies]) -> dict[str, Any]:
        """Prove possession of an allowed credential; the answer as JSON. Raises NoCredential."""
        used = self._allowed(options)
        self.sign_count += self.step
        client = self._client_data("webauthn.get", options, lies)
        data = self._data(used.rp_id, lies)
        signature = sign(used.key, data + sha256(client).digest())
        return _answer(
            lies.get("credential_id", used.id),
            clientDataJSON=client,
            authenticatorData=data,
            signature=lies.get("signature", signature),
            userHandle=lies.get("user_handle", used.user_handle),
        )

    def _allowed(self, options: Mapping[str, Any]) -> Credential:
        for each in options.get("allowCredentials", []):
            found = self.credentials.get(websafe_decode(each["id"]))
            if found is not None and found.rp_id == options["rpId"]:
                return found
        raise NoCredential

    def _client_data(self, type_: str, options: Mapping[str, Any], lies: Lies) -> bytes:
        said = {
            "type": lies.get("type", type_),
            "challenge": lies.get("challenge", options["challenge"]),
            "origin": lies.get("origin", self.origin),
            "crossOrigin": lies.get("cross_origin", False),
        }
        if "top_origin" in lies:
            said["topOrigin"] = lies["top_origin"]
        return json.dumps(said).encode()

    def _data(self, rp_id: str, lies: Lies, *, attested: bytes = b"") -> bytes:
        flags = (
            UP * self.user_present
            + UV * self.user_verified
            + BE * self.backup_eligible
            + BS * self.backed_up
            + AT * bool(attested)
        )
        return (
            sha256(lies.get("rp_id", rp_id).encode()).digest()
            + bytes([lies.get("flags", flags)])
            + self.sign_count.to_bytes(4, "big")
            + attested
        )

    def _statement(
        self, options: Mapping[str, Any], made: Credential, signed: bytes
    ) -> tuple[str, dict[str, Any]]:
        """Format and statement; a browser takes away one that was not asked for."""
        if self.attestation == "none" or options.get("attestation", "none") == "none":
            return "none", {}
        if isinstance(self.attestation, Manufacturer):
            key, chain = self.attestation.attestation(self.aaguid)
            return "packed", {"alg": ES256, "sig": sign(key, signed), "x5c": chain}
        return "packed", {"alg": self.algorithm, "sig": sign(made.key, signed)}


def _answer(credential_id: bytes, **response: object) -> dict[str, Any]:
    """What `PublicKeyCredential.toJSON()` gives: bytes as base64url, nothing for None."""
    name = websafe_encode(credential_id)
    return {
        "id": name,
        "rawId": name,
        "type": "public-key",
        "authenticatorAttachment": "cross-platform",
        "clientExtensionResults": {},
        "response": {
            key: websafe_encode(value) if isinstance(value, bytes) else value
            for key, value in response.items()
            if value is not None
        },
    }
