"""Checks of the files that the pumping defense reads."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from otpguard.checks.options import check_settings
from otpguard.checks.outside_data import check_defense
from tests.checks.projects import Case, names, ours, try_check
from tests.network_files import write_network_file

CASES: list[Case] = [
    ("otpguard.E120", ours(FOOTPRINT=["us"]), ours(FOOTPRINT=["US", "CA"])),
    ("otpguard.E120", ours(FOOTPRINT=["EU"]), ours(FOOTPRINT=[])),
    ("otpguard.E121", ours(NETWORK_FILES=["none.mmdb"]), ours(NETWORK_FILES=["new.mmdb"])),
    ("otpguard.E121", ours(NETWORK_FILES=["bad.txt"]), ours(NETWORK_FILES=[])),
    ("otpguard.W121", ours(NETWORK_FILES=["old.mmdb"]), ours(NETWORK_FILES=["new.mmdb"])),
    (
        "otpguard.E122",
        ours(HYGIENE={"DOMAINS_FILE": "bad.txt"}),
        ours(HYGIENE={"DOMAINS_FILE": "good.txt"}),
    ),
]
TEXT_ONLY = {
    "memory": {
        "BACKEND": "otpguard.channels.providers.memory.Memory",
        "OPTIONS": {"channels": ["sms"]},
    }
}
DEPLOYED: list[Case] = [
    ("otpguard.W120", ours(), ours(NETWORK_FILES=["new.mmdb"])),
    (
        "otpguard.W151",
        ours(NETWORK_FILES=["new.mmdb"], PROVIDERS=TEXT_ONLY),
        ours(NETWORK_FILES=["new.mmdb"], PROVIDERS=TEXT_ONLY, EMAIL_FIRST=False),
    ),
    (
        "otpguard.W123",
        ours(NETWORK_FILES=["new.mmdb"], FOOTPRINT=["*"]),
        ours(NETWORK_FILES=["new.mmdb"], FOOTPRINT=["US", "PK"]),
    ),
]
BARE: list[Case] = [
    (
        "otpguard.W122",
        ours(NETWORK_FILES=["new.mmdb"]),
        ours(NETWORK_FILES=["new.mmdb"], HYGIENE={"DOMAINS_FILE": "good.txt"}),
    ),
]


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the projects name."""
    write_network_file(tmp_path / "new.mmdb")
    write_network_file(tmp_path / "old.mmdb", built_at=datetime(2020, 1, 1, tzinfo=UTC))
    (tmp_path / "good.txt").write_text("trash.example\n")
    (tmp_path / "bad.txt").write_text("no domain\n")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("number", "wrong", "right"), CASES, ids=names(CASES))
def test_a_file_must_be_usable_and_new(number: str, wrong: Any, right: Any) -> None:
    try_check(check_settings, number, wrong, right)


@pytest.mark.parametrize(("number", "wrong", "right"), DEPLOYED, ids=names(DEPLOYED))
def test_production_is_told_what_it_goes_without(number: str, wrong: Any, right: Any) -> None:
    try_check(check_defense, number, wrong, right)


def test_a_wrong_dictionary_is_left_to_its_own_check() -> None:
    with override_settings(**ours(FOOTPRINT=["us"])):
        assert check_defense() == []


@pytest.mark.parametrize(("number", "wrong", "right"), BARE, ids=names(BARE))
def test_without_the_package_a_file_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, number: str, wrong: Any, right: Any
) -> None:
    monkeypatch.setitem(sys.modules, "disposable_email_domains", None)
    try_check(check_defense, number, wrong, right)
