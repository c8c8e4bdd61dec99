"""The chart is SVG, with one line for each wave."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from otpguard.simulation.chart import draw_sends
from otpguard.simulation.figures import PeopleCount, RunCount, WaveCount


def wave(name: str, *sent_at: float) -> WaveCount:
    return WaveCount(
        name=name,
        requests=10,
        played=10,
        sends=len(sent_at),
        micros=0,
        sends_at_most=0,
        micros_at_most=0,
        undefended_micros=0,
        seconds_to_stop=None,
        estimated=False,
        ends_at=100.0,
        sent_at=sent_at,
    )


def drawn(*waves: WaveCount) -> list[ET.Element]:
    empty = PeopleCount()
    run = RunCount(attack="a", seed=1, quiet=empty, window=empty, waves=waves)
    return list(ET.fromstring(draw_sends([run])).iter())


def bars(found: list[ET.Element]) -> list[ET.Element]:
    return [each for each in found if each.get("fill") == "#b3261e"]


def test_each_wave_has_a_line_with_its_name() -> None:
    words = [each.text for each in drawn(wave("first", 1.0), wave("second & third"))]
    assert {"first", "second & third", "1 sent", "0 sent"} <= set(words)


def test_messages_stand_where_they_were_sent() -> None:
    [early, late] = bars(drawn(wave("a", 0.0, 0.0, 99.9)))
    assert float(early.get("x", "")) < float(late.get("x", ""))
    assert float(early.get("height", "")) == 2 * float(late.get("height", ""))


def test_a_message_after_the_end_stands_at_the_end() -> None:
    assert len(bars(drawn(wave("a", 500.0)))) == 1
