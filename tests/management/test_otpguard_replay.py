"""The replay as a command: a table, JSON, and one line for each mistake."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from otpguard.management.commands import otpguard_replay
from tests.models.rows import anonymous, pumping_decision

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "+12015550123"
SENT: dict[str, Any] = {
    "action": "send",
    "layer": "",
    "reason": "",
    "price_micros": 50_000,
    "signals": [{"layer": "reputation", "action": "send", "reason": "warm", "weight": 40}],
}


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """Stricter about ranges."""
    path = tmp_path / "rules.csv"
    path.write_text("layer,reason,action\nreputation,*,refuse\n", encoding="utf-8")
    return path


def replay(rules: Path, *words: str) -> str:
    out = StringIO()
    call_command("otpguard_replay", "--from", "2020-01-01", "--rules", rules, *words, stdout=out)
    return out.getvalue()


def test_it_says_what_would_have_been_refused_saved_and_hurt(rules: Path) -> None:
    pumping_decision(challenge=anonymous(NUMBER, state="verified"), **SENT)
    pumping_decision(challenge=anonymous(NUMBER, browser="c"), **SENT)
    pumping_decision(repeats=3)
    told = json.loads(replay(rules, "--json"))
    assert (told["decisions"], told["refused_before"], told["refused"]) == (5, 3, 5)
    assert (told["saved_usd"], told["hurt"]) == (0.1, 1)
    table = replay(rules)
    assert "$0.10" in table
    assert "reputation warm" in table


def test_progress_goes_to_the_error_output(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otpguard_replay, "EACH", 2)
    for _ in range(3):
        pumping_decision()
    out, errors = StringIO(), StringIO()
    words = ("--from", "2020-01-01", "--rules", str(rules), "--json")
    call_command("otpguard_replay", *words, stdout=out, stderr=errors)
    assert errors.getvalue() == "2 of 3 records …\n"
    json.loads(out.getvalue())


def test_every_mistake_of_the_file_is_a_line(rules: Path) -> None:
    rules.write_text("layer,action\nmonney,send\nmoney,sent\n", encoding="utf-8")
    with pytest.raises(CommandError) as wrong:
        replay(rules)
    lines = str(wrong.value).splitlines()
    assert [each.startswith(f"{rules}: line {n}:") for n, each in enumerate(lines, 2)] == [True] * 2


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"layer,action\nmoney,\xff\n", "line 2: not UTF-8"), (b"x" * 1_000_001, "larger than")],
)
def test_a_file_that_is_no_text_or_too_large_is_refused(
    rules: Path, content: bytes, said: str
) -> None:
    rules.write_bytes(content)
    with pytest.raises(CommandError, match=said):
        replay(rules)


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        replay(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--to", "2019-01-01"], "--to must be later"),
        (["--to", "tomorrow"], '--to: "tomorrow" must be a day'),
        (["--to", "2026-02-30"], '--to: "2026-02-30" must be a day'),
        (["--to", "2026-02-03T25:00"], "must be a day"),
    ],
)
def test_a_range_that_is_none_is_refused(rules: Path, words: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        replay(rules, *words)
