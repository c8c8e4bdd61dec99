"""What the FIDO Alliance publishes about authenticators: a blob of its Metadata Service, version 3.

An operator puts the file there; nothing is fetched. A blob is signed by a certificate of an
authority that also signs for many others, so it must be the one of the service itself.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from fido2.attestation.base import InvalidSignature as BrokenChain
from fido2.mds3 import (
    AuthenticatorStatus,
    MetadataBlobPayload,
    MetadataBlobPayloadEntry,
    parse_blob,
)
from fido2.utils import websafe_decode, websafe_encode

from otpguard.factors.chain import reaches_root

SIGNER: Final = "mds.fidoalliance.org"
LONGEST: Final = 32 * 1024 * 1024
"""Bytes: several times what is published."""

_UNDESIRED = frozenset(
    {
        AuthenticatorStatus.REVOKED,
        AuthenticatorStatus.USER_VERIFICATION_BYPASS,
        AuthenticatorStatus.ATTESTATION_KEY_COMPROMISE,
        AuthenticatorStatus.USER_KEY_REMOTE_COMPROMISE,
        AuthenticatorStatus.USER_KEY_PHYSICAL_COMPROMISE,
    }
)
"""FIDO Metadata Service 3.0, 3.1.4: models of these are not to be relied on."""
_SAFE_PLACES = frozenset({"secure_element", "tee"})


class InvalidMetadataError(ValueError):
    """A blob cannot be read, or nobody vouches for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a blob says about models, by their AAGUID as a UUID text.

    `roots` are the certificates up to which an attestation of that model must lead: only models
    that keep their keys in hardware have any. `undesired` are models that are broken.
    """

    number: int
    next_update: date
    roots: Mapping[str, tuple[x509.Certificate, ...]] = field(default_factory=dict, repr=False)
    undesired: frozenset[str] = field(default=frozenset(), repr=False)


def read_metadata(blob: bytes, *, roots: Sequence[x509.Certificate], at: datetime) -> Metadata:
    """What a blob says, if its signature is valid up to one of `roots` at the time `at`.

    Follows FIDO Metadata Service 3.0, 3.2, without the serial number of an older blob and without
    revocation. Raises InvalidMetadataError.
    """
    if len(blob) > LONGEST:
        raise InvalidMetadataError("it is larger than 32 MiB")
    try:
        return _summed_up(_verified(blob.strip(), roots, at))
    except InvalidMetadataError:
        raise
    except Exception as error:
        # JSON, base64, X.509 and signatures promise no closed list of exceptions.
        raise InvalidMetadataError(f"it cannot be read ({type(error).__name__})") from error


def _verified(blob: bytes, roots: Sequence[x509.Certificate], at: datetime) -> MetadataBlobPayload:
    header = json.loads(websafe_decode(blob.partition(b".")[0].decode()))
    path = [x509.load_der_x509_certificate(b64decode(each)) for each in header.get("x5c", [])]
    if not path or SIGNER not in set(_names_of(path[0])):
        raise InvalidMetadataError(f"it is not signed by {SIGNER}")
    blob = _for_fido2(blob) if header.get("alg") == "ES256" else blob
    for root in roots:
        if reaches_root(path, (root,), at=at):
            # Refused too where the path goes on beyond this root: then another one is its end.
            with suppress(InvalidSignature, BrokenChain):
                return parse_blob(blob, root.public_bytes(Encoding.DER))
    raise InvalidMetadataError("its signature leads to no root that is trusted")


def _for_fido2(blob: bytes) -> bytes:
    """The blob with its ES256 signature as X9.62 has it, which `fido2` takes, in place of the two
    bare numbers of RFC 7518, 3.4."""
    message, _, signature = blob.rpartition(b".")
    raw = websafe_decode(signature.decode())
    numbers = (int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    return message + b"." + websafe_encode(encode_dss_signature(*numbers)).encode()


def _names_of(certificate: x509.Certificate) -> Iterator[str]:
    """The hosts that a certificate is for."""
    for extension in certificate.extensions:
        if isinstance(extension.value, x509.SubjectAlternativeName):
            yield from extension.value.get_values_for_type(x509.DNSName)
            return
    for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME):
        yield str(name.value)


def _summed_up(payload: MetadataBlobPayload) -> Metadata:
    models = {str(entry.aaguid): entry for entry in payload.entries if entry.aaguid}
    return Metadata(
        number=payload.no,
        next_update=payload.next_update,
        roots={name: tuple(_roots_of(entry)) for name, entry in models.items()},
        undesired=frozenset(name for name, entry in models.items() if _is_undesired(entry)),
    )


def _roots_of(entry: MetadataBlobPayloadEntry) -> Iterator[x509.Certificate]:
    """The roots of a model that keeps its keys in hardware; none for any other model."""
    said = entry.metadata_statement
    if said is None or "hardware" not in said.key_protection:
        return
    if not _SAFE_PLACES.intersection(said.key_protection):
        return
    for each in said.attestation_root_certificates:
        with suppress(ValueError):  # one odd certificate must not make all the others unusable
            yield x509.load_der_x509_certificate(each)


def _is_undesired(entry: MetadataBlobPayloadEntry) -> bool:
    return any(report.status in _UNDESIRED for report in entry.status_reports)
