"""Keys that sign heads: from the root key, from a file, from the host's own class."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import override_settings

from otpguard.audit.signers import (
    FileSigner,
    HeadSigner,
    RootKeySigner,
    clock_signer,
    head_signer,
    is_signed,
    trusted,
)

NEW, OLD = "new root key " * 3, "old root key " * 3
MESSAGE = b"origin\n7\nroot\n"


class Remote:
    """As a host would write one that asks a KMS."""

    def __init__(self, *, seed: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
        self.public = self._key.public_key().public_bytes_raw()
        self.retired: tuple[bytes, ...] = ()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


def in_file(path: Path, key: Ed25519PrivateKey | EllipticCurvePrivateKey) -> str:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(pem)
    return str(path)


def test_each_signs_what_its_public_key_verifies(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    own = {"BACKEND": f"{__name__}.Remote", "OPTIONS": {"seed": "07" * 32}}
    with override_settings(OTPGUARD={"AUDIT_SIGNER": own}):
        remote = head_signer()
    for signer in (RootKeySigner(), remote, FileSigner(file=in_file(tmp_path / "k", key))):
        signature = signer.sign(MESSAGE)
        assert is_signed(signer.public, signature, MESSAGE)
        assert not is_signed(signer.public, signature, MESSAGE + b"x")
        assert not is_signed(b"no key", signature, MESSAGE)
        assert isinstance(signer, HeadSigner)


def test_the_clock_and_the_log_have_keys_of_their_own() -> None:
    assert head_signer().public != clock_signer().public


def test_a_copy_of_the_site_with_another_name_signs_with_another_key() -> None:
    keys = []
    for name in ("audit.example.com/live", "audit.example.com/staging"):
        with override_settings(OTPGUARD={"ROOT_KEYS": [NEW], "INSTALLATION": name}):
            keys += [head_signer().public, clock_signer().public]
    assert len(set(keys)) == 4


def test_after_a_rotation_the_older_key_is_still_trusted() -> None:
    with override_settings(OTPGUARD={"ROOT_KEYS": [OLD]}):
        before = head_signer().public
    with override_settings(OTPGUARD={"ROOT_KEYS": [NEW, OLD]}):
        assert head_signer().public != before
        assert before in trusted(head_signer())
    with override_settings(OTPGUARD={"ROOT_KEYS": [NEW]}):
        assert before not in trusted(head_signer())


def test_a_file_names_the_keys_before_it(tmp_path: Path) -> None:
    file = in_file(tmp_path / "k", Ed25519PrivateKey.generate())
    signer = FileSigner(file=file, retired=["07" * 32])
    assert trusted(signer) == {signer.public, bytes.fromhex("07" * 32)}
    for wrong in ("07", "zz" * 32):
        with pytest.raises(ValueError, match="hex"):
            FileSigner(file=file, retired=[wrong])


def test_a_file_without_such_a_key_is_refused_and_not_shown(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("a secret")
    for file in (str(tmp_path / "missing"), str(tmp_path / "text")):
        with pytest.raises(ValueError, match="no private key") as refused:
            FileSigner(file=file)
        assert "a secret" not in str(refused.value)
    other = in_file(tmp_path / "ec", generate_private_key(SECP256R1()))
    with pytest.raises(ValueError, match="Ed25519"):
        FileSigner(file=other)


def test_a_class_that_cannot_sign_is_refused() -> None:
    with (
        override_settings(OTPGUARD={"AUDIT_SIGNER": {"BACKEND": "builtins.dict"}}),
        pytest.raises(TypeError, match="lacks"),
    ):
        head_signer()
