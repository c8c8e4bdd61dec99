"""The roots that ship are the ones whose fingerprints are written beside them."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes

from otpguard.factors import fido_roots
from otpguard.factors.chain import certificates_of


@pytest.mark.parametrize(
    ("pem", "name", "fingerprint"),
    [
        (
            fido_roots.GLOBALSIGN_R3,
            "OU=GlobalSign Root CA - R3",
            "cbb522d7b7f127ad6a0113865bdf1cd4102e7d0759af635a7cf4720dc963c53b",
        ),
        (
            fido_roots.GLOBALSIGN_R46,
            "CN=GlobalSign Root R46",
            "4fa3126d8d3a11d1c4855a4f807cbad6cf919d3a5a88b03bea2c6372d93c40c9",
        ),
    ],
)
def test_a_root_is_the_published_one(pem: str, name: str, fingerprint: str) -> None:
    (root,) = certificates_of((pem,))
    assert root.fingerprint(hashes.SHA256()).hex() == fingerprint
    assert name in root.subject.rfc4514_string()
    assert root.issuer == root.subject
