"""Fallback recovers nine of ten failed texts, and 97 % of people get through."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from otpguard.core.assurance import Channel
from otpguard.core.presets import BASE
from tests.simulations.fallback import RATES, RUNS, SEED, Assumed, asked, play, report


@pytest.mark.slow
@pytest.mark.parametrize("rate", RATES)
def test_nine_of_ten_failed_texts_are_recovered_and_97_percent_verify(rate: float) -> None:
    counts = play(sms_failure=rate, runs=RUNS, seed=SEED)
    print(
        f"{rate:.0%}: {counts.recovered_share:.2%} recovered, {counts.verified_share:.2%} verified"
    )
    assert counts.sms_failed == pytest.approx(rate * RUNS, rel=0.1)
    assert counts.recovered_share >= 0.90
    assert counts.verified_share >= 0.97


def test_the_same_seed_plays_the_same_game() -> None:
    first, second = (play(sms_failure=0.05, runs=2_000, seed=1) for _ in range(2))
    assert first == second
    assert first != play(sms_failure=0.05, runs=2_000, seed=2)


def test_without_fallback_nothing_is_recovered() -> None:
    texts = replace(BASE, allowed_channels=frozenset({Channel.SMS}))
    counts = play(sms_failure=0.05, runs=2_000, seed=1, policy=texts)
    assert (counts.recovered, set(counts.by_channel)) == (0, {Channel.SMS})
    assert counts.sms_failed > 0


def test_what_a_vendor_calls_fraud_goes_nowhere_else() -> None:
    fraud = replace(Assumed(), fraud=1.0, silent=0.0)
    counts = play(sms_failure=1.0, runs=500, seed=1, assumed=fraud)
    assert (counts.recovered, dict(counts.by_channel)) == (0, {Channel.SMS: 500})


def test_a_code_that_has_lapsed_is_not_sent_again() -> None:
    slow = replace(BASE, fallback_timeout=BASE.code_ttl)
    silent = replace(Assumed(), silent=1.0)
    counts = play(sms_failure=1.0, runs=500, seed=1, assumed=silent, policy=slow)
    assert dict(counts.by_channel) == {Channel.SMS: 500}


def test_the_report_names_every_input_with_its_source_and_shows_both_results() -> None:
    lines = list(report(runs=5_000))
    named = {line.split()[0]: line for line in lines if line.endswith("]")}
    assert list(named) == [each.name for each in fields(Assumed)]
    assert "Pew Research Center" in named["whatsapp"]
    assert named["voice"].endswith("[assumption]")
    results = [line.split() for line in lines[-len(RATES) :]]
    assert [len(each) for each in results] == [5] * len(RATES)
    assert all(float(each[1][:-1]) > float(each[3][:-1]) for each in results), (
        "e-mail recovers more"
    )


def test_an_input_can_be_given_and_is_marked() -> None:
    inputs = asked(["--whatsapp", "0.9", "--gives-up", "0", "--runs", "300", "--failing", "0.1"])
    assert inputs["assumed"] == Assumed(whatsapp=0.9, gives_up=0.0)
    lines = list(report(**inputs))
    assert any("whatsapp" in line and line.endswith("[given]") for line in lines)
    assert lines[-1].split()[0] == "10.0%"


def test_what_is_no_share_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        asked(["--voice", "1.5"])
    assert "voice must be a share from 0 to 1" in capsys.readouterr().err
