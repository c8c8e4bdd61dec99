"""SIEM and STORAGE_REGION as they are read."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest

from otpguard.conf import Settings, problems
from otpguard.conf.siem.streams import (
    SiemConfig,
    read_siem,
    read_storage_region,
    read_storage_regions,
)


def test_what_is_not_said_has_its_default() -> None:
    assert read_siem({}) == SiemConfig()
    assert read_storage_region("") == ""


def test_networks_and_a_region_are_read() -> None:
    found = read_siem({"ALLOWED_NETWORKS": ["10.0.0.0/8"], "ENTERPRISE_NUMBER": 7})
    assert found.allowed_networks == (ip_network("10.0.0.0/8"),)
    assert found.enterprise_number == 7
    assert read_storage_region("eu") == "EU"


@pytest.mark.parametrize(
    ("key", "value", "check"),
    [
        ("SIEM", {"ALLOWED": []}, "otpguard.E001"),
        ("SIEM", {"ALLOWED_NETWORKS": ["10.0.0.1/8"]}, "otpguard.E175"),
        ("SIEM", {"ALLOWED_NETWORKS": "10.0.0.0/8"}, "otpguard.E002"),
        ("SIEM", {"CA_FILE": "/nowhere/ca.pem"}, "otpguard.E176"),
        ("SIEM", {"ENTERPRISE_NUMBER": 0}, "otpguard.E002"),
        ("SIEM", {"ENTERPRISE_NUMBER": True}, "otpguard.E002"),
        ("STORAGE_REGION", "European Union", "otpguard.E177"),
        ("STORAGE_REGION", 7, "otpguard.E002"),
        ("METRICS_TOKENS", ["t" * 31], "otpguard.E237"),
        ("METRICS_TOKENS", ["t" * 32 + " "], "otpguard.E237"),
        ("METRICS_TOKENS", "t" * 32, "otpguard.E002"),
        ("STORAGE_REGIONS", {"tiles": "Europe 1"}, "otpguard.E235"),
        ("STORAGE_REGIONS", {"tiles": ""}, "otpguard.E235"),
        ("STORAGE_REGIONS", {"tiles": 7}, "otpguard.E235"),
        ("STORAGE_REGIONS", ["tiles"], "otpguard.E002"),
    ],
)
def test_a_mistake_has_its_number(key: str, value: Any, check: str) -> None:
    (found,) = problems({key: value})
    assert found.check == check


def test_a_storage_lies_where_it_is_said_and_otherwise_with_the_rest() -> None:
    mine = Settings(storage_region="EU", storage_regions=read_storage_regions({"tiles": "us"}))
    assert (mine.region_of("tiles"), mine.region_of("releases")) == ("US", "EU")
    assert Settings().region_of("tiles") == ""
