"""The factor protocol: what each kind tells of an answer. A public extension point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from otpguard.core.assurance import Method


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An answer is right; it counts once `spend` says so.

    `spend` is called inside the transaction that closes the challenge. It uses up whatever serves
    only once (a time step, a saved code) by a conditional UPDATE, and returns False when something
    else used it first: then nothing was proven, for the reason `lost`. `factor` is the id of the
    factor that was really shown, when a challenge accepts any of several. The flags are those of
    WebAuthn Level 3; `counted` are the stored and the shown signature count when it went backwards.
    """

    method: Method
    spend: Callable[[], bool]
    lost: str = "used"
    factor: str = ""
    user_verified: bool = False
    backup_eligible: bool = True
    attested: bool = False
    counted: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """An answer is not right, and why: a word of `otpguard.web.messages.rejected`."""

    reason: str = "wrong"
