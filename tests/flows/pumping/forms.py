"""A form as a browser would send it, and its puzzle as a browser would solve it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import altcha

from otpguard.core.pumping.visitor_form.form_token import FormPlace
from otpguard.flows.pumping.visitor_form.form import (
    CheckedForm,
    FormFields,
    check_form,
    issue_form_token,
)

PLACE = FormPlace(source="signup", tenant="", browser="browser-of-a-person")
LATER = timedelta(seconds=5)


def now() -> datetime:
    return datetime.now(UTC)


def solve(puzzle: dict[str, Any]) -> str:
    """What the page's script sends for a puzzle."""
    made = altcha.Challenge.from_dict(puzzle)
    solution = altcha.solve_challenge(made)
    assert solution is not None
    return altcha.Payload(made, solution).to_base64()


def checked(place: FormPlace = PLACE, **fields: str) -> CheckedForm:
    """A form that a person has opened five seconds ago."""
    at = now()
    sent = FormFields(token=issue_form_token(place, now=at - LATER), **fields)
    return check_form(sent, place, client_ip="192.0.2.1", now=at)
