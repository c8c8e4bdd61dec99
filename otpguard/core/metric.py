"""Numbers for monitoring, and the text in which Prometheus and other collectors read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

TEXT_FORMAT: Final = "text/plain; version=0.0.4; charset=utf-8"
"""The content type of the text format of Prometheus."""

_IN_HELP = str.maketrans({"\\": r"\\", "\n": r"\n"})
_IN_LABEL = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One gauge: `value`, or where `label` is set a value for each value of that label."""

    name: str
    help: str
    value: float = 0
    label: str = ""
    by: Mapping[str, float] = field(default_factory=dict)


def metrics_text(metrics: Iterable[Metric]) -> str:
    """Metrics in the text format of Prometheus, in their order, each with a help and a type."""
    return "".join(f"{line}\n" for metric in metrics for line in _lines(metric))


def _lines(metric: Metric) -> Iterator[str]:
    yield f"# HELP {metric.name} {metric.help.translate(_IN_HELP)}"
    yield f"# TYPE {metric.name} gauge"
    if not metric.label:
        yield f"{metric.name} {_number(metric.value)}"
    for value, number in metric.by.items():
        yield f'{metric.name}{{{metric.label}="{value.translate(_IN_LABEL)}"}} {_number(number)}'


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.3f}"
