"""How many codes may be sent to numbers that nobody has confirmed: one table of caps.

Each cell is a number of challenges that count within a rolling window. A strict tenant and a
newcomer have the column "strict", everybody else "standard". A confirmed factor of its owner has
wider caps, in `otpguard.core.limits` (C19).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from otpguard.core.fallback import MAX_SENDS
from otpguard.core.limits import Cap, CapName, Refund

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LONGEST_RAISE = timedelta(days=14)
"""How long an operator may raise a row."""


class RowName(StrEnum):
    """The rows of the table."""

    SESSION_HOUR = "session_hour"
    BROWSER_DAY = "browser_day"
    ACCOUNT_DAY = "account_day"
    NUMBER_DAY = "number_day"
    NUMBER_MONTH = "number_month"
    IP_HOUR = "ip_hour"
    IP_HOUR_KNOWN = "ip_hour_known"
    IP_DAY = "ip_day"
    IP_SITE_DAY = "ip_site_day"
    PREFIX_DAY = "prefix_day"
    NETWORK_DAY = "network_day"
    NETWORK_UNASKED_HOUR = "network_unasked_hour"
    TENANT_DAY = "tenant_day"
    MAILBOX_DAY = "mailbox_day"
    EMAIL_DOMAIN_DAY = "email_domain_day"
    EMAIL_LINK_DAY = "email_link_day"
    EMAIL_LINK_IP_HOUR = "email_link_ip_hour"
    RESET_LINK_HOUR = "reset_link_hour"
    RESET_LINK_IP_HOUR = "reset_link_ip_hour"
    CHALLENGE_SENDS = "challenge_sends"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The two columns of a row, and the most that any of them may be raised to."""

    strict: int
    standard: int
    ceiling: int

    def limit(self, *, strict: bool, raised: int = 0) -> int:
        """The number that counts: raised by an operator or not, never above the ceiling."""
        return min(max(self.strict if strict else self.standard, raised), self.ceiling)


@dataclass(frozen=True, slots=True, kw_only=True)
class VelocityRow:
    """What a row counts by, and its shipped cell. `cap` is None for what no limiter counts."""

    name: RowName
    cap: CapName | None
    window: timedelta
    refund: Refund
    cell: Cell
    text: str


_Counts = tuple[CapName | None, timedelta, Refund]


def _row(counts: _Counts, cell: tuple[int, int, int], text: str) -> tuple[_Counts, Cell, str]:
    strict, standard, ceiling = cell
    return counts, Cell(strict=strict, standard=standard, ceiling=ceiling), text


_ROWS: Mapping[RowName, tuple[_Counts, Cell, str]] = {
    RowName.SESSION_HOUR: _row(
        (CapName.SESSION, HOUR, Refund.FULL), (20, 20, 100), "login session"
    ),
    RowName.BROWSER_DAY: _row(
        (CapName.BROWSER, DAY, Refund.FULL), (3, 5, 50), "browser of a visitor"
    ),
    RowName.ACCOUNT_DAY: _row(
        (CapName.ENROLLMENT, DAY, Refund.FULL), (3, 6, 20), "account that adds a number"
    ),
    RowName.NUMBER_DAY: _row((CapName.NUMBER, DAY, Refund.FULL), (3, 3, 10), "number"),
    RowName.NUMBER_MONTH: _row(
        (CapName.NUMBER_MONTH, 30 * DAY, Refund.NEVER), (5, 5, 30), "number, verified or not"
    ),
    RowName.IP_HOUR: _row((CapName.IP, HOUR, Refund.HALF), (5, 10, 200), "client IP"),
    RowName.IP_HOUR_KNOWN: _row(
        (CapName.IP, HOUR, Refund.HALF),
        (10, 60, 600),
        "client IP, invited people and known browsers",
    ),
    RowName.IP_DAY: _row((CapName.IP_DAY, DAY, Refund.HALF), (10, 20, 1_000), "client IP"),
    RowName.IP_SITE_DAY: _row((CapName.IP_SITE_DAY, DAY, Refund.HALF), (20, 40, 2_000), "IPv6 /48"),
    RowName.PREFIX_DAY: _row(
        (CapName.PREFIX, DAY, Refund.HALF),
        (4, 6, 500),
        "prefix of the number; standard: half of the usual day, if that is more",
    ),
    RowName.NETWORK_DAY: _row(
        (CapName.NETWORK, DAY, Refund.HALF),
        (2, 10, 100),
        "network (ASN) of hosting, Tor or a proxy",
    ),
    RowName.NETWORK_UNASKED_HOUR: _row(
        (CapName.NETWORK_UNASKED, HOUR, Refund.HALF),
        (10, 20, 1_000),
        "other network (ASN), without a proof of work",
    ),
    RowName.TENANT_DAY: _row(
        (CapName.STRANGERS, DAY, Refund.NEVER),
        (20, 200, 5_000),
        "organization, strangers, verified or not; standard: 3 x the usual day, if that is more",
    ),
    RowName.MAILBOX_DAY: _row(
        (CapName.MAILBOX, DAY, Refund.NEVER),
        (2, 2, 20),
        "mailbox whose link was opened, codes, verified or not",
    ),
    RowName.EMAIL_DOMAIN_DAY: _row(
        (CapName.EMAIL_DOMAIN, DAY, Refund.FULL),
        (2, 3, 500),
        "e-mail domain never seen, codes",
    ),
    RowName.EMAIL_LINK_DAY: _row(
        (CapName.MAILBOX_LINKS, DAY, Refund.NEVER), (2, 2, 20), "mailbox, links sent"
    ),
    RowName.EMAIL_LINK_IP_HOUR: _row(
        (CapName.IP_LINKS, HOUR, Refund.HALF),
        (5, 10, 200),
        "client IP, links asked for; opened ones give back",
    ),
    RowName.RESET_LINK_HOUR: _row(
        (CapName.MAILBOX_RESETS, HOUR, Refund.NEVER), (5, 5, 20), "mailbox, resets asked for"
    ),
    RowName.RESET_LINK_IP_HOUR: _row(
        (CapName.IP_RESETS, HOUR, Refund.NEVER), (20, 20, 500), "client IP, resets asked for"
    ),
    RowName.CHALLENGE_SENDS: _row(
        (None, DAY, Refund.NEVER), (2, 2, MAX_SENDS), "paid messages of one challenge"
    ),
}
TABLE: Mapping[RowName, VelocityRow] = MappingProxyType(
    {
        name: VelocityRow(name=name, cap=cap, window=window, refund=refund, cell=cell, text=text)
        for name, ((cap, window, refund), cell, text) in _ROWS.items()
    }
)
"""The defaults of `OTPGUARD["VELOCITY"]`. Figures: the best trade of a simulation of eleven attacks
beside healthy sign-ups; the simulator prints what another table costs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Velocity:
    """The table in force, with a cell in every row."""

    cells: Mapping[RowName, Cell] = field(
        default_factory=lambda: {name: row.cell for name, row in TABLE.items()}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Raise:
    """One row that an operator has raised for a while. `key` is one client IP network or prefix;
    empty: all of them."""

    row: RowName
    limit: int
    key: str = ""


def limit_of(
    velocity: Velocity, row: RowName, key: str, *, strict: bool, raises: Iterable[Raise] = ()
) -> int:
    """The number that counts for one key now: raises never go beyond the row's ceiling."""
    raised = [each.limit for each in raises if each.row is row and each.key in {"", key}]
    return velocity.cells[row].limit(strict=strict, raised=max(raised, default=0))


def cap_of(row: RowName, key: str, limit: int) -> Cap:
    """The cap of a row that a limiter counts. Raises ValueError for another row."""
    line = TABLE[row]
    if line.cap is None:
        raise ValueError(f"no limiter counts {row}")
    return Cap(name=line.cap, key=key, limit=limit, window=line.window, refund=line.refund)
