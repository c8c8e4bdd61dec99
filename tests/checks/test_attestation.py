"""Checks of whose passkeys are trusted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.test import override_settings

from otpguard.checks.options import check_settings
from tests.checks.projects import CONSOLE, Case, names, ours, try_check
from tests.manufacturer import Manufacturer
from tests.metadata_service import Service

ROOTS = {"PROVIDERS": CONSOLE, "ATTESTATION_ROOTS": ["roots.pem"]}
SERVICE = {"PROVIDERS": CONSOLE, "ATTESTATION_METADATA_ROOT": "service.pem"}
API_KEY = {"POLICY_DEFAULTS": {"api_key": {"attested_only": True}}}
FLOOR = {"POLICY_FLOOR": {"*": {"attested_only": True}}}
PAYOUT = {"CHECKPOINTS": {"payout": {"LABEL": "Pay out", "POLICY": {"attested_only": True}}}}
NIST = {"ASSURANCE_PROFILE": "nist-800-63b-4"}

CASES: list[Case] = [
    ("otpguard.E060", ours(PROVIDERS=CONSOLE, **API_KEY), ours(**ROOTS, **API_KEY)),
    ("otpguard.E060", ours(PROVIDERS=CONSOLE, **FLOOR), ours(**ROOTS, **FLOOR)),
    (
        "otpguard.E060",
        ours(PROVIDERS=CONSOLE, **PAYOUT),
        ours(ATTESTATION_METADATA="new.jwt", **SERVICE, **PAYOUT),
    ),
    ("otpguard.E061", ours(PROVIDERS=CONSOLE, ATTESTATION_ROOTS=["nowhere.pem"]), ours(**ROOTS)),
    (
        "otpguard.E061",
        ours(PROVIDERS=CONSOLE, ATTESTATION_DENIED_AAGUIDS=["blue key"]),
        ours(
            PROVIDERS=CONSOLE,
            ATTESTATION_DENIED_AAGUIDS=["5afe0000-0000-4000-8000-00000000c0de"],
        ),
    ),
    (
        "otpguard.E061",
        ours(PROVIDERS=CONSOLE, ATTESTATION_METADATA="new.jwt"),  # not under FIDO's own root
        ours(ATTESTATION_METADATA="new.jwt", **SERVICE),
    ),
    ("otpguard.W060", ours(PROVIDERS=CONSOLE, **NIST), ours(**ROOTS, **NIST)),
    (
        "otpguard.W061",
        ours(ATTESTATION_METADATA="old.jwt", **SERVICE),
        ours(ATTESTATION_METADATA="new.jwt", **SERVICE),
    ),
]


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the projects name."""
    service = Service()
    (tmp_path / "roots.pem").write_text(Manufacturer().root.pem)
    (tmp_path / "service.pem").write_text(service.root.pem)
    (tmp_path / "new.jwt").write_bytes(service.blob())
    service.next_update = date(2020, 1, 1)
    (tmp_path / "old.jwt").write_bytes(service.blob())
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("number", "wrong", "right"), CASES, ids=names(CASES))
def test_a_check_finds_its_mistake_and_lets_the_mended_project_pass(
    number: str, wrong: dict[str, object], right: dict[str, object]
) -> None:
    try_check(check_settings, number, wrong, right)


@pytest.mark.parametrize(
    ("number", "named"),
    [
        ("otpguard.E060", "api_key: set ATTESTATION_ROOTS"),
        ("otpguard.E061", "nowhere.pem"),
        ("otpguard.W060", "role_grant"),
        ("otpguard.W061", "2020-01-01: old.jwt"),
    ],
)
def test_what_it_is_about_is_named(number: str, named: str) -> None:
    wrong = next(project for case, project, _ in CASES if case == number)
    with override_settings(**wrong):
        assert named in check_settings()[0].msg
