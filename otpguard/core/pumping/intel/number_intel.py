"""What a report about a number means: for a number that is new here, and for one that its owner has
confirmed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from otpguard.core.checkpoints import Checkpoint
from otpguard.core.phone import NumberType
from otpguard.core.pumping.intel.number_report import IntelFact, LineType, NumberReport
from otpguard.core.pumping.verdict import Action, Layer, Signal

RISK_WORK = 2
"""The level of the proof of work that a middling risk asks for."""


class UnknownSwap(StrEnum):
    """What is done where it matters whether a SIM card was changed, and no vendor says."""

    ALLOW = "allow"
    ANOTHER_FACTOR = "another_factor"


class OwnerDoubt(StrEnum):
    """Why no code goes to a number that its owner has confirmed."""

    SIM_SWAPPED = "sim_swapped"
    SIM_SWAP_UNKNOWN = "sim_swap_unknown"
    REASSIGNED = "reassigned"


@dataclass(frozen=True, slots=True, kw_only=True)
class IntelTerms:
    """From which risk on a number asks for a proof of work, from which on it gets no message, and
    what an unknown SIM swap means."""

    risk_medium: int = 60
    risk_high: int = 75
    unknown_swap: UnknownSwap = UnknownSwap.ALLOW


_LINES: Mapping[LineType, frozenset[NumberType]] = MappingProxyType(
    {
        LineType.MOBILE: frozenset({NumberType.MOBILE, NumberType.FIXED_OR_MOBILE}),
        LineType.LANDLINE: frozenset({NumberType.FIXED_LINE}),
        LineType.VOIP: frozenset({NumberType.VOIP}),
        LineType.PERSONAL: frozenset({NumberType.PERSONAL}),
        LineType.TOLL_FREE: frozenset({NumberType.TOLL_FREE}),
        LineType.OTHER: frozenset(),
    }
)
"""The kinds of number of a policy that allow a line type."""


_BY_NUMBER = frozenset({"password_reset"})
_BY_OWNER = frozenset({"factor_change", *_BY_NUMBER})
"""Checkpoints that lead to all others: a person who passes them can add a factor of their own."""


def swap_matters(checkpoint: Checkpoint, *, owned: bool) -> bool:
    """Whether a changed SIM card keeps codes back at this checkpoint: at sensitive ones, where a
    password is reset, and for a confirmed number also where factors are changed."""
    leads = _BY_OWNER if owned else _BY_NUMBER
    return checkpoint.sensitive or not leads.isdisjoint(checkpoint.lineage)


def number_signal(
    report: NumberReport,
    *,
    wanted: Collection[IntelFact],
    terms: IntelTerms,
    types: Collection[NumberType] | None,
) -> Signal:
    """What a report says about a number that nobody has confirmed, by the facts that were wanted.

    `types` are the kinds of number that the policy allows, None if that was looked at before. A
    fact that is unknown decides nothing, but for a SIM swap if `terms` say so; what is unknown
    stands in the signal.
    """
    known = report.known
    if IntelFact.SIM_SWAP in wanted:
        if report.swapped:
            return _signal(report, wanted, Action.ANOTHER_WAY, "sim_swapped", 90)
        if report.swapped is None and terms.unknown_swap is UnknownSwap.ANOTHER_FACTOR:
            return _signal(report, wanted, Action.ANOTHER_WAY, "sim_swap_unknown", 50)
    line = report.line_type
    if types is not None and line is not None and not _LINES[line] & frozenset(types):
        return _signal(report, wanted, Action.ANOTHER_WAY, f"line_{line}", 90)
    if report.risk is not None and report.risk >= terms.risk_high:
        return _signal(report, wanted, Action.ANOTHER_WAY, "risk_high", report.risk)
    if report.risk is not None and report.risk >= terms.risk_medium:
        return _signal(report, wanted, Action.PROOF_OF_WORK, "risk_medium", report.risk)
    lacks = frozenset(wanted) - known
    return _signal(report, wanted, Action.SEND, "number_unknown" if lacks else "number_known", 0)


def owner_doubt(
    report: NumberReport, *, wanted: Collection[IntelFact], terms: IntelTerms
) -> OwnerDoubt | None:
    """Why a confirmed number gets no code, by the facts that were wanted; None if it may.

    Whether the number has a new owner is never guessed: unknown counts as no.
    """
    if IntelFact.REASSIGNED in wanted and report.reassigned:
        return OwnerDoubt.REASSIGNED
    if IntelFact.SIM_SWAP not in wanted:
        return None
    if report.swapped:
        return OwnerDoubt.SIM_SWAPPED
    if report.swapped is None and terms.unknown_swap is UnknownSwap.ANOTHER_FACTOR:
        return OwnerDoubt.SIM_SWAP_UNKNOWN
    return None


def _signal(
    report: NumberReport,
    wanted: Collection[IntelFact],
    action: Action,
    reason: str,
    weight: int,
) -> Signal:
    return Signal(
        layer=Layer.NUMBER,
        action=action,
        reason=reason,
        weight=weight,
        work_level=RISK_WORK if action is Action.PROOF_OF_WORK else 0,
        detail=_described(report, wanted),
    )


def _described(report: NumberReport, wanted: Collection[IntelFact]) -> str:
    lacks = sorted(frozenset(wanted) - report.known)
    said = [
        f"line {report.line_type}" if report.line_type else "",
        f"carrier {report.carrier}" if report.carrier else "",
        "" if report.risk is None else f"risk {report.risk}",
        f"unknown: {' '.join(lacks)}" if lacks else "",
    ]
    return ", ".join(each for each in said if each)
