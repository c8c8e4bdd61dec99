"""The command that erases a person."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from otpguard.audit.subjects import subjects_of
from otpguard.flows.privacy.legal_hold import place_legal_hold
from otpguard.models import Event, SubjectKey
from tests import factories

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> None:
    call_command("otpguard_erase", *arguments)


def test_a_person_is_erased_with_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    subjects_of(["7"])
    run("7", "--reason", "ticket 4711")
    assert "1 references erased" in capsys.readouterr().out
    assert "command" in Event.objects.get(kind="person.erased").body


@pytest.mark.parametrize("arguments", [(), ("7",), ("7", "--after-restore")])
def test_what_is_not_clear_is_refused(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="name a user"):
        run(*arguments)


def test_a_legal_hold_ends_it_with_one_line() -> None:
    place_legal_hold(facts=factories.facts(), user_id="7", reason="case 7")
    with pytest.raises(CommandError, match="legal hold"):
        run("7", "--reason", "x")


def test_after_a_restore_the_journal_is_applied(tmp_path: Path) -> None:
    journal = tmp_path / "erased.jsonl"
    with override_settings(OTPGUARD={"ERASURE_JOURNAL": str(journal)}):
        subjects_of(["7"])
        (row,) = SubjectKey.objects.all()
        run("7", "--reason", "x")
        row.save()
        run("--after-restore")
    assert not SubjectKey.objects.filter(user_key="7").exists()


def test_without_a_journal_there_is_nothing_to_apply() -> None:
    with pytest.raises(CommandError, match="ERASURE_JOURNAL"):
        run("--after-restore")
