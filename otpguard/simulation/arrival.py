"""One person or script that comes to the sign-up form and asks for a code."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from otpguard.simulation.assumptions import FILLED_MS


class Relation(StrEnum):
    """What the site knows of who comes, from what they bring along."""

    INVITED = "invited"
    """Somebody whom an organization invited that has shown use."""

    KNOWN = "known"
    """A browser that has proven a number before."""

    STRANGER = "stranger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Who comes, in seconds since the run began, and what they do with the code.

    `answers_after` is how many seconds after the message the code comes back, None for never; who
    does not answer asks for the code again `resends` times. `crowd` names the place where many
    share one IP address. `filled_ms` is how long they take to fill in the form. `mailbox` is the
    e-mail address that they can read, if any.
    """

    at: float
    number: str = field(repr=False)
    country: str
    client_ip: str
    browser: str
    mailbox: str = ""
    relation: Relation = Relation.STRANGER
    answers_after: float | None = None
    resends: int = 0
    crowd: str = ""
    filled_ms: int = FILLED_MS
