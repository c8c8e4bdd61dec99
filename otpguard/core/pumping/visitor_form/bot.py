"""Does a form look as if a script had filled it in? A pure decision about what it showed."""

from __future__ import annotations

from collections.abc import Iterator

from otpguard.core.pumping.attempt import FormFacts
from otpguard.core.pumping.verdict import Action, Layer, Signal
from otpguard.core.pumping.visitor_form.work import HARDEST

FASTEST_MS = 1_500
"""People, also those whose browser fills in the number, take longer than this."""


def look_for_bot(form: FormFacts) -> Signal | None:
    """The most severe that speaks for a script; None for nothing, or where no form of ours asked.

    A filled honeypot leads to another way, for no person sees that field. What a fast person may do
    as well only asks for a proof of work.
    """
    if not form.checked:
        return None
    return next(_found(form), None)


def _found(form: FormFacts) -> Iterator[Signal]:
    """From the most severe to the mildest."""
    if not form.token_valid:
        yield _signal(Action.REFUSE, "form_token")
    if form.honeypot_filled:
        yield _signal(Action.ANOTHER_WAY, "honeypot")
    if form.captcha_passed is False:
        yield _signal(Action.PROOF_OF_WORK, "captcha", weight=80, work_level=HARDEST)
    if form.filled_ms is None or form.filled_ms < FASTEST_MS:
        detail = f"{form.filled_ms} ms"
        yield _signal(Action.PROOF_OF_WORK, "fast", weight=40, work_level=1, detail=detail)
    if form.behavior is not None and form.behavior.is_untouched:
        yield _signal(Action.PROOF_OF_WORK, "untouched", weight=40, work_level=1)


def _signal(
    action: Action, reason: str, *, weight: int = 100, work_level: int = 0, detail: str = ""
) -> Signal:
    return Signal(
        layer=Layer.BOT,
        action=action,
        reason=reason,
        weight=weight,
        work_level=work_level,
        detail=detail,
    )
