"""What people read when a sign-in at their organization did not serve, by a word of a closed set.

A page names the word in its URL, so no crafted link can put its own sentence there.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from otpguard.core.federation.grade import IdpReason
from otpguard.flows.federation.accept import SignInFault
from otpguard.labels import Text


class SsoProblem(StrEnum):
    """Why a sign-in at the identity provider did not serve."""

    UNMET = "unmet"
    REFUSED = "refused"
    GONE = "gone"
    OTHER_PERSON = "other_person"
    NOT_LINKED = "not_linked"
    NOT_ENOUGH = "not_enough"
    UNREACHABLE = "unreachable"


WORDS: Mapping[str, Text] = {
    SsoProblem.UNMET: _(
        "Your organization's sign-in could not confirm you strongly enough. Confirm in another way."
    ),
    SsoProblem.REFUSED: _("Your organization's sign-in was not finished."),
    SsoProblem.GONE: _("This sign-in is too old or was used already. Begin again."),
    SsoProblem.OTHER_PERSON: _(
        "Somebody else signed in at your organization. Nothing was changed. Confirm in another way,"
        " or sign in there as yourself."
    ),
    SsoProblem.NOT_LINKED: _(
        "This sign-in is not linked to an account here. Log in as usual, and link it on your"
        " Security page."
    ),
    SsoProblem.NOT_ENOUGH: _(
        "Your organization's sign-in is not enough for this. Confirm in another way."
    ),
    SsoProblem.UNREACHABLE: _(
        "Your organization's sign-in cannot be reached or gave no valid answer. Confirm in another"
        " way, or try again later."
    ),
}
"""The sentence of each word; other words show nothing."""


def problem_of(reason: SignInFault | IdpReason | None) -> SsoProblem:
    """What people are told; the log has the exact reason."""
    if reason is SignInFault.OTHER_PERSON:
        return SsoProblem.OTHER_PERSON
    if reason in {SignInFault.REPLAYED, SignInFault.SESSION_ENDED}:
        return SsoProblem.GONE
    if reason in {SignInFault.FOREIGN, SignInFault.PROVIDER_OFF}:
        return SsoProblem.UNREACHABLE
    return SsoProblem.NOT_ENOUGH
