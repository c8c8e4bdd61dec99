"""What a card of the tour is, and how it is known to be done."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """An audit event that shows a step of a card. An empty `tenant` stands for every tenant;
    `by_anybody` if somebody else than the card's person may leave it."""

    kind: str = "checkpoint.passed"
    checkpoint: str = ""
    tenant: str = ""
    by_anybody: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One thing to try.

    `name` stands in URLs. `who` is who to log in as, empty for a new visitor; `path` is where it
    happens. The card is done once `who` has left all `signs` in the audit log, in this order; with
    `status`, once `path` has answered `who` so. `again` names the people who are put back to the
    start when the card is repeated, `rules` the tenant whose enrollment rules are then removed.
    With `client_ip` the login seems to come from there.
    """

    name: str
    title: str
    slug: str
    who: str
    path: str
    do: str
    expect: str
    code: str = ""
    signs: tuple[Sign, ...] = ()
    status: int = 0
    again: tuple[str, ...] = ()
    rules: str = ""
    client_ip: str = ""
