"""Draw the messages of attacks over time as SVG, for people and for the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from otpguard.simulation.figures import RunCount, WaveCount

_WIDTH, _ROW, _LEFT, _RIGHT, _TOP = 760, 46, 190, 120, 34
_STEPS = 96
"""Into how many parts the time of an attack is divided."""


def draw_sends(runs: Sequence[RunCount]) -> str:
    """One line for each wave: its messages, summed over the seeds, in the time of its attack."""
    rows = _waves(runs)
    height = _TOP + _ROW * len(rows) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
        "<style>text { font: 12px sans-serif }</style>",
        "<title>Messages that an attack got, over its time</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="20" fill="#555">begin</text>',
        f'<text x="{_WIDTH - _RIGHT}" y="20" text-anchor="end" fill="#555">end</text>',
    ]
    for place, (name, waves) in enumerate(rows.items()):
        parts += _line(name, waves, _TOP + _ROW * place)
    return "\n".join([*parts, "</svg>", ""])


def _waves(runs: Sequence[RunCount]) -> dict[str, list[WaveCount]]:
    found: dict[str, list[WaveCount]] = {}
    for run in runs:
        for wave in run.waves:
            found.setdefault(wave.name, []).append(wave)
    return found


def _line(name: str, waves: Sequence[WaveCount], top: float) -> list[str]:
    times = [at for wave in waves for at in wave.sent_at]
    last = max((wave.ends_at for wave in waves), default=0.0) or 1.0
    heights = [0] * _STEPS
    for at in times:
        heights[min(_STEPS - 1, int(at / last * _STEPS))] += 1
    most = max(*heights, 1)
    width = (_WIDTH - _LEFT - _RIGHT) / _STEPS
    bottom = top + _ROW - 12
    bars = [
        f'<rect x="{_LEFT + step * width:.1f}" y="{bottom - 28 * count / most:.1f}"'
        f' width="{width:.1f}" height="{28 * count / most:.1f}" fill="#b3261e"/>'
        for step, count in enumerate(heights)
        if count
    ]
    total = len(times) / max(1, len(waves))
    return [
        f'<text x="8" y="{bottom - 4:.0f}">{escape(name)}</text>',
        f'<line x1="{_LEFT}" y1="{bottom}" x2="{_WIDTH - _RIGHT}" y2="{bottom}" stroke="#999"/>',
        *bars,
        f'<text x="{_WIDTH - _RIGHT + 8}" y="{bottom - 4:.0f}">{total:,.0f} sent</text>',
    ]
