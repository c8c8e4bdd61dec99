"""Fallback recovers nine of ten failed texts, and 97 % of people get through."""

from __future__ import annotations

from dataclasses import replace

import pytest

from otpguard.core.assurance import Channel
from otpguard.core.presets import BASE
from tests.simulations.fallback import RATES, RUNS, SEED, Assumed, play, report


@pytest.mark.slow
@pytest.mark.parametrize("rate", RATES)
def test_nine_of_ten_failed_texts_are_recovered_and_97_percent_verify(rate: float) -> None:
    tally = play(sms_failure=rate, runs=RUNS, seed=SEED)
    print(f"{rate:.0%}: {tally.recovered_share:.2%} recovered, {tally.verified_share:.2%} verified")
    assert tally.sms_failed == pytest.approx(rate * RUNS, rel=0.1)
    assert tally.recovered_share >= 0.90
    assert tally.verified_share >= 0.97


def test_the_same_seed_plays_the_same_game() -> None:
    first, second = (play(sms_failure=0.05, runs=2_000, seed=1) for _ in range(2))
    assert first == second
    assert first != play(sms_failure=0.05, runs=2_000, seed=2)


def test_without_fallback_nothing_is_recovered() -> None:
    texts = replace(BASE, allowed_channels=frozenset({Channel.SMS}))
    tally = play(sms_failure=0.05, runs=2_000, seed=1, policy=texts)
    assert (tally.recovered, set(tally.by_channel)) == (0, {Channel.SMS})
    assert tally.sms_failed > 0


def test_what_a_vendor_calls_fraud_goes_nowhere_else() -> None:
    fraud = replace(Assumed(), fraud=1.0, silent=0.0)
    tally = play(sms_failure=1.0, runs=500, seed=1, assumed=fraud)
    assert (tally.recovered, dict(tally.by_channel)) == (0, {Channel.SMS: 500})


def test_a_code_that_has_lapsed_is_not_sent_again() -> None:
    slow = replace(BASE, fallback_timeout=BASE.code_ttl)
    silent = replace(Assumed(), silent=1.0)
    tally = play(sms_failure=1.0, runs=500, seed=1, assumed=silent, policy=slow)
    assert dict(tally.by_channel) == {Channel.SMS: 500}


def test_the_report_names_every_assumption() -> None:
    text = "\n".join(report(runs=500))
    assert text.count("%  ") >= len(Assumed.__slots__)
    assert "without e-mail" in text
