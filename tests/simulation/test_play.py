"""A run is played in the order of its clock, and to the digit again with the same seed."""

from __future__ import annotations

from pathlib import Path

import pytest

from otpguard.models import Challenge, NumberOutcome
from otpguard.simulation.attackers import Attack, Wave, attacks
from otpguard.simulation.driver import Started
from otpguard.simulation.figures import PeopleCount, WaveCount
from otpguard.simulation.people import DAY
from otpguard.simulation.play import (
    MOST_THINNED,
    Player,
    Script,
    Thinning,
    moment,
    play_attack,
    play_quiet,
    undefended,
)
from otpguard.simulation.stores import SqliteFile
from otpguard.simulation.throwaway import simulated_world
from tests.simulation.setting import nobody_watches, somebody

pytestmark = pytest.mark.django_db(transaction=True)

SHORT = {attack.name: attack for attack in attacks(0.0005)}
TINY = Script(seed=4, people_a_day=6, quiet=DAY * 0.6)


def play(folder: Path, attack: Attack) -> tuple[PeopleCount, PeopleCount, tuple[WaveCount, ...]]:
    with simulated_world(SqliteFile(folder, "q"), keep_as="quiet"):
        quiet = play_quiet(TINY, nobody_watches)
    with simulated_world(SqliteFile(folder, "a"), kept="quiet"):
        window, waves = play_attack(TINY, attack, nobody_watches)
    return quiet, window, waves


def test_the_same_seed_gives_the_same_figures_to_the_digit(tmp_path: Path) -> None:
    first = play(tmp_path, SHORT["botnet_5000"])
    assert first == play(tmp_path, SHORT["botnet_5000"])
    quiet, window, [counted] = first
    assert quiet.people > 0
    assert window.people > 0
    assert counted.played == 18
    assert counted.sends >= 1


def test_build_up_and_burst_are_counted_apart(tmp_path: Path) -> None:
    _, _, waves = play(tmp_path, SHORT["reputation_then_burst"])
    assert [wave.name for wave in waves] == ["reputation_build_up", "reputation_then_burst"]


def test_one_number_is_held_by_its_cap(tmp_path: Path) -> None:
    wave = Wave(name="w", make=lambda *_: ("US", "+12015550123", "24.0.0.1"), seconds=6)
    _, _, [counted] = play(tmp_path, Attack(name="w", waves=(wave,)))
    assert (counted.requests, counted.played) == (60, 56)
    assert counted.sends == 6  # three challenges, each sent again once
    assert counted.seconds_to_stop == pytest.approx(0.3)
    assert counted.undefended_micros == 60 * 11_800


def test_what_is_due_happens_in_its_order_and_before_the_end() -> None:
    player = Player(tenant="")
    seen: list[float] = []
    for at in (3.0, 1.0, 2.0, 9.0):
        player.at(at, seen.append)
    shares: list[float] = []
    player.run(5.0, shares.append, since=0.0)
    assert seen == [1.0, 2.0, 3.0]
    assert shares[-1] == 1.0


def test_time_goes_on_for_the_sweep_too(tmp_path: Path) -> None:
    with simulated_world(SqliteFile(tmp_path, "q")):
        play_quiet(Script(seed=3, people_a_day=8, quiet=DAY), nobody_watches)
        states = set(Challenge.objects.values_list("state", flat=True))
        assert "verified" in states
        assert Challenge.objects.filter(state="open", expires_at__lt=moment(DAY / 2)).count() == 0


def test_what_came_of_sends_is_learned_as_workers_do(tmp_path: Path) -> None:
    with simulated_world(SqliteFile(tmp_path, "q")):
        play_quiet(Script(seed=3, people_a_day=8, quiet=DAY), nobody_watches)
        assert NumberOutcome.objects.filter(verified=True).exists()


def wave(a_second: float = 10.0) -> Wave:
    return Wave(name="w", make=lambda *_: ("US", "+12015550123", "24.0.0.1"), a_second=a_second)


def played(thinning: Thinning, results: list[bool]) -> list[int]:
    places = []
    for passed in results:
        places.append(thinning.place)
        thinning.note_result(passed=passed)
    return places


def test_an_attack_that_passes_is_played_in_full() -> None:
    assert played(Thinning(wave()), [True] * 200) == list(range(200))


def test_refusals_thin_it_out_and_one_that_passes_puts_it_back() -> None:
    thinning = Thinning(wave())
    played(thinning, [False] * 50)
    assert thinning.step == 2
    played(thinning, [False] * 1_000)
    assert (thinning.step, thinning.weight) == (MOST_THINNED, 1)
    played(thinning, [True])
    assert (thinning.step, thinning.refused) == (1, 0)


def test_a_slow_attack_is_never_thinned_out() -> None:
    thinning = Thinning(wave(a_second=1 / 300))
    played(thinning, [False] * 500)
    assert thinning.step == 1


def test_one_that_is_not_held_is_extrapolated() -> None:
    thinning = Thinning(wave())
    played(thinning, [True] * 1_000)
    assert (thinning.step, thinning.weight) == (MOST_THINNED, MOST_THINNED)


def test_the_undefended_loss_is_what_each_request_would_cost() -> None:
    usual = {attack.name: attack.waves[-1] for attack in attacks()}
    assert undefended(usual["us_random_fresh_ips"], 1) / 1e6 == pytest.approx(20_390, rel=0.01)
    assert undefended(usual["low_and_slow"], 1) / 1e6 == pytest.approx(680, rel=0.05)


def test_somebody_whose_code_did_not_arrive_does_nothing_more() -> None:
    player = Player(tenant="")
    from_nowhere = somebody()
    player.follow(from_nowhere, Started(), 0.0)
    shares: list[float] = []
    player.run(100.0, shares.append, since=0.0)
    assert shares == [1.0]
