"""What signs and guards the audit log in production."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import override_settings

from otpguard.checks.audit_log import check_audit_log
from otpguard.checks.options import check_settings
from tests.checks.projects import EMAIL, Case, Project, names, ours, try_check

OWN = {"BACKEND": "tests.checks.test_audit_log.Own"}
NAME = "audit.example.com/7f3c2a90"


HTTP = {"URL": "http://10.0.0.1/heads", "SECRET": "c" * 32}
HEADS = {"RECIPIENTS": ["audit@example.com"]}


class Own:
    """A signer of the host's."""

    public = b"p" * 32
    retired: tuple[bytes, ...] = ()

    def sign(self, message: bytes) -> bytes:
        return message


KEPT = {"AUDIT_SIGNER": OWN, "ERASURE_JOURNAL": "/var/lib/erased.jsonl"}


def project(**more: object) -> Project:
    return ours(
        **{
            "PROVIDERS": EMAIL,
            "INSTALLATION": NAME,
            "AUDIT_PUBLISH": HEADS,
            **KEPT,
            **more,
        }
    )


DEPLOYED: list[Case] = [
    ("otpguard.W160", project(AUDIT_PUBLISH={}), project()),
    ("otpguard.E144", project(INSTALLATION=""), project()),
    ("otpguard.W170", project(ERASURE_JOURNAL=""), project()),
    ("otpguard.W143", project(AUDIT_TRIGGERS=False), project()),
    (
        "otpguard.W147",
        project(AUDIT_SIGNER={"BACKEND": "otpguard.audit.signers.RootKeySigner"}),
        project(),
    ),
]


@pytest.mark.parametrize(("number", "wrong", "right"), DEPLOYED, ids=names(DEPLOYED))
def test_a_check_finds_its_mistake_and_lets_the_mended_project_pass(
    number: str, wrong: Project, right: Project
) -> None:
    try_check(check_audit_log, number, wrong, right)


CASES: list[Case] = [
    (
        "otpguard.E147",
        project(
            AUDIT_SIGNER={
                "BACKEND": "otpguard.audit.signers.FileSigner",
                "OPTIONS": {"file": "/missing"},
            }
        ),
        project(),
    ),
    ("otpguard.E147", project(AUDIT_SIGNER={"BACKEND": "no.such.Signer"}), project()),
    ("otpguard.E160", project(AUDIT_PUBLISH={"RECIPIENTS": ["audit"]}), project()),
    ("otpguard.E161", project(AUDIT_PUBLISH={"TILES": "missing"}), project()),
    ("otpguard.E161", project(AUDIT_PUBLISH={"STORAGE": "missing"}), project()),
    ("otpguard.E161", project(AUDIT_PUBLISH={"DIRECTORY": "/missing"}), project()),
    ("otpguard.E161", project(AUDIT_PUBLISH={"WEBHOOK": HTTP}), project()),
    ("otpguard.E143", project(INSTALLATION="Not a name"), project()),
]


@pytest.mark.parametrize(("number", "wrong", "right"), CASES, ids=names(CASES))
def test_a_setting_that_cannot_be_used_is_named(
    number: str, wrong: Project, right: Project
) -> None:
    with override_settings(**wrong):
        assert number in {message.id for message in check_settings()}
    with override_settings(**right):
        assert number not in {message.id for message in check_settings()}


def test_a_key_in_a_file_is_all_that_production_wants(tmp_path: Path) -> None:
    file = tmp_path / "seal.pem"
    key = Ed25519PrivateKey.generate()
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    options = {"BACKEND": "otpguard.audit.signers.FileSigner", "OPTIONS": {"file": str(file)}}
    with override_settings(**project(AUDIT_SIGNER=options)):
        assert check_audit_log() == []


def test_a_broken_setting_does_not_break_the_check() -> None:
    with override_settings(OTPGUARD={"PRESET": "x"}):
        assert check_audit_log() == []
