"""What the doctor says of places for heads."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.advice import Findings
from otpguard.flows.audit.publish_lag import on_publishing, publishing_state
from tests.flows.audit.logging import begin
from tests.flows.audit.publishing import publish, write_and_seal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _begun() -> None:
    begin()


def said(*, later: timedelta = timedelta()) -> Findings:
    return on_publishing(publishing_state(now=timezone.now() + later))


def test_without_a_place_it_warns() -> None:
    (finding,) = said()
    assert finding.level == "warning"
    assert "AUDIT_PUBLISH" in finding.text


def test_the_newest_head_of_each_place_is_shown(settings: Any, tmp_path: Path) -> None:
    settings.OTPGUARD = {"AUDIT_PUBLISH": {"DIRECTORY": str(tmp_path)}}
    write_and_seal()
    assert "0 of 1 heads, never" in said()[0].text
    publish()
    (finding,) = said(later=timedelta(days=1))
    assert finding.level == "ok"
    assert "directory: 1 of 1 heads" in finding.text


def test_a_place_that_is_behind_is_an_error_with_its_reason(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings.OTPGUARD = {"AUDIT_PUBLISH": {"DIRECTORY": str(tmp_path / "file")}}
    write_and_seal()
    publish()
    (finding,) = said(later=timedelta(minutes=11))
    assert finding.level == "error"
    assert "11 minutes behind. It says: NotADirectoryError" in finding.text


def test_an_email_has_a_day(settings: Any) -> None:
    settings.OTPGUARD = {"AUDIT_PUBLISH": {"RECIPIENTS": ["audit@example.com"]}}
    write_and_seal()
    assert said(later=timedelta(hours=20))[0].level == "ok"
    assert said(later=timedelta(hours=25))[0].level == "error"
