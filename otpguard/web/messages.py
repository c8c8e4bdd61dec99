"""What pages and API say about outcomes: one sentence that tells what to do."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otpguard.core.decision import Reason
from otpguard.factors.passkey import CeremonyFault
from otpguard.flows.answer import Rejected
from otpguard.labels import REASONS


def duration(seconds: int) -> str:
    """So many seconds or minutes, as people say it."""
    if seconds < 90:  # noqa: PLR2004 (past a minute and a half, minutes read better)
        return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
    count = -(-seconds // 60)
    return ngettext("%(n)d minute", "%(n)d minutes", count) % {"n": count}


def start_refused(reason: str, retry_after: int) -> str:
    """Why no code was sent."""
    wait = duration(retry_after)
    if reason == "wait":
        return _("Too many wrong codes. Try again in %(wait)s.") % {"wait": wait}
    if reason.startswith("cap_"):
        return _("Too many codes were asked for. Try again in %(wait)s.") % {"wait": wait}
    return problem(reason)


def problem(code: str) -> str:
    """Why a step-up cannot go on."""
    texts = {
        "ask_expired": _("This page is too old. Go back and repeat what you wanted to do."),
        "foreign": _("This confirmation belongs to another login. Repeat what you wanted to do."),
        "other_tenant": _(
            "You have switched to another organization meanwhile. Switch back, or repeat what you"
            " wanted to do."
        ),
        "factor_not_acceptable": _("That way of confirming is not accepted here. Choose another."),
        "factor_not_supported": _("That way of confirming cannot be used here yet."),
        "factor_locked": _(
            "This factor is locked after too many wrong codes. Use another one, or ask your"
            " administrator."
        ),
        "no_route": _("No code can be sent right now. Try another way, or try again later."),
        "proof_needed": _("Confirm with what you have set up already, then add another way."),
        "already_bound": _("This number is set up already."),
        "too_many_factors": _("You have set up as many of these as possible. Remove one first."),
        "no_sends_left": _("No more codes can be sent for this request. Start again."),
        "closed": _("This code is not valid any more. Start again."),
        "unknown_challenge": _("There is no such confirmation. Repeat what you wanted to do."),
        "held_gone": _(
            "Your form is not kept any more: it was sent already, or it is too old. Fill it in"
            " again; your confirmation still counts."
        ),
        "unkept": _(
            "Confirmed. What you sent could not be kept meanwhile, because it is too large or no"
            " plain form. Please send it once more; your confirmation still counts."
        ),
        "session_ended": _(
            "This login was ended by you or by an operator. Log out, and log in again to go on."
        ),
        "stale_login": _(
            "To add a first way of confirming, log out and log in again: your login is too long"
            " ago for that."
        ),
    }
    if code in texts:
        return texts[code]
    return str(REASONS[Reason(code)]) if code in set(Reason) else _("This cannot go on.")


def rejected(answer: Rejected) -> str:
    """Why an answer did not count, and what to do."""
    wait = duration(answer.retry_after)
    if answer.reason == "wrong":
        left = ngettext(
            "That code is not right. %(n)d try left.",
            "That code is not right. %(n)d tries left.",
            answer.attempts_left,
        ) % {"n": answer.attempts_left}
        if answer.retry_after:
            left += " " + _("Wait %(wait)s before the next try.") % {"wait": wait}
        return left
    return {
        "exhausted": _("All tries for this code are used up. Ask for a new code."),
        "expired": _("This code has expired. Ask for a new one."),
        "used": _("This code was used already."),
        "tries_used": _(
            "That code is not right, and no more tries are left for it. Send a new one."
        ),
        "gone": _("This code is not valid any more. Send a new one."),
        "unavailable": _("Your code could not be checked just now. Try again, or send a new one."),
        "canceled": _("This code was replaced or canceled. Use the newest one."),
        "locked": problem("factor_locked"),
        "wait": _("Too many wrong codes. Try again in %(wait)s.") % {"wait": wait},
        "clock": _(
            "This is a code of another time: the clock of your device is off. Set it to automatic"
            " and try again."
        ),
        **_ceremony(),
    }.get(answer.reason, problem("unknown_challenge"))


def _ceremony() -> dict[str, str]:
    """What to do about a passkey that was not accepted; the log has the exact fault."""
    again = _("The passkey could not be checked. Try again.")
    special = {
        CeremonyFault.ORIGIN: _(
            "The passkey was asked for by another site. Open this page at its own address."
        ),
        CeremonyFault.NOT_VERIFIED: _(
            "Your passkey has to check that it is you, by a PIN, finger or face. Try again, or use"
            " another one."
        ),
        CeremonyFault.DUPLICATE: _("This passkey is set up already. Use another one."),
        CeremonyFault.UNKNOWN_CREDENTIAL: _("This passkey is not known here. Use another one."),
        CeremonyFault.ALGORITHM: _("This passkey is of a kind that is not supported."),
        CeremonyFault.ATTESTATION: _("The maker's word for this passkey does not hold."),
    }
    return {f"ceremony_{fault}": special.get(fault, again) for fault in CeremonyFault}
