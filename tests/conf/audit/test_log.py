"""The settings about the audit log are settings like all others."""

from __future__ import annotations

from dataclasses import fields

from otpguard.conf.audit.log import LogSettings
from otpguard.conf.schema import Settings


def test_they_are_a_part_of_all_settings() -> None:
    mine = {each.name for each in fields(LogSettings)}
    assert "audit_publish" in mine
    assert mine < {each.name for each in fields(Settings)}
