"""What vendors know about a phone number: facts, and a report that may lack any of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from enum import StrEnum

from otpguard.core.clock import CLOCK_SKEW

LOWEST_RISK, HIGHEST_RISK = 0, 100


class IntelFact(StrEnum):
    """What a vendor can be asked about a number."""

    LINE_TYPE = "line_type"
    PUMPING_RISK = "pumping_risk"
    SIM_SWAP = "sim_swap"
    REASSIGNED = "reassigned"


class LineType(StrEnum):
    """What a number is for, as a vendor says. OTHER ones have nobody who reads a code, such as
    pagers and premium services."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    VOIP = "voip"
    PERSONAL = "personal"
    TOLL_FREE = "toll_free"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberQuery:
    """One question about a number.

    `swap_days` is how far back a changed SIM card matters; `verified_on` the day from which on a
    new owner matters, None where nobody asks for that.
    """

    e164: str = field(repr=False)
    wanted: frozenset[IntelFact]
    now: datetime
    swap_days: int = 7
    verified_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberReport:
    """What is known; None, or "" for the carrier, is unknown and never means that all is well.

    `carrier` is MCC and MNC with a dash between them, `risk` between 0 and 100. `swapped` tells
    whether the SIM card was changed within the days that were asked for, `reassigned` whether the
    number got a new owner since the day that was asked for.
    """

    line_type: LineType | None = None
    carrier: str = ""
    risk: int | None = None
    swapped: bool | None = None
    reassigned: bool | None = None

    @property
    def known(self) -> frozenset[IntelFact]:
        """The facts that are there."""
        every = {
            IntelFact.LINE_TYPE: self.line_type,
            IntelFact.PUMPING_RISK: self.risk,
            IntelFact.SIM_SWAP: self.swapped,
            IntelFact.REASSIGNED: self.reassigned,
        }
        return frozenset(fact for fact, value in every.items() if value is not None)

    def joined(self, other: NumberReport) -> NumberReport:
        """This report, with what it lacks taken from another one."""
        return NumberReport(
            line_type=self.line_type if self.line_type is not None else other.line_type,
            carrier=self.carrier or other.carrier,
            risk=self.risk if self.risk is not None else other.risk,
            swapped=self.swapped if self.swapped is not None else other.swapped,
            reassigned=self.reassigned if self.reassigned is not None else other.reassigned,
        )

    def only(self, facts: frozenset[IntelFact]) -> NumberReport:
        """These facts alone. The carrier belongs to the line type."""
        has = facts.__contains__
        return NumberReport(
            line_type=self.line_type if has(IntelFact.LINE_TYPE) else None,
            carrier=self.carrier if has(IntelFact.LINE_TYPE) else "",
            risk=self.risk if has(IntelFact.PUMPING_RISK) else None,
            swapped=self.swapped if has(IntelFact.SIM_SWAP) else None,
            reassigned=self.reassigned if has(IntelFact.REASSIGNED) else None,
        )

    def as_json(self) -> dict[str, object]:
        """Plain JSON values, without what is unknown."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value not in (None, "")}


NOTHING_KNOWN = NumberReport()


def report_from_json(stored: object) -> NumberReport:
    """What `as_json` wrote. Raises ValueError for anything else."""
    if not isinstance(stored, Mapping):
        raise ValueError("a report is a dictionary")
    line_type = stored.get("line_type")
    return NumberReport(
        line_type=None if line_type is None else LineType(line_type),
        carrier=str(stored.get("carrier", "")),
        risk=risk_of(stored.get("risk")),
        swapped=truth_of(stored.get("swapped")),
        reassigned=truth_of(stored.get("reassigned")),
    )


def risk_of(said: object) -> int | None:
    """A risk as a vendor says it; None for what is none."""
    is_number = isinstance(said, int) and not isinstance(said, bool)
    return said if is_number and LOWEST_RISK <= said <= HIGHEST_RISK else None  # type: ignore[operator,return-value]  # is_number


def truth_of(said: object) -> bool | None:
    """True or False as a vendor says it; None for anything else, words and numbers too."""
    return said if isinstance(said, bool) else None


def carrier_of(mcc: object, mnc: object) -> str:
    """MCC and MNC with a dash; empty unless both are digits of the right length (ITU-T E.212)."""
    if not (isinstance(mcc, str) and isinstance(mnc, str)):
        return ""
    fits = len(mcc) == 3 and len(mnc) in (2, 3)  # noqa: PLR2004 (E.212)
    return f"{mcc}-{mnc}" if fits and (mcc + mnc).isascii() and (mcc + mnc).isdigit() else ""


def swapped_within(at: object, days: int, *, now: datetime) -> bool | None:
    """Whether a date of RFC 3339 lies within so many days; None for what is no date, has no time
    zone, or lies ahead."""
    if not isinstance(at, str):
        return None
    try:
        when = datetime.fromisoformat(at)
    except ValueError:
        return None
    if when.tzinfo is None or when > now + CLOCK_SKEW:
        return None
    return now - when <= timedelta(days=days)
