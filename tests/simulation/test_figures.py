"""Counts of runs become means, spreads and shares."""

from __future__ import annotations

import json
from typing import Any

import pytest

from otpguard.simulation.figures import (
    PeopleCount,
    RunCount,
    Spread,
    WaveCount,
    as_json,
    figures_of,
    seconds_to_stop,
)


def run(seed: int = 1, **wave: Any) -> RunCount:
    known = {
        "name": "botnet_5000",
        "requests": 100,
        "played": 50,
        "sends": 4,
        "micros": 2_000_000,
        "sends_at_most": 8,
        "micros_at_most": 3_000_000,
        "undefended_micros": 90_000_000,
        "seconds_to_stop": 12.0,
        "estimated": False,
        "ends_at": 100.0,
    }
    return RunCount(
        attack="botnet_5000",
        seed=seed,
        quiet=PeopleCount(people=900),
        window=PeopleCount(people=100, refused=2, stranded=1, asked=5),
        waves=(WaveCount(**{**known, **wave}),),
    )


def test_json_has_exactly_the_promised_keys() -> None:
    told = json.loads(json.dumps(as_json([run()])))
    assert told["attacks"] == [
        {
            "name": "botnet_5000",
            "sends": 4,
            "lost_usd": 2.0,
            "undefended_usd": 90.0,
            "seconds_to_stop": 12.0,
            "legitimate_refused_share": 0.02,
            "proof_of_work_share": 0.05,
        }
    ]


def test_an_attack_that_was_never_stopped_has_no_seconds() -> None:
    told = as_json([run(seconds_to_stop=None)])
    assert told["attacks"][0]["seconds_to_stop"] is None
    assert told["details"][0]["never_stopped"] == 1


def test_an_attack_that_is_stopped_at_once_has_zero_seconds() -> None:
    assert as_json([run(seconds_to_stop=0.0)])["attacks"][0]["seconds_to_stop"] == 0


def test_figures_are_means_over_the_seeds_with_their_deviation() -> None:
    [each] = figures_of([run(1), run(2, micros=4_000_000)])
    assert each.lost_usd.mean == 3.0
    assert each.lost_usd.deviation == pytest.approx(1.4142, abs=1e-3)


def test_a_share_of_the_month_counts_the_quiet_time_too() -> None:
    [each] = figures_of([run()])
    assert each.refused_in_window.mean == pytest.approx(0.02)
    assert each.refused_in_month.mean == pytest.approx(0.002)
    assert each.asked_in_month.mean == pytest.approx(0.005)
    assert each.stranded == 1


def test_one_seed_has_no_deviation_and_no_seed_no_mean() -> None:
    assert Spread.of([3.0]) == Spread(mean=3.0, deviation=0.0)
    with pytest.raises(ValueError, match="no values"):
        Spread.of([])


def test_it_stops_where_so_many_in_a_row_are_refused() -> None:
    results = [(0.0, True), (1.0, False), (2.0, True), *((at, False) for at in (3.0, 4.0, 5.0))]
    assert seconds_to_stop(results, in_a_row=3) == 3.0
    assert seconds_to_stop(results, in_a_row=4) is None
    assert seconds_to_stop([(0.0, False)], in_a_row=1) == 0.0


def test_a_person_is_counted_once_for_each_thing_that_happened() -> None:
    count = PeopleCount()
    count.add(got_code=True, stranded=False, asked=True)
    count.add(got_code=False, stranded=True, asked=False)
    assert count == PeopleCount(people=2, refused=1, stranded=1, asked=1)
    assert count.share(count.refused) == 0.5
    assert PeopleCount().share(0) == 0.0


def test_what_was_found_is_counted_and_joined() -> None:
    one, two = PeopleCount(), PeopleCount()
    for count in (one, one, two):
        count.add(got_code=False, stranded=False, asked=False, found="money: price_limit")
    two.add(got_code=True, stranded=False, asked=False)
    assert one.joined(two).found == {"money: price_limit": 3}
