"""The table says for each wave what it cost and whom it hurt."""

from __future__ import annotations

from otpguard.simulation.figures import PeopleCount, RunCount, WaveCount
from otpguard.simulation.table import print_table


def said(*, seconds_to_stop: float | None = 3.0, estimated: bool = False) -> str:
    wave = WaveCount(
        name="rotating_ips",
        requests=10,
        played=10,
        sends=46,
        micros=7_710_000,
        sends_at_most=50,
        micros_at_most=8_000_000,
        undefended_micros=290_288_000_000,
        seconds_to_stop=seconds_to_stop,
        estimated=estimated,
        ends_at=1.0,
    )
    window = PeopleCount(people=200, refused=1, stranded=1, found={"velocity: ip": 1})
    run = RunCount(
        attack="rotating_ips",
        seed=1,
        quiet=PeopleCount(people=800),
        window=window,
        waves=(wave,),
    )
    lines: list[str] = []
    print_table([run], lines.append)
    return "\n".join(lines)


def test_the_undefended_loss_stands_beside_the_loss() -> None:
    assert "7.71 ± 0.00" in said()
    assert "290,288" in said()


def test_people_are_shares_of_window_and_month() -> None:
    assert "0.50% ± 0.00%" in said()
    assert "0.10%" in said()
    assert "Without any way in the windows: 1." in said()


def test_an_attack_that_was_not_held_is_marked() -> None:
    assert "never/1" in said(seconds_to_stop=None)
    assert "0.00% *" in said(estimated=True)
    assert "0.00% *" not in said()


def test_what_was_found_about_refused_people_is_told() -> None:
    assert "People refused during rotating_ips: 1 velocity: ip." in said()


def test_the_thinning_is_said() -> None:
    assert "every 200th" in said()
