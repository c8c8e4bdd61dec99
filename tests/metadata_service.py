"""The FIDO Alliance's Metadata Service as a file: a blob that says of models what a test wants."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from fido2.utils import websafe_encode

from tests.manufacturer import Authority, Manufacturer, common_name

HOST = "mds.fidoalliance.org"
SignerKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
HARDWARE = ("hardware", "secure_element", "remote_handle")


def entry(
    model: UUID,
    maker: Manufacturer,
    *,
    key_protection: tuple[str, ...] = HARDWARE,
    statuses: tuple[str, ...] = ("FIDO_CERTIFIED_L1",),
    roots: tuple[bytes, ...] | None = None,
) -> dict[str, Any]:
    """What is published of a model: its maker's root, unless `roots` (DER) are given."""
    own = (maker.root.certificate.public_bytes(Encoding.DER),) if roots is None else roots
    return {
        "aaguid": str(model),
        "metadataStatement": {
            "description": "Test key",
            "aaguid": str(model),
            "protocolFamily": "fido2",
            "schema": 3,
            "authenticatorVersion": 1,
            "upv": [{"major": 1, "minor": 1}],
            "attestationTypes": ["basic_full"],
            "userVerificationDetails": [[{"userVerificationMethod": "passcode_external"}]],
            "keyProtection": list(key_protection),
            "matcherProtection": ["on_chip"],
            "attachmentHint": ["external"],
            "tcDisplay": [],
            "attestationRootCertificates": [b64encode(each).decode() for each in own],
        },
        "statusReports": [{"status": each, "effectiveDate": "2025-01-01"} for each in statuses],
        "timeOfLastStatusChange": "2025-01-01",
    }


def rsa_key() -> SignerKey:
    """What the service signs with."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(kw_only=True)
class Service:
    """Who signs blobs with `key`: under `root`, for the host of the service unless it lies.

    `path` are the authorities above the signer that a blob names.
    """

    key: SignerKey = field(default_factory=rsa_key)
    root: Authority = field(default_factory=lambda: Authority("Root of the service"))
    path: tuple[Authority, ...] = ()
    host: str = HOST
    next_update: date = field(default_factory=lambda: date.today() + timedelta(days=30))  # noqa: DTZ011 (a month is enough in every zone)

    def blob(self, *entries: dict[str, Any], **header: Any) -> bytes:
        """A signed blob with these entries; `header` replaces parts of its header."""
        named = x509.SubjectAlternativeName([x509.DNSName(self.host)])
        leaf = self.root.issue(common_name("Signer"), self.key.public_key(), named)
        path = (leaf, *(above.certificate for above in self.path))
        chain = [b64encode(each.public_bytes(Encoding.DER)).decode() for each in path]
        payload = {
            "legalHeader": "For tests.",
            "no": 7,
            "nextUpdate": self.next_update.isoformat(),
            "entries": list(entries),
        }
        name = "RS256" if isinstance(self.key, rsa.RSAPrivateKey) else "ES256"
        head = {"alg": name, "typ": "JWT", "x5c": chain, **header}
        message = ".".join(websafe_encode(json.dumps(part).encode()) for part in (head, payload))
        return f"{message}.{websafe_encode(_signature(self.key, message.encode()))}".encode()


def _signature(key: SignerKey, message: bytes) -> bytes:
    """As RFC 7518, 3.3 and 3.4 have it."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    numbers = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return b"".join(number.to_bytes(32, "big") for number in numbers)
