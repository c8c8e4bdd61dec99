"""The command plays attacks and prints what they would cost."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db(transaction=True)

TINY = ("--days", "0.6", "--hours", "0.0005", "--people-per-day", "6")


def printed(*words: str) -> str:
    out = StringIO()
    call_command("otpguard_simulate", *words, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--attack", "rotating"), "rotating_asns"),
        (("--seeds", "0"), "--seeds must be more than 0"),
        (("--hours", "nan"), "--hours must be more than 0"),
        (("--people-per-day", "-1"), "--people-per-day must be more than 0"),
        (("--database", "elsewhere"), 'no database "elsewhere"'),
    ],
)
def test_a_mistake_ends_it_with_one_line(words: tuple[str, str], said: str) -> None:
    with pytest.raises(CommandError, match=said) as caught:
        printed(*words)
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_it_prints_json_and_draws(tmp_path: Path) -> None:
    svg = tmp_path / "sends.svg"
    told = json.loads(printed(*TINY, "--attack", "premium_range", "--json", "--svg", str(svg)))
    [attack] = told["attacks"]
    assert set(attack) == {
        *("name", "sends", "lost_usd", "undefended_usd", "seconds_to_stop"),
        *("legitimate_refused_share", "proof_of_work_share"),
    }
    assert attack["name"] == "premium_range"
    assert svg.read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.slow
def test_it_prints_a_table() -> None:
    assert "botnet_5000" in printed(*TINY, "--attack", "botnet_5000")
