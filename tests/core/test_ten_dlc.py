"""10DLC: what a volume asks for, and where registrations stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from otpguard.core.advice import Level
from otpguard.core.ten_dlc import TenDlcStatus, on_ten_dlc, on_unregistered, on_volume, vetting_for

NOW = datetime(2026, 3, 15, tzinfo=UTC)
DAY = timedelta(days=1)


def ten_dlc(**changed: Any) -> TenDlcStatus:
    base = {"name": "Acme/otp", "provider": "own", "status": "approved", "vetting": "standard"}
    return TenDlcStatus(**{**base, **changed})


def said(**changed: Any) -> list[tuple[str, str]]:
    found = on_ten_dlc(ten_dlc(**changed), {"own", "ready"}, NOW)
    return [(str(each.level), each.text) for each in found]


@pytest.mark.parametrize(
    ("volume", "vetting", "level", "words"),
    [
        (0, "none", Level.OK, "pre-approved route is enough, live in minutes"),
        (49_999, "none", Level.OK, "pre-approved route is enough, live in minutes"),
        (50_000, "standard", Level.HINT, "Standard vetting and a dedicated 2FA campaign"),
        (499_999, "standard", Level.HINT, "Standard vetting and a dedicated 2FA campaign"),
        (500_000, "enhanced", Level.WARNING, "Enhanced vetting"),
        (9_000_000, "enhanced", Level.WARNING, "Enhanced vetting"),
    ],
)
def test_advice_goes_by_the_months_volume(
    volume: int, vetting: str, level: Level, words: str
) -> None:
    assert vetting_for(volume) == vetting
    (found,) = on_volume(volume, [], NOW)
    assert found.level is level
    assert words in found.text
    assert f"{volume:,} messages" in found.text
    if volume >= 50_000:
        assert "2 to 6 weeks" in found.text


def test_what_is_registered_already_is_not_advised() -> None:
    standard = ten_dlc()
    assert on_volume(60_000, [standard], NOW)[0].level is Level.OK
    assert on_volume(600_000, [standard], NOW)[0].level is Level.WARNING
    enhanced = ten_dlc(vetting="enhanced")
    assert on_volume(600_000, [standard, enhanced], NOW)[0].level is Level.OK
    for useless in (ten_dlc(expires_at=NOW), ten_dlc(status="submitted")):
        assert on_volume(60_000, [useless], NOW)[0].level is Level.HINT


def test_an_approved_one_is_well_until_it_nears_its_end() -> None:
    assert said() == [("ok", "Acme/otp at own is approved.")]
    assert said(expires_at=NOW + 31 * DAY)[0][0] == "ok"
    assert said(expires_at=NOW + 30 * DAY)[0][0] == "warning"
    level, text = said(expires_at=NOW)[0]
    assert level == "error"
    assert "expired on 2026-03-15" in text


def test_a_rejected_one_is_an_error() -> None:
    assert said(status="rejected")[0][0] == "error"


def test_a_submitted_one_says_when_it_is_expected_and_who_serves_meanwhile() -> None:
    at = NOW - 7 * DAY
    found = said(status="submitted", submitted_at=at, interim="ready")
    told = "Acme/otp at own was submitted on 2026-03-08, expected by 2026-04-19"
    assert found[0] == ("hint", f"{told} (2 to 6 weeks after submission).")
    assert found[1] == ("ok", "Acme/otp: until then ready serves by its pre-approved route.")
    told = said(status="submitted", submitted_at=at, expected_at=NOW + 3 * DAY, interim="ready")
    assert "expected by 2026-03-18" in told[0][1]


def test_an_overdue_one_and_one_without_an_interim_route_are_warnings() -> None:
    found = said(status="submitted", submitted_at=NOW - 50 * DAY)
    assert [level for level, _ in found] == ["warning", "warning"]
    assert "overdue" in found[0][1]
    assert "No interim provider" in found[1][1]


def test_an_interim_provider_that_is_not_there_is_an_error() -> None:
    found = said(status="draft", interim="gone")
    assert [level for level, _ in found] == ["hint", "error"]
    assert "not submitted yet" in found[0][1]


def test_no_volume_is_small_enough_for_a_number_of_ours_without_a_registration() -> None:
    assert on_volume(10, [], NOW, unregistered=["own"]) == ()
    (found,) = on_volume(60_000, [], NOW, unregistered=["own"])
    assert found.level is Level.HINT


@pytest.mark.parametrize(
    ("lack", "words"),
    [
        ("missing", "is missing"),
        ("not_approved", "is not approved"),
        ("expired", "has expired"),
    ],
)
def test_a_number_of_ours_without_a_live_registration_is_an_error_once_it_is_used(
    lack: str, words: str
) -> None:
    (unused,) = on_unregistered("own", lack, 0)
    assert (unused.level, words in unused.text) == (Level.WARNING, True)
    assert on_unregistered("own", lack, 1)[0].level is Level.ERROR
