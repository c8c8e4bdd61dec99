"""The worked examples come out of the ledger, and the docs print them."""

from __future__ import annotations

from otpguard.core.assurance import Channel
from otpguard.core.money import MICROS, as_dollars
from tests.house.source import ROOT
from tests.simulations.costs import CODES, QUOTED, behind, mix, render, texts, twilio


def test_forty_thousand_texts_cost_352_dollars() -> None:
    print(f"{CODES:,} text messages at $0.0088: ${as_dollars(texts())}")
    assert texts() == 352 * MICROS


def test_the_example_of_385_dollars_is_a_mix_with_nine_percent_premium() -> None:
    found = behind(QUOTED)
    print(f"${as_dollars(found.micros)}, {found.premium_per_10_000 / 100:.2f} % more:", end=" ")
    print(", ".join(f"{count:,} {channel}" for channel, count in found.messages.items()))
    assert abs(found.micros - QUOTED) < MICROS // 2
    assert 800 <= found.premium_per_10_000 <= 1_000
    assert 100 <= found.failing_per_10_000 <= 500, "1 to 5 % of texts fail in the US"
    assert found.messages[Channel.SMS] == CODES


def test_more_failing_texts_cost_more() -> None:
    bills = [mix(rate).micros for rate in range(0, 501, 50)]
    assert bills == sorted(bills)
    assert bills[0] == texts()


def test_twilios_unit_prices_give_another_figure_than_is_told() -> None:
    print(f"Twilio Verify by its unit prices: ${as_dollars(twilio())}; told: $600 to $800")
    assert twilio() == 2_300 * MICROS
    assert twilio(surcharge=True) == 2_440 * MICROS


def test_the_docs_hold_what_is_printed() -> None:
    assert render() == (ROOT / "docs" / "costs.md").read_text("utf-8")
